// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The server's side of registration: RFC 2332 §5.2.3, §5.2.4.
extension NHRPEngine {
  mutating func registrationRequest(_ i: Int, _ r: Received, _ m: NHRPMandatory, _ turn: inout Turn<Output>) {
    guard isForServer(i, m, turn.routes) else { return forward(i, r, m, towards: m.destinationProtocol, &turn) }
    if let unknown = r.packet.unknownCompulsoryOffset { return refuseExtension(i, r, at: unknown, &turn) }
    let answered = m.entries.enumerated().map { place, entry in
      place < NHRPLimits.entriesPerRegistration ? register(entry, i, r, m, &turn) : refusal(of: entry, .insufficientResources)
    }
    reply(i, r, m, entries: answered, &turn)
    announceLists(i, &turn)
  }

  /// Whether a client's message is for this server: under its address, or under the client's own or the network's broadcast
  /// address by a client that does not know its server (§5.2.3, §5.2.5; OpenNHRP).
  func isForServer(_ i: Int, _ m: NHRPMandatory, _ routes: any RouteView) -> Bool {
    isOwn(m.destinationProtocol, i) || m.destinationProtocol == m.sourceProtocol || m.destinationProtocol.isBroadcast
      || isSubnetBroadcast(m.destinationProtocol, i, routes)
  }

  private func refusal(of entry: ClientInformationEntry, _ code: NHRPCode) -> ClientInformationEntry {
    var answer = entry
    (answer.code, answer.holdingTimeSeconds) = (code, 0)
    return answer
  }

  private func isSubnetBroadcast(_ address: IPAddress, _ i: Int, _ routes: any RouteView) -> Bool {
    guard let match = routes.longestMatch(for: instances[i].ownAddress, vrf: .default), match.isConnected else { return false }
    return match.prefix.broadcast == address
  }

  mutating func refuseExtension(_ i: Int, _ r: Received, at offset: Int, _ turn: inout Turn<Output>) {
    sendError(.unrecognizedExtension, offset: offset, about: r, i, because: turn.cause, &turn)
  }

  /// Decides on one entry of a registration and returns it with its code.
  private mutating func register(
    _ entry: ClientInformationEntry, _ i: Int, _ r: Received, _ m: NHRPMandatory, _ turn: inout Turn<Output>
  ) -> ClientInformationEntry {
    let address = entry.protocolAddress ?? m.sourceProtocol
    let claimed = entry.nbma ?? m.sourceNBMA
    let code = verdict(on: entry, address: address, i, r, m)
    guard code != .success else {
      if entry.holdingTimeSeconds > 0 { accept(address, claimed: claimed, entry, i, r, m, &turn) }
      var answer = entry
      answer.code = .success
      return answer
    }
    turn.record(
      JournalRecord(
        .registrationRefused, interface: instances[i].id, a: address, b: r.source,
        c: instances[i].table[host: address]?.nbma ?? .anyV4, x: UInt32(code.rawValue)))
    return refusal(of: entry, code)
  }

  private func verdict(
    on entry: ClientInformationEntry, address: IPAddress, _ i: Int, _ r: Received, _ m: NHRPMandatory
  ) -> NHRPCode {
    let unique = m.flags.contains(.registrationUnique)
    guard entry.hostOrPrefixLength(width: address.bitWidth) == address.bitWidth else { return unique ? .administrativelyProhibited : .bindingNotUnique }
    guard isAcceptable(address, i), address.isV4 == instances[i].ownAddress.isV4 else { return .administrativelyProhibited }
    let isCertified = instances[i].neighbours[r.peer]?.addresses != nil
    if isCertified, let peer = instances[i].neighbours[r.peer], !peer.mayRegister(address) { return .administrativelyProhibited }
    guard let old = instances[i].table[host: address] else { return instances[i].table.isFull ? .insufficientResources : .success }
    guard old.isUsable else { return .success }
    if isSameClient(old, i, r) { return .success }
    if old.kind > .dynamic { return .administrativelyProhibited }
    // No certificate names link-local addresses: the first has it.
    if isCertified, address.isLinkLocal { return .uniqueAddressRegistered }
    // §5.2.3 with IOS' reading: only two unique registrations collide.
    return old.flags.contains(.registered) && old.flags.contains(.unique) && unique ? .uniqueAddressRegistered : .success
  }

  /// Whether an entry is of the client that speaks now: by address, and where that is protected by its association or by who it proved
  /// to be, under whatever address and association it did.
  private func isSameClient(_ old: Mapping, _ i: Int, _ r: Received) -> Bool {
    guard instances[i].config.isProtected else { return old.nbma == r.source }
    guard old.peer != r.peer, let before = instances[i].neighbours[old.peer] else { return true }
    return before.identity != nil && before.identity == instances[i].neighbours[r.peer]?.identity
  }

