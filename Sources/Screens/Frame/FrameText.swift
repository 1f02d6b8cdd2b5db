// SPDX-License-Identifier: GPL-3.0-or-later

/// Frames as text: for tests, pipes, `render` and people.
extension Frame {
  /// The frame as lines of text without colours, trailing blanks removed.
  public var text: String { layer { $0.scalar } }

  /// The frame's roles, one letter a cell; blank cells of plain text stay blank.
  public var roleLetters: String {
    layer { cell in
      cell.role == .text && cell.scalar == " " ? " " : cell.role.letter.unicodeScalars.first ?? "?"
    }
  }

  private func layer(_ picture: (Cell) -> Unicode.Scalar) -> String {
    var result = ""
    for row in 0..<rows {
      var line = String.UnicodeScalarView()
      for cell in self.row(row) where cell.width > 0 { line.append(picture(cell)) }
      while line.last == " " { line.removeLast() }
      result += String(line) + "\n"
    }
    return result
  }

  /// The frame with the colours of `theme` as terminal escape sequences.
  public func ansi(_ theme: Theme, depth: ColorDepth = .indexed256) -> String {
    var result = ""
    for row in 0..<rows {
      var last: Role?
      for cell in self.row(row) where cell.width > 0 {
        if cell.role != last { result += theme.style(of: cell.role, depth: depth).escape }
        last = cell.role
        result.unicodeScalars.append(cell.scalar)
      }
      result += "\u{1b}[0m\n"
    }
    return result
  }
}

extension TerminalStyle {
  /// The SGR sequence that selects this style.
  var escape: String {
    var codes = ["0"]
    let names: [(TextAttributes, String)] = [(.bold, "1"), (.dim, "2"), (.italic, "3"), (.underline, "4"), (.reverse, "7")]
    for (attribute, code) in names where attributes.contains(attribute) { codes.append(code) }
    if foreground >= 0 { codes.append("38;5;\(foreground)") }
    if background >= 0 { codes.append("48;5;\(background)") }
    return "\u{1b}[" + codes.joined(separator: ";") + "m"
  }
}
