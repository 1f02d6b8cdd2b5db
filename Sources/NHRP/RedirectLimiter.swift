// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// When a pair of hosts may be redirected again.
///
/// One redirect per peer, pair and timeout. While a pair keeps coming through the hub unanswered the pause doubles, up to five
/// minutes; a pair that went away (its shortcut formed) or whose peer registered anew starts from the beginning.
///
/// Pairs stand in two generations: one that is seen moves to the young one; when that is half of the limit, the old one is
/// forgotten and the young one becomes old. So a flood of pairs costs the same per packet as one.
struct RedirectLimiter: Sendable {
  /// Two hosts, and the peer behind which the first one is.
  struct Pair: Hashable, Sendable {
    var peer: IPAddress
    var source: IPAddress
    var destination: IPAddress
  }

  private struct State: Sendable {
    var lastSent: Instant
    var lastSeen: Instant
    var unanswered: Int
    /// Which registration of the peer it belongs to.
    var life: UInt64
  }

  /// A pair not seen for this long has found another way.
  private static let goneAfter = Duration.seconds(3)
  private static let longestPause = Duration.seconds(300)

  private var young: [Pair: State] = [:]
  private var old: [Pair: State] = [:]
  /// How often a peer registered anew: what was noted of its pairs in an earlier life is void.
  private var lives: [IPAddress: UInt64] = [:]
  var count: Int { young.count + old.count }

  /// Whether a redirect may be sent for `pair` now; notes that it is.
  mutating func permits(_ pair: Pair, pause: Duration, now: Instant) -> Bool {
    guard var s = state(of: pair) else {
      keep(State(lastSent: now, lastSeen: now, unanswered: 0, life: lives[pair.peer] ?? 0), for: pair)
      return true
    }
    let isBack = now - s.lastSeen > RedirectLimiter.goneAfter
    if isBack { s.unanswered = 0 }
    s.lastSeen = now
    let factor = 1 << min(s.unanswered, 6)
    let allowed = now - s.lastSent >= min(pause * factor, RedirectLimiter.longestPause)
    if allowed {
      s.lastSent = now
      s.unanswered += isBack ? 0 : 1
    }
    keep(s, for: pair)
    return allowed
  }

  /// Forgets every pair that `prefix` is part of. Costs a walk over the pairs: only for what was really taken back.
  mutating func reset(involving prefix: IPPrefix) {
    func isApart(_ pair: Pair) -> Bool { !prefix.contains(pair.source) && !prefix.contains(pair.destination) }
    young = young.filter { isApart($0.key) }
    old = old.filter { isApart($0.key) }
  }

  /// Forgets every pair behind `peer`, which has just registered.
  mutating func reset(peer: IPAddress) {
    guard count > 0 else { return }
    if lives.count >= NHRPLimits.redirectPairs { lives.removeAll() }
    lives[peer, default: 0] += 1
  }

  private func state(of pair: Pair) -> State? {
    guard let s = young[pair] ?? old[pair] else { return nil }
    return s.life == lives[pair.peer] ?? 0 ? s : nil
  }

  private mutating func keep(_ state: State, for pair: Pair) {
    if young[pair] == nil, young.count >= NHRPLimits.redirectPairs / 2 { (old, young) = (young, [:]) }
    young[pair] = state
    old[pair] = nil
  }
}
