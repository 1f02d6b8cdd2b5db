// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// All protected peers: the pair of associations in use, what it carries, how long it lasts, and what was refused.
enum AssociationsPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = Listing.associations(scene.snapshot, scene.view)
    let up = rows.filter { $0.layer == .up }.count
    let inner = scene.box(&frame, "Security associations", "\(up) up of \(rows.count), worst first, then by rate")
    let trend = inner.columns >= 100 ? max(8, min(40, inner.columns - 106)) : 8
    let table = Table(columns: columns(trend))
    table.draw(&frame, inner, count: rows.count, selected: scene.selected(rows.map(Listing.key))) { fields(scene, rows[$0], trend) }
    if scene.snapshot.protected.isEmpty, inner.rows > 2 {
      frame.put("no peer is protected (tunnel protection ipsec profile …)   4: all peers", in: inner, 2, 2, .muted)
    }
  }

  private static func columns(_ trend: Int) -> [Table.Column] {
    [
      .init(title: "PEER", width: 0, least: 10), .init(title: "NBMA", width: 21, drop: 9), .init(title: "ST", width: 7),
      .init(title: "IKE", width: 8, drop: 8), .init(title: "SPI-IN", width: 8, drop: 7), .init(title: "SPI-OUT", width: 8, drop: 7),
      .init(title: "PKT IN", width: 6, isRight: true, drop: 5), .init(title: "PKT OUT", width: 7, isRight: true, drop: 5),
      .init(title: "IN b/s", width: 6, isRight: true), .init(title: "OUT b/s", width: 7, isRight: true, drop: 1),
      .init(title: "LIFE", width: 8, isRight: true, drop: 4), .init(title: "REPLAY", width: 6, isRight: true, drop: 2),
      .init(title: "AUTH", width: 5, isRight: true, drop: 3), .init(title: "60 s", width: trend, drop: 6),
    ]
  }

  private static func fields(_ scene: Scene, _ row: ProtectedPeerRow, _ trend: Int) -> [Table.Field] {
    let mark = Mark.of(row)
    let rates = scene.view.rates[Listing.key(row)]
    return [
      .init(row.name), .init(row.place), .init("\(mark.glyph) \(mark.word)", mark.role), .init(row.ikeState, row.ikeRole),
      .init(Wording.spi(row.inboundSPI), .esp), .init(Wording.spi(row.outboundSPI), .esp),
      .init(Wording.short(row.packetsIn)), .init(Wording.short(row.packetsOut)),
      .init(Wording.short(rates?.inbound.last ?? 0)), .init(Wording.short(rates?.outbound.last ?? 0)),
      .init(row.lifeText, row.lifeRole), .init(Wording.refused(row.replays), row.replays > 0 ? .warn : .text),
      .init(Wording.refused(row.forgeries), row.forgeries > 0 ? .crit : .text),
      .init(Wording.sparkline(rates?.inbound.newest(trend) ?? []), .graphIn),
    ]
  }
}

