// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The Next Hop Resolution Protocol of one node: RFC 2332 with Cisco's DMVPN extensions
/// (draft-detienne-dmvpn-01; NAT address extension; traffic indication).
///
/// **Structures.** One `NHRPInstance` an interface and version of IP in the overlay (`ip nhrp`, `ipv6 nhrp`): next hop servers (`NextHopServer`, a state machine each), the cache
/// (`MappingTable`), questions under way (`PendingResolution`), answers given (`GivenAnswers`, for purges), redirect limits
/// (`RedirectLimiter`). Requests are numbered by one counter of the engine.
///
/// **Flow.** Three parts meet here:
///
/// ```
///                 configure, packet, redirectWanted, resolutionWanted, usage, routesChanged, clear
///                                                   │
///      client ── registers ──▶ NHS            ┌─────▼─────┐      server ── answers registrations, relays questions
///      asks on a redirect (phase 3) or        │ NHRPEngine│      tells peers of a better way (traffic indication)
///      a missing adjacency (phase 2)          └─────┬─────┘      egress ── answers for the networks behind it
///                                                   │
///                 send, adjacency, multicast, fallback, route, queryUsage, lookUp, forgetPairs, protect
/// ```
///
/// **Protected tunnels.** A mapping asks for associations (`protect`) and is used only while there are some: registrations, answers and
/// adjacencies wait for `protectionUp` and end with `protectionDown`. Peers are told apart by their associations, not by address.
///
/// **Two families.** What comes in is for the instance of its own family: a message by its protocol type, a packet by its version, a next
/// hop by its kind. NBMA addresses are of either. What the data plane keeps once for a tunnel (who gets multicast, next hops for what is
/// unresolved) is told for both together. An IPv6 node registers its link-local address beside the global one, in an entry of its own;
/// link-local addresses are looked for on their own interface and never routed.
///
/// **Timers.** server: retry 1…64 s, refresh at a third of the hold time · mapping: expiry · use: at 1/2, 3/4 and 7/8 of a
/// shortcut's life its use is asked for, and one that is used is renewed · resolution: 2, 4, 8, 16 s · purge: 1 s, three tries ·
/// name: 7,200 s, 5 s after a failure · fallback: when a better server has answered long enough.
///
/// **Rules that hold.** Nothing answers an error indication. A reply is taken only for a request that is open, with its id, from
/// where it was asked or from the answering peer. A shortcut never covers the default route, a network of our own, or the
/// underlay address of a live peer. Questions are routed by the RIB below the shortcuts (`Turn.routes`).
public struct NHRPEngine: Engine, Sendable {
  /// What can happen to the engine.
  public enum Input: Sendable {
    /// NHRP for one version of IP appears, changes or (nil) ends on an interface.
    case configure(InterfaceID, NHRPInterface?, family: IPFamily = .v4)
    /// An NHRP message came in.
    case packet(InterfaceID, nbmaSource: IPAddress, bytes: [UInt8], peer: ProtectionID = .none)
    /// A transit packet left where it came from.
    case redirectWanted(InterfaceID, nbmaSource: IPAddress, packet: [UInt8], peer: ProtectionID = .none)
    /// A next hop has no adjacency.
    case resolutionWanted(InterfaceID, nextHop: IPAddress)
    /// Routes of these networks came, went or moved.
    case routesChanged([IPPrefix])
    /// How many packets used a next hop since its adjacency was installed.
    case usage(InterfaceID, nextHop: IPAddress, packets: UInt64)
    /// A name was looked up; empty when that failed.
    case nameResolved(String, [IPAddress])
    /// A peer is protected from now on, or moved to another NBMA address.
    case protectionUp(InterfaceID, NHRPProtectedPeer)
    /// A peer is no longer protected.
    case protectionDown(InterfaceID, ProtectionID)
    /// The protection that was asked for could not be had.
    case protectionFailed(InterfaceID, nbma: IPAddress)
    /// An operator clears entries.
    case clear(NHRPClearScope)
    /// An interface is about to go: withdraw what was registered and answered through it.
    case leaving(InterfaceID)
    /// The node stops: the same for all of them.
    case stopping
  }

  /// What the engine wants done.
  public enum Output: Sendable, Equatable {
    /// Send an NHRP message to an NBMA address.
    case send(InterfaceID, nbma: IPAddress, bytes: [UInt8], peer: ProtectionID = .none)
    /// A next hop is (not: nil) reachable at this NBMA address.
    case adjacency(InterfaceID, nextHop: IPAddress, nbma: IPAddress?, peer: ProtectionID = .none)
    /// Associations with this NBMA address are wanted; answered by `protectionUp` or `protectionFailed`.
    case protect(InterfaceID, nbma: IPAddress)
    /// These NBMA addresses get multicast.
    case multicast(InterfaceID, [IPAddress])
    /// These next hops carry what is unresolved.
    case fallback(InterfaceID, [IPAddress])
    /// Install a shortcut: an override where a route with this prefix exists, else a route of NHRP's own.
    case installRoute(IPPrefix, nextHop: IPAddress, InterfaceID, isOverride: Bool)
    /// Take it out.
    case removeRoute(IPPrefix, InterfaceID, isOverride: Bool)
    /// Report the use of an adjacency.
    case queryUsage(InterfaceID, nextHop: IPAddress)
    /// Look a name up.
    case lookUp(String)
    /// Forget redirect limits in the data plane that involve this address.
    case forgetPairs(IPAddress)
  }

