// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Answering a Resolution Request, or passing it on: RFC 2332 §5.2.1, §5.2.2, §6.
extension NHRPEngine {
  mutating func resolutionRequest(_ i: Int, _ r: Received, _ m: NHRPMandatory, _ turn: inout Turn<Output>) {
    guard var prefix = servedPrefix(for: m.destinationProtocol, i, turn.routes) else {
      return forward(i, r, m, towards: m.destinationProtocol, &turn)
    }
    if let unknown = r.packet.unknownCompulsoryOffset { return refuseExtension(i, r, at: unknown, &turn) }
    // §5.2.1: the request's prefix length is the widest the requester accepts; 0, 255 and the full width say nothing.
    if let widest = m.entries.first?.hostOrPrefixLength(width: prefix.address.bitWidth), widest < prefix.address.bitWidth {
      prefix = IPPrefix(m.destinationProtocol, length: max(widest, Int(prefix.length)))
    }
    if isLooping(r.packet.entries(of: .forwardTransit), i) { return loop(i, r, &turn) }
    let id = turn.record(
      JournalRecord(.resolutionReceived, interface: instances[i].id, a: m.destinationProtocol, b: r.source, c: m.sourceProtocol, x: m.requestID))
    cacheSource(i, r, m, because: id, &turn)
    answer(i, r, m, prefix: prefix, because: id, &turn)
  }

  /// The network this node serves around `target`: its own address, or what leaves the NHRP network here; nil for others' addresses.
  private func servedPrefix(for target: IPAddress, _ i: Int, _ routes: any RouteView) -> IPPrefix? {
    if isOwn(target, i) { return IPPrefix(host: target) }
    guard let match = routes.longestMatch(for: target, vrf: .default), !isSameNetwork(match.interface, as: i) else { return nil }
    // A default route says nothing about what lies behind it: answer for the one host.
    guard !match.prefix.isDefault else { return IPPrefix(host: target) }
    // §6.3: the answer must not cover a more specific route that leads elsewhere.
    return IPPrefix(target, length: routes.clippedLength(of: match.prefix, around: target, vrf: .default))
  }

  /// The requester is known from its question (S bit, holding time > 0): it may be sent to directly from now on.
  private mutating func cacheSource(_ i: Int, _ r: Received, _ m: NHRPMandatory, because cause: EventID, _ turn: inout Turn<Output>) {
    let hold = Int(m.entries.first?.holdingTimeSeconds ?? 0)
    guard m.flags.contains(.sourceStable), hold > 0, isAcceptable(m.sourceProtocol, i), m.sourceProtocol.isV4 == instances[i].ownAddress.isV4
    else { return }
    let isDirect = r.packet.entries(of: .forwardTransit).isEmpty && instances[i].serverIndex(nbma: r.source) == nil
    let nbma = r.packet.natAddress(of: m.sourceProtocol) ?? (isDirect ? r.source : m.sourceNBMA)
    guard isPeerNBMA(nbma, i), !isBehindNAT(m, r) else { return }
    let target = IPPrefix(host: m.sourceProtocol)
    let old = instances[i].table[target]
    if let old, old.kind > .dynamic || old.flags.contains(.registered) || (old.isUsable && !old.flags.contains(.implicit)) { return }
    var mapping = Mapping(
      target: target, via: m.sourceProtocol, nbma: nbma, claimedNBMA: nbma == m.sourceNBMA ? nil : m.sourceNBMA, kind: .dynamic,
      flags: [.router, .implicit, .nhop], created: old?.created ?? turn.now, expires: turn.now + .seconds(hold))
    (mapping.origin, mapping.requestID) = (cause, m.requestID)
    mapping.peer = peer(at: nbma, known: isDirect && nbma == r.source ? r.peer : .none, i)
    guard instances[i].table.store(mapping) else { return }
    timers.set(.mapping(instances[i].key, target), at: turn.now + .seconds(hold))
    if old?.nbma != nbma || old?.peer != mapping.peer { setAdjacency(i, m.sourceProtocol, nbma, peer: mapping.peer, because: cause, &turn) }
  }

