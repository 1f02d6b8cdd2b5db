// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

/// OpenSSL's hash functions for signatures, looked up once: a look-up by name costs as much as hashing a message.
struct SignatureDigest: @unchecked Sendable {
  // Never freed; OpenSSL only reads it.
  let pointer: OpaquePointer?

  private init(_ name: String) { pointer = EVP_MD_fetch(nil, name, nil) }

  private static let sha1 = SignatureDigest("SHA1")
  private static let sha256 = SignatureDigest("SHA256")
  private static let sha384 = SignatureDigest("SHA384")
  private static let sha512 = SignatureDigest("SHA512")

  /// The function of a number of RFC 7427.
  static func digest(_ hash: UInt16) throws(CryptoError) -> OpaquePointer {
    let digest: SignatureDigest? =
      switch HashAlgorithm(rawValue: hash) {
      case .sha1: sha1
      case .sha256: sha256
      case .sha384: sha384
      case .sha512: sha512
      default: nil
      }
    guard let pointer = digest?.pointer else { throw .unsupported("signatures with hash \(hash)") }
    return pointer
  }
}
