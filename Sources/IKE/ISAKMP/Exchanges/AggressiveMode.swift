// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// Aggressive mode with a shared key (RFC 2409 §5.4; RFC 2408 §4.7): three messages. It tells everybody who the ends are, and lets anyone
/// who asks try keys against the answer: only where a policy says so. A responder answers hardly longer than it was asked, as the asker may
/// be somebody else than the datagram says; a short question is answered without NAT traversal, or not at all.
///
///     initiator                                responder
///     HDR, SA, KE, Ni, IDii               -->
///                                         <--  HDR, SA, KE, Nr, IDir, HASH_R, [NAT-D]
///     HDR*, HASH_I, [NAT-D]               -->                                            from port 4500, where there is a NAT
struct AggressiveMode: Sendable {
  /// What it waits for.
  private enum State: Sendable {
    /// The initiator's: the start. The responder's: the first message.
    case idle
    /// The initiator's own public value.
    case publicValue
    /// The responder's message.
    case answer
    /// The shared secret: then the initiator can look at the answer, and goes back to `before` where it is forged.
    case secret(Phase1Message, before: Phase1)
    /// The shared secret: then the responder can answer, with this choice and at most so many bytes.
    case response(ISAKMPSecurityAssociation, room: Int)
    /// The initiator's proof.
    case proof
    case done
  }

  private var state = State.idle

  init() {}

  /// How far it is, as IOS numbers it: AG_NO_STATE, AG_INIT_EXCH, AG_AUTH.
  var step: UInt8 {
    switch state {
    case .idle, .publicValue, .answer: 0
    case .secret, .response, .proof: 1
    case .done: 2
    }
  }

  /// The initiator's first step.
  mutating func start(_ phase1: Phase1) -> [Phase1Step] {
    guard let group = phase1.offered(isAggressive: true).first?.group else { return [.fail(.noPolicy, nil)] }
    state = .publicValue
    return [.compute(.generate(group, randomBytes: 8 + Phase1.nonceBytes))]
  }

  /// A message came.
  mutating func received(_ message: Phase1Message, _ phase1: inout Phase1) -> [Phase1Step] {
    switch state {
    case .idle where !message.isEncrypted: receivedOffer(message, &phase1)
    case .answer where !message.isEncrypted: receivedAnswer(message, &phase1)
    case .proof: receivedProof(message, &phase1)
    default: [.refuse(.outOfOrder)]
    }
  }

  /// A job is done.
  mutating func computed(_ result: KeyResult, isInitialContact: Bool, _ phase1: inout Phase1) -> [Phase1Step] {
    switch (state, result) {
    case (.publicValue, .generated(let privateValue, let publicValue, let random)):
      sendOffer(privateValue, publicValue, random, &phase1)
    case (.secret(let message, let before), .agreed(let secret)): agreed(secret, message, before, isInitialContact, &phase1)
    case (.secret(_, let before), .failed(.invalidPublicValue)): goBack(before, .suspect(.malformed, .malformed), &phase1)
    case (.response(let answer, let room), .responded(let publicValue, let secret, let random)):
      respond(answer, room, publicValue, secret, random, &phase1)
    case (.response, .failed(.invalidPublicValue)): [.fail(.malformed, nil)]
    default: [.fail(.limit("keys"), nil)]
    }
  }

  /// Of random bytes, the first eight are the cookie, the others the nonce.
  private func split(_ random: [UInt8]) -> (cookie: UInt64, nonce: [UInt8]) {
    (max(1, random.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }), Array(random.dropFirst(8)))
  }
}

// MARK: The initiator

extension AggressiveMode {
  /// A vendor ID that makes room for the answer's hash and NAT-D, with the longest hash there is.
  private static let room = ISAKMPPayload.vendorID(Array("room for the answer".utf8) + [UInt8](repeating: 0, count: 112))

  private mutating func sendOffer(
    _ privateValue: SecretBytes, _ publicValue: [UInt8], _ random: [UInt8], _ phase1: inout Phase1
  ) -> [Phase1Step] {
    (phase1.initiatorCookie, phase1.localNonce) = split(random)
    (phase1.privateValue, phase1.localPublic) = (privateValue, publicValue)
    let offer = ISAKMPPayload.securityAssociation(Phase1Offer.payload(phase1.offered(isAggressive: true)))
    phase1.offer = offer.body
    state = .answer
    let payloads = [offer, .keyExchange(publicValue), .nonce(phase1.localNonce), phase1.localIdentification]
    return [.claimCookie, .send(payloads + Phase1.offeredVendorIDs + [Self.room])]
  }

