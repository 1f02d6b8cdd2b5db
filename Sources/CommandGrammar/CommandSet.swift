// SPDX-License-Identifier: GPL-3.0-or-later

import Wire

/// What a typed line is.
public enum ParseOutcome<Action: Sendable>: Sendable {
  /// Blank, or a comment: `!` or `#` first.
  case empty
  /// A whole command. `negated` is true for `no` and for `default`; `canonical` has keywords spelled out, values as
  /// typed (interface names in full) and neither `no` nor `default`.
  case match(action: Action, arguments: Arguments, negated: Bool, isDefault: Bool, canonical: String)
  /// Not a command, and why.
  case failure(CommandFailure)
}

/// All commands of a console. `do` in configuration modes is the caller's.
public struct CommandSet<Action: Sendable>: Sendable {
  private let actions: [Action]
  let grammar: Grammar

  /// Makes the set; where two commands read a line equally well, the first one has it.
  public init(_ specs: [CommandSpec<Action>]) {
    actions = specs.map(\.action)
    grammar = Grammar(specs.map(\.compiled))
  }

  /// Reads one line. `resolve` is asked for the address of a host name, once, and only for the command that was chosen.
  public func parse(_ line: String, mode: CommandMode, resolve: (String) -> IPAddress? = { _ in nil }) -> ParseOutcome<Action> {
    switch grammar.read(line, mode: mode) {
    case nil: return .empty
    case .failure(let failure): return .failure(failure)
    case .success(let found):
      return .match(
        action: actions[found.reading.command], arguments: grammar.arguments(of: found.reading, resolve: resolve),
        negated: found.form != .plain, isDefault: found.form == .default, canonical: found.reading.canonical)
    }
  }

  /// What `?` lists behind `line` (which does not hold the `?` itself): behind a space, what may follow, with `<cr>` last
  /// where the line may end; directly behind letters, the words that begin so. Empty where nothing fits.
  public func help(_ line: String, mode: CommandMode) -> [HelpEntry] { grammar.help(line, mode: mode) }

  /// For Tab: the full words that the last, partial word may become.
  public func completions(_ line: String, mode: CommandMode) -> [String] { grammar.completions(line, mode: mode) }
}

/// What stands before a command.
enum LineForm: Equatable { case plain, no, `default` }

/// The commands without their actions. Not generic, so that it is compiled once, here.
struct Grammar: Sendable {
  private let commands: [CompiledCommand]
  private let byMode: [CommandMode: [Int]]

  init(_ commands: [CompiledCommand]) {
    self.commands = commands
    var byMode: [CommandMode: [Int]] = [:]
    for (index, command) in commands.enumerated() {
      for mode in command.modes { byMode[mode, default: []].append(index) }
    }
    self.byMode = byMode
  }

  /// A matcher over the commands that `mode` allows in this form.
  func matcher(_ words: LineWords, mode: CommandMode, form: LineForm) -> Matcher {
    Matcher(commands: commands, candidates: candidates(mode, form), words: words, isNegated: form != .plain)
  }

  func candidates(_ mode: CommandMode, _ form: LineForm) -> [Int] {
    let all = byMode[mode] ?? []
    return form == .plain ? all : all.filter { if case .none = commands[$0].no { false } else { true } }
  }

  /// Which form the first word asks for. `no` is never abbreviated; `default` down to `def`.
  func form(_ first: LineWord, mode: CommandMode) -> LineForm {
    let asked: LineForm =
      first.lowered == "no" ? .no : first.lowered.count >= 3 && "default".hasPrefix(first.lowered) ? .default : .plain
    return candidates(mode, asked).isEmpty ? .plain : asked
  }

  /// The best reading of `line`; nil for a blank line or comment.
  func read(_ line: String, mode: CommandMode) -> Result<(reading: Matcher.Reading, form: LineForm), CommandFailure>? {
    let words = LineWords(line)
    guard let first = words.words.first, !first.text.hasPrefix("!"), !first.text.hasPrefix("#") else { return nil }
    let form = form(first, mode: mode)
    let plain = matcher(words, mode: mode, form: .plain)
    guard form != .plain else { return result(plain.match(from: 0), .plain) }
    let negated = result(matcher(words, mode: mode, form: form).match(from: 1), form)
    guard case .failure(let failure) = negated else { return negated }
    // `def originate` may be `default-information originate`.
    let other = result(plain.match(from: 0), .plain)
    if case .failure(let otherFailure) = other, otherFailure.column <= failure.column { return negated }
    return other
  }

  private func result(_ reached: Reached, _ form: LineForm) -> Result<(reading: Matcher.Reading, form: LineForm), CommandFailure> {
    switch reached {
    case .complete(let reading): .success((reading, form))
    case .failed(let failure): .failure(failure)
    }
  }

  /// The literals and values of `reading`.
  func arguments(of reading: Matcher.Reading, resolve: (String) -> IPAddress?) -> Arguments {
    var out = Arguments()
    for step in reading.steps {
      switch commands[reading.command].graph.tokens[step.position] {
      case .keyword(_, let lowered, _): out.add(keyword: lowered)
      case .value(let name, let kind): out.add(name, kind: kind, text: step.text, resolve: resolve)
      }
    }
    return out
  }

  /// The `?` text of `token` in the command of `reading`.
  func helpText(_ token: PatternToken, _ reading: Matcher.Reading) -> String {
    reading.awaitsNumber ? "Interface number" : commands[reading.command].helpText(token)
  }
}
