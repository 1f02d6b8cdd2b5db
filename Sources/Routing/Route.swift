// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// One route as a source offers it. Several may be offered for a prefix; the table chooses.
public struct Route: Sendable, Hashable {
  /// The network.
  public var prefix: IPPrefix
  /// Who offers it.
  public var source: RouteSource
  /// The administrative distance; 255 is never chosen.
  public var distance: UInt8
  /// Compared among routes of one distance.
  public var metric: UInt32
  /// The next hop; nil for "on the interface itself".
  public var nextHop: IPAddress?
  /// The outgoing interface; nil where the next hop is looked up in the table (a recursive route).
  public var interface: InterfaceID?
  /// When it was installed.
  public var installed: Instant
  /// The operator's mark.
  public var tag: UInt32
  /// Whether packets are dropped (`Null0`).
  public var isDiscard: Bool

  /// Makes a route; `distance` is the source's own unless given.
  public init(
    prefix: IPPrefix, source: RouteSource, distance: UInt8? = nil, metric: UInt32 = 0, nextHop: IPAddress? = nil,
    interface: InterfaceID? = nil, installed: Instant = .start, tag: UInt32 = 0, isDiscard: Bool = false
  ) {
    (self.prefix, self.source, self.distance) = (prefix, source, distance ?? source.administrativeDistance)
    (self.metric, self.nextHop, self.interface) = (metric, nextHop, interface)
    (self.installed, self.tag, self.isDiscard) = (installed, tag, isDiscard)
  }

  /// Whether the outgoing interface has to be found by looking up the next hop.
  public var isRecursive: Bool { interface == nil && nextHop != nil && !isDiscard }

  /// Whether this one wins over `other`, both being eligible: distance, metric, next hop; then source and interface, for a total order.
  public func isPreferred(over other: Route) -> Bool {
    if distance != other.distance { return distance < other.distance }
    if metric != other.metric { return metric < other.metric }
    if nextHop != other.nextHop { return Route.isBefore(nextHop, other.nextHop) }
    if source != other.source { return source.rawValue < other.source.rawValue }
    return Route.isBefore(interface, other.interface)
  }

  /// Whether the two are the same offer, of which the later replaces the earlier.
  func isSameOffer(as other: Route) -> Bool {
    prefix == other.prefix && source == other.source && nextHop == other.nextHop && interface == other.interface
  }

  private static func isBefore<T: Comparable>(_ a: T?, _ b: T?) -> Bool {
    guard let b else { return false }
    guard let a else { return true }
    return a < b
  }
}

/// A next hop NHRP puts in the place of a route's own, for forwarding only (NHO, `%` in `show ip route`).
public struct NextHopOverride: Sendable, Hashable {
  /// The peer's tunnel address.
  public var nextHop: IPAddress
  /// The tunnel.
  public var interface: InterfaceID
  /// Since when.
  public var since: Instant

  /// Makes an override.
  public init(nextHop: IPAddress, interface: InterfaceID, since: Instant) {
    (self.nextHop, self.interface, self.since) = (nextHop, interface, since)
  }
}

/// A chosen route, with what the table found out about it.
public struct RouteEntry: Sendable, Hashable {
  /// The chosen route.
  public var route: Route
  /// Where it leaves; nil only for a discard route.
  public var resolvedInterface: InterfaceID?
  /// The next hop on that interface; nil when the destination itself is on it.
  public var resolvedNextHop: IPAddress?
  /// The override in force; a dormant one is not shown.
  public var override: NextHopOverride?
  /// How many routes are offered for the prefix, eligible or not.
  public var candidateCount: Int
  /// Where there are several ways of equal cost: all of them, the chosen route's first. Else empty.
  public var equalPaths: [RoutePath] = []

  /// Makes an entry.
  public init(
    route: Route, resolvedInterface: InterfaceID?, resolvedNextHop: IPAddress?, override: NextHopOverride? = nil, candidateCount: Int = 1
  ) {
    (self.route, self.resolvedInterface, self.resolvedNextHop) = (route, resolvedInterface, resolvedNextHop)
    (self.override, self.candidateCount) = (override, candidateCount)
  }
}

/// One of several ways of equal cost.
public struct RoutePath: Sendable, Hashable {
  /// The route that offers it.
  public var route: Route
  /// Where it leaves.
  public var resolvedInterface: InterfaceID
  /// The next hop on that interface; nil when the destination itself is on it.
  public var resolvedNextHop: IPAddress?

  /// Makes a way.
  public init(route: Route, resolvedInterface: InterfaceID, resolvedNextHop: IPAddress?) {
    (self.route, self.resolvedInterface, self.resolvedNextHop) = (route, resolvedInterface, resolvedNextHop)
  }
}

/// One change the FIB must follow; complete in itself.
public struct ForwardingChange: Sendable, Equatable {
  /// The network.
  public var prefix: IPPrefix
  /// Where its packets go from now on; nil withdraws the entry.
  public var action: ForwardingAction?
  /// The route behind the action; nil when withdrawn.
  public var route: Route?
  /// The next hop of the override in force.
  public var overriding: IPAddress?
  /// How the host reaches the network from now on, and how it did before, where that is for us to say.
  public var hostWay: HostWay?, formerHostWay: HostWay?

  /// Makes a change.
  public init(prefix: IPPrefix, action: ForwardingAction?, route: Route?, overriding: IPAddress?) {
    (self.prefix, self.action, self.route, self.overriding) = (prefix, action, route, overriding)
  }
}

/// How the host's own stack reaches a network by a route of ours.
public struct HostWay: Sendable, Hashable {
  /// A tunnel, or an interface of the host.
  public var interface: InterfaceID
  /// The router on an interface of the host; nil into a tunnel, and where the destinations are on the link.
  public var gateway: IPAddress?

  /// Makes a way.
  public init(interface: InterfaceID, gateway: IPAddress?) { (self.interface, self.gateway) = (interface, gateway) }
}
