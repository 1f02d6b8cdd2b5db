// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// All lists, route-maps and key chains of a node, as the configuration names them, and what they say of a route.
///
/// Everything here is a pure function of these settings and its arguments. Protocols hold a copy of the settings, which shares its storage
/// with the configuration's, and get a new one with each change.
///
///     lines ──▶ PolicySettings ──▶ permits(prefixList:), permits(accessList:), permits(asPathList:)   one list, one route
///                              ──▶ apply(routeMap:to:), routeMap(_:)                                  PolicyRoute in and out
///                              ──▶ permits(filters, …), offset(offsets, …)                            distribute-list, offset-list
///                              ──▶ keyChain(_:)                                                       keys by wall-clock time
///
/// Where the configuration names a list that is not there: prefix-lists, access-lists and AS path lists permit everything, community lists
/// match nothing, a route-map denies everything. So it is on IOS, and the validation of the configuration warns of it.
public struct PolicySettings: Sendable, Equatable {
  /// `ip prefix-list`
  public internal(set) var prefixLists = NamedList<PrefixList>()
  /// `ipv6 prefix-list`
  public internal(set) var ipv6PrefixLists = NamedList<PrefixList>()
  /// `access-list 1–99`, `ip access-list standard`, by name.
  public internal(set) var standardLists: [AccessList<StandardRule>] = []
  /// `access-list 100–199`, `ip access-list extended`, by name.
  public internal(set) var extendedLists: [AccessList<ExtendedRule>] = []
  /// `ipv6 access-list`, by name.
  public internal(set) var ipv6Lists: [AccessList<IPv6Rule>] = []
  /// `ip as-path access-list`
  public internal(set) var asPathLists = NamedList<ASPathList>()
  /// `ip community-list`
  public internal(set) var communityLists = NamedList<CommunityList<UInt32>>()
  /// `ip large-community-list`
  public internal(set) var largeCommunityLists = NamedList<CommunityList<LargeCommunity>>()
  /// `ip bgp-community new-format`: communities are shown, and matched by expressions, as `AA:NN`.
  public internal(set) var usesNewCommunityFormat = false
  /// All entries of all route-maps, by name and number.
  public internal(set) var routeMapEntries: [RouteMapEntry] = []
  /// `key chain`, by name.
  public internal(set) var keyChains: [KeyChain] = []

  /// Nothing configured.
  public init() {}
}

extension PolicySettings {
  /// Whether a prefix-list of the prefix's family permits it.
  public func permits(prefixList name: String, _ prefix: IPPrefix) -> Bool {
    (prefix.address.isV4 ? prefixLists : ipv6PrefixLists)[name]?.permits(prefix) ?? true
  }

  /// Whether an access-list of the prefix's family permits it.
  public func permits(accessList name: String, _ prefix: IPPrefix) -> Bool {
    guard prefix.address.isV4 else { return ipv6Lists.first { $0.name == name }?.permits(prefix) ?? true }
    if let list = standardLists.first(where: { $0.name == name }) { return list.permits(prefix) }
    return extendedLists.first { $0.name == name }?.permits(prefix) ?? true
  }

  /// Whether an AS path list permits a path, given as `ASPathSegment.text` makes it.
  public func permits(asPathList name: String, _ path: String) -> Bool { asPathLists[name]?.permits(path) ?? true }

  /// Whether an AS path list permits a path.
  public func permits(asPathList name: String, _ path: [ASPathSegment]) -> Bool {
    permits(asPathList: name, ASPathSegment.text(path))
  }

  /// Changes `route` as a route-map says; false where it denies, or is not there. See `RouteMap.apply(to:)`.
  public func apply(routeMap name: String, to route: inout PolicyRoute) -> Bool {
    routeMap(name).apply(to: &route)
  }

  /// The route-map called `name`, to be kept by who has many routes; without entries, where there is none, it denies everything.
  public func routeMap(_ name: String) -> RouteMap {
    // Entries stand in the order of their names.
    var (low, high) = (0, routeMapEntries.count)
    while low < high {
      let middle = (low + high) / 2
      if NameOrder.precedes(routeMapEntries[middle].map, name) { low = middle + 1 } else { high = middle }
    }
    return RouteMap(entries: Array(routeMapEntries[low...].prefix { $0.map == name }), settings: self)
  }

  /// The key chain called `name`.
  public func keyChain(_ name: String) -> KeyChain? { keyChains.first { $0.name == name } }

  /// Communities as they are shown, ascending.
  public func text(communities: [UInt32]) -> String {
    communities.sorted().map { CommunityText.text($0, isNewFormat: usesNewCommunityFormat) }.joined(separator: " ")
  }
}
