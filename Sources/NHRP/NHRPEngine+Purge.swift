// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Taking back what was said: RFC 2332 §5.2.5, §5.2.6.
extension NHRPEngine {
  /// Sends a purge along the routed path, or straight to a peer whose NBMA address is known.
  mutating func purge(_ i: Int, _ prefixes: [IPPrefix], at requester: IPAddress, wantsReply: Bool, because cause: EventID, _ turn: inout Turn<Output>) {
    guard let nbma = instances[i].table.nbma(of: requester) ?? nextPlace(i, towards: requester, turn.routes)?.1 else { return }
    sendPurge(i, prefixes, to: requester, nbma: nbma, requestID: newRequestID(), wantsReply: wantsReply, because: cause, &turn)
  }

  mutating func sendPurge(
    _ i: Int, _ prefixes: [IPPrefix], to destination: IPAddress, nbma: IPAddress, requestID: UInt32, wantsReply: Bool,
    because cause: EventID, _ turn: inout Turn<Output>
  ) {
    let entries = prefixes.map { ClientInformationEntry(prefixLength: $0.length, protocolAddress: $0.address) }
    let packet = NHRPPacket(
      .purgeRequest, flags: wantsReply ? [] : [.purgeNoReply], requestID: requestID, sourceNBMA: instances[i].ownNBMA,
      sourceProtocol: instances[i].ownAddress, destinationProtocol: destination, entries: entries, hopCount: NHRPEngine.ownHopCount,
      extensions: [.responderAddress(), .forwardTransit(), .reverseTransit()])
    let first = prefixes.first ?? IPPrefix(host: destination)
    let id = turn.record(
      JournalRecord(.purgeSent, interface: instances[i].id, a: first.address, b: nbma, c: destination, x: requestID, y: UInt32(first.length)), because: cause)
    if wantsReply {
      instances[i].purges[requestID] = PendingPurge(destination: destination, nbma: nbma, packet: packet, tries: 1)
      timers.set(.purge(instances[i].id, requestID), at: turn.now + .seconds(1))
    }
    send(packet, i, to: nbma, because: id, &turn)
  }

  mutating func purgeTimer(_ i: Int, _ request: UInt32, _ turn: inout Turn<Output>) {
    guard var p = instances[i].purges[request] else { return }
    guard p.tries < NHRPLimits.purgeTries, instances[i].config.isUp else {
      instances[i].purges[request] = nil
      return
    }
    p.tries += 1
    instances[i].purges[request] = p
    timers.set(.purge(instances[i].id, request), at: turn.now + .seconds(1 << (p.tries - 1)))
    send(p.packet, i, to: p.nbma, because: turn.cause, &turn)
  }

  mutating func purgeReply(_ i: Int, _ m: NHRPMandatory) {
    instances[i].purges[m.requestID] = nil
    timers.cancel(.purge(instances[i].id, m.requestID))
  }

  mutating func purgeRequest(_ i: Int, _ r: Received, _ m: NHRPMandatory, _ turn: inout Turn<Output>) {
    guard isOwn(m.destinationProtocol) else { return forward(i, r, m, towards: m.destinationProtocol, &turn) }
    guard instances[i].isKnownPeer(r.source) else { return count(.unknownPeer, i) }
    if let unknown = r.packet.unknownCompulsory { return refuseExtension(i, r, unknown, &turn) }
    for entry in m.entries {
      guard let address = entry.protocolAddress else { continue }
      purgeMatching(i, IPPrefix(address, length: entry.hostOrPrefixLength(width: address.bitWidth)), r, m, &turn)
    }
    announceLists(i, &turn)
    guard !m.flags.contains(.purgeNoReply) else { return }
    replyToPurge(i, r, m, &turn)
  }

  /// Removes what the sender may take back: its own registration, or what it, its server or the path gave us.
  private mutating func purgeMatching(_ i: Int, _ prefix: IPPrefix, _ r: Received, _ m: NHRPMandatory, _ turn: inout Turn<Output>) {
    for old in instances[i].table.sorted where prefix.covers(old.target) && old.kind <= .dynamic && !old.flags.contains(.local) {
      guard instances[i].table[old.target] != nil, mayPurge(old, i, r, m) else { continue }
      let id = turn.record(
        JournalRecord(.purgeReceived, interface: instances[i].id, a: old.target.address, b: r.source, c: m.sourceProtocol, y: UInt32(old.target.length)),
        because: old.origin)
      dropMapping(i, old, because: id, &turn)
      if old.flags.contains(.registered) {
        turn.record(JournalRecord(.nhcDown, interface: instances[i].id, a: old.via, b: old.nbma ?? .anyV4, c: old.via, x: 32), because: id)
        tellRequesters(i, of: old.via, because: id, &turn)
      }
      turn.emit(.forgetPairs(old.target.address), because: id)
    }
    instances[i].limiter.reset(involving: prefix)
  }

  private func mayPurge(_ old: Mapping, _ i: Int, _ r: Received, _ m: NHRPMandatory) -> Bool {
    if old.flags.contains(.registered) { return old.nbma == r.source || (old.requestID == m.requestID && old.via == m.sourceProtocol) }
    return instances[i].serverIndex(nbma: r.source) != nil || (old.via == m.sourceProtocol && old.nbma == r.source)
  }

  /// §5.2.6: the request comes back as type 6, also when nothing matched.
  private mutating func replyToPurge(_ i: Int, _ r: Received, _ m: NHRPMandatory, _ turn: inout Turn<Output>) {
    guard let body = m.reply(flags: m.flags, entries: m.entries) else { return }
    var packet = r.packet
    packet.body = .request(body)
    packet.header.hopCount = NHRPEngine.ownHopCount
    packet.trailing = []
    if packet.extension(.responderAddress) != nil { packet.replaceExtension(.responderAddress([ownEntry(i)])) }
    send(packet, i, to: r.source, because: turn.cause, &turn)
  }

  // MARK: clear ip nhrp

  mutating func clear(_ scope: NHRPClearScope, _ turn: inout Turn<Output>) {
    for i in instances.indices where scope.interface == nil || scope.interface == instances[i].id {
      if scope.countersOnly {
        instances[i].traffic = NHRPTraffic()
      } else {
        clearEntries(i, scope, &turn)
      }
    }
  }

  private mutating func clearEntries(_ i: Int, _ scope: NHRPClearScope, _ turn: inout Turn<Output>) {
    for m in instances[i].table.sorted where isCleared(m, scope) && instances[i].table[m.target] != nil {
      dropMapping(i, m, &turn)
      if m.flags.contains(.registered) { tellRequesters(i, of: m.via, because: turn.cause, &turn) }
      if m.flags.contains(.local) {
        let own = instances[i].ownAddress
        for a in instances[i].answers.take(now: turn.now, where: { $0.responder == own && $0.prefix == m.target }) {
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
