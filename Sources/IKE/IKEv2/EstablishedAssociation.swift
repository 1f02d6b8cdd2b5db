// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// A version 2 association whose ends know each other: CREATE_CHILD_SA and INFORMATIONAL (RFC 7296 §1.3, §1.4), in both roles.
///
/// **Structure.** `generations` are IKE SAs, oldest first: one, and while it is rekeyed two or three. The last one that is not superseded
/// is current: our requests go by it. Children belong to the association, so they pass to the next generation without a word (§2.18).
/// What we want to do waits in `tasks`; one exchange of ours at a time is under way in a generation, and one of the peer's, since windows
/// are one message wide (§2.3).
///
/// **Collisions** (§2.8.1, §2.8.2, §2.25). When both ends rekey the same thing at once, both exchanges are carried through, and of the two
/// results the one whose exchange held the lowest of the four nonces is closed by the end that began it; the other end that began closes
/// what was rekeyed. Each child and the association remember the nonces of both exchanges for that. While an IKE SA is rekeyed nothing
/// else is begun on it, and the peer's children get TEMPORARY_FAILURE, which is asked again after a while.
struct EstablishedAssociation: Sendable {
  let identity: IKEIdentity
  let certificate: CertificateFacts?
  private var chosen: ChosenPolicy
  var generations: [Generation]
  var children: [ChildSA] = []
  var tasks: [ExchangeTask] = []
  /// Rekeys of the current IKE SA under way or lately done: ours and the peer's, for the comparison of nonces.
  var ownIKERekey: IKERekeying?
  var peerIKERekey: IKERekeying?
  var rekeys: UInt32 = 0
  /// Before that, no word in clear leads to a question.
  var nextDoubt = Instant.start
  /// Set once the whole association is being deleted.
  var closing: IKEFailure?

  init(_ sa: IKESA, _ chosen: ChosenPolicy, _ identity: IKEIdentity, _ certificate: CertificateFacts?) {
    (self.chosen, self.identity, self.certificate) = (chosen, identity, certificate)
    generations = [Generation(sa: sa)]
    generations[0].sa.forgetProofKeys()
  }

  var policy: ProtectionPolicy {
    get { chosen.value }
    set { chosen = ChosenPolicy(newValue) }
  }

  /// The IKE SA that our requests go by.
  var current: Int { generations.lastIndex { !$0.isSuperseded } ?? max(0, generations.count - 1) }

  func index(of localSPI: UInt64) -> Int? { generations.firstIndex { $0.sa.localSPI == localSPI } }
  func child(inbound spi: UInt32) -> Int? { children.firstIndex { $0.reference.inboundSPI == spi } }
  func child(outbound spi: UInt32) -> Int? { children.firstIndex { $0.reference.outboundSPI == spi } }

  /// Strikes a child off the list. What is known of the peer's rekey of it is kept for a rekey of ours that is still open.
  @discardableResult mutating func strike(_ c: Int) -> ChildSA {
    let gone = children.remove(at: c)
    for g in generations.indices {
      switch generations[g].exchange {
      case .child(var offer) where offer.replacing == gone.reference.inboundSPI:
        offer.peerRekey = gone.peerRekey
        generations[g].exchange = .child(offer)
      case .agreeingChild(let tag, var offer, let agreement, let nonce) where offer.replacing == gone.reference.inboundSPI:
        offer.peerRekey = gone.peerRekey
        generations[g].exchange = .agreeingChild(tag: tag, offer, agreement, peerNonce: nonce)
      default: break
      }
    }
    return gone
  }

  /// Says that the peer is known, before its first child.
  func announce(_ context: IKEv2Context, _ turn: inout AssociationTurn) {
    turn.emit(.claimSPI(generations[0].sa.localSPI, isKnown: true))
    turn.emit(
      .established(
        AssociationProof(
          policy: policy, identity: identity, certificate: certificate, endpoints: context.endpoints, isBehindNAT: context.nat.isLocal,
          isPeerBehindNAT: context.nat.isRemote, lifetimeSeconds: policy.ikeLifetimeSeconds)))
  }

  /// Takes a child into the list and has it installed.
  mutating func install(_ pair: ChildPair, _ turn: inout AssociationTurn) {
    children.append(ChildSA(reference: pair.reference))
    turn.emit(.installChild(pair))
  }

  /// The responder's IKE_AUTH, which ends the first exchanges.
  mutating func answerAuth(_ payloads: [IKEPayload], _ context: IKEv2Context, _ turn: inout AssociationTurn) {
    for datagram in generations[0].sa.answer(.ikeAuth, payloads) { turn.emit(.send(context.endpoints, bytes: datagram)) }
  }
}

