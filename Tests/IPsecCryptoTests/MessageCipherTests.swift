// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("IKE messages")
struct MessageCipherTests {
  /// Every pair that may protect IKE's messages.
  static let pairs = ESPSuite.all.filter { ![11, 21].contains($0.encryption) && !$0.truncatesSHA256To96 }

  static func cipher(_ pair: ESPSuite) throws -> MessageCipher {
    let encryption = EncryptionAlgorithm(rawValue: pair.encryption), integrity = IntegrityAlgorithm(rawValue: pair.integrity)
    let keyBytes = try #require(encryption.keyBytes(keyBits: pair.keyBits))
    return try MessageCipher(
      encryption: encryption, keyBits: pair.keyBits, integrity: integrity, encryptionKey: pair.testKeys.part(0, keyBytes),
      integrityKey: pair.testKeys.part(keyBytes, integrity.keyBytes))
  }

  @Test("what one end seals the other opens, at any length", arguments: pairs)
  func roundTrip(pair: ESPSuite) throws {
    let cipher = try Self.cipher(pair)
    for count in [0, 1, 7, 8, 14, 15, 16, 17, 31, 32, 300] {
      let text = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      let body = try cipher.seal(text, associated: [1, 2, 3], counter: UInt64(count))
      #expect(body.count == count + cipher.overheadBytes(for: count))
      #expect(try cipher.open(body, associated: [1, 2, 3]) == text)
      #expect(throws: CryptoError.notAuthentic) { try cipher.open(body, associated: [1, 2, 4]) }
    }
  }

  @Test("payloads as published", arguments: KnownAnswer.documentMessages)
  func documents(answer: KnownAnswer) throws {
    let cipher = try answer.messageCipher()
    let plaintext = Array(answer["text"].dropLast())
    #expect(try cipher.open(answer["iv"] + answer["protected"], associated: answer["associated"]) == plaintext)
    let sealed = try cipher.seal(plaintext, associated: answer["associated"], counter: answer.number("iv"))
    #expect(sealed == answer["iv"] + answer["protected"])
  }

  @Test("messages that strongSwan sent are opened, whatever it padded them with", arguments: KnownAnswer.strongSwanMessages)
  func strongSwan(answer: KnownAnswer) throws { try open(answer) }

  @Test("messages of Wireshark's captures are opened", arguments: KnownAnswer.wiresharkMessages)
  func wireshark(answer: KnownAnswer) throws { try open(answer) }

  /// A message of one Encrypted payload: IKE header of 28 bytes, payload header of 4.
  private func open(_ answer: KnownAnswer) throws {
    let message = answer["message"], text = answer["text"], padLength = Int(text.last ?? 0)
    let cipher = try answer.messageCipher()
    let plaintext = try cipher.open(Array(message[32...]), associated: Array(message[..<32]))
    #expect(plaintext == Array(text.dropLast(padLength + 1)))
    let counter = message[32..<40].reduce(0) { $0 << 8 | UInt64($1) }
    let sealed = try cipher.seal(plaintext, associated: Array(message[..<32]), counter: counter)
    #expect(answer.encryption.isCombined == (sealed == Array(message[32...])))
  }

  @Test("AES-CCM as published", arguments: KnownAnswer.aesCCM)
  func aesCCM(answer: KnownAnswer) throws { try compare(answer) }

  @Test("combined modes at the edges of their arithmetic", arguments: KnownAnswer.wycheproof)
  func wycheproof(answer: KnownAnswer) throws { try compare(answer) }

  private func compare(_ answer: KnownAnswer) throws {
    let cipher = try answer.messageCipher(), body = answer["iv"] + answer["protected"]
    if answer.has("forged") {
      #expect(throws: CryptoError.notAuthentic) { try cipher.unprotect(body, associated: answer["associated"]) }
      return
    }
    #expect(try cipher.unprotect(body, associated: answer["associated"]) == answer["text"])
    #expect(try cipher.protect(answer["text"], associated: answer["associated"], counter: answer.number("iv")) == body)
  }

