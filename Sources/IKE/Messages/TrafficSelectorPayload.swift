// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Traffic Selector payload (RFC 7296 §3.13): one end's addresses, protocols and ports.
package struct TrafficSelectorPayload: Sendable, Hashable {
  package var selectors: [TrafficSelector]

  package init(_ selectors: [TrafficSelector]) { self.selectors = selectors }

  init(_ reader: inout ByteReader) throws(WireError) {
    let count = Int(try reader.u8())
    try reader.skip(3)
    guard count > 0, count <= IKELimits.selectors else { throw .badLength }
    selectors = []
    for _ in 0..<count { selectors.append(try TrafficSelector(&reader)) }
    guard reader.isAtEnd else { throw .badLength }
  }

  func encode(into writer: inout ByteWriter) {
    writer.u8(UInt8(truncatingIfNeeded: selectors.count))
    writer.put([0, 0, 0])
    for selector in selectors { selector.encode(into: &writer) }
  }
}

/// One traffic selector (RFC 7296 §3.13.1).
package enum TrafficSelector: Sendable, Hashable {
  /// Addresses of one family from `first` to `last`; protocol 0 means any.
  case addresses(first: IPAddress, last: IPAddress, ipProtocol: UInt8, firstPort: UInt16, lastPort: UInt16)
  /// Another kind, kept. The body is all behind the length.
  case unknown(type: UInt8, ipProtocol: UInt8, body: [UInt8])

  /// All ports of `ipProtocol` at one host.
  package static func host(_ address: IPAddress, ipProtocol: UInt8) -> TrafficSelector {
    .addresses(first: address, last: address, ipProtocol: ipProtocol, firstPort: 0, lastPort: .max)
  }

  init(_ reader: inout ByteReader) throws(WireError) {
    let type = try reader.u8(), ipProtocol = try reader.u8()
    let length = Int(try reader.u16())
    guard length >= 4 else { throw .badLength }
    var part = try reader.sub(length - 4)
    let body = try part.rest()
    self = try Self.range(type, ipProtocol, body) ?? .unknown(type: type, ipProtocol: ipProtocol, body: body)
  }

  /// Nil where the kind is unknown, or an IPv6 range holds IPv4 addresses.
  private static func range(_ type: UInt8, _ ipProtocol: UInt8, _ body: [UInt8]) throws(WireError) -> TrafficSelector? {
    guard type == TrafficSelectorType.ipv4Range || type == TrafficSelectorType.ipv6Range else { return nil }
    let isV4 = type == TrafficSelectorType.ipv4Range
    var reader = ByteReader(body)
    let firstPort = try reader.u16(), lastPort = try reader.u16()
    let first = try reader.take(isV4 ? 4 : 16), last = try reader.take(isV4 ? 4 : 16)
    guard reader.isAtEnd, let first = IPAddress(bytes: first), let last = IPAddress(bytes: last) else { throw .badLength }
    guard first.isV4 == isV4, last.isV4 == isV4 else { return nil }
    return .addresses(first: first, last: last, ipProtocol: ipProtocol, firstPort: firstPort, lastPort: lastPort)
  }

  func encode(into writer: inout ByteWriter) {
    switch self {
    case .addresses(let first, let last, let ipProtocol, let firstPort, let lastPort):
      writer.u8(first.isV4 ? TrafficSelectorType.ipv4Range : TrafficSelectorType.ipv6Range)
      writer.u8(ipProtocol)
      writer.u16(UInt16(truncatingIfNeeded: 8 + 2 * first.byteCount))
      writer.u16(firstPort)
      writer.u16(lastPort)
      writer.put(first.bytes)
      writer.put(last.bytes)
    case .unknown(let type, let ipProtocol, let body):
      writer.u8(type)
      writer.u8(ipProtocol)
      writer.u16(UInt16(truncatingIfNeeded: body.count + 4))
      writer.put(body)
    }
  }
}
