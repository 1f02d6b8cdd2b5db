// SPDX-License-Identifier: GPL-3.0-or-later
import Interfaces
import ProtocolKit

/// Which tunnels send keepalives, and which of them get no answers; at most one entry a tunnel.
///
/// One is sent each period, also while the line is down. When the next one is due and so many in a row as `retries` says were not
/// answered, the line goes down; any answer brings it up and begins the count anew. So it is down `retries` periods after the first
/// one that was lost.
struct KeepaliveTable: Sendable {
  private struct Entry: Sendable {
    var settings: TunnelKeepalive
    var unanswered = 0
    var isLost = false
  }

  /// How many tunnels are served in one turn: a packet each.
  static let timersPerTurn = 64

  private var entries: [InterfaceID: Entry] = [:]
  private var timers = TimerQueue<InterfaceID>()

  var nextDeadline: Instant? { timers.nextDeadline }

  /// Whether a tunnel's line is down because its end does not answer.
  func isLost(_ id: InterfaceID) -> Bool { entries[id]?.isLost ?? false }

  /// Begins, changes or (nil) ends a tunnel's keepalives. The first one goes out at once.
  mutating func set(_ id: InterfaceID, _ settings: TunnelKeepalive?, at now: Instant) {
    guard entries[id]?.settings != settings else { return }
    guard let settings else {
      entries[id] = nil
      return timers.cancel(id)
    }
    entries[id, default: Entry(settings: settings)].settings = settings
    timers.set(id, at: now)
  }

  /// The tunnels that shall send one now, and whether a line went down.
  mutating func expire(at now: Instant) -> (sending: [InterfaceID], hasLost: Bool) {
    var sending: [InterfaceID] = [], hasLost = false
    while sending.count < Self.timersPerTurn, let id = timers.popDue(at: now) {
      guard var entry = entries[id] else { continue }
      if !entry.isLost, entry.unanswered >= entry.settings.retries { (entry.isLost, hasLost) = (true, true) }
      entry.unanswered = min(entry.unanswered + 1, entry.settings.retries)
      entries[id] = entry
      timers.set(id, at: now + .seconds(entry.settings.periodSeconds))
      sending.append(id)
    }
    return (sending, hasLost)
  }

  /// An answer came; true where that brings the line up.
  mutating func answered(_ id: InterfaceID) -> Bool {
    guard let entry = entries[id] else { return false }
    entries[id]?.unanswered = 0
    entries[id]?.isLost = false
    return entry.isLost
  }
}
