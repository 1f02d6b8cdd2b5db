// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

/// Over which of their addresses hub and spokes have their sessions.
enum SessionFamily: String, CaseIterable, CustomTestStringConvertible {
  case v4 = "over the IPv4 session"
  case v6 = "over an IPv6 session with update-source Tunnel0"
  var testDescription: String { rawValue }
}

@Suite("BGP for IPv6 in the overlay")
struct RoutedV6Tests {
  /// What is typed at a node of IPv6 in BGP. Phase 2: the hub reflects, and next hops stay as they are.
  private func lines(_ topology: LabTopology, _ node: LabNode, _ family: SessionFamily) -> [String] {
    let isHub = node.role == .hub
    let others = topology.nodes.filter { ($0.role == .hub) != isHub }
    let peers: [String] =
      switch family {
      case .v4: isHub ? ["SPOKES"] : others.map { "\($0.tunnelAddress)" }
      case .v6: others.map { "\($0.tunnelAddressV6)" }
      }
    let heads = family == .v4 ? [] : peers.flatMap { [" neighbor \($0) remote-as 65000", " neighbor \($0) update-source Tunnel0"] }
    return ["router bgp 65000"] + heads + [" address-family ipv6 unicast"]
      + peers.flatMap { ["  neighbor \($0) activate"] + (isHub ? ["  neighbor \($0) route-reflector-client"] : []) }
      + (node.lanV6.map { ["  network \($0)"] } ?? []) + [" exit-address-family"]
  }

  /// A hub and two spokes, whose static routes of IPv6 go before their first session stands.
  private func cloud(_ family: SessionFamily) -> Cloud {
    var topology = LabTopology.cloud(phase: .two, spokes: 2)
    (topology.routing, topology.hasIPv6) = (.bgp, true)
    let cloud = Cloud(topology, seed: 6)
    cloud.run(to: 1)
    for (i, node) in topology.nodes.enumerated() {
      let statics = topology.configuration(of: i).split(separator: "\n").filter { $0.hasPrefix("ipv6 route") }.map { "no \($0)" }
      let typed = (["configure terminal"] + statics + lines(topology, node, family) + ["end"]).joined(separator: " ; ")
      let complaints = cloud.console(i, typed).split(separator: "\n").filter { $0.hasPrefix("%") && !$0.hasPrefix("% Warning") }
      #expect(complaints.isEmpty, "\(typed): \(complaints)")
    }
    return cloud
  }

  @Test("routes go both ways, with the other spoke's own address as next hop, and hosts ping each other", arguments: SessionFamily.allCases)
  func routes(_ family: SessionFamily) throws {
    let cloud = cloud(family), nodes = cloud.topology.nodes
    cloud.run(to: 130)
    for i in nodes.indices {
      let shown = cloud.console(i, "show ipv6 route")
      for (k, other) in nodes.enumerated() where k != i {
        let lan = try #require(other.lanV6)
        #expect(shown.contains("B   \(lan) [200/0]\n     via \(other.tunnelAddressV6)"), "\(nodes[i].name): \(shown)")
      }
    }
    let (a, b) = (cloud.topology.index(ofSpoke: 1), cloud.topology.index(ofSpoke: 2))
    let far = try #require(nodes[b].hostV6)
    for n in 1...10 {
      cloud.pingV6(from: a, to: far, sequence: UInt16(n))
      cloud.run(until: cloud.now + .milliseconds(100))
    }
    cloud.run(until: cloud.now + .seconds(1))
    #expect(cloud.host(a).echoReplies == Array(1...10))
    let direct = cloud.nodes[a].core.adjacencyCounters(cloud.nodes[a].tunnel, nextHop: nodes[b].tunnelAddressV6)?.packetsOut ?? 0
    #expect(direct > 5, "phase 2: once the next hop is resolved, not by the hub")
  }
}