/// The selected protected peer: both phases, what is left of them, and how it came to where it is.
enum AssociationDetailPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    guard let row = Listing.selectedAssociation(scene.snapshot, scene.view) else {
      scene.box(&frame, "Association")
      return
    }
    let inner = scene.box(&frame, row.name.bounded, "\(row.place)  \(row.tunnel.bounded)")
    drawWho(&frame, row, inner)
    drawIKE(&frame, scene, row, inner)
    drawPair(&frame, row, inner)
    drawLife(&frame, row, inner)
    drawTrends(&frame, scene, row, inner)
    drawRefused(&frame, scene, row, inner)
    PhaseLine.draw(&frame, scene, row.phases, inner, 7, margin)
  }

  private static let margin = 9

  private static func drawWho(_ frame: inout Frame, _ row: ProtectedPeerRow, _ inner: Region) {
    frame.put("who", in: inner, 0, 1, .muted)
    let tunnel = row.address.map { "\($0)" } ?? "no tunnel address yet"
    let used = frame.put(tunnel, in: inner, 0, margin)
    frame.put(row.identity.isEmpty ? "has not proved who it is" : row.identity.bounded, in: inner, 0, margin + used + 2, .title)
  }

  private static func drawIKE(_ frame: inout Frame, _ scene: Scene, _ row: ProtectedPeerRow, _ inner: Region) {
    frame.put("IKE", in: inner, 1, 1, .ike)
    let state = row.ikeState.isEmpty ? "gone" : row.ikeState.bounded
    var at = margin + frame.put("v\(row.version) \(state)", in: inner, 1, margin, row.ikeRole, limit: 18) + 2
    at += frame.put(row.isInitiator ? "we began" : "peer began", in: inner, 1, at, .muted) + 2
    frame.put(row.ikeSuite.bounded, in: inner, 1, at)
    guard let left = row.ikeSecondsLeft else { return }
    let text = "ends in \(Wording.age(seconds: Int64(left)))"
    if at + DisplayText.width(of: row.ikeSuite, limit: 80) + text.utf8.count + 2 < inner.columns {
      frame.putRight(text, row: inner.row + 1, before: inner.column + inner.columns - 1, row.ikeRole == .ok ? .text : .muted)
    }
  }

  private static func drawPair(_ frame: inout Frame, _ row: ProtectedPeerRow, _ inner: Region) {
    frame.put("ESP", in: inner, 2, 1, .esp)
    guard row.inboundSPI != 0 || row.outboundSPI != 0 else {
      frame.put("no pair of associations yet", in: inner, 2, margin, .forming)
      return
    }
    let spis = "in \(Wording.spi(row.inboundSPI)) out \(Wording.spi(row.outboundSPI))"
    let used = frame.put(spis, in: inner, 2, margin, .esp)
    let mode = row.port == 0 ? row.mode.bounded : "\(row.mode.bounded)/UDP"
    frame.put("\(row.espSuite.bounded)  \(mode)", in: inner, 2, margin + used + 2)
  }

  private static func drawLife(_ frame: inout Frame, _ row: ProtectedPeerRow, _ inner: Region) {
    frame.put("left", in: inner, 3, 1, .muted)
    var at = margin
    let parts = [
      row.secondsLeft.map { (Wording.age(seconds: Int64($0)), $0, row.lifetimeSeconds) },
      row.kilobytesLeft.map { (Wording.kilobytes($0), $0, row.lifetimeKilobytes) },
    ]
    for (text, left, all) in parts.compactMap({ $0 }) {
      at += frame.put(text, in: inner, 3, at, row.lifeRole) + 1
      if let all, all > 0 { at += frame.put(Wording.bar(left, of: all), in: inner, 3, at, row.lifeRole) + 2 }
    }
    if row.secondsLeft == nil, row.kilobytesLeft == nil { at += frame.put("—", in: inner, 3, at) + 2 }
    let window = row.replayWindow == 0 ? "no replay window" : "window \(row.replayWindow)"
    frame.put("rekeys \(row.rekeys)  \(window)", in: inner, 3, at, .muted)
  }

  private static func drawTrends(_ frame: inout Frame, _ scene: Scene, _ row: ProtectedPeerRow, _ inner: Region) {
    let rates = scene.view.rates[Listing.key(row)]
    let width = max(0, min(HistoryRing.capacity, inner.columns - 34))
    let rings = [("in", rates?.inbound ?? HistoryRing(), Role.graphIn), ("out", rates?.outbound ?? HistoryRing(), Role.graphOut)]
    for (offset, item) in rings.enumerated() {
      frame.put(item.0, in: inner, 4 + offset, 1, .muted)
      frame.put("\(Wording.short(item.1.last))b/s", in: inner, 4 + offset, margin)
      let used = 18 + frame.put(Wording.sparkline(item.1.newest(width)), in: inner, 4 + offset, 18, item.2)
      frame.put("max \(Wording.short(item.1.maximum))b/s", in: inner, 4 + offset, used + 1, .muted)
    }
  }

  private static func drawRefused(_ frame: inout Frame, _ scene: Scene, _ row: ProtectedPeerRow, _ inner: Region) {
    frame.put("refused", in: inner, 6, 1, .muted)
    var at = margin + frame.put(Wording.refused(row.replays), in: inner, 6, margin, row.replays > 0 ? .warn : .text)
    at += frame.put(" replayed, ", in: inner, 6, at, .muted)
    at += frame.put(Wording.refused(row.forgeries), in: inner, 6, at, row.forgeries > 0 ? .crit : .text)
    at += frame.put(" not authentic ", in: inner, 6, at, .muted)
    let room = max(0, min(HistoryRing.capacity, inner.columns - at - 2))
    let refused = scene.view.rates[Listing.key(row)]?.refused.newest(room) ?? []
    frame.put(Wording.sparkline(refused), in: inner, 6, at, row.refused > 0 ? .warn : .muted)
  }
}

