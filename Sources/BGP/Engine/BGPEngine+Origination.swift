// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import Routing
import Wire

/// What we originate: `network`, `redistribute`, `aggregate-address`.
extension BGPEngine {
  // MARK: Routes of other protocols

  mutating func take(_ changes: [RedistributionChange], _ turn: inout Turn<Output>) {
    for change in changes {
      switch change {
      case .route(let route):
        guard offered[route.prefix] != nil || offered.count < BGPLimits.offeredRoutes else {
          counters.refusedOffers += 1
          continue
        }
        offered[route.prefix] = route
        originate(route.prefix, turn.now)
      case .gone(let prefix, let source):
        guard offered[prefix]?.source == source else { continue }
        offered[prefix] = nil
        originate(prefix, turn.now)
      }
    }
  }

  /// Works out anew what we say of a prefix that the table has, or had.
  mutating func originate(_ prefix: IPPrefix, _ now: Instant) {
    let family = BGPFamily(of: prefix)
    guard let s = settings?.family(family) else { return setBoth(prefix, nil, nil, now) }
    let route = offered[prefix]
    let network = route == nil ? nil : s.networks.first { $0.prefix == prefix }
    let redistribution = route.flatMap { route in s.redistributions.first { $0.source == route.source } }
    setBoth(
      prefix, network.flatMap { local(route, .igp, metric: nil, routeMap: $0.routeMap) },
      redistribution.flatMap { local(route, .incomplete, metric: $0.metric ?? s.defaultMetric, routeMap: $0.routeMap) }, now)
  }

  private mutating func setBoth(_ prefix: IPPrefix, _ network: PathAttributes?, _ redistributed: PathAttributes?, _ now: Instant) {
    setLocal(prefix, LocalKind.network, network, now)
    setLocal(prefix, LocalKind.redistributed, redistributed, now)
  }

  private mutating func local(_ route: Route?, _ origin: Origin, metric: UInt32?, routeMap: String?) -> PathAttributes? {
    guard let route else { return nil }
    var a = PathAttributes(origin: origin, nextHop: route.nextHop ?? (route.prefix.address.isV4 ? .anyV4 : .anyV6))
    a.multiExitDiscriminator = metric ?? route.metric
    a.weight = BGPAssignments.localWeight
    a.tag = route.tag
    guard let routeMap else { return a }
    var asked = a.policyRoute(route.prefix, source: BGPWords.source(route.source), type: nil)
    asked.interface = route.interface.flatMap { id in interfaces.first { $0.id == id }?.name }
    guard self.routeMap(routeMap).apply(to: &asked) else { return nil }
    a.take(asked)
    return a
  }

  /// Puts one of our own paths into the table, or takes it out.
  mutating func setLocal(_ prefix: IPPrefix, _ kind: UInt32, _ new: PathAttributes?, _ now: Instant) {
    let family = BGPFamily(of: prefix), f = family.index
    guard let new else {
      guard let d = tables[f].find(prefix), let p = tables[f].path(of: PathEntry.localPeer, kind, at: d) else { return }
      return removePath(p, at: d, family)
    }
    let d = tables[f].insert(prefix)
    let id = attributes.retain(new, &nextHops)
    if let p = tables[f].path(of: PathEntry.localPeer, kind, at: d) {
      let old = tables[f].paths[p].attributes
      guard old != id else { return attributes.release(id, &nextHops) }
      tables[f].changePath(p) { ($0.attributes, $0.since) = (id, UInt32(clamping: now.seconds)) }
      attributes.release(old, &nextHops)
      markChanged(d, family)
    } else {
      tables[f].add(
        PathEntry(
          next: RouteTable.none, peer: PathEntry.localPeer, pathID: kind, attributes: id, received: .none,
          since: UInt32(clamping: now.seconds), epoch: 0, flags: []), at: d)
    }
    markDirty(d, family)
  }

  /// Goes through everything that was offered, in order of prefixes, after the lines changed.
  mutating func originateAll(_ now: Instant) {
    for prefix in offered.keys.sorted() { originate(prefix, now) }
  }

