// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// What `crypto …` says, as a value. Names that lines refer to may be undefined: the validation of the whole says so, and a tunnel that
/// needs them stays down.
public struct CryptoSettings: Sendable, Equatable {
  // MARK: PKI

  /// `crypto pki trustpoint`
  public var trustpoints: [TrustpointSettings] = []

  /// `crypto pki certificate map`, by name and number.
  public var certificateMaps: [CertificateMapSettings] = []

  // MARK: IKEv2

  /// `crypto ikev2 proposal`
  public var proposals: [IKEv2ProposalSettings] = []
  /// `crypto ikev2 policy`
  public var policies: [IKEv2PolicySettings] = []
  /// `crypto ikev2 keyring`
  public var ikev2Keyrings: [IKEv2KeyringSettings] = []
  /// `crypto ikev2 profile`
  public var ikev2Profiles: [IKEv2ProfileSettings] = []
  /// `crypto ikev2 cookie-challenge`
  public var cookieThreshold: Int?
  /// `crypto ikev2 dpd`
  public var ikev2DeadPeer: DeadPeerSettings?
  /// `crypto ikev2 nat keepalive`, seconds.
  public var ikev2NATKeepaliveSeconds: Int?
  /// `crypto ikev2 fragmentation [mtu N]`: bytes of IP packet, 0 for never; nil where no line says it.
  public var fragmentationBytes: Int?
  /// `crypto ikev2 limit max-in-negotation-sa`
  public var ikev2HalfOpenLimit: Int?

  // MARK: ISAKMP

  /// `crypto keyring`
  public var keyrings: [KeyringSettings] = []
  /// `crypto isakmp policy`, by number.
  public var isakmpPolicies: [ISAKMPPolicySettings] = []
  /// `crypto isakmp key`
  public var isakmpKeys: [ISAKMPKeySettings] = []
  /// `crypto isakmp identity`
  public var isakmpIdentity = LocalIdentitySettings.ownAddress
  /// `crypto isakmp keepalive`
  public var isakmpKeepalive: DeadPeerSettings?
  /// `crypto isakmp nat keepalive`, seconds.
  public var isakmpNATKeepaliveSeconds: Int?
  /// `crypto isakmp aggressive-mode disable`
  public var refusesAggressiveMode = false
  /// `crypto isakmp invalid-spi-recovery`; on where nobody says otherwise.
  public var recoversUnknownSPI = true
  /// `crypto isakmp profile`
  public var isakmpProfiles: [ISAKMPProfileSettings] = []

  // MARK: IPsec

  /// `crypto call admission limit ike in-negotiation-sa`
  public var halfOpenLimit: Int?
  /// `crypto ipsec security-association …`
  public var limits = AssociationLimits()
  /// `crypto ipsec df-bit`; nil where no line says it.
  public var dontFragment: ProtectedDontFragment?
  /// `crypto ipsec transform-set`
  public var transformSets: [TransformSetSettings] = []
  /// `crypto ipsec profile`
  public var ipsecProfiles: [IPsecProfileSettings] = []

  /// Nothing configured.
  public init() {}
}

extension CryptoSettings {
  /// The profile called `name`; `default` is there without being configured.
  public func ipsecProfile(_ name: String) -> IPsecProfileSettings? {
    let found = ipsecProfiles.first { $0.name == name }
    return found ?? (name == IKEv2ProposalSettings.defaultName ? IPsecProfileSettings(name: name) : nil)
  }

  /// The transform sets that a profile offers, best first; without those that are not defined.
  public func transformSets(of profile: IPsecProfileSettings) -> [TransformSetSettings] {
    guard !profile.transformSets.isEmpty else { return transformSets(named: IKEv2ProposalSettings.defaultName) }
    return profile.transformSets.flatMap(transformSets(named:))
  }

  private func transformSets(named name: String) -> [TransformSetSettings] {
    let found = transformSets.filter { $0.name == name }
    return found.isEmpty && name == IKEv2ProposalSettings.defaultName ? TransformSetSettings.builtIn : found
  }

  /// The proposal called `name`; `default` is there without being configured.
  public func proposal(_ name: String) -> IKEv2ProposalSettings? {
    let found = proposals.first { $0.name == name }
    return found ?? (name == IKEv2ProposalSettings.defaultName ? .builtIn : nil)
  }
}

// Secrets.
extension CryptoSettings {
  /// Every key of these settings, for a question or a change that is the same for all.
  private static func eachSecret(_ settings: inout CryptoSettings, _ body: (inout ConfiguredSecret) -> Void) {
    func optional(_ secret: inout ConfiguredSecret?) {
      guard var known = secret else { return }
      body(&known)
      secret = known
    }
    for i in settings.isakmpKeys.indices { body(&settings.isakmpKeys[i].secret) }
    for i in settings.keyrings.indices {
      for j in settings.keyrings[i].keys.indices { body(&settings.keyrings[i].keys[j].secret) }
    }
    for i in settings.ikev2Keyrings.indices {
      for j in settings.ikev2Keyrings[i].peers.indices {
        optional(&settings.ikev2Keyrings[i].peers[j].localSecret)
        optional(&settings.ikev2Keyrings[i].peers[j].remoteSecret)
      }
    }
    for i in settings.ikev2Profiles.indices {
      optional(&settings.ikev2Profiles[i].localSecret)
      optional(&settings.ikev2Profiles[i].remoteSecret)
    }
  }

  /// The same settings with a placeholder for each key: what shows are made of.
  public var withoutKeys: CryptoSettings {
    var copy = self
    CryptoSettings.eachSecret(&copy) { $0 = $0.withoutKey }
    return copy
  }

  /// Whether a key itself stands in the configuration: then its file must be its owner's alone.
  public var holdsKeys: Bool {
    var copy = self, found = false
    CryptoSettings.eachSecret(&copy) { found = found || $0.isInline }
    return found
  }
}