/// IKE → IPSEC → NHRP → UP, and when: on one line, or on a line each where there is room.
enum PhaseLine {
  static func draw(_ frame: inout Frame, _ scene: Scene, _ phases: [PhaseStamp], _ inner: Region, _ line: Int, _ margin: Int) {
    frame.put("steps", in: inner, line, 1, .muted)
    let shown = phases.prefix(8)
    if shown.isEmpty { frame.put("older than the journal", in: inner, line, margin, .muted) }
    let isTall = inner.rows - line >= 4
    var at = margin
    for (index, stamp) in shown.enumerated() {
      let row = isTall ? line + index : line
      if isTall { at = margin }
      if index > 0, !isTall { at += frame.put("→ ", in: inner, row, at, .muted) }
      at += frame.put(stamp.state.rawValue.padding(to: isTall ? 6 : 0), in: inner, row, at, role(stamp.state)) + 1
      at += frame.put(time(stamp, index, shown, scene, isTall), in: inner, row, at) + 1
    }
  }

  /// The time of day of the first, and how much later the others were.
  private static func time(_ stamp: PhaseStamp, _ index: Int, _ all: ArraySlice<PhaseStamp>, _ scene: Scene, _ isTall: Bool) -> String {
    let clock = Wording.clock(stamp.at, scene.snapshot, scene.view)
    guard index > 0, let first = all.first else { return clock }
    let later = "+\(Wording.milliseconds(stamp.at - first.at))"
    return isTall ? "\(clock)  \(later)" : later
  }

  private static func role(_ state: PeerState) -> Role {
    switch state {
    case .ike: .ike
    case .ipsec: .esp
    case .nhrp: .forming
    case .up: .ok
    case .intf: .crit
    }
  }
}

extension ProtectedPeerRow {
  /// The NBMA address, with the port where ESP travels in UDP.
  var place: String { port == 0 ? "\(nbma)" : "\(nbma):\(port)" }

  /// How IKE is.
  var ikeRole: Role {
    switch ikeState {
    case "READY", "QM_IDLE": .ok
    case "DELETE", "": .crit
    default: .forming
    }
  }

  /// What is left of the pair: time, else volume.
  var lifeText: String {
    if let secondsLeft { return Wording.age(seconds: Int64(secondsLeft)) }
    return kilobytesLeft.map(Wording.kilobytes) ?? "—"
  }

  /// A pair that is nearly at its end and was not renewed needs a look.
  var lifeRole: Role {
    func isShort(_ left: Int?, _ all: Int?) -> Bool { (left ?? .max) < (all ?? 0) / 20 }
    return isShort(secondsLeft, lifetimeSeconds) || isShort(kilobytesLeft, lifetimeKilobytes) ? .warn : .text
  }
}
