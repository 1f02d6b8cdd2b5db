// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// Diffie–Hellman modulo a prime: groups 2 (RFC 2409 §6.2), 5, 14, 15, 16 and 18 (RFC 3526), 24 (RFC 5114 §2.3).
///
/// OpenSSL's own DH objects check, copy and look up so much that they cost a third more than these exponentiations alone. The
/// exponentiation itself is OpenSSL's constant-time one.
final class ModularGroup: KeyExchangeGroup, @unchecked Sendable {
  // Only read after `init`.
  private let prime, primeMinusOne, generator: OpaquePointer
  private let montgomery: OpaquePointer
  /// The order of the subgroup, where it is much smaller than the modulus (RFC 6989 §2.2).
  private let order: OpaquePointer?
  private let exponentBits: Int32
  let publicValueBytes: Int
  var sharedSecretBytes: Int { publicValueBytes }

  /// Takes over `prime`, `generator` and `order`.
  init?(prime: OpaquePointer?, generator: OpaquePointer?, order: OpaquePointer? = nil, exponentBits: Int32) {
    guard let prime, let generator, let minusOne = BN_dup(prime), BN_sub_word(minusOne, 1) == 1, let montgomery = BN_MONT_CTX_new(),
      let scratch = BN_CTX_new()
    else { return nil }
    defer { BN_CTX_free(scratch) }
    guard BN_MONT_CTX_set(montgomery, prime, scratch) == 1 else { return nil }
    (self.prime, primeMinusOne, self.generator, self.montgomery) = (prime, minusOne, generator, montgomery)
    (self.order, self.exponentBits) = (order, exponentBits)
    publicValueBytes = Int(BN_num_bits(prime) + 7) / 8
  }

  deinit {
    for number in [prime, primeMinusOne, generator] { BN_free(number) }
    BN_free(order)
    BN_MONT_CTX_free(montgomery)
  }

  func generate() throws(CryptoError) -> KeyPair {
    let exponent = try BigNumber()
    let drawn =
      if let order { BN_priv_rand_range(exponent.pointer, order) } else {
        // The top bit is set, as OpenSSL does it: so every exponent has the same number of words.
        BN_priv_rand(exponent.pointer, exponentBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY)
      }
    guard drawn == 1, BN_is_zero(exponent.pointer) == 0 else { throw .failed("no randomness") }
    let publicValue = try power(of: generator, exponent.pointer)
    guard let secret = exponent.secretBytes(count: Int(exponentBits + 7) / 8), let bytes = publicValue.bytes(count: publicValueBytes) else {
      throw .failed("modular exponentiation")
    }
    return KeyPair(privateValue: secret, publicValue: bytes)
  }

  /// The shared secret is padded to the length of the modulus (RFC 7296 §2.14).
  func agree(_ privateValue: SecretBytes, with peerPublicValue: [UInt8]) throws(CryptoError) -> SecretBytes {
    guard peerPublicValue.count == publicValueBytes, privateValue.count <= publicValueBytes else { throw .invalidPublicValue }
    let peer = try BigNumber(peerPublicValue)
    try check(peer.pointer)
    let exponent = try BigNumber(secret: privateValue)
    let shared = try power(of: peer.pointer, exponent.pointer)
    // A secret of 1 tells that the peer's value came from a small subgroup.
    guard BN_is_one(shared.pointer) == 0 else { throw .invalidPublicValue }
    guard let bytes = shared.secretBytes(count: sharedSecretBytes) else { throw .failed("modular exponentiation") }
    return bytes
  }

  /// RFC 6989 §2.1: 1 < value < p - 1; §2.2, where the subgroup is small: value^q = 1.
  private func check(_ value: OpaquePointer) throws(CryptoError) {
    guard BN_is_zero(value) == 0, BN_is_one(value) == 0, BN_cmp(value, primeMinusOne) < 0 else { throw .invalidPublicValue }
    guard let order else { return }
    let identity = try power(of: value, order)
    guard BN_is_one(identity.pointer) == 1 else { throw .invalidPublicValue }
  }

  private func power(of value: OpaquePointer, _ exponent: OpaquePointer) throws(CryptoError) -> BigNumber {
    let result = try BigNumber(), scratch = try Scratch.new()
    guard BN_mod_exp_mont_consttime(result.pointer, value, exponent, prime, scratch.pointer, montgomery) == 1 else {
      throw .failed("modular exponentiation")
    }
    return result
  }
}

/// The exponents' lengths are those of RFC 3526 §8 (its lower estimate, as OpenSSL's named groups), rounded up to whole 64-bit words:
/// OpenSSL's exponentiation works by words, so the bits that this adds cost nothing.
extension ModularGroup {
  static let modp1024 = ModularGroup(prime: BN_get_rfc2409_prime_1024(nil), generator: two(), exponentBits: 192)
  static let modp1536 = ModularGroup(prime: BN_get_rfc3526_prime_1536(nil), generator: two(), exponentBits: 256)
  static let modp2048 = ModularGroup(prime: BN_get_rfc3526_prime_2048(nil), generator: two(), exponentBits: 256)
  static let modp3072 = ModularGroup(prime: BN_get_rfc3526_prime_3072(nil), generator: two(), exponentBits: 320)
  static let modp4096 = ModularGroup(prime: BN_get_rfc3526_prime_4096(nil), generator: two(), exponentBits: 384)
  static let modp8192 = ModularGroup(prime: BN_get_rfc3526_prime_8192(nil), generator: two(), exponentBits: 448)

  private static func two() -> OpaquePointer? {
    let number = BN_new()
    BN_set_word(number, 2)
    return number
  }

  /// OpenSSL knows this one only as a named group of its key objects, and gives its numbers away.
  static let modp2048s256: ModularGroup? = {
    guard let context = EVP_PKEY_CTX_new_from_name(nil, "DHX", nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_paramgen_init(context) == 1, EVP_PKEY_CTX_set_group_name(context, "dh_2048_256") == 1,
      EVP_PKEY_paramgen(context, &key) == 1
    else { return nil }
    defer { EVP_PKEY_free(key) }
    func number(_ name: String) -> OpaquePointer? {
      var number: OpaquePointer?
      EVP_PKEY_get_bn_param(key, name, &number)
      return number
    }
    guard let order = number(OSSL_PKEY_PARAM_FFC_Q) else { return nil }
    return ModularGroup(prime: number(OSSL_PKEY_PARAM_FFC_P), generator: number(OSSL_PKEY_PARAM_FFC_G), order: order, exponentBits: 256)
  }()
}
