// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IKE
import Interfaces
import NHRP
import Wire

/// What a protected tunnel lacks. It fails closed: without all of it nothing leaves and nothing is taken.
extension ConfigurationValidator {
  static func checkProtection(_ configuration: InterfaceConfiguration, _ settings: NodeSettings, _ findings: inout Findings) {
    let name = configuration.interface.name, about = "tunnel protection"
    guard let wanted = configuration.interface.tunnel.protectionProfile else { return }
    let crypto = settings.crypto
    guard let profile = crypto.ipsecProfile(wanted) else {
      let hint = meant(wanted, crypto.ipsecProfiles.map(\.name))
      return findings.warn(about, "tunnel \(name) stays down: it names IPsec profile '\(wanted)', which is not defined\(hint)")
    }
    let peers = knownPeers(configuration)
    for lack in ProtectionLacks(profile, crypto, peers: peers).list { findings.warn(about, "\(name) is not protected as it is: \(lack)") }
  }

  /// Peers whose NBMA addresses the configuration names.
  private static func knownPeers(_ configuration: InterfaceConfiguration) -> [IPAddress] {
    let servers = configuration.nhrp.servers.compactMap { server -> IPAddress? in
      if case .address(let address)? = server.nbma { address } else { nil }
    }
    let destination = configuration.interface.tunnel.mode == .point ? configuration.interface.tunnel.destination : nil
    return Set([destination].compactMap { $0 } + configuration.nhrp.maps.map(\.nbma) + servers).sorted()
  }
}

/// Why peers of a profile cannot be reached, as far as the configuration alone shows it.
struct ProtectionLacks {
  private let profile: IPsecProfileSettings
  private let crypto: CryptoSettings
  private let peers: [IPAddress]
  private(set) var list: [String] = []

  init(_ profile: IPsecProfileSettings, _ crypto: CryptoSettings, peers: [IPAddress]) {
    (self.profile, self.crypto, self.peers) = (profile, crypto, peers)
    if !crypto.transformSets(of: profile).contains(where: \.hasIntegrity) {
      list.append("IPsec profile '\(profile.name)' has no transform set that can be used")
    }
    if let name = profile.ikev2Profile { checkIKEv2(name) } else { checkIKEv1() }
  }

  // MARK: IKEv2

  private mutating func checkIKEv2(_ name: String) {
    guard let ike = crypto.ikev2Profiles.first(where: { $0.name == name }) else {
      return list.append("IKEv2 profile '\(name)' is not defined")
    }
    let title = "IKEv2 profile '\(name)'"
    if ike.matches.isEmpty, ike.certificateMaps.isEmpty { list.append("\(title) has no 'match identity remote': it is for nobody") }
    checkMaps(ike.certificateMaps)
    if ike.localMethod == nil { list.append("\(title) has no 'authentication local'") }
    if ike.remoteMethods.isEmpty { list.append("\(title) has no 'authentication remote'") }
    let usesKey = ike.localMethod == .preSharedKey || ike.remoteMethods.contains(.preSharedKey)
    if usesKey { checkKeys(ike, title) }
    checkTrustpoints(
      title, ike.trustpoints.isEmpty ? crypto.trustpoints.map { TrustpointUse(name: $0.name) } : ike.trustpoints,
      signs: ike.localMethod.map { $0 != .preSharedKey } ?? false, verifies: ike.remoteMethods.contains { $0 != .preSharedKey })
    checkProposals()
  }

  private mutating func checkKeys(_ ike: IKEv2ProfileSettings, _ title: String) {
    if ike.localSecret != nil || ike.remoteSecret != nil { return }
    guard let name = ike.keyring else { return list.append("\(title) has neither 'keyring local' nor a key of its own") }
    guard let keyring = crypto.ikev2Keyrings.first(where: { $0.name == name }) else {
      return list.append("keyring '\(name)' is not defined")
    }
    let usable = keyring.peers.filter { $0.localSecret != nil && $0.remoteSecret != nil && $0.isForSomebody }
    guard !usable.isEmpty else { return list.append("keyring '\(name)' has no peer with a key and an address, identity or hostname") }
    let byName = usable.contains { $0.addresses.isEmpty }
    for peer in peers where !byName && !usable.contains(where: { $0.addresses.contains { $0.contains(peer) } }) {
      list.append("no key of keyring '\(name)' is for \(peer)")
    }
  }

