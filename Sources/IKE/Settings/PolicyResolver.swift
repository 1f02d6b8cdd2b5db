// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// Why a tunnel cannot be protected with what is there, in words for an operator.
struct PolicyRefusal: Error {
  var text: String
  init(_ text: String) { self.text = text }
}

/// Makes the policy of one tunnel. What IOS means by the lines:
///
/// ```
///   tunnel protection ipsec profile P
///     crypto ipsec profile P ── set transform-set ──▶ suites and mode
///       │ set ikev2-profile V                             │ without it: IKEv1
///       ▼                                                 ▼
///     crypto ikev2 profile V                            set isakmp-profile I, or all lines of `crypto isakmp`
///       keyring local, pki trustpoint ──▶ keys            keyring, ca trust-point ──▶ keys
///       crypto ikev2 policy ──▶ proposals                 crypto isakmp policy ──▶ policies
/// ```
struct PolicyResolver {
  let settings: CryptoSettings
  let tunnel: ProtectedTunnel
  let material: IKEMaterial
  let hostName: String

  func policy(group: UInt16) throws(PolicyRefusal) -> ProtectionPolicy {
    guard let profile = settings.ipsecProfile(tunnel.profileName) else {
      throw PolicyRefusal("IPsec profile '\(tunnel.profileName)' is not defined")
    }
    var policy = ProtectionPolicy(
      interface: tunnel.interface, group: group, profileName: profile.name, local: tunnel.local, peer: tunnel.peer,
      version: profile.ikev2Profile == nil ? .ikev1 : .ikev2)
    try addChild(profile, to: &policy)
    if let name = profile.ikev2Profile { try addIKEv2(name, to: &policy) } else { try addIKEv1(profile.isakmpProfile, to: &policy) }
    return policy
  }

  // MARK: Child

  private func addChild(_ profile: IPsecProfileSettings, to policy: inout ProtectionPolicy) throws(PolicyRefusal) {
    let sets = settings.transformSets(of: profile).filter(\.hasIntegrity)
    guard let first = sets.first else { throw PolicyRefusal("IPsec profile '\(profile.name)' has no transform set that can be used") }
    policy.espSuites = sets.map(\.suite)
    (policy.mode, policy.requiresMode) = (first.mode, first.requiresMode)
    policy.perfectForwardSecrecy = profile.perfectForwardSecrecy
    policy.childLifetimeSeconds = profile.limits.lifetimeSeconds ?? settings.limits.lifetimeSeconds ?? policy.childLifetimeSeconds
    switch profile.limits.volume ?? settings.limits.volume {
    case nil: break
    case .unlimited?: policy.childLifetimeKilobytes = nil
    case .kilobytes(let n)?: policy.childLifetimeKilobytes = n
    }
    policy.replayWindow = profile.limits.replayWindow ?? settings.limits.replayWindow ?? policy.replayWindow
    policy.usesESN = profile.usesESN
  }

  // MARK: IKEv2

