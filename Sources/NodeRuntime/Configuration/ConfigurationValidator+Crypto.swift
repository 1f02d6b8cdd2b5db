// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IKE
import IPsecCrypto
import ProtocolKit

/// `crypto …`, section by section: names that nobody defined, what is weak, what is missing. IOS takes all of it in silence.
extension ConfigurationValidator {
  static func checkCrypto(_ settings: NodeSettings, _ findings: inout Findings) {
    let crypto = settings.crypto
    for proposal in crypto.proposals { checkProposal(proposal, &findings) }
    for policy in crypto.policies { checkNames("proposal", policy.proposals, crypto.proposals, .ikev2Policy, policy.name, &findings) }
    for keyring in crypto.ikev2Keyrings { for peer in keyring.peers { checkPeer(peer, keyring.name, &findings) } }
    for profile in crypto.ikev2Profiles { checkIKEv2Profile(profile, crypto, &findings) }
    for keyring in crypto.keyrings {
      for key in keyring.keys { checkSecret(key.secret, .keyring, [keyring.name], "pre-shared-key", &findings) }
    }
    for policy in crypto.isakmpPolicies { checkISAKMPPolicy(policy, &findings) }
    for key in crypto.isakmpKeys { checkSecret(key.secret, nil, [], "crypto isakmp key", &findings) }
    for profile in crypto.isakmpProfiles { checkISAKMPProfile(profile, crypto, &findings) }
    for set in crypto.transformSets { checkTransformSet(set, &findings) }
    for profile in crypto.ipsecProfiles { checkIPsecProfile(profile, crypto, &findings) }
    findings.section = nil
  }

  // MARK: Names

  /// Each of `names` must be the name of one of `defined`; `default` always is.
  private static func checkNames<Element: SectionSettings>(
    _ line: String, _ names: [String], _ defined: [Element], _ mode: CommandMode, _ section: String, _ findings: inout Findings
  ) {
    findings.section = SectionPlace(mode, [section])
    for name in names where name != IKEv2ProposalSettings.defaultName && !defined.contains(where: { $0.name == name }) {
      findings.warn("\(line) ", "'\(line) \(name)': '\(name)' is not defined" + meant(name, defined.map(\.name)))
    }
  }

  /// `; there is 'VPN': upper and lower case differ`
  static func meant(_ name: String, _ defined: [String]) -> String {
    defined.first { $0.lowercased() == name.lowercased() }.map { "; there is '\($0)': upper and lower case differ" } ?? ""
  }

  private static func checkIKEv2Profile(_ profile: IKEv2ProfileSettings, _ crypto: CryptoSettings, _ findings: inout Findings) {
    checkNames("keyring local", profile.keyring.map { [$0] } ?? [], crypto.ikev2Keyrings, .ikev2Profile, profile.name, &findings)
    checkNames("pki trustpoint", profile.trustpoints.map(\.name), crypto.trustpoints, .ikev2Profile, profile.name, &findings)
    checkSecret(profile.localSecret, .ikev2Profile, [profile.name], "authentication local", &findings)
    checkSecret(profile.remoteSecret, .ikev2Profile, [profile.name], "authentication remote", &findings)
  }

  private static func checkISAKMPProfile(_ profile: ISAKMPProfileSettings, _ crypto: CryptoSettings, _ findings: inout Findings) {
    checkNames("keyring", profile.keyrings, crypto.keyrings, .isakmpProfile, profile.name, &findings)
    checkNames("ca trust-point", profile.trustpoints, crypto.trustpoints, .isakmpProfile, profile.name, &findings)
    for match in profile.matches {
      guard let vrf = match.vrf else { continue }
      findings.warn("match identity", "front door VRF '\(vrf)' is not acted on: peers of the global table are matched")
    }
    if profile.usesAggressiveMode, crypto.refusesAggressiveMode {
      findings.warn("initiate mode", "'crypto isakmp aggressive-mode disable' stands: 'initiate mode aggressive' does nothing")
    }
  }

  private static func checkIPsecProfile(_ profile: IPsecProfileSettings, _ crypto: CryptoSettings, _ findings: inout Findings) {
    let (mode, name) = (CommandMode.ipsecProfile, profile.name)
    checkNames("set transform-set", profile.transformSets, crypto.transformSets, mode, name, &findings)
    checkNames("set ikev2-profile", profile.ikev2Profile.map { [$0] } ?? [], crypto.ikev2Profiles, mode, name, &findings)
    checkNames("set isakmp-profile", profile.isakmpProfile.map { [$0] } ?? [], crypto.isakmpProfiles, mode, name, &findings)
    if let group = profile.perfectForwardSecrecy { warnWeak("set pfs", CryptoWeakness.of(group), &findings) }
    if profile.ikev2Profile != nil, profile.isakmpProfile != nil {
      findings.warn("set isakmp-profile", "'set ikev2-profile' stands too: IKEv2 is used, and 'set isakmp-profile' does nothing")
    }
    let modes = Set(crypto.transformSets(of: profile).map(\.mode))
    if modes.count > 1 {
      findings.warn("set transform-set", "its transform sets differ in their mode: the first one's is used for all")
    }
  }

