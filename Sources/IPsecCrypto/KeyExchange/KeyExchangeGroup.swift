// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// One key exchange method at work. Values are encoded as IKE's payloads carry them, always at the full length.
protocol KeyExchangeGroup: Sendable {
  /// Length of either end's public value.
  var publicValueBytes: Int { get }
  /// Length of the shared secret.
  var sharedSecretBytes: Int { get }
  /// A fresh key pair.
  func generate() throws(CryptoError) -> KeyPair
  /// The shared secret; refuses what RFC 6989 refuses.
  func agree(_ privateValue: SecretBytes, with peerPublicValue: [UInt8]) throws(CryptoError) -> SecretBytes
  /// `generate` and `agree` in one.
  func respond(to peerPublicValue: [UInt8]) throws(CryptoError) -> (publicValue: [UInt8], sharedSecret: SecretBytes)
}

/// A private value and the public one that follows from it.
struct KeyPair {
  let privateValue: SecretBytes
  let publicValue: [UInt8]
}

extension KeyExchangeGroup {
  func respond(to peerPublicValue: [UInt8]) throws(CryptoError) -> (publicValue: [UInt8], sharedSecret: SecretBytes) {
    let pair = try generate()
    return (pair.publicValue, try agree(pair.privateValue, with: peerPublicValue))
  }
}

/// The groups, each built when it is first asked for and kept: curves and Montgomery contexts are costly to set up and only read after.
enum KeyExchangeGroups {
  private static let modp1024 = ModularGroup.modp1024
  private static let modp1536 = ModularGroup.modp1536
  private static let modp2048 = ModularGroup.modp2048
  private static let modp3072 = ModularGroup.modp3072
  private static let modp4096 = ModularGroup.modp4096
  private static let modp8192 = ModularGroup.modp8192
  private static let modp2048s256 = ModularGroup.modp2048s256
  private static let ecp256 = PrimeCurveGroup(.ecp256)
  private static let ecp384 = PrimeCurveGroup(.ecp384)
  private static let ecp521 = PrimeCurveGroup(.ecp521)
  private static let curve25519 = MontgomeryCurveGroup(.curve25519)
  private static let curve448 = MontgomeryCurveGroup(.curve448)

  static func group(_ method: KeyExchangeMethod) throws(CryptoError) -> any KeyExchangeGroup {
    guard let group = known(method) else { throw .unsupported("key exchange method \(method.rawValue)") }
    return group
  }

  private static func known(_ method: KeyExchangeMethod) -> (any KeyExchangeGroup)? {
    switch method {
    case .modp1024: modp1024
    case .modp1536: modp1536
    case .modp2048: modp2048
    case .modp3072: modp3072
    case .modp4096: modp4096
    case .modp8192: modp8192
    case .modp2048s256: modp2048s256
    case .ecp256: ecp256
    case .ecp384: ecp384
    case .ecp521: ecp521
    case .curve25519: curve25519
    case .curve448: curve448
    default: nil
    }
  }
}
