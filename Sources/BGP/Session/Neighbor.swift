// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Which of a neighbour's two connections: the one that we open, or one that it opened (RFC 4271 §6.8).
enum Slot: UInt8, Hashable, Sendable {
  case outgoing, incoming
  var other: Slot { self == .outgoing ? .incoming : .outgoing }
}

/// One connection and its state machine.
struct Connection: Sendable {
  var machine: SessionStateMachine
  /// The host's name for it, while there is one.
  var stream: StreamID?
  /// Whether it stands, not only is being opened.
  var isConnected = false
  var local: IPAddress?
  /// What has come and is not handled yet begins at `inputStart`.
  var input: [UInt8] = []
  var inputStart = 0
  /// The neighbour's OPEN.
  var open: OpenMessage?
  var holdSeconds = 0
  var lastReceived = Instant.start
  /// Bytes given to the host since it last said that all had left.
  var outstandingBytes = 0

  init(accepting: Bool = false) { machine = SessionStateMachine(accepting: accepting) }

  var pendingBytes: Int { input.count - inputStart }
}

/// What a neighbour and we do in one family.
struct NeighborFamily: Sendable {
  /// Both speak it.
  var isNegotiated = false
  /// Several paths of a prefix: it sends them, it takes them (RFC 7911).
  var sendsPaths = false, takesPaths = false
  /// Its paths in our table.
  var paths = 0
  /// Those of them that a filter refused.
  var filtered = 0
  /// Paths that were not even kept: filters, loops.
  var refused: UInt64 = 0
  /// Paths for which there was no room.
  var overflowed: UInt64 = 0
  /// Paths of sessions before this one are swept out.
  var epoch: UInt8 = 0
  /// Those of the last session are kept while it restarts (RFC 4724); older ones never.
  var holdsStale = false
  /// Its paths are to pass the filters again.
  var isReapplying = false
  /// Whether a warning was written for the number of its prefixes.
  var isWarned = false
  /// Its update group, and what of it was sent.
  var group: Int?
  var cursor = GroupCursor()

  /// Whether a path that came in session `epoch` is to be swept out.
  func isOver(_ epoch: UInt8) -> Bool {
    let age = self.epoch &- epoch
    return age > 1 || (age == 1 && !holdsStale)
  }
}

/// How far a neighbour is behind its update group.
struct GroupCursor: Sendable {
  /// While the whole table is told: the next prefix.
  var dump: Int?
  /// Whether it asked for the whole table once more meanwhile.
  var dumpsAgain = false
  /// The next element of the group's log. It stays while the table is told, so that what was withdrawn since is not forgotten.
  var position = 0
  /// Where the log goes on when the table has been told.
  var resume = 0
  /// Whether the end of the table has to be told (RFC 4724 §2).
  var wantsEnd = false
}

/// Messages of a neighbour, each way.
public struct BGPMessageCounters: Sendable, Hashable {
  /// By kind.
  public var opens: UInt64 = 0, notifications: UInt64 = 0, updates: UInt64 = 0, keepalives: UInt64 = 0, refreshes: UInt64 = 0
  /// No messages.
  public init() {}
  /// All together.
  public var total: UInt64 { opens + notifications + updates + keepalives + refreshes }

  mutating func count(_ type: MessageType) {
    switch type {
    case .open: opens += 1
    case .notification: notifications += 1
    case .update: updates += 1
    case .keepalive: keepalives += 1
    case .routeRefresh: refreshes += 1
    case .unknown: break
    }
  }
}

/// A neighbour, configured or come by a listen range.
struct Neighbor: Sendable {
  let index: UInt32
  var address: IPAddress
  /// Whether the place is in use. One that leaves stays until its paths are swept out.
  var isLive = true
  /// Whether it may be given to another.
  var isFree = false
  var isDynamic = false
  var groupName: String?
  var session: SessionSettings
  var policies: [FamilyPolicy]
  var outgoing = Connection()
  var incoming: Connection?
  var established: Slot?
  var families = [NeighborFamily(), NeighborFamily()]
  /// The AS number: configured, or from its OPEN.
  var remoteAS: UInt32 = 0
  var remoteID: UInt32 = 0
  var isInternal = false
  /// The way of this session, for next hops.
  var localAddress: IPAddress?
  var context = UpdateContext(isWide: true)
  var takesRefresh = false
  var restart: GracefulRestartCapability?
  var holdSeconds = 0
  var idleHoldSeconds = BGPLimits.shortestIdleHoldSeconds
  /// Too many prefixes: waits for an operator, or for a timer.
  var isOverLimit = false
  var establishedAt: Instant?
  var lastChange = Instant.start
  var lastError: String?
  var lastErrorAt = Instant.start
  var drops: UInt32 = 0
  var establishments: UInt32 = 0
  var received = BGPMessageCounters(), sent = BGPMessageCounters()
  /// UPDATEs with an error that only withdrew or left out.
  var updateErrors: UInt64 = 0
  /// What was full last, and when that was recorded.
  var refusal: PathRefusal?
  var refusalRecordedAt: Instant?
  /// The attributes that came last, as bytes, and what they were: most UPDATEs of a table share them with the one before.
  var attributeCache = AttributeCache()

  init(index: UInt32, address: IPAddress, session: SessionSettings, policies: [FamilyPolicy]) {
    (self.index, self.address, self.session, self.policies) = (index, address, session, policies)
  }

  subscript(slot: Slot) -> Connection? {
    get { slot == .outgoing ? outgoing : incoming }
    set { if slot == .outgoing { outgoing = newValue ?? Connection() } else { incoming = newValue } }
  }

  /// Changes a connection in its place.
  mutating func change(_ slot: Slot, _ body: (inout Connection) -> Void) {
    if slot == .outgoing { return body(&outgoing) }
    guard var connection = incoming else { return }
    incoming = nil
    body(&connection)
    incoming = connection
  }

  /// The host's name for a connection, its state; nil where there is none.
  func stream(_ slot: Slot) -> StreamID? { slot == .outgoing ? outgoing.stream : incoming?.stream }
  func state(_ slot: Slot) -> SessionStateMachine.State { slot == .outgoing ? outgoing.machine.state : incoming?.machine.state ?? .idle }

  /// The farthest of its connections.
  var state: SessionStateMachine.State { max(outgoing.machine.state, incoming?.machine.state ?? .idle) }

  /// Whether its bytes wait in the host, so that no routes are sent.
  var isBlocked: Bool {
    guard let established else { return true }
    return (established == .outgoing ? outgoing.outstandingBytes : incoming?.outstandingBytes ?? 0) > BGPLimits.outputBytes
  }

  /// Whether it may be one of another AS, before its OPEN says so.
  func isExpectedInternal(_ own: UInt32) -> Bool {
    switch session.remoteAS {
    case .number(let n): n == own
    case .internal: true
    case .external, nil: false
    }
  }

  func accepts(asNumber: UInt32, own: UInt32) -> Bool {
    switch session.remoteAS {
    case .number(let n): n == asNumber || session.alternateAS.contains(asNumber)
    case .internal: asNumber == own
    case .external: asNumber != own
    case nil: false
    }
  }
}

/// The attributes of the last UPDATE.
struct AttributeCache: Sendable {
  var bytes: [UInt8] = []
  var attributes: PathAttributes?
}
