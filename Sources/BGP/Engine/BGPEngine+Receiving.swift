// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Messages as they come in.
extension BGPEngine {
  var ownAS: UInt32 { settings?.asNumber ?? 0 }

  /// Handles what has come whole, as much of it as one turn may.
  mutating func readMessages(_ peer: UInt32, _ slot: Slot, _ turn: inout Turn<Output>, all: Bool = false) {
    guard let c = neighbors[Int(peer)][slot] else { return }
    // The bytes are taken out for the while, so that nothing copies them.
    let bytes = c.input, stream = c.stream
    var at = c.inputStart
    setInput(peer, slot, [], 0)
    let end = all || bytes.count - at > BGPLimits.inputBytes ? Int.max : at + BGPLimits.bytesPerTurn
    while at < end {
      do throws(BGPError) {
        guard let header = try MessageHeader.decode(bytes, at: at), bytes.count - at >= header.length else { break }
        neighbors[Int(peer)].received.count(header.type)
        let next = at + header.length
        try receive(header.type, ByteReader(bytes, from: at + BGPAssignments.headerBytes, to: next), peer, slot, &turn)
        at = next
      } catch {
        return advance(peer, slot, .messageError(error), &turn)
      }
      // A message may have ended the connection.
      guard neighbors[Int(peer)].stream(slot) == stream else { return }
    }
    keep(bytes, at, peer, slot)
    if at >= end { timers.set(.input(peer, slot), at: turn.now) }
  }

  private mutating func setInput(_ peer: UInt32, _ slot: Slot, _ bytes: [UInt8], _ start: Int) {
    if slot == .outgoing {
      neighbors[Int(peer)].outgoing.input = bytes
      neighbors[Int(peer)].outgoing.inputStart = start
    } else {
      neighbors[Int(peer)].incoming?.input = bytes
      neighbors[Int(peer)].incoming?.inputStart = start
    }
  }

  private mutating func keep(_ bytes: [UInt8], _ at: Int, _ peer: UInt32, _ slot: Slot) {
    guard at < bytes.count else { return }
    // Moved only when most of it is done with.
    if at > bytes.count / 2 { setInput(peer, slot, Array(bytes[at...]), 0) } else { setInput(peer, slot, bytes, at) }
  }

  private mutating func receive(
    _ type: MessageType, _ body: ByteReader, _ peer: UInt32, _ slot: Slot, _ turn: inout Turn<Output>
  ) throws(BGPError) {
    let state = neighbors[Int(peer)].state(slot)
    if type == .update, state == .established {
      advance(peer, slot, .update, &turn)
      return try receiveUpdate(body, peer, &turn)
    }
    switch try BGPMessage.decode(type, body, UpdateContext(isWide: true)) {
    case .open(let open): try receiveOpen(open, peer, slot, &turn)
    case .update: advance(peer, slot, .update, &turn)
    case .keepalive: advance(peer, slot, .keepalive, &turn)
    case .notification(let message):
      turn.record(record(.bgpNotificationReceived, peer, x: UInt32(message.error.code.rawValue), y: UInt32(message.error.subcode)))
      advance(peer, slot, .notification(message.error), &turn)
    case .routeRefresh(let message):
      guard state == .established else { throw .unexpected(state == .openConfirm ? 2 : 1) }
      refreshAsked(message, peer, &turn)
    }
  }

  /// RFC 2918 §4; the marks of enhanced route refresh, which we do not offer, are ignored (RFC 7313 §5).
  private mutating func refreshAsked(_ message: RouteRefreshMessage, _ peer: UInt32, _ turn: inout Turn<Output>) {
    guard message.subtype == 0, let family = BGPFamily(afi: message.afi, safi: message.safi) else { return }
    tellAll(peer, family, &turn)
  }

  // MARK: OPEN

  private mutating func receiveOpen(_ open: OpenMessage, _ peer: UInt32, _ slot: Slot, _ turn: inout Turn<Output>) throws(BGPError) {
    guard neighbors[Int(peer)][slot]?.machine.state == .openSent else { return advance(peer, slot, .open(holdSeconds: 0), &turn) }
    try check(open, peer)
    neighbors[Int(peer)][slot]?.open = open
    guard resolveCollision(peer, slot, open, &turn) else { return }
    let hold = min(Int(open.holdTime), neighbors[Int(peer)].session.timers.hold)
    advance(peer, slot, .open(holdSeconds: hold), &turn)
  }

