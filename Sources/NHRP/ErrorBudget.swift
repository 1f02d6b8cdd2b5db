// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// One error a second and peer, so that two nodes that dislike each other cannot storm; for a bounded number of peers at once.
struct ErrorBudget: Sendable {
  private var last: [IPAddress: Instant] = [:]
  private var lastSweep: Instant?

  /// Whether another error to or from `peer` is due at `now`.
  func isDue(_ peer: IPAddress, now: Instant) -> Bool {
    last[peer].map { now - $0 >= .seconds(1) / NHRPLimits.errorsPerSecond } ?? true
  }

  /// Whether one may be sent or noted now; notes that it is. Full of recent peers: no.
  mutating func permits(_ peer: IPAddress, now: Instant) -> Bool {
    guard isDue(peer, now: now) else { return false }
    if last[peer] == nil, last.count >= NHRPLimits.errorPeers {
      sweep(now)
      guard last.count < NHRPLimits.errorPeers else { return false }
    }
    last[peer] = now
    return true
  }

  /// Spoofed sources must not cost a walk a packet: at most one a second.
  private mutating func sweep(_ now: Instant) {
    if let lastSweep, now - lastSweep < .seconds(1) { return }
    lastSweep = now
    last = last.filter { now - $0.value < .seconds(1) }
  }
}
