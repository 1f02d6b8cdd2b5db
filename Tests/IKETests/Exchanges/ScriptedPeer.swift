// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// A peer that speaks the first exchanges by hand, and may say anything: it has no engine.
final class ScriptedPeer {
  typealias Change = ([IKEPayload], ScriptedPeer) -> [IKEPayload]

  let world: World
  let node: TestNode
  let address: IPAddress
  var key = SecretBytes(Array("lab-throwaway".utf8))
  var identity: IKEIdentity
  var changeInit: Change = { payloads, _ in payloads }
  var changeAuth: Change = { payloads, _ in payloads }
  /// The last word on the bytes of IKE_AUTH, encrypted already.
  var changeBytes: ([UInt8]) -> [UInt8] = { $0 }
  var changeHeader: (IKEHeader) -> IKEHeader = { $0 }
  /// Proves itself over these, in place of the right ones.
  var octets: ((ScriptedPeer) -> [UInt8])?

  private(set) var initiatorSPI: UInt64 = 0x1111_2222_3333_4444, responderSPI: UInt64 = 0
  private(set) var keys: IKEKeys?
  private(set) var nonces = Nonces(initiator: [], responder: [])
  private(set) var request: [UInt8] = [], response: [UInt8] = []
  /// What the engine said in its protected messages.
  private(set) var heard: [IKEPayload] = []
  private let provider = OpenSSLKeyProvider()
  private let suite = IKESuite(
    encryption: .init(.aesGCM16, keyBits: 128), prf: .hmacSHA256, integrity: .none, group: .curve25519)
  private var sealings: UInt64 = 0

  init(_ world: World, against node: TestNode, at address: IPAddress) {
    (self.world, self.node, self.address) = (world, node, address)
    identity = .address(address)
  }

  /// Messages of the engine since `count`.
  private func answers(since count: Int) -> [[UInt8]] { world.sent[count...].filter { $0.source == node.address }.map(\.udp) }

  private func deliver(_ bytes: [UInt8]) -> [[UInt8]] {
    let before = world.sent.count
    node.handle(
      .message(AssociationEndpoints(local: node.address, remote: address, localPort: 500, remotePort: 500), bytes: bytes, isKnown: false))
    world.run(.milliseconds(30))
    return answers(since: before)
  }

  private func header(_ exchange: UInt8, _ flags: HeaderFlags, _ id: UInt32) -> IKEHeader {
    changeHeader(
      IKEHeader(
        initiatorSPI: initiatorSPI, responderSPI: responderSPI, majorVersion: 2, exchange: exchange, flags: flags.rawValue, messageID: id))
  }

  // As initiator

  /// Both exchanges, as far as they come.
  func initiate() {
    guard case .generated(let privateValue, let publicValue, let random) = provider.perform(.generate(.curve25519, randomBytes: 32)) else {
      return
    }
    let offer = ProposalSelection.offer(Situation.policy(address).ikeProposals)
    let payloads: [IKEPayload] = [
      .securityAssociation(SecurityAssociationPayload(offer)),
      .keyExchange(KeyExchangePayload(method: .curve25519, publicValue: publicValue)), .nonce(NoncePayload(random)),
    ]
    request = IKEMessage(clear: changeInit(payloads, self), header: header(34, .initiator, 0)).encoded
    guard let answer = deliver(request).first, let message = try? IKEMessage(decoding: answer),
      let said = try? [IKEPayload](message.payloads), let nonce = said.firstNonce, let peerValue = said.firstPublicValue,
      case .agreed(let secret) = provider.perform(.agree(.curve25519, privateValue: privateValue, peerPublicValue: peerValue))
    else { return }
    response = answer
    responderSPI = message.header.responderSPI
    nonces = Nonces(initiator: random, responder: nonce)
    keys = IKEKeys(suite: suite, secret: secret, nonces: nonces, initiatorSPI: initiatorSPI, responderSPI: responderSPI)
    let auth = changeAuth(authPayloads(isInitiator: true), self)
    for answer in deliver(changeBytes(seal(auth, exchange: 35, flags: .initiator, id: 1))) { hear(answer, fromInitiator: false) }
  }

  private func authPayloads(isInitiator: Bool) -> [IKEPayload] {
    let identification = IdentificationPayload(identity)
    let offer = ProposalSelection.offer(Situation.policy(address).espSuites, spi: 0xabcd_ef01, usesESN: false, group: nil)
    let ends = isInitiator ? (address, node.address) : (node.address, address)
    return [
      isInitiator ? .initiatorIdentification(identification) : .responderIdentification(identification),
      .authentication(AuthenticationPayload(method: .sharedKey, value: proof(isInitiator: isInitiator))),
      .notify(NotifyPayload(.useTransportMode)), .securityAssociation(SecurityAssociationPayload(offer)),
      .initiatorSelectors(GRESelectors.offer(ends.0)), .responderSelectors(GRESelectors.offer(ends.1)),
    ]
  }

