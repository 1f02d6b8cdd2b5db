// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// The initiator's part of the first two exchanges (RFC 7296 §1.2): IKE_SA_INIT with cookies and a second guess at the group, IKE_AUTH
/// with the first child.
///
/// ```
///   generating ─▶ awaitingInit ─▶ agreeing ─▶ (signing) ─▶ awaitingAuth ─▶ (verifying) ─▶ established
///       ▲              │ INVALID_KE_PAYLOAD, COOKIE
///       └──────────────┘
/// ```
struct InitialInitiator: Sendable {
  private enum State {
    case generating(tag: UInt32, Attempt)
    case awaitingInit(Attempt, Sent)
    case agreeing(tag: UInt32, Attempt, Answer)
    case signing(tag: UInt32, Draft, SignatureScheme, AuthenticationMethodNumber)
    case awaitingAuth(Draft)
    case verifying(tag: UInt32, Draft, IKEIdentity, [IKEPayload])
    case over
  }

  /// One IKE_SA_INIT, perhaps not the first.
  private struct Attempt {
    var group: KeyExchangeMethod
    var cookie: [UInt8]?
    /// Random bytes of the first try, which later ones use again.
    var random: [UInt8] = []
    /// Answers that made us ask again.
    var rounds = 0

    var spi: UInt64 { InitialExchange.spi(from: random) }
    var nonce: [UInt8] { InitialExchange.nonce(from: random) }
  }

  /// An IKE_SA_INIT under way.
  private struct Sent {
    var privateValue: SecretBytes
    var publicValue: [UInt8]
    var message: [UInt8]
    var at: Instant
    var tries = 1
    /// An error came in clear: anybody can have sent it, so it only shortens the wait (§2.21.1).
    var hint: NotifyType?
  }

  /// The responder's IKE_SA_INIT.
  private struct Answer {
    var suite: IKESuite
    var responderSPI: UInt64
    var outcome: InitialExchange.Outcome
    var takesFragments: Bool
  }

  /// IKE_AUTH, before and after it was sent.
  private struct Draft {
    var sa: IKESA
    var outcome: InitialExchange.Outcome
    var childSPI: UInt32
    /// The two addresses in the selectors we offer.
    var offered: AssociationEndpoints
    /// What stands before and behind AUTH.
    var before: [IKEPayload] = [], after: [IKEPayload] = []
  }

  private let chosen: ChosenPolicy
  private var state = State.over

  init(_ chosen: ChosenPolicy) { self.chosen = chosen }

  private var policy: ProtectionPolicy { chosen.value }

  /// Our SPI; 0 before there is one.
  var localSPI: UInt64 {
    switch state {
    case .generating(_, let attempt), .awaitingInit(let attempt, _), .agreeing(_, let attempt, _): attempt.random.isEmpty ? 0 : attempt.spi
    default: sa?.localSPI ?? 0
    }
  }

  /// The IKE SA, once there is one.
  var sa: IKESA? {
    switch state {
    case .signing(_, let draft, _, _), .awaitingAuth(let draft), .verifying(_, let draft, _, _): draft.sa
    default: nil
    }
  }

  mutating func start(_ context: inout IKEv2Context, _ turn: inout AssociationTurn) -> IKEv2Step {
    guard let group = policy.ikeProposals.first?.groups.first, !policy.espSuites.isEmpty else { return .ended(.noPolicy) }
    generate(Attempt(group: group), &context, &turn)
    return .stay
  }

  private mutating func generate(_ attempt: Attempt, _ context: inout IKEv2Context, _ turn: inout AssociationTurn) {
    let tag = context.newTag()
    turn.emit(.compute(tag: tag, .generate(attempt.group, randomBytes: attempt.random.isEmpty ? InitialExchange.randomBytes : 0)))
    state = .generating(tag: tag, attempt)
  }

