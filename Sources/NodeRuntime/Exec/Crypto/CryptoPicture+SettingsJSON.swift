// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import Wire

/// What is configured, and what tunnels asked for, for `| json`. Keys are not in the picture.
extension CryptoPicture {
  func settingsJSON(_ what: CryptoShow, _ name: String?) -> JSONValue {
    switch what {
    case .isakmpPolicies: .table(isakmpPolicyRows())
    case .proposals: .table(usedProposals(name).map(json))
    case .policies: .table(usedPolicies(name).map(json))
    case .profiles: .table(settings.ikev2Profiles.filter { name == nil || $0.name == name }.map(json))
    case .transformSets: .table(usedTransformSets(name).map(json))
    case .ipsecProfiles: .table(settings.ipsecProfiles.filter { name == nil || $0.name == name }.map(json))
    case .trustpoints: .table(settings.trustpoints.filter { name == nil || $0.name == name }.map(json))
    default: .table(settings.trustpoints.filter { name == nil || $0.name == name }.flatMap(certificateRows))
    }
  }

  func socketsJSON() -> JSONValue {
    .table(
      allSockets.map { s in
        .object([
          ("interface", .string(s.tunnel.name)), ("isShared", .bool(s.tunnel.isShared)), ("local", .string("\(s.local)")),
          ("remote", .string("\(s.remote)")), ("profile", .string(s.tunnel.profile)), ("state", .string(s.isOpen ? "open" : "closed")),
        ])
      })
  }

  // MARK: IKE

  private func isakmpPolicyRows() -> [JSONValue] {
    settings.isakmpPolicies.isEmpty
      ? settings.usedISAKMPPolicies.map { json($0, priority: nil) } : settings.isakmpPolicies.map { json($0.policy, priority: Int($0.number)) }
  }

  private func json(_ policy: ISAKMPPolicy, priority: Int?) -> JSONValue {
    .object([
      ("priority", priority.map { JSONValue($0) } ?? .null), ("encryption", .string(CryptoNames.encryption(policy.encryption.algorithm))),
      ("keyBits", JSONValue(Int(policy.encryption.keyBits))), ("hash", .string(policy.hash.name)),
      ("authentication", .string(Self.word(policy.method))), ("group", JSONValue(Int(policy.group.rawValue))),
      ("lifetimeSeconds", JSONValue(Int(policy.lifetimeSeconds))),
    ])
  }

  private func json(_ p: IKEv2ProposalSettings) -> JSONValue {
    let encryption = p.encryption.map { CryptoNames.encryption($0.algorithm) + ($0.keyBits == 0 ? "" : "-\($0.keyBits)") }
    return .object([
      ("name", .string(p.name)), ("encryption", .strings(encryption)), ("integrity", .strings(p.integrity.map(CryptoNames.integrity))),
      ("prf", .strings(pseudoRandomFunctions(p))), ("groups", .array(p.groups.map { JSONValue(Int($0.rawValue)) })),
    ])
  }

  private func json(_ p: IKEv2PolicySettings) -> JSONValue {
    .object([("name", .string(p.name)), ("localAddresses", .strings(p.localAddresses)), ("proposals", .strings(p.proposals))])
  }

  private func json(_ p: IKEv2ProfileSettings) -> JSONValue {
    .present(
      [
        ("name", .string(p.name)), ("references", JSONValue(settings.ipsecProfiles.count { $0.ikev2Profile == p.name })),
        ("matchIdentity", .strings(p.matches.map(IKEIdentityText.text))), ("localIdentity", p.identity.map { .string(IKEIdentityText.text($0)) }),
        ("localAuthentication", p.localMethod.map { .string(Self.word($0)) }), ("remoteAuthentication", .strings(p.remoteMethods.map(Self.word))),
        ("keyring", p.keyring.map { .string($0) }), ("trustpoints", .strings(p.trustpoints.map(\.name))),
        ("lifetimeSeconds", JSONValue(Int(p.lifetimeSeconds ?? 86_400))),
      ] + timers(p))
  }

  private func timers(_ p: IKEv2ProfileSettings) -> [(String, JSONValue?)] {
    let dpd = p.deadPeer ?? settings.ikev2DeadPeer
    return [
      ("dpdSeconds", dpd.map { JSONValue(Int($0.seconds)) }), ("dpdRetrySeconds", dpd.map { JSONValue(Int($0.retrySeconds ?? 2)) }),
      ("dpdIsPeriodic", dpd.map { .bool($0.isPeriodic) }),
      ("natKeepaliveSeconds", (p.natKeepaliveSeconds ?? settings.ikev2NATKeepaliveSeconds).map { JSONValue(Int($0)) }),
    ]
  }

  // MARK: IPsec

  private func json(_ set: TransformSetSettings) -> JSONValue {
    .object([
      ("name", .string(set.name)), ("transform", .string(CryptoNames.transform(set.suite))),
      ("mode", .string(set.mode == .transport ? "transport" : "tunnel")),
    ])
  }

  private func json(_ p: IPsecProfileSettings) -> JSONValue {
    .present([
      ("name", .string(p.name)), ("ikev2Profile", p.ikev2Profile.map { .string($0) }), ("isakmpProfile", p.isakmpProfile.map { .string($0) }),
      ("lifetimeSeconds", JSONValue(lifetimeSeconds(p))), ("lifetimeVolume", .string(volume(p))),
      ("pfsGroup", p.perfectForwardSecrecy.map { JSONValue(Int($0.rawValue)) }), ("transformSets", .array(settings.transformSets(of: p).map(json))),
    ])
  }

  // MARK: Certificates

  private func json(_ t: TrustpointSettings) -> JSONValue {
    let content = material.trustpoints[t.name], roots = (content?.anchors.roots ?? []).compactMap { try? CertificateReader.facts(ofDER: $0) }
    return .present([
      ("name", .string(t.name)), ("isRead", .bool(content != nil)), ("failure", material.failures[t.name].map { .string("\($0)") }),
      ("hasCertificate", .bool(content?.signingKey != nil)), ("revocationCheck", .string(Self.revocation(t))),
      ("authorities", .array(roots.map { .object([("subject", .string($0.subjectText)), ("serialNumber", .string($0.serialNumber))]) })),
    ])
  }

  private func certificateRows(_ t: TrustpointSettings) -> [JSONValue] {
    guard let content = material.trustpoints[t.name] else { return [] }
    let own = content.signingKey.map { [json($0.facts, kind: $0.kind, t.name)] } ?? []
    return own + content.anchors.roots.compactMap { try? CertificateReader.facts(ofDER: $0) }.map { json($0, kind: nil, t.name) }
  }

  private func json(_ facts: CertificateFacts, kind: SigningKey.Kind?, _ trustpoint: String) -> JSONValue {
    .present([
      ("trustpoint", .string(trustpoint)), ("isAuthority", .bool(kind == nil)), ("serialNumber", .string(facts.serialNumber)),
      ("issuer", .string(CertificateReader.text(ofNameDER: facts.issuer) ?? "")), ("subject", .string(facts.subjectText)),
      ("ipAddresses", .strings(facts.addresses)), ("dnsNames", .strings(facts.dnsNames)),
      ("addressBlocks", facts.addressBlocks.map { .strings($0) }), ("key", kind.map { .string(Self.text($0)) }),
      ("validFrom", .string(wallText(facts.notBefore))), ("validTo", .string(wallText(facts.notAfter))),
    ])
  }
}
