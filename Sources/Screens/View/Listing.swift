// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Wire

/// Which rows a pane shows, in which order, and which one is selected. Renderer and keys both ask here, so they cannot disagree.
public enum Listing {
  /// What identifies a peer.
  public static func key(_ row: PeerRow) -> String { "\(row.tunnel) \(row.address)" }
  /// What identifies a shortcut: one direction of a pair and what was asked for.
  public static func key(_ row: ShortcutRow) -> String { "\(row.fromAddress) \(row.target)" }
  /// What identifies a cache entry.
  public static func key(_ row: CacheRow) -> String { "\(row.tunnel) \(row.target)" }
  /// What identifies a route.
  public static func key(_ row: RouteRow) -> String { "\(row.code) \(row.prefix) \(row.nextHop.map { "\($0)" } ?? row.interface.bounded)" }
  /// What identifies an event.
  public static func key(_ row: EventRow) -> String { "\(row.number.rawValue)" }
  /// What identifies an alarm.
  public static func key(_ row: AlarmRow) -> String { "\(row.since.nanoseconds) \(row.subject.bounded)" }

  /// The peers a pane shows: busiest first in the rates pane, else by address.
  public static func peers(_ snapshot: NodeSnapshot, _ view: ViewState, pane: PaneKind = .peers) -> [PeerRow] {
    let filter = RowFilter(view.filter)
    let rows = snapshot.peers.filter { filter.accepts(filtered($0)) }
    guard pane == .rates else { return rows }
    let weighed = rows.enumerated().map { (weight($0.element, view), $0.offset, $0.element) }
    return weighed.sorted { ($1.0, $0.1) < ($0.0, $1.1) }.map(\.2)
  }

  /// Down before up, then by rate.
  private static func weight(_ row: PeerRow, _ view: ViewState) -> UInt64 {
    let rates = view.rates[key(row)]
    let sum = (rates?.inbound.last ?? 0).addingReportingOverflow(rates?.outbound.last ?? 0)
    return row.state == .up ? (sum.overflow ? .max - 1 : min(sum.partialValue, .max - 1)) : .max
  }

  /// The shortcuts a pane shows: those still forming or failed in the forming pane, else all.
  public static func shortcuts(_ snapshot: NodeSnapshot, _ view: ViewState, pane: PaneKind = .shortcuts) -> [ShortcutRow] {
    let filter = RowFilter(view.filter)
    let rows = snapshot.shortcuts.filter { filter.accepts(filtered($0)) }
    return pane == .forming ? rows.filter { $0.state != .expired } : rows
  }

  /// The cache entries a pane shows.
  public static func cache(_ snapshot: NodeSnapshot, _ view: ViewState) -> [CacheRow] {
    let filter = RowFilter(view.filter)
    return snapshot.cache.filter { filter.accepts(filtered($0)) }
  }

  /// The routes a pane shows.
  public static func routes(_ snapshot: NodeSnapshot, _ view: ViewState) -> [RouteRow] {
    let filter = RowFilter(view.filter)
    return snapshot.routes.filter { filter.accepts(filtered($0)) }
  }

  /// The events a pane shows.
  public static func events(_ snapshot: NodeSnapshot, _ view: ViewState) -> [EventRow] {
    let filter = RowFilter(view.filter)
    return snapshot.events.filter { filter.accepts(filtered($0)) }
  }

  /// The alarms a pane shows.
  public static func alarms(_ snapshot: NodeSnapshot, _ view: ViewState) -> [AlarmRow] {
    let filter = RowFilter(view.filter)
    return snapshot.alarms.filter { filter.accepts(filtered($0)) }
  }

  /// The keys of a pane's rows, in the order shown.
  public static func keys(_ pane: PaneKind, _ snapshot: NodeSnapshot, _ view: ViewState) -> [String] {
    switch pane.rowKind {
    case .peers: peers(snapshot, view, pane: pane).map(key)
    case .shortcuts: shortcuts(snapshot, view, pane: pane).map(key)
    case .cache: cache(snapshot, view).map(key)
    case .routes: routes(snapshot, view).map(key)
    case .events: events(snapshot, view).map(key)
    case .alarms: alarms(snapshot, view).map(key)
    case .associations: associations(snapshot, view).map(key)
    case .neighbors: neighbors(snapshot, view).map(key)
    case nil: []
    }
  }

