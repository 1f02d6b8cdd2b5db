// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// How the rules of one kind of access-list are typed and written, behind `permit` or `deny`.
protocol AccessRuleWords: SendableMetatype {
  associatedtype Rule: AccessListRule
  /// What stands before a line's number.
  static var numberWord: String { get }
  static var pattern: String { get }
  static var help: [String: String] { get }
  static func rule(_ arguments: Arguments) throws(CommandRefusal) -> Rule
  static func text(_ rule: Rule) -> String
}

/// `{any | [host] A | A W} [log]`
enum StandardRuleWords: AccessRuleWords {
  static let numberWord = ""
  static let pattern = "{any|host <address:ipv4>|<address:ipv4> [<wildcard:ipv4>]} [log]"
  static let help = ["address": "Address to match"]

  static func rule(_ arguments: Arguments) -> StandardRule {
    StandardRule(
      permits: arguments.has("permit"), network: WildcardWords.network(arguments.address("address"), arguments.address("wildcard")),
      logs: arguments.has("log"))
  }

  /// IOS leaves out `host` here.
  static func text(_ rule: StandardRule) -> String {
    let network = rule.network.wildcard == 0 ? "\(rule.network.address)" : WildcardWords.text(rule.network)
    return network + (rule.logs ? " log" : "")
  }
}

/// `ip SOURCE DESTINATION …`, or another protocol and whatever it has.
enum ExtendedRuleWords: AccessRuleWords {
  static let numberWord = ""
  static let pattern = """
    {ip {any|host <source:ipv4>|<source:ipv4> <sourcewild:ipv4>} \
    {any|host <destination:ipv4>|<destination:ipv4> <destinationwild:ipv4>} [<rest:line>]|<protocol:word> <rest:line>}
    """
  static let help = [
    "ip": "Any Internet Protocol", "source": "Source address", "sourcewild": "Source wildcard bits",
    "destination": "Destination address", "destinationwild": "Destination wildcard bits", "protocol": "An IP protocol",
    "rest": "As on IOS; it filters no route",
  ]

  static func rule(_ arguments: Arguments) throws(CommandRefusal) -> ExtendedRule {
    var rule = ExtendedRule(permits: arguments.has("permit"))
    rule.rest = arguments[text: "rest"] ?? ""
    if let name = arguments[text: "protocol"] {
      guard name.lowercased() != "ip" else { throw CommandRefusal("expected source and destination behind 'ip'") }
      rule.protocolName = name
    } else {
      rule.source = WildcardWords.network(arguments.address("source"), arguments.address("sourcewild"))
      rule.destination = WildcardWords.network(arguments.address("destination"), arguments.address("destinationwild"))
    }
    return rule
  }

  static func text(_ rule: ExtendedRule) -> String {
    guard rule.protocolName == "ip" else { return "\(rule.protocolName) \(rule.rest)" }
    return "ip \(WildcardWords.text(rule.source)) \(WildcardWords.text(rule.destination))" + (rule.rest.isEmpty ? "" : " " + rule.rest)
  }
}

/// `ipv6 SOURCE DESTINATION …`, or another protocol and whatever it has.
enum IPv6RuleWords: AccessRuleWords {
  static let numberWord = "sequence "
  static let pattern = """
    {ipv6 {any|host <source:ipv6>|<source:prefix>} {any|host <destination:ipv6>|<destination:prefix>} [<rest:line>]|\
    <protocol:word> <rest:line>}
    """
  static let help = [
    "ipv6": "Any IPv6", "source": "Source network", "destination": "Destination network", "protocol": "An IPv6 protocol",
    "rest": "As on IOS; it filters no route",
  ]

  static func rule(_ arguments: Arguments) throws(CommandRefusal) -> IPv6Rule {
    var rule = IPv6Rule(permits: arguments.has("permit"))
    rule.rest = arguments[text: "rest"] ?? ""
    if let name = arguments[text: "protocol"] {
      guard name.lowercased() != "ipv6" else { throw CommandRefusal("expected source and destination behind 'ipv6'") }
      rule.protocolName = name
    } else {
      rule.source = try network(arguments, "source")
      rule.destination = try network(arguments, "destination")
    }
    return rule
  }

  private static func network(_ arguments: Arguments, _ name: String) throws(CommandRefusal) -> IPPrefix {
    let network = arguments.prefix(name) ?? IPPrefix(host: arguments.address(name) ?? .anyV6)
    guard arguments.address(name) != nil else { return IPPrefix(.anyV6, length: 0) }
    guard !network.address.isV4 else { throw CommandRefusal("\(network) is no IPv6 network") }
    return network
  }

  static func text(_ rule: IPv6Rule) -> String {
    guard rule.protocolName == "ipv6" else { return "\(rule.protocolName) \(rule.rest)" }
    return "ipv6 \(text(rule.source)) \(text(rule.destination))" + (rule.rest.isEmpty ? "" : " " + rule.rest)
  }

  private static func text(_ network: IPPrefix) -> String {
    network.isDefault ? "any" : network.isHost ? "host \(network.address)" : network.description
  }
}

/// `any`, `host A`, `A W`
enum WildcardWords {
  static func network(_ address: IPAddress?, _ wildcard: IPAddress?) -> WildcardNetwork {
    address.map { WildcardNetwork($0, wildcard: wildcard?.v4Bits ?? 0) } ?? .any
  }

  static func text(_ network: WildcardNetwork) -> String {
    switch network.wildcard {
    case .max: "any"
    case 0: "host \(network.address)"
    default: "\(network.address) \(IPAddress(v4: network.wildcard))"
    }
  }
}
