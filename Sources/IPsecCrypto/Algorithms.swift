// SPDX-License-Identifier: GPL-3.0-or-later

/// Transform type 1 of IKEv2, encryption (IANA "Internet Key Exchange Version 2 (IKEv2) Parameters"). Numbers nobody here knows are kept.
public struct EncryptionAlgorithm: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  public static let tripleDES = EncryptionAlgorithm(rawValue: 3)
  public static let null = EncryptionAlgorithm(rawValue: 11)
  public static let aesCBC = EncryptionAlgorithm(rawValue: 12)
  public static let aesCTR = EncryptionAlgorithm(rawValue: 13)
  public static let aesCCM8 = EncryptionAlgorithm(rawValue: 14)
  public static let aesCCM12 = EncryptionAlgorithm(rawValue: 15)
  public static let aesCCM16 = EncryptionAlgorithm(rawValue: 16)
  public static let aesGCM8 = EncryptionAlgorithm(rawValue: 18)
  public static let aesGCM12 = EncryptionAlgorithm(rawValue: 19)
  public static let aesGCM16 = EncryptionAlgorithm(rawValue: 20)
  /// Authentication only (RFC 4543).
  public static let nullGMAC = EncryptionAlgorithm(rawValue: 21)
  public static let chaCha20Poly1305 = EncryptionAlgorithm(rawValue: 28)
}

/// Transform type 2 of IKEv2, the pseudorandom function.
public struct PseudoRandomFunction: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  public static let hmacMD5 = PseudoRandomFunction(rawValue: 1)
  public static let hmacSHA1 = PseudoRandomFunction(rawValue: 2)
  public static let aesXCBC = PseudoRandomFunction(rawValue: 4)
  public static let hmacSHA256 = PseudoRandomFunction(rawValue: 5)
  public static let hmacSHA384 = PseudoRandomFunction(rawValue: 6)
  public static let hmacSHA512 = PseudoRandomFunction(rawValue: 7)
  public static let aesCMAC = PseudoRandomFunction(rawValue: 8)
}

/// Transform type 3 of IKEv2, integrity.
public struct IntegrityAlgorithm: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// None: the encryption protects integrity too.
  public static let none = IntegrityAlgorithm(rawValue: 0)
  public static let hmacMD5 = IntegrityAlgorithm(rawValue: 1)
  public static let hmacSHA1 = IntegrityAlgorithm(rawValue: 2)
  public static let aesXCBC = IntegrityAlgorithm(rawValue: 5)
  public static let aesCMAC = IntegrityAlgorithm(rawValue: 8)
  public static let hmacSHA256 = IntegrityAlgorithm(rawValue: 12)
  public static let hmacSHA384 = IntegrityAlgorithm(rawValue: 13)
  public static let hmacSHA512 = IntegrityAlgorithm(rawValue: 14)
}

/// Transform type 4 of IKEv2, the key exchange method ("Diffie-Hellman group").
public struct KeyExchangeMethod: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  public static let none = KeyExchangeMethod(rawValue: 0)
  public static let modp1024 = KeyExchangeMethod(rawValue: 2)
  public static let modp1536 = KeyExchangeMethod(rawValue: 5)
  public static let modp2048 = KeyExchangeMethod(rawValue: 14)
  public static let modp3072 = KeyExchangeMethod(rawValue: 15)
  public static let modp4096 = KeyExchangeMethod(rawValue: 16)
  public static let modp8192 = KeyExchangeMethod(rawValue: 18)
  public static let ecp256 = KeyExchangeMethod(rawValue: 19)
  public static let ecp384 = KeyExchangeMethod(rawValue: 20)
  public static let ecp521 = KeyExchangeMethod(rawValue: 21)
  public static let modp2048s256 = KeyExchangeMethod(rawValue: 24)
  public static let curve25519 = KeyExchangeMethod(rawValue: 31)
  public static let curve448 = KeyExchangeMethod(rawValue: 32)
}

/// Hash functions, by the numbers of RFC 7427 (IANA "IKEv2 Hash Algorithms"); MD5, which has none there, is ours.
public struct HashAlgorithm: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  public static let sha1 = HashAlgorithm(rawValue: 1)
  public static let sha256 = HashAlgorithm(rawValue: 2)
  public static let sha384 = HashAlgorithm(rawValue: 3)
  public static let sha512 = HashAlgorithm(rawValue: 4)
  /// Ed25519 and Ed448 hash by themselves (RFC 8420).
  public static let identity = HashAlgorithm(rawValue: 5)
  public static let md5 = HashAlgorithm(rawValue: 0xff01)
}
