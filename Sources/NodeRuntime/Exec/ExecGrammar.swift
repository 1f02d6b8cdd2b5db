// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// Every command of the exec modes, each defined once.
enum ExecGrammar {
  static let commands = CommandSet<ExecAction>(shows + cryptoShows + routingShows + bgp + clears + cryptoClears + routingClears + debugs + probes + sessions + captures)

  static let anyone: Set<CommandMode> = [.userExec, .privilegedExec]
  static let operators: Set<CommandMode> = [.privilegedExec]

  static func command(
    _ pattern: String, _ action: ExecAction, modes: Set<CommandMode> = anyone, _ help: [String: String] = [:], no: NoForm = .none
  ) -> CommandSpec<ExecAction> {
    CommandSpec(pattern, modes: modes, help: ExecWords.help.merging(help) { $1 }, no: no, action: action)
  }

  static func show(
    _ pattern: String, _ action: ShowAction, modes: Set<CommandMode> = anyone, _ help: [String: String] = [:]
  ) -> CommandSpec<ExecAction> {
    command("show " + pattern, .show(action), modes: modes, help)
  }

  // A host is written before an interface where both may stand: `spoke1` would be an interface of Linux otherwise.
  private static let shows: [CommandSpec<ExecAction>] = [
    show(
      "dmvpn [detail] [interface <if:interface>] [peer { nbma <nbma:host> | tunnel <tunnel:host> }] [{static|dynamic}] [detail]", .dmvpn,
      ["interface": "Only this tunnel", "static": "Static entries only", "dynamic": "Dynamic entries only"]),
    show("dmvpn why <from:host> <to:host>", .why, ["why": "Why a shortcut is there, or is not"]),
    show("ip nhrp [{brief|detail}]", .nhrp),
    show("ip nhrp <where:host> [{brief|detail}]", .nhrpEntry),
    show("ip nhrp [{brief|detail}] <if:interface>", .nhrp),
    show("ip nhrp {static|dynamic|incomplete} [<if:interface>]", .nhrp, ["static": "Static entries", "dynamic": "Dynamic entries"]),
    show("ip nhrp nhs [detail] [<if:interface>]", .nhs),
    show("ip nhrp multicast [<if:interface>]", .multicast, ["multicast": "Who gets multicast"]),
    show("ip nhrp traffic [interface <if:interface>] [detail]", .nhrpTraffic, ["interface": "Only this tunnel"]),
    show("ip nhrp shortcut [<if:interface>]", .shortcuts),
    show("ip nhrp summary [<if:interface>]", .summary, ["summary": "Entries by kind"]),
    show("ip nhrp redirect [<if:interface>]", .redirects),
    show("ip route", .routes),
    show(
      "ip route {nhrp|static|connected|bgp|rip|odr}", .nhrpRoutes,
      ["nhrp": "NHRP routes", "static": "Static routes", "bgp": "BGP routes", "rip": "RIP routes", "odr": "On-demand routes"]),
    show("ip route next-hop-override", .overrides),
    show("ip route summary", .routeSummary, ["summary": "Routes by source"]),
    show("ip route <where:host> [<mask:mask>]", .routeOf, ["where": "Network, address or host"]),
    show("ip route <where:host> <mask:mask> longer-prefixes", .routes, ["where": "Network", "longer-prefixes": "Also the networks inside it"]),
    show("ipv6 nhrp [{brief|detail}]", .nhrp),
    show("ipv6 nhrp {<where:host>|<where:ipv6>} [{brief|detail}]", .nhrpEntry),
    show("ipv6 nhrp [{brief|detail}] <if:interface>", .nhrp),
    show("ipv6 nhrp {static|dynamic|incomplete} [<if:interface>]", .nhrp, ["static": "Static entries", "dynamic": "Dynamic entries"]),
    show("ipv6 nhrp nhs [detail] [<if:interface>]", .nhs),
    show("ipv6 nhrp multicast [<if:interface>]", .multicast, ["multicast": "Who gets multicast"]),
    show("ipv6 nhrp traffic [interface <if:interface>] [detail]", .nhrpTraffic, ["interface": "Only this tunnel"]),
    show("ipv6 nhrp shortcut [<if:interface>]", .shortcuts),
    show("ipv6 nhrp summary [<if:interface>]", .summary, ["summary": "Entries by kind"]),
    show("ipv6 nhrp redirect [<if:interface>]", .redirects),
    show("ipv6 route", .routes),
    show("ipv6 route {nhrp|static|connected|bgp}", .nhrpRoutes, ["nhrp": "NHRP routes", "static": "Static routes", "bgp": "BGP routes"]),
    show("ipv6 route summary", .routeSummary, ["summary": "Routes by source"]),
    show("ipv6 route {<where:host>|<where:ipv6>}", .routeOf, ["where": "Network, address or host"]),
    show("ip cef <where:host>", .cef, ["where": "Address or host"]),
    show("ip interface brief", .interfaceBrief, ["interface": "IP interface status and configuration", "brief": "One line each"]),
    show("interfaces [<if:interface>]", .interfaces),
    show("running-config [{all|interface <if:interface>}]", .runningConfig, modes: operators, ["interface": "Only this interface"]),
    show("startup-config", .startupConfig, modes: operators),
    show("logging", .logging, ["logging": "The log"]),
    show("journal [last <count:int(1-100000)>]", .journal),
    show("version", .version),
    show("clock", .clock),
    show("users", .users),
    show("hosts", .hosts),
    show("terminal", .terminal, ["terminal": "This session"]),
    show("drops", .drops),
    show("monitor capture [<name:word>]", .captures, ["monitor": "What is monitored", "capture": "Captures"]),
    show("debugging", .debugging),
    show("nhrp debug-condition", .debugging),
  ]

