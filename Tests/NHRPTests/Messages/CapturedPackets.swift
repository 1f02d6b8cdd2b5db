// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The fixtures of `Captures/`: packets as hex, and what tshark said about each.
struct CapturedPacket: CustomStringConvertible {
  /// Capture and frame number.
  let name: String
  let bytes: [UInt8]
  /// tshark's fields, "malformed" among them.
  let fields: [String: String]
  var description: String { name }

  static let all: [CapturedPacket] = load()

  private static func text(_ file: String) -> [Substring] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let url = folder.appending(path: "Captures/\(file)")
    return ((try? String(contentsOf: url, encoding: .utf8)) ?? "").split(separator: "\n")
  }

  private static func load() -> [CapturedPacket] {
    let fields = loadFields()
    var name = ""
    var packets: [CapturedPacket] = []
    for line in text("nhrp-packets.txt") {
      if line.hasPrefix("#") {
        name = String(line.dropFirst(2))
      } else {
        packets.append(CapturedPacket(name: name, bytes: hex(String(line)), fields: fields[name] ?? [:]))
      }
    }
    return packets
  }

  private static func loadFields() -> [String: [String: String]] {
    var all: [String: [String: String]] = [:]
    var name = ""
    for line in text("nhrp-fields.txt") where !line.hasPrefix("#") {
      guard line.hasPrefix(" ") else { name = String(line); continue }
      let parts = line.dropFirst().split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      all[name, default: [:]][String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
    }
    return all
  }
}
