// SPDX-License-Identifier: GPL-3.0-or-later

/// The two versions of IP, as what tells apart settings, tables and messages that exist once for each.
public enum IPFamily: UInt8, Sendable, Hashable, CaseIterable, Comparable, Codable {
  /// IPv4 (RFC 791).
  case v4 = 4
  /// IPv6 (RFC 8200).
  case v6 = 6

  /// IPv4 before IPv6.
  @inlinable public static func < (a: IPFamily, b: IPFamily) -> Bool { a.rawValue < b.rawValue }
  /// 32 or 128.
  @inlinable public var bitWidth: Int { self == .v4 ? 32 : 128 }
  /// 0.0.0.0 or ::
  @inlinable public var unspecified: IPAddress { self == .v4 ? .anyV4 : .anyV6 }
  /// The word that begins the lines of IOS: `ip` or `ipv6`.
  @inlinable public var word: String { self == .v4 ? "ip" : "ipv6" }
  /// `IPv4` or `IPv6`
  @inlinable public var name: String { self == .v4 ? "IPv4" : "IPv6" }
}

extension IPAddress {
  /// Which version of IP it belongs to.
  @inlinable public var family: IPFamily { isV4 ? .v4 : .v6 }
  /// fe80::/10, which no router forwards to another link (RFC 4291 §2.5.6). No IPv4 address counts as such.
  @inlinable public var isLinkLocal: Bool { high >> 54 == 0x3fa }

  /// The link-local address with this interface identifier (RFC 4291 §2.5.6): fe80::/64 and 64 bits.
  @inlinable public init(linkLocal identifier: UInt64) { self.init(high: 0xfe80_0000_0000_0000, low: identifier) }

  /// The modified EUI-64 identifier of a MAC address (RFC 4291 appendix A): ff-fe between its halves, the universal bit turned. Nil for
  /// anything but six bytes.
  public static func interfaceIdentifier(mac: [UInt8]) -> UInt64? {
    guard mac.count == 6 else { return nil }
    let bytes = [mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]]
    return bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension IPPrefix {
  /// ::/0
  public static let defaultV6 = IPPrefix(.anyV6, length: 0)
  /// fe80::/10
  public static let linkLocal = IPPrefix(IPAddress(linkLocal: 0), length: 10)
}
