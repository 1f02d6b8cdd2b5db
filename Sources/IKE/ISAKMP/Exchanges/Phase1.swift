// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// What main and aggressive mode gather on their way to a phase 1 association, and what both do with it (RFC 2409 §5).
struct Phase1: Sendable {
  let isInitiator: Bool
  /// The ends of IKE's datagrams.
  var endpoints: AssociationEndpoints
  /// The policies that may still be meant, the best first; exactly one when the peer is known.
  private(set) var policies: [ProtectionPolicy]
  var initiatorCookie: UInt64 = 0, responderCookie: UInt64 = 0
  /// What was agreed on; nil before.
  private(set) var agreement: ISAKMPPolicy?
  /// The body of the initiator's SA payload.
  var offer: [UInt8] = []
  var traversal = NATTraversal()
  var peerDetectsDeath = false
  /// Whether we told the peer that we do.
  var announcesDeath = false
  /// Whether the peer says that it remembers nothing of us.
  var peerIsNew = false
  /// An initiator's, until the shared secret is there.
  var privateValue: SecretBytes?
  var localNonce: [UInt8] = [], remoteNonce: [UInt8] = []
  var localPublic: [UInt8] = [], remotePublic: [UInt8] = []
  private(set) var keys: ISAKMPKeys?
  private(set) var cipher: ISAKMPCipher?
  /// What the next encrypted message of phase 1 is chained to; at its end the start of all vectors of phase 2.
  var vector: ISAKMPCipher.Vector = []
  /// The body of the peer's identification, and what it means.
  private(set) var remoteIdentification: [UInt8] = []
  private(set) var remoteIdentity: IKEIdentity?
  private(set) var certificate: CertificateFacts?

  init(_ setup: AssociationSetup) {
    (isInitiator, endpoints, policies) = (setup.isInitiator, setup.endpoints, setup.policies)
  }

  /// The policy that counts.
  var policy: ProtectionPolicy? { policies.first }

  /// The same policy with other lifetimes and the like.
  mutating func replacePolicy(_ policy: ProtectionPolicy) { policies = [policy] }
  /// Whether the ends prove themselves with signatures.
  var isSigned: Bool { agreement.map { $0.method != .preSharedKey } ?? false }
  /// The cookie that is ours.
  var localCookie: UInt64 { isInitiator ? initiatorCookie : responderCookie }

  func header(_ exchange: ISAKMPExchange, messageID: UInt32 = 0) -> IKEHeader {
    IKEHeader(initiatorCookie: initiatorCookie, responderCookie: responderCookie, exchange, messageID: messageID)
  }

  /// Both cookies, as in the header.
  var cookies: [UInt8] { header(.identityProtection).cookies }
}

// MARK: Agreement

extension Phase1 {
  /// What an initiator offers: in aggressive mode, whose public value comes with the offer, only what has the first policy's group.
  /// And only shared keys: certificates would make the answer to a stranger larger than the question.
  func offered(isAggressive: Bool) -> [ISAKMPPolicy] {
    let all = policy?.isakmpPolicies ?? []
    let shared = all.filter { $0.method == .preSharedKey }
    guard isAggressive else { return all }
    return shared.filter { $0.group == shared.first?.group }
  }

  /// Keeps what an initiator reads of the answer; false where it is none of what was offered.
  mutating func acceptAnswer(_ answer: ISAKMPSecurityAssociation, isAggressive: Bool) -> Bool {
    agreement = Phase1Offer.agreement(answer, offered(isAggressive: isAggressive))
    return agreement != nil
  }

