// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// One phase 1 association of IKEv1 (RFC 2408, RFC 2409), with the quick modes that go on under it.
///
/// **Structures.** `Phase1` holds what phase 1 gathers: cookies, the choice, keys, vectors, NATs, the peer. `MainMode` or `AggressiveMode`
/// is the machine that gets there; `QuickMode` is one machine per message ID after it. A machine is told what happened and returns
/// steps; here they are carried out: messages sealed and sent, jobs named, timers set.
///
/// **Flow.**
///
///     start, first message → main or aggressive mode → established → quick modes, informational messages → leaving → ended
///
/// Children are the front door's: they outlive this association. When its lifetime ends, or the peer deletes it, a successor is asked
/// for, to which they pass.
///
/// **Repetition.** Whoever waits for a message sends its own again: the initiator of phase 1, both ends of a quick mode. A responder of
/// phase 1 never does, for its peer is a stranger; it repeats its answer when the question is repeated. What came last is known by
/// its digest.
///
/// **Timers.** `retransmission`: 0 phase 1, a message ID its quick mode, `TimerID.probe` the probe. `wait`: an SPI an old child that goes
/// when the new one is in use, `TimerID.leaving` and `TimerID.grave` the end of an association that the peer deleted,
/// `TimerID.move` with an SPI the move of outbound packets behind our third message.
///
/// **What forged messages can do.** Nothing: cookies must fit, encrypted messages must carry the right hash before anything is kept of
/// them, vectors move only with messages that were accepted, clear notifies are at most remembered as the likely reason when it fails.
///
/// RFC 2407 (IPsec DOI), RFC 3706 (dead peer detection), RFC 3947 (NAT traversal) and its drafts 02, 03 and 07.
package struct ISAKMPAssociation: Association {
  /// How far it is.
  enum Stage: Sendable {
    case main(MainMode)
    case aggressive(AggressiveMode)
    case established(at: Instant)
    /// The peer deleted it; children may still be deleted, or wait for a successor.
    case leaving
    case ended
  }

  /// Whose job it is.
  enum JobOwner: Sendable { case phase1, quickMode(UInt32) }

  /// What waits for phase 1.
  enum Wish: Sendable { case child(replaces: UInt32?) }

  enum TimerID {
    static let phase1: UInt64 = 0, probe: UInt64 = 1 << 32, leaving: UInt64 = 2 << 32, grave: UInt64 = 3 << 32
    /// With an SPI: outbound packets move to that child.
    static let move: UInt64 = 4 << 32
  }

  let number: UInt32
  var phase1: Phase1
  var stage: Stage
  var jobs: [UInt32: JobOwner] = [:]
  var lastTag: UInt32 = 0
  /// What we sent last in phase 1 as initiator, until it is answered.
  var transmission: Transmission?
  /// What came last in phase 1, and what we answered.
  var lastReceived = LastMessage()
  var lastAnswer: [UInt8]?
  /// Aggressive mode's last message, until the peer is heard: nothing answers it.
  var unconfirmed: [UInt8]?
  /// Why it will probably have failed, if it fails.
  var suspicion: IKEFailure?
  var wishes: [Wish] = []
  /// In the order they began.
  var quickModes: [OpenQuickMode] = []
  var memory = MessageIDMemory()
  var deadPeer = DeadPeerDetection()
  /// What a message and its answer take; a guess until measured.
  var roundTrip = Duration.milliseconds(50)
  var rekeys: UInt32 = 0

  package init(_ setup: AssociationSetup) {
    number = setup.number
    phase1 = Phase1(setup)
    let isAggressive = setup.isInitiator && setup.policies.first?.usesAggressiveMode ?? false
    stage = isAggressive ? .aggressive(AggressiveMode()) : .main(MainMode())
    if setup.isInitiator, setup.makesChild { wishes = [.child(replaces: nil)] }
  }

  package mutating func handle(_ input: AssociationInput, _ turn: inout AssociationTurn) {
    if case .ended = stage { return }
    switch input {
    case .start: start(&turn)
    case .message(let endpoints, let bytes): received(bytes, endpoints, &turn)
    case .computed(let tag, let result): computed(tag, result, &turn)
    case .timer(let timer): fired(timer, &turn)
    case .createChild: makeChild(replaces: nil, &turn)
    case .rekeyChild(let child): makeChild(replaces: child.inboundSPI, &turn)
    case .deleteChild(let child, let failure): deleteChild(child, failure, &turn)
    case .childInUse(let spi): childInUse(spi, &turn)
    case .rekey: if isEstablished { turn.emit(.wantsSuccessor) }
    case .probe: probe(isUrgent: false, &turn)
    case .doubt: probe(isUrgent: true, &turn)
    case .reportUnknownSPI(let spi): reportUnknownSPI(spi, &turn)
    case .moved(let remote, let port): moved(remote, port, &turn)
    case .reconfigured(let policy): phase1.replacePolicy(policy)
    case .close(let failure, _): close(failure, &turn)
    }
  }

  /// Whether both ends have proven who they are and messages can be sent.
  var isEstablished: Bool { if case .established = stage { true } else { false } }
}

// MARK: What comes in

extension ISAKMPAssociation {
  private mutating func received(_ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ turn: inout AssociationTurn) {
    let message: ISAKMPMessage
    do { message = try ISAKMPMessage(decoding: bytes) } catch { return turn.emit(.refused(error == .badVersion ? .version : .malformed)) }
    guard isForUs(message.header, endpoints) else { return turn.emit(.refused(.unknownSPI)) }
    switch message.header.isakmpExchange {
    case .identityProtection, .aggressive: receivedPhase1(message, bytes, endpoints, &turn)
    case .quickMode: receivedQuickMode(message, bytes, endpoints, &turn)
    case .informational: receivedInformational(message, endpoints, &turn)
    default: turn.emit(.refused(.unexpected))
    }
  }

