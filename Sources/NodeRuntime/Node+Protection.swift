// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import Interfaces
import NHRP
import Policy
import ProtocolKit
import Wire

/// What the node keeps of `tunnel protection`.
struct ProtectionState {
  /// What IKE was last told.
  var policies: [ProtectionPolicy] = []
  var globals = IKEGlobalSettings()
  /// Files of keys and certificates, as far as they were asked for; nil while an answer is awaited.
  var material: [KeyMaterialRequest: KeyMaterial?] = [:]
  /// Shortcuts that wait for associations with an NBMA address.
  var awaiting: [IPAddress: [ShortcutTracker.Key]] = [:]
  /// The last exchange that began with an NBMA address: it may be older than the wish for it.
  var began: [IPAddress: JournalRecord] = [:]
  /// Addresses in `awaiting` and `began`; more only cost a stamp in a timeline.
  static let awaitingLimit = 256
  /// Records of clear packets on protected tunnels.
  var clearBudget = ReportBudget()
  /// What shows and screens say of the last minute, and of how peers came up.
  var history = ProtectionHistory()
}

/// Between IKE, NHRP and the packet path: who must be protected, and who is.
///
/// ```
///   NHRP ── protect(nbma) ──▶ IKE ── associations ──▶ packet path
///    ▲                        │ ▲                         │
///    └── protectionUp, Down ──┘ └── messages, notices ────┘
/// ```
extension Node {
  // MARK: Packets for IKE

