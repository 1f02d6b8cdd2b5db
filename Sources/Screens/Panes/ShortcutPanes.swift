// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// All shortcuts.
enum ShortcutsPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = Listing.shortcuts(scene.snapshot, scene.view)
    let up = rows.filter { $0.state == .up }.count
    let inner = scene.box(&frame, "Shortcuts", "\(up) up of \(rows.count), newest first")
    let table = Table(columns: [
      .init(title: "FROM", width: 0), .init(title: "TO", width: 0), .init(title: "PREFIX", width: 18),
      .init(title: "ST", width: 7), .init(title: "AGE", width: 8), .init(title: "PKTS", width: 6, isRight: true),
      .init(title: "KIND", width: 4, drop: 2), .init(title: "FORM", width: 8, isRight: true, drop: 1),
    ])
    table.draw(&frame, inner, count: rows.count, selected: scene.selected(rows.map(Listing.key))) { index in
      let row = rows[index]
      let mark = Mark.of(row.state)
      return [
        .init(row.from), .init(row.to), .init(row.prefix.map { "\($0)" } ?? "\(row.target)"),
        .init("\(mark.glyph) \(mark.word)", mark.role),
        .init(scene.age(row.ordered.first?.at)), .init(Wording.short(row.packetsViaHub)), .init(row.routeKind), .init(row.formationText),
      ]
    }
  }
}

/// The selected shortcut: each step, when, and who saw it.
enum ShortcutDetailPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    guard let row = Listing.selectedShortcut(scene.snapshot, scene.view) else {
      scene.box(&frame, "Shortcut")
      return
    }
    let inner = scene.box(&frame, "\(row.from.bounded) > \(row.to.bounded)", "● here  ◆ told  ○ inferred")
    let first = row.ordered.first.map { Wording.clock($0.at, scene.snapshot, scene.view) } ?? "—"
    frame.put("first packet \(first) for \(row.target), via hub: \(row.packetsViaHub) packets", in: inner, 0, 1)
    let used = drawSteps(&frame, row, inner)
    drawRoute(&frame, scene, row, inner, used)
  }

  /// Steps side by side, as many as fit in a row. Returns the row after the last.
  private static func drawSteps(_ frame: inout Frame, _ row: ShortcutRow, _ inner: Region) -> Int {
    let width = 25
    let perRow = max(1, (inner.columns - 1) / width)
    for (index, stamp) in row.ordered.dropFirst().enumerated() {
      let (line, column) = (1 + index / perRow, 1 + index % perRow * width)
      let mark = stamp.step == .failed ? Mark(glyph: "✗", word: "", role: .crit) : Mark.of(stamp.witness)
      frame.put(mark.glyph, in: inner, line, column, mark.role)
      frame.put("\(stamp.step.words) +\(Wording.milliseconds(row.span(to: stamp)))", in: inner, line, column + 2, limit: width - 3)
    }
    return 1 + (max(0, row.ordered.count - 1) + perRow - 1) / perRow
  }

  private static func drawRoute(_ frame: inout Frame, _ scene: Scene, _ row: ShortcutRow, _ inner: Region, _ at: Int) {
    let mark = Mark.of(row.state)
    frame.put("\(mark.glyph) \(mark.word)", in: inner, at, 1, mark.role)
    let via = row.toAddress.map { " via \($0)" } ?? ""
    let kind = row.routeKind.isEmpty ? "" : "  \(row.routeKind.bounded)"
    let route = row.prefix.map { "route \($0)\(via)\(kind)" } ?? "asked for \(row.target), no answer seen here"
    frame.put(route, in: inner, at, 11)
    var column = 11
    if let expires = row.expires {
      column += frame.put("expires in \(Wording.age(expires - scene.snapshot.at))", in: inner, at + 1, column) + 2
    }
    guard let far = row.farEnd(scene.snapshot), let pair = scene.snapshot.protected.first(where: { $0.address == far }) else { return }
    let spis = "spi in \(Wording.spi(pair.inboundSPI)) out \(Wording.spi(pair.outboundSPI))"
    column += frame.put(spis, in: inner, at + 1, column, .esp) + 2
    frame.put(pair.espSuite.bounded, in: inner, at + 1, column)
  }
}

/// Shortcuts being formed: the milliseconds of each step since the first packet.
enum FormingPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = Listing.shortcuts(scene.snapshot, scene.view, pane: .forming)
    let isProtected = rows.contains { $0.isProtected }
    let inner = scene.box(&frame, "Shortcuts forming", isProtected ? "i IKE s ESP ms" : "ms")
    let room = inner.columns - 25
    let selected = scene.isFocused ? scene.selected(rows.map(Listing.key)) : nil
    let table = Table(
      columns: [.init(title: "", width: 13), .init(title: "", width: 7), .init(title: "", width: 0)], hasHeading: false)
    table.draw(&frame, inner, count: rows.count, selected: selected) { index in
      let row = rows[index]
      let mark = Mark.of(row.state)
      return [.init("\(short(row.from))>\(short(row.to))"), .init("\(mark.glyph) \(mark.word)", mark.role), .init(steps(row, room))]
    }
  }

  /// The end of a name, where names of one cloud differ.
  private static func short(_ name: String) -> String {
    let bounded = name.bounded
    return DisplayText.width(of: bounded) <= 6 ? bounded : String(bounded.suffix(6))
  }

  /// `r6 q9 ◆i24 ◆s44 …`: what others told or was inferred is marked; the newest steps where not all have room.
  private static func steps(_ row: ShortcutRow, _ room: Int) -> String {
    if row.state == .up { return over(row, room) }
    var text = row.state == .failed ? "" : "…"
    for stamp in row.ordered.dropFirst().reversed() {
      let longer = step(stamp, row) + (text.isEmpty ? "" : " ") + text
      if longer.unicodeScalars.count > max(room, 8) { break }
      text = longer
    }
    return text
  }

  /// `in 47 ms`; of a protected one `◆i23 ◆s43 ✓47`: when IKE began, ESP stood, and all was done.
  private static func over(_ row: ShortcutRow, _ room: Int) -> String {
    guard row.isProtected else { return "in \(row.formationText)" }
    let steps = row.ordered.filter { $0.step == .ike || $0.step == .esp }.map { step($0, row) }
    let parts = steps + ["✓" + row.formationText.replacing(" ms", with: "").replacing(" ", with: "")]
    let spaced = parts.joined(separator: " ")
    return spaced.unicodeScalars.count <= room ? spaced : parts.joined()
  }

  private static func step(_ stamp: StepStamp, _ row: ShortcutRow) -> String {
    let milliseconds = row.span(to: stamp).nanoseconds / 1_000_000
    let mark = stamp.witness == .here ? "" : Mark.of(stamp.witness).glyph
    return mark + stamp.step.letter + (milliseconds > 9999 ? "\(milliseconds / 1000)s" : "\(milliseconds)")
  }
}
