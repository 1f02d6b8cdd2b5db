// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

extension HashAlgorithm {
  /// The digest of `parts` one after the other. `identity` gives the bytes themselves (RFC 8420 §2); one that nobody here knows gives none.
  public func digest(_ parts: [UInt8]...) -> [UInt8] {
    if self == .identity { return parts.flatMap { $0 } }
    return HashRow.row(self)?.digest(parts) ?? []
  }

  /// HMAC over `parts` one after the other, uncut (RFC 2104); empty where there is none with this hash.
  public func hmac(_ key: SecretBytes, _ parts: [UInt8]...) -> SecretBytes {
    hmacPRF?.value(key, parts) ?? SecretBytes([])
  }
}
