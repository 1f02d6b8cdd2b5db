// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// An interface of the host.
public struct LinkRow: Sendable, Hashable {
  /// The kernel's number of it.
  public var index: UInt32
  /// Its name now; it may change.
  public var name: String
  /// Whether it is administratively up.
  public var isUp: Bool
  /// Whether it can carry packets: up, with carrier.
  public var isRunning: Bool
  /// Its largest packet in bytes.
  public var mtu: UInt32
  /// Whether it is a loopback interface.
  public var isLoopback: Bool
  /// Whether it has exactly one neighbor.
  public var isPointToPoint: Bool
  /// The kernel's word for what made it (`veth`, `gre`, `tun`); empty for plain hardware.
  public var kind: String

  /// Makes a row.
  public init(
    index: UInt32, name: String, isUp: Bool = false, isRunning: Bool = false, mtu: UInt32 = 0, isLoopback: Bool = false,
    isPointToPoint: Bool = false, kind: String = ""
  ) {
    (self.index, self.name, self.isUp, self.isRunning, self.mtu) = (index, name, isUp, isRunning, mtu)
    (self.isLoopback, self.isPointToPoint, self.kind) = (isLoopback, isPointToPoint, kind)
  }
}

/// An address of an interface.
public struct InterfaceAddress: Sendable, Hashable {
  /// The host's own address.
  public var address: IPAddress
  /// The length of the network it is in.
  public var prefixLength: Int

  /// Makes an interface's address.
  public init(_ address: IPAddress, prefixLength: Int) { (self.address, self.prefixLength) = (address, prefixLength) }

  /// The connected network.
  public var prefix: IPPrefix { IPPrefix(address, length: prefixLength) }
}

/// A route of the kernel: what it says and, in a request, what it shall say.
public struct KernelRoute: Sendable, Hashable {
  /// What happens to a packet (RTN_*).
  public enum Kind: UInt8, Sendable {
    /// Sent to the gateway or onto the link.
    case unicast = 1
    /// Dropped in silence.
    case blackhole = 6
    /// Answered with host unreachable.
    case unreachable = 7
    /// Answered with administratively prohibited.
    case prohibit = 8
  }

  /// Our number in `rtm_protocol`: the routes that this program made, and may remove.
  public static let ownProtocol: UInt8 = 210
  /// The number of the main table.
  public static let mainTable: UInt32 = 254

  /// The destinations.
  public var prefix: IPPrefix
  /// The next hop; nil when the destinations are on the link themselves.
  public var gateway: IPAddress?
  /// The outgoing interface's index; 0 for none.
  public var interfaceIndex: UInt32
  /// Who made it (`rtm_protocol`).
  public var protocolNumber: UInt8
  /// The priority; the lowest wins.
  public var metric: UInt32
  /// The routing table.
  public var table: UInt32
  /// What happens to a packet.
  public var kind: Kind
  /// The source address of the host's own packets; nil leaves the choice to the kernel.
  public var preferredSource: IPAddress?
  /// Whether the gateway is on the link though no connected network holds it.
  public var isGatewayOnLink: Bool

  /// Makes a route, ours and in the main table unless said otherwise.
  public init(
    prefix: IPPrefix, gateway: IPAddress? = nil, interfaceIndex: UInt32 = 0, metric: UInt32 = 0,
    protocolNumber: UInt8 = KernelRoute.ownProtocol, table: UInt32 = KernelRoute.mainTable, kind: Kind = .unicast,
    preferredSource: IPAddress? = nil, isGatewayOnLink: Bool = false
  ) {
    (self.prefix, self.gateway, self.interfaceIndex, self.metric) = (prefix, gateway, interfaceIndex, metric)
    (self.protocolNumber, self.table, self.kind) = (protocolNumber, table, kind)
    (self.preferredSource, self.isGatewayOnLink) = (preferredSource, isGatewayOnLink)
  }
}

/// What the kernel reports about links, addresses and routes.
public enum LinkEvent: Sendable, Equatable {
  /// A link is there, or changed (name, up, running, mtu).
  case link(LinkRow)
  /// A link is gone.
  case linkGone(index: UInt32, name: String)
  /// A link got or lost an address.
  case address(index: UInt32, InterfaceAddress, added: Bool)
  /// A route of the main table came (or changed) or went. A route with several next hops is several events.
  case route(KernelRoute, added: Bool)
  /// The routes with this prefix and metric are replaced by those that follow: forget the known ones.
  case routesReplaced(IPPrefix, metric: UInt32)
  /// Everything is about to be reported again: what does not come before `resyncEnded` is gone.
  case resyncBegan
  /// Everything has been reported.
  case resyncEnded
}
