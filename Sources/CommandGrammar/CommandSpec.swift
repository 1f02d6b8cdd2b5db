// SPDX-License-Identifier: GPL-3.0-or-later

/// How `no` (and `default`) may stand before a command.
public enum NoForm: Sendable {
  /// The command has no `no` form.
  case none
  /// `no` and the same words as the command itself.
  case whole
  /// `no` and any leading part that holds at least all literal words before the first value.
  case prefix
  /// `no` and any leading part of at least so many words: for lines that have a choice of literals where others have a value.
  case words(Int)
}

/// One command: its words, where it is allowed, its help and what it stands for.
public struct CommandSpec<Action: Sendable>: Sendable {
  /// What a matching line asks for.
  public let action: Action
  let compiled: CompiledCommand

  /// Makes a command.
  ///
  /// `help` is keyed by literal word; a value's text stands under `<name>`, or under `name` where no literal is called that.
  public init(_ pattern: String, modes: Set<CommandMode>, help: [String: String], no: NoForm = .none, action: Action) {
    self.init(CompiledCommand(graph: CommandPattern(pattern).graph, modes: modes, help: help, no: no), action: action)
  }

  init(_ compiled: CompiledCommand, action: Action) {
    self.compiled = compiled
    self.action = action
  }

  /// The same command standing for something else.
  public func standing<Other: Sendable>(for other: Other) -> CommandSpec<Other> {
    CommandSpec<Other>(compiled, action: other)
  }
}

/// A command without its action: what the matcher works on.
struct CompiledCommand: Sendable {
  let graph: PatternGraph
  let modes: Set<CommandMode>
  let help: [String: String]
  let no: NoForm

  /// The `?` text of one token.
  func helpText(_ token: PatternToken) -> String {
    switch token {
    case .keyword(let word, _, _): return help[word] ?? ""
    case .value(let name, let kind):
      if let text = help["<\(name)>"] { return text }
      return graph.hasKeyword(name.lowercased()) ? kind.defaultHelp : help[name] ?? kind.defaultHelp
    }
  }
}
