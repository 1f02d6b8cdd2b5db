// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// `access-list …`, `ip access-list …` and the lines of the lists.
extension PolicyCommands {
  /// `ip access-list standard {NAME | N}`
  static let standardAccessList = CommandSection<PolicySettings>(
    "ip access-list standard <name:word>", in: .global, mode: .standardAccessList,
    help: help(["access-list": "Named access-list", "standard": "Standard Access List"]), at: \.standardLists,
    shape: shape("ip access-list standard", [ruleLine(StandardRuleWords.self, .standardAccessList), remarkLine(.standardAccessList, "")]))

  /// `ip access-list extended {NAME | N}`
  static let extendedAccessList = CommandSection<PolicySettings>(
    "ip access-list extended <name:word>", in: .global, mode: .extendedAccessList,
    help: help(["access-list": "Named access-list", "extended": "Extended Access List"]), at: \.extendedLists,
    shape: shape("ip access-list extended", [ruleLine(ExtendedRuleWords.self, .extendedAccessList), remarkLine(.extendedAccessList, "")]))

  /// `ipv6 access-list NAME`
  static let ipv6AccessList = CommandSection<PolicySettings>(
    "ipv6 access-list <name:word>", in: .global, mode: .ipv6AccessList, help: help(["access-list": "Configure access lists"]),
    at: \.ipv6Lists,
    shape: shape("ipv6 access-list", [ruleLine(IPv6RuleWords.self, .ipv6AccessList), remarkLine(.ipv6AccessList, "sequence ")]))

  private static func shape<Rule>(_ head: String, _ lines: [Command<AccessList<Rule>>]) -> SectionShape<AccessList<Rule>> {
    var shape = SectionShape<AccessList<Rule>>(headLine: { "\(head) \($0.name)" }, lines: lines)
    shape.precedes = { NameOrder.precedes($0.name, $1.name) }
    return shape
  }

  /// `[N] {permit | deny} …`. It writes the remarks too: all lines stand in the order of their numbers.
  private static func ruleLine<Words: AccessRuleWords>(_ words: Words.Type, _ mode: CommandMode) -> Command<AccessList<Words.Rule>> {
    let number = "<sequence:int(1-2147483647)>"
    return Command<AccessList<Words.Rule>>(
      "[\(words.numberWord)\(number)] {permit|deny} \(words.pattern)", modes: [mode], help: help(words.help),
      apply: { (list: inout AccessList<Words.Rule>, input: CommandInput) throws(CommandRefusal) in
        try apply(words, to: &list, input)
      },
      write: { list in
        list.entries.map { entry in
          switch entry.content {
          case .rule(let rule): "\(words.numberWord)\(entry.sequence) \(action(rule.permits)) \(words.text(rule))"
          case .remark(let text): "\(words.numberWord)\(entry.sequence) remark \(text)"
          }
        }
      })
  }

  private static func remarkLine<Rule>(_ mode: CommandMode, _ numberWord: String) -> Command<AccessList<Rule>> {
    Command<AccessList<Rule>>(
      "[\(numberWord)<sequence:int(1-2147483647)>] remark <text:line>", modes: [mode], help: help(["remark": "Access list entry comment"]),
      no: .words(2),
      apply: { (list: inout AccessList<Rule>, input: CommandInput) throws(CommandRefusal) in try applyRemark(to: &list, input) })
  }

  private static func apply<Words: AccessRuleWords>(
    _ words: Words.Type, to list: inout AccessList<Words.Rule>, _ input: CommandInput
  ) throws(CommandRefusal) {
    let number = input.arguments.int("sequence")
    let namesRule = input.arguments.has("permit") || input.arguments.has("deny")
    if !input.negated { return try add(.rule(try words.rule(input.arguments)), number, to: &list) }
    let rule = namesRule ? try words.rule(input.arguments) : nil
    guard list.remove(where: { (number == nil || $0.sequence == number) && (rule == nil || $0.rule == rule) }) else {
      throw CommandRefusal("there is no such line in access-list \(list.name)")
    }
  }

  private static func applyRemark<Rule>(to list: inout AccessList<Rule>, _ input: CommandInput) throws(CommandRefusal) {
    let number = input.arguments.int("sequence")
    guard let text = input.arguments[text: "text"] ?? (input.negated ? "" : nil) else { throw CommandRefusal("expected a remark") }
    guard input.negated else { return try add(.remark(text), number, to: &list) }
    guard
      list.remove(where: { entry in
        guard entry.rule == nil, number == nil || entry.sequence == number else { return false }
        return text.isEmpty || entry.content == .remark(text)
      })
    else { throw CommandRefusal("there is no such line in access-list \(list.name)") }
  }