  private mutating func receivedAnswer(_ message: Phase1Message, _ phase1: inout Phase1) -> [Phase1Step] {
    let cookie = message.header.responderSPI
    guard cookie != 0, cookie != phase1.initiatorCookie else { return [.refuse(.reflected)] }
    guard let answer = message.chain.securityAssociation, let publicValue = message.publicValue, let nonce = message.nonce else {
      return [.refuse(.unexpected)]
    }
    guard publicValue != phase1.localPublic, nonce != phase1.localNonce else { return [.refuse(.reflected)] }
    var candidate = phase1
    guard candidate.acceptAnswer(answer, isAggressive: true), candidate.noteIdentity(message.chain) else {
      return [.suspect(.unexpected, .noProposalChosen)]
    }
    guard let group = candidate.agreement?.group, let privateValue = candidate.privateValue else { return [.refuse(.unexpected)] }
    (candidate.responderCookie, candidate.remotePublic, candidate.remoteNonce) = (cookie, publicValue, nonce)
    candidate.noteVendorIDs(message.chain)
    candidate.noteNATDetection(message.chain)
    state = .secret(message, before: phase1)
    phase1 = candidate
    return [.compute(.agree(group, privateValue: privateValue, peerPublicValue: publicValue))]
  }

  private mutating func agreed(
    _ secret: SecretBytes, _ message: Phase1Message, _ before: Phase1, _ isInitialContact: Bool, _ phase1: inout Phase1
  ) -> [Phase1Step] {
    guard phase1.derive(secret), let keys = phase1.keys else { return goBack(before, .suspect(.noPolicy, .noPolicy), &phase1) }
    guard case .authentic = phase1.check(message) else {
      return goBack(before, .suspect(.notAuthentic, .authenticationFailed), &phase1)
    }
    guard phase1.acceptPeer(nil) else { return [phase1.identityRefused] }
    phase1.privateValue = nil
    phase1.float()
    state = .done
    let contact = isInitialContact ? [phase1.initialContact] : []
    return [.sendEncrypted([.hash(phase1.localHash(keys))] + phase1.natPayloads + contact), .establish]
  }

  /// The answer was none: the true one may still come.
  private mutating func goBack(_ before: Phase1, _ step: Phase1Step, _ phase1: inout Phase1) -> [Phase1Step] {
    (phase1, state) = (before, .answer)
    return [step]
  }
}

// MARK: The responder

extension AggressiveMode {
  private mutating func receivedOffer(_ message: Phase1Message, _ phase1: inout Phase1) -> [Phase1Step] {
    guard let offer = message.chain.securityAssociation, let body = message.chain.body(of: .securityAssociation),
      let publicValue = message.publicValue, let nonce = message.nonce, phase1.noteIdentity(message.chain)
    else { return [.refuse(.unexpected)] }
    guard let answer = phase1.choose(offer, isAggressive: true), let group = phase1.agreement?.group else {
      return [.fail(.noProposalChosen, nil)]
    }
    phase1.initiatorCookie = message.header.initiatorSPI
    (phase1.offer, phase1.remotePublic, phase1.remoteNonce) = (body, publicValue, nonce)
    phase1.noteVendorIDs(message.chain)
    state = .response(answer, room: message.byteCount + message.byteCount / ISAKMPLimits.aggressiveExcess)
    return [.compute(.respond(group, peerPublicValue: publicValue, randomBytes: 8 + Phase1.nonceBytes))]
  }

  private mutating func respond(
    _ answer: ISAKMPSecurityAssociation, _ room: Int, _ publicValue: [UInt8], _ secret: SecretBytes, _ random: [UInt8],
    _ phase1: inout Phase1
  ) -> [Phase1Step] {
    (phase1.responderCookie, phase1.localNonce) = split(random)
    phase1.localPublic = publicValue
    guard phase1.derive(secret), let keys = phase1.keys else { return [.fail(.noPolicy, nil)] }
    let needed: [ISAKMPPayload] = [
      .securityAssociation(answer), .keyExchange(publicValue), .nonce(phase1.localNonce), phase1.localIdentification,
      .hash(phase1.localHash(keys)),
    ]
    // NAT-D means nothing without the vendor ID before it.
    let rest = [phase1.formAnnouncement + phase1.natPayloads, phase1.deathAnnouncement]
    guard let payloads = phase1.fitting(needed, rest, room: room) else { return [.fail(.limit("amplification"), nil)] }
    state = .proof
    return [.claimCookie, .send(payloads)]
  }

  private mutating func receivedProof(_ message: Phase1Message, _ phase1: inout Phase1) -> [Phase1Step] {
    guard case .authentic = phase1.check(message) else { return [.suspect(.notAuthentic, .authenticationFailed)] }
    guard phase1.acceptPeer(nil) else { return [phase1.identityRefused] }
    phase1.noteNATDetection(message.chain)
    phase1.peerIsNew = message.hasInitialContact
    state = .done
    return [.establish]
  }
}
