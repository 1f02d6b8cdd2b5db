// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The numbers of IP's next protocol that the path tells apart (IANA "Protocol Numbers").
enum IPProtocol {
  static let icmp: UInt8 = 1
  static let tcp: UInt8 = 6
  static let udp: UInt8 = 17
  static let ipv4: UInt8 = 4
  static let ipv6: UInt8 = 41
  static let gre: UInt8 = 47
  static let esp: UInt8 = 50
  static let icmpv6: UInt8 = 58
  static let none: UInt8 = 59
}

/// What a received outer IPv4 or IPv6 header says; checked once, before anything else is looked at.
struct OuterHeader {
  /// Of IPv6, with the extension headers that were passed over.
  var headerLength: Int
  var totalLength: Int
  var tos: UInt8
  /// 47, 50 or 17.
  var payloadProtocol: UInt8
  var source: IPAddress
  var destination: IPAddress

  /// The header of a whole packet that GRE, ESP or UDP may be taken from.
  @inline(__always) static func parse(_ memory: PacketMemory) throws(DropReason) -> OuterHeader {
    guard memory.count >= 20 else { throw .truncated }
    let words = IPv4Words(memory)
    guard words.version == 4 else { return try parseV6(memory) }
    let headerLength = words.headerLength, totalLength = words.totalLength
    guard headerLength >= 20, headerLength <= memory.count else { throw .badHeaderLength }
    guard totalLength >= headerLength, totalLength <= memory.count else { throw .truncated }
    guard words.isChecksumRight(memory) else { throw .badHeaderChecksum }
    guard words.fragment & 0x3fff == 0 else { throw .outerFragment }
    guard isTaken(words.payloadProtocol) else { throw .notGRE }
    return OuterHeader(
      headerLength: headerLength, totalLength: totalLength, tos: words.tos, payloadProtocol: words.payloadProtocol,
      source: IPAddress(v4: words.source), destination: IPAddress(v4: words.destination))
  }

  /// The same of IPv6 (RFC 8200 §3). Options for every hop and for us are passed over: Linux puts a tunnel encapsulation limit there
  /// (RFC 2473 §4.1.1).
  private static func parseV6(_ memory: PacketMemory) throws(DropReason) -> OuterHeader {
    guard memory.u8(0) >> 4 == 6 else { throw .notIPv4 }
    guard memory.count >= 40 else { throw .truncated }
    let totalLength = 40 &+ Int(memory.u16(4))
    guard totalLength <= memory.count else { throw .truncated }
    let source = IPAddress(high: memory.u64(8), low: memory.u64(16))
    let destination = IPAddress(high: memory.u64(24), low: memory.u64(32))
    guard !source.isV4, !destination.isV4 else { throw .martian }
    let upper = IPv6Extensions.upperLayer(memory, end: totalLength)
    if upper.isFragment { throw .outerFragment }
    guard let at = upper.at else { throw .badHeaderLength }
    guard isTaken(upper.nextHeader), !upper.isRouted else { throw .notGRE }
    return OuterHeader(
      headerLength: at, totalLength: totalLength, tos: UInt8(truncatingIfNeeded: memory.u16(0) >> 4), payloadProtocol: upper.nextHeader,
      source: source, destination: destination)
  }

  @inline(__always) private static func isTaken(_ number: UInt8) -> Bool {
    number == IPProtocol.gre || number == IPProtocol.esp || number == IPProtocol.udp
  }
}

/// An IP header of ours in front of GRE, ESP or UDP; it has no options.
struct OuterFields {
  var tos: UInt8
  var id: UInt16
  var dontFragment: Bool
  var ttl: UInt8
  var payloadProtocol: UInt8
  var source: IPAddress
  var destination: IPAddress

  /// The header of a packet of a tunnel. A fixed TOS keeps the inner ECN bits (RFC 6040 §4.1, normal mode).
  @inline(__always) init(
    _ facts: TunnelFacts, tos: UInt8, id: UInt16, payloadProtocol: UInt8 = IPProtocol.gre, source: IPAddress, destination: IPAddress
  ) {
    self.tos = facts.copiesTOS ? tos : facts.tos & 0xfc | tos & 3
    (self.id, dontFragment, ttl) = (id, facts.setsDontFragment, facts.ttl)
    (self.payloadProtocol, self.source, self.destination) = (payloadProtocol, source, destination)
  }

  /// The header of a datagram of the node itself: "internetwork control" (RFC 4594 §3.1).
  init(controlFrom source: IPAddress, to destination: IPAddress, id: UInt16) {
    (tos, self.id, dontFragment, ttl, payloadProtocol) = (0xc0, id, false, 64, IPProtocol.udp)
    (self.source, self.destination) = (source, destination)
  }

  /// Its bytes.
  var length: Int { source.isV4 ? 20 : 40 }

  /// Writes it at `at` for a packet of `length` bytes from there on.
  @inline(__always) func write(_ memory: PacketMemory, at: Int = 0, length: Int) {
    guard source.isV4 else { return writeV6(memory, at: at, length: length) }
    // In whole words: the checksum is made of what is written, not read again.
    let first = 0x4500_0000 | UInt64(tos) << 16 | UInt64(UInt16(truncatingIfNeeded: length))
    let second = UInt64(id) << 16 | (dontFragment ? 0x4000 : 0)
    let third = UInt64(ttl) << 24 | UInt64(payloadProtocol) << 16
    let (from, to) = (UInt64(source.v4Bits), UInt64(destination.v4Bits))
    let sum = InternetChecksum.finish(first &+ second &+ third &+ from &+ to)
    memory.set(at, u64: first << 32 | second)
    memory.set(at &+ 8, u64: (third | UInt64(sum)) << 32 | from)
    memory.set(at &+ 16, u32: destination.v4Bits)
  }

  /// RFC 8200 §3. The flow label is 0: nothing on the way may rely on it (RFC 6437 §2).
  private func writeV6(_ memory: PacketMemory, at: Int, length: Int) {
    memory.set(at, u32: 0x6000_0000 | UInt32(tos) << 20)
    memory.set(at &+ 4, u16: UInt16(truncatingIfNeeded: length &- 40))
    memory.set(at &+ 6, u8: payloadProtocol)
    memory.set(at &+ 7, u8: ttl)
    memory.set(at &+ 8, address: source)
    memory.set(at &+ 24, address: destination)
  }
}

extension IPAddress {
  /// Whether it may not be an outer source: unspecified, multicast, broadcast, loopback of IPv6.
  @inline(__always) var isMartianSource: Bool {
    guard isV4 else { return isUnspecified || isMulticast || isLoopback }
    let bits = v4Bits
    return bits == 0 || bits >> 28 == 0xe || bits == .max
  }
}
