// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Routing
import Wire

/// Lines of a family that are not of a neighbour.
extension BGPCommands {
  /// `network`, `aggregate-address`, `redistribute`, `default-metric`
  static func origination(_ mode: CommandMode) -> [Command<BGPFamilySettings>] {
    [networkV4(mode), networkV6(mode), aggregateV4(mode), aggregateV6(mode), redistribute(mode), defaultMetric(mode)]
  }

  /// `bgp additional-paths`, `maximum-paths`, `distance bgp`
  static func selection(_ mode: CommandMode) -> [Command<BGPFamilySettings>] {
    [
      additionalPaths(mode), maximumPaths(mode, "maximum-paths", \.maximumPaths),
      maximumPaths(mode, "maximum-paths ibgp", \.maximumInternalPaths), distance(mode),
    ]
  }

  private static let familyWords = [
    "network": "Specify a network to announce via BGP", "mask": "Network mask", "route-map": "Route-map to modify the attributes",
    "map": "Name",
    "aggregate-address": "Configure BGP aggregate entries", "as-set": "Generate AS set path information",
    "summary-only": "Filter more specific routes from updates", "redistribute": "Redistribute information from another routing protocol",
    "connected": "Connected", "static": "Static routes", "kernel": "Routes of the host", "nhrp": "Shortcuts of NHRP", "rip": "RIP",
    "odr": "On Demand stub Routes",
    "metric": "Metric for redistributed routes", "default-metric": "Set metric of redistributed routes",
    "maximum-paths": "Forward packets over multiple paths",
    "ibgp": "Paths of our own AS", "distance": "Define an administrative distance", "bgp": "BGP distance",
    "external": "Distance of routes of other ASes",
    "internal": "Distance of routes of our AS", "local": "Distance of local routes",
  ]

  private static func networkV4(_ mode: CommandMode) -> Command<BGPFamilySettings> {
    Command(
      "network <network:ipv4> [mask <mask:mask>] [route-map <map:word>]", modes: [mode], help: familyWords,
      apply: { (settings: inout BGPFamilySettings, input: CommandInput) throws(CommandRefusal) in
        guard settings.family == .ipv4 else { throw CommandRefusal("expected an IPv6 network and its length") }
        guard let address = input.arguments.address("network") else { throw CommandRefusal("expected a network") }
        let length = input.arguments.address("mask").flatMap(IPPrefix.length(ofMask:)) ?? naturalLength(address)
        try setNetwork(&settings, try exact(address, length), input)
      },
      write: { settings in settings.networks.filter { $0.prefix.address.isV4 }.map(line) })
  }

  private static func networkV6(_ mode: CommandMode) -> Command<BGPFamilySettings> {
    Command(
      "network <prefix:prefix> [route-map <map:word>]", modes: [mode],
      help: familyWords.merging(["prefix": "Network and its length"]) { $1 },
      apply: { (settings: inout BGPFamilySettings, input: CommandInput) throws(CommandRefusal) in
        guard let prefix = input.arguments.prefix("prefix"), BGPFamily(of: prefix) == settings.family else {
          throw CommandRefusal("expected a network of the family")
        }
        try setNetwork(&settings, prefix, input)
      },
      write: { settings in settings.networks.filter { !$0.prefix.address.isV4 }.map(line) })
  }

  /// The length that the address' class gives it, as IOS has it without a mask.
  static func naturalLength(_ address: IPAddress) -> Int {
    let first = address.v4Bits >> 24
    return address.isUnspecified ? 0 : first < 128 ? 8 : first < 192 ? 16 : 24
  }

  private static func exact(_ address: IPAddress, _ length: Int) throws(CommandRefusal) -> IPPrefix {
    let prefix = IPPrefix(address, length: length)
    guard prefix.address == address else { throw CommandRefusal("Inconsistent address and mask: \(address) lies inside \(prefix)") }
    return prefix
  }

  private static func setNetwork(_ settings: inout BGPFamilySettings, _ prefix: IPPrefix, _ input: CommandInput) throws(CommandRefusal) {
    let index = settings.networks.firstIndex { $0.prefix == prefix }
    if input.negated {
      guard let index else { throw CommandRefusal("Network \(prefix) not found") }
      settings.networks.remove(at: index)
      return
    }
    let new = BGPNetwork(prefix, routeMap: input.arguments[text: "map"])
    if let index { settings.networks[index] = new } else { settings.networks.append(new) }
  }

  private static func line(_ n: BGPNetwork) -> String {
    let isNatural = n.prefix.address.isV4 && Int(n.prefix.length) == naturalLength(n.prefix.address)
    let network = !n.prefix.address.isV4 ? "\(n.prefix)" : "\(n.prefix.address)" + (isNatural ? "" : " mask \(n.prefix.mask)")
    return "network \(network)" + (n.routeMap.map { " route-map \($0)" } ?? "")
  }

  // MARK: Aggregates

  private static func aggregateV4(_ mode: CommandMode) -> Command<BGPFamilySettings> {
    Command(
      "aggregate-address <network:ipv4> <mask:mask> {[as-set]|[summary-only]|as-set summary-only|summary-only as-set}", modes: [mode],
      help: familyWords,
      apply: { (settings: inout BGPFamilySettings, input: CommandInput) throws(CommandRefusal) in
        guard let address = input.arguments.address("network"),
          let length = input.arguments.address("mask").flatMap(IPPrefix.length(ofMask:))
        else {
          throw CommandRefusal("expected a network and its mask")
        }
        guard settings.family == .ipv4 else { throw CommandRefusal("expected an IPv6 network and its length") }
        try setAggregate(&settings, try exact(address, length), input)
      },
      write: { settings in
        settings.aggregates.filter { $0.prefix.address.isV4 }.map {
          "aggregate-address \($0.prefix.address) \($0.prefix.mask)" + options($0)
        }
      })
  }

