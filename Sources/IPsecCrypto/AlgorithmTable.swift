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
      algorithm: .tripleDES, name: "3DES-CBC", onlyKeyBytes: 24, ivBytes: 8, textBlockBytes: 8, isWeak: true,
      method: .separate { (key, use) throws(CryptoError) in try BlockChaining(BlockChaining.tripleDES, key: key, ivBytes: 8, use: use) }),
    EncryptionRow(
      algorithm: .null, name: "NULL", protectsMessages: false, method: .separate { (_, _) throws(CryptoError) in NullCipher() }),
    EncryptionRow(
      algorithm: .aesCBC, name: "AES-CBC", keyBits: aesKeyBits, ivBytes: 16, textBlockBytes: 16,
      method: .separate { (key, use) throws(CryptoError) in
        try BlockChaining(BlockChaining.aes[key.count], key: key, ivBytes: 16, use: use)
      }),
    EncryptionRow(
      algorithm: .aesCTR, name: "AES-CTR", keyBits: aesKeyBits, saltBytes: 4, ivBytes: 8,
      method: .separate { (key, use) throws(CryptoError) in try AESCounter(key, use) }),
    combined(.aesCCM8, "AES-CCM-8", icvBytes: 8, .aesCCM),
    combined(.aesCCM12, "AES-CCM-12", icvBytes: 12, .aesCCM),
    combined(.aesCCM16, "AES-CCM-16", icvBytes: 16, .aesCCM),
    combined(.aesGCM8, "AES-GCM-8", icvBytes: 8, .aesGCM),
    combined(.aesGCM12, "AES-GCM-12", icvBytes: 12, .aesGCM),
    combined(.aesGCM16, "AES-GCM-16", icvBytes: 16, .aesGCM),
    combined(.nullGMAC, "NULL-AES-GMAC", icvBytes: 16, .nullGMAC, protectsMessages: false),
    EncryptionRow(
      algorithm: .chaCha20Poly1305, name: "ChaCha20-Poly1305", onlyKeyBytes: 32, saltBytes: 4, ivBytes: 8, icvBytes: 16,
      method: .combined(.chaCha20Poly1305)),
  ]

  /// A combined mode of AES.
  private static func combined(
    _ algorithm: EncryptionAlgorithm, _ name: String, icvBytes: Int, _ mode: CombinedProtection.Mode, protectsMessages: Bool = true
  ) -> EncryptionRow {
    EncryptionRow(
      algorithm: algorithm, name: name, keyBits: aesKeyBits, saltBytes: mode.saltBytes, ivBytes: 8, icvBytes: icvBytes,
      protectsMessages: protectsMessages, method: .combined(mode))
  }

  static func row(_ algorithm: EncryptionAlgorithm) -> EncryptionRow? { all.first { $0.algorithm == algorithm } }

  /// Bytes of KEYMAT, salt included (RFC 4106 §8.1); nil where the length is not one of the algorithm's.
  func keyBytes(keyBits: UInt16) -> Int? {
    if self.keyBits.isEmpty { return keyBits == 0 ? onlyKeyBytes + saltBytes : nil }
    return self.keyBits.contains(keyBits) ? Int(keyBits) / 8 + saltBytes : nil
  }
}

/// Keys an authenticator.
typealias MakeAuthenticator = @Sendable (SecretBytes) throws(CryptoError) -> any Authenticator

/// What is to know of an integrity algorithm.
struct IntegrityRow: Sendable {
  let algorithm: IntegrityAlgorithm
  let name: String
  let keyBytes: Int
  let icvBytes: Int
  let isWeak: Bool
  /// Takes a key of `keyBytes`.
  let make: MakeAuthenticator

  init(
    _ algorithm: IntegrityAlgorithm, _ name: String, keyBytes: Int, icvBytes: Int, isWeak: Bool = false,
    make: @escaping MakeAuthenticator
  ) {
    (self.algorithm, self.name, self.keyBytes, self.icvBytes, self.isWeak, self.make) = (algorithm, name, keyBytes, icvBytes, isWeak, make)
  }
}

extension IntegrityRow {
  static let all: [IntegrityRow] = [
    IntegrityRow(.hmacMD5, "HMAC-MD5-96", keyBytes: 16, icvBytes: 12, isWeak: true, make: HMAC<MD5Digest>.init),
    IntegrityRow(.hmacSHA1, "HMAC-SHA1-96", keyBytes: 20, icvBytes: 12, isWeak: true, make: HMAC<SHA1Digest>.init),
    IntegrityRow(.aesXCBC, "AES-XCBC-96", keyBytes: 16, icvBytes: 12, make: BlockMAC.xcbc),
    IntegrityRow(.aesCMAC, "AES-CMAC-96", keyBytes: 16, icvBytes: 12, make: BlockMAC.cmac),
    IntegrityRow(.hmacSHA256, "HMAC-SHA-256-128", keyBytes: 32, icvBytes: 16, make: HMAC<SHA256Digest>.init),
    IntegrityRow(.hmacSHA384, "HMAC-SHA-384-192", keyBytes: 48, icvBytes: 24, make: HMAC<SHA384Digest>.init),
    IntegrityRow(.hmacSHA512, "HMAC-SHA-512-256", keyBytes: 64, icvBytes: 32, make: HMAC<SHA512Digest>.init),
  ]

  static func row(_ algorithm: IntegrityAlgorithm) -> IntegrityRow? { all.first { $0.algorithm == algorithm } }
}

/// What is to know of a pseudorandom function.
struct PseudoRandomFunctionRow: Sendable {
  let function: PseudoRandomFunction
  let name: String
  /// Bytes of the output, and the preferred length of keys: all functions here have one figure for both (RFC 7296 §2.13).
  let bytes: Int
  /// How much of each nonce makes the key of SKEYSEED, where it is not all of it (RFC 7296 §2.14).
  let seedNonceBytes: Int?
  let isWeak: Bool
  /// Takes keys of any length.
  let make: MakeAuthenticator

  init(
    _ function: PseudoRandomFunction, _ name: String, bytes: Int, seedNonceBytes: Int? = nil, isWeak: Bool = false,
    make: @escaping MakeAuthenticator
  ) {
    (self.function, self.name, self.bytes, self.seedNonceBytes) = (function, name, bytes, seedNonceBytes)
    (self.isWeak, self.make) = (isWeak, make)
  }
}

extension PseudoRandomFunctionRow {
  static let all: [PseudoRandomFunctionRow] = [
    PseudoRandomFunctionRow(.hmacMD5, "HMAC-MD5", bytes: 16, isWeak: true, make: HMAC<MD5Digest>.init),
    PseudoRandomFunctionRow(.hmacSHA1, "HMAC-SHA1", bytes: 20, isWeak: true, make: HMAC<SHA1Digest>.init),
    PseudoRandomFunctionRow(.aesXCBC, "AES-XCBC", bytes: 16, seedNonceBytes: 8, make: BlockMAC.xcbcPRF),
    PseudoRandomFunctionRow(.hmacSHA256, "HMAC-SHA-256", bytes: 32, make: HMAC<SHA256Digest>.init),
    PseudoRandomFunctionRow(.hmacSHA384, "HMAC-SHA-384", bytes: 48, make: HMAC<SHA384Digest>.init),
    PseudoRandomFunctionRow(.hmacSHA512, "HMAC-SHA-512", bytes: 64, make: HMAC<SHA512Digest>.init),
    PseudoRandomFunctionRow(.aesCMAC, "AES-CMAC", bytes: 16, seedNonceBytes: 8, make: BlockMAC.cmacPRF),
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
