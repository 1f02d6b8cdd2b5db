// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// One quick mode (RFC 2409 §5.5): a pair of ESP associations, with its own exchange of keys where perfect forward secrecy is wanted.
///
///     initiator                                                  responder
///     HDR*, HASH(1), SA, Ni, [KE], IDci, IDcr, [NAT-OA ×2]  -->
///                                                           <--  HDR*, HASH(2), SA, Nr, [KE], IDci, IDcr, [NAT-OA ×2]
///     HDR*, HASH(3)                                         -->
///
/// The responder has its inbound half in place before it answers, and uses the outbound one when the third message came: until then
/// the first might be a replay. The initiator has its inbound half before the third message, and uses the outbound one a while after it.
struct QuickMode: Sendable {
  /// What it waits for.
  private enum State: Sendable {
    /// Our nonce and SPI, and with perfect forward secrecy our public value. A responder has the offer.
    case keys
    case answer
    /// The shared secret of the initiator; the choice is made.
    case secret(Phase2Offer.Agreement)
    /// The third message.
    case confirmation
    case done
  }

  /// What it wants done.
  enum Step: Sendable {
    case compute(KeyJob)
    /// An encrypted message, its hash first.
    case send(ISAKMPPayloadChain)
    case install(ChildPair)
    /// Outbound packets move to the new pair.
    case use(inboundSPI: UInt32)
    case refuse(IKERefusal)
    /// It failed; the peer is told by a notify about this SPI of its.
    case fail(IKEFailure, ISAKMPNotifyType?, spi: [UInt8])

    var isRefusal: Bool { if case .refuse = self { true } else { false } }
  }

  /// What it takes from phase 1.
  struct Parent: Sendable {
    var policy: ProtectionPolicy
    var keys: ISAKMPKeys
    var traversal: NATTraversal
    var endpoints: AssociationEndpoints
    var roundTrip: Duration
  }

  let messageID: UInt32
  let isInitiator: Bool
  /// The child it replaces, by our SPI. A responder is not told which: it is the youngest there is.
  let replaces: UInt32?
  /// What the next message is chained to.
  var vector: ISAKMPCipher.Vector
  private var state = State.keys
  private var localNonce: [UInt8] = [], remoteNonce: [UInt8] = []
  private(set) var inboundSPI: UInt32 = 0
  private var privateValue: SecretBytes?, remotePublic: [UInt8] = []
  /// A responder's: the peer's offer, until it is answered.
  private var offer: ISAKMPSecurityAssociation?, identities: [ISAKMPPayload] = []

  init(messageID: UInt32, isInitiator: Bool, replaces: UInt32?, vector: ISAKMPCipher.Vector) {
    (self.messageID, self.isInitiator, self.replaces, self.vector) = (messageID, isInitiator, replaces, vector)
  }

  /// Whether nothing is waited for any more.
  var isDone: Bool { if case .done = state { true } else { false } }
  /// Whether the responder has answered and its inbound half is in place.
  var isUnconfirmed: Bool { if case .confirmation = state { true } else { false } }

  /// The peer was heard on the new child: that is as good as the third message.
  mutating func confirm() { if isUnconfirmed { state = .done } }

  /// A message came.
  mutating func received(_ chain: ISAKMPPayloadChain, _ parent: Parent) -> [Step] {
    guard chain.first == .hash, let hash = chain.body(of: .hash) else { return [.refuse(.unexpected)] }
    switch state {
    case .keys where !isInitiator && offer == nil: return receivedOffer(hash, chain, parent)
    case .answer: return receivedAnswer(hash, chain, parent)
    case .confirmation: return receivedConfirmation(hash, parent)
    default: return [.refuse(.outOfOrder)]
    }
  }