  @Test("one flipped bit anywhere is enough", arguments: [20, 14, 28, 12] as [UInt16])
  func flips(encryption: UInt16) throws {
    let pair = try #require(Self.pairs.first { $0.encryption == encryption && ($0.integrity == 0 || $0.integrity == 12) })
    let cipher = try Self.cipher(pair), associated = [UInt8](repeating: 7, count: 32)
    let message = associated + (try cipher.seal([UInt8](repeating: 9, count: 20), associated: associated, counter: 1))
    for bit in 0..<(message.count * 8) {
      var forged = message
      forged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: CryptoError.notAuthentic) { try cipher.open(Array(forged[32...]), associated: Array(forged[..<32])) }
    }
  }

  @Test("a body that was cut anywhere is refused", arguments: [20, 15, 28, 12, 13, 3] as [UInt16])
  func cuts(encryption: UInt16) throws {
    let pair = try #require(Self.pairs.first { $0.encryption == encryption })
    let cipher = try Self.cipher(pair), body = try cipher.seal([1, 2, 3, 4], associated: [], counter: 1)
    for count in 0..<body.count {
      #expect(throws: CryptoError.self) { try cipher.open(Array(body[..<count]), associated: []) }
    }
  }

  @Test("an authentic text whose pad length is longer than itself is refused, RFC 7296 §3.14")
  func padding() throws {
    for encryption in [20, 12] as [UInt16] {
      let pair = try #require(Self.pairs.first { $0.encryption == encryption })
      let cipher = try Self.cipher(pair)
      for padLength in [15, 16, 17, 255] as [UInt8] {
        let body = try cipher.protect([UInt8](repeating: padLength, count: 16), associated: [], counter: 1)
        if padLength == 15 {
          #expect(try cipher.open(body, associated: []).isEmpty)
        } else {
          #expect(throws: CryptoError.wrongLength("padding")) { try cipher.open(body, associated: []) }
        }
      }
    }
  }

  @Test("the IV of block chaining is another for each counter and not the counter itself")
  func chainingIV() throws {
    let pair = try #require(Self.pairs.first { $0.encryption == 12 })
    let cipher = try Self.cipher(pair)
    let vectors = try (0..<100 as Range<UInt64>).map { Array(try cipher.seal([], associated: [], counter: $0)[..<16]) }
    #expect(Set(vectors).count == 100)
    #expect(!vectors.contains { $0[..<8].allSatisfy { $0 == 0 } || $0[8...].allSatisfy { $0 == 0 } })
  }

  @Test("what cannot protect messages is refused with the reason, RFC 7296 §3.3.2, RFC 4543 §1")
  func refusals() {
    func refusal(
      _ encryption: EncryptionAlgorithm, _ bits: UInt16, _ integrity: IntegrityAlgorithm, _ key: Int, _ integrityKey: Int
    ) -> CryptoError? {
      do throws(CryptoError) {
        _ = try MessageCipher(
          encryption: encryption, keyBits: bits, integrity: integrity, encryptionKey: SecretBytes([UInt8](repeating: 1, count: key)),
          integrityKey: SecretBytes([UInt8](repeating: 1, count: integrityKey)))
      } catch { return error }
      return nil
    }
    #expect(refusal(.null, 0, .hmacSHA256, 0, 32) == .unsupported("NULL for IKE"))
    #expect(refusal(.nullGMAC, 128, .none, 20, 0) == .unsupported("NULL-AES-GMAC for IKE"))
    #expect(refusal(.aesCBC, 128, .none, 16, 0) == .unsupported("AES-CBC with integrity none"))
    #expect(refusal(.aesGCM16, 128, .hmacSHA1, 20, 20) == .unsupported("AES-GCM-16 with integrity HMAC-SHA1-96"))
    #expect(refusal(.aesGCM16, 128, .none, 16, 0) == .wrongLength("SK_e"))
    #expect(refusal(.aesCBC, 128, .hmacSHA256, 16, 20) == .wrongLength("SK_a"))
    #expect(refusal(.aesGCM16, 128, .none, 20, 1) == .wrongLength("SK_a"))
    #expect(refusal(.aesCBC, 128, .hmacSHA256, 16, 32) == nil)
  }
}