  /// The index of the selected row among `keys`; nil when there are none.
  public static func selected(_ keys: [String], _ selection: Selection?) -> Int? {
    guard !keys.isEmpty else { return nil }
    guard let selection else { return 0 }
    if keys.indices.contains(selection.index), keys[selection.index] == selection.key { return selection.index }
    return keys.firstIndex(of: selection.key) ?? min(max(0, selection.index), keys.count - 1)
  }

  /// The selected peer.
  public static func selectedPeer(_ snapshot: NodeSnapshot, _ view: ViewState, pane: PaneKind = .peers) -> PeerRow? {
    let rows = peers(snapshot, view, pane: pane)
    return selected(rows.map(key), view.selection[.peers]).map { rows[$0] }
  }

  /// The selected shortcut.
  public static func selectedShortcut(_ snapshot: NodeSnapshot, _ view: ViewState, pane: PaneKind = .shortcuts) -> ShortcutRow? {
    let rows = shortcuts(snapshot, view, pane: pane)
    return selected(rows.map(key), view.selection[.shortcuts]).map { rows[$0] }
  }

  /// The selected cache entry.
  public static func selectedCacheEntry(_ snapshot: NodeSnapshot, _ view: ViewState) -> CacheRow? {
    let rows = cache(snapshot, view)
    return selected(rows.map(key), view.selection[.cache]).map { rows[$0] }
  }
}

extension Listing {
  private static func filtered(_ row: PeerRow) -> FilteredRow {
    FilteredRow(
      texts: [row.name, "\(row.address)", row.nbma.map { "\($0)" } ?? "", row.state.rawValue, row.tunnel],
      fields: [("state", row.state.rawValue), ("tunnel", row.tunnel.bounded)])
  }

  private static func filtered(_ row: ShortcutRow) -> FilteredRow {
    FilteredRow(
      texts: [row.from, row.to, "\(row.target)", row.prefix.map { "\($0)" } ?? "", row.state.rawValue],
      fields: [("state", row.state.rawValue), ("from", row.from.bounded), ("to", row.to.bounded)])
  }

  private static func filtered(_ row: CacheRow) -> FilteredRow {
    FilteredRow(
      texts: ["\(row.target)", "\(row.via)", row.nbma.map { "\($0)" } ?? "", row.kind, row.flags],
      fields: [("type", row.kind.bounded), ("tunnel", row.tunnel.bounded)])
  }

  private static func filtered(_ row: RouteRow) -> FilteredRow {
    FilteredRow(
      texts: [row.code, "\(row.prefix)", row.nextHop.map { "\($0)" } ?? "", row.interface],
      fields: [("code", row.code.bounded), ("if", row.interface.bounded)])
  }

  private static func filtered(_ row: EventRow) -> FilteredRow {
    FilteredRow(texts: [row.facility, row.subject, row.text], fields: [("fac", row.facility.bounded)], severity: row.severity)
  }

  private static func filtered(_ row: AlarmRow) -> FilteredRow {
    FilteredRow(texts: [row.subject, row.text], severity: row.severity)
  }
}

extension String {
  /// The beginning of a text that may be very long.
  var bounded: String { utf8.count <= 256 ? self : String(unicodeScalars.prefix(64)) }

  /// The text with spaces behind it, `width` scalars long; for our own words only.
  func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - unicodeScalars.count)) }
}

extension ViewState {
  /// Moves the selection in `pane` by `count` rows.
  public mutating func moveSelection(in pane: PaneKind, by count: Int, _ snapshot: NodeSnapshot) {
    guard let kind = pane.rowKind else { return }
    let keys = Listing.keys(pane, snapshot, self)
    guard !keys.isEmpty else { return }
    let isAtEnd = kind == .events && follows
    let now = isAtEnd ? keys.count - 1 : Listing.selected(keys, selection[kind]) ?? 0
    let (sum, overflow) = now.addingReportingOverflow(count)
    let next = overflow ? (count < 0 ? 0 : keys.count - 1) : max(0, min(keys.count - 1, sum))
    selection[kind] = Selection(index: next, key: keys[next])
    if kind == .events { follows = next == keys.count - 1 && count > 0 }
  }
}