  /// A job is done.
  mutating func computed(_ result: KeyResult, _ parent: Parent, freeSPI: ([UInt8]) -> UInt32) -> [Step] {
    switch (state, result) {
    case (.keys, .random(let random)):
      take(random, freeSPI)
      return isInitiator ? sendOffer(publicValue: nil, parent) : sendAnswer(publicValue: nil, nil, parent)
    case (.keys, .generated(let privateValue, let publicValue, let random)):
      take(random, freeSPI)
      self.privateValue = privateValue
      return sendOffer(publicValue: publicValue, parent)
    case (.keys, .responded(let publicValue, let secret, let random)):
      take(random, freeSPI)
      return sendAnswer(publicValue: publicValue, secret, parent)
    case (.secret(let agreement), .agreed(let secret)): return finish(agreement, secret, parent)
    case (_, .failed(.invalidPublicValue)): return [.fail(.malformed, .invalidKeyInformation, spi: [])]
    default: return [.fail(.limit("keys"), nil, spi: [])]
    }
  }

  /// Of random bytes, the first four are for the SPI, the others are the nonce.
  private mutating func take(_ random: [UInt8], _ freeSPI: ([UInt8]) -> UInt32) {
    inboundSPI = freeSPI(Array(random.prefix(4)))
    localNonce = Array(random.dropFirst(4))
  }

  private static let randomBytes = 4 + Phase1.nonceBytes
}

// MARK: The initiator

extension QuickMode {
  /// The first step.
  mutating func start(_ parent: Parent) -> [Step] {
    if let group = parent.policy.perfectForwardSecrecy { return [.compute(.generate(group, randomBytes: Self.randomBytes))] }
    return [.compute(.random(count: Self.randomBytes))]
  }

  private mutating func sendOffer(publicValue: [UInt8]?, _ parent: Parent) -> [Step] {
    let offer = Phase2Offer(parent.policy, parent.traversal).payload(spi: inboundSPI)
    guard !offer.proposals[0].transforms.isEmpty else { return [.fail(.noPolicy, nil, spi: [])] }
    identities = QuickModeSelectors.offer(parent.endpoints)
    var payloads: [ISAKMPPayload] = [.securityAssociation(offer), .nonce(localNonce)]
    if let publicValue { payloads.append(.keyExchange(publicValue)) }
    let rest = ISAKMPPayloadChain(payloads + identities + originalAddresses(parent))
    state = .answer
    return [.send(ISAKMPPayloadChain([.hash(parent.keys.messageHash(messageID: messageID, rest.bytes))] + rest.payloads))]
  }

  /// Both ends as we see them, the initiator's first, where transport mode crosses a NAT (RFC 3947 §5.2).
  private func originalAddresses(_ parent: Parent) -> [ISAKMPPayload] {
    guard parent.traversal.isDetected, let form = parent.traversal.form, parent.policy.mode == .transport else { return [] }
    let ends = isInitiator ? [parent.endpoints.local, parent.endpoints.remote] : [parent.endpoints.remote, parent.endpoints.local]
    return ends.map { .natOriginalAddress(form.originalAddress, ISAKMPOriginalAddress($0)) }
  }

  private mutating func receivedAnswer(_ hash: [UInt8], _ chain: ISAKMPPayloadChain, _ parent: Parent) -> [Step] {
    let expected = parent.keys.answerHash(messageID: messageID, initiatorNonce: localNonce, chain.bytesAfterFirst)
    guard hash.isSame(as: expected) else { return [.refuse(.notAuthentic)] }
    guard let answer = chain.securityAssociation, var agreement = Phase2Offer(parent.policy, parent.traversal).agreement(answer) else {
      return [.fail(.noProposalChosen, .noProposalChosen, spi: inboundSPI.bytes)]
    }
    guard isAnswered(chain.identifications, parent) else { return [.fail(.selectorsRefused, .invalidIDInformation, spi: inboundSPI.bytes)] }
    guard let nonce = chain.body(of: .nonce), (8...256).contains(nonce.count), nonce != localNonce else {
      return [.fail(.malformed, .payloadMalformed, spi: inboundSPI.bytes)]
    }
    remoteNonce = nonce
    agreement.lifetime = agreement.lifetime.shortened(by: Self.responderLifetime(chain))
    guard let group = agreement.group else { return finish(agreement, nil, parent) }
    guard let publicValue = chain.body(of: .keyExchange), let privateValue else {
      return [.fail(.malformed, .invalidKeyInformation, spi: inboundSPI.bytes)]
    }
    state = .secret(agreement)
    return [.compute(.agree(group, privateValue: privateValue, peerPublicValue: publicValue))]
  }

