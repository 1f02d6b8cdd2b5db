// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Connections and their state machines.
extension BGPEngine {
  // MARK: Starting

  /// Starts a neighbour's own machine, unless something forbids it.
  mutating func start(_ peer: UInt32, _ turn: inout Turn<Output>) {
    let n = neighbors[Int(peer)]
    guard n.isLive, !n.isDynamic, !n.session.isShutdown, !n.isOverLimit, n.session.remoteAS != nil, routerID != 0, n.established == nil,
      !timers.isSet(.idleHold(peer))
    else { return }
    advance(peer, .outgoing, .start(isPassive: n.session.isPassive), &turn)
  }

  /// A neighbour that waits to try again tries now: the way to it has come.
  mutating func hurry(_ peer: UInt32, _ turn: inout Turn<Output>) {
    let n = neighbors[Int(peer)]
    if n.outgoing.machine.state == .active, timers.isSet(.connectRetry(peer)) {
      timers.cancel(.connectRetry(peer))
      advance(peer, .outgoing, .connectRetryTimerExpires, &turn)
    } else if n.outgoing.machine.state == .idle {
      start(peer, &turn)
    }
  }

  // MARK: The machine

  /// Gives one event to a machine and does what it wants.
  mutating func advance(_ peer: UInt32, _ slot: Slot, _ event: SessionEvent, _ turn: inout Turn<Output>) {
    let i = Int(peer)
    let actions: [SessionAction]
    if slot == .outgoing {
      actions = neighbors[i].outgoing.machine.handle(event)
    } else {
      guard neighbors[i].incoming != nil else { return }
      actions = neighbors[i].incoming?.machine.handle(event) ?? []
    }
    for action in actions { perform(action, peer, slot, &turn) }
    // A machine that was made for an accepted connection goes with it.
    if slot == .incoming, let c = neighbors[i].incoming, c.machine.state < .openSent { dropIncoming(peer, &turn) }
  }

  private mutating func perform(_ action: SessionAction, _ peer: UInt32, _ slot: Slot, _ turn: inout Turn<Output>) {
    switch action {
    case .connect: connect(peer, &turn)
    case .drop: drop(peer, slot, &turn)
    case .sendOpen: send(.open, openMessage(peer).encode(), peer, slot, &turn)
    case .sendKeepalive: send(.keepalive, BGPMessage.keepaliveBytes, peer, slot, &turn)
    case .sendNotification(let error): sendNotification(error, peer, slot, &turn)
    case .startConnectRetry:
      let span = Duration.seconds(neighbors[Int(peer)].session.connectRetrySeconds)
      timers.set(.connectRetry(peer), at: turn.now + turn.random.jittered(span, percent: 25))
    case .stopConnectRetry: if slot == .outgoing { timers.cancel(.connectRetry(peer)) }
    case .startHold(let seconds): startHold(peer, slot, seconds, &turn)
    case .startKeepalive(let seconds): startKeepalive(peer, slot, seconds, &turn)
    case .stopTimers:
      timers.cancel(.hold(peer, slot))
      timers.cancel(.keepalive(peer, slot))
      timers.cancel(.input(peer, slot))
    case .established: established(peer, slot, &turn)
    case .released(let error, let was): released(peer, slot, error, wasEstablished: was, &turn)
    }
  }

  private mutating func startHold(_ peer: UInt32, _ slot: Slot, _ seconds: Int, _ turn: inout Turn<Output>) {
    let isAccepted = slot == .incoming && seconds == BGPLimits.largeHoldSeconds && neighbors[Int(peer)].incoming?.open == nil
    let span = isAccepted ? BGPLimits.acceptedHoldSeconds : seconds
    let now = turn.now
    neighbors[Int(peer)].change(slot) { ($0.lastReceived, $0.holdSeconds) = (now, span) }
    guard span > 0 else { return timers.cancel(.hold(peer, slot)) }
    // Set once and moved on when it fires: a table of 100,000 messages must not set it 100,000 times.
    if neighbors[Int(peer)].state(slot) != .established || !timers.isSet(.hold(peer, slot)) {
      timers.set(.hold(peer, slot), at: turn.now + .seconds(span))
    }
  }

