// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import FuzzDriver
import Wire

/// Decodes the bytes as they are, and once more behind a header made right, so that the parsers behind it are reached: with AS numbers of
/// both widths, and with path numbers. What decodes must encode to something that decodes to the same.
private func fuzzBGP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))
  check(bytes)
  guard bytes.count >= 19, bytes.count <= 4096 else { return 0 }
  for i in 0..<16 { bytes[i] = 0xff }
  (bytes[16], bytes[17]) = (UInt8(bytes.count >> 8), UInt8(bytes.count & 255))
  check(bytes)
  return 0
}

private func check(_ bytes: [UInt8]) {
  for context in [UpdateContext(isWide: true), UpdateContext(isWide: false), UpdateContext(isWide: true, hasPathIDs: [true, true])] {
    // One that asks for treatment holds values that are kept as they came, and need not read the same again.
    guard let message = (try? BGPMessage.decode(bytes, context))?.0 else { continue }
    if case .update(let update) = message, update.approach != .none { continue }
    let again = message.encode(context)
    guard again.count <= 4096 else { continue }
    guard let back = (try? BGPMessage.decode(again, context))?.0 else { fatalError("what was decoded does not decode again") }
    precondition(back == message, "a message changed by being encoded")
  }
}

@main enum Entry {
  static func main() { fuzz { fuzzBGP($0, $1) } }
}
