// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Where a packet's transport header lies, and what its IP header says; read from IPv4 (RFC 791) or IPv6 (RFC 8200).
struct TransportPlace: Sendable, Equatable {
  var source: IPAddress, destination: IPAddress
  var payloadProtocol: UInt8
  var ttl: UInt8
  /// The transport header and all behind it, as far as the IP header counts it.
  var range: Range<Int>

  /// Reads the IP header that begins at `start`. A packet quoted in an ICMP error may be cut short (`isQuoted`): then the range is too.
  static func decode(_ packet: [UInt8], at start: Int = 0, isQuoted: Bool = false) throws(WireError) -> TransportPlace {
    guard start >= 0, start < packet.count else { throw .truncated }
    switch packet[start] >> 4 {
    case 4: return try decodeV4(packet, start, isQuoted)
    case 6: return try decodeV6(packet, start, isQuoted)
    default: throw .badVersion
    }
  }

  private static func decodeV4(_ packet: [UInt8], _ start: Int, _ isQuoted: Bool) throws(WireError) -> TransportPlace {
    guard packet.count - start >= 20 else { throw .truncated }
    let header = Int(packet[start] & 15) * 4, total = Int(packet.u16(start + 2))
    guard header >= 20, total >= header, packet.count - start >= header else { throw .badLength }
    guard isQuoted || packet.count - start >= total else { throw .badLength }
    guard isQuoted || packet.checksum(start, header) == 0 else { throw .badChecksum }
    // Fragments are put together by the underlay, and inner packets carry DF: one that comes here is no packet of ours.
    guard packet.u16(start + 6) & 0x3fff == 0 else { throw .badValue }
    return TransportPlace(
      source: IPAddress(v4: packet.u32(start + 12)), destination: IPAddress(v4: packet.u32(start + 16)),
      payloadProtocol: packet[start + 9], ttl: packet[start + 8], range: start + header..<min(start + total, packet.count))
  }

  /// Extension headers are not looked behind: no sender of the lab writes any.
  private static func decodeV6(_ packet: [UInt8], _ start: Int, _ isQuoted: Bool) throws(WireError) -> TransportPlace {
    guard packet.count - start >= 40, let source = IPAddress(bytes: packet[start + 8..<start + 24]),
      let destination = IPAddress(bytes: packet[start + 24..<start + 40])
    else { throw .truncated }
    let total = 40 + Int(packet.u16(start + 4))
    guard isQuoted || packet.count - start >= total else { throw .badLength }
    return TransportPlace(
      source: source, destination: destination, payloadProtocol: packet[start + 6], ttl: packet[start + 7],
      range: start + 40..<min(start + total, packet.count))
  }
}

extension TCPSegment {
  /// IANA "Assigned Internet Protocol Numbers".
  static let protocolNumber: UInt8 = 6

  /// Reads a whole packet that came in: IP header, TCP header, options and payload, all lengths and both checksums.
  static func decode(_ packet: [UInt8]) throws(WireError) -> TCPSegment {
    let place = try TransportPlace.decode(packet)
    guard place.payloadProtocol == protocolNumber else { throw .badValue }
    let start = place.range.lowerBound, count = place.range.count
    guard count >= 20 else { throw .truncated }
    let headerCount = Int(packet[start + 12] >> 4) * 4
    guard headerCount >= 20, headerCount <= count else { throw .badLength }
    let pseudo = TCPChecksum.pseudoHeader(place.source, place.destination, count)
    guard packet.checksum(start, count, initial: pseudo) == 0 else { throw .badChecksum }
    var segment = TCPSegment(
      pair: TCPPair(
        local: place.destination, localPort: packet.u16(start + 2), remote: place.source, remotePort: packet.u16(start)),
      sequence: SequenceNumber(packet.u32(start + 4)), acknowledgement: SequenceNumber(packet.u32(start + 8)),
      flags: TCPFlags(rawValue: packet[start + 13]), window: packet.u16(start + 14), ttl: place.ttl,
      payload: Array(packet[start + headerCount..<place.range.upperBound]))
    try segment.readOptions(packet, start + 20..<start + headerCount, place)
    return segment
  }

  private mutating func readOptions(_ packet: [UInt8], _ range: Range<Int>, _ place: TransportPlace) throws(WireError) {
    var reader = ByteReader(packet, from: range.lowerBound, to: range.upperBound)
    while !reader.isAtEnd {
      let kind = try reader.u8()
      if kind == TCPOption.end { return }
      if kind == TCPOption.noOperation { continue }
      let length = Int(try reader.u8())
      guard length >= 2 else { throw .badLength }
      var value = try reader.sub(length - 2)
      switch (kind, length) {
      case (TCPOption.segmentBytesLimit, 4): segmentBytesLimit = try value.u16()
      case (TCPOption.digest, 18): signature = TCPSignature(digest: try value.take(16), of: packet, at: place, payload: payload)
      default: break
      }
    }
  }
}

/// TCP's checksum.
enum TCPChecksum {
  /// The sum over the pseudo header: one sum serves IPv4 and IPv6 (RFC 9293 §3.1, RFC 8200 §8.1), for zero words add nothing.
  static func pseudoHeader(_ source: IPAddress, _ destination: IPAddress, _ length: Int) -> UInt64 {
    words(source) &+ words(destination) &+ UInt64(TCPSegment.protocolNumber) &+ UInt64(length)
  }

  private static func words(_ address: IPAddress) -> UInt64 {
    if address.isV4 { return UInt64(address.v4Bits) }
    return (address.high >> 32) &+ (address.high & 0xffff_ffff) &+ (address.low >> 32) &+ (address.low & 0xffff_ffff)
  }
}
