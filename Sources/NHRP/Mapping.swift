// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What kind of cache entry this is. A lower kind never overwrites a higher one.
public enum MappingKind: UInt8, Sendable, Comparable, Codable {
  /// Asked for, not answered yet.
  case incomplete
  /// Answered "no": nothing is asked again for a while.
  case negative
  /// Learned from a registration, a reply or a request.
  case dynamic
  /// Configured, or a next hop server.
  case `static`
  /// The node's own, handed out in replies.
  case local

  /// By strength: what a lower kind says never replaces a higher one.
  @inlinable public static func < (a: MappingKind, b: MappingKind) -> Bool { a.rawValue < b.rawValue }
  /// The word of `show ip nhrp`.
  public var word: String {
    switch self {
    case .incomplete: "incomplete"
    case .negative, .dynamic: "dynamic"
    case .static, .local: "static"
    }
  }
}

/// The words behind `Flags:` in `show ip nhrp`.
public struct MappingFlags: OptionSet, Sendable, Hashable {
  /// The bits; ours, nobody sends them.
  public let rawValue: UInt16
  /// Keeps all bits.
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// The answer came from the station that owns the address.
  public static let authoritative = MappingFlags(rawValue: 1)
  /// Registered with the unique bit.
  public static let unique = MappingFlags(rawValue: 2)
  /// Learned from a registration.
  public static let registered = MappingFlags(rawValue: 4)
  /// Packets used it lately.
  public static let used = MappingFlags(rawValue: 8)
  /// The peer is a router.
  public static let router = MappingFlags(rawValue: 16)
  /// Learned from a request that passed by.
  public static let implicit = MappingFlags(rawValue: 32)
  /// The node's own network, handed out to a requester.
  public static let local = MappingFlags(rawValue: 64)
  /// The peer understands the NAT extension.
  public static let nat = MappingFlags(rawValue: 128)
  /// Says "no".
  public static let negative = MappingFlags(rawValue: 256)
  /// A next hop other entries go via.
  public static let nhop = MappingFlags(rawValue: 512)
  /// An H route stands in the routing table for it.
  public static let rib = MappingFlags(rawValue: 1024)
  /// It overrides the next hop of another protocol's route.
  public static let nho = MappingFlags(rawValue: 2048)
  /// A next hop server.
  public static let server = MappingFlags(rawValue: 4096)

  private static let words: [(MappingFlags, String)] = [
    (.authoritative, "authoritative"), (.unique, "unique"), (.registered, "registered"), (.used, "used"), (.router, "router"),
    (.implicit, "implicit"), (.local, "local"), (.nat, "nat"), (.negative, "negative"), (.nhop, "nhop"), (.rib, "rib"), (.nho, "nho"),
  ]

  /// The words in the order IOS prints them.
  public var text: String { MappingFlags.words.filter { contains($0.0) }.map(\.1).joined(separator: " ") }
}

/// One entry of the NHRP cache.
public struct Mapping: Sendable, Equatable {
  /// What it is for: a tunnel address or a network behind it.
  public var target: IPPrefix
  /// The tunnel address packets go to; the target itself for a host entry.
  public var via: IPAddress
  /// Where that is in the underlay; nil for incomplete and negative entries.
  public var nbma: IPAddress?
  /// The NBMA address the peer claims, where NAT makes it another one.
  public var claimedNBMA: IPAddress?
  /// What it is.
  public var kind: MappingKind
  /// What else is known of it.
  public var flags: MappingFlags
  /// When it was made.
  public var created: Instant
  /// When it ends; nil for never.
  public var expires: Instant?
  /// The request that made it, for purges and `detail`.
  public var requestID: UInt32 = 0
  /// The record that made it, cause of what follows from it.
  public var origin: EventID = .none
  /// Who asked, for a local entry.
  public var requester: IPAddress?
  /// The host that was asked for, to ask again.
  public var askedFor: IPAddress?
  /// How long it lives from each answer; a used entry is renewed once three eighths of it are left.
  public var life = Duration.zero
  /// The protected peer it leads to; none on an unprotected tunnel, or while there is no association.
  public var peer = ProtectionID.none
  /// Packets counted when its use was last asked about.
  public var packetsSeen: UInt64 = 0

  /// Whether the entry can carry packets.
  public var isUsable: Bool { nbma != nil && kind >= .dynamic }
}