  /// RFC 4271 §6.2, RFC 6286 §2.
  private func check(_ open: OpenMessage, _ peer: UInt32) throws(BGPError) {
    let n = neighbors[Int(peer)]
    guard open.version == BGPAssignments.version else { throw .badVersion }
    let number = open.asNumber
    guard number != 0, n.accepts(asNumber: number, own: ownAS) else { throw .badPeerAS }
    guard open.identifier != 0, number != ownAS || open.identifier != routerID else { throw .badIdentifier }
    guard open.holdTime == 0 || open.holdTime >= 3, open.holdTime >= n.session.timers.minimumHold else { throw .badHoldTime }
    for case .unknown(_, _) in open.parameters { throw .unsupportedParameter }
  }

  /// RFC 4271 §6.8: of two connections the one is kept that the speaker with the higher identifier opened. Whether this one goes on.
  private mutating func resolveCollision(_ peer: UInt32, _ slot: Slot, _ open: OpenMessage, _ turn: inout Turn<Output>) -> Bool {
    guard let other = neighbors[Int(peer)][slot.other], other.machine.state >= .openConfirm else { return true }
    let isOursHigher = (routerID, ownAS) > (open.identifier, open.asNumber)
    let kept: Slot = other.machine.state == .established ? slot.other : isOursHigher ? .outgoing : .incoming
    advance(peer, kept.other, .openCollisionDump, &turn)
    return kept == slot
  }

  /// What we say of ourselves.
  func openMessage(_ peer: UInt32) -> OpenMessage {
    let n = neighbors[Int(peer)]
    var capabilities: [Capability] = []
    for family in BGPFamily.allCases where n.policies[family.index].isActive {
      capabilities.append(.multiprotocol(afi: family.afi, reserved: 0, safi: family.safi))
    }
    capabilities += [.routeRefresh, .fourOctetAS(ownAS)]
    let paths = BGPFamily.allCases.filter { n.policies[$0.index].isActive && !n.policies[$0.index].additionalPaths.isEmpty }
    if !paths.isEmpty {
      capabilities.append(
        .addPath(paths.map { .init(afi: $0.afi, safi: $0.safi, mode: n.policies[$0.index].additionalPaths.rawValue) }))
    }
    if let settings, settings.helpsRestarts {
      capabilities.append(.gracefulRestart(GracefulRestartCapability(restartSeconds: UInt16(clamping: settings.restartSeconds))))
    }
    return OpenMessage(
      asNumber: ownAS, holdTime: UInt16(clamping: n.session.timers.hold), identifier: routerID, capabilities: capabilities)
  }

  // MARK: Up

  mutating func established(_ peer: UInt32, _ slot: Slot, _ turn: inout Turn<Output>) {
    let i = Int(peer)
    guard let c = neighbors[i][slot], let open = c.open else { return }
    neighbors[i].established = slot
    // The other one, if there is any, has lost.
    advance(peer, slot.other, .openCollisionDump, &turn)
    if slot == .incoming { timers.cancel(.connectRetry(peer)) }
    timers.cancel(.idleHold(peer))
    neighbors[i].remoteAS = open.asNumber
    neighbors[i].remoteID = open.identifier
    neighbors[i].isInternal = open.asNumber == ownAS
    neighbors[i].localAddress = c.local
    neighbors[i].holdSeconds = min(Int(open.holdTime), neighbors[i].session.timers.hold)
    neighbors[i].establishedAt = turn.now
    neighbors[i].lastChange = turn.now
    neighbors[i].establishments += 1
    neighbors[i].attributeCache = AttributeCache()
    negotiate(peer, open.capabilities)
    turn.record(record(.bgpUp, peer, x: open.asNumber))
    for family in BGPFamily.allCases {
      resumeStale(peer, family, &turn)
      if neighbors[i].families[family.index].isNegotiated { join(peer, family, &turn) }
    }
  }

