// SPDX-License-Identifier: GPL-3.0-or-later

/// Slow start, congestion avoidance, fast retransmit and fast recovery (RFC 5681, RFC 6582), in bytes.
struct CongestionWindow: Sendable {
  /// What an acknowledgement asks for.
  enum Action: Sendable, Equatable {
    case none
    /// Send the first unacknowledged segment again.
    case retransmit
  }

  private(set) var bytes: Int
  private var threshold = Int.max / 2
  private var segmentBytes: Int
  private var duplicates = 0
  /// Where sending stood when the last loss was noticed: recovery ends, and the next may begin, when all before is acknowledged.
  private var recovery: SequenceNumber
  private(set) var isRecovering = false

  init(segmentBytes: Int, first: SequenceNumber) {
    self.segmentBytes = segmentBytes
    bytes = segmentBytes * TCPDefaults.initialWindowSegments
    recovery = first
  }

  /// The segment size became known, or smaller.
  mutating func setSegmentBytes(_ count: Int) {
    if bytes == segmentBytes * TCPDefaults.initialWindowSegments { bytes = count * TCPDefaults.initialWindowSegments }
    segmentBytes = count
  }

  /// `count` new bytes up to `number` were acknowledged.
  mutating func acknowledged(_ count: Int, upTo number: SequenceNumber) -> Action {
    duplicates = 0
    guard isRecovering else {
      grow(by: count)
      return .none
    }
    guard number.precedes(recovery) else {
      isRecovering = false
      bytes = threshold
      return .none
    }
    // A partial acknowledgement: the next hole begins here (RFC 6582 §3.2 step 3).
    bytes = max(segmentBytes, bytes - count + min(count, segmentBytes))
    return .retransmit
  }

  /// Appropriate byte counting (RFC 3465) with a limit of two segments in slow start: acknowledgements are delayed.
  private mutating func grow(by count: Int) {
    if bytes < threshold {
      bytes = min(bytes + min(count, 2 * segmentBytes), TCPLimits.sendBufferBytes)
    } else {
      bytes = min(bytes + max(1, segmentBytes * segmentBytes / max(1, bytes)), TCPLimits.sendBufferBytes)
    }
  }

  /// A duplicate came while `inFlight` bytes up to `sent` are under way.
  mutating func duplicated(acknowledged number: SequenceNumber, inFlight: Int, sent: SequenceNumber) -> Action {
    if isRecovering {
      bytes = min(bytes + segmentBytes, TCPLimits.sendBufferBytes)
      return .none
    }
    duplicates += 1
    guard duplicates == 3, !number.precedes(recovery) else { return .none }
    halve(inFlight)
    bytes = threshold + 3 * segmentBytes
    (recovery, isRecovering) = (sent, true)
    return .retransmit
  }

  /// The retransmission timer ran out (RFC 5681 §3.1).
  mutating func timedOut(inFlight: Int, sent: SequenceNumber) {
    halve(inFlight)
    bytes = segmentBytes
    (recovery, isRecovering, duplicates) = (sent, false, 0)
  }

  private mutating func halve(_ inFlight: Int) { threshold = max(inFlight / 2, 2 * segmentBytes) }
}
