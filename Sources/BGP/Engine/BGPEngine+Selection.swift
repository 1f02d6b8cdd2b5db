// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// The decision process (RFC 4271 §9.1), and what follows from it.
extension BGPEngine {
  /// Ends every turn: decides what changed, tells the table and the update groups.
  mutating func settle(_ turn: inout Turn<Output>) {
    limits.report(&turn)
    for family in BGPFamily.allCases where !dirty[family.index].isEmpty || !changed[family.index].isEmpty {
      decide(family, turn.routes)
      publish(family, &turn)
    }
    guard !routeUpdates.isEmpty else { return }
    turn.emit(.routes(routeUpdates))
    routeUpdates.removeAll(keepingCapacity: routeUpdates.count <= BGPLimits.walkPerTurn)
  }

  /// Decides until nothing changes: an aggregate that comes may be part of another one.
  private mutating func decide(_ family: BGPFamily, _ routes: any RouteView) {
    let f = family.index
    var counted = 0
    var rounds = 0
    while rounds < 8, !dirty[f].isEmpty || counted < changed[f].count {
      rounds += 1
      let list = dirty[f]
      dirty[f].removeAll(keepingCapacity: true)
      for d in list {
        tables[f].change(Int(d)) { $0.flags.remove(.isDirty) }
        select(Int(d), family, routes)
      }
      let known = counted
      counted = changed[f].count
      if !aggregates[f].isEmpty { for k in known..<counted { count(Int(changed[f][k]), family) } }
      settleAggregates(family)
    }
  }

  // MARK: One prefix

  /// Chooses among the paths of a prefix.
  private mutating func select(_ d: Int, _ family: BGPFamily, _ routes: any RouteView) {
    let f = family.index
    let first = tables[f].destinations[d].first
    if first == RouteTable.none {
      markChanged(d, family)
      return tables[f].change(d) { $0.best = RouteTable.none }
    }
    if tables[f].paths[Int(first)].next == RouteTable.none { return selectOnly(Int(first), d, family, routes) }
    var list: [DecisionPath] = []
    for p in tables[f].pathPlaces(at: d) { decisionPath(p, f, routes).map { list.append($0) } }
    let decision = decision
    let best = decision.best(list)
    tables[f].change(d) { $0.best = best.map { UInt32(list[$0].place) } ?? RouteTable.none }
    var sharing = Set<Int>()
    if let best {
      sharing = multipaths(list, best, family, decision)
      sharing.insert(list[best].place)
    }
    for p in tables[f].pathPlaces(at: d) { mark(p, isMultipath: sharing.contains(p), d, family) }
    markChanged(d, family)
  }

  /// Most prefixes have one path.
  private mutating func selectOnly(_ p: Int, _ d: Int, _ family: BGPFamily, _ routes: any RouteView) {
    let f = family.index
    let entry = tables[f].paths[p]
    let isUsable = !entry.flags.contains(.isFiltered) && isReachable(entry, routes)
    tables[f].change(d) { $0.best = isUsable ? UInt32(p) : RouteTable.none }
    mark(p, isMultipath: isUsable, d, family)
    markChanged(d, family)
  }

  private mutating func mark(_ p: Int, isMultipath: Bool, _ d: Int, _ family: BGPFamily) {
    guard tables[family.index].paths[p].flags.contains(.isMultipath) != isMultipath else { return }
    tables[family.index].changePath(p) { if isMultipath { $0.flags.insert(.isMultipath) } else { $0.flags.remove(.isMultipath) } }
  }

  private mutating func isReachable(_ entry: PathEntry, _ routes: any RouteView) -> Bool {
    entry.isLocal || nextHops.resolved(attributes.rank(entry.attributes).nextHop, routes).isReachable
  }

  var decision: Decision {
    Decision(
      alwaysComparesMED: settings?.alwaysComparesMED ?? false, isMEDDeterministic: settings?.isMEDDeterministic ?? false,
      isMissingMEDWorst: settings?.isMissingMEDWorst ?? false, relaxesMultipath: settings?.relaxesMultipath ?? false)
  }

  /// A path as the decision compares it; nil where it does not take part.
  mutating func decisionPath(_ p: Int, _ f: Int, _ routes: any RouteView) -> DecisionPath? {
    let entry = tables[f].paths[p]
    guard !entry.flags.contains(.isFiltered) else { return nil }
    let rank = attributes.rank(entry.attributes)
    guard !entry.isLocal else {
      return DecisionPath(
        place: p, rank: rank, isLocal: true, isExternal: false, metric: 0, identifier: routerID, address: .anyV4, pathID: entry.pathID)
    }
    let hop = nextHops.resolved(rank.nextHop, routes)
    guard hop.isReachable else { return nil }
    let peer = Int(entry.peer)
    return DecisionPath(
      place: p, rank: rank, isLocal: false, isExternal: entry.flags.contains(.isExternal), metric: hop.metric,
      identifier: attributes[entry.attributes].originatorID ?? neighbors[peer].remoteID, address: neighbors[peer].address,
      pathID: entry.pathID)
  }

