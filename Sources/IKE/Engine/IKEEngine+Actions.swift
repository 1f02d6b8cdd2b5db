// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// Associations: made, told, carried out what they say, ended.
extension IKEEngine {
  mutating func addAssociation(
    _ version: ProtectionPolicy.Version, _ policies: [ProtectionPolicy], _ endpoints: AssociationEndpoints, isInitiator: Bool,
    contact: Contact? = nil, makesChild: Bool = true, at now: Instant
  ) -> UInt32 {
    lastNumber = lastNumber &+ 1
    let setup = AssociationSetup(
      number: lastNumber, isInitiator: isInitiator, endpoints: endpoints, policies: policies, makesChild: makesChild)
    associations[lastNumber] = AssociationEntry(
      machine: machine(version, setup), number: lastNumber, version: version, isInitiator: isInitiator,
      interface: policies.first?.interface ?? .none, chosen: policies.count == 1 ? ChosenPolicy(policies) : nil, endpoints: endpoints,
      startedAt: now, heardAt: now, contact: contact)
    associationsByRemote[endpoints.remote, default: []].append(lastNumber)
    return lastNumber
  }

  /// Tells an association something, and does what it wants.
  mutating func drive(_ number: UInt32, _ input: AssociationInput, _ turn: inout Turn<Output>) {
    for action in consult(number, input, &turn) { carryOut(action, number, &turn) }
  }

  /// Tells an association something. Nothing of its entry and of the set of SPIs is held meanwhile and afterwards, so that both are
  /// changed in place.
  private mutating func consult(_ number: UInt32, _ input: AssociationInput, _ turn: inout Turn<Output>) -> [AssociationAction] {
    var own = ownChildren(of: number)
    switch input {
    case .close:
      associations[number]?.isClosing = true
      // What passes to another association is not deleted with this one.
      if hasHeir(number) { own = [] }
    case .timer(let timer): associations[number]?.timers.remove(timer)
    default: break
    }
    var associationTurn = AssociationTurn(
      now: turn.now, wallSeconds: wallAtStart &+ turn.now.seconds, random: turn.random, takenSPIs: takenSPIs,
      isInitialContact: isInitialContact(number), children: own)
    associations[number]?.machine.handle(input, &associationTurn)
    turn.random = associationTurn.random
    return associationTurn.actions
  }

  private func hasHeir(_ number: UInt32) -> Bool { associations[number].flatMap { heir(of: $0) } != nil }

  private mutating func carryOut(_ action: AssociationAction, _ number: UInt32, _ turn: inout Turn<Output>) {
    guard let entry = associations[number] else { return }
    switch action {
    case .send(let endpoints, let bytes): send(bytes, endpoints, &turn)
    case .compute(let tag, let job):
      halfOpen.jobBegan(of: number)
      compute(job, for: .association(number, tag: tag), &turn)
    case .setTimer(let timer, let span):
      associations[number]?.timers.insert(timer)
      timers.set(.association(number, timer), at: turn.now + span)
    case .cancelTimer(let timer):
      associations[number]?.timers.remove(timer)
      timers.cancel(.association(number, timer))
    case .claimSPI(let spi, let isKnown): claim(spi, number, isKnown: isKnown, &turn)
    case .releaseSPI(let spi): release(spi, number, &turn)
    case .heard: associations[number]?.heardAt = turn.now
    case .established(let proof): established(number, proof, &turn)
    case .initialContact: forgetOlder(than: entry, &turn)
    case .rekeyed:
      counters.rekeys &+= 1
      setLifetime(number, nil, &turn)
    case .wantsSuccessor: startSuccessor(of: entry, &turn)
    case .installChild(let pair): install(pair, number, &turn)
    case .useChild(let spi): moveOutbound(to: spi, &turn)
    case .removeChild(let name, let failure): if let spi = child(named: name, of: entry) { removeChild(spi, failure, &turn) }
    case .childFailed(let replacing, let failure): childFailed(number, replacing, failure, &turn)
    case .moved(let endpoints): moved(number, to: endpoints, &turn)
    case .ended(let failure): end(number, failure, &turn)
    case .record(let record): turn.record(record)
    case .refused(let reason): counters.count(reason)
    }
  }

  private mutating func claim(_ spi: UInt64, _ number: UInt32, isKnown: Bool, _ turn: inout Turn<Output>) {
    // Another association has that number already: it is 64 bits of chance, and not to be taken from its owner.
    guard spis[spi] == nil || spis[spi] == number else { return }
    if spis.updateValue(number, forKey: spi) == nil { associations[number]?.spis.append(spi) }
    if isKnown { turn.emit(.dataPlane(.ikeSPI(spi, isKnown: true))) }
  }

