// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import Wire

/// Lists, route-maps and key chains for `| json`: all, or the one called `name`. FRR's keys where FRR has the list.
struct PolicyJSON {
  var settings: PolicySettings
  var name: String?

  private func isWanted(_ other: String) -> Bool { name == nil || name == other }

  private static func action(_ permits: Bool) -> JSONValue { .string(permits ? "permit" : "deny") }

  // MARK: Prefix lists

  func prefixLists(isV4: Bool) -> JSONValue {
    .object((isV4 ? settings.prefixLists : settings.ipv6PrefixLists).filter { isWanted($0.name) }.map { list in
      let family = ("addressFamily", JSONValue.string(isV4 ? "IPv4" : "IPv6"))
      return (list.name, .object([family, ("entries", .array(list.entries.map(entry)))]))
    })
  }

  private func entry(_ e: PrefixListEntry) -> JSONValue {
    .present([
      ("sequenceNumber", JSONValue(e.sequence)), ("type", Self.action(e.permits)), ("prefix", .string("\(e.prefix)")),
      ("minimumPrefixLength", e.atLeast.map { JSONValue(Int($0)) }), ("maximumPrefixLength", e.atMost.map { JSONValue(Int($0)) }),
    ])
  }

  // MARK: Access lists

  func accessLists() -> JSONValue {
    .object([
      ("ipv4", .object(
        settings.standardLists.filter { isWanted($0.name) }.map { ($0.name, list($0, "Standard", "IPv4", standard)) }
          + settings.extendedLists.filter { isWanted($0.name) }.map { ($0.name, list($0, "Extended", "IPv4", extended)) })),
      ("ipv6", .object(settings.ipv6Lists.filter { isWanted($0.name) }.map { ($0.name, list($0, "Extended", "IPv6", ipv6)) })),
    ])
  }

  private func list<Rule>(
    _ list: AccessList<Rule>, _ type: String, _ family: String, _ members: (Rule) -> [(String, JSONValue?)]
  ) -> JSONValue {
    let rules = list.entries.compactMap { entry in
      entry.rule.map { JSONValue.present([("sequenceNumber", JSONValue(entry.sequence)), ("filterType", Self.action($0.permits))] + members($0)) }
    }
    return .object([("type", .string(type)), ("addressFamily", .string(family)), ("rules", .array(rules))])
  }

  private func standard(_ rule: StandardRule) -> [(String, JSONValue?)] {
    network(rule.network, "address", "mask") + [("log", .mark(rule.logs))]
  }

  private func extended(_ rule: ExtendedRule) -> [(String, JSONValue?)] {
    // Of another protocol nobody reads the addresses: they are part of the rest.
    let ends = network(rule.source, "sourceAddress", "sourceMask") + network(rule.destination, "destinationAddress", "destinationMask")
    return [("protocol", .string(rule.protocolName))] + (rule.protocolName == "ip" ? ends : []) + [("options", rule.rest.isEmpty ? nil : .string(rule.rest))]
  }

  private func ipv6(_ rule: IPv6Rule) -> [(String, JSONValue?)] {
    let isRead = rule.protocolName == "ipv6"
    return [
      ("protocol", .string(rule.protocolName)), ("source", isRead ? .string("\(rule.source)") : nil),
      ("destination", isRead ? .string("\(rule.destination)") : nil), ("options", rule.rest.isEmpty ? nil : .string(rule.rest)),
    ]
  }

  private func network(_ n: WildcardNetwork, _ address: String, _ mask: String) -> [(String, JSONValue?)] {
    [(address, .string("\(n.address)")), (mask, .string("\(IPAddress(v4: n.wildcard))"))]
  }

  // MARK: Lists of BGP

  func pathLists() -> JSONValue { .table(PolicyShows.pathListRows(settings, named: name).map(json)) }

  func communityLists() -> JSONValue { .table(PolicyShows.communityListRows(settings, named: name).map(json)) }

