// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

/// A capture that is being written.
struct OpenCapture {
  var filter: CaptureFilter
  var file: CaptureFile
}

extension NodeHost {
  /// Starts a capture into its file, or (nil) ends it.
  func capture(_ name: String, _ request: CaptureRequest?) {
    captures[name] = nil
    if let request { open(name, request) }
  }

  private func open(_ name: String, _ request: CaptureRequest) {
    do throws(SystemError) {
      let file = try CaptureFile(path: request.file, application: "dmvpn \(Node.version)", snapLength: request.filter.snapLength)
      captures[name] = OpenCapture(filter: request.filter, file: file)
    } catch {
      end(name, "\(error)")
    }
  }

  /// A capture that cannot go on: the operator sees why in `show monitor capture`.
  private func end(_ name: String, _ reason: String) {
    captures[name] = nil
    log.write(.error, "capture \(name) ends: \(reason)")
    deliver(.captureEnded(name: name, failure: reason))
  }

  /// Writes what the cores copied; each capture takes what its own filter wants. The file is whole after each batch.
  func writeCaptured(_ packets: [CapturedPacket]) {
    for name in captures.keys.sorted() {
      guard let capture = captures[name] else { continue }
      do throws(SystemError) {
        try write(packets, to: capture)
      } catch {
        end(name, "\(error)")
      }
    }
  }

  private func write(_ packets: [CapturedPacket], to capture: OpenCapture) throws(SystemError) {
    for packet in captures.count == 1 ? packets : capture.filter.selected(from: packets) {
      let bytes = packet.bytes.count > capture.filter.snapLength ? Array(packet.bytes.prefix(capture.filter.snapLength)) : packet.bytes
      try capture.file.append(
        bytes, originalLength: packet.originalLength, on: packet.isInner ? .inner : .outer, isInbound: packet.direction == .inbound,
        wallNanoseconds: node.wallAtStartNanoseconds + packet.at.nanoseconds)
    }
    try capture.file.flush()
  }
}
