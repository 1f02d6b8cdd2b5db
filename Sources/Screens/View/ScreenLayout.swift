// SPDX-License-Identifier: GPL-3.0-or-later

/// Where a screen's panes stand.
///
/// Panes disappear in a fixed order as space shrinks: alarms, routes, cache, flows, events, rates; the map stays to the last.
public enum ScreenLayout {
  /// Under this size one line says so, and only the prompt works.
  public static let smallestRows = 10, smallestColumns = 40

  /// One pane and its place.
  public struct Placed: Sendable, Equatable {
    /// Which pane.
    public var pane: PaneKind
    /// Where.
    public var region: Region
  }

  /// The panes of the view's screen in a terminal of this size, in the order of Tab.
  public static func panes(_ view: ViewState, rows: Int, columns: Int) -> [Placed] {
    guard rows >= smallestRows, columns >= smallestColumns else { return [] }
    let area = content(rows: rows, columns: columns)
    let all = placed(view.screen, area).filter { $0.region.rows >= 3 && $0.region.columns >= 12 }
    guard view.isZoomed, let focused = focusedPane(view, all) else { return all }
    return [Placed(pane: focused.pane, region: area)]
  }

  /// The pane with the focus; nil where a screen has none.
  public static func focusedPane(_ view: ViewState, rows: Int, columns: Int) -> PaneKind? {
    var plain = view
    plain.isZoomed = false
    return focusedPane(view, panes(plain, rows: rows, columns: columns))?.pane
  }

  /// The rows between status line and tabs.
  static func content(rows: Int, columns: Int) -> Region { Region(row: 1, column: 0, rows: rows - 3, columns: columns) }

  /// The lower half of the content, for what commands said.
  public static func outputRegion(rows: Int, columns: Int) -> Region {
    let area = content(rows: rows, columns: columns)
    let height = max(min(area.rows, 5), (area.rows + 1) / 2)
    return area.splitRows(area.rows - height).1
  }

  private static func focusedPane(_ view: ViewState, _ all: [Placed]) -> Placed? {
    let stops = all.filter { $0.pane.takesFocus }
    guard !stops.isEmpty else { return nil }
    return stops[((view.focus % stops.count) + stops.count) % stops.count]
  }

  private static func placed(_ screen: Screen, _ area: Region) -> [Placed] {
    switch screen {
    case .overview: return overview(area)
    case .map: return map(area)
    case .shortcuts: return stacked(.shortcuts, .shortcutDetail, area, detailRows: 9)
    case .associations: return stacked(.associations, .associationDetail, area, detailRows: area.rows >= 30 ? 14 : 10)
    case .peers: return stacked(.peers, .peerDetail, area, detailRows: 9)
    case .flow: return flow(area)
    case .cache: return stacked(.cache, .cacheDetail, area, detailRows: 6)
    case .routes: return routing(area)
    case .events: return [Placed(pane: .events, region: area)]
    case .capture: return [Placed(pane: .capture, region: area)]
    case .alarms: return stacked(.alarms, .drops, area, detailRows: max(6, area.rows / 3))
    }
  }

  private static func stacked(_ list: PaneKind, _ detail: PaneKind, _ area: Region, detailRows: Int) -> [Placed] {
    guard area.rows >= detailRows + 6 else { return [Placed(pane: list, region: area)] }
    let (top, bottom) = area.splitRows(area.rows - detailRows)
    return [Placed(pane: list, region: top), Placed(pane: detail, region: bottom)]
  }

  /// Neighbours above what they brought.
  private static func routing(_ area: Region) -> [Placed] {
    guard area.rows >= 14 else { return [Placed(pane: .routes, region: area)] }
    let (top, bottom) = area.splitRows(area.rows * 2 / 5)
    return [Placed(pane: .neighbors, region: top), Placed(pane: .routes, region: bottom)]
  }

  private static func map(_ area: Region) -> [Placed] {
    guard area.columns >= 70 else { return [Placed(pane: .map, region: area)] }
    let side = area.columns >= 110 ? 34 : 27
    let (left, right) = area.splitColumns(area.columns - side)
    guard area.rows >= 18 else { return [Placed(pane: .map, region: left), Placed(pane: .peerDetail, region: right)] }
    let (detail, legend) = right.splitRows(area.rows - 8)
    return [Placed(pane: .map, region: left), Placed(pane: .peerDetail, region: detail), Placed(pane: .legend, region: legend)]
  }

  private static func flow(_ area: Region) -> [Placed] {
    guard area.rows >= 14 else { return [Placed(pane: .timeline, region: area)] }
    let (top, bottom) = area.splitRows(max(6, area.rows * 2 / 5))
    return [Placed(pane: .timeline, region: top), Placed(pane: .ladder, region: bottom)]
  }
}

extension ScreenLayout {
  private static func overview(_ area: Region) -> [Placed] {
    if area.columns >= 160, area.rows >= 42 { return wide(area) }
    if area.columns >= 110, area.rows >= 28 { return medium(area) }
    if area.columns >= 70 { return usual(area) }
    guard area.rows >= 15 else { return [Placed(pane: .map, region: area)] }
    let (top, bottom) = area.splitRows(area.rows - 7)
    return [Placed(pane: .map, region: top), Placed(pane: .rates, region: bottom)]
  }

  /// 80x24.
  private static func usual(_ area: Region) -> [Placed] {
    let eventRows = area.rows >= 14 ? max(4, min(area.rows * 2 / 5, 14)) : 0
    let (top, bottom) = area.splitRows(area.rows - eventRows)
    let (left, right) = top.splitColumns(area.columns / 2)
    let showsForming = area.rows >= 18
    let (rates, forming) = right.splitRows(showsForming ? (right.rows + 1) / 2 : right.rows)
    var result = [Placed(pane: .map, region: left), Placed(pane: .rates, region: rates)]
    if showsForming { result.append(Placed(pane: .forming, region: forming)) }
    if eventRows > 0 { result.append(Placed(pane: .events, region: bottom)) }
    return result
  }

  /// 120x40.
  private static func medium(_ area: Region) -> [Placed] {
    let (top, bottom) = area.splitRows(area.rows * 3 / 5)
    let (map, right) = top.splitColumns(area.columns * 53 / 100)
    let (rates, flows) = right.splitRows((right.rows + 1) / 2)
    let (events, alarms) = bottom.splitColumns(area.columns * 3 / 5)
    return [
      Placed(pane: .map, region: map), Placed(pane: .rates, region: rates), Placed(pane: .timeline, region: flows),
      Placed(pane: .events, region: events), Placed(pane: .alarms, region: alarms),
    ]
  }

  /// 200x60.
  private static func wide(_ area: Region) -> [Placed] {
    let (top, bottom) = area.splitRows(area.rows * 13 / 20)
    let (map, right) = top.splitColumns(area.columns / 2)
    let (rates, flows) = right.splitRows((right.rows + 1) / 2)
    let third = area.columns / 3
    let (cache, rest) = bottom.splitColumns(third)
    let (events, last) = rest.splitColumns(third)
    let (alarms, routes) = last.splitRows(last.rows / 2)
    return [
      Placed(pane: .map, region: map), Placed(pane: .rates, region: rates), Placed(pane: .timeline, region: flows),
      Placed(pane: .cache, region: cache), Placed(pane: .events, region: events), Placed(pane: .alarms, region: alarms),
      Placed(pane: .routes, region: routes),
    ]
  }
}
