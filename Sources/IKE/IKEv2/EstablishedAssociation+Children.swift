// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// Children that we begin: new ones, and new ones in the place of old ones (RFC 7296 §1.3.1, §1.3.3).
extension EstablishedAssociation {
  /// Bytes a child's exchange needs at random: nonce and SPI.
  static let childRandomBytes = InitialExchange.nonceBytes + 4

  mutating func prepareChild(
    replacing: UInt32?, group: KeyExchangeMethod? = nil, _ g: Int, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) {
    let tag = context.newTag(), group = group ?? policy.perfectForwardSecrecy
    let job = group.map { KeyJob.generate($0, randomBytes: Self.childRandomBytes) } ?? .random(count: Self.childRandomBytes)
    generations[g].exchange = .preparingChild(tag: tag, replacing: replacing, group: group)
    turn.emit(.compute(tag: tag, job))
  }

  /// Goes on with an exchange of ours whose job is done; false where it is another's job.
  mutating func continueOwn(
    _ tag: UInt32, _ result: KeyResult, _ g: Int, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> Bool {
    switch (generations[g].exchange, result) {
    case (.preparingChild(tag, let replacing, _), .random(let random)): offerChild(replacing, nil, random, g, context, &turn)
    case (.preparingChild(tag, let replacing, let group?), .generated(let privateValue, let publicValue, let random)):
      offerChild(replacing, (group, privateValue, publicValue), random, g, context, &turn)
    case (.agreeingChild(tag, let offer, let agreement, let peerNonce), .agreed(let secret)):
      generations[g].exchange = nil
      finishChild(offer, agreement, peerNonce, secret, g, &context, &turn)
    case (.preparingIKE(tag, let group), .generated(let privateValue, let publicValue, let random)):
      offerIKE(group, privateValue, publicValue, random, g, context, &turn)
    case (.agreeingIKE(tag, let offer, let suite, let peerSPI, let peerNonce), .agreed(let secret)):
      generations[g].exchange = nil
      finishIKE(offer, suite, peerSPI, peerNonce, secret, g, &context, &turn)
    case (.preparingChild(tag, let replacing, _), _):
      generations[g].exchange = nil
      turn.emit(.childFailed(replacing: replacing, .malformed))
    case (.agreeingChild(tag, let offer, _, _), _):
      generations[g].exchange = nil
      turn.emit(.childFailed(replacing: offer.replacing, .malformed))
    case (.preparingIKE(tag, _), _), (.agreeingIKE(tag, _, _, _, _), _):
      generations[g].exchange = nil
      postpone(.rekeyIKE, &turn)
    default: return false
    }
    return true
  }

  private mutating func offerChild(
    _ replacing: UInt32?, _ pair: (group: KeyExchangeMethod, privateValue: SecretBytes, publicValue: [UInt8])?, _ random: [UInt8],
    _ g: Int, _ context: IKEv2Context, _ turn: inout AssociationTurn
  ) {
    let nonce = Array(random.prefix(InitialExchange.nonceBytes))
    let spi = turn.freeSPI(from: random.dropFirst(InitialExchange.nonceBytes))
    var payloads: [IKEPayload] = []
    if let replacing {
      // The peer may have deleted it meanwhile; then it is simply a new child.
      if let c = child(inbound: replacing) { payloads.append(.notify(Self.rekeyNotify(children[c].reference.inboundSPI))) }
    }
    var exchange: [IKEPayload] = [.nonce(NoncePayload(nonce))]
    if let pair { exchange.append(.keyExchange(KeyExchangePayload(method: pair.group, publicValue: pair.publicValue))) }
    payloads += ChildNegotiation.offer(policy, spi: spi, group: pair?.group, context.endpoints, exchange: exchange)
    let offer = ChildOffer(
      spi: spi, nonce: nonce, replacing: replacing, group: pair?.group, privateValue: pair?.privateValue, endpoints: context.endpoints)
    request(.createChildSA, payloads, g, .child(offer), context, &turn)
  }

  /// REKEY_SA names the child by the SPI of its sender's inbound side (§1.3.3).
  static func rekeyNotify(_ spi: UInt32) -> NotifyPayload {
    NotifyPayload(.rekeySA, protocolID: .esp, spi: spi.bytes)
  }

  /// The answer to our offer.
  mutating func receiveChild(
    _ offer: ChildOffer, _ payloads: [IKEPayload], _ g: Int, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) {
    do throws(IKEFailure) {
      let agreement = try ChildNegotiation.readAnswer(payloads, policy, group: offer.group, offer.endpoints, context.nat)
      guard let nonce = payloads.nonce, nonce != offer.nonce else { throw .malformed }
      guard let group = offer.group, let privateValue = offer.privateValue else {
        finishChild(offer, agreement, nonce, nil, g, &context, &turn)
        return
      }
      guard let exchange = payloads.keyExchange, exchange.method == group else { throw .malformed }
      let tag = context.newTag()
      turn.emit(.compute(tag: tag, .agree(group, privateValue: privateValue, peerPublicValue: exchange.publicValue)))
      generations[g].exchange = .agreeingChild(tag: tag, offer, agreement, peerNonce: nonce)
    } catch {
      refusedChild(offer, payloads, error, g, &context, &turn)
    }
  }

  /// The peer did not agree. Some refusals are no refusals (§1.3, §2.25).
  private mutating func refusedChild(
    _ offer: ChildOffer, _ payloads: [IKEPayload], _ failure: IKEFailure, _ g: Int, _ context: inout IKEv2Context,
    _ turn: inout AssociationTurn
  ) {
    switch payloads.error?.type {
    case .temporaryFailure: postpone(offer.replacing.map { .rekeyChild($0) } ?? .createChild, &turn)
    case .childSANotFound:
      if let spi = offer.replacing, let c = child(inbound: spi) {
        let wasReplaced = strike(c).isReplaced
        turn.emit(.removeChild(.inbound(spi), .deletedByPeer))
        if !wasReplaced { enqueue(.createChild, &context, &turn) }
      }
    case .invalidKEPayload:
      // Once: the first offer was of the policy's group, or of none.
      if let group = payloads.wantedGroup, offer.group == nil, policy.perfectForwardSecrecy == nil {
        prepareChild(replacing: offer.replacing, group: group, g, &context, &turn)
      } else {
        turn.emit(.childFailed(replacing: offer.replacing, failure))
      }
    case nil:
      // It made a child that we cannot use: it should know.
      turn.emit(.childFailed(replacing: offer.replacing, failure))
      request(.informational, [.delete(DeletePayload(esp: [offer.spi]))], g, .deletingChildren([offer.spi]), context, &turn)
    default: turn.emit(.childFailed(replacing: offer.replacing, failure))
    }
  }

  private mutating func finishChild(
    _ offer: ChildOffer, _ agreement: ChildNegotiation.Agreement, _ peerNonce: [UInt8], _ secret: SecretBytes?, _ g: Int,
    _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) {
    let nonces = Nonces(initiator: offer.nonce, responder: peerNonce), sa = generations[g].sa
    guard let keys = ChildKeys(suite: agreement.choice.suite, prf: sa.suite.prf, d: sa.keys.d, secret: secret, nonces: nonces) else {
      turn.emit(.childFailed(replacing: offer.replacing, .noProposalChosen))
      return
    }
    var pair = ChildNegotiation.pair(
      agreement, policy, keys: keys, spi: offer.spi, isInitiator: true, context, replaces: offer.replacing)
    let own = ChildRekeying(lowestNonce: nonces.lowest, inboundSPI: offer.spi)
    let old = offer.replacing.flatMap { child(inbound: $0) }
    if let old { children[old].ownRekey = own }
    pair.isRedundant = Self.loses(own, to: old.map { children[$0].peerRekey } ?? offer.peerRekey)
    install(pair, &turn)
    if let old {
      closeAfterRekey(of: old, &turn)
    } else if pair.isRedundant {
      close(own.inboundSPI, after: IKELimits.oldChildDelay, &turn)
    }
  }

  /// Whether ours is the exchange with the lowest nonce (§2.8.1).
  static func loses(_ own: ChildRekeying, to peer: ChildRekeying?) -> Bool {
    peer.map { own.lowestNonce.lexicographicallyPrecedes($0.lowestNonce) } ?? false
  }

  /// We began a rekey, and it is done: either the old child is ours to delete, a moment later, so that packets of both directions have
  /// moved; or, where the peer's exchange won, our new one. That is not done before the peer shows that it has its own: our answer may
  /// have been lost, and until it comes the peer has nothing but ours.
  func closeAfterRekey(of c: Int, _ turn: inout AssociationTurn) {
    guard let own = children[c].ownRekey else { return }
    let old = children[c].reference.inboundSPI
    guard Self.loses(own, to: children[c].peerRekey) else { return close(old, after: IKELimits.oldChildDelay, &turn) }
    turn.emit(.cancelTimer(.wait(id: Postponed.deleteChild(old).id)))
    close(own.inboundSPI, after: IKELimits.lostChildPatience, &turn)
  }

  /// The peer uses a child: where that one won over ours, ours can go.
  func childInUse(_ spi: UInt32, _ turn: inout AssociationTurn) {
    if let old = children.first(where: { $0.peerRekey?.inboundSPI == spi }) { closeLost(old, &turn) }
  }

  /// Our rekey of `old` lost, and the peer has no need of it.
  func closeLost(_ old: ChildSA, _ turn: inout AssociationTurn) {
    guard let own = old.ownRekey, Self.loses(own, to: old.peerRekey) else { return }
    close(own.inboundSPI, after: IKELimits.oldChildDelay, &turn)
  }

  func close(_ spi: UInt32, after span: Duration, _ turn: inout AssociationTurn) {
    turn.emit(.setTimer(.wait(id: Postponed.deleteChild(spi).id), after: span))
  }

  /// Tells the peer that a child is gone, and has it removed here at once.
  mutating func deleteChild(_ spi: UInt32, _ failure: IKEFailure, _ g: Int, _ context: IKEv2Context, _ turn: inout AssociationTurn) {
    guard let c = child(inbound: spi), !children[c].isClosing else { return }
    children[c].isClosing = true
    turn.emit(.removeChild(.inbound(spi), failure))
    request(.informational, [.delete(DeletePayload(esp: [spi]))], g, .deletingChildren([spi]), context, &turn)
  }
}
