// SPDX-License-Identifier: GPL-3.0-or-later

/// A long answer in parts. A console's connection takes messages of 8 MiB and holds 16 MiB that are not read yet; beyond that it is cut
/// off. Inside a message the JSON around it makes a text a little longer.
struct AnswerParts {
  /// A part is cut behind the last line that fits: small enough for the console to show one while the next comes.
  static let partBytes = 1 << 20
  /// What all parts together may have.
  static let limitBytes = 12 << 20

  /// The parts before the last one, each without the line end behind it: consoles end a part's line themselves.
  var before: [String] = []
  var last: String

  /// Cuts a text behind its lines.
  init(_ text: String) {
    var rest = text[...]
    while rest.utf8.count > AnswerParts.partBytes, let end = AnswerParts.lineEnd(in: rest) {
      before.append(String(rest[..<end]))
      rest = rest[rest.utf8.index(after: end)...]
    }
    last = String(rest)
  }

  /// The last line end of the first part; of a longer line its own.
  private static func lineEnd(in text: Substring) -> String.Index? {
    let limit = text.utf8.index(text.startIndex, offsetBy: partBytes)
    return text.utf8[..<limit].lastIndex(of: 10) ?? text.utf8[limit...].firstIndex(of: 10)
  }

  /// As much of a text as may be sent, in whole lines; one more says what is missing.
  static func fitting(_ text: String) -> String {
    guard text.utf8.count > limitBytes else { return text }
    let limit = text.utf8.index(text.startIndex, offsetBy: limitBytes)
    let kept = text[..<(text.utf8[..<limit].lastIndex(of: 10) ?? text.startIndex)]
    return kept + "\n% These are the first \(lineCount(kept)) of \(lineCount(text[...])) lines; '| include' or a narrower command shows the others"
  }

  private static func lineCount(_ text: Substring) -> Int { text.utf8.count { $0 == 10 } + 1 }
}
