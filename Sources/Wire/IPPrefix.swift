// SPDX-License-Identifier: GPL-3.0-or-later

/// A network: an address whose host bits are zero, and a length in the address' own family (0–32, 0–128).
public struct IPPrefix: Hashable, Sendable, Comparable {
  /// The network address, host bits zero.
  public let address: IPAddress
  /// The number of network bits, 0–32 for IPv4 and 0–128 for IPv6.
  public let length: UInt8

  /// Makes the network that holds `address`; `length` is clamped to the family's width.
  @inlinable public init(_ address: IPAddress, length: Int) {
    let n = Swift.min(Swift.max(length, 0), address.bitWidth)
    // A masked IPv4 address keeps its ::ffff prefix: `masked` counts from bit 96.
    self.address = n == 0 && address.isV4 ? .anyV4 : address.masked(to: n)
    self.length = UInt8(n)
  }

  /// The single host `address`.
  @inlinable public init(host address: IPAddress) { self.init(address, length: address.bitWidth) }

  /// 0.0.0.0/0
  public static let defaultV4 = IPPrefix(.anyV4, length: 0)

  /// Whether this names one host.
  @inlinable public var isHost: Bool { Int(length) == address.bitWidth }
  /// Whether this is a default route.
  @inlinable public var isDefault: Bool { length == 0 }

  /// Whether `candidate` lies inside this network (and is of the same family).
  @inlinable public func contains(_ candidate: IPAddress) -> Bool {
    candidate.isV4 == address.isV4 && address.commonPrefixLength(with: candidate) >= Int(length)
  }

  /// Whether `other` is this network or a part of it.
  @inlinable public func covers(_ other: IPPrefix) -> Bool {
    other.length >= length && contains(other.address)
  }

  /// Whether the two share any address.
  @inlinable public func overlaps(_ other: IPPrefix) -> Bool { covers(other) || other.covers(self) }

  /// By address, then by length: a total order for sorted output.
  @inlinable public static func < (a: IPPrefix, b: IPPrefix) -> Bool {
    a.address != b.address ? a.address < b.address : a.length < b.length
  }

  /// The IPv4 network mask as an address; 255.255.255.0 for /24.
  public var mask: IPAddress {
    IPAddress(v4: length == 0 ? 0 : UInt32.max << UInt32(32 - Swift.min(32, Int(length))))
  }

  /// The prefix length of a contiguous IPv4 mask; nil for a mask with holes.
  public static func length(ofMask mask: IPAddress) -> Int? {
    guard mask.isV4 else { return nil }
    let ones = (~mask.v4Bits).leadingZeroBitCount
    return IPPrefix(mask, length: 32).address.v4Bits == (ones == 0 ? 0 : UInt32.max << UInt32(32 - ones)) ? ones : nil
  }

  /// The last address of an IPv4 network of 31 bits or fewer: its directed broadcast.
  public var broadcast: IPAddress? {
    guard address.isV4, length < 31 else { return nil }
    return IPAddress(v4: address.v4Bits | (length == 0 ? .max : ~mask.v4Bits))
  }
}

extension IPPrefix: CustomStringConvertible, LosslessStringConvertible, Codable {
  /// `192.168.1.0/24`
  public var description: String { "\(address)/\(length)" }

  /// Parses `A.B.C.D/n` or `X:X::/n`; nil where the length is missing or out of range.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(String(parts[0])), let length = UInt8(parts[1]),
      Int(length) <= address.bitWidth
    else { return nil }
    self.init(address, length: Int(length))
  }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = IPPrefix(text) else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a prefix"))
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.singleValueContainer()
    try box.encode(description)
  }
}