  mutating func computed(
    _ tag: UInt32, _ result: KeyResult, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    switch (state, result) {
    case (.generating(tag, let attempt), .generated(let privateValue, let publicValue, let random)):
      var attempt = attempt
      if attempt.random.isEmpty { attempt.random = random }
      guard attempt.random.count == InitialExchange.randomBytes else { return .ended(.malformed) }
      sendInit(attempt, privateValue, publicValue, context, &turn)
    case (.agreeing(tag, let attempt, let answer), .agreed(let secret)): return prepareAuth(attempt, answer, secret, &context, &turn)
    case (.signing(tag, let draft, let scheme, let method), .signature(let signature)):
      let value = SignatureAlgorithm.value(signature, scheme, method)
      sendAuth(draft, AuthenticationPayload(method: method, value: value), context, &turn)
    case (.verifying(tag, let draft, let identity, let payloads), .verified(let certificate)):
      return finish(draft, identity, certificate, payloads, &context, &turn)
    case (.verifying(tag, let draft, _, _), .failed(let error)): return refuse(draft.sa, IKEFailure(verifying: error), context, &turn)
    case (.generating(tag, _), _), (.agreeing(tag, _, _), _), (.signing(tag, _, _, _), _): return .ended(.malformed)
    default: break
    }
    return .stay
  }

  mutating func receive(
    _ message: IKEMessage, _ bytes: [UInt8], from endpoints: AssociationEndpoints, _ context: inout IKEv2Context,
    _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    switch state {
    case .awaitingInit(let attempt, let sent): return receiveInit(message, bytes, endpoints, attempt, sent, &context, &turn)
    case .awaitingAuth(let draft): return receiveAuth(message, bytes, draft, &context, &turn)
    default:
      turn.emit(.refused(.outOfOrder))
      return .stay
    }
  }

  /// The open request goes out again, or is given up.
  mutating func retransmit(_ context: IKEv2Context, _ turn: inout AssociationTurn) -> IKEv2Step {
    switch state {
    case .awaitingInit(let attempt, var sent):
      if let hint = sent.hint, sent.tries > 2 { return .ended(.refused(notify: hint.rawValue)) }
      guard sent.tries < IKELimits.tries else { return .ended(.timeout) }
      turn.emit(.send(context.endpoints, bytes: sent.message))
      turn.emit(.setTimer(.retransmission(id: 0), after: Retransmission.pause(after: sent.tries)))
      sent.tries += 1
      state = .awaitingInit(attempt, sent)
    case .awaitingAuth(var draft):
      guard let request = draft.sa.outstanding, request.tries < IKELimits.tries else { return .ended(.timeout) }
      for datagram in request.datagrams { turn.emit(.send(context.endpoints, bytes: datagram)) }
      turn.emit(.setTimer(.retransmission(id: 0), after: Retransmission.pause(after: request.tries)))
      draft.sa.noteRetransmission()
      state = .awaitingAuth(draft)
    default: break
    }
    return .stay
  }
}

/// When a request goes out again (RFC 7296 §2.1, §2.4).
enum Retransmission {
  /// The pause after the request was sent `tries` times: 0.5 s, twice as long each time.
  static func pause(after tries: Int) -> Duration { IKELimits.firstRetransmission * (1 << min(max(0, tries), 16)) }
}

extension IKEFailure {
  /// Why a signature did not do.
  init(verifying error: CryptoError) { self = error == .wrongSignature ? .authenticationFailed : .certificateRefused(error) }
}

// IKE_SA_INIT