  private static let clears: [CommandSpec<ExecAction>] = [
    command(
      "clear ip nhrp [<where:host> [<mask:mask>]] [interface <if:interface>] [shortcut] [counters]", .clear(.nhrp), modes: operators,
      ["interface": "Only this tunnel", "shortcut": "Shortcuts only", "counters": "Counters only"]),
    command(
      "clear ipv6 nhrp [{<where:host>|<where:ipv6>}] [interface <if:interface>] [shortcut] [counters]", .clear(.nhrp), modes: operators,
      ["interface": "Only this tunnel", "shortcut": "Shortcuts only", "counters": "Counters only"]),
    command(
      "clear dmvpn session [interface <if:interface>] [peer { nbma <nbma:host> | tunnel <tunnel:host> }] [static]", .clear(.sessions),
      modes: operators, ["interface": "Only this tunnel", "static": "Static entries and next hop servers too"]),
    command("clear dmvpn statistics", .clear(.statistics), modes: operators),
    command("clear ip route *", .clear(.routes), modes: operators, ["route": "Evaluate routes again"]),
    command("clear ip route <where:host> [<mask:mask>]", .clear(.routes), modes: operators, ["route": "Evaluate routes again"]),
    command("clear ipv6 route {*|<where:ipv6>}", .clear(.routes), modes: operators, ["route": "Evaluate routes again"]),
    command("clear counters [<if:interface>]", .clear(.counters), modes: operators),
    command("clear logging", .clear(.logging), modes: operators, ["logging": "Begin the log anew"]),
  ]

  private static let nhrpDebug = "nhrp [{packet|cache|error|extension|rate|detail|routing}]"
  private static let dmvpnDebug = "dmvpn {all|error|detail|packet} [{all|nhrp|crypto|tunnel|socket}]"
  private static let conditionDebug =
    "{nhrp|dmvpn} condition {interface <if:interface>|peer { nbma <nbma:host> | tunnel <tunnel:host> }}"

  private static let debugs: [CommandSpec<ExecAction>] = ["debug", "undebug"].flatMap { verb in
    let form: NoForm = verb == "debug" ? .whole : .none
    let all = verb == "debug" ? [command("debug all", .debug(.all), modes: operators, no: .whole)] : [command("undebug all", .debug(.all), modes: operators)]
    let conditions = verb == "debug" ? conditionDebug : conditionDebug.replacingCondition
    return all + cryptoDebugs(verb, form) + routingDebugs(verb, form) + [
      command("\(verb) \(nhrpDebug)", .debug(.nhrp), modes: operators, no: form),
      command("\(verb) \(dmvpnDebug)", .debug(.dmvpn), modes: operators, no: form),
      command("\(verb) \(conditions)", .debug(.condition), modes: operators, no: form),
    ]
  }

  private static let probes: [CommandSpec<ExecAction>] = {
    let option = "[{source {<source:host>|<source:ipv6>}|repeat <count:int(1-10000)>|size <bytes:int(36-9000)>}]"
    return [
      command("ping [{ip|ipv6}] {<target:host>|<target:ipv6>} \(option) \(option) \(option)", .ping, ["<target>": "Address or host", "<source>": "Own address or interface"]),
      command(
        "traceroute [{ip|ipv6}] {<target:host>|<target:ipv6>} [source {<source:host>|<source:ipv6>}] [numeric]", .traceroute,
        ["<target>": "Address or host", "<source>": "Own address or interface"]),
    ]
  }()

