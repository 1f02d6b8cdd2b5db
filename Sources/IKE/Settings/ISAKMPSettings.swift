// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IPsecCrypto
import Wire

/// `crypto isakmp policy N`; nil where no line says it.
public struct ISAKMPPolicySettings: SectionSettings {
  /// 1 (tried first) to 10000.
  public var number: Int
  /// `encr`
  public var encryption: IKEProposal.Encryption?
  /// `hash`
  public var hash: HashAlgorithm?
  /// `authentication`
  public var method: AuthenticationMethod?
  /// `group`
  public var group: KeyExchangeMethod?
  /// `lifetime`, seconds.
  public var lifetimeSeconds: Int?
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// The policy with the number `name`.
  public init(name: String) { number = Int(name) ?? 0 }
  /// The number.
  public var name: String { "\(number)" }

  /// What is negotiated. Where a line is missing we take what follows, which is not what old IOS takes (DES, group 1): AES 128, SHA-1,
  /// RSA signatures, group 14, a day.
  public var policy: ISAKMPPolicy {
    ISAKMPPolicy(
      encryption: encryption ?? .init(.aesCBC, keyBits: 128), hash: hash ?? .sha1, method: method ?? .rsaSignature,
      group: group ?? .modp2048,
      lifetimeSeconds: lifetimeSeconds ?? 86_400)
  }
}

/// Whom a shared key of ISAKMP is for.
public enum ISAKMPKeyScope: Sendable, Hashable {
  /// Peers by address; all of them where the network has no length.
  case addresses(IPPrefix)
  /// A peer by the name it gives.
  case host(String)
}

/// `crypto isakmp key …`, and `pre-shared-key …` of a keyring.
public struct ISAKMPKeySettings: Sendable, Equatable {
  /// Whom it is for; there is one key for each.
  public var scope: ISAKMPKeyScope
  /// The key.
  public var secret: ConfiguredSecret

  /// A key for `scope`.
  public init(scope: ISAKMPKeyScope, secret: ConfiguredSecret) { (self.scope, self.secret) = (scope, secret) }
}

/// `crypto keyring NAME`
public struct KeyringSettings: SectionSettings {
  /// What it is called.
  public let name: String
  /// `description`
  public var text: String?
  /// `vrf NAME` of its head: kept, the keys are for the global table.
  public var vrf: String?
  /// `pre-shared-key …`
  public var keys: [ISAKMPKeySettings] = []
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A section with nothing in it.
  public init(name: String) { self.name = name }
}

/// Asking a silent peer whether it lives (RFC 7296 §2.4, RFC 3706).
public struct DeadPeerSettings: Sendable, Hashable {
  /// Seconds of silence before the first question.
  public var seconds: Int
  /// Seconds between questions that get no answer; nil where no line says it.
  public var retrySeconds: Int?
  /// `periodic`: asks even where nothing is waiting to be sent. Kept apart for the line; a silent peer is asked in both cases.
  public var isPeriodic: Bool

  /// Asks after `seconds`.
  public init(seconds: Int, retrySeconds: Int? = nil, isPeriodic: Bool = false) {
    (self.seconds, self.retrySeconds, self.isPeriodic) = (seconds, retrySeconds, isPeriodic)
  }
}

/// Who we say we are, as a line names it.
public enum LocalIdentitySettings: Sendable, Hashable {
  /// Our NBMA address.
  case ownAddress
  /// Another address.
  case address(IPAddress)
  /// The host name.
  case hostName
  case fqdn(String)
  case mail(String)
  /// The subject of our certificate.
  case distinguishedName
  case keyID(String)
}

/// `match identity …` of an ISAKMP profile.
public struct ISAKMPMatchSettings: Sendable, Hashable {
  /// Whom it is for.
  public var identity: IdentityMatch
  /// The front door VRF behind it, which is not acted on.
  public var vrf: String?

  /// Matches `identity`.
  public init(_ identity: IdentityMatch, vrf: String? = nil) { (self.identity, self.vrf) = (identity, vrf) }
}

/// `crypto isakmp profile NAME`
public struct ISAKMPProfileSettings: SectionSettings {
  /// What it is called.
  public let name: String
  /// `description`
  public var text: String?
  /// `keyring`
  public var keyrings: [String] = []
  /// `match identity …`
  public var matches: [ISAKMPMatchSettings] = []
  /// `match certificate`: names of certificate maps.
  public var certificateMaps: [String] = []
  /// `self-identity`
  public var identity: LocalIdentitySettings?
  /// `ca trust-point`
  public var trustpoints: [String] = []
  /// `keepalive`
  public var keepalive: DeadPeerSettings?
  /// `initiate mode aggressive`: aggressive mode is used, and accepted from peers of this profile.
  public var usesAggressiveMode = false
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A section with nothing in it.
  public init(name: String) { self.name = name }
}
