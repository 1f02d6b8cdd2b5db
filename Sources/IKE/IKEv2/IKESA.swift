// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// One IKE SA: a pair of SPIs with its keys and its two windows of one message each (RFC 7296 §2.3). Which payloads are in the messages
/// is the exchanges' business; this seals, opens, numbers, and remembers what may have to be sent again.
package struct IKESA: Sendable {
  /// Whether we began it; requests of either side carry the flag of who began (§3.1).
  let isInitiator: Bool
  let initiatorSPI: UInt64
  let responderSPI: UInt64
  let suite: IKESuite
  private(set) var keys: IKEKeys
  private let outgoing: MessageCipher
  private let incoming: MessageCipher
  /// Each sealing has its own number: with counter modes it is the IV.
  private var sealings: UInt64 = 0

  /// Bytes of a whole IP packet from which on a message is sent in fragments; nil where the peer takes none (RFC 7383).
  var fragmentationBytes: Int?

  // Our requests
  private(set) var nextRequestID: UInt32 = 0
  private(set) var outstanding: OutstandingRequest?
  // The peer's requests
  private(set) var expectedRequestID: UInt32 = 0
  /// The answer to the request before `expectedRequestID`: sent again when that request comes again.
  private(set) var lastAnswer: [[UInt8]] = []
  /// Whether the expected request has come and is being worked on: it coming again changes nothing.
  private(set) var isAnswering = false
  private var fragments: FragmentTable?

  /// An IKE SA with derived keys. Nil where the suite cannot protect messages.
  init?(isInitiator: Bool, initiatorSPI: UInt64, responderSPI: UInt64, suite: IKESuite, keys: IKEKeys) {
    (self.isInitiator, self.suite, self.keys) = (isInitiator, suite, keys)
    (self.initiatorSPI, self.responderSPI) = (initiatorSPI, responderSPI)
    guard let i = Self.cipher(suite, keys.ei, keys.ai), let r = Self.cipher(suite, keys.er, keys.ar) else { return nil }
    (outgoing, incoming) = isInitiator ? (i, r) : (r, i)
  }

  /// The ends are known: the keys of their proofs are of no more use.
  mutating func forgetProofKeys() { (keys.pi, keys.pr) = (Self.noKey, Self.noKey) }

  private static let noKey = SecretBytes([])

  private static func cipher(_ suite: IKESuite, _ e: SecretBytes, _ a: SecretBytes) -> MessageCipher? {
    try? MessageCipher(
      encryption: suite.encryption.algorithm, keyBits: suite.encryption.keyBits, integrity: suite.integrity, encryptionKey: e,
      integrityKey: a)
  }

  /// Our SPI.
  var localSPI: UInt64 { isInitiator ? initiatorSPI : responderSPI }
  /// The peer's SPI.
  var remoteSPI: UInt64 { isInitiator ? responderSPI : initiatorSPI }
  /// SK_p of our proof and of the peer's.
  var localP: SecretBytes { isInitiator ? keys.pi : keys.pr }
  var remoteP: SecretBytes { isInitiator ? keys.pr : keys.pi }
}

/// A request of ours that is not answered yet.
struct OutstandingRequest: Sendable {
  var id: UInt32
  var exchange: ExchangeType
  var datagrams: [[UInt8]]
  /// How often it was sent.
  var tries = 1
  var firstSentAt: Instant
}

// Sending

extension IKESA {
  /// Numbers, seals and remembers a request. There must be no other outstanding.
  mutating func request(_ exchange: ExchangeType, _ payloads: [IKEPayload], at now: Instant) -> [[UInt8]] {
    let id = nextRequestID
    let datagrams = seal(exchange, id: id, isResponse: false, payloads)
    nextRequestID = id &+ 1
    outstanding = OutstandingRequest(id: id, exchange: exchange, datagrams: datagrams, firstSentAt: now)
    return datagrams
  }

