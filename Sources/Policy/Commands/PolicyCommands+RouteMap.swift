// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// `route-map NAME [permit | deny] [N]` and its lines.
extension PolicyCommands {
  /// One entry of a route-map.
  static let routeMap: CommandSection<PolicySettings> = {
    var shape = SectionShape<RouteMapEntry>(
      headLine: { "route-map \($0.map) \(action($0.permits)) \($0.sequence)" },
      lines: [description(.routeMap, \.text)] + matchLines + [continueLine] + setLines)
    shape.nameAmong = { (arguments: Arguments, all: [RouteMapEntry]) throws(CommandRefusal) -> String? in
      try entryName(arguments, all)
    }
    shape.applyHead = { (entry: inout RouteMapEntry, input: CommandInput) throws(CommandRefusal) in
      if input.arguments.has("permit") { entry.permits = true }
      if input.arguments.has("deny") { entry.permits = false }
    }
    shape.isRemoved = { entry, arguments in
      entry.map == arguments[text: "map"] && (arguments.int("sequence") ?? entry.sequence) == entry.sequence
    }
    shape.precedes = { $0.map == $1.map ? $0.sequence < $1.sequence : NameOrder.precedes($0.map, $1.map) }
    return CommandSection(
      "route-map <map:word> [{permit|deny}] [<sequence:int(0-65535)>]", in: .global, mode: .routeMap,
      help: help([
        "route-map": "Create route-map or enter route-map command mode", "map": "Route map tag",
        "permit": "Route map permits set operations",
        "deny": "Route map denies set operations", "sequence": "Sequence to insert to/delete from existing route-map entry",
      ]), at: \.routeMapEntries, shape: shape)
  }()

  /// Without a number it is the only entry, or the first of a new route-map.
  private static func entryName(_ arguments: Arguments, _ all: [RouteMapEntry]) throws(CommandRefusal) -> String? {
    guard let map = arguments[text: "map"] else { return nil }
    if let sequence = arguments.int("sequence") { return RouteMapEntry(map: map, sequence: sequence).name }
    let mine = all.filter { $0.map == map }
    guard mine.count < 2 else { throw CommandRefusal("Please specify the entry by its sequence") }
    return mine.first?.name ?? RouteMapEntry(map: map, sequence: RouteMapEntry.firstSequence).name
  }

  /// `continue [N]`
  private static let continueLine = Command<RouteMapEntry>(
    "continue [<sequence:int(1-65535)>]", modes: [.routeMap],
    help: help(["continue": "Continue on a different entry within the route-map", "sequence": "Route-map entry sequence number"]),
    apply: { (entry: inout RouteMapEntry, input: CommandInput) throws(CommandRefusal) in
      guard !input.negated else { return entry.continuation = nil }
      if let sequence = input.arguments.int("sequence"), sequence <= entry.sequence {
        throw CommandRefusal("continue must lead to an entry behind this one (\(entry.sequence))")
      }
      entry.continuation = input.arguments.int("sequence").map { .at($0) } ?? .next
    },
    write: { entry in
      switch entry.continuation {
      case nil: []
      case .next: ["continue"]
      case .at(let sequence): ["continue \(sequence)"]
      }
    })
}

/// `match …`
extension PolicyCommands {
  /// In the order in which they are written.
  private static let matchLines: [Command<RouteMapEntry>] = [
    listMatch(.asPath), listMatch(.community), listMatch(.largeCommunity), listMatch(.address), listMatch(.addressPrefixList),
    listMatch(.nextHop), listMatch(.nextHopPrefixList), listMatch(.ipv6Address), listMatch(.ipv6AddressPrefixList),
    listMatch(.ipv6NextHop), listMatch(.ipv6NextHopPrefixList), interfaceMatch, preferenceMatch, metricMatch, typeMatch, sourceMatch,
    tagMatch,
  ]

  /// The words of a criterion behind `match`.
  static func words(_ criterion: ListMatch.Criterion) -> String {
    switch criterion {
    case .asPath: "as-path"
    case .community: "community"
    case .largeCommunity: "large-community"
    case .address: "ip address"
    case .addressPrefixList: "ip address prefix-list"
    case .nextHop: "ip next-hop"
    case .nextHopPrefixList: "ip next-hop prefix-list"
    case .ipv6Address: "ipv6 address"
    case .ipv6AddressPrefixList: "ipv6 address prefix-list"
    case .ipv6NextHop: "ipv6 next-hop"
    case .ipv6NextHopPrefixList: "ipv6 next-hop prefix-list"
    }
  }

  private static func listMatch(_ criterion: ListMatch.Criterion) -> Command<RouteMapEntry> {
    let isExactable = criterion == .community || criterion == .largeCommunity
    let kind = criterion == .asPath ? "int(1-500)" : "word"
    return Command<RouteMapEntry>(
      "match \(words(criterion)) <list:\(kind)>..." + (isExactable ? " [exact-match]" : ""), modes: [.routeMap],
      help: help([
        "as-path": "Match BGP AS path list", "community": "Match BGP community list", "large-community": "Match BGP large community list",
        "ip": "IP specific information", "ipv6": "IPv6 specific information", "address": "Match address of route",
        "next-hop": "Match next-hop address of route", "prefix-list": "Match entries of prefix-lists",
      ]),
      apply: { entry, input in applyList(&entry, criterion, input) },
      write: { entry in
        entry.lists.filter { $0.criterion == criterion }.map {
          "match \(words(criterion)) " + $0.names.joined(separator: " ") + ($0.isExact ? " exact-match" : "")
        }
      })
  }

