// SPDX-License-Identifier: GPL-3.0-or-later

/// Our own bounds, each with its reason. What the RFC fixes is in `Assignments`.
public enum NHRPLimits {
  /// Entries of one interface's cache. 10,000 spokes and their LANs fit; a flood of registrations does not eat the memory.
  public static let cacheEntries = 65_536
  /// Resolutions under way at once on one interface. A port scan across the cloud must not become a request storm.
  public static let pendingResolutions = 4_096
  /// Replies remembered for a later purge, on one interface: four for each of 10,000 peers.
  public static let answers = 40_000
  /// Purge requests whose reply is awaited on one interface; what is beyond is sent once, without waiting.
  public static let pendingPurges = 4_096
  /// Timers run in one turn: at 10 µs each, two thirds of the millisecond that a turn may last when 10,000 clients end together.
  public static let timersPerTurn = 64
  /// Outputs after which a turn runs no further timer: a client whose end is told to many costs more than its timer.
  public static let outputsPerTurn = 128
  /// Redirect pairs remembered on one interface; the oldest go first, which costs an early redirect each.
  public static let redirectPairs = 16_384
  /// Next hop servers of one interface: more than any published design uses.
  public static let servers = 32
  /// Addresses registered beside the first: each is an entry, and a server takes `entriesPerRegistration`.
  public static let furtherAddresses = 15
  /// Client information entries taken from one registration.
  public static let entriesPerRegistration = 16
  /// Bytes of an offending packet quoted in a traffic indication: FRR quotes 128, IP header and ports need 28.
  public static let quotedPacketBytes = 96
  /// Error indications to one peer: one a second, so that two nodes that dislike each other cannot storm.
  public static let errorsPerSecond = 1
  /// Seconds between two notes of packets on tunnels without a network-id: anybody may send them.
  public static let withoutNetworkSeconds = 60
  /// Peers whose error budget is remembered.
  public static let errorPeers = 1_024
  /// Resolution tries: 2, 4, 8, 16 s apart, as IOS was seen to do; then the next redirect starts anew.
  public static let resolutionTries = 5
  /// How long a negative answer is believed, in seconds (OpenNHRP: 180).
  public static let negativeSeconds = 180
  /// Answers that wait for associations, on one interface: as many as questions may be open.
  public static let answersAwaitingProtection = 4_096
  /// Purge requests are sent this often; FRR never answers one.
  public static let purgeTries = 3
}

/// Values that IOS-XE uses where nothing is configured.
public enum NHRPDefaults {
  /// `ip nhrp holdtime`, in seconds.
  public static let holdTimeSeconds = 600
  /// Seconds between two redirects for one pair of hosts (`ip nhrp redirect timeout`).
  public static let redirectSeconds = 8
  /// `ip nhrp max-send`: packets in `maxSendSeconds`.
  public static let maxSendPackets = 10_000
  /// `ip nhrp max-send … every`: seconds.
  public static let maxSendSeconds = 10
  /// Distance of NHRP routes.
  public static let administrativeDistance: UInt8 = 250
  /// The first try of a registration is repeated after this many seconds, then twice as many, up to the last.
  public static let registrationRetrySeconds = 1
  /// The longest pause between two tries of a registration.
  public static let registrationRetryLimitSeconds = 64
  /// Tries without an answer after which a server counts as down.
  public static let registrationTriesUntilDown = 3
  /// A server's name is looked up again after this many seconds.
  public static let nameRefreshSeconds = 7_200
  /// And after this many when the look-up failed.
  public static let nameRetrySeconds = 5
}
