// SPDX-License-Identifier: GPL-3.0-or-later
import FuzzDriver
import ODR
import Wire

/// Decodes the bytes as they are, and once more with a checksum that fits, so that the parser behind it is reached.
/// What decodes must encode to the same bytes.
private func fuzzCDP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))
  check(bytes)
  guard bytes.count >= 4 else { return 0 }
  (bytes[0], bytes[2], bytes[3]) = (1 + bytes[0] % 2, 0, 0)
  let sum = CDPChecksum.of(bytes)
  (bytes[2], bytes[3]) = (UInt8(sum >> 8), UInt8(sum & 255))
  check(bytes)
  return 0
}

private func check(_ bytes: [UInt8]) {
  guard let packet = try? CDPPacket.decode(bytes) else { return }
  precondition(packet.encode() == bytes, "a packet changed by being encoded")
  _ = (packet.deviceID, packet.softwareVersion, packet.addresses, packet.prefixes, packet.gateway)
}

@main enum Entry {
  static func main() { fuzz { fuzzCDP($0, $1) } }
}
