// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A router whose messages were taken.
struct RIPNeighbour: Sendable {
  /// When its last response came, and its first.
  var heard: Instant, since: Instant
  /// The version of its last response.
  var version: UInt8 = 2
  /// Networks with a path to it.
  var routeCount = 0
  /// Entries refused.
  var badEntries: UInt64 = 0
  /// The last sequence number by key, the key heard of last in front (RFC 4822 §2.2).
  var sequences: [(key: UInt8, sequence: UInt32)] = []

  init(at now: Instant) { (heard, since) = (now, now) }

  /// Whether a message with this sequence may be taken: the number never falls.
  func allows(_ sequence: UInt32, key: UInt8) -> Bool {
    sequence >= sequences.first { $0.key == key }?.sequence ?? 0
  }

  /// Remembers it; of more keys than there is room for, the one not heard of for longest is forgotten.
  mutating func note(_ sequence: UInt32, key: UInt8) {
    sequences.removeAll { $0.key == key }
    sequences.insert((key, sequence), at: 0)
    if sequences.count > RIPLimits.keysPerNeighbour { sequences.removeLast() }
  }
}

/// What was counted since the engine began.
public struct RIPTraffic: Sendable, Equatable {
  /// Messages sent: requests, responses, triggered updates among these.
  public var requestsSent: UInt64 = 0, responsesSent: UInt64 = 0, triggeredUpdates: UInt64 = 0
  /// Messages taken.
  public var requestsReceived: UInt64 = 0, responsesReceived: UInt64 = 0
  /// Datagrams that were no messages, by what was wrong.
  public var malformed: [RIPDecodeError: UInt64] = [:]
  /// Messages not taken, by reason.
  public var refused: [RIPRefusal: UInt64] = [:]
  /// Entries not taken, by reason.
  public var refusedEntries: [RIPEntryRefusal: UInt64] = [:]
  /// Updates and answers not begun because too many were under way.
  public var droppedUpdates: UInt64 = 0

  /// Nothing yet.
  public init() {}

  mutating func refuse(_ reason: RIPRefusal) { refused[reason, default: 0] &+= 1 }
}
