// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

// New keys for the IKE SA itself (RFC 7296 §1.3.2, §2.8.2, §2.18).
extension EstablishedAssociation {
  /// Bytes the exchange needs at random: SPI and nonce.
  private static let ikeRandomBytes = 8 + InitialExchange.nonceBytes

  mutating func prepareIKE(_ g: Int, group: KeyExchangeMethod? = nil, _ context: inout IKEv2Context, _ turn: inout AssociationTurn) {
    // A child of the peer's is being answered, or others are still to be deleted: nothing may overlap with this (§2.25.2).
    guard generations[g].answering == nil, generations.count < IKELimits.generations else { return postpone(.rekeyIKE, &turn) }
    let tag = context.newTag(), group = group ?? generations[g].sa.suite.group
    generations[g].exchange = .preparingIKE(tag: tag, group: group)
    turn.emit(.compute(tag: tag, .generate(group, randomBytes: Self.ikeRandomBytes)))
  }

  mutating func offerIKE(
    _ group: KeyExchangeMethod, _ privateValue: SecretBytes, _ publicValue: [UInt8], _ random: [UInt8], _ g: Int,
    _ context: IKEv2Context, _ turn: inout AssociationTurn
  ) {
    let spi = InitialExchange.spi(from: random), nonce = InitialExchange.nonce(from: random)
    let payloads: [IKEPayload] = [
      .securityAssociation(SecurityAssociationPayload(ProposalSelection.offer(policy.ikeProposals, spi: Self.bytes(spi)))),
      .nonce(NoncePayload(nonce)), .keyExchange(KeyExchangePayload(method: group, publicValue: publicValue)),
    ]
    let offer = IKEOffer(spi: spi, nonce: nonce, group: group, privateValue: privateValue)
    request(.createChildSA, payloads, g, .ike(offer), context, &turn)
  }

  mutating func receiveIKE(
    _ offer: IKEOffer, _ payloads: [IKEPayload], _ g: Int, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) {
    // Another guess, once: the first was the old one's group.
    if let group = payloads.wantedGroup, group != offer.group, offer.group == generations[g].sa.suite.group,
      policy.ikeProposals.contains(where: { $0.groups.contains(group) })
    {
      prepareIKE(g, group: group, &context, &turn)
      return
    }
    guard let proposals = payloads.securityAssociation?.proposals, let nonce = payloads.nonce, nonce != offer.nonce,
      let exchange = payloads.keyExchange, let suite = ProposalSelection.chosen(proposals, policy.ikeProposals), suite.group == offer.group,
      exchange.method == offer.group, let peerSPI = Self.spi(proposals)
    else {
      postpone(.rekeyIKE, &turn)
      return
    }
    let tag = context.newTag()
    turn.emit(.compute(tag: tag, .agree(offer.group, privateValue: offer.privateValue, peerPublicValue: exchange.publicValue)))
    generations[g].exchange = .agreeingIKE(tag: tag, offer, suite, peerSPI: peerSPI, peerNonce: nonce)
  }

  mutating func finishIKE(
    _ offer: IKEOffer, _ suite: IKESuite, _ peerSPI: UInt64, _ peerNonce: [UInt8], _ secret: SecretBytes, _ g: Int,
    _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) {
    let nonces = Nonces(initiator: offer.nonce, responder: peerNonce), old = generations[g].sa
    let keys = IKEKeys(
      following: old.keys, old.suite.prf, suite: suite, secret: secret, nonces: nonces, initiatorSPI: offer.spi, responderSPI: peerSPI)
    guard let sa = IKESA(isInitiator: true, initiatorSPI: offer.spi, responderSPI: peerSPI, suite: suite, keys: keys) else { return }
    ownIKERekey = IKERekeying(lowestNonce: nonces.lowest, localSPI: offer.spi, oldSPI: old.localSPI)
    succeed(old, by: sa, context, &turn)
    settleIKERekey(context, &turn)
  }

