// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Wire

/// Tells a run as lines of text: what each node saw, when, and because of what.
public final class LabNarrator {
  private let write: (String) -> Void
  private let names: [String]
  private let width: Int

  /// Writes one line a call; `names` are the nodes' names.
  public init(names: [String], write: @escaping (String) -> Void) {
    (self.names, self.write) = (names, write)
    width = names.map(\.count).max() ?? 4
  }

  /// Tells of new records of a node.
  public func tell(_ node: Int, _ records: [JournalRecord], in cloud: Cloud) {
    let text = cloud.nodes[node].node.textOfRecords
    for r in records { write(line(node, text.row(r))) }
  }

  private func line(_ node: Int, _ row: EventRow) -> String {
    let ms = row.at.nanoseconds / 1_000
    let stamp = "\(ms / 1_000_000).\(padded(ms % 1_000_000, 6))"
    let cause = row.cause == .none ? "" : "  ← #\(row.cause.rawValue)"
    let subject = row.subject.isEmpty ? "" : row.subject + ": "
    return leading(stamp, 12) + "  " + trailing(names[node], width) + "  #" + trailing("\(row.number.rawValue)", 5) + trailing(row.facility, 5)
      + subject + row.text + cause
  }

  private func padded(_ n: Int64, _ width: Int) -> String { String(repeating: "0", count: max(0, width - "\(n)".count)) + "\(n)" }
  private func leading(_ s: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - s.count)) + s }
  private func trailing(_ s: String, _ width: Int) -> String { s + String(repeating: " ", count: max(0, width - s.count)) }
}
