// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A reply this node gave or relayed: who must be told when the mapping goes away (RFC 2332 §5.2.5).
struct GivenAnswer: Sendable, Hashable {
  var requester: IPAddress
  var prefix: IPPrefix
  var responder: IPAddress
}

/// The answers given on one interface, by responder, bounded. A full table takes nothing new until old answers run out.
struct GivenAnswers: Sendable {
  private var expiry: [IPAddress: [GivenAnswer: Instant]] = [:]
  private(set) var count = 0
  private var lastSweep: Instant?

  /// Remembers an answer; false when there is no room.
  mutating func remember(_ answer: GivenAnswer, until: Instant, now: Instant) -> Bool {
    if expiry[answer.responder]?[answer] == nil {
      if count >= NHRPLimits.answers { sweep(now) }
      guard count < NHRPLimits.answers else { return false }
      count += 1
    }
    expiry[answer.responder, default: [:]][answer] = until
    return true
  }

  /// Takes out the live answers through `responder` that match, in a fixed order.
  mutating func take(through responder: IPAddress, now: Instant, where matches: (GivenAnswer) -> Bool = { _ in true }) -> [GivenAnswer] {
    guard var all = expiry.removeValue(forKey: responder) else { return [] }
    let found = all.filter { matches($0.key) }
    for a in found.keys { all[a] = nil }
    count -= found.count
    if !all.isEmpty { expiry[responder] = all }
    return found.filter { $0.value > now }.map(\.key)
      .sorted { ($0.requester, $0.prefix, $0.responder) < ($1.requester, $1.prefix, $1.responder) }
  }

  /// At most once a second: a table full of live answers must not cost a walk a packet.
  private mutating func sweep(_ now: Instant) {
    if let lastSweep, now - lastSweep < .seconds(1) { return }
    lastSweep = now
    expiry = expiry.mapValues { $0.filter { $0.value > now } }.filter { !$0.value.isEmpty }
    count = expiry.values.reduce(0) { $0 + $1.count }
  }
}
