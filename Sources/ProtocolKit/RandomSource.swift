// SPDX-License-Identifier: GPL-3.0-or-later

/// Deterministic randomness for jitter and request ids (never for keys): SplitMix64.
/// One stream per engine, split from the node's seed, so that one engine's draws do not move another's.
public struct RandomSource: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts a stream from `seed`.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A stream of its own, named by `label`; the same seed and label give the same stream.
  public func split(_ label: StaticString) -> RandomSource {
    var h = state ^ 0xcbf2_9ce4_8422_2325
    label.withUTF8Buffer { for b in $0 { h = (h ^ UInt64(b)) &* 0x100_0000_01b3 } }
    return RandomSource(seed: h)
  }

  /// A whole number below `bound`; 0 where `bound` is 0. The bias is under bound/2⁶⁴.
  public mutating func below(_ bound: UInt64) -> UInt64 {
    bound == 0 ? 0 : next().multipliedFullWidth(by: bound).high
  }

  /// `span` made up to `percent` shorter, as RFCs ask of periodic timers.
  public mutating func jittered(_ span: Duration, percent: UInt64) -> Duration {
    let n = UInt64(max(0, span.nanoseconds))
    return .nanoseconds(Int64(n - below(n / 100 * percent + 1)))
  }
}
