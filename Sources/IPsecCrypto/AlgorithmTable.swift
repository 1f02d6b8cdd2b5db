// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

// Every algorithm is one row here and one file beside it. The numbers are in Algorithms.swift.

/// What is to know of an encryption algorithm.
struct EncryptionRow: Sendable {
  /// How it protects.
  enum Method: Sendable {
    /// Text only; `make` takes the key.
    case separate(@Sendable (SecretBytes, CipherUse) throws(CryptoError) -> any TextCipher)
    case combined(CombinedProtection.Mode)
  }

  let algorithm: EncryptionAlgorithm
  let name: String
  /// The key lengths that a proposal may name, in bits, the preferred one first; empty where there is only one.
  var keyBits: [UInt16] = []
  /// Bytes of the key where there is only one length.
  var onlyKeyBytes = 0
  /// Bytes of KEYMAT after the key: a salt or nonce.
  var saltBytes = 0
  var ivBytes = 0
  /// What the text is padded to a multiple of.
  var textBlockBytes = 1
  /// Combined modes: bytes of the ICV.
  var icvBytes = 0
  var isWeak = false
  /// False: only for ESP.
  var protectsMessages = true
  let method: Method
}

extension EncryptionRow {
  static let aesKeyBits: [UInt16] = [128, 192, 256]

  static let all: [EncryptionRow] = [
    EncryptionRow(
      algorithm: .aesCBC, name: "AES-CBC", keyBits: aesKeyBits, ivBytes: 16, textBlockBytes: 16,
      method: .separate { (key, use) throws(CryptoError) in try BlockChaining(BlockChaining.aes[key.count], key: key, ivBytes: 16, use: use) }),
    EncryptionRow(
      algorithm: .aesGCM8, name: "AES-GCM-8", keyBits: aesKeyBits, saltBytes: 4, ivBytes: 8, icvBytes: 8, method: .combined(.aesGCM)),
    EncryptionRow(
      algorithm: .aesGCM12, name: "AES-GCM-12", keyBits: aesKeyBits, saltBytes: 4, ivBytes: 8, icvBytes: 12, method: .combined(.aesGCM)),
    EncryptionRow(
      algorithm: .aesGCM16, name: "AES-GCM-16", keyBits: aesKeyBits, saltBytes: 4, ivBytes: 8, icvBytes: 16, method: .combined(.aesGCM)),
    EncryptionRow(
      algorithm: .null, name: "NULL", protectsMessages: false, method: .separate { (_, _) throws(CryptoError) in NullCipher() }),
  ]

  static func row(_ algorithm: EncryptionAlgorithm) -> EncryptionRow? { all.first { $0.algorithm == algorithm } }

  /// Bytes of KEYMAT, salt included (RFC 4106 §8.1); nil where the length is not one of the algorithm's.
  func keyBytes(keyBits: UInt16) -> Int? {
    if self.keyBits.isEmpty { return keyBits == 0 ? onlyKeyBytes + saltBytes : nil }
    return self.keyBits.contains(keyBits) ? Int(keyBits) / 8 + saltBytes : nil
  }
}

/// What is to know of an integrity algorithm.
struct IntegrityRow: Sendable {
  let algorithm: IntegrityAlgorithm
  let name: String
  let keyBytes: Int
  let icvBytes: Int
  var isWeak = false
  let make: @Sendable (SecretBytes) throws(CryptoError) -> any Authenticator
}

extension IntegrityRow {
  static let all: [IntegrityRow] = [
    IntegrityRow(
      algorithm: .hmacMD5, name: "HMAC-MD5-96", keyBytes: 16, icvBytes: 12, isWeak: true,
      make: { (key) throws(CryptoError) in HMAC<MD5Digest>(key) }),
    IntegrityRow(
      algorithm: .hmacSHA1, name: "HMAC-SHA1-96", keyBytes: 20, icvBytes: 12, isWeak: true,
      make: { (key) throws(CryptoError) in HMAC<SHA1Digest>(key) }),
    IntegrityRow(
      algorithm: .hmacSHA256, name: "HMAC-SHA-256-128", keyBytes: 32, icvBytes: 16, make: { (key) throws(CryptoError) in HMAC<SHA256Digest>(key) }),
    IntegrityRow(
      algorithm: .hmacSHA384, name: "HMAC-SHA-384-192", keyBytes: 48, icvBytes: 24, make: { (key) throws(CryptoError) in HMAC<SHA384Digest>(key) }),
    IntegrityRow(
      algorithm: .hmacSHA512, name: "HMAC-SHA-512-256", keyBytes: 64, icvBytes: 32, make: { (key) throws(CryptoError) in HMAC<SHA512Digest>(key) }),
  ]

