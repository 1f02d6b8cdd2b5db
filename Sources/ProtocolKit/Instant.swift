// SPDX-License-Identifier: GPL-3.0-or-later

/// A point in time: monotonic nanoseconds since the node started. Never wall time.
public struct Instant: Hashable, Comparable, Sendable, Codable {
  /// Nanoseconds since the node's start.
  public var nanoseconds: Int64

  /// Makes the instant `nanoseconds` after the start.
  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The node's start.
  public static let start = Instant(nanoseconds: 0)
  /// Later than any other instant.
  public static let distantFuture = Instant(nanoseconds: .max)

  @inlinable public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

  /// The instant `span` later; saturates instead of overflowing.
  @inlinable public static func + (a: Instant, span: Duration) -> Instant {
    let (sum, overflow) = a.nanoseconds.addingReportingOverflow(span.nanoseconds)
    return overflow ? .distantFuture : Instant(nanoseconds: sum)
  }

  /// The time from `b` to `a`.
  @inlinable public static func - (a: Instant, b: Instant) -> Duration {
    .nanoseconds(a.nanoseconds.subtractingReportingOverflow(b.nanoseconds).partialValue)
  }

  /// The earlier of two deadlines, where nil means none.
  @inlinable public static func earliest(_ a: Instant?, _ b: Instant?) -> Instant? {
    guard let a, let b else { return a ?? b }
    return b < a ? b : a
  }

  /// Whole seconds since the start.
  @inlinable public var seconds: Int64 { nanoseconds / 1_000_000_000 }
}

extension Duration {
  /// The whole duration in nanoseconds, saturated to ±292 years.
  @inlinable public var nanoseconds: Int64 {
    let (s, a) = components
    let (n, overflow) = s.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? (s < 0 ? .min : .max) : n &+ a / 1_000_000_000
  }

  /// Whole seconds, rounded down.
  @inlinable public var wholeSeconds: Int64 { components.seconds }
}
