// SPDX-License-Identifier: GPL-3.0-or-later

extension OutputFilter {
  /// Cuts a line into its command and its filters.
  ///
  /// The first `|` begins them. A later one does only with white space on both sides, so `include ^interface|ip address`
  /// is one expression, as in IOS. `\|` never cuts: it is a bar in the command, and a literal bar in an expression.
  public static func parse(_ line: String) -> (command: String, filters: [OutputFilter], failure: CommandFailure?) {
    let text = Array(line)
    let bars = separators(in: text)
    let command = unescaped(text[..<(bars.first ?? text.count)])
    var filters: [OutputFilter] = []
    for (index, bar) in bars.enumerated() {
      let end = index + 1 < bars.count ? bars[index + 1] : text.count
      switch filter(text[(bar + 1)..<end]) {
      case .success(let filter): filters.append(filter)
      case .failure(let failure): return (command, filters, failure)
      }
    }
    return (command, filters, nil)
  }

  private static func separators(in text: [Character]) -> [Int] {
    var out: [Int] = []
    for index in text.indices where text[index] == "|" {
      if index > 0, text[index - 1] == "\\" { continue }
      let isApart = index > 0 && text[index - 1].isWhitespace && (index + 1 == text.count || text[index + 1].isWhitespace)
      if out.isEmpty || isApart { out.append(index) }
    }
    return out
  }

  private static func unescaped(_ text: ArraySlice<Character>) -> String {
    var out = ""
    for c in trimmed(text) {
      if c == "|", out.last == "\\" { out.removeLast() }
      out.append(c)
    }
    return out
  }

  private static func trimmed(_ text: ArraySlice<Character>) -> ArraySlice<Character> {
    let head = text.drop { $0.isWhitespace }
    return head.prefix(through: head.lastIndex { !$0.isWhitespace } ?? head.startIndex - 1)
  }

  private static func filter(_ text: ArraySlice<Character>) -> Result<OutputFilter, CommandFailure> {
    let whole = text.isEmpty ? text : trimmed(text)
    let word = whole.prefix { !$0.isWhitespace }
    guard !word.isEmpty else {
      return .failure(CommandFailure(reason: .incomplete, column: text.endIndex, expected: names))
    }
    let low = String(word).lowercased()
    guard let name = names.first(where: { $0.hasPrefix(low) }) else {
      return .failure(CommandFailure(reason: .invalid, column: word.startIndex, expected: names, word: String(word)))
    }
    return make(name, trimmedRest(whole, behind: word))
  }

  private static func trimmedRest(_ whole: ArraySlice<Character>, behind word: ArraySlice<Character>) -> ArraySlice<Character> {
    whole[word.endIndex...].drop { $0.isWhitespace }
  }

  private static func make(_ name: String, _ rest: ArraySlice<Character>) -> Result<OutputFilter, CommandFailure> {
    let argument = String(rest)
    func failure(_ reason: CommandFailure.Reason, _ expected: [String]) -> Result<OutputFilter, CommandFailure> {
      .failure(CommandFailure(reason: reason, column: rest.startIndex, expected: expected, word: argument))
    }
    switch name {
    case "json", "no-more":
      return argument.isEmpty ? .success(name == "json" ? .json : .noMore) : failure(.invalid, ["<cr>"])
    case "redirect", "append", "tee":
      if argument.isEmpty { return failure(.incomplete, ["FILE"]) }
      if argument.contains(where: \.isWhitespace) { return failure(.invalid, ["FILE"]) }
      return .success(name == "redirect" ? .redirect(argument) : name == "append" ? .append(argument) : .tee(argument))
    default:
      if argument.isEmpty { return failure(.incomplete, ["LINE"]) }
      guard argument.utf8.count <= expressionLimit, Expression(argument).isValid else {
        return failure(.invalid, ["a regular expression"])
      }
      return .success(expression(name, argument))
    }
  }

  private static func expression(_ name: String, _ text: String) -> OutputFilter {
    switch name {
    case "begin": .begin(text)
    case "count": .count(text)
    case "exclude": .exclude(text)
    case "section": .section(text)
    default: .include(text)
    }
  }
}