/// One IKE SA of an association.
struct Generation: Sendable {
  var sa: IKESA
  /// Another has taken its place, or it lost a collision: it only waits for its deletion.
  var isSuperseded = false
  /// What we are doing.
  var exchange: OwnExchange?
  /// What we are answering, where the answer takes a job.
  var answering: PeerExchange?
}

/// One child, as far as exchanges need it; all else is in the front door's table.
struct ChildSA: Sendable {
  let reference: ChildReference
  /// The exchanges that put another one in its place.
  var ownRekey: ChildRekeying?
  var peerRekey: ChildRekeying?
  /// We told the peer to forget it.
  var isClosing = false

  var isReplaced: Bool { ownRekey != nil || peerRekey != nil }
}

/// A rekey of a child that was carried through.
struct ChildRekeying: Sendable {
  var lowestNonce: [UInt8]
  /// Our SPI of the new child.
  var inboundSPI: UInt32
}

/// A rekey of the IKE SA that was carried through.
struct IKERekeying: Sendable {
  var lowestNonce: [UInt8]
  /// Our SPIs: of the new IKE SA, and of the one it replaces.
  var localSPI: UInt64
  var oldSPI: UInt64
}

/// Something we want to do, in an exchange of its own.
enum ExchangeTask: Sendable, Equatable {
  case createChild
  case rekeyChild(UInt32)
  case deleteChild(UInt32, IKEFailure)
  case rekeyIKE
  /// Is the peer alive? `isUrgent`: there is reason to doubt it.
  case probe(isUrgent: Bool)
  /// Tell the peer that ESP came with an SPI we do not have (§1.5).
  case reportSPI(UInt32)
  case deleteIKE
}

/// An exchange of ours that is under way.
enum OwnExchange: Sendable {
  /// A job gives us nonce, SPI and perhaps a key pair first. `group`: nil for none of its own.
  case preparingChild(tag: UInt32, replacing: UInt32?, group: KeyExchangeMethod?)
  case child(ChildOffer)
  /// The peer agreed; the shared secret is computed.
  case agreeingChild(tag: UInt32, ChildOffer, ChildNegotiation.Agreement, peerNonce: [UInt8])
  case preparingIKE(tag: UInt32, group: KeyExchangeMethod)
  case ike(IKEOffer)
  case agreeingIKE(tag: UInt32, IKEOffer, IKESuite, peerSPI: UInt64, peerNonce: [UInt8])
  case deletingChildren([UInt32])
  case deletingIKE
  case probing(isUrgent: Bool)
  case reporting

  /// Whether it is about the IKE SA itself.
  var isIKERekey: Bool {
    switch self {
    case .preparingIKE, .ike, .agreeingIKE: true
    default: false
    }
  }

  /// Whether it makes a child that takes no other's place.
  var isNewChild: Bool {
    switch self {
    case .preparingChild(_, let replacing, _): replacing == nil
    case .child(let offer), .agreeingChild(_, let offer, _, _): offer.replacing == nil
    default: false
    }
  }

  /// Whether it makes, rekeys or ends children: an IKE rekey of the peer has to wait (§2.25.2).
  var isAboutChildren: Bool {
    switch self {
    case .child, .agreeingChild, .deletingChildren: true
    default: false
    }
  }
}

/// Our offer of a child.
struct ChildOffer: Sendable {
  var spi: UInt32
  var nonce: [UInt8]
  var replacing: UInt32?
  var group: KeyExchangeMethod?
  var privateValue: SecretBytes?
  /// The addresses in the selectors.
  var endpoints: AssociationEndpoints
  /// The peer put a child of its own in the place of the old one, and the old one is gone already: our answer came late.
  var peerRekey: ChildRekeying?
}

/// Our offer of a next IKE SA.
struct IKEOffer: Sendable {
  var spi: UInt64
  var nonce: [UInt8]
  var group: KeyExchangeMethod
  var privateValue: SecretBytes
}

/// A request of the peer whose answer waits for a job.
enum PeerExchange: Sendable {
  case child(tag: UInt32, ChildNegotiation.Agreement, peerNonce: [UInt8], replacing: UInt32?, AssociationEndpoints)
  case ike(tag: UInt32, IKESuite, Proposal, peerSPI: UInt64, peerNonce: [UInt8], AssociationEndpoints)

  var isIKERekey: Bool { if case .ike = self { true } else { false } }
}
