// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IPsecCrypto
import ProtocolKit

/// `crypto ipsec transform-set NAME …`
public struct TransformSetSettings: SectionSettings {
  /// What it is called.
  public let name: String
  /// What its head says; integrity is 0 also where it encrypts without integrity, and then it is not used.
  public var suite = ESPSuite(encryption: EncryptionAlgorithm.null.rawValue, keyBits: 0)
  /// `mode`
  public var mode = IPsecMode.tunnel
  /// `mode … require`: the other mode is refused.
  public var requiresMode = false
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A section with nothing in it.
  public init(name: String) { self.name = name }

  /// A set of `suite`.
  public init(name: String, suite: ESPSuite, mode: IPsecMode) { (self.name, self.suite, self.mode) = (name, suite, mode) }

  /// Whether packets are protected against change: RFC 8221 §4 forbids the rest.
  public var hasIntegrity: Bool { suite.integrity != 0 || EncryptionAlgorithm(rawValue: suite.encryption).isCombined }

  /// What a profile offers that names no transform set: AES 256 with SHA-256, then IOS' own default (AES 128 with SHA-1).
  public static let builtIn = [(256, IntegrityAlgorithm.hmacSHA256), (128, .hmacSHA1)].map { bits, integrity in
    TransformSetSettings(
      name: IKEv2ProposalSettings.defaultName,
      suite: ESPSuite(encryption: EncryptionAlgorithm.aesCBC.rawValue, keyBits: bits, integrity: integrity.rawValue), mode: .transport)
  }
}

/// How much an association may carry.
public enum VolumeLimit: Sendable, Hashable {
  case kilobytes(Int)
  /// `kilobytes disable`
  case unlimited
}

/// What `set security-association …` of a profile and `crypto ipsec security-association …` say alike; nil where nothing is said.
public struct AssociationLimits: Sendable, Hashable {
  /// `lifetime seconds`
  public var lifetimeSeconds: Int?
  /// `lifetime kilobytes`
  public var volume: VolumeLimit?
  /// `replay window-size`; 0 for `replay disable`.
  public var replayWindow: Int?

  /// Nothing said.
  public init() {}
}

/// `crypto ipsec profile NAME`
public struct IPsecProfileSettings: SectionSettings {
  /// What it is called.
  public let name: String
  /// `description`
  public var text: String?
  /// `set transform-set`, best first.
  public var transformSets: [String] = []
  /// `set ikev2-profile`; without it IKEv1 is used.
  public var ikev2Profile: String?
  /// `set isakmp-profile`
  public var isakmpProfile: String?
  /// `set pfs`
  public var perfectForwardSecrecy: KeyExchangeMethod?
  /// `set security-association lifetime`, `… replay`
  public var limits = AssociationLimits()
  /// `set security-association esn`
  public var usesESN = false
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A section with nothing in it.
  public init(name: String) { self.name = name }
}
