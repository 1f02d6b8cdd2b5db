// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// When a pair of hosts may be redirected again.
///
/// One redirect per pair and timeout. While a pair keeps coming through the hub unanswered the pause doubles, up to five minutes;
/// a pair that went away (its shortcut formed) or whose peer registered anew starts from the beginning.
struct RedirectLimiter: Sendable {
  struct Pair: Hashable, Sendable {
    var source: IPAddress
    var destination: IPAddress
  }

  private struct State: Sendable {
    var lastSent: Instant
    var lastSeen: Instant
    var unanswered: Int
  }

  /// A pair not seen for this long has found another way.
  private static let goneAfter = Duration.seconds(3)
  private static let longestPause = Duration.seconds(300)

  private var states: [Pair: State] = [:]
  private(set) var suppressed: UInt64 = 0
  var count: Int { states.count }

  /// Whether a redirect may be sent for `pair` now; notes that it is.
  mutating func permits(_ pair: Pair, pause: Duration, now: Instant) -> Bool {
    guard var s = states[pair] else {
      makeRoom(now: now)
      states[pair] = State(lastSent: now, lastSeen: now, unanswered: 0)
      return true
    }
    if now - s.lastSeen > RedirectLimiter.goneAfter { s.unanswered = 0 }
    s.lastSeen = now
    let factor = 1 << min(s.unanswered, 6)
    let allowed = now - s.lastSent >= min(pause * factor, RedirectLimiter.longestPause)
    if allowed {
      s.lastSent = now
      s.unanswered += 1
    } else {
      suppressed &+= 1
    }
    states[pair] = s
    return allowed
  }

  /// Forgets every pair that `prefix` is part of.
  mutating func reset(involving prefix: IPPrefix) {
    states = states.filter { !prefix.contains($0.key.source) && !prefix.contains($0.key.destination) }
  }

  private mutating func makeRoom(now: Instant) {
    guard states.count >= NHRPLimits.redirectPairs else { return }
    states = states.filter { now - $0.value.lastSeen <= RedirectLimiter.longestPause }
    guard states.count >= NHRPLimits.redirectPairs else { return }
    // Full of live pairs: the one seen longest ago goes, ties by address, so that runs repeat.
    let oldest = states.min { a, b in
      (a.value.lastSeen, a.key.source, a.key.destination) < (b.value.lastSeen, b.key.source, b.key.destination)
    }
    if let oldest { states[oldest.key] = nil }
  }
}
