// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

extension PolicyCommands {
  /// `{ip | ipv6} prefix-list NAME {description TEXT | [seq N] {permit | deny} P [ge N] [le N]}`
  static let prefixList = Command<PolicySettings>(
    """
    {ip|ipv6} prefix-list <name:word> {description <text:line>|[seq <seq:int(1-4294967294)>] {permit|deny} <prefix:prefix> \
    [{ge <ge:int(0-128)> [le <le:int(0-128)>]|le <le:int(0-128)> [ge <ge:int(0-128)>]}]}
    """,
    modes: [.global],
    help: help([
      "prefix-list": "Build a prefix list", "seq": "Sequence number of the entry", "<seq>": "Sequence number",
      "ge": "Minimum prefix length to be matched", "<ge>": "Minimum prefix length", "le": "Maximum prefix length to be matched",
      "<le>": "Maximum prefix length", "description": "Prefix-list specific description",
    ]),
    apply: { (settings: inout PolicySettings, input: CommandInput) throws(CommandRefusal) in
      if isV4(input.arguments) {
        try applyPrefixList(&settings.prefixLists, input)
      } else {
        try applyPrefixList(&settings.ipv6PrefixLists, input)
      }
    },
    write: { lines($0.prefixLists, "ip") + separator($0.ipv6PrefixLists, after: $0.prefixLists) + lines($0.ipv6PrefixLists, "ipv6") })

  private static func isV4(_ arguments: Arguments) -> Bool { arguments.keywords.first == "ip" }

  private static func applyPrefixList(_ lists: inout NamedList<PrefixList>, _ input: CommandInput) throws(CommandRefusal) {
    let arguments = input.arguments
    guard let name = arguments[text: "name"] else { throw CommandRefusal("the prefix-list has no name") }
    if input.negated { return try removeFromPrefixList(&lists, name, arguments) }
    if arguments.has("description") {
      lists.change(name, orMake: PrefixList(name: name)) { $0.text = arguments[text: "text"] }
    } else {
      let next = lists[name]?.nextSequence ?? 5
      let entry = try entry(arguments, sequence: next)
      try checkPlace(of: entry, in: lists[name])
      lists.change(name, orMake: PrefixList(name: name)) { $0.insert(entry) }
    }
  }

  private static func entry(_ arguments: Arguments, sequence: UInt32) throws(CommandRefusal) -> PrefixListEntry {
    guard let prefix = arguments.prefix("prefix") else { throw CommandRefusal("expected a prefix") }
    guard prefix.address.isV4 == isV4(arguments) else { throw CommandRefusal("\(prefix) is of the other family") }
    let ge = arguments.int("ge"), le = arguments.int("le")
    let isValid = (ge ?? prefix.address.bitWidth) > Int(prefix.length) || ge == nil
    guard isValid, le ?? prefix.address.bitWidth >= ge ?? Int(prefix.length), max(ge ?? 0, le ?? 0) <= prefix.address.bitWidth else {
      throw CommandRefusal("Invalid prefix range for \(prefix), make sure: len < ge-value <= le-value")
    }
    return PrefixListEntry(
      sequence: arguments.int("seq").flatMap(UInt32.init(exactly:)) ?? sequence, permits: arguments.has("permit"), prefix: prefix,
      atLeast: ge.flatMap(UInt8.init(exactly:)), atMost: le.flatMap(UInt8.init(exactly:)))
  }

  /// IOS takes neither a second rule under one number nor one rule under two.
  private static func checkPlace(of new: PrefixListEntry, in list: PrefixList?) throws(CommandRefusal) {
    guard let list else { return }
    if let there = list.entry(new.sequence), !there.isSameRule(as: new) {
      throw CommandRefusal("Insertion failed - seq # exists: \(new.sequence)")
    }
    if let there = list.sameRule(as: new), there.sequence != new.sequence {
      throw CommandRefusal("Insertion failed - prefix-list entry exists: seq \(there.sequence) \(there.rule)")
    }
  }

  private static func removeFromPrefixList(
    _ lists: inout NamedList<PrefixList>, _ name: String, _ arguments: Arguments
  ) throws(CommandRefusal) {
    guard lists[name] != nil else { throw CommandRefusal("Can't find specified prefix-list") }
    let sequence = arguments.int("seq").flatMap(UInt32.init(exactly:))
    if arguments.has("description") {
      lists[name]?.text = nil
    } else if sequence != nil || arguments.prefix("prefix") != nil {
      let rule = arguments.prefix("prefix") == nil ? nil : try entry(arguments, sequence: 0)
      let isRemoved = lists.change(name, orMake: PrefixList(name: name)) { list in
        list.remove { (sequence == nil || $0.sequence == sequence) && (rule == nil || rule?.isSameRule(as: $0) == true) }
      }
      guard isRemoved else { throw CommandRefusal("Can't find specified prefix-list entry") }
    } else {
      lists[name] = nil
    }
    if lists[name]?.isEmpty == true, lists[name]?.text == nil { lists[name] = nil }
  }

  private static func lines(_ lists: NamedList<PrefixList>, _ family: String) -> [String] {
    Array(lists.map { lines($0, family) }.joined(separator: ["!"]))
  }

  private static func separator(_ second: NamedList<PrefixList>, after first: NamedList<PrefixList>) -> [String] {
    first.isEmpty || second.isEmpty ? [] : ["!"]
  }

  private static func lines(_ list: PrefixList, _ family: String) -> [String] {
    let head = "\(family) prefix-list \(list.name) "
    return (list.text.map { [head + "description \($0)"] } ?? []) + list.entries.map { head + "seq \($0.sequence) \($0.rule)" }
  }
}
