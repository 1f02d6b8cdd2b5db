// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import Wire

/// What is configured, as the engine takes it: `show crypto ikev2 {proposal|policy|profile}`, `show crypto ipsec {transform-set|profile}`.
extension CryptoPicture {
  private func isWanted(_ name: String?, _ other: String) -> Bool { name == nil || name == other }

  /// The proposals, with the built-in one unless another has its name.
  func usedProposals(_ name: String?) -> [IKEv2ProposalSettings] {
    let hasDefault = settings.proposals.contains { $0.name == IKEv2ProposalSettings.defaultName }
    return ((hasDefault ? [] : [IKEv2ProposalSettings.builtIn]) + settings.proposals).filter { isWanted(name, $0.name) }
  }

  /// The pseudo-random functions of a proposal: its own, or those that follow from its integrity.
  func pseudoRandomFunctions(_ p: IKEv2ProposalSettings) -> [String] {
    (p.prf.isEmpty ? p.ikeProposals.first?.prf ?? [] : p.prf).map(CryptoNames.prf)
  }

  /// The policies, with the built-in one unless another has its name.
  func usedPolicies(_ name: String?) -> [IKEv2PolicySettings] {
    var builtIn = IKEv2PolicySettings(name: IKEv2ProposalSettings.defaultName)
    builtIn.proposals = [IKEv2ProposalSettings.defaultName]
    let hasDefault = settings.policies.contains { $0.name == builtIn.name }
    return ((hasDefault ? [] : [builtIn]) + settings.policies).filter { isWanted(name, $0.name) }
  }

  /// The transform sets, with the built-in ones unless another has their name.
  func usedTransformSets(_ name: String?) -> [TransformSetSettings] {
    let hasDefault = settings.transformSets.contains { $0.name == IKEv2ProposalSettings.defaultName }
    return ((hasDefault ? [] : TransformSetSettings.builtIn) + settings.transformSets).filter { isWanted(name, $0.name) }
  }

  // MARK: IKEv2

  /// `show crypto ikev2 proposal [NAME]`
  package func proposals(_ name: String? = nil) -> [String] {
    usedProposals(name).flatMap { p in
      let list: [(String, [String])] = [
        ("Encryption", p.encryption.map { CryptoNames.encryption($0.algorithm) + ($0.keyBits == 0 ? "" : "-\($0.keyBits)") }),
        ("Integrity ", p.integrity.isEmpty ? ["none"] : p.integrity.map(CryptoNames.integrity)), ("PRF       ", pseudoRandomFunctions(p)),
        ("DH Group  ", p.groups.map(CryptoNames.group)),
      ]
      return [" IKEv2 proposal: \(p.name)"] + list.map { "     \($0.0) : \($0.1.joined(separator: " "))" }
    }
  }

  /// `show crypto ikev2 policy [NAME]`
  package func policies(_ name: String? = nil) -> [String] {
    usedPolicies(name).flatMap { policy in
      let local = policy.localAddresses.isEmpty ? ["any"] : policy.localAddresses.map(\.description)
      return [" IKEv2 policy : \(policy.name)", "      Match fvrf : global"] + local.map { "      Match address local : \($0)" }
        + policy.proposals.map { "      Proposal    : \($0)" }
    }
  }

  /// `show crypto ikev2 profile [NAME]`
  package func profiles(_ name: String? = nil) -> [String] {
    settings.ikev2Profiles.filter { isWanted(name, $0.name) }.flatMap { p in
      let uses = settings.ipsecProfiles.count { $0.ikev2Profile == p.name }
      let head = [
        "", "IKEv2 profile: \(p.name)", " Shutdown : No", " Ref Count: \(uses)", " Match criteria:", "  Fvrf: global",
        "  Local address/interface: " + Self.list(p.localScopes.map(Self.text)), "  Identities:" + (p.matches.isEmpty ? " none" : ""),
      ]
      let maps = "  Certificate maps: " + Self.list(p.certificateMaps)
      return [head, p.matches.map { "   " + IKEIdentityText.text($0) }, [maps], more(p)].flatMap { $0 }
    }
  }

  private static func list(_ words: [String]) -> String { words.isEmpty ? "none" : words.joined(separator: " ") }

  private static func text(_ scope: LocalScope) -> String {
    switch scope {
    case .address(let address): "\(address)"
    case .interface(let name): name
    }
  }

