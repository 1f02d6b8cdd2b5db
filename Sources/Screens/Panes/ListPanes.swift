// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// The NHRP cache.
enum CachePane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = Listing.cache(scene.snapshot, scene.view)
    let inner = scene.box(&frame, "NHRP cache", "\(rows.count) of \(scene.snapshot.cache.count)")
    let table = Table(columns: [
      .init(title: "TARGET", width: 18), .init(title: "VIA", width: 15, drop: 1), .init(title: "NBMA", width: 15),
      .init(title: "TYPE", width: 10), .init(title: "FLAGS", width: 0, drop: 2), .init(title: "EXPIRES", width: 8),
    ])
    let isMain = scene.view.screen == .cache || scene.isFocused
    let selected = isMain ? scene.selected(rows.map(Listing.key)) : nil
    table.draw(&frame, inner, count: rows.count, selected: selected) { index in
      let row = rows[index]
      let role: Role = row.kind == "incomplete" ? .warn : .text
      return [
        .init("\(row.target)"), .init("\(row.via)"), .init(row.nbma.map { "\($0)" } ?? "—"), .init(row.kind, role), .init(row.flags),
        .init(row.expires.map { Wording.age($0 - scene.snapshot.at) } ?? "never"),
      ]
    }
  }
}

/// The selected cache entry.
enum CacheDetailPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    guard let row = Listing.selectedCacheEntry(scene.snapshot, scene.view) else {
      scene.box(&frame, "Entry")
      return
    }
    let inner = scene.box(&frame, "\(row.target) via \(row.via)")
    let expires = row.expires.map { "expire \(Wording.age($0 - scene.snapshot.at))" } ?? "never expire"
    frame.put("\(row.tunnel.bounded) created \(scene.age(row.created)), \(expires)", in: inner, 0, 1)
    frame.put("Type: \(row.kind.bounded), Flags: \(row.flags.bounded)", in: inner, 1, 1)
    frame.put("NBMA address: \(row.nbma.map { "\($0)" } ?? "unknown")", in: inner, 2, 1)
    if let claimed = row.claimedNBMA { frame.put("(Claimed NBMA address: \(claimed))", in: inner, 3, 1, .warn) }
  }
}

/// The journal.
enum EventsPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = Listing.events(scene.snapshot, scene.view)
    let follow = scene.view.follows ? "follow" : "f to follow"
    let inner = scene.box(&frame, "Events", "\(rows.count) of \(scene.snapshot.events.count)   \(follow)")
    guard inner.rows > 0 else { return }
    let isMain = scene.view.screen == .events || scene.isFocused
    let keys = rows.map(Listing.key)
    let selected = scene.view.follows ? rows.count - 1 : scene.selected(keys) ?? 0
    let first =
      scene.view.follows ? max(0, rows.count - inner.rows) : Table.firstRow(count: rows.count, room: inner.rows, selected: selected)
    for offset in 0..<min(inner.rows, rows.count - first) {
      drawRow(&frame, scene, inner, offset, rows[first + offset], isSelected: isMain && !scene.view.follows && first + offset == selected)
    }
    if rows.isEmpty { frame.put("none", in: inner, 0, 2, .muted) }
  }

  private static func drawRow(_ frame: inout Frame, _ scene: Scene, _ inner: Region, _ line: Int, _ row: EventRow, isSelected: Bool) {
    let mark = Mark.of(row.severity)
    if isSelected {
      frame.paint(Region(row: inner.row + line, column: inner.column, rows: 1, columns: inner.columns), .selected)
      frame.put("▶", in: inner, line, 0, .selected)
    }
    func role(_ usual: Role) -> Role { isSelected ? .selected : usual }
    frame.put(Wording.clock(row.at, scene.snapshot, scene.view), in: inner, line, 1, role(.muted), limit: 12)
    frame.put(mark.glyph, in: inner, line, 14, role(mark.role))
    frame.put(row.facility, in: inner, line, 16, role(row.facility == "IKE" ? .ike : .key), limit: 5)
    let subject = inner.columns >= 100 ? 18 : 13
    frame.put(row.subject, in: inner, line, 22, role(.text), limit: subject)
    frame.put(row.text, in: inner, line, 23 + subject, role(mark.role))
  }
}

/// What is being captured.
enum CapturePane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let inner = scene.box(&frame, "Capture")
    let rows = scene.snapshot.events.filter { $0.facility == "CAP" }
    let room = max(0, inner.rows - hints.count - 1)
    for (line, row) in rows.suffix(room).enumerated() {
      frame.put(Wording.clock(row.at, scene.snapshot, scene.view), in: inner, line, 1, .muted)
      frame.put("\(row.subject.bounded) \(row.text)", in: inner, line, 15)
    }
    var line = rows.isEmpty ? 0 : min(rows.count, room) + 1
    if rows.isEmpty {
      frame.put("No capture has run on this node.", in: inner, line, 1)
      line += 2
    }
    for hint in hints {
      frame.put(hint.0, in: inner, line, 1, .key, limit: 36)
      frame.put(hint.1, in: inner, line, 38, .muted)
      line += 1
    }
  }

  private static let hints = [
    ("d", "in any list: writes a capture of the selected peer to the prompt"),
    ("monitor capture CAP peer NAME", "captures a peer, from now on"),
    ("monitor capture CAP file FILE", "names the pcapng; else CAP.pcapng"),
    ("monitor capture CAP start", "starts it"),
    ("monitor capture CAP stop", "ends it"),
    ("show monitor capture", "shows what is captured"),
  ]
}

/// Conditions to look at.
enum AlarmsPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = Listing.alarms(scene.snapshot, scene.view)
    let inner = scene.box(&frame, "Alarms", "\(rows.count) active")
    if rows.isEmpty {
      frame.put("✓ nothing to look at", in: inner, 0, 2, .ok)
      return
    }
    let table = Table(columns: [
      .init(title: "SINCE", width: 8), .init(title: "SEVERITY", width: 10, drop: 1), .init(title: "SUBJECT", width: 14),
      .init(title: "WHAT, AND WHAT HELPS", width: 0, least: 20),
    ])
    let isMain = scene.view.screen == .alarms || scene.isFocused
    table.draw(&frame, inner, count: rows.count, selected: isMain ? scene.selected(rows.map(Listing.key)) : nil) { index in
      let row = rows[index]
      let mark = Mark.of(row.severity)
      return [
        .init(String(Wording.clock(row.since, scene.snapshot, scene.view).prefix(8)), .muted),
        .init("\(mark.glyph) \(mark.word)", mark.role), .init("\(mark.glyph) \(row.subject.bounded)"), .init(row.text, mark.role),
      ]
    }
  }
}

/// Packets dropped, by reason.
enum DropsPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = scene.snapshot.drops
    let inner = scene.box(&frame, "Dropped packets", "\(rows.count) reasons")
    if rows.isEmpty { frame.put("none", in: inner, 0, 2, .muted) }
    let width = 38
    let perRow = max(1, inner.columns / width)
    for (index, row) in rows.enumerated() {
      let line = index / perRow
      if line >= inner.rows { break }
      frame.put(row.reason, in: inner, line, 2 + index % perRow * width, limit: 24)
      frame.putRight(
        Wording.short(row.packets), row: inner.row + line, before: inner.column + min(inner.columns, 36 + index % perRow * width))
    }
  }
}
