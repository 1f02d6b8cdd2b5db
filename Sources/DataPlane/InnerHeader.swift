// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// What an inner IPv4 or IPv6 header says; checked once.
struct InnerHeader {
  var isV6 = false
  var headerLength: Int
  var totalLength: Int
  /// TOS, or traffic class.
  var tos: UInt8
  /// TTL, or hop limit.
  var ttl: UInt8
  /// The protocol, or the first next header.
  var nextProtocol: UInt8
  var dontFragment = false
  var moreFragments = false
  /// In units of eight bytes.
  var fragmentOffset: UInt16 = 0
  var source: IPAddress
  var destination: IPAddress

  /// Whether one packet stands for many receivers on the tunnel.
  @inline(__always) var isToMany: Bool {
    guard !isV6 else { return destination.isMulticast }
    let bits = destination.v4Bits
    return bits >> 28 == 0xe || bits == .max
  }
  /// Whether one of its addresses means something on its link only.
  var isOfLink: Bool { source.isLinkLocal || destination.isLinkLocal }
  /// Whether there are options between header and payload (IPv4).
  var hasOptions: Bool { !isV6 && headerLength > 20 }
  /// Whether this is the first fragment or a whole packet: the transport header is in it.
  var hasTransport: Bool { fragmentOffset == 0 }

  /// The header at the start of `memory`. The host's own packets need no checksum check: nothing was between.
  static func parse(_ memory: PacketMemory, verifiesChecksum: Bool) throws(DropReason) -> InnerHeader {
    guard memory.count >= 20 else { throw .innerMalformed }
    return switch memory.u8(0) >> 4 {
    case 4: try parseV4(memory, verifiesChecksum)
    case 6: try parseV6(memory)
    default: throw .innerMalformed
    }
  }

  private static func parseV4(_ memory: PacketMemory, _ verifiesChecksum: Bool) throws(DropReason) -> InnerHeader {
    let words = IPv4Words(memory)
    let headerLength = words.headerLength, totalLength = words.totalLength, fragment = words.fragment
    guard headerLength >= 20, totalLength >= headerLength, totalLength <= memory.count else { throw .innerMalformed }
    if verifiesChecksum, !words.isChecksumRight(memory) { throw .innerChecksum }
    return InnerHeader(
      headerLength: headerLength, totalLength: totalLength, tos: words.tos, ttl: words.ttl, nextProtocol: words.payloadProtocol,
      dontFragment: fragment & 0x4000 != 0, moreFragments: fragment & 0x2000 != 0, fragmentOffset: fragment & 0x1fff,
      source: IPAddress(v4: words.source), destination: IPAddress(v4: words.destination))
  }

  private static func parseV6(_ memory: PacketMemory) throws(DropReason) -> InnerHeader {
    let totalLength = 40 &+ Int(memory.u16(4))
    guard totalLength <= memory.count else { throw .innerMalformed }
    let source = IPAddress(high: memory.u64(8), low: memory.u64(16))
    let destination = IPAddress(high: memory.u64(24), low: memory.u64(32))
    // An IPv4-mapped address may not be on a wire, and in our tables it would be an IPv4 address (RFC 4291 §2.5.5.2).
    guard !source.isV4, !destination.isV4 else { throw .martian }
    return InnerHeader(
      isV6: true, headerLength: 40, totalLength: totalLength, tos: UInt8(truncatingIfNeeded: memory.u16(0) >> 4), ttl: memory.u8(7),
      nextProtocol: memory.u8(6), dontFragment: true, source: source, destination: destination)
  }

  /// Refuses addresses that may not stand where they are (RFC 1812 §5.3.7).
  func checkAddresses() throws(DropReason) {
    guard isV6 else { return try checkV4Addresses() }
    if source.isMulticast || source.isLoopback || destination.isLoopback { throw .martian }
    if destination.isUnspecified || (source.isUnspecified && !isToMany) { throw .martian }
  }

  @inline(__always) private func checkV4Addresses() throws(DropReason) {
    let (from, to) = (source.v4Bits, destination.v4Bits)
    if from >> 28 == 0xe || from == .max || from >> 24 == 127 || to >> 24 == 127 || to == 0 { throw .martian }
    if from == 0, !isToMany { throw .martian }
  }

  /// Whether the sender itself named routers on the way: loose or strict source route (RFC 791 §3.1).
  func isSourceRouted(_ memory: PacketMemory) -> Bool {
    guard hasOptions else { return false }
    var at = 20
    while at < headerLength {
      switch memory.u8(at) {
      case 0: return false  // end of the list
      case 1: at &+= 1  // no operation
      case 131, 137: return true
      default: at &+= max(2, Int(memory.u8(at &+ 1)))
      }
    }
    return false
  }

  /// Takes one from the TTL and mends the checksum (RFC 1624). The TTL is known to be above 1.
  static func decrementTTL(_ memory: PacketMemory, isV6: Bool) {
    if isV6 {
      memory.set(7, u8: memory.u8(7) &- 1)
      return
    }
    let old = memory.u16(8)
    memory.set(8, u16: old &- 0x100)
    memory.set(10, u16: InternetChecksum.updated(memory.u16(10), from: old, to: old &- 0x100))
  }

  /// What becomes of the inner packet when the outer one was marked "congestion experienced" on its way (RFC 6040 §4.2).
  static func takeCongestionMark(_ memory: PacketMemory, _ inner: InnerHeader) throws(DropReason) {
    if inner.tos & 3 == 0 { throw .congestionMarked }
    let old = memory.u16(0)
    memory.set(0, u16: old | (inner.isV6 ? 0x30 : 3))
    if !inner.isV6 { memory.set(10, u16: InternetChecksum.updated(memory.u16(10), from: old, to: old | 3)) }
  }
}
