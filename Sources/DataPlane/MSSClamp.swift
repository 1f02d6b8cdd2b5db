// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// `ip tcp adjust-mss`: lowers the maximum segment size that a SYN or SYN-ACK announces, so that full segments fit the tunnel.
enum MSSClamp {
  /// Lowers the option to `limit` where it is higher, and mends the TCP checksum; never raises, never adds one. `limit` is meant for
  /// IPv4; an IPv6 header is 20 bytes longer.
  static func apply(_ memory: PacketMemory, _ inner: InnerHeader, limit: UInt16) {
    guard let tcp = findTCP(memory, inner) else { return }
    guard inner.totalLength &- tcp >= 20, memory.u8(tcp &+ 13) & 0x02 != 0 else { return }
    let end = tcp &+ Int(memory.u8(tcp &+ 12) >> 4) &* 4
    guard end <= inner.totalLength, let at = findOption(memory, from: tcp &+ 20, to: end) else { return }
    let old = memory.u16(at), new = inner.isV6 ? limit > 20 ? limit &- 20 : 0 : limit
    guard old > new, new > 0 else { return }
    memory.set(at, u16: new)
    // A value at an odd place lies across two words of the sum; there its bytes count swapped.
    let isOdd = (at &- tcp) & 1 == 1
    let sum = InternetChecksum.updated(
      memory.u16(tcp &+ 16), from: isOdd ? old.byteSwapped : old, to: isOdd ? new.byteSwapped : new)
    memory.set(tcp &+ 16, u16: sum)
  }

  /// Index of the TCP header; nil where there is none, or only a later part of it.
  private static func findTCP(_ memory: PacketMemory, _ inner: InnerHeader) -> Int? {
    if inner.nextProtocol == IPProtocol.tcp { return inner.hasTransport ? inner.headerLength : nil }
    // Extension headers may stand in front; UDP and ICMPv6 are what is common.
    guard inner.isV6, inner.nextProtocol != IPProtocol.udp, inner.nextProtocol != IPProtocol.icmpv6 else { return nil }
    let upper = IPv6Extensions.upperLayer(memory, end: inner.totalLength)
    return upper.nextHeader == IPProtocol.tcp && upper.isFirstFragment ? upper.at : nil
  }

  /// Index of the value of the MSS option (kind 2, length 4; RFC 9293 §3.2).
  private static func findOption(_ memory: PacketMemory, from start: Int, to end: Int) -> Int? {
    var at = start
    while at < end {
      let kind = memory.u8(at)
      if kind == 0 { return nil }
      if kind == 1 {
        at &+= 1
        continue
      }
      let length = Int(memory.u8(at &+ 1))
      guard at &+ 1 < end, length >= 2, at &+ length <= end else { return nil }
      if kind == 2 { return length == 4 ? at &+ 2 : nil }
      at &+= length
    }
    return nil
  }
}
