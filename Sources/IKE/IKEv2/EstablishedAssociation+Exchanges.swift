// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// Messages in and out, timers, and what comes next.
extension EstablishedAssociation {
  mutating func receive(
    _ message: IKEMessage, _ bytes: [UInt8], from endpoints: AssociationEndpoints, _ context: inout IKEv2Context,
    _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    guard
      let g = generations.firstIndex(where: {
        $0.sa.initiatorSPI == message.header.initiatorSPI && $0.sa.responderSPI == message.header.responderSPI
      })
    else {
      turn.emit(.refused(.unknownSPI))
      return .stay
    }
    if message.enclosed == nil { return receiveClear(message, g, &context, &turn) }
    let arrival = generations[g].sa.receive(message, bytes, at: turn.now)
    switch arrival {
    case .refused(let reason):
      turn.emit(.refused(reason))
      return .stay
    case .incomplete: return .stay
    case .repeated:
      for datagram in generations[g].sa.lastAnswer { turn.emit(.send(endpoints, bytes: datagram)) }
      return .stay
    default: break
    }
    noteAuthentic(endpoints, &context, &turn)
    return dispatch(arrival, g, endpoints, &context, &turn)
  }

  /// Behind a NAT the peer's address and port may change at any time; what is authentic and new says where it is (§2.23).
  private func noteAuthentic(_ endpoints: AssociationEndpoints, _ context: inout IKEv2Context, _ turn: inout AssociationTurn) {
    turn.emit(.heard)
    guard endpoints != context.endpoints, context.nat.isRemote, endpoints.localPort == context.endpoints.localPort,
      endpoints.local == context.endpoints.local
    else { return }
    context.endpoints = endpoints
    turn.emit(.moved(endpoints))
  }

  private mutating func dispatch(
    _ arrival: IKESA.Arrival, _ g: Int, _ endpoints: AssociationEndpoints, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    switch arrival {
    case .request(.createChildSA, let payloads): answerCreateChild(payloads, g, endpoints, &context, &turn)
    case .request(.informational, let payloads): return answerInformational(payloads, g, endpoints, &context, &turn)
    case .request(let exchange, _): answer(exchange, [.notify(.invalidSyntax)], g, endpoints, &turn)
    case .badRequest(let exchange, let error): answer(exchange, [.notify(NotifyPayload(error))], g, endpoints, &turn)
    case .answer(let request, let payloads): return receiveAnswer(request, payloads, g, &context, &turn)
    case .badAnswer(let request, _): return receiveAnswer(request, [.notify(.invalidSyntax)], g, &context, &turn)
    case .incomplete, .repeated, .refused: break
    }
    proceed(&context, &turn)
    return .stay
  }

  private mutating func receiveAnswer(
    _ request: OutstandingRequest, _ payloads: [IKEPayload], _ g: Int, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    turn.emit(.cancelTimer(.retransmission(id: generations[g].sa.localSPI)))
    if request.tries == 1 { context.roundTrip = turn.now - request.firstSentAt }
    guard let exchange = generations[g].exchange else { return .stay }
    generations[g].exchange = nil
    // Whoever cannot read what we say, or no longer believes us, is lost (§2.21.3).
    if payloads.has(.invalidSyntax) || payloads.has(.authenticationFailed) { return giveUp(g, payloads, &context, &turn) }
    switch exchange {
    case .deletingIKE: return remove(g, closing ?? .deletedHere, &context, &turn)
    // A child that comes too late is not installed any more. A new IKE SA is: it must be deleted too.
    case .child where closing != nil: break
    case .child(let offer): receiveChild(offer, payloads, g, &context, &turn)
    case .ike(let offer): receiveIKE(offer, payloads, g, &context, &turn)
    case .deletingChildren(let spis): for spi in spis { if let c = child(inbound: spi) { strike(c) } }
    default: break
    }
    proceed(&context, &turn)
    return .stay
  }

  private mutating func giveUp(
    _ g: Int, _ payloads: [IKEPayload], _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    if generations[g].isSuperseded { return remove(g, .deletedHere, &context, &turn) }
    for datagram in generations[g].sa.farewell([.delete(.ike)]) { turn.emit(.send(context.endpoints, bytes: datagram)) }
    return .ended(.refused(notify: payloads.error?.type.rawValue ?? NotifyType.invalidSyntax.rawValue))
  }

  /// Seals and sends the answer to the request that generation `g` works on.
  mutating func answer(
    _ exchange: ExchangeType, _ payloads: [IKEPayload], _ g: Int, _ endpoints: AssociationEndpoints, _ turn: inout AssociationTurn
  ) {
    generations[g].answering = nil
    for datagram in generations[g].sa.answer(exchange, payloads) { turn.emit(.send(endpoints, bytes: datagram)) }
  }

  /// Seals and sends a request, and waits for its answer.
  mutating func request(
    _ exchange: ExchangeType, _ payloads: [IKEPayload], _ g: Int, _ own: OwnExchange, _ context: IKEv2Context, _ turn: inout AssociationTurn
  ) {
    generations[g].exchange = own
    for datagram in generations[g].sa.request(exchange, payloads, at: turn.now) { turn.emit(.send(context.endpoints, bytes: datagram)) }
    turn.emit(.setTimer(.retransmission(id: generations[g].sa.localSPI), after: schedule(own).pause(1)))
  }