  /// Tells the table which sources we want to hear of: for `network` all of them but our own.
  mutating func askForSources(_ turn: inout Turn<Output>) {
    var wanted: Set<RouteSource> = []
    for family in BGPFamily.allCases {
      guard let s = settings?.family(family) else { continue }
      if !s.networks.isEmpty { wanted.formUnion([.connected, .static, .kernel, .nhrp, .rip, .odr]) }
      wanted.formUnion(s.redistributions.map(\.source))
    }
    wanted.remove(.bgp)
    let list = wanted.sorted { $0.rawValue < $1.rawValue }
    guard list != wantedSources else { return }
    wantedSources = list
    for prefix in offered.keys.sorted() where offered[prefix].map({ !wanted.contains($0.source) }) == true {
      offered[prefix] = nil
      originate(prefix, turn.now)
    }
    turn.emit(.redistribute(list))
  }

  // MARK: Aggregates

  /// Counts a prefix in or out of the aggregates that cover it, after its choice changed.
  mutating func count(_ d: Int, _ family: BGPFamily) {
    let f = family.index
    let best = tables[f].destinations[d].best
    let counts = best != RouteTable.none
    let was = tables[f].destinations[d].flags.contains(.isCounted)
    guard counts || was else { return }
    let prefix = tables[f].prefixInPlace(d)
    for i in aggregates[f].indices where aggregates[f][i].isPart(prefix) {
      aggregates[f][i].count += (counts ? 1 : 0) - (was ? 1 : 0)
      if aggregates[f][i].settings.hasASSet { aggregates[f][i].isSetStale = true }
    }
    guard counts != was else { return }
    tables[f].change(d) { if counts { $0.flags.insert(.isCounted) } else { $0.flags.remove(.isCounted) } }
  }

  /// Begins and ends aggregates whose first part came, or last one went.
  mutating func settleAggregates(_ family: BGPFamily) {
    let f = family.index
    for i in aggregates[f].indices {
      let state = aggregates[f][i]
      if state.isSetStale, !timers.isSet(.aggregates) { timers.set(.aggregates, at: now + .seconds(BGPLimits.asSetSeconds)) }
      guard (state.count > 0) != state.isActive else { continue }
      aggregates[f][i].isActive = state.count > 0
      setLocal(state.settings.prefix, LocalKind.aggregate, state.count > 0 ? aggregate(state) : nil, now)
    }
  }

  /// RFC 4271 §5.1.6, §5.1.7, §9.2.2.2.
  private func aggregate(_ state: AggregateState) -> PathAttributes {
    var a = PathAttributes(origin: state.origin, asPath: state.path, nextHop: state.settings.prefix.address.isV4 ? .anyV4 : .anyV6)
    a.weight = BGPAssignments.localWeight
    a.aggregator = Aggregator(asNumber: ownAS, identifier: routerID)
    a.isAtomicAggregate = !state.settings.hasASSet
    a.communities = state.communities
    return a
  }

  /// Collects the AS sets of aggregates anew: one reading of the table for all of them.
  mutating func recomputeSets(_ turn: inout Turn<Output>) {
    for family in BGPFamily.allCases {
      let f = family.index
      let stale = aggregates[f].indices.filter { aggregates[f][$0].isSetStale }
      guard !stale.isEmpty else { continue }
      var parts = stale.map { _ in AggregateParts() }
      for d in tables[f].destinations.indices where tables[f].destinations[d].flags.contains(.isCounted) {
        let prefix = tables[f].prefix(d)
        guard tables[f].destinations[d].best != RouteTable.none else { continue }
        let id = tables[f].paths[Int(tables[f].destinations[d].best)].attributes
        for (k, i) in stale.enumerated() where aggregates[f][i].isPart(prefix) { parts[k].add(attributes[id]) }
      }
      for (k, i) in stale.enumerated() {
        parts[k].move(to: &aggregates[f][i])
        let state = aggregates[f][i]
        if state.isActive { setLocal(state.settings.prefix, LocalKind.aggregate, aggregate(state), turn.now) }
      }
    }
  }

