// SPDX-License-Identifier: GPL-3.0-or-later

/// What stands behind `|` after a command.
public enum OutputFilter: Sendable, Equatable {
  /// From the first line that matches on.
  case begin(String)
  /// Only how many lines match.
  case count(String)
  /// The lines that do not match.
  case exclude(String)
  /// The lines that match.
  case include(String)
  /// The blocks (a line at the margin and the indented ones below it) in which a line matches.
  case section(String)
  /// The caller answers in JSON.
  case json
  /// The caller does not stop after each screenful.
  case noMore
  /// The caller writes the output to this file.
  case redirect(String)
  /// The caller appends the output to this file.
  case append(String)
  /// The caller shows the output and writes it to this file.
  case tee(String)

  /// A longer expression is a paste that went wrong.
  static let expressionLimit = 512
  static let names = ["append", "begin", "count", "exclude", "include", "json", "no-more", "redirect", "section", "tee"]

  /// Applies this filter; those that the caller handles change nothing.
  public func apply(to lines: [String]) -> [String] {
    switch self {
    case .begin(let text):
      let matches = Expression(text)
      return Array(lines.drop { !matches($0) })
    case .count(let text):
      let matches = Expression(text)
      return ["Number of lines which match regexp = \(lines.count(where: { matches($0) }))"]
    case .exclude(let text):
      let matches = Expression(text)
      return lines.filter { !matches($0) }
    case .include(let text):
      let matches = Expression(text)
      return lines.filter { matches($0) }
    case .section(let text): return OutputFilter.sections(of: lines, matching: Expression(text))
    case .json, .noMore, .redirect, .append, .tee: return lines
    }
  }

  private static func sections(of lines: [String], matching matches: Expression) -> [String] {
    var out: [String] = [], block: [String] = []
    var isWanted = false
    for line in lines {
      if !(line.first?.isWhitespace ?? false) {
        if isWanted { out += block }
        (block, isWanted) = ([], false)
      }
      block.append(line)
      isWanted = isWanted || matches(line)
    }
    return isWanted ? out + block : out
  }
}

/// A regular expression compiled for one use; one that does not compile matches nothing.
struct Expression {
  private let regex: Regex<AnyRegexOutput>?

  init(_ text: String) { regex = try? Regex(text).matchingSemantics(.unicodeScalar) }

  var isValid: Bool { regex != nil }

  func callAsFunction(_ line: String) -> Bool {
    guard let regex else { return false }
    return (try? regex.firstMatch(in: line)) != nil
  }
}
