// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("A certificate says what its holder may announce")
struct AnnouncementTests {
  private static let evil = 3

  /// A cloud with certificates and a routing protocol, and what was issued for it.
  private func cloud(_ routing: LabRouting) throws -> (Cloud, TestAuthority) {
    var topology = LabTopology.cloud(phase: .three, spokes: 3, protection: .certificate)
    topology.routing = routing
    let authority = try TestAuthority()
    var files: [KeyMaterialRequest: KeyMaterial] = [:]
    for node in topology.nodes { files[TestAuthority.request(for: node)] = try authority.material(for: node) }
    return (Cloud(topology, seed: 21, keys: VirtualKeys(files: files)), authority)
  }

  /// Routes of a node's host system, which it redistributes.
  private func plant(_ cloud: Cloud, _ prefixes: [IPPrefix]) {
    for prefix in prefixes {
      let route = HostRoute(prefix: prefix, gateway: cloud.topology.nodes[Self.evil].host, interface: "eth1")
      cloud.input(Self.evil, .event(.hostRoute(route, isPresent: true)))
    }
  }

  /// Whether the hub's route for exactly a network leads to a node, or to the router behind it.
  private func isBehind(_ cloud: Cloud, _ prefix: IPPrefix, _ node: Int) -> Bool {
    let node = cloud.topology.nodes[node]
    return cloud.route(0, prefix).map { [node.tunnelAddress, node.host].contains($0.nextHop) } ?? false
  }

  @Test(
    "BGP, RIP: what a spoke's certificate does not name is refused, counted and said, and harms nobody; what it names is taken",
    arguments: [LabRouting.bgp, .rip])
  func refusesOthers(routing: LabRouting) throws {
    let (cloud, _) = try cloud(routing), spoke = cloud.topology.nodes[Self.evil].tunnelAddress
    cloud.run(to: 3)
    let lines = routing == .bgp ? ["router bgp 65000", "redistribute kernel"] : ["router rip", "redistribute kernel metric 1"]
    #expect(cloud.configure(Self.evil, lines[0], lines[1]) == "")
    cloud.run(to: 70)
    for node in 1...3 { #expect(isBehind(cloud, cloud.lan(of: node), node), "\(cloud.console(0, "show ip route"))") }
    // The node's host has a default route, which it redistributes as well.
    #expect(cloud.records(0, .announcementRefused).allSatisfy { $0.a == spoke && $0.x == 0 }, "the honest say nothing that is not theirs")
    let own = cloud.lan(of: Self.evil), part = IPPrefix(IPAddress(v4: own.address.v4Bits | 128), length: 25)
    // A network of nobody, another spoke's, a part of one, and all.
    let bad = [IPPrefix(IPAddress(192, 168, 77, 0), length: 24), cloud.lan(of: 1), IPPrefix(host: cloud.topology.nodes[2].host), .defaultV4]
    // The list of the lab's hub would hide what is longer than a LAN, and the default.
    if routing == .bgp { #expect(cloud.configure(0, "router bgp 65000", "no neighbor SPOKES prefix-list SPOKE-LANS in") == "") }
    plant(cloud, bad + [part])
    cloud.run(to: 140)
    for prefix in bad { #expect(!isBehind(cloud, prefix, Self.evil), "\(prefix)") }
    for node in 1...3 { #expect(isBehind(cloud, cloud.lan(of: node), node), "\(cloud.console(0, "show ip route"))") }
    #expect(isBehind(cloud, part, Self.evil), "a part of what is named")
    let records = cloud.records(0, .announcementRefused)
    #expect(!records.isEmpty && records.allSatisfy { $0.a == spoke } && records.count <= 3, "\(records.count)")
    #expect(cloud.console(0, "show logging").contains("%DMVPN-4-PREFIX_NOT_IN_CERT: neighbor \(spoke) announces "))
    let shown = cloud.console(0, "show crypto session detail")
    #expect(shown.contains("Certificate prefixes: ") && shown.contains(/Announcements refused: [1-9]/), "\(shown)")
    let flow = cloud.talk(node: 2, 1, from: 141, packets: 20)
    cloud.run(to: 165)
    #expect(try cloud.account(flow).lost == 0)
  }

  @Test("a peer that comes again with another certificate is judged anew, although its BGP session stood all the time")
  func otherCertificate() throws {
    let (cloud, authority) = try cloud(.bgp), node = cloud.topology.nodes[Self.evil], lan = cloud.lan(of: Self.evil)
    cloud.run(to: 3)
    // The mapping goes with the associations, and sessions with the mapping unless they are told to stay.
    #expect(cloud.configure(0, "router bgp 65000", "no neighbor SPOKES fall-over") == "")
    #expect(cloud.configure(Self.evil, "router bgp 65000", "no neighbor \(cloud.topology.nodes[0].tunnelAddress) fall-over") == "")
    cloud.run(to: 70)
    #expect(isBehind(cloud, lan, Self.evil))
    let downs = cloud.records(0, .bgpDown).count
    let without = try authority.material(for: node) { $0.addressBlocks = [IPPrefix(host: node.tunnelAddress)] }
    cloud.input(Self.evil, .event(.material(TestAuthority.request(for: node), without)))
    cloud.clearCryptoSessions(Self.evil)
    cloud.run(to: 100)
    #expect(!isBehind(cloud, lan, Self.evil), "\(cloud.console(0, "show ip bgp"))")
    cloud.input(Self.evil, .event(.material(TestAuthority.request(for: node), try authority.material(for: node))))
    cloud.clearCryptoSessions(Self.evil)
    cloud.run(to: 160)
    #expect(isBehind(cloud, lan, Self.evil), "\(cloud.console(0, "show ip bgp"))")
    #expect(cloud.records(0, .bgpDown).count == downs)
    for other in 1...2 { #expect(isBehind(cloud, cloud.lan(of: other), other)) }
  }
}
