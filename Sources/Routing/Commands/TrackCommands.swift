// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Wire

extension CommandMode {
  /// `(config-track)#`
  public static let track = CommandMode(configuration: "config-track")
}

/// `track N …`, its lines, and `show track`.
public enum TrackCommands {
  /// `track N {interface X {line-protocol | {ip | ipv6} routing} | ip route A M reachability | ipv6 route P reachability | list …}`
  public static let section: CommandSection<[TrackedObject]> = {
    var shape = SectionShape<TrackedObject>(headLine: { $0.iosLine }, lines: TrackListCommands.all + [delay])
    shape.name = { $0.int("number").map { "\($0)" } }
    shape.applyHead = { (object: inout TrackedObject, input: CommandInput) throws(CommandRefusal) in
      guard let subject = try subject(input.arguments), subject != object.subject else { return }
      object.subject = subject
      // What a list of another kind held means nothing now.
      (object.members, object.threshold) = ([], TrackedThreshold())
    }
    shape.precedes = { $0.number < $1.number }
    return CommandSection(
      """
      track <number:int(1-\(Limits.trackedObjects))> [{interface <interface:interface> {line-protocol|ip routing|ipv6 routing}|\
      ip route <network:ipv4> <mask:mask> reachability|ip route <prefix:prefix> reachability|ipv6 route <prefix:prefix> reachability|\
      list {boolean {and|or}|threshold {percentage|weight}}}]
      """,
      in: .global, mode: .track, help: help, at: \.self, shape: shape)
  }()

  private static let help = [
    "track": "Object tracking configuration commands", "number": "Tracked object", "interface": "Select an interface to track",
    "<interface>": "Interface", "line-protocol": "Track interface line-protocol", "ip": "IP protocol", "ipv6": "IPv6 protocol",
    "routing": "Track interface IP routing capability", "route": "IP route", "network": "Network", "mask": "Its mask",
    "prefix": "Network and its length", "reachability": "Reachability", "delay": "Tracking delay", "up": "Delay up change notification",
    "down": "Delay down change notification", "<up>": "Seconds", "<down>": "Seconds", "list": "Group objects in a list",
    "boolean": "Use boolean arithmetic", "and": "All objects up", "or": "One object up", "threshold": "Use threshold values",
    "percentage": "Percentage of objects", "weight": "Weights of objects",
  ]

  private static func subject(_ arguments: Arguments) throws(CommandRefusal) -> TrackedObject.Subject? {
    if let interface = arguments[text: "interface"] {
      return arguments.has("line-protocol") ? .lineProtocol(interface) : .routing(interface, isV4: arguments.has("ip"))
    }
    if arguments.has("list") { return rule(arguments).map { .list($0) } }
    if let prefix = arguments.prefix("prefix") {
      guard prefix.address.isV4 == arguments.has("ip") else { throw CommandRefusal("\(prefix) is of the other family") }
      return .route(prefix)
    }
    guard let network = arguments.address("network"), let length = arguments.address("mask").flatMap(IPPrefix.length(ofMask:)) else {
      return nil
    }
    return .route(IPPrefix(network, length: length))
  }

  private static func rule(_ arguments: Arguments) -> TrackedListRule? {
    TrackedListRule.allCases.first { $0.rawValue.split(separator: " ").allSatisfy { arguments.has(String($0)) } }
  }

  private static let delay = Command<TrackedObject>(
    "delay {up <up:int(0-180)> [down <down:int(0-180)>]|down <down:int(0-180)> [up <up:int(0-180)>]}", modes: [.track], help: help,
    no: .words(1),
    apply: { object, input in
      if input.negated {
        (object.upDelaySeconds, object.downDelaySeconds) = (0, 0)
      } else {
        object.upDelaySeconds = input.arguments.int("up") ?? object.upDelaySeconds
        object.downDelaySeconds = input.arguments.int("down") ?? object.downDelaySeconds
      }
    },
    write: { object in
      let up = object.upDelaySeconds > 0 ? " up \(object.upDelaySeconds)" : "", down = object.downDelaySeconds
      return up.isEmpty && down == 0 ? [] : ["delay" + up + (down > 0 ? " down \(down)" : "")]
    })

  /// `show track [N]`; `routes` counts the static routes that depend on an object.
  public static func show(_ table: TrackTable, number: Int? = nil, routes: [StaticRoute], at now: Instant) -> [String] {
    table.states.filter { number == nil || $0.object.number == number }.flatMap { state -> [String] in
      let users = routes.count { $0.track == state.object.number }
      var out = ["Track \(state.object.number)"] + lines(state)
      out.append("    \(state.changes) change\(state.changes == 1 ? "" : "s"), last change \(AgeText.format(now - state.changed))")
      out += TrackListCommands.members(state, in: table)
      if state.object.upDelaySeconds > 0 { out.append("  Delay up \(state.object.upDelaySeconds) secs") }
      if state.object.downDelaySeconds > 0 { out.append("  Delay down \(state.object.downDelaySeconds) secs") }
      return users > 0 ? out + ["  Tracked by:", "    Static IP Routing \(users)"] : out
    }
  }

  private static func lines(_ state: TrackTable.State) -> [String] {
    let word = state.isUp ? "Up" : "Down"
    switch state.object.subject {
    case nil: return ["  Nothing is tracked"]
    case .lineProtocol(let interface)?: return ["  Interface \(interface) line-protocol", "  Line protocol is \(word)"]
    case .routing(let interface, let isV4)?:
      let family = isV4 ? "IP" : "IPv6"
      return ["  Interface \(interface) \(family.lowercased()) routing", "  \(family) routing is \(word)"]
    case .route(let prefix)?:
      let text = prefix.address.isV4 ? "IP route \(prefix.address) \(prefix.mask)" : "IPv6 route \(prefix)"
      return ["  \(text) reachability", "  Reachability is \(word)"]
    case .list(let rule)?: return TrackListCommands.lines(state, rule, word)
    }
  }
}