  enum TimerKey: Hashable, Sendable {
    case server(InstanceKey, Int)
    case mapping(InstanceKey, IPPrefix)
    case use(InstanceKey, IPPrefix)
    case resolution(InstanceKey, IPAddress)
    case purge(InstanceKey, UInt32)
    case name(InstanceKey, Int)
    case fallback(InstanceKey)
  }

  var instances: [NHRPInstance] = []
  var timers = TimerQueue<TimerKey>()
  var lastRequestID: UInt32 = 0
  /// Packets on tunnels without a network-id: how many, and when that was noted last.
  var withoutNetwork: (packets: UInt64, notedAt: Instant?) = (0, nil)
  /// What the data plane was told of each interface, for both families together.
  var multicastInForce: [InterfaceID: [IPAddress]] = [:]
  var fallbackInForce: [InterfaceID: [IPAddress]] = [:]

  /// An engine without interfaces. `firstRequestID` should differ from run to run, so that replies to an earlier life do not fit.
  public init(firstRequestID: UInt32 = 0) { lastRequestID = firstRequestID }

  /// When the next timer is due; nil when none is set.
  public var nextDeadline: Instant? { timers.nextDeadline }

  /// Takes one input and emits what follows from it.
  public mutating func handle(_ input: Input, _ turn: inout Turn<Output>) {
    switch input {
    case .configure(let id, let interface, let family): configure(InstanceKey(interface: id, family: family), interface, &turn)
    case .packet(let id, let source, let bytes, let peer): receive(bytes, from: source, peer: peer, on: id, &turn)
    case .protectionUp(let id, let peer): for i in places(of: id) { protectionUp(i, peer, &turn) }
    case .protectionDown(let id, let peer): for i in places(of: id) { protectionDown(i, peer, &turn) }
    case .protectionFailed(let id, let nbma): for i in places(of: id) { protectionFailed(i, nbma: nbma, &turn) }
    case .redirectWanted(let id, let source, let packet, let peer): redirect(packet, from: source, peer: peer, on: id, &turn)
    case .resolutionWanted(let id, let nextHop): resolutionWanted(nextHop, on: id, &turn)
    case .routesChanged(let prefixes): routesChanged(prefixes, &turn)
    case .usage(let id, let nextHop, let packets): noteUsage(of: nextHop, packets: packets, on: id, &turn)
    case .nameResolved(let name, let addresses): nameResolved(name, addresses, &turn)
    case .clear(let scope): clear(scope, &turn)
    case .leaving(let id): for i in places(of: id) { withdraw(i, &turn) }
    case .stopping: for i in instances.indices { withdraw(i, &turn) }
    }
  }

  /// Runs timers that are due, as many as one turn may (`NHRPLimits`); the others leave `nextDeadline` at a time that has come, and the
  /// next turn goes on with them.
  public mutating func expire(_ turn: inout Turn<Output>) {
    var left = NHRPLimits.timersPerTurn
    while left > 0, turn.outputs.count < NHRPLimits.outputsPerTurn, let key = timers.popDue(at: turn.now) {
      left -= 1
      switch key {
      case .server(let key, let s): if let i = index(of: key) { registrationTimer(i, s, &turn) }
      case .mapping(let key, let target): if let i = index(of: key) { expireMapping(i, target, &turn) }
      case .use(let key, let target): if let i = index(of: key) { askForUse(i, target, &turn) }
      case .resolution(let key, let target): if let i = index(of: key) { resolutionTimer(i, target, &turn) }
      case .purge(let key, let request): if let i = index(of: key) { purgeTimer(i, request, &turn) }
      case .name(let key, let s): if let i = index(of: key) { lookUpServer(i, s, &turn) }
      case .fallback(let key): if let i = index(of: key) { startServers(i, &turn) }
      }
    }
    // Once for all that end together: the list of 10,000 peers is not written anew for each, nor for each turn of them.
    if let due = timers.nextDeadline, due <= turn.now { return }
    for i in instances.indices where instances[i].hasUnannouncedPeers { announceLists(i, &turn) }
  }

  // By number: `firstIndex` would be handed a copy of each instance, and nearly every input and timer asks.
  func index(of key: InstanceKey) -> Int? { instances.indices.first { instances[$0].key == key } }

  func index(of id: InterfaceID, _ family: IPFamily) -> Int? { index(of: InstanceKey(interface: id, family: family)) }

  /// The instances of an interface.
  func places(of id: InterfaceID) -> [Int] { instances.indices.filter { instances[$0].id == id } }

  mutating func newRequestID() -> UInt32 {
    lastRequestID = lastRequestID &+ 1
    if lastRequestID == 0 { lastRequestID = 1 }
    return lastRequestID
  }

  /// Whether `id` is a tunnel of the same NHRP network as instance `i`, for the same version of IP.
  func isSameNetwork(_ id: InterfaceID, as i: Int) -> Bool {
    guard let j = index(of: id, instances[i].family) else { return false }
    return instances[j].settings.networkID == instances[i].settings.networkID
  }
}

/// What `clear {ip | ipv6} nhrp` removes.
public struct NHRPClearScope: Sendable, Equatable {
  /// Only of this version of IP; nil for both.
  public var family: IPFamily?
  /// Only this interface; nil for all.
  public var interface: InterfaceID?
  /// Only entries for or via this address; nil for all.
  public var address: IPPrefix?
  /// Only shortcuts.
  public var shortcutsOnly = false
  /// Next hop servers and static entries too: they are registered anew.
  public var includesStatic = false
  /// Only counters.
  public var countersOnly = false

  /// Everything dynamic on every interface.
  public init() {}
}