  private mutating func answer(
    _ i: Int, _ r: Received, _ m: NHRPMandatory, prefix: IPPrefix, because cause: EventID, _ turn: inout Turn<Output>
  ) {
    var entry = ownEntry(i)
    entry.prefixLength = prefix.length
    if instances[i].owns(m.destinationProtocol) { entry.protocolAddress = m.destinationProtocol }
    var flags: NHRPFlags = [.destinationStable, .resolutionAuthoritative]
    flags.formUnion(m.flags.intersection([.resolutionRouter, .sourceStable, .nat]))
    guard let body = m.reply(flags: flags, entries: [entry]) else { return }
    var packet = r.packet
    packet.body = .request(body)
    packet.header.hopCount = NHRPEngine.ownHopCount
    packet.trailing = []
    if packet.extension(.responderAddress) != nil { packet.replaceExtension(.responderAddress([ownEntry(i)])) }
    if packet.hasNATList {
      packet.replaceExtension(.natAddress(ownNATEntries(i)))
    }
    let id = turn.record(
      JournalRecord(
        .resolutionAnswered, interface: instances[i].id, a: m.destinationProtocol, b: r.source, c: m.sourceProtocol, x: m.requestID, y: UInt32(prefix.length)),
      because: cause)
    rememberAnswer(i, prefix, requester: m.sourceProtocol, target: m.destinationProtocol, because: id, turn.now)
    sendAnswer(packet, i, r, m, because: id, &turn)
  }

  /// The answer goes back the way the question came. Behind a NAT it goes straight to the requester instead: that opens our NAT for what
  /// the requester will send, and when it is lost the question is asked again. A requester behind a NAT of its own gets both: it cannot
  /// hear the straight one before it has sent something itself.
  private mutating func sendAnswer(_ packet: NHRPPacket, _ i: Int, _ r: Received, _ m: NHRPMandatory, because id: EventID, _ turn: inout Turn<Output>) {
    guard instances[i].natAddress != nil, r.source != m.sourceNBMA else { return send(packet, i, to: r.source, peer: r.peer, because: id, &turn) }
    let requester = r.packet.natAddress(of: m.sourceProtocol) ?? m.sourceNBMA
    if isPeerNBMA(requester, i), requester != r.source { send(packet, i, to: requester, because: id, &turn) }
    if isBehindNAT(m, r) { send(packet, i, to: r.source, peer: r.peer, because: id, &turn) }
  }

  /// Whether the requester stands behind a NAT. Nothing can be sent straight to it before it has sent something to us.
  private func isBehindNAT(_ m: NHRPMandatory, _ r: Received) -> Bool {
    r.packet.natAddress(of: m.sourceProtocol).map { $0 != m.sourceNBMA } ?? false
  }

  /// What was handed out, for purges and for `show ip nhrp` (a local entry).
  private mutating func rememberAnswer(_ i: Int, _ prefix: IPPrefix, requester: IPAddress, target: IPAddress, because id: EventID, _ now: Instant) {
    let end = now + instances[i].holdTime
    let answer = GivenAnswer(requester: requester, prefix: prefix, responder: instances[i].ownAddress)
    // Questions of one peer must not fill the cache: it takes no more of our own networks than answers are remembered.
    guard instances[i].answers.remember(answer, until: end, now: now) else { return }
    guard !instances[i].owns(prefix.address), instances[i].table[prefix].map({ $0.flags.contains(.local) }) ?? true else { return }
    var m = Mapping(
      target: prefix, via: instances[i].ownAddress, nbma: instances[i].ownNBMA, kind: .dynamic, flags: [.router, .unique, .local],
      created: instances[i].table[prefix]?.created ?? now, expires: end)
    (m.requester, m.origin, m.askedFor) = (requester, id, target)
    if instances[i].table.store(m) { timers.set(.mapping(instances[i].key, prefix), at: end) }
  }

