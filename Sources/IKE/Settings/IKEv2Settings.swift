// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IPsecCrypto
import Wire

/// `crypto ikev2 proposal NAME`
public struct IKEv2ProposalSettings: SectionSettings {
  /// What it is called.
  public let name: String
  /// `encryption`, best first.
  public var encryption: [IKEProposal.Encryption] = []
  /// `integrity`
  public var integrity: [IntegrityAlgorithm] = []
  /// `prf`; where it is missing, the integrity algorithms' own.
  public var prf: [PseudoRandomFunction] = []
  /// `group`
  public var groups: [KeyExchangeMethod] = []
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A section with nothing in it.
  public init(name: String) { self.name = name }

  /// What IOS calls the default proposal, without its SHA-1 and groups of 1536 bits and fewer.
  public static let builtIn: IKEv2ProposalSettings = {
    var p = IKEv2ProposalSettings(name: defaultName)
    p.encryption = [256, 192, 128].map { .init(.aesCBC, keyBits: $0) }
    p.integrity = [.hmacSHA512, .hmacSHA384, .hmacSHA256]
    p.groups = [.ecp256, .modp2048, .ecp521, .ecp384]
    return p
  }()

  /// The name of the proposal, policy and transform set that are there where nobody configures any.
  public static let defaultName = "default"
}

/// `crypto ikev2 policy NAME`
public struct IKEv2PolicySettings: SectionSettings {
  /// What it is called.
  public let name: String
  /// `proposal`, best first.
  public var proposals: [String] = []
  /// `match address local`: our addresses it is for; all where there is none.
  public var localAddresses: [IPAddress] = []
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A section with nothing in it.
  public init(name: String) { self.name = name }
}

/// `crypto ikev2 keyring NAME`
public struct IKEv2KeyringSettings: SectionSettings {
  /// What it is called.
  public let name: String
  /// `peer NAME`
  public var peers: [IKEv2PeerSettings] = []
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A section with nothing in it.
  public init(name: String) { self.name = name }
}

/// `peer NAME` of a keyring.
public struct IKEv2PeerSettings: SectionSettings {
  /// What it is called.
  public let name: String
  /// `description`
  public var text: String?
  /// `address`
  public var addresses: [IPPrefix] = []
  /// `hostname`
  public var hostName: String?
  /// `identity`
  public var identity: IdentityMatch?
  /// `pre-shared-key local`, and the one key that serves both ways.
  public var localSecret: ConfiguredSecret?
  /// `pre-shared-key remote`, and the one key that serves both ways.
  public var remoteSecret: ConfiguredSecret?
  /// Whether the two keys are written as one line.
  public var isSymmetric = false
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A section with nothing in it.
  public init(name: String) { self.name = name }
}

/// `crypto ikev2 profile NAME`
public struct IKEv2ProfileSettings: SectionSettings {
  /// What it is called.
  public let name: String
  /// `description`
  public var text: String?
  /// `match identity remote …`
  public var matches: [IdentityMatch] = []
  /// `match certificate`: names of certificate maps.
  public var certificateMaps: [String] = []
  /// `match address local`: the ends of ours that it is for; all where there is none.
  public var localScopes: [LocalScope] = []
  /// `identity local`
  public var identity: LocalIdentitySettings?
  /// `authentication local`
  public var localMethod: AuthenticationMethod?
  /// `authentication local pre-share key …`
  public var localSecret: ConfiguredSecret?
  /// `authentication remote`, one line each.
  public var remoteMethods: [AuthenticationMethod] = []
  /// `authentication remote pre-share key …`
  public var remoteSecret: ConfiguredSecret?
  /// `keyring local`
  public var keyring: String?
  /// `pki trustpoint`
  public var trustpoints: [TrustpointUse] = []
  /// `lifetime`, seconds.
  public var lifetimeSeconds: Int?
  /// `dpd`
  public var deadPeer: DeadPeerSettings?
  /// `nat keepalive`, seconds.
  public var natKeepaliveSeconds: Int?
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A section with nothing in it.
  public init(name: String) { self.name = name }
}

/// `match address local {A | interface X}`
public enum LocalScope: Sendable, Hashable {
  /// An address of ours.
  case address(IPAddress)
  /// Whatever address this interface has.
  case interface(String)
}

/// `pki trustpoint NAME [sign | verify]`
public struct TrustpointUse: Sendable, Hashable {
  /// What the trustpoint is used for.
  public enum Purpose: String, Sendable, Hashable { case both, sign, verify }

  /// The trustpoint.
  public var name: String
  /// For what.
  public var purpose: Purpose

  /// Uses trustpoint `name`.
  public init(name: String, purpose: Purpose = .both) { (self.name, self.purpose) = (name, purpose) }
}
