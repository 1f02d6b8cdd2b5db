// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv1: messages")
struct ISAKMPMessageTests {
  static let header = IKEHeader(initiatorCookie: 1, responderCookie: 2, .informational)

  /// One of every payload.
  static let payloads: [ISAKMPPayload] = [
    .securityAssociation(
      ISAKMPSecurityAssociation(proposals: [
        ISAKMPProposal(
          number: 1, protocolID: .esp, spi: [1, 2, 3, 4],
          transforms: [
            ISAKMPTransform(
              number: 1, transformID: 12, attributes: [ISAKMPAttribute(6, .short(128)), ISAKMPAttribute(2, number: 4_608_000)]),
            ISAKMPTransform(number: 2, transformID: 3, attributes: []),
          ]), ISAKMPProposal(number: 2, protocolID: .esp, spi: [1, 2, 3, 4], transforms: []),
      ])),
    .keyExchange([1, 2, 3]), .identification(ISAKMPIdentification(host: IPAddress(10, 0, 0, 1), protocolNumber: 47)),
    .certificate(ISAKMPCertificate(content: [9, 9])), .certificateRequest(ISAKMPCertificate(content: [])), .hash([5]), .signature([6]),
    .nonce([7, 7]), .notification(ISAKMPNotification(protocolID: .esp, spi: [1, 2, 3, 4], type: .replayStatus, content: [0, 0, 0, 1])),
    .delete(ISAKMPDelete(protocolID: .esp, spiSize: 4, spis: [[1, 2, 3, 4], [5, 6, 7, 8]])), .vendorID([8, 8, 8]),
    .natDetection(.natDetection, [1]), .natDetection(.natDetectionDraft07, [1]), .natDetection(.natDetectionDraft03, [2]),
    .natOriginalAddress(.natOriginalAddress, ISAKMPOriginalAddress(IPAddress(10, 0, 0, 1))),
    .natOriginalAddress(.natOriginalAddressDraft03, ISAKMPOriginalAddress(IPAddress(high: 0x2001_0db8_0000_0000, low: 1))),
    .unknown(ISAKMPPayloadType(rawValue: 200), [1, 2]), .unknown(.securityAssociation, [0, 0, 0, 9, 1]),
  ]

  @Test("every payload comes back as it went, alone and with all others, RFC 2408 §3")
  func roundTrip() throws {
    for payload in Self.payloads {
      #expect(try ISAKMPPayload(payload.type, body: payload.body) == payload)
    }
    let message = ISAKMPMessage(Self.header, Self.payloads)
    guard case .clear(let chain) = try ISAKMPMessage(decoding: message.bytes).content else { return }
    #expect(chain.payloads == Self.payloads)
  }

  @Test("the message of all payloads, cut anywhere, is refused; changed anywhere, it does not trap")
  func hostile() throws {
    let whole = ISAKMPMessage(Self.header, Self.payloads).bytes
    for length in 0..<whole.count {
      #expect(throws: ISAKMPDecodeError.self) { try ISAKMPMessage(decoding: Array(whole.prefix(length))) }
      // The same with a length in the header that is true.
      var cut = Array(whole.prefix(length))
      if cut.count >= 28 { cut.replaceSubrange(24..<28, with: UInt32(length).wire) }
      if let message = try? ISAKMPMessage(decoding: cut) { #expect(message.bytes == cut) }
    }
    for index in whole.indices {
      for value in [0, 1, 3, 4, 7, 8, 0x7f, 0x80, 0xfe, 0xff] as [UInt8] {
        var changed = whole
        changed[index] = value
        // What is read is written as it came, but for reserved bytes.
        if let message = try? ISAKMPMessage(decoding: changed) { _ = message.bytes }
      }
    }
  }

  @Test("noise behind a good header never traps, and takes no time")
  func noise() {
    var random = RandomSource(seed: 5)
    for _ in 0..<20_000 {
      let count = Int(random.below(400))
      var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      // Small lengths and known types make it further.
      for index in bytes.indices where random.below(3) == 0 { bytes[index] = UInt8(random.below(24)) }
      for type in [1, 5, 11, 12, 21] as [UInt8] { _ = try? ISAKMPPayload(ISAKMPPayloadType(rawValue: type), body: bytes) }
      _ = try? ISAKMPPayloadChain(first: .securityAssociation, decoding: bytes)
    }
  }

  /// A message whose first payload has this type and these bytes, its own header included.
  static func message(_ type: ISAKMPPayloadType, _ bytes: [UInt8]) -> [UInt8] {
    var header = header
    header.nextPayload = type.rawValue
    header.length = UInt32(28 + bytes.count)
    var writer = ByteWriter()
    header.encode(into: &writer)
    return writer.bytes + bytes
  }

  static let situation: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 1]

