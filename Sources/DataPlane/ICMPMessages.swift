// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The ICMP errors that the core sends itself (RFC 792, RFC 1191, RFC 4443), written in front of the packet they quote.
enum ICMPMessages {
  /// Which error.
  enum Kind {
    case timeExceeded
    case tooBig(mtu: Int)
    /// For the host, through this gateway: the only code a router sends (RFC 1812 §5.2.7.2). IPv4 only.
    case redirect(to: IPAddress)

    /// Type and code, and the word behind the checksum (RFC 792, RFC 1191 §4).
    fileprivate var v4: (typeAndCode: UInt16, word: UInt32) {
      switch self {
      case .timeExceeded: (0x0b00, 0)
      case .tooBig(let mtu): (0x0304, UInt32(truncatingIfNeeded: mtu & 0xffff))
      case .redirect(let gateway): (0x0501, gateway.v4Bits)
      }
    }

    /// The same in ICMPv6 (RFC 4443 §3). Redirects are Neighbor Discovery's there and not sent.
    fileprivate var v6: (typeAndCode: UInt16, word: UInt32) {
      switch self {
      case .timeExceeded, .redirect: (0x0300, 0)
      case .tooBig(let mtu): (0x0200, UInt32(truncatingIfNeeded: mtu))
      }
    }
  }

  /// Whether an error may be sent about this packet at all (RFC 1812 §4.3.2.7): not about errors, later fragments, multicasts, or
  /// senders that are not one host.
  static func mayAnswer(_ memory: PacketMemory, _ inner: InnerHeader, with kind: Kind) -> Bool {
    guard !inner.source.isUnspecified, !inner.source.isMulticast else { return false }
    if inner.isV6 { return mayAnswerV6(memory, inner, kind) }
    guard inner.hasTransport, !inner.isToMany else { return false }
    guard inner.nextProtocol == IPProtocol.icmp else { return true }
    guard inner.totalLength > inner.headerLength else { return false }
    switch memory.u8(inner.headerLength) {
    case 0, 8, 13, 14: return true  // echo and timestamp are questions and answers, all else may be an error
    default: return false
    }
  }

  /// RFC 4443 §2.4 e: the same, but that a multicast is too big must be said.
  private static func mayAnswerV6(_ memory: PacketMemory, _ inner: InnerHeader, _ kind: Kind) -> Bool {
    if inner.isToMany {
      guard case .tooBig = kind else { return false }
    }
    let upper = IPv6Extensions.upperLayer(memory, end: inner.totalLength)
    guard upper.isFirstFragment else { return false }
    guard upper.nextHeader == IPProtocol.icmpv6 else { return true }
    // Informational messages begin at 128; 137 is a redirect.
    guard let at = upper.at, at < inner.totalLength else { return false }
    return memory.u8(at) >= 128 && memory.u8(at) != 137
  }

  /// Turns slot `i` into the error about the packet in it, from `own` to its sender; false when there is no room.
  static func replace(
    _ batch: inout PacketBatch, _ i: Int, with kind: Kind, about inner: InnerHeader, from own: IPAddress, id: UInt16
  ) -> Bool {
    let header = inner.isV6 ? 48 : 28
    let limit = inner.isV6 ? Limits.icmp6ErrorBytes : Limits.icmpErrorBytes
    batch.trim(i, front: 0, length: min(inner.totalLength, limit &- header))
    guard batch.push(i, header) else { return false }
    let memory = batch.memory(i)
    if inner.isV6 {
      writeV6(memory, kind, from: own, to: inner.source)
    } else {
      writeV4(memory, kind, from: own, to: inner.source, id: id)
    }
    return true
  }

  private static func writeV4(_ memory: PacketMemory, _ kind: Kind, from source: IPAddress, to destination: IPAddress, id: UInt16) {
    memory.set(0, u16: 0x45c0)  // precedence "internetwork control" (RFC 1812 §4.3.2.5)
    memory.set(2, u16: UInt16(truncatingIfNeeded: memory.count))
    memory.set(4, u16: id)
    memory.set(6, u16: 0)
    memory.set(8, u16: 0x4000 | UInt16(IPProtocol.icmp))  // TTL 64
    memory.set(10, u16: 0)
    memory.set(12, address: source)
    memory.set(16, address: destination)
    memory.set(10, u16: memory.checksum(0, 20))
    memory.set(20, u32: UInt32(kind.v4.typeAndCode) << 16)
    memory.set(24, u32: kind.v4.word)
    memory.set(22, u16: memory.checksum(20, memory.count &- 20))
  }

