// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import NodeRuntime
import ProtocolKit

/// A `monitor capture` of a node that is being written.
struct LabCapture {
  var filter: CaptureFilter
  var writer: PcapngWriter
}

/// `monitor capture` on the nodes of a lab: pcapng files with inner and outer packets, as a node on Linux writes them.
extension Cloud {
  func capture(_ i: Int, _ name: String, _ request: CaptureRequest?) {
    if let old = captures[i]?.removeValue(forKey: name) { try? old.writer.close() }
    let start = UInt64(clamping: nodes[i].node.wallAtStartNanoseconds)
    guard let request else { return }
    do throws(PcapngError) {
      let writer = try PcapngWriter.file(at: request.file, unixNanosecondsAtStart: start)
      captures[i, default: [:]][name] = LabCapture(filter: request.filter, writer: writer)
    } catch {
      input(i, .event(.captureEnded(name: name, failure: "\(error)")))
    }
  }

  /// Writes what the core of node `i` copied; each capture takes what its own filter wants.
  func drainCaptures(_ i: Int) {
    guard let all = captures[i], !all.isEmpty else { return }
    let packets = nodes[i].core.takeCaptured()
    guard !packets.isEmpty else { return }
    for name in all.keys.sorted() {
      guard let capture = all[name] else { continue }
      let (inner, outer) = (capture.writer.interface(named: "inner"), capture.writer.interface(named: "outer"))
      for p in all.count == 1 ? packets : capture.filter.selected(from: packets) {
        capture.writer.write(p.bytes, on: p.isInner ? inner : outer, at: p.at, originalLength: p.originalLength)
      }
      capture.writer.flush()
    }
  }
}
