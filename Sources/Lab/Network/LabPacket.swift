// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Builds the packets that hosts and routers of the lab send: IPv4 (RFC 791), ICMP (RFC 792, 1191), UDP (RFC 768).
package enum LabPacket {
  /// An IPv4 packet around `payload`, TTL 64. A packet that would be longer than IPv4 allows loses its end.
  package static func ipv4(
    from source: IPAddress, to destination: IPAddress, protocol payloadProtocol: UInt8, dontFragment: Bool = true,
    identification: UInt16 = 0, payload: some Collection<UInt8>
  ) -> [UInt8] {
    let room = payload.prefix(NetworkLimits.packetBytes - 20)
    var writer = ByteWriter(capacity: 20 + room.count)
    writer.u16(0x4500)
    writer.u16(UInt16(20 + room.count))
    writer.u16(identification)
    writer.u16(dontFragment ? 0x4000 : 0)
    writer.u16(64 << 8 | UInt16(payloadProtocol))
    writer.u16(0)
    writer.u32(source.v4Bits)
    writer.u32(destination.v4Bits)
    writer.patch(u16: writer.bytes.checksum(0, 20), at: 10)
    writer.put(room)
    return writer.bytes
  }

  /// An echo request (RFC 792).
  package static func echoRequest(
    from source: IPAddress, to destination: IPAddress, identifier: UInt16, sequenceNumber: UInt16, payload: [UInt8]
  ) -> [UInt8] {
    var icmp: [UInt8] = [8, 0, 0, 0, 0, 0, 0, 0]
    icmp.set(4, u16: identifier)
    icmp.set(6, u16: sequenceNumber)
    icmp += payload
    icmp.set(2, u16: icmp.checksum(0, icmp.count))
    return ipv4(from: source, to: destination, protocol: LabProtocol.icmp, identification: sequenceNumber, payload: icmp)
  }

  /// A UDP datagram with its checksum.
  package static func udp(
    from source: IPAddress, port sourcePort: UInt16, to destination: IPAddress, port destinationPort: UInt16, payload: [UInt8]
  ) -> [UInt8] {
    var udp = [UInt8](repeating: 0, count: 8) + payload.prefix(NetworkLimits.packetBytes - 28)
    udp.set(0, u16: sourcePort)
    udp.set(2, u16: destinationPort)
    udp.set(4, u16: UInt16(udp.count))
    let sum = udp.checksum(0, udp.count, initial: pseudoHeader(source, destination, udp.count))
    udp.set(6, u16: sum == 0 ? 0xffff : sum)  // 0 would say "no checksum"
    return ipv4(from: source, to: destination, protocol: LabProtocol.udp, payload: udp)
  }

  /// The sum over the UDP pseudo header.
  static func pseudoHeader(_ source: IPAddress, _ destination: IPAddress, _ length: Int) -> UInt64 {
    UInt64(source.v4Bits) + UInt64(destination.v4Bits) + UInt64(LabProtocol.udp) + UInt64(length)
  }

  /// The sum over the ICMPv6 pseudo header of a packet that has a whole IPv6 header (RFC 8200 §8.1).
  static func pseudoHeaderV6(_ packet: [UInt8]) -> UInt64 {
    var sum = UInt64(LabProtocol.icmpV6) + UInt64(max(0, packet.count - 40))
    for at in stride(from: 8, to: min(40, packet.count & ~1), by: 2) { sum += UInt64(packet.u16(at)) }
    return sum
  }

  /// An ICMPv6 echo request.
  package static func echoRequestV6(from source: IPAddress, to destination: IPAddress, sequence: UInt16, payloadBytes: Int = 56) -> [UInt8] {
    let length = 8 + max(0, min(payloadBytes, 1_200))
    var packet: [UInt8] = [0x60, 0, 0, 0, UInt8(length >> 8), UInt8(length & 255), LabProtocol.icmpV6, 64]
    packet += source.bytes + destination.bytes + [128, 0, 0, 0, 0x60, 0x60, UInt8(sequence >> 8), UInt8(sequence & 255)]
    packet += [UInt8](repeating: 0x61, count: length - 8)
    packet.set(42, u16: packet.checksum(40, length, initial: pseudoHeaderV6(packet)))
    return packet
  }

  /// "Fragmentation needed and DF set" with the MTU of the next hop (RFC 1191 §4).
  package static func fragmentationNeeded(about packet: [UInt8], mtu: Int, from router: IPAddress) -> [UInt8]? {
    unreachable(about: packet, code: 4, word: UInt32(clamping: min(mtu, 0xffff)), from: router)
  }

  /// "Port unreachable".
  package static func portUnreachable(about packet: [UInt8], from host: IPAddress) -> [UInt8]? {
    unreachable(about: packet, code: 3, word: 0, from: host)
  }

  /// "Time exceeded" of a router whose decrement reached zero.
  package static func timeExceeded(about packet: [UInt8], from router: IPAddress) -> [UInt8]? {
    unreachable(about: packet, type: 11, code: 0, word: 0, from: router)
  }

  /// A "destination unreachable" that quotes as much of the packet as fits; nil for what no error may be sent about (RFC 1812 §4.3.2.7):
  /// ICMP errors, later fragments, packets to or from many.
  private static func unreachable(about packet: [UInt8], type: UInt8 = 3, code: UInt8, word: UInt32, from router: IPAddress) -> [UInt8]? {
    guard let fields = try? IPv4Fields.decode(packet), !fields.isLaterFragment else { return nil }
    let source = IPAddress(v4: fields.source), destination = IPAddress(v4: fields.destination)
    guard !source.isUnspecified, !source.isMulticast, !source.isBroadcast, !destination.isMulticast, !destination.isBroadcast
    else { return nil }
    if fields.payloadProtocol == LabProtocol.icmp {
      guard fields.totalLength > fields.headerLength, [0, 8, 13, 14].contains(packet[fields.headerLength]) else { return nil }
    }
    var icmp: [UInt8] = [type, code, 0, 0, 0, 0, 0, 0]
    icmp.set(4, u32: word)
    icmp += packet.prefix(min(fields.totalLength, NetworkLimits.icmpErrorBytes - 28))
    icmp.set(2, u16: icmp.checksum(0, icmp.count))
    return ipv4(from: router, to: source, protocol: LabProtocol.icmp, dontFragment: false, payload: icmp)
  }
}