  private func addIKEv2(_ name: String, to policy: inout ProtectionPolicy) throws(PolicyRefusal) {
    guard let profile = settings.ikev2Profiles.first(where: { $0.name == name }) else {
      throw PolicyRefusal("IKEv2 profile '\(name)' is not defined")
    }
    guard profile.localScopes.isEmpty || profile.localScopes.contains(where: tunnel.isAt) else {
      throw PolicyRefusal("IKEv2 profile '\(name)' is not for our address \(tunnel.local) ('match address local')")
    }
    let matches = profile.matches + (try certificateMatches(profile.certificateMaps))
    guard !matches.isEmpty else { throw PolicyRefusal("IKEv2 profile '\(name)' has no 'match identity remote'") }
    guard let local = profile.localMethod, !profile.remoteMethods.isEmpty else {
      throw PolicyRefusal("IKEv2 profile '\(name)' lacks 'authentication local' or 'authentication remote'")
    }
    policy.ikeProposals = settings.ikeProposals(local: tunnel.local)
    guard !policy.ikeProposals.isEmpty else { throw PolicyRefusal("no IKEv2 proposal is complete") }
    (policy.remoteMatches, policy.localMethod, policy.remoteMethods) = (matches, local, profile.remoteMethods)
    if ([local] + profile.remoteMethods).contains(.preSharedKey) { policy.preSharedKeys = try keys(of: profile) }
    if local != .preSharedKey || profile.remoteMethods.contains(where: { $0 != .preSharedKey }) {
      let uses = profile.trustpoints.isEmpty ? everyTrustpoint : profile.trustpoints
      try addTrustpoints(uses, signs: local != .preSharedKey, to: &policy)
      let verifies = profile.remoteMethods.contains { $0 != .preSharedKey }
      if verifies, policy.anchors == nil { throw PolicyRefusal("no trustpoint says whose signatures are believed") }
    }
    policy.localIdentity = try identity(profile.identity, policy)
    policy.ikeLifetimeSeconds = profile.lifetimeSeconds ?? policy.ikeLifetimeSeconds
    add(profile.deadPeer ?? settings.ikev2DeadPeer, to: &policy)
    policy.natKeepaliveSeconds =
      profile.natKeepaliveSeconds ?? settings.ikev2NATKeepaliveSeconds ?? settings.isakmpNATKeepaliveSeconds ?? policy.natKeepaliveSeconds
    policy.fragmentationBytes = settings.fragmentationBytes ?? policy.fragmentationBytes
  }

  /// The profile's own keys are for everybody; else the keyring's.
  private func keys(of profile: IKEv2ProfileSettings) throws(PolicyRefusal) -> [PreSharedKey] {
    if let own = profile.localSecret ?? profile.remoteSecret {
      return [PreSharedKey(local: try bytes(profile.localSecret ?? own), remote: try bytes(profile.remoteSecret ?? own))]
    }
    guard let name = profile.keyring else { throw PolicyRefusal("IKEv2 profile '\(profile.name)' has no keyring") }
    guard let keyring = settings.ikev2Keyrings.first(where: { $0.name == name }) else {
      throw PolicyRefusal("keyring '\(name)' is not defined")
    }
    var keys: [PreSharedKey] = []
    for peer in keyring.peers {
      guard let localSecret = peer.localSecret, let remoteSecret = peer.remoteSecret else { continue }
      let local = try bytes(localSecret), remote = try bytes(remoteSecret)
      keys += peer.scopes.map { PreSharedKey(addresses: $0.addresses, identity: $0.identity, local: local, remote: remote) }
    }
    guard !keys.isEmpty else { throw PolicyRefusal("keyring '\(name)' has no key that can be used") }
    return keys.stablySorted
  }

  // MARK: IKEv1

  private func addIKEv1(_ name: String?, to policy: inout ProtectionPolicy) throws(PolicyRefusal) {
    let profile = name.flatMap { name in settings.isakmpProfiles.first { $0.name == name } }
    if let name, profile == nil { throw PolicyRefusal("ISAKMP profile '\(name)' is not defined") }
    let matches = (profile?.matches.map(\.identity) ?? [.any]) + (try certificateMatches(profile?.certificateMaps ?? []))
    if let profile, matches.isEmpty { throw PolicyRefusal("ISAKMP profile '\(profile.name)' has no 'match identity'") }
    let all = settings.usedISAKMPPolicies
    let named = profile?.trustpoints.map { TrustpointUse(name: $0) } ?? []
    policy.preSharedKeys = try isakmpKeys(profile)
    let uses = named.isEmpty ? everyTrustpoint : named
    if !uses.isEmpty, all.contains(where: { $0.method != .preSharedKey }) {
      try addTrustpoints(uses, signs: true, isOptional: !policy.preSharedKeys.isEmpty, to: &policy)
    }
    policy.isakmpPolicies = all.filter { $0.method == .preSharedKey ? !policy.preSharedKeys.isEmpty : policy.signingKey != nil }
    guard let first = policy.isakmpPolicies.first else {
      throw PolicyRefusal("no 'crypto isakmp policy' can be used: there is neither a key nor a trustpoint for their 'authentication'")
    }
    (policy.localMethod, policy.ikeLifetimeSeconds) = (first.method, first.lifetimeSeconds)
    policy.remoteMethods = policy.isakmpPolicies.map(\.method).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    policy.remoteMatches = matches
    policy.usesAggressiveMode = profile?.usesAggressiveMode == true && !settings.refusesAggressiveMode
    policy.localIdentity = try identity(profile?.identity ?? globalIdentity, policy)
    add(profile?.keepalive ?? settings.isakmpKeepalive, to: &policy)
    policy.natKeepaliveSeconds = settings.isakmpNATKeepaliveSeconds ?? policy.natKeepaliveSeconds
  }

