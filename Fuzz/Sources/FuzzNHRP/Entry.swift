// SPDX-License-Identifier: GPL-3.0-or-later
import FuzzDriver
import NHRP
import Wire

/// Decodes the bytes as they are, and once more with size and checksum made right, so that the parser behind them is reached.
/// What decodes must encode to something that decodes to the same.
private func fuzzNHRP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))
  check(bytes)
  guard bytes.count >= 20, bytes.count <= 0xffff else { return 0 }
  (bytes[10], bytes[11], bytes[12], bytes[13]) = (UInt8(bytes.count >> 8), UInt8(bytes.count & 255), 0, 0)
  let sum = InternetChecksum.of(bytes)
  (bytes[12], bytes[13]) = (UInt8(sum >> 8), UInt8(sum & 255))
  check(bytes)
  return 0
}

private func check(_ bytes: [UInt8]) {
  guard let packet = try? NHRPPacket.decode(bytes) else { return }
  guard let again = try? NHRPPacket.decode(packet.encode()) else { fatalError("what was decoded does not decode again") }
  precondition(again == packet, "a packet changed by being encoded")
}

@main enum Entry {
  static func main() { fuzz { fuzzNHRP($0, $1) } }
}
