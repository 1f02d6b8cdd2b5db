// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// How long to wait for an acknowledgement (RFC 6298), in nanoseconds.
struct RetransmissionTime: Sendable {
  /// SRTT and RTTVAR; nil before the first measurement.
  private var smoothed: Int64?
  private var variation: Int64 = 0
  private var base = TCPDefaults.initialTimeout.nanoseconds
  private var backOffs = 0

  /// The time to wait now, doubled for each time it ran out in vain (§5.5).
  var timeout: Duration {
    let most = TCPDefaults.timeoutAtMost.nanoseconds
    return .nanoseconds(min(most, base << Int64(min(backOffs, 16))))
  }

  /// A round trip of a segment that was sent once (§2, §3).
  mutating func measured(_ roundTrip: Duration) {
    let time = max(0, min(roundTrip.nanoseconds, TCPDefaults.timeoutAtMost.nanoseconds))
    if let old = smoothed {
      variation = (3 * variation + abs(old - time)) / 4
      smoothed = (7 * old + time) / 8
    } else {
      variation = time / 2
      smoothed = time
    }
    base = max(TCPDefaults.timeoutAtLeast.nanoseconds, (smoothed ?? time) + max(1_000_000, 4 * variation))
  }

  /// The timer ran out (§5.5).
  mutating func backOff() { backOffs = min(backOffs + 1, 16) }
  /// Something new was acknowledged: the time is the measured one again.
  mutating func progressed() { backOffs = 0 }
  /// The handshake's SYN was lost: three seconds until the first measurement (§5.7).
  mutating func lostHandshake() { if smoothed == nil { base = max(base, Duration.seconds(3).nanoseconds) } }
}
