// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Mappings and shortcuts: installing, using, renewing, ending.
extension NHRPEngine {
  mutating func install(_ answer: Answer, _ i: Int, _ turn: inout Turn<Output>) {
    guard !awaitsProtection(answer, i, &turn) else { return }
    dropIncomplete(i, answer.responder)
    installPeer(answer, i, &turn)
    guard answer.responder != answer.open.target, let prefix = shortcutPrefix(answer, i, turn.routes) else { return }
    installShortcut(prefix, answer, i, &turn)
  }

  /// The answering peer itself: an adjacency.
  private mutating func installPeer(_ answer: Answer, _ i: Int, _ turn: inout Turn<Output>) {
    let target = IPPrefix(host: answer.responder)
    let old = instances[i].table[target]
    if let old, old.kind > .dynamic || old.flags.contains(.registered) { return }
    var m = Mapping(
      target: target, via: answer.responder, nbma: answer.nbma, claimedNBMA: answer.entry.nbma == answer.nbma ? nil : answer.entry.nbma,
      kind: .dynamic, flags: [.router, .nhop], created: old?.created ?? turn.now,
      expires: max(old?.expires ?? .start, turn.now + answer.hold))
    if answer.flags.contains(.nat) { m.flags.insert(.nat) }
    if let old { m.flags.formUnion(old.flags.intersection([.rib, .nho, .used])) }
    (m.origin, m.requestID, m.askedFor, m.life) = (answer.record, answer.open.requestID, answer.responder, answer.hold)
    m.peer = peer(at: answer.nbma, known: answer.peer, i)
    guard instances[i].table.store(m) else { return }
    if let end = m.expires { timers.set(.mapping(instances[i].key, target), at: end) }
    if old == nil || old?.nbma != answer.nbma || old?.peer != m.peer {
      setAdjacency(i, answer.responder, answer.nbma, peer: m.peer, because: answer.record, &turn)
      turn.record(JournalRecord(.mappingInstalled, interface: instances[i].id, a: answer.responder, b: answer.nbma), because: answer.record)
    }
    if answer.open.isNextHop { scheduleUse(i, m, hold: answer.hold, &turn) }
    installPeerRoute(i, target, because: answer.record, &turn)
  }

  /// A peer is reached at `nbma` from now on, and so is what lies behind it. On a protected tunnel associations are asked for first.
  mutating func setAdjacency(
    _ i: Int, _ address: IPAddress, _ nbma: IPAddress, peer: ProtectionID, because cause: EventID, _ turn: inout Turn<Output>
  ) {
    if isReachable(nbma, known: peer, i) {
      turn.emit(.adjacency(instances[i].id, nextHop: address, nbma: nbma, peer: peer), because: cause)
    } else {
      turn.emit(.adjacency(instances[i].id, nextHop: address, nbma: nil), because: cause)
      protect(i, nbma, because: cause, &turn)
    }
    for through in instances[i].table.entries(via: address) where !through.isPeer && through.nbma != nil && through.nbma != nbma {
      instances[i].table.update(through.target) { $0.nbma = nbma }
    }
  }

  /// Where the peer's own address is not on the tunnel's connected network, it needs a route of its own.
  private mutating func installPeerRoute(_ i: Int, _ target: IPPrefix, because cause: EventID, _ turn: inout Turn<Output>) {
    guard !target.address.isLinkLocal else { return }
    let match = turn.routes.longestMatch(for: target.address, vrf: .default)
    let isOnLink = match.map { $0.interface == instances[i].id && $0.nextHop == nil } ?? false
    guard !isOnLink, match.map({ isSameNetwork($0.interface, as: i) }) ?? true else { return }
    let isOverride = turn.routes.hasRoute(exactly: target, vrf: .default)
    instances[i].table.update(target) { $0.flags.insert(isOverride ? .nho : .rib) }
    turn.emit(.installRoute(target, nextHop: target.address, instances[i].id, isOverride: isOverride), because: cause)
  }

  /// How much of the answer is believed: not shorter than the route it refines, no network of ours, no underlay address.
  private func shortcutPrefix(_ answer: Answer, _ i: Int, _ routes: any RouteView) -> IPPrefix? {
    let target = answer.open.target
    guard let match = routes.longestMatch(for: target, vrf: .default), isSameNetwork(match.interface, as: i) else { return nil }
    var length = max(answer.entry.hostOrPrefixLength(width: target.bitWidth), Int(match.prefix.length), 1)
    length = max(length, routes.clippedLength(of: IPPrefix(target, length: length), around: target, vrf: .default))
    for nbma in nearestUnderlayAddresses(i, target, answer) where IPPrefix(target, length: length).contains(nbma) {
      if nbma == target { return nil }
      length = max(length, target.commonPrefixLength(with: nbma) + 1)
    }
    let prefix = IPPrefix(target, length: length)
    return mayAnnounce(prefix, answer, i) ? prefix : nil
  }

