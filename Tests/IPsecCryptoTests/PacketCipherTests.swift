// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("ESP packets")
struct PacketCipherTests {
  private let text = (0..<96).map { UInt8($0) }

  private func header(_ sequence: UInt64) -> [UInt8] {
    [0x12, 0x34, 0x56, 0x78] + (0..<4).reversed().map { UInt8(truncatingIfNeeded: sequence >> (8 * $0)) }
  }

  @Test("what one end seals the other opens, and what is on the wire between them is not the text", arguments: ESPSuite.all)
  func roundTrip(suite: ESPSuite) throws {
    let out = try PacketCipher(suite, keys: suite.testKeys, direction: .outbound)
    let back = try PacketCipher(suite, keys: suite.testKeys, direction: .inbound)
    for (sequence, usesESN) in [(1, false), (2, false), (0x1_0000_0001, true), (7, true)] as [(UInt64, Bool)] {
      let packet = ESPPacket(header: header(sequence), text: text, for: out)
      #expect(packet.seal(out, sequence: sequence, usesESN: usesESN))
      #expect([11, 21].contains(suite.encryption) == (packet.text(out) == text))
      #expect(packet.open(back, sequence: sequence, usesESN: usesESN))
      #expect(packet.text(back) == text)
    }
  }

  @Test("packets of AES-GCM as published, draft-mcgrew-gcm-test-01 §4", arguments: KnownAnswer.aesGCMPackets)
  func aesGCM(answer: KnownAnswer) throws { try compare(answer) }

  @Test("packets of ChaCha20-Poly1305 and GMAC as published", arguments: KnownAnswer.combinedPackets)
  func combined(answer: KnownAnswer) throws { try compare(answer) }

  @Test("packets that Linux sealed under strongSwan's associations are opened", arguments: KnownAnswer.capturedPackets)
  func captured(answer: KnownAnswer) throws { try compare(answer) }

