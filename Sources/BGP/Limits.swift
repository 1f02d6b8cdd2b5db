// SPDX-License-Identifier: GPL-3.0-or-later

/// Our own bounds, each with its reason. What an RFC fixes is in `Assignments`.
public enum BGPLimits {
  /// Neighbours, configured and dynamic: 10,000 spokes and room for what replaces them.
  public static let neighbors = 16_384
  /// `bgp listen limit` where nobody says otherwise, as on IOS.
  public static let listenLimit = 100
  /// The highest limit that may be configured, so that dynamic neighbours leave room for configured ones.
  public static let highestListenLimit = 10_000
  /// Prefixes taken from one neighbour and family without `maximum-prefix`: two full Internet tables. More is a mistake or an attack,
  /// and the neighbour alone pays for it.
  public static let prefixesPerNeighbor = 2_000_000
  /// Paths in one family's table; beyond it new ones are refused and counted. 4 million take about 250 MB.
  public static let paths = 4_000_000
  /// Bytes of the sets of attributes one neighbour may bring, what they cost us besides included: those of two full Internet tables take
  /// some 160 MB. One that puts 4 kB into each route is cut here, long before the number of its prefixes does it, and it alone.
  public static let attributeBytesPerNeighbor = 256 * 1024 * 1024
  /// Bytes of all sets, also of those that are made to be told. Beyond it no neighbour brings new ones: many that agree are bounded too.
  public static let attributeBytes = 1024 * 1024 * 1024
  /// The pause between two records that paths of a neighbour are refused because something is full, in seconds: one for each path would be
  /// a flood of its own.
  public static let refusalRecordSeconds = 60
  /// Prefixes of other protocols remembered for `network` and `redistribute`.
  public static let offeredRoutes = 200_000
  /// Paths of one prefix that are compared and kept: a prefix announced by a thousand spokes must not cost a thousand comparisons a change.
  public static let pathsPerPrefix = 128
  /// Paths of one prefix sent to a neighbour that takes several (RFC 7911).
  public static let advertisedPathsPerPrefix = 32
  /// Numbers in one AS path that we store. Longer ones do not occur and would cost everybody memory.
  public static let asPathNumbers = 255
  /// Bytes a neighbour may have under way before we wait for `drained`: two of the kernel's usual send buffers.
  public static let outputBytes = 128 * 1024
  /// Bytes handled in one turn for one neighbour, begun messages whole: two thousand /24s and their way into the table, which take five
  /// milliseconds at the 2.4 µs a route that a full table was measured with. The rest follows in the next turn.
  public static let bytesPerTurn = 8 * 1024
  /// Bytes received and not yet handled beyond which a turn handles all of them: a host need not stop reading for us.
  public static let inputBytes = 1024 * 1024
  /// Prefixes looked at in one turn by walks over a table: about a millisecond.
  public static let walkPerTurn = 4_096
  /// Changed routes of one turn that are compared with each neighbour's address. From so many on looking all of them up costs no more.
  public static let comparedPrefixes = 64
  /// Prefixes formatted for one neighbour group in one turn, half of them at most in one piece of the table or of the log.
  public static let advertisedPerTurn = 2_048
  /// Bytes given to the members of one update group in one turn, all together: a few milliseconds of writing. 64 members get all that
  /// each may have under way (`outputBytes`), 1,000 get 8 kB each.
  public static let advertisedBytesPerTurn = 8 * 1024 * 1024
  /// Elements of an update group's log beyond which it is looked for those that no longer count: 256 kB, and little to do seldom.
  public static let logBeforeCompaction = 65_536
  /// Withdrawals that may wait for a neighbour which takes nothing, where it was not told more routes than half of that at once. What is
  /// withdrawn stays in the table until everybody knows: some 50 bytes each.
  public static let withdrawalsBehind = 131_072
  /// How long changes are collected before they are sent, in milliseconds: 1,000 spokes that come together make tens of messages, not a
  /// million.
  public static let coalesceMilliseconds = 20
  /// The pause between two computations of an aggregate's AS set, in seconds: each reads the whole table.
  public static let asSetSeconds = 1
  /// Numbers in an aggregate's AS set, and communities beside it: both leave room in a message.
  public static let asSetNumbers = 128
  /// Pauses after an error, in seconds, doubled each time (RFC 4271 §8.1.1).
  public static let shortestIdleHoldSeconds = 1, longestIdleHoldSeconds = 60
  /// A session that stood this long has forgiven the errors before it.
  public static let stableSeconds = 120
  /// The hold time until the neighbour's OPEN has come, in seconds (RFC 4271 §8.2.2: 4 minutes).
  public static let largeHoldSeconds = 240
  /// A connection that was accepted has this long for its OPEN, in seconds: a stranger's costs us memory.
  public static let acceptedHoldSeconds = 60
  /// Rows of one page of the table.
  public static let rowsPerAnswer = 1_024
  /// Prefixes that one `show` looks through: a quarter of a second's work, half with a filter, in which the node does nothing else. A table
  /// that is larger is asked for in parts.
  public static let shownPrefixes = 32_768
}

/// Values that hold where nothing is configured.
public enum BGPDefaults {
  /// `timers bgp`, in seconds, as on IOS.
  public static let keepaliveSeconds = 60, holdSeconds = 180
  /// Between two tries to connect, in seconds. RFC 4271 suggests 120, FRR has 30; a spoke whose hub returns should not wait longer than
  /// this.
  public static let connectRetrySeconds = 10
  /// `distance bgp`, as on IOS.
  public static let externalDistance: UInt8 = 20, internalDistance: UInt8 = 200, localDistance: UInt8 = 200
  /// `bgp graceful-restart`, in seconds, as on IOS.
  public static let restartSeconds = 120, stalePathSeconds = 360
  /// `maximum-prefix`: the part of the limit, in percent, at which a warning is written, as on IOS.
  public static let prefixThreshold = 75
}