  /// The live underlay addresses that share most bits with `target`; those further off share fewer with it than these.
  private func nearestUnderlayAddresses(_ i: Int, _ target: IPAddress, _ answer: Answer) -> [IPAddress] {
    instances[i].servers.compactMap(\.nbma) + [instances[i].ownNBMA, answer.nbma] + instances[i].table.underlay.neighbours(of: target)
  }

  private mutating func installShortcut(_ prefix: IPPrefix, _ answer: Answer, _ i: Int, _ turn: inout Turn<Output>) {
    let old = instances[i].table[prefix]
    if let old, old.kind > .dynamic || old.flags.contains(.registered) { return }
    if let old, old.via != answer.responder { dropMapping(i, old, &turn) }
    let isOverride = turn.routes.hasRoute(exactly: prefix, vrf: .default)
    var m = Mapping(
      target: prefix, via: answer.responder, nbma: answer.nbma, kind: .dynamic, flags: [.router, isOverride ? .nho : .rib],
      created: old?.created ?? turn.now, expires: turn.now + answer.hold)
    (m.origin, m.requestID, m.askedFor, m.life) = (answer.record, answer.open.requestID, answer.open.target, answer.hold)
    m.packetsSeen = old?.packetsSeen ?? 0
    guard instances[i].table.store(m) else { return }
    timers.set(.mapping(instances[i].key, prefix), at: turn.now + answer.hold)
    scheduleUse(i, m, hold: answer.hold, &turn)
    let kind: JournalKind = old == nil ? .shortcutInstalled : .shortcutRefreshed
    let id = turn.record(
      JournalRecord(kind, interface: instances[i].id, a: prefix.address, b: answer.responder, c: answer.open.target, x: UInt32(prefix.length), y: isOverride ? 1 : 0),
      because: answer.record)
    if old == nil || old?.via != answer.responder {
      turn.emit(.installRoute(prefix, nextHop: answer.responder, instances[i].id, isOverride: isOverride), because: id)
    }
  }

  // MARK: Use and renewal

  /// Use is asked for at half of the life, at three quarters, at seven eighths and so on: a used shortcut is renewed before it ends.
  /// In the last sixty-fourth there is no more asking: who starts then finds the way through the hub again, without loss.
  private mutating func scheduleUse(_ i: Int, _ m: Mapping, hold: Duration, _ turn: inout Turn<Output>) {
    timers.set(.use(instances[i].key, m.target), at: turn.now + hold / 2)
  }

  mutating func askForUse(_ i: Int, _ target: IPPrefix, _ turn: inout Turn<Output>) {
    guard let m = instances[i].table[target], m.isUsable, let end = m.expires else { return }
    turn.emit(.queryUsage(instances[i].id, nextHop: m.via))
    let rest = end - turn.now
    if rest > max(.milliseconds(500), m.life / 64) { timers.set(.use(instances[i].key, target), at: turn.now + rest / 2) }
  }

  /// The data plane's answer: more packets than last time means "in use".
  mutating func noteUsage(of nextHop: IPAddress, packets: UInt64, on id: InterfaceID, _ turn: inout Turn<Output>) {
    guard let i = index(of: id, nextHop.family) else { return }
    for m in instances[i].table.entries(via: nextHop) where m.kind == .dynamic && m.askedFor != nil && !m.flags.contains(.local) {
      let isFirst = m.packetsSeen == 0
      let wasUsed = packets > m.packetsSeen
      instances[i].table.update(m.target) {
        $0.packetsSeen = max(packets, 1)
        if wasUsed { $0.flags.insert(.used) } else { $0.flags.remove(.used) }
      }
      guard wasUsed, !isFirst, let asked = m.askedFor, let end = m.expires, end - turn.now <= m.life * 3 / 8 else { continue }
      ask(i, for: asked, because: m.origin, isNextHop: m.target.isHost && m.target.address == m.via, isRefresh: true, &turn)
    }
  }

  // MARK: Ending

  mutating func expireMapping(_ i: Int, _ target: IPPrefix, _ turn: inout Turn<Output>) {
    guard let m = instances[i].table[target], let end = m.expires else { return }
    guard end <= turn.now else { return timers.set(.mapping(instances[i].key, target), at: end) }
    let kind: JournalKind = m.flags.contains(.registered) ? .nhcDown : .mappingExpired
    let id = m.kind == .negative
      ? m.origin
      : turn.record(JournalRecord(kind, interface: instances[i].id, a: target.address, b: m.nbma ?? .anyV4, c: m.via, x: UInt32(target.length)), because: m.origin)
    dropMapping(i, m, because: id, &turn)
    if m.flags.contains(.registered) {
      tellRequesters(i, of: m.via, because: id, &turn)
      instances[i].hasUnannouncedPeers = true
    }
  }

