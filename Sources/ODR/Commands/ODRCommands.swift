// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import Wire

/// ODR's and CDP's part of a configuration, as its commands write it.
public struct ODRConfiguration: Sendable, Equatable {
  /// `router odr`: one or none.
  public var routers: [ODRRouter] = []
  /// The `cdp …` lines.
  public var cdp = CDPSettings()
  /// Nothing configured.
  public init() {}
  /// `router odr`
  public var router: ODRRouter? { routers.first }
}

/// The lines of ODR and of CDP.
public enum ODRCommands {
  /// Where the lines of `router odr` are typed.
  public static let mode = CommandMode(configuration: "config-router", name: "config-router-odr")

  /// All that is typed in global mode.
  public static let all: [CommandPart<ODRConfiguration>] =
    [run, timer, holdTime, advertiseVersion2].map { .line($0.mounted(at: \.cdp)) } + [.section(router)]

  /// The lines of an interface.
  public static let interface: [Command<CDPInterfaceSettings>] = [enable]

  /// `router odr`
  public static let router: CommandSection<ODRConfiguration> = {
    var shape = SectionShape<ODRRouter>(headLine: { _ in "router odr" }, lines: [timers, distributeList, distance, maximumPaths])
    shape.name = { _ in "odr" }
    return CommandSection(
      "router odr", in: .global, mode: mode, help: ["router": "Enable a routing process", "odr": "On Demand stub Routes"], at: \.routers,
      shape: shape)
  }()

  /// `[no] cdp run`
  static let run = Command<CDPSettings>(
    "cdp run", modes: [.global], help: ["cdp": "Global CDP configuration subcommands", "run": "Enable CDP"],
    apply: { settings, input in settings.runs = input.isDefault || !input.negated }, write: { $0.runs ? [] : ["no cdp run"] })

  /// `cdp timer N`
  static let timer = Command<CDPSettings>(
    "cdp timer <seconds:int(5-254)>", modes: [.global],
    help: ["cdp": "Global CDP configuration subcommands", "timer": "Rate at which CDP packets are sent", "seconds": "Seconds"],
    apply: { settings, input in settings.timerSeconds = (input.negated ? nil : input.arguments.int("seconds")) ?? ODRDefaults.timerSeconds
    },
    write: { $0.timerSeconds == ODRDefaults.timerSeconds ? [] : ["cdp timer \($0.timerSeconds)"] })

  /// `cdp holdtime N`
  static let holdTime = Command<CDPSettings>(
    "cdp holdtime <seconds:int(10-255)>", modes: [.global],
    help: ["cdp": "Global CDP configuration subcommands", "holdtime": "How long receivers keep a packet", "seconds": "Seconds"],
    apply: { settings, input in
      settings.holdTimeSeconds = (input.negated ? nil : input.arguments.int("seconds")) ?? ODRDefaults.holdTimeSeconds
    },
    write: { $0.holdTimeSeconds == ODRDefaults.holdTimeSeconds ? [] : ["cdp holdtime \($0.holdTimeSeconds)"] })

  /// `[no] cdp advertise-v2`
  static let advertiseVersion2 = Command<CDPSettings>(
    "cdp advertise-v2", modes: [.global],
    help: ["cdp": "Global CDP configuration subcommands", "advertise-v2": "CDP sends version-2 advertisements"],
    apply: { settings, input in settings.advertisesVersion2 = input.isDefault || !input.negated },
    write: { $0.advertisesVersion2 ? [] : ["no cdp advertise-v2"] })

  /// `cdp enable`
  static let enable = Command<CDPInterfaceSettings>(
    "cdp enable", modes: [.interface], help: ["cdp": "CDP interface subcommands", "enable": "Enable CDP on interface"],
    apply: { settings, input in settings.isEnabled = !input.negated }, write: { $0.isEnabled ? ["cdp enable"] : [] })

  /// `timers basic UPDATE INVALID HOLDDOWN FLUSH`
  static let timers = Command<ODRRouter>(
    "timers basic <update:int(1-65535)> <invalid:int(1-65535)> <holddown:int(0-65535)> <flush:int(1-65535)>", modes: [mode],
    help: [
      "timers": "Adjust routing timers", "basic": "Basic routing protocol update timers", "update": "Seconds between updates",
      "invalid": "Seconds until a route is invalid", "holddown": "Seconds of hold-down", "flush": "Seconds until a route is flushed",
    ], apply: applyTimers,
    write: { router in
      let t = router.timers
      return t == ODRTimers() ? [] : ["timers basic \(t.update) \(t.invalid) \(t.holdDown) \(t.flush)"]
    })

  /// `distance N`
  static let distance = Command<ODRRouter>(
    "distance <distance:int(1-255)>", modes: [mode],
    help: ["distance": "Define an administrative distance", "<distance>": "Administrative distance"], no: .words(1),
    apply: { router, input in router.distance = (input.negated ? nil : input.arguments.int("distance")) ?? ODRDefaults.distance },
    write: { $0.distance == ODRDefaults.distance ? [] : ["distance \($0.distance)"] })

  /// `maximum-paths N`
  static let maximumPaths = Command<ODRRouter>(
    "maximum-paths <paths:int(1-32)>", modes: [mode],
    help: ["maximum-paths": "Forward packets over multiple paths", "paths": "Number of paths"],
    apply: { router, input in router.maximumPaths = (input.negated ? nil : input.arguments.int("paths")) ?? ODRDefaults.maximumPaths },
    write: { $0.maximumPaths == ODRDefaults.maximumPaths ? [] : ["maximum-paths \($0.maximumPaths)"] })

  /// `distribute-list {LIST | prefix NAME | route-map NAME} in [INTERFACE]`; nothing is sent that a hub could filter.
  static let distributeList: Command<ODRRouter> = FilterCommands.distributeList(modes: [mode], at: \.distributeLists)

  private static func applyTimers(_ router: inout ODRRouter, _ input: CommandInput) throws(CommandRefusal) {
    let arguments = input.arguments
    guard !input.negated, let update = arguments.int("update"), let invalid = arguments.int("invalid"),
      let holdDown = arguments.int("holddown"), let flush = arguments.int("flush")
    else { return router.timers = ODRTimers() }
    guard flush >= invalid else { throw CommandRefusal("a route cannot be flushed before it is invalid") }
    router.timers = ODRTimers(update: update, invalid: invalid, holdDown: holdDown, flush: flush)
  }

  static func name(_ filter: DistributeList.Filter) -> String {
    switch filter {
    case .accessList(let list): list
    case .routeMap(let map): "route-map \(map)"
    case .prefixList(let list, _): "prefix \(list ?? "")"
    }
  }
}