  /// A request was not answered in time.
  mutating func retransmit(_ localSPI: UInt64, _ context: inout IKEv2Context, _ turn: inout AssociationTurn) -> IKEv2Step {
    guard let g = index(of: localSPI), let request = generations[g].sa.outstanding, let own = generations[g].exchange else { return .stay }
    let schedule = schedule(own)
    guard request.tries < schedule.tries else {
      if generations[g].isSuperseded || closing != nil { return remove(g, closing ?? .deletedHere, &context, &turn) }
      return .ended(.peerDead)
    }
    for datagram in request.datagrams { turn.emit(.send(context.endpoints, bytes: datagram)) }
    generations[g].sa.noteRetransmission()
    turn.emit(.setTimer(.retransmission(id: localSPI), after: schedule.pause(request.tries + 1)))
    return .stay
  }

  /// How often, and how long between: the configured tries for dead peers, short ones for farewells.
  private func schedule(_ own: OwnExchange) -> (tries: Int, pause: (Int) -> Duration) {
    switch own {
    case .probing(isUrgent: false):
      let pause = Duration.seconds(max(1, policy.deadPeerRetrySeconds))
      return (IKELimits.probeTries, { _ in pause })
    case .probing(isUrgent: true), .deletingIKE, .reporting: return (IKELimits.shortTries, { Retransmission.pause(after: $0 - 1) })
    default: return (IKELimits.tries, { Retransmission.pause(after: $0 - 1) })
    }
  }

  /// Begins the next thing to do, where nothing is under way.
  mutating func proceed(_ context: inout IKEv2Context, _ turn: inout AssociationTurn) {
    while generations.indices.contains(current), generations[current].exchange == nil, !tasks.isEmpty {
      let g = current
      if case .ike = generations[g].answering { return }
      let task = tasks.removeFirst()
      begin(task, g, &context, &turn)
    }
  }

  private mutating func begin(_ task: ExchangeTask, _ g: Int, _ context: inout IKEv2Context, _ turn: inout AssociationTurn) {
    switch task {
    case .createChild: prepareChild(replacing: nil, g, &context, &turn)
    case .rekeyChild(let spi):
      // It may be gone or replaced since it was asked for.
      guard let c = child(inbound: spi), !children[c].isReplaced, !children[c].isClosing else { return }
      prepareChild(replacing: spi, g, &context, &turn)
    case .deleteChild(let spi, let failure): deleteChild(spi, failure, g, context, &turn)
    case .rekeyIKE: prepareIKE(g, &context, &turn)
    case .probe(let isUrgent): request(.informational, [], g, .probing(isUrgent: isUrgent), context, &turn)
    case .reportSPI(let spi):
      let value = spi.bytes
      request(.informational, [.notify(.invalidSPI, value)], g, .reporting, context, &turn)
    case .deleteIKE: request(.informational, [.delete(.ike)], g, .deletingIKE, context, &turn)
    }
  }

  /// Puts a task at the end of the queue, once.
  mutating func enqueue(_ task: ExchangeTask, _ context: inout IKEv2Context, _ turn: inout AssociationTurn) {
    guard closing == nil, !tasks.contains(task), tasks.count < IKELimits.queuedTasks else { return }
    if task == .createChild, generations.contains(where: { $0.exchange?.isNewChild == true }) { return }
    tasks.append(task)
    proceed(&context, &turn)
  }

  /// Tries a task again after a while: the peer was busy (§2.25).
  func postpone(_ task: Postponed, _ turn: inout AssociationTurn) {
    let least = IKELimits.temporaryFailure
    turn.emit(.setTimer(.wait(id: task.id), after: least + turn.random.jittered(least, percent: 100)))
  }

  mutating func computed(
    _ tag: UInt32, _ result: KeyResult, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    for g in generations.indices {
      if continueOwn(tag, result, g, &context, &turn) || continueAnswer(tag, result, g, &context, &turn) { break }
    }
    proceed(&context, &turn)
    return .stay
  }

  /// A wait of ours is over.
  mutating func waited(_ id: UInt64, _ context: inout IKEv2Context, _ turn: inout AssociationTurn) -> IKEv2Step {
    switch Postponed(id: id) {
    case .createChild: enqueue(.createChild, &context, &turn)
    case .rekeyIKE: enqueue(.rekeyIKE, &context, &turn)
    case .rekeyChild(let spi): enqueue(.rekeyChild(spi), &context, &turn)
    case .deleteChild(let spi): enqueue(.deleteChild(spi, .expired), &context, &turn)
    case .generation:
      if let g = generations.firstIndex(where: { Postponed.generation($0.sa.localSPI).id == id && $0.isSuperseded }) {
        return remove(g, .deletedHere, &context, &turn)
      }
    }
    return .stay
  }
}

/// Something that waits for its time; the number names its timer. SPIs of IKE are random in 64 bits, those of ESP have 32.
enum Postponed {
  case createChild, rekeyIKE
  case rekeyChild(UInt32)
  case deleteChild(UInt32)
  /// A superseded IKE SA that its peer should have deleted.
  case generation(UInt64)

  var id: UInt64 {
    switch self {
    case .createChild: 1
    case .rekeyIKE: 2
    case .rekeyChild(let spi): 1 << 32 | UInt64(spi)
    case .deleteChild(let spi): 2 << 32 | UInt64(spi)
    case .generation(let spi): spi | 1 << 63
    }
  }

  init(id: UInt64) {
    switch id >> 32 {
    case 0: self = id == 1 ? .createChild : .rekeyIKE
    case 1: self = .rekeyChild(UInt32(truncatingIfNeeded: id))
    case 2: self = .deleteChild(UInt32(truncatingIfNeeded: id))
    default: self = .generation(id)
    }
  }
}
