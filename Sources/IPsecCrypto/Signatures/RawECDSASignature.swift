// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

/// ECDSA signatures between r‖s at fixed length (RFC 4754 §7) and DER, which OpenSSL makes and takes.
enum RawECDSASignature {
  static func der(of raw: [UInt8], coordinateBytes: Int) throws(CryptoError) -> [UInt8] {
    guard coordinateBytes > 0, raw.count == 2 * coordinateBytes else { throw .wrongSignature }
    let signature = try Owned(ECDSA_SIG_new(), ECDSA_SIG_free, or: .failed("out of memory"))
    let r = BN_bin2bn(Array(raw.prefix(coordinateBytes)), Int32(clamping: coordinateBytes), nil)
    let s = BN_bin2bn(Array(raw.suffix(coordinateBytes)), Int32(clamping: coordinateBytes), nil)
    guard ECDSA_SIG_set0(signature.pointer, r, s) == 1 else {
      BN_free(r)
      BN_free(s)
      throw .failed("out of memory")
    }
    guard let der = DEREncoding.of(signature.pointer, i2d_ECDSA_SIG) else { throw .openSSL("ECDSA signature") }
    return der
  }

  static func raw(ofDER der: [UInt8], coordinateBytes: Int) throws(CryptoError) -> [UInt8] {
    guard let signature = DEREncoding.object(der, ECDSA_SIG_free, d2i_ECDSA_SIG) else { throw .openSSL("ECDSA signature") }
    var raw = [UInt8](repeating: 0, count: 2 * coordinateBytes)
    let isWritten = raw.withUnsafeMutableBufferPointer { bytes -> Bool in
      guard let start = bytes.baseAddress else { return false }
      return BN_bn2binpad(ECDSA_SIG_get0_r(signature.pointer), start, Int32(clamping: coordinateBytes)) >= 0
        && BN_bn2binpad(ECDSA_SIG_get0_s(signature.pointer), start + coordinateBytes, Int32(clamping: coordinateBytes)) >= 0
    }
    guard isWritten else { throw .failed("ECDSA signature") }
    return raw
  }
}
