// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import Testing

@Suite("Large clouds")
struct ScaleTests {
  /// The short form of the figure in docs/measurements.md.
  @Test("200 spokes, each opening a flow a minute to a random other, 1 % loss, ten minutes: shortcuts come up for nearly all")
  func twoHundred() {
    let topology = LabTopology.cloud(phase: .three, spokes: 200, link: LinkSettings(lossPerMillion: 10_000))
    let cloud = Cloud(topology, seed: 7, journalLimit: 512)
    cloud.send(.everySpoke(of: topology, seed: 7, from: .at(3), until: .at(597)))
    cloud.run(to: 600)
    let shortcuts = cloud.nodes.dropFirst().reduce(0) { $0 + $1.node.shortcutsFormed }
    let totals = cloud.ledger.totals
    #expect(totals.flows > 1_900)
    #expect(shortcuts > 3_500, "both directions of nearly every flow")
    // Each packet crosses at least four links that lose one in a hundred.
    #expect(totals.answered * 100 > totals.sent * 92)
    #expect(cloud.picture(0).peers.count { $0.state == .up } == 200)
  }
}
