// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// The responder's part of the first two exchanges (RFC 7296 §1.2). `IKEv2FirstContact` has looked at the request before: what comes
/// here can be answered, and the sender has shown that it is where it says if that was in doubt.
///
/// ```
///   idle ─▶ responding ─▶ awaitingAuth ─▶ (verifying) ─▶ (signing) ─▶ established
/// ```
struct InitialResponder: Sendable {
  private enum State {
    case idle
    case responding(tag: UInt32, Request)
    case awaitingAuth(Waiting)
    case verifying(tag: UInt32, Waiting, Claim)
    case signing(tag: UInt32, Waiting, Claim, CertificateFacts?, SignatureScheme, AuthenticationMethodNumber)
    case over
  }

  /// IKE_SA_INIT as it came.
  private struct Request {
    var bytes: [UInt8]
    var opening: IKEv2Opening
    var endpoints: AssociationEndpoints
  }

  /// Answered; who is it?
  private struct Waiting {
    var sa: IKESA
    var outcome: InitialExchange.Outcome
    /// Four bytes for the child's SPI.
    var childRandom: [UInt8]
    var answeredAt: Instant
  }

  /// Who the initiator says it is, under the policy that is tried.
  private struct Claim {
    var chosen: ChosenPolicy
    /// Other policies that the proof would be as good for: which of them is meant, the certificate may say.
    var others: [ProtectionPolicy]
    var identity: IKEIdentity
    var payloads: [IKEPayload]

    var policy: ProtectionPolicy { chosen.value }
  }

  private let policies: [ProtectionPolicy]
  private var state = State.idle

  init(_ policies: [ProtectionPolicy]) { self.policies = policies }

  /// The IKE SA, once there is one.
  var sa: IKESA? {
    switch state {
    case .awaitingAuth(let waiting), .verifying(_, let waiting, _), .signing(_, let waiting, _, _, _, _): waiting.sa
    default: nil
    }
  }

  mutating func receive(
    _ message: IKEMessage, _ bytes: [UInt8], from endpoints: AssociationEndpoints, _ context: inout IKEv2Context,
    _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    switch state {
    case .idle: return open(message, bytes, endpoints, &context, &turn)
    case .awaitingAuth(let waiting) where message.exchange == .ikeSAInit:
      // The same request again: our answer was lost. Another one with the same SPI is nobody's business here.
      if bytes == waiting.outcome.request {
        turn.emit(.send(endpoints, bytes: waiting.outcome.response))
      } else {
        turn.emit(.refused(.unexpected))
      }
    case .awaitingAuth(let waiting): return receiveAuth(message, bytes, endpoints, waiting, &context, &turn)
    default: turn.emit(.refused(.outOfOrder))
    }
    return .stay
  }

  mutating func computed(
    _ tag: UInt32, _ result: KeyResult, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    switch (state, result) {
    case (.responding(tag, let request), .responded(let publicValue, let secret, let random)):
      return answerInit(request, publicValue, secret, random, &context, &turn)
    case (.responding(tag, _), _): return .ended(.malformed)
    case (.verifying(tag, let waiting, let claim), .verified(let certificate)): return accept(waiting, claim, certificate, &context, &turn)
    case (.verifying(tag, let waiting, let claim), .failed(let error)):
      return refuse(waiting, claim.policy, IKEFailure(verifying: error), context, &turn)
    case (.signing(tag, let waiting, let claim, let certificate, let scheme, let method), .signature(let signature)):
      let proof = AuthenticationPayload(method: method, value: SignatureAlgorithm.value(signature, scheme, method))
      return establish(waiting, claim, certificate, proof, &context, &turn)
    case (.signing(tag, let waiting, let claim, _, _, _), _): return refuse(waiting, claim.policy, .noPolicy, context, &turn)
    default: return .stay
    }
  }
}

// IKE_SA_INIT

extension InitialResponder {
  private mutating func open(
    _ message: IKEMessage, _ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    guard let payloads = try? [IKEPayload](message.payloads), let opening = IKEv2Opening(payloads, message.header, endpoints, policies),
      opening.peerGuessed
    else { return .ended(.malformed) }
    let tag = context.newTag()
    context.nat = opening.nat
    let job = KeyJob.respond(opening.suite.group, peerPublicValue: opening.publicValue, randomBytes: InitialExchange.randomBytes)
    turn.emit(.compute(tag: tag, job))
    turn.emit(context.record(.ikeInitReceived, policies.first, x: 2))
    state = .responding(tag: tag, Request(bytes: bytes, opening: opening, endpoints: endpoints))
    return .stay
  }

