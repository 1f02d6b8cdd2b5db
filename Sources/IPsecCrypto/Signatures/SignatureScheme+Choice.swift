// SPDX-License-Identifier: GPL-3.0-or-later

extension SignatureScheme {
  /// The scheme to sign with under RFC 7427, for our key and the hashes that the peer announced; nil where none fits.
  ///
  /// SHA-1 is never chosen (RFC 8247 §3.2.1). RSA signs with PSS, which RFC 8247 demands of every peer. ECDSA prefers the hash as strong as
  /// its curve (RFC 4754 §3), the Edwards curves need hash "identity" (RFC 8420 §2).
  public static func best(for kind: SigningKey.Kind, peerHashes: [HashAlgorithm]) -> SignatureScheme? {
    switch kind {
    case .ed25519: return peerHashes.contains(.identity) ? .ed25519 : nil
    case .ed448: return peerHashes.contains(.identity) ? .ed448 : nil
    case .ecdsa(let curve):
      return preferredHashes(curve: KeyExchangeMethod(rawValue: curve)).first(where: peerHashes.contains).map {
        .ecdsa(hash: $0.rawValue, isRaw: false)
      }
    case .rsa(let bits):
      let fitting = [(HashAlgorithm.sha256, 256), (.sha384, 384), (.sha512, 512)].filter { leastModulusBits(hashBits: $0.1) <= bits }
      return fitting.map(\.0).first(where: peerHashes.contains).map { .rsaPSS(hash: $0.rawValue) }
    }
  }

  private static func preferredHashes(curve: KeyExchangeMethod) -> [HashAlgorithm] {
    switch curve {
    case .ecp384: [.sha384, .sha512, .sha256]
    case .ecp521: [.sha512, .sha384, .sha256]
    default: [.sha256, .sha384, .sha512]
    }
  }

  /// EMSA-PSS needs 8 * hLen + 8 * sLen + 9 bits (RFC 8017 §9.1.1), and has one less than the modulus.
  private static func leastModulusBits(hashBits: Int) -> Int { 2 * hashBits + 10 }
}
