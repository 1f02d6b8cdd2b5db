// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The numbers of IP's next protocol that the path tells apart (IANA "Protocol Numbers").
enum IPProtocol {
  static let icmp: UInt8 = 1
  static let tcp: UInt8 = 6
  static let udp: UInt8 = 17
  static let gre: UInt8 = 47
  static let icmpv6: UInt8 = 58
}

/// What a received outer IPv4 header says; checked once, before anything else is looked at.
struct OuterHeader {
  var headerLength: Int
  var totalLength: Int
  var tos: UInt8
  var source: UInt32
  var destination: UInt32

  /// The header of a whole packet that GRE may be taken from.
  static func parse(_ memory: PacketMemory) throws(DropReason) -> OuterHeader {
    guard memory.count >= 20 else { throw .truncated }
    let first = memory.u8(0)
    guard first >> 4 == 4 else { throw .notIPv4 }
    let headerLength = Int(first & 15) &* 4, totalLength = Int(memory.u16(2))
    guard headerLength >= 20, headerLength <= memory.count else { throw .badHeaderLength }
    guard totalLength >= headerLength, totalLength <= memory.count else { throw .truncated }
    guard memory.checksum(0, headerLength) == 0 else { throw .badHeaderChecksum }
    guard memory.u16(6) & 0x3fff == 0 else { throw .outerFragment }
    guard memory.u8(9) == IPProtocol.gre else { throw .notGRE }
    return OuterHeader(
      headerLength: headerLength, totalLength: totalLength, tos: memory.u8(1), source: memory.u32(12), destination: memory.u32(16))
  }
}
