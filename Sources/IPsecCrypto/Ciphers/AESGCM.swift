// SPDX-License-Identifier: GPL-3.0-or-later

extension CombinedProtection.Mode {
  /// AES-GCM, with a salt of 4 bytes (RFC 4106 §4, RFC 5282 §4).
  static let aesGCM = Self(ciphers: aesGCMCiphers, saltBytes: 4)

  static let aesGCMCiphers: [Int: FetchedCipher] = [
    16: FetchedCipher("AES-128-GCM"), 24: FetchedCipher("AES-192-GCM"), 32: FetchedCipher("AES-256-GCM"),
  ]
}