  private func more(_ p: IKEv2ProfileSettings) -> [String] {
    let remote = p.remoteMethods.map(Self.word)
    let trustpoints = p.trustpoints.map { $0.purpose == .both ? $0.name : "\($0.name) (\($0.purpose.rawValue))" }
    let dpd = p.deadPeer ?? settings.ikev2DeadPeer
    let nat = p.natKeepaliveSeconds ?? settings.ikev2NATKeepaliveSeconds
    return [
      " Local identity: \(p.identity.map(IKEIdentityText.text) ?? "none")", " Remote identity: none",
      " Local authentication method: \(p.localMethod.map(Self.word) ?? "none")",
      " Remote authentication method(s): \(remote.isEmpty ? "none" : remote.joined(separator: " "))", " EAP options: none",
      " Keyring: \(p.keyring ?? "none")", " Trustpoint(s): \(trustpoints.isEmpty ? "none" : trustpoints.joined(separator: " "))",
      " Lifetime: \(p.lifetimeSeconds ?? 86_400) seconds",
      " DPD: "
        + (dpd.map { "interval \($0.seconds), retry-interval \($0.retrySeconds ?? 2), \($0.isPeriodic ? "periodic" : "on-demand")" }
          ?? "disabled"),
      " NAT-keepalive: " + (nat.map { "\($0) seconds" } ?? "disabled"), " Ivrf: none", " Virtual-template: none", " mode auto: none",
    ]
  }

  static func word(_ method: AuthenticationMethod) -> String {
    switch method {
    case .preSharedKey: "pre-share"
    case .rsaSignature: "rsa-sig"
    case .ecdsaSignature: "ecdsa-sig"
    }
  }

  // MARK: IPsec

  /// `show crypto ipsec transform-set [NAME]`
  package func transformSets(_ name: String? = nil) -> [String] {
    usedTransformSets(name).flatMap { set in
      [
        "Transform set \(set.name): { \(CryptoNames.transform(set.suite))  }",
        "   will negotiate = { \(set.mode == .transport ? "Transport" : "Tunnel"),  },", "",
      ]
    }
  }

  /// `show crypto ipsec profile [NAME]`
  package func ipsecProfiles(_ name: String? = nil) -> [String] {
    settings.ipsecProfiles.filter { isWanted(name, $0.name) }.flatMap {
      ["IPSEC profile \($0.name)"] + values($0).map { "        " + $0 } + [""]
    }
  }

  private func values(_ p: IPsecProfileSettings) -> [String] {
    let seconds = lifetimeSeconds(p)
    var lines = p.ikev2Profile.map { ["IKEv2 Profile: \($0)"] } ?? p.isakmpProfile.map { ["ISAKMP Profile: \($0)"] } ?? []
    lines += ["Security association lifetime: \(volume(p))/\(seconds) seconds", "Responder-Only (Y/N): N"]
    lines += p.perfectForwardSecrecy.map { ["PFS (Y/N): Y", "DH group:  group\($0.rawValue)"] } ?? ["PFS (Y/N): N"]
    lines += ["Mixed-mode : Disabled", "Transform sets={"]
    lines += settings.transformSets(of: p).map { "        \($0.name):  { \(CryptoNames.transform($0.suite))  } ," }
    return lines + ["}"]
  }

  func lifetimeSeconds(_ p: IPsecProfileSettings) -> Int { p.limits.lifetimeSeconds ?? settings.limits.lifetimeSeconds ?? 3_600 }

  func volume(_ p: IPsecProfileSettings) -> String {
    switch p.limits.volume ?? settings.limits.volume {
    case nil: "4608000 kilobytes"
    case .unlimited?: "no volume limit"
    case .kilobytes(let n)?: "\(n) kilobytes"
    }
  }
}

/// Identities as `show crypto ikev2 profile` lists them.
enum IKEIdentityText {
  static func text(_ match: IdentityMatch) -> String {
    switch match {
    case .any: "any"
    case .addresses(let network): "address \(network.address) \(network.mask)"
    case .fqdn(let name): "fqdn \(name)"
    case .domain(let name): "fqdn domain \(name)"
    case .mail(let name): "email \(name)"
    case .mailDomain(let name): "email domain \(name)"
    case .subject(let text): "dn \(text)"
    case .certificate(let rules): "certificate " + rules.map(\.text).joined(separator: ", ")
    case .keyID(let bytes): "key-id " + String(decoding: bytes, as: UTF8.self)
    }
  }

  static func text(_ identity: LocalIdentitySettings) -> String {
    switch identity {
    case .ownAddress: "address"
    case .address(let address): "address \(address)"
    case .hostName: "hostname"
    case .fqdn(let name): "fqdn \(name)"
    case .mail(let name): "email \(name)"
    case .distinguishedName: "DN"
    case .keyID(let id): "key-id \(id)"
    }
  }
}