  /// Opens a published packet, and seals its text to the same bytes where its IV may be ours.
  private func compare(_ answer: KnownAnswer) throws {
    let keys = SecretBytes(answer["keys"]), usesESN = answer["sequence"].count == 8
    let inbound = try PacketCipher(answer.suite, keys: keys, direction: .inbound)
    let packet = ESPPacket(answer["packet"])
    #expect(packet.open(inbound, sequence: answer.number("sequence"), usesESN: usesESN))
    #expect(packet.text(inbound) == answer["text"])
    guard !usesESN, inbound.ivBytes == 8 else { return }
    let outbound = try PacketCipher(answer.suite, keys: keys, direction: .outbound)
    let iv = answer["packet"][8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    #expect(packet.seal(outbound, sequence: iv))
    #expect(packet.bytes == answer["packet"])
  }

  @Test("AES-CTR as published, with any integrity algorithm beside it, RFC 3686 §6", arguments: KnownAnswer.aesCTR)
  func aesCTR(answer: KnownAnswer) throws {
    let suite = ESPSuite(encryption: 13, keyBits: answer.keyBits, integrity: 12)
    let integrityKey = SecretBytes([UInt8](repeating: 5, count: 32))
    let cipher = try PacketCipher(suite, keys: SecretBytes(answer["key"]).appending(integrityKey), direction: .outbound)
    let packet = ESPPacket(header: header(1), text: answer["text"], for: cipher)
    #expect(packet.seal(cipher, sequence: answer.number("iv")))
    #expect(packet.text(cipher) == answer["cipher"])
    #expect(Array(packet.bytes[8..<16]) == answer["iv"])
    let value = HashAlgorithm.sha256.hmac(integrityKey, Array(packet.bytes.dropLast(16))).bytes
    #expect(Array(packet.bytes.suffix(16)) == Array(value.prefix(16)))
  }

  @Test("with NULL encryption the packet is its own MAC's input, RFC 2410 §3", arguments: [12, 13, 14] as [UInt16])
  func null(integrity: UInt16) throws {
    let suite = ESPSuite(encryption: 11, keyBits: 0, integrity: integrity)
    let cipher = try PacketCipher(suite, keys: suite.testKeys, direction: .outbound)
    let packet = ESPPacket(header: header(9), text: text, for: cipher)
    #expect(packet.seal(cipher, sequence: 9))
    let hash: HashAlgorithm = integrity == 12 ? .sha256 : integrity == 13 ? .sha384 : .sha512
    #expect(cipher.icvBytes == hash.digestBytes / 2)
    #expect(packet.bytes == header(9) + text + Array(hash.hmac(suite.testKeys, header(9) + text).bytes.prefix(cipher.icvBytes)))
  }

  @Test("with extended sequence numbers the high half follows the packet in the MAC's input, RFC 4303 §3.3.2.2")
  func extendedMAC() throws {
    let suite = ESPSuite(encryption: 11, keyBits: 0, integrity: 12)
    let cipher = try PacketCipher(suite, keys: suite.testKeys, direction: .outbound)
    let packet = ESPPacket(header: header(9), text: text, for: cipher)
    #expect(packet.seal(cipher, sequence: 0xabcd_ef01_0000_0009, usesESN: true))
    let value = HashAlgorithm.sha256.hmac(suite.testKeys, header(9) + text, [0xab, 0xcd, 0xef, 0x01]).bytes
    #expect(Array(packet.bytes.suffix(16)) == Array(value.prefix(16)))
  }

  @Test("the high half of the sequence number counts with extended ones, and does not without", arguments: ESPSuite.various)
  func highHalf(suite: ESPSuite) throws {
    let out = try PacketCipher(suite, keys: suite.testKeys, direction: .outbound)
    let back = try PacketCipher(suite, keys: suite.testKeys, direction: .inbound)
    let extended = ESPPacket(header: header(1), text: text, for: out)
    #expect(extended.seal(out, sequence: 0x1_0000_0001, usesESN: true))
    for (sequence, usesESN) in [(1, true), (0x2_0000_0001, true), (0x1_0000_0001, false)] as [(UInt64, Bool)] {
      let copy = extended.copy
      #expect(!copy.open(back, sequence: sequence, usesESN: usesESN))
    }
    let plain = ESPPacket(header: header(1), text: text, for: out)
    #expect(plain.seal(out, sequence: 1))
    #expect(plain.open(back, sequence: 0x7_0000_0001))
  }

  @Test("HMAC-SHA-256 cut to 96 bits is the beginning of the one with 128")
  func truncation() throws {
    var short = ESPSuite(encryption: 12, keyBits: 128, integrity: 12)
    let long = short
    short.truncatesSHA256To96 = true
    let ciphers = try [short, long].map { try PacketCipher($0, keys: $0.testKeys, direction: .outbound) }
    #expect(ciphers.map(\.icvBytes) == [12, 16])
    let packets = ciphers.map { cipher in
      let packet = ESPPacket(header: header(3), text: text, for: cipher)
      #expect(packet.seal(cipher, sequence: 3))
      return packet.bytes
    }
    #expect(packets[0] == packets[1].dropLast(4))
  }

  @Test("the IV of counter modes is the sequence number", arguments: ESPSuite.all.filter { ![3, 11, 12].contains($0.encryption) })
  func counterIV(suite: ESPSuite) throws {
    let cipher = try PacketCipher(suite, keys: suite.testKeys, direction: .outbound)
    let packet = ESPPacket(header: header(0x0304_0506), text: text, for: cipher)
    #expect(packet.seal(cipher, sequence: 0x0102_0304_0506, usesESN: true))
    #expect(Array(packet.bytes[8..<16]) == [0, 0, 1, 2, 3, 4, 5, 6])
  }

  @Test("the IV of block chaining follows from number and key, differs for each, and is not the number", arguments: [3, 12] as [UInt16])
  func chainingIV(encryption: UInt16) throws {
    let suite = ESPSuite(encryption: encryption, keyBits: encryption == 12 ? 128 : 0, integrity: 2)
    let ciphers = try [UInt8(1), 1, 2].map { byte in
      try PacketCipher(suite, keys: SecretBytes([byte] + suite.testKeys.bytes.dropFirst()), direction: .outbound)
    }
    let vectors = ciphers.map { cipher in
      (0..<300 as Range<UInt64>).map { sequence in
        let packet = ESPPacket(header: header(0), text: text, for: cipher)
        #expect(packet.seal(cipher, sequence: sequence << 20))
        return Array(packet.bytes[8..<(8 + cipher.ivBytes)])
      }
    }
    #expect(vectors[0] == vectors[1])
    #expect(Set(vectors[0] + vectors[2]).count == 600)
    // Half of the bits change from one to the next.
    let changed = zip(vectors[0], vectors[0].dropFirst()).map { zip($0, $1).map { ($0 ^ $1).nonzeroBitCount }.reduce(0, +) }.reduce(0, +)
    #expect(abs(Double(changed) / Double(299 * ciphers[0].ivBytes * 8) - 0.5) < 0.02)
  }
}
