// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

/// A key object of OpenSSL's, owned: a private key with its public one, or the latter alone.
struct PublicKey: ~Copyable {
  let pointer: OpaquePointer

  /// Takes over what a function of OpenSSL made; nil if it made nothing.
  init?(taking pointer: OpaquePointer?) {
    guard let pointer else {
      ERR_clear_error()
      return nil
    }
    self.pointer = pointer
  }

  deinit { EVP_PKEY_free(pointer) }
}
