// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Screens

/// Prints a node's console as text at fixed times, in two sizes. Depends on the node's pictures alone, so that a replay of the
/// node's inputs prints the same bytes.
struct FramePrinter {
  private static let sizes = [(rows: 24, columns: 80), (rows: 40, columns: 120)]
  private var view = ViewState()

  /// Prints the frames of one moment.
  mutating func show(_ snapshot: NodeSnapshot) {
    view.rates.absorb(snapshot)
    for size in FramePrinter.sizes {
      print("=== \(snapshot.hostname) at \(snapshot.at.nanoseconds / 1_000_000) ms, \(size.columns)x\(size.rows)")
      print(Renderer.text(Renderer.render(snapshot: snapshot, view: view, rows: size.rows, columns: size.columns)))
    }
  }

  /// Prints what the node's journal came to.
  func finish(_ node: Node) { print("=== \(node.journal.count) records, hash \(String(node.journal.hash, radix: 16))") }
}
