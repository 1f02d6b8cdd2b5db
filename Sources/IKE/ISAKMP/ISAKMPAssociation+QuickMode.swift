// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// A quick mode and what was sent and received in it.
struct OpenQuickMode: Sendable {
  var machine: QuickMode
  /// What we sent last, until it is answered.
  var transmission: Transmission?
  var lastReceived = LastMessage()
  /// What we answered to it.
  var lastAnswer: [UInt8]?
}

extension ISAKMPAssociation {
  /// What quick modes take from phase 1.
  private var parent: QuickMode.Parent? {
    guard let policy = phase1.policy, let keys = phase1.keys else { return nil }
    return QuickMode.Parent(
      policy: policy, keys: keys, traversal: phase1.traversal, endpoints: phase1.endpoints, roundTrip: roundTrip)
  }

  /// Begins a quick mode, or remembers to when phase 1 is done.
  mutating func makeChild(replaces: UInt32?, _ turn: inout AssociationTurn) {
    guard isEstablished, let parent, let cipher = phase1.cipher else {
      if wishes.count < ISAKMPLimits.wishes { wishes.append(.child(replaces: replaces)) }
      return
    }
    guard !quickModes.contains(where: { $0.machine.isInitiator && !$0.machine.isDone && $0.machine.replaces == replaces }) else { return }
    guard hasRoom else { return turn.emit(.childFailed(replacing: replaces, .limit("quick modes"))) }
    let id = newMessageID(&turn)
    let vector = cipher.vector(after: phase1.vector, messageID: id)
    var machine = QuickMode(messageID: id, isInitiator: true, replaces: replaces, vector: vector)
    let steps = machine.start(parent)
    quickModes.append(OpenQuickMode(machine: machine))
    perform(steps, id, &turn)
  }

  private var hasRoom: Bool { quickModes.count { !$0.machine.isDone } < ISAKMPLimits.quickModes }

  private func index(of id: UInt32) -> Int? { quickModes.firstIndex { $0.machine.messageID == id } }
}

// MARK: Messages

extension ISAKMPAssociation {
  mutating func receivedQuickMode(
    _ message: ISAKMPMessage, _ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ turn: inout AssociationTurn
  ) {
    let id = message.header.messageID
    guard isEstablished, id != 0, case .encrypted(let ciphertext) = message.content, let parent, let cipher = phase1.cipher else {
      return turn.emit(.refused(.outOfOrder))
    }
    let first = ISAKMPPayloadType(rawValue: message.header.nextPayload)
    if let index = index(of: id) {
      guard !quickModes[index].lastReceived.isSame(as: bytes) else { return repeatAnswer(quickModes[index], &turn) }
      guard let chain = try? cipher.open(ciphertext, first: first, quickModes[index].machine.vector) else {
        return turn.emit(.refused(.notAuthentic))
      }
      var open = quickModes[index]
      let steps = open.machine.received(chain, parent)
      return accept(open, steps, bytes, ciphertext, endpoints, &turn)
    }
    guard !memory.contains(id) else { return turn.emit(.refused(.outOfOrder)) }
    guard hasRoom else { return turn.emit(.refused(.limit)) }
    let vector = cipher.vector(after: phase1.vector, messageID: id)
    guard let chain = try? cipher.open(ciphertext, first: first, vector) else { return turn.emit(.refused(.notAuthentic)) }
    var machine = QuickMode(messageID: id, isInitiator: false, replaces: turn.children.last?.inboundSPI, vector: vector)
    let steps = machine.received(chain, parent)
    accept(OpenQuickMode(machine: machine), steps, bytes, ciphertext, endpoints, &turn)
  }

