// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// A protocol as a value: inputs and time in, outputs out. No socket, clock, thread or file.
public protocol Engine {
  associatedtype Input
  associatedtype Output
  /// When `expire` wants to be called next; nil when nothing is scheduled. O(1).
  var nextDeadline: Instant? { get }
  /// Takes one input and emits everything that follows from it.
  mutating func handle(_ input: Input, _ turn: inout Turn<Output>)
  /// Runs the timers that are due at `turn.now`; timers of one deadline fire in the order they were set. Where many are due it may leave
  /// some: `nextDeadline` is then a time that has come, and the next call goes on.
  mutating func expire(_ turn: inout Turn<Output>)
}

/// A route as an engine may see it: the RIB *below* NHRP's shortcuts, read only.
public protocol RouteView {
  /// The best route for `destination`, next hops resolved; nil when there is none.
  func longestMatch(for destination: IPAddress, vrf: VRFID) -> RouteMatch?
  /// Whether a route with exactly this prefix exists (decides NHO against H).
  func hasRoute(exactly prefix: IPPrefix, vrf: VRFID) -> Bool
  /// The shortest prefix length ≥ `prefix.length`, so that no more specific route inside `prefix` around `address` leaves elsewhere (RFC 2332 §6.3).
  func clippedLength(of prefix: IPPrefix, around address: IPAddress, vrf: VRFID) -> Int
}

/// One answer of a `RouteView`.
public struct RouteMatch: Sendable, Equatable {
  /// The matching prefix.
  public var prefix: IPPrefix
  /// Where it leaves.
  public var interface: InterfaceID
  /// The next hop on that interface; nil when the destination itself is on it.
  public var nextHop: IPAddress?
  /// Whether the prefix is directly connected.
  public var isConnected: Bool
  /// The metric of the route, which BGP compares as the cost of the way to a next hop; 0 for a connected one.
  public var metric: UInt32

  /// Makes a match.
  public init(prefix: IPPrefix, interface: InterfaceID, nextHop: IPAddress?, isConnected: Bool, metric: UInt32 = 0) {
    (self.prefix, self.interface, self.nextHop, self.isConnected, self.metric) = (prefix, interface, nextHop, isConnected, metric)
  }
}

/// What one call of an engine sees and leaves behind. It belongs to the caller, who reuses it; the engine keeps nothing of it.
public struct Turn<Output> {
  /// The time of this call.
  public let now: Instant
  /// The journal record that led to this call.
  public let cause: EventID
  /// The engine's own stream of randomness.
  public var random: RandomSource
  /// The routes as they stand during this call.
  public let routes: any RouteView
  /// What the engine wants done, in order, with its cause.
  public private(set) var outputs: [(output: Output, cause: EventID)] = []
  /// What the engine wants remembered, in order.
  public private(set) var records: [JournalRecord] = []
  private let firstNumber: UInt64

  /// Starts a turn; records are numbered from `firstRecord` on.
  public init(now: Instant, cause: EventID, random: RandomSource, routes: any RouteView, firstRecord: EventID) {
    (self.now, self.cause, self.random, self.routes) = (now, cause, random, routes)
    firstNumber = firstRecord.rawValue
  }

  /// Asks for `output`, because of `because` or of the turn's own cause.
  public mutating func emit(_ output: Output, because: EventID? = nil) {
    outputs.append((output, because ?? cause))
  }

  /// Writes a journal record and returns its number, for use as the cause of what follows.
  @discardableResult
  public mutating func record(_ event: JournalRecord, because: EventID? = nil) -> EventID {
    var r = event
    r.number = EventID(firstNumber &+ UInt64(records.count))
    r.at = now
    r.cause = because ?? cause
    records.append(r)
    return r.number
  }
}
