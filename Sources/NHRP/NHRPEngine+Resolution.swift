// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The requester's side of resolution: RFC 2332 §5.2.1, §5.2.2; redirects of draft-detienne-dmvpn-01 §4.
extension NHRPEngine {
  /// A traffic indication: somebody we send through says there is a better way to the quoted packet's destination.
  mutating func redirected(_ i: Int, _ indication: NHRPTrafficIndication, from source: IPAddress, _ turn: inout Turn<Output>) {
    guard instances[i].isKnownPeer(source) else { return count(.unknownPeer, i) }
    guard instances[i].settings.shortcut, !instances[i].settings.serverOnly, indication.code == 0,
      let destination = IPPacketAddresses.destination(of: indication.offendingPacket), mayShortcut(to: destination, i, turn.routes)
    else { return }
    // Only who carries our packets there can know of a better way.
    guard instances[i].isUpstream(source) || nextPlace(i, towards: destination, turn.routes)?.nbma == source else {
      return count(.unknownPeer, i)
    }
    guard instances[i].pending[destination] == nil, !instances[i].neighbours.isWaiting(for: destination), activeShortcut(i, covering: destination) == nil else { return }
    let id = turn.record(JournalRecord(.redirectReceived, interface: instances[i].id, a: destination, b: source, c: indication.sourceProtocol))
    ask(i, for: destination, because: id, isNextHop: false, &turn)
  }

  /// Only what is routed into this NHRP network may be resolved; never our own addresses and networks.
  private func mayShortcut(to destination: IPAddress, _ i: Int, _ routes: any RouteView) -> Bool {
    guard !isOwn(destination, i), isUnicast(destination), destination.family == instances[i].family else { return false }
    // What is on the link has no route.
    if destination.isLinkLocal { return true }
    guard let match = routes.longestMatch(for: destination, vrf: .default)
    else { return false }
    return isSameNetwork(match.interface, as: i)
  }

  /// A usable entry of the cache that covers `destination` with a network behind a peer, or is the peer itself.
  func activeShortcut(_ i: Int, covering destination: IPAddress) -> Mapping? { instances[i].table.shortcut(covering: destination) }

  /// The data plane lacks an adjacency (phase 2): the next hop itself is asked for.
  mutating func resolutionWanted(_ nextHop: IPAddress, on id: InterfaceID, _ turn: inout Turn<Output>) {
    guard let i = index(of: id, nextHop.family), !instances[i].settings.serverOnly, !isOwn(nextHop, i), instances[i].pending[nextHop] == nil else { return }
    if let m = instances[i].table[host: nextHop], m.isUsable || m.kind == .negative { return }
    ask(i, for: nextHop, because: turn.cause, isNextHop: true, &turn)
  }

  /// Asks for `target` unless that is under way; the packets meanwhile go the routed way.
  mutating func ask(
    _ i: Int, for target: IPAddress, because cause: EventID, isNextHop: Bool, isRefresh: Bool = false, _ turn: inout Turn<Output>
  ) {
    guard instances[i].pending[target] == nil, instances[i].config.isUp,
      let nbma = placeToAsk(i, for: target, turn.routes)
    else { return }
    guard instances[i].pending.count < NHRPLimits.pendingResolutions else {
      turn.record(JournalRecord(.tableFull, interface: instances[i].id, a: target, x: UInt32(NHRPLimits.pendingResolutions)), because: cause)
      return
    }
    instances[i].pending[target] = PendingResolution(
      target: target, requestID: newRequestID(), tries: 0, started: turn.now, cause: cause, sentRecord: .none, askedNBMA: nbma,
      isRefresh: isRefresh, isNextHop: isNextHop)
    if !isRefresh { noteIncomplete(i, target, &turn) }
    tryResolution(i, target, &turn)
  }

  /// An incomplete entry, for `show`: packets are on their way through the hub.
  mutating func noteIncomplete(_ i: Int, _ target: IPAddress, nbma: IPAddress? = nil, _ turn: inout Turn<Output>) {
    guard instances[i].table[host: target] == nil else { return }
    _ = instances[i].table.store(
      Mapping(target: IPPrefix(host: target), via: target, nbma: nbma, kind: .incomplete, flags: [], created: turn.now, expires: nil))
  }

  /// Where a question goes: the peer at the routed next hop (phase 3), else the best server (phase 2).
  func placeToAsk(_ i: Int, for target: IPAddress, _ routes: any RouteView) -> IPAddress? {
    if let match = routes.longestMatch(for: target, vrf: .default), match.interface == instances[i].id,
      let hop = match.nextHop, hop != target, let nbma = instances[i].table.nbma(of: hop) {
      return nbma
    }
    let servers = instances[i].servers.filter { $0.nbma != nil }
    return (servers.first { $0.isResponding } ?? servers.first)?.nbma ?? instances[i].config.destination
  }

