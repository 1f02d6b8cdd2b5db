// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// The modes of `router bgp`, with IOS' prompts.
extension CommandMode {
  /// `(config-router)#` of BGP.
  public static let routerBGP = CommandMode(configuration: "config-router", name: "config-router-bgp")
  /// `(config-router-af)#` of BGP.
  public static let routerBGPFamily = CommandMode(configuration: "config-router-af", name: "config-router-bgp-af")
  /// `(config-router-af)#` of families that BGP here does not speak.
  public static let routerBGPOtherFamily = CommandMode(configuration: "config-router-af", name: "config-router-bgp-other-af")
  /// `(config-router-ptmp)#`: templates of policy, which BGP here does not use.
  public static let routerBGPPolicyTemplate = CommandMode(configuration: "config-router-ptmp")
  /// `(config-router-stmp)#`: templates of sessions, the same.
  public static let routerBGPSessionTemplate = CommandMode(configuration: "config-router-stmp")
}

/// What a configuration says of BGP.
public struct BGPConfiguration: Sendable, Equatable {
  /// `router bgp N`: at most one.
  public var routers: [BGPSettings] = []
  /// No BGP.
  public init() {}
  /// The one there is.
  public var settings: BGPSettings? { routers.first }
}

/// `router bgp` and all in it, in the order in which IOS-XE writes it.
public enum BGPCommands {
  /// What stands below the interfaces.
  public static let all: [CommandPart<BGPConfiguration>] = [.section(router)]

  /// `router bgp N`
  public static let router: CommandSection<BGPConfiguration> = {
    var shape = SectionShape<BGPSettings>(headLine: { "router bgp \($0.name)" }, lines: routerLines + ipv4Lines)
    shape.nameAmong = { (arguments, there) throws(CommandRefusal) in
      guard let text = arguments[text: "as"], let number = ASNumberText.read(text) else {
        throw CommandRefusal("an AS number is 1 to 4294967295, or 1.0 to 65535.65535")
      }
      if let other = there.first(where: { $0.asNumber != number }) { throw CommandRefusal("BGP is already running; AS is \(other.name)") }
      return there.first?.name ?? text
    }
    shape.isRemoved = { element, arguments in arguments[text: "as"].flatMap(ASNumberText.read) ?? element.asNumber == element.asNumber }
    shape.parts = [policyTemplate, sessionTemplate, family, otherFamily]
    return CommandSection(
      "router bgp <as:word>", in: .global, mode: .routerBGP,
      help: ["router": "Enable a routing process", "bgp": "Border Gateway Protocol (BGP)", "as": "Autonomous system number"], at: \.routers,
      shape: shape)
  }()

  /// `address-family {ipv4 | ipv6} [unicast]`
  static let family: CommandSection<BGPSettings> = {
    var shape = SectionShape<BGPFamilySettings>(headLine: { "address-family \($0.name)" }, lines: familyLines(.routerBGPFamily))
    shape.closing = leave
    shape.name = { $0.has("ipv6") ? "ipv6" : "ipv4" }
    return CommandSection(
      "address-family {ipv4|ipv6} [unicast]", in: .routerBGP, mode: .routerBGPFamily,
      help: [
        "address-family": "Enter Address Family command mode", "ipv4": "Address family", "ipv6": "Address family", "unicast": "Unicast",
      ],
      at: \.explicitFamilies, shape: shape)
  }()

  /// The last line of a family as IOS writes it.
  private static let leave = "exit-address-family"

  /// Families of other routing tables and other kinds.
  private static let otherFamily: CommandSection<BGPSettings> = KeptPart.section(
    """
    address-family {{ipv4|ipv6} {vrf|multicast|mdt|tunnel|flowspec|labeled-unicast|mvpn|sr-policy} [<rest:line>]|\
    {vpnv4|vpnv6|l2vpn|nsap|rtfilter|link-state|evpn} [<rest:line>]}
    """,
    in: .routerBGP, mode: .routerBGPOtherFamily, help: ["address-family": "Enter Address Family command mode"], closing: leave,
    at: \.otherFamilies)

  /// `template peer-policy T`
  private static let policyTemplate: CommandSection<BGPSettings> = KeptPart.section(
    "template peer-policy <rest:line>", in: .routerBGP, mode: .routerBGPPolicyTemplate,
    help: ["template": "Enter template command mode", "peer-policy": "Kept, not acted on", "rest": "Name"], closing: "exit-peer-policy",
    at: \.policyTemplates)

  /// `template peer-session T`
  private static let sessionTemplate: CommandSection<BGPSettings> = KeptPart.section(
    "template peer-session <rest:line>", in: .routerBGP, mode: .routerBGPSessionTemplate,
    help: ["template": "Enter template command mode", "peer-session": "Kept, not acted on", "rest": "Name"], closing: "exit-peer-session",
    at: \.sessionTemplates)