extension InitialInitiator {
  private mutating func sendInit(
    _ attempt: Attempt, _ privateValue: SecretBytes, _ publicValue: [UInt8], _ context: IKEv2Context, _ turn: inout AssociationTurn
  ) {
    var payloads: [IKEPayload] = attempt.cookie.map { [.notify(.cookie, $0)] } ?? []
    payloads.append(.securityAssociation(SecurityAssociationPayload(ProposalSelection.offer(policy.ikeProposals))))
    payloads.append(.keyExchange(KeyExchangePayload(method: attempt.group, publicValue: publicValue)))
    payloads.append(.nonce(NoncePayload(attempt.nonce)))
    payloads += NATDetection.notifies(attempt.spi, 0, context.endpoints) + InitialExchange.features(policy)
    let header = IKEHeader(
      initiatorSPI: attempt.spi, responderSPI: 0, majorVersion: 2, exchange: ExchangeType.ikeSAInit.rawValue,
      flags: HeaderFlags.initiator.rawValue, messageID: 0)
    let message = IKEMessage(clear: payloads, header: header).encoded
    if attempt.rounds == 0 {
      turn.emit(.claimSPI(attempt.spi, isKnown: true))
      turn.emit(context.record(.ikeInitSent, policy, x: 2))
    }
    turn.emit(.send(context.endpoints, bytes: message))
    turn.emit(.setTimer(.retransmission(id: 0), after: IKELimits.firstRetransmission))
    state = .awaitingInit(attempt, Sent(privateValue: privateValue, publicValue: publicValue, message: message, at: turn.now))
  }

  private mutating func receiveInit(
    _ message: IKEMessage, _ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ attempt: Attempt, _ sent: Sent,
    _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    guard message.exchange == .ikeSAInit, message.flags.contains(.response), !message.flags.contains(.initiator),
      message.header.messageID == 0,
      message.enclosed == nil, endpoints.remote == context.endpoints.remote, let payloads = try? [IKEPayload](message.payloads)
    else {
      turn.emit(.refused(message.flags.contains(.initiator) ? .reflected : .unexpected))
      return .stay
    }
    if payloads.securityAssociation == nil { return receiveRejection(payloads, attempt, sent, &context, &turn) }
    guard let answer = read(payloads, message.header, bytes, attempt, sent) else {
      turn.emit(.refused(.unexpected))
      return .stay
    }
    guard answer.outcome.nonces.responder != attempt.nonce else {
      turn.emit(.refused(.reflected))
      return .stay
    }
    if sent.tries == 1 { context.roundTrip = turn.now - sent.at }
    context.nat = NATDetection(payloads, message.header, endpoints)
    let tag = context.newTag()
    turn.emit(.cancelTimer(.retransmission(id: 0)))
    let peerValue = payloads.keyExchange?.publicValue ?? []
    turn.emit(.compute(tag: tag, .agree(attempt.group, privateValue: sent.privateValue, peerPublicValue: peerValue)))
    state = .agreeing(tag: tag, attempt, answer)
    return .stay
  }

  private func read(_ payloads: [IKEPayload], _ header: IKEHeader, _ bytes: [UInt8], _ attempt: Attempt, _ sent: Sent) -> Answer? {
    guard let proposals = payloads.securityAssociation?.proposals, let nonce = payloads.nonce, let exchange = payloads.keyExchange,
      header.responderSPI != 0, let suite = ProposalSelection.chosen(proposals, policy.ikeProposals), suite.group == attempt.group,
      exchange.method == attempt.group
    else { return nil }
    let outcome = InitialExchange.Outcome(
      nonces: Nonces(initiator: attempt.nonce, responder: nonce), request: sent.message, response: bytes, hashes: payloads.signatureHashes)
    return Answer(
      suite: suite, responderSPI: header.responderSPI, outcome: outcome,
      takesFragments: policy.fragmentationBytes > 0 && payloads.has(.fragmentationSupported))
  }

