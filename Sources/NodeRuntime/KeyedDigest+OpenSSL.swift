// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

extension KeyedDigest {
  /// The functions of the cryptography library.
  static let openSSL = KeyedDigest(
    suffixed: { algorithm, message, key in key.withBytes { algorithm.hash.digest(message, Array($0)) } },
    hmac: { algorithm, key, message in algorithm.hash.hmac(key, message).withBytes { Array($0) } })
}

extension KeyedDigest.Algorithm {
  fileprivate var hash: HashAlgorithm {
    switch self {
    case .md5: .md5
    case .sha1: .sha1
    case .sha256: .sha256
    case .sha384: .sha384
    case .sha512: .sha512
    }
  }
}
