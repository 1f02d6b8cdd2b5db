// SPDX-License-Identifier: GPL-3.0-or-later

/// One line of what `?` lists.
public struct HelpEntry: Sendable, Equatable {
  /// A keyword, a placeholder such as `A.B.C.D`, or `<cr>`.
  public var word: String
  /// What it means.
  public var text: String

  /// Makes an entry.
  public init(word: String, text: String) {
    self.word = word
    self.text = text
  }
}

extension Grammar {
  /// The readings that are alive before the last, partial word, and that word.
  private struct Edge {
    var partial: String
    var readings: [Matcher.Reading]
    var matcher: Matcher
    /// Where `no` and `default` themselves may be typed.
    var isFirstWord: Bool
  }

  private func edge(_ line: String, mode: CommandMode) -> Edge {
    let words = LineWords(line)
    let whole = words.endsInSpace ? words.words.count : words.words.count - 1
    let partial = words.endsInSpace ? "" : words.words.last?.text ?? ""
    func edge(_ form: LineForm, from start: Int) -> Edge {
      let matcher = matcher(words, mode: mode, form: form)
      let readings = withoutHidden(matcher.readings(from: start, to: whole)[whole])
      return Edge(partial: partial, readings: readings, matcher: matcher, isFirstWord: whole == 0)
    }
    if whole > 0, let first = words.words.first {
      let form = form(first, mode: mode)
      if form != .plain {
        let negated = edge(form, from: 1)
        if !negated.readings.isEmpty { return negated }
      }
    }
    return edge(.plain, from: 0)
  }

  /// A keyword spelled out hides the names that the same word could be: `show ip nhrp brief ?` is not about a host called brief.
  private func withoutHidden(_ readings: [Matcher.Reading]) -> [Matcher.Reading] {
    func head(_ r: Matcher.Reading) -> Substring { r.canonical.dropLast(r.steps.last?.text.count ?? 0) }
    let exact = Set(readings.filter { $0.steps.last?.rank == 0 }.map(head))
    let names = [ValueKind.host.rank, ValueKind.word.rank]
    return readings.filter { r in !names.contains(r.steps.last?.rank ?? 0) || !exact.contains(head(r)) }
  }

  /// See `CommandSet.help`.
  func help(_ line: String, mode: CommandMode) -> [HelpEntry] {
    let edge = edge(line, mode: mode)
    let low = edge.partial.lowercased()
    var keywords: [String: String] = [:], values: [String: String] = [:]
    func note(_ word: String, _ text: String, in table: inout [String: String]) {
      if (table[word] ?? "").isEmpty { table[word] = text }
    }
    for reading in edge.readings {
      for token in helpTokens(reading, edge.matcher) {
        let text = helpText(token, reading)
        switch token {
        case .keyword(let word, let lowered, _): if lowered.hasPrefix(low) { note(word, text, in: &keywords) }
        case .value(_, let kind):
          if kind.mayBegin(edge.partial) { for shown in kind.shown { note(shown, text, in: &values) } }
        }
      }
    }
    if edge.isFirstWord { for (word, text) in negations(mode, low) { note(word, text, in: &keywords) } }
    // Behind letters a keyword hides the values that would take the letters too.
    let shown = low.isEmpty ? keywords.merging(values) { a, _ in a } : keywords.isEmpty ? values : keywords
    let list = shown.sorted { shownOrder($0.key, $1.key) }.map { HelpEntry(word: $0.key, text: $0.value) }
    let mayEnd = low.isEmpty && edge.readings.contains(where: edge.matcher.isComplete)
    return mayEnd ? list + [HelpEntry(word: "<cr>", text: "")] : list
  }

  /// The rest of a line goes on for as many words as one likes.
  private func helpTokens(_ reading: Matcher.Reading, _ matcher: Matcher) -> [PatternToken] {
    let next = matcher.followers(of: reading)
    guard reading.position >= 0 else { return next }
    let last = matcher.commands[reading.command].graph.tokens[reading.position]
    if case .value(_, .line) = last { return [last] }
    return next
  }

  private func negations(_ mode: CommandMode, _ low: String) -> [(String, String)] {
    guard mode.isConfiguration || !low.isEmpty, !candidates(mode, .no).isEmpty else { return [] }
    return [("no", "Negate a command or set its defaults"), ("default", "Set a command to its defaults")].filter { $0.0.hasPrefix(low) }
  }

  /// See `CommandSet.completions`.
  func completions(_ line: String, mode: CommandMode) -> [String] {
    let edge = edge(line, mode: mode)
    let low = edge.partial.lowercased()
    var out: Set<String> = []
    for token in edge.readings.flatMap({ edge.matcher.followers(of: $0) }) {
      switch token {
      case .keyword(let word, let lowered, _): if lowered.hasPrefix(low) { out.insert(word) }
      case .value(_, .interface): if !low.isEmpty { out.formUnion(InterfaceName.kinds(startingWith: low)) }
      case .value: break
      }
    }
    if edge.isFirstWord { out.formUnion(negations(mode, low).map(\.0)) }
    return out.sorted(by: shownOrder)
  }
}
