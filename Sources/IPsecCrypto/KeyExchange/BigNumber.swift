// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// A number of OpenSSL's, owned; its memory is zeroed before it is freed.
struct BigNumber: ~Copyable {
  let pointer: OpaquePointer

  /// Takes over what a function of OpenSSL made; nil if it made nothing.
  init?(taking pointer: OpaquePointer?) {
    guard let pointer else { return nil }
    self.pointer = pointer
  }

  /// Zero.
  init() throws(CryptoError) {
    guard let pointer = BN_new() else { throw .failed("out of memory") }
    self.pointer = pointer
  }

  /// The value of big-endian bytes.
  init(_ bytes: [UInt8]) throws(CryptoError) {
    guard let pointer = BN_bin2bn(bytes, Int32(clamping: bytes.count), nil) else { throw .failed("out of memory") }
    self.pointer = pointer
  }

  /// The value of big-endian bytes; operations with it take the same time whatever it is.
  init(secret: SecretBytes) throws(CryptoError) {
    let pointer = secret.withBytes { BN_bin2bn($0.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(clamping: $0.count), nil) }
    guard let pointer else { throw .failed("out of memory") }
    BN_set_flags(pointer, BN_FLG_CONSTTIME)
    self.pointer = pointer
  }

  deinit { BN_clear_free(pointer) }

  /// Big-endian, padded in front to `count` bytes; nil if it is longer.
  func bytes(count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    return BN_bn2binpad(pointer, &bytes, Int32(clamping: count)) < 0 ? nil : bytes
  }

  /// The same, kept as a secret.
  func secretBytes(count: Int) -> SecretBytes? {
    var written: Int32 = -1
    let secret = SecretBytes(count: count) { memory in
      written = BN_bn2binpad(pointer, memory.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(clamping: count))
    }
    return written < 0 ? nil : secret
  }
}

/// OpenSSL's scratch memory for one computation.
enum Scratch {
  static func new() throws(CryptoError) -> Owned { try Owned(BN_CTX_new(), BN_CTX_free, or: .failed("out of memory")) }
}
