// SPDX-License-Identifier: GPL-3.0-or-later

extension BlockChaining {
  /// Three keys of DES, 8 bytes each with the parity bits in them (RFC 2451 §2.2).
  static let tripleDES = FetchedCipher("DES-EDE3-CBC")
}
