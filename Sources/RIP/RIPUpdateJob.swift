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

/// An update under way: to one destination, some networks at a time.
struct RIPUpdateJob: Sendable {
  let interface: InterfaceID
  let destination: RIPDestination
  /// The version its messages have.
  let version: Int
  /// The networks to tell of, ascending; those that are gone meanwhile are left out.
  let prefixes: [IPPrefix]
  /// Whether it tells everything.
  let isWhole: Bool
  /// The summaries to tell of, which come first; filled when the update begins.
  var summaries: [IPPrefix] = []
  /// How many of both were looked at.
  var position = 0

  init(interface: InterfaceID, destination: RIPDestination, version: Int, prefixes: [IPPrefix], isWhole: Bool) {
    (self.interface, self.destination, self.version) = (interface, destination, version)
    (self.prefixes, self.isWhole) = (prefixes, isWhole)
  }

  var isDone: Bool { position >= summaries.count + prefixes.count }

  /// Whether this one tells all that `other` would, to the same, and has not begun.
  func covers(_ other: RIPUpdateJob) -> Bool {
    position == 0 && isWhole && interface == other.interface && destination == other.destination && version == other.version
  }
}
