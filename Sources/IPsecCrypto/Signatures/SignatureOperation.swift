// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

/// Signing and verifying with a key object of OpenSSL's.
struct SignatureOperation {
  /// Borrowed.
  let key: OpaquePointer
  let scheme: SignatureScheme

  /// Refuses a scheme that is not for this kind of key.
  init(key: OpaquePointer, scheme: SignatureScheme) throws(CryptoError) {
    let type = EVP_PKEY_get_base_id(key)
    let fits =
      switch scheme {
      case .rsaPKCS1: type == EVP_PKEY_RSA
      case .rsaPSS: type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS
      case .ecdsa: type == EVP_PKEY_EC
      case .ed25519: type == EVP_PKEY_ED25519
      case .ed448: type == EVP_PKEY_ED448
      }
    guard fits else { throw .unsupported("a signature scheme for another kind of key") }
    (self.key, self.scheme) = (key, scheme)
  }

  func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    if case .rsaPKCS1(_, isBare: true) = scheme { return try signBare(message) }
    var count = Int(EVP_PKEY_get_size(key)), signature = [UInt8](repeating: 0, count: max(0, count))
    let context = try digestContext(EVP_DigestSignInit)
    guard EVP_DigestSign(context.pointer, &signature, &count, message, message.count) == 1, count <= signature.count else {
      throw .openSSL("signing")
    }
    signature.removeLast(signature.count - count)
    if case .ecdsa(_, isRaw: true) = scheme { return try RawECDSASignature.raw(ofDER: signature, coordinateBytes: coordinateBytes) }
    return signature
  }

  func verify(_ signature: [UInt8], over message: [UInt8]) throws(CryptoError) {
    if case .rsaPKCS1(_, isBare: true) = scheme { return try verifyBare(signature, message) }
    var encoded = signature
    if case .ecdsa(_, isRaw: true) = scheme {
      encoded = try RawECDSASignature.der(of: signature, coordinateBytes: coordinateBytes)
    }
    let context = try digestContext(EVP_DigestVerifyInit)
    guard EVP_DigestVerify(context.pointer, encoded, encoded.count, message, message.count) == 1 else {
      ERR_clear_error()
      throw .wrongSignature
    }
  }

  /// Half of a raw ECDSA signature: as long as the curve's order (RFC 4754 §7).
  private var coordinateBytes: Int { Int(EVP_PKEY_get_bits(key) + 7) / 8 }

  private typealias BeginDigest = (
    OpaquePointer?, UnsafeMutablePointer<OpaquePointer?>?, OpaquePointer?, OpaquePointer?, OpaquePointer?
  ) -> Int32

  private func digestContext(_ begin: BeginDigest) throws(CryptoError) -> Owned {
    let digest: OpaquePointer? =
      switch scheme {
      case .rsaPKCS1(let hash, _), .rsaPSS(let hash), .ecdsa(let hash, _): try SignatureDigest.digest(hash)
      case .ed25519, .ed448: nil
      }
    let context = try Owned(EVP_MD_CTX_new(), EVP_MD_CTX_free, or: .failed("out of memory"))
    var keyContext: OpaquePointer?
    guard begin(context.pointer, &keyContext, digest, nil, key) == 1, setPadding(keyContext) else { throw .openSSL("signature scheme") }
    return context
  }

  private func setPadding(_ context: OpaquePointer?) -> Bool {
    switch scheme {
    case .rsaPKCS1: EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
    case .rsaPSS:
      EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
    case .ecdsa, .ed25519, .ed448: true
    }
  }
}

/// RSA over a message that is a hash already, without a DigestInfo (IKEv1, RFC 2409 §5.1).
extension SignatureOperation {
  private func signBare(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    let context = try bareContext(EVP_PKEY_sign_init)
    var count = Int(EVP_PKEY_get_size(key)), signature = [UInt8](repeating: 0, count: max(0, count))
    guard EVP_PKEY_sign(context.pointer, &signature, &count, message, message.count) == 1, count == signature.count else {
      throw .openSSL("signing")
    }
    return signature
  }

  private func verifyBare(_ signature: [UInt8], _ message: [UInt8]) throws(CryptoError) {
    let context = try bareContext(EVP_PKEY_verify_init)
    guard EVP_PKEY_verify(context.pointer, signature, signature.count, message, message.count) == 1 else {
      ERR_clear_error()
      throw .wrongSignature
    }
  }

  private func bareContext(_ begin: (OpaquePointer?) -> Int32) throws(CryptoError) -> Owned {
    let context = try Owned(EVP_PKEY_CTX_new_from_pkey(nil, key, nil), EVP_PKEY_CTX_free, or: .failed("out of memory"))
    guard begin(context.pointer) == 1, EVP_PKEY_CTX_set_rsa_padding(context.pointer, RSA_PKCS1_PADDING) == 1 else {
      throw .openSSL("RSA padding")
    }
    return context
  }
}