  private static func applyList(_ entry: inout RouteMapEntry, _ criterion: ListMatch.Criterion, _ input: CommandInput) {
    let names = input.arguments.texts("list")
    let at = entry.lists.firstIndex { $0.criterion == criterion }
    var match = at.map { entry.lists[$0] } ?? ListMatch(criterion, [])
    if input.negated {
      match.names.removeAll { names.isEmpty || names.contains($0) }
    } else {
      for name in names where !match.names.contains(name) { match.names.append(name) }
      match.isExact = input.arguments.has("exact-match")
    }
    if let at { entry.lists.remove(at: at) }
    guard !match.names.isEmpty else { return }
    let place = entry.lists.firstIndex { $0.criterion.rawValue > criterion.rawValue } ?? entry.lists.count
    entry.lists.insert(match, at: place)
  }

  private static let interfaceMatch = Command<RouteMapEntry>(
    "match interface <interface:interface>...", modes: [.routeMap], help: help(["<interface>": "Interface"]),
    apply: { entry, input in change(&entry.interfaces, input.arguments.texts("interface"), input) },
    write: { $0.interfaces.isEmpty ? [] : ["match interface " + $0.interfaces.joined(separator: " ")] })

  private static let tagMatch = Command<RouteMapEntry>(
    "match tag <tag:int(0-4294967295)>...", modes: [.routeMap], help: help(["tag": "Match tag of route", "<tag>": "Tag value"]),
    apply: { entry, input in change(&entry.tags, input.arguments.texts("tag").compactMap { UInt32($0) }, input) },
    write: { $0.tags.isEmpty ? [] : ["match tag " + $0.tags.map(String.init).joined(separator: " ")] })

  private static let preferenceMatch = Command<RouteMapEntry>(
    "match local-preference <preference:int(0-4294967295)>...", modes: [.routeMap],
    help: help(["local-preference": "Match local-preference of route", "<preference>": "Preference value"]),
    apply: { entry, input in change(&entry.localPreferences, input.arguments.texts("preference").compactMap { UInt32($0) }, input) },
    write: { $0.localPreferences.isEmpty ? [] : ["match local-preference " + $0.localPreferences.map(String.init).joined(separator: " ")] })

  private static let metricMatch = Command<RouteMapEntry>(
    "match metric <metric:int(0-4294967295)>... [+- <deviation:int(0-4294967295)>]", modes: [.routeMap],
    help: help(["metric": "Match metric of route", "<metric>": "Metric value", "+-": "How far off it may be", "deviation": "Deviation"]),
    apply: { entry, input in
      let deviation = input.arguments.int("deviation").flatMap(UInt32.init(exactly:)) ?? 0
      let new = input.arguments.texts("metric").compactMap { UInt32($0) }.map { MetricMatch($0, deviation: deviation) }
      change(&entry.metrics, new, input)
    },
    write: { entry in
      let plain = entry.metrics.filter { $0.deviation == 0 }.map { "\($0.metric)" }
      return (plain.isEmpty ? [] : ["match metric " + plain.joined(separator: " ")])
        + entry.metrics.filter { $0.deviation > 0 }.map { "match metric \($0.metric) +- \($0.deviation)" }
    })

  private static let typeMatch = Command<RouteMapEntry>(
    "match route-type {internal|external [{type-1|type-2}]|local|nssa-external}", modes: [.routeMap],
    help: help([
      "route-type": "Match route-type of route", "internal": "internal route", "external": "external route",
      "local": "locally generated route",
      "type-1": "external type 1", "type-2": "external type 2", "nssa-external": "nssa-external route",
    ]), no: .words(2),
    apply: { entry, input in
      change(&entry.types, [input.arguments.keywords.dropFirst(2).joined(separator: " ")].compactMap(RouteType.init(rawValue:)), input)
    },
    write: { $0.types.map { "match route-type \($0.rawValue)" } })

  private static let sourceMatch = Command<RouteMapEntry>(
    """
    match source-protocol {connected|static|rip|odr|nhrp|bgp [<bgp:int(1-4294967295)>]|eigrp [<eigrp:int(1-65535)>]|\
    ospf [<ospf:int(1-65535)>]}...
    """,
    modes: [.routeMap],
    help: help([
      "source-protocol": "Match source protocol of route", "connected": "Connected", "static": "Static routes", "rip": "RIP", "odr": "ODR",
      "nhrp": "Shortcuts", "bgp": "BGP", "eigrp": "EIGRP", "ospf": "OSPF", "<bgp>": "AS number", "<eigrp>": "AS number",
      "<ospf>": "Process",
    ]), no: .words(2),
    apply: { entry, input in
      let sources = input.arguments.keywords.dropFirst(2).map { word in input.arguments[text: word].map { "\(word) \($0)" } ?? word }
      change(&entry.sources, sources, input)
    },
    write: { $0.sources.isEmpty ? [] : ["match source-protocol " + $0.sources.joined(separator: " ")] })

  /// Adds `new`; behind `no` takes them out, or all where none is named.
  private static func change<Value: Equatable>(_ values: inout [Value], _ new: [Value], _ input: CommandInput) {
    if input.negated {
      values.removeAll { new.isEmpty || new.contains($0) }
    } else {
      for one in new where !values.contains(one) { values.append(one) }
    }
  }
}
