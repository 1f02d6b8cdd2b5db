// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// ROUTE-REFRESH: send me your routes again (RFC 2918 §3). The octet between the family's two numbers is kept: RFC 7313 gave it a meaning.
public struct RouteRefreshMessage: Hashable, Sendable {
  /// The family's first number.
  public var afi: UInt16
  /// 0 for a request; 1 and 2 are the marks of enhanced route refresh (RFC 7313), 0 in what we send.
  public var subtype: UInt8
  /// The family's second number.
  public var safi: UInt8
  /// What else the message holds (outbound route filters, RFC 5291, which we never offer).
  public var rest: [UInt8]

  /// Asks for a family.
  public init(afi: UInt16, subtype: UInt8 = 0, safi: UInt8, rest: [UInt8] = []) {
    (self.afi, self.subtype, self.safi, self.rest) = (afi, subtype, safi, rest)
  }

  /// Reads the bytes behind the header.
  public static func decode(_ body: ByteReader) throws(WireError) -> RouteRefreshMessage {
    var r = body
    let afi = try r.u16(), subtype = try r.u8(), safi = try r.u8()
    return RouteRefreshMessage(afi: afi, subtype: subtype, safi: safi, rest: try r.take(r.remaining))
  }

  /// The whole message.
  public func encode() -> [UInt8] {
    MessageHeader.frame(.routeRefresh, [UInt8(truncatingIfNeeded: afi >> 8), UInt8(truncatingIfNeeded: afi), subtype, safi] + rest)
  }
}
