// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Everything a console may show of a node, taken at one instant. It shares no storage with live tables.
/// The same value travels through the in-process channel, the control socket and view recordings.
public struct NodeSnapshot: Sendable, Codable, Equatable {
  /// The node's host name.
  public var hostname: String
  /// The time on the node's monotonic clock.
  public var at: Instant
  /// Wall time, nanoseconds since 1970-01-01 UTC; 0 in virtual time.
  public var wallNanoseconds: Int64
  /// Tunnels, in the order of their numbers.
  public var tunnels: [TunnelRow]
  /// NHRP peers (what `show dmvpn` lists), ordered by tunnel and address.
  public var peers: [PeerRow]
  /// Spoke-to-spoke shortcuts this node knows of, newest first.
  public var shortcuts: [ShortcutRow]
  /// The NHRP cache, ordered by target.
  public var cache: [CacheRow]
  /// The routing table, ordered by prefix.
  public var routes: [RouteRow]
  /// The newest journal lines, oldest first.
  public var events: [EventRow]
  /// Conditions an operator should look at, worst first.
  public var alarms: [AlarmRow]
  /// Packets dropped since start, by reason; only reasons that happened.
  public var drops: [DropRow]
  /// Protected peers with their associations, ordered by tunnel and address.
  public var protected: [ProtectedPeerRow] = []
  /// The routing protocols that run.
  public var protocols: [RoutingProtocolRow] = []
  /// Their neighbours: by protocol, those of BGP that are down first, then by address.
  public var neighbors: [RoutingNeighborRow] = []

  /// An empty picture of a node called `hostname`.
  public init(hostname: String, at: Instant = .start, wallNanoseconds: Int64 = 0) {
    (self.hostname, self.at, self.wallNanoseconds) = (hostname, at, wallNanoseconds)
    (tunnels, peers, shortcuts, cache, routes, events, alarms, drops) = ([], [], [], [], [], [], [], [])
  }
}

/// What part a node plays on a tunnel.
public enum NodeRole: String, Sendable, Codable { case hub = "Hub", spoke = "Spoke", unknown = "Unknown" }

/// One tunnel interface.
public struct TunnelRow: Sendable, Codable, Equatable {
  /// `Tunnel0`
  public var name: String
  /// The node's address on it, with its length; nil before one is configured.
  public var address: IPPrefix?
  /// The node's own address on the tunnel.
  public var ownAddress: IPAddress?
  /// Hub, spoke or unknown.
  public var role: NodeRole
  /// 1, 2 or 3: which DMVPN phase its settings amount to.
  public var phase: Int
  /// Whether it can carry packets.
  public var isUp: Bool
  /// Why not, when it is down.
  public var downReason: String?
  /// Its own NBMA address.
  public var source: IPAddress?
  /// Peers that are up.
  public var peersUp: Int
  /// All peers.
  public var peersAll: Int
  /// Shortcuts in use.
  public var shortcuts: Int
  /// Since the start.
  public var packetsIn: UInt64, packetsOut: UInt64, bytesIn: UInt64, bytesOut: UInt64

  public init(
    name: String, address: IPPrefix? = nil, ownAddress: IPAddress? = nil, role: NodeRole = .unknown, phase: Int = 3, isUp: Bool = true,
    downReason: String? = nil, source: IPAddress? = nil, peersUp: Int = 0, peersAll: Int = 0, shortcuts: Int = 0,
    packetsIn: UInt64 = 0, packetsOut: UInt64 = 0, bytesIn: UInt64 = 0, bytesOut: UInt64 = 0
  ) {
    (self.name, self.address, self.ownAddress, self.role, self.phase) = (name, address, ownAddress, role, phase)
    (self.isUp, self.downReason, self.source, self.peersUp, self.peersAll) = (isUp, downReason, source, peersUp, peersAll)
    (self.shortcuts, self.packetsIn, self.packetsOut, self.bytesIn, self.bytesOut) = (shortcuts, packetsIn, packetsOut, bytesIn, bytesOut)
  }
}

/// The layer of a peer that is not done yet, as in `show dmvpn` (INTF → IKE → IPSEC → NHRP → UP).
public enum PeerState: String, Sendable, Codable { case intf = "INTF", ike = "IKE", ipsec = "IPSEC", nhrp = "NHRP", up = "UP" }

