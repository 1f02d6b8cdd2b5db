// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// AS path and community lists.
extension PolicyCommands {
  /// `ip bgp-community new-format`
  static let newCommunityFormat = Command<PolicySettings>(
    "ip bgp-community new-format", modes: [.global],
    help: help(["bgp-community": "Format for BGP community", "new-format": "Select aa:nn format for BGP community"]), no: .whole,
    apply: { settings, input in settings.usesNewCommunityFormat = !input.negated },
    write: { $0.usesNewCommunityFormat ? ["ip bgp-community new-format"] : [] })

  /// `ip as-path access-list N {permit | deny} EXPRESSION`
  static let asPathList = Command<PolicySettings>(
    "ip as-path access-list <number:int(1-500)> {permit|deny} <expression:line>", modes: [.global],
    help: help([
      "as-path": "BGP autonomous system path filter", "access-list": "Specify an access list number",
      "number": "AS path access list number",
    ]),
    apply: { (settings: inout PolicySettings, input: CommandInput) throws(CommandRefusal) in try applyPathList(&settings, input) },
    write: { settings in
      settings.asPathLists.flatMap { list in
        list.entries.map { "ip as-path access-list \(list.name) \(action($0.permits)) \($0.expression.text)" }
      }
    })

  private static func applyPathList(_ settings: inout PolicySettings, _ input: CommandInput) throws(CommandRefusal) {
    let name = input.arguments[text: "number"] ?? ""
    if input.negated, input.arguments[text: "expression"] == nil {
      settings.asPathLists[name] = nil
      return
    }
    let entry = ASPathList.Entry(permits: input.arguments.has("permit"), expression: try expression(input.arguments))
    var list = settings.asPathLists[name] ?? ASPathList(name: name)
    if input.negated {
      list.entries.removeAll { $0 == entry }
    } else if !list.entries.contains(entry) {
      list.entries.append(entry)
    }
    settings.asPathLists[name] = list.entries.isEmpty ? nil : list
  }

  static func expression(_ arguments: Arguments) throws(CommandRefusal) -> PathExpression {
    do { return try PathExpression(arguments[text: "expression"] ?? "") } catch {
      switch error {
      case .unbalanced: throw CommandRefusal("Malformed regular expression: parentheses or brackets do not match")
      case .nothingToRepeat: throw CommandRefusal("Malformed regular expression: nothing stands before '*', '+' or '?'")
      case .reference: throw CommandRefusal("Regular expressions that refer back cannot be matched here")
      case .limit: throw CommandRefusal("The regular expression is too long, too deep, or not ASCII")
      }
    }
  }

  /// `ip community-list {N | standard NAME} {permit | deny} COMMUNITY…`
  static let communityList = standardList("community-list", \.communityLists)
  /// `ip community-list {N | expanded NAME} {permit | deny} EXPRESSION`
  static let expandedCommunityList = expandedList("community-list", \.communityLists)
  /// `ip large-community-list {N | standard NAME} {permit | deny} COMMUNITY…`
  static let largeCommunityList = standardList("large-community-list", \.largeCommunityLists)
  /// `ip large-community-list {N | expanded NAME} {permit | deny} EXPRESSION`
  static let expandedLargeCommunityList = expandedList("large-community-list", \.largeCommunityLists)

  private static func listHelp(_ head: String) -> [String: String] {
    help([head: "Add a community list entry", "number": "Community list number", "internet": "Every community"])
  }

  /// It writes the expanded ones too: all lists stand in one order.
  private static func standardList<Value: CommunityWords>(
    _ head: String, _ path: WritableKeyPath<PolicySettings, NamedList<CommunityList<Value>>> & Sendable
  ) -> Command<PolicySettings> {
    Command<PolicySettings>(
      "ip \(head) {<number:int(1-99)>|standard <list:word>} {permit|deny} {internet|<community:word>...}", modes: [.global],
      help: listHelp(head),
      apply: { (settings: inout PolicySettings, input: CommandInput) throws(CommandRefusal) in
        let namesLine = input.arguments.has("internet") || input.arguments[text: "community"] != nil
        let test = namesLine ? CommunityList<Value>.Test.all(try communities(input.arguments)) : nil
        try applyList(&settings[keyPath: path], input, test, isExpanded: false)
      },
      write: { settings in settings[keyPath: path].flatMap { lines($0, head, settings) } })
  }