  /// Nil: a job was begun, and the answer follows.
  mutating func answerIKERekey(
    _ payloads: [IKEPayload], _ g: Int, _ endpoints: AssociationEndpoints, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) -> NotifyPayload? {
    let isBusy = generations.contains { $0.exchange?.isAboutChildren == true }
    let isDeleted = if case .deletingIKE = generations[g].exchange { true } else { false }
    guard closing == nil, !isBusy, !isDeleted, generations.count < IKELimits.generations, peerIKERekey?.oldSPI != generations[g].sa.localSPI
    else { return NotifyPayload(.temporaryFailure) }
    guard let offered = payloads.securityAssociation?.proposals, let nonce = payloads.nonce, let exchange = payloads.keyExchange else {
      return NotifyPayload(.invalidSyntax)
    }
    guard let choice = ProposalSelection.select(offered, policy.ikeProposals, guessed: exchange.method),
      let theirs = offered.first(where: { $0.number == choice.proposal.number }), let peerSPI = Self.spi([theirs])
    else { return NotifyPayload(.noProposalChosen) }
    guard exchange.method == choice.suite.group else { return Self.wrongGroup(choice.suite.group) }
    let tag = context.newTag()
    generations[g].answering = .ike(tag: tag, choice.suite, choice.proposal, peerSPI: peerSPI, peerNonce: nonce, endpoints)
    turn.emit(
      .compute(tag: tag, .respond(choice.suite.group, peerPublicValue: exchange.publicValue, randomBytes: Self.ikeRandomBytes)))
    return nil
  }

  mutating func finishIKEAnswer(
    _ suite: IKESuite, _ proposal: Proposal, _ peerSPI: UInt64, _ peerNonce: [UInt8], _ endpoints: AssociationEndpoints,
    _ publicValue: [UInt8], _ secret: SecretBytes, _ random: [UInt8], _ g: Int, _ context: inout IKEv2Context, _ turn: inout AssociationTurn
  ) {
    let spi = InitialExchange.spi(from: random), nonce = InitialExchange.nonce(from: random), old = generations[g].sa
    let nonces = Nonces(initiator: peerNonce, responder: nonce)
    let keys = IKEKeys(
      following: old.keys, old.suite.prf, suite: suite, secret: secret, nonces: nonces, initiatorSPI: peerSPI, responderSPI: spi)
    guard let sa = IKESA(isInitiator: false, initiatorSPI: peerSPI, responderSPI: spi, suite: suite, keys: keys) else {
      answer(.createChildSA, [.notify(.noProposalChosen)], g, endpoints, &turn)
      return settleIKERekey(context, &turn)
    }
    var chosen = proposal
    chosen.spi = Self.bytes(spi)
    peerIKERekey = IKERekeying(lowestNonce: nonces.lowest, localSPI: spi, oldSPI: old.localSPI)
    succeed(old, by: sa, context, &turn)
    let payloads: [IKEPayload] = [
      .securityAssociation(SecurityAssociationPayload([chosen])), .nonce(NoncePayload(nonce)),
      .keyExchange(KeyExchangePayload(method: suite.group, publicValue: publicValue)),
    ]
    answer(.createChildSA, payloads, g, endpoints, &turn)
    settleIKERekey(context, &turn)
  }

  /// The new IKE SA takes over everything (§2.18); the old one is only there to be deleted.
  private mutating func succeed(_ old: IKESA, by sa: IKESA, _ context: IKEv2Context, _ turn: inout AssociationTurn) {
    var sa = sa
    sa.fragmentationBytes = old.fragmentationBytes
    if let o = index(of: old.localSPI) { supersede(o, &turn) }
    generations.append(Generation(sa: sa))
    rekeys &+= 1
    turn.emit(.claimSPI(sa.localSPI, isKnown: true))
    turn.emit(.rekeyed)
    turn.emit(context.record(.ikeRekeyed, policy, x: sa.isInitiator ? 1 : 0))
  }

  private mutating func supersede(_ g: Int, _ turn: inout AssociationTurn) {
    generations[g].isSuperseded = true
    let wait = AssociationTimer.wait(id: Postponed.generation(generations[g].sa.localSPI).id)
    turn.emit(.setTimer(wait, after: .seconds(IKELimits.supersededSeconds)))
  }

