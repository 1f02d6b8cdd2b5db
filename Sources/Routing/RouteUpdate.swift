// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What a routing protocol tells the table. Between two updates of one turn the table is not read: their order matters only for one prefix.
public enum RouteUpdate: Sendable, Hashable {
  /// These are all paths the protocol has for the prefix now, best first, with one distance and metric; empty withdraws it.
  case paths(IPPrefix, RouteSource, [Route])
  /// All routes of the protocol are withdrawn (`no router …`, shutdown).
  case withdrawAll(RouteSource)
}

/// What the table tells a protocol that redistributes from another source: the chosen route of a prefix, below the shortcuts.
public enum RedistributionChange: Sendable, Hashable {
  /// The prefix is reached by this route of the source.
  case route(Route)
  /// It is no longer reached by the source.
  case gone(IPPrefix, RouteSource)
}

/// What a routing protocol must know of an interface it may run on.
public struct RoutingInterface: Sendable, Hashable {
  /// Which.
  public var id: InterfaceID
  /// The name of IOS (`Tunnel0`, `GigabitEthernet0/0`).
  public var name: String
  /// Whether packets can pass.
  public var isUp: Bool
  /// Whether it is a tunnel, and one with many peers.
  public var isTunnel: Bool, isMultipoint: Bool
  /// Our addresses on it with the length of their networks, primary first; IPv6 link-local ones last.
  public var addresses: [IPPrefixAddress]
  /// The largest packet in bytes.
  public var mtu: Int

  /// Describes an interface.
  public init(
    id: InterfaceID, name: String, isUp: Bool, isTunnel: Bool, isMultipoint: Bool, addresses: [IPPrefixAddress], mtu: Int
  ) {
    (self.id, self.name, self.isUp, self.isTunnel, self.isMultipoint) = (id, name, isUp, isTunnel, isMultipoint)
    (self.addresses, self.mtu) = (addresses, mtu)
  }
}

/// An address with the length of its network.
public struct IPPrefixAddress: Sendable, Hashable {
  /// The address itself.
  public var address: IPAddress
  /// The length of its network, in bits.
  public var length: Int
  /// Pairs an address with a length.
  public init(_ address: IPAddress, length: Int) { (self.address, self.length) = (address, length) }
  /// The network.
  public var network: IPPrefix { IPPrefix(address, length: length) }
}
