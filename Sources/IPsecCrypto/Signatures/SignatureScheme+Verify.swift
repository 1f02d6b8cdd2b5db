// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

extension SignatureScheme {
  /// Throws `wrongSignature` unless `signature` over `message` is by the key (SubjectPublicKeyInfo, DER), whoever's that is. Signatures of
  /// peers are verified with their certificates, by a `KeyJob`.
  package func verify(_ signature: [UInt8], over message: [UInt8], publicKey: [UInt8]) throws(CryptoError) {
    guard let key = DEREncoding.object(publicKey, EVP_PKEY_free, d2i_PUBKEY) else { throw .unreadable("no public key") }
    try SignatureOperation(key: key.pointer, scheme: self).verify(signature, over: message)
  }
}