  /// A rule that is there already is taken as said once more; a number that is taken by another is refused.
  private static func add<Rule>(
    _ content: AccessListEntry<Rule>.Content, _ number: Int?, to list: inout AccessList<Rule>
  ) throws(CommandRefusal) {
    if number == nil, case .rule = content, list.entries.contains(where: { $0.content == content }) { return }
    guard list.insert(AccessListEntry(sequence: number ?? list.nextSequence, content: content)) else {
      throw CommandRefusal("Duplicate sequence number \(number ?? 0)")
    }
  }
}

/// Lines of global mode for lists with a number; they are written as sections, like IOS-XE 17 does.
extension PolicyCommands {
  private static let standardNumbers = "{<number:int(1-99)>|<number:int(1300-1999)>}"
  private static let extendedNumbers = "{<number:int(100-199)>|<number:int(2000-2699)>}"

  /// `access-list N {permit | deny} …`
  static let numberedStandardList = numbered(standardNumbers, StandardRuleWords.self, \.standardLists)
  /// `access-list N remark …`
  static let numberedStandardRemark: Command<PolicySettings> = numberedRemark(standardNumbers, \.standardLists)
  /// `access-list N {permit | deny} …`
  static let numberedExtendedList = numbered(extendedNumbers, ExtendedRuleWords.self, \.extendedLists)
  /// `access-list N remark …`
  static let numberedExtendedRemark: Command<PolicySettings> = numberedRemark(extendedNumbers, \.extendedLists)

  private static func numbered<Words: AccessRuleWords>(
    _ numbers: String, _ words: Words.Type, _ path: WritableKeyPath<PolicySettings, [AccessList<Words.Rule>]> & Sendable
  ) -> Command<PolicySettings> {
    Command<PolicySettings>(
      "access-list \(numbers) {permit|deny} \(words.pattern)", modes: [.global],
      help: help(words.help).merging(["access-list": "Add an access list entry", "number": "Access list number"]) { mine, _ in mine },
      apply: { (settings: inout PolicySettings, input: CommandInput) throws(CommandRefusal) in
        let name = input.arguments[text: "number"] ?? ""
        guard !input.negated else { return try remove(name, from: &settings[keyPath: path]) }
        let rule = try words.rule(input.arguments)
        try change(name, in: &settings[keyPath: path]) { (list: inout AccessList<Words.Rule>) throws(CommandRefusal) in
          try add(.rule(rule), nil, to: &list)
        }
      })
  }

  private static func numberedRemark<Rule>(
    _ numbers: String, _ path: WritableKeyPath<PolicySettings, [AccessList<Rule>]> & Sendable
  ) -> Command<PolicySettings> {
    Command<PolicySettings>(
      "access-list \(numbers) remark <text:line>", modes: [.global], help: help(["access-list": "Add an access list entry"]), no: .none,
      apply: { (settings: inout PolicySettings, input: CommandInput) throws(CommandRefusal) in
        let name = input.arguments[text: "number"] ?? "", text = input.arguments[text: "text"] ?? ""
        try change(name, in: &settings[keyPath: path]) { (list: inout AccessList<Rule>) throws(CommandRefusal) in
          try add(.remark(text), nil, to: &list)
        }
      })
  }

  /// As on IOS, the `no` of one line takes the whole list.
  private static func remove<Rule>(_ name: String, from lists: inout [AccessList<Rule>]) throws(CommandRefusal) {
    guard lists.contains(where: { $0.name == name }) else { throw CommandRefusal("there is no access-list \(name)") }
    lists.removeAll { $0.name == name }
  }

  private static func change<Rule>(
    _ name: String, in lists: inout [AccessList<Rule>], _ body: (inout AccessList<Rule>) throws(CommandRefusal) -> Void
  ) throws(CommandRefusal) {
    if let at = lists.firstIndex(where: { $0.name == name }) { return try body(&lists[at]) }
    var new = AccessList<Rule>(name: name)
    try body(&new)
    lists.insert(new, at: lists.firstIndex { NameOrder.precedes(name, $0.name) } ?? lists.count)
  }
}