  /// Chooses for a responder: the first policy of ours that fits the offer and has what the method needs. Policies with another
  /// outcome are not meant any more. Nil where there is none.
  mutating func choose(_ offer: ISAKMPSecurityAssociation, isAggressive: Bool) -> ISAKMPSecurityAssociation? {
    // Aggressive mode's first message says already who the peer is.
    let able = policies.filter { policy in
      !isAggressive || (policy.usesAggressiveMode && remoteIdentity.map { policy.accepts($0, nil) } ?? false)
    }
    let outcomes = able.compactMap { policy in
      let possible = policy.isakmpPolicies.filter {
        policy.remoteMethods.contains($0.method) && policy.canProve($0.method, to: endpoints.remote, remoteIdentity)
          && (!isAggressive || $0.method == .preSharedKey)
      }
      return Phase1Offer.choose(offer, possible).map { (policy: policy, answer: $0.answer, agreed: $0.agreement) }
    }
    guard let first = outcomes.first else { return nil }
    policies = outcomes.filter { $0.answer == first.answer && $0.policy.provesAlike(first.policy, to: endpoints.remote, remoteIdentity) }
      .map(\.policy)
    agreement = first.agreed
    return first.answer
  }
}

// MARK: Keys

extension Phase1 {
  /// Derives everything from the shared secret. False where no shared key is for the peer, or the cipher is none of ours.
  mutating func derive(_ sharedSecret: SecretBytes) -> Bool {
    guard let agreement, let skeyid = skeyid(agreement, sharedSecret) else { return false }
    let keys = ISAKMPKeys(hash: agreement.hash, skeyid: skeyid, sharedSecret: sharedSecret, cookies: cookies)
    guard let cipher = ISAKMPCipher(agreement.encryption, keys: keys) else { return false }
    (self.keys, self.cipher) = (keys, cipher)
    vector = cipher.initialVector(initiatorPublic: initiatorPublic, responderPublic: responderPublic)
    return true
  }

  private func skeyid(_ agreement: ISAKMPPolicy, _ sharedSecret: SecretBytes) -> SecretBytes? {
    let ni = isInitiator ? localNonce : remoteNonce, nr = isInitiator ? remoteNonce : localNonce
    guard agreement.method == .preSharedKey else {
      return ISAKMPKeys.skeyid(agreement.hash, sharedSecret: sharedSecret, initiatorNonce: ni, responderNonce: nr)
    }
    return policy?.sharedKey(remote: endpoints.remote, identity: remoteIdentity).map {
      ISAKMPKeys.skeyid(agreement.hash, preSharedKey: $0, initiatorNonce: ni, responderNonce: nr)
    }
  }

  private var initiatorPublic: [UInt8] { isInitiator ? localPublic : remotePublic }
  private var responderPublic: [UInt8] { isInitiator ? remotePublic : localPublic }

  private var proof: ISAKMPKeys.Proof {
    ISAKMPKeys.Proof(
      initiatorPublic: initiatorPublic, responderPublic: responderPublic, cookies: cookies, securityAssociation: offer)
  }

  /// HASH_I or HASH_R of our own end.
  func localHash(_ keys: ISAKMPKeys) -> [UInt8] { hash(keys, ofInitiator: isInitiator, localIdentification.body) }
  /// HASH_I or HASH_R of the peer's.
  func remoteHash(_ keys: ISAKMPKeys) -> [UInt8] { hash(keys, ofInitiator: !isInitiator, remoteIdentification) }

  private func hash(_ keys: ISAKMPKeys, ofInitiator: Bool, _ identification: [UInt8]) -> [UInt8] {
    ofInitiator ? keys.initiatorHash(proof, identification: identification) : keys.responderHash(proof, identification: identification)
  }
}

// MARK: Identities

extension Phase1 {
  /// Who we say we are: what is configured; else our certificate's subject where we sign, our address where we share a key.
  var localIdentification: ISAKMPPayload {
    let byMethod = isSigned ? policy?.signingKey.map { IKEIdentity.distinguishedName($0.facts.subject) } : nil
    return .identification(ISAKMPIdentification(policy?.localIdentity ?? byMethod ?? .address(endpoints.local)))
  }

  /// Takes down who the peer says it is. False where it says nothing, or more than one thing.
  mutating func noteIdentity(_ chain: ISAKMPPayloadChain) -> Bool {
    guard chain.identifications.count == 1, let body = chain.body(of: .identification) else { return false }
    (remoteIdentification, remoteIdentity) = (body, chain.identifications[0].identity)
    return true
  }

