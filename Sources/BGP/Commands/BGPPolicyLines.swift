// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// `neighbor X …` of a family.
enum BGPPolicyLines {
  /// All of them, in a family's section or in the router's own mode; the first one writes every neighbour's lines.
  static func commands(_ mode: CommandMode) -> [Command<BGPFamilySettings>] {
    lines.enumerated().map { i, line in command(line, mode, writesAll: i == 0) }
  }

  private static func command(_ line: NeighborLine<BGPPolicySettings>, _ mode: CommandMode, writesAll: Bool) -> Command<BGPFamilySettings> {
    Command(
      "neighbor <peer:word> \(line.words)", modes: [mode], help: NeighborName.help.merging(line.help) { $1 }, no: line.no,
      apply: { (settings: inout BGPFamilySettings, input: CommandInput) throws(CommandRefusal) in
        guard let name = NeighborName.read(input.arguments) else { throw CommandRefusal("expected a neighbor") }
        let i = settings.neighbors.firstIndex { $0.name == name }
        var element = i.map { settings.neighbors[$0] } ?? BGPPolicySettings(name: name)
        try line.apply(&element, input)
        if let i { settings.neighbors[i] = element } else { settings.neighbors.append(element) }
        settings.neighbors.removeAll { $0 == BGPPolicySettings(name: $0.name) }
      },
      write: { writesAll ? $0.neighbors.flatMap { n in lines.flatMap { $0.lines(n, n.name) } } : [] })
  }

  private typealias Line = NeighborLine<BGPPolicySettings>

  private static let lines: [NeighborLine<BGPPolicySettings>] = [activate] + switches + lists + limits

  private static let activate = NeighborLine<BGPPolicySettings>(
    words: "activate", help: ["activate": "Enable the address family for this neighbor"], no: .whole,
    apply: { settings, input in settings.isActive = input.isDefault ? nil : !input.negated },
    write: { $0.isActive.map { [$0 ? "activate" : "no activate"] } ?? [] })

  private static let switches: [NeighborLine<BGPPolicySettings>] = [
    Line.value(
      "send-community [{both|standard|extended|large|all}]",
      [
        "send-community": "Send community attribute", "both": "Standard and extended", "standard": "Standard", "extended": "Extended",
        "large": "Large", "all": "All",
      ],
      \.sendsCommunities, read: communities, text: communityText),
    Line.value(
      "additional-paths {send [receive]|receive|disable}",
      pathWords.merging(["disable": "Neither, whatever the family says"]) { $1 }, \.additionalPaths, read: paths,
      text: { "additional-paths " + ($0.isEmpty ? "disable" : pathText($0)) }),
    Line.flag("route-reflector-client", ["route-reflector-client": "Configure a neighbor as route reflector client"], \.isReflectorClient),
    Line.flag("next-hop-unchanged", ["next-hop-unchanged": "Propagate the next hop unchanged to neighbors of other ASes"], \.keepsNextHop),
    Line.value(
      "next-hop-self [all]", ["next-hop-self": "Disable the next hop calculation for this neighbor", "all": "Also for reflected routes"],
      \.nextHopSelf,
      read: { $0.has("all") ? .all : .external }, text: { "next-hop-self" + ($0 == .all ? " all" : "") }),
    Line.flag("as-override", ["as-override": "Override matching AS-number while sending update"], \.overridesAS),
    Line.value(
      "allowas-in [<count:int(1-10)>]", ["allowas-in": "Accept as-path with my AS present in it", "count": "How often"], \.allowedOwnAS,
      read: { $0.int("count") ?? 3 }, text: { "allowas-in" + ($0 == 3 ? "" : " \($0)") }),
    Line.value(
      "remove-private-as [all]", ["remove-private-as": "Remove private AS number from outbound updates", "all": "Also beside others"],
      \.removesPrivateAS,
      read: { $0.has("all") ? .all : .onlyPrivate }, text: { "remove-private-as" + ($0 == .all ? " all" : "") }),
    Line.value(
      "default-originate [route-map <map:word>]",
      ["default-originate": "Originate default route to this neighbor", "route-map": "Route-map for its attributes", "map": "Name"],
      \.originatesDefault, read: { .init(routeMap: $0[text: "map"]) },
      text: { "default-originate" + ($0.routeMap.map { " route-map \($0)" } ?? "") }),
    Line.flag(
      "soft-reconfiguration inbound", ["soft-reconfiguration": "Keep received routes", "inbound": "Those that come in"], \.keepsReceived),
  ]

