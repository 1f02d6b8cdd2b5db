// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

extension PrivateKey {
  /// A new key; RSA takes some tenths of a second.
  convenience init(generating type: CertificateAuthority.KeyType) throws(CryptoError) {
    let name =
      switch type {
      case .ecdsaP256, .ecdsaP384: "EC"
      case .rsa2048, .rsa3072: "RSA"
      case .ed25519: "ED25519"
      }
    let context = try Owned(EVP_PKEY_CTX_new_from_name(nil, name, nil), EVP_PKEY_CTX_free, or: .failed("out of memory"))
    var pointer: OpaquePointer?
    guard EVP_PKEY_keygen_init(context.pointer) == 1, Self.set(type, context.pointer),
      EVP_PKEY_generate(context.pointer, &pointer) == 1, let pointer
    else { throw .openSSL("making a key") }
    self.init(taking: pointer)
  }

  private static func set(_ type: CertificateAuthority.KeyType, _ context: OpaquePointer) -> Bool {
    switch type {
    case .ecdsaP256: EVP_PKEY_CTX_set_group_name(context, "P-256") == 1
    case .ecdsaP384: EVP_PKEY_CTX_set_group_name(context, "P-384") == 1
    case .rsa2048: EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1
    case .rsa3072: EVP_PKEY_CTX_set_rsa_keygen_bits(context, 3072) == 1
    case .ed25519: true
    }
  }

  /// The hash for certificates that this key signs: as strong as the key; nil where the scheme has its own.
  func certificateDigest() throws(CryptoError) -> OpaquePointer? {
    switch try kind() {
    case .ed25519, .ed448: nil
    case .ecdsa(KeyExchangeMethod.ecp384.rawValue): try SignatureDigest.digest(HashAlgorithm.sha384.rawValue)
    case .ecdsa(KeyExchangeMethod.ecp521.rawValue): try SignatureDigest.digest(HashAlgorithm.sha512.rawValue)
    case .ecdsa, .rsa: try SignatureDigest.digest(HashAlgorithm.sha256.rawValue)
    }
  }

  /// PKCS #8, PEM, without a password.
  func pem() throws(CryptoError) -> SecretBytes {
    guard let output = MemoryOutput(), PEM_write_bio_PKCS8PrivateKey(output.pointer, pointer, nil, nil, 0, nil, nil) == 1 else {
      throw .openSSL("writing a private key")
    }
    return output.secretBytes()
  }
}

extension Certificate {
  /// Whether it may sign certificates (RFC 5280 §4.2.1.9).
  var isAuthority: Bool { X509_check_ca(pointer) == 1 }

  /// Whether it is for this key.
  func matches(_ key: PrivateKey) -> Bool {
    let isSame = key.withPointer { X509_check_private_key(pointer, $0) } == 1
    ERR_clear_error()
    return isSame
  }

  /// DER.
  func encoded() throws(CryptoError) -> [UInt8] {
    guard let der = DEREncoding.of(pointer, { i2d_X509($0 ?? nil, $1) }) else { throw .openSSL("writing a certificate") }
    return der
  }

  /// PEM.
  func pem() throws(CryptoError) -> [UInt8] {
    guard let output = MemoryOutput(), PEM_write_bio_X509(output.pointer, pointer) == 1 else { throw .openSSL("writing a certificate") }
    return output.bytes()
  }
}
