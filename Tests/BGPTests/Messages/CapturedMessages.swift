// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Foundation

/// The messages of `Captures/`, as FRR and IOS sent them.
struct CapturedMessage: CustomStringConvertible {
  /// Capture, frame, number in the frame.
  let name: String
  let bytes: [UInt8]
  var description: String { name }

  /// FRR spoke four octets; so did none of the IOS of those years.
  var context: UpdateContext { UpdateContext(isWide: name.hasPrefix("frr")) }

  static let all: [CapturedMessage] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let text = (try? String(contentsOf: folder.appending(path: "Captures/bgp-messages.txt"), encoding: .utf8)) ?? ""
    var name = ""
    return text.split(separator: "\n").compactMap { line in
      guard !line.hasPrefix("#") else {
        name = String(line.dropFirst(2))
        return nil
      }
      return CapturedMessage(name: name, bytes: hex(String(line)))
    }
  }()
}

/// Bytes of hexadecimal digits; blanks between them are passed over.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// Hexadecimal digits of bytes.
func hexText(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
