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
  public var version: ProtectionPolicy.Version
  public var state: State
  public var isInitiator: Bool
  public var interface: InterfaceID
  public var profileName: String
  public var peer: ProtectionID
  public var endpoints: AssociationEndpoints
  public var localSPI: UInt64, remoteSPI: UInt64
  public var localIdentity: IKEIdentity?, remoteIdentity: IKEIdentity?
  public var encryption: IKEProposal.Encryption?
  public var prf: PseudoRandomFunction?
  public var integrity: IntegrityAlgorithm?
  public var hash: HashAlgorithm?
  public var group: KeyExchangeMethod?
  public var localMethod: AuthenticationMethod?, remoteMethod: AuthenticationMethod?
  public var lifetimeSeconds: Int
  public var startedAt = Instant.start
  public var establishedAt: Instant?
  public var isNATDetected: Bool
  public var deadPeerSeconds: Int?
  public var fragmentsMessages: Bool
  public var nextSentID: UInt32, nextReceivedID: UInt32
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
  public var peer: ProtectionID
  public var interface: InterfaceID
  /// The IKE association it came from, by its number in shows.
  public var ikeNumber: UInt32
  public var endpoints: AssociationEndpoints
  public var inboundSPI: UInt32, outboundSPI: UInt32
  public var suite: ESPSuite
  public var mode: IPsecMode
  public var perfectForwardSecrecy: KeyExchangeMethod?
  public var usesESN: Bool
  public var replayWindow: Int
  public var installedAt: Instant
  public var lifetimeSeconds: Int
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
