// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// Notifies, deletes, probes, and the end.
extension ISAKMPAssociation {
  mutating func receivedInformational(_ message: ISAKMPMessage, _ endpoints: AssociationEndpoints, _ turn: inout AssociationTurn) {
    guard case .encrypted(let ciphertext) = message.content else { return receivedClear(message, &turn) }
    let id = message.header.messageID, first = ISAKMPPayloadType(rawValue: message.header.nextPayload)
    guard let keys = phase1.keys, let cipher = phase1.cipher else { return turn.emit(.refused(.outOfOrder)) }
    guard id != 0, !memory.contains(id) else { return turn.emit(.refused(.outOfOrder)) }
    guard let chain = try? cipher.open(ciphertext, first: first, cipher.vector(after: phase1.vector, messageID: id)),
      InformationalExchange.isAuthentic(chain, keys, messageID: id)
    else { return turn.emit(.refused(.notAuthentic)) }
    guard isEstablished || isLeaving else { return receivedEarly(chain, &turn) }
    memory.note(id)
    let isFresh = memory.isComplete || chain.notifications.contains { $0.type == .areYouThereAcknowledge && deadPeer.isAnswer($0) }
    heard(endpoints, isFresh: isFresh, &turn)
    for payload in chain.payloads {
      switch payload {
      case .notification(let notify): received(notify, &turn)
      case .delete(let delete): received(delete, &turn)
      default: break
      }
    }
  }

  private var isLeaving: Bool { if case .leaving = stage { true } else { false } }

  /// Nobody has proven anything by a clear notify. An error may be why phase 1 will fail.
  private mutating func receivedClear(_ message: ISAKMPMessage, _ turn: inout AssociationTurn) {
    if case .clear(let chain) = message.content, !isEstablished { suspect(chain) }
    turn.emit(.refused(.notAuthentic))
  }

  /// Encrypted, but before the peer has proven who it is.
  private mutating func receivedEarly(_ chain: ISAKMPPayloadChain, _ turn: inout AssociationTurn) {
    suspect(chain)
    turn.emit(.refused(.outOfOrder))
  }

  private mutating func suspect(_ chain: ISAKMPPayloadChain) {
    guard let error = chain.notifications.first(where: \.type.isError) else { return }
    suspicion = .refused(notify: error.type.rawValue)
  }

  private mutating func received(_ notify: ISAKMPNotification, _ turn: inout AssociationTurn) {
    switch notify.type {
    case .areYouThere: if let answer = DeadPeerDetection.answer(to: notify, cookies: phase1.cookies) { inform([answer], &turn) }
    case .areYouThereAcknowledge, .connected, .replayStatus, .responderLifetime: break
    case .initialContact: receivedInitialContact(&turn)
    case .invalidSPI: receivedInvalidSPI(notify, &turn)
    case _ where notify.type.isError: receivedError(notify, &turn)
    default: break
    }
  }

  /// Believed only while the association is new: later it might be an old message again.
  private func receivedInitialContact(_ turn: inout AssociationTurn) {
    guard case .established(let since) = stage, turn.now - since < ISAKMPLimits.initialContactPatience else { return }
    turn.emit(.initialContact)
  }

  /// The peer got ESP with an SPI it does not have. Right after a quick mode it may not have it yet.
  private func receivedInvalidSPI(_ notify: ISAKMPNotification, _ turn: inout AssociationTurn) {
    let bytes = notify.spi.count == 4 ? notify.spi : notify.content
    guard notify.protocolID == .esp, bytes.count == 4 else { return }
    let spi = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard let child = turn.children.first(where: { $0.outboundSPI == spi }) else { return }
    guard !quickModes.contains(where: { $0.machine.inboundSPI == child.inboundSPI }) else { return }
    turn.emit(.removeChild(.outbound(spi), .deletedByPeer))
  }

  /// Phase 1 itself, or a quick mode of ours, was refused: the one with this SPI, or the only one.
  private mutating func receivedError(_ notify: ISAKMPNotification, _ turn: inout AssociationTurn) {
    let isOfPhase1 = notify.protocolID == .isakmp && notify.spi == phase1.cookies
    if isOfPhase1, notify.type == .authenticationFailed || notify.type == .invalidIDInformation {
      return end(.refused(notify: notify.type.rawValue), &turn)
    }
    let open = quickModes.filter { $0.machine.isInitiator && !$0.machine.isDone }
    let meant = open.first { $0.machine.inboundSPI.bytes == notify.spi } ?? (open.count == 1 ? open[0] : nil)
    guard let meant else { return }
    dropQuickMode(meant.machine.messageID, .refused(notify: notify.type.rawValue), &turn)
  }
}

// MARK: Deletes

extension ISAKMPAssociation {
  private mutating func received(_ delete: ISAKMPDelete, _ turn: inout AssociationTurn) {
    switch delete.protocolID {
    case .esp where delete.spiSize == 4:
      for bytes in delete.spis {
        turn.emit(.removeChild(.outbound(bytes.reduce(0) { $0 << 8 | UInt32($1) }), .deletedByPeer))
      }
    case .isakmp where delete.spis.contains(phase1.cookies): leave(&turn)
    default: break
    }
  }

