// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Datagrams the control side sends into a tunnel, and takes out of one.
enum InnerDatagram {
  /// A UDP datagram over IPv4 from and to one port, checksums filled in.
  static func udp(from source: IPAddress, to destination: IPAddress, port: UInt16, payload: [UInt8]) -> [UInt8] {
    udp(from: source, to: destination, port, port, tos: 0, ttl: 255, payload)
  }

  /// A datagram of a routing protocol: "internetwork control" (RFC 4594 §3.1). Nil where it is too long, or not of IPv4.
  static func udp(_ d: Datagram) -> [UInt8]? {
    guard d.source.isV4, d.destination.isV4, d.bytes.count <= 65_507 else { return nil }
    return udp(from: d.source, to: d.destination, d.sourcePort, d.destinationPort, tos: 0xc0, ttl: d.ttl, d.bytes)
  }

  private static func udp(
    from source: IPAddress, to destination: IPAddress, _ sourcePort: UInt16, _ destinationPort: UInt16, tos: UInt8, ttl: UInt8,
    _ payload: [UInt8]
  ) -> [UInt8] {
    var u = ByteWriter()
    u.u16(sourcePort)
    u.u16(destinationPort)
    u.u16(UInt16(clamping: 8 + payload.count))
    u.u16(0)
    u.put(payload)
    let sum = checksum(u.bytes, source, destination)
    u.patch(u16: sum == 0 ? 0xffff : sum, at: 6)
    return ip(from: source, to: destination, protocolNumber: 17, tos: tos, ttl: ttl, payload: u.bytes)
  }

  /// Over a datagram and its pseudo header (RFC 768).
  private static func checksum(_ udp: [UInt8], _ source: IPAddress, _ destination: IPAddress) -> UInt16 {
    let length = [UInt8(truncatingIfNeeded: udp.count >> 8), UInt8(truncatingIfNeeded: udp.count)]
    return InternetChecksum.of(source.bytes + destination.bytes + [0, 17] + length + udp)
  }

  /// The datagram in an IPv4 packet that the packet path checked; nil where UDP is cut, or its checksum is wrong.
  static func parse(_ packet: [UInt8], on interface: InterfaceID) -> Datagram? {
    guard packet.count >= 28, packet[0] >> 4 == 4, packet[9] == 17 else { return nil }
    let start = Int(packet[0] & 15) * 4
    guard start >= 20, packet.count >= start + 8, let source = IPPacketAddresses.source(of: packet),
      let destination = IPPacketAddresses.destination(of: packet)
    else { return nil }
    func word(_ at: Int) -> UInt16 { UInt16(packet[start + at]) << 8 | UInt16(packet[start + at + 1]) }
    let length = Int(word(4))
    guard length >= 8, start + length <= packet.count else { return nil }
    let udp = Array(packet[start..<start + length])
    guard word(6) == 0 || checksum(udp, source, destination) == 0 else { return nil }
    return Datagram(
      interface: interface, source: source, destination: destination, sourcePort: word(0), destinationPort: word(2), ttl: packet[8],
      bytes: Array(udp.dropFirst(8)))
  }

  /// An ICMP echo request, over IPv4 or IPv6.
  static func echo(from source: IPAddress, to destination: IPAddress, identifier: UInt16, sequence: UInt16, ttl: UInt8, payloadBytes: Int) -> [UInt8] {
    var m = ByteWriter()
    m.u16(destination.isV4 ? 0x0800 : 0x8000)
    m.u16(0)
    m.u16(identifier)
    m.u16(sequence)
    m.put((0..<max(0, min(payloadBytes, 9_000))).map { UInt8(truncatingIfNeeded: $0) })
    guard destination.isV4 else { return ipv6(from: source, to: destination, hopLimit: ttl, icmp: m.bytes) }
    m.patch(u16: InternetChecksum.of(m.bytes), at: 2)
    return ip(from: source, to: destination, protocolNumber: 1, tos: 0, ttl: ttl, payload: m.bytes)
  }

  /// An ICMPv6 message, its checksum filled in (RFC 4443 §2.3).
  private static func ipv6(from source: IPAddress, to destination: IPAddress, hopLimit: UInt8, icmp: [UInt8]) -> [UInt8] {
    var w = ByteWriter(capacity: 40 + icmp.count)
    w.u32(0x6000_0000)
    w.u16(UInt16(clamping: icmp.count))
    w.put([58, hopLimit])
    w.put(source.bytes + destination.bytes + icmp)
    let length = [UInt8(truncatingIfNeeded: icmp.count >> 8), UInt8(truncatingIfNeeded: icmp.count)]
    w.patch(u16: InternetChecksum.of(source.bytes + destination.bytes + [0, 0] + length + [0, 0, 0, 58] + icmp), at: 42)
    return w.bytes
  }

  private static func ip(
    from source: IPAddress, to destination: IPAddress, protocolNumber: UInt8, tos: UInt8, ttl: UInt8, payload: [UInt8]
  ) -> [UInt8] {
    var w = ByteWriter(capacity: 20 + payload.count)
    w.put([0x45, tos])
    w.u16(UInt16(clamping: 20 + payload.count))
    w.u32(0)
    w.put([ttl, protocolNumber])
    w.u16(0)
    w.put(source.bytes + destination.bytes)
    w.patch(u16: InternetChecksum.of(w.bytes), at: 10)
    w.put(payload)
    return w.bytes
  }
}