  /// An answer without a choice: a cookie, another group, an error (§2.6, §2.7, §2.21.1).
  private mutating func receiveRejection(
    _ payloads: [IKEPayload], _ attempt: Attempt, _ sent: Sent, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    var next = attempt
    next.rounds += 1
    guard next.rounds <= 4 else {
      turn.emit(.refused(.cookie))
      return .stay
    }
    if let cookie = payloads.notify(.cookie)?.value, IKEFigures.cookieBytes.contains(cookie.count), cookie != attempt.cookie {
      next.cookie = cookie
      sendInit(next, sent.privateValue, sent.publicValue, context, &turn)
    } else if let group = payloads.wantedGroup, group != attempt.group, policy.ikeProposals.contains(where: { $0.groups.contains(group) }) {
      next.group = group
      turn.emit(.cancelTimer(.retransmission(id: 0)))
      generate(next, &context, &turn)
    } else if let error = payloads.error {
      var sent = sent
      sent.hint = error.type
      state = .awaitingInit(attempt, sent)
    } else {
      turn.emit(.refused(.unexpected))
    }
    return .stay
  }
}

// IKE_AUTH

extension InitialInitiator {
  private mutating func prepareAuth(
    _ attempt: Attempt, _ answer: Answer, _ secret: SecretBytes, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    let keys = IKEKeys(
      suite: answer.suite, secret: secret, nonces: answer.outcome.nonces, initiatorSPI: attempt.spi, responderSPI: answer.responderSPI)
    guard
      var sa = IKESA(
        isInitiator: true, initiatorSPI: attempt.spi, responderSPI: answer.responderSPI, suite: answer.suite, keys: keys)
    else { return .ended(.noProposalChosen) }
    sa.skipInit()
    sa.fragmentationBytes = answer.takesFragments ? policy.fragmentationBytes : nil
    if context.nat.isFound {
      context.float()
      turn.emit(context.record(.ikePortFloated, policy))
    }
    let identification = IdentificationPayload(Proof.localIdentity(policy, local: context.endpoints.local))
    let childSPI = turn.freeSPI(from: InitialExchange.childRandom(from: attempt.random))
    var draft = Draft(sa: sa, outcome: answer.outcome, childSPI: childSPI, offered: context.endpoints)
    draft.before = [.initiatorIdentification(identification)] + Proof.certificates(policy)
    if turn.isInitialContact { draft.before.append(.notify(.initialContact)) }
    draft.before += InitialExchange.certificateRequest(policy)
    let expected = Self.expectedIdentity(policy)
    if let expected { draft.before.append(.responderIdentification(IdentificationPayload(expected))) }
    draft.after = ChildNegotiation.offer(policy, spi: childSPI, group: nil, context.endpoints)
    return prove(draft, identification, expected, &context, &turn)
  }

  private mutating func prove(
    _ draft: Draft, _ identification: IdentificationPayload, _ expected: IKEIdentity?, _ context: inout IKEv2Context,
    _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    let octets = draft.outcome.octets(ofInitiator: true, identification, draft.sa)
    switch Proof.make(
      policy, octets, draft.sa.suite.prf, remote: context.endpoints.remote, identity: expected, hashes: draft.outcome.hashes)
    {
    case .ready(let payload): sendAuth(draft, payload, context, &turn)
    case .sign(let job, let scheme, let method):
      let tag = context.newTag()
      turn.emit(.compute(tag: tag, job))
      state = .signing(tag: tag, draft, scheme, method)
    case .impossible(let failure): return .ended(failure)
    }
    return .stay
  }

  /// The one identity the policy accepts, where there is one: then it is asked for (IDr).
  private static func expectedIdentity(_ policy: ProtectionPolicy) -> IKEIdentity? {
    guard policy.remoteMatches.count == 1 else { return nil }
    switch policy.remoteMatches[0] {
    case .fqdn(let name): return .fqdn(name)
    case .mail(let name): return .mail(name)
    case .keyID(let key): return .keyID(key)
    case .addresses(let prefix) where prefix.length == prefix.address.bitWidth: return .address(prefix.address)
    default: return nil
    }
  }

