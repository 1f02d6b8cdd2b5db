// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// The lines of `track N list …`.
enum TrackListCommands {
  static let all = [object, threshold(.percentage, least: 0, most: 100), threshold(.weight, least: 0, most: 255 * Limits.listMembers)]

  private static let help = [
    "object": "Specify tracked object", "<object>": "Number of the object", "not": "Opposite of the object's state", "weight": "Weight",
    "<weight>": "Weight of the object", "threshold": "Specify threshold", "percentage": "Threshold percentage", "up": "State is up at this",
    "down": "State is down at this", "<up>": "Threshold", "<down>": "Threshold",
  ]

  /// `object N [not | weight W]`
  private static let object = Command<TrackedObject>(
    "object <object:int(1-\(Limits.trackedObjects))> [{not|weight <weight:int(1-255)>}]", modes: [.track], help: help,
    apply: { (list: inout TrackedObject, input: CommandInput) throws(CommandRefusal) in
      guard case .list(let rule)? = list.subject else { throw CommandRefusal("object \(list.number) is no list") }
      guard let number = input.arguments.int("object") else { throw CommandRefusal("'no object' needs the number of the object") }
      let isThere = list.members.contains { $0.number == number }
      list.members.removeAll { $0.number == number }
      if input.negated { return }
      let member = try member(number, input.arguments, of: list, rule)
      guard isThere || list.members.count < Limits.listMembers else {
        throw CommandRefusal("a list has \(Limits.listMembers) objects at most")
      }
      list.members.append(member)
      list.members.sort { $0.number < $1.number }
    },
    write: { $0.members.map(\.iosLine) })

  private static func member(
    _ number: Int, _ a: Arguments, of list: TrackedObject, _ rule: TrackedListRule
  ) throws(CommandRefusal) -> TrackedListMember {
    guard number != list.number else { throw CommandRefusal("a list cannot hold itself") }
    let (isNegated, weight) = (a.has("not"), a.int("weight"))
    guard !isNegated || !rule.hasThreshold else { throw CommandRefusal("'not' is for boolean lists") }
    guard weight == nil || rule == .weight else { throw CommandRefusal("'weight' is for lists with a threshold of weight") }
    return TrackedListMember(number: number, isNegated: isNegated, weight: weight ?? TrackedListMember.defaultWeight)
  }

  /// `threshold {percentage | weight} {up N [down N] | down N [up N]}`
  private static func threshold(_ rule: TrackedListRule, least: Int, most: Int) -> Command<TrackedObject> {
    let up = "up <up:int(\(least)-\(most))>", down = "down <down:int(\(least)-\(most))>"
    return Command<TrackedObject>(
      "\(rule.rawValue) {\(up) [\(down)]|\(down) [\(up)]}", modes: [.track], help: help, no: .words(2),
      apply: { (list: inout TrackedObject, input: CommandInput) throws(CommandRefusal) in
        guard list.subject == .list(rule) else { throw CommandRefusal("object \(list.number) is no list with a \(rule.rawValue)") }
        list.threshold = TrackedThreshold()
        if input.negated { return }
        (list.threshold.up, list.threshold.down) = (input.arguments.int("up"), input.arguments.int("down"))
        if let up = list.threshold.up, let down = list.threshold.down, down >= up {
          throw CommandRefusal("the threshold for down must be lower than that for up")
        }
      },
      write: { list in
        guard list.subject == .list(rule), list.threshold != TrackedThreshold() else { return [] }
        return [rule.rawValue + (list.threshold.up.map { " up \($0)" } ?? "") + (list.threshold.down.map { " down \($0)" } ?? "")]
      })
  }

  /// What `show track` says of a list, its members behind.
  static func lines(_ state: TrackTable.State, _ rule: TrackedListRule, _ word: String) -> [String] {
    let name = rule.hasThreshold ? rule.rawValue.capitalizedFirst : "Boolean " + (rule == .and ? "AND" : "OR")
    return ["  List \(rule.rawValue)", "  \(name) is \(word)"]
  }

  static func members(_ state: TrackTable.State, in table: TrackTable) -> [String] {
    guard case .list(let rule)? = state.object.subject else { return [] }
    let lines = state.object.members.map { member in
      let word = !table.has(member.number) ? "Undefined" : table.isUp(member.number) ? "Up" : "Down"
      let weight = rule == .weight ? " weight \(member.weight)" : ""
      return "    object \(member.number)" + (member.isNegated ? " not" : "") + weight + " " + word
    }
    guard rule.hasThreshold else { return lines }
    let threshold = state.object.threshold, unit = rule == .percentage ? "%" : ""
    let limits = (threshold.down.map { " down \($0)\(unit)" } ?? "") + (threshold.up.map { " up \($0)\(unit)" } ?? "")
    return lines + ["  \(rule.rawValue.capitalizedFirst)\(limits.isEmpty ? " is not set" : limits) (now \(table.value(of: state))\(unit))"]
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
