// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import Wire

/// Neighbours of routing protocols: which, in which order, and which one is selected.
extension Listing {
  /// What identifies a neighbour.
  public static func key(_ row: RoutingNeighborRow) -> String { "\(row.protocolName.bounded) \(row.interface.bounded) \(row.address)" }

  /// The neighbours the pane shows: what needs a look first, else in the order of the picture.
  public static func neighbors(_ snapshot: NodeSnapshot, _ view: ViewState) -> [RoutingNeighborRow] {
    let filter = RowFilter(view.filter)
    let rows = snapshot.neighbors.filter { filter.accepts(filtered($0)) }
    return rows.enumerated().map { (urgency($0.element), $0.offset, $0.element) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }

  /// The selected neighbour.
  public static func selectedNeighbor(_ snapshot: NodeSnapshot, _ view: ViewState) -> RoutingNeighborRow? {
    let rows = neighbors(snapshot, view)
    return selected(rows.map(key), view.selection[.neighbors]).map { rows[$0] }
  }

  private static func urgency(_ row: RoutingNeighborRow) -> Int {
    switch row.health {
    case .down: 0
    case .late: 1
    case .forming: 2
    case .up: 3
    case .disabled: 4
    }
  }

  private static func filtered(_ row: RoutingNeighborRow) -> FilteredRow {
    FilteredRow(
      texts: [row.name, "\(row.address)", row.protocolName, row.state, row.interface, row.lastError],
      fields: [
        ("proto", row.protocolName.bounded), ("state", row.state.bounded), ("if", row.interface.bounded),
        ("as", row.asNumber.map { "\($0)" } ?? ""),
      ])
  }
}
