// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// The part of IKE_AUTH and CREATE_CHILD_SA that makes a child: proposals, mode, traffic selectors (RFC 7296 §1.2, §1.3.1).
enum ChildNegotiation {
  /// Why there is no child, and what the peer is told.
  struct Refusal: Error {
    var notify: NotifyPayload
    var failure: IKEFailure

    init(_ type: NotifyType, _ failure: IKEFailure, value: [UInt8] = []) {
      (notify, self.failure) = (NotifyPayload(type, value: value), failure)
    }
  }

  /// What both ends agreed on, all but the keys.
  struct Agreement: Sendable {
    var choice: ProposalSelection.ChildChoice
    var mode: IPsecMode
    var initiatorSelectors: TrafficSelectorPayload
    var responderSelectors: TrafficSelectorPayload
  }

  /// Payloads of an offer. `exchange` stands between the proposals and the selectors: nonce and KE, where there are any.
  static func offer(
    _ policy: ProtectionPolicy, spi: UInt32, group: KeyExchangeMethod?, _ endpoints: AssociationEndpoints, exchange: [IKEPayload] = []
  ) -> [IKEPayload] {
    let proposals = ProposalSelection.offer(policy.espSuites, spi: spi, usesESN: policy.usesESN, group: group)
    var payloads: [IKEPayload] = policy.mode == .transport ? [.notify(.useTransportMode)] : []
    payloads.append(.securityAssociation(SecurityAssociationPayload(proposals)))
    payloads += exchange
    payloads.append(.initiatorSelectors(GRESelectors.offer(endpoints.local)))
    payloads.append(.responderSelectors(GRESelectors.offer(endpoints.remote)))
    return payloads
  }

  /// Chooses from a peer's offer.
  static func agree(
    _ payloads: [IKEPayload], _ policy: ProtectionPolicy, _ rule: ProposalSelection.GroupRule, _ context: IKEv2Context
  ) throws(Refusal) -> Agreement {
    guard let offered = payloads.securityAssociation, let i = payloads.initiatorSelectors, let r = payloads.responderSelectors else {
      throw Refusal(.invalidSyntax, .malformed)
    }
    guard let choice = ProposalSelection.select(offered.proposals, policy.espSuites, wantsESN: policy.usesESN, rule) else {
      throw Refusal(.noProposalChosen, .noProposalChosen)
    }
    guard let initiator = GRESelectors.narrow(i, to: context.endpoints.remote, isTranslated: context.nat.isRemote),
      let responder = GRESelectors.narrow(r, to: context.endpoints.local, isTranslated: context.nat.isLocal)
    else { throw Refusal(.tsUnacceptable, .selectorsRefused) }
    let mode = mode(payloads, policy)
    guard mode == policy.mode || !policy.requiresMode else { throw Refusal(.noProposalChosen, .noProposalChosen) }
    return Agreement(choice: choice, mode: mode, initiatorSelectors: initiator, responderSelectors: responder)
  }

  /// Payloads of an answer.
  static func answer(_ agreement: Agreement, spi: UInt32, exchange: [IKEPayload] = []) -> [IKEPayload] {
    var proposal = agreement.choice.proposal
    proposal.spi = spi.bytes
    var payloads: [IKEPayload] = agreement.mode == .transport ? [.notify(.useTransportMode)] : []
    payloads.append(.securityAssociation(SecurityAssociationPayload([proposal])))
    payloads += exchange
    payloads.append(.initiatorSelectors(agreement.initiatorSelectors))
    payloads.append(.responderSelectors(agreement.responderSelectors))
    return payloads
  }

  /// Reads an answer to our offer. Where the peer does not echo USE_TRANSPORT_MODE it wants tunnel mode, which we can do too (§1.3.1).
  static func readAnswer(
    _ payloads: [IKEPayload], _ policy: ProtectionPolicy, group: KeyExchangeMethod?, _ offered: AssociationEndpoints, _ nat: NATDetection
  ) throws(IKEFailure) -> Agreement {
    if let error = payloads.error { throw .refused(notify: error.type.rawValue) }
    guard let answered = payloads.securityAssociation, let i = payloads.initiatorSelectors, let r = payloads.responderSelectors else {
      throw .malformed
    }
    guard let choice = ProposalSelection.chosen(answered.proposals, policy.espSuites, wantsESN: policy.usesESN, group: group) else {
      throw .noProposalChosen
    }
    guard GRESelectors.isAnswer(i, to: offered.local, isTranslated: nat.isLocal),
      GRESelectors.isAnswer(r, to: offered.remote, isTranslated: nat.isRemote)
    else { throw .selectorsRefused }
    let mode = mode(payloads, policy)
    guard mode == policy.mode || !policy.requiresMode else { throw .noProposalChosen }
    return Agreement(choice: choice, mode: mode, initiatorSelectors: i, responderSelectors: r)
  }

  /// Transport mode is what both ends ask for; everything else is tunnel mode (§1.3.1).
  private static func mode(_ payloads: [IKEPayload], _ policy: ProtectionPolicy) -> IPsecMode {
    policy.mode == .transport && payloads.has(.useTransportMode) ? .transport : .tunnel
  }

  /// The pair that comes of it. `isInitiator` is about this exchange.
  static func pair(
    _ agreement: Agreement, _ policy: ProtectionPolicy, keys: ChildKeys, spi: UInt32, isInitiator: Bool, _ context: IKEv2Context,
    replaces: UInt32?
  ) -> ChildPair {
    ChildPair(
      inboundSPI: spi, outboundSPI: agreement.choice.spi, suite: agreement.choice.suite, mode: agreement.mode,
      inboundKeys: isInitiator ? keys.responder : keys.initiator, outboundKeys: isInitiator ? keys.initiator : keys.responder,
      usesESN: agreement.choice.usesESN, perfectForwardSecrecy: agreement.choice.group, endpoints: context.childEndpoints,
      isInitiator: isInitiator, roundTrip: context.roundTrip, replaces: replaces, lifetimeSeconds: policy.childLifetimeSeconds,
      lifetimeKilobytes: policy.childLifetimeKilobytes)
  }
}