  /// The default leaves the choice to the method.
  private var globalIdentity: LocalIdentitySettings? { settings.isakmpIdentity == .ownAddress ? nil : settings.isakmpIdentity }

  private func isakmpKeys(_ profile: ISAKMPProfileSettings?) throws(PolicyRefusal) -> [PreSharedKey] {
    var keys: [PreSharedKey] = []
    for key in settings.isakmpKeys(of: profile) {
      let secret = try bytes(key.secret)
      switch key.scope {
      case .addresses(let network): keys.append(PreSharedKey(addresses: network.length == 0 ? nil : network, local: secret))
      case .host(let name): keys.append(PreSharedKey(identity: .fqdn(name), local: secret))
      }
    }
    return keys.stablySorted
  }

  // MARK: Both

  /// `match certificate`: the maps' own rules, so that a policy says by itself whom it is for.
  private func certificateMatches(_ names: [String]) throws(PolicyRefusal) -> [IdentityMatch] {
    var matches: [IdentityMatch] = []
    for name in names {
      let entries = settings.certificateMaps.filter { $0.map == name }
      guard !entries.isEmpty else { throw PolicyRefusal("certificate map '\(name)' is not defined") }
      // A condition that nobody looks at would let in whom it is to keep out.
      if let unknown = entries.flatMap(\.kept).first {
        throw PolicyRefusal("certificate map '\(name)' has a condition that is not acted on: '\(unknown)'")
      }
      matches += entries.map { .certificate($0.rules) }
    }
    return matches
  }

  /// What counts where a profile names no trustpoint: all that have files.
  private var everyTrustpoint: [TrustpointUse] { settings.trustpointsWithFiles.map { TrustpointUse(name: $0.name) } }

  private func add(_ deadPeer: DeadPeerSettings?, to policy: inout ProtectionPolicy) {
    guard let deadPeer else { return }
    policy.deadPeerSeconds = deadPeer.seconds
    policy.deadPeerRetrySeconds = deadPeer.retrySeconds ?? policy.deadPeerRetrySeconds
  }

  private func bytes(_ secret: ConfiguredSecret) throws(PolicyRefusal) -> SecretBytes {
    switch secret {
    case .text(let bytes), .hexadecimal(let bytes): return bytes
    case .hidden: throw PolicyRefusal("a key is not known")
    case .file(let path):
      guard let bytes = material.secrets[path] else {
        throw PolicyRefusal(material.failures[path].map { "key file \(path): \($0)" } ?? "waiting for key file \(path)")
      }
      return bytes
    }
  }

  private func identity(_ wanted: LocalIdentitySettings?, _ policy: ProtectionPolicy) throws(PolicyRefusal) -> IKEIdentity? {
    switch wanted {
    case nil: return nil
    case .ownAddress?: return .address(tunnel.local)
    case .address(let address)?: return .address(address)
    case .hostName?: return .fqdn(hostName)
    case .fqdn(let name)?: return .fqdn(name)
    case .mail(let name)?: return .mail(name)
    case .keyID(let id)?: return .keyID(Array(id.utf8))
    case .distinguishedName?:
      guard let key = policy.signingKey else {
        throw PolicyRefusal("the identity is our certificate's subject, and no trustpoint has a certificate")
      }
      return .distinguishedName(key.facts.subject)
    }
  }

