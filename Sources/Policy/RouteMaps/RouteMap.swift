// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The entries of one route-map with the lists they ask: what a protocol keeps while it has many routes to judge.
public struct RouteMap: Sendable {
  /// Its entries by number.
  public let entries: [RouteMapEntry]
  private let settings: PolicySettings

  init(entries: [RouteMapEntry], settings: PolicySettings) { (self.entries, self.settings) = (entries, settings) }

  /// Changes `route` as the first entry that matches says; false where that denies, or none matches. A denied route is as it was.
  ///
  /// With `continue` further entries are asked about the route as it came; what they change is done at the end, in their order, as on IOS.
  /// A later entry that matches and denies has the last word; where none matches any more, the route is permitted.
  public func apply(to route: inout PolicyRoute) -> Bool {
    var matched: [Int] = []
    var at = 0
    var question = RouteQuestion(route: route, settings: settings)
    while at < entries.count {
      let entry = entries[at]
      guard question.matches(entry) else {
        at += 1
        continue
      }
      guard entry.permits else { return false }
      matched.append(at)
      guard let continuation = entry.continuation else { break }
      at = place(of: continuation, behind: at)
    }
    for i in matched { settings.change(&route, entries[i].changes) }
    return !matched.isEmpty
  }

  /// Never at or before the entry itself: so that every walk ends.
  private func place(of continuation: RouteMapContinuation, behind at: Int) -> Int {
    guard case .at(let sequence) = continuation else { return at + 1 }
    return entries[(at + 1)...].firstIndex { $0.sequence >= sequence } ?? entries.count
  }
}

/// A route that entries are compared with. Texts that expressions need are made once.
struct RouteQuestion {
  let route: PolicyRoute
  let settings: PolicySettings
  private var pathText: String?
  private var communityText: String?

  init(route: PolicyRoute, settings: PolicySettings) { (self.route, self.settings) = (route, settings) }

  mutating func matches(_ entry: RouteMapEntry) -> Bool {
    for one in entry.lists where !matches(one) { return false }
    return matchesValues(entry)
  }

  private func matchesValues(_ entry: RouteMapEntry) -> Bool {
    if !entry.tags.isEmpty, !entry.tags.contains(route.tag) { return false }
    if !entry.metrics.isEmpty {
      guard let metric = route.metric, entry.metrics.contains(where: { $0.matches(metric) }) else { return false }
    }
    if !entry.localPreferences.isEmpty {
      guard let preference = route.localPreference, entry.localPreferences.contains(preference) else { return false }
    }
    if !entry.interfaces.isEmpty {
      guard let interface = route.interface, entry.interfaces.contains(interface) else { return false }
    }
    if !entry.sources.isEmpty, !entry.sources.contains(where: isSource) { return false }
    guard !entry.types.isEmpty else { return true }
    guard let type = route.type else { return false }
    return entry.types.contains(type) || (entry.types.contains(.external) && type.rawValue.hasPrefix(RouteType.external.rawValue))
  }

  /// `bgp` means every BGP; `bgp 65000` this one.
  private func isSource(_ wanted: String) -> Bool {
    route.source == wanted || (!wanted.contains(" ") && route.source.hasPrefix(wanted + " "))
  }

  private mutating func matches(_ match: ListMatch) -> Bool {
    switch match.criterion {
    case .asPath: return matchesPath(match)
    case .community: return matchesCommunity(match)
    case .largeCommunity: return matchesLargeCommunity(match)
    case .address, .ipv6Address: return isFamily(match) && match.names.contains { settings.permits(accessList: $0, route.prefix) }
    case .addressPrefixList, .ipv6AddressPrefixList:
      return isFamily(match) && match.names.contains { settings.permits(prefixList: $0, route.prefix) }
    case .nextHop, .ipv6NextHop: return matchesNextHop(match) { settings.permits(accessList: $0, $1) }
    case .nextHopPrefixList, .ipv6NextHopPrefixList: return matchesNextHop(match) { settings.permits(prefixList: $0, $1) }
    }
  }

  private func isFamily(_ match: ListMatch) -> Bool {
    route.prefix.address.isV4 == (match.criterion == .address || match.criterion == .addressPrefixList)
  }

  private func matchesNextHop(_ match: ListMatch, _ permits: (String, IPPrefix) -> Bool) -> Bool {
    let isV4 = match.criterion == .nextHop || match.criterion == .nextHopPrefixList
    guard let hop = route.nextHop, hop.isV4 == isV4 else { return false }
    return match.names.contains { permits($0, IPPrefix(host: hop)) }
  }

  private mutating func matchesPath(_ match: ListMatch) -> Bool {
    let text = pathText ?? ASPathSegment.text(route.asPath)
    pathText = text
    return match.names.contains { settings.permits(asPathList: $0, text) }
  }

  private mutating func matchesCommunity(_ match: ListMatch) -> Bool {
    let text = communityText ?? settings.text(communities: route.communities)
    communityText = text
    return match.names.contains {
      settings.communityLists[$0]?.permits(route.communities, exactly: match.isExact) { text } ?? false
    }
  }

  private func matchesLargeCommunity(_ match: ListMatch) -> Bool {
    match.names.contains { name in
      settings.largeCommunityLists[name]?.permits(route.largeCommunities, exactly: match.isExact) {
        route.largeCommunities.sorted().map(\.description).joined(separator: " ")
      } ?? false
    }
  }
}
