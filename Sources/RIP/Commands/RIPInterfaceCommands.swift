// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// The `ip rip …` lines of an interface, in the order in which `show running-config` prints them.
public enum RIPInterfaceCommands {
  /// All that RIP acts on.
  public static let all: [Command<RIPInterfaceSettings>] = [
    sendVersion, receiveVersion, broadcast, authenticationMode, authenticationKeyChain, splitHorizon, poisonedReverse, nextHopSelf,
    summaryAddress,
  ]

  /// `ip rip send version {1 | 2 | 1 2}`
  static let sendVersion = Command<RIPInterfaceSettings>(
    "ip rip send version {1|2}...", modes: [.interface],
    help: help(["send": "Send updates", "version": "Version control", "1": "RIP version 1", "2": "RIP version 2"]), no: .words(4),
    apply: { settings, input in settings.sendVersions = input.negated ? [] : versions(input.arguments) },
    write: { $0.sendVersions.isEmpty ? [] : ["ip rip send version " + text($0.sendVersions)] })

  /// `ip rip receive version {1 | 2 | 1 2}`
  static let receiveVersion = Command<RIPInterfaceSettings>(
    "ip rip receive version {1|2}...", modes: [.interface],
    help: help(["receive": "Accept updates", "version": "Version control", "1": "RIP version 1", "2": "RIP version 2"]), no: .words(4),
    apply: { settings, input in settings.receiveVersions = input.negated ? [] : versions(input.arguments) },
    write: { $0.receiveVersions.isEmpty ? [] : ["ip rip receive version " + text($0.receiveVersions)] })

  /// `ip rip v2-broadcast`
  static let broadcast = Command<RIPInterfaceSettings>(
    "ip rip v2-broadcast", modes: [.interface], help: help(["v2-broadcast": "Send version 2 updates to the broadcast address"]),
    apply: { settings, input in settings.broadcasts = !input.negated },
    write: { $0.broadcasts ? ["ip rip v2-broadcast"] : [] })

  /// `ip rip authentication mode {text | md5 | hmac-sha-…}`
  static let authenticationMode = Command<RIPInterfaceSettings>(
    "ip rip authentication mode {text|md5|hmac-sha-1|hmac-sha-256|hmac-sha-384|hmac-sha-512}", modes: [.interface],
    help: help([
      "authentication": "Authentication control", "mode": "Authentication mode", "text": "Clear text authentication",
      "md5": "Keyed message digest", "hmac-sha-1": "HMAC-SHA-1 (RFC 4822)", "hmac-sha-256": "HMAC-SHA-256 (RFC 4822)",
      "hmac-sha-384": "HMAC-SHA-384 (RFC 4822)", "hmac-sha-512": "HMAC-SHA-512 (RFC 4822)",
    ]), no: .words(4),
    apply: { settings, input in
      settings.authenticationMode = input.negated ? nil : RIPAuthenticationMode.allCases.first { input.arguments.has($0.rawValue) }
    },
    write: { $0.authenticationMode.map { ["ip rip authentication mode \($0.rawValue)"] } ?? [] })

  /// `ip rip authentication key-chain NAME`
  static let authenticationKeyChain = Command<RIPInterfaceSettings>(
    "ip rip authentication key-chain <name:name>", modes: [.interface],
    help: help(["authentication": "Authentication control", "key-chain": "Authentication key-chain", "name": "Name of the key chain"]),
    apply: { settings, input in settings.keyChain = input.negated ? nil : input.arguments[text: "name"] },
    write: { $0.keyChain.map { ["ip rip authentication key-chain \($0)"] } ?? [] })

  /// `[no] ip split-horizon`
  static let splitHorizon = Command<RIPInterfaceSettings>(
    "ip split-horizon", modes: [.interface], help: help(["split-horizon": "Perform split horizon"]),
    apply: { settings, input in settings.splitHorizon = input.isDefault || !input.negated },
    write: { $0.splitHorizon ? [] : ["no ip split-horizon"] })

  /// `ip rip split-horizon poisoned-reverse`: IOS has no line for it, this is FRR's.
  static let poisonedReverse = Command<RIPInterfaceSettings>(
    "ip rip split-horizon poisoned-reverse", modes: [.interface],
    help: help(["split-horizon": "Perform split horizon", "poisoned-reverse": "Announce what is learned here as unreachable"]),
    apply: { settings, input in settings.poisonsReverse = !input.negated },
    write: { $0.poisonsReverse ? ["ip rip split-horizon poisoned-reverse"] : [] })

  /// `ip next-hop-self rip`: what IOS says of EIGRP, for RIP. Off where nobody says otherwise (RFC 2453 §4.4).
  static let nextHopSelf = Command<RIPInterfaceSettings>(
    "ip next-hop-self rip", modes: [.interface],
    help: help(["next-hop-self": "This router is the next hop of all it announces", "rip": "Routing Information Protocol (RIP)"]),
    apply: { settings, input in settings.nextHopSelf = !input.negated },
    write: { $0.nextHopSelf ? ["ip next-hop-self rip"] : [] })

  /// `ip summary-address rip A.B.C.D MASK`
  static let summaryAddress = Command<RIPInterfaceSettings>(
    "ip summary-address rip <address:ipv4> <mask:mask>", modes: [.interface],
    help: help(["summary-address": "Perform address summarization", "address": "IP address", "mask": "IP network mask"]), no: .whole,
    apply: { (settings: inout RIPInterfaceSettings, input: CommandInput) throws(CommandRefusal) in
      guard let address = input.arguments.address("address"),
        let length = input.arguments.address("mask").flatMap({ IPPrefix.length(ofMask: $0) })
      else { throw CommandRefusal("a summary has an address and a mask") }
      try RIPCommands.change(&settings.summaries, IPPrefix(address, length: length), input)
      settings.summaries.sort()
    },
    write: { $0.summaries.map { "ip summary-address rip \($0.address) \($0.mask)" } })

  private static func versions(_ arguments: Arguments) -> [Int] { [1, 2].filter { arguments.has("\($0)") } }
  private static func text(_ versions: [Int]) -> String { versions.map(String.init).joined(separator: " ") }

  private static func help(_ words: [String: String]) -> [String: String] {
    words.merging(["ip": "Interface Internet Protocol config commands", "rip": "Router Information Protocol"]) { mine, _ in mine }
  }
}
