// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// The busiest peers and their rates.
enum RatesPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = Listing.peers(scene.snapshot, scene.view, pane: .rates)
    let inner = scene.box(&frame, "Peer rates", "top \(min(rows.count, max(0, scene.region.rows - 3))) of \(rows.count)")
    let trend = max(6, min(HistoryRing.capacity, inner.columns - 36))
    let table = Table(columns: [
      .init(title: "peer", width: 0), .init(title: "", width: 1), .init(title: "in/s", width: 6, isRight: true),
      .init(title: "out/s", width: 6, isRight: true), .init(title: "60 s", width: trend, drop: 1),
    ])
    let selected = scene.isFocused ? scene.selected(rows.map(Listing.key)) : nil
    table.draw(&frame, inner, count: rows.count, selected: selected) { index in
      let row = rows[index]
      let mark = Mark.of(row)
      let rates = scene.view.rates[Listing.key(row)]
      return [
        .init(row.name), .init(mark.glyph, mark.role), .init(Wording.short(rates?.inbound.last ?? 0)),
        .init(Wording.short(rates?.outbound.last ?? 0)), .init(Wording.sparkline(rates?.inbound.newest(trend) ?? []), .graphIn),
      ]
    }
  }
}

/// All peers with state, attributes and rates.
enum PeersPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = Listing.peers(scene.snapshot, scene.view)
    let up = rows.filter { $0.state == .up }.count
    let inner = scene.box(&frame, "NHRP peers", "\(up) up of \(rows.count)")
    let trend = inner.columns >= 100 ? min(40, inner.columns - 92) : 8
    let table = Table(columns: [
      .init(title: "PEER", width: 0), .init(title: "TUNNEL", width: 15), .init(title: "NBMA", width: 15, drop: 5),
      .init(title: "ST", width: 7), .init(title: "ATTR", width: 5, drop: 1), .init(title: "UPTIME", width: 8),
      .init(title: "IN b/s", width: 6, isRight: true), .init(title: "OUT b/s", width: 7, isRight: true, drop: 3),
      .init(title: "60 s", width: trend, drop: 4),
    ])
    table.draw(&frame, inner, count: rows.count, selected: scene.selected(rows.map(Listing.key))) { fields(scene, rows[$0], trend) }
  }

  private static func fields(_ scene: Scene, _ row: PeerRow, _ trend: Int) -> [Table.Field] {
    let mark = Mark.of(row)
    let rates = scene.view.rates[Listing.key(row)]
    return [
      .init(row.name), .init("\(row.address)"), .init(row.nbma.map { "\($0)" } ?? "—"), .init("\(mark.glyph) \(mark.word)", mark.role),
      .init(row.attributes), .init(row.state == .up ? scene.age(row.since) : row.since == nil ? "never" : "—"),
      .init(Wording.short(rates?.inbound.last ?? 0)), .init(Wording.short(rates?.outbound.last ?? 0)),
      .init(Wording.sparkline(rates?.inbound.newest(trend) ?? []), .graphIn),
    ]
  }
}

/// The selected peer.
enum PeerDetailPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    guard let peer = Listing.selectedPeer(scene.snapshot, scene.view) else {
      scene.box(&frame, "Peer")
      return
    }
    let inner = scene.box(&frame, peer.name.bounded)
    let pairs = facts(scene, peer)
    let perColumn = inner.columns >= 60 ? (pairs.count + 1) / 2 : pairs.count
    for (index, pair) in pairs.enumerated() {
      let column = 1 + index / max(1, perColumn) * 32
      frame.put(pair.0, in: inner, index % max(1, perColumn), column, .muted)
      frame.put(pair.1, in: inner, index % max(1, perColumn), column + 8, pair.2, limit: perColumn == pairs.count ? .max : 23)
    }
    drawTrends(&frame, scene, peer, inner, from: perColumn)
  }

  private static func facts(_ scene: Scene, _ peer: PeerRow) -> [(String, String, Role)] {
    let mark = Mark.of(peer)
    let cuts = scene.snapshot.shortcuts.filter { $0.fromAddress == peer.address || $0.toAddress == peer.address }
    var result: [(String, String, Role)] = [
      ("tunnel", "\(peer.address)", .text), ("nbma", peer.nbma.map { "\($0)" } ?? "unknown", .text),
      ("state", "\(mark.glyph) \(mark.word)", mark.role), ("attr", peer.attributes, .text),
      ("up", peer.state == .up ? scene.age(peer.since) : "—", .text), ("cuts", "\(cuts.count)", .text),
      ("packets", "in \(Wording.short(peer.packetsIn)) out \(Wording.short(peer.packetsOut))", .text),
    ]
    if let claimed = peer.claimedNBMA { result.insert(("claims", "\(claimed)", .warn), at: 2) }
    if peer.isServer { result.append(("role", "next hop server", .text)) }
    return result
  }

  private static func drawTrends(_ frame: inout Frame, _ scene: Scene, _ peer: PeerRow, _ inner: Region, from row: Int) {
    let rates = scene.view.rates[Listing.key(peer)]
    let isWide = inner.columns >= 60
    let rings = [("in", rates?.inbound ?? HistoryRing(), Role.graphIn), ("out", rates?.outbound ?? HistoryRing(), Role.graphOut)]
    for (offset, item) in rings.enumerated() {
      let line = row + offset
      frame.put(item.0, in: inner, line, 1, .muted)
      frame.put("\(Wording.short(item.1.last))b/s", in: inner, line, isWide ? 9 : 5)
      let graph = Wording.sparkline(item.1.newest(max(0, min(HistoryRing.capacity, inner.columns - 34))))
      if isWide {
        let used = 18 + frame.put(graph, in: inner, line, 18, item.2)
        frame.put("max \(Wording.short(item.1.maximum))b/s", in: inner, line, used + 1, .muted)
      } else {
        frame.put(Wording.sparkline(item.1.newest(max(0, inner.columns - 15))), in: inner, line, 14, item.2)
      }
    }
  }
}
