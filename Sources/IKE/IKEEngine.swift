// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// ISAKMP/IKEv1 and IKEv2 of one node.
public struct IKEEngine: Engine, Sendable {
  /// What can happen to the engine.
  public enum Input: Sendable {
    /// The policies of all protected tunnels that are up. Associations of a tunnel whose policy went or changed are deleted (IKE, ESP
    /// algorithms, keys) or kept (lifetimes and the like).
    case configure([ProtectionPolicy], IKEGlobalSettings)
    /// A tunnel needs protection to a peer: establish it, unless it is there or under way. Asked again at a limited rate.
    case protect(InterfaceID, remote: IPAddress)
    /// A peer is no longer needed by NHRP: its associations may idle out.
    case release(ProtectionID)
    /// An IKE message (from its header on).
    case message(AssociationEndpoints, bytes: [UInt8], isKnown: Bool)
    /// A job is done.
    case computed(UInt64, KeyResult)
    /// The packet path reports.
    case notice(DataPlaneNotice)
    /// ESP came with an SPI nobody has.
    case unknownSPI(AssociationEndpoints, spi: UInt32)
    /// Wall time at `Instant.start`, seconds since 1970: for certificates.
    case wallClock(startSeconds: Int64)
    /// An operator clears associations.
    case clear(IKEClearScope)
    /// The node stops: tell the peers.
    case stopping
  }

  /// What the engine wants done.
  public enum Output: Sendable, Equatable {
    /// Send a datagram; on port 4500 the non-ESP marker is in front already.
    case send(AssociationEndpoints, bytes: [UInt8])
    /// Do a job and bring the result back under this number.
    case compute(UInt64, KeyJob)
    /// A change of the packet path: associations, SPIs, questions.
    case dataPlane(DataPlaneChange)
    /// A peer of a tunnel can be used: inbound and outbound associations are in place.
    case protectionUp(ProtectedPeer)
    /// It no longer can; why.
    case protectionDown(ProtectionID, InterfaceID, remote: IPAddress, IKEFailure)
    /// What was asked for by `protect` could not be had; it is not tried again before `protect` comes again.
    case protectionFailed(InterfaceID, remote: IPAddress, IKEFailure)
    /// The peer is at another address or port now.
    case peerMoved(ProtectedPeer)
  }

  /// An engine that protects nothing. `firstJob` numbers its jobs.
  public init() {}

  public var nextDeadline: Instant? { nil }
  public mutating func handle(_ input: Input, _ turn: inout Turn<Output>) {}
  public mutating func expire(_ turn: inout Turn<Output>) {}
}

/// A peer that is protected now.
public struct ProtectedPeer: Sendable, Hashable {
  public var id: ProtectionID
  public var interface: InterfaceID
  public var endpoints: AssociationEndpoints
  /// Who it proved to be.
  public var identity: IKEIdentity
  /// What its certificate says; nil where it proved itself with a shared key.
  public var certificate: CertificateFacts?
  /// Whether there is a NAT in between.
  public var isBehindNAT: Bool

  public init(
    id: ProtectionID, interface: InterfaceID, endpoints: AssociationEndpoints, identity: IKEIdentity, certificate: CertificateFacts? = nil,
    isBehindNAT: Bool = false
  ) {
    (self.id, self.interface, self.endpoints, self.identity) = (id, interface, endpoints, identity)
    (self.certificate, self.isBehindNAT) = (certificate, isBehindNAT)
  }
}

/// Lines of `crypto …` that are of no profile.
public struct IKEGlobalSettings: Sendable, Hashable {
  /// `crypto ikev2 cookie-challenge`: half-open exchanges above which a cookie is demanded.
  public var cookieThreshold = 100
  /// `crypto call admission limit ike in-negotiation-sa`: half-open exchanges above which new ones are refused.
  public var halfOpenLimit = 1_000
  /// `crypto isakmp invalid-spi-recovery` / our default: an unknown SPI from a configured or lately known peer starts an exchange.
  public var recoversUnknownSPI = true
  /// Whether IKEv1 is answered at all: only where a policy uses it.
  public var acceptsIKEv1 = false

  public init() {}
}

/// What `clear crypto …` removes.
public enum IKEClearScope: Sendable, Hashable {
  /// `clear crypto session [remote A]`: IKE and its children, with a delete; nil for all.
  case sessions(remote: IPAddress?)
  /// `clear crypto sa [peer A]`: children alone.
  case children(remote: IPAddress?)
  /// `clear crypto ikev2 sa`, `clear crypto isakmp [id]`: the IKE association with this number in the shows; nil for all of that version.
  case associations(ProtectionPolicy.Version, number: UInt32?)
}

/// Why protection ended or could not be had. The text of shows and logs is made of it.
public enum IKEFailure: Error, Sendable, Hashable {
  /// No answer after all tries.
  case timeout
  /// The peer no longer answers (RFC 7296 §2.4, RFC 3706).
  case peerDead
  /// The peer deleted it.
  case deletedByPeer
  /// We deleted it: command, configuration, stop.
  case deletedHere
  /// A notify of the peer, by its number (IANA), at this exchange.
  case refused(notify: UInt16)
  /// No proposal of the peer's is in our policy.
  case noProposalChosen
  /// Its proof does not match: wrong key, wrong signature.
  case authenticationFailed
  /// No policy accepts its identity, or no key is for it.
  case identityRefused(IKEIdentity)
  /// Its certificate is not accepted.
  case certificateRefused(CryptoError)
  /// Its traffic selectors are not GRE between the two ends.
  case selectorsRefused
  /// What it sent is not well formed.
  case malformed
  /// A limit of ours.
  case limit(String)
  /// The lifetime ended and nothing took its place.
  case expired
  /// Nothing configured fits this peer.
  case noPolicy
}
