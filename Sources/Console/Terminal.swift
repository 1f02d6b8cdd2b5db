// SPDX-License-Identifier: GPL-3.0-or-later
import CTermShim
import Screens

/// A key as the loop sees it.
enum Key: Equatable {
  case character(Unicode.Scalar)
  /// Alt with a character.
  case meta(Unicode.Scalar)
  case escape, up, down, left, right, home, end, pageUp, pageDown, delete, backspace, enter, tab, backTab
  case function(Int)
  /// A line of pasted text; `endsLine` when a newline followed it.
  case pasted(String, endsLine: Bool)
  /// The terminal has drawn everything sent before.
  case acknowledged
}

/// The terminal: keys in, frames out. Only changed rows reach ncurses; only changed cells reach the wire.
final class Terminal {
  /// Cells of one step of drawing: what ncurses writes for them fits into the smallest pipe.
  private static let cellsPerFlush = 2500
  /// The largest screen that is used; a larger one stays empty beyond.
  private static let mostRows = 200, mostColumns = 500

  private let theme: Theme
  private let depth: ColorDepth
  private var shown: Frame?
  private var styles: [(attributes: Int32, pair: Int32)] = []
  private var pastes = false
  private var pasted = String.UnicodeScalarView()
  private(set) var rows = 24, columns = 80

  /// Opens the terminal of standard input; nil when it cannot be used.
  init?(theme: Theme, color: ColorChoice) {
    guard ct_open(Environment.term, 0) == 0 else { return nil }
    self.theme = theme
    depth = Environment.depth(color, colors: Int(ct_colors()))
    styles = Role.allCases.map { role in
      let style = theme.style(of: role, depth: depth)
      return (Int32(style.attributes.rawValue), ct_pair(Int32(style.foreground), Int32(style.background)))
    }
    measure()
  }

  /// Restores the terminal.
  func close() { ct_close() }

  /// Asks for the size again. Everything is drawn anew.
  func measure() {
    var (height, width): (Int32, Int32) = (24, 80)
    if ct_size(&height, &width) == 0 {
      (rows, columns) = (min(Int(height), Self.mostRows), min(Int(width), Self.mostColumns))
      ct_resize(height, width)
    }
    shown = nil
  }

  /// Draws everything anew at the next frame.
  func redraw() {
    ct_redraw()
    shown = nil
  }

  /// Draws what differs from the last frame and asks the terminal to say when it is done. False when nothing differed.
  func draw(_ frame: Frame) -> Bool {
    if frame == shown { return false }
    var cells = 0
    for row in 0..<frame.rows {
      if let shown, shown.rows == frame.rows, shown.columns == frame.columns, shown.row(row) == frame.row(row) { continue }
      drawRow(frame, row)
      cells += frame.columns
      if cells >= Self.cellsPerFlush {
        ct_flush()
        cells = 0
      }
    }
    let cursor = frame.cursor ?? Position(row: max(0, frame.rows - 1), column: 0)
    ct_cursor(Int32(cursor.row), Int32(cursor.column), frame.cursor == nil ? 0 : 1)
    ct_flush()
    shown = frame
    return true
  }

  /// Asks the terminal to answer once it has drawn what was sent.
  func requestAcknowledgement() { ct_raw("\u{1b}[5n", 4) }

  private func drawRow(_ frame: Frame, _ row: Int) {
    let cells = frame.row(row)
    var start = cells.startIndex
    while start < cells.endIndex {
      var end = start + 1
      while end < cells.endIndex, cells[end].role == cells[start].role { end += 1 }
      let scalars = cells[start..<end].map(\.scalar.value)
      let widths = cells[start..<end].map(\.width)
      let style = styles[Int(cells[start].role.rawValue)]
      ct_put_run(Int32(row), Int32(start - cells.startIndex), scalars, widths, Int32(end - start), style.attributes, style.pair)
      start = end
    }
  }
}

extension Terminal {
  /// All keys that have arrived.
  func keys() -> [Key] {
    var result: [Key] = []
    while result.count < 4096 {
      var value: UInt32 = 0
      let kind = Int(ct_read(&value))
      if kind == CTK_NONE { break }
      if kind == CTK_KEY { special(value, &result) } else { character(value, &result) }
    }
    return result
  }

  private func special(_ code: UInt32, _ result: inout [Key]) {
    switch Int(code) {
    case CTK_PASTE_BEGIN: (pastes, pasted) = (true, String.UnicodeScalarView())
    case CTK_PASTE_END:
      if pastes, !pasted.isEmpty { result.append(.pasted(String(pasted), endsLine: false)) }
      pastes = false
    case CTK_ACK: result.append(.acknowledged)
    case CTK_UP: result.append(.up)
    case CTK_DOWN: result.append(.down)
    case CTK_LEFT: result.append(.left)
    case CTK_RIGHT: result.append(.right)
    case CTK_HOME: result.append(.home)
    case CTK_END: result.append(.end)
    case CTK_PAGE_UP: result.append(.pageUp)
    case CTK_PAGE_DOWN: result.append(.pageDown)
    case CTK_DELETE: result.append(.delete)
    case CTK_BACKSPACE: result.append(.backspace)
    case CTK_ENTER: result.append(.enter)
    case CTK_BACK_TAB: result.append(.backTab)
    case CTK_F0...(CTK_F0 + 12): result.append(.function(Int(code) - CTK_F0))
    default: break
    }
  }

  private func character(_ value: UInt32, _ result: inout [Key]) {
    guard let scalar = Unicode.Scalar(value) else { return }
    if pastes { return paste(scalar, &result) }
    switch value {
    case 0x1b: escape(&result)
    case 0x0d, 0x0a: result.append(.enter)
    case 0x09: result.append(.tab)
    case 0x7f, 0x08: result.append(.backspace)
    default: result.append(.character(scalar))
    }
  }

  /// Pasted text: newlines end a line, other controls are dropped.
  private func paste(_ scalar: Unicode.Scalar, _ result: inout [Key]) {
    if scalar == "\r" || scalar == "\n" {
      result.append(.pasted(String(pasted), endsLine: true))
      pasted = String.UnicodeScalarView()
    } else if scalar == "\t" {
      pasted.append(" ")
    } else if scalar.value >= 0x20, scalar.value != 0x7f, pasted.count < 4000 {
      pasted.append(scalar)
    }
  }

  /// Escape with a character in the same burst is Alt; a sequence nobody knows is swallowed; alone it is the key itself.
  private func escape(_ result: inout [Key]) {
    var value: UInt32 = 0
    let kind = Int(ct_read(&value))
    if kind == CTK_KEY {
      result.append(.escape)
      return special(value, &result)
    }
    guard kind == CTK_CHAR, let scalar = Unicode.Scalar(value) else { return result.append(.escape) }
    if scalar == "[" || scalar == "O" { return swallow() }
    if scalar.value == 0x1b { return result.append(.escape) }
    result.append(.meta(scalar))
  }

  private func swallow() {
    var value: UInt32 = 0
    for _ in 0..<64 where Int(ct_read(&value)) == CTK_CHAR {
      if (0x40...0x7e).contains(value) { return }
    }
  }
}