  static func row(_ algorithm: IntegrityAlgorithm) -> IntegrityRow? { all.first { $0.algorithm == algorithm } }
}

/// What is to know of a pseudorandom function.
struct PseudoRandomFunctionRow: Sendable {
  let function: PseudoRandomFunction
  let name: String
  let outputBytes: Int
  /// The preferred length of keys (RFC 7296 §2.13).
  let keyBytes: Int
  var isWeak = false
  /// Takes keys of any length.
  let make: @Sendable (SecretBytes) throws(CryptoError) -> any Authenticator
}

extension PseudoRandomFunctionRow {
  static let all: [PseudoRandomFunctionRow] = [
    PseudoRandomFunctionRow(
      function: .hmacMD5, name: "HMAC-MD5", outputBytes: 16, keyBytes: 16, isWeak: true, make: { (key) throws(CryptoError) in HMAC<MD5Digest>(key) }),
    PseudoRandomFunctionRow(
      function: .hmacSHA1, name: "HMAC-SHA1", outputBytes: 20, keyBytes: 20, isWeak: true, make: { (key) throws(CryptoError) in HMAC<SHA1Digest>(key) }),
    PseudoRandomFunctionRow(
      function: .hmacSHA256, name: "HMAC-SHA-256", outputBytes: 32, keyBytes: 32, make: { (key) throws(CryptoError) in HMAC<SHA256Digest>(key) }),
    PseudoRandomFunctionRow(
      function: .hmacSHA384, name: "HMAC-SHA-384", outputBytes: 48, keyBytes: 48, make: { (key) throws(CryptoError) in HMAC<SHA384Digest>(key) }),
    PseudoRandomFunctionRow(
      function: .hmacSHA512, name: "HMAC-SHA-512", outputBytes: 64, keyBytes: 64, make: { (key) throws(CryptoError) in HMAC<SHA512Digest>(key) }),
  ]

  static func row(_ function: PseudoRandomFunction) -> PseudoRandomFunctionRow? { all.first { $0.function == function } }
}

/// What is to know of a hash function.
struct HashRow: Sendable {
  let algorithm: HashAlgorithm
  let name: String
  let digestBytes: Int
  /// The pseudorandom function that is HMAC with this hash.
  let hmacPRF: PseudoRandomFunction
  let digest: @Sendable ([[UInt8]]) -> [UInt8]

  init<Digest: DigestFunction>(_ algorithm: HashAlgorithm, _ name: String, _: Digest.Type, hmacPRF: PseudoRandomFunction) {
    (self.algorithm, self.name, self.hmacPRF) = (algorithm, name, hmacPRF)
    digestBytes = Digest.digestBytes
    digest = { Digest.digest($0) }
  }
}

extension HashRow {
  static let all: [HashRow] = [
    HashRow(.md5, "MD5", MD5Digest.self, hmacPRF: .hmacMD5),
    HashRow(.sha1, "SHA1", SHA1Digest.self, hmacPRF: .hmacSHA1),
    HashRow(.sha256, "SHA-256", SHA256Digest.self, hmacPRF: .hmacSHA256),
    HashRow(.sha384, "SHA-384", SHA384Digest.self, hmacPRF: .hmacSHA384),
    HashRow(.sha512, "SHA-512", SHA512Digest.self, hmacPRF: .hmacSHA512),
  ]

  static func row(_ algorithm: HashAlgorithm) -> HashRow? { all.first { $0.algorithm == algorithm } }
}
