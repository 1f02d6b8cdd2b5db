// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import Routing
import Wire

/// `address-family ipv4|ipv6`, or the router's own lines for IPv4.
public struct BGPFamilySettings: SectionSettings {
  /// `ipv4` or `ipv6`.
  public let name: String
  /// Lines that nobody acts on.
  public var kept: [String] = []
  /// Whether `address-family` was typed: then its lines are written there.
  public var isExplicit = false
  /// `network`
  public var networks: [BGPNetwork] = []
  /// `aggregate-address`
  public var aggregates: [BGPAggregate] = []
  /// `redistribute`
  public var redistributions: [BGPRedistribution] = []
  /// `default-metric`
  public var defaultMetric: UInt32?
  /// `maximum-paths`, `maximum-paths ibgp`
  public var maximumPaths = 1, maximumInternalPaths = 1
  /// `bgp additional-paths`: for neighbours of which no line says otherwise.
  public var additionalPaths: BGPPolicySettings.AdditionalPaths = []
  /// `distance bgp`
  public var distance = BGPDistance()
  /// `neighbor …` of the family, in the order they came.
  public var neighbors: [BGPPolicySettings] = []

  /// A family by its name.
  public init(name: String) { self.name = name }
  /// A family.
  public init(_ family: BGPFamily) { name = family == .ipv4 ? "ipv4" : "ipv6" }

  /// Which it is.
  public var family: BGPFamily { name == "ipv6" ? .ipv6 : .ipv4 }

  /// The lines of a neighbour or group; none where there are none.
  public func neighbor(_ name: String) -> BGPPolicySettings {
    neighbors.first { $0.name == name } ?? BGPPolicySettings(name: name)
  }
}

/// `network P [route-map R]`
public struct BGPNetwork: Hashable, Sendable {
  /// The network; it is told while a route for exactly it is there.
  public var prefix: IPPrefix
  /// What changes it.
  public var routeMap: String?
  /// Makes one.
  public init(_ prefix: IPPrefix, routeMap: String? = nil) { (self.prefix, self.routeMap) = (prefix, routeMap) }
}

/// `aggregate-address P [as-set] [summary-only]`
public struct BGPAggregate: Hashable, Sendable {
  /// The aggregate; it is told while a longer one inside it is there.
  public var prefix: IPPrefix
  /// Whether it names the ASes of what is inside.
  public var hasASSet: Bool
  /// Whether what is inside is no longer told.
  public var isSummaryOnly: Bool
  /// Makes one.
  public init(_ prefix: IPPrefix, hasASSet: Bool = false, isSummaryOnly: Bool = false) {
    (self.prefix, self.hasASSet, self.isSummaryOnly) = (prefix, hasASSet, isSummaryOnly)
  }
}

/// `redistribute S [metric N] [route-map R]`
public struct BGPRedistribution: Hashable, Sendable {
  /// From where.
  public var source: RouteSource
  /// The MULTI_EXIT_DISC; nil: the route's own metric.
  public var metric: UInt32?
  /// What filters and changes.
  public var routeMap: String?
  /// Makes one.
  public init(_ source: RouteSource, metric: UInt32? = nil, routeMap: String? = nil) {
    (self.source, self.metric, self.routeMap) = (source, metric, routeMap)
  }
}

/// `distance bgp E I L`
public struct BGPDistance: Hashable, Sendable {
  /// From other ASes, from ours, from ourselves (aggregates).
  public var external = BGPDefaults.externalDistance, `internal` = BGPDefaults.internalDistance, local = BGPDefaults.localDistance
  /// The usual ones.
  public init() {}
}

/// `neighbor X …` of a family; nil: the group's, or the default.
public struct BGPPolicySettings: Hashable, Sendable {
  /// The neighbour's address as text, or the group's name.
  public let name: String
  /// `activate`
  public var isActive: Bool?
  /// `route-map R in`, `out`
  public var routeMapIn: String?, routeMapOut: String?
  /// `prefix-list P in`, `out`
  public var prefixListIn: String?, prefixListOut: String?
  /// `distribute-list A in`, `out`
  public var accessListIn: String?, accessListOut: String?
  /// `filter-list F in`, `out`
  public var asPathListIn: String?, asPathListOut: String?
  /// `next-hop-self [all]`
  public var nextHopSelf: NextHopSelf?
  /// `next-hop-unchanged`
  public var keepsNextHop: Bool?
  /// `send-community`
  public var sendsCommunities: SentCommunities?
  /// `route-reflector-client`
  public var isReflectorClient: Bool?
  /// `allowas-in [N]`: how often our own AS may be in a path.
  public var allowedOwnAS: Int?
  /// `as-override`
  public var overridesAS: Bool?
  /// `remove-private-as [all]`
  public var removesPrivateAS: PrivateASRemoval?
  /// `default-originate [route-map R]`
  public var originatesDefault: DefaultOrigination?
  /// `maximum-prefix`
  public var maximumPrefix: MaximumPrefix?
  /// `soft-reconfiguration inbound`
  public var keepsReceived: Bool?
  /// `weight`
  public var weight: UInt32?
  /// `additional-paths`
  public var additionalPaths: AdditionalPaths?
  /// `advertisement-interval`, in seconds
  public var advertisementSeconds: Int?

  /// No lines.
  public init(name: String) { self.name = name }

  /// `next-hop-self`: for routes of other ASes and our own, or also for those that are reflected.
  public enum NextHopSelf: Hashable, Sendable { case external, all }

  /// Which communities are sent.
  public struct SentCommunities: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// Makes a set.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The three kinds.
    public static let standard = SentCommunities(rawValue: 1), extended = SentCommunities(rawValue: 2), large = SentCommunities(rawValue: 4)
    /// All of them.
    public static let all: SentCommunities = [.standard, .extended, .large]
  }

  /// `remove-private-as`: only where a path has nothing else, or each.
  public enum PrivateASRemoval: Hashable, Sendable { case onlyPrivate, all }

  /// `default-originate`: with a route-map, of what it sets.
  public struct DefaultOrigination: Hashable, Sendable {
    /// What changes it.
    public var routeMap: String?
    /// Makes one.
    public init(routeMap: String? = nil) { self.routeMap = routeMap }
  }

  /// `maximum-prefix N [threshold] [warning-only | restart M]`
  public struct MaximumPrefix: Hashable, Sendable {
    /// How many.
    public var limit: Int
    /// From which part, in percent, a warning is written.
    public var threshold = BGPDefaults.prefixThreshold
    /// Whether nothing but warnings happens.
    public var isWarningOnly = false
    /// After how many minutes the session may return; nil: by `clear` only.
    public var restartMinutes: Int?
    /// A limit.
    public init(_ limit: Int) { self.limit = limit }
  }

  /// `additional-paths` (RFC 7911).
  public struct AdditionalPaths: OptionSet, Hashable, Sendable {
    /// The bits, those of the capability.
    public let rawValue: UInt8
    /// Makes a set.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The two ways.
    public static let receive = AdditionalPaths(rawValue: 1), send = AdditionalPaths(rawValue: 2)
  }
}
