// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// X25519 and X448 (RFC 7748, for IKE RFC 8031): groups 31 and 32.
///
/// When OpenSSL takes in a private key it computes the public one, which a shared secret does not need. That computation is the slower of
/// the two for X25519 (80 µs against 45 µs), so there the public value is computed as the shared secret with the base point, which is
/// what it is by definition (RFC 7748 §6.1).
final class MontgomeryCurveGroup: KeyExchangeGroup, @unchecked Sendable {
  // Only read after `init`.
  private let keyType: Int32
  private let name: String
  /// The base point as a key; nil where OpenSSL's own way to a public value is the faster one.
  private let basePoint: OpaquePointer?
  let publicValueBytes: Int
  var sharedSecretBytes: Int { publicValueBytes }

  init?(_ method: KeyExchangeMethod) {
    switch method {
    case .curve25519:
      (keyType, name, publicValueBytes) = (EVP_PKEY_X25519, "X25519", 32)
      let nine: [UInt8] = [9] + [UInt8](repeating: 0, count: 31)
      basePoint = EVP_PKEY_new_raw_public_key(keyType, nil, nine, nine.count)
    case .curve448:
      (keyType, name, publicValueBytes, basePoint) = (EVP_PKEY_X448, "X448", 56, nil)
    default: return nil
    }
  }

  deinit { EVP_PKEY_free(basePoint) }

  func generate() throws(CryptoError) -> KeyPair {
    let privateValue = try RandomBytes.secret(count: publicValueBytes)
    return KeyPair(privateValue: privateValue, publicValue: try publicValue(of: privateValue, privateKey(privateValue)))
  }

  func agree(_ privateValue: SecretBytes, with peerPublicValue: [UInt8]) throws(CryptoError) -> SecretBytes {
    let peer = try publicKey(peerPublicValue)
    return try derive(try privateKey(privateValue), peer.pointer)
  }

  func respond(to peerPublicValue: [UInt8]) throws(CryptoError) -> (publicValue: [UInt8], sharedSecret: SecretBytes) {
    let peer = try publicKey(peerPublicValue)
    let privateValue = try RandomBytes.secret(count: publicValueBytes), key = try privateKey(privateValue)
    let sharedSecret = try derive(key, peer.pointer)
    return (try publicValue(of: privateValue, key), sharedSecret)
  }

  private func publicKey(_ value: [UInt8]) throws(CryptoError) -> Owned {
    guard value.count == publicValueBytes else { throw .invalidPublicValue }
    return try Owned(EVP_PKEY_new_raw_public_key(keyType, nil, value, value.count), EVP_PKEY_free, or: .invalidPublicValue)
  }

  /// A key object that is good for `derive` alone: in place of its public value stand zeros.
  private func privateKey(_ privateValue: SecretBytes) throws(CryptoError) -> Owned {
    guard privateValue.count == publicValueBytes else { throw .wrongLength("private value") }
    let context = try Owned(EVP_PKEY_CTX_new_from_name(nil, name, nil), EVP_PKEY_CTX_free, or: .failed("curve multiplication"))
    let placeholder = [UInt8](repeating: 0, count: publicValueBytes)
    let pointer = privateValue.withBytes { EVP_PKEY_from_raw_pair(context.pointer, $0.baseAddress, placeholder, $0.count) }
    return try Owned(pointer, EVP_PKEY_free, or: .failed("curve multiplication"))
  }

  private func publicValue(of privateValue: SecretBytes, _ key: borrowing Owned) throws(CryptoError) -> [UInt8] {
    if let basePoint { return try derive(key, basePoint).withBytes { Array($0) } }
    let pointer = privateValue.withBytes {
      EVP_PKEY_new_raw_private_key(keyType, nil, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count)
    }
    let whole = try Owned(pointer, EVP_PKEY_free, or: .failed("curve multiplication"))
    var bytes = [UInt8](repeating: 0, count: publicValueBytes), count = publicValueBytes
    guard EVP_PKEY_get_raw_public_key(whole.pointer, &bytes, &count) == 1, count == publicValueBytes else {
      throw .openSSL("curve multiplication")
    }
    return bytes
  }

  /// A secret of zeros means a peer's value of small order, which is refused (RFC 7748 §6, RFC 8031 §3.2); OpenSSL refuses it itself.
  private func derive(_ key: borrowing Owned, _ peer: OpaquePointer) throws(CryptoError) -> SecretBytes {
    let context = try Owned(EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil), EVP_PKEY_CTX_free, or: .failed("curve multiplication"))
    guard EVP_PKEY_derive_init(context.pointer) == 1, EVP_PKEY_derive_set_peer_ex(context.pointer, peer, 0) == 1 else {
      throw .openSSL("curve multiplication")
    }
    var count = sharedSecretBytes, status: Int32 = 0
    let secret = SecretBytes(count: count) { memory in
      status = EVP_PKEY_derive(context.pointer, memory.baseAddress?.assumingMemoryBound(to: UInt8.self), &count)
    }
    let isZero = secret.withBytes { $0.reduce(0, |) } == 0
    guard status == 1, count == sharedSecretBytes, !isZero else {
      ERR_clear_error()
      throw .invalidPublicValue
    }
    return secret
  }
}