  /// Settles on the first policy that accepts the peer, which has proven who it is. False where none does.
  mutating func acceptPeer(_ certificate: CertificateFacts?) -> Bool {
    guard let identity = remoteIdentity, let agreement else { return false }
    guard certificate.map({ identity.isIn($0) }) ?? true else { return false }
    let accepting = policies.first { $0.remoteMethods.contains(agreement.method) && $0.accepts(identity, certificate) }
    guard let accepting else { return false }
    (policies, self.certificate) = ([accepting], certificate)
    return true
  }

  /// What the front door learns of the peer.
  func associationProof() -> AssociationProof? {
    guard let policy, let remoteIdentity, let agreement else { return nil }
    return AssociationProof(
      policy: policy, identity: remoteIdentity, certificate: certificate, endpoints: endpoints, isBehindNAT: traversal.isHere,
      isPeerBehindNAT: traversal.isThere, lifetimeSeconds: min(policy.ikeLifetimeSeconds, agreement.lifetimeSeconds))
  }
}

// MARK: Payloads

extension Phase1 {
  /// The vendor IDs of an initiator's first message: all forms of NAT traversal, and dead peer detection.
  static let offeredVendorIDs: [ISAKMPPayload] =
    NATTraversal.Form.allCases.map { .vendorID($0.vendorID) } + [.vendorID(ISAKMPVendorID.deadPeerDetection)]

  /// What a responder announces: the form of NAT traversal that was chosen, nothing where there is none.
  var formAnnouncement: [ISAKMPPayload] { traversal.form.map { [.vendorID($0.vendorID)] } ?? [] }
  /// And dead peer detection, where the peer has it. IOS says so only in its second message.
  var deathAnnouncement: [ISAKMPPayload] {
    peerDetectsDeath && !announcesDeath ? [.vendorID(ISAKMPVendorID.deadPeerDetection)] : []
  }

  /// Takes down what the peer announces.
  mutating func noteVendorIDs(_ chain: ISAKMPPayloadChain) {
    let ids = chain.vendorIDs
    if traversal.form == nil { traversal.choose(from: ids) }
    peerDetectsDeath = peerDetectsDeath || ISAKMPVendorID.announcesDeadPeerDetection(ids)
  }

  /// NAT-D of both ends.
  var natPayloads: [ISAKMPPayload] {
    agreement.map { traversal.payloads(endpoints, $0.hash, cookies: cookies) } ?? []
  }

  /// Reads the peer's NAT-D.
  mutating func noteNATDetection(_ chain: ISAKMPPayloadChain) {
    guard let agreement else { return }
    traversal.compare(chain.natDetections, endpoints, agreement.hash, cookies: cookies)
  }

  /// Asks for a certificate of the authority that issued ours (RFC 2408 §3.10): some send theirs only when asked.
  var certificateRequest: [ISAKMPPayload] {
    guard isSigned, let key = policy?.signingKey else { return [] }
    return [.certificateRequest(ISAKMPCertificate(content: key.facts.issuer))]
  }

  /// Our certificates, our own first.
  var certificatePayloads: [ISAKMPPayload] {
    guard isSigned, let key = policy?.signingKey else { return [] }
    return key.chain.map { .certificate(ISAKMPCertificate(content: $0)) }
  }

  /// A responder's first answer: what must be in it, and as many groups of the rest as make it no longer than the question. Nil where
  /// even without them it is longer.
  func fitting(_ needed: [ISAKMPPayload], _ rest: [[ISAKMPPayload]], room: Int) -> [ISAKMPPayload]? {
    let candidates = (0...rest.count).reversed().map { needed + rest.prefix($0).joined() }
    return candidates.first { ISAKMPMessage(header(.identityProtection), $0).bytes.count <= room }
  }

  /// Moves to port 4500 where there is a NAT (RFC 3947 §4).
  mutating func float() {
    guard traversal.isDetected, endpoints.localPort != IKEPort.natTraversal else { return }
    endpoints.localPort = IKEPort.natTraversal
    endpoints.remotePort = IKEPort.natTraversal
  }
}
