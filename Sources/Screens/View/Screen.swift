// SPDX-License-Identifier: GPL-3.0-or-later

/// The screens, in the order of their keys: ten, and behind one of them another that shares its key.
public enum Screen: Int, Sendable, CaseIterable {
  case overview = 1
  case map, shortcuts, associations, flow, cache, routes, events, capture, alarms
  /// Behind the associations: the same key again.
  case peers

  /// The key that shows it.
  public var digit: Int { self == .peers ? 4 : rawValue % 10 }

  /// The screen of a digit key.
  public init?(digit: Int) {
    guard (0...9).contains(digit) else { return nil }
    self.init(rawValue: digit == 0 ? 10 : digit)
  }

  /// What a digit key shows while this screen is shown: on the screen of that key, the other one that shares it.
  public func next(digit: Int) -> Screen? { self == .associations && digit == 4 ? .peers : Screen(digit: digit) }

  /// The ten of the tabs row while this screen is shown.
  var tabs: [Screen] { (1...10).compactMap { $0 == 4 && self == .peers ? .peers : Screen(rawValue: $0) } }

  /// Its word in the tabs row.
  public var tab: String {
    switch self {
    case .overview: "Over"
    case .map: "Map"
    case .shortcuts: "Cuts"
    case .peers: "Peer"
    case .associations: "SA"
    case .flow: "Flow"
    case .cache: "Nhrp"
    case .routes: "Rt"
    case .events: "Log"
    case .capture: "Cap"
    case .alarms: "Alm"
    }
  }

  /// The keys worth a hint, for the right end of the tabs row.
  var hint: String {
    switch self {
    case .overview: "? help  : command"
    case .routes: "x soft  X clear"
    case .map: "j k peer  d capture"
    case .shortcuts, .flow: "x clear  P ping"
    case .peers: "4 SA  x clear"
    case .associations: "4 peers  X clear"
    case .cache: "x clear  / filter"
    case .events: "f follow  / filter"
    case .capture: "d capture  D stop"
    case .alarms: "j k move"
    }
  }
}

/// A pane: one box of a screen.
public enum PaneKind: String, Sendable, CaseIterable {
  case map, rates, forming, timeline, events, shortcuts, shortcutDetail, peers, peerDetail, ladder, cache, cacheDetail, routes, capture
  case alarms, drops, legend, associations, associationDetail, neighbors

  /// What its rows are; nil where nothing can be selected.
  public var rowKind: RowKind? {
    switch self {
    case .map, .rates, .peers: .peers
    case .forming, .timeline, .shortcuts: .shortcuts
    case .cache: .cache
    case .routes: .routes
    case .events: .events
    case .alarms: .alarms
    case .associations: .associations
    case .neighbors: .neighbors
    case .associationDetail, .shortcutDetail, .peerDetail, .ladder, .cacheDetail, .capture, .drops, .legend: nil
    }
  }

  /// Whether Tab stops at it.
  public var takesFocus: Bool { rowKind != nil || self == .capture || self == .drops }
}

/// What can be selected. Panes that list the same things share the selection.
public enum RowKind: String, Sendable, CaseIterable { case peers, shortcuts, cache, routes, events, alarms, associations, neighbors }

/// A selected row: by key, so that it stays with its row when the order changes, and by index for when the row goes away.
public struct Selection: Sendable, Equatable {
  /// The row's place when it was selected.
  public var index: Int
  /// What identifies the row.
  public var key: String
  /// Selects a row.
  public init(index: Int, key: String) { (self.index, self.key) = (index, key) }
}
