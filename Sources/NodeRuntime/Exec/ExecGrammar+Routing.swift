// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar

/// What `show` shows of routing protocols and route policy.
enum RoutingShow: Sendable, Equatable {
  case tracks, protocols, ripDatabase, cdp, cdpNeighbors
  case prefixLists, ipv6PrefixLists, accessLists, routeMaps, keyChains, pathLists, communityLists, largeCommunityLists
}

extension ExecGrammar {
  private static let routingWords: [String: String] = [
    "ip": "IP information", "protocols": "IP routing protocol process parameters and statistics", "rip": "IP RIP show commands",
    "database": "IPv4 RIP database", "cdp": "CDP information", "neighbors": "CDP neighbor entries", "detail": "More of each",
    "prefix-list": "List IP prefix lists", "access-lists": "List access lists", "route-map": "route-map information",
    "key": "Key information", "chain": "Key chains", "as-path-access-list": "List AS path access lists",
    "community-list": "List community lists", "large-community-list": "List large community lists", "ipv6": "IPv6 information",
    "track": "Tracked objects", "number": "Number of the object", "name": "Name", "network": "Network", "mask": "Network mask", "table": "CDP table",
  ]

  private static func routing(_ pattern: String, _ what: RoutingShow) -> CommandSpec<ExecAction> {
    show(pattern, .routing(what), routingWords)
  }

  static let routingShows: [CommandSpec<ExecAction>] = [
    routing("track [<number:int(1-1000)>]", .tracks), routing("ip protocols", .protocols),
    routing("ip rip database [<network:ipv4> [<mask:mask>]]", .ripDatabase),
    routing("cdp", .cdp), routing("cdp neighbors [detail]", .cdpNeighbors),
    routing("ip prefix-list [<name:word>]", .prefixLists), routing("ipv6 prefix-list [<name:word>]", .ipv6PrefixLists),
    routing("access-lists [<name:word>]", .accessLists), routing("route-map [<name:word>]", .routeMaps),
    routing("key chain [<name:word>]", .keyChains), routing("ip as-path-access-list [<name:word>]", .pathLists),
    routing("ip community-list [<name:word>]", .communityLists), routing("ip large-community-list [<name:word>]", .largeCommunityLists),
  ]

  static let routingClears: [CommandSpec<ExecAction>] = [
    command("clear cdp table", .clear(.cdp), modes: operators, routingWords)
  ]

  static func routingDebugs(_ verb: String, _ form: NoForm) -> [CommandSpec<ExecAction>] {
    let help = [
      "bgp": "BGP information", "updates": "BGP updates", "events": "Protocol events", "keepalives": "BGP keepalives", "rip": "RIP protocol",
      "routing": "Routing table events", "cdp": "CDP information", "packets": "CDP packets",
    ]
    return ["ip bgp [{events|keepalives|updates}]", "ip rip [events]", "ip routing", "cdp packets"].map { pattern in
      command("\(verb) \(pattern)", .debug(.routing), modes: operators, help, no: form)
    }
  }

  static let bgp: [CommandSpec<ExecAction>] = BGPExec.specs.map { spec in
    if case .clear = spec.action { spec.standing(for: .clear(.bgp)) } else { spec.standing(for: .show(.bgp(spec.action))) }
  }
}
