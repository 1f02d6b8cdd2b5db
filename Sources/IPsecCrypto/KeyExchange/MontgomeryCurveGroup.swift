// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// X25519 and X448 (RFC 7748, for IKE RFC 8031): groups 31 and 32.
struct MontgomeryCurveGroup: KeyExchangeGroup {
  private let keyType: Int32
  let publicValueBytes: Int
  var sharedSecretBytes: Int { publicValueBytes }

  init?(_ method: KeyExchangeMethod) {
    switch method {
    case .curve25519: (keyType, publicValueBytes) = (EVP_PKEY_X25519, 32)
    case .curve448: (keyType, publicValueBytes) = (EVP_PKEY_X448, 56)
    default: return nil
    }
  }

  func generate() throws(CryptoError) -> KeyPair {
    let privateValue = try RandomBytes.secret(count: publicValueBytes)
    return KeyPair(privateValue: privateValue, publicValue: try publicValue(of: try key(privateValue)))
  }

  func agree(_ privateValue: SecretBytes, with peerPublicValue: [UInt8]) throws(CryptoError) -> SecretBytes {
    guard privateValue.count == publicValueBytes else { throw .wrongLength("private value") }
    return try agree(try key(privateValue), with: peerPublicValue)
  }

  func respond(to peerPublicValue: [UInt8]) throws(CryptoError) -> (publicValue: [UInt8], sharedSecret: SecretBytes) {
    let key = try key(try RandomBytes.secret(count: publicValueBytes))
    return (try publicValue(of: key), try agree(key, with: peerPublicValue))
  }

  private func key(_ privateValue: SecretBytes) throws(CryptoError) -> PublicKey {
    let pointer = privateValue.withBytes {
      EVP_PKEY_new_raw_private_key(keyType, nil, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count)
    }
    guard let key = PublicKey(taking: pointer) else { throw .failed("curve multiplication") }
    return key
  }

  private func publicValue(of key: borrowing PublicKey) throws(CryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: publicValueBytes), count = publicValueBytes
    guard EVP_PKEY_get_raw_public_key(key.pointer, &bytes, &count) == 1, count == publicValueBytes else {
      throw .failed("curve multiplication")
    }
    return bytes
  }

  /// A secret of zeros means a peer's value of small order, which is refused (RFC 8031 §4, RFC 7748 §6); OpenSSL refuses it itself.
  private func agree(_ key: borrowing PublicKey, with peerPublicValue: [UInt8]) throws(CryptoError) -> SecretBytes {
    guard peerPublicValue.count == publicValueBytes,
      let peer = PublicKey(taking: EVP_PKEY_new_raw_public_key(keyType, nil, peerPublicValue, peerPublicValue.count))
    else { throw .invalidPublicValue }
    guard let context = EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil) else { throw .failed("curve multiplication") }
    defer { EVP_PKEY_CTX_free(context) }
    guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer_ex(context, peer.pointer, 0) == 1 else {
      throw .failed("curve multiplication")
    }
    var count = sharedSecretBytes, status: Int32 = 0
    let secret = SecretBytes(count: count) { memory in
      status = EVP_PKEY_derive(context, memory.baseAddress?.assumingMemoryBound(to: UInt8.self), &count)
    }
    guard status == 1, count == sharedSecretBytes, secret != SecretBytes(count: count, filling: { _ in }) else {
      ERR_clear_error()
      throw .invalidPublicValue
    }
    return secret
  }
}
