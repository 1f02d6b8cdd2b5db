// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import Routing
import Wire

/// RIP's part of a configuration, as its commands write it.
public struct RIPConfiguration: Sendable, Equatable {
  /// `router rip`: one or none.
  public var routers: [RIPRouter] = []
  /// Nothing configured.
  public init() {}
  /// `router rip`
  public var router: RIPRouter? { routers.first }
}

/// The section `router rip`.
public enum RIPCommands {
  /// Where its lines are typed.
  public static let mode = CommandMode(configuration: "config-router", name: "config-router-rip")

  /// All that is typed in global mode.
  public static let all: [CommandPart<RIPConfiguration>] = [.section(router)]

  /// `router rip`
  public static let router: CommandSection<RIPConfiguration> = {
    var shape = SectionShape<RIPRouter>(headLine: { _ in "router rip" }, lines: lines)
    shape.name = { _ in "rip" }
    shape.parts = [otherTable]
    return CommandSection(
      "router rip", in: .global, mode: mode, help: ["router": "Enable a routing process", "rip": "Routing Information Protocol (RIP)"],
      at: \.routers, shape: shape)
  }()

  /// Where the lines of other routing tables are typed.
  public static let otherTableMode = CommandMode(configuration: "config-router-af", name: "config-router-rip-af")

  /// `address-family ipv4 vrf NAME`
  private static let otherTable: CommandSection<RIPRouter> = KeptPart.section(
    "address-family ipv4 vrf <rest:line>", in: mode, mode: otherTableMode,
    help: ["address-family": "Enter Address Family command mode", "vrf": "Kept, not acted on", "rest": "Name"],
    closing: "exit-address-family", at: \.otherTables)

  /// Its lines, in the order in which they are written.
  static let lines: [Command<RIPRouter>] = [
    version, validateUpdateSource, timers, redistribute, passiveInterface, offsetList, network, neighbor, defaultMetric, defaultInformation,
    distributeList, distance, maximumPaths, flashThreshold, autoSummary,
  ]

  /// `version {1 | 2}`
  static let version = Command<RIPRouter>(
    "version <version:int(1-2)>", modes: [mode], help: ["version": "Set routing protocol version", "<version>": "Version"],
    apply: { router, input in router.version = input.negated ? nil : input.arguments.int("version") },
    write: { $0.version.map { ["version \($0)"] } ?? [] })

  /// `[no] validate-update-source`
  static let validateUpdateSource = Command<RIPRouter>(
    "validate-update-source", modes: [mode],
    help: ["validate-update-source": "Perform sanity checks against source address of routing updates"],
    apply: { router, input in router.validatesUpdateSource = input.isDefault || !input.negated },
    write: { $0.validatesUpdateSource ? [] : ["no validate-update-source"] })

  /// `timers basic UPDATE INVALID HOLDDOWN FLUSH`
  static let timers = Command<RIPRouter>(
    "timers basic <update:int(1-65535)> <invalid:int(1-65535)> <holddown:int(0-65535)> <flush:int(1-65535)>", modes: [mode],
    help: [
      "timers": "Adjust routing timers", "basic": "Basic routing protocol update timers", "update": "Seconds between updates",
      "invalid": "Seconds until a route is invalid", "holddown": "Seconds of hold-down", "flush": "Seconds until a route is flushed",
    ],
    apply: applyTimers,
    write: { router in
      let t = router.timers
      return t == RIPTimers() ? [] : ["timers basic \(t.update) \(t.invalid) \(t.holdDown) \(t.flush)"]
    })

  /// `redistribute SOURCE [metric {N | transparent}] [route-map NAME]`
  static let redistribute = Command<RIPRouter>(
    """
    redistribute {connected|static|kernel|nhrp|odr|bgp <process:int(1-4294967295)>} \
    [{metric {<metric:int(0-16)>|transparent}|route-map <map:name>}...]
    """, modes: [mode],
    help: [
      "redistribute": "Redistribute information from another routing protocol", "connected": "Connected", "static": "Static routes",
      "kernel": "Routes of the host", "nhrp": "Next Hop Resolution Protocol (NHRP)", "odr": "On Demand stub Routes",
      "bgp": "Border Gateway Protocol (BGP)", "process": "Autonomous system number", "metric": "Metric for redistributed routes",
      "<metric>": "Hops", "transparent": "The metric that they have", "route-map": "Route map reference", "map": "Its name",
    ], no: .words(2), apply: applyRedistribute, write: { $0.redistributions.map(line) })

  /// `[no] passive-interface {default | NAME}`
  static let passiveInterface = Command<RIPRouter>(
    "passive-interface {default|<name:interface>}", modes: [mode],
    help: [
      "passive-interface": "Suppress routing updates on an interface", "default": "Suppress routing updates on all interfaces",
      "name": "Interface",
    ], no: .whole, apply: applyPassive,
    write: { router in
      (router.isPassiveByDefault ? ["passive-interface default"] : [])
        + router.passiveExceptions.map { (router.isPassiveByDefault ? "no " : "") + "passive-interface \($0)" }
    })