  static let errors: [(ISAKMPDecodeError, [UInt8])] = [
    (.truncatedHeader, [1, 2, 3]), (.badMessageLength, message(.hash, [0, 0, 0, 5, 1]) + [0]),
    (
      .badVersion,
      {
        var m = message(.hash, [0, 0, 0, 5, 1])
        m[17] = 0x20
        return m
      }()
    ),
    (.badPayloadLength, message(.hash, [0, 0, 0, 3, 1])), (.badPayloadLength, message(.hash, [0, 0, 0, 9, 1])),
    (.truncatedChain, message(.hash, [8, 0, 0, 5, 1])), (.truncatedPayload, message(.identification, [0, 0, 0, 6, 1, 1])),
    (.tooManyPayloads, message(.vendorID, (0..<80).flatMap { [$0 == 79 ? 0 : 13, 0, 0, 4] as [UInt8] })),
    (.badProposal, message(.securityAssociation, [0, 0, 0, 20] + situation + [1, 0, 0, 8, 1, 1, 0, 0])),
    (.badProposal, message(.securityAssociation, [0, 0, 0, 20] + situation + [0, 0, 0, 7, 1, 1, 0, 0])),
    (.badProposal, message(.securityAssociation, [0, 0, 0, 28] + situation + [0, 0, 0, 16, 1, 1, 0, 1, 3, 0, 0, 8, 1, 1, 0, 0])),
    (.badTransformCount, message(.securityAssociation, [0, 0, 0, 20] + situation + [0, 0, 0, 8, 1, 1, 0, 1])),
    (.badTransformCount, message(.securityAssociation, [0, 0, 0, 28] + situation + [0, 0, 0, 16, 1, 1, 0, 0, 0, 0, 0, 8, 1, 1, 0, 0])),
    (
      .badAttribute,
      message(.securityAssociation, [0, 0, 0, 32] + situation + [0, 0, 0, 20, 1, 1, 0, 1, 0, 0, 0, 12, 1, 1, 0, 0, 0, 1, 0, 9])
    ),
    (
      .tooManyProposals,
      message(.securityAssociation, [0, 0, 1, 60] + situation + (0..<38).flatMap { [$0 == 37 ? 0 : 2, 0, 0, 8, 1, 1, 0, 0] as [UInt8] })
    ),
    (.badSPI, message(.notification, [0, 0, 0, 12, 0, 0, 0, 1, 3, 4, 0, 1])),
    (.badSPI, message(.delete, [0, 0, 0, 16, 0, 0, 0, 1, 3, 4, 0, 2, 1, 2, 3, 4])),
    (.badSPI, message(.delete, [0, 0, 0, 12, 0, 0, 0, 1, 3, 0, 255, 255])),
    (.tooManySPIs, message(.delete, [0, 0, 1, 144, 0, 0, 0, 1, 3, 4, 0, 97] + [UInt8](repeating: 1, count: 388))),
    (.badAddress, message(.identification, [0, 0, 0, 11, 1, 47, 0, 0, 10, 0, 0])),
    (.badAddress, message(.natOriginalAddress, [0, 0, 0, 12, 5, 0, 0, 0, 10, 0, 0, 1])),
  ]

  @Test("each way to be wrong has its error", arguments: errors)
  func decodeErrors(error: ISAKMPDecodeError, bytes: [UInt8]) {
    #expect(throws: error) { try ISAKMPMessage(decoding: bytes) }
  }