  // MARK: Transit

  /// Passes a packet on along the routed path, as a transit server.
  mutating func forward(_ i: Int, _ r: Received, _ m: NHRPMandatory, towards target: IPAddress, _ turn: inout Turn<Output>) {
    let isReply = m.type == .resolutionReply || m.type == .registrationReply || m.type == .purgeReply
    // §5.3.1–§5.3.3: our own address in the record, or as the responder of a reply that is not ours to take, is a loop.
    if isLooping(r.packet.entries(of: isReply ? .reverseTransit : .forwardTransit), i)
      || isReply && isLooping(r.packet.entries(of: .responderAddress), i) {
      return loop(i, r, &turn)
    }
    guard r.packet.header.hopCount > 0 else {
      return sendError(.hopCountExceeded, offset: 9, about: r, i, because: turn.cause, &turn)
    }
    guard let place = nextPlace(i, towards: target, turn.routes), !isBack(place, r) else { return unreachable(i, r, m, &turn) }
    var packet = r.packet
    packet.header.hopCount -= 1
    packet.trailing = []
    // §5.3: with an unknown compulsory extension the packet is passed on unchanged, without a record of us, and not cached.
    let isUnderstood = packet.unknownCompulsoryOffset == nil
    if isUnderstood {
      fillNAT(&packet, m, isReply: isReply, from: i, place.out)
      appendTransit(&packet, isReply: isReply, place.out)
    }
    let id = noteRelay(m, i, to: place.nbma, &turn)
    if m.type == .resolutionReply, isUnderstood { rememberRelayed(i, m, turn.now) }
    send(packet, place.out, to: place.nbma, peer: place.peer, because: id, isForwarded: true, &turn)
  }

  /// Whether a packet would return to who sent it; peers behind one NAT are told apart by their associations.
  func isBack(_ place: Place, _ r: Received) -> Bool { place.nbma == r.source && place.peer == r.peer }

  private mutating func noteRelay(_ m: NHRPMandatory, _ i: Int, to nbma: IPAddress, _ turn: inout Turn<Output>) -> EventID {
    switch m.type {
    case .resolutionRequest:
      turn.record(JournalRecord(.resolutionRelayed, interface: instances[i].id, a: m.destinationProtocol, b: nbma, c: m.sourceProtocol, x: m.requestID))
    case .resolutionReply:
      turn.record(
        JournalRecord(
          .resolutionReplyRelayed, interface: instances[i].id, a: m.destinationProtocol, b: m.entries.first?.protocolAddress ?? .anyV4, c: m.sourceProtocol,
          x: m.requestID, y: UInt32(m.entries.first?.prefixLength ?? 0)))
    default: turn.cause
    }
  }

  private mutating func rememberRelayed(_ i: Int, _ m: NHRPMandatory, _ now: Instant) {
    for e in m.entries where e.code == .success {
      guard let responder = e.protocolAddress else { continue }
      let prefix = IPPrefix(m.destinationProtocol, length: e.hostOrPrefixLength(width: m.destinationProtocol.bitWidth))
      _ = instances[i].answers.remember(
        GivenAnswer(requester: m.sourceProtocol, prefix: prefix, responder: responder), until: now + .seconds(Int(e.holdingTimeSeconds)), now: now)
    }
  }

  /// Where a packet goes next.
  struct Place {
    /// The interface's place in `instances`.
    let out: Int
    let nbma: IPAddress
    let peer: ProtectionID
  }

  /// The interface and NBMA address on the way to a protocol address.
  func nextPlace(_ i: Int, towards target: IPAddress, _ routes: any RouteView) -> Place? {
    guard !target.isLinkLocal else { return place(i, of: target) }
    guard let match = routes.longestMatch(for: target, vrf: .default), isSameNetwork(match.interface, as: i),
      let out = index(of: match.interface, instances[i].family)
    else { return nil }
    return place(out, of: match.nextHop ?? target)
  }