  /// Whether this can be the tunnel address of a peer at all.
  func isAcceptable(_ address: IPAddress, _ i: Int) -> Bool { !isOwn(address, i) && isUnicast(address) }

  private mutating func accept(
    _ address: IPAddress, claimed: IPAddress, _ entry: ClientInformationEntry, _ i: Int, _ r: Received, _ m: NHRPMandatory,
    _ turn: inout Turn<Output>
  ) {
    let old = instances[i].table[host: address]
    var flags: MappingFlags = [.registered, .nhop]
    if m.flags.contains(.registrationUnique) { flags.insert(.unique) }
    if m.flags.contains(.nat) { flags.insert(.nat) }
    // What was a shortcut before keeps its route: the entry that ends takes it out.
    if let old { flags.formUnion(old.flags.intersection([.rib, .nho])) }
    var mapping = Mapping(
      target: IPPrefix(host: address), via: address, nbma: r.source, claimedNBMA: claimed == r.source ? nil : claimed, kind: .dynamic,
      flags: flags, created: old?.created ?? turn.now, expires: turn.now + .seconds(Int(entry.holdingTimeSeconds)))
    (mapping.requestID, mapping.peer) = (m.requestID, r.peer)
    if let old, old.kind > .dynamic { return }
    let isNew = !(old?.flags.contains(.registered) ?? false)
    let moved = !isNew && (old?.nbma != r.source || old?.peer != r.peer)
    mapping.origin = noteRegistration(i, mapping, old, isNew: isNew, moved: moved, &turn)
    guard instances[i].table.store(mapping) else { return }
    if let end = mapping.expires { timers.set(.mapping(instances[i].key, mapping.target), at: end) }
    if isNew || moved || old?.nbma != r.source || old?.peer != r.peer { clientAppeared(i, mapping, moved: moved, &turn) }
  }

  private mutating func noteRegistration(
    _ i: Int, _ mapping: Mapping, _ old: Mapping?, isNew: Bool, moved: Bool, _ turn: inout Turn<Output>
  ) -> EventID {
    let kind: JournalKind = isNew ? .nhcUp : .peerMoved
    guard isNew || moved else { return old?.origin ?? .none }
    return turn.record(
      JournalRecord(
        kind, interface: instances[i].id, a: mapping.via, b: mapping.nbma ?? .anyV4, c: moved ? old?.nbma ?? .anyV4 : mapping.claimedNBMA ?? .anyV4,
        x: mapping.requestID))
  }

  private mutating func clientAppeared(_ i: Int, _ mapping: Mapping, moved: Bool, _ turn: inout Turn<Output>) {
    guard let nbma = mapping.nbma else { return }
    setAdjacency(i, mapping.via, nbma, peer: mapping.peer, because: mapping.origin, &turn)
    instances[i].limiter.reset(peer: nbma)
    turn.emit(.forgetPairs(mapping.via))
    if moved { tellRequesters(i, of: mapping.via, because: mapping.origin, &turn) }
  }

  /// Those who were given mappings through `responder` must forget them (§5.2.5).
  mutating func tellRequesters(_ i: Int, of responder: IPAddress, because cause: EventID, _ turn: inout Turn<Output>) {
    for a in instances[i].answers.take(through: responder, now: turn.now) where a.requester != responder {
      purge(i, [a.prefix, IPPrefix(host: a.responder)], at: a.requester, wantsReply: true, because: cause, &turn)
    }
  }

  /// Straight back to the registering client, with every extension it sent (§5.2.4, §5.3).
  private mutating func reply(
    _ i: Int, _ r: Received, _ m: NHRPMandatory, entries: [ClientInformationEntry], _ turn: inout Turn<Output>
  ) {
    guard var body = m.reply(flags: m.flags, entries: entries) else { return }
    if body.destinationProtocol == body.sourceProtocol { body.destinationProtocol = instances[i].ownAddress }
    var packet = r.packet
    packet.body = .request(body)
    packet.header.hopCount = NHRPEngine.ownHopCount
    if packet.extension(.responderAddress) != nil { packet.replaceExtension(.responderAddress([ownEntry(i)])) }
    if m.sourceNBMA != r.source, packet.hasNATList { addNATAddress(&packet, observed: r.source, of: m.sourceProtocol) }
    packet.trailing = []
    send(packet, i, to: r.source, peer: r.peer, because: turn.cause, &turn)
  }

  /// The client's own entry stays first; the second says under which address it is seen.
  private func addNATAddress(_ packet: inout NHRPPacket, observed: IPAddress, of client: IPAddress) {
    let first = packet.natEntries.prefix(1)
    packet.replaceExtension(.natAddress(first + [ClientInformationEntry(prefixLength: UInt8(client.bitWidth), nbma: observed, protocolAddress: client)]))
  }
}
