// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// What became of one probe.
public struct ProbeRecord: Sendable, Equatable {
  /// When it left its host.
  public internal(set) var sentAt: Instant
  /// When its first answer was back; nil while there is none.
  public var answeredAt: Instant? { answered == .max ? nil : Instant(nanoseconds: answered) }
  /// How many times the request crossed the underlay, as far as `FlowLedger.noteCrossing` was told: 1 is direct, 2 is by way of a hub.
  public internal(set) var requestCrossings: UInt8 = 0
  /// The same for the answer.
  public internal(set) var answerCrossings: UInt8 = 0
  /// Answers after the first.
  public internal(set) var duplicates: UInt16 = 0
  var answered: Int64 = .max

  init(sentAt: Instant) { self.sentAt = sentAt }

  /// Whether it is answered, and request and answer each crossed the underlay once.
  public var wentDirect: Bool { answered != .max && requestCrossings == 1 && answerCrossings == 1 }
}

/// The account of a flow.
public struct FlowReport: Sendable, Equatable {
  /// The flow.
  public var id: FlowID
  /// What was asked for.
  public var spec: FlowSpec
  /// Packets sent so far.
  public var sent = 0
  /// Packets answered, each counted once.
  public var answered = 0
  /// Packets that had their time and no answer.
  public var lost = 0
  /// Packets whose answer may still come.
  public var pending = 0
  /// Answers to packets that were answered already.
  public var duplicates = 0
  /// ICMP errors about its packets.
  public var errors = 0
  /// Requests that crossed the underlay once, and more often.
  public var requestsDirect = 0, requestsRelayed = 0
  /// Answers that crossed the underlay once, and more often.
  public var answersDirect = 0, answersRelayed = 0
  /// When the first packet left.
  public var firstSent: Instant?
  /// When the first answer was back.
  public var firstAnswer: Instant?
  /// When the first packet left that went and was answered without a hub.
  public var firstDirect: Instant?
  /// The shortest round trip.
  public var rttMin: Duration?
  /// The longest round trip.
  public var rttMax: Duration?
  /// The mean round trip.
  public var rttMean: Duration?

  init(id: FlowID, spec: FlowSpec) { (self.id, self.spec) = (id, spec) }
}

/// The account of all flows, kept in O(1).
public struct FlowTotals: Sendable, Equatable {
  /// Flows opened.
  public internal(set) var flows = 0
  /// Packets sent.
  public internal(set) var sent = 0
  /// Packets answered, each counted once.
  public internal(set) var answered = 0
  /// Further answers.
  public internal(set) var duplicates = 0
  /// ICMP errors about packets of flows.
  public internal(set) var errors = 0
  /// Answers to packets of flows that are not remembered any more, or that nobody sent.
  public internal(set) var strays = 0

  /// Packets without an answer, those still under way included.
  public var unanswered: Int { sent - answered }
}
