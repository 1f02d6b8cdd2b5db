// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// MP_REACH_NLRI: prefixes of a family with their next hop (RFC 4760 §3, RFC 2545 §3).
public struct MPReach: Hashable, Sendable {
  /// The family.
  public var family: BGPFamily
  /// The next hop; for IPv6 a global address, IPv4 only where the family is IPv4.
  public var nextHop: IPAddress
  /// A link-local address behind it, for neighbours on one link.
  public var linkLocal: IPAddress?
  /// The reserved octet, kept as it came.
  public var reserved: UInt8
  /// The prefixes.
  public var nlri: [NLRI]

  /// Announces prefixes.
  public init(_ family: BGPFamily, nextHop: IPAddress, linkLocal: IPAddress? = nil, reserved: UInt8 = 0, nlri: [NLRI]) {
    (self.family, self.nextHop, self.linkLocal, self.reserved, self.nlri) = (family, nextHop, linkLocal, reserved, nlri)
  }

  /// Reads it; nil, with nothing read, for a family that we do not speak.
  static func decode(_ r: inout ByteReader, _ context: UpdateContext) throws(WireError) -> MPReach? {
    var ahead = r
    let afi = try ahead.u16(), safi = try ahead.u8(), count = Int(try ahead.u8())
    let hop = try ahead.take(count)
    let reserved = try ahead.u8()
    guard let family = BGPFamily(afi: afi, safi: safi) else { return nil }
    let nlri = try NLRI.decodeAll(ahead.bytes, from: ahead.position, to: ahead.end, family, hasPathIDs: context.pathIDs(family))
    let first = count == 32 ? hop.prefix(16) : hop[...]
    guard let nextHop = IPAddress(bytes: first) else { throw .badLength }
    return MPReach(
      family, nextHop: nextHop, linkLocal: count == 32 ? IPAddress(bytes: hop.suffix(16)) : nil, reserved: reserved, nlri: nlri)
  }

  func encode(into w: inout ByteWriter, _ context: UpdateContext) {
    w.u16(family.afi)
    w.u8(family.safi)
    w.u8(UInt8(truncatingIfNeeded: nextHop.byteCount + (linkLocal == nil ? 0 : 16)))
    w.put(nextHop.bytes)
    if let linkLocal { w.put(linkLocal.bytes) }
    w.u8(reserved)
    for n in nlri { n.encode(into: &w.bytes, withPathID: context.pathIDs(family)) }
  }
}

/// MP_UNREACH_NLRI: prefixes of a family that are withdrawn (RFC 4760 §4). Without any it is the end of the family's table (RFC 4724 §2).
public struct MPUnreach: Hashable, Sendable {
  /// The family.
  public var family: BGPFamily
  /// The prefixes.
  public var nlri: [NLRI]

  /// Withdraws prefixes.
  public init(_ family: BGPFamily, nlri: [NLRI]) { (self.family, self.nlri) = (family, nlri) }

  /// Reads it; nil, with nothing read, for a family that we do not speak.
  static func decode(_ r: inout ByteReader, _ context: UpdateContext) throws(WireError) -> MPUnreach? {
    var ahead = r
    let afi = try ahead.u16(), safi = try ahead.u8()
    guard let family = BGPFamily(afi: afi, safi: safi) else { return nil }
    return MPUnreach(
      family, nlri: try NLRI.decodeAll(ahead.bytes, from: ahead.position, to: ahead.end, family, hasPathIDs: context.pathIDs(family)))
  }

  func encode(into w: inout ByteWriter, _ context: UpdateContext) {
    w.u16(family.afi)
    w.u8(family.safi)
    for n in nlri { n.encode(into: &w.bytes, withPathID: context.pathIDs(family)) }
  }
}
