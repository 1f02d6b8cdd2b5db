// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// Bellman–Ford with equal-cost paths (RFC 2453 §3.9.2), and what becomes of a network that is lost.
extension RIPEngine {
  /// A neighbour offers a reachable path.
  mutating func learn(_ prefix: IPPrefix, _ path: RIPPath, _ turn: inout Turn<Output>) {
    guard let route = table[prefix] else { return addFirst(prefix, path, &turn) }
    if let at = route.paths.firstIndex(where: { $0.neighbour == path.neighbour }) {
      renew(prefix, at, path, &turn)
    } else if let loss = route.loss {
      let isBetter = path.metric < loss.metric || loss.neighbour == path.neighbour
      if isBetter || turn.now >= loss.heldUntil { addFirst(prefix, path, &turn) }
    } else if let best = route.paths.first, path.metric <= best.metric {
      compete(prefix, route, path, &turn)
    }
  }

  /// The first path to a network that is new, or was lost.
  private mutating func addFirst(_ prefix: IPPrefix, _ path: RIPPath, _ turn: inout Turn<Output>) {
    guard mayHaveMore(path.neighbour), makeRoom(for: prefix) else { return refuseForRoom(prefix, path.neighbour, &turn) }
    table.change(prefix) { route in
      route.paths = [path]
      route.loss = nil
    }
    link(path.neighbour)
    timers.set(.route(prefix), at: path.heard + .seconds(router.timers.invalid))
    noteChange(prefix)
    turn.record(
      JournalRecord(
        .ripRouteInstalled, interface: path.neighbour.interface, a: prefix.address, b: path.nextHop, c: path.neighbour.address,
        x: UInt32(prefix.length), y: path.metric))
  }

  /// The neighbour spoke of the network before. A worse metric is believed only when there is no other path.
  private mutating func renew(_ prefix: IPPrefix, _ at: Int, _ path: RIPPath, _ turn: inout Turn<Output>) {
    guard let route = table[prefix], at < route.paths.count else { return }
    let old = route.paths[at]
    if path.metric > old.metric, route.paths.count > 1 { return removePath(prefix, path.neighbour, &turn) }
    if path.metric < old.metric { for other in route.paths where other.neighbour != path.neighbour { unlink(other.neighbour) } }
    table.change(prefix) { route in
      var new = path
      if new.nextHop == old.nextHop { new.since = old.since }
      if new.metric < old.metric { route.paths = [new] } else { route.paths[at] = new }
    }
    let isSame = old.metric == path.metric && old.nextHop == path.nextHop && old.tag == path.tag && old.distance == path.distance
    if !isSame { noteChange(prefix) }
  }

  /// Another neighbour is as near, or nearer.
  private mutating func compete(_ prefix: IPPrefix, _ route: RIPRoute, _ path: RIPPath, _ turn: inout Turn<Output>) {
    guard mayHaveMore(path.neighbour) else { return refuseForRoom(prefix, path.neighbour, &turn) }
    var paths = path.metric < route.paths[0].metric ? [] : route.paths
    if paths.count >= min(RIPLimits.paths, max(1, router.maximumPaths)) {
      // §3.9.2's heuristic: a path that has not been heard of for half its time gives way to one of the same metric.
      guard let stale = paths.indices.min(by: { paths[$0].heard < paths[$1].heard }),
        turn.now - paths[stale].heard > .seconds(router.timers.invalid / 2)
      else { return }
      paths.remove(at: stale)
    }
    paths.append(path)
    paths.sort { $0.neighbour < $1.neighbour }
    for old in route.paths where !paths.contains(where: { $0.neighbour == old.neighbour }) { unlink(old.neighbour) }
    link(path.neighbour)
    table.change(prefix) { $0.paths = paths }
    if path.metric == route.paths[0].metric { noteUnpublished(prefix) } else { noteChange(prefix) }
  }

  /// A neighbour no longer has a path to the network. Without another one it is lost, and held down when `holdsDown`.
  mutating func removePath(_ prefix: IPPrefix, _ key: RIPNeighbourKey, holdsDown: Bool = true, _ turn: inout Turn<Output>) {
    guard let route = table[prefix], let at = route.paths.firstIndex(where: { $0.neighbour == key }) else { return }
    unlink(key)
    table.change(prefix) { $0.paths.remove(at: at) }
    if route.paths.count > 1 { return noteUnpublished(prefix) }
    lose(prefix, holdsDown: holdsDown, from: key, metric: route.paths[at].metric, &turn)
  }

