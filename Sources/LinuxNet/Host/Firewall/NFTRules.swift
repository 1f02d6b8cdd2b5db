// SPDX-License-Identifier: GPL-3.0-or-later

extension InputFirewall {
  /// Reads what `nft list ruleset` prints: every chain that is hooked where packets to the host pass.
  public static func nft(_ text: String) -> [InputFirewall] {
    NFTTable.tables(in: text).filter { ["ip", "ip6", "inet"].contains($0.family) }.flatMap { table in
      let chains = table.chains.map { (name: $0.name, rules: $0.lines.flatMap { NFTRule.rules(NFTToken.tokens(of: $0)) }) }
      let all = Dictionary(chains.map { ($0.name, $0.rules) }) { first, _ in first }
      return table.chains.compactMap { chain in hook(chain.lines.first ?? "").map { make(table, chain.name, all, drops: $0) } }
    }
  }

  private static func make(_ table: NFTTable, _ chain: String, _ chains: [String: [FirewallRule]], drops: Bool) -> InputFirewall {
    InputFirewall(
      program: .nft, place: "\(table.family) \(table.name) \(chain)", isV4: table.family == "inet" ? nil : table.family == "ip",
      chain: chain,
      chains: chains, dropsByDefault: drops)
  }

  /// `type filter hook input priority filter; policy drop;`: whether it drops; nil where the chain sees no packets to the host.
  private static func hook(_ line: String) -> Bool? {
    let words = line.split { " ;".contains($0) }
    guard words.starts(with: ["type", "filter", "hook", "input"]) else { return nil }
    return words.suffix(2) == ["policy", "drop"]
  }
}

/// Reads one rule from left to right. What it does not know it takes for a condition that may hold: no finding comes of that.
struct NFTRule {
  private var conditions: [FirewallCondition] = []
  private var rules: [FirewallRule] = []
  private var rest: ArraySlice<NFTToken>

  private init(_ tokens: [NFTToken]) { rest = tokens[...] }

  /// The rules that a line stands for: one, or one for each element of a verdict map. None for the line that hooks a chain.
  static func rules(_ tokens: [NFTToken]) -> [FirewallRule] {
    guard tokens.first != .word("type") else { return [] }
    var rule = NFTRule(tokens)
    while let token = rule.rest.popFirst() { if rule.take(token) { break } }
    return rule.rules
  }

  /// Takes what begins with `token`; true once the rule has ended.
  private mutating func take(_ token: NFTToken) -> Bool {
    guard let word = token.word else {
      conditions.append(.unknown)
      return false
    }
    if let verdict = Self.verdict([word] + rest.prefix(1).compactMap(\.word)) {
      rules.append(FirewallRule(conditions: conditions, verdict: verdict))
      return true
    }
    if !takeStatement(word) { takeMatch(word) }
    return false
  }

  private static func verdict(_ words: [String]) -> FirewallVerdict? {
    switch (words.first, words.dropFirst().first) {
    case ("accept", _): .accept
    case ("drop", _), ("reject", _): .drop
    case ("return", _): .back
    case ("continue", _): .proceed
    case ("queue", _): .ask
    case ("jump", let chain?): .jump(chain)
    case ("goto", let chain?): .goto(chain)
    default: nil
    }
  }

  /// What is said about the packet and asks nothing of it.
  private mutating func takeStatement(_ word: String) -> Bool {
    switch word {
    case "counter", "log": break
    case "comment", "prefix", "level", "flags", "group", "snaplen", "queue-threshold", "name": rest = rest.dropFirst()
    // Of a counter; `limit rate … burst 5 packets` has its number in front.
    case "packets", "bytes": if rest.first?.word.flatMap(UInt64.init) != nil { rest = rest.dropFirst() }
    case "add", "update", "delete": rest = rest.dropFirst(2)
    default: return false
    }
    return true
  }

  // MARK: Matches

  /// What we can read of a packet's description.
  private enum Field { case protocolNumber, port, family, interface, packetType, state, status, addressType, other }

  private mutating func takeMatch(_ word: String) {
    switch word {
    case "meta": break  // `meta l4proto`, and `l4proto` by itself
    case "l4proto": takeValue(of: .protocolNumber)
    case "protocol", "nfproto": takeValue(of: .family)
    case "iifname", "iif": takeValue(of: .interface)
    case "pkttype": takeValue(of: .packetType)
    case "mark", "priority", "nftrace": takeValue(of: .other)
    case "ct": takeField(["state": .state, "status": .status])
    case "fib": takeFIB()
    case "th": takeField(["dport": .port])
    case "ip", "ip6":
      conditions.append(.family(isV4: word == "ip"))
      takeField(["protocol": .protocolNumber, "nexthdr": .protocolNumber])
    default: takeHeader(word)
    }
  }

