// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// The system's randomness, by OpenSSL's generators.
enum RandomBytes {
  /// Bytes that will be seen on the wire: SPIs, nonces, cookies.
  static func visible(count: Int) throws(CryptoError) -> [UInt8] {
    guard (0...KeyLimits.randomBytes).contains(count) else { throw .wrongLength("random bytes") }
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, Int32(clamping: count)) == 1 else { throw .failed("no randomness") }
    return bytes
  }

  /// Bytes that nobody sees; OpenSSL draws them from a generator of their own.
  static func secret(count: Int) throws(CryptoError) -> SecretBytes {
    var status: Int32 = 0
    let bytes = SecretBytes(count: count) { memory in
      status = RAND_priv_bytes(memory.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(clamping: count))
    }
    guard status == 1 else { throw .failed("no randomness") }
    return bytes
  }
}
