// SPDX-License-Identifier: GPL-3.0-or-later

/// Hash functions for an engine that authenticates its messages but may not call the cryptography: whoever assembles the node fills them
/// in. They are pure, so an engine stays a function of its inputs.
public struct KeyedDigest: Sendable {
  /// A hash function.
  public enum Algorithm: Sendable, Hashable, CaseIterable {
    /// RFC 1321.
    case md5
    /// FIPS 180-4.
    case sha1, sha256, sha384, sha512

    /// Bytes of a digest.
    public var digestBytes: Int {
      switch self {
      case .md5: 16
      case .sha1: 20
      case .sha256: 32
      case .sha384: 48
      case .sha512: 64
      }
    }

    /// Bytes of a block, HMAC's B (RFC 2104 §2).
    public var blockBytes: Int {
      switch self {
      case .md5, .sha1, .sha256: 64
      case .sha384, .sha512: 128
      }
    }
  }

  /// The digest of a message and then a key.
  public let suffixed: @Sendable (Algorithm, [UInt8], SecretBytes) -> [UInt8]
  /// HMAC of a message (RFC 2104), uncut.
  public let hmac: @Sendable (Algorithm, SecretBytes, [UInt8]) -> [UInt8]

  /// Gathers the functions.
  public init(
    suffixed: @escaping @Sendable (Algorithm, [UInt8], SecretBytes) -> [UInt8],
    hmac: @escaping @Sendable (Algorithm, SecretBytes, [UInt8]) -> [UInt8]
  ) {
    (self.suffixed, self.hmac) = (suffixed, hmac)
  }

  /// Knows no function: every digest is empty, so that nothing can be authenticated with it.
  public static let none = KeyedDigest(suffixed: { _, _, _ in [] }, hmac: { _, _, _ in [] })
}
