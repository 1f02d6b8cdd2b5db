// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// CREATE_CHILD_SA requests of the peer (RFC 7296 §1.3, §2.25).
extension EstablishedAssociation {
  mutating func answerCreateChild(
    _ payloads: [IKEPayload], _ g: Int, _ endpoints: AssociationEndpoints, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) {
    let refusal: NotifyPayload?
    if payloads.securityAssociation?.proposals.first?.protocolID == .ike {
      refusal = answerIKERekey(payloads, g, endpoints, &context, &turn)
    } else {
      refusal = answerChild(payloads, g, endpoints, &context, &turn)
    }
    if let refusal { answer(.createChildSA, [.notify(refusal)], g, endpoints, &turn) }
  }

  /// Nil: a job was begun, and the answer follows.
  private mutating func answerChild(
    _ payloads: [IKEPayload], _ g: Int, _ endpoints: AssociationEndpoints, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> NotifyPayload? {
    guard closing == nil, !generations[g].isSuperseded, !generations.contains(where: { $0.exchange?.isIKERekey == true }) else {
      return NotifyPayload(.temporaryFailure)
    }
    guard let nonce = payloads.nonce else { return NotifyPayload(.invalidSyntax) }
    var replacing: UInt32?
    if let rekey = payloads.notify(.rekeySA) {
      let spi = rekey.spi.count == 4 ? rekey.spi.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } : 0
      guard rekey.protocolID == .esp, let c = child(outbound: spi) else {
        return NotifyPayload(.childSANotFound, protocolID: rekey.protocolID, spi: rekey.spi)
      }
      guard !children[c].isClosing else { return NotifyPayload(.temporaryFailure) }
      replacing = children[c].reference.inboundSPI
    }
    guard children.count < IKELimits.childrenPerAssociation else { return NotifyPayload(.noAdditionalSAs) }
    do throws(ChildNegotiation.Refusal) {
      let rule =
        policy.perfectForwardSecrecy.map { .required($0) } ?? ProposalSelection.GroupRule.free(guessed: payloads.keyExchange?.method)
      let agreement = try ChildNegotiation.agree(payloads, policy, rule, context)
      return startAnswer(agreement, payloads, nonce, replacing, g, endpoints, &context, &turn)
    } catch {
      let code = error.failure.journalCode
      turn.emit(context.record(.ikeFailed, policy, x: code.x, y: code.y))
      return error.notify
    }
  }

  private mutating func startAnswer(
    _ agreement: ChildNegotiation.Agreement, _ payloads: [IKEPayload], _ nonce: [UInt8], _ replacing: UInt32?, _ g: Int,
    _ endpoints: AssociationEndpoints, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> NotifyPayload? {
    var job = KeyJob.random(count: Self.childRandomBytes)
    if let group = agreement.choice.group {
      guard let exchange = payloads.keyExchange, exchange.method == group else { return Self.wrongGroup(group) }
      job = .respond(group, peerPublicValue: exchange.publicValue, randomBytes: Self.childRandomBytes)
    }
    let tag = context.newTag()
    generations[g].answering = .child(tag: tag, agreement, peerNonce: nonce, replacing: replacing, endpoints)
    turn.emit(.compute(tag: tag, job))
    return nil
  }

  /// INVALID_KE_PAYLOAD with the group we want.
  static func wrongGroup(_ group: KeyExchangeMethod) -> NotifyPayload {
    NotifyPayload(.invalidKEPayload, value: [UInt8(group.rawValue >> 8), UInt8(truncatingIfNeeded: group.rawValue)])
  }

  /// Goes on with an answer whose job is done; false where it is another's job.
  mutating func continueAnswer(
    _ tag: UInt32, _ result: KeyResult, _ g: Int, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> Bool {
    switch (generations[g].answering, result) {
    case (.child(tag, _, _, _, let endpoints), _) where closing != nil, (.ike(tag, _, _, _, _, let endpoints), _) where closing != nil:
      answer(.createChildSA, [.notify(.temporaryFailure)], g, endpoints, &turn)
    case (.child(tag, let agreement, let peerNonce, let replacing, let endpoints), .random(let random)):
      finishAnswer(agreement, peerNonce, replacing, endpoints, random, nil, nil, g, &context, &turn)
    case (.child(tag, let agreement, let peerNonce, let replacing, let endpoints), .responded(let publicValue, let secret, let random)):
      finishAnswer(agreement, peerNonce, replacing, endpoints, random, publicValue, secret, g, &context, &turn)
    case (
      .ike(tag, let suite, let proposal, let peerSPI, let peerNonce, let endpoints), .responded(let publicValue, let secret, let random)
    ):
      finishIKEAnswer(suite, proposal, peerSPI, peerNonce, endpoints, publicValue, secret, random, g, &context, &turn)
    case (.child(tag, _, _, _, let endpoints), _), (.ike(tag, _, _, _, _, let endpoints), _):
      // The peer's public value is no member of its group (RFC 6989).
      answer(.createChildSA, [.notify(.invalidSyntax)], g, endpoints, &turn)
      settleIKERekey(context, &turn)
    default: return false
    }
    return true
  }

  private mutating func finishAnswer(
    _ agreement: ChildNegotiation.Agreement, _ peerNonce: [UInt8], _ replacing: UInt32?, _ endpoints: AssociationEndpoints,
    _ random: [UInt8], _ publicValue: [UInt8]?, _ secret: SecretBytes?, _ g: Int, _ context: inout IKEv2Context,
    _ turn: inout AssociationTurn
  ) {
    let nonce = Array(random.prefix(InitialExchange.nonceBytes)), sa = generations[g].sa
    let spi = turn.freeSPI(from: random.dropFirst(InitialExchange.nonceBytes))
    let nonces = Nonces(initiator: peerNonce, responder: nonce)
    guard let keys = ChildKeys(suite: agreement.choice.suite, prf: sa.suite.prf, d: sa.keys.d, secret: secret, nonces: nonces) else {
      answer(.createChildSA, [.notify(.noProposalChosen)], g, endpoints, &turn)
      return
    }
    var pair = ChildNegotiation.pair(agreement, policy, keys: keys, spi: spi, isInitiator: false, context, replaces: replacing)
    let old = replacing.flatMap { child(inbound: $0) }
    if let old {
      // The peer never heard of what came of its rekey before this one.
      if let orphan = children[old].peerRekey { close(orphan.inboundSPI, after: IKELimits.oldChildDelay, &turn) }
      let peer = ChildRekeying(lowestNonce: nonces.lowest, inboundSPI: spi)
      children[old].peerRekey = peer
      if let own = children[old].ownRekey { pair.isRedundant = !Self.loses(own, to: peer) }
    }
    install(pair, &turn)
    if let old { closeAfterRekey(of: old, &turn) }
    var exchange: [IKEPayload] = [.nonce(NoncePayload(nonce))]
    if let publicValue, let group = agreement.choice.group {
      exchange.append(.keyExchange(KeyExchangePayload(method: group, publicValue: publicValue)))
    }
    answer(.createChildSA, ChildNegotiation.answer(agreement, spi: spi, exchange: exchange), g, endpoints, &turn)
  }
}