  /// With `isOptional` a trustpoint without a key of ours is no failure: other methods are there.
  private func addTrustpoints(
    _ uses: [TrustpointUse], signs: Bool, isOptional: Bool = false, to policy: inout ProtectionPolicy
  ) throws(PolicyRefusal) {
    var anchors: TrustAnchors?
    for use in uses {
      let content = try content(of: use.name)
      if use.purpose != .verify, signs { policy.signingKey = policy.signingKey ?? content.signingKey }
      if use.purpose != .sign { anchors = anchors.map { $0.joined(with: content.anchors) } ?? content.anchors }
    }
    policy.anchors = anchors
    guard signs else { return }
    guard let key = policy.signingKey else {
      if isOptional { return }
      throw PolicyRefusal("no trustpoint has a certificate and a private key to sign with")
    }
    if policy.localMethod != .preSharedKey { policy.localMethod = key.kind.method }
  }

  private func content(of name: String) throws(PolicyRefusal) -> IKEMaterial.Trustpoint {
    if let content = material.trustpoints[name] { return content }
    guard settings.trustpoints.contains(where: { $0.name == name }) else { throw PolicyRefusal("trustpoint '\(name)' is not defined") }
    guard settings.trustpointsWithFiles.contains(where: { $0.name == name }) else {
      throw PolicyRefusal("trustpoint '\(name)' names no files")
    }
    throw PolicyRefusal(material.failures[name].map { "trustpoint '\(name)': \($0)" } ?? "waiting for the files of trustpoint '\(name)'")
  }
}

extension ProtectedTunnel {
  /// Whether its outer packets leave from the address, or from an address of the interface.
  fileprivate func isAt(_ scope: LocalScope) -> Bool {
    switch scope {
    case .address(let address): address == local
    case .interface(let name): name == localInterface
    }
  }
}

extension TrustAnchors {
  /// Whoever either trusts; a revocation list is required where either requires one.
  fileprivate func joined(with other: TrustAnchors) -> TrustAnchors {
    TrustAnchors(
      roots: roots + other.roots.filter { !roots.contains($0) },
      revocationLists: revocationLists + other.revocationLists.filter { !revocationLists.contains($0) },
      requiresRevocationList: requiresRevocationList || other.requiresRevocationList)
  }
}

extension SigningKey.Kind {
  /// What signatures with it are.
  fileprivate var method: AuthenticationMethod {
    switch self {
    case .rsa: .rsaSignature
    case .ecdsa, .ed25519, .ed448: .ecdsaSignature
    }
  }
}

extension IKEv2PeerSettings {
  /// Whom its key is for, one alternative each: IOS takes an address or an identity, not both together.
  fileprivate var scopes: [(addresses: IPPrefix?, identity: IdentityMatch?)] {
    let byAddress = addresses.map { (addresses: $0.length == 0 ? nil : Optional($0), identity: IdentityMatch?.none) }
    let byName = [identity, hostName.map(IdentityMatch.fqdn)].compactMap { $0 }.map { (addresses: IPPrefix?.none, identity: Optional($0)) }
    return byAddress + byName
  }
}

extension PreSharedKey {
  /// Higher is tried first: one identity, then networks from long to short, then domains, then everybody.
  fileprivate var specificity: Int {
    switch identity {
    case .fqdn?, .mail?, .keyID?, .subject?, .certificate?: 1_000
    case .addresses(let network)?: 500 + Int(network.length)
    case .domain(let name)?, .mailDomain(let name)?: 100 + min(name.utf8.count, 255)
    case .any?, nil: addresses.map { 500 + Int($0.length) } ?? 0
    }
  }
}

extension [PreSharedKey] {
  /// The most specific first; as configured among equals.
  fileprivate var stablySorted: [PreSharedKey] {
    enumerated().sorted { ($1.element.specificity, $0.offset) < ($0.element.specificity, $1.offset) }.map(\.element)
  }
}
