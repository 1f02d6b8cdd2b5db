// SPDX-License-Identifier: GPL-3.0-or-later

/// One word of a typed line and where it stands.
struct LineWord {
  let text: String
  /// Keywords are compared without case.
  let lowered: String
  /// 0-based, in characters: what a caret below the line needs.
  let column: Int
  let start: String.Index
}

/// A line cut at white space. CR, tabs and no-break spaces of pasted text count as white space.
struct LineWords {
  let words: [LineWord]
  /// Column just behind the last word.
  let endColumn: Int
  /// Whether the next letter typed would begin a new word.
  let endsInSpace: Bool
  private let line: String
  private let end: String.Index

  init(_ line: String) {
    var words: [LineWord] = []
    var end = line.startIndex, endColumn = 0
    var start: (index: String.Index, column: Int)?
    var column = 0
    func close(at index: String.Index) {
      guard let open = start else { return }
      let text = String(line[open.index..<index])
      words.append(LineWord(text: text, lowered: text.lowercased(), column: open.column, start: open.index))
      (end, endColumn, start) = (index, column, nil)
    }
    for index in line.indices {
      if line[index].isWhitespace { close(at: index) } else if start == nil { start = (index, column) }
      column += 1
    }
    endsInSpace = start == nil
    close(at: line.endIndex)
    (self.words, self.line, self.end, self.endColumn) = (words, line, end, endColumn)
  }

  /// Everything from word `index` to the end of the last word, spaces inside kept.
  func rest(from index: Int) -> String {
    index < words.count ? String(line[words[index].start..<end]) : ""
  }

  /// The column of word `index`, or where the next word would be missing.
  func column(of index: Int) -> Int {
    index < words.count ? words[index].column : endColumn
  }
}
