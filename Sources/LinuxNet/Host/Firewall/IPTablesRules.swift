// SPDX-License-Identifier: GPL-3.0-or-later

extension InputFirewall {
  /// Reads what `iptables-save` or `ip6tables-save` prints; nil where it has no table `filter`.
  public init?(iptables text: String, isV4: Bool) {
    var (chains, drops, isFilter, isThere) = ([String: [FirewallRule]](), false, false, false)
    for line in text.split(separator: "\n") {
      if line.hasPrefix("*") { isFilter = line == "*filter" }
      guard isFilter else { continue }
      isThere = true
      if line.hasPrefix(":INPUT ") { drops = line.hasPrefix(":INPUT DROP") }
      guard line.hasPrefix("-A ") else { continue }
      let words = IPTablesRule.words(of: line.dropFirst(3))
      guard let chain = words.first else { continue }
      chains[chain, default: []].append(IPTablesRule.rule(words.dropFirst()))
    }
    guard isThere else { return nil }
    self.init(
      program: isV4 ? .iptables : .ip6tables, place: "INPUT", isV4: isV4, chain: "INPUT", chains: chains, dropsByDefault: drops)
  }
}

/// One `-A` line.
enum IPTablesRule {
  /// Words between spaces; what stands between quotation marks is one word.
  static func words(of line: Substring) -> [String] {
    var (words, word, isQuoted, isEscaped) = ([String](), "", false, false)
    for character in line {
      if isEscaped {
        word.append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        isQuoted.toggle()
      } else if character == " ", !isQuoted {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    return word.isEmpty ? words : words + [word]
  }

  /// What stands behind the chain's name. The target comes last, its own options behind it.
  static func rule(_ words: ArraySlice<String>) -> FirewallRule {
    var (rule, rest, isNegated) = (FirewallRule(), words, false)
    while let word = rest.popFirst() {
      switch word {
      case "!": isNegated = true
      case "-m", "--match", "--comment": rest = rest.dropFirst()
      case "-j", "-g":
        rule.verdict = verdict(rest.first ?? "", isGoto: word == "-g")
        return rule
      default:
        guard word.hasPrefix("-") else { continue }
        rule.conditions.append(condition(word, rest.first ?? "", isNegated))
        isNegated = false
      }
    }
    return rule
  }

  private static func verdict(_ target: String, isGoto: Bool) -> FirewallVerdict {
    switch target {
    case "ACCEPT": .accept
    case "DROP", "REJECT": .drop
    case "RETURN": .back
    case "QUEUE", "NFQUEUE": .ask
    // A target that is no chain (LOG, MARK, …) has no rules: the walk goes on behind it.
    default: isGoto ? .goto(target) : .jump(target)
    }
  }

  /// An option and its value.
  private static func condition(_ option: String, _ value: String, _ isNegated: Bool) -> FirewallCondition {
    switch option {
    case "-p":
      value == "all"
        ? .known(!isNegated) : numbers(value, FirewallName.protocolRange).map { .protocolNumber($0, isNegated: isNegated) } ?? .unknown
    case "-i": .interface([value], isNegated: isNegated)
    case "--dport", "--dports": numbers(value, port).map { .port($0, isNegated: isNegated) } ?? .unknown
    // Source ports count too: where none fits as the destination's, the source's may.
    case "--ports": isNegated ? .unknown : numbers(value, port).map { .port($0, isNegated: false) } ?? .unknown
    case "--ctstate", "--state": .known(value.split(separator: ",").contains("NEW") != isNegated)
    // What begins is neither translated nor confirmed.
    case "--ctstatus": .known(isNegated)
    case "--dst-type": .known(value.split(separator: ",").contains("LOCAL") != isNegated)
    case "--pkt-type": .known(["unicast", "host"].contains(value) != isNegated)
    default: .unknown
    }
  }

  private static func port(_ text: String) -> ClosedRange<UInt16>? { FirewallName.portRange(text, separator: ":") }

  private static func numbers(_ value: String, _ read: (String) -> ClosedRange<UInt16>?) -> [ClosedRange<UInt16>]? {
    let ranges = value.split(separator: ",").map { read(String($0)) }
    return ranges.contains(nil) ? nil : ranges.compactMap(\.self)
  }
}
