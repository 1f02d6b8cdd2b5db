// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// UPDATE: routes and withdrawals (RFC 4271 §4.3), read as RFC 7606 says: what is wrong with an attribute is noted with what has to be done
/// about it, and only what leaves the prefixes unknown is thrown.
public struct UpdateMessage: Hashable, Sendable {
  /// Prefixes withdrawn, of IPv4.
  public var withdrawn: [NLRI]
  /// The attributes in the order they came, repetitions left out.
  public var attributes: [PathAttribute]
  /// Prefixes announced, of IPv4.
  public var nlri: [NLRI]
  /// The strongest of what errors in attributes ask for.
  public internal(set) var approach = ErrorApproach.none
  /// The type code of the first attribute in error; 0 where it is their list or a missing one.
  public internal(set) var failedCode: UInt8?

  /// Makes an UPDATE.
  public init(withdrawn: [NLRI] = [], attributes: [PathAttribute] = [], nlri: [NLRI] = []) {
    (self.withdrawn, self.attributes, self.nlri) = (withdrawn, attributes, nlri)
  }

  /// Reads `bytes[start..<end]`, which is what follows a header. Throws only where RFC 7606 asks for a session reset: §3 b, g, j, §5.2,
  /// §5.3.
  public static func decode(
    _ bytes: [UInt8], from start: Int = 0, to end: Int? = nil, _ context: UpdateContext
  ) throws(BGPError) -> UpdateMessage {
    let parts = try UpdateParts(bytes, from: start, to: end ?? bytes.count)
    var update = UpdateMessage()
    update.withdrawn = try prefixes(bytes, parts.withdrawn, context)
    try update.readAttributes(bytes, parts.attributes, context)
    update.nlri = try prefixes(bytes, parts.nlri, context)
    try update.check()
    return update
  }

  static func prefixes(_ bytes: [UInt8], _ range: Range<Int>, _ context: UpdateContext) throws(BGPError) -> [NLRI] {
    guard !range.isEmpty else { return [] }
    do throws(WireError) {
      return try NLRI.decodeAll(bytes, from: range.lowerBound, to: range.upperBound, .ipv4, hasPathIDs: context.pathIDs(.ipv4))
    } catch {
      throw .badNetwork
    }
  }

  /// Whether it only says that a table has been told whole (RFC 4724 §2), and which.
  public var endOfTable: BGPFamily? {
    guard withdrawn.isEmpty, nlri.isEmpty else { return nil }
    if attributes.isEmpty { return .ipv4 }
    if attributes.count == 1, case .mpUnreach(let unreach) = attributes[0].value, unreach.nlri.isEmpty { return unreach.family }
    return nil
  }

  // MARK: Attributes

  private mutating func note(_ approach: ErrorApproach, _ code: UInt8) {
    if approach > self.approach { (self.approach, failedCode) = (approach, code) }
  }

  private mutating func readAttributes(_ bytes: [UInt8], _ range: Range<Int>, _ context: UpdateContext) throws(BGPError) {
    var at = range.lowerBound
    var seen = SeenCodes()
    attributes.reserveCapacity(8)
    while at < range.upperBound {
      guard let head = AttributeHead(bytes, at, range.upperBound) else { return note(.treatAsWithdraw, 0) }
      at = head.end
      if seen.insert(head.code) {
        attributes.append(try read(bytes, head, context))
      } else if head.code == AttributeCode.mpReach || head.code == AttributeCode.mpUnreach {
        throw .malformedAttributes
      }
    }
  }

  private mutating func read(_ bytes: [UInt8], _ head: AttributeHead, _ context: UpdateContext) throws(BGPError) -> PathAttribute {
    let mask = PathAttribute.optional | PathAttribute.transitive
    let isMultiprotocol = head.code == AttributeCode.mpReach || head.code == AttributeCode.mpUnreach
    let hasRightFlags = PathAttribute.expectedFlags(head.code).map { $0 == head.flags & mask }
    do throws(WireError) {
      let value = try PathAttribute.value(head.code, bytes, from: head.start, to: head.end, context)
      guard hasRightFlags != false else { throw .badValue }
      // Well-known attributes are all known; another one that claims to be is an error (RFC 4271 §6.3), which withdraws here.
      if hasRightFlags == nil, head.flags & PathAttribute.optional == 0 { note(.treatAsWithdraw, head.code) }
      return PathAttribute(value, flags: head.flags)
    } catch {
      if isMultiprotocol { throw .badOptionalAttribute }
      note(PathAttribute.approach(head.code, isInternal: context.isInternal), head.code)
      return PathAttribute(.malformed(code: head.code, Array(bytes[head.start..<head.end])), flags: head.flags)
    }
  }

