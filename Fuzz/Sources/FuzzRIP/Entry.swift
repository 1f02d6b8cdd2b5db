// SPDX-License-Identifier: GPL-3.0-or-later
import FuzzDriver
import RIP
import Wire

/// Decodes the bytes as they are, and once more as a message of version 2. What decodes must encode to the same bytes.
private func fuzzRIP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))
  check(bytes)
  guard bytes.count >= 4 else { return 0 }
  (bytes[0], bytes[1]) = (2, 2)
  check(bytes)
  return 0
}

private func check(_ bytes: [UInt8]) {
  guard let message = try? RIPMessage.decode(bytes) else { return }
  precondition(message.encode() == bytes, "a message changed by being encoded")
}

@main enum Entry {
  static func main() { fuzz { fuzzRIP($0, $1) } }
}
