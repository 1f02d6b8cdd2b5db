// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import Wire

/// What keys that write a command act on: the peer, pair or entry that is selected in a pane.
public struct CommandTarget: Sendable, Equatable {
  /// A word that `monitor capture … peer` takes.
  public var name: String
  /// The tunnel address; nil while NHRP knows none.
  public var address: IPAddress?
  /// Where its packets come from; nil while that is unknown.
  public var nbma: IPAddress?
  /// The routing protocol, for one of its neighbours.
  public var protocolName: String?

  /// The command that a key writes; nil for keys that write none, and where the command would have nothing to act on.
  public func command(for key: Unicode.Scalar) -> String? {
    switch key {
    case "x" where protocolName != nil: routingCommand(isSoft: true)
    case "X" where protocolName != nil: routingCommand(isSoft: false)
    case "d": "monitor capture CAP peer \(name)"
    case "x": address.map { "clear ip nhrp \($0)" }
    case "X": nbma.map { "clear crypto session remote \($0)" }
    case "P": address.map { "ping \($0)" }
    case "t": address.map { "traceroute \($0)" }
    default: nil
    }
  }

  /// Routes asked for again; or the session begun anew.
  private func routingCommand(isSoft: Bool) -> String? {
    switch protocolName {
    case "BGP": return address.map { isSoft ? "clear ip bgp \($0) soft" : "clear ip bgp \($0)" }
    case "RIP": return isSoft ? "clear ip route *" : nil
    case "ODR": return isSoft ? "clear ip route *" : "clear cdp table"
    default: return nil
    }
  }

  /// What is selected in `pane`; the selected peer where the pane lists nothing of its own.
  public static func selected(_ pane: PaneKind?, _ snapshot: NodeSnapshot, _ view: ViewState) -> CommandTarget? {
    switch pane?.rowKind {
    case .shortcuts: Listing.selectedShortcut(snapshot, view, pane: pane ?? .shortcuts).map { of($0, snapshot) }
    case .cache:
      Listing.selectedCacheEntry(snapshot, view).map { CommandTarget(name: "\($0.via)", address: $0.target.address, nbma: $0.nbma) }
    case .associations: Listing.selectedAssociation(snapshot, view).map(of)
    case .neighbors: Listing.selectedNeighbor(snapshot, view).map { of($0, snapshot) }
    case .peers, .none, .routes, .events, .alarms:
      Listing.selectedPeer(snapshot, view, pane: pane == .rates ? .rates : .peers).map { row in
        CommandTarget(name: word(row.name, or: row.address), address: row.address, nbma: row.nbma)
      }
    }
  }

  /// The far end: one does not capture oneself.
  private static func of(_ row: ShortcutRow, _ snapshot: NodeSnapshot) -> CommandTarget {
    let isOwn = snapshot.tunnels.contains { $0.ownAddress == row.fromAddress }
    guard isOwn, let far = row.toAddress else { return end(row.from, row.fromAddress, row, snapshot) }
    return end(row.to, far, row, snapshot)
  }

  private static func end(_ name: String, _ address: IPAddress, _ row: ShortcutRow, _ snapshot: NodeSnapshot) -> CommandTarget {
    let nbma = snapshot.peers.first { $0.address == address && $0.nbma != nil }?.nbma
    return CommandTarget(name: word(name, or: address), address: row.target, nbma: nbma)
  }

  private static func of(_ row: RoutingNeighborRow, _ snapshot: NodeSnapshot) -> CommandTarget {
    let nbma = snapshot.peers.first { $0.address == row.address && $0.nbma != nil }?.nbma
    return CommandTarget(name: "\(row.address)", address: row.address, nbma: nbma, protocolName: row.protocolName)
  }

  /// The tunnel address names the peer: its name may be what it calls itself.
  private static func of(_ row: ProtectedPeerRow) -> CommandTarget {
    CommandTarget(name: "\(row.address ?? row.nbma)", address: row.address, nbma: row.nbma)
  }

  /// A name that is one harmless word; the address in place of any other.
  private static func word(_ name: String, or address: IPAddress) -> String {
    let isPlain =
      !name.isEmpty && name.utf8.count <= 64
      && name.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 46 || $0 == 95
      }
    return isPlain ? name : "\(address)"
  }
}