  /// `network A.B.C.D`; host and subnet bits are dropped, as IOS does.
  static let network = Command<RIPRouter>(
    "network <address:ipv4>", modes: [mode], help: ["network": "Enable routing on an IP network", "address": "Network number"],
    apply: { (router: inout RIPRouter, input: CommandInput) throws(CommandRefusal) in
      guard let network = input.arguments.address("address").flatMap(classful) else {
        throw CommandRefusal("that is no network of class A, B or C")
      }
      try change(&router.networks, network, input)
      router.networks.sort()
    },
    write: { $0.networks.map { "network \($0.address)" } })

  /// `neighbor A.B.C.D`
  static let neighbor = Command<RIPRouter>(
    "neighbor <address:ipv4>", modes: [mode], help: ["neighbor": "Specify a neighbor router", "address": "Neighbor address"],
    apply: { (router: inout RIPRouter, input: CommandInput) throws(CommandRefusal) in
      guard let address = input.arguments.address("address"), !address.isMulticast, !address.isUnspecified else {
        throw CommandRefusal("a neighbor is one host")
      }
      guard input.negated || router.neighbors.count < RIPLimits.configuredNeighbours else {
        throw CommandRefusal("RIP takes \(RIPLimits.configuredNeighbours) neighbors")
      }
      try change(&router.neighbors, address, input)
    },
    write: { $0.neighbors.map { "neighbor \($0)" } })

  /// `default-metric N`
  static let defaultMetric = Command<RIPRouter>(
    "default-metric <metric:int(1-16)>", modes: [mode],
    help: ["default-metric": "Set metric of redistributed routes", "metric": "Hops"],
    apply: { router, input in router.defaultMetric = input.negated ? nil : input.arguments.int("metric") },
    write: { $0.defaultMetric.map { ["default-metric \($0)"] } ?? [] })

  /// `default-information originate [route-map NAME]`
  static let defaultInformation = Command<RIPRouter>(
    "default-information originate [route-map <map:name>]", modes: [mode],
    help: [
      "default-information": "Control distribution of default information", "originate": "Distribute a default route",
      "route-map": "Route map reference", "map": "Its name",
    ],
    apply: { router, input in
      router.defaultOrigination = input.negated ? nil : RIPDefaultOrigination(routeMap: input.arguments[text: "map"])
    },
    write: { router in
      router.defaultOrigination.map { ["default-information originate" + ($0.routeMap.map { " route-map \($0)" } ?? "")] } ?? []
    })

  /// `maximum-paths N`
  static let maximumPaths = Command<RIPRouter>(
    "maximum-paths <paths:int(1-16)>", modes: [mode],
    help: ["maximum-paths": "Forward packets over multiple paths", "paths": "Number of paths"],
    apply: { router, input in router.maximumPaths = (input.negated ? nil : input.arguments.int("paths")) ?? RIPDefaults.maximumPaths },
    write: { $0.maximumPaths == RIPDefaults.maximumPaths ? [] : ["maximum-paths \($0.maximumPaths)"] })

  /// `flash-update-threshold N`
  static let flashThreshold = Command<RIPRouter>(
    "flash-update-threshold <seconds:int(0-30)>", modes: [mode],
    help: ["flash-update-threshold": "No triggered update when a regular one is due so soon", "seconds": "Seconds"],
    apply: { router, input in router.flashThresholdSeconds = input.negated ? nil : input.arguments.int("seconds") },
    write: { $0.flashThresholdSeconds.map { ["flash-update-threshold \($0)"] } ?? [] })

  /// `[no] auto-summary`
  static let autoSummary = Command<RIPRouter>(
    "auto-summary", modes: [mode], help: ["auto-summary": "Enable automatic network number summarization"],
    apply: { router, input in router.summarisesAutomatically = input.isDefault || !input.negated },
    write: { $0.summarisesAutomatically ? [] : ["no auto-summary"] })

  /// The class A, B or C network of an address.
  static func classful(_ address: IPAddress) -> IPPrefix? { ClassfulNetwork.containing(address) }

  /// Puts `element` into a list of lines, or takes it out.
  static func change<T: Equatable>(_ list: inout [T], _ element: T, _ input: CommandInput) throws(CommandRefusal) {
    let isThere = list.contains(element)
    if input.negated { return list.removeAll { $0 == element } }
    guard !isThere else { return }
    guard list.count < RIPLimits.lines else { throw CommandRefusal("RIP takes \(RIPLimits.lines) such lines") }
    list.append(element)
  }
}