  private mutating func tryResolution(_ i: Int, _ target: IPAddress, _ turn: inout Turn<Output>) {
    guard var open = instances[i].pending[target] else { return }
    open.tries += 1
    open.sentRecord = turn.record(
      JournalRecord(.resolutionSent, interface: instances[i].id, a: target, b: open.askedNBMA, x: open.requestID, y: UInt32(open.tries)), because: open.cause)
    instances[i].pending[target] = open
    let pause = Duration.seconds(PendingResolution.retrySeconds(after: open.tries))
    timers.set(.resolution(instances[i].key, target), at: turn.now + turn.random.jittered(pause, percent: 12))
    send(resolutionRequest(i, target: target, requestID: open.requestID), i, to: open.askedNBMA, because: open.sentRecord, &turn)
  }

  mutating func resolutionTimer(_ i: Int, _ target: IPAddress, _ turn: inout Turn<Output>) {
    guard let open = instances[i].pending[target] else { return }
    guard open.tries < NHRPLimits.resolutionTries else {
      endQuestion(i, target)
      turn.record(JournalRecord(.resolutionFailed, interface: instances[i].id, a: target, b: open.askedNBMA, x: open.requestID), because: open.sentRecord)
      return
    }
    tryResolution(i, target, &turn)
  }

  /// Closes a question and takes its incomplete entry out.
  mutating func endQuestion(_ i: Int, _ target: IPAddress) {
    instances[i].pending[target] = nil
    timers.cancel(.resolution(instances[i].key, target))
    if instances[i].table[host: target]?.kind == .incomplete { instances[i].table.remove(IPPrefix(host: target)) }
  }

  // MARK: Replies

  mutating func resolutionReply(_ i: Int, _ r: Received, _ m: NHRPMandatory, _ turn: inout Turn<Output>) {
    let best = m.entries.filter { $0.code == .success && $0.holdingTimeSeconds > 0 }.max { $0.preference < $1.preference }
    guard let open = instances[i].pending[m.destinationProtocol], open.requestID == m.requestID,
      r.source == open.askedNBMA || r.source == best?.nbma || r.source == best?.protocolAddress.flatMap({ r.packet.natAddress(of: $0) })
    else { return count(.unexpectedReply, i) }
    // Others answer for a link-local address under a global one; packets need the way to the first.
    let named = open.target.isLinkLocal ? open.target : best?.protocolAddress
    guard let best, let responder = named, isAcceptable(responder, i), responder.family == instances[i].family else {
      return resolutionFailed(i, open, code: m.entries.first?.code.rawValue ?? NHRPCode.noBinding.rawValue, because: open.sentRecord, &turn)
    }
    guard let nbma = r.packet.natAddress(of: best.protocolAddress ?? responder) ?? best.nbma, isPeerNBMA(nbma, i) else { return count(.unexpectedReply, i) }
    endQuestion(i, open.target)
    let id = turn.record(
      JournalRecord(
        .resolutionReplyReceived, interface: instances[i].id, a: open.target, b: nbma, c: responder, x: open.requestID,
        y: UInt32(best.hostOrPrefixLength(width: responder.bitWidth))), because: open.sentRecord)
    // An answer that came by the peer's own association says which of several behind one address it is.
    let peer = r.source == nbma ? r.peer : .none
    install(Answer(open: open, entry: best, responder: responder, nbma: nbma, peer: peer, flags: m.flags, record: id), i, &turn)
  }

  /// Whether packets may be sent to an NBMA address that a message names.
  func isPeerNBMA(_ nbma: IPAddress, _ i: Int) -> Bool { isUnicast(nbma) && nbma != instances[i].ownNBMA && nbma != instances[i].natAddress }

  /// A reply that was found good.
  struct Answer: Sendable {
    let open: PendingResolution
    let entry: ClientInformationEntry
    let responder: IPAddress
    let nbma: IPAddress
    let peer: ProtectionID
    let flags: NHRPFlags
    let record: EventID
    var hold: Duration { .seconds(Int(entry.holdingTimeSeconds)) }
  }

  /// "No": believed for a while, so that a redirect a second does not become a question a second.
  mutating func resolutionFailed(_ i: Int, _ open: PendingResolution, code: UInt8, because cause: EventID, _ turn: inout Turn<Output>) {
    endQuestion(i, open.target)
    let id = turn.record(
      JournalRecord(.resolutionFailed, interface: instances[i].id, a: open.target, b: open.askedNBMA, x: open.requestID, y: UInt32(code)), because: cause)
    let target = IPPrefix(host: open.target)
    guard instances[i].table[target] == nil else { return }
    var m = Mapping(
      target: target, via: open.target, nbma: nil, kind: .negative, flags: [.negative], created: turn.now,
      expires: turn.now + .seconds(NHRPLimits.negativeSeconds))
    m.origin = id
    if instances[i].table.store(m), let end = m.expires { timers.set(.mapping(instances[i].key, target), at: end) }
  }
}
