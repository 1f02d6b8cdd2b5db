// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// Reads a saved session from its first message on with nothing but the logged Diffie-Hellman secrets and the shared key: every other key is
/// derived, and each message must open with what was derived.
struct IKEv2Walk {
  private struct SA {
    var keys: IKEKeys
    var suite: IKESuite
    var exchanges: [UInt32: [IKEPayload]] = [:]
    var nonces = Nonces(initiator: [], responder: [])
    var firstMessages: [[UInt8]] = []
  }

  let session: IKEv2Session
  private var sas: [[UInt64]: SA] = [:]
  private var openings: [UInt64: (bytes: [UInt8], payloads: [IKEPayload])] = [:]
  private var closedSAs = 0
  private(set) var opened = 0, unopened = 0, proofs = 0, rekeys = 0
  private(set) var children: [IKEv2Session.Child] = []

  init(_ session: IKEv2Session) throws {
    self.session = session
    for (_, _, bytes) in session.messages { try read(bytes) }
  }

  private mutating func read(_ bytes: [UInt8]) throws {
    let message = try IKEMessage(decoding: bytes)
    if message.exchange == .ikeSAInit { return try readInit(message, bytes) }
    let name = [message.header.initiatorSPI, message.header.responderSPI]
    guard var sa = sas[name] else {
      unopened += 1
      return
    }
    let key = message.flags.contains(.initiator) ? (sa.keys.ei, sa.keys.ai) : (sa.keys.er, sa.keys.ar)
    let plain = try message.opened(bytes, session.cipher(key.0, key.1))
    opened += 1
    let payloads = try [IKEPayload](decoding: plain, first: message.enclosed?.inner ?? 0)
    if message.flags.contains(.response) {
      let request = sa.exchanges[message.header.messageID &* 2 &+ (message.flags.contains(.initiator) ? 1 : 0)] ?? []
      try finish(message.exchange, request, payloads, &sa)
    } else {
      sa.exchanges[message.header.messageID &* 2 &+ (message.flags.contains(.initiator) ? 0 : 1)] = payloads
    }
    sas[name] = sa
  }

  private mutating func readInit(_ message: IKEMessage, _ bytes: [UInt8]) throws {
    let payloads = try [IKEPayload](message.payloads)
    let spi = message.header.initiatorSPI
    guard message.flags.contains(.response), let opening = openings[spi] else {
      openings[spi] = (bytes, payloads)
      return
    }
    let nonces = Nonces(initiator: try #require(opening.payloads.firstNonce), responder: try #require(payloads.firstNonce))
    for secrets in session.secrets {
      guard let shared = secrets.shared, let group = payloads.firstGroup else { continue }
      let keys = IKEKeys(
        suite: session.suite(group), secret: shared, nonces: nonces, initiatorSPI: spi, responderSPI: message.header.responderSPI)
      guard keys.agrees(with: secrets) else { continue }
      sas[[spi, message.header.responderSPI]] = SA(
        keys: keys, suite: session.suite(group), nonces: nonces, firstMessages: [opening.bytes, bytes])
      return
    }
  }

  private mutating func finish(_ exchange: ExchangeType, _ request: [IKEPayload], _ answer: [IKEPayload], _ sa: inout SA) throws {
    switch exchange {
    case .ikeAuth:
      try checkProofs(request, answer, sa)
      try readChild(sa.nonces, sa)
    case .createChildSA:
      guard let i = request.firstNonce, let r = answer.firstNonce else { return }
      let nonces = Nonces(initiator: i, responder: r)
      if let mine = request.ikeSPI, let theirs = answer.ikeSPI {
        try follow(sa, nonces, mine, theirs, answer)
      } else {
        try readChild(nonces, sa)
      }
    default: break
    }
  }

  private mutating func checkProofs(_ request: [IKEPayload], _ answer: [IKEPayload], _ sa: SA) throws {
    for (payloads, message, nonce, p) in [
      (request, sa.firstMessages[0], sa.nonces.responder, sa.keys.pi), (answer, sa.firstMessages[1], sa.nonces.initiator, sa.keys.pr),
    ] {
      let identification = try #require(payloads.firstIdentification), proof = try #require(payloads.firstProof)
      let octets = SignedOctets.of(message: message, otherNonce: nonce, identification: identification, prf: sa.suite.prf, p: p)
      #expect(SignedOctets.sharedKeyProof(octets, key: session.preSharedKey, prf: sa.suite.prf) == SecretBytes(proof.value))
      proofs += 1
    }
  }

  private mutating func readChild(_ nonces: Nonces, _ sa: SA) throws {
    let tail = nonces.initiator + nonces.responder
    let logged = try #require(session.children.first { $0.seed.suffix(tail.count).elementsEqual(tail) })
    let secret = Array(logged.seed.dropLast(tail.count))
    let keys = try #require(
      ChildKeys(
        suite: session.espSuite, prf: sa.suite.prf, d: sa.keys.d, secret: secret.isEmpty ? nil : SecretBytes(secret), nonces: nonces))
    #expect(keys.initiator == logged.initiator && keys.responder == logged.responder)
    children.append(logged)
  }