  /// The peer has no phase 1 with us any more. Deletes of children may come behind this one; children that are left want a successor.
  private mutating func leave(_ turn: inout AssociationTurn) {
    guard isEstablished else { return }
    for open in quickModes where !open.machine.isDone {
      turn.emit(.cancelTimer(.retransmission(id: UInt64(open.machine.messageID))))
      if open.machine.isInitiator { turn.emit(.childFailed(replacing: open.machine.replaces, .deletedByPeer)) }
    }
    for open in quickModes where open.machine.isDone { turn.emit(.useChild(inboundSPI: open.machine.inboundSPI)) }
    quickModes = []
    stage = .leaving
    guard !turn.children.isEmpty else { return end(.deletedByPeer, &turn) }
    turn.emit(.cancelTimer(.retransmission(id: TimerID.probe)))
    turn.emit(.setTimer(.wait(id: TimerID.leaving), after: ISAKMPLimits.deletesUnderWay))
  }

  /// What was under way has come.
  mutating func left(_ turn: inout AssociationTurn) {
    guard isLeaving else { return }
    guard !turn.children.isEmpty else { return end(.deletedByPeer, &turn) }
    turn.emit(.wantsSuccessor)
    turn.emit(.setTimer(.wait(id: TimerID.grave), after: ISAKMPLimits.successorPatience))
  }

  /// Ends it with the children it has; there is no answer to wait for.
  mutating func close(_ failure: IKEFailure, _ turn: inout AssociationTurn) {
    if isEstablished {
      if !turn.children.isEmpty { inform([InformationalExchange.delete(turn.children.map(\.inboundSPI))], &turn) }
      inform([InformationalExchange.delete(cookies: phase1.cookies)], &turn)
      return end(failure, &turn)
    }
    end(failure == .timeout ? suspicion ?? failure : failure, &turn)
  }
}

// MARK: Dead peer detection

extension ISAKMPAssociation {
  /// Asks whether the peer lives, if it takes part. Urgent: with a second between the questions.
  mutating func probe(isUrgent: Bool, _ turn: inout AssociationTurn) {
    guard isEstablished, phase1.peerDetectsDeath else { return }
    let wasAsking = deadPeer.isAsking
    deadPeer.isUrgent = deadPeer.isUrgent || isUrgent
    if !wasAsking { probeAgain(&turn) }
  }

  mutating func probeAgain(_ turn: inout AssociationTurn) {
    guard isEstablished, let policy = phase1.policy else { return }
    let first = UInt32(truncatingIfNeeded: turn.random.next())
    guard let question = deadPeer.ask(cookies: phase1.cookies, random: first) else { return end(.peerDead, &turn) }
    inform([question], &turn)
    let seconds = deadPeer.isUrgent ? 1 : max(1, policy.deadPeerRetrySeconds)
    turn.emit(.setTimer(.retransmission(id: TimerID.probe), after: .seconds(seconds)))
  }

  /// INVALID-SPI: the peer uses a child that we do not have (RFC 2408 §3.14.1).
  mutating func reportUnknownSPI(_ spi: UInt32, _ turn: inout AssociationTurn) {
    guard isEstablished else { return }
    inform([.notification(ISAKMPNotification(protocolID: .esp, spi: spi.bytes, type: .invalidSPI))], &turn)
  }
}

// MARK: Shows

extension ISAKMPAssociation {
  package var row: IKESARow {
    var row = IKESARow(
      number: number, version: .ikev1, state: rowState, isInitiator: phase1.isInitiator, interface: phase1.policy?.interface ?? .none,
      profileName: phase1.policy?.profileName ?? "", peer: .none, endpoints: phase1.endpoints, localSPI: phase1.localCookie,
      remoteSPI: phase1.isInitiator ? phase1.responderCookie : phase1.initiatorCookie)
    row.remoteIdentity = isEstablished ? phase1.remoteIdentity : nil
    if case .identification(let identification) = phase1.localIdentification { row.localIdentity = identification.identity }
    row.encryption = phase1.agreement?.encryption
    row.hash = phase1.agreement?.hash
    row.prf = phase1.agreement?.hash.hmacPRF
    row.group = phase1.agreement?.group
    (row.localMethod, row.remoteMethod) = (phase1.agreement?.method, phase1.agreement?.method)
    row.lifetimeSeconds = phase1.agreement?.lifetimeSeconds ?? phase1.policy?.ikeLifetimeSeconds ?? 0
    row.isNATDetected = phase1.traversal.isDetected
    row.deadPeerSeconds = phase1.peerDetectsDeath ? phase1.policy?.deadPeerSeconds : nil
    row.rekeys = rekeys
    return row
  }

  private var rowState: IKESARow.State {
    switch stage {
    case .main(let mode): .mainMode(step: mode.step)
    case .aggressive(let mode): .aggressiveMode(step: mode.step)
    case .established: .established
    case .leaving, .ended: .deleting
    }
  }
}