  private static func aggregateV6(_ mode: CommandMode) -> Command<BGPFamilySettings> {
    Command(
      "aggregate-address <prefix:prefix> {[as-set]|[summary-only]|as-set summary-only|summary-only as-set}", modes: [mode],
      help: familyWords,
      apply: { (settings: inout BGPFamilySettings, input: CommandInput) throws(CommandRefusal) in
        guard let prefix = input.arguments.prefix("prefix"), BGPFamily(of: prefix) == settings.family else {
          throw CommandRefusal("expected a network of the family")
        }
        try setAggregate(&settings, prefix, input)
      },
      write: { settings in settings.aggregates.filter { !$0.prefix.address.isV4 }.map { "aggregate-address \($0.prefix)" + options($0) } })
  }

  private static func setAggregate(_ settings: inout BGPFamilySettings, _ prefix: IPPrefix, _ input: CommandInput) throws(CommandRefusal) {
    let index = settings.aggregates.firstIndex { $0.prefix == prefix }
    if input.negated {
      guard let index else { throw CommandRefusal("Aggregate \(prefix) not found") }
      settings.aggregates.remove(at: index)
      return
    }
    let a = input.arguments
    let new = BGPAggregate(prefix, hasASSet: a.has("as-set"), isSummaryOnly: a.has("summary-only"))
    if let index { settings.aggregates[index] = new } else { settings.aggregates.append(new) }
  }

  private static func options(_ a: BGPAggregate) -> String { (a.hasASSet ? " as-set" : "") + (a.isSummaryOnly ? " summary-only" : "") }

  // MARK: Redistribution

  private static let sources: [RouteSource] = [.connected, .static, .kernel, .nhrp, .rip, .odr]

  private static func redistribute(_ mode: CommandMode) -> Command<BGPFamilySettings> {
    Command(
      "redistribute {connected|static|kernel|nhrp|rip|odr} [metric <metric:int(0-4294967295)>] [route-map <map:word>]", modes: [mode],
      help: familyWords,
      no: .words(2),
      apply: { settings, input in
        guard let source = sources.first(where: { input.arguments.has(BGPWords.source($0)) }) else { return }
        let index = settings.redistributions.firstIndex { $0.source == source }
        guard !input.negated else { return index.map { _ = settings.redistributions.remove(at: $0) } ?? () }
        let new = BGPRedistribution(
          source, metric: input.arguments.int("metric").flatMap(UInt32.init(exactly:)), routeMap: input.arguments[text: "map"])
        if let index { settings.redistributions[index] = new } else { settings.redistributions.append(new) }
      },
      write: { settings in
        settings.redistributions.map {
          "redistribute \(BGPWords.source($0.source))" + ($0.metric.map { " metric \($0)" } ?? "")
            + ($0.routeMap.map { " route-map \($0)" } ?? "")
        }
      })
  }

  private static func defaultMetric(_ mode: CommandMode) -> Command<BGPFamilySettings> {
    Command(
      "default-metric <metric:int(1-4294967295)>", modes: [mode], help: familyWords,
      apply: { settings, input in
        settings.defaultMetric = input.negated ? nil : input.arguments.int("metric").flatMap(UInt32.init(exactly:))
      },
      write: { $0.defaultMetric.map { ["default-metric \($0)"] } ?? [] })
  }

  // MARK: Selection

  private static func additionalPaths(_ mode: CommandMode) -> Command<BGPFamilySettings> {
    Command(
      "bgp additional-paths {send [receive]|receive}", modes: [mode], help: BGPPolicyLines.pathWords.merging(familyWords) { a, _ in a },
      no: .words(2),
      apply: { settings, input in settings.additionalPaths = input.negated ? [] : BGPPolicyLines.paths(input.arguments) ?? [] },
      write: { $0.additionalPaths.isEmpty ? [] : ["bgp additional-paths \(BGPPolicyLines.pathText($0.additionalPaths))"] })
  }

  private static func maximumPaths(
    _ mode: CommandMode, _ words: String, _ path: WritableKeyPath<BGPFamilySettings, Int> & Sendable
  ) -> Command<BGPFamilySettings> {
    Command(
      words + " <count:int(1-32)>", modes: [mode], help: familyWords.merging(["count": "Number of paths"]) { $1 },
      apply: { settings, input in settings[keyPath: path] = (input.negated ? nil : input.arguments.int("count")) ?? 1 },
      write: { $0[keyPath: path] == 1 ? [] : ["\(words) \($0[keyPath: path])"] })
  }

  private static func distance(_ mode: CommandMode) -> Command<BGPFamilySettings> {
    Command(
      "distance bgp <external:int(1-255)> <internal:int(1-255)> <local:int(1-255)>", modes: [mode], help: familyWords,
      apply: { settings, input in
        var new = BGPDistance()
        if !input.negated {
          new.external = UInt8(clamping: input.arguments.int("external") ?? 0)
          new.internal = UInt8(clamping: input.arguments.int("internal") ?? 0)
          new.local = UInt8(clamping: input.arguments.int("local") ?? 0)
        }
        settings.distance = new
      },
      write: { $0.distance == BGPDistance() ? [] : ["distance bgp \($0.distance.external) \($0.distance.internal) \($0.distance.local)"] })
  }
}
