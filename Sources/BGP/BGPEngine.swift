// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import Routing
import Wire

/// BGP-4 of one node.
///
/// **Structures.** `Neighbor`: settings, two connections each with a `SessionStateMachine`, what was negotiated. `RouteTable`, one a
/// family: all
/// prefixes with all their paths, which is every Adj-RIB-In and the Loc-RIB in one. `AttributeTable` holds each set of attributes once,
/// `NextHopTable` each next hop with its way. `UpdateGroup`: neighbours that are told the same, with what they were told (Adj-RIB-Out).
/// Everything lies in flat arrays; a path costs some 60 bytes.
///
/// **Flow.** A turn goes down this page once, and what is longer than a turn may last goes on in the next:
///
/// ```
///     configure, policy, interface, interfaceGone, stream, redistributed, routesChanged, neighborLost, clear
///                                               │
///     bytes ─▶ messages ─▶ filters ─▶ paths ────┤  prefixes that changed
///     network, redistribute, aggregates ────────┤
///                                               ▼
///                          decision (RFC 4271 §9.1) ──▶ routes: the table's update
///                                               │
///                          update groups: what is told now ──▶ log ──▶ messages, as fast as each member takes them
///                                               │
///     routes, stream, redistribute
/// ```
///
/// **Walks.** What concerns a whole table goes over it in slices (`walkPerTurn`): paths of ended sessions, next hops that changed, filters
/// that changed, groups that are to be told anew.
///
/// **Timers.** connect retry 10 s · hold 180 s, keepalive a third of it · idle after an error 1…60 s · flush 20 ms after a change, or the
/// advertisement interval · restart of a neighbour with too many prefixes · stale routes of one that restarts.
///
/// **Rules that hold.** A wrong attribute costs the routes of its message, never the session (RFC 7606). A route does not go back to whom
/// it
/// came from. Each neighbour's paths and bytes are bounded; a full one does not stop the others. Nothing depends on the order of a hash.
///
/// RFC 1997, 2385, 2545, 2918, 4271, 4456, 4486, 4724 (helper), 4760, 5082, 5492, 6286, 6608, 6793, 7606, 7911, 8092, 8212, 9072.
public struct BGPEngine: Engine, Sendable {
  /// What can happen to the engine.
  public enum Input: Sendable {
    /// The whole new settings; nil: no `router bgp`.
    case configure(BGPSettings?)
    /// The node's lists and route-maps.
    case policy(PolicySettings)
    /// An interface came or changed.
    case interface(RoutingInterface)
    /// An interface is gone.
    case interfaceGone(InterfaceID)
    /// What happens to connections.
    case stream(StreamPort.Event)
    /// Routes of sources that were asked for.
    case redistributed([RedistributionChange])
    /// Routes of these networks came, went or moved.
    case routesChanged([IPPrefix])
    /// The way to a neighbour is lost: NHRP's mapping is gone.
    case neighborLost(IPAddress)
    /// The certificate of the neighbour with this tunnel address names what it may announce; nil ends that.
    case limit(IPAddress, [IPPrefix]?)
    /// An operator clears.
    case clear(BGPClearScope)
    /// The node stops: take leave of all neighbours.
    case stopping
  }

  /// What the engine wants done.
  public enum Output: Sendable, Equatable {
    /// Routes for the table.
    case routes([RouteUpdate])
    /// Something about connections.
    case stream(StreamPort.Effect)
    /// Tell us the chosen routes of these sources from now on, all that are there first; told anew with each change.
    case redistribute([RouteSource])
  }

  enum TimerKey: Hashable, Sendable {
    case connectRetry(UInt32), idleHold(UInt32), hold(UInt32, Slot), keepalive(UInt32, Slot)
    case input(UInt32, Slot)
    case prefixRestart(UInt32), stale(UInt32)
    case flush(BGPFamily, Int)
    case settle, aggregates
  }

  var settings: BGPSettings?
  var policy = PolicySettings()
  var routeMaps: [String: RouteMap] = [:]
  var routerID: UInt32 = 0
  var interfaces: [RoutingInterface] = []
  var neighbors: [Neighbor] = []
  var freeNeighbors: [UInt32] = []
  var byAddress: [IPAddress: UInt32] = [:]
  var byStream: [StreamID: (peer: UInt32, slot: Slot)] = [:]
  var nextStream: UInt32 = 0
  var dynamicCount = 0
  var tables = [RouteTable(.ipv4), RouteTable(.ipv6)]
  var attributes: AttributeTable
  var nextHops = NextHopTable()
  var groups: [[UpdateGroup?]] = [[], []]
  var groupNumbers: [[UpdateGroupKey: Int]] = [[:], [:]]
  var dirty: [[UInt32]] = [[], []]
  var changed: [[UInt32]] = [[], []]
  var walks = [TableWalk(), TableWalk()]
  var aggregates: [[AggregateState]] = [[], []]
  var offered: [IPPrefix: Route] = [:]
  var wantedSources: [RouteSource] = []
  var listening: [StreamListener] = []
  var timers = TimerQueue<TimerKey>()
  var routeUpdates: [RouteUpdate] = []
  /// Counts changes of what is chosen, as `show ip bgp summary` has it.
  var tableVersion: UInt64 = 0
  var counters = BGPCounters()
  /// What certificates let neighbours announce.
  public internal(set) var limits = AnnouncementLimits()
  /// `distance bgp` of each family, where each route finds it without reading the settings.
  var distances = [BGPDistance(), BGPDistance()]
  /// The time of this turn.
  var now = Instant.start
  var isRouterIDConfigured = false