  @Test("what is encrypted must be whole blocks, and at least one")
  func ciphertextLength() {
    let cipher = ISAKMPCipher(.aesCBC, .sha1, key: SecretBytes([UInt8](repeating: 1, count: 16)))
    for count in [0, 1, 15, 17] {
      #expect(throws: ISAKMPDecodeError.badCiphertextLength) {
        try cipher.open([UInt8](repeating: 0, count: count), first: .hash, [UInt8](repeating: 0, count: 16))
      }
    }
  }

  @Test("attributes: two bytes where the number fits, else four; long ones read as numbers too, RFC 2408 §3.3")
  func attributes() {
    #expect(ISAKMPAttribute(12, number: 65_535).value == .short(65_535))
    #expect(ISAKMPAttribute(12, number: 86_400).value == .long([0, 1, 0x51, 0x80]))
    #expect(ISAKMPAttribute(12, .long([0, 0, 0, 0, 0, 0, 0, 0, 1, 0])).number == 256)
    #expect(ISAKMPAttribute(12, .long([1, 0, 0, 0, 0, 0, 0, 0, 0])).number == .max)
    #expect(ISAKMPAttribute(12, .long([])).number == nil)
  }

  @Test("a lifetime is a unit and a duration, in any number of pairs, RFC 2407 §4.5")
  func lifetimes() {
    func lifetime(_ pairs: [(UInt16, UInt32)]) -> ISAKMPLifetime {
      ISAKMPLifetime(pairs.map { ISAKMPAttribute($0.0, number: $0.1) }, type: 1, duration: 2)
    }
    #expect(lifetime([(1, 1), (2, 3_600), (1, 2), (2, 4_608_000)]) == ISAKMPLifetime(seconds: 3_600, kilobytes: 4_608_000))
    #expect(lifetime([(1, 2), (2, 1_000)]) == ISAKMPLifetime(kilobytes: 1_000))
    #expect(
      lifetime([(2, 1_000)]) == ISAKMPLifetime() && lifetime([(1, 1), (2, 0)]) == ISAKMPLifetime()
        && lifetime([(1, 9), (2, 5)]) == ISAKMPLifetime())
    #expect(ISAKMPLifetime(seconds: 5).shortened(by: ISAKMPLifetime(seconds: 7, kilobytes: 9)) == ISAKMPLifetime(seconds: 5, kilobytes: 9))
  }

  @Test("identities of quick mode mean addresses: one, a subnet, a range; a mask with holes means nothing, RFC 2407 §4.6.2")
  func addressRanges() {
    func range(_ kind: UInt8, _ content: [UInt8]) -> ClosedRange<IPAddress>? {
      ISAKMPIdentification(kind: kind, content: content).prefixRange
    }
    let host = IPAddress(10, 1, 2, 3)
    #expect(range(1, [10, 1, 2, 3]) == host...host)
    #expect(range(4, [10, 1, 2, 3, 255, 255, 255, 255]) == host...host)
    #expect(range(7, [10, 1, 2, 3, 10, 1, 2, 3]) == host...host)
    #expect(range(4, [10, 1, 2, 3, 255, 255, 254, 0]) == IPAddress(10, 1, 2, 0)...IPAddress(10, 1, 3, 255))
    #expect(range(7, [10, 1, 2, 3, 10, 1, 2, 9]) == host...IPAddress(10, 1, 2, 9))
    #expect(range(4, [10, 1, 2, 3, 255, 0, 255, 0]) == nil && range(7, [10, 1, 2, 3, 10, 1, 2, 2]) == nil && range(1, [10, 1, 2]) == nil)
    #expect(range(6, [UInt8](repeating: 0, count: 15) + [1] + [UInt8](repeating: 255, count: 16)) != nil)
    #expect(range(5, [UInt8](repeating: 0, count: 10) + [255, 255, 10, 1, 2, 3]) == nil)
  }
}

extension UInt32 {
  var wire: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> $0) } }
}
