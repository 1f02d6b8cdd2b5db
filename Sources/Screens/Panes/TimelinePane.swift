// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// The steps of each shortcut on a common scale of milliseconds since its first packet.
enum TimelinePane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = Listing.shortcuts(scene.snapshot, scene.view, pane: .timeline)
    let letters = rows.contains(where: \.isProtected) ? "i IKE  s ESP   " : ""
    let note = scene.region.columns >= 72 ? "\(letters)ms since 1st packet   ● here  ◆ told  ○ inferred" : "ms since 1st packet"
    let inner = scene.box(&frame, "Flows", note)
    guard inner.rows > 1, inner.columns > 30 else { return }
    let names = inner.columns >= 70 ? 19 : 15
    let track = Track(column: 2 + names + 1, width: inner.columns - names - 21, scale: scale(rows))
    drawAxis(&frame, inner, track)
    let list = inner.splitRows(1).1
    let keys = rows.map(Listing.key)
    let selected = scene.selected(keys)
    let first = Table.firstRow(count: rows.count, room: list.rows, selected: selected)
    for offset in 0..<min(list.rows, rows.count - first) {
      let row = rows[first + offset]
      let isSelected = first + offset == selected && (scene.isFocused || scene.view.screen == .flow)
      if isSelected { frame.put("▶", in: list, offset, 0, .selected) }
      frame.put("\(row.from.bounded)>\(row.to.bounded)", in: list, offset, 2, isSelected ? .selected : .text, limit: names)
      drawTrack(&frame, list, offset, row, track)
      let mark = Mark.of(row.state)
      frame.put("\(mark.glyph) \(mark.word)", in: list, offset, track.column + track.width + 1, mark.role, limit: 7)
      frame.put(row.formationText, in: list, offset, track.column + track.width + 9, .muted, limit: 9)
    }
    if rows.isEmpty { frame.put("no shortcut yet: spoke to spoke traffic starts one", in: list, 0, 2, .muted) }
  }

  private struct Track { var column: Int, width: Int, scale: Int64 }

  /// The end of the axis in milliseconds: a round number that holds all but failed shortcuts.
  private static func scale(_ rows: [ShortcutRow]) -> Int64 {
    let longest = rows.filter { $0.state != .failed }.prefix(64).compactMap(\.formationSpan).map { $0.nanoseconds / 1_000_000 }.max() ?? 0
    var step: Int64 = 10
    while true {
      for factor: Int64 in [1, 2, 5] where step * factor > longest || step > 1_000_000 { return step * factor }
      step *= 10
    }
  }

  private static func drawAxis(_ frame: inout Frame, _ inner: Region, _ track: Track) {
    frame.put("from > to", in: inner, 0, 2, .muted)
    guard track.width > 12 else { return }
    let ticks = max(1, min(5, track.width / 8))
    for tick in 0...ticks {
      let value = track.scale * Int64(tick) / Int64(ticks)
      let column = track.column + (track.width - 1) * tick / ticks
      let text = "\(value)"
      frame.put(text, in: inner, 0, tick == ticks ? column - text.utf8.count + 1 : column, .muted)
    }
  }

  private static func drawTrack(_ frame: inout Frame, _ list: Region, _ line: Int, _ row: ShortcutRow, _ track: Track) {
    guard track.width > 1 else { return }
    func column(_ stamp: StepStamp) -> Int {
      let micros = max(0, row.span(to: stamp).nanoseconds / 1000)
      let place = Int(min(micros, track.scale * 1000) * Int64(track.width - 1) / (track.scale * 1000))
      return track.column + place
    }
    let ordered = row.ordered
    guard let last = ordered.last else { return }
    let bar = String(repeating: row.state == .failed ? "┄" : "─", count: column(last) - track.column + 1)
    frame.put(bar, in: list, line, track.column, row.state == .failed ? .crit : .muted)
    for stamp in ordered where stamp.step == .ike || stamp.step == .esp {
      frame.put(stamp.step.letter, in: list, line, column(stamp) + 1, stamp.step == .ike ? .ike : .esp)
    }
    for stamp in ordered {
      let mark = stamp.step == .failed ? Mark(glyph: "✗", word: "", role: .crit) : Mark.of(stamp.witness)
      frame.put(mark.glyph, in: list, line, column(stamp), mark.role)
    }
  }
}

