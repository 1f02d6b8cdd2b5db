// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import ProtocolKit
@main enum Main { static func main() {
  let t = LabTopology.cloud(phase: .three, spokes: 3)
  let cloud = Cloud(t, seed: 1)
  let narrator = LabNarrator(names: t.nodes.map(\.name)) { print($0) }
  cloud.onRecords = { narrator.tell($0, $1, in: cloud) }
  cloud.send(FlowGenerator.demonstration(of: t, seed: 1, holdTime: .seconds(600), burst: .seconds(3), from: Instant(nanoseconds: 3_000_000_000)))
  cloud.run(until: Instant(nanoseconds: 15_000_000_000))
  for n in cloud.nodes { print(n.node.startupDiagnostics.filter { $0.level != .notActedOn }.map(\.located)) }
  let r = LabReport(cloud, seed: 1); for p in r.pairs { print(p) }; print(r.journalHash, r.shortcutsFormed, r.packetsLost)
} }
