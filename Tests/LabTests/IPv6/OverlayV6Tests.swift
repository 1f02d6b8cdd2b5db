// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

/// Clouds with IPv6 beside IPv4 in their tunnels.
@Suite struct OverlayV6Tests {
  private func cloud(_ phase: DMVPNPhase, spokes: Int = 3, hubs: Int = 1, behindNATs: [[Int]] = [], holdTime: Int = 60) -> Cloud {
    var topology = LabTopology.cloud(phase: phase, spokes: spokes, hubs: hubs, behindNATs: behindNATs, holdTimeSeconds: holdTime)
    topology.hasIPv6 = true
    return Cloud(topology, seed: 6)
  }

  /// Pings from the host behind spoke `a` to that behind spoke `b`, one every 100 ms.
  private func ping(_ cloud: Cloud, _ a: Int, _ b: Int, count: Int, first: UInt16 = 1) {
    let (from, to) = (cloud.topology.index(ofSpoke: a), cloud.topology.index(ofSpoke: b))
    for n in 0..<UInt16(count) {
      if let host = cloud.topology.nodes[to].hostV6 { cloud.pingV6(from: from, to: host, sequence: first + n) }
      cloud.run(until: cloud.now + .milliseconds(100))
    }
  }

  @Test("hosts ping each other by IPv6, first through the hub and then directly, and lose nothing")
  func shortcut() {
    let cloud = cloud(.three)
    cloud.run(to: 3)
    let (a, b) = (cloud.topology.index(ofSpoke: 1), cloud.topology.index(ofSpoke: 2))
    let before = cloud.nodes[0].core.adjacencyCounters(cloud.nodes[0].tunnel, nextHop: cloud.topology.nodes[b].tunnelAddressV6)?.packetsOut ?? 0
    ping(cloud, 1, 2, count: 20)
    #expect(cloud.host(a).echoReplies == Array(1...20))
    let routes = cloud.console(a, "show ipv6 route nhrp")
    #expect(routes.contains("H   2001:db8:1002::/48 [250/255]\n     via \(cloud.topology.nodes[b].tunnelAddressV6), Tunnel0"), "\(routes)")
    #expect(cloud.console(a, "show ipv6 nhrp shortcut").contains("2001:db8:1002::/48 via \(cloud.topology.nodes[b].tunnelAddressV6)"))
    let through = (cloud.nodes[0].core.adjacencyCounters(cloud.nodes[0].tunnel, nextHop: cloud.topology.nodes[b].tunnelAddressV6)?.packetsOut ?? 0) - before
    #expect(through >= 1 && through <= 5, "\(through) packets went through the hub")
    #expect(cloud.nodes[b].core.adjacencyCounters(cloud.nodes[b].tunnel, nextHop: cloud.topology.nodes[a].tunnelAddressV6).map { $0.packetsIn > 10 } == true)
  }

  @Test("in phase 1 all goes through the hub, in phase 2 the next hop is resolved", arguments: [DMVPNPhase.one, .two])
  func otherPhases(_ phase: DMVPNPhase) {
    let cloud = cloud(phase)
    cloud.run(to: 3)
    let (a, b) = (cloud.topology.index(ofSpoke: 1), cloud.topology.index(ofSpoke: 2))
    ping(cloud, 1, 2, count: 10)
    #expect(cloud.host(a).echoReplies == Array(1...10))
    let direct = cloud.nodes[a].core.adjacencyCounters(cloud.nodes[a].tunnel, nextHop: cloud.topology.nodes[b].tunnelAddressV6)?.packetsOut ?? 0
    #expect(phase == .one ? direct == 0 : direct > 5)
  }

