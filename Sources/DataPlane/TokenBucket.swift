// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// A rate limit as one instant (the generic cell rate algorithm, ITU-T I.371 annex A): no floating point, no refill step.
struct TokenBucket: Sendable {
  private let interval: Int64
  private let tolerance: Int64
  /// When the next packet would be due if all came evenly.
  private var due: Int64 = .min

  init(_ rate: Limits.Rate) {
    interval = 1_000_000_000 / max(1, rate.perSecond)
    tolerance = interval &* max(0, rate.burst &- 1)
  }

  /// Takes one token; false when there is none.
  mutating func take(at now: Instant) -> Bool {
    let t = min(now.nanoseconds, Int64.max / 2)
    if due < t { due = t }
    guard due &- t <= tolerance else { return false }
    due &+= interval
    return true
  }
}
