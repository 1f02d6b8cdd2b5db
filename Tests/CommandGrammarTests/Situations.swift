// SPDX-License-Identifier: GPL-3.0-or-later

import CommandGrammar
import Wire

/// What a line came to, short enough for a table.
enum Came: Equatable {
  case to(String, negated: Bool = false)
  case ambiguous(String, at: Int)
  case invalid(at: Int)
  case incomplete
  case empty
}

extension CommandSet {
  /// Reads `line` and keeps only what tables compare.
  func came(_ line: String, _ mode: CommandMode = .privilegedExec) -> Came {
    switch parse(line, mode: mode) {
    case .empty: return .empty
    case .match(_, _, let negated, _, let canonical): return .to(canonical, negated: negated)
    case .failure(let failure):
      switch failure.reason {
      case .ambiguous(let word): return .ambiguous(word, at: failure.column)
      case .invalid: return .invalid(at: failure.column)
      case .incomplete: return .incomplete
      }
    }
  }

  func arguments(_ line: String, _ mode: CommandMode = .privilegedExec, resolve: (String) -> IPAddress? = { _ in nil }) -> Arguments? {
    if case .match(_, let arguments, _, _, _) = parse(line, mode: mode, resolve: resolve) { arguments } else { nil }
  }

  func failure(_ line: String, _ mode: CommandMode = .privilegedExec) -> CommandFailure? {
    if case .failure(let failure) = parse(line, mode: mode) { failure } else { nil }
  }
}

/// A console small enough to know by heart, large enough to have neighbours.
enum Sample {
  static func exec(_ pattern: String, _ help: [String: String] = [:], no: NoForm = .none) -> CommandSpec<String> {
    CommandSpec(pattern, modes: [.userExec, .privilegedExec], help: help, no: no, action: pattern)
  }

  static func line(_ pattern: String, _ mode: CommandMode = .interface, _ help: [String: String] = [:], no: NoForm = .prefix) -> CommandSpec<String> {
    CommandSpec(pattern, modes: [mode], help: help, no: no, action: pattern)
  }

  static let console = CommandSet([
    exec("show ip nhrp [brief]", ["show": "Show running system information", "ip": "IP information", "nhrp": "NHRP information", "brief": "One line an entry"]),
    exec("show ip route [<prefix:prefix>]", ["route": "IP routing table"]),
    exec("show ip interface brief"),
    exec("show interface [<if:interface>]", ["interface": "Interface status"]),
    exec("show ipv6 route", ["ipv6": "IPv6 information"]),
    exec("show ipv6 neighbors"),
    exec("show version", ["version": "Software version"]),
    exec("shutdown", no: .whole),
    exec("ping <host:host> [repeat <count:int(1-1000)>]"),
    exec("clear { counters | crypto sa [peer <peer:address>] | ip { route { * | <net:prefix> } | nhrp } }"),
    exec("debug nhrp [packet]", no: .whole),
    line("ip address <address:ipv4> <mask:mask> [secondary]"),
    line("ip nhrp network-id <id:int(1-4294967295)>"),
    line("ip nhrp map multicast { dynamic | <nbma:ipv4> }", .interface, ["multicast": "Send broadcast there"]),
    line("ip nhrp map <protocol:ipv4> <nbma:ipv4>"),
    line("ip nhrp nhs <nhs:ipv4> [nbma <nbma:host> [multicast]] [priority <priority:int(0-255)>]", .interface, ["nhs": "Next hop server", "priority": "Which one first", "<priority>": "Lower is better"]),
    line("ip nhrp redirect [timeout <seconds:int(2-30)>]"),
    line("ip mtu <bytes:int(68-9216)>"),
    line("ipv6 address <address:prefix>"),
    line("tunnel mode gre multipoint", no: .whole),
    line("tunnel source { <address:ipv4> | <source:interface> }"),
    line("description <text:line>"),
    line("shutdown"),
    line("interface <name:interface>", .global),
    line("hostname <name:name>", .global),
    line("default-information originate [metric <metric:int(0-16777214)>]", .router),
    line("network <address:ipv4> <wildcard:ipv4> area <area:int(0-99)>", .router),
  ])
}

/// The same sequence on every machine (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
