// SPDX-License-Identifier: GPL-3.0-or-later

/// An IPv4 or IPv6 address in 16 bytes.
///
/// IPv4 is held in its IPv4-mapped form (`::ffff:a.b.c.d`, RFC 4291 §2.5.5.2), which never appears
/// on the wire as a real IPv6 address, so one fixed-size value serves tables of both families.
public struct IPAddress: Hashable, Sendable, Comparable {
  /// The first eight bytes, host order.
  public let high: UInt64
  /// The last eight bytes, host order.
  public let low: UInt64

  /// Makes an address from its sixteen bytes, given as two host-order halves.
  @inlinable public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Makes an IPv4 address from its 32 bits, host order.
  @inlinable public init(v4 bits: UInt32) {
    self.init(high: 0, low: 0x0000_ffff_0000_0000 | UInt64(bits))
  }

  /// Makes an IPv4 address from four octets.
  @inlinable public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    self.init(v4: UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d))
  }

  /// 0.0.0.0
  public static let anyV4 = IPAddress(v4: 0)
  /// ::
  public static let anyV6 = IPAddress(high: 0, low: 0)

  /// Whether this is an IPv4 address.
  @inlinable public var isV4: Bool { high == 0 && low >> 32 == 0xffff }
  /// The 32 bits of an IPv4 address, host order (the last 32 bits of an IPv6 one).
  @inlinable public var v4Bits: UInt32 { UInt32(truncatingIfNeeded: low) }
  /// 32 or 128.
  @inlinable public var bitWidth: Int { isV4 ? 32 : 128 }
  /// 4 or 16.
  @inlinable public var byteCount: Int { isV4 ? 4 : 16 }
  /// 0.0.0.0 or ::
  @inlinable public var isUnspecified: Bool { self == .anyV4 || self == .anyV6 }
  /// 224.0.0.0/4 or ff00::/8
  @inlinable public var isMulticast: Bool { isV4 ? v4Bits >> 28 == 0xe : high >> 56 == 0xff }
  /// 224.0.0.0/24, which no router forwards (RFC 5771 §4), or ff02::/16.
  @inlinable public var isLinkLocalMulticast: Bool { isV4 ? v4Bits >> 8 == 0xe00000 : high >> 48 == 0xff02 }
  /// 255.255.255.255
  @inlinable public var isBroadcast: Bool { isV4 && v4Bits == .max }
  /// 127.0.0.0/8 or ::1
  @inlinable public var isLoopback: Bool { isV4 ? v4Bits >> 24 == 127 : (high == 0 && low == 1) }

  @inlinable public static func < (a: IPAddress, b: IPAddress) -> Bool {
    a.high != b.high ? a.high < b.high : a.low < b.low
  }

  /// Bit `index` counted from the first bit on the wire, 0 for out of range.
  @inlinable public func bit(_ index: Int) -> Bool {
    guard index >= 0, index < bitWidth else { return false }
    let i = isV4 ? index &+ 96 : index
    return i < 64 ? (high >> UInt64(63 &- i)) & 1 == 1 : (low >> UInt64(127 &- i)) & 1 == 1
  }

  /// This address with all bits after the first `length` cleared; `length` counts in its own family.
  @inlinable public func masked(to length: Int) -> IPAddress {
    let n = isV4 ? length &+ 96 : length
    if n >= 128 { return self }
    if n <= 0 { return IPAddress(high: 0, low: 0) }
    if n >= 64 { return IPAddress(high: high, low: n == 64 ? 0 : low & (UInt64.max << UInt64(128 &- n))) }
    return IPAddress(high: high & (UInt64.max << UInt64(64 &- n)), low: 0)
  }

  /// How many leading bits this address and `other` share, in this address' family.
  @inlinable public func commonPrefixLength(with other: IPAddress) -> Int {
    let h = high ^ other.high
    let n = h != 0 ? h.leadingZeroBitCount : 64 &+ (low ^ other.low).leadingZeroBitCount
    return isV4 ? max(0, n &- 96) : n
  }

  /// The 4 or 16 bytes on the wire.
  public var bytes: [UInt8] {
    isV4
      ? (0..<4).map { UInt8(truncatingIfNeeded: low >> UInt64(24 - 8 * $0)) }
      : (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 & 7))) }
  }

  /// Reads an address of 4 or 16 bytes; nil for any other count.
  @inlinable public init?(bytes: some Collection<UInt8>) {
    switch bytes.count {
    case 4:
      var bits: UInt32 = 0
      for b in bytes { bits = bits << 8 | UInt32(b) }
      self.init(v4: bits)
    case 16:
      var h: UInt64 = 0, l: UInt64 = 0
      for (i, b) in bytes.enumerated() { if i < 8 { h = h << 8 | UInt64(b) } else { l = l << 8 | UInt64(b) } }
      self.init(high: h, low: l)
    default: return nil
    }
  }
}