  private func place(_ out: Int, of hop: IPAddress) -> Place? {
    let nbma = instances[out].table.nbma(of: hop) ?? instances[out].config.destination
    return nbma.map { Place(out: out, nbma: $0, peer: instances[out].table.peer(of: hop)) }
  }

  private func isLooping(_ record: [ClientInformationEntry], _ i: Int) -> Bool {
    record.contains { e in e.protocolAddress.map { isOwn($0, i) } ?? false }
  }

  private mutating func loop(_ i: Int, _ r: Received, _ turn: inout Turn<Output>) {
    let id = turn.record(JournalRecord(.loopDetected, interface: instances[i].id, a: r.packet.addresses.source ?? .anyV4, b: r.source, x: UInt32(r.packet.type.rawValue)))
    sendError(.loopDetected, about: r, i, because: id, &turn)
  }

  /// No way on. A question for an address of the cloud gets "no binding"; everything else an error to its sender.
  private mutating func unreachable(_ i: Int, _ r: Received, _ m: NHRPMandatory, _ turn: inout Turn<Output>) {
    guard m.type != .resolutionReply, m.type != .registrationReply, m.type != .purgeReply else { return }
    if m.type == .resolutionRequest, let unknown = r.packet.unknownCompulsoryOffset { return refuseExtension(i, r, at: unknown, &turn) }
    guard m.type == .resolutionRequest, isOnLink(m.destinationProtocol, i, turn.routes),
      var body = m.reply(flags: m.flags.intersection([.resolutionRouter, .sourceStable, .nat]), entries: [])
    else {
      return sendError(.protocolAddressUnreachable, about: r, i, because: turn.cause, &turn)
    }
    body.entries = [ClientInformationEntry(code: .noBinding)]
    var packet = r.packet
    packet.body = .request(body)
    packet.header.hopCount = NHRPEngine.ownHopCount
    packet.trailing = []
    if packet.extension(.responderAddress) != nil { packet.replaceExtension(.responderAddress([ownEntry(i)])) }
    let id = turn.record(
      JournalRecord(.resolutionRefused, interface: instances[i].id, a: m.destinationProtocol, b: r.source, c: m.sourceProtocol, x: m.requestID, y: UInt32(NHRPCode.noBinding.rawValue)))
    send(packet, i, to: r.source, peer: r.peer, because: id, &turn)
  }

  /// Whether an address is one of the cloud's.
  private func isOnLink(_ address: IPAddress, _ i: Int, _ routes: any RouteView) -> Bool {
    if address.isLinkLocal { return true }
    guard let match = routes.longestMatch(for: address, vrf: .default) else { return false }
    return match.isConnected && isSameNetwork(match.interface, as: i)
  }

  private func appendTransit(_ packet: inout NHRPPacket, isReply: Bool, _ out: Int) {
    let type: NHRPExtensionType = isReply ? .reverseTransit : .forwardTransit
    guard packet.extension(type) != nil else { return }
    let entries = packet.entries(of: type) + [ownEntry(out)]
    packet.replaceExtension(isReply ? .reverseTransit(entries) : .forwardTransit(entries))
  }

  /// A client behind NAT does not always know it: the server that does fills its empty extension in.
  private func fillNAT(_ packet: inout NHRPPacket, _ m: NHRPMandatory, isReply: Bool, from i: Int, _ out: Int) {
    guard packet.hasNATList, packet.natEntries.isEmpty,
      let client = isReply ? m.entries.first?.protocolAddress : m.sourceProtocol,
      let mapping = instances[i].table[host: client] ?? instances[out].table[host: client], mapping.claimedNBMA != nil, let nbma = mapping.nbma
    else { return }
    packet.replaceExtension(.natAddress([ClientInformationEntry(prefixLength: instances[i].hostLength, nbma: nbma, protocolAddress: client)]))
  }
}