  /// The family lines that are typed without `address-family`: they are of IPv4, and written here only while nobody entered that.
  private static let ipv4Lines: [Command<BGPSettings>] = familyLines(.routerBGP).map { command in
    command.mounted(
      through: { (settings: inout BGPSettings, body: (inout BGPFamilySettings) throws(CommandRefusal) -> Void) throws(CommandRefusal) in
        var family = settings.family(.ipv4)
        try body(&family)
        settings.set(family)
      },
      read: { settings in
        let family = settings.family(.ipv4)
        return family.isExplicit ? nil : family
      })
  }

  static func familyLines(_ mode: CommandMode) -> [Command<BGPFamilySettings>] {
    origination(mode) + BGPPolicyLines.commands(mode) + selection(mode)
  }

  // MARK: Lines of the router

  static let routerLines: [Command<BGPSettings>] =
    [routerID, clusterID]
    + [
      flag("bgp always-compare-med", "Compare the MED of paths from different ASes", \.alwaysComparesMED, off: false),
      logging, flag("bgp deterministic-med", "Choose the best path of each neighboring AS first", \.isMEDDeterministic, off: false),
      flag("bgp bestpath med missing-as-worst", "A missing MED is the least preferred", \.isMissingMEDWorst, off: false),
      flag("bgp bestpath as-path multipath-relax", "Paths of other ASes of one length share", \.relaxesMultipath, off: false),
      flag("bgp bestpath compare-routerid", "Compare router ids of external paths; always done", \.comparesRouterID, off: false),
      flag("bgp enforce-first-as", "The first AS of a path is the neighbor's", \.enforcesFirstAS, off: true),
      flag("bgp ebgp-requires-policy", "No routes with other ASes without a policy", \.requiresPolicy, off: false),
      flag("bgp client-to-client reflection", "Reflect routes of clients to clients", \.reflectsClients, off: true),
      flag("bgp fast-external-fallover", "Reset sessions when their interface goes down", \.fallsOverFast, off: true),
      restartTime, stalePathTime, gracefulRestart, listenRange, listenLimit,
      flag("bgp default ipv4-unicast", "Activate IPv4 for neighbors", \.activatesIPv4, off: true), localPreference, timers,
    ] + BGPSessionLines.commands

  private static let words = [
    "bgp": "BGP specific commands", "bestpath": "Change the selection of the best path", "med": "MED attribute", "as-path": "AS path",
    "default": "Configure BGP defaults", "client-to-client": "Reflection between clients", "listen": "Dynamic neighbors",
    "graceful-restart": "Graceful restart", "seconds": "Seconds", "timers": "Adjust routing timers",
  ]

  static func help(_ more: [String: String]) -> [String: String] { words.merging(more) { $1 } }

  private static func flag(_ pattern: String, _ text: String, _ path: WritableKeyPath<BGPSettings, Bool> & Sendable, off normal: Bool)
    -> Command<BGPSettings>
  {
    let last = pattern.split(separator: " ").last.map(String.init) ?? ""
    return Command<BGPSettings>(
      pattern, modes: [.routerBGP], help: help([last: text]), no: .whole,
      apply: { settings, input in settings[keyPath: path] = input.isDefault ? normal : !input.negated },
      write: { $0[keyPath: path] == normal ? [] : [(normal ? "no " : "") + pattern] })
  }

  private static let routerID = Command<BGPSettings>(
    "bgp router-id <id:ipv4>", modes: [.routerBGP], help: help(["router-id": "Override the configured identifier", "id": "Identifier"]),
    apply: { settings, input in settings.routerID = input.negated ? nil : input.arguments.address("id") },
    write: { $0.routerID.map { ["bgp router-id \($0)"] } ?? [] })

  private static let clusterID = Command<BGPSettings>(
    "bgp cluster-id {<id:ipv4>|<number:int(1-4294967295)>}", modes: [.routerBGP],
    help: help(["cluster-id": "Configure the cluster id of a route reflector", "id": "As an address", "number": "As a number"]),
    no: .words(2),
    apply: { settings, input in
      let a = input.arguments
      settings.clusterID = input.negated ? nil : a.address("id")?.v4Bits ?? a.int("number").flatMap(UInt32.init(exactly:))
    },
    write: { $0.clusterID.map { ["bgp cluster-id \(IPAddress(v4: $0))"] } ?? [] })

  /// IOS writes it where it is on.
  private static let logging = Command<BGPSettings>(
    "bgp log-neighbor-changes", modes: [.routerBGP], help: help(["log-neighbor-changes": "Log neighbor up/down and reset reason"]),
    no: .whole,
    apply: { settings, input in settings.logsNeighborChanges = input.isDefault || !input.negated },
    write: { [($0.logsNeighborChanges ? "" : "no ") + "bgp log-neighbor-changes"] })

  private static let gracefulRestart = Command<BGPSettings>(
    "bgp graceful-restart", modes: [.routerBGP], help: help([:]), no: .whole,
    apply: { settings, input in settings.helpsRestarts = !input.negated },
    write: { $0.helpsRestarts ? ["bgp graceful-restart"] : [] })

  private static let restartTime = seconds(
    "bgp graceful-restart restart-time", "Time a session may need to come back", \.restartSeconds, BGPDefaults.restartSeconds)
  private static let stalePathTime = seconds(
    "bgp graceful-restart stalepath-time", "Time stale routes are kept", \.stalePathSeconds, BGPDefaults.stalePathSeconds)

