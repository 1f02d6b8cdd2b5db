// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import IKE
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Large protected clouds")
struct ProtectedScaleTests {
  @Test("100 protected spokes, each opening a flow a minute, two minutes: all are registered, no exchange fails, no packet is lost")
  func hundred() throws { try large(100, seconds: 120) }

  @Test("1,000 protected spokes, three minutes: the same", .enabled(if: LongForm.isAsked, LongForm.reason))
  func thousand() throws { try large(1_000, seconds: 180) }

  private func large(_ spokes: Int, seconds end: Double) throws {
    let topology = LabTopology.cloud(phase: .three, spokes: spokes, protection: .psk)
    let before = residentMegabytes
    let cloud = Cloud(topology, seed: 51, spread: .seconds(5), journalLimit: 512, keys: .simulated)
    cloud.send(.everySpoke(of: topology, seed: 51, from: .at(20), until: .at(end - 10)))
    let wall = seconds { cloud.run(to: end) }
    let summaries = cloud.nodes.indices.map { cloud.engine($0).summary }
    let handshakes = summaries.reduce(0) { $0 + $1.handshakes } / 2, failures = summaries.reduce(0) { $0 + $1.failures }
    print(
      "protected scale: \(spokes) spokes, \(end) virtual seconds in \(wall) s, \(residentMegabytes - before) MB, \(handshakes) handshakes,",
      cloud.ledger.totals.sent, "pings")
    #expect(cloud.picture(0).peers.count { $0.state == .up } == spokes)
    #expect(failures == 0 && summaries[0].established == spokes)
    #expect(cloud.ledger.totals.unanswered == 0)
    // Two that ask for each other at once make two of it now and then; both ends know the same.
    let associations = summaries.reduce(0) { $0 + $1.established }
    #expect(associations % 2 == 0 && associations / 2 >= spokes)
  }

  private var residentMegabytes: Int {
    let file = FileHandle(forReadingAtPath: "/proc/self/statm")
    let text = String(decoding: file?.readDataToEndOfFile() ?? Data(), as: UTF8.self)
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4_096 >> 20 } ?? 0
  }
}
