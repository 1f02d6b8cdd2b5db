// SPDX-License-Identifier: GPL-3.0-or-later

/// AS numbers as they are typed: `65001`, or `1.10` (RFC 5396).
public enum ASNumberText {
  /// Reads a number from 1 on; nil for anything else.
  public static func read(_ text: String) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } }) else { return nil }
    let number: UInt32? =
      switch parts.count {
      case 1: UInt32(parts[0])
      case 2: UInt16(parts[0]).flatMap { high in UInt16(parts[1]).map { UInt32(high) << 16 | UInt32($0) } }
      default: nil
      }
    return number == 0 ? nil : number
  }
}
