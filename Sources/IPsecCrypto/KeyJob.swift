// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// Work an engine hands out: public-key operations, certificate paths, secret randomness. The result comes back as an input. On Linux a
/// bounded pool of threads does it; the lab does it inline after a fixed virtual delay.
public enum KeyJob: Sendable, Hashable {
  /// `count` secret random bytes: SPIs, nonces, cookies.
  case random(count: Int)
  /// A key pair for one exchange, and random bytes with it.
  case generate(KeyExchangeMethod, randomBytes: Int)
  /// The shared secret of our private value and the peer's public one.
  case agree(KeyExchangeMethod, privateValue: SecretBytes, peerPublicValue: [UInt8])
  /// `generate` and `agree` in one: what a responder needs.
  case respond(KeyExchangeMethod, peerPublicValue: [UInt8], randomBytes: Int)
  /// A signature over `message`.
  case sign(SigningKey, SignatureScheme, message: [UInt8])
  /// Whether `signature` over `message` is by the first of `chain`, and that one is trusted.
  case verify(chain: [[UInt8]], TrustAnchors, wallSeconds: Int64, SignatureScheme, message: [UInt8], signature: [UInt8])
}

/// What became of a job.
public enum KeyResult: Sendable, Hashable {
  /// Of `random`.
  case random([UInt8])
  /// Of `generate`.
  case generated(privateValue: SecretBytes, publicValue: [UInt8], random: [UInt8])
  /// Of `agree`: the shared secret.
  case agreed(SecretBytes)
  /// Of `respond`.
  case responded(publicValue: [UInt8], sharedSecret: SecretBytes, random: [UInt8])
  /// Of `sign`.
  case signature([UInt8])
  /// Of `verify`: whose certificate it is.
  case verified(CertificateFacts)
  /// Of any, and why.
  case failed(CryptoError)
}

/// Who does jobs. `OpenSSLKeyProvider` is the real one; `DeterministicKeyProvider` serves large simulations and protects nothing.
public protocol KeyProvider: Sendable {
  /// Does one job; may take milliseconds.
  func perform(_ job: KeyJob) -> KeyResult
}

/// A private key with the certificates that go with it.
public struct SigningKey: Sendable, Hashable {
  /// What kind of key it is.
  public enum Kind: Sendable, Hashable, Codable { case rsa(bits: Int), ecdsa(KeyExchangeMethodNumber), ed25519, ed448 }
  /// The number of a curve's key exchange method: 19, 20 or 21.
  public typealias KeyExchangeMethodNumber = UInt16

  /// What kind it is, and so which schemes it can sign with.
  public var kind: Kind
  /// PKCS #8, DER.
  public var privateKey: SecretBytes
  /// X.509, DER: our own certificate first, then those that lead to the root.
  public var chain: [[UInt8]]
  /// Facts of our own certificate.
  public var facts: CertificateFacts

  /// A key and its certificates.
  public init(kind: Kind, privateKey: SecretBytes, chain: [[UInt8]], facts: CertificateFacts) {
    (self.kind, self.privateKey, self.chain, self.facts) = (kind, privateKey, chain, facts)
  }
}

/// How a signature is made.
public enum SignatureScheme: Sendable, Hashable, Codable {
  /// IKEv2 method 1 and IKEv1: RSASSA-PKCS1-v1_5 with this hash. With `isBare` (IKEv1, RFC 2409 §5.1) the message is signed as it is,
  /// without a hash's DigestInfo.
  case rsaPKCS1(hash: UInt16, isBare: Bool)
  /// RSASSA-PSS, salt as long as the hash (RFC 7427 §A.4).
  case rsaPSS(hash: UInt16)
  /// ECDSA; `isRaw` is r‖s at fixed length (methods 9–11, RFC 4754), else DER (RFC 7427).
  case ecdsa(hash: UInt16, isRaw: Bool)
  /// Ed25519 (RFC 8420).
  case ed25519
  /// Ed448 (RFC 8420).
  case ed448
}

/// Certificates that an operator trusts, and what they revoked.
public struct TrustAnchors: Sendable, Hashable {
  /// Root (and further intermediate) certificates, DER.
  public var roots: [[UInt8]]
  /// Certificate revocation lists, DER.
  public var revocationLists: [[UInt8]]
  /// `revocation-check crl`: a path without a list for every issuer is refused.
  public var requiresRevocationList: Bool

  /// Nothing revoked and no list required, unless given.
  public init(roots: [[UInt8]], revocationLists: [[UInt8]] = [], requiresRevocationList: Bool = false) {
    (self.roots, self.revocationLists, self.requiresRevocationList) = (roots, revocationLists, requiresRevocationList)
  }
}
