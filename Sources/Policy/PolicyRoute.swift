// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// A route as policy sees it. A protocol fills in what it knows, has lists and route-maps applied, and reads back what they set.
public struct PolicyRoute: Sendable, Hashable {
  /// The network.
  public var prefix: IPPrefix
  /// Where it leads; nil for a route of an interface.
  public var nextHop: IPAddress?
  /// What `set ip next-hop` says; nil where nothing did. An address is in `nextHop` too.
  public var nextHopChoice: NextHopChoice?
  /// The interface it leaves by (`match interface`), with its full name.
  public var interface: String?
  /// Who it comes from, in the words of `match source-protocol`: `connected`, `static`, `rip`, `bgp 65000`.
  public var source: String
  /// What `match route-type` asks; nil where the source has no such kinds.
  public var type: RouteType?
  /// The metric, or BGP's MULTI_EXIT_DISC; nil for none.
  public var metric: UInt32?
  /// The mark; 0 for none.
  public var tag: UInt32
  /// LOCAL_PREF (RFC 4271 §5.1.5); nil for none.
  public var localPreference: UInt32?
  /// This router's own preference, highest wins.
  public var weight: UInt16
  /// ORIGIN (RFC 4271 §5.1.1).
  public var origin: RouteOrigin
  /// AS_PATH, the nearest first.
  public var asPath: [ASPathSegment]
  /// COMMUNITIES (RFC 1997), ascending without repetition once policy has changed them.
  public var communities: [UInt32]
  /// LARGE_COMMUNITY (RFC 8092), ascending without repetition once policy has changed them.
  public var largeCommunities: [LargeCommunity]

  /// Describes a route; what is left out is not there.
  public init(
    prefix: IPPrefix, nextHop: IPAddress? = nil, interface: String? = nil, source: String = "", type: RouteType? = nil,
    metric: UInt32? = nil, tag: UInt32 = 0, localPreference: UInt32? = nil, weight: UInt16 = 0, origin: RouteOrigin = .incomplete,
    asPath: [ASPathSegment] = [], communities: [UInt32] = [], largeCommunities: [LargeCommunity] = []
  ) {
    (self.prefix, self.nextHop, self.interface, self.source, self.type) = (prefix, nextHop, interface, source, type)
    (self.metric, self.tag, self.localPreference, self.weight) = (metric, tag, localPreference, weight)
    (self.origin, self.asPath, self.communities, self.largeCommunities) = (origin, asPath, communities, largeCommunities)
  }
}

/// What a route-map says of the next hop. The protocol does it: only it knows its own address and the peer's.
public enum NextHopChoice: Sendable, Hashable {
  /// This address.
  case address(IPAddress)
  /// The address of our end of the session.
  case selfAddress
  /// As it was received, also where the protocol would put its own.
  case unchanged
  /// Inbound the peer's address, outbound our own.
  case peerAddress
}

/// ORIGIN (RFC 4271 §5.1.1); the lower one is preferred.
public enum RouteOrigin: UInt8, Sendable, Hashable, CaseIterable {
  case igp = 0
  case egp = 1
  case incomplete = 2
}

/// The kinds of `match route-type`, in its words.
public enum RouteType: String, Sendable, Hashable, CaseIterable {
  case `internal` = "internal"
  case external = "external"
  case externalType1 = "external type-1"
  case externalType2 = "external type-2"
  case local = "local"
  case nssaExternal = "nssa-external"
}

/// One segment of an AS_PATH (RFC 4271 §4.3, RFC 5065 §3).
public enum ASPathSegment: Sendable, Hashable {
  case sequence([UInt32])
  case set([UInt32])
  case confederationSequence([UInt32])
  case confederationSet([UInt32])

  /// The AS numbers in it.
  public var numbers: [UInt32] {
    switch self {
    case .sequence(let all), .set(let all), .confederationSequence(let all), .confederationSet(let all): all
    }
  }
}

extension ASPathSegment {
  /// A path as IOS prints it and as expressions see it: `65001 65002 {65003,65004}`, confederations as `(65010 65011)` and `[65012,65013]`.
  public static func text(_ path: [ASPathSegment]) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64)
    for segment in path where !segment.numbers.isEmpty {
      if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
      segment.append(to: &bytes)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func append(to bytes: inout [UInt8]) {
    let (open, separator, close) = marks
    if let open { bytes.append(open) }
    for (i, number) in numbers.enumerated() {
      if i > 0 { bytes.append(separator) }
      DecimalNumber.append(number, to: &bytes)
    }
    if let close { bytes.append(close) }
  }

  private var marks: (open: UInt8?, separator: UInt8, close: UInt8?) {
    let space = UInt8(ascii: " "), comma = UInt8(ascii: ",")
    return switch self {
    case .sequence: (nil, space, nil)
    case .set: (UInt8(ascii: "{"), comma, UInt8(ascii: "}"))
    case .confederationSequence: (UInt8(ascii: "("), space, UInt8(ascii: ")"))
    case .confederationSet: (UInt8(ascii: "["), comma, UInt8(ascii: "]"))
    }
  }
}

/// A large community (RFC 8092).
public struct LargeCommunity: Sendable, Hashable, Comparable {
  /// The AS whose meaning it has.
  public var administrator: UInt32
  /// The first part of its own.
  public var first: UInt32
  /// The second part of its own.
  public var second: UInt32

  /// Makes `administrator:first:second`.
  public init(_ administrator: UInt32, _ first: UInt32, _ second: UInt32) {
    (self.administrator, self.first, self.second) = (administrator, first, second)
  }

  public static func < (a: LargeCommunity, b: LargeCommunity) -> Bool {
    (a.administrator, a.first, a.second) < (b.administrator, b.first, b.second)
  }
}

extension LargeCommunity: CustomStringConvertible, LosslessStringConvertible {
  /// `65000:1:2`
  public var description: String { "\(administrator):\(first):\(second)" }

  /// Reads three decimal numbers of 32 bits with colons between; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { DecimalNumber.read($0) }
    guard parts.count == 3, let a = parts[0], let b = parts[1], let c = parts[2] else { return nil }
    self.init(a, b, c)
  }
}

/// Decimal digits of at most 32 bits, without a sign.
enum DecimalNumber {
  static func read(_ text: some StringProtocol) -> UInt32? {
    text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } ? UInt32(text) : nil
  }

  static func append(_ number: UInt32, to bytes: inout [UInt8]) {
    var divisor: UInt32 = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      bytes.append(48 + UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }
}
