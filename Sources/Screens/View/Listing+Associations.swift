// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Wire

/// Protected peers: which, in which order, and which one is selected.
extension Listing {
  /// What identifies a protected peer: IKE's number for it, and until there is one where its messages come from.
  public static func key(_ row: ProtectedPeerRow) -> String {
    row.number != 0 ? "\(row.tunnel.bounded) #\(row.number)" : "\(row.tunnel.bounded) \(row.nbma):\(row.port)"
  }

  /// The protected peers the pane shows: those that are not up first, then those with refused packets, then the busiest.
  public static func associations(_ snapshot: NodeSnapshot, _ view: ViewState) -> [ProtectedPeerRow] {
    let filter = RowFilter(view.filter)
    let rows = snapshot.protected.filter { filter.accepts(filtered($0)) }
    let weighed = rows.enumerated().map { (urgency($0.element), rate($0.element, view), $0.offset, $0.element) }
    return weighed.sorted { ($0.0, $1.1, $0.2) < ($1.0, $0.1, $1.2) }.map(\.3)
  }

  /// The selected protected peer.
  public static func selectedAssociation(_ snapshot: NodeSnapshot, _ view: ViewState) -> ProtectedPeerRow? {
    let rows = associations(snapshot, view)
    return selected(rows.map(key), view.selection[.associations]).map { rows[$0] }
  }

  private static func urgency(_ row: ProtectedPeerRow) -> Int { row.layer != .up ? 0 : row.refused > 0 ? 1 : 2 }

  private static func rate(_ row: ProtectedPeerRow, _ view: ViewState) -> UInt64 {
    guard let rates = view.rates[key(row)] else { return 0 }
    let (sum, overflow) = rates.inbound.last.addingReportingOverflow(rates.outbound.last)
    return overflow ? .max : sum
  }

  private static func filtered(_ row: ProtectedPeerRow) -> FilteredRow {
    FilteredRow(
      texts: [
        row.name, row.identity, row.address.map { "\($0)" } ?? "", "\(row.nbma)", row.layer.rawValue, row.ikeState,
        Wording.spi(row.inboundSPI), Wording.spi(row.outboundSPI),
      ],
      fields: [("state", row.layer.rawValue), ("tunnel", row.tunnel.bounded), ("ike", row.ikeState.bounded), ("v", "\(row.version)")])
  }
}

/// The protected peer behind an NHRP peer.
struct Protections {
  private struct Place: Hashable { var tunnel: String, address: IPAddress }
  private var rows: [Place: ProtectedPeerRow] = [:]

  init(_ snapshot: NodeSnapshot) {
    for row in snapshot.protected {
      guard let address = row.address else { continue }
      let place = Place(tunnel: row.tunnel, address: address)
      if rows[place] == nil { rows[place] = row }
    }
  }

  /// Whether no peer is protected.
  var isEmpty: Bool { rows.isEmpty }

  subscript(peer: PeerRow) -> ProtectedPeerRow? { rows[Place(tunnel: peer.tunnel, address: peer.address)] }
}