  /// Keeps the new state of a quick mode, unless the message was refused.
  private mutating func accept(
    _ open: OpenQuickMode, _ steps: [QuickMode.Step], _ bytes: [UInt8], _ ciphertext: [UInt8], _ endpoints: AssociationEndpoints,
    _ turn: inout AssociationTurn
  ) {
    let id = open.machine.messageID
    guard !steps.contains(where: \.isRefusal) else { return perform(steps, id, &turn) }
    var open = open
    if let cipher = phase1.cipher { open.machine.vector = cipher.nextVector(of: ciphertext) }
    if let measured = open.transmission?.roundTrip(at: turn.now) { roundTrip = measured }
    open.lastReceived.note(bytes)
    (open.transmission, open.lastAnswer) = (nil, nil)
    if let index = index(of: id) {
      quickModes[index] = open
    } else {
      memory.note(id)
      quickModes.append(open)
    }
    turn.emit(.cancelTimer(.retransmission(id: UInt64(id))))
    // A replayed first message may be old; what follows it depends on our nonce.
    heard(endpoints, isFresh: memory.isComplete || open.machine.isInitiator || open.machine.isDone, &turn)
    perform(steps, id, &turn)
  }

  private func repeatAnswer(_ open: OpenQuickMode, _ turn: inout AssociationTurn) {
    if let answer = open.lastAnswer { send(answer, &turn) }
  }

  mutating func computedQuickMode(_ id: UInt32, _ result: KeyResult, _ turn: inout AssociationTurn) {
    guard let index = index(of: id), let parent else { return }
    let taken = Set(quickModes.map(\.machine.inboundSPI))
    var machine = quickModes[index].machine
    let steps = machine.computed(result, parent) { bytes in
      var spi = turn.freeSPI(from: bytes)
      while taken.contains(spi) { spi = turn.freeSPI(from: (spi &+ 1).bytes) }
      return spi
    }
    quickModes[index].machine = machine
    perform(steps, id, &turn)
  }

  /// Nothing came: our message goes out again, behind aggressive mode's last one where that may be missing.
  mutating func repeatQuickMode(_ id: UInt32, _ turn: inout AssociationTurn) {
    guard let index = index(of: id), var transmission = quickModes[index].transmission else { return }
    guard !transmission.isExhausted else { return giveUp(index, &turn) }
    transmission.repeated()
    quickModes[index].transmission = transmission
    if let unconfirmed { send(unconfirmed, &turn) }
    send(transmission.bytes, &turn)
    setTransmissionTimer(UInt64(id), transmission, &turn)
  }

  private mutating func giveUp(_ index: Int, _ turn: inout AssociationTurn) {
    let machine = quickModes.remove(at: index).machine
    guard machine.isInitiator else {
      // The third message never came, nor any packet: the peer does not have it.
      turn.emit(.removeChild(.inbound(machine.inboundSPI), .timeout))
      return inform([InformationalExchange.delete([machine.inboundSPI])], &turn)
    }
    turn.emit(.childFailed(replacing: machine.replaces, .timeout))
  }
}

// MARK: Steps

extension ISAKMPAssociation {
  private mutating func perform(_ steps: [QuickMode.Step], _ id: UInt32, _ turn: inout AssociationTurn) {
    for step in steps { perform(step, id, &turn) }
    forgetFinished()
  }

  private mutating func perform(_ step: QuickMode.Step, _ id: UInt32, _ turn: inout AssociationTurn) {
    switch step {
    case .compute(let job): compute(job, for: .quickMode(id), &turn)
    case .send(let chain): sendQuickMode(chain, id, &turn)
    case .install(let pair): turn.emit(.installChild(pair))
    case .use(let spi): use(spi, id, &turn)
    case .refuse(let reason): turn.emit(.refused(reason))
    case .fail(let failure, let notify, let spi): failQuickMode(id, failure, notify, spi, &turn)
    }
  }

  private mutating func sendQuickMode(_ chain: ISAKMPPayloadChain, _ id: UInt32, _ turn: inout AssociationTurn) {
    guard let index = index(of: id) else { return }
    let header = phase1.header(.quickMode, messageID: id)
    guard let bytes = seal(chain, header, &quickModes[index].machine.vector) else { return }
    send(bytes, &turn)
    quickModes[index].lastAnswer = bytes
    guard !quickModes[index].machine.isDone else { return }
    let transmission = Transmission(bytes, at: turn.now)
    quickModes[index].transmission = transmission
    setTransmissionTimer(UInt64(id), transmission, &turn)
  }