  /// The network is announced as unreachable from now on, and forgotten later (§3.8).
  mutating func lose(_ prefix: IPPrefix, holdsDown: Bool, from key: RIPNeighbourKey?, metric: UInt32, _ turn: inout Turn<Output>) {
    let until = turn.now + .seconds(router.timers.garbage)
    let held = holdsDown ? min(until, turn.now + .seconds(router.timers.holdDown)) : turn.now
    table.change(prefix) { $0.loss = RIPLoss(heldUntil: held, until: until, neighbour: key, metric: metric) }
    timers.set(.route(prefix), at: until)
    noteChange(prefix)
    turn.record(
      JournalRecord(
        .ripRouteLost, interface: key?.interface ?? .none, a: prefix.address, c: key?.address ?? .anyV4, x: UInt32(prefix.length), y: metric
      ))
  }

  /// A network's timer: paths that were not heard of go, or the network is forgotten.
  mutating func expireRoute(_ prefix: IPPrefix, _ turn: inout Turn<Output>) {
    guard let route = table[prefix] else { return }
    if let loss = route.loss {
      if loss.until <= turn.now {
        table.change(prefix) { $0.loss = nil }
        if table[prefix]?.isEmpty == true { table[prefix] = nil }
      }
      return
    }
    let life = Duration.seconds(router.timers.invalid)
    for path in route.paths where turn.now - path.heard >= life { removePath(prefix, path.neighbour, &turn) }
    if let next = table[prefix]?.paths.map(\.heard).min() { timers.set(.route(prefix), at: next + life) }
  }

  // MARK: Neighbours

  mutating func expireNeighbour(_ key: RIPNeighbourKey, _ turn: inout Turn<Output>) {
    guard let neighbour = neighbours[key] else { return }
    let end = neighbour.heard + .seconds(router.timers.invalid)
    if end > turn.now { return timers.set(.neighbour(key), at: end) }
    dropNeighbour(key, &turn)
  }

  mutating func dropNeighbour(_ key: RIPNeighbourKey, _ turn: inout Turn<Output>) {
    guard neighbours.removeValue(forKey: key) != nil else { return }
    timers.cancel(.neighbour(key))
    turn.record(JournalRecord(.ripNeighbourDown, interface: key.interface, a: key.address))
  }

  private func mayHaveMore(_ key: RIPNeighbourKey) -> Bool { neighbours[key]?.routeCount ?? 0 < RIPLimits.routesPerNeighbour }
  private mutating func link(_ key: RIPNeighbourKey) { neighbours[key]?.routeCount += 1 }
  mutating func unlink(_ key: RIPNeighbourKey) { neighbours[key]?.routeCount -= 1 }

  private mutating func refuseForRoom(_ prefix: IPPrefix, _ key: RIPNeighbourKey, _ turn: inout Turn<Output>) {
    countRefused(.limit)
    if let last = lastRefusalRecord, turn.now - last < .seconds(RIPLimits.refusalSeconds) { return }
    lastRefusalRecord = turn.now
    turn.record(
      JournalRecord(.ripLimitReached, interface: key.interface, a: key.address, b: prefix.address, x: UInt32(prefix.length)))
  }

  // MARK: Changes

  /// Neighbours and the RIB must hear of the network.
  mutating func noteChange(_ prefix: IPPrefix) {
    var isNew = false
    table.change(prefix) { route in
      isNew = !route.isChanged
      route.isChanged = true
    }
    if isNew { changed.append(prefix) }
    noteUnpublished(prefix)
  }

  /// The RIB must hear of the network.
  mutating func noteUnpublished(_ prefix: IPPrefix) { unpublished.append(prefix) }

  /// Tells the RIB what differs from what it was told.
  mutating func publish(_ turn: inout Turn<Output>) {
    guard !unpublished.isEmpty else { return }
    var updates: [RouteUpdate] = []
    for prefix in Set(unpublished).sorted() {
      guard let route = table[prefix] else { continue }
      let offers = route.offers
      if offers != route.published { updates.append(.paths(prefix, .rip, offers)) }
      table.change(prefix) { $0.published = offers }
    }
    unpublished.removeAll()
    if !updates.isEmpty { turn.emit(.routes(updates)) }
  }
}
