// SPDX-License-Identifier: GPL-3.0-or-later

/// A line that names a list which is not there: legal and silent on IOS, and mostly a misspelling.
public struct UndefinedList: Sendable, Hashable {
  /// The section it stands in, as `RouteMapEntry.name`.
  public var entry: String
  /// The line's words before the name: `match ip address prefix-list`.
  public var line: String
  /// What is not there.
  public var list: String
}

extension PolicySettings {
  /// Whether there is an access-list of this name, of a family.
  public func hasAccessList(_ name: String, isV4: Bool = true) -> Bool {
    guard isV4 else { return ipv6Lists.contains { $0.name == name } }
    return standardLists.contains { $0.name == name } || extendedLists.contains { $0.name == name }
  }

  /// Whether there is a prefix-list of this name, of a family.
  public func hasPrefixList(_ name: String, isV4: Bool = true) -> Bool { (isV4 ? prefixLists : ipv6PrefixLists)[name] != nil }

  /// Whether there is a route-map of this name.
  public func hasRouteMap(_ name: String) -> Bool { routeMapEntries.contains { $0.map == name } }

  /// What route-maps name that is not there, in their order.
  public var undefinedLists: [UndefinedList] {
    routeMapEntries.flatMap { entry -> [UndefinedList] in
      let matches = entry.lists.flatMap { match in
        match.names.filter { !has($0, match.criterion) }.map {
          UndefinedList(entry: entry.name, line: "match \(PolicyCommands.words(match.criterion))", list: $0)
        }
      }
      guard let list = entry.changes.deletedCommunities, communityLists[list] == nil else { return matches }
      return matches + [UndefinedList(entry: entry.name, line: "set comm-list", list: list)]
    }
  }

  private func has(_ name: String, _ criterion: ListMatch.Criterion) -> Bool {
    switch criterion {
    case .asPath: asPathLists[name] != nil
    case .community: communityLists[name] != nil
    case .largeCommunity: largeCommunityLists[name] != nil
    case .address, .nextHop: hasAccessList(name)
    case .ipv6Address, .ipv6NextHop: hasAccessList(name, isV4: false)
    case .addressPrefixList, .nextHopPrefixList: hasPrefixList(name)
    case .ipv6AddressPrefixList, .ipv6NextHopPrefixList: hasPrefixList(name, isV4: false)
    }
  }
}
