// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Many dynamic BGP neighbours on one hub")
struct DynamicNeighborsTests {
  /// Brings up a hub with `spokes` neighbours, switches it off and on, and waits for all to be as before.
  private func restart(_ spokes: Int) throws {
    let cloud = RoutedPhase(routing: .bgp, phase: .three).cloud(spokes: spokes, holdTime: 60, journalLimit: 512)
    func isUp(_ cloud: Cloud) -> Bool {
      cloud.topology.spokes.allSatisfy { spoke in
        if case .arrives = cloud.way(from: 0, to: spoke.host) { true } else { false }
      } && cloud.census(stride: spokes + 7).isWhole
    }
    let began = try #require(cloud.wait(upTo: 120, step: 1, until: isUp))
    cloud.run(until: cloud.now + .seconds(30))
    let file = cloud.console(0, "show running-config")
    cloud.restart(0)
    cloud.run(until: cloud.now + .seconds(1))
    let again = try #require(cloud.wait(upTo: 300, step: 1, until: isUp))
    print("dynamic neighbours: \(spokes), all ways there \(began) s after the start, \(again + 1) s after the hub's restart (virtual)")
    // A spoke learns by its next KEEPALIVE, 60 s at most, that the connection is no more; it connects again within 10 s and their jitter.
    // Meanwhile it has registered: each third of the hold time.
    #expect(again <= 60 + 10 * 1.25 + 5)
    let summary = cloud.console(0, "show ip bgp summary | count Estab|^[*]10")
    #expect(cloud.console(0, "show running-config") == file, "\(summary)")
  }

  @Test("100: a hub that restarts has all of them back within their next KEEPALIVE and try to connect")
  func hundred() throws { try restart(100) }

  @Test("1,000: the same", .enabled(if: LongForm.isAsked, LongForm.reason))
  func thousand() throws { try restart(1_000) }
}
