// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// Pairs of ESP associations: into the packet path, through their life, and out.
extension IKEEngine {
  /// Children of an association, oldest first; also those that passed to it.
  func ownChildren(of number: UInt32) -> [ChildReference] {
    guard let id = associations[number]?.peer, let peer = peers[id] else { return [] }
    return peer.children.compactMap { children[$0] }.filter { $0.owner == number }.map(\.reference)
  }

  mutating func install(_ pair: ChildPair, _ number: UInt32, _ turn: inout Turn<Output>) {
    guard let entry = associations[number], let id = entry.peer, let policy = entry.policy, children[pair.inboundSPI] == nil else { return }
    let (inbound, outbound) = halves(of: pair, id, policy, &turn)
    counters.children &+= 1
    takenSPIs.insert(pair.inboundSPI)
    var child = ChildEntry(
      reference: pair.reference, peer: id, owner: number, outbound: pair.isRedundant ? .retired : .pending(outbound),
      row: row(of: pair, number, id, policy, at: turn.now), roundTrip: pair.roundTrip, order: counters.children)
    child.isReplaced = pair.isRedundant
    children[pair.inboundSPI] = child
    peers[id]?.children.append(pair.inboundSPI)
    timers.cancel(.childless(number))
    file(id, at: pair.endpoints)
    recordInstall(pair, entry, &turn)
    turn.emit(.dataPlane(.associate(inbound)))
    setLifetime(of: pair, &turn)
    children[pair.inboundSPI]?.willReplace = pair.waitsForUse ? pair.replaces : nil
    if pair.waitsForUse { return }
    if let old = pair.replaces, !pair.isRedundant { children[old]?.isReplaced = true }
    if let old = pair.replaces { timers.cancel(.rekeyChild(old)) }
    if pair.isRedundant { return }
    watchRivals(of: pair.inboundSPI, id, turn.now)
    if pair.isInitiator, isInstalledFirst(at: id, pair, turn.now) { return }
    if pair.isInitiator { return moveOutbound(to: pair.inboundSPI, &turn) }
    // A rekey is in no hurry: the old one works until the peer, who moves at once, was heard on the new one or deletes the old one.
    let wait =
      pair.replaces == nil
      ? min(max(pair.roundTrip * 3 / 8, IKELimits.outboundMove.lowerBound), IKELimits.outboundMove.upperBound)
      : IKELimits.rekeyedOutboundMove
    timers.set(.moveOutbound(pair.inboundSPI), at: turn.now + wait)
  }

  private func halves(
    of pair: ChildPair, _ id: ProtectionID, _ policy: ProtectionPolicy, _ turn: inout Turn<Output>
  ) -> (inbound: SecurityAssociation, outbound: SecurityAssociation) {
    let hard = pair.lifetimeKilobytes.map { UInt64(max(0, $0)).multipliedReportingOverflow(by: 1_024).partialValue }
    let soft = hard.map { $0 / 100 * 85 + turn.random.below($0 / 10 + 1) }
    func half(_ direction: SecurityAssociation.Direction, _ spi: UInt32, _ keys: SecretBytes) -> SecurityAssociation {
      var half = SecurityAssociation(
        direction: direction, spi: spi, peer: id, group: policy.group, mode: pair.mode, endpoints: pair.endpoints, suite: pair.suite,
        keys: keys)
      (half.usesESN, half.replayWindow) = (pair.usesESN, policy.replayWindow)
      (half.softLimitBytes, half.hardLimitBytes) = (soft, hard)
      guard direction == .outbound else { return half }
      // What stays as it is where packets come back to it (`depart`): its numbers go on, and the inner header of tunnel mode is as agreed.
      half.sequence = SharedSequence()
      (half.innerLocal, half.innerRemote) = (pair.endpoints.local, pair.endpoints.remote)
      return half
    }
    return (half(.inbound, pair.inboundSPI, pair.inboundKeys), half(.outbound, pair.outboundSPI, pair.outboundKeys))
  }

