// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import ProtocolKit
import Testing
import Wire

@Suite struct LabTopologyTests {
  @Test(arguments: [3, 200, 201, 2_000], LANStyleCase.allCases)
  func `no two nodes share an address, and no range overlaps another`(spokes: Int, style: LANStyleCase) {
    let topology = LabTopology.cloud(phase: .three, spokes: spokes, hubs: 2, lanStyle: style.value, behindNATs: [[1], [2, 3]])
    #expect(topology.nodes.count == spokes + 2 && topology.spokeCount == spokes && topology.hubCount == 2)
    let nbmas = topology.nodes.map(\.nbma), tunnels = topology.nodes.map(\.tunnelAddress)
    #expect(Set(nbmas).count == nbmas.count && Set(tunnels).count == tunnels.count && Set(topology.nodes.map(\.name)).count == spokes + 2)
    #expect(tunnels.allSatisfy { LabTopology.tunnelNetwork.contains($0) && $0.bytes[3] != 0 && $0.bytes[3] != 255 })
    let networks = topology.nodes.compactMap(\.lan).sorted() + [LabTopology.tunnelNetwork]
    for (a, b) in zip(networks.sorted(), networks.sorted().dropFirst()) { #expect(!a.overlaps(b)) }
    for node in topology.nodes {
      #expect(IPPrefix(node.nbma, length: node.nbmaLength).contains(node.nbmaGateway) && node.nbma != node.nbmaGateway)
    }
    let inner = Set(networks)
    for address in Set(nbmas).union(topology.nodes.map(\.publicNBMA)).sorted() {
      #expect(!LabTopology.tunnelNetwork.contains(address) && !inner.contains(IPPrefix(address, length: 24)))
    }
    #expect(topology.nodes.allSatisfy { style == .behindNodes ? $0.lan?.contains($0.host) == true : $0.host == $0.tunnelAddress })
  }

  enum LANStyleCase: CaseIterable {
    case behindNodes, hostRoutes
    var value: LANStyle { self == .behindNodes ? .behindNodes : .hostRoutesByRegistration }
  }

  @Test func `a phase 3 hub reads as an IOS user would write it`() {
    let topology = LabTopology.cloud(phase: .three, spokes: 2)
    #expect(
      topology.configuration(of: 0) == """
        hostname hub1
        ip host spoke1 10.0.0.11
        ip host spoke2 10.0.0.12
        !
        platform interface GigabitEthernet1 eth0
        platform interface GigabitEthernet2 eth1
        !
        interface Tunnel0
         ip address 10.0.0.1 255.255.0.0
         no ip redirects
         ip mtu 1400
         ip tcp adjust-mss 1360
         ip nhrp network-id 1
         ip nhrp authentication dmvpnlab
         ip nhrp map multicast dynamic
         ip nhrp redirect
         tunnel source GigabitEthernet1
         tunnel mode gre multipoint
         tunnel key 42
        !
        interface GigabitEthernet1
         ip address 198.51.100.1 255.255.255.0
        !
        interface GigabitEthernet2
         ip address 10.255.1.1 255.255.255.0
        !
        ip route 192.168.1.0 255.255.255.0 10.0.0.11
        ip route 192.168.2.0 255.255.255.0 10.0.0.12
        !
        end

        """)
  }

