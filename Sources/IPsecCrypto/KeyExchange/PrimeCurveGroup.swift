// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// Diffie–Hellman on the curves of RFC 5903: groups 19, 20 and 21. A public value is x‖y, the shared secret x alone (§7).
final class PrimeCurveGroup: KeyExchangeGroup, @unchecked Sendable {
  // Only read after `init`.
  private let curve, order: OpaquePointer
  private let coordinateBytes: Int
  var publicValueBytes: Int { 2 * coordinateBytes }
  var sharedSecretBytes: Int { coordinateBytes }

  init?(_ method: KeyExchangeMethod) {
    let name: Int32
    switch method {
    case .ecp256: name = NID_X9_62_prime256v1
    case .ecp384: name = NID_secp384r1
    case .ecp521: name = NID_secp521r1
    default: return nil
    }
    guard let curve = EC_GROUP_new_by_curve_name(name), let order = EC_GROUP_get0_order(curve) else { return nil }
    (self.curve, self.order) = (curve, order)
    coordinateBytes = Int(EC_GROUP_get_degree(curve) + 7) / 8
  }

  deinit { EC_GROUP_free(curve) }

  func generate() throws(CryptoError) -> KeyPair {
    let scratch = try Scratch.new()
    let scalar = try BigNumber()
    BN_set_flags(scalar.pointer, BN_FLG_CONSTTIME)
    repeat {
      guard BN_priv_rand_range(scalar.pointer, order) == 1 else { throw .failed("no randomness") }
    } while BN_is_zero(scalar.pointer) == 1
    let point = try newPoint()
    guard EC_POINT_mul(curve, point.pointer, scalar.pointer, nil, nil, scratch.pointer) == 1,
      let privateValue = scalar.secretBytes(count: coordinateBytes)
    else { throw .failed("curve multiplication") }
    return KeyPair(privateValue: privateValue, publicValue: try encode(point, scratch))
  }

  func agree(_ privateValue: SecretBytes, with peerPublicValue: [UInt8]) throws(CryptoError) -> SecretBytes {
    let scratch = try Scratch.new(), peer = try decode(peerPublicValue, scratch)
    let scalar = try BigNumber(secret: privateValue)
    guard privateValue.count == coordinateBytes, BN_is_zero(scalar.pointer) == 0, BN_cmp(scalar.pointer, order) < 0 else {
      throw .wrongLength("private value")
    }
    let shared = try newPoint(), x = try BigNumber()
    guard EC_POINT_mul(curve, shared.pointer, nil, peer.pointer, scalar.pointer, scratch.pointer) == 1 else {
      throw .failed("curve multiplication")
    }
    // The curves have no small subgroups, so the point at infinity, which has no x, cannot come out; this would refuse it.
    guard EC_POINT_get_affine_coordinates(curve, shared.pointer, x.pointer, nil, scratch.pointer) == 1,
      let bytes = x.secretBytes(count: coordinateBytes)
    else { throw .invalidPublicValue }
    return bytes
  }

  /// OpenSSL refuses coordinates outside the field and points off the curve here (RFC 6989 §2.3).
  private func decode(_ publicValue: [UInt8], _ scratch: borrowing Owned) throws(CryptoError) -> Owned {
    guard publicValue.count == publicValueBytes else { throw .invalidPublicValue }
    let point = try newPoint(), encoded = [0x04] + publicValue
    guard EC_POINT_oct2point(curve, point.pointer, encoded, encoded.count, scratch.pointer) == 1 else {
      ERR_clear_error()
      throw .invalidPublicValue
    }
    return point
  }

  private func encode(_ point: borrowing Owned, _ scratch: borrowing Owned) throws(CryptoError) -> [UInt8] {
    var encoded = [UInt8](repeating: 0, count: 1 + publicValueBytes)
    let written = EC_POINT_point2oct(curve, point.pointer, POINT_CONVERSION_UNCOMPRESSED, &encoded, encoded.count, scratch.pointer)
    guard written == encoded.count else { throw .failed("curve multiplication") }
    return Array(encoded.dropFirst())
  }

  private func newPoint() throws(CryptoError) -> Owned { try Owned(EC_POINT_new(curve), EC_POINT_clear_free, or: .failed("out of memory")) }
}