/// One NHRP peer.
public struct PeerRow: Sendable, Codable, Equatable {
  /// `Tunnel0`
  public var tunnel: String
  /// Its name by `ip host`, else its tunnel address.
  public var name: String
  /// Its address on the tunnel.
  public var address: IPAddress
  /// Its NBMA address; nil while unknown.
  public var nbma: IPAddress?
  /// The NBMA address it claims, where NAT makes that another one.
  public var claimedNBMA: IPAddress?
  /// The layer not done yet.
  public var state: PeerState
  /// Attribute letters of `show dmvpn`: S D I N L X T1 T2.
  public var attributes: String
  /// When it came up; nil for never.
  public var since: Instant?
  /// Whether it is one of our next hop servers.
  public var isServer: Bool
  /// Whether it is a spoke reached directly (a shortcut's far end), not by registration.
  public var isShortcutPeer: Bool
  /// Packets and bytes to and from it since it came up.
  public var packetsIn: UInt64, packetsOut: UInt64, bytesIn: UInt64, bytesOut: UInt64

  public init(
    tunnel: String, name: String, address: IPAddress, nbma: IPAddress? = nil, claimedNBMA: IPAddress? = nil, state: PeerState = .up,
    attributes: String = "D", since: Instant? = nil, isServer: Bool = false, isShortcutPeer: Bool = false,
    packetsIn: UInt64 = 0, packetsOut: UInt64 = 0, bytesIn: UInt64 = 0, bytesOut: UInt64 = 0
  ) {
    (self.tunnel, self.name, self.address, self.nbma, self.claimedNBMA) = (tunnel, name, address, nbma, claimedNBMA)
    (self.state, self.attributes, self.since, self.isServer) = (state, attributes, since, isServer)
    (self.isShortcutPeer, self.packetsIn, self.packetsOut) = (isShortcutPeer, packetsIn, packetsOut)
    (self.bytesIn, self.bytesOut) = (bytesIn, bytesOut)
  }
}

/// Who saw a step of a shortcut.
public enum Witness: String, Sendable, Codable {
  /// ● this node itself
  case here
  /// ◆ a spoke told it
  case told
  /// ○ concluded from what is no longer seen
  case inferred
}

/// The steps of a shortcut's life. The raw values are part of step reports (docs/step-report.md).
public enum ShortcutStep: UInt8, Sendable, Codable, CaseIterable {
  case firstPacket, redirect, request, answer, reply, route, direct, failed
  /// IKE with the far end began.
  case ike
  /// Security associations with the far end stand.
  case esp
}

/// Which end a step of IKE came from.
public enum StepOrigin: String, Sendable, Codable {
  /// The spoke that asks.
  case requester
  /// The spoke that is asked for.
  case responder
}

/// One step: when, and who saw it.
public struct StepStamp: Sendable, Codable, Equatable {
  /// What happened.
  public var step: ShortcutStep
  /// When, on this node's clock.
  public var at: Instant
  /// Who saw it.
  public var witness: Witness
  /// The journal record, when this node wrote one.
  public var event: EventID
  /// Who began it; nil where that is not known, or the step says so itself.
  public var origin: StepOrigin?

  public init(step: ShortcutStep, at: Instant, witness: Witness, event: EventID = .none, origin: StepOrigin? = nil) {
    (self.step, self.at, self.witness, self.event, self.origin) = (step, at, witness, event, origin)
  }
}

/// How far a shortcut has come.
public enum ShortcutState: String, Sendable, Codable { case redirected = "redir", resolving = "req", replied = "reply", up = "up", failed = "FAIL", expired = "gone" }

/// One direction of a spoke-to-spoke shortcut, as far as this node knows of it.
public struct ShortcutRow: Sendable, Codable, Equatable {
  /// The requesting spoke, by name.
  public var from: String
  /// The answering spoke, by name; its address or "?" before it is known.
  public var to: String
  /// Their tunnel addresses.
  public var fromAddress: IPAddress, toAddress: IPAddress?
  /// The host that was asked for.
  public var target: IPAddress
  /// The network the answer covers; nil before it is known.
  public var prefix: IPPrefix?
  /// How far it has come.
  public var state: ShortcutState
  /// `H`, `NHO`, or empty while not known here.
  public var routeKind: String
  /// The steps, by time.
  public var steps: [StepStamp]
  /// Packets of the pair that passed through this node before it left.
  public var packetsViaHub: UInt64
  /// When it ends, for one installed here.
  public var expires: Instant?

