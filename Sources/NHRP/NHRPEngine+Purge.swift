// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Taking back what was said: RFC 2332 §5.2.5, §5.2.6.
extension NHRPEngine {
  /// Sends a purge straight to a peer whose NBMA address is known, else along the routed path, else by way of a server.
  mutating func purge(_ i: Int, _ prefixes: [IPPrefix], at requester: IPAddress, wantsReply: Bool, because cause: EventID, _ turn: inout Turn<Output>) {
    guard let nbma = instances[i].table.nbma(of: requester) ?? nextPlace(i, towards: requester, turn.routes)?.nbma
      ?? placeToAsk(i, for: requester, turn.routes)
    else { return }
    sendPurge(
      i, prefixes, to: requester, nbma: nbma, peer: instances[i].table.peer(of: requester), requestID: newRequestID(), wantsReply: wantsReply,
      because: cause, &turn)
  }

  mutating func sendPurge(
    _ i: Int, _ prefixes: [IPPrefix], to destination: IPAddress, nbma: IPAddress, peer: ProtectionID = .none, requestID: UInt32,
    wantsReply: Bool, because cause: EventID, _ turn: inout Turn<Output>
  ) {
    let entries = prefixes.map { ClientInformationEntry(prefixLength: $0.length, protocolAddress: $0.address) }
    let packet = NHRPPacket(
      .purgeRequest, flags: wantsReply ? [] : [.purgeNoReply], requestID: requestID, sourceNBMA: instances[i].ownNBMA,
      sourceProtocol: instances[i].ownAddress, destinationProtocol: destination, entries: entries, hopCount: NHRPEngine.ownHopCount,
      extensions: [.responderAddress(), .forwardTransit(), .reverseTransit()])
    let first = prefixes.first ?? IPPrefix(host: destination)
    let id = turn.record(
      JournalRecord(.purgeSent, interface: instances[i].id, a: first.address, b: nbma, c: destination, x: requestID, y: UInt32(first.length)), because: cause)
    if wantsReply, instances[i].purges.count < NHRPLimits.pendingPurges {
      instances[i].purges[requestID] = PendingPurge(destination: destination, nbma: nbma, peer: peer, packet: packet, tries: 1)
      timers.set(.purge(instances[i].key, requestID), at: turn.now + .seconds(1))
    }
    send(packet, i, to: nbma, peer: peer, because: id, &turn)
  }

  mutating func purgeTimer(_ i: Int, _ request: UInt32, _ turn: inout Turn<Output>) {
    guard var p = instances[i].purges[request] else { return }
    guard p.tries < NHRPLimits.purgeTries, instances[i].config.isUp else {
      instances[i].purges[request] = nil
      return
    }
    p.tries += 1
    instances[i].purges[request] = p
    timers.set(.purge(instances[i].key, request), at: turn.now + .seconds(1 << (p.tries - 1)))
    send(p.packet, i, to: p.nbma, peer: p.peer, because: turn.cause, &turn)
  }

  /// §5.2.5: a reply nobody waits for is ignored.
  mutating func purgeReply(_ i: Int, _ m: NHRPMandatory) {
    guard instances[i].purges[m.requestID]?.destination == m.destinationProtocol else { return count(.unexpectedReply, i) }
    instances[i].purges[m.requestID] = nil
    timers.cancel(.purge(instances[i].key, m.requestID))
  }

  mutating func purgeRequest(_ i: Int, _ r: Received, _ m: NHRPMandatory, _ turn: inout Turn<Output>) {
    guard isForServer(i, m, turn.routes) else { return forward(i, r, m, towards: m.destinationProtocol, &turn) }
    // A client whose NBMA address changed is a stranger under the new one; its registration's request id speaks for it.
    let own = ownRegistrations(i, of: m)
    guard instances[i].isKnownPeer(r.source) || !own.isEmpty else { return count(.unknownPeer, i) }
    if let unknown = r.packet.unknownCompulsoryOffset { return refuseExtension(i, r, at: unknown, &turn) }
    for entry in m.entries { purgeMatching(i, entry, r, m, own, &turn) }
    announceLists(i, &turn)
    guard !m.flags.contains(.purgeNoReply) else { return }
    replyToPurge(i, r, m, &turn)
  }

  /// The registration of the sender's own tunnel address under the request id of this purge (IOS asks for no more), and of those that
  /// came with it.
  private func ownRegistrations(_ i: Int, of m: NHRPMandatory) -> [Mapping] {
    guard let old = instances[i].table[host: m.sourceProtocol], old.flags.contains(.registered), old.requestID == m.requestID,
      let nbma = old.nbma
    else { return [] }
    return instances[i].table.entries(nbma: nbma).filter {
      $0.flags.contains(.registered) && $0.requestID == m.requestID && $0.peer == old.peer && $0.claimedNBMA == old.claimedNBMA
    }
  }

