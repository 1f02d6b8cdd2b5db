// SPDX-License-Identifier: GPL-3.0-or-later

/// What commands said, over the lower half of the panes.
enum OutputPane {
  static func draw(_ frame: inout Frame, _ view: ViewState) {
    let region = ScreenLayout.outputRegion(rows: frame.rows, columns: frame.columns)
    let output = view.output
    let place = output.scroll > 0 ? "\(output.lines.count - output.scroll) of \(output.lines.count) lines" : "\(output.lines.count) lines"
    let inner = frame.box(region, title: "Output", note: "\(place)   PgUp PgDn  Esc", isFocused: output.scroll > 0)
    drawLines(&frame, output, inner)
  }

  /// The newest lines at the bottom, long ones wrapped.
  static func drawLines(_ frame: inout Frame, _ output: OutputText, _ region: Region) {
    guard region.rows > 0, region.columns > 0 else { return }
    var rows: [String] = []
    var index = output.lines.count - 1 - output.scroll
    while index >= 0, rows.count < region.rows {
      rows += wrapped(output.lines[index], region.columns, limit: region.rows).reversed()
      index -= 1
    }
    let shown = rows.prefix(region.rows).reversed()
    for (line, text) in shown.enumerated() { frame.put(text, in: region, line, 0, role(text)) }
  }

  private static func role(_ text: String) -> Role {
    if text.hasPrefix("%") { return .warn }
    return text.hasPrefix("▶ ") ? .title : .text
  }

  /// `text` in pieces of `width` columns, at most `limit`; tabs go to the next multiple of eight.
  static func wrapped(_ text: String, _ width: Int, limit: Int) -> [String] {
    var (rows, row, used) = ([String](), String.UnicodeScalarView(), 0)
    for scalar in text.unicodeScalars {
      let count = scalar == "\t" ? 8 - used % 8 : DisplayText.drawable(scalar).map(DisplayText.width) ?? 0
      if used + count > width {
        rows.append(String(row))
        if rows.count >= limit { return rows }
        (row, used) = (String.UnicodeScalarView(), 0)
        if scalar == "\t" { continue }
      }
      if scalar == "\t" { row.append(contentsOf: String(repeating: " ", count: count).unicodeScalars) } else { row.append(scalar) }
      used += count
    }
    return rows + [String(row)]
  }
}

/// All keys.
enum HelpOverlay {
  static func draw(_ frame: inout Frame, _ view: ViewState) {
    let area = ScreenLayout.content(rows: frame.rows, columns: frame.columns)
    let width = min(area.columns, 76)
    let height = min(area.rows, lines.count + 2)
    let region = Region(
      row: area.row + (area.rows - height) / 2, column: (area.columns - width) / 2, rows: height, columns: width)
    let inner = frame.box(region, title: "Keys", note: "Esc closes", isFocused: true)
    for (row, line) in lines.prefix(inner.rows).enumerated() {
      frame.put(line.0, in: inner, row, 1, .muted)
      frame.put(line.1, in: inner, row, 10, .key, limit: 27)
      frame.put(line.2, in: inner, row, 38)
    }
  }

  private static let lines = [
    ("screen", "1…9 0, Alt-1…Alt-0", "the ten screens; also F1…F10"),
    ("", "4 4", "the associations, then the peers"),
    ("", "7", "routing: neighbours and routes"),
    ("pane", "Tab, Shift-Tab", "next and previous pane"),
    ("", "z", "zoom the pane"),
    ("move", "j k ↑ ↓ PgUp PgDn g G", "the selection"),
    ("find", "/", "filter: word !word fac=nhrp sev<=4"),
    ("time", "p", "pause and go on"),
    ("", "f", "follow the newest event"),
    ("command", ": or Enter", "to the prompt; Esc comes back"),
    ("", "?", "at the prompt: what may follow"),
    ("write", "x", "clear ip nhrp …, ip bgp … soft"),
    ("", "X", "clear crypto session …, ip bgp …"),
    ("", "P t", "ping, traceroute"),
    ("", "d", "capture the selected peer or pair"),
    ("", "D", "undebug all, at once"),
    ("output", "PgUp PgDn, Esc", "scroll and close what a command said"),
    ("leave", "Q, Ctrl-X d", "the node stays"),
    ("redraw", "Ctrl-L", ""),
  ]
}
