// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Protocol numbers the lab's network looks at (IANA "Assigned Internet Protocol Numbers").
enum LabProtocol {
  static let icmp: UInt8 = 1
  static let udp: UInt8 = 17
  static let gre: UInt8 = 47
  static let esp: UInt8 = 50
  static let icmpV6: UInt8 = 58
}

/// What the network must know of an IPv4 header (RFC 791 §3.1), checked once.
package struct IPv4Fields: Sendable, Equatable {
  /// Header length in bytes, options included.
  package var headerLength: Int
  /// Header and payload in bytes; the array may be longer.
  package var totalLength: Int
  /// The DF bit.
  package var dontFragment: Bool
  /// Whether this is a fragment that does not begin the packet.
  package var isLaterFragment: Bool
  /// Time to live.
  package var ttl: UInt8
  /// The payload's protocol.
  package var payloadProtocol: UInt8
  /// Source address, host order.
  package var source: UInt32
  /// Destination address, host order.
  package var destination: UInt32

  /// Reads and checks the header that begins at `offset`.
  package static func decode(_ packet: [UInt8], at offset: Int = 0) throws(WireError) -> IPv4Fields {
    guard offset >= 0, packet.count - offset >= 20 else { throw .truncated }
    guard packet[offset] >> 4 == 4 else { throw .badVersion }
    let headerLength = Int(packet[offset] & 15) * 4, totalLength = Int(packet.u16(offset + 2))
    guard headerLength >= 20, totalLength >= headerLength, offset + totalLength <= packet.count else { throw .badLength }
    guard packet.checksum(offset, headerLength) == 0 else { throw .badChecksum }
    let fragment = packet.u16(offset + 6)
    return IPv4Fields(
      headerLength: headerLength, totalLength: totalLength, dontFragment: fragment & 0x4000 != 0, isLaterFragment: fragment & 0x1fff != 0,
      ttl: packet[offset + 8], payloadProtocol: packet[offset + 9], source: packet.u32(offset + 12), destination: packet.u32(offset + 16))
  }
}

extension [UInt8] {
  /// Two bytes at `i`, which must be there.
  @inline(__always) func u16(_ i: Int) -> UInt16 { UInt16(self[i]) << 8 | UInt16(self[i + 1]) }
  /// Four bytes at `i`, which must be there.
  @inline(__always) func u32(_ i: Int) -> UInt32 { UInt32(u16(i)) << 16 | UInt32(u16(i + 2)) }

  /// Writes two bytes at `i`, which must be there.
  @inline(__always) mutating func set(_ i: Int, u16 value: UInt16) {
    self[i] = UInt8(truncatingIfNeeded: value >> 8)
    self[i + 1] = UInt8(truncatingIfNeeded: value)
  }

  /// Writes four bytes at `i`, which must be there.
  @inline(__always) mutating func set(_ i: Int, u32 value: UInt32) {
    set(i, u16: UInt16(truncatingIfNeeded: value >> 16))
    set(i + 2, u16: UInt16(truncatingIfNeeded: value))
  }

  /// The Internet checksum of `length` bytes from `start`, which must be there.
  func checksum(_ start: Int, _ length: Int, initial: UInt64 = 0) -> UInt16 {
    withUnsafeBytes {
      InternetChecksum.finish(InternetChecksum.sum(UnsafeRawBufferPointer(rebasing: $0[start..<start + length]), initial: initial))
    }
  }

  /// Puts another address at `offset` of an IPv4 header and mends the header's checksum (RFC 1624).
  mutating func rewriteAddress(_ offset: Int, to new: UInt32) {
    let old = u32(offset)
    var sum = u16(10)
    sum = InternetChecksum.updated(sum, from: UInt16(truncatingIfNeeded: old >> 16), to: UInt16(truncatingIfNeeded: new >> 16))
    sum = InternetChecksum.updated(sum, from: UInt16(truncatingIfNeeded: old), to: UInt16(truncatingIfNeeded: new))
    set(10, u16: sum)
    set(offset, u32: new)
  }
}