  mutating func holdTimer(_ peer: UInt32, _ slot: Slot, _ turn: inout Turn<Output>) {
    guard let c = neighbors[Int(peer)][slot] else { return }
    let due = c.lastReceived + .seconds(c.holdSeconds)
    if due > turn.now { return timers.set(.hold(peer, slot), at: due) }
    advance(peer, slot, .holdTimerExpires, &turn)
  }

  private mutating func startKeepalive(_ peer: UInt32, _ slot: Slot, _ holdSeconds: Int, _ turn: inout Turn<Output>) {
    guard holdSeconds > 0 else { return timers.cancel(.keepalive(peer, slot)) }
    // RFC 4271 §4.4 wants a third of the hold time; §10 wants jitter.
    let seconds = max(1, min(neighbors[Int(peer)].session.timers.keepalive, holdSeconds / 3))
    timers.set(.keepalive(peer, slot), at: turn.now + turn.random.jittered(.seconds(seconds), percent: 25))
  }

  // MARK: Connections

  private mutating func connect(_ peer: UInt32, _ turn: inout Turn<Output>) {
    let i = Int(peer)
    guard let local = source(of: peer), mayReach(peer, turn.routes) else {
      // No way there now; the machine tries again, or `hurry` when there is one.
      return advance(peer, .outgoing, .connectionFails, &turn)
    }
    // Below 2³¹, and never one that is in use.
    repeat { nextStream = (nextStream + 1) & 0x7fff_ffff } while byStream[StreamID(nextStream)] != nil
    let stream = StreamID(nextStream)
    byStream[stream] = (peer, .outgoing)
    let old = neighbors[i].outgoing.machine
    neighbors[i].outgoing = Connection()
    neighbors[i].outgoing.machine = old
    neighbors[i].outgoing.stream = stream
    turn.emit(
      .stream(
        .connect(
          stream, local: local.address, remote: neighbors[i].address, port: BGPAssignments.port,
          streamOptions(neighbors[i].session, isInternal: neighbors[i].isExpectedInternal(ownAS)))))
  }

  /// The address that `update-source` names; outer nil where it names one that is not there.
  private func source(of peer: UInt32) -> (address: IPAddress?, Void)? {
    guard let name = neighbors[Int(peer)].session.updateSource else { return (nil, ()) }
    let isV4 = neighbors[Int(peer)].address.isV4
    guard let interface = interfaces.first(where: { $0.name == name }),
      let address = interface.addresses.first(where: { $0.address.isV4 == isV4 })?.address
    else { return nil }
    return (address, ())
  }

  /// A neighbour of another AS is on a network of ours, unless told otherwise.
  private func mayReach(_ peer: UInt32, _ routes: any RouteView) -> Bool {
    let n = neighbors[Int(peer)]
    guard let match = routes.longestMatch(for: n.address, vrf: .default) else { return false }
    let isNear = !n.isExpectedInternal(ownAS) && n.session.multihop == nil && n.session.securityHops ?? 1 <= 1
    return match.isConnected || !isNear || n.session.skipsConnectedCheck || isOwnNetwork(n.address)
  }

  private func isOwnNetwork(_ address: IPAddress) -> Bool {
    interfaces.contains { $0.isUp && $0.addresses.contains { $0.network.contains(address) } }
  }

  func streamOptions(_ s: SessionSettings, isInternal: Bool) -> StreamOptions {
    let key = s.password?.bytes.map { $0.withBytes { SecretBytes($0) } }
    if let hops = s.securityHops {
      return StreamOptions(ttl: 255, minimumTTL: UInt8(clamping: 256 - hops), key: key)
    }
    let ttl: UInt8? = isInternal ? nil : UInt8(clamping: s.multihop ?? (s.skipsConnectedCheck ? 255 : 1))
    return StreamOptions(ttl: ttl, key: key)
  }

  /// Ends a connection; what was sent before still leaves.
  private mutating func drop(_ peer: UInt32, _ slot: Slot, _ turn: inout Turn<Output>) {
    guard let c = neighbors[Int(peer)][slot], let stream = c.stream else { return }
    byStream[stream] = nil
    neighbors[Int(peer)][slot]?.stream = nil
    neighbors[Int(peer)][slot]?.input = []
    neighbors[Int(peer)][slot]?.inputStart = 0
    neighbors[Int(peer)][slot]?.isConnected = false
    turn.emit(.stream(c.isConnected ? .close(stream) : .reset(stream)))
  }

