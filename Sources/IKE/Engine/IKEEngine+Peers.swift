// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// Who is at the other end, and whether it can be used.
extension IKEEngine {
  /// Makes an association one of a peer's, perhaps a new peer.
  mutating func join(_ number: UInt32, _ proof: AssociationProof) -> ProtectionID {
    let key = PeerKey(group: proof.policy.group, identity: proof.identity, remote: proof.endpoints.remote)
    let isBehindNAT = proof.isBehindNAT || proof.isPeerBehindNAT
    if let id = peersByKey[key] {
      peers[id]?.associations.append(number)
      peers[id]?.isBehindNAT = isBehindNAT
      if peers[id]?.interfaces.contains(proof.policy.interface) == false { peers[id]?.interfaces.append(proof.policy.interface) }
      return id
    }
    lastPeer = lastPeer &+ 1
    let id = ProtectionID(lastPeer)
    peersByKey[key] = id
    peersByRemote[proof.endpoints.remote, default: []].append(id)
    peers[id] = PeerEntry(
      id: id, key: key, certificate: proof.certificate, isBehindNAT: isBehindNAT, endpoints: proof.endpoints,
      interfaces: [proof.policy.interface], associations: [number])
    return id
  }

  /// The newest proof counts: a certificate that was renewed may let its holder register and announce other things than the old one.
  mutating func certify(_ id: ProtectionID, _ certificate: CertificateFacts?, _ turn: inout Turn<Output>) {
    guard peers[id]?.certificate != certificate else { return }
    peers[id]?.certificate = certificate
    guard let peer = peers[id], peer.isUp else { return }
    for interface in peer.interfaces { turn.emit(.peerMoved(peer.protectedPeer(interface))) }
  }

  /// Children of version 1 outlive their phase 1: they pass to the peer's newest.
  mutating func inherit(_ number: UInt32, _ id: ProtectionID) {
    guard associations[number]?.version == .ikev1 else { return }
    for spi in peers[id]?.children ?? [] {
      guard let owner = children[spi]?.owner, associations[owner]?.version == .ikev1 else { continue }
      children[spi]?.owner = number
    }
  }

  /// An established association is over.
  mutating func leave(_ entry: AssociationEntry, _ failure: IKEFailure, passesChildren: Bool, _ turn: inout Turn<Output>) {
    guard let id = entry.peer, let peer = peers[id] else { return }
    peers[id]?.associations.removeAll { $0 == entry.number }
    let heir = passesChildren ? heir(of: entry) : nil
    for spi in peer.children where children[spi]?.owner == entry.number {
      if let heir { children[spi]?.owner = heir } else { removeChild(spi, failure, &turn) }
    }
    removePeerIfUnused(id, failure, &turn)
  }

  mutating func removePeerIfUnused(_ id: ProtectionID, _ failure: IKEFailure, _ turn: inout Turn<Output>) {
    guard let peer = peers[id], peer.associations.isEmpty, peer.children.isEmpty else { return }
    if peer.isUp { setDown(id, failure, &turn) }
    // Late packets have a peer to come from no more.
    for spi in peer.lingering { forgetChild(spi, &turn) }
    peersByRemote[peer.endpoints.remote]?.removeAll { $0 == id }
    if peersByRemote[peer.endpoints.remote]?.isEmpty == true { peersByRemote[peer.endpoints.remote] = nil }
    (peers[id], peersByKey[peer.key]) = (nil, nil)
  }

  /// Both halves of a child are in place.
  mutating func setUp(_ id: ProtectionID, _ turn: inout Turn<Output>) {
    guard let peer = peers[id], !peer.isUp else { return }
    peers[id]?.isUp = true
    for policy in policies where policy.group == peer.key.group {
      let want = Want(interface: policy.interface, remote: peer.endpoints.remote)
      guard wants.remove(want) != nil else { continue }
      timers.cancel(.yield(want))
      if !peer.interfaces.contains(policy.interface) { peers[id]?.interfaces.append(policy.interface) }
    }
    for interface in peers[id]?.interfaces ?? [] { sayUp(id, interface, &turn) }
  }

  private func sayUp(_ id: ProtectionID, _ interface: InterfaceID, _ turn: inout Turn<Output>) {
    guard let peer = peers[id] else { return }
    let event = turn.record(
      JournalRecord(.protectionUp, interface: interface, a: peer.endpoints.remote, b: peer.endpoints.local, x: id.rawValue))
    turn.emit(.protectionUp(peer.protectedPeer(interface)), because: event)
  }

  mutating func setDown(_ id: ProtectionID, _ failure: IKEFailure, _ turn: inout Turn<Output>) {
    guard let peer = peers[id], peer.isUp else { return }
    peers[id]?.isUp = false
    for interface in peer.interfaces {
      let event = turn.record(
        JournalRecord(
          .protectionDown, interface: interface, a: peer.endpoints.remote, b: peer.endpoints.local, x: id.rawValue,
          y: failure.journalCode.x))
      turn.emit(.protectionDown(id, interface, remote: peer.endpoints.remote, failure), because: event)
    }
  }

  /// The peer's address or port changed, as its authentic messages show.
  mutating func moved(_ number: UInt32, to endpoints: AssociationEndpoints, _ turn: inout Turn<Output>) {
    place(number, at: endpoints)
    guard let id = associations[number]?.peer, let peer = peers[id] else { return }
    let current = peer.current.flatMap { children[$0] } ?? peer.children.last.flatMap { children[$0] }
    guard current == nil || current?.owner == number else { return }
    move(id, remote: endpoints.remote, remotePort: endpoints.remotePort, &turn)
  }

  /// Says to all that a peer is elsewhere now.
  mutating func move(_ id: ProtectionID, remote: IPAddress, remotePort: UInt16, _ turn: inout Turn<Output>) {
    guard let peer = peers[id] else { return }
    var ends = peer.endpoints
    (ends.remote, ends.remotePort) = (remote, ends.isEncapsulated ? remotePort : 0)
    guard ends != peer.endpoints else { return }
    file(id, at: ends)
    let event = turn.record(
      JournalRecord(
        .peerEndpointMoved, interface: peer.interfaces.first ?? .none, a: remote, b: ends.local, c: peer.endpoints.remote,
        x: UInt32(remotePort), y: id.rawValue))
    turn.emit(.dataPlane(.moveAssociations(id, ends)), because: event)
    guard let moved = peers[id], moved.isUp else { return }
    for interface in moved.interfaces { turn.emit(.peerMoved(moved.protectedPeer(interface)), because: event) }
  }

  /// Files a peer under its address.
  mutating func file(_ id: ProtectionID, at endpoints: AssociationEndpoints) {
    guard let old = peers[id]?.endpoints.remote else { return }
    peers[id]?.endpoints = endpoints
    guard old != endpoints.remote else { return }
    peersByRemote[old]?.removeAll { $0 == id }
    if peersByRemote[old]?.isEmpty == true { peersByRemote[old] = nil }
    peersByRemote[endpoints.remote, default: []].append(id)
  }
}