  /// Mandatory attributes (RFC 7606 §3 d), and what may be done where no prefix is announced (§5.2).
  private mutating func check() throws(BGPError) {
    var codes: (origin: Bool, path: Bool, hop: Bool) = (false, false, false)
    var reach: MPReach?
    var isOtherFamily = false
    for attribute in attributes {
      switch attribute.value {
      case .origin: codes.origin = true
      case .asPath: codes.path = true
      case .nextHop: codes.hop = true
      case .mpReach(let value): reach = value
      case .unknown(AttributeCode.mpReach, _): isOtherFamily = true
      default: break
      }
    }
    let announces = !nlri.isEmpty || !(reach?.nlri.isEmpty ?? true)
    if announces, !codes.origin || !codes.path || (!nlri.isEmpty && !codes.hop) { note(.treatAsWithdraw, 0) }
    if approach == .treatAsWithdraw, !announces, !isOtherFamily { throw .malformedAttributes }
  }

  // MARK: Writing

  /// The whole message. It is the caller's to keep it below 4096 bytes.
  public func encode(_ context: UpdateContext) -> [UInt8] { encode(context, sharing: []) }

  /// The same with more attributes, written already, behind its own.
  func encode(_ context: UpdateContext, sharing shared: [UInt8]) -> [UInt8] {
    var w = ByteWriter(capacity: 512)
    w.u16(0)
    for n in withdrawn { n.encode(into: &w.bytes, withPathID: context.pathIDs(.ipv4)) }
    w.patch(u16: UInt16(truncatingIfNeeded: w.count - 2), at: 0)
    let lengthAt = w.count
    w.u16(0)
    for attribute in attributes { attribute.encode(into: &w, context) }
    w.put(shared)
    w.patch(u16: UInt16(truncatingIfNeeded: w.count - lengthAt - 2), at: lengthAt)
    for n in nlri { n.encode(into: &w.bytes, withPathID: context.pathIDs(.ipv4)) }
    return MessageHeader.frame(.update, w.bytes)
  }
}

/// Where the three parts of an UPDATE lie.
struct UpdateParts {
  let withdrawn: Range<Int>, attributes: Range<Int>, nlri: Range<Int>

  /// RFC 7606 §3 b: lengths that do not fit the message end the session.
  init(_ bytes: [UInt8], from start: Int, to end: Int) throws(BGPError) {
    guard start >= 0, end <= bytes.count, end - start >= 4 else { throw .malformedAttributes }
    let first = start + 2, withdrawnEnd = first + (Int(bytes[start]) << 8 | Int(bytes[start + 1]))
    guard withdrawnEnd + 2 <= end else { throw .malformedAttributes }
    let second = withdrawnEnd + 2
    let attributesEnd = second + (Int(bytes[withdrawnEnd]) << 8 | Int(bytes[withdrawnEnd + 1]))
    guard attributesEnd <= end else { throw .malformedAttributes }
    (withdrawn, attributes, nlri) = (first..<withdrawnEnd, second..<attributesEnd, attributesEnd..<end)
  }
}

/// Flags, type and place of one attribute's value.
private struct AttributeHead {
  let flags: UInt8, code: UInt8, start: Int, end: Int

  /// nil where the list is cut, in either way of RFC 7606 §4.
  init?(_ bytes: [UInt8], _ at: Int, _ limit: Int) {
    guard limit - at >= 3 else { return nil }
    (flags, code) = (bytes[at], bytes[at + 1])
    let isExtended = flags & PathAttribute.extendedLength != 0
    guard limit - at >= (isExtended ? 4 : 3) else { return nil }
    let length = isExtended ? Int(bytes[at + 2]) << 8 | Int(bytes[at + 3]) : Int(bytes[at + 2])
    start = at + (isExtended ? 4 : 3)
    end = start + length
    guard end <= limit else { return nil }
  }
}

/// Which type codes came already.
private struct SeenCodes {
  private var bits: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// Whether `code` is new.
  mutating func insert(_ code: UInt8) -> Bool {
    let bit = UInt64(1) << UInt64(code & 63)
    switch code >> 6 {
    case 0: return set(&bits.0, bit)
    case 1: return set(&bits.1, bit)
    case 2: return set(&bits.2, bit)
    default: return set(&bits.3, bit)
    }
  }

  private func set(_ word: inout UInt64, _ bit: UInt64) -> Bool {
    defer { word |= bit }
    return word & bit == 0
  }
}
