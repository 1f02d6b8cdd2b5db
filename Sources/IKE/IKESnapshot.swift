// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// One IKE association (phase 1), for shows and screens.
public struct IKESARow: Sendable, Hashable {
  /// How far it is.
  public enum State: Sendable, Hashable {
    /// IKEv2: SA_INIT sent or answered, AUTH sent or awaited.
    case initializing, authenticating
    /// IKEv1: MM_NO_STATE, MM_SA_SETUP, MM_KEY_EXCH, MM_KEY_AUTH; AG_ likewise.
    case mainMode(step: UInt8), aggressiveMode(step: UInt8)
    /// READY, QM_IDLE.
    case established
    case rekeying, deleting
  }

  /// The number in shows (`Tunnel-id`, `conn-id`).
  public var number: UInt32
  /// 1 or 2.
  public var version: ProtectionPolicy.Version
  /// How far it is.
  public var state: State
  /// Whether we began.
  public var isInitiator: Bool
  /// The tunnel.
  public var interface: InterfaceID
  /// `crypto ipsec profile NAME`
  public var profileName: String
  /// The protected peer; none before it is known.
  public var peer: ProtectionID
  /// The two ends on the wire.
  public var endpoints: AssociationEndpoints
  /// SPIs (cookies), ours first.
  public var localSPI: UInt64, remoteSPI: UInt64
  /// Who we said we are, and who the peer proved to be.
  public var localIdentity: IKEIdentity?, remoteIdentity: IKEIdentity?
  /// What protects its messages; nil before it is negotiated.
  public var encryption: IKEProposal.Encryption?
  /// The pseudorandom function.
  public var prf: PseudoRandomFunction?
  /// What guards the integrity of its messages; nil where encryption does.
  public var integrity: IntegrityAlgorithm?
  public var hash: HashAlgorithm?
  /// The key exchange method.
  public var group: KeyExchangeMethod?
  /// How we and the peer proved who we are.
  public var localMethod: AuthenticationMethod?, remoteMethod: AuthenticationMethod?
  /// Seconds from its beginning, or from its last rekey, to its end.
  public var lifetimeSeconds: Int
  /// When its first message was sent or taken.
  public var startedAt = Instant.start
  /// When it was authenticated.
  public var establishedAt: Instant?
  /// Whether there is a NAT between the ends.
  public var isNATDetected: Bool
  /// Seconds of silence after which the peer is asked whether it lives; nil for never.
  public var deadPeerSeconds: Int?
  /// Whether long messages are cut (RFC 7383).
  public var fragmentsMessages: Bool
  /// Message IDs of the next requests.
  public var nextSentID: UInt32, nextReceivedID: UInt32
  /// How often it got new keys.
  public var rekeys: UInt32

  public init(
    number: UInt32, version: ProtectionPolicy.Version, state: State, isInitiator: Bool, interface: InterfaceID, profileName: String,
    peer: ProtectionID, endpoints: AssociationEndpoints, localSPI: UInt64, remoteSPI: UInt64
  ) {
    (self.number, self.version, self.state, self.isInitiator) = (number, version, state, isInitiator)
    (self.interface, self.profileName, self.peer, self.endpoints) = (interface, profileName, peer, endpoints)
    (self.localSPI, self.remoteSPI) = (localSPI, remoteSPI)
    (lifetimeSeconds, isNATDetected, fragmentsMessages) = (0, false, false)
    (nextSentID, nextReceivedID, rekeys) = (0, 0, 0)
  }
}

/// One pair of ESP associations (phase 2), for shows and screens. Counters are the packet path's.
public struct ChildSARow: Sendable, Hashable {
  /// The protected peer; none before it is known.
  public var peer: ProtectionID
  /// The tunnel.
  public var interface: InterfaceID
  /// The IKE association it came from, by its number in shows.
  public var ikeNumber: UInt32
  /// The two ends on the wire.
  public var endpoints: AssociationEndpoints
  /// SPIs, ours first.
  public var inboundSPI: UInt32, outboundSPI: UInt32
  /// What protects its packets.
  public var suite: ESPSuite
  /// Transport or tunnel.
  public var mode: IPsecMode
  /// The group its keys came from, where it had one of its own.
  public var perfectForwardSecrecy: KeyExchangeMethod?
  /// 64-bit sequence numbers.
  public var usesESN: Bool
  /// Packets the replay window holds.
  public var replayWindow: Int
  /// When it was installed.
  public var installedAt: Instant
  /// Seconds from its beginning, or from its last rekey, to its end.
  public var lifetimeSeconds: Int
  /// Kilobytes it may carry; nil for unlimited.
  public var lifetimeKilobytes: Int?
  /// Whether packets leave by it; an older pair only receives until it is deleted.
  public var isCurrent: Bool
  /// How many pairs it took the place of, one after the other.
  public var renewals: UInt32 = 0

  public init(
    peer: ProtectionID, interface: InterfaceID, ikeNumber: UInt32, endpoints: AssociationEndpoints, inboundSPI: UInt32, outboundSPI: UInt32,
    suite: ESPSuite, mode: IPsecMode, installedAt: Instant
  ) {
    (self.peer, self.interface, self.ikeNumber, self.endpoints) = (peer, interface, ikeNumber, endpoints)
    (self.inboundSPI, self.outboundSPI, self.suite, self.mode) = (inboundSPI, outboundSPI, suite, mode)
    self.installedAt = installedAt
    (perfectForwardSecrecy, usesESN, replayWindow) = (nil, false, 0)
    (lifetimeSeconds, lifetimeKilobytes, isCurrent) = (0, nil, true)
  }
}

/// Totals, in constant time.
public struct IKESummary: Sendable, Hashable {
  /// Established IKE associations.
  public var established = 0
  /// Exchanges that are not done.
  public var halfOpen = 0
  /// Pairs of ESP associations.
  public var children = 0
  /// Since the start.
  public var handshakes: UInt64 = 0, failures: UInt64 = 0, rekeys: UInt64 = 0, cookiesDemanded: UInt64 = 0
  /// Messages refused, by reason's name, in a fixed order.
  public var refused: [(reason: String, count: UInt64)] = []

  public init() {}

  public static func == (a: IKESummary, b: IKESummary) -> Bool {
    a.established == b.established && a.halfOpen == b.halfOpen && a.children == b.children && a.handshakes == b.handshakes
      && a.failures == b.failures && a.rekeys == b.rekeys && a.cookiesDemanded == b.cookiesDemanded
      && a.refused.map(\.reason) == b.refused.map(\.reason) && a.refused.map(\.count) == b.refused.map(\.count)
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(established) }
}

/// The layer that is not done yet.
public enum ProtectionLayer: String, Sendable, Hashable, Codable {
  case ike = "IKE"
  case ipsec = "IPSEC"
}