  /// The AUTH payload's value for one role.
  func proof(isInitiator: Bool) -> [UInt8] {
    guard let keys else { return [] }
    let octets =
      octets?(self)
      ?? SignedOctets.of(
        message: isInitiator ? request : response, otherNonce: isInitiator ? nonces.responder : nonces.initiator,
        identification: IdentificationPayload(identity), prf: .hmacSHA256, p: isInitiator ? keys.pi : keys.pr)
    return SignedOctets.sharedKeyProof(octets, key: key, prf: .hmacSHA256).bytes
  }

  func seal(_ payloads: [IKEPayload], exchange: UInt8, flags: HeaderFlags, id: UInt32) -> [UInt8] {
    guard let keys else { return [] }
    let isInitiator = flags.contains(.initiator)
    let cipher = try? MessageCipher(
      encryption: .aesGCM16, keyBits: 128, integrity: .none, encryptionKey: isInitiator ? keys.ei : keys.er, integrityKey: SecretBytes([]))
    let plain = payloads.encoded
    guard let cipher else { return [] }
    let blank = EncryptedPayload(
      inner: payloads.first?.type ?? 0, body: [UInt8](repeating: 0, count: plain.count + cipher.overheadBytes(for: plain.count)))
    let associated = Array(
      IKEMessage(header: header(exchange, flags, id), payloads: [], enclosed: blank).encoded.dropLast(blank.body.count))
    sealings += 1
    return associated + ((try? cipher.seal(plain, associated: associated, counter: sealings)) ?? [])
  }

  private func hear(_ bytes: [UInt8], fromInitiator: Bool) {
    guard let keys, let message = try? IKEMessage(decoding: bytes), let enclosed = message.enclosed else { return }
    let cipher = try? MessageCipher(
      encryption: .aesGCM16, keyBits: 128, integrity: .none, encryptionKey: fromInitiator ? keys.ei : keys.er, integrityKey: SecretBytes([])
    )
    guard let plain = try? cipher?.open(enclosed.body, associated: Array(bytes.dropLast(enclosed.body.count))) else { return }
    heard += (try? [IKEPayload](decoding: plain, first: enclosed.inner)) ?? []
  }

  // As responder

  /// Answers the engine, which has been asked to protect a tunnel to us.
  func respond() {
    let before = world.sent.count
    node.handle(.protect(Situation.tunnel, remote: address))
    world.run(.milliseconds(30))
    guard let first = answers(since: before).first, let message = try? IKEMessage(decoding: first),
      let said = try? [IKEPayload](message.payloads), let nonce = said.firstNonce, let peerValue = said.firstPublicValue,
      case .responded(let publicValue, let secret, let random) = provider.perform(
        .respond(.curve25519, peerPublicValue: peerValue, randomBytes: 32))
    else { return }
    (initiatorSPI, responderSPI, request) = (message.header.initiatorSPI, 0x5555_6666_7777_8888, first)
    nonces = Nonces(initiator: nonce, responder: random)
    keys = IKEKeys(suite: suite, secret: secret, nonces: nonces, initiatorSPI: initiatorSPI, responderSPI: responderSPI)
    let choice = Proposal(
      number: 1, protocolID: .ike,
      transforms: [Transform(encryption: 20, keyBits: 128), Transform(.pseudoRandomFunction, 5), Transform(.keyExchange, 31)])
    let payloads: [IKEPayload] = [
      .securityAssociation(SecurityAssociationPayload([choice])),
      .keyExchange(KeyExchangePayload(method: .curve25519, publicValue: publicValue)), .nonce(NoncePayload(random)),
    ]
    response = IKEMessage(clear: changeInit(payloads, self), header: header(34, .response, 0)).encoded
    guard let auth = deliver(response).first else { return }
    hear(auth, fromInitiator: true)
    let answer = changeAuth(authPayloads(isInitiator: false), self)
    for more in deliver(changeBytes(seal(answer, exchange: 35, flags: .response, id: 1))) { hear(more, fromInitiator: true) }
  }
}

extension [IKEPayload] {
  var firstPublicValue: [UInt8]? { compactMap { if case .keyExchange(let p) = $0 { p.publicValue } else { nil } }.first }
  var notifyTypes: [NotifyType] { compactMap { if case .notify(let p) = $0 { p.type } else { nil } } }

  /// With another payload in the place of each of this type.
  func replacing(_ type: PayloadType, by payload: IKEPayload?) -> [IKEPayload] {
    flatMap { $0.type == type.rawValue ? (payload.map { [$0] } ?? []) : [$0] }
  }
}
