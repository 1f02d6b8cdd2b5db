// SPDX-License-Identifier: GPL-3.0-or-later

/// A number of TCP's circular sequence space (RFC 9293 §3.4). Numbers have no order of their own, only a distance.
struct SequenceNumber: Hashable, Sendable {
  let rawValue: UInt32

  init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// The number `count` further on.
  static func + (number: SequenceNumber, count: Int) -> SequenceNumber {
    SequenceNumber(number.rawValue &+ UInt32(truncatingIfNeeded: count))
  }

  /// The number `count` before.
  static func - (number: SequenceNumber, count: Int) -> SequenceNumber {
    SequenceNumber(number.rawValue &- UInt32(truncatingIfNeeded: count))
  }

  /// How far `other` lies ahead; negative where it lies behind.
  func distance(to other: SequenceNumber) -> Int { Int(Int32(bitPattern: other.rawValue &- rawValue)) }

  /// Whether this one lies behind `other`.
  func precedes(_ other: SequenceNumber) -> Bool { distance(to: other) > 0 }

  /// The one that lies further ahead.
  static func latest(_ a: SequenceNumber, _ b: SequenceNumber) -> SequenceNumber { a.precedes(b) ? b : a }
}
