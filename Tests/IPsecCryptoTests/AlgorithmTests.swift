// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("Algorithms by number")
struct AlgorithmTests {
  @Test("encryption: bytes of key with salt, IV, block and ICV")
  func encryption() {
    let facts: [(EncryptionAlgorithm, UInt16, keyBytes: Int, iv: Int, block: Int, icv: Int)] = [
      (.tripleDES, 0, 24, 8, 8, 0), (.null, 0, 0, 0, 4, 0), (.aesCBC, 128, 16, 16, 16, 0), (.aesCBC, 256, 32, 16, 16, 0),
      (.aesCTR, 128, 20, 8, 4, 0), (.aesCTR, 192, 28, 8, 4, 0), (.aesCCM8, 128, 19, 8, 4, 8), (.aesCCM12, 192, 27, 8, 4, 12),
      (.aesCCM16, 256, 35, 8, 4, 16), (.aesGCM8, 128, 20, 8, 4, 8), (.aesGCM12, 192, 28, 8, 4, 12), (.aesGCM16, 256, 36, 8, 4, 16),
      (.nullGMAC, 128, 20, 8, 4, 16), (.nullGMAC, 256, 36, 8, 4, 16), (.chaCha20Poly1305, 0, 36, 8, 4, 16),
    ]
    for (algorithm, bits, keyBytes, iv, block, icv) in facts {
      #expect(algorithm.isSupported(keyBits: bits) && algorithm.keyBytes(keyBits: bits) == keyBytes, "\(algorithm.name)")
      #expect(algorithm.ivBytes == iv && algorithm.blockBytes == block && algorithm.icvBytes == icv, "\(algorithm.name)")
      #expect(algorithm.isCombined == (icv > 0))
      #expect(algorithm.defaultKeyBits == (bits == 0 ? nil : 128))
      #expect(algorithm.isWeak == (algorithm == .tripleDES))
      for other in [1, 40, 64, 127, 129, 384, 512] as [UInt16] { #expect(!algorithm.isSupported(keyBits: other)) }
      #expect(algorithm.isSupported(keyBits: 0) == (bits == 0))
    }
  }

  @Test("integrity: bytes of key and ICV, RFC 2403, 2404, 3566, 4494, 4868")
  func integrity() {
    let facts: [(IntegrityAlgorithm, Int, Int)] = [
      (.hmacMD5, 16, 12), (.hmacSHA1, 20, 12), (.aesXCBC, 16, 12), (.aesCMAC, 16, 12), (.hmacSHA256, 32, 16), (.hmacSHA384, 48, 24),
      (.hmacSHA512, 64, 32), (.none, 0, 0),
    ]
    for (algorithm, keyBytes, icv) in facts {
      #expect(algorithm.isSupported && algorithm.keyBytes == keyBytes && algorithm.icvBytes == icv, "\(algorithm.name)")
      #expect(algorithm.isWeak == [.hmacMD5, .hmacSHA1].contains(algorithm))
    }
  }

  @Test("pseudorandom functions: bytes of output and key, and how much of the nonces, RFC 7296 §2.14")
  func functions() {
    let facts: [(PseudoRandomFunction, Int, Int?)] = [
      (.hmacMD5, 16, nil), (.hmacSHA1, 20, nil), (.hmacSHA256, 32, nil), (.hmacSHA384, 48, nil), (.hmacSHA512, 64, nil), (.aesXCBC, 16, 8),
      (.aesCMAC, 16, 8),
    ]
    for (function, bytes, nonceBytes) in facts {
      #expect(function.isSupported && function.outputBytes == bytes && function.keyBytes == bytes, "\(function.name)")
      #expect(function.seedNonceBytes == nonceBytes)
      #expect(function.isWeak == [.hmacMD5, .hmacSHA1].contains(function))
    }
  }

  @Test("no name is used twice")
  func names() {
    let encryption = (0...40).map { EncryptionAlgorithm(rawValue: $0).name }
    let integrity = (0...40).map { IntegrityAlgorithm(rawValue: $0).name }
    let functions = (0...40).map { PseudoRandomFunction(rawValue: $0).name }, hashes = (0...40).map { HashAlgorithm(rawValue: $0).name }
    for names in [encryption, integrity, functions, hashes] { #expect(Set(names).count == names.count) }
  }

  @Test("a number that nobody here knows has a name, and nothing else")
  func unknown() {
    let encryption = EncryptionAlgorithm(rawValue: 1), integrity = IntegrityAlgorithm(rawValue: 6)
    #expect(encryption.name == "encryption 1" && integrity.name == "integrity 6")
    #expect(PseudoRandomFunction(rawValue: 3).name == "prf 3" && HashAlgorithm(rawValue: 9).name == "hash 9")
    #expect(!encryption.isSupported(keyBits: 0) && encryption.keyBytes(keyBits: 0) == nil && !encryption.isCombined && !encryption.isWeak)
    #expect(encryption.ivBytes == 0 && encryption.blockBytes == 4 && encryption.icvBytes == 0 && encryption.defaultKeyBits == nil)
    #expect(!integrity.isSupported && integrity.keyBytes == 0 && integrity.icvBytes == 0)
    #expect(!PseudoRandomFunction(rawValue: 3).isSupported && PseudoRandomFunction(rawValue: 3).outputBytes == 0)
  }
}
