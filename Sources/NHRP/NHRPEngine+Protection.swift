// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Protected tunnels: a mapping is used only while its peer is protected, and ends with that.
extension NHRPEngine {
  /// The peer a mapping leads to; none on an unprotected tunnel, and while there is no association.
  func peer(at nbma: IPAddress, known: ProtectionID = .none, _ i: Int) -> ProtectionID {
    guard instances[i].config.isProtected else { return .none }
    return instances[i].neighbours[known] != nil ? known : instances[i].neighbours.only(at: nbma)
  }

  /// Whether packets may leave for an NBMA address.
  func isReachable(_ nbma: IPAddress, known: ProtectionID = .none, _ i: Int) -> Bool {
    !instances[i].config.isProtected || peer(at: nbma, known: known, i) != .none
  }

  /// Asks for associations with an NBMA address, unless they are there.
  mutating func protect(_ i: Int, _ nbma: IPAddress, because cause: EventID, _ turn: inout Turn<Output>) {
    guard instances[i].config.isProtected, instances[i].config.isUp, peer(at: nbma, i) == .none else { return }
    turn.emit(.protect(instances[i].id, nbma: nbma), because: cause)
  }

  // MARK: What IKE says

  mutating func protectionUp(_ i: Int, _ peer: NHRPProtectedPeer, _ turn: inout Turn<Output>) {
    guard instances[i].config.isProtected else { return }
    let old = instances[i].neighbours[peer.id]
    instances[i].neighbours.insert(peer)
    if let old, old.nbma != peer.nbma { return peerMoved(i, peer, from: old.nbma, &turn) }
    guard old == nil else { return }
    useMappings(i, peer, &turn)
    for s in instances[i].servers.indices where instances[i].servers[s].nbma == peer.nbma && instances[i].servers[s].state != .waiting {
      beginRegistration(i, s, &turn)
    }
    for answer in instances[i].neighbours.takeWaiting(at: peer.nbma) where answer.isFresh(turn.now) { install(answer, i, &turn) }
  }

  /// Entries that led to the address before it was protected.
  private mutating func useMappings(_ i: Int, _ peer: NHRPProtectedPeer, _ turn: inout Turn<Output>) {
    // A registration may come before this word: the peer's packets are taken as soon as it can be heard.
    let isOnly = instances[i].neighbours.only(at: peer.nbma) == peer.id
    for m in instances[i].table.entries(nbma: peer.nbma)
    where m.isPeer && (m.peer == peer.id || isOnly && instances[i].neighbours[m.peer] == nil) {
      instances[i].table.update(m.target) { $0.peer = peer.id }
      setAdjacency(i, m.via, peer.nbma, peer: peer.id, because: m.origin, &turn)
    }
  }

  /// The same peer came from another address, proven by its association: its entries follow.
  private mutating func peerMoved(_ i: Int, _ peer: NHRPProtectedPeer, from old: IPAddress, _ turn: inout Turn<Output>) {
    for m in instances[i].table.entries(nbma: old) where m.peer == peer.id && m.isPeer {
      instances[i].table.update(m.target) { $0.nbma = peer.nbma }
      let cause = turn.record(JournalRecord(.peerMoved, interface: instances[i].id, a: m.via, b: peer.nbma, c: old, x: m.requestID), because: m.origin)
      setAdjacency(i, m.via, peer.nbma, peer: peer.id, because: cause, &turn)
      tellRequesters(i, of: m.via, because: cause, &turn)
    }
    announceLists(i, &turn)
  }

  /// The associations with a peer are gone: what was known of it ends, and servers are asked for anew.
  mutating func protectionDown(_ i: Int, _ gone: ProtectionID, _ turn: inout Turn<Output>) {
    guard let peer = instances[i].neighbours.remove(gone) else { return }
    let heir = instances[i].neighbours.only(at: peer.nbma)
    for m in instances[i].table.entries(nbma: peer.nbma) where m.peer == gone && m.isPeer {
      if m.kind == .static { leave(i, m, for: heir, &turn) } else { end(i, m, &turn) }
    }
    for s in instances[i].servers.indices where instances[i].servers[s].nbma == peer.nbma && heir == .none { serverLost(i, s, &turn) }
    announceLists(i, &turn)
  }

  /// A configured entry stays, without a way to its peer, or with that of another association.
  private mutating func leave(_ i: Int, _ m: Mapping, for heir: ProtectionID, _ turn: inout Turn<Output>) {
    instances[i].table.update(m.target) { $0.peer = heir }
    turn.emit(.adjacency(instances[i].id, nextHop: m.via, nbma: heir == .none ? nil : m.nbma, peer: heir), because: m.origin)
  }

  private mutating func end(_ i: Int, _ m: Mapping, _ turn: inout Turn<Output>) {
    let isClient = m.flags.contains(.registered)
    let id = turn.record(
      JournalRecord(
        isClient ? .nhcDown : .mappingExpired, interface: instances[i].id, a: m.target.address, b: m.nbma ?? .anyV4, c: m.via,
        x: UInt32(m.target.length)), because: m.origin)
    dropMapping(i, m, because: id, &turn)
    if isClient { tellRequesters(i, of: m.via, because: id, &turn) }
  }

  /// What could not be protected is not used; the packets go on through the hub, and the next redirect asks again.
  mutating func protectionFailed(_ i: Int, nbma: IPAddress, _ turn: inout Turn<Output>) {
    for answer in instances[i].neighbours.takeWaiting(at: nbma) {
      dropIncomplete(i, answer.responder)
      turn.record(
        JournalRecord(.resolutionFailed, interface: instances[i].id, a: answer.open.target, b: nbma, x: answer.open.requestID), because: answer.record)
    }
  }

  /// Whether the answering peer's certificate lets it say that `prefix` is behind it.
  func mayAnnounce(_ prefix: IPPrefix, _ answer: Answer, _ i: Int) -> Bool {
    instances[i].neighbours[peer(at: answer.nbma, known: answer.peer, i)]?.mayAnnounce(prefix) ?? true
  }

  // MARK: Answers that wait

  /// Keeps a good answer until its peer is protected. False: it can be used now, or there is no room and it is forgotten.
  mutating func awaitsProtection(_ answer: Answer, _ i: Int, _ turn: inout Turn<Output>) -> Bool {
    guard !isReachable(answer.nbma, known: answer.peer, i) else { return false }
    guard instances[i].neighbours.wait(answer) else {
      turn.record(
        JournalRecord(.tableFull, interface: instances[i].id, a: answer.open.target, x: UInt32(NHRPLimits.answersAwaitingProtection)),
        because: answer.record)
      return true
    }
    noteIncomplete(i, answer.responder, nbma: answer.nbma, &turn)
    protect(i, answer.nbma, because: answer.record, &turn)
    return true
  }

  /// Takes out the row that stood for a peer on its way.
  mutating func dropIncomplete(_ i: Int, _ address: IPAddress) {
    if instances[i].table[host: address]?.kind == .incomplete { instances[i].table.remove(IPPrefix(host: address)) }
  }
}

extension NHRPEngine.Answer {
  /// Whether the answer still holds at `now`.
  func isFresh(_ now: Instant) -> Bool { now - open.started < hold }
}