  private func row(
    of pair: ChildPair, _ number: UInt32, _ id: ProtectionID, _ policy: ProtectionPolicy, at now: Instant
  ) -> ChildSARow {
    var row = ChildSARow(
      peer: id, interface: policy.interface, ikeNumber: number, endpoints: pair.endpoints, inboundSPI: pair.inboundSPI,
      outboundSPI: pair.outboundSPI, suite: pair.suite, mode: pair.mode, installedAt: now)
    (row.perfectForwardSecrecy, row.usesESN, row.replayWindow) = (pair.perfectForwardSecrecy, pair.usesESN, policy.replayWindow)
    (row.lifetimeSeconds, row.lifetimeKilobytes) = (pair.lifetimeSeconds, pair.lifetimeKilobytes)
    row.renewals = pair.replaces.map { (children[$0]?.row.renewals ?? 0) &+ 1 } ?? 0
    return row
  }

  private mutating func recordInstall(_ pair: ChildPair, _ entry: AssociationEntry, _ turn: inout Turn<Output>) {
    if pair.replaces != nil { counters.rekeys &+= 1 }
    turn.record(
      JournalRecord(
        pair.replaces == nil ? .childInstalled : .childRekeyed, interface: entry.interface, a: pair.endpoints.remote,
        b: pair.endpoints.local,
        x: pair.inboundSPI, y: pair.outboundSPI))
  }

  private mutating func setLifetime(of pair: ChildPair, _ turn: inout Turn<Output>) {
    let life = Duration.seconds(min(max(1, pair.lifetimeSeconds), IKELimits.lifetimeSeconds))
    timers.set(.expireChild(pair.inboundSPI), at: turn.now + life)
    if !pair.isRedundant { timers.set(.rekeyChild(pair.inboundSPI), at: turn.now + Self.softLife(life, &turn.random)) }
  }

  /// 85 to 95 % of a life, by chance: the two ends seldom begin at once (RFC 7296 §2.8.1).
  static func softLife(_ life: Duration, _ random: inout RandomSource) -> Duration {
    let n = max(0, life.nanoseconds)
    return .nanoseconds(n / 100 * 85 + Int64(random.below(UInt64(n / 10) + 1)))
  }

  /// Outbound packets leave by this child from now on. What was agreed on before it under the same IKE SA can only be older: it is not
  /// moved to any more. Where both ends began at once there are two IKE SAs with a child each (RFC 7296 §2.8), and a peer may take packets
  /// by one of them alone, as Linux does by the policy that strongSwan gives it. So the other child stays one that the peer's next packet
  /// moves us to. `mayReturn` where packets may go back to one they left.
  mutating func moveOutbound(to spi: UInt32, mayReturn: Bool = false, _ turn: inout Turn<Output>) {
    guard let child = children[spi], let association = child.outbound.candidate(mayReturn: mayReturn), !child.isLingering,
      var peer = peers[child.peer]
    else { return }
    timers.cancel(.moveOutbound(spi))
    for older in peer.children where older != spi && children[older].map({ $0.order < child.order }) == true {
      if !isRival(older, of: spi) { children[older]?.outbound = .retired }
      timers.cancel(.moveOutbound(older))
    }
    if let current = peer.current { depart(from: current, to: spi, &turn) }
    children[spi]?.outbound = .current(association)
    if let old = child.willReplace {
      children[old]?.isReplaced = true
      timers.cancel(.rekeyChild(old))
    }
    var fresh = association
    fresh.endpoints = peer.endpoints
    peer.current = spi
    peers[child.peer] = peer
    turn.emit(.dataPlane(.associate(fresh)))
    setUp(child.peer, &turn)
  }

  /// By which of our SPIs a name of the peer's goes: only its own children.
  func child(named name: ChildName, of entry: AssociationEntry) -> UInt32? {
    guard let id = entry.peer, let peer = peers[id] else { return nil }
    return peer.children.first { spi in
      guard let child = children[spi] else { return false }
      switch name {
      case .inbound(let inbound): return inbound == spi
      case .outbound(let outbound): return child.reference.outboundSPI == outbound && associations[child.owner]?.version == entry.version
      }
    }
  }

