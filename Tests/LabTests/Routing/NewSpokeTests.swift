// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("A spoke the hub's file never mentions, by each protocol")
struct NewSpokeTests {
  /// Seconds that each protocol needs at most.
  private func bound(_ routing: LabRouting) -> Double {
    switch routing {
    // It may try to connect before it is registered; then again after the retry time.
    case .bgp: 10 * 1.25 + 2
    // A triggered update waits up to 5 s for the one before it (RFC 2453 §3.10.1), at the hub and then at nobody else.
    case .rip: 2 * 5 + 2
    // A neighbour that is new is answered in 1–5 s; first packets come after 0, 1, 3 and 7 s.
    case .odr: 7 + 5
    case .static: 0
    }
  }

  @Test("joins: the hub's configuration stands byte for byte, all reach it within the protocol's own time", arguments: RoutedPhase.spoken)
  func joins(_ routed: RoutedPhase) throws {
    let cloud = routed.cloud()
    cloud.run(to: routed.settled)
    #expect(cloud.census().isWhole)
    let before = cloud.console(0, "show running-config")
    let new = try #require(cloud.addSpoke()), node = cloud.topology.nodes[new]
    for mention in ["\(node.tunnelAddress)", "\(node.nbma)", "\(cloud.lan(of: new).address)", node.name] {
      #expect(!before.contains(mention + "\n") && !before.contains(mention + " "))
    }
    let took = try #require(cloud.wait(upTo: 120) { $0.isReachedByAll(new) })
    print("new spoke: \(routed.testDescription): reached by all, and reaches all, after \(took) s")
    #expect(took <= bound(routed.routing))
    #expect(cloud.console(0, "show running-config") == before, "byte-identical")
    cloud.talk(node: 1, new, from: 0, packets: 20)
    cloud.talk(node: new, 2, from: 0, packets: 20)
    cloud.run(until: cloud.now + .seconds(6))
    #expect(cloud.lost == 0)
  }
}
