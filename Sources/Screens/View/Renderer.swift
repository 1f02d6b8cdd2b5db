// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// Draws a node as one user looks at it. A pure function: the same picture for the same arguments, on every machine.
public enum Renderer {
  /// The whole screen: row 0 status, panes, last but one the tabs, last the prompt.
  public static func render(
    snapshot: NodeSnapshot, view: ViewState, rows: Int, columns: Int, tier: GlyphTier = .braille
  ) -> Frame {
    var frame = Frame(rows: rows, columns: columns, tier: tier)
    guard frame.rows > 0, frame.columns > 0 else { return frame }
    if rows >= ScreenLayout.smallestRows, columns >= ScreenLayout.smallestColumns {
      StatusRow.draw(&frame, snapshot, view)
      drawPanes(&frame, snapshot, view)
      TabsRow.draw(&frame, view)
    } else if rows > 1 {
      let text = "\(columns)x\(rows) is too small: panes need \(ScreenLayout.smallestColumns)x\(ScreenLayout.smallestRows)"
      frame.put(text, at: Position(row: 0, column: 0), .warn)
      if view.output.isOpen, rows > 2 {
        OutputPane.drawLines(&frame, view.output, Region(row: 1, column: 0, rows: rows - 2, columns: columns))
      }
    }
    PromptRow.draw(&frame, view)
    return frame
  }

  /// `frame` as text.
  public static func text(_ frame: Frame) -> String { frame.text }

  /// `frame` as text with terminal colours.
  public static func ansi(_ frame: Frame, _ theme: Theme) -> String { frame.ansi(theme) }

  private static func drawPanes(_ frame: inout Frame, _ snapshot: NodeSnapshot, _ view: ViewState) {
    let focused = view.input == .prompt ? nil : ScreenLayout.focusedPane(view, rows: frame.rows, columns: frame.columns)
    for placed in ScreenLayout.panes(view, rows: frame.rows, columns: frame.columns) {
      let scene = Scene(snapshot: snapshot, view: view, region: placed.region, pane: placed.pane, isFocused: placed.pane == focused)
      scene.draw(&frame)
    }
    if view.output.isOpen { OutputPane.draw(&frame, view) }
    if view.showsHelp { HelpOverlay.draw(&frame, view) }
  }
}

/// What a pane's drawing needs.
struct Scene {
  let snapshot: NodeSnapshot
  let view: ViewState
  let region: Region
  let pane: PaneKind
  let isFocused: Bool

  /// Draws the pane this scene is for.
  func draw(_ frame: inout Frame) {
    switch pane {
    case .map: MapPane.draw(&frame, self)
    case .legend: LegendPane.draw(&frame, self)
    case .rates: RatesPane.draw(&frame, self)
    case .forming: FormingPane.draw(&frame, self)
    case .timeline: TimelinePane.draw(&frame, self)
    case .ladder: LadderPane.draw(&frame, self)
    case .events: EventsPane.draw(&frame, self)
    case .shortcuts: ShortcutsPane.draw(&frame, self)
    case .shortcutDetail: ShortcutDetailPane.draw(&frame, self)
    case .peers: PeersPane.draw(&frame, self)
    case .peerDetail: PeerDetailPane.draw(&frame, self)
    case .cache: CachePane.draw(&frame, self)
    case .cacheDetail: CacheDetailPane.draw(&frame, self)
    case .routes: RoutesPane.draw(&frame, self)
    case .neighbors: NeighborsPane.draw(&frame, self)
    case .capture: CapturePane.draw(&frame, self)
    case .alarms: AlarmsPane.draw(&frame, self)
    case .drops: DropsPane.draw(&frame, self)
    case .associations: AssociationsPane.draw(&frame, self)
    case .associationDetail: AssociationDetailPane.draw(&frame, self)
    }
  }

  /// Draws the pane's box with the filter in its note. Returns the inside.
  @discardableResult
  func box(_ frame: inout Frame, _ title: String, _ note: String = "") -> Region {
    let filter = view.filter.isEmpty ? "" : "filter: \(view.filter.bounded)"
    let showsFilter = pane.rowKind != nil && !filter.isEmpty
    let both = showsFilter ? (note.isEmpty ? filter : "\(note)  \(filter)") : note
    return frame.box(region, title: title, note: both, isFocused: isFocused)
  }

  /// A span since an instant of the node's clock.
  func age(_ instant: Instant?) -> String { Wording.age(since: instant, now: snapshot.at) }

  /// The row selected among `keys`, of what this pane lists.
  func selected(_ keys: [String]) -> Int? {
    pane.rowKind.flatMap { Listing.selected(keys, view.selection[$0]) }
  }
}
