// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// What stands in the place of a message's first entry when it is authenticated (RFC 2453 §4.1, RFC 4822 §2.1).
public enum RIPAuthentication: Sendable, Hashable {
  /// A password, in clear.
  case password([UInt8])
  /// A digest in a trailer behind the entries.
  case digest(RIPDigestHeader, [UInt8])
  /// A type that nobody here knows, and its sixteen bytes.
  case unknown(UInt16, [UInt8])
}

/// The announcement of a digest (RFC 4822 §2.1).
public struct RIPDigestHeader: Sendable, Hashable {
  /// Which key.
  public var keyID: UInt8
  /// The bytes of the digest; some count its four bytes of header too (RFC 2082's text allows either).
  public var declaredBytes: UInt8
  /// Never falls from one message of a sender to the next.
  public var sequence: UInt32
  /// Eight bytes that must be zero, kept.
  public var reserved: [UInt8]

  /// Announces a digest of `declaredBytes`.
  public init(keyID: UInt8, declaredBytes: UInt8, sequence: UInt32, reserved: [UInt8] = [UInt8](repeating: 0, count: 8)) {
    (self.keyID, self.declaredBytes, self.sequence, self.reserved) = (keyID, declaredBytes, sequence, reserved)
  }
}

extension RIPAuthentication: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Says what it is, and never the password.
  public var description: String {
    switch self {
    case .password: "password"
    case .digest(let header, let digest): "digest of \(digest.count) bytes, key \(header.keyID), sequence \(header.sequence)"
    case .unknown(let type, _): "authentication of type \(type)"
    }
  }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