  /// An engine without neighbours. What one of them may fill with attributes is a limit of ours; a test has no 256 MB for it.
  public init(attributeBytesPerNeighbor: Int = BGPLimits.attributeBytesPerNeighbor) {
    attributes = AttributeTable(bytesPerNeighbor: attributeBytesPerNeighbor)
  }

  /// When the next timer is due; nil when none is set.
  public var nextDeadline: Instant? { timers.nextDeadline }

  /// Takes one input and emits what follows from it.
  public mutating func handle(_ input: Input, _ turn: inout Turn<Output>) {
    now = turn.now
    switch input {
    case .configure(let new): configure(new, &turn)
    case .policy(let new): change(policy: new, &turn)
    case .interface(let interface): change(interface, &turn)
    case .interfaceGone(let id): removeInterface(id, &turn)
    case .stream(let event): handle(event, &turn)
    case .redistributed(let changes): take(changes, &turn)
    case .routesChanged(let prefixes): routesChanged(prefixes, &turn)
    case .neighborLost(let address): lost(address, &turn)
    case .limit(let address, let prefixes): limit(address, to: prefixes, &turn)
    case .clear(let scope): clear(scope, &turn)
    case .stopping: stop(&turn)
    }
    settle(&turn)
  }

  /// Runs timers that are due; those that slice longer work leave `nextDeadline` at a time that has come.
  public mutating func expire(_ turn: inout Turn<Output>) {
    now = turn.now
    var left = 64
    while left > 0, let key = timers.popDue(at: turn.now) {
      left -= 1
      run(key, &turn)
      // Slices of longer work are a turn each.
      if case .input = key { break }
      if case .settle = key { break }
      if case .flush = key { break }
    }
    settle(&turn)
  }

  private mutating func run(_ key: TimerKey, _ turn: inout Turn<Output>) {
    switch key {
    case .connectRetry(let peer): advance(peer, .outgoing, .connectRetryTimerExpires, &turn)
    case .idleHold(let peer): start(peer, &turn)
    case .hold(let peer, let slot): holdTimer(peer, slot, &turn)
    case .keepalive(let peer, let slot): advance(peer, slot, .keepaliveTimerExpires, &turn)
    case .input(let peer, let slot): readMessages(peer, slot, &turn)
    case .prefixRestart(let peer):
      forgive(peer)
      start(peer, &turn)
    case .stale(let peer): endStale(peer, &turn)
    case .flush(let family, let group): flush(family, group, &turn)
    case .settle: walkTables(&turn)
    case .aggregates: recomputeSets(&turn)
    }
  }
}

/// What is full where a path is refused that no filter refuses.
public enum PathRefusal: UInt32, Sendable, Hashable {
  /// The table, or what one neighbour may have in it (`BGPLimits.paths`, `prefixesPerNeighbor`).
  case table = 1
  /// The paths of the prefix (`BGPLimits.pathsPerPrefix`).
  case prefix
  /// What the neighbour, or all of them, may bring of attributes (`BGPLimits.attributeBytesPerNeighbor`, `attributeBytes`).
  case attributes
}

/// What the engine counts of itself.
public struct BGPCounters: Sendable, Hashable {
  /// Connections refused: from nobody we know, or more than may be.
  public var refusedConnections: UInt64 = 0
  /// Paths refused because something was full, see `PathRefusal`.
  public var refusedPaths: UInt64 = 0
  /// Announcements of networks that the neighbour's certificate does not name.
  public var refusedByCertificate: UInt64 = 0
  /// Routes of other protocols not remembered.
  public var refusedOffers: UInt64 = 0
  /// Routes not told, and withdrawn, because their attributes leave no room in a message.
  public var untoldRoutes: UInt64 = 0
  /// Nothing counted.
  public init() {}
}

/// Which neighbours `clear ip bgp` means, and how.
public struct BGPClearScope: Sendable, Hashable {
  /// Who.
  public enum Target: Sendable, Hashable {
    /// `*`, one neighbour, a group's, those of an AS, all of other ASes.
    case all, neighbor(IPAddress), group(String), asNumber(UInt32), external
  }
  /// What happens to them.
  public enum Way: Sendable, Hashable {
    /// The session ends and comes again.
    case hard
    /// Routes pass the filters again, inbound, outbound, both.
    case softIn, softOut, soft
  }
  /// Who.
  public var target: Target
  /// How.
  public var way: Way
  /// Only this family; nil for both.
  public var family: BGPFamily?
  /// Clears `target`.
  public init(_ target: Target, _ way: Way = .hard, family: BGPFamily? = nil) {
    (self.target, self.way, self.family) = (target, way, family)
  }
}
