// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import Routing
import Wire

/// Networks that this node announces by itself: connected ones, imported ones, the default.
extension RIPEngine {
  mutating func redistributed(_ changes: [RedistributionChange], _ turn: inout Turn<Output>) {
    guard settings.router != nil else { return }
    for change in changes {
      switch change {
      case .route(let route):
        guard route.prefix.address.isV4, route.source != .rip, wantedSources.contains(route.source) else { continue }
        guard imports[route.prefix] != nil || imports.count < RIPLimits.routes else {
          countRefused(.limit)
          continue
        }
        imports[route.prefix] = route
        refreshLocal(route.prefix, &turn)
      case .gone(let prefix, let source):
        guard imports[prefix]?.source == source else { continue }
        imports[prefix] = nil
        refreshLocal(prefix, &turn)
      }
    }
  }

  /// Looks at everything that may be local, or was.
  mutating func refreshLocals(_ turn: inout Turn<Output>) {
    var all = Set(imports.keys)
    for interface in interfaces { for address in interface.addresses { all.insert(address.network) } }
    all.insert(.defaultV4)
    for prefix in table.order where table[prefix]?.local != nil { all.insert(prefix) }
    for prefix in all.sorted() { refreshLocal(prefix, &turn) }
  }

  private mutating func refreshLocal(_ prefix: IPPrefix, _ turn: inout Turn<Output>) {
    let new = localRoute(prefix), old = table[prefix]?.local
    guard new != old else { return }
    if let new {
      guard makeRoom(for: prefix) else { return countRefused(.limit) }
      setLocal(prefix, new, &turn)
    } else {
      table.change(prefix) { $0.local = nil }
      lose(prefix, holdsDown: false, from: nil, metric: old?.metric ?? 0, &turn)
    }
  }

  private mutating func setLocal(_ prefix: IPPrefix, _ local: RIPLocalRoute, _ turn: inout Turn<Output>) {
    for path in table[prefix]?.paths ?? [] { unlink(path.neighbour) }
    table.change(prefix) { route in
      route.local = local
      route.paths = []
      route.loss = nil
    }
    timers.cancel(.route(prefix))
    noteChange(prefix)
  }

  /// Makes an empty route where there is none; false when the table is full.
  mutating func makeRoom(for prefix: IPPrefix) -> Bool {
    if table[prefix] != nil { return true }
    guard table.count < RIPLimits.routes else { return false }
    table[prefix] = RIPRoute(prefix)
    return true
  }

  /// What this node has to say of a network by itself: connected before the default before imported.
  private func localRoute(_ prefix: IPPrefix) -> RIPLocalRoute? {
    for interface in interfaces where interface.addresses.contains(where: { $0.network == prefix }) {
      return RIPLocalRoute(origin: .connected(interface.id), metric: 1)
    }
    if prefix.isDefault, let origination = router.defaultOrigination { return originated(origination) }
    return imports[prefix].flatMap(imported)
  }

  private func originated(_ origination: RIPDefaultOrigination) -> RIPLocalRoute? {
    var route = PolicyRoute(prefix: .defaultV4, source: "rip", metric: 1)
    if let map = origination.routeMap, !settings.policy.apply(routeMap: map, to: &route) { return nil }
    return RIPLocalRoute(
      origin: .defaultOrigination, metric: min(max(1, route.metric ?? 1), RIPNumbers.infinity), tag: UInt16(truncatingIfNeeded: route.tag))
  }

  /// A route of another source, with the metric and tag it is announced with; nil where nothing says to announce it, or with which metric.
  private func imported(_ route: Route) -> RIPLocalRoute? {
    for line in router.redistributions where line.source == route.source {
      var policy = PolicyRoute(
        prefix: route.prefix, nextHop: route.nextHop, interface: route.interface.flatMap { links[$0]?.name },
        source: line.source.policyWord(line.process), metric: importMetric(route, line), tag: route.tag)
      if let map = line.routeMap, !settings.policy.apply(routeMap: map, to: &policy) { continue }
      guard let metric = policy.metric, metric < RIPNumbers.infinity else { continue }
      return RIPLocalRoute(
        origin: .imported(route.source), metric: max(1, metric), tag: UInt16(truncatingIfNeeded: policy.tag), nextHop: route.nextHop,
        interface: route.interface)
    }
    return nil
  }

  /// Where no line names a metric, connected and static routes have 1 and others none, as on IOS.
  private func importMetric(_ route: Route, _ line: RIPRedistribution) -> UInt32? {
    if line.isTransparent { return route.metric }
    if let metric = line.metric ?? router.defaultMetric { return UInt32(clamping: metric) }
    switch route.source {
    case .connected, .local, .static: return 1
    default: return nil
    }
  }
}

extension RouteSource {
  /// The words of `redistribute` and `match source-protocol`.
  func policyWord(_ process: Int? = nil) -> String {
    let name = self == .local ? "connected" : "\(self)"
    return process.map { "\(name) \($0)" } ?? name
  }
}
