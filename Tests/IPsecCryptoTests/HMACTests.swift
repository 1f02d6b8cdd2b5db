// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("HMAC")
struct HMACTests {
  @Test("SHA-256 of a short text, RFC 4231 §4.2")
  func first() {
    let value = PseudoRandomFunction.hmacSHA256.compute(SecretBytes([UInt8](repeating: 0x0b, count: 20)), hex("4869"), hex("205468657265"))
    #expect(value.bytes == hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"))
    #expect(HashAlgorithm.sha256.hmac(SecretBytes([UInt8](repeating: 0x0b, count: 20)), Array("Hi There".utf8)) == value)
  }
}

@Suite("IKE messages")
struct MessageCipherTests {
  @Test("what one end seals the other opens", arguments: [(12, 14, 32, 64), (20, 0, 36, 0)] as [(UInt16, UInt16, Int, Int)])
  func roundTrip(encryption: UInt16, integrity: UInt16, encryptionKey: Int, integrityKey: Int) throws {
    let cipher = try MessageCipher(
      encryption: EncryptionAlgorithm(rawValue: encryption), keyBits: 256, integrity: IntegrityAlgorithm(rawValue: integrity),
      encryptionKey: SecretBytes([UInt8](repeating: 7, count: encryptionKey)), integrityKey: SecretBytes([UInt8](repeating: 9, count: integrityKey)))
    for count in 0..<40 {
      let text = (0..<count).map { UInt8($0) }
      let body = try cipher.seal(text, associated: [1, 2, 3], counter: UInt64(count))
      #expect(body.count == count + cipher.overheadBytes(for: count))
      #expect(try cipher.open(body, associated: [1, 2, 3]) == text)
      #expect(throws: CryptoError.notAuthentic) { try cipher.open(body, associated: [1, 2, 4]) }
    }
  }
}
