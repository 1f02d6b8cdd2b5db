// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// A way to a network.
struct ODRHop: Hashable, Comparable, Sendable {
  var interface: InterfaceID
  var address: IPAddress
  static func < (a: ODRHop, b: ODRHop) -> Bool { a.interface != b.interface ? a.interface < b.interface : a.address < b.address }
}

/// One path of a network.
struct ODRPath: Sendable {
  var hop: ODRHop
  /// When a packet last told of it, and since when it is there.
  var heard: Instant, since: Instant
  /// Whether it was not heard of for too long; it stays until it is flushed, and is not used.
  var isInvalid = false
}

/// A network that stubs, or on a stub the hubs, told of.
struct ODRRoute: Sendable {
  /// By hop.
  var paths: [ODRPath] = []
  /// Until when no other path is taken.
  var heldUntil: Instant?
  /// What the RIB was last told.
  var published: [Route] = []
  /// Its age begins anew (`clear ip route`).
  var isCleared = false

  var isUsable: Bool { paths.contains { !$0.isInvalid } }
}