  private mutating func negotiate(_ peer: UInt32, _ theirs: [Capability]) {
    let i = Int(peer)
    neighbors[i].takesRefresh = theirs.contains(.routeRefresh)
    neighbors[i].restart = nil
    var offered: Set<BGPFamily> = []
    var isWide = false, speaksMultiprotocol = false
    var modes: [BGPFamily: UInt8] = [:]
    for capability in theirs {
      switch capability {
      case .multiprotocol(let afi, _, let safi):
        speaksMultiprotocol = true
        if let family = BGPFamily(afi: afi, safi: safi) { offered.insert(family) }
      case .fourOctetAS: isWide = true
      case .gracefulRestart(let value): neighbors[i].restart = value
      case .addPath(let list): for f in list { if let family = BGPFamily(afi: f.afi, safi: f.safi) { modes[family] = f.mode } }
      case .routeRefresh, .unknown: break
      }
    }
    // Who names no family speaks IPv4 (RFC 4760 §8).
    if !speaksMultiprotocol { offered.insert(.ipv4) }
    for family in BGPFamily.allCases {
      let policy = neighbors[i].policies[family.index], mode = modes[family] ?? 0
      neighbors[i].families[family.index].isNegotiated = policy.isActive && offered.contains(family)
      neighbors[i].families[family.index].sendsPaths = policy.additionalPaths.contains(.receive) && mode & 2 != 0
      neighbors[i].families[family.index].takesPaths = policy.additionalPaths.contains(.send) && mode & 1 != 0
    }
    neighbors[i].context = UpdateContext(
      isWide: isWide, hasPathIDs: neighbors[i].families.map(\.sendsPaths), isInternal: neighbors[i].isInternal)
  }

  // MARK: Down

  mutating func sessionEnded(_ peer: UInt32, _ error: BGPError?, _ turn: inout Turn<Output>) {
    let i = Int(peer)
    if let since = neighbors[i].establishedAt, turn.now - since > .seconds(BGPLimits.stableSeconds) {
      neighbors[i].idleHoldSeconds = BGPLimits.shortestIdleHoldSeconds
    }
    let isHelped = error?.code == .unknown(0) && isHelped(peer)
    neighbors[i].established = nil
    neighbors[i].establishedAt = nil
    neighbors[i].lastChange = turn.now
    neighbors[i].drops += 1
    neighbors[i].attributeCache = AttributeCache()
    if error == nil { neighbors[i].lastError = "administratively stopped" }
    if error?.code == .unknown(0) { (neighbors[i].lastError, neighbors[i].lastErrorAt) = ("connection lost", turn.now) }
    turn.record(record(.bgpDown, peer, x: UInt32(error?.code.rawValue ?? 0), y: UInt32(error?.subcode ?? 0)))
    for family in BGPFamily.allCases where neighbors[i].families[family.index].isNegotiated {
      leave(peer, family)
      neighbors[i].families[family.index].isNegotiated = false
      neighbors[i].families[family.index].epoch &+= 1
      let isKept = isHelped && isNamed(family, neighbors[i].restart, requiringForwarding: false)
      // What was stale already goes: a neighbour that restarts again and again must not keep it for ever.
      if !isKept || neighbors[i].families[family.index].holdsStale { walk(family) }
      neighbors[i].families[family.index].holdsStale = isKept
    }
    if isHelped { timers.set(.stale(peer), at: turn.now + .seconds(Int(neighbors[i].restart?.restartSeconds ?? 0))) }
  }

  // MARK: Restarts (RFC 4724 §4.2)

  func isHelped(_ peer: UInt32) -> Bool {
    guard settings?.helpsRestarts == true, let restart = neighbors[Int(peer)].restart else { return false }
    return BGPFamily.allCases.contains { isNamed($0, restart, requiringForwarding: false) }
  }

  private func isNamed(_ family: BGPFamily, _ restart: GracefulRestartCapability?, requiringForwarding: Bool) -> Bool {
    restart?.families.contains { BGPFamily(afi: $0.afi, safi: $0.safi) == family && (!requiringForwarding || $0.flags & 0x80 != 0) }
      ?? false
  }

  /// A neighbour that restarted is back: its old routes stay until it has told all of its new ones, if it kept on forwarding.
  private mutating func resumeStale(_ peer: UInt32, _ family: BGPFamily, _ turn: inout Turn<Output>) {
    let i = Int(peer), f = family.index
    guard neighbors[i].families[f].holdsStale else { return }
    if neighbors[i].families[f].isNegotiated, isNamed(family, neighbors[i].restart, requiringForwarding: true) {
      timers.set(.stale(peer), at: turn.now + .seconds(settings?.stalePathSeconds ?? 0))
    } else {
      dropStale(peer, family)
    }
  }

  mutating func dropStale(_ peer: UInt32, _ family: BGPFamily) {
    guard neighbors[Int(peer)].families[family.index].holdsStale else { return }
    neighbors[Int(peer)].families[family.index].holdsStale = false
    walk(family)
  }

  /// It did not come back in time, or did not finish.
  mutating func endStale(_ peer: UInt32, _ turn: inout Turn<Output>) {
    for family in BGPFamily.allCases { dropStale(peer, family) }
    if neighbors[Int(peer)].isDynamic, neighbors[Int(peer)].incoming == nil { retire(peer) }
  }
}
