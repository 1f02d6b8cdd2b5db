// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// Main and aggressive mode: messages reach the machine, its steps are carried out.
extension ISAKMPAssociation {
  mutating func start(_ turn: inout AssociationTurn) {
    guard phase1.isInitiator else { return }
    record(.ikeInitSent, &turn)
    switch stage {
    case .main(var mode):
      let steps = mode.start()
      stage = .main(mode)
      perform(steps, &turn)
    case .aggressive(var mode):
      let steps = mode.start(phase1)
      stage = .aggressive(mode)
      perform(steps, &turn)
    default: break
    }
  }

  mutating func receivedPhase1(
    _ message: ISAKMPMessage, _ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ turn: inout AssociationTurn
  ) {
    if lastReceived.isSame(as: bytes) { return repeatAnswer(&turn) }
    guard message.header.messageID == 0 else { return turn.emit(.refused(.outOfOrder)) }
    guard let incoming = phase1Message(message, bytes.count, turn.wallSeconds) else {
      // Under another key nothing can be read.
      if phase1.keys != nil { suspicion = .authenticationFailed }
      return turn.emit(.refused(.notAuthentic))
    }
    var candidate = phase1
    guard let place = place(of: incoming, endpoints) else { return turn.emit(.refused(.unexpected)) }
    candidate.endpoints = place
    guard let (steps, next) = advance(incoming, &candidate) else { return turn.emit(.refused(.outOfOrder)) }
    guard !steps.contains(where: \.isRefusal) else { return perform(steps, &turn) }
    if !phase1.isInitiator, phase1.initiatorCookie == 0 { record(.ikeInitReceived, &turn) }
    (phase1, stage) = (candidate, next)
    if case .encrypted(let ciphertext) = message.content, let cipher = phase1.cipher { phase1.vector = cipher.nextVector(of: ciphertext) }
    lastReceived.note(bytes)
    lastAnswer = nil
    if let measured = transmission?.roundTrip(at: turn.now) { roundTrip = measured }
    perform(steps, &turn)
  }

  /// The peer's last message came again: it missed our answer, if there was one.
  private func repeatAnswer(_ turn: inout AssociationTurn) {
    guard let lastAnswer else { return }
    send(lastAnswer, &turn)
  }

  /// The payloads, decrypted where they were encrypted. Nil where they cannot be.
  private func phase1Message(_ message: ISAKMPMessage, _ byteCount: Int, _ wallSeconds: Int64) -> Phase1Message? {
    switch message.content {
    case .clear(let chain):
      return Phase1Message(header: message.header, chain: chain, isEncrypted: false, byteCount: byteCount, wallSeconds: wallSeconds)
    case .encrypted(let ciphertext):
      let first = ISAKMPPayloadType(rawValue: message.header.nextPayload)
      guard let chain = try? phase1.cipher?.open(ciphertext, first: first, phase1.vector) else { return nil }
      return Phase1Message(header: message.header, chain: chain, isEncrypted: true, byteCount: byteCount, wallSeconds: wallSeconds)
    }
  }

  /// Where the peer is, if this message is accepted. What is not proven yet cannot move it to another address; an initiator's answers
  /// come from where it asked.
  private func place(of message: Phase1Message, _ endpoints: AssociationEndpoints) -> AssociationEndpoints? {
    guard endpoints.remote == phase1.endpoints.remote else { return nil }
    return phase1.isInitiator ? phase1.endpoints : endpoints
  }

  /// What the machine makes of a message, and its state then. A responder's machine is chosen by its first message.
  private func advance(_ message: Phase1Message, _ phase1: inout Phase1) -> (steps: [Phase1Step], next: Stage)? {
    let isAggressive = message.header.isakmpExchange == .aggressive
    if isAggressive, !phase1.isInitiator, phase1.initiatorCookie == 0 {
      var mode = AggressiveMode()
      return (mode.received(message, &phase1), .aggressive(mode))
    }
    switch stage {
    case .main(var mode) where !isAggressive: return (mode.received(message, &phase1), .main(mode))
    case .aggressive(var mode) where isAggressive: return (mode.received(message, &phase1), .aggressive(mode))
    default: return nil
    }
  }

