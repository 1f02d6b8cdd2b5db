// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// One entry of a route-map: `route-map NAME {permit | deny} N` and its lines.
public struct RouteMapEntry: SectionSettings {
  /// The route-map it belongs to.
  public let map: String
  /// Its number, 0–65535.
  public let sequence: Int
  /// `permit` or `deny`.
  public var permits = true
  /// `description`
  public var text: String?
  /// Lists it asks, one element a criterion. All criteria must agree; of one criterion's lists, any.
  public var lists: [ListMatch] = []
  /// `match interface`: any of these.
  public var interfaces: [String] = []
  /// `match metric`: any of these.
  public var metrics: [MetricMatch] = []
  /// `match local-preference`: any of these.
  public var localPreferences: [UInt32] = []
  /// `match route-type`: any of these.
  public var types: [RouteType] = []
  /// `match source-protocol`: any of these, as in `PolicyRoute.source`; `bgp` alone means every one.
  public var sources: [String] = []
  /// `match tag`: any of these.
  public var tags: [UInt32] = []
  /// What it changes.
  public var changes = RouteMapChanges()
  /// `continue`
  public var continuation: RouteMapContinuation?
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// The name of a section is the route-map's and the number.
  public init(name: String) {
    let parts = name.split(separator: " ")
    map = parts.first.map(String.init) ?? ""
    sequence = parts.dropFirst().first.flatMap { Int($0) } ?? RouteMapEntry.firstSequence
  }

  /// An entry of route-map `map`.
  public init(map: String, sequence: Int, permits: Bool = true) {
    (self.map, self.sequence, self.permits) = (map, sequence, permits)
  }

  /// The number of an entry where nobody gives one.
  public static let firstSequence = 10

  /// What tells it from other sections.
  public var name: String { "\(map) \(sequence)" }
}

/// Where evaluation goes on after an entry that matched and permits.
public enum RouteMapContinuation: Sendable, Hashable {
  /// At the next entry.
  case next
  /// At this entry, or the next one where it is not there.
  case at(Int)
}

/// `match metric N [+- D]`
public struct MetricMatch: Sendable, Hashable {
  /// The metric.
  public var metric: UInt32
  /// How far off it may be.
  public var deviation: UInt32

  /// Matches `metric`, give or take `deviation`.
  public init(_ metric: UInt32, deviation: UInt32 = 0) { (self.metric, self.deviation) = (metric, deviation) }

  /// Whether `candidate` is near enough.
  public func matches(_ candidate: UInt32) -> Bool {
    (candidate > metric ? candidate - metric : metric - candidate) <= deviation
  }
}

/// The lists of one criterion.
public struct ListMatch: Sendable, Hashable {
  /// What is asked, in the order in which it is written.
  public enum Criterion: Int, Sendable, Hashable, CaseIterable {
    case asPath, community, largeCommunity
    case address, addressPrefixList, nextHop, nextHopPrefixList
    case ipv6Address, ipv6AddressPrefixList, ipv6NextHop, ipv6NextHopPrefixList
  }

  /// What is asked.
  public var criterion: Criterion
  /// The lists.
  public var names: [String]
  /// `exact-match`
  public var isExact = false

  /// Asks `names`.
  public init(_ criterion: Criterion, _ names: [String], isExact: Bool = false) {
    (self.criterion, self.names, self.isExact) = (criterion, names, isExact)
  }
}

/// What the entries of a route-map change; nil and empty leave as it is.
public struct RouteMapChanges: Sendable, Hashable {
  /// `set metric`
  public enum Metric: Sendable, Hashable {
    case value(UInt32)
    case plus(UInt32)
    case minus(UInt32)
  }

  /// `set community`, `set large-community`
  public enum Communities<Value: CommunityValue>: Sendable, Hashable {
    /// Takes all away.
    case none
    /// Puts these in the place of all, or adds them.
    case values([Value], isAdditive: Bool)
  }

  /// `set metric`
  public var metric: Metric?
  /// `set tag`
  public var tag: UInt32?
  /// `set local-preference`
  public var localPreference: UInt32?
  /// `set weight`
  public var weight: UInt16?
  /// `set origin`
  public var origin: RouteOrigin?
  /// `set as-path prepend`
  public var prepended: [UInt32] = []
  /// `set as-path prepend last-as`: how many times the nearest AS is put in front once more.
  public var repeatsLastAS = 0
  /// `set community`
  public var communities: Communities<UInt32>?
  /// `set comm-list … delete`
  public var deletedCommunities: String?
  /// `set large-community`
  public var largeCommunities: Communities<LargeCommunity>?
  /// `set ip next-hop`
  public var nextHop: NextHopChoice?
  /// `set ipv6 next-hop`
  public var ipv6NextHop: NextHopChoice?

  /// Changes nothing.
  public init() {}
}
