// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import Wire

func ip(_ text: String) -> IPAddress { IPAddress(text) ?? .anyV6 }
func net(_ text: String) -> IPPrefix { IPPrefix(text) ?? .defaultV4 }

/// Types lines into settings of policy alone, as the node does: a line that the section does not know is tried as a global one.
struct PolicyEditor {
  enum Action: Sendable {
    case line(Command<PolicySettings>)
    case enter(CommandSection<PolicySettings>)
    case inside(SectionCommand<PolicySettings>)
  }

  var settings = PolicySettings()
  private(set) var refusals: [String] = []
  private var place: SectionPlace?

  static let grammar = CommandSet<Action>(
    PolicyCommands.all.flatMap { part -> [CommandSpec<Action>] in
      switch part {
      case .line(let command): [command.spec(for: .line(command))]
      case .section(let section):
        section.family.flatMap { kind in [kind.spec(for: .enter(kind))] + kind.lines.map { $0.spec(for: .inside($0)) } }
      }
    })
  static let outer: [CommandMode: CommandMode] = {
    var out: [CommandMode: CommandMode] = [:]
    for case .section(let section) in PolicyCommands.all { for kind in section.family { out[kind.mode] = kind.outerMode } }
    return out
  }()

  init(_ text: String = "") { for line in text.split(separator: "\n") { type(String(line)) } }

  mutating func type(_ line: String) {
    let start = place
    while true {
      let mode = place?.mode ?? .global
      if case .match(let action, let arguments, let negated, let isDefault, _) = PolicyEditor.grammar.parse(line, mode: mode) {
        do {
          try apply(action, CommandInput(arguments: arguments, negated: negated, isDefault: isDefault))
        } catch { refusals.append((error as? CommandRefusal)?.message ?? "\(error)") }
        return
      }
      if case .empty = PolicyEditor.grammar.parse(line, mode: mode) { return }
      guard let here = place else { break }
      let outer = PolicyEditor.outer[here.mode] ?? .global
      place = outer == .global ? nil : SectionPlace(outer, here.path.dropLast())
    }
    place = start
    refusals.append("not understood: \(line)")
  }

  private mutating func apply(_ action: Action, _ input: CommandInput) throws {
    var next = settings
    switch action {
    case .line(let command):
      try command.apply(&next, input)
      place = nil
    case .enter(let section):
      let path = section.outerMode == .global ? [] : place?.path ?? []
      place = try section.enter(&next, path, input).map { SectionPlace(section.mode, path + [$0]) }
    case .inside(let command): try command.apply(&next, place?.path ?? [], input)
    }
    settings = next
  }

  /// What is written back, without the lines that only part.
  var text: [String] { PolicyCommands.all.flatMap { $0.write(settings) }.flatMap { $0 }.filter { $0 != "!" && $0 != " !" } }
}
