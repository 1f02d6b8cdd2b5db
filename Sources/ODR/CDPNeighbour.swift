// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// A neighbour on a tunnel. Its NBMA address is no part of it: peers move, and several may have one behind NAT.
struct CDPNeighbourKey: Hashable, Comparable, Sendable {
  var interface: InterfaceID
  var deviceID: String
  var address: IPAddress

  static func < (a: CDPNeighbourKey, b: CDPNeighbourKey) -> Bool {
    if a.interface != b.interface { return a.interface < b.interface }
    return a.deviceID != b.deviceID ? a.deviceID < b.deviceID : a.address < b.address
  }
}

/// Where packets come from, as the packet path knows it and whatever they say: the protected peer, elsewhere the NBMA address.
struct CDPSender: Hashable, Sendable {
  let interface: InterfaceID
  let peer: ProtectionID
  let nbma: IPAddress

  /// A protected peer keeps its name where its address changes.
  init(_ interface: InterfaceID, _ peer: ProtectionID, at nbma: IPAddress) {
    (self.interface, self.peer, self.nbma) = (interface, peer, peer == .none ? nbma : .anyV4)
  }
}

/// What a neighbour said of itself.
struct CDPNeighbour: Sendable {
  var packet: CDPPacket
  var sender: CDPSender
  var nbma: IPAddress
  var heard: Instant, since: Instant
  /// The networks taken from it.
  var prefixes: [IPPrefix] = []

  /// When it is forgotten.
  var expires: Instant { heard + .seconds(Int64(packet.holdTimeSeconds)) }
}

/// An interface that CDP runs on.
struct CDPInterface: Sendable {
  var link: RoutingInterface
  /// Packets sent since it began.
  var sent: UInt64 = 0
  /// When the next one is due.
  var next: Instant = .start
}