  /// `udp dport 500`, `esp spi 1-100`, `icmp type …`: the protocol is said with the field.
  private mutating func takeHeader(_ word: String) {
    guard let number = FirewallName.protocolRange(word), UInt16(word) == nil else { return conditions.append(.unknown) }
    conditions.append(.protocolNumber([number], isNegated: false))
    takeField(["dport": .port])
  }

  /// A field of a header, and what is said of it.
  private mutating func takeField(_ known: [String: Field]) { takeValue(of: known[rest.popFirst()?.word ?? ""] ?? .other) }

  /// `fib daddr type local` holds for what is sent to the host alone; other questions depend on its routes.
  private mutating func takeFIB() {
    let isOurs = rest.prefix(2) == [.word("daddr"), .word("type")]
    while let word = rest.popFirst()?.word, !["type", "oif", "oifname", "check"].contains(word) {}
    takeValue(of: isOurs ? .addressType : .other)
  }

  /// `[!=] VALUE`, `vmap { VALUE : VERDICT, … }`, `. FIELD …` (several at once), `set VALUE` (a statement).
  private mutating func takeValue(of field: Field) {
    let isNegated = rest.first == .word("!=")
    if isNegated || rest.first == .word("==") { rest = rest.dropFirst() }
    switch rest.popFirst() {
    case .word("set"): rest = rest.dropFirst()
    case .word("vmap"): takeMap(field)
    case .word("."): takeConcatenation()
    case .word(let word): conditions.append(Self.condition(field, word.split(separator: ",").map(String.init), isNegated))
    case .set(let elements): conditions.append(Self.condition(field, elements.map { $0.joined(separator: " ") }, isNegated))
    case nil: conditions.append(.unknown)
    }
  }

  /// Values of several fields at once are passed over, up to what can only be the end of them.
  private mutating func takeConcatenation() {
    conditions.append(.unknown)
    let ends = ["accept", "drop", "reject", "return", "jump", "goto", "queue", "counter", "log", "comment", "limit"]
    if let end = rest.firstIndex(where: { $0.word.map(ends.contains) ?? false }) { rest = rest[end...] } else { takeWholeMap() }
  }

  /// A verdict map of which no key can be read: any of its verdicts may come.
  private mutating func takeWholeMap() {
    for case .set(let elements) in rest { for element in elements { addElement(element, .other) } }
    rest = []
  }

  private mutating func takeMap(_ field: Field) {
    guard case .set(let elements)? = rest.popFirst() else {
      // A map with a name: we do not look it up.
      rules.append(FirewallRule(conditions: conditions + [.unknown], verdict: .ask))
      return
    }
    for element in elements { addElement(element, field) }
  }

  /// `KEY : VERDICT`
  private mutating func addElement(_ element: [String], _ field: Field) {
    guard let colon = element.firstIndex(of: ":"), let verdict = Self.verdict(Array(element[(colon + 1)...])) else { return }
    let key = Self.condition(field, [element[..<colon].joined(separator: " ")], false)
    rules.append(FirewallRule(conditions: conditions + [key], verdict: verdict))
  }

  // MARK: Values

  /// A named set (`@gates`) is not looked up.
  private static func condition(_ field: Field, _ values: [String], _ isNegated: Bool) -> FirewallCondition {
    guard !values.contains(where: { $0.hasPrefix("@") }) else { return .unknown }
    switch field {
    case .protocolNumber: return ranges(values, FirewallName.protocolRange).map { .protocolNumber($0, isNegated: isNegated) } ?? .unknown
    case .port:
      return ranges(values) { FirewallName.portRange($0, separator: "-") }.map { .port($0, isNegated: isNegated) } ?? .unknown
    case .family: return isV4(values).map { .family(isV4: $0 != isNegated) } ?? .unknown
    case .interface: return .interface(values, isNegated: isNegated)
    case .packetType: return .known(values.contains("host") != isNegated)
    case .state: return .known(values.contains("new") != isNegated)
    // What begins is neither translated nor confirmed.
    case .status: return .known(isNegated)
    case .addressType: return .known(values.contains("local") != isNegated)
    case .other: return .unknown
    }
  }

  private static func ranges(_ values: [String], _ read: (String) -> ClosedRange<UInt16>?) -> [ClosedRange<UInt16>]? {
    let ranges = values.map(read)
    return ranges.contains(nil) ? nil : ranges.compactMap(\.self)
  }

  private static func isV4(_ values: [String]) -> Bool? {
    switch values {
    case ["ipv4"], ["ip"]: true
    case ["ipv6"], ["ip6"]: false
    default: nil
    }
  }
}