  /// Neither end uses a child any more.
  mutating func removeChild(_ spi: UInt32, _ failure: IKEFailure, _ turn: inout Turn<Output>) {
    guard let child = children[spi], !child.isLingering, let peer = peers[child.peer] else { return }
    for key: TimerKey in [.moveOutbound(spi), .rekeyChild(spi), .expireChild(spi)] { timers.cancel(key) }
    peers[child.peer]?.children.removeAll { $0 == spi }
    turn.record(
      JournalRecord(
        .childDeleted, interface: child.row.interface, a: peer.endpoints.remote, b: peer.endpoints.local, x: spi,
        y: child.reference.outboundSPI))
    if case .current = child.outbound { leaveOutbound(child, &turn) }
    children[spi]?.outbound = .retired
    if child.isReplaced || peers[child.peer]?.current != nil {
      children[spi]?.isLingering = true
      peers[child.peer]?.lingering.append(spi)
      counters.lingering += 1
      timers.set(.linger(spi), at: turn.now + IKELimits.lingering)
    } else {
      forgetChild(spi, &turn)
    }
    settleOutbound(of: child.peer, failure, &turn)
    guard let owner = associations[child.owner], ownChildren(of: child.owner).isEmpty else { return }
    timers.set(.childless(owner.number), at: turn.now + .seconds(IKELimits.childlessSeconds))
  }

  /// Packets left by this child: they move to the newest one they may leave by, or nowhere.
  private mutating func leaveOutbound(_ child: ChildEntry, _ turn: inout Turn<Output>) {
    peers[child.peer]?.current = nil
    let next = peers[child.peer]?.children.last { children[$0]?.outbound.candidate(mayReturn: true) != nil }
    if let next { moveOutbound(to: next, mayReturn: true, &turn) }
    turn.emit(.dataPlane(.dissociate(.outbound, spi: child.reference.outboundSPI, peer: child.peer)))
  }

  /// A peer without a way out: another child of it wants a successor, or the peer is down.
  private mutating func settleOutbound(of id: ProtectionID, _ failure: IKEFailure, _ turn: inout Turn<Output>) {
    guard let peer = peers[id], peer.current == nil, peer.isUp else { return }
    guard let other = peer.children.last, let owner = children[other]?.owner, associations[owner]?.isClosing == false else {
      return setDown(id, failure, &turn)
    }
    drive(owner, .createChild, &turn)
  }

  /// The inbound half goes, and with it all that is known of the child.
  mutating func forgetChild(_ spi: UInt32, _ turn: inout Turn<Output>) {
    guard let child = children.removeValue(forKey: spi) else { return }
    if child.isLingering {
      counters.lingering -= 1
      peers[child.peer]?.lingering.removeAll { $0 == spi }
    }
    timers.cancel(.linger(spi))
    takenSPIs.remove(spi)
    turn.emit(.dataPlane(.dissociate(.inbound, spi: spi, peer: child.peer)))
  }

  /// Its lifetime ends soon. One that packets do not leave by, while they leave by another, just ends; but it is looked at again, for they
  /// may come to it.
  mutating func rekeyChild(_ spi: UInt32, _ turn: inout Turn<Output>) {
    guard let child = children[spi], !child.isReplaced, !child.isLingering, let peer = peers[child.peer], !peer.isReleased else { return }
    if let current = peer.current, current != spi {
      if child.mayCarry { timers.set(.rekeyChild(spi), at: turn.now + .seconds(IKELimits.rekeyAgainSeconds)) }
      return
    }
    drive(child.owner, .rekeyChild(child.reference), &turn)
  }

  /// Its lifetime is over: whatever the peer says, it is not used any more.
  mutating func expireChild(_ spi: UInt32, _ turn: inout Turn<Output>) {
    guard let child = children[spi], !child.isLingering else { return }
    removeChild(spi, .expired, &turn)
    drive(child.owner, .deleteChild(child.reference, .expired), &turn)
  }

  mutating func childFailed(_ number: UInt32, _ replacing: UInt32?, _ failure: IKEFailure, _ turn: inout Turn<Output>) {
    guard let entry = associations[number] else { return }
    turn.record(
      JournalRecord(
        .ikeFailed, interface: entry.interface, a: entry.endpoints.remote, b: entry.endpoints.local, x: failure.journalCode.x,
        y: failure.journalCode.y))
    if let replacing {
      if children[replacing] != nil { timers.set(.rekeyChild(replacing), at: turn.now + .seconds(IKELimits.rekeyAgainSeconds)) }
      return
    }
    guard ownChildren(of: number).isEmpty else { return }
    counters.failures &+= 1
    fail(entry, failure, &turn)
    if entry.isInitiator { drive(number, .close(failure, isUrgent: false), &turn) }
  }
}
