// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// A protected peer, as long as security associations with it exist: what NHRP mappings, adjacencies and packets refer to. Several
/// peers behind one NAT address differ in it, and it stays when the peer's address or port changes (RFC 4301 calls no such thing;
/// IOS' "crypto socket" is the nearest).
public struct ProtectionID: Hashable, Comparable, Sendable, Codable {
  /// The number, counted from 1; given by IKE.
  public let rawValue: UInt32
  /// Names peer `rawValue`.
  @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }
  /// No protection.
  public static let none = ProtectionID(0)
  @inlinable public static func < (a: ProtectionID, b: ProtectionID) -> Bool { a.rawValue < b.rawValue }
}

/// How ESP protects: algorithms by IANA's numbers of IKEv2 transforms (also where IKEv1 negotiated them).
public struct ESPSuite: Sendable, Hashable, Codable {
  /// Transform type 1 (encryption).
  public var encryption: UInt16
  /// Key length in bits, without a salt; 0 where the algorithm has only one.
  public var keyBits: UInt16
  /// Transform type 3 (integrity); 0 for combined algorithms.
  public var integrity: UInt16
  /// HMAC-SHA-256 cut to 96 bits, as old Linux and Huawei do, in place of RFC 4868's 128.
  public var truncatesSHA256To96 = false

  /// A suite of these algorithms.
  public init(encryption: UInt16, keyBits: UInt16, integrity: UInt16 = 0, truncatesSHA256To96: Bool = false) {
    (self.encryption, self.keyBits, self.integrity) = (encryption, keyBits, integrity)
    self.truncatesSHA256To96 = truncatesSHA256To96
  }
}

/// What ESP encloses (RFC 4301 §4.1).
public enum IPsecMode: UInt8, Sendable, Codable {
  /// The outer header stays in front.
  case transport
  /// A second IP header is inside.
  case tunnel
}

/// The two ends of an association on the wire.
public struct AssociationEndpoints: Sendable, Hashable {
  /// Our address, as on our interface.
  public var local: IPAddress
  /// The peer's address as we see it (a NAT's, where there is one).
  public var remote: IPAddress
  /// Our UDP port; 0 where ESP is protocol 50.
  public var localPort: UInt16
  /// The peer's UDP port as we see it; 0 where ESP is protocol 50.
  public var remotePort: UInt16

  /// Ends with ports for ESP in UDP (RFC 3948), without for plain ESP.
  public init(local: IPAddress, remote: IPAddress, localPort: UInt16 = 0, remotePort: UInt16 = 0) {
    (self.local, self.remote, self.localPort, self.remotePort) = (local, remote, localPort, remotePort)
  }

  /// Whether ESP travels in UDP.
  public var isEncapsulated: Bool { localPort != 0 }
}

/// One direction of a protected connection, ready to be used by the packet path.
public struct SecurityAssociation: Sendable, Hashable {
  /// Which way it protects.
  public enum Direction: UInt8, Sendable, Codable { case inbound, outbound }

  /// Which way this one protects.
  public var direction: Direction
  /// The security parameters index on the wire: ours for inbound, the peer's for outbound; above 255.
  public var spi: UInt32
  /// The peer.
  public var peer: ProtectionID
  /// The protection group of the tunnels it serves (`TunnelForwarding.protectionGroup`).
  public var group: UInt16
  /// What ESP encloses.
  public var mode: IPsecMode
  /// The addresses and ports it runs between.
  public var endpoints: AssociationEndpoints
  /// The algorithms.
  public var suite: ESPSuite
  /// KEYMAT of this direction: encryption key, salt, integrity key, in that order (RFC 7296 §2.17, RFC 4106 §8.1).
  public var keys: SecretBytes
  /// 64-bit sequence numbers (RFC 4303 §2.2.1).
  public var usesESN = false
  /// Inbound: packets the replay window holds, 64–4096; 0 switches it off.
  public var replayWindow = 1024
  /// Bytes after which `associationLimit` is reported, once; nil for none.
  public var softLimitBytes: UInt64?
  /// Bytes after which it no longer works; nil for none. Outbound, all cores count together; an inbound one has one core.
  public var hardLimitBytes: UInt64?
  /// Outbound: what its sequence numbers are taken from, by all cores; nil where there is one core, which counts itself, and the association
  /// is never installed after another took its place. It must come with the association every time it is installed again: a key whose
  /// numbers start anew protects nothing.
  public var sequence: SharedSequence?
  /// Tunnel mode: the addresses of the inner header on our side and on the peer's, where the traffic selectors name others than the
  /// endpoints (a NAT between); nil takes the endpoints as they are when it is installed.
  public var innerLocal: IPAddress?, innerRemote: IPAddress?

  /// An association with the defaults above.
  public init(
    direction: Direction, spi: UInt32, peer: ProtectionID, group: UInt16, mode: IPsecMode, endpoints: AssociationEndpoints, suite: ESPSuite,
    keys: SecretBytes
  ) {
    (self.direction, self.spi, self.peer, self.group) = (direction, spi, peer, group)
    (self.mode, self.endpoints, self.suite, self.keys) = (mode, endpoints, suite, keys)
  }
}

/// What a core counted for one association.
public struct AssociationCounters: Sendable, Hashable, Codable {
  /// Packets that were sealed or opened.
  public var packets: UInt64 = 0
  /// Bytes of what ESP carries.
  public var bytes: UInt64 = 0
  /// Inbound: packets older than the window or seen before.
  public var replays: UInt64 = 0
  /// Inbound: packets whose integrity check failed.
  public var forgeries: UInt64 = 0
  /// Packets refused for another reason: limit reached, wrong peer, what was inside.
  public var errors: UInt64 = 0
  /// The last sequence number used (outbound) or the highest seen (inbound).
  public var sequence: UInt64 = 0

  public init() {}

  /// The sum of what two workers counted; the higher sequence.
  public static func + (a: AssociationCounters, b: AssociationCounters) -> AssociationCounters {
    var sum = a
    sum.packets &+= b.packets
    sum.bytes &+= b.bytes
    sum.replays &+= b.replays
    sum.forgeries &+= b.forgeries
    sum.errors &+= b.errors
    sum.sequence = max(a.sequence, b.sequence)
    return sum
  }
}
