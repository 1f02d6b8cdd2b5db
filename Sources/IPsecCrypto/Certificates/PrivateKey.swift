// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// A private key as OpenSSL read it. It may be used by many threads at once.
final class PrivateKey: @unchecked Sendable {
  // Only read after `init`; for methods only.
  let pointer: OpaquePointer

  /// Takes over `pointer`.
  init(taking pointer: OpaquePointer) { self.pointer = pointer }

  /// Reads PKCS #8, PKCS #1 or SEC 1, DER. An encrypted one is refused before OpenSSL sees it, so that it never looks for a password.
  init(der: SecretBytes) throws(CryptoError) {
    guard !Self.isEncrypted(der) else { throw Self.encrypted }
    guard let pointer = der.withBytes({ DEREncoding.pointer($0, EVP_PKEY_free, d2i_AutoPrivateKey) }) else {
      ERR_clear_error()
      throw .unreadable("no private key")
    }
    self.pointer = pointer
  }

  deinit { EVP_PKEY_free(pointer) }

  /// Lends the key object for the length of the call.
  func withPointer<R, E: Error>(_ body: (OpaquePointer) throws(E) -> R) throws(E) -> R { try body(pointer) }

  func kind() throws(CryptoError) -> SigningKey.Kind { try SigningKey.Kind(pointer) }

  static let encrypted = CryptoError.unreadable("the private key is encrypted; it is needed without a password")

  /// EncryptedPrivateKeyInfo (RFC 5958 §3) begins with an algorithm, where every other form begins with a version.
  private static func isEncrypted(_ der: SecretBytes) -> Bool {
    var outer = DERReader(der.withBytes { Array($0.prefix(KeyLimits.privateKeyFileBytes)) })
    guard let content = outer.read(DERReader.sequence) else { return false }
    return content.first == DERReader.sequence
  }

  /// PKCS #8, DER.
  func encoded() throws(CryptoError) -> SecretBytes {
    let information = try Owned(EVP_PKEY2PKCS8(pointer), PKCS8_PRIV_KEY_INFO_free, or: .failed("PKCS #8"))
    let count = i2d_PKCS8_PRIV_KEY_INFO(information.pointer, nil)
    guard count > 0 else { throw .openSSL("PKCS #8") }
    var written: Int32 = 0
    let bytes = SecretBytes(count: Int(count)) { memory in
      var position = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
      written = i2d_PKCS8_PRIV_KEY_INFO(information.pointer, &position)
    }
    guard written == count else { throw .openSSL("PKCS #8") }
    return bytes
  }
}

extension SigningKey.Kind {
  /// The kind of a key object of OpenSSL's; an error if it is none that IKE signs with.
  init(_ key: OpaquePointer?) throws(CryptoError) {
    switch key.map(EVP_PKEY_get_base_id) {
    case EVP_PKEY_RSA, EVP_PKEY_RSA_PSS:
      let bits = Int(EVP_PKEY_get_bits(key))
      guard KeyLimits.rsaBits.contains(bits) else { throw .unsupported("an RSA key of \(bits) bits") }
      self = .rsa(bits: bits)
    case EVP_PKEY_EC: self = .ecdsa(try Self.curve(of: key).rawValue)
    case EVP_PKEY_ED25519: self = .ed25519
    case EVP_PKEY_ED448: self = .ed448
    default: throw .unsupported("a key that is neither RSA, ECDSA, Ed25519 nor Ed448")
    }
  }

  private static func curve(of key: OpaquePointer?) throws(CryptoError) -> KeyExchangeMethod {
    var name = [CChar](repeating: 0, count: 64), count = 0
    let isNamed = EVP_PKEY_get_group_name(key, &name, name.count, &count) == 1
    switch isNamed ? OBJ_txt2nid(name) : NID_undef {
    case NID_X9_62_prime256v1: return .ecp256
    case NID_secp384r1: return .ecp384
    case NID_secp521r1: return .ecp521
    default:
      ERR_clear_error()
      throw .unsupported("an ECDSA key on a curve other than P-256, P-384 and P-521")
    }
  }
}