/// One shortcut as a ladder: who sent what to whom, and who saw it.
enum LadderPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    guard let row = Listing.selectedShortcut(scene.snapshot, scene.view) else {
      scene.box(&frame, "Ladder")
      return
    }
    let title = "\(row.from.bounded) > \(row.to.bounded) for \(row.target)"
    let inner = scene.box(&frame, title, row.formationText)
    guard inner.columns > 44 else { return }
    let gap = max(8, min(26, (inner.columns - 44) / 2))
    let lines = (left: 11, middle: 11 + gap, right: 11 + 2 * gap)
    frame.put("ms", in: inner, 0, 7, .muted)
    frame.put(row.from, in: inner, 0, lines.left, .title, limit: gap - 1)
    frame.put(hubName(scene), in: inner, 0, lines.middle, .title, limit: gap - 1)
    frame.put(row.to, in: inner, 0, lines.right, .title, limit: 14)
    let ordered = row.ordered
    for (index, stamp) in ordered.prefix(max(0, inner.rows - 1)).enumerated() {
      drawStep(&frame, inner, index + 1, stamp, row, lines)
    }
  }

  private static func hubName(_ scene: Scene) -> String {
    if scene.snapshot.tunnels.first?.role == .hub { return scene.snapshot.hostname }
    return scene.snapshot.peers.first(where: \.isServer)?.name ?? "hub"
  }

  private static func drawStep(
    _ frame: inout Frame, _ inner: Region, _ line: Int, _ stamp: StepStamp, _ row: ShortcutRow, _ at: (left: Int, middle: Int, right: Int)
  ) {
    let time = Wording.exactMilliseconds(row.span(to: stamp))
    frame.put(time, in: inner, line, max(0, 9 - time.utf8.count), .muted)
    for column in [at.left, at.middle, at.right] { frame.put("│", in: inner, line, column, .border) }
    drawArrow(&frame, inner, line, stamp, at)
    let isFailed = stamp.step == .failed
    let mark = isFailed ? Mark(glyph: "✗", word: Mark.of(stamp.witness).word, role: .crit) : Mark.of(stamp.witness)
    frame.put("\(mark.glyph) \(stamp.step.words), \(mark.word)", in: inner, line, at.right + 3, mark.role)
  }

  private static func drawArrow(
    _ frame: inout Frame, _ inner: Region, _ line: Int, _ stamp: StepStamp, _ at: (left: Int, middle: Int, right: Int)
  ) {
    switch stamp.step {
    case .firstPacket: arrow(&frame, inner, line, from: at.left, to: at.middle, "data", "─", .text)
    case .redirect: arrow(&frame, inner, line, from: at.middle, to: at.left, "REDIRECT", "─", .warn)
    case .request: arrow(&frame, inner, line, from: at.left, to: at.right, "RES REQUEST", "─", .forming)
    case .reply: arrow(&frame, inner, line, from: at.right, to: at.left, "RES REPLY", "─", .ok)
    case .direct: arrow(&frame, inner, line, from: at.left, to: at.right, "data", "═", .phase3)
    case .ike where stamp.origin == .responder: arrow(&frame, inner, line, from: at.right, to: at.left, "IKE", "─", .ike)
    case .ike: arrow(&frame, inner, line, from: at.left, to: at.right, "IKE", "─", .ike, isBoth: stamp.origin == nil)
    case .esp: arrow(&frame, inner, line, from: at.left, to: at.right, "ESP", "═", .esp, isBoth: true)
    case .answer: frame.put("◆", in: inner, line, at.right, .told)
    case .route: frame.put("◆", in: inner, line, at.left, .ok)
    case .failed: frame.put("✗", in: inner, line, at.left, .crit)
    }
  }

  private static func arrow(
    _ frame: inout Frame, _ inner: Region, _ line: Int, from: Int, to: Int, _ word: String, _ bar: String, _ role: Role,
    isBoth: Bool = false
  ) {
    let (low, high) = (min(from, to) + 1, max(from, to) - 1)
    guard high > low else { return }
    frame.put(String(repeating: bar, count: high - low + 1), in: inner, line, low, role)
    let text = " \(word) "
    if high - low > text.utf8.count + 2 { frame.put(text, in: inner, line, (low + high - text.utf8.count) / 2 + 1, role) }
    frame.put(to > from ? "▶" : "◀", in: inner, line, to > from ? high : low, role)
    if isBoth { frame.put(to > from ? "◀" : "▶", in: inner, line, to > from ? low : high, role) }
  }
}
