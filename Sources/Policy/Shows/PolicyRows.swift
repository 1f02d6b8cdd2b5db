// SPDX-License-Identifier: GPL-3.0-or-later

/// A list of permits and denials as `show` tells it, in parts.
public struct PolicyListRow: Sendable, Equatable {
  /// One line of it.
  public struct Rule: Sendable, Equatable {
    /// `permit` or `deny`.
    public var permits: Bool
    /// What it is about, in the words of the configuration.
    public var text: String
  }

  /// What it is called.
  public var name: String
  /// Whether it holds expressions, not values.
  public var isExpanded: Bool
  /// Its lines in order.
  public var rules: [Rule]
}

/// An entry of a route-map as `show route-map` tells it, in parts.
public struct RouteMapRow: Sendable, Equatable {
  /// The route-map, and the entry's number.
  public var map: String, sequence: Int
  /// `permit` or `deny`.
  public var permits: Bool
  /// `description`
  public var text: String?
  /// What must be so, and what is changed.
  public var matches: [String], changes: [String]
  /// `continue`
  public var continuation: RouteMapContinuation?
}

extension PolicyShows {
  /// What `show ip as-path-access-list [N]` tells.
  public static func pathListRows(_ settings: PolicySettings, named name: String? = nil) -> [PolicyListRow] {
    settings.asPathLists.filter { name == nil || $0.name == name }.map { list in
      PolicyListRow(name: list.name, isExpanded: true, rules: list.entries.map { .init(permits: $0.permits, text: $0.expression.text) })
    }
  }

  /// What `show ip community-list [NAME | N]` tells.
  public static func communityListRows(_ settings: PolicySettings, named name: String? = nil) -> [PolicyListRow] {
    rows(settings.communityLists, name, settings)
  }

  /// What `show ip large-community-list [NAME | N]` tells.
  public static func largeCommunityListRows(_ settings: PolicySettings, named name: String? = nil) -> [PolicyListRow] {
    rows(settings.largeCommunityLists, name, settings)
  }

  private static func rows<Value: CommunityWords>(
    _ lists: NamedList<CommunityList<Value>>, _ name: String?, _ settings: PolicySettings
  ) -> [PolicyListRow] {
    lists.filter { name == nil || $0.name == name }.map { list in
      PolicyListRow(
        name: list.name, isExpanded: list.isExpanded,
        rules: list.entries.map { .init(permits: $0.permits, text: PolicyCommands.text($0.test, settings)) })
    }
  }

  /// What `show route-map [NAME]` tells.
  public static func routeMapRows(_ settings: PolicySettings, named name: String? = nil) -> [RouteMapRow] {
    settings.routeMapEntries.filter { name == nil || $0.map == name }.map { entry in
      RouteMapRow(
        map: entry.map, sequence: entry.sequence, permits: entry.permits, text: entry.text, matches: matches(entry),
        changes: changes(entry.changes, settings), continuation: entry.continuation)
    }
  }
}