  private mutating func answerInit(
    _ request: Request, _ publicValue: [UInt8], _ secret: SecretBytes, _ random: [UInt8], _ context: inout IKEv2Context,
    _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    guard random.count == InitialExchange.randomBytes else { return .ended(.malformed) }
    let opening = request.opening, spi = InitialExchange.spi(from: random)
    let nonce = Array(InitialExchange.nonce(from: random).prefix(opening.nonceBytes))
    let nonces = Nonces(initiator: opening.nonce, responder: nonce)
    let keys = IKEKeys(
      suite: opening.suite, secret: secret, nonces: nonces, initiatorSPI: opening.initiatorSPI, responderSPI: spi)
    guard
      var sa = IKESA(
        isInitiator: false, initiatorSPI: opening.initiatorSPI, responderSPI: spi, suite: opening.suite, keys: keys)
    else { return .ended(.noProposalChosen) }
    sa.skipInit()
    sa.fragmentationBytes = opening.takesFragments ? opening.policy.fragmentationBytes : nil
    let answer = opening.answer(spi: spi, publicValue: publicValue, nonce: nonce)
    let outcome = InitialExchange.Outcome(nonces: nonces, request: request.bytes, response: answer, hashes: opening.hashes)
    turn.emit(.claimSPI(spi, isKnown: false))
    turn.emit(.send(request.endpoints, bytes: answer))
    state = .awaitingAuth(
      Waiting(sa: sa, outcome: outcome, childRandom: InitialExchange.childRandom(from: random), answeredAt: turn.now))
    return .stay
  }
}

// IKE_AUTH

extension InitialResponder {
  private mutating func receiveAuth(
    _ message: IKEMessage, _ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ waiting: Waiting, _ context: inout IKEv2Context,
    _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    var waiting = waiting
    switch waiting.sa.receive(message, bytes, at: turn.now) {
    case .request(.ikeAuth, let payloads):
      context.endpoints = endpoints
      context.roundTrip = turn.now - waiting.answeredAt
      return checkAuth(waiting, payloads, &context, &turn)
    case .badRequest(.ikeAuth, let error):
      context.endpoints = endpoints
      for datagram in waiting.sa.answer(.ikeAuth, [.notify(NotifyPayload(error))]) { turn.emit(.send(endpoints, bytes: datagram)) }
      return .ended(.malformed)
    case .incomplete: state = .awaitingAuth(waiting)
    case .refused(let reason): turn.emit(.refused(reason))
    default: turn.emit(.refused(.unexpected))
    }
    return .stay
  }

  private mutating func checkAuth(
    _ waiting: Waiting, _ payloads: [IKEPayload], _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    guard let identification = payloads.initiatorIdentification, let proof = payloads.authentication,
      payloads.securityAssociation != nil, payloads.initiatorSelectors != nil, payloads.responderSelectors != nil
    else { return refuse(waiting, nil, .malformed, context, &turn) }
    let identity = identification.identity
    let fitting = fittingPolicies(waiting.sa.suite, identity, proof, payloads.responderIdentification?.identity, context)
    guard let policy = fitting.first else { return refuse(waiting, nil, .identityRefused(identity), context, &turn) }
    let others = fitting.dropFirst().filter { $0.anchors == policy.anchors && $0.remoteMethods == policy.remoteMethods }
    let claim = Claim(chosen: ChosenPolicy(policy, in: policies), others: others, identity: identity, payloads: payloads)
    let octets = waiting.outcome.octets(ofInitiator: true, identification, waiting.sa)
    let check = Proof.check(
      proof, policy, octets, waiting.sa.suite.prf, remote: context.endpoints.remote, identity: identity, chain: Proof.chain(payloads),
      wallSeconds: turn.wallSeconds)
    switch check {
    case .accepted: return accept(waiting, claim, nil, &context, &turn)
    case .verify(let job):
      let tag = context.newTag()
      turn.emit(.compute(tag: tag, job))
      state = .verifying(tag: tag, waiting, claim)
      return .stay
    case .refused(let failure): return refuse(waiting, policy, failure, context, &turn)
    }
  }

  /// The policies that could accept the initiator; one whose identity it asks for (IDr) comes before others.
  private func fittingPolicies(
    _ suite: IKESuite, _ identity: IKEIdentity, _ proof: AuthenticationPayload, _ wanted: IKEIdentity?, _ context: IKEv2Context
  ) -> [ProtectionPolicy] {
    let sharesKey = proof.method == .sharedKey
    let fitting = policies.filter { policy in
      policy.remoteMatches.contains { sharesKey ? $0.matches(identity, certificate: nil) : $0.mayMatch(identity) }
        && policy.ikeProposals.contains { $0.holds(suite) } && policy.remoteMethods.contains { ($0 == .preSharedKey) == sharesKey }
    }
    guard let wanted else { return fitting }
    let asked = fitting.filter { Proof.localIdentity($0, local: context.endpoints.local) == wanted }
    return asked + fitting.filter { !asked.contains($0) }
  }

