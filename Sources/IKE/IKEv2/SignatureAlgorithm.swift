// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import Wire

/// Signature schemes as they stand in messages: methods 1 and 9–11 (RFC 7296 §3.8, RFC 4754), and method 14 with an
/// AlgorithmIdentifier in front of the signature (RFC 7427 §3, appendix A; RFC 8420 for EdDSA).
enum SignatureAlgorithm {
  /// How a signature of this key is made for a peer that knows `hashes` (nil: it said nothing, so only the old methods).
  static func scheme(for kind: SigningKey.Kind, hashes: Set<UInt16>?) -> (scheme: SignatureScheme, method: AuthenticationMethodNumber)? {
    guard let hashes else { return oldMethod(for: kind) }
    switch kind {
    case .rsa: return best([2, 3, 4, 1], of: hashes).map { (.rsaPKCS1(hash: $0, isBare: false), .digitalSignature) }
    case .ecdsa(let curve):
      return best(curve == 21 ? [4, 3, 2] : curve == 20 ? [3, 4, 2] : [2, 3, 4], of: hashes)
        .map { (.ecdsa(hash: $0, isRaw: false), .digitalSignature) }
    case .ed25519: return hashes.contains(HashAlgorithm.identity.rawValue) ? (.ed25519, .digitalSignature) : nil
    case .ed448: return hashes.contains(HashAlgorithm.identity.rawValue) ? (.ed448, .digitalSignature) : nil
    }
  }

  private static func best(_ order: [UInt16], of hashes: Set<UInt16>) -> UInt16? { order.first { hashes.contains($0) } }

  private static func oldMethod(for kind: SigningKey.Kind) -> (scheme: SignatureScheme, method: AuthenticationMethodNumber)? {
    switch kind {
    case .rsa: (.rsaPKCS1(hash: HashAlgorithm.sha1.rawValue, isBare: false), .rsaSignature)
    case .ecdsa(19): (.ecdsa(hash: HashAlgorithm.sha256.rawValue, isRaw: true), .ecdsa256)
    case .ecdsa(20): (.ecdsa(hash: HashAlgorithm.sha384.rawValue, isRaw: true), .ecdsa384)
    case .ecdsa(21): (.ecdsa(hash: HashAlgorithm.sha512.rawValue, isRaw: true), .ecdsa521)
    default: nil
    }
  }

  /// The AUTH payload's value: the signature, behind its algorithm where the method names none.
  static func value(_ signature: [UInt8], _ scheme: SignatureScheme, _ method: AuthenticationMethodNumber) -> [UInt8] {
    guard method == .digitalSignature, let identifier = table.first(where: { $0.scheme == scheme })?.identifier else { return signature }
    return [UInt8(truncatingIfNeeded: identifier.count)] + identifier + signature
  }

  /// Takes an AUTH payload apart. Nil for a method that is no signature we know.
  static func parse(_ payload: AuthenticationPayload) -> (scheme: SignatureScheme, signature: [UInt8])? {
    switch payload.method {
    case .rsaSignature: return (.rsaPKCS1(hash: HashAlgorithm.sha1.rawValue, isBare: false), payload.value)
    case .ecdsa256: return (.ecdsa(hash: HashAlgorithm.sha256.rawValue, isRaw: true), payload.value)
    case .ecdsa384: return (.ecdsa(hash: HashAlgorithm.sha384.rawValue, isRaw: true), payload.value)
    case .ecdsa521: return (.ecdsa(hash: HashAlgorithm.sha512.rawValue, isRaw: true), payload.value)
    case .digitalSignature: break
    default: return nil
    }
    var reader = ByteReader(payload.value)
    guard let count = try? reader.u8(), let identifier = try? reader.take(Int(count)), let signature = try? reader.rest() else {
      return nil
    }
    return table.first { $0.identifier == identifier }.map { ($0.scheme, signature) }
  }

  /// Whether a scheme belongs to a method of the configuration.
  static func isOf(_ methods: [AuthenticationMethod], _ scheme: SignatureScheme) -> Bool {
    switch scheme {
    case .rsaPKCS1, .rsaPSS: methods.contains(.rsaSignature)
    case .ecdsa, .ed25519, .ed448: methods.contains(.ecdsaSignature)
    }
  }

  /// AlgorithmIdentifiers, DER, as RFC 7427 appendix A and RFC 8420 §3 print them.
  private static let table: [(identifier: [UInt8], scheme: SignatureScheme)] = [
    (pkcs1(5), .rsaPKCS1(hash: 1, isBare: false)), (pkcs1(11), .rsaPKCS1(hash: 2, isBare: false)),
    (pkcs1(12), .rsaPKCS1(hash: 3, isBare: false)), (pkcs1(13), .rsaPKCS1(hash: 4, isBare: false)),
    (ecdsa([1]), .ecdsa(hash: 1, isRaw: false)), (ecdsa([3, 2]), .ecdsa(hash: 2, isRaw: false)),
    (ecdsa([3, 3]), .ecdsa(hash: 3, isRaw: false)), (ecdsa([3, 4]), .ecdsa(hash: 4, isRaw: false)),
    (pss(1, 32), .rsaPSS(hash: 2)), (pss(2, 48), .rsaPSS(hash: 3)), (pss(3, 64), .rsaPSS(hash: 4)),
    ([0x30, 5, 6, 3, 0x2b, 0x65, 0x70], .ed25519), ([0x30, 5, 6, 3, 0x2b, 0x65, 0x71], .ed448),
    // PSS with SHA-1, all parameters at their defaults (A.4.1).
    ([0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10, 0x30, 0], .rsaPSS(hash: 1)),
  ]

  /// shaXWithRSAEncryption: 1.2.840.113549.1.1.n, NULL.
  private static func pkcs1(_ n: UInt8) -> [UInt8] { [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, n, 5, 0] }

  /// ecdsa-with-SHAx: 1.2.840.10045.4.…
  private static func ecdsa(_ arcs: [UInt8]) -> [UInt8] {
    let oid: [UInt8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4] + arcs
    return [0x30, UInt8(oid.count + 2), 6, UInt8(oid.count)] + oid
  }

  /// RSASSA-PSS with SHA-2 number `n` of the NIST arc for the hash and for MGF1, and a salt of the hash's length.
  private static func pss(_ n: UInt8, _ salt: UInt8) -> [UInt8] {
    let hash: [UInt8] = [0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, n, 5, 0]
    let mgf: [UInt8] = [0x30, 26, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8] + [0x30, 13] + hash.dropFirst(2)
    let parameters = [0xa0, 15] + hash + [0xa1, 28] + mgf + [0xa2, 3, 2, 1, salt]
    let oid: [UInt8] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10]
    let body = oid + [0x30, UInt8(parameters.count)] + parameters
    return [0x30, UInt8(body.count)] + body
  }
}