  /// Takes an entry out with all that hangs on it: timers, adjacency, route, shortcuts through it.
  mutating func dropMapping(_ i: Int, _ m: Mapping, because cause: EventID? = nil, _ turn: inout Turn<Output>) {
    let id = instances[i].id
    instances[i].table.remove(m.target)
    timers.cancel(.mapping(instances[i].key, m.target))
    timers.cancel(.use(instances[i].key, m.target))
    if m.hasRoute {
      turn.emit(.removeRoute(m.target, id, isOverride: m.flags.contains(.nho)), because: cause)
    }
    guard m.isPeer, m.nbma != nil, !m.flags.contains(.local) else { return }
    turn.emit(.adjacency(id, nextHop: m.via, nbma: nil), because: cause)
    for through in instances[i].table.entries(via: m.via) where through.kind == .dynamic && !through.flags.contains(.local) {
      turn.record(
        JournalRecord(.shortcutRemoved, interface: id, a: through.target.address, b: through.via, x: UInt32(through.target.length)), because: cause)
      dropMapping(i, through, because: cause, &turn)
    }
  }

  mutating func removeShortcuts(_ i: Int, _ turn: inout Turn<Output>) {
    for m in instances[i].table.sorted where m.kind == .dynamic && !m.flags.contains(.registered) && !m.flags.contains(.local) {
      guard instances[i].table[m.target] != nil else { continue }
      dropMapping(i, m, because: noteRemoval(i, m, &turn), &turn)
    }
  }

  /// The record of a shortcut that is taken out before its time; none for an entry without a route.
  func noteRemoval(_ i: Int, _ m: Mapping, _ turn: inout Turn<Output>) -> EventID? {
    guard m.hasRoute else { return nil }
    return turn.record(
      JournalRecord(.shortcutRemoved, interface: instances[i].id, a: m.target.address, b: m.via, x: UInt32(m.target.length)))
  }

  // MARK: Routes moved

  /// The RIB below the shortcuts changed: shortcuts turn between H and NHO or end; answers that no longer hold are purged.
  mutating func routesChanged(_ prefixes: [IPPrefix], _ turn: inout Turn<Output>) {
    guard !instances.isEmpty else { return }
    let changed = ChangedNetworks(prefixes)
    for i in instances.indices {
      reviewShortcuts(i, changed, &turn)
      reviewAnswers(i, changed, &turn)
    }
  }

  private mutating func reviewShortcuts(_ i: Int, _ changed: ChangedNetworks, _ turn: inout Turn<Output>) {
    let id = instances[i].id
    for target in instances[i].table.routed.sorted() {
      // One that was dropped took those that went through it along.
      guard let m = instances[i].table[target], changed.overlap(m.target) else { continue }
      let match = turn.routes.longestMatch(for: m.askedFor ?? m.target.address, vrf: .default)
      guard let match, isSameNetwork(match.interface, as: i) || m.target.address == m.via, match.prefix.length <= m.target.length else {
        turn.record(JournalRecord(.shortcutRemoved, interface: id, a: m.target.address, b: m.via, x: UInt32(m.target.length)), because: m.origin)
        dropMapping(i, m, because: m.origin, &turn)
        continue
      }
      let isOverride = turn.routes.hasRoute(exactly: m.target, vrf: .default)
      guard isOverride != m.flags.contains(.nho) else { continue }
      turn.emit(.removeRoute(m.target, id, isOverride: !isOverride), because: m.origin)
      turn.emit(.installRoute(m.target, nextHop: m.via, id, isOverride: isOverride), because: m.origin)
      instances[i].table.update(m.target) {
        $0.flags.remove(isOverride ? .rib : .nho)
        $0.flags.insert(isOverride ? .nho : .rib)
      }
    }
  }

  private mutating func reviewAnswers(_ i: Int, _ changed: ChangedNetworks, _ turn: inout Turn<Output>) {
    for a in staleAnswers(i, changed, turn.routes, turn.now) {
      if let local = instances[i].table[a.prefix], local.flags.contains(.local) { dropMapping(i, local, &turn) }
      purge(i, [a.prefix], at: a.requester, wantsReply: true, because: turn.cause, &turn)
    }
  }

  /// Takes out the own answers that the routes no longer bear.
  private mutating func staleAnswers(_ i: Int, _ changed: ChangedNetworks, _ routes: any RouteView, _ now: Instant) -> [GivenAnswer] {
    let (own, ownAddresses) = (instances[i].ownAddress, instances[i].ownAddresses)
    let table = instances[i].table
    let ownTunnels = Set(instances.filter { $0.family == instances[i].family && $0.settings.networkID == instances[i].settings.networkID }.map(\.id))
    return instances[i].answers.take(through: own, now: now) { a in
      guard !a.prefix.isHost || !ownAddresses.contains(a.prefix.address), changed.overlap(a.prefix) else { return false }
      guard let match = routes.longestMatch(for: a.prefix.address, vrf: .default) else { return true }
      if match.prefix.length > a.prefix.length || ownTunnels.contains(match.interface) { return true }
      // §6.3: a route appeared inside that leads elsewhere.
      return routes.clippedLength(of: a.prefix, around: table[a.prefix]?.askedFor ?? a.prefix.address, vrf: .default) > a.prefix.length
    }
  }
}
