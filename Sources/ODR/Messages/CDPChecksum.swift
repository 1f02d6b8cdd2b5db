// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The checksum of CDP: RFC 1071's, but for packets of an odd length. There the last byte is added as the *low* one of its word, and as a
/// signed number: a byte from 0x80 on counts as 0xff00 and the byte less one. So do IOS, Wireshark and lldpd.
public enum CDPChecksum {
  /// The checksum of `bytes`, whose own field is zero.
  public static func of(_ bytes: [UInt8]) -> UInt16 { value(bytes, .signed) }

  /// Whether `bytes` have a checksum that fits in any of the ways in which implementations treat an odd byte.
  static func isValid(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= CDPNumbers.headerBytes else { return false }
    var cleared = bytes
    (cleared[2], cleared[3]) = (0, 0)
    let received = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
    return Self.same(value(cleared, .signed), received)
      || bytes.count % 2 == 1 && (Self.same(value(cleared, .low), received) || Self.same(value(cleared, .padded), received))
  }

  private enum OddByte { case signed, low, padded }

  private static func value(_ bytes: [UInt8], _ odd: OddByte) -> UInt16 {
    var all = bytes
    if bytes.count % 2 == 1, let last = all.popLast() {
      switch odd {
      case .signed where last >= 0x80: all += [0xff, last &- 1]
      case .signed, .low: all += [0, last]
      case .padded: all += [last, 0]
      }
    }
    return InternetChecksum.of(all)
  }

  /// Zero has two forms in ones' complement.
  private static func same(_ a: UInt16, _ b: UInt16) -> Bool { a == b || (a == 0 && b == .max) || (a == .max && b == 0) }
}