  /// Removes what the sender may take back and this entry names: prefix, and NBMA address if there is one (§5.2.5).
  private mutating func purgeMatching(
    _ i: Int, _ entry: ClientInformationEntry, _ r: Received, _ m: NHRPMandatory, _ registered: [Mapping], _ turn: inout Turn<Output>
  ) {
    guard let address = entry.protocolAddress else { return }
    let prefix = IPPrefix(address, length: entry.hostOrPrefixLength(width: address.bitWidth))
    var found = false
    for old in purgeable(i, prefix, r, m, registered) where prefix.covers(old.target) && old.kind <= .dynamic && !old.flags.contains(.local) {
      guard instances[i].table[old.target] != nil, entry.nbma == nil || entry.nbma == old.nbma || entry.nbma == old.claimedNBMA else { continue }
      found = true
      let id = turn.record(
        JournalRecord(.purgeReceived, interface: instances[i].id, a: old.target.address, b: r.source, c: m.sourceProtocol, y: UInt32(old.target.length)),
        because: old.origin)
      takeBack(i, old, because: id, &turn)
    }
    if found { instances[i].limiter.reset(involving: prefix) }
  }

  /// What may be taken back: by a server or a configured next hop, for itself or for others, all that is not registered here; by a peer, what it registered
  /// or answered itself. Only a network in such a purge costs a walk over the cache.
  private func purgeable(_ i: Int, _ prefix: IPPrefix, _ r: Received, _ m: NHRPMandatory, _ registered: [Mapping]) -> [Mapping] {
    // Clients behind one public address are told apart by what they claim.
    var own = instances[i].table.entries(nbma: r.source)
      .filter { $0.peer == r.peer }
      .filter { $0.via == m.sourceProtocol || $0.flags.contains(.registered) && $0.claimedNBMA ?? r.source == m.sourceNBMA }
    own += registered.filter { $0.nbma != r.source }
    guard instances[i].isUpstream(r.source) else { return own }
    let others = prefix.isHost ? [instances[i].table[prefix]].compactMap { $0 } : instances[i].table.sorted
    return own + others.filter { !$0.flags.contains(.registered) }
  }

  private mutating func takeBack(_ i: Int, _ old: Mapping, because id: EventID, _ turn: inout Turn<Output>) {
    dropMapping(i, old, because: id, &turn)
    if old.flags.contains(.registered) {
      turn.record(JournalRecord(.nhcDown, interface: instances[i].id, a: old.via, b: old.nbma ?? .anyV4, c: old.via, x: UInt32(old.via.bitWidth)), because: id)
      tellRequesters(i, of: old.via, because: id, &turn)
    }
    turn.emit(.forgetPairs(old.target.address), because: id)
  }

  /// §5.2.6: the request comes back as type 6, also when nothing matched.
  private mutating func replyToPurge(_ i: Int, _ r: Received, _ m: NHRPMandatory, _ turn: inout Turn<Output>) {
    guard let body = m.reply(flags: m.flags, entries: m.entries) else { return }
    var packet = r.packet
    packet.body = .request(body)
    packet.header.hopCount = NHRPEngine.ownHopCount
    packet.trailing = []
    if packet.extension(.responderAddress) != nil { packet.replaceExtension(.responderAddress([ownEntry(i)])) }
    send(packet, i, to: r.source, peer: r.peer, because: turn.cause, &turn)
  }

  // MARK: clear ip nhrp

  mutating func clear(_ scope: NHRPClearScope, _ turn: inout Turn<Output>) {
    for i in instances.indices {
      guard scope.interface ?? instances[i].id == instances[i].id, scope.family ?? instances[i].family == instances[i].family else { continue }
      if scope.countersOnly {
        instances[i].traffic = NHRPTraffic()
      } else {
        clearEntries(i, scope, &turn)
      }
    }
  }

  private mutating func clearEntries(_ i: Int, _ scope: NHRPClearScope, _ turn: inout Turn<Output>) {
    for m in instances[i].table.sorted where isCleared(m, scope) && instances[i].table[m.target] != nil {
      dropMapping(i, m, because: noteRemoval(i, m, &turn), &turn)
      if m.flags.contains(.registered) { tellRequesters(i, of: m.via, because: turn.cause, &turn) }
      if m.flags.contains(.local) {
        let own = instances[i].ownAddress
        for a in instances[i].answers.take(through: own, now: turn.now, where: { $0.prefix == m.target }) {
          purge(i, [a.prefix], at: a.requester, wantsReply: false, because: turn.cause, &turn)
        }
      }
    }
    for target in instances[i].pending.keys.sorted() where scope.address.map({ $0.contains(target) }) ?? true { endQuestion(i, target) }
    if scope.includesStatic { registerAgain(i, &turn) }
    announceLists(i, &turn)
  }

  private func isCleared(_ m: Mapping, _ scope: NHRPClearScope) -> Bool {
    guard m.kind <= .dynamic else { return false }
    if scope.shortcutsOnly, m.flags.contains(.registered) || m.flags.contains(.local) { return false }
    guard let address = scope.address else { return true }
    return address.covers(m.target) || m.target.contains(address.address) || address.contains(m.via)
  }
}