  /// Seals the answer to the expected request and remembers it.
  mutating func answer(_ exchange: ExchangeType, _ payloads: [IKEPayload]) -> [[UInt8]] {
    let datagrams = seal(exchange, id: expectedRequestID, isResponse: true, payloads)
    expectedRequestID = expectedRequestID &+ 1
    (lastAnswer, isAnswering) = (datagrams, false)
    return datagrams
  }

  /// Seals a message outside the windows: a word of farewell that nobody will answer.
  mutating func farewell(_ payloads: [IKEPayload]) -> [[UInt8]] {
    defer { nextRequestID = nextRequestID &+ 1 }
    return seal(.informational, id: nextRequestID, isResponse: false, payloads)
  }

  /// IKE_SA_INIT was number 0, in clear: its sender goes on with 1, its receiver expects 1. It is not part of the windows.
  mutating func skipInit() { if isInitiator { nextRequestID = 1 } else { expectedRequestID = 1 } }

  /// The request went out once more.
  mutating func noteRetransmission() { outstanding?.tries += 1 }

  /// The request needs no answer any more.
  mutating func forgetRequest() { outstanding = nil }

  private mutating func seal(_ exchange: ExchangeType, id: UInt32, isResponse: Bool, _ payloads: [IKEPayload]) -> [[UInt8]] {
    var flags: HeaderFlags = isInitiator ? .initiator : []
    if isResponse { flags.insert(.response) }
    let header = IKEHeader(
      initiatorSPI: initiatorSPI, responderSPI: responderSPI, majorVersion: 2, exchange: exchange.rawValue, flags: flags.rawValue,
      messageID: id)
    let plaintext = payloads.encoded, first = payloads.first?.type ?? 0
    let whole = IKEHeader.byteCount + PayloadChain.headerBytes + plaintext.count + outgoing.overheadBytes(for: plaintext.count)
    guard let limit = fragmentationBytes, whole + Self.ipBytes > limit else { return [seal(header, first, plaintext[...], nil)] }
    return sealFragments(header, first, plaintext, limit - Self.ipBytes)
  }

  /// IPv4 and UDP headers and the non-ESP marker.
  private static let ipBytes = 20 + 8 + 4

  private mutating func sealFragments(_ header: IKEHeader, _ first: UInt8, _ plaintext: [UInt8], _ limit: Int) -> [[UInt8]] {
    let fixed = IKEHeader.byteCount + PayloadChain.headerBytes + 4
    // Room for the worst padding, so that every piece fits.
    let piece = max(64, limit - fixed - outgoing.overheadBytes(for: 0) - 16)
    let total = (plaintext.count + piece - 1) / piece
    guard total > 1, total <= IKELimits.fragments else { return [seal(header, first, plaintext[...], nil)] }
    return (0..<total).map { index in
      let part = plaintext[(index * piece)..<min(plaintext.count, (index + 1) * piece)]
      let fragment = EncryptedPayload.Fragment(number: UInt16(index + 1), total: UInt16(total))
      return seal(header, index == 0 ? first : 0, part, fragment)
    }
  }

  private mutating func seal(
    _ header: IKEHeader, _ inner: UInt8, _ plaintext: ArraySlice<UInt8>, _ fragment: EncryptedPayload.Fragment?
  ) -> [UInt8] {
    let bodyBytes = plaintext.count + outgoing.overheadBytes(for: plaintext.count)
    let blank = EncryptedPayload(fragment: fragment, inner: inner, body: [UInt8](repeating: 0, count: bodyBytes))
    let associated = Array(IKEMessage(header: header, payloads: [], enclosed: blank).encoded.dropLast(bodyBytes))
    sealings += 1
    // Sealing fails only where the library has no memory: then nothing leaves, and the request is tried again.
    guard let body = try? outgoing.seal(Array(plaintext), associated: associated, counter: sealings) else { return [] }
    return associated + body
  }
}

// Receiving