  public init(
    from: String, to: String, fromAddress: IPAddress, toAddress: IPAddress?, target: IPAddress, prefix: IPPrefix?, state: ShortcutState,
    routeKind: String = "", steps: [StepStamp] = [], packetsViaHub: UInt64 = 0, expires: Instant? = nil
  ) {
    (self.from, self.to, self.fromAddress, self.toAddress) = (from, to, fromAddress, toAddress)
    (self.target, self.prefix, self.state, self.routeKind) = (target, prefix, state, routeKind)
    (self.steps, self.packetsViaHub, self.expires) = (steps, packetsViaHub, expires)
  }
}

/// One NHRP cache entry, as `show ip nhrp` words it.
public struct CacheRow: Sendable, Codable, Equatable {
  /// `Tunnel0`
  public var tunnel: String
  /// What it is for.
  public var target: IPPrefix
  /// The tunnel address it goes via.
  public var via: IPAddress
  /// The NBMA address; nil for incomplete and negative entries.
  public var nbma: IPAddress?
  /// The claimed NBMA address behind NAT.
  public var claimedNBMA: IPAddress?
  /// `static`, `dynamic`, `incomplete`, `local`
  public var kind: String
  /// The words behind `Flags:`.
  public var flags: String
  /// When it was made.
  public var created: Instant
  /// When it ends; nil for never.
  public var expires: Instant?

  public init(
    tunnel: String, target: IPPrefix, via: IPAddress, nbma: IPAddress?, claimedNBMA: IPAddress? = nil, kind: String, flags: String,
    created: Instant, expires: Instant?
  ) {
    (self.tunnel, self.target, self.via, self.nbma, self.claimedNBMA) = (tunnel, target, via, nbma, claimedNBMA)
    (self.kind, self.flags, self.created, self.expires) = (kind, flags, created, expires)
  }
}

/// One route.
public struct RouteRow: Sendable, Codable, Equatable {
  /// The IOS code: `C`, `L`, `S`, `H`, `K`, `B`, `R`, `o`.
  public var code: String
  /// Whether NHRP overrides its next hop (`%`).
  public var isOverridden: Bool
  /// The network.
  public var prefix: IPPrefix
  /// Distance and metric.
  public var distance: Int, metric: UInt32
  /// The next hop; nil for "directly connected".
  public var nextHop: IPAddress?
  /// The next hop NHRP put in its place.
  public var overridingNextHop: IPAddress?
  /// The outgoing interface.
  public var interface: String
  /// When it was installed.
  public var since: Instant
  /// Ways of equal cost, this one among them.
  public var paths = 1

  public init(
    code: String, isOverridden: Bool = false, prefix: IPPrefix, distance: Int = 0, metric: UInt32 = 0, nextHop: IPAddress? = nil,
    overridingNextHop: IPAddress? = nil, interface: String, since: Instant = .start
  ) {
    (self.code, self.isOverridden, self.prefix, self.distance) = (code, isOverridden, prefix, distance)
    (self.metric, self.nextHop, self.overridingNextHop) = (metric, nextHop, overridingNextHop)
    (self.interface, self.since) = (interface, since)
  }
}

/// One journal line, made into text.
public struct EventRow: Sendable, Codable, Equatable {
  /// The record's number.
  public var number: EventID
  /// When.
  public var at: Instant
  /// The record that led to it.
  public var cause: EventID
  /// How loud.
  public var severity: Severity
  /// A short word for the column: `NHRP`, `RT`, `INTF`, `CMD`, `SYS`.
  public var facility: String
  /// Whom it is about.
  public var subject: String
  /// The sentence.
  public var text: String

  public init(number: EventID, at: Instant, cause: EventID = .none, severity: Severity, facility: String, subject: String, text: String) {
    (self.number, self.at, self.cause, self.severity) = (number, at, cause, severity)
    (self.facility, self.subject, self.text) = (facility, subject, text)
  }
}

/// A condition to look at.
public struct AlarmRow: Sendable, Codable, Equatable {
  /// When it was raised.
  public var since: Instant
  /// How bad.
  public var severity: Severity
  /// What it is about.
  public var subject: String
  /// What is wrong, and the command that helps.
  public var text: String

  public init(since: Instant, severity: Severity, subject: String, text: String) {
    (self.since, self.severity, self.subject, self.text) = (since, severity, subject, text)
  }
}

/// Packets that were dropped for one reason.
public struct DropRow: Sendable, Codable, Equatable {
  /// The reason's name, e.g. `noRoute`.
  public var reason: String
  /// How many since the start.
  public var packets: UInt64

  public init(reason: String, packets: UInt64) { (self.reason, self.packets) = (reason, packets) }
}
