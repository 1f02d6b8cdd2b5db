// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The numbers of IP's next protocol that the path tells apart (IANA "Protocol Numbers").
enum IPProtocol {
  static let icmp: UInt8 = 1
  static let tcp: UInt8 = 6
  static let udp: UInt8 = 17
  static let ipv4: UInt8 = 4
  static let gre: UInt8 = 47
  static let esp: UInt8 = 50
  static let icmpv6: UInt8 = 58
  static let none: UInt8 = 59
}

/// What a received outer IPv4 header says; checked once, before anything else is looked at.
struct OuterHeader {
  var headerLength: Int
  var totalLength: Int
  var tos: UInt8
  /// 47, 50 or 17.
  var payloadProtocol: UInt8
  var source: UInt32
  var destination: UInt32

  /// The header of a whole packet that GRE, ESP or UDP may be taken from.
  static func parse(_ memory: PacketMemory) throws(DropReason) -> OuterHeader {
    guard memory.count >= 20 else { throw .truncated }
    let first = memory.u8(0)
    guard first >> 4 == 4 else { throw .notIPv4 }
    let headerLength = Int(first & 15) &* 4, totalLength = Int(memory.u16(2))
    guard headerLength >= 20, headerLength <= memory.count else { throw .badHeaderLength }
    guard totalLength >= headerLength, totalLength <= memory.count else { throw .truncated }
    guard memory.checksum(0, headerLength) == 0 else { throw .badHeaderChecksum }
    guard memory.u16(6) & 0x3fff == 0 else { throw .outerFragment }
    let payloadProtocol = memory.u8(9)
    guard payloadProtocol == IPProtocol.gre || payloadProtocol == IPProtocol.esp || payloadProtocol == IPProtocol.udp else { throw .notGRE }
    return OuterHeader(
      headerLength: headerLength, totalLength: totalLength, tos: memory.u8(1), payloadProtocol: payloadProtocol, source: memory.u32(12),
      destination: memory.u32(16))
  }
}

/// An IPv4 header of ours in front of GRE, ESP or UDP; it has no options.
struct OuterFields {
  var tos: UInt8
  var id: UInt16
  var dontFragment: Bool
  var ttl: UInt8
  var payloadProtocol: UInt8
  var source: UInt32
  var destination: UInt32

  /// The header of a packet of a tunnel. A fixed TOS keeps the inner ECN bits (RFC 6040 §4.1, normal mode).
  @inline(__always) init(
    _ facts: TunnelFacts, tos: UInt8, id: UInt16, payloadProtocol: UInt8 = IPProtocol.gre, source: UInt32, destination: UInt32
  ) {
    self.tos = facts.copiesTOS ? tos : facts.tos & 0xfc | tos & 3
    (self.id, dontFragment, ttl) = (id, facts.setsDontFragment, facts.ttl)
    (self.payloadProtocol, self.source, self.destination) = (payloadProtocol, source, destination)
  }

  /// The header of a datagram of the node itself: "internetwork control" (RFC 4594 §3.1).
  init(controlFrom source: UInt32, to destination: UInt32, id: UInt16) {
    (tos, self.id, dontFragment, ttl, payloadProtocol) = (0xc0, id, false, 64, IPProtocol.udp)
    (self.source, self.destination) = (source, destination)
  }

  /// Writes it at `at` for a packet of `length` bytes from there on.
  @inline(__always) func write(_ memory: PacketMemory, at: Int = 0, length: Int) {
    memory.set(at, u8: 0x45)
    memory.set(at &+ 1, u8: tos)
    memory.set(at &+ 2, u16: UInt16(truncatingIfNeeded: length))
    memory.set(at &+ 4, u16: id)
    memory.set(at &+ 6, u16: dontFragment ? 0x4000 : 0)
    memory.set(at &+ 8, u8: ttl)
    memory.set(at &+ 9, u8: payloadProtocol)
    memory.set(at &+ 10, u16: 0)
    memory.set(at &+ 12, u32: source)
    memory.set(at &+ 16, u32: destination)
    memory.set(at &+ 10, u16: memory.checksum(at, 20))
  }
}

extension UInt32 {
  /// Whether an IPv4 address may not be an outer source: 0.0.0.0, multicast, broadcast.
  var isMartianSource: Bool { self == 0 || self >> 28 == 0xe || self == .max }
}
