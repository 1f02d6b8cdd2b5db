// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// Main mode (RFC 2409 §5, identity protection exchange of RFC 2408 §4.5): six messages, the last two encrypted.
///
///     initiator                            responder
///     HDR, SA                         -->
///                                     <--  HDR, SA
///     HDR, KE, Ni, [CERTREQ, NAT-D]   -->
///                                     <--  HDR, KE, Nr, [CERTREQ, NAT-D]
///     HDR*, IDii, HASH_I or CERT, SIG -->                                    from port 4500 on, where there is a NAT
///                                     <--  HDR*, IDir, HASH_R or CERT, SIG
///
/// The machine is told what happened and says what to do next. A message that is refused leaves it as it was.
struct MainMode: Sendable {
  /// What it waits for.
  private enum State: Sendable {
    /// The initiator's: the start. The responder's: the first message.
    case idle
    /// Our cookie. A responder knows its answer already, and how long that may be.
    case cookie(answer: ISAKMPSecurityAssociation?, room: Int)
    /// The initiator's: what the responder chose.
    case choice
    /// Our public value (the initiator's), the peer's message with its own.
    case publicValue, keyExchange
    /// The shared secret.
    case secret
    /// Our signature, and whether the peer's proof is in already.
    case signature
    /// The peer's identity and proof.
    case proof
    /// Whether its signature is good.
    case verification
    case done
  }

  private var state = State.idle

  init() {}

  /// How far it is, as IOS numbers it: MM_NO_STATE, MM_SA_SETUP, MM_KEY_EXCH, MM_KEY_AUTH.
  var step: UInt8 {
    switch state {
    case .idle, .cookie, .choice: 0
    case .publicValue, .keyExchange: 1
    case .secret: 2
    case .signature, .proof, .verification, .done: 3
    }
  }

  /// The initiator's first step.
  mutating func start() -> [Phase1Step] {
    state = .cookie(answer: nil, room: 0)
    return [.compute(.random(count: 8))]
  }

  /// A message came.
  mutating func received(_ message: Phase1Message, _ phase1: inout Phase1) -> [Phase1Step] {
    switch state {
    case .idle where !message.isEncrypted: receivedOffer(message, &phase1)
    case .choice where !message.isEncrypted: receivedChoice(message, &phase1)
    case .keyExchange where !message.isEncrypted: receivedKeyExchange(message, &phase1)
    case .proof where message.isEncrypted: receivedProof(message, &phase1)
    default: [.refuse(.outOfOrder)]
    }
  }

  /// A job is done.
  mutating func computed(_ result: KeyResult, isInitialContact: Bool, _ phase1: inout Phase1) -> [Phase1Step] {
    switch (state, result) {
    case (.cookie(let answer, let room), .random(let bytes)): drewCookie(bytes, answer, room, &phase1)
    case (.publicValue, .generated(let privateValue, let publicValue, let nonce)): generated(privateValue, publicValue, nonce, &phase1)
    case (.secret, .agreed(let secret)): agreed(secret, isInitialContact, &phase1)
    case (.secret, .responded(let publicValue, let secret, let nonce)): responded(publicValue, secret, nonce, &phase1)
    case (.verification, .verified(let facts)): accepted(facts, &phase1)
    case (.verification, .failed(let error)): [phase1.failure(error)]
    case (.signature, .signature(let signature)): sendProof(.signature(signature), isInitialContact, &phase1)
    case (.secret, .failed(.invalidPublicValue)): [.fail(.malformed, nil)]
    default: [.fail(.limit("keys"), nil)]
    }
  }
}

// MARK: First and second message

extension MainMode {
  private mutating func receivedOffer(_ message: Phase1Message, _ phase1: inout Phase1) -> [Phase1Step] {
    guard let offer = message.chain.securityAssociation, let body = message.chain.body(of: .securityAssociation) else {
      return [.refuse(.unexpected)]
    }
    guard let answer = phase1.choose(offer, isAggressive: false) else { return [.fail(.noProposalChosen, nil)] }
    phase1.initiatorCookie = message.header.initiatorSPI
    phase1.offer = body
    phase1.noteVendorIDs(message.chain)
    state = .cookie(answer: answer, room: message.byteCount)
    return [.compute(.random(count: 8))]
  }