  mutating func computedPhase1(_ result: KeyResult, _ turn: inout AssociationTurn) {
    let steps: [Phase1Step]
    switch stage {
    case .main(var mode):
      steps = mode.computed(result, isInitialContact: turn.isInitialContact, &phase1)
      stage = .main(mode)
    case .aggressive(var mode):
      steps = mode.computed(result, isInitialContact: turn.isInitialContact, &phase1)
      stage = .aggressive(mode)
    default: return
    }
    // Aggressive mode may find only now that what it accepted was forged.
    if steps.contains(where: \.isRefusal) { lastReceived.forget() }
    perform(steps, &turn)
  }
}

// MARK: Steps

extension ISAKMPAssociation {
  private mutating func perform(_ steps: [Phase1Step], _ turn: inout AssociationTurn) {
    for step in steps {
      if case .ended = stage { return }
      perform(step, &turn)
    }
  }

  private mutating func perform(_ step: Phase1Step, _ turn: inout AssociationTurn) {
    switch step {
    case .compute(let job): compute(job, for: .phase1, &turn)
    case .claimCookie: turn.emit(.claimSPI(phase1.localCookie, isKnown: phase1.isInitiator))
    case .send(let payloads): sendPhase1(ISAKMPMessage(phase1.header(exchange), payloads).bytes, &turn)
    case .sendEncrypted(let payloads):
      guard let bytes = seal(ISAKMPPayloadChain(payloads), phase1.header(exchange), &phase1.vector) else { return }
      sendPhase1(bytes, &turn)
    case .establish: establish(&turn)
    case .refuse(let reason): turn.emit(.refused(reason))
    case .suspect(let reason, let failure):
      suspicion = failure
      turn.emit(.refused(reason))
    case .fail(let failure, let notify): failPhase1(failure, notify, &turn)
    }
  }

  private var exchange: ISAKMPExchange { if case .aggressive = stage { .aggressive } else { .identityProtection } }

  /// An initiator repeats it until it is answered, a responder when the question comes again.
  private mutating func sendPhase1(_ bytes: [UInt8], _ turn: inout AssociationTurn) {
    send(bytes, &turn)
    lastAnswer = bytes
    guard phase1.isInitiator else { return }
    let next = Transmission(bytes, at: turn.now)
    transmission = next
    setTransmissionTimer(TimerID.phase1, next, &turn)
  }

  mutating func repeatPhase1(_ turn: inout AssociationTurn) {
    guard var current = transmission else { return }
    guard !current.isExhausted else { return end(suspicion ?? .timeout, &turn) }
    current.repeated()
    transmission = current
    send(current.bytes, &turn)
    setTransmissionTimer(TimerID.phase1, current, &turn)
  }

  private mutating func establish(_ turn: inout AssociationTurn) {
    guard let proof = phase1.associationProof() else { return end(.malformed, &turn) }
    let sentLast = exchange == .aggressive && phase1.isInitiator
    stage = .established(at: turn.now)
    unconfirmed = sentLast ? transmission?.bytes : nil
    transmission = nil
    turn.emit(.cancelTimer(.retransmission(id: TimerID.phase1)))
    turn.emit(.claimSPI(phase1.localCookie, isKnown: true))
    if phase1.endpoints.localPort == IKEPort.natTraversal { record(.ikePortFloated, &turn) }
    turn.emit(.heard)
    turn.emit(.established(proof))
    if phase1.peerIsNew { turn.emit(.initialContact) }
    let waiting = wishes
    wishes = []
    for case .child(let replaces) in waiting { makeChild(replaces: replaces, &turn) }
  }

  /// It cannot succeed. Where keys are there the peer is told; a stranger is not.
  private mutating func failPhase1(_ failure: IKEFailure, _ notify: ISAKMPNotifyType?, _ turn: inout AssociationTurn) {
    if let notify, phase1.keys != nil {
      inform([.notification(ISAKMPNotification(protocolID: .isakmp, spi: phase1.cookies, type: notify))], &turn)
    }
    end(failure, &turn)
  }
}
