// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// A link at work: its settings in nanoseconds and the two queues in front of it.
struct Link: Sendable {
  var settings: LinkSettings { didSet { measures = Measures(settings) } }
  var isUp = true
  /// The part of a partitioned internet that it reaches.
  var part = 0
  private var measures: Measures
  private var uplink = Line()
  private var downlink = Line()

  enum Direction { case up, down }

  /// What became of a packet.
  enum Outcome {
    case lost
    case queueFull
    case passes(at: Int64, copyAt: Int64?, isReordered: Bool)
  }

  init(_ settings: LinkSettings) { (self.settings, measures) = (settings, Measures(settings)) }

  /// The settings as the hot path wants them.
  private struct Measures: Sendable {
    var delay, jitter, reorderDelay, queueLimit: Int64
    var loss, duplication, reorder: UInt64
    var rate: Int64

    init(_ settings: LinkSettings) {
      func bounded(_ span: Duration) -> Int64 { min(max(0, span.nanoseconds), NetworkLimits.delayNanoseconds) }
      (delay, jitter) = (bounded(settings.delay), bounded(settings.jitter))
      (reorderDelay, queueLimit) = (bounded(settings.reorderDelay), bounded(settings.queueLimit))
      (loss, duplication) = (UInt64(settings.lossPerMillion), UInt64(settings.duplicationPerMillion))
      reorder = UInt64(settings.reorderPerMillion)
      rate = settings.rateBitsPerSecond.map { Int64(max(1, $0)) } ?? 0
    }
  }

  /// One direction's queue. Packets are put in when they are *sent*, so a far sender's packet can be put in before a near one's that is
  /// here earlier: the backlog drains with the latest arrival seen, and an earlier one waits behind the backlog, not behind its time.
  private struct Line: Sendable {
    var backlog: Int64 = 0
    var latest: Int64 = 0

    mutating func wait(bytes: Int, rate: Int64, at time: Int64, limit: Int64) -> Int64? {
      if time > latest {
        backlog = max(0, backlog &- (time &- latest))
        latest = time
      }
      let own = Int64(min(bytes, NetworkLimits.packetBytes)) &* 8_000_000_000 / rate
      guard backlog <= limit else { return nil }
      backlog &+= own
      return backlog
    }
  }

  /// Sends a packet along the link. A random number is drawn only for what the settings ask for.
  mutating func pass(_ direction: Direction, bytes: Int, at time: Int64, _ random: inout RandomSource) -> Outcome {
    if measures.loss > 0, random.below(1_000_000) < measures.loss { return .lost }
    var start = time
    if measures.rate > 0 {
      let wait =
        direction == .up
        ? uplink.wait(bytes: bytes, rate: measures.rate, at: time, limit: measures.queueLimit)
        : downlink.wait(bytes: bytes, rate: measures.rate, at: time, limit: measures.queueLimit)
      guard let wait else { return .queueFull }
      start = time &+ wait
    }
    let isReordered = measures.reorder > 0 && random.below(1_000_000) < measures.reorder
    let arrival = start &+ travel(&random) &+ (isReordered ? measures.reorderDelay : 0)
    let isDoubled = measures.duplication > 0 && random.below(1_000_000) < measures.duplication
    return .passes(at: arrival, copyAt: isDoubled ? start &+ travel(&random) : nil, isReordered: isReordered)
  }

  /// The time there and back without jitter.
  var roundTrip: Int64 { measures.delay &* 2 }

  private func travel(_ random: inout RandomSource) -> Int64 {
    measures.jitter == 0 ? measures.delay : measures.delay &+ Int64(random.below(UInt64(measures.jitter) &+ 1))
  }
}
