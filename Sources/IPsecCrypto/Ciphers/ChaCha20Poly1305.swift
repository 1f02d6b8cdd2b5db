// SPDX-License-Identifier: GPL-3.0-or-later

extension CombinedProtection.Mode {
  /// ChaCha20-Poly1305, with a salt of 4 bytes (RFC 7634 §2).
  static let chaCha20Poly1305 = Self(ciphers: [32: FetchedCipher("ChaCha20-Poly1305")], saltBytes: 4)
}
