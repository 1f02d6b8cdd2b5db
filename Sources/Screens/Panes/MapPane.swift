// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import NodeRuntime
import Wire

/// The cloud: the hub in the middle, peers on an ellipse around it, shortcuts between them. Many peers become a field of glyphs.
enum MapPane {
  /// More peers than this and the map screen shows a field of glyphs in place of a ring.
  private static let ringLimit = 24

  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let peers = Listing.peers(scene.snapshot, scene.view, pane: .map)
    if scene.view.screen == .map, peers.count > 2 * ringLimit {
      PeerField.draw(&frame, scene, peers)
      return
    }
    let place = scene.region.inner
    let room = max(4, min(ringLimit, place.rows - 2))
    let cloud = Cloud(scene, peers, room: room)
    let count = cloud.shown < peers.count ? "\(cloud.shown) of \(peers.count)" : "\(peers.count) peers"
    let note = scene.region.columns >= 60 ? "\(count)   — p1  ┄ p2  ═ p3" : count
    let inner = scene.box(&frame, "Map", note)
    guard inner.rows > 2, inner.columns > 8 else { return }
    draw(&frame, cloud, inner)
  }

  private static func draw(_ frame: inout Frame, _ cloud: Cloud, _ inner: Region) {
    let places = positions(cloud.nodes, inner)
    let centre = (row: inner.rows / 2, column: inner.columns / 2)
    var canvas = LineCanvas(rows: inner.rows, columns: inner.columns, tier: frame.tier)
    for (node, place) in zip(cloud.nodes, places) { canvas.line(from: centre, to: place, node.edge, node.edgeRole) }
    for edge in cloud.edges { canvas.line(from: places[edge.from], to: places[edge.to], edge.style, edge.role) }
    canvas.copy(to: &frame, inner)
    frame.put("◉", in: inner, centre.row, centre.column, .focus)
    frame.put(" " + cloud.centre, in: inner, centre.row, centre.column + 1, .title, limit: 12)
    for (node, place) in zip(cloud.nodes, places) { label(&frame, node, place, inner, centre.column) }
  }

  private static func label(
    _ frame: inout Frame, _ node: Cloud.Node, _ place: (row: Int, column: Int), _ inner: Region, _ middle: Int
  ) {
    let role: Role = node.isSelected ? .selected : .text
    frame.put(node.mark.glyph, in: inner, place.row, place.column, node.isSelected ? .selected : node.mark.role)
    if place.column >= middle {
      frame.put(node.label, in: inner, place.row, place.column + 1, role, limit: labelLimit(inner))
    } else {
      let width = min(DisplayText.width(of: node.label, limit: 64), labelLimit(inner), place.column)
      frame.put(node.label, in: inner, place.row, place.column - width, role, limit: width)
    }
  }

  private static func labelLimit(_ inner: Region) -> Int { max(4, min(14, inner.columns / 5)) }

  /// Places on an ellipse, the first at the top, clockwise; labels stand outside of it. An odd number of places, so that no two are
  /// opposite: a shortcut between those would lie on the lines to the hub.
  private static func positions(_ nodes: [Cloud.Node], _ inner: Region) -> [(row: Int, column: Int)] {
    let widest = nodes.map { DisplayText.width(of: $0.label, limit: labelLimit(inner)) }.max() ?? 0
    let rx = Double(max(3, inner.columns / 2 - widest - 2))
    let ry = Double(max(1, (inner.rows - 1) / 2))
    let slots = Double(nodes.count | 1)
    return nodes.indices.map { index in
      let angle = 2 * Double.pi * Double(index) / slots - Double.pi / 2
      let column = inner.columns / 2 + Int((rx * cos(angle)).rounded())
      let row = inner.rows / 2 + Int((ry * sin(angle)).rounded())
      return (row: max(0, min(inner.rows - 1, row)), column: max(0, min(inner.columns - 1, column)))
    }
  }
}

/// What the map shows of a snapshot: the middle, the ring and the lines.
struct Cloud {
  struct Node {
    var label: String, mark: Mark, address: IPAddress, isSelected: Bool
    var edge: LineCanvas.Style, edgeRole: Role
  }
  struct Edge { var from: Int, to: Int, style: LineCanvas.Style, role: Role }

  private(set) var centre: String
  private(set) var nodes: [Node] = []
  private(set) var edges: [Edge] = []
  /// Peers shown, the one in the middle too.
  private(set) var shown = 0

