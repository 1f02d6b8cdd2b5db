// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Which way routes go.
public enum RouteDirection: String, Sendable, Hashable, CaseIterable {
  /// Learned from others.
  case inbound = "in"
  /// Told to others.
  case outbound = "out"
}

/// One `distribute-list` of a protocol.
public struct DistributeList: Sendable, Hashable {
  /// What decides.
  public enum Filter: Sendable, Hashable {
    case accessList(String)
    /// `prefix P [gateway G]`: P is asked of the route, G of who told it.
    case prefixList(String?, gateway: String?)
    case routeMap(String)
  }

  /// What decides.
  public var filter: Filter
  /// Which way.
  public var direction: RouteDirection
  /// Only on this interface.
  public var interface: String?
  /// Only routes that were redistributed from this source, in the words of `PolicyRoute.source`; outbound.
  public var source: String?

  /// Makes a filter.
  public init(_ filter: Filter, _ direction: RouteDirection, interface: String? = nil, source: String? = nil) {
    (self.filter, self.direction, self.interface, self.source) = (filter, direction, interface, source)
  }
}

/// One `offset-list` of a protocol.
public struct OffsetList: Sendable, Hashable {
  /// The access-list that says which routes; nil (`0`) for all.
  public var accessList: String?
  /// Which way.
  public var direction: RouteDirection
  /// What is added to the metric.
  public var offset: UInt32
  /// Only on this interface.
  public var interface: String?

  /// Makes an offset.
  public init(accessList: String?, _ direction: RouteDirection, offset: UInt32, interface: String? = nil) {
    (self.accessList, self.direction, self.offset, self.interface) = (accessList, direction, offset, interface)
  }
}

extension PolicySettings {
  /// Whether all filters that mean this route, this way and this interface permit it. `gateway` is who told it, `source` who it was
  /// redistributed from. A route-map may change the route's metric and tag.
  public func permits(
    _ filters: [DistributeList], _ route: inout PolicyRoute, _ direction: RouteDirection, interface: String?, gateway: IPAddress? = nil
  ) -> Bool {
    for one in filters where one.direction == direction {
      if let only = one.interface, only != interface { continue }
      if let only = one.source, only != route.source { continue }
      guard permits(one.filter, &route, gateway) else { return false }
    }
    return true
  }

  private func permits(_ filter: DistributeList.Filter, _ route: inout PolicyRoute, _ gateway: IPAddress?) -> Bool {
    switch filter {
    case .accessList(let name): return permits(accessList: name, route.prefix)
    case .routeMap(let name): return apply(routeMap: name, to: &route)
    case .prefixList(let list, let gateways):
      if let list, !permits(prefixList: list, route.prefix) { return false }
      guard let gateways, let gateway else { return true }
      return permits(prefixList: gateways, IPPrefix(host: gateway))
    }
  }

  /// What is added to a route's metric: by the list of this interface, or else by one that names none, as on IOS.
  public func offset(_ lists: [OffsetList], _ prefix: IPPrefix, _ direction: RouteDirection, interface: String?) -> UInt32 {
    func first(_ wanted: String?) -> OffsetList? {
      lists.first { $0.direction == direction && $0.interface == wanted && ($0.accessList.map { permits(accessList: $0, prefix) } ?? true) }
    }
    return (interface.flatMap { first($0) } ?? first(nil))?.offset ?? 0
  }
}