  /// The places of the paths that share with the best one, as many as `maximum-paths` allows, by their order in the decision.
  private func multipaths(_ list: [DecisionPath], _ best: Int, _ family: BGPFamily, _ decision: Decision) -> Set<Int> {
    guard let s = settings?.family(family), s.maximumPaths > 1 || s.maximumInternalPaths > 1 else { return [] }
    let limit = list[best].isExternal ? s.maximumPaths : s.maximumInternalPaths
    let f = family.index
    func path(_ i: Int) -> ASPath { attributes[tables[f].paths[list[i].place].attributes].asPath }
    var sharing = list.indices.filter { i in
      i != best && decision.sharesWith(best: list[best], list[i]) { path(i) == path(best) }
    }
    sharing.sort { decision.compare(list[$0], list[$1]).order < 0 }
    var hops: Set<NextHopID> = [list[best].rank.nextHop]
    let distinct = sharing.filter { hops.insert(list[$0].rank.nextHop).inserted }
    return Set(distinct.prefix(limit - 1).map { list[$0].place })
  }

  // MARK: What follows

  private mutating func publish(_ family: BGPFamily, _ turn: inout Turn<Output>) {
    let f = family.index
    let list = changed[f]
    changed[f].removeAll(keepingCapacity: list.count <= BGPLimits.walkPerTurn)
    tableVersion += UInt64(list.count)
    for d in list {
      tables[f].change(Int(d)) { $0.flags.remove(.isChanged) }
      tellTable(Int(d), family)
    }
    for g in groups[f].indices where groups[f][g] != nil && reevaluate(list, g, family) { scheduleFlush(family, g, &turn) }
    for d in list { tables[f].removeIfUnused(Int(d)) }
  }

  /// The routes of a prefix for the table, where we have some or had.
  private mutating func tellTable(_ d: Int, _ family: BGPFamily) {
    let f = family.index
    let routes = tableRoutes(d, family)
    let wasPublished = tables[f].destinations[d].flags.contains(.isPublished)
    guard wasPublished || !routes.isEmpty else { return }
    tables[f].change(d) { if routes.isEmpty { $0.flags.remove(.isPublished) } else { $0.flags.insert(.isPublished) } }
    routeUpdates.append(.paths(tables[f].prefixInPlace(d), .bgp, routes))
  }

  private mutating func tableRoutes(_ d: Int, _ family: BGPFamily) -> [Route] {
    let f = family.index
    let best = tables[f].destinations[d].best
    guard best != RouteTable.none else { return [] }
    let entry = tables[f].paths[Int(best)]
    let prefix = tables[f].prefixInPlace(d)
    let distance = distances[f]
    if entry.isLocal {
      guard entry.pathID == LocalKind.aggregate else { return [] }
      return [Route(prefix: prefix, source: .bgp, distance: distance.local, installed: instant(entry.since), isDiscard: true)]
    }
    var routes = [route(entry, prefix, distance)]
    guard tables[f].destinations[d].first != best || entry.next != RouteTable.none else { return routes }
    for p in tables[f].pathPlaces(at: d) where p != Int(best) && tables[f].paths[p].flags.contains(.isMultipath) {
      routes.append(route(tables[f].paths[p], prefix, distance))
    }
    return routes
  }

  private func route(_ entry: PathEntry, _ prefix: IPPrefix, _ distance: BGPDistance) -> Route {
    let rank = attributes.rank(entry.attributes)
    return Route(
      prefix: prefix, source: .bgp, distance: entry.flags.contains(.isExternal) ? distance.external : distance.internal, metric: rank.med,
      nextHop: nextHops[rank.nextHop].address, installed: instant(entry.since), tag: rank.neighborAS)
  }

  private func instant(_ seconds: UInt32) -> Instant { .start + .seconds(Int64(seconds)) }

  // MARK: Walks

  /// Asks for a walk over the whole table from here on.
  mutating func walk(_ family: BGPFamily) {
    walks[family.index].remaining = tables[family.index].destinations.count
    timers.set(.settle, at: now)
  }