  private static let sessions: [CommandSpec<ExecAction>] = [
    command("enable", .enable),
    command("disable", .disable, modes: operators),
    command("exit", .exit), command("logout", .exit), command("quit", .exit),
    command("configure terminal", .configure, modes: operators),
    command("terminal length <lines:int(0-512)>", .terminalLength),
    command("terminal monitor", .terminalMonitor, ["monitor": "Show the log in this session"]),
    command("terminal no monitor", .terminalNoMonitor, ["monitor": "Show the log in this session"]),
    command("write [memory]", .writeMemory, modes: operators),
    command("write terminal", .writeTerminal, modes: operators, ["terminal": "Show the running configuration"]),
    command("copy running-config startup-config", .writeMemory, modes: operators),
    command("reload", .reload, modes: operators),
  ]

  private static let captures: [CommandSpec<ExecAction>] = [
    command(
      "monitor capture <name:word> { start | stop | file <file:word> | interface <if:interface> [both] [file <file:word>] [start] "
        + "| peer <a:host> [<b:host>] [file <file:word>] [start] }",
      .capture, modes: operators,
      [
        "interface": "Capture on a tunnel", "peer": "Capture what goes to and from a peer", "<a>": "Peer", "<b>": "Other peer", "name": "Name of the capture",
        "start": "Start it",
      ], no: .prefix)
  ]
}

extension String {
  /// `undebug … condition` may end there: it takes all conditions away.
  fileprivate var replacingCondition: String {
    "{nhrp|dmvpn} condition [{interface <if:interface>|peer { nbma <nbma:host> | tunnel <tunnel:host> }}]"
  }
}

/// The `?` text of each word, where it means the same everywhere.
enum ExecWords {
  static let help: [String: String] = [
    "show": "Show running system information", "clear": "Reset functions", "debug": "Debugging functions", "undebug": "Disable debugging functions",
    "ip": "IP information", "ipv6": "IPv6 information", "nhrp": "NHRP information", "dmvpn": "DMVPN information", "detail": "More of each", "brief": "One line each",
    "peer": "Only this peer", "nbma": "By its NBMA address", "tunnel": "By its tunnel address", "<nbma>": "NBMA address", "<tunnel>": "Tunnel address",
    "<if>": "Interface", "interface": "Only this interface", "<from>": "Who asks: a spoke, or a host behind it", "<to>": "Who is asked for: a spoke, or a host behind it",
    "incomplete": "Entries without an answer", "nhs": "Next hop servers", "traffic": "NHRP packets by type", "shortcut": "Entries that are routes",
    "redirect": "Redirects and their limit", "route": "IP routing table", "connected": "Connected routes",
    "next-hop-override": "Routes whose next hop NHRP overrides", "cef": "How packets are forwarded", "interfaces": "Interface status and configuration",
    "running-config": "Current operating configuration", "startup-config": "Contents of the startup configuration", "all": "All of it",
    "journal": "All that happened, with its causes", "last": "Only the newest", "count": "How many", "version": "Software version",
    "clock": "The system clock", "users": "Who is at a console", "hosts": "Host name table", "drops": "Packets dropped, by reason",
    "debugging": "State of each debugging option", "debug-condition": "Debugging conditions", "capture": "Capture packets into a file",
    "where": "Tunnel address, network or host", "mask": "Network mask", "session": "Sessions with peers", "statistics": "Counters of all peers",
    "counters": "Counters", "*": "All of them", "packet": "NHRP packets", "cache": "NHRP cache", "error": "Errors", "extension": "NHRP extensions",
    "rate": "Rate limits", "routing": "NHRP routes", "crypto": "Encryption", "socket": "Crypto sockets", "condition": "Only what fits",
    "ping": "Send echo messages", "traceroute": "Trace the route to a destination", "source": "Source address or interface",
    "repeat": "How many echo messages", "size": "Bytes of each packet", "bytes": "Bytes", "numeric": "Addresses only",
    "enable": "Turn on privileged commands", "disable": "Turn off privileged commands", "exit": "Leave this mode", "logout": "Leave the console",
    "quit": "Leave the console", "configure": "Enter configuration mode", "terminal": "This terminal", "length": "Lines of a screen, 0 for no pause",
    "lines": "Lines", "monitor": "Monitor packets and events", "no": "Negate", "write": "Save the running configuration", "memory": "Into its file",
    "copy": "Copy from one place to another", "reload": "Restart", "start": "Start the capture", "stop": "Stop the capture",
    "file": "Name of the pcapng file", "<file>": "Path", "both": "Both directions",
  ]
}
