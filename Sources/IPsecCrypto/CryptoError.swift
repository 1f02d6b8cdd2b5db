// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a cryptographic operation gave nothing. It holds no key and no byte of a message.
public enum CryptoError: Error, Hashable, Sendable {
  /// This build has no such algorithm, or not with this key length.
  case unsupported(String)
  /// A key, salt or initialization vector of the wrong length.
  case wrongLength(String)
  /// The integrity check failed.
  case notAuthentic
  /// A public value outside its group (RFC 6989), or a shared secret of zero.
  case invalidPublicValue
  /// A private key or certificate that cannot be read.
  case unreadable(String)
  /// A signature that does not match.
  case wrongSignature
  /// A certificate path that is not accepted, and why.
  case untrusted(String)
  /// The library failed for another reason.
  case failed(String)
}
