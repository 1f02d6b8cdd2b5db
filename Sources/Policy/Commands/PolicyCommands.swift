// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// The modes of the sections, with IOS' prompts.
extension CommandMode {
  /// `(config-std-nacl)#`
  public static let standardAccessList = CommandMode(configuration: "config-std-nacl")
  /// `(config-ext-nacl)#`
  public static let extendedAccessList = CommandMode(configuration: "config-ext-nacl")
  /// `(config-ipv6-acl)#`
  public static let ipv6AccessList = CommandMode(configuration: "config-ipv6-acl")
  /// `(config-route-map)#`
  public static let routeMap = CommandMode(configuration: "config-route-map")
  /// `(config-keychain)#`
  public static let keyChain = CommandMode(configuration: "config-keychain")
  /// `(config-keychain-key)#`
  public static let keyChainKey = CommandMode(configuration: "config-keychain-key")
}

/// All lines of lists, route-maps and key chains, as IOS-XE 17 writes them.
public enum PolicyCommands {
  /// What `show running-config` prints above the interfaces.
  public static let head: [CommandPart<PolicySettings>] = [.section(keyChain)]

  /// What it prints below the static routes, in this order.
  public static let tail: [CommandPart<PolicySettings>] =
    [
      .line(newCommunityFormat), .line(asPathList), .line(communityList), .line(expandedCommunityList), .line(largeCommunityList),
      .line(expandedLargeCommunityList), .section(standardAccessList), .section(extendedAccessList), .line(numberedStandardList),
      .line(numberedStandardRemark), .line(numberedExtendedList), .line(numberedExtendedRemark), .line(prefixList), .section(routeMap),
      .section(ipv6AccessList),
    ]

  /// All of them.
  public static let all = head + tail

  /// `?` texts of words that mean the same in every line.
  static func help(_ words: [String: String]) -> [String: String] { words.merging(shared) { mine, _ in mine } }

  private static let shared = [
    "ip": "Global IP configuration subcommands", "ipv6": "Global IPv6 configuration subcommands", "permit": "Specify routes to accept",
    "deny": "Specify routes to reject", "match": "Match values from the routing table", "set": "Set values in the routing protocol",
    "any": "Any address", "host": "A single address", "remark": "Comment", "text": "Up to 100 characters describing this line",
    "description": "Specify a description", "log": "Log matches against this entry", "sequence": "Sequence number of the entry",
    "<sequence>": "Sequence number", "list": "Name or number of the list", "standard": "Standard list", "expanded": "Expanded list",
    "extended": "Extended list", "expression": "A regular expression", "community": "Community number",
    "additive": "Add to the existing ones",
    "none": "No community", "exact-match": "Exact matching of communities", "number": "Number", "name": "Name",
    "address": "Address", "wildcard": "Wildcard bits", "next-hop": "Next hop address", "metric": "Metric", "tag": "Tag",
    "interface": "Interface", "route-map": "Route map", "prefix-list": "Prefix-list", "prefix": "Network and its length",
  ]

  /// `description TEXT`
  static func description<Settings: Sendable>(
    _ mode: CommandMode, _ path: WritableKeyPath<Settings, String?> & Sendable
  ) -> Command<Settings> {
    Command<Settings>(
      "description <text:line>", modes: [mode], help: help(["text": "Text"]),
      apply: { settings, input in settings[keyPath: path] = input.negated ? nil : input.arguments[text: "text"] },
      write: { $0[keyPath: path].map { ["description \($0)"] } ?? [] })
  }

  static func action(_ permits: Bool) -> String { permits ? "permit" : "deny" }
}