  private mutating func sendAuth(
    _ draft: Draft, _ proof: AuthenticationPayload, _ context: IKEv2Context, _ turn: inout AssociationTurn
  ) {
    var draft = draft
    let payloads = draft.before + [.authentication(proof)] + draft.after
    (draft.before, draft.after) = ([], [])
    for datagram in draft.sa.request(.ikeAuth, payloads, at: turn.now) { turn.emit(.send(context.endpoints, bytes: datagram)) }
    turn.emit(.setTimer(.retransmission(id: 0), after: IKELimits.firstRetransmission))
    state = .awaitingAuth(draft)
  }

  private mutating func receiveAuth(
    _ message: IKEMessage, _ bytes: [UInt8], _ draft: Draft, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    var draft = draft
    switch draft.sa.receive(message, bytes, at: turn.now) {
    case .answer(_, let payloads):
      turn.emit(.cancelTimer(.retransmission(id: 0)))
      return checkAuth(draft, payloads, &context, &turn)
    case .badAnswer(_, let error): return refuse(draft.sa, .malformed, telling: NotifyPayload(error), context, &turn)
    case .incomplete: state = .awaitingAuth(draft)
    case .refused(let reason): turn.emit(.refused(reason))
    // Nothing but the answer may come before we know each other.
    case .request, .badRequest, .repeated: turn.emit(.refused(.unexpected))
    }
    return .stay
  }

  private mutating func checkAuth(
    _ draft: Draft, _ payloads: [IKEPayload], _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    guard let identification = payloads.responderIdentification, let proof = payloads.authentication else {
      if let error = payloads.error { return .ended(.refused(notify: error.type.rawValue)) }
      return refuse(draft.sa, .malformed, context, &turn)
    }
    let identity = identification.identity
    let octets = draft.outcome.octets(ofInitiator: false, identification, draft.sa)
    let check = Proof.check(
      proof, policy, octets, draft.sa.suite.prf, remote: context.endpoints.remote, identity: identity, chain: Proof.chain(payloads),
      wallSeconds: turn.wallSeconds)
    switch check {
    case .accepted: return finish(draft, identity, nil, payloads, &context, &turn)
    case .verify(let job):
      let tag = context.newTag()
      turn.emit(.compute(tag: tag, job))
      state = .verifying(tag: tag, draft, identity, payloads)
      return .stay
    case .refused(let failure): return refuse(draft.sa, failure, context, &turn)
    }
  }

  /// The responder believes in us already: it is told that we do not believe in it (§2.21.2).
  private func refuse(
    _ sa: IKESA, _ failure: IKEFailure, telling notify: NotifyPayload? = nil, _ context: IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    var sa = sa
    let notify = notify ?? NotifyPayload(failure == .malformed ? .invalidSyntax : .authenticationFailed)
    for datagram in sa.farewell([.notify(notify), .delete(.ike)]) { turn.emit(.send(context.endpoints, bytes: datagram)) }
    return .ended(failure)
  }

  private func finish(
    _ draft: Draft, _ identity: IKEIdentity, _ certificate: CertificateFacts?, _ payloads: [IKEPayload], _ context: inout IKEv2Context,
    _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    if let failure = Proof.accepts(policy, identity, certificate, local: context.endpoints.local) {
      return refuse(draft.sa, failure, context, &turn)
    }
    var established = EstablishedAssociation(draft.sa, chosen, identity, certificate)
    established.announce(context, &turn)
    do throws(IKEFailure) {
      let agreement = try ChildNegotiation.readAnswer(payloads, policy, group: nil, draft.offered, context.nat)
      guard
        let keys = ChildKeys(
          suite: agreement.choice.suite, prf: draft.sa.suite.prf, d: draft.sa.keys.d, secret: nil, nonces: draft.outcome.nonces)
      else { throw .noProposalChosen }
      let pair = ChildNegotiation.pair(agreement, policy, keys: keys, spi: draft.childSPI, isInitiator: true, context, replaces: nil)
      established.install(pair, &turn)
    } catch {
      turn.emit(.childFailed(replacing: nil, error))
    }
    return .established(established)
  }
}