  @Test func `spokes differ by phase`() {
    func spoke(_ phase: DMVPNPhase) -> [Substring] {
      LabTopology.cloud(phase: phase, spokes: 3, holdTimeSeconds: 60).configuration(of: 2).split(separator: "\n")
    }
    let (one, two, three) = (spoke(.one), spoke(.two), spoke(.three))
    for lines in [one, two, three] {
      #expect(lines.contains(" ip nhrp nhs 10.0.0.1 nbma 198.51.100.1 multicast") && lines.contains(" ip nhrp holdtime 60"))
      #expect(lines.contains("hostname spoke2") && !lines.contains("ip host spoke2 10.0.0.12"))
    }
    #expect(one.contains(" tunnel destination 198.51.100.1") && !one.contains(" tunnel mode gre multipoint"))
    #expect(one.contains(" no ip nhrp shortcut") && two.contains(" no ip nhrp shortcut") && three.contains(" ip nhrp shortcut"))
    #expect(two.contains("ip route 192.168.3.0 255.255.255.0 10.0.0.13") && !two.contains { $0.hasPrefix("ip route 192.168.2.0") })
    for lines in [one, three] {
      #expect(
        lines.filter { $0.hasPrefix("ip route") } == [
          "ip route 10.255.0.0 255.255.0.0 10.0.0.1", "ip route 192.168.0.0 255.255.0.0 10.0.0.1",
        ])
    }
  }

  @Test func `the summaries of a large cloud hold every LAN`() {
    let topology = LabTopology.cloud(phase: .three, spokes: 2_000)
    let routes = topology.configuration(of: topology.index(ofSpoke: 5)).split(separator: "\n").filter { $0.hasPrefix("ip route") }
    let summaries = routes.compactMap { line -> IPPrefix? in
      let words = line.split(separator: " ")
      guard let address = IPAddress(String(words[2])), let mask = IPAddress(String(words[3])) else { return nil }
      return IPPrefix.length(ofMask: mask).map { IPPrefix(address, length: $0) }
    }
    #expect(topology.nodes.compactMap(\.lan).allSatisfy { lan in summaries.contains { $0.covers(lan) } })
    #expect(!topology.configuration(of: 0).contains("ip host"))
  }

  @Test func `without LANs a hub's configuration does not depend on the spokes that come later`() throws {
    var topology = LabTopology.cloud(phase: .three, spokes: 60, lanStyle: .hostRoutesByRegistration)
    let before = topology.configuration(of: 0)
    let added = try unwrap(topology.addSpoke())
    #expect(topology.configuration(of: 0) == before)
    #expect(topology.nodes[added].name == "spoke61" && !before.contains(topology.nodes[added].tunnelAddress.description))
    #expect(!topology.configuration(of: added).contains("ip route"))
  }

  @Test func `several hubs know each other, and multipoint spokes know them all`() {
    let topology = LabTopology.cloud(phase: .three, spokes: 1, hubs: 2)
    #expect(topology.configuration(of: 1).contains(" ip nhrp map 10.0.0.1 198.51.100.1\n ip nhrp map multicast 198.51.100.1\n"))
    #expect(topology.configuration(of: 2).contains("nhs 10.0.0.2 nbma 198.51.100.2 multicast"))
    #expect(!LabTopology.cloud(phase: .one, spokes: 1, hubs: 2).configuration(of: 2).contains("nhs 10.0.0.2"))
  }

  @Test func `the underlay of a topology has its nodes in order, NATs in front`() throws {
    let topology = LabTopology.cloud(phase: .three, spokes: 4, behindNATs: [[2, 3]])
    var underlay = topology.makeUnderlay()
    #expect(underlay.nodeCount == 5 && underlay.nats.count == 1)
    for (i, node) in topology.nodes.enumerated() { #expect(underlay.address(of: i) == node.nbma) }
    #expect(topology.nodes[3].publicNBMA == IPAddress(203, 0, 113, 2) && topology.nodes[3].nbma == IPAddress(198, 18, 0, 3))
    var random = RandomSource(seed: 1)
    let out = underlay.send(Sample.gre(from: topology.nodes[3].nbma, to: topology.nodes[0].nbma), from: 3, at: .start, random: &random)
    #expect(out.map(\.to) == [0] && out.map { Sample.source($0.packet) } == [IPAddress(203, 0, 113, 2)])
    #expect(topology.hostInterfaces(of: 1).map(\.name) == ["eth0", "eth1"] && topology.hostRoutes(of: 1).count == 1)
    #expect(topology.makeHost(1).addresses == [IPAddress(192, 168, 1, 10)])
    #expect(topology.makeStack(1).addresses == [IPAddress(10, 0, 0, 11), IPAddress(192, 168, 1, 1)])
  }
}