  private static func seconds(_ words: String, _ text: String, _ path: WritableKeyPath<BGPSettings, Int> & Sendable, _ normal: Int)
    -> Command<BGPSettings>
  {
    let last = words.split(separator: " ").last.map(String.init) ?? ""
    return Command<BGPSettings>(
      words + " <seconds:int(1-3600)>", modes: [.routerBGP], help: help([last: text]),
      apply: { settings, input in settings[keyPath: path] = (input.negated ? nil : input.arguments.int("seconds")) ?? normal },
      write: { $0[keyPath: path] == normal ? [] : ["\(words) \($0[keyPath: path])"] })
  }

  private static let listenRange = Command<BGPSettings>(
    "bgp listen range <network:prefix> peer-group <group:word>", modes: [.routerBGP],
    help: help([
      "range": "Subnet of dynamic neighbors", "network": "Network and its length", "peer-group": "Peer group they belong to",
      "group": "Name",
    ]),
    no: .words(4),
    apply: { (settings: inout BGPSettings, input: CommandInput) throws(CommandRefusal) in
      guard let network = input.arguments.prefix("network") else { throw CommandRefusal("expected a network and its length") }
      settings.listenRanges.removeAll { $0.network == network }
      guard !input.negated, let group = input.arguments[text: "group"] else { return }
      settings.listenRanges.append(ListenRange(network, group: group))
    },
    // The groups are written below, as on IOS: a range waits for its group.
    write: { $0.listenRanges.map { "bgp listen range \($0.network) peer-group \($0.group)" } })

  private static let listenLimit = Command<BGPSettings>(
    "bgp listen limit <count:int(1-\(BGPLimits.highestListenLimit))>", modes: [.routerBGP],
    help: help(["limit": "Most dynamic neighbors", "count": "Neighbors"]),
    apply: { settings, input in settings.listenLimit = (input.negated ? nil : input.arguments.int("count")) ?? BGPLimits.listenLimit },
    write: { $0.listenLimit == BGPLimits.listenLimit ? [] : ["bgp listen limit \($0.listenLimit)"] })

  private static let localPreference = Command<BGPSettings>(
    "bgp default local-preference <value:int(0-4294967295)>", modes: [.routerBGP],
    help: help(["local-preference": "Local preference of routes from other ASes", "value": "Higher is better"]),
    apply: { settings, input in
      settings.localPreference =
        (input.negated ? nil : input.arguments.int("value").flatMap(UInt32.init(exactly:))) ?? BGPAssignments.localPreference
    },
    write: { $0.localPreference == BGPAssignments.localPreference ? [] : ["bgp default local-preference \($0.localPreference)"] })

  private static let timers = Command<BGPSettings>(
    "timers bgp <keepalive:int(0-65535)> <hold:int(0-65535)> [<minimum:int(0-65535)>]", modes: [.routerBGP],
    help: help(["keepalive": "Keepalive interval", "hold": "Hold time", "minimum": "Lowest hold time taken from a neighbor"]),
    apply: { (settings: inout BGPSettings, input: CommandInput) throws(CommandRefusal) in
      settings.timers = input.negated ? BGPTimers() : try TimersText.read(input.arguments)
    },
    write: { $0.timers == BGPTimers() ? [] : ["timers bgp " + TimersText.text($0.timers)] })
}

/// Keepalive and hold times of a line.
enum TimersText {
  static func read(_ arguments: Arguments) throws(CommandRefusal) -> BGPTimers {
    var timers = BGPTimers()
    timers.keepalive = arguments.int("keepalive") ?? timers.keepalive
    timers.hold = arguments.int("hold") ?? timers.hold
    timers.minimumHold = arguments.int("minimum") ?? 0
    guard timers.hold == 0 || timers.hold >= 3 else {
      throw CommandRefusal("the hold time is 0, or at least 3 seconds (RFC 4271 section 4.2)")
    }
    return timers
  }

  static func text(_ timers: BGPTimers) -> String {
    "\(timers.keepalive) \(timers.hold)" + (timers.minimumHold == 0 ? "" : " \(timers.minimumHold)")
  }
}

extension BGPSettings {
  /// Families that were entered by `address-family`. One that is entered now keeps what was typed before without it.
  var explicitFamilies: [BGPFamilySettings] {
    get { families.filter(\.isExplicit) }
    set {
      let hidden = families.filter { !$0.isExplicit }
      var new: [BGPFamilySettings] = newValue.map { one in
        var mine = one.isExplicit ? one : hidden.first { $0.name == one.name } ?? one
        mine.isExplicit = true
        return mine
      }
      new += hidden.filter { old in !newValue.contains { $0.name == old.name } }
      families = new.sorted { $0.family < $1.family }
    }
  }

  /// Puts a family's settings back.
  mutating func set(_ family: BGPFamilySettings) {
    if let i = families.firstIndex(where: { $0.name == family.name }) {
      families[i] = family
    } else {
      families = (families + [family]).sorted { $0.family < $1.family }
    }
  }
}
