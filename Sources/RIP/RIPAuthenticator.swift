// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import Wire

/// How messages of an interface are authenticated. IOS knows the first two; the others are RFC 4822's.
public enum RIPAuthenticationMode: String, Sendable, Hashable, CaseIterable {
  /// A password in clear (RFC 2453 §4.1).
  case text
  /// Keyed MD5 (RFC 4822 §2.2, RFC 2082).
  case md5
  /// HMAC-SHA-1 (RFC 4822 §2.5).
  case hmacSHA1 = "hmac-sha-1"
  /// HMAC-SHA-256.
  case hmacSHA256 = "hmac-sha-256"
  /// HMAC-SHA-384.
  case hmacSHA384 = "hmac-sha-384"
  /// HMAC-SHA-512.
  case hmacSHA512 = "hmac-sha-512"

  var algorithm: KeyedDigest.Algorithm? {
    switch self {
    case .text: nil
    case .md5: .md5
    case .hmacSHA1: .sha1
    case .hmacSHA256: .sha256
    case .hmacSHA384: .sha384
    case .hmacSHA512: .sha512
    }
  }
}

/// A key that is in use at some time.
struct RIPKey: Sendable {
  /// Its number in the message; chains may number higher than a byte holds, and the low byte is sent, as IOS does.
  var id: UInt8
  var secret: SecretBytes
  /// What the chain says of the key, or else the interface.
  var mode: RIPAuthenticationMode
}

/// Signs messages and checks signatures: RFC 2453 §4.1, RFC 4822 §2.
struct RIPAuthenticator: Sendable {
  var mode: RIPAuthenticationMode
  var digests: KeyedDigest

  /// The bytes of a message signed with `key`.
  func seal(_ message: RIPMessage, with key: RIPKey, sequence: UInt32) -> [UInt8] {
    var message = message
    guard let algorithm = mode.algorithm else {
      message.authentication = .password(Self.padded(key.secret, to: RIPNumbers.passwordBytes))
      return message.encode()
    }
    let header = RIPDigestHeader(keyID: key.id, declaredBytes: UInt8(clamping: algorithm.digestBytes), sequence: sequence)
    message.authentication = .digest(header, [])
    message.authentication = .digest(header, digest(message.encode(), key.secret, algorithm))
    return message.encode()
  }

  /// Whether `key` signed what was received: `bytes` decoded to `message`.
  func isAuthentic(_ message: RIPMessage, _ bytes: [UInt8], key: RIPKey) -> Bool {
    switch message.authentication {
    case .password(let password):
      guard mode == .text else { return false }
      return SecretBytes(password) == SecretBytes(Self.padded(key.secret, to: RIPNumbers.passwordBytes))
    case .digest(let header, let digest):
      guard let algorithm = mode.algorithm, digest.count == algorithm.digestBytes, bytes.count > digest.count else { return false }
      let signed = Array(bytes.dropLast(digest.count))
      return key.id == header.keyID && isValid(digest, of: signed, key.secret, algorithm)
    case .unknown, nil: return false
    }
  }

  /// Keys between a digest's and a block's length are hashed by the RFC, and used as they are where a library's HMAC is: both are taken.
  private func isValid(_ received: [UInt8], of signed: [UInt8], _ secret: SecretBytes, _ algorithm: KeyedDigest.Algorithm) -> Bool {
    if same(received, digest(signed, secret, algorithm)) { return true }
    guard algorithm != .md5, secret.count > algorithm.digestBytes, secret.count <= algorithm.blockBytes else { return false }
    return same(received, digests.hmac(algorithm, secret, signed + Self.padding(algorithm)))
  }

  /// In the same time wherever they differ; a digest of no bytes, which no algorithm makes, equals nothing.
  private func same(_ a: [UInt8], _ b: [UInt8]) -> Bool { !b.isEmpty && SecretBytes(a) == SecretBytes(b) }

  /// The digest of a message up to and with its trailer's header.
  private func digest(_ signed: [UInt8], _ secret: SecretBytes, _ algorithm: KeyedDigest.Algorithm) -> [UInt8] {
    if algorithm == .md5 { return digests.suffixed(.md5, signed, SecretBytes(Self.padded(secret, to: RIPNumbers.passwordBytes))) }
    // RFC 4822 §2.5: the key is brought to the length of the digest, the digest's place is filled with the padding.
    let key = secret.count > algorithm.digestBytes ? SecretBytes(digests.suffixed(algorithm, [], secret)) : secret
    return digests.hmac(algorithm, key, signed + Self.padding(algorithm))
  }

  private static func padding(_ algorithm: KeyedDigest.Algorithm) -> [UInt8] {
    (0..<algorithm.digestBytes).map { RIPNumbers.trailerPadding[$0 % 4] }
  }

  /// The first bytes of a secret, filled with zeros.
  private static func padded(_ secret: SecretBytes, to count: Int) -> [UInt8] {
    secret.withBytes { bytes in (0..<count).map { $0 < bytes.count ? bytes[$0] : 0 } }
  }
}

/// The keys of an interface.
extension RIPEngine {
  /// The key to sign with; nil where the chain has none now, and then nothing may be sent.
  func sendKey(_ lines: RIPInterfaceSettings, _ now: Instant) -> RIPKey? {
    guard let name = lines.keyChain else { return nil }
    return settings.policy.keyChain(name)?.sendKey(at: wallSeconds(now)).flatMap { RIPKey($0, lines) }
  }

  /// The keys that messages may be signed with.
  func acceptKeys(_ lines: RIPInterfaceSettings, _ now: Instant) -> [RIPKey] {
    guard let name = lines.keyChain else { return [] }
    return (settings.policy.keyChain(name)?.acceptKeys(at: wallSeconds(now)) ?? []).compactMap { RIPKey($0, lines) }
  }
}

extension RIPKey {
  /// A key of a chain as an interface uses it. Where the interface says nothing of the kind, it is the password (as on IOS).
  init?(_ key: ChainKey, _ lines: RIPInterfaceSettings) {
    guard let bytes = key.secret?.bytes else { return nil }
    let mode = lines.authenticationMode ?? .text
    let own = mode == .text ? nil : key.algorithm.flatMap { RIPAuthenticationMode(rawValue: $0.rawValue) }
    self.init(
      id: UInt8(truncatingIfNeeded: key.number), secret: bytes.withBytes { SecretBytes(UnsafeRawBufferPointer($0)) }, mode: own ?? mode)
  }
}
