// SPDX-License-Identifier: GPL-3.0-or-later

/// Our own bounds, each with its reason.
public enum ODRLimits {
  /// Neighbours of all tunnels: 10,000 spokes and some.
  public static let neighbours = 16_384
  /// Neighbours that one peer may be: its name and address are its own claims, and a router changes one or the other now and then.
  public static let neighboursPerPeer = 4
  /// Networks taken from one neighbour: a packet of a tunnel's MTU holds 280; who has more is no stub.
  public static let prefixesPerNeighbour = 256
  /// Networks of the table: 10,000 spokes with six LANs each.
  public static let routes = 65_536
  /// Paths of one network: what `maximum-paths` may ask for.
  public static let paths = 32
  /// TLVs of one packet; IOS sends fewer than twenty.
  public static let tlvs = 64
  /// Addresses of one TLV.
  public static let addresses = 64
  /// Characters of a neighbour's texts that are kept: the version of IOS has 250.
  public static let textBytes = 512
  /// Networks of our own that one packet tells of: it must fit the tunnel (5 bytes each beside some 150 others).
  public static let prefixesSent = 240
  /// Timers run in one turn.
  public static let timersPerTurn = 64
  /// Seconds between two journal records of refused networks or full tables.
  public static let refusalSeconds: Int64 = 10
}

/// Values that IOS uses where nothing is configured.
public enum ODRDefaults {
  /// `cdp timer` and `cdp holdtime`, in seconds.
  public static let timerSeconds = 60, holdTimeSeconds = 180
  /// `timers basic` of `router odr`, in seconds, as `show ip protocols` of a running one says.
  public static let updateSeconds = 60, invalidSeconds = 180, holdDownSeconds = 0, flushSeconds = 240
  /// The administrative distance, and the metric of all routes.
  public static let distance = 160, metric: UInt32 = 1
  /// `maximum-paths`
  public static let maximumPaths = 4
  /// The first packets of an interface follow each other in 1, 2, 4 … seconds, so that who was not yet registered hears of us soon.
  static let fastStarts = 6
  /// After a change, or a new neighbour, the next packet is due within this, in milliseconds: many new neighbours share it.
  static let soonMilliseconds: ClosedRange<UInt64> = 1_000...5_000
  /// Packets come up to this part sooner than the timer says.
  static let jitterPercent: UInt64 = 10
}