  /// One slice of each walk.
  mutating func walkTables(_ turn: inout Turn<Output>) {
    for family in BGPFamily.allCases where walks[family.index].remaining > 0 { walkSlice(family, &turn) }
    if walks.contains(where: { $0.remaining > 0 }) { timers.set(.settle, at: turn.now) } else { freeRetired() }
  }

  private mutating func walkSlice(_ family: BGPFamily, _ turn: inout Turn<Output>) {
    let f = family.index
    var seen: [UInt32] = []
    let groupsToTell = groups[f].indices.filter { groups[f][$0]?.isReevaluating == true }
    let isReapplying = neighbors.contains { $0.families[f].isReapplying }
    var left = min(BGPLimits.walkPerTurn, walks[f].remaining)
    walks[f].remaining -= left
    while left > 0, !tables[f].destinations.isEmpty {
      left -= 1
      let d = walks[f].position < tables[f].destinations.count ? walks[f].position : 0
      walks[f].position = d + 1
      guard tables[f].destinations[d].flags.contains(.isLive) else { continue }
      visit(d, family, isReapplying: isReapplying)
      if !groupsToTell.isEmpty, tables[f].destinations[d].flags.contains(.isLive) { seen.append(UInt32(d)) }
    }
    for g in groupsToTell {
      _ = reevaluate(seen, g, family)
      scheduleFlush(family, g, &turn)
    }
    if walks[f].remaining == 0 || tables[f].destinations.isEmpty { endWalk(family, groupsToTell) }
  }

  private mutating func endWalk(_ family: BGPFamily, _ told: [Int]) {
    let f = family.index
    walks[f].remaining = 0
    (walks[f].looksAtNextHops, walks[f].decidesAll) = (false, false)
    nextHops.forgetChanges(unless: walks.contains { $0.looksAtNextHops })
    for g in told { groups[f][g]?.isReevaluating = false }
    for i in neighbors.indices { neighbors[i].families[f].isReapplying = false }
  }

  /// Sweeps out old paths, decides anew where next hops changed, passes filters again.
  private mutating func visit(_ d: Int, _ family: BGPFamily, isReapplying: Bool) {
    let f = family.index
    if walks[f].decidesAll {
      markDirty(d, family)
      markChanged(d, family)
    }
    var p = tables[f].destinations[d].first
    while p != RouteTable.none {
      let entry = tables[f].paths[Int(p)]
      let next = entry.next
      if !entry.isLocal {
        let peer = Int(entry.peer)
        if neighbors[peer].families[f].isOver(entry.epoch) {
          removePath(Int(p), at: d, family)
        } else if walks[f].looksAtNextHops, nextHops[attributes.rank(entry.attributes).nextHop].isChanged {
          markDirty(d, family)
          markChanged(d, family)
        } else if isReapplying, neighbors[peer].families[f].isReapplying {
          passAgain(Int(p), at: d, family)
        }
      }
      p = next
    }
    tables[f].removeIfUnused(d)
  }

  /// A path that was kept as it came passes the filters; of another one no more is known than whether it may be there at all.
  private mutating func passAgain(_ p: Int, at d: Int, _ family: BGPFamily) {
    let entry = tables[family.index].paths[p]
    if entry.received != .none { return offerAgain(p, d, family) }
    if !mayAnnounce(tables[family.index].prefixInPlace(d), entry.peer, isAgain: true) { removePath(p, at: d, family) }
  }

  // MARK: Next hops

  mutating func routesChanged(_ prefixes: [IPPrefix], _ turn: inout Turn<Output>) {
    if nextHops.refresh(prefixes, turn.routes) {
      for family in BGPFamily.allCases where tables[family.index].pathCount > 0 {
        walks[family.index].looksAtNextHops = true
        walk(family)
      }
    }
    followNeighbors(prefixes, &turn)
  }

  /// Sessions whose neighbour is no longer reached, and those that wait for a way.
  private mutating func followNeighbors(_ prefixes: [IPPrefix], _ turn: inout Turn<Output>) {
    let isMany = prefixes.count >= BGPLimits.comparedPrefixes
    for i in neighbors.indices where neighbors[i].isLive {
      guard isMany || prefixes.contains(where: { $0.contains(neighbors[i].address) }) else { continue }
      let isUp = neighbors[i].established != nil
      guard !isUp || neighbors[i].session.fallsOver == true else { continue }
      let isReached = turn.routes.longestMatch(for: neighbors[i].address, vrf: .default) != nil
      if !isUp, isReached { hurry(neighbors[i].index, &turn) }
      if isUp, !isReached { end(neighbors[i].index, .cease(BGPError.Cease.linkDown), &turn) }
    }
  }
}