  /// Whether a prefix is not told because an aggregate stands for it.
  func isSuppressed(_ prefix: IPPrefix, _ entry: PathEntry, _ family: BGPFamily) -> Bool {
    let f = family.index
    guard !aggregates[f].isEmpty else { return false }
    return aggregates[f].contains { $0.isActive && $0.settings.isSummaryOnly && $0.isPart(prefix) }
  }

  /// Takes over the lines of aggregates.
  mutating func setAggregates(_ family: BGPFamily, _ lines: [BGPAggregate], _ now: Instant) {
    let f = family.index
    guard aggregates[f].map(\.settings) != lines else { return }
    for old in aggregates[f] where old.isActive && !lines.contains(where: { $0.prefix == old.settings.prefix }) {
      setLocal(old.settings.prefix, LocalKind.aggregate, nil, now)
    }
    aggregates[f] = lines.map(AggregateState.init)
    for i in aggregates[f].indices { aggregates[f][i].isSetStale = aggregates[f][i].settings.hasASSet }
    // One reading of the table; commands are rare.
    for d in tables[f].destinations.indices where tables[f].destinations[d].flags.contains(.isLive) {
      tables[f].change(d) { $0.flags.remove(.isCounted) }
      // Nobody would count them out again, and they would stay for ever.
      if !lines.isEmpty { count(d, family) }
    }
    for i in aggregates[f].indices {
      // One that stood already takes its new attributes.
      guard let d = tables[f].find(aggregates[f][i].settings.prefix),
        tables[f].path(of: PathEntry.localPeer, LocalKind.aggregate, at: d) != nil
      else { continue }
      setLocal(aggregates[f][i].settings.prefix, LocalKind.aggregate, aggregates[f][i].count > 0 ? aggregate(aggregates[f][i]) : nil, now)
      aggregates[f][i].isActive = aggregates[f][i].count > 0
    }
    settleAggregates(family)
    for g in groups[f].indices where groups[f][g] != nil { reevaluate(group: g, family) }
  }
}

/// One `aggregate-address` and what is inside it.
struct AggregateState: Sendable {
  var settings: BGPAggregate
  /// Prefixes inside it that have a chosen path.
  var count = 0
  var isActive = false
  /// Whether its AS set has to be collected anew.
  var isSetStale = false
  var origin = Origin.igp
  var path = ASPath()
  var communities: [UInt32] = []

  init(_ settings: BGPAggregate) { self.settings = settings }

  /// Whether a prefix is inside it, and not itself.
  func isPart(_ prefix: IPPrefix) -> Bool { prefix.length > settings.prefix.length && settings.prefix.covers(prefix) }
}

/// What an aggregate's parts have (RFC 4271 §9.2.2.2).
private struct AggregateParts {
  var origin = Origin.igp
  var numbers: Set<UInt32> = []
  var communities: Set<UInt32> = []

  mutating func add(_ a: PathAttributes) {
    origin = max(origin, a.origin)
    if numbers.count < BGPLimits.asSetNumbers { numbers.formUnion(a.asPath.numbers) }
    if communities.count < BGPLimits.asSetNumbers { communities.formUnion(a.communities) }
  }

  func move(to state: inout AggregateState) {
    state.isSetStale = false
    state.origin = origin
    state.path = ASPath([ASPath.Segment(.set, Array(numbers.sorted().prefix(BGPLimits.asSetNumbers)))])
    state.communities = Array(communities.sorted().prefix(BGPLimits.asSetNumbers))
  }
}

/// Words of the command line for what other modules number.
enum BGPWords {
  /// A source as `redistribute` and `match source-protocol` call it.
  static func source(_ source: RouteSource) -> String {
    switch source {
    case .connected, .local: "connected"
    case .static: "static"
    case .kernel: "kernel"
    case .nhrp: "nhrp"
    case .bgp: "bgp"
    case .rip: "rip"
    case .odr: "odr"
    }
  }
}