  /// Whether the cookies are ours as far as they are known, and the datagram came to our end. A peer in clear stays at its address.
  private func isForUs(_ header: IKEHeader, _ endpoints: AssociationEndpoints) -> Bool {
    guard header.initiatorSPI != 0, phase1.initiatorCookie == 0 || header.initiatorSPI == phase1.initiatorCookie else { return false }
    guard endpoints.local == phase1.endpoints.local else { return false }
    let isFirst = !phase1.isInitiator && header.responderSPI == 0
    return isFirst || phase1.responderCookie == 0 || header.responderSPI == phase1.responderCookie
  }

  private mutating func fired(_ timer: AssociationTimer, _ turn: inout AssociationTurn) {
    switch timer {
    case .retransmission(TimerID.phase1): repeatPhase1(&turn)
    case .retransmission(TimerID.probe): probeAgain(&turn)
    case .retransmission(let id): repeatQuickMode(UInt32(truncatingIfNeeded: id), &turn)
    case .wait(TimerID.leaving): left(&turn)
    case .wait(TimerID.grave): end(.deletedByPeer, &turn)
    case .wait(let id) where id & TimerID.move != 0: turn.emit(.useChild(inboundSPI: UInt32(truncatingIfNeeded: id)))
    case .wait(let id): deleteOldChild(UInt32(truncatingIfNeeded: id), &turn)
    }
  }

  private mutating func computed(_ tag: UInt32, _ result: KeyResult, _ turn: inout AssociationTurn) {
    switch jobs.removeValue(forKey: tag) {
    case .phase1: computedPhase1(result, &turn)
    case .quickMode(let id): computedQuickMode(id, result, &turn)
    case nil: break
    }
  }

  /// A NAT has a new mapping, or the peer a new address.
  private mutating func moved(_ remote: IPAddress, _ port: UInt16, _ turn: inout AssociationTurn) {
    guard phase1.endpoints.localPort == IKEPort.natTraversal else { return }
    (phase1.endpoints.remote, phase1.endpoints.remotePort) = (remote, port)
    turn.emit(.moved(phase1.endpoints))
  }
}

// MARK: What goes out

extension ISAKMPAssociation {
  mutating func compute(_ job: KeyJob, for owner: JobOwner, _ turn: inout AssociationTurn) {
    lastTag = lastTag &+ 1
    jobs[lastTag] = owner
    turn.emit(.compute(tag: lastTag, job))
  }

  /// Sends bytes as they are.
  func send(_ bytes: [UInt8], _ turn: inout AssociationTurn) { turn.emit(.send(phase1.endpoints, bytes: bytes)) }

  /// Seals payloads under `vector`, which moves on. Nil where there is no cipher.
  func seal(_ chain: ISAKMPPayloadChain, _ header: IKEHeader, _ vector: inout ISAKMPCipher.Vector) -> [UInt8]? {
    guard let cipher = phase1.cipher, let ciphertext = try? cipher.seal(chain, &vector) else { return nil }
    return ISAKMPMessage(header, first: chain.first, ciphertext: ciphertext).bytes
  }

  /// A message ID that nobody used yet.
  mutating func newMessageID(_ turn: inout AssociationTurn) -> UInt32 {
    var id: UInt32
    repeat { id = UInt32(truncatingIfNeeded: turn.random.next()) } while id == 0 || memory.contains(id)
    memory.note(id)
    return id
  }

  /// Sends an informational message with its hash.
  mutating func inform(_ payloads: [ISAKMPPayload], _ turn: inout AssociationTurn) {
    guard let keys = phase1.keys, let cipher = phase1.cipher else { return }
    let id = newMessageID(&turn)
    var vector = cipher.vector(after: phase1.vector, messageID: id)
    let chain = InformationalExchange.chain(payloads, keys, messageID: id)
    guard let bytes = seal(chain, phase1.header(.informational, messageID: id), &vector) else { return }
    send(bytes, &turn)
  }

  func setTransmissionTimer(_ id: UInt64, _ transmission: Transmission, _ turn: inout AssociationTurn) {
    turn.emit(.setTimer(.retransmission(id: id), after: turn.random.jittered(transmission.patience, percent: 10)))
  }

  func record(_ kind: JournalKind, _ turn: inout AssociationTurn) {
    let interface = phase1.policy?.interface ?? .none
    turn.emit(.record(JournalRecord(kind, interface: interface, a: phase1.endpoints.remote, b: phase1.endpoints.local, x: 1)))
  }

  /// An authentic message came.
  mutating func heard(_ endpoints: AssociationEndpoints, isFresh: Bool, _ turn: inout AssociationTurn) {
    if deadPeer.isAsking {
      deadPeer.heard()
      turn.emit(.cancelTimer(.retransmission(id: TimerID.probe)))
    }
    unconfirmed = nil
    turn.emit(.heard)
    guard isFresh, endpoints != phase1.endpoints, endpoints.local == phase1.endpoints.local, phase1.traversal.isThere else { return }
    phase1.endpoints = endpoints
    turn.emit(.moved(endpoints))
  }

  mutating func end(_ failure: IKEFailure, _ turn: inout AssociationTurn) {
    stage = .ended
    (jobs, quickModes, transmission) = ([:], [], nil)
    if phase1.localCookie != 0 { turn.emit(.releaseSPI(phase1.localCookie)) }
    turn.emit(.ended(failure))
  }
}