  /// The identities come back as they were sent, or mean the same.
  private func isAnswered(_ answered: [ISAKMPIdentification], _ parent: Parent) -> Bool {
    answered.map { ISAKMPPayload.identification($0) } == identities
      || QuickModeSelectors.accept(answered, parent.endpoints, parent.traversal, isInitiator: true)
  }

  /// What the responder says of its own lifetime (RFC 2407 §4.6.3.1).
  private static func responderLifetime(_ chain: ISAKMPPayloadChain) -> ISAKMPLifetime {
    chain.notifications.filter { $0.type == .responderLifetime && $0.protocolID == .esp }.reduce(ISAKMPLifetime()) { lifetime, notify in
      lifetime.shortened(by: notify.lifetime)
    }
  }

  private mutating func finish(_ agreement: Phase2Offer.Agreement, _ secret: SecretBytes?, _ parent: Parent) -> [Step] {
    guard let pair = pair(agreement, secret, parent) else { return [.fail(.noProposalChosen, .noProposalChosen, spi: inboundSPI.bytes)] }
    let hash = parent.keys.confirmationHash(messageID: messageID, initiatorNonce: localNonce, responderNonce: remoteNonce)
    (state, privateValue) = (.done, nil)
    return [.install(pair), .send(ISAKMPPayloadChain([.hash(hash)])), .use(inboundSPI: inboundSPI)]
  }
}

// MARK: The responder

extension QuickMode {
  private mutating func receivedOffer(_ hash: [UInt8], _ chain: ISAKMPPayloadChain, _ parent: Parent) -> [Step] {
    guard hash.isSame(as: parent.keys.messageHash(messageID: messageID, chain.bytesAfterFirst)) else { return [.refuse(.notAuthentic)] }
    guard let offer = chain.securityAssociation, let nonce = chain.body(of: .nonce), (8...256).contains(nonce.count) else {
      return [.fail(.malformed, .payloadMalformed, spi: [])]
    }
    let spi = offer.proposals.first?.spi ?? []
    guard QuickModeSelectors.accept(chain.identifications, parent.endpoints, parent.traversal, isInitiator: false) else {
      return [.fail(.selectorsRefused, .invalidIDInformation, spi: spi)]
    }
    guard let (_, agreement) = Phase2Offer(parent.policy, parent.traversal).choose(offer, spi: 256) else {
      return [.fail(.noProposalChosen, .noProposalChosen, spi: spi)]
    }
    (self.offer, remoteNonce) = (offer, nonce)
    identities = chain.identifications.map { .identification($0) }
    guard let group = agreement.group else { return [.compute(.random(count: Self.randomBytes))] }
    guard let publicValue = chain.body(of: .keyExchange) else { return [.fail(.malformed, .invalidKeyInformation, spi: spi)] }
    return [.compute(.respond(group, peerPublicValue: publicValue, randomBytes: Self.randomBytes))]
  }

  private mutating func sendAnswer(publicValue: [UInt8]?, _ secret: SecretBytes?, _ parent: Parent) -> [Step] {
    guard let offer, let (answer, agreement) = Phase2Offer(parent.policy, parent.traversal).choose(offer, spi: inboundSPI),
      let pair = pair(agreement, secret, parent)
    else { return [.fail(.noProposalChosen, .noProposalChosen, spi: self.offer?.proposals.first?.spi ?? [])] }
    var payloads: [ISAKMPPayload] = [.securityAssociation(answer), .nonce(localNonce)]
    if let publicValue { payloads.append(.keyExchange(publicValue)) }
    payloads += identities + lifetimeNotify(agreement) + originalAddresses(parent)
    let rest = ISAKMPPayloadChain(payloads)
    let hash = parent.keys.answerHash(messageID: messageID, initiatorNonce: remoteNonce, rest.bytes)
    state = .confirmation
    return [.install(pair), .send(ISAKMPPayloadChain([.hash(hash)] + payloads))]
  }