  private mutating func dropIncoming(_ peer: UInt32, _ turn: inout Turn<Output>) {
    drop(peer, .incoming, &turn)
    for key in [TimerKey.hold(peer, .incoming), .keepalive(peer, .incoming), .input(peer, .incoming)] { timers.cancel(key) }
    neighbors[Int(peer)].incoming = nil
    if neighbors[Int(peer)].isDynamic { return retire(peer) }
    // Our own may have yielded to it.
    let n = neighbors[Int(peer)]
    if n.isLive, n.established == nil, n.outgoing.machine.state == .idle, !timers.isSet(.idleHold(peer)) { hold(peer, &turn) }
  }

  mutating func send(_ type: MessageType, _ bytes: [UInt8], _ peer: UInt32, _ slot: Slot, _ turn: inout Turn<Output>) {
    guard let stream = neighbors[Int(peer)].stream(slot) else { return }
    neighbors[Int(peer)].sent.count(type)
    if slot == .outgoing {
      neighbors[Int(peer)].outgoing.outstandingBytes += bytes.count
    } else {
      neighbors[Int(peer)].incoming?.outstandingBytes += bytes.count
    }
    turn.emit(.stream(.send(stream, bytes)))
  }

  private mutating func sendNotification(_ error: BGPError, _ peer: UInt32, _ slot: Slot, _ turn: inout Turn<Output>) {
    send(.notification, NotificationMessage(error).encode(), peer, slot, &turn)
    turn.record(record(.bgpNotificationSent, peer, x: UInt32(error.code.rawValue), y: UInt32(error.subcode)))
  }

  func record(_ kind: JournalKind, _ peer: UInt32, x: UInt32 = 0, y: UInt32 = 0) -> JournalRecord {
    JournalRecord(kind, a: neighbors[Int(peer)].address, x: x, y: y)
  }

  // MARK: Events of connections

  mutating func handle(_ event: StreamPort.Event, _ turn: inout Turn<Output>) {
    switch event {
    case .accepted(let stream, let local, let remote, _): accept(stream, local: local, remote: remote, &turn)
    case .connected(let stream, let local, _):
      guard let (peer, slot) = byStream[stream] else { return }
      neighbors[Int(peer)][slot]?.local = local
      neighbors[Int(peer)][slot]?.isConnected = true
      advance(peer, slot, .connected, &turn)
    case .received(let stream, let bytes):
      guard let (peer, slot) = byStream[stream] else { return }
      if slot == .outgoing { neighbors[Int(peer)].outgoing.input += bytes } else { neighbors[Int(peer)].incoming?.input += bytes }
      if !timers.isSet(.input(peer, slot)) || (neighbors[Int(peer)][slot]?.pendingBytes ?? 0) > BGPLimits.inputBytes {
        readMessages(peer, slot, &turn)
      }
    case .drained(let stream):
      guard let (peer, slot) = byStream[stream] else { return }
      neighbors[Int(peer)].change(slot) { $0.outstandingBytes = 0 }
      if neighbors[Int(peer)].established == slot { scheduleFlush(of: peer, &turn) }
    case .closed(let stream, _):
      guard let (peer, slot) = byStream.removeValue(forKey: stream) else { return }
      // What came before the end counts: a NOTIFICATION often is the last.
      readMessages(peer, slot, &turn, all: true)
      guard neighbors[Int(peer)].isLive, neighbors[Int(peer)][slot]?.stream == stream else { return }
      neighbors[Int(peer)][slot]?.stream = nil
      advance(peer, slot, .connectionFails, &turn)
    }
  }

  private mutating func accept(_ stream: StreamID, local: IPAddress, remote: IPAddress, _ turn: inout Turn<Output>) {
    guard routerID != 0, let peer = byAddress[remote] ?? newDynamic(remote, &turn), mayAccept(peer) else {
      counters.refusedConnections += 1
      turn.record(JournalRecord(.bgpRefused, a: remote))
      return turn.emit(.stream(.reset(stream)))
    }
    let i = Int(peer)
    if neighbors[i].established != nil {
      // RFC 4724 §5: one that restarts comes back before we noticed. Otherwise the session that stands is kept (RFC 4271 §6.8).
      guard isHelped(peer), let slot = neighbors[i].established else { return turn.emit(.stream(.reset(stream))) }
      advance(peer, slot, .connectionFails, &turn)
    }
    if neighbors[i].incoming != nil { advance(peer, .incoming, .openCollisionDump, &turn) }
    guard neighbors[i].isLive else { return turn.emit(.stream(.reset(stream))) }
    neighbors[i].incoming = Connection(accepting: true)
    neighbors[i].incoming?.stream = stream
    neighbors[i].incoming?.isConnected = true
    neighbors[i].incoming?.local = local
    byStream[stream] = (peer, .incoming)
    advance(peer, .incoming, .connected, &turn)
  }