extension IPAddress: CustomStringConvertible, LosslessStringConvertible {
  /// Dotted quad, or RFC 5952 text.
  public var description: String { isV4 ? v4Text : v6Text }

  private var v4Text: String {
    let b = v4Bits
    return "\(b >> 24).\(b >> 16 & 255).\(b >> 8 & 255).\(b & 255)"
  }

  private var v6Text: String {
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> UInt64(48 - 16 * ($0 & 3))) }
    var best = 0..<0
    var i = 0
    while i < 8 {
      var j = i
      while j < 8, groups[j] == 0 { j += 1 }
      if j - i > best.count, j - i > 1 { best = i..<j }
      i = max(j, i + 1)
    }
    let head = groups[..<best.lowerBound].map { String($0, radix: 16) }.joined(separator: ":")
    guard !best.isEmpty else { return groups.map { String($0, radix: 16) }.joined(separator: ":") }
    return head + "::" + groups[best.upperBound...].map { String($0, radix: 16) }.joined(separator: ":")
  }

  /// Parses a dotted quad of four decimal octets or RFC 4291 §2.2 text; nil for anything else.
  public init?(_ text: String) {
    if text.contains(":") {
      guard let v6 = IPAddress.parseV6(text) else { return nil }
      self = v6
    } else {
      guard let v4 = IPAddress.parseV4(text) else { return nil }
      self.init(v4: v4)
    }
  }

  private static func parseV4(_ text: some StringProtocol) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.count), part.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let octet = UInt8(part) else { return nil }
      bits = bits << 8 | UInt32(octet)
    }
    return bits
  }

  private static func parseV6(_ text: String) -> IPAddress? {
    let halves = text.components(around: "::")
    guard halves.count <= 2 else { return nil }
    func groups(_ half: Substring) -> [UInt16]? {
      if half.isEmpty { return [] }
      var out: [UInt16] = []
      let parts = half.split(separator: ":", omittingEmptySubsequences: false)
      for (i, part) in parts.enumerated() {
        if part.contains("."), i == parts.count - 1, let v4 = parseV4(part) {
          out += [UInt16(v4 >> 16), UInt16(truncatingIfNeeded: v4)]
        } else {
          guard (1...4).contains(part.utf8.count), let g = UInt16(part, radix: 16) else { return nil }
          out.append(g)
        }
      }
      return out
    }
    guard let head = groups(halves[0]), let tail = groups(halves.count == 2 ? halves[1] : "") else { return nil }
    let missing = 8 - head.count - tail.count
    guard halves.count == 2 ? missing >= 1 : missing == 0 else { return nil }
    let all = head + Array(repeating: 0, count: max(0, missing)) + tail
    return IPAddress(
      high: all[..<4].reduce(0) { $0 << 16 | UInt64($1) }, low: all[4...].reduce(0) { $0 << 16 | UInt64($1) })
  }
}

extension String {
  /// The parts of this string around each occurrence of `separator`.
  func components(around separator: String) -> [Substring] {
    var out: [Substring] = []
    var rest = self[...]
    while let found = rest.firstRange(of: separator) {
      out.append(rest[..<found.lowerBound])
      rest = rest[found.upperBound...]
    }
    return out + [rest]
  }
}

extension Substring {
  func firstRange(of text: String) -> Range<Index>? {
    var i = startIndex
    while i < endIndex {
      if self[i...].hasPrefix(text) { return i..<index(i, offsetBy: text.count) }
      i = index(after: i)
    }
    return nil
  }
}

extension IPAddress: Codable {
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = IPAddress(text) else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not an IP address"))
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.singleValueContainer()
    try box.encode(description)
  }
}