  private static func expandedList<Value: CommunityWords>(
    _ head: String, _ path: WritableKeyPath<PolicySettings, NamedList<CommunityList<Value>>> & Sendable
  ) -> Command<PolicySettings> {
    Command<PolicySettings>(
      "ip \(head) {<number:int(100-500)>|expanded <list:word>} {permit|deny} <expression:line>", modes: [.global],
      help: listHelp(head),
      apply: { (settings: inout PolicySettings, input: CommandInput) throws(CommandRefusal) in
        let test = input.arguments[text: "expression"] == nil ? nil : CommunityList<Value>.Test.text(try expression(input.arguments))
        try applyList(&settings[keyPath: path], input, test, isExpanded: true)
      })
  }

  static func communities<Value: CommunityWords>(_ arguments: Arguments) throws(CommandRefusal) -> [Value] {
    var out: [Value] = []
    for text in arguments.texts("community") {
      guard let one = Value.readCommunity(text) else { throw CommandRefusal("'\(text)' is no community") }
      if !out.contains(one) { out.append(one) }
    }
    return out.sorted()
  }

  private static func applyList<Value>(
    _ lists: inout NamedList<CommunityList<Value>>, _ input: CommandInput, _ test: CommunityList<Value>.Test?, isExpanded: Bool
  ) throws(CommandRefusal) {
    guard let name = input.arguments[text: "number"] ?? input.arguments[text: "list"] else { throw CommandRefusal("expected a list") }
    var list = lists[name] ?? CommunityList(name: name, isExpanded: isExpanded)
    guard list.isExpanded == isExpanded else { throw CommandRefusal("community-list \(name) is \(isExpanded ? "standard" : "expanded")") }
    guard let test else {
      lists[name] = nil
      return
    }
    let entry = CommunityList<Value>.Entry(permits: input.arguments.has("permit"), test: test)
    if input.negated {
      list.entries.removeAll { $0 == entry }
    } else if !list.entries.contains(entry) {
      list.entries.append(entry)
    }
    lists[name] = list.entries.isEmpty ? nil : list
  }

  private static func lines<Value: CommunityWords>(_ list: CommunityList<Value>, _ head: String, _ settings: PolicySettings) -> [String] {
    let kind = DecimalNumber.read(list.name) != nil ? "" : list.isExpanded ? "expanded " : "standard "
    return list.entries.map { entry in "ip \(head) \(kind)\(list.name) \(action(entry.permits)) \(text(entry.test, settings))" }
  }

  static func text<Value: CommunityWords>(_ test: CommunityList<Value>.Test, _ settings: PolicySettings) -> String {
    switch test {
    case .all(let all): all.isEmpty ? "internet" : all.map { Value.text($0, settings) }.joined(separator: " ")
    case .text(let expression): expression.text
    }
  }
}

/// How a community is typed and written.
protocol CommunityWords: CommunityValue {
  static func readCommunity(_ text: String) -> Self?
  static func text(_ community: Self, _ settings: PolicySettings) -> String
}

extension UInt32: CommunityWords {
  static func readCommunity(_ text: String) -> UInt32? { CommunityText.read(text) }
  static func text(_ community: UInt32, _ settings: PolicySettings) -> String {
    CommunityText.text(community, isNewFormat: settings.usesNewCommunityFormat)
  }
}

extension LargeCommunity: CommunityWords {
  static func readCommunity(_ text: String) -> LargeCommunity? { LargeCommunity(text) }
  static func text(_ community: LargeCommunity, _: PolicySettings) -> String { community.description }
}
