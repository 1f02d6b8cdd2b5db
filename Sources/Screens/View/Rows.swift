// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// Row 0: who this is, how the tunnel stands, what time it is, and whether the picture is live.
enum StatusRow {
  static func draw(_ frame: inout Frame, _ snapshot: NodeSnapshot, _ view: ViewState) {
    frame.clear(Region(row: 0, column: 0, rows: 1, columns: frame.columns), .status)
    let right = rightText(snapshot, view)
    let width = DisplayText.width(of: right)
    frame.putRight(right, row: 0, before: frame.columns, modeRole(view.mode))
    var column = 1
    for (text, role) in parts(snapshot, isWide: frame.columns >= 110) {
      let length = min(DisplayText.width(of: text), 40)
      if column + length >= frame.columns - width { break }
      frame.put(text, at: Position(row: 0, column: column), role, limit: 40)
      column += length + (frame.columns >= 110 ? 2 : 1)
    }
  }

  private static func parts(_ snapshot: NodeSnapshot, isWide: Bool) -> [(String, Role)] {
    var result: [(String, Role)] = [(snapshot.hostname, .status)]
    if !snapshot.alarms.isEmpty { result.append(("ALM \(snapshot.alarms.count)!", .alarm)) }
    guard let tunnel = snapshot.tunnels.first else { return result + [("no tunnel", .status)] }
    let length = isWide ? tunnel.address.map { "/\($0.length)" } ?? "" : ""
    let address = tunnel.ownAddress.map { "\($0)\(length)" }
    result.append(("\(shortName(tunnel.name)) \(address ?? "no address")", .status))
    if !tunnel.isUp { result.append(("DOWN", .alarm)) }
    let up = snapshot.tunnels.reduce(0) { $0 + max(0, $1.peersUp) }
    let all = snapshot.tunnels.reduce(0) { $0 + max(0, $1.peersAll) }
    result.append(("peers \(up)/\(all)", .status))
    result.append(("cuts \(snapshot.tunnels.reduce(0) { $0 + max(0, $1.shortcuts) })", .status))
    if isWide {
      if !snapshot.protected.isEmpty { result.append(("SAs \(snapshot.protected.filter { $0.inboundSPI != 0 }.count)", .status)) }
      result += snapshot.protocols.map { ("\($0.name.bounded) \($0.neighborsUp)/\($0.neighborsAll)", .status) }
      result.append(("\(tunnel.role.rawValue) phase \(tunnel.phase)", .status))
      result.append(("up \(Wording.age(snapshot.at - .start))", .status))
    }
    return result
  }

  /// `Tunnel0` → `Tu0`
  private static func shortName(_ name: String) -> String {
    name.hasPrefix("Tunnel") ? "Tu" + name.dropFirst(6).prefix(6) : name.bounded
  }

  private static func modeRole(_ mode: ViewState.Mode) -> Role { mode == .linkLost ? .alarm : .status }

  private static func rightText(_ snapshot: NodeSnapshot, _ view: ViewState) -> String {
    let clock = Wording.clock(snapshot.at, snapshot, view)
    switch view.mode {
    case .live: return " \(clock) LIVE "
    case .paused(let behind): return " \(clock) PAUSE -\(Wording.age(behind)) "
    case .linkLost: return " \(clock) LINK LOST "
    case .other(let text): return " \(clock) \(text) "
    }
  }
}

/// The last row but one: the screens and what keys do.
enum TabsRow {
  static func draw(_ frame: inout Frame, _ view: ViewState) {
    let row = frame.rows - 2
    var column = 0
    for screen in view.screen.tabs {
      let isShown = screen == view.screen
      if isShown { column += frame.put("[", at: Position(row: row, column: column), .focus) }
      column += frame.put("\(screen.digit)", at: Position(row: row, column: column), isShown ? .focus : .key)
      column += frame.put(screen.tab, at: Position(row: row, column: column), isShown ? .focus : .muted)
      if isShown { column += frame.put("]", at: Position(row: row, column: column), .focus) }
      column += 1
    }
    let hint = hint(view, isWide: frame.columns >= 110)
    if column + DisplayText.width(of: hint) < frame.columns { frame.putRight(hint, row: row, before: frame.columns, .muted) }
  }

  private static func hint(_ view: ViewState, isWide: Bool) -> String {
    switch view.input {
    case .filter: return "Enter keep  Esc clear"
    case .prompt: return isWide ? "Alt-1…0 screen  ? help  Esc panes  Ctrl-X d detach" : "Esc panes  ? help"
    case .panes: return isWide ? "\(view.screen.hint)  Tab pane  z zoom  p pause  Q leave" : view.screen.hint
    }
  }
}

/// The last row: the command line, scrolled so that the cursor is visible; or the filter being typed.
enum PromptRow {
  static func draw(_ frame: inout Frame, _ view: ViewState) {
    let row = frame.rows - 1
    frame.clear(Region(row: row, column: 0, rows: 1, columns: frame.columns))
    if view.input == .filter {
      let used = drawLine(&frame, row, "/", view.filter, cursor: view.filter.unicodeScalars.count, .search)
      frame.cursor = Position(row: row, column: used)
      return
    }
    let used = drawLine(&frame, row, view.prompt.prompt, view.prompt.line, cursor: view.prompt.cursor, .prompt)
    frame.cursor = view.input == .prompt ? Position(row: row, column: used) : nil
  }

  /// Returns the cursor's column.
  private static func drawLine(_ frame: inout Frame, _ row: Int, _ prompt: String, _ line: String, cursor: Int, _ role: Role) -> Int {
    let longest = max(1, frame.columns * 2 / 3)
    let start = frame.put(prompt, at: Position(row: row, column: 0), role, limit: longest)
    let room = max(1, frame.columns - start)
    let scalars = Array(line.unicodeScalars.prefix(8192))
    let place = max(0, min(scalars.count, cursor))
    let first = firstScalar(scalars, place, room)
    frame.put(string(scalars[first...]), at: Position(row: row, column: start), .text, limit: room)
    if first > 0 { frame.put("<", at: Position(row: row, column: start), .muted) }
    return min(frame.columns - 1, start + DisplayText.width(of: string(scalars[first..<place])))
  }

  /// The first scalar to show so that the cursor's cell is inside.
  private static func firstScalar(_ scalars: [Unicode.Scalar], _ cursor: Int, _ room: Int) -> Int {
    var (first, width) = (cursor, 1)
    while first > 0 {
      width += DisplayText.drawable(scalars[first - 1]).map(DisplayText.width) ?? 0
      if width > room { break }
      first -= 1
    }
    return first
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
