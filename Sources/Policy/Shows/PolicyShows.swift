// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// What `show …` prints of lists, route-maps and key chains: lines of text, made of the settings alone. A name asks for one of them.
public enum PolicyShows {
  /// `show {ip | ipv6} prefix-list [NAME]`
  public static func prefixLists(_ settings: PolicySettings, isV4: Bool, named name: String? = nil) -> [String] {
    let family = isV4 ? "ip" : "ipv6"
    return (isV4 ? settings.prefixLists : settings.ipv6PrefixLists).filter { name == nil || $0.name == name }.flatMap { list in
      ["\(family) prefix-list \(list.name): \(list.entries.count) entries"] + list.entries.map { "   seq \($0.sequence) \($0.rule)" }
    }
  }

  /// `show {ip | ipv6} prefix-list NAME PREFIX first-match`: the line that decides.
  public static func prefixList(_ settings: PolicySettings, named name: String, deciding prefix: IPPrefix) -> [String] {
    let lists = prefix.address.isV4 ? settings.prefixLists : settings.ipv6PrefixLists
    return lists[name]?.match(prefix).map { ["   seq \($0.sequence) \($0.rule)"] } ?? []
  }

  /// `show access-lists [NAME | N]`
  public static func accessLists(_ settings: PolicySettings, named name: String? = nil) -> [String] {
    standardLists(settings, name) + extendedLists(settings, name) + ipv6Lists(settings, name)
  }

  private static func standardLists(_ settings: PolicySettings, _ name: String?) -> [String] {
    settings.standardLists.filter { name == nil || $0.name == name }.flatMap { list in
      ["Standard IP access list \(list.name)"]
        + rules(list).map { number, rule in "    \(number) \(PolicyCommands.action(rule.permits)) \(text(rule))" }
    }
  }

  private static func text(_ rule: StandardRule) -> String {
    let network =
      switch rule.network.wildcard {
      case .max: "any"
      case 0: "\(rule.network.address)"
      default: "\(rule.network.address), wildcard bits \(IPAddress(v4: rule.network.wildcard))"
      }
    return network + (rule.logs ? " log" : "")
  }

  private static func extendedLists(_ settings: PolicySettings, _ name: String?) -> [String] {
    settings.extendedLists.filter { name == nil || $0.name == name }.flatMap { list in
      ["Extended IP access list \(list.name)"]
        + rules(list).map { number, rule in "    \(number) \(PolicyCommands.action(rule.permits)) \(ExtendedRuleWords.text(rule))" }
    }
  }

  private static func ipv6Lists(_ settings: PolicySettings, _ name: String?) -> [String] {
    settings.ipv6Lists.filter { name == nil || $0.name == name }.flatMap { list in
      ["IPv6 access list \(list.name)"]
        + rules(list).map { number, rule in "    \(PolicyCommands.action(rule.permits)) \(IPv6RuleWords.text(rule)) sequence \(number)" }
    }
  }

  private static func rules<Rule>(_ list: AccessList<Rule>) -> [(Int, Rule)] {
    list.entries.compactMap { entry in entry.rule.map { (entry.sequence, $0) } }
  }

  /// `show ip as-path-access-list [N]`
  public static func pathLists(_ settings: PolicySettings, named name: String? = nil) -> [String] {
    pathListRows(settings, named: name).flatMap { ["AS path access list \($0.name)"] + lines($0) }
  }

  /// `show ip community-list [NAME | N]`
  public static func communityLists(_ settings: PolicySettings, named name: String? = nil) -> [String] {
    communityListRows(settings, named: name).flatMap { lists($0, "Community") }
  }

  /// `show ip large-community-list [NAME | N]`
  public static func largeCommunityLists(_ settings: PolicySettings, named name: String? = nil) -> [String] {
    largeCommunityListRows(settings, named: name).flatMap { lists($0, "Large Community") }
  }

  private static func lists(_ list: PolicyListRow, _ title: String) -> [String] {
    let kind = (DecimalNumber.read(list.name) == nil ? "Named " : "") + title + (list.isExpanded ? " expanded list " : " standard list ")
    return [kind + list.name] + lines(list)
  }

  private static func lines(_ list: PolicyListRow) -> [String] {
    list.rules.map { "    \(PolicyCommands.action($0.permits)) \($0.text)" }
  }
}
