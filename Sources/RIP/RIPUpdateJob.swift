// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Where a message goes.
struct RIPDestination: Sendable, Hashable {
  var address: IPAddress
  var port: UInt16 = RIPNumbers.port

  /// Multicast stays on the link (RFC 2453 §4.5); who asks may be farther away.
  var ttl: UInt8 { address.isMulticast || address.isBroadcast ? 1 : 64 }
}

/// An update under way: to one destination, some networks at a time. It walks over its networks; those that a summary hides are not told
/// but counted into it, and the summaries are told at the end.
struct RIPUpdateJob: Sendable {
  let interface: InterfaceID
  var destination: RIPDestination
  /// The version its messages have.
  let version: Int
  /// Whether it tells everything.
  let isWhole: Bool
  /// Whether somebody asked for it: it waits behind updates.
  let isAnswer: Bool
  /// The networks to walk over, ascending; those that are gone meanwhile are passed over.
  var prefixes: [IPPrefix]
  /// Summaries all of whose parts are among the networks; where everything is told, all of them.
  var recounted: Set<IPPrefix> = []
  /// The lowest metric seen so far for each of these.
  var lowest: [IPPrefix: UInt32] = [:]
  /// The summaries to tell of; complete once the networks are passed.
  var summaries: Set<IPPrefix> = []
  /// What `summaries` became then.
  var ending: [IPPrefix]?
  /// How many networks, and then summaries, were passed.
  var position = 0

  init(
    interface: InterfaceID, destination: RIPDestination, version: Int, prefixes: [IPPrefix], isWhole: Bool, isAnswer: Bool = false
  ) {
    (self.interface, self.destination, self.version) = (interface, destination, version)
    (self.prefixes, self.isWhole, self.isAnswer) = (prefixes, isWhole, isAnswer)
  }

  /// Whether all networks were passed.
  var isAtEnding: Bool { position >= prefixes.count }
  var isDone: Bool { ending.map { position >= prefixes.count + $0.count } ?? false }

  /// Whether this one tells all that `other` would, to the same and no later, and has not begun.
  func covers(_ other: RIPUpdateJob) -> Bool {
    position == 0 && isWhole && (other.isAnswer || !isAnswer)
      && interface == other.interface && destination == other.destination && version == other.version
  }

  /// A part of a summary was passed, or changed while the update is under way.
  mutating func count(_ metric: UInt32, into summary: IPPrefix) {
    guard isWhole || recounted.contains(summary) else { return }
    lowest[summary] = min(lowest[summary] ?? RIPNumbers.infinity, metric)
  }
}