  private static let listWords = [
    "in": "Apply to incoming updates", "out": "Apply to outgoing updates", "name": "Name", "route-map": "Apply route map to neighbor",
    "prefix-list": "Filter updates to/from this neighbor", "distribute-list": "Filter updates to/from this neighbor",
    "filter-list": "Establish BGP filters",
  ]

  private static let lists: [NeighborLine<BGPPolicySettings>] = [
    Line.name("distribute-list", " in", listWords, \.accessListIn), Line.name("distribute-list", " out", listWords, \.accessListOut),
    Line.name("prefix-list", " in", listWords, \.prefixListIn), Line.name("prefix-list", " out", listWords, \.prefixListOut),
    Line.name("route-map", " in", listWords, \.routeMapIn), Line.name("route-map", " out", listWords, \.routeMapOut),
    Line.name("filter-list", " in", listWords, \.asPathListIn), Line.name("filter-list", " out", listWords, \.asPathListOut),
  ]

  private static let limits: [NeighborLine<BGPPolicySettings>] = [
    Line.value(
      "weight <weight:int(0-65535)>", ["weight": "Set default weight for routes from this neighbor", "<weight>": "Weight"], \.weight,
      read: { $0.int("weight").flatMap(UInt32.init(exactly:)) }, text: { "weight \($0)" }),
    Line.value(
      "advertisement-interval <seconds:int(0-600)>",
      ["advertisement-interval": "Minimum interval between sending BGP routing updates", "seconds": "Seconds"],
      \.advertisementSeconds, read: { $0.int("seconds") }, text: { "advertisement-interval \($0)" }),
    Line.value(
      "maximum-prefix <limit:int(1-2147483647)> [<threshold:int(1-100)>] [{warning-only|restart <minutes:int(1-65535)>}]",
      [
        "maximum-prefix": "Maximum number of prefixes accepted from this peer", "limit": "Prefixes",
        "threshold": "Percent at which to warn",
        "warning-only": "Only give warning message", "restart": "Restart the session after some time", "minutes": "Minutes",
      ],
      \.maximumPrefix, read: maximum, text: maximumText),
  ]

  static let pathWords = ["additional-paths": "Several paths of a prefix", "send": "Send them", "receive": "Take them"]

  static func pathText(_ ways: BGPPolicySettings.AdditionalPaths) -> String {
    [ways.contains(.send) ? "send" : nil, ways.contains(.receive) ? "receive" : nil].compactMap { $0 }.joined(separator: " ")
  }

  @Sendable static func paths(_ a: Arguments) -> BGPPolicySettings.AdditionalPaths? {
    var out: BGPPolicySettings.AdditionalPaths = []
    if a.has("send") { out.insert(.send) }
    if a.has("receive") { out.insert(.receive) }
    return out
  }

  @Sendable private static func communities(_ a: Arguments) -> BGPPolicySettings.SentCommunities? {
    if a.has("all") { return .all }
    if a.has("both") { return [.standard, .extended] }
    return a.has("extended") ? .extended : a.has("large") ? .large : .standard
  }

  @Sendable private static func communityText(_ sent: BGPPolicySettings.SentCommunities) -> String {
    switch sent {
    case .standard: "send-community"
    case .extended: "send-community extended"
    case .large: "send-community large"
    case .all: "send-community all"
    default: "send-community both"
    }
  }

  @Sendable private static func maximum(_ a: Arguments) -> BGPPolicySettings.MaximumPrefix? {
    guard let limit = a.int("limit") else { return nil }
    var new = BGPPolicySettings.MaximumPrefix(limit)
    new.threshold = a.int("threshold") ?? BGPDefaults.prefixThreshold
    (new.isWarningOnly, new.restartMinutes) = (a.has("warning-only"), a.int("minutes"))
    return new
  }

  @Sendable private static func maximumText(_ m: BGPPolicySettings.MaximumPrefix) -> String {
    "maximum-prefix \(m.limit)" + (m.threshold == BGPDefaults.prefixThreshold ? "" : " \(m.threshold)")
      + (m.isWarningOnly ? " warning-only" : "")
      + (m.restartMinutes.map { " restart \($0)" } ?? "")
  }
}
