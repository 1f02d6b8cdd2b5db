// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// Memory that OpenSSL's printing functions write into.
struct MemoryOutput: ~Copyable {
  private let memory: Owned
  var pointer: OpaquePointer { memory.pointer }

  /// Memory that is zeroed when it is given back.
  init?() {
    guard let memory = Owned(BIO_new(BIO_s_secmem()), BIO_free_all) else { return nil }
    self.memory = memory
  }

  /// Takes what was written.
  func bytes() -> [UInt8] {
    let count = BIO_ctrl_pending(pointer)
    var bytes = [UInt8](repeating: 0, count: count)
    let read = BIO_read(pointer, &bytes, Int32(clamping: count))
    return Array(bytes.prefix(max(0, Int(read))))
  }

  /// Takes what was written, as a secret.
  func secretBytes() -> SecretBytes {
    let count = BIO_ctrl_pending(pointer)
    return SecretBytes(count: count) { BIO_read(pointer, $0.baseAddress, Int32(clamping: count)) }
  }
}