  private mutating func release(_ spi: UInt64, _ number: UInt32, _ turn: inout Turn<Output>) {
    guard spis[spi] == number else { return }
    spis[spi] = nil
    associations[number]?.spis.removeAll { $0 == spi }
    turn.emit(.dataPlane(.ikeSPI(spi, isKnown: false)))
  }

  private mutating func established(_ number: UInt32, _ proof: AssociationProof, _ turn: inout Turn<Output>) {
    guard let entry = associations[number], entry.phase == .negotiating else { return }
    leaveHalfOpen(number)
    let id = join(number, proof)
    associations[number]?.phase = .established(id)
    associations[number]?.chosen = ChosenPolicy(proof.policy, in: policies)
    associations[number]?.interface = proof.policy.interface
    associations[number]?.establishedAt = turn.now
    associations[number]?.heardAt = turn.now
    associations[number]?.isBehindNAT = proof.isBehindNAT
    associations[number]?.isPeerBehindNAT = proof.isPeerBehindNAT
    place(number, at: proof.endpoints)
    if contacted.count < IKELimits.contactedPeers { contacted.insert(proof.endpoints.remote) }
    counters.handshakes &+= 1
    counters.established += 1
    turn.record(
      JournalRecord(
        .ikeAuthenticated, interface: proof.policy.interface, a: proof.endpoints.remote, b: proof.endpoints.local,
        x: UInt32(entry.version.rawValue), y: number))
    inherit(number, id)
    certify(id, proof.certificate, &turn)
    setLifetime(number, proof.lifetimeSeconds, &turn)
    startLiveness(number, &turn)
    timers.set(.childless(number), at: turn.now + .seconds(IKELimits.childlessSeconds))
  }

  /// Files an association under the address of its peer.
  mutating func place(_ number: UInt32, at endpoints: AssociationEndpoints) {
    guard let old = associations[number]?.endpoints.remote else { return }
    associations[number]?.endpoints = endpoints
    guard old != endpoints.remote else { return }
    associationsByRemote[old]?.removeAll { $0 == number }
    if associationsByRemote[old]?.isEmpty == true { associationsByRemote[old] = nil }
    associationsByRemote[endpoints.remote, default: []].append(number)
  }

  private mutating func leaveHalfOpen(_ number: UInt32) {
    timers.cancel(.halfOpen(number))
    halfOpen.remove(number)
    if let contact = associations[number]?.contact { contacts[contact] = nil }
    associations[number]?.contact = nil
  }

  /// It has not become anything in its time: nobody is told.
  mutating func abandon(_ number: UInt32, _ failure: IKEFailure, _ turn: inout Turn<Output>) {
    guard associations[number]?.phase == .negotiating else { return }
    // It may know better why.
    drive(number, .close(failure, isUrgent: true), &turn)
    if associations[number] != nil { end(number, failure, &turn) }
  }

  /// Removes an association and all that was its own.
  mutating func end(_ number: UInt32, _ failure: IKEFailure, passesChildren: Bool = true, _ turn: inout Turn<Output>) {
    guard let entry = associations[number] else { return }
    leaveHalfOpen(number)
    for spi in entry.spis { release(spi, number, &turn) }
    for key: TimerKey in [.rekey(number), .expiry(number), .liveness(number), .silence(number), .keepalive(number), .childless(number)] {
      timers.cancel(key)
    }
    // In any order: nothing comes of it.
    for timer in entry.timers { timers.cancel(.association(number, timer)) }
    associationsByRemote[entry.endpoints.remote]?.removeAll { $0 == number }
    if associationsByRemote[entry.endpoints.remote]?.isEmpty == true { associationsByRemote[entry.endpoints.remote] = nil }
    associations[number] = nil
    recordEnd(entry, failure, &turn)
    if entry.phase == .negotiating {
      counters.failures &+= 1
      fail(entry, failure, &turn)
    } else {
      counters.established -= 1
      leave(entry, failure, passesChildren: passesChildren, &turn)
    }
  }

  private func recordEnd(_ entry: AssociationEntry, _ failure: IKEFailure, _ turn: inout Turn<Output>) {
    let kind: JournalKind = failure == .peerDead ? .peerDead : entry.phase == .negotiating ? .ikeFailed : .ikeDeleted
    turn.record(
      JournalRecord(
        kind, interface: entry.interface, a: entry.endpoints.remote, b: entry.endpoints.local, x: failure.journalCode.x,
        y: failure.journalCode.y))
  }

  private func isInitialContact(_ number: UInt32) -> Bool {
    guard let remote = associations[number]?.endpoints.remote else { return false }
    return !contacted.contains(remote) && associationsByRemote[remote]?.count == 1
  }
}
