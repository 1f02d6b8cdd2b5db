// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Routes that no spoke should announce")
struct HostileRoutesTests {
  private let summary = IPPrefix(IPAddress(192, 168, 0, 0), length: 16)

  /// Gives a node a route of its host system, which it redistributes.
  private func plant(_ cloud: Cloud, _ node: Int, _ prefixes: [IPPrefix]) {
    for prefix in prefixes {
      cloud.input(
        node, .event(.hostRoute(HostRoute(prefix: prefix, gateway: cloud.topology.nodes[node].host, interface: "eth1"), isPresent: true)))
    }
  }

  /// A default route, the hub's LAN, the tunnel, another spoke's LAN and a part of it.
  private func bad(_ cloud: Cloud) -> [IPPrefix] {
    let other = cloud.topology.nodes[1]
    return [.defaultV4, cloud.topology.nodes[0].lan, other.lan, LabTopology.tunnelNetwork].compactMap { $0 } + [
      IPPrefix(other.host, length: 32)
    ]
  }

  private func expectSound(_ cloud: Cloud, _ bad: [IPPrefix], by evil: Int) throws {
    let hop = cloud.topology.nodes[evil].tunnelAddress
    for node in [0, 1, 2] {
      for prefix in bad { #expect(!cloud.leads(node, prefix, to: hop), "\(prefix) at node \(node)") }
    }
    for n in 1...2 { #expect(cloud.leads(0, cloud.lan(of: n), to: cloud.topology.nodes[n].tunnelAddress)) }
    let flows = [
      cloud.talk(node: 1, 2, from: 0, packets: 20), cloud.talk(node: 2, 1, from: 0, packets: 20),
      cloud.talk(node: 1, 0, from: 0, packets: 20),
    ]
    cloud.run(until: cloud.now + .seconds(6))
    for flow in flows { #expect(try cloud.account(flow).lost == 0) }
  }

  @Test(
    "BGP: a default route, the hub's network, another spoke's LAN and a host in it are filtered as configured; all others are untouched")
  func filteredBGP() throws {
    let cloud = RoutedPhase(routing: .bgp, phase: .three).cloud(), evil = 3
    cloud.run(to: 3)
    // What a list for all spokes cannot know, whose LAN is whose, one for this spoke does.
    #expect(
      cloud.configure(
        0, "ip prefix-list ONLY-3 seq 5 permit 192.168.3.0/24", "router bgp 65000", "neighbor 10.0.0.13 peer-group SPOKES",
        "neighbor 10.0.0.13 prefix-list ONLY-3 in") == "")
    #expect(cloud.configure(evil, "router bgp 65000", "redistribute kernel") == "")
    cloud.run(to: 60)
    plant(cloud, evil, bad(cloud))
    cloud.run(to: 90)
    try expectSound(cloud, bad(cloud), by: evil)
    #expect(cloud.leads(0, cloud.lan(of: evil), to: cloud.topology.nodes[evil].tunnelAddress), "its own LAN stands")
  }

  @Test("RIP: the same, by a distance that is never used, for all of one spoke but its own LAN")
  func filteredRIP() throws {
    let cloud = RoutedPhase(routing: .rip, phase: .three).cloud(), evil = 3
    cloud.run(to: 3)
    #expect(
      cloud.configure(
        0, "access-list 20 deny 192.168.3.0 0.0.0.255", "access-list 20 permit any", "router rip",
        "distance 255 10.0.0.13 0.0.0.0 20") == "")
    #expect(cloud.configure(evil, "router rip", "redistribute kernel metric 1") == "")
    cloud.run(to: 60)
    plant(cloud, evil, bad(cloud))
    cloud.run(to: 120)
    try expectSound(cloud, bad(cloud), by: evil)
    #expect(cloud.leads(0, cloud.lan(of: evil), to: cloud.topology.nodes[evil].tunnelAddress), "its own LAN stands")
  }

  /// 100,000 networks that are nobody's.
  private func many(_ count: Int) -> [IPPrefix] {
    (0..<UInt32(count)).map { IPPrefix(IPAddress(v4: 0x2c00_0000 + $0 << 8), length: 24) }
  }

  @Test("BGP: 100,000 prefixes of one spoke end its session at maximum-prefix; table bounded, all other neighbours as before")
  func floodBGP() throws {
    let cloud = RoutedPhase(routing: .bgp, phase: .three).cloud(), evil = 3
    cloud.run(to: 3)
    // Without the list of networks, so that the limit alone stands against it.
    #expect(cloud.configure(0, "router bgp 65000", "no neighbor SPOKES prefix-list SPOKE-LANS in") == "")
    #expect(cloud.configure(evil, "router bgp 65000", "redistribute kernel") == "")
    cloud.run(to: 60)
    let before = cloud.console(0, "show ip bgp summary"), routes = cloud.fib(0).count
    plant(cloud, evil, many(100_000))
    cloud.run(to: 120)
    #expect(!cloud.records(0, .bgpPrefixLimit).isEmpty, "\(cloud.console(0, "show ip bgp summary"))")
    #expect(cloud.fib(0).count <= routes, "nothing of it is left")
    #expect(cloud.fib(1).exact(IPPrefix(IPAddress(44, 0, 0, 0), length: 24)) == nil)
    let after = cloud.console(0, "show ip bgp summary")
    for n in 1...2 {
      let address = "\(cloud.topology.nodes[n].tunnelAddress)"
      #expect(cloud.records(0, .bgpDown).allSatisfy { "\($0.a)" != address }, "\(before)\n\(after)")
    }
    try expectSound(cloud, [], by: evil)
  }

  @Test("RIP: 100,000 prefixes of one spoke are taken up to the neighbour's limit, counted, and leave room for the others")
  func floodRIP() throws {
    let cloud = RoutedPhase(routing: .rip, phase: .three).cloud(), evil = 3
    cloud.run(to: 3)
    #expect(cloud.configure(evil, "router rip", "redistribute kernel metric 1") == "")
    cloud.run(to: 60)
    plant(cloud, evil, many(100_000))
    cloud.run(to: 130)
    #expect(!cloud.records(0, .ripLimitReached).isEmpty)
    #expect((10_000..<20_000).contains(cloud.fib(0).count))
    // A spoke that comes now still finds room.
    let new = try #require(cloud.addSpoke())
    #expect(cloud.wait(upTo: 40) { $0.isReachedByAll(new) } != nil)
    try expectSound(cloud, [], by: evil)
  }
}

extension Cloud {
  /// What a node forwards by.
  fileprivate func fib(_ node: Int) -> FIB { nodes[node].core.fib(of: .default) }

  /// Whether a node has a route for exactly a network by this next hop.
  fileprivate func leads(_ node: Int, _ prefix: IPPrefix, to hop: IPAddress) -> Bool {
    switch fib(node).exact(prefix) {
    case .tunnel(_, let next): next == hop
    case .paths(let ways): ways.contains { $0.nextHop == hop }
    default: false
    }
  }
}