  func takeForProtection(_ p: PuntedPacket) {
    let ends = AssociationEndpoints(
      local: p.nbmaDestination, remote: p.nbmaSource, localPort: p.destinationPort, remotePort: p.sourcePort)
    switch p.kind {
    case .ike, .ikeStranger: enqueue(ike: .message(ends, bytes: p.bytes, isKnown: p.kind == .ike))
    case .protectionWanted: enqueue(ike: .protect(p.interface, remote: p.nbmaDestination))
    case .unknownSPI where p.bytes.count >= 4:
      enqueue(ike: .unknownSPI(ends, spi: p.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }))
    case .clearRefused:
      guard protection.clearBudget.take(now) else { return }
      record(JournalRecord(.clearPacketRefused, interface: p.interface, a: p.nbmaSource, b: p.nbmaDestination))
    default: break
    }
  }

  // MARK: What IKE wants

  func perform(_ output: IKEEngine.Output, _ cause: EventID) {
    switch output {
    case .send(let ends, let bytes): effects.append(.inject(.datagram(ends, bytes: bytes)))
    case .compute(let id, let job): effects.append(.compute(id, job))
    case .dataPlane(let change): effects.append(.dataPlane(change))
    case .protectionUp(let peer), .peerMoved(let peer):
      certified(peer)
      enqueue(.protectionUp(peer.interface, NHRPProtectedPeer(peer)), because: cause)
    case .protectionDown(let peer, let id, _, _):
      announcements.forget(peer)
      enqueue(.protectionDown(id, peer), because: cause)
    case .protectionFailed(let id, let remote, _): enqueue(.protectionFailed(id, nbma: remote), because: cause)
    }
  }

  // MARK: Configuration

  /// The tunnels with the same source and profile and the word `shared` have the associations in common (`tunnel protection … shared`).
  func protectionGroup(of id: InterfaceID, _ c: InterfaceConfiguration) -> UInt16 {
    let t = c.interface.tunnel
    guard t.protectionProfile != nil else { return 0 }
    guard t.protectionIsShared else { return id.rawValue }
    let others = settings.interfaceNames.filter { name in
      guard let other = settings.interfaces[name]?.interface, other.isTunnel else { return false }
      return other.tunnel.protectionIsShared && other.tunnel.protectionProfile == t.protectionProfile && other.tunnel.source == t.source
    }
    return others.map { self.id(of: $0).rawValue }.min() ?? id.rawValue
  }

  /// Tells IKE of the policies that hold now, where they are others than before.
  func refreshProtection() {
    let now = settings.crypto.resolution(for: protectedTunnels, material: ikeMaterial, hostName: settings.hostname)
    tellProtection(now.policies.map(withGroup), now.globals)
  }

  /// Tells IKE of other policies than it knows.
  func tellProtection(_ policies: [ProtectionPolicy], _ globals: IKEGlobalSettings) {
    guard policies != protection.policies || globals != protection.globals else { return }
    if policies.isEmpty != protection.policies.isEmpty { record(JournalRecord(.ikeSwitched, x: policies.isEmpty ? 0 : 1)) }
    (protection.policies, protection.globals) = (policies, globals)
    enqueue(ike: .configure(policies, globals))
    settle()
  }

  /// Why a tunnel cannot be protected; nil where it can, or needs no protection.
  func protectionProblem(of c: InterfaceConfiguration, local: IPAddress) -> String? {
    guard let tunnel = protectedTunnel(c, local: local) else { return nil }
    return settings.crypto.resolution(for: [tunnel], material: ikeMaterial, hostName: settings.hostname).refusals[tunnel.interface]
  }

  /// What is to be protected: tunnels that have a source.
  private var protectedTunnels: [ProtectedTunnel] {
    settings.interfaceNames.compactMap { name in
      guard let c = settings.interfaces[name], let local = tunnels[id(of: name)]?.forwarding.source else { return nil }
      return protectedTunnel(c, local: local)
    }
  }

  private func protectedTunnel(_ c: InterfaceConfiguration, local: IPAddress) -> ProtectedTunnel? {
    let t = c.interface.tunnel
    guard c.interface.isTunnel, let profile = t.protectionProfile else { return nil }
    return ProtectedTunnel(
      interface: id(of: c.interface.name), profileName: profile, isShared: t.protectionIsShared, local: local,
      peer: t.mode == .point ? t.destination : nil, localInterface: interface(with: local))
  }

  /// The interface of the host that has an address, as the configuration names it.
  private func interface(with address: IPAddress) -> String? {
    let owners = hostInterfaces.values.filter { host in host.exists && host.addresses.contains { $0.address == address } }
    return owners.map { configuredName(ofPlatform: $0.name) }.min()
  }

  /// The packet path and IKE must mean the same by a group, also while a tunnel of it has no source.
  private func withGroup(_ policy: ProtectionPolicy) -> ProtectionPolicy {
    var p = policy
    if let c = settings.interfaces[name(of: p.interface)] { p.group = protectionGroup(of: p.interface, c) }
    return p
  }

  // MARK: Files

  var ikeMaterial: IKEMaterial {
    var all = IKEMaterial()
    for (request, answer) in protection.material {
      guard let answer else { continue }
      switch (request, answer) {
      case (.secret(let path), .secret(let bytes)): all.secrets[path] = bytes
      case (.trustpoint(let name, _), .trustpoint(let key, let anchors)): all.trustpoints[name] = .init(signingKey: key, anchors: anchors)
      case (.secret(let path), .failure(let reason)): all.failures[path] = reason
      case (.trustpoint(let name, _), .failure(let reason)): all.failures[name] = reason
      default: break
      }
    }
    return all
  }

  /// The lists of the configuration, with the keys that are in files.
  var policyWithKeys: PolicySettings {
    guard !settings.policy.keyFiles.isEmpty else { return settings.policy }
    return settings.policy.withKeys { path in
      guard case .secret(let bytes)?? = protection.material[.secret(path: path)] else { return nil }
      return bytes.withBytes { KeyBytes($0) }
    }
  }

  /// The files that the configuration names.
  var wantedMaterial: Set<KeyMaterialRequest> { cryptoMaterial.union(settings.policy.keyFiles.map { .secret(path: $0) }) }

  /// Those of `crypto …`, where a tunnel is protected at all.
  private var cryptoMaterial: Set<KeyMaterialRequest> {
    guard settings.interfaces.values.contains(where: { $0.interface.tunnel.protectionProfile != nil }) else { return [] }
    let crypto = settings.crypto
    return Set(crypto.secretFiles.map { .secret(path: $0) } + crypto.trustpointsWithFiles.map { .trustpoint(name: $0.name, files: TrustpointFiles($0)) })
  }

  /// Asks for the files that the configuration names and nobody has read yet; forgets those it no longer names.
  func requestMaterial(_ wanted: Set<KeyMaterialRequest>) {
    protection.material = protection.material.filter { wanted.contains($0.key) }
    for request in wanted.sorted(by: { $0.order < $1.order }) where protection.material[request] == nil {
      protection.material[request] = .some(nil)
      effects.append(.readMaterial(request))
    }
  }

  func materialCame(_ request: KeyMaterialRequest, _ material: KeyMaterial) {
    guard protection.material.keys.contains(request) else { return }
    protection.material[request] = .some(material)
    refreshInterfaces()
  }
}

