// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// What shows and screens see.
extension IKEEngine {
  /// IKE associations, the newest first, at most `limit`.
  public func ikeRows(limit: Int) -> [IKESARow] {
    associations.keys.sorted(by: >).prefix(max(0, limit)).compactMap(ikeRow)
  }

  /// The IKE association with this number in the shows.
  public func ikeRow(_ number: UInt32) -> IKESARow? {
    guard let entry = associations[number] else { return nil }
    var row = entry.machine.row
    (row.peer, row.interface, row.endpoints) = (entry.peer ?? .none, entry.interface, entry.endpoints)
    (row.startedAt, row.establishedAt) = (entry.startedAt, entry.establishedAt)
    if let policy = entry.policy { row.profileName = policy.profileName }
    return row
  }

  /// Pairs of ESP associations, by peer, at most `limit`. Lingering ones are left out.
  public func childRows(limit: Int) -> [ChildSARow] {
    let rows = children.values.filter { !$0.isLingering }.sorted { ($0.peer, $0.order) < ($1.peer, $1.order) }
    return rows.prefix(max(0, limit)).map { child in
      var row = child.row
      row.ikeNumber = child.owner
      if let peer = peers[child.peer] { row.endpoints = peer.endpoints }
      row.isCurrent = if case .current = child.outbound { true } else { false }
      return row
    }
  }

  /// Timers that are set: an engine at rest has few.
  package var timerCount: Int { timers.count }

  /// Totals.
  public var summary: IKESummary {
    var summary = IKESummary()
    summary.halfOpen = associations.count - counters.established
    summary.established = counters.established
    summary.children = children.count - counters.lingering
    (summary.handshakes, summary.failures, summary.rekeys) = (counters.handshakes, counters.failures, counters.rekeys)
    summary.cookiesDemanded = counters.cookiesDemanded
    summary.refused = zip(IKERefusal.allCases, counters.refusals).map { ($0.rawValue, $1) }
    return summary
  }

  /// How far the protection of a peer is, for the State column of `show dmvpn` (IKE, IPSEC); nil when it is up or nobody asked for it.
  public func pendingLayer(of remote: IPAddress, on interface: InterfaceID) -> ProtectionLayer? {
    guard let group = policy(of: interface)?.group, !isUp(at: remote, on: interface) else { return nil }
    let entries = (associationsByRemote[remote] ?? []).compactMap { associations[$0] }
      .filter { policy(of: $0.interface)?.group == group }
    if entries.contains(where: { $0.peer != nil }) { return .ipsec }
    return entries.isEmpty && !wants.contains(Want(interface: interface, remote: remote)) ? nil : .ike
  }

  /// Whether a peer at this address can be used now.
  public func isUp(at remote: IPAddress, on interface: InterfaceID) -> Bool {
    guard let group = policy(of: interface)?.group else { return false }
    return (peersByRemote[remote] ?? []).contains { peers[$0]?.key.group == group && peers[$0]?.isUp == true }
  }
}

extension IKEEngine {
  /// A hash of everything that a message could change but counters: two are equal in one run exactly where nothing happened in between.
  package var fingerprint: Int {
    var hasher = Hasher()
    for number in associations.keys.sorted() {
      guard let entry = associations[number] else { continue }
      hasher.combine(entry.machine.row)
      hasher.combine(entry.endpoints)
      hasher.combine(entry.heardAt)
      hasher.combine(entry.spis)
      hasher.combine(entry.timers)
      hasher.combine(entry.isClosing)
    }
    hasher.combine(standing)
    hasher.combine(contacts)
    hasher.combine(wants)
    hasher.combine(halfOpen.count)
    hasher.combine(timers.count)
    hasher.combine(timers.nextDeadline)
    hasher.combine(jobs.count)
    return hasher.finalize()
  }

  /// A hash of what is established: peers and their children, and by which of them packets leave.
  package var standing: Int {
    var hasher = Hasher()
    for child in childRows(limit: .max) { hasher.combine(child) }
    for id in peers.keys.sorted() {
      hasher.combine(id)
      hasher.combine(peers[id]?.endpoints)
      hasher.combine(peers[id]?.isUp)
      hasher.combine(peers[id]?.associations)
      hasher.combine(peers[id]?.children)
    }
    hasher.combine(takenSPIs)
    return hasher.finalize()
  }
}

extension IKEEngine {
  package static var sizes: String {
    "policy \(MemoryLayout<ProtectionPolicy>.size) entry \(MemoryLayout<AssociationEntry>.size) v2 \(MemoryLayout<IKEv2Association>.size) est \(MemoryLayout<EstablishedAssociation>.size) gen \(MemoryLayout<Generation>.size) sa \(MemoryLayout<IKESA>.size) child \(MemoryLayout<ChildEntry>.size) peer \(MemoryLayout<PeerEntry>.size) row \(MemoryLayout<ChildSARow>.size) sass \(MemoryLayout<SecurityAssociation>.size) cipher \(MemoryLayout<MessageCipher>.size) own \(MemoryLayout<OwnExchange>.size) peerx \(MemoryLayout<PeerExchange>.size) init \(MemoryLayout<InitialInitiator>.size) resp \(MemoryLayout<InitialResponder>.size) v1 \(MemoryLayout<ISAKMPAssociation>.size) timer \(MemoryLayout<TimerKey>.size) facts \(MemoryLayout<CertificateFacts>.size) childsa \(MemoryLayout<ChildSA>.size)"
  }
}
