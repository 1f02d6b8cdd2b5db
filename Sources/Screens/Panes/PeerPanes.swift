// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// The busiest peers and their rates; of protected ones also what was refused, and where there is room their associations.
enum RatesPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = Listing.peers(scene.snapshot, scene.view, pane: .rates)
    let protections = Protections(scene.snapshot)
    let title = protections.isEmpty ? "Peer rates" : "SA rates"
    let inner = scene.box(&frame, title, "top \(min(rows.count, max(0, scene.region.rows - 3))) of \(rows.count)")
    let columns = columns(inner.columns, isProtected: !protections.isEmpty)
    let trend = columns.last?.width ?? 0
    let selected = scene.isFocused ? scene.selected(rows.map(Listing.key)) : nil
    Table(columns: columns).draw(&frame, inner, count: rows.count, selected: selected) { index in
      let row = rows[index]
      guard !protections.isEmpty else { return rates(scene, row, trend) }
      return refusals(scene, row, protections[row], trend, showsBoth: columns.count > 6, showsPair: columns.count > 8)
    }
  }

  private static func columns(_ room: Int, isProtected: Bool) -> [Table.Column] {
    func trend(_ used: Int) -> Table.Column { .init(title: "60 s", width: max(6, min(HistoryRing.capacity, room - used)), drop: 1) }
    let peer = [Table.Column(title: "peer", width: 0), .init(title: "", width: 1)]
    let rates = [Table.Column(title: "in/s", width: 6, isRight: true), .init(title: "out/s", width: 6, isRight: true)]
    let both = [Table.Column(title: "replay", width: 6, isRight: true), .init(title: "auth", width: 5, isRight: true)]
    let spis = [Table.Column(title: "spi-in", width: 8), .init(title: "spi-out", width: 8)]
    let packets = [Table.Column(title: "pkt in", width: 6, isRight: true), .init(title: "pkt out", width: 7, isRight: true)]
    guard isProtected else { return peer + rates + [trend(36)] }
    if room >= 90 { return peer + spis + packets + rates + both + [trend(84)] }
    if room >= 50 { return peer + rates + both + [trend(46)] }
    let narrow = [Table.Column(title: "peer", width: 0, least: 7), peer[1]]
    return narrow + rates + [.init(title: "drop", width: 4, isRight: true), trend(33)]
  }

  private static func rates(_ scene: Scene, _ row: PeerRow, _ trend: Int) -> [Table.Field] {
    let mark = Mark.of(row)
    return [.init(row.name), .init(mark.glyph, mark.role)] + pace(scene, row) + [sparkline(scene, row, trend)]
  }

  private static func refusals(
    _ scene: Scene, _ row: PeerRow, _ pair: ProtectedPeerRow?, _ trend: Int, showsBoth: Bool, showsPair: Bool
  ) -> [Table.Field] {
    let mark = Mark.of(row)
    func refused(_ count: UInt64?, _ role: Role) -> Table.Field {
      .init(count.map(Wording.refused) ?? "—", (count ?? 0) > 0 ? role : pair == nil ? .muted : .text)
    }
    let spis = [pair?.inboundSPI, pair?.outboundSPI].map { Table.Field(Wording.spi($0 ?? 0), .esp) }
    let packets = [Table.Field(Wording.short(pair?.packetsIn ?? 0)), .init(Wording.short(pair?.packetsOut ?? 0))]
    let drops = showsBoth ? [refused(pair?.replays, .warn), refused(pair?.forgeries, .crit)] : [refused(pair?.refused, .warn)]
    let start = [Table.Field(row.name), .init(mark.glyph, mark.role)] + (showsPair ? spis + packets : [])
    return start + pace(scene, row) + drops + [sparkline(scene, row, trend)]
  }

  private static func pace(_ scene: Scene, _ row: PeerRow) -> [Table.Field] {
    let rates = scene.view.rates[Listing.key(row)]
    return [.init(Wording.short(rates?.inbound.last ?? 0)), .init(Wording.short(rates?.outbound.last ?? 0))]
  }

  private static func sparkline(_ scene: Scene, _ row: PeerRow, _ trend: Int) -> Table.Field {
    .init(Wording.sparkline(scene.view.rates[Listing.key(row)]?.inbound.newest(trend) ?? []), .graphIn)
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
    return result + protection(scene, peer)
  }

  /// IKE, the pair and its algorithms, of a protected peer.
  private static func protection(_ scene: Scene, _ peer: PeerRow) -> [(String, String, Role)] {
    guard let row = Protections(scene.snapshot)[peer] else { return [] }
    let pair = row.inboundSPI == 0 ? "none" : "\(Wording.spi(row.inboundSPI))/\(Wording.spi(row.outboundSPI))"
    let both: [(String, String, Role)] = [("IKE", "v\(row.version) \(row.ikeState.bounded)", row.ikeRole), ("child", pair, .esp)]
    return row.espSuite.isEmpty ? both : both + [("suite", row.espSuite.bounded, .text)]
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
