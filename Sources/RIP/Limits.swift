// SPDX-License-Identifier: GPL-3.0-or-later

/// Our own bounds, each with its reason. What the RFC fixes is in `Assignments`.
public enum RIPLimits {
  /// Networks of the table: 10,000 spokes with six LANs each. A hop count of 15 was never meant for more.
  public static let routes = 65_536
  /// Networks whose paths lead to one neighbour: a hub may announce 10,000 spokes' LANs, and a mad spoke leaves room for the others.
  public static let routesPerNeighbour = 16_384
  /// Neighbours of all interfaces: 10,000 spokes and some.
  public static let neighbours = 16_384
  /// Paths of one network: what `maximum-paths` may ask for.
  public static let paths = 16
  /// Key numbers of one neighbour whose sequence is remembered; a chain in the middle of a change has two.
  public static let keysPerNeighbour = 4
  /// Neighbours configured by hand.
  public static let configuredNeighbours = 64
  /// Lines of one kind in a configuration: networks, summaries, lists.
  public static let lines = 256
  /// Updates under way at once: one an interface and one a configured neighbour, of two versions; and those for who asks.
  public static let updates = 1_024
  /// Parts of a summary looked at before all of them are counted in slices: mostly the first one is as near as the one that went.
  static let partsLookedAt = 32
  /// Whole tables told on request in a second: each costs a look at every network, and who asks needs no key where none is configured.
  public static let answersPerSecond = 64
  /// Such answers under way at once: each keeps the table's order of its time (24 bytes a network), and takes the pace of the updates.
  public static let answersAtOnce = 8
  /// Entries written in one turn, 20 messages: some 200 µs.
  public static let entriesPerTurn = 500
  /// Milliseconds between two such turns, so that 10,000 routes do not meet the receiver's queue at once: half a second for all of them.
  public static let pauseMilliseconds: Int64 = 20
  /// Timers run in one turn: at 5 µs each a third of the millisecond that a turn may last.
  public static let timersPerTurn = 64
  /// Entries of the last words of a process or interface: they are written in one turn, the rest ages at the neighbours.
  public static let farewellEntries = 1_000
  /// Seconds between two journal records of refused messages, whoever sent them: a wrong key is one line, not a flood.
  public static let refusalSeconds: Int64 = 10
}

/// Values that IOS uses where nothing is configured.
public enum RIPDefaults {
  /// `timers basic`, in seconds.
  public static let updateSeconds = 30, invalidSeconds = 180, holdDownSeconds = 180, flushSeconds = 240
  /// The administrative distance.
  public static let distance = 120
  /// `maximum-paths`
  public static let maximumPaths = 4
  /// Updates come up to this part sooner than the timer says, so that routers do not fall into step (RFC 2453 §3.8).
  static let jitterPercent: UInt64 = 15
  /// The pause after a triggered update, in milliseconds (RFC 2453 §3.10.1).
  static let triggeredMilliseconds: ClosedRange<UInt64> = 1_000...5_000
}
