// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("Block chaining for IKEv1")
struct BlockCipherTests {
  @Test("as published, and as strongSwan sent it, both ways", arguments: KnownAnswer.blockChaining)
  func known(answer: KnownAnswer) throws {
    let key = SecretBytes(answer["key"])
    #expect(try BlockCipher.encryptCBC(answer.encryption, key: key, iv: answer["iv"], answer["text"]) == answer["cipher"])
    #expect(try BlockCipher.decryptCBC(answer.encryption, key: key, iv: answer["iv"], answer["cipher"]) == answer["text"])
  }

  @Test("the last block of one message is the IV of the next, RFC 2409 appendix B", arguments: [EncryptionAlgorithm.aesCBC, .tripleDES])
  func chain(algorithm: EncryptionAlgorithm) throws {
    let block = algorithm.ivBytes, key = SecretBytes((0..<24).map { UInt8($0 * 3) }), text = (0..<96).map { UInt8($0) }
    let whole = try BlockCipher.encryptCBC(algorithm, key: key, iv: [UInt8](repeating: 1, count: block), text)
    let first = try BlockCipher.encryptCBC(algorithm, key: key, iv: [UInt8](repeating: 1, count: block), Array(text[..<48]))
    let second = try BlockCipher.encryptCBC(algorithm, key: key, iv: Array(first.suffix(block)), Array(text[48...]))
    #expect(first + second == whole)
    #expect(try BlockCipher.encryptCBC(algorithm, key: key, iv: [UInt8](repeating: 1, count: block), []).isEmpty)
  }

  @Test("wrong lengths and algorithms that chain no blocks are refused")
  func refusals() {
    func refusal(_ algorithm: EncryptionAlgorithm, key: Int, iv: Int, text: Int) -> CryptoError? {
      do throws(CryptoError) {
        _ = try BlockCipher.decryptCBC(
          algorithm, key: SecretBytes([UInt8](repeating: 0, count: key)), iv: [UInt8](repeating: 0, count: iv),
          [UInt8](repeating: 0, count: text))
      } catch { return error }
      return nil
    }
    for count in 0...64 where ![16, 24, 32].contains(count) {
      #expect(refusal(.aesCBC, key: count, iv: 16, text: 16) == .wrongLength("key"))
    }
    for count in 0...64 where count != 24 { #expect(refusal(.tripleDES, key: count, iv: 8, text: 16) == .wrongLength("key")) }
    for count in 0...64 where count != 16 { #expect(refusal(.aesCBC, key: 16, iv: count, text: 16) == .wrongLength("IV")) }
    for count in 0...64 where count % 16 != 0 { #expect(refusal(.aesCBC, key: 16, iv: 16, text: count) == .wrongLength("text")) }
    for algorithm in [EncryptionAlgorithm.null, .aesCTR, .aesGCM16, EncryptionAlgorithm(rawValue: 7)] {
      #expect(refusal(algorithm, key: 16, iv: 16, text: 16) == .unsupported("\(algorithm.name) for IKEv1"))
    }
  }
}