  /// The claim under the first policy that accepts the certificate; as it was where none does.
  private func settled(_ claim: Claim, _ certificate: CertificateFacts?, _ context: IKEv2Context) -> Claim {
    func accepts(_ policy: ProtectionPolicy) -> Bool {
      Proof.accepts(policy, claim.identity, certificate, local: context.endpoints.local) == nil
    }
    guard certificate != nil, !accepts(claim.policy), let meant = claim.others.first(where: accepts) else { return claim }
    var settled = claim
    settled.chosen = ChosenPolicy(meant, in: policies)
    return settled
  }

  private mutating func accept(
    _ waiting: Waiting, _ made: Claim, _ certificate: CertificateFacts?, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    let claim = settled(made, certificate, context)
    if let failure = Proof.accepts(claim.policy, claim.identity, certificate, local: context.endpoints.local) {
      return refuse(waiting, claim.policy, failure, context, &turn)
    }
    let identification = IdentificationPayload(Proof.localIdentity(claim.policy, local: context.endpoints.local))
    let octets = waiting.outcome.octets(ofInitiator: false, identification, waiting.sa)
    let making = Proof.make(
      claim.policy, octets, waiting.sa.suite.prf, remote: context.endpoints.remote, identity: claim.identity, hashes: waiting.outcome.hashes
    )
    switch making {
    case .ready(let proof): return establish(waiting, claim, certificate, proof, &context, &turn)
    case .sign(let job, let scheme, let method):
      let tag = context.newTag()
      turn.emit(.compute(tag: tag, job))
      state = .signing(tag: tag, waiting, claim, certificate, scheme, method)
      return .stay
    case .impossible(let failure): return refuse(waiting, claim.policy, failure, context, &turn)
    }
  }

  private func refuse(
    _ waiting: Waiting, _ policy: ProtectionPolicy?, _ failure: IKEFailure, _ context: IKEv2Context, _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    var sa = waiting.sa
    let type: NotifyType = failure == .malformed ? .invalidSyntax : .authenticationFailed
    for datagram in sa.answer(.ikeAuth, [.notify(type)]) { turn.emit(.send(context.endpoints, bytes: datagram)) }
    return .ended(failure)
  }

  private func establish(
    _ waiting: Waiting, _ claim: Claim, _ certificate: CertificateFacts?, _ proof: AuthenticationPayload, _ context: inout IKEv2Context,
    _ turn: inout AssociationTurn
  ) -> IKEv2Step {
    let policy = claim.policy
    var established = EstablishedAssociation(waiting.sa, claim.chosen, claim.identity, certificate)
    established.announce(context, &turn)
    if claim.payloads.has(.initialContact) { turn.emit(.initialContact) }
    let identification = IdentificationPayload(Proof.localIdentity(policy, local: context.endpoints.local))
    var payloads: [IKEPayload] = [.responderIdentification(identification)] + Proof.certificates(policy) + [.authentication(proof)]
    do throws(ChildNegotiation.Refusal) {
      let agreement = try ChildNegotiation.agree(claim.payloads, policy, .ignored, context)
      guard
        let keys = ChildKeys(
          suite: agreement.choice.suite, prf: waiting.sa.suite.prf, d: waiting.sa.keys.d, secret: nil, nonces: waiting.outcome.nonces)
      else { throw ChildNegotiation.Refusal(.noProposalChosen, .noProposalChosen) }
      let spi = turn.freeSPI(from: waiting.childRandom)
      established.install(
        ChildNegotiation.pair(agreement, policy, keys: keys, spi: spi, isInitiator: false, context, replaces: nil), &turn)
      payloads += ChildNegotiation.answer(agreement, spi: spi)
    } catch {
      payloads.append(.notify(error.notify))
      turn.emit(.childFailed(replacing: nil, error.failure))
    }
    established.answerAuth(payloads, context, &turn)
    return .established(established)
  }
}

extension NotifyPayload {
  /// What a message that cannot be understood is answered with (RFC 7296 §2.5, §2.21).
  init(_ error: PayloadError) {
    switch error {
    case .malformed: self.init(.invalidSyntax)
    case .unsupportedCritical(let type): self.init(.unsupportedCriticalPayload, value: [type])
    }
  }
}

extension IKEProposal {
  /// Whether a suite is one of those this proposal stands for.
  func holds(_ suite: IKESuite) -> Bool {
    encryption.contains(suite.encryption) && prf.contains(suite.prf) && groups.contains(suite.group)
      && (suite.integrity == .none ? suite.encryption.algorithm.isCombined : integrity.contains(suite.integrity))
  }
}
