// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import Wire

/// What must be known of a session to read its UPDATEs.
public struct UpdateContext: Hashable, Sendable {
  /// Whether AS numbers have four octets (RFC 6793 §4.1).
  public var isWide: Bool
  /// For each family, whether prefixes come with a path's number (RFC 7911 §3).
  public var hasPathIDs: [Bool]
  /// Whether the neighbour is of our own AS: what only such a one may send is discarded of others (RFC 7606 §7.5, §7.9, §7.10).
  public var isInternal: Bool

  /// A session without add-path, within our own AS, unless told otherwise.
  public init(isWide: Bool, hasPathIDs: [Bool] = [false, false], isInternal: Bool = true) {
    (self.isWide, self.hasPathIDs, self.isInternal) = (isWide, hasPathIDs, isInternal)
  }

  func pathIDs(_ family: BGPFamily) -> Bool { hasPathIDs.indices.contains(family.index) && hasPathIDs[family.index] }
}

extension PathAttribute {
  /// Reads the value of a type from `bytes[start..<end]`. What its RFC forbids is thrown as a `WireError`; a broken list of prefixes is
  /// the caller's session (RFC 7606 §5.3).
  static func value(
    _ code: UInt8, _ bytes: [UInt8], from start: Int, to end: Int, _ context: UpdateContext
  ) throws(WireError) -> Value {
    var r = ByteReader(bytes, from: start, to: end)
    switch code {
    case AttributeCode.origin:
      guard r.remaining == 1, let origin = Origin(rawValue: try r.u8()) else { throw .badValue }
      return .origin(origin)
    case AttributeCode.asPath:
      return .asPath(try ASPath.decode(bytes, from: start, to: end, isWide: context.isWide), isWide: context.isWide)
    case AttributeCode.nextHop: return .nextHop(IPAddress(v4: try only32(&r)))
    case AttributeCode.multiExitDiscriminator: return .multiExitDiscriminator(try only32(&r))
    case AttributeCode.localPreference: return .localPreference(try only32(&r))
    case AttributeCode.originatorID: return .originatorID(try only32(&r))
    case AttributeCode.atomicAggregate:
      guard r.isAtEnd else { throw .badLength }
      return .atomicAggregate
    case AttributeCode.aggregator:
      guard r.remaining == (context.isWide ? 8 : 6) else { throw .badLength }
      let number = context.isWide ? try r.u32() : UInt32(try r.u16())
      return .aggregator(Aggregator(asNumber: number, identifier: try r.u32()), isWide: context.isWide)
    case AttributeCode.as4Path: return .as4Path(try ASPath.decode(bytes, from: start, to: end, isWide: true))
    case AttributeCode.as4Aggregator:
      guard r.remaining == 8 else { throw .badLength }
      return .as4Aggregator(Aggregator(asNumber: try r.u32(), identifier: try r.u32()))
    default: return try listValue(code, &r, context)
    }
  }

  private static func listValue(_ code: UInt8, _ r: inout ByteReader, _ context: UpdateContext) throws(WireError) -> Value {
    switch code {
    case AttributeCode.communities: return .communities(try words(&r))
    case AttributeCode.clusterList: return .clusterList(try words(&r))
    case AttributeCode.extendedCommunities:
      guard !r.isAtEnd, r.remaining.isMultiple(of: 8) else { throw .badLength }
      var out: [UInt64] = []
      while !r.isAtEnd { out.append(UInt64(try r.u32()) << 32 | UInt64(try r.u32())) }
      return .extendedCommunities(out)
    case AttributeCode.largeCommunities:
      guard !r.isAtEnd, r.remaining.isMultiple(of: 12) else { throw .badLength }
      var out: [LargeCommunity] = []
      while !r.isAtEnd { out.append(LargeCommunity(try r.u32(), try r.u32(), try r.u32())) }
      return .largeCommunities(out)
    case AttributeCode.mpReach: return try MPReach.decode(&r, context).map(Value.mpReach) ?? .unknown(code: code, try all(&r))
    case AttributeCode.mpUnreach: return try MPUnreach.decode(&r, context).map(Value.mpUnreach) ?? .unknown(code: code, try all(&r))
    default: return .unknown(code: code, try all(&r))
    }
  }

  private static func all(_ r: inout ByteReader) throws(WireError) -> [UInt8] { try r.take(r.remaining) }

  private static func only32(_ r: inout ByteReader) throws(WireError) -> UInt32 {
    guard r.remaining == 4 else { throw .badLength }
    return try r.u32()
  }

  private static func words(_ r: inout ByteReader) throws(WireError) -> [UInt32] {
    guard !r.isAtEnd, r.remaining.isMultiple(of: 4) else { throw .badLength }
    var out: [UInt32] = []
    out.reserveCapacity(r.remaining / 4)
    while !r.isAtEnd { out.append(try r.u32()) }
    return out
  }

  // MARK: Writing

  /// Appends flags, type, length and value. A value over 255 bytes gets a length of two octets; others where their flags say so.
  func encode(into w: inout ByteWriter, _ context: UpdateContext) {
    var v = ByteWriter(capacity: 32)
    encodeValue(into: &v, context)
    let isExtended = flags & PathAttribute.extendedLength != 0 || v.count > 255
    w.u8(isExtended ? flags | PathAttribute.extendedLength : flags)
    w.u8(value.code)
    if isExtended { w.u16(UInt16(truncatingIfNeeded: v.count)) } else { w.u8(UInt8(truncatingIfNeeded: v.count)) }
    w.put(v.bytes)
  }

  private func encodeValue(into w: inout ByteWriter, _ context: UpdateContext) {
    switch value {
    case .origin(let origin): w.u8(origin.rawValue)
    case .asPath(let path, let isWide): path.encode(into: &w, isWide: isWide)
    case .as4Path(let path): path.encode(into: &w, isWide: true)
    case .nextHop(let address): w.put(address.bytes)
    case .multiExitDiscriminator(let n), .localPreference(let n), .originatorID(let n): w.u32(n)
    case .atomicAggregate: break
    case .aggregator(let a, let isWide):
      if isWide { w.u32(a.asNumber) } else { w.u16(UInt16(exactly: a.asNumber) ?? UInt16(BGPAssignments.transitionAS)) }
      w.u32(a.identifier)
    case .as4Aggregator(let a):
      w.u32(a.asNumber)
      w.u32(a.identifier)
    case .communities(let list), .clusterList(let list): for n in list { w.u32(n) }
    case .extendedCommunities(let list):
      for n in list {
        w.u32(UInt32(truncatingIfNeeded: n >> 32))
        w.u32(UInt32(truncatingIfNeeded: n))
      }
    case .largeCommunities(let list):
      for c in list {
        w.u32(c.administrator)
        w.u32(c.first)
        w.u32(c.second)
      }
    case .mpReach(let reach): reach.encode(into: &w, context)
    case .mpUnreach(let unreach): unreach.encode(into: &w, context)
    case .unknown(_, let bytes), .malformed(_, let bytes): w.put(bytes)
    }
  }
}