extension IKESA {
  /// What an authentic message is to us.
  enum Arrival: Sendable {
    /// The expected request.
    case request(ExchangeType, [IKEPayload])
    /// The expected request, but it cannot be understood.
    case badRequest(ExchangeType, PayloadError)
    /// A request that was answered already.
    case repeated
    /// The answer to the outstanding request.
    case answer(OutstandingRequest, [IKEPayload])
    case badAnswer(OutstandingRequest, PayloadError)
    /// A fragment; more are missing.
    case incomplete
    case refused(IKERefusal)
  }

  /// Checks, opens and sorts a message with our SPIs. Only what is authentic changes anything.
  mutating func receive(_ message: IKEMessage, _ bytes: [UInt8], at now: Instant) -> Arrival {
    guard message.flags.contains(.initiator) != isInitiator else { return .refused(.reflected) }
    guard let enclosed = message.enclosed else { return .refused(.notAuthentic) }
    let isResponse = message.flags.contains(.response), id = message.header.messageID
    if let early = sort(isResponse, id, message.exchange) {
      return early.refusalOr(isAuthentic(enclosed, bytes), fragment: enclosed.fragment)
    }
    guard let plaintext = open(enclosed, bytes) else { return .refused(.notAuthentic) }
    guard let (inner, content) = assemble(enclosed, plaintext, isResponse, id, at: now) else { return .incomplete }
    return accept(isResponse, message.exchange, Result { () throws(PayloadError) in try [IKEPayload](decoding: content, first: inner) })
  }

  /// What is outside the windows; nil for what is inside.
  private func sort(_ isResponse: Bool, _ id: UInt32, _ exchange: ExchangeType) -> Arrival? {
    if isResponse {
      return outstanding?.id == id && outstanding?.exchange == exchange ? nil : .refused(.outOfOrder)
    }
    if id == expectedRequestID { return isAnswering ? .incomplete : nil }
    return id == expectedRequestID &- 1 && !lastAnswer.isEmpty ? .repeated : .refused(.outOfOrder)
  }

  private mutating func accept(_ isResponse: Bool, _ exchange: ExchangeType, _ payloads: Result<[IKEPayload], PayloadError>) -> Arrival {
    if isResponse, let request = outstanding {
      outstanding = nil
      switch payloads {
      case .success(let payloads): return .answer(request, payloads)
      case .failure(let error): return .badAnswer(request, error)
      }
    }
    isAnswering = true
    switch payloads {
    case .success(let payloads): return .request(exchange, payloads)
    case .failure(let error): return .badRequest(exchange, error)
    }
  }

  private func isAuthentic(_ enclosed: EncryptedPayload, _ bytes: [UInt8]) -> Bool { open(enclosed, bytes) != nil }

  private func open(_ enclosed: EncryptedPayload, _ bytes: [UInt8]) -> [UInt8]? {
    try? incoming.open(enclosed.body, associated: Array(bytes.dropLast(enclosed.body.count)))
  }

  /// The content and the type of its first payload; nil while fragments are missing.
  private mutating func assemble(
    _ enclosed: EncryptedPayload, _ plaintext: [UInt8], _ isResponse: Bool, _ id: UInt32, at now: Instant
  ) -> (UInt8, [UInt8])? {
    guard let fragment = enclosed.fragment else {
      fragments = nil
      return (enclosed.inner, plaintext)
    }
    var table = fragments ?? FragmentTable(id: id, isResponse: isResponse, at: now)
    if !table.isOf(id, isResponse, at: now) { table = FragmentTable(id: id, isResponse: isResponse, at: now) }
    let whole = table.insert(fragment, inner: enclosed.inner, plaintext)
    fragments = whole == nil ? table : nil
    return whole
  }
}

extension IKESA.Arrival {
  /// Something outside the windows counts as what it is only when it is authentic. An answer is repeated for the first fragment alone
  /// (RFC 7383 §2.6.1).
  fileprivate func refusalOr(_ isAuthentic: Bool, fragment: EncryptedPayload.Fragment?) -> IKESA.Arrival {
    guard isAuthentic else { return .refused(.notAuthentic) }
    if case .repeated = self, let fragment, fragment.number != 1 { return .incomplete }
    return self
  }
}