  private func mayAccept(_ peer: UInt32) -> Bool {
    let n = neighbors[Int(peer)]
    return n.isLive && !n.session.isShutdown && !n.isOverLimit && n.session.remoteAS != nil
  }

  /// A neighbour for an address of a listen range; nil where there is none, or no room.
  private mutating func newDynamic(_ address: IPAddress, _ turn: inout Turn<Output>) -> UInt32? {
    guard let settings, dynamicCount < min(settings.listenLimit, BGPLimits.highestListenLimit) else { return nil }
    let matching = settings.listenRanges.filter { $0.network.contains(address) }
    guard let range = matching.max(by: { $0.network.length < $1.network.length }), let group = settings.neighbor(range.group) else {
      return nil
    }
    guard let peer = newNeighbor(address, SessionSettings(nil, group, settings), policies(nil, range.group, settings)) else { return nil }
    neighbors[Int(peer)].isDynamic = true
    neighbors[Int(peer)].groupName = range.group
    dynamicCount += 1
    return peer
  }

  // MARK: Ends

  private mutating func released(_ peer: UInt32, _ slot: Slot, _ error: BGPError?, wasEstablished: Bool, _ turn: inout Turn<Output>) {
    let i = Int(peer)
    if let error, error.code != .unknown(0) {
      neighbors[i].lastError = error.text
      neighbors[i].lastErrorAt = turn.now
    }
    if wasEstablished { sessionEnded(peer, error, &turn) }
    if slot == .outgoing { neighbors[i].outgoing.open = nil }
    guard error != nil, neighbors[i].isLive, !neighbors[i].isDynamic else { return }
    // A lost collision is no error, as long as there is the other connection. The peer may have closed this one for one that is dead here.
    if error == .cease(BGPError.Cease.collision), isUnderWay(peer, slot.other) { return }
    hold(peer, &turn)
  }

  private func isUnderWay(_ peer: UInt32, _ slot: Slot) -> Bool { neighbors[Int(peer)].state(slot) >= .openSent }

  /// RFC 4271 §8.1.1: the next start waits, longer with each error that follows soon.
  private mutating func hold(_ peer: UInt32, _ turn: inout Turn<Output>) {
    let i = Int(peer)
    let seconds = neighbors[i].idleHoldSeconds
    neighbors[i].idleHoldSeconds = min(seconds * 2, BGPLimits.longestIdleHoldSeconds)
    timers.set(.idleHold(peer), at: turn.now + turn.random.jittered(.seconds(seconds), percent: 25))
  }

  mutating func stop(_ turn: inout Turn<Output>) {
    for n in neighbors where n.isLive { stop(n.index, BGPError.Cease.shutdown, &turn) }
  }

  /// Ends both connections of a neighbour by the operator's will.
  mutating func stop(_ peer: UInt32, _ subcode: UInt8, _ turn: inout Turn<Output>) {
    advance(peer, .incoming, .manualStop(subcode: subcode), &turn)
    advance(peer, .outgoing, .manualStop(subcode: subcode), &turn)
    timers.cancel(.idleHold(peer))
  }

  /// NHRP says that a neighbour's address is no longer reached. Only a neighbour over a tunnel can be lost so, and the hold timer would say
  /// the same minutes later: it ends unless `no neighbor … fall-over` forbids it.
  mutating func lost(_ address: IPAddress, _ turn: inout Turn<Output>) {
    guard let peer = byAddress[address], neighbors[Int(peer)].session.fallsOver != false else { return }
    end(peer, .cease(BGPError.Cease.linkDown), &turn)
  }

  /// Ends a session that stands, because of something here.
  mutating func end(_ peer: UInt32, _ error: BGPError, _ turn: inout Turn<Output>) {
    guard let slot = neighbors[Int(peer)].established else { return }
    advance(peer, slot, .automaticStop(error), &turn)
  }
}
