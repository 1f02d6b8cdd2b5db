// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// The neighbours of each routing protocol: state and since when, prefixes in and out.
enum NeighborsPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = Listing.neighbors(scene.snapshot, scene.view)
    let counts = scene.snapshot.protocols.map { "\($0.name.bounded) \($0.neighborsUp)/\($0.neighborsAll)" }
    let inner = scene.box(&frame, "Neighbours", counts.joined(separator: "   "))
    guard !scene.snapshot.protocols.isEmpty else {
      frame.put("no routing protocol runs: router bgp N, router rip, router odr", in: inner, 0, 2, .muted)
      return
    }
    let selected = scene.isFocused ? scene.selected(rows.map(Listing.key)) : nil
    table.draw(&frame, inner, count: rows.count, selected: selected) { fields(scene, rows[$0]) }
  }

  private static let table = Table(columns: [
    .init(title: "NEIGHBOUR", width: 15), .init(title: "ADDRESS", width: 15, drop: 6), .init(title: "PROTO", width: 5),
    .init(title: "STATE", width: 14), .init(title: "SINCE", width: 8), .init(title: "RX PFX", width: 6, isRight: true),
    .init(title: "TX PFX", width: 6, isRight: true, drop: 2), .init(title: "Q", width: 2, isRight: true, drop: 3),
    .init(title: "IF", width: 5, drop: 5), .init(title: "NOTE", width: 0, drop: 1, least: 12),
  ])

  private static func fields(_ scene: Scene, _ row: RoutingNeighborRow) -> [Table.Field] {
    let mark = Mark.of(row)
    return [
      .init(row.name), .init("\(row.address)"), .init(row.protocolName, .key), .init("\(mark.glyph) \(mark.word)", mark.role),
      .init(scene.age(row.since)), .init(count(row.prefixesIn)), .init(count(row.prefixesOut)),
      .init(row.queued == 0 ? "0" : "\(row.queued)", row.queued == 0 ? .text : .warn), .init(Wording.interface(row.interface)),
      note(scene, row),
    ]
  }

  private static func count(_ value: Int?) -> String { value.map { Wording.short(UInt64(max(0, $0))) } ?? "—" }

  private static func note(_ scene: Scene, _ row: RoutingNeighborRow) -> Table.Field {
    if !row.lastError.isEmpty { return .init(row.lastError, .warn) }
    if let heard = row.heard { return .init("\(scene.age(heard)) ago", row.health == .late ? .warn : .muted) }
    return .init((row.asNumber.map { "AS \($0)" } ?? "") + (row.isDynamic ? " *" : ""), .muted)
  }
}

/// The routing table.
enum RoutesPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let rows = Listing.routes(scene.snapshot, scene.view)
    let byNHRP = scene.snapshot.routes.filter { $0.code == "H" || $0.isOverridden }.count
    let inner = scene.box(&frame, "Routes", "\(rows.count)   H=NHRP %=next hop replaced: \(byNHRP)")
    let table = Table(columns: [
      .init(title: "", width: 2), .init(title: "PREFIX", width: 18), .init(title: "NEXT HOP", width: 15),
      .init(title: "IF", width: 5, drop: 1), .init(title: "AD/METRIC", width: 9, isRight: true, drop: 2), .init(title: "AGE", width: 8),
      .init(title: "NOTE", width: 0, drop: 3, least: 13),
    ])
    table.draw(&frame, inner, count: rows.count, selected: scene.isFocused ? scene.selected(rows.map(Listing.key)) : nil) { index in
      fields(scene, rows[index])
    }
  }

  private static func fields(_ scene: Scene, _ row: RouteRow) -> [Table.Field] {
    let hop = (row.overridingNextHop ?? row.nextHop).map { "\($0)" } ?? "connected"
    return [
      .init(row.code.bounded + (row.isOverridden ? "%" : ""), role(row)), .init("\(row.prefix)"), .init(hop),
      .init(Wording.interface(row.interface)), .init("\(row.distance)/\(row.metric)"), .init(scene.age(row.since)),
      .init(note(scene, row), .muted),
    ]
  }

  /// What NHRP made is a shortcut; what a protocol learned was told by a neighbour.
  private static func role(_ row: RouteRow) -> Role {
    if row.code == "H" || row.isOverridden { return .phase3 }
    switch row.code {
    case "B", "R", "o": return .told
    case "C", "L": return .muted
    default: return .text
    }
  }

  private static func note(_ scene: Scene, _ row: RouteRow) -> String {
    if row.overridingNextHop != nil { return "was " + (row.nextHop.map { "\($0)" } ?? "connected") }
    if row.paths > 1 { return "\(row.paths) equal ways" }
    if row.code == "H", let hop = row.nextHop { return "cut \(scene.snapshot.peers.first { $0.address == hop }?.name.bounded ?? "\(hop)")" }
    let isOnTunnel = scene.snapshot.tunnels.contains { $0.name == row.interface }
    return isOnTunnel || row.interface.isEmpty || row.code == "C" || row.code == "L" ? "" : "outside the tunnel"
  }
}

extension Mark {
  static func of(_ row: RoutingNeighborRow) -> Mark {
    switch row.health {
    case .up: Mark(glyph: "●", word: row.state.bounded, role: .ok)
    case .forming: Mark(glyph: "◐", word: row.state.bounded, role: .forming)
    case .late: Mark(glyph: "!", word: row.state.bounded, role: .warn)
    case .down: Mark(glyph: "✗", word: row.state.bounded, role: .crit)
    case .disabled: Mark(glyph: "○", word: row.state.bounded, role: .muted)
    }
  }
}
