// SPDX-License-Identifier: GPL-3.0-or-later

extension CombinedProtection.Mode {
  /// AES-CCM, with a salt of 3 bytes: a nonce of 11, which leaves 4 for the length (RFC 4309 §4, RFC 5282 §4).
  static let aesCCM = Self(
    ciphers: [16: FetchedCipher("AES-128-CCM"), 24: FetchedCipher("AES-192-CCM"), 32: FetchedCipher("AES-256-CCM")], saltBytes: 3,
    announcesLength: true)
}
