// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a line is not a command, and where.
public struct CommandFailure: Error, Sendable, Equatable {
  /// The three ways in which IOS refuses a line.
  public enum Reason: Sendable, Equatable {
    /// The word abbreviates several keywords, and the rest of the line does not tell which.
    case ambiguous(word: String)
    /// No command has this word here.
    case invalid
    /// The line ends too early.
    case incomplete
  }

  /// What is wrong.
  public var reason: Reason
  /// 0-based column, in characters, of the first bad word in the line; its end for an incomplete line.
  public var column: Int
  /// What could have stood there, as `?` shows it; for an ambiguous word, what it may mean.
  public var expected: [String]
  /// The bad word itself; empty for an incomplete line.
  public var word: String

  /// Makes a failure.
  public init(reason: Reason, column: Int, expected: [String], word: String = "") {
    self.reason = reason
    self.column = column
    self.expected = expected
    self.word = word
  }

  /// The answer of IOS. The caret stands below the bad word of a line typed behind a prompt of `promptWidth` columns.
  public func iosText(line: String, promptWidth: Int) -> String {
    switch reason {
    case .ambiguous:
      let typed = String(line.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
      return "% Ambiguous command:  \"\(typed)\""
    case .incomplete: return "% Incomplete command."
    case .invalid:
      return String(repeating: " ", count: max(0, promptWidth + column)) + "^\n% Invalid input detected at '^' marker.\n"
    }
  }

  /// The answer for a line of a file: `hub.conf:12:9: unknown word 'foo', expected A.B.C.D or NAME`. Columns count from 1.
  public func located(file: String, line: Int) -> String {
    "\(file):\(line):\(column + 1): " + sentence
  }

  private var sentence: String {
    switch reason {
    case .ambiguous(let word): return "ambiguous word '\(word)', could be \(list)"
    case .incomplete: return "incomplete line, expected \(list)"
    case .invalid where expected == ["<cr>"]: return "unexpected word '\(word)', the command is complete before it"
    case .invalid where isNumberOutOfRange: return "'\(word)' is out of range, expected \(list)"
    case .invalid:
      let meant = NearMiss.meant(by: word, among: expected).map { "; did you mean '\($0)'?" } ?? ""
      return "unknown word '\(word)', expected \(list)\(meant)"
    }
  }

  private var isNumberOutOfRange: Bool {
    ValueKind.integer(word) != nil && expected.contains { $0.hasPrefix("<") }
  }

  /// `a, b or c`; a long list is cut, the rest is counted.
  private var list: String {
    let limit = 8
    let head = expected.prefix(limit)
    guard let last = head.last else { return "<cr>" }
    if expected.count > limit { return head.joined(separator: ", ") + " or one of \(expected.count - limit) more" }
    return head.count == 1 ? last : head.dropLast().joined(separator: ", ") + " or " + last
  }
}

/// Finds the keyword that a misspelled word was meant to be.
enum NearMiss {
  /// The nearest lower-case keyword within two edits; nil for words under four letters.
  static func meant(by word: String, among expected: [String]) -> String? {
    let typed = Array(word.lowercased().utf8)
    guard (4...64).contains(typed.count) else { return nil }
    let keywords = expected.filter { $0.utf8.first.map { $0 >= 97 && $0 <= 122 } ?? false }
    let scored = keywords.map { (distance(typed, Array($0.lowercased().utf8)), $0) }.filter { $0.0 <= 2 }
    return scored.min { $0.0 != $1.0 ? $0.0 < $1.0 : shownOrder($0.1, $1.1) }?.1
  }

  /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var before: [Int] = []
    var row = Array(0...b.count)
    for i in 0..<a.count {
      var next = [i + 1]
      for j in 0..<b.count {
        var best = min(row[j + 1] + 1, next[j] + 1, row[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
        next.append(best)
      }
      (before, row) = (row, next)
    }
    return row[b.count]
  }
}
