// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// The Routing Information Protocol of one node: version 2 (RFC 2453) with authentication (RFC 4822), and version 1 (RFC 1058) for who
/// asks for it. What the RFCs leave open is done as IOS does it: timers 30/180/180/240, equal-cost paths, hold-down, metrics as shown.
///
/// **Structures.** The interfaces that take part (`RIPInterface`), the neighbours that were heard (`RIPNeighbour`), and the table
/// (`RIPTable`) with one `RIPRoute` a network: local (connected, imported, the default), learned (paths of one metric), or lost.
///
/// **Flow.**
///
/// ```
///   configure, interface, redistributed          .port(received)
///                │                                     │
///          local routes                 request ◀── decode, authenticate ──▶ response
///                │                         │                                    │
///                └──────────▶ RIPTable ◀───│──── entries: filter, offset, Bellman–Ford (RFC 2453 §3.9.2)
///                        changed │         │
///              ┌─────────────────┤         ▼
///              ▼                 ▼     RIPUpdateJob: summaries, then networks; split horizon, next hop, filter, offset
///        .routes (RIB)     triggered update ──▶ 25 entries a message, signed ──▶ .port(.send)
/// ```
///
/// **Timers.** update: 30 s, up to 15 of 100 sooner, all interfaces at once · trigger: a change is told at once, the next one 1–5 s later
/// (§3.10.1) · route: a path that was not heard of for 180 s goes; a lost network is announced as unreachable until 240 s and then
/// forgotten · neighbour: forgotten after 180 s of silence, with its sequence numbers · output: a long update is sent in slices.
///
/// **Metrics.** A path has the metric of the message, as IOS shows it: a neighbour's own network is 1 away. Our updates say one more.
/// Networks that would be 16 away for others are still used by us; what is announced to us with 15 is not, as RFC 2453 §3.9.2 has it.
///
/// **Hold-down** is IOS': once the last path to a network is gone, the neighbour that had it, and anyone with a better metric than it had,
/// may bring it back at once; equal and worse paths of others wait. The RFC knows no such thing; `timers basic 30 180 0 240` ends it.
///
/// **Rules that hold.** A network of our own is never learned, nor one whose next hop is ourselves: with split horizon off, which phase 2
/// needs at the hub, a spoke hears of its own networks. Nobody can take more of the table than `RIPLimits.routesPerNeighbour`.
public struct RIPEngine: Engine, Sendable {
  /// What can happen to the engine.
  public enum Input: Sendable {
    /// All settings, anew.
    case configure(RIPSettings)
    /// An interface is there, or changed.
    case interface(RoutingInterface)
    /// An interface is gone.
    case interfaceGone(InterfaceID)
    /// Routes of sources that were asked for with `redistribute`.
    case redistributed([RedistributionChange])
    /// Something came in.
    case port(DatagramPort.Event)
    /// Seconds since 1970, UTC, at `Instant.start`: lifetimes of keys and sequence numbers go by it.
    case wallClock(secondsAtStart: Int64)
    /// What was learned of this network, nil for all, is forgotten and asked for again (`clear ip route`).
    case clear(IPPrefix?)
    /// The certificate of the neighbour with this tunnel address names what it may announce; nil ends that.
    case limit(IPAddress, [IPPrefix]?)
    /// The node stops: neighbours are told.
    case stopping
  }

  /// What the engine wants done.
  public enum Output: Sendable, Equatable {
    /// To the RIB.
    case routes([RouteUpdate])
    /// To the network.
    case port(DatagramPort.Effect)
    /// Tell of the routes of these sources, and of no others, from now on; all that there are come first.
    case redistribute([RouteSource])
  }

  enum TimerKey: Hashable, Sendable {
    case update
    case trigger
    case output
    case route(IPPrefix)
    case neighbour(RIPNeighbourKey)
  }

  var settings = RIPSettings()
  let digests: KeyedDigest
  var wallStart: Int64 = 0
  /// All interfaces of the node, and those that take part, by number.
  var links: [InterfaceID: RoutingInterface] = [:]
  var interfaces: [RIPInterface] = []
  var table = RIPTable()
  var neighbours: [RIPNeighbourKey: RIPNeighbour] = [:]
  /// What other sources offered.
  var imports: [IPPrefix: Route] = [:]
  var wantedSources: [RouteSource] = []
  /// Networks that neighbours, and the RIB, were not told of yet; each once for each change.
  var changed: [IPPrefix] = []
  var unpublished: [IPPrefix] = []
  var jobs: [RIPUpdateJob] = []
  var timers = TimerQueue<TimerKey>()
  var nextUpdate: Instant?
  var lastSequence: UInt32 = 0
  var lastRefusalRecord: Instant?
  /// What certificates let neighbours announce.
  public internal(set) var limits = AnnouncementLimits()
  /// Whole tables told on request in this second.
  var answersSecond: Int64 = 0, answers = 0
  /// What was counted.
  public internal(set) var traffic = RIPTraffic()

  /// An engine that runs nothing yet; `digests` does the arithmetic of authentication.
  public init(digests: KeyedDigest) { self.digests = digests }

  /// When the next timer is due; nil when none is set.
  public var nextDeadline: Instant? { timers.nextDeadline }

  /// Takes one input and emits what follows from it.
  public mutating func handle(_ input: Input, _ turn: inout Turn<Output>) {
    switch input {
    case .configure(let new): configure(new, &turn)
    case .interface(let link): noteLink(link, &turn)
    case .interfaceGone(let id): forgetLink(id, &turn)
    case .redistributed(let changes): redistributed(changes, &turn)
    case .port(.received(let datagram)): receive(datagram, &turn)
    case .port(.receivedLink): break
    case .wallClock(let seconds): wallStart = seconds
    case .clear(let prefix): clear(prefix, &turn)
    case .limit(let neighbour, let prefixes): if limits.limit(neighbour, to: prefixes) { filterAgain(&turn) }
    case .stopping: farewell(&turn)
    }
    finish(&turn)
  }

  /// Runs timers that are due, as many as one turn may (`RIPLimits`).
  public mutating func expire(_ turn: inout Turn<Output>) {
    var left = RIPLimits.timersPerTurn
    while left > 0, let key = timers.popDue(at: turn.now) {
      left -= 1
      switch key {
      case .update: regularUpdate(&turn)
      case .trigger: break  // `finish` looks whether something changed in the meantime
      case .output: break  // `finish` goes on
      case .route(let prefix): expireRoute(prefix, &turn)
      case .neighbour(let key): expireNeighbour(key, &turn)
      }
    }
    finish(&turn)
  }

  /// What every turn ends with: the RIB and the neighbours hear of changes, and updates go on.
  private mutating func finish(_ turn: inout Turn<Output>) {
    limits.report(&turn)
    publish(&turn)
    let told = traffic.responsesSent, isTriggered = triggeredUpdate(&turn)
    runJobs(&turn)
    // Where split horizon left nothing to say, the next change need not wait.
    if isTriggered, jobs.isEmpty, traffic.responsesSent == told { timers.cancel(.trigger) }
  }

  func index(of id: InterfaceID) -> Int? { interfaces.firstIndex { $0.id == id } }

  var router: RIPRouter { settings.router ?? RIPRouter() }

  /// The time of day, in seconds since 1970.
  func wallSeconds(_ now: Instant) -> Int64 { wallStart + now.seconds }
}
