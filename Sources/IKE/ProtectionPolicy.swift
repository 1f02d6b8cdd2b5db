// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// All that IKE needs to know to protect one tunnel: the profiles of the configuration, resolved. A value; made anew when they change.
public struct ProtectionPolicy: Sendable, Hashable {
  /// Which IKE.
  public enum Version: UInt8, Sendable, Codable { case ikev1 = 1, ikev2 = 2 }

  /// The tunnel.
  public var interface: InterfaceID
  /// The tunnel's protection group; tunnels that share associations have one.
  public var group: UInt16
  /// `crypto ipsec profile NAME`
  public var profileName: String
  /// Our NBMA address.
  public var local: IPAddress
  /// The only peer of a point-to-point tunnel; nil for multipoint.
  public var peer: IPAddress?
  /// Which IKE.
  public var version: Version
  // IKE itself
  /// What may be negotiated for IKE, best first.
  public var ikeProposals: [IKEProposal] = []
  /// IKEv1's policies, best first.
  public var isakmpPolicies: [ISAKMPPolicy] = []
  /// Whether aggressive mode is used as initiator and accepted as responder (IKEv1).
  public var usesAggressiveMode = false
  /// Who we say we are; nil: our address with a shared key, our certificate's subject with a signature.
  public var localIdentity: IKEIdentity?
  /// How we prove it.
  public var localMethod = AuthenticationMethod.preSharedKey
  /// How the peer may prove who it is.
  public var remoteMethods: [AuthenticationMethod] = [.preSharedKey]
  /// Whom this policy accepts; the first that matches counts.
  public var remoteMatches: [IdentityMatch] = [.any]
  /// Shared keys, most specific first.
  public var preSharedKeys: [PreSharedKey] = []
  /// Our key and certificate, for signatures.
  public var signingKey: SigningKey?
  /// Whom we trust, for signatures.
  public var anchors: TrustAnchors?
  /// `lifetime`, seconds; we rekey before.
  public var ikeLifetimeSeconds = 86_400
  /// `dpd`/`keepalive`: seconds of silence after which the peer is asked whether it lives; nil for never.
  public var deadPeerSeconds: Int?
  /// Seconds between tries once it does not answer.
  public var deadPeerRetrySeconds = 5
  /// `crypto isakmp nat keepalive`: seconds; 0 for none.
  public var natKeepaliveSeconds = 20
  /// Largest IKE message that is sent in one piece where the peer takes fragments (RFC 7383), in bytes of IP packet; 0 for never.
  public var fragmentationBytes = 1_280
  // Child
  /// Suites that may be negotiated for ESP, best first.
  public var espSuites: [ESPSuite] = []
  /// Transport or tunnel.
  public var mode = IPsecMode.transport
  /// `mode … require`: a peer that wants the other mode is refused.
  public var requiresMode = false
  /// `set pfs`: the groups a new child's keys come from; nil without.
  public var perfectForwardSecrecy: KeyExchangeMethod?
  /// `set security-association lifetime seconds`
  public var childLifetimeSeconds = 3_600
  /// `set security-association lifetime kilobytes`; nil for unlimited.
  public var childLifetimeKilobytes: Int? = 4_608_000
  /// `set security-association replay window-size`
  public var replayWindow = 1_024
  /// `set security-association esn`
  public var usesESN = false

  /// A policy with the defaults above.
  public init(interface: InterfaceID, group: UInt16, profileName: String, local: IPAddress, peer: IPAddress? = nil, version: Version) {
    (self.interface, self.group, self.profileName) = (interface, group, profileName)
    (self.local, self.peer, self.version) = (local, peer, version)
  }
}

/// Alternatives of each kind; IKEv2 sends them as one proposal (RFC 7296 §3.3).
public struct IKEProposal: Sendable, Hashable {
  /// An encryption algorithm and its key length in bits, 0 where it has only one.
  public struct Encryption: Sendable, Hashable {
    /// The algorithm.
    public var algorithm: EncryptionAlgorithm
    /// Its key length in bits; 0 where it has only one.
    public var keyBits: UInt16
    public init(_ algorithm: EncryptionAlgorithm, keyBits: UInt16) { (self.algorithm, self.keyBits) = (algorithm, keyBits) }
  }

  /// What encrypts, best first.
  public var encryption: [Encryption]
  /// Pseudorandom functions, best first.
  public var prf: [PseudoRandomFunction]
  /// Empty with combined algorithms.
  public var integrity: [IntegrityAlgorithm]
  /// Key exchange methods, best first.
  public var groups: [KeyExchangeMethod]

  public init(encryption: [Encryption], prf: [PseudoRandomFunction], integrity: [IntegrityAlgorithm], groups: [KeyExchangeMethod]) {
    (self.encryption, self.prf, self.integrity, self.groups) = (encryption, prf, integrity, groups)
  }
}

/// `crypto isakmp policy N`: exactly one algorithm of each kind.
public struct ISAKMPPolicy: Sendable, Hashable {
  /// What encrypts, best first.
  public var encryption: IKEProposal.Encryption
  public var hash: HashAlgorithm
  /// How the ends prove who they are.
  public var method: AuthenticationMethod
  /// The key exchange method.
  public var group: KeyExchangeMethod
  /// Seconds.
  public var lifetimeSeconds: Int

  public init(
    encryption: IKEProposal.Encryption, hash: HashAlgorithm, method: AuthenticationMethod, group: KeyExchangeMethod, lifetimeSeconds: Int
  ) {
    (self.encryption, self.hash, self.method, self.group) = (encryption, hash, method, group)
    self.lifetimeSeconds = lifetimeSeconds
  }
}

/// How an end proves who it is.
public enum AuthenticationMethod: UInt8, Sendable, Hashable, Codable {
  case preSharedKey
  /// RSA, as the key's size and the peer allow.
  case rsaSignature
  /// ECDSA or EdDSA.
  case ecdsaSignature
}

/// A shared key and whom it is for.
public struct PreSharedKey: Sendable, Hashable {
  /// Peers by address; nil for any.
  public var addresses: IPPrefix?
  /// Peers by identity; nil for any.
  public var identity: IdentityMatch?
  /// What we prove ourselves with.
  public var local: SecretBytes
  /// What the peer proves itself with.
  public var remote: SecretBytes

  public init(addresses: IPPrefix? = nil, identity: IdentityMatch? = nil, local: SecretBytes, remote: SecretBytes? = nil) {
    (self.addresses, self.identity, self.local, self.remote) = (addresses, identity, local, remote ?? local)
  }
}
