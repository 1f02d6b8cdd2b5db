// SPDX-License-Identifier: GPL-3.0-or-later

extension PolicyShows {
  /// `show route-map [NAME]`
  public static func routeMaps(_ settings: PolicySettings, named name: String? = nil) -> [String] {
    routeMapRows(settings, named: name).flatMap { entry in
      var out = ["route-map \(entry.map), \(PolicyCommands.action(entry.permits)), sequence \(entry.sequence)"]
      if let text = entry.text { out += ["  Description:", "    \(text)"] }
      out += ["  Match clauses:"] + entry.matches.map { "    \($0)" }
      switch entry.continuation {
      case nil: break
      case .next: out.append("  Continue: to next entry")
      case .at(let sequence): out.append("  Continue: sequence \(sequence)")
      }
      out += ["  Set clauses:"] + entry.changes.map { "    \($0)" }
      return out + ["  Policy routing matches: 0 packets, 0 bytes"]
    }
  }

  static func matches(_ entry: RouteMapEntry) -> [String] {
    var out = entry.lists.map { title($0.criterion) + ": " + $0.names.joined(separator: " ") + ($0.isExact ? " exact-match" : "") }
    if !entry.interfaces.isEmpty { out.append("interface " + entry.interfaces.joined(separator: " ")) }
    if !entry.localPreferences.isEmpty {
      out.append("local-preference " + entry.localPreferences.map(String.init).joined(separator: " "))
    }
    out += entry.metrics.map { "metric \($0.metric)" + ($0.deviation > 0 ? " +- \($0.deviation)" : "") }
    out += entry.types.map { "route-type \($0.rawValue)" }
    if !entry.sources.isEmpty { out.append("source-protocol " + entry.sources.joined(separator: " ")) }
    if !entry.tags.isEmpty { out.append("tag " + entry.tags.map(String.init).joined(separator: " ")) }
    return out
  }

  private static func title(_ criterion: ListMatch.Criterion) -> String {
    switch criterion {
    case .asPath: "as-path (as-path filter)"
    case .community: "community (community-list filter)"
    case .largeCommunity: "large-community (large-community-list filter)"
    case .address: "ip address (access-lists)"
    case .addressPrefixList: "ip address prefix-lists"
    case .nextHop: "ip next-hop (access-lists)"
    case .nextHopPrefixList: "ip next-hop prefix-lists"
    case .ipv6Address: "ipv6 address (access-lists)"
    case .ipv6AddressPrefixList: "ipv6 address prefix-lists"
    case .ipv6NextHop: "ipv6 next-hop (access-lists)"
    case .ipv6NextHopPrefixList: "ipv6 next-hop prefix-lists"
    }
  }

  static func changes(_ changes: RouteMapChanges, _ settings: PolicySettings) -> [String] {
    var out: [String] = []
    if let metric = changes.metric { out.append("metric \(PolicyCommands.text(metric))") }
    if let preference = changes.localPreference { out.append("local-preference \(preference)") }
    if let weight = changes.weight { out.append("weight \(weight)") }
    if let origin = changes.origin { out.append("origin \(origin)") }
    if let tag = changes.tag { out.append("tag \(tag)") }
    if !changes.prepended.isEmpty { out.append("as-path prepend " + changes.prepended.map(String.init).joined(separator: " ")) }
    if changes.repeatsLastAS > 0 { out.append("as-path prepend last-as \(changes.repeatsLastAS)") }
    if let communities = changes.communities {
      out.append("community " + PolicyCommands.text(communities) { CommunityText.text($0, isNewFormat: settings.usesNewCommunityFormat) })
    }
    if let list = changes.deletedCommunities { out.append("comm-list \(list) delete") }
    if let communities = changes.largeCommunities { out.append("large-community " + PolicyCommands.text(communities, \.description)) }
    if let hop = changes.nextHop { out.append("ip next-hop \(PolicyCommands.text(hop))") }
    if let hop = changes.ipv6NextHop { out.append("ipv6 next-hop \(PolicyCommands.text(hop))") }
    return out
  }
}
