// SPDX-License-Identifier: GPL-3.0-or-later

/// Transform type 1 of IKEv2, encryption (IANA "Internet Key Exchange Version 2 (IKEv2) Parameters"). Numbers nobody here knows are kept.
public struct EncryptionAlgorithm: RawRepresentable, Hashable, Sendable {
  /// The registry's number.
  public let rawValue: UInt16
  /// Any number, known or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// 3DES in CBC mode (RFC 2451); weak.
  public static let tripleDES = EncryptionAlgorithm(rawValue: 3)
  /// No encryption (RFC 2410).
  public static let null = EncryptionAlgorithm(rawValue: 11)
  /// AES in CBC mode (RFC 3602).
  public static let aesCBC = EncryptionAlgorithm(rawValue: 12)
  /// AES in counter mode (RFC 3686, RFC 5930).
  public static let aesCTR = EncryptionAlgorithm(rawValue: 13)
  /// AES-CCM with an ICV of 8 bytes (RFC 4309, RFC 5282).
  public static let aesCCM8 = EncryptionAlgorithm(rawValue: 14)
  /// AES-CCM with an ICV of 12 bytes.
  public static let aesCCM12 = EncryptionAlgorithm(rawValue: 15)
  /// AES-CCM with an ICV of 16 bytes.
  public static let aesCCM16 = EncryptionAlgorithm(rawValue: 16)
  /// AES-GCM with an ICV of 8 bytes (RFC 4106, RFC 5282).
  public static let aesGCM8 = EncryptionAlgorithm(rawValue: 18)
  /// AES-GCM with an ICV of 12 bytes.
  public static let aesGCM12 = EncryptionAlgorithm(rawValue: 19)
  /// AES-GCM with an ICV of 16 bytes.
  public static let aesGCM16 = EncryptionAlgorithm(rawValue: 20)
  /// Authentication only (RFC 4543).
  public static let nullGMAC = EncryptionAlgorithm(rawValue: 21)
  /// ChaCha20-Poly1305 (RFC 7634).
  public static let chaCha20Poly1305 = EncryptionAlgorithm(rawValue: 28)
}

/// Transform type 2 of IKEv2, the pseudorandom function.
public struct PseudoRandomFunction: RawRepresentable, Hashable, Sendable {
  /// The registry's number.
  public let rawValue: UInt16
  /// Any number, known or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// HMAC-MD5 (RFC 2104); weak.
  public static let hmacMD5 = PseudoRandomFunction(rawValue: 1)
  /// HMAC-SHA1 (RFC 2104); weak.
  public static let hmacSHA1 = PseudoRandomFunction(rawValue: 2)
  /// AES-XCBC-PRF-128 (RFC 4434).
  public static let aesXCBC = PseudoRandomFunction(rawValue: 4)
  /// HMAC-SHA-256 (RFC 4868).
  public static let hmacSHA256 = PseudoRandomFunction(rawValue: 5)
  /// HMAC-SHA-384 (RFC 4868).
  public static let hmacSHA384 = PseudoRandomFunction(rawValue: 6)
  /// HMAC-SHA-512 (RFC 4868).
  public static let hmacSHA512 = PseudoRandomFunction(rawValue: 7)
  /// AES-CMAC-PRF-128 (RFC 4615).
  public static let aesCMAC = PseudoRandomFunction(rawValue: 8)
}

/// Transform type 3 of IKEv2, integrity.
public struct IntegrityAlgorithm: RawRepresentable, Hashable, Sendable {
  /// The registry's number.
  public let rawValue: UInt16
  /// Any number, known or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// None: the encryption protects integrity too.
  public static let none = IntegrityAlgorithm(rawValue: 0)
  /// HMAC-MD5-96 (RFC 2403); weak.
  public static let hmacMD5 = IntegrityAlgorithm(rawValue: 1)
  /// HMAC-SHA1-96 (RFC 2404); weak.
  public static let hmacSHA1 = IntegrityAlgorithm(rawValue: 2)
  /// AES-XCBC-MAC-96 (RFC 3566).
  public static let aesXCBC = IntegrityAlgorithm(rawValue: 5)
  /// AES-CMAC-96 (RFC 4494).
  public static let aesCMAC = IntegrityAlgorithm(rawValue: 8)
  /// HMAC-SHA-256-128 (RFC 4868).
  public static let hmacSHA256 = IntegrityAlgorithm(rawValue: 12)
  /// HMAC-SHA-384-192 (RFC 4868).
  public static let hmacSHA384 = IntegrityAlgorithm(rawValue: 13)
  /// HMAC-SHA-512-256 (RFC 4868).
  public static let hmacSHA512 = IntegrityAlgorithm(rawValue: 14)
}

/// Transform type 4 of IKEv2, the key exchange method ("Diffie-Hellman group").
public struct KeyExchangeMethod: RawRepresentable, Hashable, Sendable {
  /// The registry's number.
  public let rawValue: UInt16
  /// Any number, known or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// None: keys of a child come from those of its IKE SA alone.
  public static let none = KeyExchangeMethod(rawValue: 0)
  /// Group 2 (RFC 2409 §6.2); weak.
  public static let modp1024 = KeyExchangeMethod(rawValue: 2)
  /// Group 5 (RFC 3526 §2); weak.
  public static let modp1536 = KeyExchangeMethod(rawValue: 5)
  /// Group 14 (RFC 3526 §3).
  public static let modp2048 = KeyExchangeMethod(rawValue: 14)
  /// Group 15 (RFC 3526 §4).
  public static let modp3072 = KeyExchangeMethod(rawValue: 15)
  /// Group 16 (RFC 3526 §5).
  public static let modp4096 = KeyExchangeMethod(rawValue: 16)
  /// Group 18 (RFC 3526 §7).
  public static let modp8192 = KeyExchangeMethod(rawValue: 18)
  /// Group 19, the curve P-256 (RFC 5903).
  public static let ecp256 = KeyExchangeMethod(rawValue: 19)
  /// Group 20, the curve P-384 (RFC 5903).
  public static let ecp384 = KeyExchangeMethod(rawValue: 20)
  /// Group 21, the curve P-521 (RFC 5903).
  public static let ecp521 = KeyExchangeMethod(rawValue: 21)
  /// Group 24, 2048 bits with a subgroup of 256 (RFC 5114 §2.3); weak.
  public static let modp2048s256 = KeyExchangeMethod(rawValue: 24)
  /// Group 31 (RFC 8031).
  public static let curve25519 = KeyExchangeMethod(rawValue: 31)
  /// Group 32 (RFC 8031).
  public static let curve448 = KeyExchangeMethod(rawValue: 32)
}

/// Hash functions, by the numbers of RFC 7427 (IANA "IKEv2 Hash Algorithms"); MD5, which has none there, is ours.
public struct HashAlgorithm: RawRepresentable, Hashable, Sendable {
  /// The registry's number.
  public let rawValue: UInt16
  /// Any number, known or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// SHA-1; weak.
  public static let sha1 = HashAlgorithm(rawValue: 1)
  /// SHA-256.
  public static let sha256 = HashAlgorithm(rawValue: 2)
  /// SHA-384.
  public static let sha384 = HashAlgorithm(rawValue: 3)
  /// SHA-512.
  public static let sha512 = HashAlgorithm(rawValue: 4)
  /// Ed25519 and Ed448 hash by themselves (RFC 8420).
  public static let identity = HashAlgorithm(rawValue: 5)
  /// MD5, which IKEv1 knows; weak.
  public static let md5 = HashAlgorithm(rawValue: 0xff01)
}