  /// Closes what is ours to close: the old IKE SA, or our new one where the peer's exchange wins.
  mutating func settleIKERekey(_ context: IKEv2Context, _ turn: inout AssociationTurn) {
    guard let own = ownIKERekey else { return }
    // The peer's exchange is being answered: only then are all four nonces known.
    if let old = index(of: own.oldSPI), generations[old].answering?.isIKERekey == true { return }
    let peer = peerIKERekey?.oldSPI == own.oldSPI ? peerIKERekey : nil
    let isLost = peer.map { own.lowestNonce.lexicographicallyPrecedes($0.lowestNonce) } ?? false
    if let peer, let loser = index(of: isLost ? own.localSPI : peer.localSPI) { supersede(loser, &turn) }
    guard let g = index(of: isLost ? own.localSPI : own.oldSPI), generations[g].exchange == nil else { return }
    request(.informational, [.delete(.ike)], g, .deletingIKE, context, &turn)
  }

  /// The peer deleted an IKE SA. It stays a little, to answer the same request again; the association ends with the last one that counts.
  mutating func retire(_ g: Int, _ failure: IKEFailure, _ context: inout IKEv2Context, _ turn: inout AssociationTurn) -> IKEv2Step {
    generations[g].isSuperseded = true
    takeUp(generations[g].exchange)
    (generations[g].exchange, generations[g].answering) = (nil, nil)
    generations[g].sa.forgetRequest()
    turn.emit(.cancelTimer(.retransmission(id: generations[g].sa.localSPI)))
    forgetRekeys(of: generations[g].sa.localSPI)
    guard isAlive else { return .ended(failure) }
    let wait = AssociationTimer.wait(id: Postponed.generation(generations[g].sa.localSPI).id)
    turn.emit(.setTimer(wait, after: .seconds(IKELimits.tombstoneSeconds)))
    proceed(&context, &turn)
    return .stay
  }

  /// Removes an IKE SA. The association ends with its last one that counts.
  mutating func remove(_ g: Int, _ failure: IKEFailure, _ context: inout IKEv2Context, _ turn: inout AssociationTurn) -> IKEv2Step {
    let gone = generations.remove(at: g)
    takeUp(gone.exchange)
    turn.emit(.cancelTimer(.retransmission(id: gone.sa.localSPI)))
    turn.emit(.cancelTimer(.wait(id: Postponed.generation(gone.sa.localSPI).id)))
    turn.emit(.releaseSPI(gone.sa.localSPI))
    forgetRekeys(of: gone.sa.localSPI)
    guard isAlive else { return .ended(failure) }
    proceed(&context, &turn)
    return .stay
  }

  /// An exchange about children whose IKE SA went before the answer came: the next IKE SA takes it up, for children pass to that (§2.18).
  private mutating func takeUp(_ exchange: OwnExchange?) {
    guard closing == nil, let exchange else { return }
    switch exchange {
    case .deletingChildren(let spis):
      for spi in spis {
        guard let c = child(inbound: spi) else { continue }
        children[c].isClosing = false
        keep(.deleteChild(spi, .deletedHere))
      }
    case .preparingChild(_, let replacing, _): keep(replacing.map { .rekeyChild($0) } ?? .createChild)
    case .child(let offer), .agreeingChild(_, let offer, _, _): keep(offer.replacing.map { .rekeyChild($0) } ?? .createChild)
    default: break
    }
  }

  /// Puts a task at the end of the queue, once, within its limit; what finds no room ends with its lifetime.
  private mutating func keep(_ task: ExchangeTask) {
    if !tasks.contains(task), tasks.count < IKELimits.queuedTasks { tasks.append(task) }
  }

  /// Whether there is an IKE SA that counts: one in force, or one of which ours to be is under way.
  private var isAlive: Bool { generations.contains { !$0.isSuperseded || $0.exchange?.isIKERekey == true } }

  private mutating func forgetRekeys(of spi: UInt64) {
    if let own = ownIKERekey, own.oldSPI == spi || own.localSPI == spi { ownIKERekey = nil }
    if let peer = peerIKERekey, peer.oldSPI == spi || peer.localSPI == spi { peerIKERekey = nil }
  }

  private static func bytes(_ spi: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: spi >> UInt64(56 - 8 * $0)) } }

  private static func spi(_ proposals: [Proposal]) -> UInt64? {
    guard let bytes = proposals.first?.spi, bytes.count == 8 else { return nil }
    let spi = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return spi == 0 ? nil : spi
  }
}