  private mutating func drewCookie(
    _ bytes: [UInt8], _ answer: ISAKMPSecurityAssociation?, _ room: Int, _ phase1: inout Phase1
  ) -> [Phase1Step] {
    let cookie = max(1, bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    if let answer {
      phase1.responderCookie = cookie
      let rest = [phase1.formAnnouncement, phase1.deathAnnouncement]
      guard let payloads = phase1.fitting([.securityAssociation(answer)], rest, room: room) else {
        return [.fail(.limit("amplification"), nil)]
      }
      phase1.announcesDeath = payloads.contains(.vendorID(ISAKMPVendorID.deadPeerDetection))
      state = .keyExchange
      return [.claimCookie, .send(payloads)]
    }
    phase1.initiatorCookie = cookie
    let offer = ISAKMPPayload.securityAssociation(Phase1Offer.payload(phase1.offered(isAggressive: false)))
    (phase1.offer, phase1.announcesDeath) = (offer.body, true)
    state = .choice
    return [.claimCookie, .send([offer] + Phase1.offeredVendorIDs)]
  }

  private mutating func receivedChoice(_ message: Phase1Message, _ phase1: inout Phase1) -> [Phase1Step] {
    let cookie = message.header.responderSPI
    guard cookie != 0, cookie != phase1.initiatorCookie else { return [.refuse(.reflected)] }
    guard let answer = message.chain.securityAssociation else { return [.refuse(.unexpected)] }
    guard phase1.acceptAnswer(answer, isAggressive: false), let group = phase1.agreement?.group else {
      return [.suspect(.unexpected, .noProposalChosen)]
    }
    phase1.responderCookie = cookie
    phase1.noteVendorIDs(message.chain)
    state = .publicValue
    return [.compute(.generate(group, randomBytes: Phase1.nonceBytes))]
  }
}

// MARK: Third and fourth message

extension MainMode {
  private mutating func generated(
    _ privateValue: SecretBytes, _ publicValue: [UInt8], _ nonce: [UInt8], _ phase1: inout Phase1
  ) -> [Phase1Step] {
    (phase1.privateValue, phase1.localPublic, phase1.localNonce) = (privateValue, publicValue, nonce)
    state = .keyExchange
    return [.send(keyExchange(phase1))]
  }

  private func keyExchange(_ phase1: Phase1) -> [ISAKMPPayload] {
    [.keyExchange(phase1.localPublic), .nonce(phase1.localNonce)] + phase1.certificateRequest + phase1.deathAnnouncement
      + phase1.natPayloads
  }

  private mutating func receivedKeyExchange(_ message: Phase1Message, _ phase1: inout Phase1) -> [Phase1Step] {
    guard let publicValue = message.publicValue, let nonce = message.nonce, let group = phase1.agreement?.group else {
      return [.refuse(.unexpected)]
    }
    guard publicValue != phase1.localPublic, nonce != phase1.localNonce else { return [.refuse(.reflected)] }
    (phase1.remotePublic, phase1.remoteNonce) = (publicValue, nonce)
    phase1.noteVendorIDs(message.chain)
    phase1.noteNATDetection(message.chain)
    state = .secret
    guard phase1.isInitiator else {
      return [.compute(.respond(group, peerPublicValue: publicValue, randomBytes: Phase1.nonceBytes))]
    }
    guard let privateValue = phase1.privateValue else { return [.refuse(.unexpected)] }
    return [.compute(.agree(group, privateValue: privateValue, peerPublicValue: publicValue))]
  }

  /// The responder's half of the exchange of keys is done.
  private mutating func responded(
    _ publicValue: [UInt8], _ secret: SecretBytes, _ nonce: [UInt8], _ phase1: inout Phase1
  ) -> [Phase1Step] {
    (phase1.localPublic, phase1.localNonce) = (publicValue, nonce)
    guard phase1.derive(secret) else { return [.fail(.noPolicy, nil)] }
    state = .proof
    return [.send(keyExchange(phase1))]
  }

  /// The initiator's.
  private mutating func agreed(_ secret: SecretBytes, _ isInitialContact: Bool, _ phase1: inout Phase1) -> [Phase1Step] {
    phase1.privateValue = nil
    guard phase1.derive(secret) else { return [.fail(.noPolicy, nil)] }
    phase1.float()
    return prove(isInitialContact, &phase1)
  }
}

// MARK: Fifth and sixth message

extension MainMode {
  private mutating func prove(_ isInitialContact: Bool, _ phase1: inout Phase1) -> [Phase1Step] {
    let (payload, job) = phase1.prove()
    if let payload { return sendProof(payload, isInitialContact, &phase1) }
    guard let job else { return [.fail(.noPolicy, nil)] }
    state = .signature
    return [.compute(job)]
  }

  private mutating func sendProof(_ proof: ISAKMPPayload, _ isInitialContact: Bool, _ phase1: inout Phase1) -> [Phase1Step] {
    var payloads = [phase1.localIdentification] + phase1.certificatePayloads + [proof]
    guard phase1.isInitiator else {
      state = .done
      return [.sendEncrypted(payloads), .establish]
    }
    if isInitialContact { payloads.append(phase1.initialContact) }
    state = .proof
    return [.sendEncrypted(payloads)]
  }

  private mutating func receivedProof(_ message: Phase1Message, _ phase1: inout Phase1) -> [Phase1Step] {
    var candidate = phase1
    guard candidate.noteIdentity(message.chain) else { return [.suspect(.unexpected, .authenticationFailed)] }
    candidate.peerIsNew = message.hasInitialContact
    switch candidate.check(message) {
    case .wrong(let step): return [step]
    case .authentic:
      phase1 = candidate
      return accepted(nil, &phase1)
    case .verify(let job):
      phase1 = candidate
      state = .verification
      return [.compute(job)]
    }
  }

  private mutating func accepted(_ facts: CertificateFacts?, _ phase1: inout Phase1) -> [Phase1Step] {
    guard phase1.acceptPeer(facts) else { return [phase1.identityRefused] }
    // The responder's own proof follows the initiator's.
    guard phase1.isInitiator else { return prove(false, &phase1) }
    state = .done
    return [.establish]
  }
}
