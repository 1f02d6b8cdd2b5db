// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// A peer that is protected now.
public struct ProtectedPeer: Sendable, Hashable {
  public var id: ProtectionID
  /// The tunnel.
  public var interface: InterfaceID
  /// Where it is on the wire.
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
