// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Numbers of RFC 2453 and RFC 4822.
public enum RIPNumbers {
  /// The port that all messages but requests of diagnostic tools come from and go to (RFC 2453 §3.9).
  public static let port: UInt16 = 520
  /// All RIP version 2 routers (RFC 2453 §4.5).
  public static let group = IPAddress(224, 0, 0, 9)
  /// A network with this metric cannot be reached (RFC 2453 §3.6).
  public static let infinity: UInt32 = 16
  /// Route entries of one message (RFC 2453 §3.6).
  public static let entriesPerMessage = 25
  /// Bytes of a message's header, and of an entry.
  public static let headerBytes = 4, entryBytes = 20
  /// The address family of a whole-table request, of IPv4, and of an authentication entry (RFC 2453 §3.9.1, §3.6, §4.1).
  public static let familyNone: UInt16 = 0, familyIPv4: UInt16 = 2, familyAuthentication: UInt16 = 0xffff
  /// The authentication types: trailer (RFC 4822 §2.1), password (RFC 2453 §4.1), digest (RFC 4822 §2.1).
  public static let trailerType: UInt16 = 1, passwordType: UInt16 = 2, digestType: UInt16 = 3
  /// What the trailer holds while an HMAC is computed, repeated (RFC 4822 §2.5).
  static let trailerPadding: [UInt8] = [0x87, 0x8f, 0xe1, 0xf3]
  /// Bytes of a password, and of a key of keyed MD5 (RFC 2453 §4.1, RFC 2082 §3.2.1).
  static let passwordBytes = 16
}

/// What a message is for (RFC 2453 §3.6); numbers of others are kept.
public struct RIPCommand: RawRepresentable, Hashable, Sendable {
  /// The number.
  public let rawValue: UInt8
  /// Any number, known or not.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Asks for all or part of the table.
  public static let request = RIPCommand(rawValue: 1)
  /// All or part of the sender's table.
  public static let response = RIPCommand(rawValue: 2)
}

/// The classes of addresses that version 1 infers masks from (RFC 1058 §3.2), and IOS the networks of `network` lines.
enum ClassfulNetwork {
  /// The class A, B or C network that `address` lies in; nil for multicast and what is above.
  static func containing(_ address: IPAddress) -> IPPrefix? {
    guard address.isV4 else { return nil }
    switch address.v4Bits >> 28 {
    case 0..<8: return IPPrefix(address, length: 8)
    case 8..<12: return IPPrefix(address, length: 16)
    case 12, 13: return IPPrefix(address, length: 24)
    default: return nil
    }
  }
}
