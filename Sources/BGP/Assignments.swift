// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Numbers that RFCs and IANA fixed.
public enum BGPAssignments {
  /// The TCP port (RFC 4271 §1).
  public static let port: UInt16 = 179
  /// The version (RFC 4271 §4.2).
  public static let version: UInt8 = 4
  /// Bytes of a message's header (RFC 4271 §4.1).
  public static let headerBytes = 19
  /// The longest message (RFC 4271 §4.1).
  public static let messageBytes = 4096
  /// Bytes of an OPEN without optional parameters (RFC 4271 §4.2).
  public static let openBytes = 29
  /// Stands for a number above 65535 towards who knows only two octets (RFC 6793 §9).
  public static let transitionAS: UInt32 = 23456
  /// The parameter that carries capabilities (RFC 5492 §4).
  public static let capabilityParameter: UInt8 = 2
  /// Where it stands for both length and type, the extended form of optional parameters follows (RFC 9072 §2).
  public static let extendedParameters: UInt8 = 255
  /// NO_EXPORT, NO_ADVERTISE, NO_EXPORT_SUBCONFED (RFC 1997).
  public static let noExport: UInt32 = 0xffff_ff01, noAdvertise: UInt32 = 0xffff_ff02, localAS: UInt32 = 0xffff_ff03
  /// Local preference where none came (RFC 4271 leaves it to us; IOS has 100).
  public static let localPreference: UInt32 = 100
  /// The weight of what we originate ourselves, as on IOS.
  public static let localWeight: UInt32 = 32768

  /// Whether an AS number is for private use (RFC 6996 §5).
  public static func isPrivate(_ number: UInt32) -> Bool {
    (64512...65534).contains(number) || (4_200_000_000...4_294_967_294).contains(number)
  }
}

/// The kinds of message (RFC 4271 §4.1, RFC 2918 §3).
public enum MessageType: Hashable, Sendable {
  /// The five known kinds.
  case open, update, notification, keepalive, routeRefresh
  /// Any other.
  case unknown(UInt8)

  /// The number on the wire.
  public var rawValue: UInt8 {
    switch self {
    case .open: 1
    case .update: 2
    case .notification: 3
    case .keepalive: 4
    case .routeRefresh: 5
    case .unknown(let n): n
    }
  }

  /// Reads the number.
  public init(rawValue: UInt8) {
    let known: [MessageType] = [.open, .update, .notification, .keepalive, .routeRefresh]
    self = known.first { $0.rawValue == rawValue } ?? .unknown(rawValue)
  }
}

/// The address families that we speak: unicast of either IP (RFC 4760 §5).
public enum BGPFamily: UInt8, Hashable, Sendable, CaseIterable, Comparable {
  /// AFI 1, SAFI 1.
  case ipv4 = 0
  /// AFI 2, SAFI 1.
  case ipv6 = 1

  /// The index in arrays of one element a family.
  @inlinable public var index: Int { Int(rawValue) }
  /// The AFI on the wire.
  public var afi: UInt16 { self == .ipv4 ? 1 : 2 }
  /// The SAFI on the wire: unicast.
  public var safi: UInt8 { 1 }
  /// Bits of an address.
  @inlinable public var bitWidth: Int { self == .ipv4 ? 32 : 128 }

  /// The family of a pair from the wire; nil for one that we do not speak.
  public init?(afi: UInt16, safi: UInt8) {
    switch (afi, safi) {
    case (1, 1): self = .ipv4
    case (2, 1): self = .ipv6
    default: return nil
    }
  }

  /// The family of a prefix.
  @inlinable public init(of prefix: IPPrefix) { self = prefix.address.isV4 ? .ipv4 : .ipv6 }

  public static func < (a: BGPFamily, b: BGPFamily) -> Bool { a.rawValue < b.rawValue }
}

/// Where a route came into BGP (RFC 4271 §5.1.1).
public enum Origin: UInt8, Hashable, Sendable, Comparable {
  /// `network`, or an aggregate.
  case igp = 0
  /// The protocol of RFC 904, long gone.
  case egp = 1
  /// Redistributed.
  case incomplete = 2

  /// The letter of `show ip bgp`.
  public var letter: String { ["i", "e", "?"][Int(rawValue)] }
  public static func < (a: Origin, b: Origin) -> Bool { a.rawValue < b.rawValue }
}

/// The type codes of path attributes.
public enum AttributeCode {
  /// RFC 4271 §5.1.
  public static let origin: UInt8 = 1, asPath: UInt8 = 2, nextHop: UInt8 = 3, multiExitDiscriminator: UInt8 = 4
  /// RFC 4271 §5.1.
  public static let localPreference: UInt8 = 5, atomicAggregate: UInt8 = 6, aggregator: UInt8 = 7
  /// RFC 1997.
  public static let communities: UInt8 = 8
  /// RFC 4456 §8.
  public static let originatorID: UInt8 = 9, clusterList: UInt8 = 10
  /// RFC 4760 §3, §4.
  public static let mpReach: UInt8 = 14, mpUnreach: UInt8 = 15
  /// RFC 4360.
  public static let extendedCommunities: UInt8 = 16
  /// RFC 6793 §3.
  public static let as4Path: UInt8 = 17, as4Aggregator: UInt8 = 18
  /// RFC 8092.
  public static let largeCommunities: UInt8 = 32
}

/// The codes of capabilities.
public enum CapabilityCode {
  /// RFC 4760 §8, RFC 2918 §2.
  public static let multiprotocol: UInt8 = 1, routeRefresh: UInt8 = 2
  /// RFC 4724 §3, RFC 6793 §3, RFC 7911 §4.
  public static let gracefulRestart: UInt8 = 64, fourOctetAS: UInt8 = 65, addPath: UInt8 = 69
}
