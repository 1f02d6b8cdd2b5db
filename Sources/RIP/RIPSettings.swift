// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import Routing
import Wire

/// What the engine runs by: the lines of `router rip`, of the interfaces, and the lists and keys that they name.
public struct RIPSettings: Sendable, Equatable {
  /// `router rip`; nil while there is none.
  public var router: RIPRouter?
  /// The `ip rip …` lines by the interfaces' full names.
  public var interfaces: [String: RIPInterfaceSettings]
  /// Lists, route-maps and key chains by name.
  public var policy: PolicySettings

  /// Without `router` nothing runs.
  public init(router: RIPRouter? = nil, interfaces: [String: RIPInterfaceSettings] = [:], policy: PolicySettings = PolicySettings()) {
    (self.router, self.interfaces, self.policy) = (router, interfaces, policy)
  }
}

/// The section `router rip`.
public struct RIPRouter: SectionSettings {
  /// A section without lines; it has no name of its own, for there is one at most.
  public init(name: String = "rip") { self.name = name }

  /// `rip`
  public let name: String
  /// Lines that nobody acts on.
  public var kept: [String] = []
  /// `address-family ipv4 vrf`: nobody acts on them.
  public var otherTables: [KeptPart] = []
  /// `version`; nil: sends version 1 and takes any, as IOS.
  public var version: Int?
  /// `timers basic`
  public var timers = RIPTimers()
  /// `network`: the classful networks whose interfaces take part.
  public var networks: [IPPrefix] = []
  /// `passive-interface default`
  public var isPassiveByDefault = false
  /// The interfaces that differ from that, by full name.
  public var passiveExceptions: [String] = []
  /// `neighbor`: who gets unicast updates.
  public var neighbors: [IPAddress] = []
  /// `redistribute`
  public var redistributions: [RIPRedistribution] = []
  /// `default-metric`: for what is redistributed without a metric of its own.
  public var defaultMetric: Int?
  /// `default-information originate`
  public var defaultOrigination: RIPDefaultOrigination?
  /// `offset-list`
  public var offsetLists: [OffsetList] = []
  /// `distribute-list`
  public var distributeLists: [DistributeList] = []
  /// `distance` of all routes.
  public var distance = RIPDefaults.distance
  /// `distance` of the routes of some sources.
  public var distances: [RIPDistanceRule] = []
  /// `maximum-paths`
  public var maximumPaths = RIPDefaults.maximumPaths
  /// `flash-update-threshold`: no triggered update when a regular one is due within these seconds.
  public var flashThresholdSeconds: Int?
  /// `no validate-update-source` takes updates and requests of senders that are on no network of the interface.
  public var validatesUpdateSource = true
  /// `no auto-summary` announces subnets beyond the border of their classful network.
  public var summarisesAutomatically = true

  /// Whether an interface only listens.
  public func isPassive(_ interface: String) -> Bool { isPassiveByDefault != passiveExceptions.contains(interface) }
  /// The administrative distance of what a neighbour tells, where no list limits it.
  public func distance(ofSource neighbour: IPAddress) -> Int { distances.first { $0.covers(neighbour) }?.distance ?? distance }
}

/// `timers basic`, in seconds.
public struct RIPTimers: Sendable, Hashable {
  /// Between two regular updates.
  public var update = RIPDefaults.updateSeconds
  /// Without an update after which a path is gone.
  public var invalid = RIPDefaults.invalidSeconds
  /// How long others' equal or worse paths to a lost network are not believed.
  public var holdDown = RIPDefaults.holdDownSeconds
  /// Without an update after which a network is forgotten; between `invalid` and this it is announced as unreachable.
  public var flush = RIPDefaults.flushSeconds

  /// The defaults.
  public init() {}
  /// These seconds.
  public init(update: Int, invalid: Int, holdDown: Int, flush: Int) {
    (self.update, self.invalid, self.holdDown, self.flush) = (update, invalid, holdDown, flush)
  }

  /// How long a lost network is announced as unreachable (the garbage collection of RFC 2453 §3.8).
  var garbage: Int { max(1, flush - invalid) }
}

/// `redistribute SOURCE`
public struct RIPRedistribution: Sendable, Hashable {
  /// From where.
  public var source: RouteSource
  /// The number behind the source's name (`bgp 65000`).
  public var process: Int?
  /// The metric they are announced with; nil: the default one.
  public var metric: Int?
  /// `metric transparent`: the metric they have in the table.
  public var isTransparent = false
  /// Which, and with what changes.
  public var routeMap: String?

  /// The words of `redistribute`: the source, and its process where it has one.
  public var words: String { source.policyWord(process) }

  /// Redistributes all of `source`.
  public init(_ source: RouteSource) { self.source = source }
}

/// `default-information originate [route-map NAME]`
public struct RIPDefaultOrigination: Sendable, Hashable {
  /// The condition, and what it sets.
  public var routeMap: String?
  /// Without a condition.
  public init(routeMap: String? = nil) { self.routeMap = routeMap }
}

/// `distance N A.B.C.D WILDCARD [LIST]`
public struct RIPDistanceRule: Sendable, Hashable {
  /// The administrative distance; 255 is never used.
  public var distance: Int
  /// The sources it is for, with the bits that do not matter.
  public var source: IPAddress, wildcard: IPAddress
  /// Only for networks of this access list.
  public var list: String?

  /// Makes a line.
  public init(distance: Int, source: IPAddress, wildcard: IPAddress, list: String? = nil) {
    (self.distance, self.source, self.wildcard, self.list) = (distance, source, wildcard, list)
  }

  func covers(_ neighbour: IPAddress) -> Bool { (neighbour.v4Bits ^ source.v4Bits) & ~wildcard.v4Bits == 0 }
}

/// The `ip rip …` lines of one interface, and those of `ip split-horizon`.
public struct RIPInterfaceSettings: Sendable, Hashable {
  /// `ip rip authentication mode`
  public var authenticationMode: RIPAuthenticationMode?
  /// `ip rip authentication key-chain`
  public var keyChain: String?
  /// `no ip split-horizon`
  public var splitHorizon = true
  /// `ip rip split-horizon poisoned-reverse`: what is learned here is announced here as unreachable (RFC 2453 §3.4.3).
  public var poisonsReverse = false
  /// `ip rip v2-broadcast`
  public var broadcasts = false
  /// `ip rip send version`; empty: what `version` says.
  public var sendVersions: [Int] = []
  /// `ip rip receive version`; empty: what `version` says.
  public var receiveVersions: [Int] = []
  /// `ip next-hop-self rip`: this node is the next hop of all it announces, also of what a neighbour on the same network can reach itself.
  public var nextHopSelf = false
  /// `ip summary-address rip`
  public var summaries: [IPPrefix] = []

  /// An interface without lines.
  public init() {}
}
