// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// How loud a journal record is: the syslog levels of RFC 5424 §6.2.1.
public enum Severity: UInt8, Sendable, Codable, Comparable {
  case emergency, alert, critical, error, warning, notice, informational, debugging
  @inlinable public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
}

/// What happened. The raw values are part of recordings and of the journal's hash: add at the end, never renumber.
public enum JournalKind: UInt16, Sendable, Codable, CaseIterable {
  // The node
  case nodeStarted = 1, nodeStopping, configured, commandRun
  // Interfaces
  case interfaceUp = 20, interfaceDown, addressMismatch, sourceWaiting
  // Routes
  case recursiveRouteRefused = 40
  // `a` is the neighbour, `b` and `x` the network, `y` how many of it were refused so far
  case announcementRefused
  // NHRP
  case registrationSent = 60, registrationRefused
  case nhsUp, nhsDown, nhcUp, nhcDown, natDetected, peerMoved
  case firstPacket = 90, redirectSent, redirectReceived
  case resolutionSent, resolutionRelayed, resolutionReceived, resolutionAnswered, resolutionReplyRelayed, resolutionReplyReceived
  case resolutionFailed, resolutionRefused
  case mappingInstalled = 120, mappingExpired, shortcutInstalled, shortcutRemoved, shortcutRefreshed
  case purgeSent, purgeReceived
  case errorSent = 140, errorReceived, authenticationFailed, loopDetected, tableFull
  // `b` is the sender, `y` how many packets came for tunnels without a network-id so far
  case networkUnconfigured
  case flowLeftHub = 160, stepTold
  // Protection: `a` is the peer's address, `b` our own
  case protectionWanted = 200, ikeInitSent, ikeInitReceived, ikeAuthenticated, ikeFailed, ikeRekeyed, ikeDeleted
  case childInstalled = 220, childRekeyed, childDeleted, protectionUp, protectionDown
  case peerDead = 240, peerEndpointMoved, clearPacketRefused, unknownSPI, ikeRefused, cookieDemanded, ikePortFloated, ikeSwitched
  // BGP: `a` is the neighbour's address, of a route that is too long the network
  case bgpUp = 300, bgpDown, bgpNotificationSent, bgpNotificationReceived, bgpPrefixWarning, bgpPrefixLimit, bgpUpdateError, bgpRefused, bgpTableFull
  case bgpRouteTooLong
  // RIP: `a` is the neighbour or the network, `x` the metric or the length of the network
  case ripNeighbourUp = 340, ripNeighbourDown, ripRouteInstalled, ripRouteLost, ripAuthenticationFailed, ripReplayRefused, ripLimitReached
  // ODR: `a` is the neighbour's tunnel address or the network, `b` the neighbour's NBMA address
  case cdpNeighbourUp = 360, cdpNeighbourDown, odrRouteInstalled, odrRouteLost, odrPrefixRefused, odrLimitReached,
    odrNeighbourRefused
  // Tracked objects: `a` is the network of a tracked route, `x` the number
  case trackedObjectChanged = 390
}

/// A fixed record of one event, at most 96 bytes; text is made of it only when it is shown.
///
/// What `a`, `b`, `c`, `x`, `y` mean is documented per kind in `JournalText` (NodeRuntime).
public struct JournalRecord: Sendable, Hashable, Codable {
  /// Its number, counted from 1.
  public var number: EventID = .none
  /// When.
  public var at: Instant = .start
  /// The record that led to this one.
  public var cause: EventID = .none
  /// What happened.
  public var kind: JournalKind
  /// The interface it happened on.
  public var interface: InterfaceID = .none
  /// First address, by kind.
  public var a: IPAddress = .anyV4
  /// Second address, by kind.
  public var b: IPAddress = .anyV4
  /// Third address, by kind.
  public var c: IPAddress = .anyV4
  /// First number, by kind.
  public var x: UInt32 = 0
  /// Second number, by kind.
  public var y: UInt32 = 0

  /// Makes a record that still lacks number, time and cause: the journal adds them.
  public init(
    _ kind: JournalKind, interface: InterfaceID = .none, a: IPAddress = .anyV4, b: IPAddress = .anyV4, c: IPAddress = .anyV4,
    x: UInt32 = 0, y: UInt32 = 0
  ) {
    (self.kind, self.interface, self.a, self.b, self.c, self.x, self.y) = (kind, interface, a, b, c, x, y)
  }
}
