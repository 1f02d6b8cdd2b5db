// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// On-Demand Routing of one node: networks in packets of the Cisco Discovery Protocol, over GRE.
///
/// There is no standard. What IOS does was taken from its captures and outputs, and from Wireshark's dissector.
///
/// **Structures.** The tunnels with `cdp enable` (`CDPInterface`), the neighbours that were heard on them (`CDPNeighbour`), and the networks
/// these told of (`ODRRoute`).
///
/// **Flow.**
///
/// ```
///         stub: nothing but `cdp enable`                              hub: `router odr`
///   connected networks ──▶ TLV 7, five bytes each ───── GRE 0x2000 ─────▶ routes [160/1] by the spokes' tunnel addresses
///   0.0.0.0/0 [160/1] by the hub's address ◀── GRE 0x2000 ── TLV 7, four bytes: the hub's own tunnel address
/// ```
///
/// A node that runs another routing protocol is no stub: it tells of no networks and takes no default. A hub may run what it likes, and
/// redistribute from here. Spokes know only the default, so this is routing for phases 1 and 3.
///
/// **Timers.** advertise: 60 s; at first after 1, 2, 4 … 32 s, because who is not registered yet hears nothing; within 1–5 s after networks
/// came or went, and after a new neighbour was heard · neighbour: the holdtime of its packet · route: unused 180 s after the last packet that
/// told of it, forgotten after 240 s.
///
/// **Withdrawal.** A packet with networks names all there are: one that is missing is gone. A packet without any takes nothing back (IOS'
/// hubs were seen to wait for their timers), one with a holdtime of zero takes back everything.
///
/// **Rules that hold.** No stub can give the default route, a network of our own, or a part of one. Nobody can take more of the table than
/// `ODRLimits.prefixesPerNeighbour`, and whatever names it gives itself, no peer can be more than `ODRLimits.neighboursPerPeer`. A tunnel
/// address that NHRP knows of one peer is taken from no other: the node looks, before a packet comes here.
public struct ODREngine: Engine, Sendable {
  /// What can happen to the engine.
  public enum Input: Sendable {
    /// All settings, anew.
    case configure(ODRSettings)
    /// An interface is there, or changed.
    case interface(RoutingInterface)
    /// An interface is gone.
    case interfaceGone(InterfaceID)
    /// Nothing is redistributed into ODR; taken for the sake of the contract.
    case redistributed([RedistributionChange])
    /// Something came in.
    case port(DatagramPort.Event)
    /// Something came in from a peer that may speak as these tunnel addresses only.
    case heard(DatagramPort.Event, as: [IPAddress])
    /// The certificate of the neighbour with this tunnel address names what it may announce; nil ends that.
    case limit(IPAddress, [IPPrefix]?)
    /// A packet from this NBMA address named a tunnel address that is another peer's; it was not taken.
    case impostor(InterfaceID, address: IPAddress, nbma: IPAddress)
    /// What was learned of this network, nil for all, is judged anew (`clear ip route`).
    case clearRoutes(IPPrefix?)
    /// The neighbours are forgotten, and told anew (`clear cdp table`).
    case clearNeighbours
    /// The node stops: neighbours are told.
    case stopping
  }

  /// What the engine wants done.
  public enum Output: Sendable, Equatable {
    /// To the RIB.
    case routes([RouteUpdate])
    /// To the network.
    case port(DatagramPort.Effect)
    /// Never emitted: nothing is redistributed into ODR.
    case redistribute([RouteSource])
  }

  enum TimerKey: Hashable, Sendable {
    case advertise(InterfaceID)
    case neighbour(CDPNeighbourKey)
    case route(IPPrefix)
  }

  var settings = ODRSettings()
  /// All interfaces of the node, and those that CDP runs on, by number.
  var links: [InterfaceID: RoutingInterface] = [:]
  var interfaces: [CDPInterface] = []
  var neighbours: [CDPNeighbourKey: CDPNeighbour] = [:]
  /// How many of them each peer is.
  var counts: [CDPSender: Int] = [:]
  var routes: [IPPrefix: ODRRoute] = [:]
  var unpublished: Set<IPPrefix> = []
  var timers = TimerQueue<TimerKey>()
  var lastRefusalRecord: Instant?
  /// What certificates let neighbours announce.
  public internal(set) var limits = AnnouncementLimits()
  /// What was counted.
  public internal(set) var traffic = ODRTraffic()

  /// An engine that runs nothing yet.
  public init() {}

  /// When the next timer is due; nil when none is set.
  public var nextDeadline: Instant? { timers.nextDeadline }

  /// Takes one input and emits what follows from it.
  public mutating func handle(_ input: Input, _ turn: inout Turn<Output>) {
    switch input {
    case .configure(let new): configure(new, &turn)
    case .interface(let link): noteLink(link, &turn)
    case .interfaceGone(let id): forgetLink(id, &turn)
    case .redistributed: break
    case .port(let event): receive(event, as: nil, &turn)
    case .heard(let event, let addresses): receive(event, as: addresses, &turn)
    case .limit(let neighbour, let prefixes): if limits.limit(neighbour, to: prefixes) { filterAgain(&turn) }
    case .impostor(let id, let address, let nbma): refuse(.impostor, .odrNeighbourRefused, id, address, b: nbma, &turn)
    case .clearRoutes(let prefix): clearRoutes(prefix, now: turn.now)
    case .clearNeighbours: clearNeighbours(&turn)
    case .stopping: for i in interfaces.indices { takeLeave(i, &turn) }
    }
    limits.report(&turn)
    publish(&turn)
  }

  /// Runs timers that are due, as many as one turn may (`ODRLimits`).
  public mutating func expire(_ turn: inout Turn<Output>) {
    var left = ODRLimits.timersPerTurn
    while left > 0, let key = timers.popDue(at: turn.now) {
      left -= 1
      switch key {
      case .advertise(let id): if let i = index(of: id) { advertise(i, &turn) }
      case .neighbour(let key): expireNeighbour(key, &turn)
      case .route(let prefix): expireRoute(prefix, &turn)
      }
    }
    publish(&turn)
  }

  func index(of id: InterfaceID) -> Int? { interfaces.firstIndex { $0.link.id == id } }

  var router: ODRRouter { settings.router ?? ODRRouter() }
}

/// What was counted since the engine began.
public struct ODRTraffic: Sendable, Equatable {
  /// Packets sent and taken.
  public var sent: UInt64 = 0, received: UInt64 = 0
  /// Packets that were none, by what was wrong.
  public var malformed: [CDPDecodeError: UInt64] = [:]
  /// Packets and networks not taken, by reason.
  public var refused: [ODRRefusal: UInt64] = [:]
  /// Networks of our own that did not fit into a packet.
  public var unsentPrefixes: UInt64 = 0

  /// Nothing yet.
  public init() {}

  mutating func refuse(_ reason: ODRRefusal) { refused[reason, default: 0] &+= 1 }
}