  init(_ scene: Scene, _ peers: [PeerRow], room: Int) {
    let tunnel = scene.snapshot.tunnels.first
    let hub = tunnel?.role == .hub ? nil : peers.first(where: \.isServer)
    centre = (hub?.name ?? scene.snapshot.hostname).bounded
    let selected = scene.selected(peers.map(Listing.key)).map { peers[$0].address }
    let others = peers.filter { $0.address != hub?.address }
    let chosen = Self.mostInteresting(others, scene, selected, room: hub == nil ? room : room - 1)
    if hub != nil, let own = tunnel?.ownAddress {
      let mark = Mark(glyph: "◉", word: "this node", role: .focus)
      nodes.append(
        Node(label: scene.snapshot.hostname.bounded, mark: mark, address: own, isSelected: false, edge: .solid, edgeRole: .phase1))
    }
    nodes += chosen.map { Self.node($0, isSelected: $0.address == selected) }
    shown = chosen.count + (hub == nil ? 0 : 1)
    edges = Self.edges(scene.snapshot, nodes, isPhase2: tunnel?.phase == 2)
  }

  private static func node(_ peer: PeerRow, isSelected: Bool) -> Node {
    let mark = Mark.of(peer)
    let style: (LineCanvas.Style, Role) =
      switch mark.role {
      case .ok: (.solid, .phase1)
      case .forming: (.dashed, .forming)
      default: (.dotted, .crit)
      }
    return Node(
      label: peer.name.bounded, mark: mark, address: peer.address, isSelected: isSelected, edge: style.0, edgeRole: style.1)
  }

  /// The peers to show, in the snapshot's order: the selected one, ends of shortcuts, those that are down, then the busiest.
  private static func mostInteresting(_ peers: [PeerRow], _ scene: Scene, _ selected: IPAddress?, room: Int) -> [PeerRow] {
    guard peers.count > room else { return peers }
    var ends = Set<IPAddress>()
    for row in scene.snapshot.shortcuts.prefix(64) {
      ends.insert(row.fromAddress)
      if let to = row.toAddress { ends.insert(to) }
    }
    let weighed = peers.enumerated().map { offset, peer in
      let rank = peer.address == selected ? 0 : ends.contains(peer.address) ? 1 : peer.state != .up ? 2 : 3
      let rate = scene.view.rates[Listing.key(peer)].map { $0.inbound.last / 2 + $0.outbound.last / 2 } ?? 0
      return (rank, UInt64.max - rate, offset)
    }
    return weighed.sorted(by: <).prefix(max(0, room)).map(\.2).sorted().map { peers[$0] }
  }

  private static func edges(_ snapshot: NodeSnapshot, _ nodes: [Node], isPhase2: Bool) -> [Edge] {
    var index: [IPAddress: Int] = [:]
    for (offset, node) in nodes.enumerated() where index[node.address] == nil { index[node.address] = offset }
    return snapshot.shortcuts.compactMap { row in
      guard let from = index[row.fromAddress], let to = row.toAddress.flatMap({ index[$0] }), from != to else { return nil }
      switch row.state {
      case .up: return Edge(from: from, to: to, style: isPhase2 ? .dashed : .double, role: isPhase2 ? .phase2 : .phase3)
      case .redirected, .resolving, .replied: return Edge(from: from, to: to, style: .dashed, role: .forming)
      case .failed: return Edge(from: from, to: to, style: .dotted, role: .crit)
      case .expired: return nil
      }
    }
  }
}

/// Thousands of peers: a glyph each, in the order of their addresses, so that a peer keeps its place.
enum PeerField {
  static func draw(_ frame: inout Frame, _ scene: Scene, _ peers: [PeerRow]) {
    let down = peers.filter { $0.state != .up }.count
    let inner = scene.box(&frame, "Map", "\(peers.count) peers, \(down) not up, one glyph a peer")
    guard inner.rows > 0, inner.columns > 0 else { return }
    let selected = scene.selected(peers.map(Listing.key)) ?? 0
    let lines = (peers.count + inner.columns - 1) / inner.columns
    let first = Table.firstRow(count: lines, room: inner.rows, selected: selected / inner.columns)
    for row in 0..<min(inner.rows, max(0, lines - first)) {
      let start = (first + row) * inner.columns
      for offset in start..<min(peers.count, start + inner.columns) {
        let mark = Mark.of(peers[offset])
        frame.put(mark.glyph, in: inner, row, offset - start, offset == selected ? .selected : mark.role)
      }
    }
  }
}

/// What the map's lines and glyphs mean.
enum LegendPane {
  static func draw(_ frame: inout Frame, _ scene: Scene) {
    let inner = scene.box(&frame, "Legend")
    let lines: [(String, String, Role)] = [
      ("◉", "hub    ● up", .focus), ("◐", "forming ✗ down", .forming), ("—", "hub-spoke (p1)", .phase1),
      ("┄", "direct (p2)", .phase2), ("═", "shortcut (p3)", .phase3), ("●", "here ◆ told ○ inferred", .told),
    ]
    for (row, line) in lines.enumerated() {
      frame.put(line.0, in: inner, row, 1, line.2)
      frame.put(line.1, in: inner, row, 3)
    }
  }
}