  private mutating func checkProposals() {
    let names = crypto.policies.flatMap(\.proposals)
    for proposal in Set(names).sorted().compactMap(crypto.proposal) {
      let hasIntegrity = !proposal.integrity.isEmpty || proposal.encryption.allSatisfy(\.algorithm.isCombined)
      let missing = [
        proposal.encryption.isEmpty ? "encryption" : nil, hasIntegrity ? nil : "integrity", proposal.groups.isEmpty ? "group" : nil,
      ].compactMap { $0 }
      if !missing.isEmpty { list.append("IKEv2 proposal '\(proposal.name)' is not used: it lacks \(missing.joined(separator: ", "))") }
    }
  }

  // MARK: IKEv1

  private mutating func checkIKEv1() {
    let named = profile.isakmpProfile
    let ike = named.flatMap { name in crypto.isakmpProfiles.first { $0.name == name } }
    if let named, ike == nil { return list.append("ISAKMP profile '\(named)' is not defined") }
    if let ike, ike.matches.isEmpty, ike.certificateMaps.isEmpty {
      list.append("ISAKMP profile '\(ike.name)' has no 'match identity': it is for nobody")
    }
    checkMaps(ike?.certificateMaps ?? [])
    let methods = Set(crypto.usedISAKMPPolicies.map(\.method))
    let keys = crypto.isakmpKeys(of: ike)
    let trustpoints = ike?.trustpoints.isEmpty == false ? ike?.trustpoints ?? [] : crypto.trustpoints.map(\.name)
    if methods == [.preSharedKey] || trustpoints.isEmpty { checkKeys(keys) }
    if !methods.contains(.preSharedKey) {
      checkTrustpoints("IPsec profile '\(profile.name)'", trustpoints.map { TrustpointUse(name: $0) }, signs: true, verifies: true)
    }
  }

  private mutating func checkKeys(_ keys: [ISAKMPKeySettings]) {
    guard !keys.isEmpty else {
      return list.append("there is no 'crypto isakmp key' and no keyring with a key for IPsec profile '\(profile.name)'")
    }
    let networks = keys.compactMap { if case .addresses(let network) = $0.scope { network } else { nil } }
    for peer in peers where networks.count == keys.count && !networks.contains(where: { $0.contains(peer) }) {
      list.append("no 'crypto isakmp key' is for \(peer)")
    }
  }

  // MARK: Certificates

  private mutating func checkMaps(_ names: [String]) {
    for name in names {
      let entries = crypto.certificateMaps.filter { $0.map == name }
      if entries.isEmpty { list.append("certificate map '\(name)' is not defined") }
      if let unknown = entries.flatMap(\.kept).first {
        list.append("certificate map '\(name)' has a condition that is not acted on: '\(unknown)'")
      }
    }
  }

  private mutating func checkTrustpoints(_ title: String, _ uses: [TrustpointUse], signs: Bool, verifies: Bool) {
    let signing = uses.filter { $0.purpose != .verify }.compactMap { use in crypto.trustpoints.first { $0.name == use.name } }
    let verifying = uses.filter { $0.purpose != .sign }.compactMap { use in crypto.trustpoints.first { $0.name == use.name } }
    if signs, !signing.contains(where: { $0.certificateFile != nil && $0.privateKeyFile != nil }) {
      list.append("\(title) signs, and no trustpoint has 'certificate file' and 'private-key file'")
    }
    guard verifies else { return }
    if !verifying.contains(where: { !$0.rootFiles.isEmpty }) {
      list.append("\(title) verifies signatures, and no trustpoint has 'ca-certificate file'")
    }
    for trustpoint in verifying where trustpoint.requiresRevocationList && trustpoint.revocationFiles.isEmpty {
      list.append("trustpoint '\(trustpoint.name)' wants a revocation list and has no 'crl file': every certificate is refused")
    }
  }
}

extension IKEv2PeerSettings {
  /// Whether the peer names anybody.
  var isForSomebody: Bool { !addresses.isEmpty || identity != nil || hostName != nil }
}
