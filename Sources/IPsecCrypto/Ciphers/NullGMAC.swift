// SPDX-License-Identifier: GPL-3.0-or-later

extension CombinedProtection.Mode {
  /// AES-GMAC: authentication alone, by GCM without a text (RFC 4543 §3).
  static let nullGMAC = Self(ciphers: aesGCMCiphers, saltBytes: 4, onlyAuthenticates: true)
}