  /// RESPONDER-LIFETIME, where ours is shorter than what was offered.
  private func lifetimeNotify(_ agreement: Phase2Offer.Agreement) -> [ISAKMPPayload] {
    let ours = agreement.lifetime, offered = agreement.offeredLifetime
    let shorter = ISAKMPLifetime(
      seconds: ours.seconds == offered.seconds ? nil : ours.seconds, kilobytes: ours.kilobytes == offered.kilobytes ? nil : ours.kilobytes)
    guard shorter != ISAKMPLifetime() else { return [] }
    return [.notification(ISAKMPNotification(responderLifetime: shorter, spi: inboundSPI))]
  }

  private mutating func receivedConfirmation(_ hash: [UInt8], _ parent: Parent) -> [Step] {
    let expected = parent.keys.confirmationHash(messageID: messageID, initiatorNonce: remoteNonce, responderNonce: localNonce)
    guard hash.isSame(as: expected) else { return [.refuse(.notAuthentic)] }
    state = .done
    return [.use(inboundSPI: inboundSPI)]
  }
}

// MARK: Both

extension QuickMode {
  /// The two associations, with keys. Nil where the suite is none of ours.
  private func pair(_ agreement: Phase2Offer.Agreement, _ secret: SecretBytes?, _ parent: Parent) -> ChildPair? {
    guard let count = PacketCipher.keyBytes(of: agreement.suite) else { return nil }
    let (ni, nr) = isInitiator ? (localNonce, remoteNonce) : (remoteNonce, localNonce)
    func keys(_ spi: UInt32) -> SecretBytes {
      parent.keys.keymat(spi: spi, initiatorNonce: ni, responderNonce: nr, sharedSecret: secret, count: count)
    }
    return ChildPair(
      inboundSPI: inboundSPI, outboundSPI: agreement.spi, suite: agreement.suite, mode: agreement.mode, inboundKeys: keys(inboundSPI),
      outboundKeys: keys(agreement.spi), usesESN: agreement.usesESN, perfectForwardSecrecy: agreement.group,
      endpoints: parent.childEndpoints, isInitiator: isInitiator, roundTrip: parent.roundTrip, replaces: replaces,
      lifetimeSeconds: agreement.lifetime.seconds ?? parent.policy.childLifetimeSeconds, lifetimeKilobytes: agreement.lifetime.kilobytes,
      waitsForUse: true)
  }
}

extension QuickMode.Parent {
  /// The ends of ESP: in UDP only where a NAT was found.
  var childEndpoints: AssociationEndpoints {
    guard traversal.isDetected else { return AssociationEndpoints(local: endpoints.local, remote: endpoints.remote) }
    let remotePort = endpoints.localPort == IKEPort.natTraversal ? endpoints.remotePort : IKEPort.natTraversal
    return AssociationEndpoints(local: endpoints.local, remote: endpoints.remote, localPort: IKEPort.natTraversal, remotePort: remotePort)
  }
}

extension ISAKMPNotification {
  /// RESPONDER-LIFETIME about one of our SPIs (RFC 2407 §4.6.3.1).
  init(responderLifetime lifetime: ISAKMPLifetime, spi: UInt32) {
    var writer = ByteWriter(capacity: 24)
    for attribute in lifetime.attributes { attribute.encode(into: &writer) }
    self.init(protocolID: .esp, spi: spi.bytes, type: .responderLifetime, content: writer.bytes)
  }

  /// What a RESPONDER-LIFETIME says; nothing where it is not well formed.
  var lifetime: ISAKMPLifetime {
    var fields = ISAKMPFieldReader(content)
    let attributes = try? ISAKMPAttribute.list(&fields)
    return ISAKMPLifetime(attributes ?? [], type: Phase2Attribute.lifeType, duration: Phase2Attribute.lifeDuration)
  }
}