  @Test("the hub knows every spoke under its global and its link-local address, from behind a NAT too")
  func registrations() {
    let cloud = cloud(.three, behindNATs: [[2]])
    cloud.run(to: 3)
    let shown = cloud.console(0, "show ipv6 nhrp")
    for n in 1...3 {
      let node = cloud.topology.nodes[cloud.topology.index(ofSpoke: n)]
      for address in [node.tunnelAddressV6, node.linkLocalAddress] { #expect(shown.contains("\(address)/128 via \(address)")) }
      #expect(shown.contains("NBMA address: \(node.publicNBMA)"))
    }
    #expect(!cloud.console(0, "show ip nhrp").contains("2001:db8"), "IPv4's own table")
    let dmvpn = cloud.console(0, "show dmvpn")
    #expect(dmvpn.contains("IPv4 NHRP Details") && dmvpn.contains("IPv6 NHRP Details") && dmvpn.contains("Tunnel IPv6 Address: 2001:db8:0:1::b"))
  }

  @Test("the console pings and traces by IPv6, to global and link-local neighbours' networks")
  func probes() {
    let cloud = cloud(.three)
    cloud.run(to: 3)
    let a = cloud.topology.index(ofSpoke: 1)
    #expect(cloud.console(a, "ping ipv6 2001:db8:1002::10", waiting: 5).contains("Success rate is 100 percent (5/5)"))
    #expect(cloud.console(a, "ping 2001:db8:0:1::1", waiting: 5).contains("Success rate is 100 percent (5/5)"))
    let trace = cloud.console(a, "traceroute 2001:db8:1003::10", waiting: 10)
    #expect(trace.contains("2001:db8:0:1::1 ") && trace.contains("2001:db8:1003::10"), "\(trace)")
  }

  @Test("a hub that dies leaves IPv6 to the second one")
  func secondHub() {
    let cloud = cloud(.three, hubs: 2, holdTime: 30)
    cloud.run(to: 3)
    cloud.kill(0)
    cloud.run(to: 60)
    let a = cloud.topology.index(ofSpoke: 1)
    #expect(cloud.console(a, "show ipv6 nhrp nhs").contains("2001:db8:0:1::2  RE"))
  }

  @Test("lines of IPv6 are acted on as they are typed, written back and taken away again")
  func typed() {
    let cloud = Cloud(.cloud(phase: .three, spokes: 2), seed: 1)
    cloud.run(to: 3)
    let a = cloud.topology.index(ofSpoke: 1)
    for (n, node) in [(1, 0), (11, a)] as [(Int, Int)] {
      let server = n == 1 ? "ipv6 nhrp redirect" : "ipv6 nhrp nhs 2001:db8:5::1 nbma \(cloud.topology.nodes[0].nbma)"
      #expect(cloud.configure(node, "interface Tunnel0", "ipv6 address 2001:db8:5::\(n)/64", "ipv6 nhrp network-id 5", "ipv6 nhrp authentication dmvpnlab", server).isEmpty)
    }
    cloud.run(to: 6)
    #expect(cloud.console(0, "show ipv6 nhrp").contains("2001:db8:5::11/128"))
    #expect(cloud.console(a, "show running-config").contains(" ipv6 address 2001:db8:5::11/64\n ipv6 nhrp authentication dmvpnlab\n ipv6 nhrp network-id 5"))
    #expect(cloud.configure(a, "interface Tunnel0", "no ipv6 address").contains("NHRP for IPv6 does not run on Tunnel0"))
    cloud.run(to: 8)
    #expect(!cloud.console(0, "show ipv6 nhrp").contains("2001:db8:5::11/128"), "taken back")
    #expect(cloud.console(0, "show ip nhrp").contains("10.0.0.11/32"), "IPv4 stays")
    #expect(!cloud.console(a, "show ipv6 route").contains("2001:db8:5::"))
  }

  @Test("the same seed gives the same journals with IPv6, too")
  func repeats() {
    func hashes() -> [UInt64] {
      let cloud = cloud(.three)
      cloud.run(to: 3)
      ping(cloud, 1, 2, count: 5)
      cloud.run(to: 90)
      return cloud.nodes.map(\.node.journal.hash)
    }
    #expect(hashes() == hashes())
  }
}