  private static func writeV6(_ memory: PacketMemory, _ kind: Kind, from source: IPAddress, to destination: IPAddress) {
    let length = memory.count &- 40
    memory.set(0, u32: 0x6c00_0000)
    memory.set(4, u16: UInt16(truncatingIfNeeded: length))
    memory.set(6, u16: UInt16(IPProtocol.icmpv6) << 8 | 64)
    memory.set(8, address: source)
    memory.set(24, address: destination)
    memory.set(40, u32: UInt32(kind.v6.typeAndCode) << 16)
    memory.set(44, u32: kind.v6.word)
    let pseudo = InternetChecksum.sum(memory.slice(8, 32), initial: UInt64(length) &+ UInt64(IPProtocol.icmpv6))
    memory.set(42, u16: memory.checksum(40, length, initial: pseudo))
  }

  /// The identifier of the echo request that an ICMP message answers or quotes; nil when it is about something else.
  static func answeredEchoIdentifier(_ memory: PacketMemory, _ inner: InnerHeader) -> UInt16? {
    if inner.isV6 { return answeredEchoIdentifierV6(memory, inner) }
    guard inner.nextProtocol == IPProtocol.icmp, inner.hasTransport else { return nil }
    let icmp = inner.headerLength, end = inner.totalLength
    guard end &- icmp >= 8 else { return nil }
    switch memory.u8(icmp) {
    case 0: return memory.u16(icmp &+ 4)
    case 3, 11:
      let quoted = icmp &+ 8
      guard end &- quoted >= 20, memory.u8(quoted) >> 4 == 4, memory.u8(quoted &+ 9) == IPProtocol.icmp else { return nil }
      let echo = quoted &+ Int(memory.u8(quoted) & 15) &* 4
      guard echo >= quoted &+ 20, end &- echo >= 8, memory.u8(echo) == 8 else { return nil }
      return memory.u16(echo &+ 4)
    default: return nil
    }
  }

  /// Echo Reply 129; unreachable, too big, time exceeded and parameter problem 1–4, quoting Echo Request 128 (RFC 4443). Our own probes
  /// have no extension headers.
  private static func answeredEchoIdentifierV6(_ memory: PacketMemory, _ inner: InnerHeader) -> UInt16? {
    guard inner.nextProtocol == IPProtocol.icmpv6, inner.totalLength >= 48 else { return nil }
    switch memory.u8(40) {
    case 129: return memory.u16(44)
    case 1...4:
      guard inner.totalLength >= 96, memory.u8(48) >> 4 == 6, memory.u8(54) == IPProtocol.icmpv6, memory.u8(88) == 128 else { return nil }
      return memory.u16(92)
    default: return nil
    }
  }

  /// Whether an ICMP message says that its sender takes no step reports: "unreachable", quoting one.
  static func refusesStepReport(_ memory: PacketMemory, _ inner: InnerHeader) -> Bool {
    if inner.isV6 {
      return inner.nextProtocol == IPProtocol.icmpv6 && inner.totalLength >= 96 && memory.u8(40) == 1 && memory.u8(48) >> 4 == 6
        && memory.u8(54) == IPProtocol.udp && memory.u16(90) == ForwardingCore.stepReportPort
    }
    guard inner.nextProtocol == IPProtocol.icmp, inner.hasTransport, !inner.moreFragments else { return false }
    let quoted = inner.headerLength &+ 8, end = inner.totalLength
    guard end &- quoted >= 20, memory.u8(inner.headerLength) == 3, memory.u8(quoted) >> 4 == 4, memory.u8(quoted &+ 9) == IPProtocol.udp
    else { return false }
    let udp = quoted &+ Int(memory.u8(quoted) & 15) &* 4
    return udp >= quoted &+ 20 && end &- udp >= 8 && memory.u16(udp &+ 2) == ForwardingCore.stepReportPort
  }
}