  func largeCommunityLists() -> JSONValue { .table(PolicyShows.largeCommunityListRows(settings, named: name).map(json)) }

  private func json(_ list: PolicyListRow) -> JSONValue {
    let rules = list.rules.map { JSONValue.object([("type", Self.action($0.permits)), ("text", .string($0.text))]) }
    return .object([("name", .string(list.name)), ("isExpanded", .bool(list.isExpanded)), ("rules", .array(rules))])
  }

  // MARK: Route-maps

  func routeMaps() -> JSONValue {
    let rows = PolicyShows.routeMapRows(settings, named: name)
    // The entries of one route-map stand together.
    let maps = rows.reduce(into: [(String, [JSONValue])]()) { maps, row in
      if maps.last?.0 == row.map { maps[maps.count - 1].1.append(json(row)) } else { maps.append((row.map, [json(row)])) }
    }
    return .object(maps.map { ($0.0, .object([("rules", .array($0.1))])) })
  }

  private func json(_ row: RouteMapRow) -> JSONValue {
    .present([
      ("sequenceNumber", JSONValue(row.sequence)), ("type", Self.action(row.permits)), ("description", row.text.map { .string($0) }),
      ("matchClauses", .strings(row.matches)), ("setClauses", .strings(row.changes)), ("action", .string(action(row.continuation))),
    ])
  }

  private func action(_ continuation: RouteMapContinuation?) -> String {
    switch continuation {
    case nil: "Exit routemap"
    case .next?: "Continue to next entry"
    case .at(let sequence)?: "Continue at \(sequence)"
    }
  }

  /// A `distribute-list` of a routing protocol.
  static func json(_ list: DistributeList) -> JSONValue {
    let direction = JSONValue.string(list.direction == .inbound ? "in" : "out")
    return .present(
      filter(list.filter) + [
        ("direction", direction), ("interface", list.interface.map { .string($0) }), ("source", list.source.map { .string($0) }),
      ])
  }

  private static func filter(_ filter: DistributeList.Filter) -> [(String, JSONValue?)] {
    switch filter {
    case .accessList(let list): [("accessList", .string(list))]
    case .routeMap(let map): [("routeMap", .string(map))]
    case .prefixList(let list, let gateway): [("prefixList", list.map { .string($0) }), ("gateway", gateway.map { .string($0) })]
    }
  }

  // MARK: Key chains

  /// Where a key comes from, and never the key.
  func keyChains(at wallSeconds: Int64) -> JSONValue {
    .table(settings.keyChains.filter { isWanted($0.name) }.map { chain in
      .object([("name", .string(chain.name)), ("keys", .array(chain.keys.map { json($0, wallSeconds) }))])
    })
  }

  private func json(_ key: ChainKey, _ now: Int64) -> JSONValue {
    .present([("number", JSONValue(key.number))] + secret(key.secret) + [
      ("algorithm", key.algorithm.map { .string($0.rawValue) }), ("acceptLifetime", lifetime(key.acceptLifetime, now)),
      ("sendLifetime", lifetime(key.sendLifetime, now)),
    ])
  }

  private func secret(_ secret: KeySecret?) -> [(String, JSONValue?)] {
    switch secret {
    case nil: [("key", .string("unset"))]
    case .text?, .hidden?: [("key", .string(KeySecret.placeholder))]
    case .file(let path, let bytes)?: [("key", .string(KeySecret.placeholder)), ("file", .string(path)), ("isRead", .bool(bytes != nil))]
    }
  }

  private func lifetime(_ lifetime: KeyLifetime, _ now: Int64) -> JSONValue {
    .object([
      ("startSeconds", lifetime.start.map { .int($0) } ?? .null), ("endSeconds", lifetime.end.map { .int($0) } ?? .null),
      ("isValid", .bool(lifetime.contains(now))),
    ])
  }
}