  // MARK: Weak and missing

  private static func warnWeak(_ about: String, _ what: String?, _ findings: inout Findings) {
    if let what { findings.warn(about, "\(what) is weak: use it only with peers that have nothing better") }
  }

  private static func checkProposal(_ proposal: IKEv2ProposalSettings, _ findings: inout Findings) {
    findings.section = SectionPlace(.ikev2Proposal, [proposal.name])
    for encryption in proposal.encryption { warnWeak("encryption", CryptoWeakness.of(encryption.algorithm), &findings) }
    for integrity in proposal.integrity { warnWeak("integrity", CryptoWeakness.of(integrity), &findings) }
    for prf in proposal.prf { warnWeak("prf", CryptoWeakness.of(prf), &findings) }
    for group in proposal.groups { warnWeak("group", CryptoWeakness.of(group), &findings) }
    if !proposal.encryption.isEmpty, proposal.encryption.allSatisfy(\.algorithm.isCombined), !proposal.integrity.isEmpty {
      findings.warn("integrity", "its encryption authenticates by itself: 'integrity' is not used, 'prf' is what counts")
    }
  }

  private static func checkISAKMPPolicy(_ policy: ISAKMPPolicySettings, _ findings: inout Findings) {
    findings.section = SectionPlace(.isakmpPolicy, [policy.name])
    let used = policy.policy
    warnWeak("encr", policy.encryption.flatMap { CryptoWeakness.of($0.algorithm) }, &findings)
    warnWeak("hash", policy.hash.flatMap(CryptoWeakness.of), &findings)
    warnWeak("group", policy.group.flatMap(CryptoWeakness.of), &findings)
    if policy.encryption == nil {
      findings.warn("crypto isakmp", "no 'encr': AES with \(used.encryption.keyBits) bits is used; old IOS takes DES")
    }
    if policy.hash == nil { findings.warn("crypto isakmp", "no 'hash': SHA-1 is used, as on IOS") }
    if policy.group == nil { findings.warn("crypto isakmp", "no 'group': group \(used.group.rawValue) is used; old IOS takes group 1") }
  }

  private static func checkTransformSet(_ set: TransformSetSettings, _ findings: inout Findings) {
    findings.section = SectionPlace(.transformSet, [set.name])
    let head = "crypto ipsec transform-set"
    warnWeak(head, CryptoWeakness.of(EncryptionAlgorithm(rawValue: set.suite.encryption)), &findings)
    warnWeak(head, CryptoWeakness.of(IntegrityAlgorithm(rawValue: set.suite.integrity)), &findings)
    if !set.hasIntegrity {
      findings.warn(
        head,
        "transform set '\(set.name)' is not used: it encrypts and does not authenticate, so packets could be changed; add esp-sha256-hmac")
    }
  }

  // MARK: Keys

  private static func checkPeer(_ peer: IKEv2PeerSettings, _ keyring: String, _ findings: inout Findings) {
    let path = [keyring, peer.name]
    checkSecret(peer.localSecret, .ikev2KeyringPeer, path, "pre-shared-key", &findings)
    if !peer.isSymmetric { checkSecret(peer.remoteSecret, .ikev2KeyringPeer, path, "pre-shared-key", &findings) }
    findings.section = SectionPlace(.ikev2KeyringPeer, path)
    if peer.localSecret != nil, peer.remoteSecret == nil {
      findings.warn("pre-shared-key", "peer '\(peer.name)' has no 'pre-shared-key remote': its key is not used")
    } else if peer.localSecret == nil, peer.remoteSecret != nil {
      findings.warn("pre-shared-key", "peer '\(peer.name)' has no 'pre-shared-key local': its key is not used")
    }
  }

  /// Fewer bytes are guessed by whoever records or answers one exchange.
  private static let shortKeyBytes = 8

  private static func checkSecret(
    _ secret: ConfiguredSecret?, _ mode: CommandMode?, _ path: [String], _ about: String, _ findings: inout Findings
  ) {
    guard let count = secret?.count, count < shortKeyBytes else { return }
    findings.section = mode.map { SectionPlace($0, path) }
    findings.warn(about, "the key is shorter than \(shortKeyBytes) bytes: it can be guessed")
  }
}

/// The names of algorithms that are taken with a warning; nil for the others.
enum CryptoWeakness {
  static func of(_ algorithm: EncryptionAlgorithm) -> String? { algorithm.isWeak ? algorithm.name : nil }
  static func of(_ algorithm: IntegrityAlgorithm) -> String? { algorithm.isWeak ? algorithm.name : nil }
  static func of(_ prf: PseudoRandomFunction) -> String? { prf.isWeak ? "PRF \(prf.name)" : nil }
  static func of(_ hash: HashAlgorithm) -> String? { hash.hmacPRF?.isWeak == true ? hash.name : nil }
  static func of(_ group: KeyExchangeMethod) -> String? {
    [.modp1024, .modp1536, .modp2048s256].contains(group) ? "group \(group.rawValue)" : nil
  }
}