  private mutating func use(_ spi: UInt32, _ id: UInt32, _ turn: inout AssociationTurn) {
    guard let machine = index(of: id).map({ quickModes[$0].machine }), machine.isInitiator else {
      return turn.emit(.useChild(inboundSPI: spi))
    }
    // strongSwan has either half only when it has read the third message, libreswan its outbound one: ESP may not overtake that.
    // In a rekey the old child works meanwhile, and the peer heard on the new one ends the wait.
    let limits = IKELimits.outboundMove
    let patience = machine.replaces == nil ? min(max(roundTrip, limits.lowerBound), limits.upperBound) : limits.upperBound
    turn.emit(.setTimer(.wait(id: TimerID.move | UInt64(spi)), after: patience))
    guard let old = machine.replaces else { return }
    rekeys = rekeys &+ 1
    turn.emit(.setTimer(.wait(id: UInt64(old)), after: ISAKMPLimits.oldChildPatience))
  }

  private mutating func failQuickMode(
    _ id: UInt32, _ failure: IKEFailure, _ notify: ISAKMPNotifyType?, _ spi: [UInt8], _ turn: inout AssociationTurn
  ) {
    if let notify { inform([.notification(ISAKMPNotification(protocolID: .esp, spi: spi, type: notify))], &turn) }
    dropQuickMode(id, failure, &turn)
  }

  /// Forgets a quick mode that failed; ours is reported, the peer's only counted.
  mutating func dropQuickMode(_ id: UInt32, _ failure: IKEFailure, _ turn: inout AssociationTurn) {
    guard let index = index(of: id) else { return }
    let machine = quickModes.remove(at: index).machine
    turn.emit(.cancelTimer(.retransmission(id: UInt64(id))))
    turn.emit(machine.isInitiator ? .childFailed(replacing: machine.replaces, failure) : .refused(.unexpected))
  }

  /// Of the quick modes that are done only the last few can still be asked to repeat themselves.
  private mutating func forgetFinished() {
    while quickModes.count(where: \.machine.isDone) > ISAKMPLimits.finishedQuickModes,
      let oldest = quickModes.firstIndex(where: \.machine.isDone)
    { quickModes.remove(at: oldest) }
  }
}

// MARK: Children

extension ISAKMPAssociation {
  /// The peer uses a child: it has the third message, or does not need it; and what the child replaced can go.
  mutating func childInUse(_ spi: UInt32, _ turn: inout AssociationTurn) {
    guard let index = quickModes.firstIndex(where: { $0.machine.inboundSPI == spi }) else { return }
    let machine = quickModes[index].machine
    if machine.isUnconfirmed {
      quickModes[index].machine.confirm()
      quickModes[index].transmission = nil
      turn.emit(.cancelTimer(.retransmission(id: UInt64(machine.messageID))))
    }
    guard machine.isInitiator, let old = machine.replaces else { return }
    turn.emit(.setTimer(.wait(id: UInt64(old)), after: IKELimits.oldChildDelay))
  }

  /// The new child is in use: the old one goes.
  mutating func deleteOldChild(_ spi: UInt32, _ turn: inout AssociationTurn) {
    guard isEstablished else { return }
    inform([InformationalExchange.delete([spi])], &turn)
    turn.emit(.removeChild(.inbound(spi), .deletedHere))
  }

  mutating func deleteChild(_ child: ChildReference, _ failure: IKEFailure, _ turn: inout AssociationTurn) {
    if isEstablished { inform([InformationalExchange.delete([child.inboundSPI])], &turn) }
    turn.emit(.removeChild(.inbound(child.inboundSPI), failure))
  }
}
