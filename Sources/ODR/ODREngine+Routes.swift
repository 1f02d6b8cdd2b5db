// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// The networks, and what the RIB is told of them.
extension ODREngine {
  /// A packet told of a network.
  mutating func learn(_ prefix: IPPrefix, _ hop: ODRHop, _ turn: inout Turn<Output>) {
    var route = routes[prefix] ?? ODRRoute()
    if let at = route.paths.firstIndex(where: { $0.hop == hop }) {
      if route.paths[at].isInvalid { (route.paths[at].since, route.paths[at].isInvalid) = (turn.now, false) }
      route.paths[at].heard = turn.now
    } else {
      if let held = route.heldUntil, held > turn.now, !route.isUsable { return }
      guard route.paths.count < ODRLimits.paths else { return traffic.refuse(.routeLimit) }
      route.paths.append(ODRPath(hop: hop, heard: turn.now, since: turn.now))
      route.paths.sort { $0.hop < $1.hop }
    }
    route.heldUntil = nil
    let isNew = routes[prefix]?.isUsable != true
    routes[prefix] = route
    unpublished.insert(prefix)
    guard isNew else { return }
    timers.set(.route(prefix), at: turn.now + .seconds(router.timers.invalid))
    turn.record(
      JournalRecord(.odrRouteInstalled, interface: hop.interface, a: prefix.address, b: hop.address, x: UInt32(prefix.length)))
  }

  /// A path is taken back.
  mutating func removePath(_ prefix: IPPrefix, _ hop: ODRHop, _ turn: inout Turn<Output>) {
    guard var route = routes[prefix], route.paths.contains(where: { $0.hop == hop }) else { return }
    let wasUsable = route.isUsable
    route.paths.removeAll { $0.hop == hop }
    routes[prefix] = route
    settle(prefix, wasUsable: wasUsable, &turn)
  }

  /// Paths that were not heard of become invalid, and later go.
  mutating func expireRoute(_ prefix: IPPrefix, _ turn: inout Turn<Output>) {
    guard var route = routes[prefix] else { return }
    let wasUsable = route.isUsable, t = router.timers
    route.paths.removeAll { turn.now - $0.heard >= .seconds(t.flush) }
    for i in route.paths.indices where turn.now - route.paths[i].heard >= .seconds(t.invalid) { route.paths[i].isInvalid = true }
    routes[prefix] = route
    settle(prefix, wasUsable: wasUsable, &turn)
    let next = routes[prefix]?.paths.map { $0.heard + .seconds($0.isInvalid ? t.flush : t.invalid) }.min()
    if let next { timers.set(.route(prefix), at: next) }
  }

  /// What follows when paths went.
  private mutating func settle(_ prefix: IPPrefix, wasUsable: Bool, _ turn: inout Turn<Output>) {
    unpublished.insert(prefix)
    guard wasUsable, let route = routes[prefix], !route.isUsable else { return }
    let held = turn.now + .seconds(router.timers.holdDown)
    routes[prefix]?.heldUntil = held
    turn.record(JournalRecord(.odrRouteLost, a: prefix.address, x: UInt32(prefix.length)))
  }

  /// Tells the RIB what differs from what it was told.
  mutating func publish(_ turn: inout Turn<Output>) {
    guard !unpublished.isEmpty else { return }
    var updates: [RouteUpdate] = []
    for prefix in unpublished.sorted() {
      guard let route = routes[prefix] else { continue }
      let offers = offers(prefix, route)
      // The table keeps the age of what is only said again: what was cleared is withdrawn first, in the same breath.
      if route.isCleared { updates.append(.paths(prefix, .odr, [])) }
      if offers != route.published { updates.append(.paths(prefix, .odr, offers)) }
      routes[prefix]?.isCleared = false
      let isHeld = route.heldUntil.map { $0 > turn.now } ?? false
      if route.paths.isEmpty, !isHeld {
        routes[prefix] = nil
        timers.cancel(.route(prefix))
      } else {
        routes[prefix]?.published = offers
        if route.paths.isEmpty, let held = route.heldUntil { timers.set(.route(prefix), at: held) }
      }
    }
    unpublished.removeAll()
    if !updates.isEmpty { turn.emit(.routes(updates)) }
  }

  private func offers(_ prefix: IPPrefix, _ route: ODRRoute) -> [Route] {
    let distance = UInt8(clamping: router.distance)
    guard distance < 255 else { return [] }
    return route.paths.filter { !$0.isInvalid }.prefix(max(1, router.maximumPaths)).map { path in
      Route(
        prefix: prefix, source: .odr, distance: distance, metric: ODRDefaults.metric, nextHop: path.hop.address,
        interface: path.hop.interface, installed: path.since)
    }
  }
}