  private mutating func follow(_ sa: SA, _ nonces: Nonces, _ initiatorSPI: UInt64, _ responderSPI: UInt64, _ answer: [IKEPayload]) throws {
    for secrets in session.secrets {
      guard let shared = secrets.shared, let group = answer.firstGroup else { continue }
      let keys = IKEKeys(
        following: sa.keys, sa.suite.prf, suite: session.suite(group), secret: shared, nonces: nonces, initiatorSPI: initiatorSPI,
        responderSPI: responderSPI)
      guard keys.agrees(with: secrets) else { continue }
      sas[[initiatorSPI, responderSPI]] = SA(keys: keys, suite: session.suite(group))
      rekeys += 1
      return
    }
    Issue.record("no logged secret gives the next IKE SA")
  }
}

extension IKEKeys {
  /// Whether all keys are those that were logged.
  func agrees(with secrets: IKEv2Session.Secrets) -> Bool {
    d == secrets.d && ai == secrets.ai && ar == secrets.ar && ei == secrets.ei && er == secrets.er && pi == secrets.pi && pr == secrets.pr
  }
}

extension [IKEPayload] {
  var firstNonce: [UInt8]? { compactMap { if case .nonce(let p) = $0 { p.nonce } else { nil } }.first }
  var firstGroup: KeyExchangeMethod? { compactMap { if case .keyExchange(let p) = $0 { p.method } else { nil } }.first }
  var firstProof: AuthenticationPayload? { compactMap { if case .authentication(let p) = $0 { p } else { nil } }.first }
  var firstIdentification: IdentificationPayload? {
    compactMap {
      switch $0 {
      case .initiatorIdentification(let p), .responderIdentification(let p): p
      default: nil
      }
    }.first
  }
  var ikeSPI: UInt64? {
    for case .securityAssociation(let p) in self where p.proposals.first?.protocolID == .ike {
      return p.proposals[0].spi.reduce(0) { $0 << 8 | UInt64($1) }
    }
    return nil
  }
}

@Suite("IKEv2: keys")
struct DerivationTests {
  @Test(
    "from the logged secrets of strongSwan follow all keys of IKE SAs, children, rekeys, and all proofs (RFC 7296 §2.14–2.18)",
    arguments: IKEv2Session.strongSwan)
  func strongSwan(session: IKEv2Session) throws {
    let walk = try IKEv2Walk(session)
    print(
      "\(session.name): \(walk.opened) opened, \(walk.unopened) not, \(walk.proofs) proofs, \(walk.children.count) children, \(walk.rekeys) rekeys"
    )
    #expect(walk.unopened == 0 && walk.opened > 0)
    #expect(walk.proofs >= 6 && walk.rekeys >= 1)
    #expect(walk.children.count >= 5)
  }
}