// Steps of shortcuts.
extension Node {
  /// NHRP wants associations because of an answer or a question: that shortcut waits for them.
  func noteProtectionWish(_ nbma: IPAddress, _ cause: EventID) {
    guard let r = journal[cause], protection.awaiting.count < ProtectionState.awaitingLimit || protection.awaiting[nbma] != nil else { return }
    let key: ShortcutTracker.Key
    switch r.kind {
    case .resolutionReplyReceived: key = .init(requester: ownAddress(r.interface), target: r.a)
    case .resolutionReceived: key = .init(requester: r.c, target: r.a)
    default: return
    }
    guard !(protection.awaiting[nbma]?.contains(key) ?? false) else { return }
    protection.awaiting[nbma, default: []].append(key)
    guard let began = protection.began[nbma], now - began.at < .seconds(5) else { return }
    tracker.note(.ike, key, at: began.at, .here, event: began.number, origin: origin(of: began, key))
  }

  func ikeBegan(_ r: JournalRecord) {
    if protection.began.count >= ProtectionState.awaitingLimit { protection.began = protection.began.filter { r.at - $0.value.at < .seconds(5) } }
    if protection.began.count < ProtectionState.awaitingLimit { protection.began[r.a] = r }
    for key in protection.awaiting[r.a] ?? [] { tracker.note(.ike, key, at: r.at, .here, event: r.number, origin: origin(of: r, key)) }
  }

  /// Which end of a shortcut began IKE: this node is one of them.
  private func origin(of began: JournalRecord, _ key: ShortcutTracker.Key) -> StepOrigin {
    (began.kind == .ikeInitSent) == (key.requester == ownAddress(began.interface)) ? .requester : .responder
  }

  func protectionStands(_ r: JournalRecord) {
    protection.began[r.a] = nil
    for key in protection.awaiting.removeValue(forKey: r.a) ?? [] {
      tracker.note(.esp, key, at: r.at, .here, event: r.number)
      if key.requester != ownAddress(r.interface) { report(key, egress: true) }
    }
  }
}

extension NHRPProtectedPeer {
  /// What NHRP acts on of a peer: only a certificate tells one from all others, and limits it. The address that it speaks from is no
  /// tunnel address: where the certificate names that, it says who the peer is on the underlay (RFC 4945 §5.1.3), and limits nothing.
  package init(_ peer: ProtectedPeer) {
    let facts = peer.certificate, nbma = peer.endpoints.remote
    let tunnelAddresses = (facts?.addresses ?? []).filter { $0 != nbma }
    self.init(
      id: peer.id, nbma: nbma, identity: facts?.subject, addresses: tunnelAddresses.isEmpty ? nil : tunnelAddresses,
      prefixes: facts?.addressBlocks)
  }
}

extension TrustpointFiles {
  init(_ t: TrustpointSettings) {
    self.init(
      certificate: t.certificateFile, key: t.privateKeyFile, roots: t.rootFiles, revocationLists: t.revocationFiles,
      requiresRevocationList: t.requiresRevocationList)
  }
}

extension KeyMaterialRequest {
  /// A total order, so that files are read in the same order in every run.
  var order: String {
    switch self {
    case .secret(let path): "s " + path
    case .trustpoint(let name, _): "t " + name
    }
  }
}
