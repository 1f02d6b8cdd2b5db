// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A question under way: "who serves this address?" (RFC 2332 §5.2.1).
struct PendingResolution: Sendable {
  /// The address asked for.
  var target: IPAddress
  /// The id every try carries; a reply must bring it back.
  var requestID: UInt32
  /// Requests sent.
  var tries: Int
  /// When the first was sent.
  var started: Instant
  /// The record of what led to it (a redirect, a missing adjacency, a refresh).
  var cause: EventID
  /// The record of the last request.
  var sentRecord: EventID
  /// Where the request was sent; the reply may come from there or from the answering peer itself.
  var askedNBMA: IPAddress
  /// Whether it renews a shortcut in use.
  var isRefresh: Bool
  /// Whether only the next hop itself is wanted (phase 2), not a network behind it.
  var isNextHop: Bool

  /// Seconds until the next try: 2, 4, 8, 16.
  static func retrySeconds(after tries: Int) -> Int { 2 << min(max(tries - 1, 0), 4) }
}

/// A reply this node gave or relayed: who must be told when the mapping goes away (RFC 2332 §5.2.5).
struct GivenAnswer: Sendable, Hashable {
  var requester: IPAddress
  var prefix: IPPrefix
  var responder: IPAddress
}

/// The answers given on one interface, bounded; the oldest give way.
struct GivenAnswers: Sendable {
  private var expiry: [GivenAnswer: Instant] = [:]
  var count: Int { expiry.count }

  mutating func remember(_ answer: GivenAnswer, until: Instant, now: Instant) {
    if expiry.count >= NHRPLimits.answers { expiry = expiry.filter { $0.value > now } }
    guard expiry.count < NHRPLimits.answers else { return }
    expiry[answer] = until
  }

  /// Takes out the live answers that match, in a fixed order.
  mutating func take(now: Instant, where matches: (GivenAnswer) -> Bool) -> [GivenAnswer] {
    let found = expiry.filter { matches($0.key) }
    for a in found.keys { expiry[a] = nil }
    return found.filter { $0.value > now }.map(\.key)
      .sorted { ($0.requester, $0.prefix, $0.responder) < ($1.requester, $1.prefix, $1.responder) }
  }
}
