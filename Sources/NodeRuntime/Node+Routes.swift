// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Routing
import Wire

/// Static routes, recursion, and what the RIB's changes mean for data plane, kernel and NHRP.
extension Node {
  /// Offers every static route anew, without those that would send a tunnel's own packets into it.
  func reinstallStatics() {
    let wanted = settings.staticRoutes.compactMap { s in
      s.isLet(by: tracks)
        ? s.route(over: s.interface.flatMap { interfaceIDs[$0] ?? interfaceIDs[configuredName(ofPlatform: $0)] }, installed: now) : nil
    }
    var kept: [Route] = []
    var refused: [IPPrefix: IPAddress] = [:]
    for old in installedStatics where !wanted.contains(where: { $0.isSame(as: old) }) { withdraw(old) }
    for route in wanted {
      let same = installedStatics.first { $0.isSame(as: route) }
      if same == nil { table.add(route) }
      kept.append(same ?? route)
    }
    installedStatics = kept
    for (id, state) in tunnels.sorted(by: { $0.key < $1.key }) where !bypassesTable(id) {
      while let (prefix, nbma) = RecursionCheck.offendingRoute(nbma: liveNBMA(state, id), tunnel: id, in: table) {
        guard installedStatics.contains(where: { $0.prefix == prefix }) else { break }
        for route in installedStatics where route.prefix == prefix { withdraw(route) }
        installedStatics.removeAll { $0.prefix == prefix }
        refused[prefix] = nbma
        if refusedStatics[prefix] != nbma {
          record(JournalRecord(.recursiveRouteRefused, interface: id, a: prefix.address, b: nbma, x: UInt32(prefix.length)))
        }
      }
    }
    refusedStatics = refused
    routing.underlay = nil
    reconsiderRefused()
    for (id, state) in tunnels.sorted(by: { $0.key < $1.key }) where !bypassesTable(id) {
      refuseLearned(leading: liveNBMA(state, id), into: id)
    }
  }

  private func withdraw(_ r: Route) { table.remove(prefix: r.prefix, source: .static, nextHop: r.nextHop, interface: r.interface) }

  /// `tunnel route-via`: the underlay does not ask the table.
  func bypassesTable(_ id: InterfaceID) -> Bool { tunnels[id]?.underlay?.device != nil }

  /// The NBMA addresses a tunnel's life depends on.
  func liveNBMA(_ state: TunnelState, _ id: InterfaceID) -> [IPAddress] {
    configuredNBMA(state, id).union(state.adjacencies.values).sorted()
  }

  /// Those of them that the configuration names.
  func configuredNBMA(_ state: TunnelState, _ id: InterfaceID) -> Set<IPAddress> {
    var all: Set<IPAddress> = []
    if let d = state.forwarding.destination { all.insert(d) }
    for nhrp in settings.interfaces[name(of: id)].map({ [$0.nhrp, $0.nhrpV6] }) ?? [] {
      for s in nhrp.servers { if case .address(let a)? = s.nbma { all.insert(a) } }
      for m in nhrp.maps { all.insert(m.nbma) }
    }
    return all
  }

  /// Carries what changed in the RIB to the data plane and the kernel, and tells NHRP of moves below its shortcuts. Of a whole table that
  /// comes or goes, one turn takes a slice (`RoutingState.changesPerTurn`); the node wants to be called again at once for the next.
  func applyRouteChanges() {
    reconsiderLeft()
    let room = RoutingState.changesPerTurn - routing.changesTaken
    let changes = table.takeChanges(limit: room)
    routing.changesTaken += changes.count
    guard !changes.isEmpty else { return redistribute() }
    debugRoutes(changes)
    var moved: [IPPrefix] = []
    for c in changes {
      effects.append(.dataPlane(.route(.default, c.prefix, c.action)))
      updateKernel(c)
      if c.route?.source != .nhrp, !ownRouteChanges.contains(c.prefix) { moved.append(c.prefix) }
    }
    if !table.hasChanges { ownRouteChanges.removeAll(keepingCapacity: true) }
    redistribute()
    guard !moved.isEmpty else { return }
    enqueue(.routesChanged(moved))
    if settings.bgp.settings != nil { enqueue(bgp: .routesChanged(moved)) }
  }

  /// Brings the kernel's table in line with a change.
  private func updateKernel(_ c: ForwardingChange) {
    guard c.hostWay != c.formerHostWay else { return }
    if let old = c.formerHostWay, old.interface != c.hostWay?.interface { setKernelRoute(c.prefix, old, isPresent: false) }
    if let new = c.hostWay { setKernelRoute(c.prefix, new, isPresent: true) }
  }

  private func setKernelRoute(_ prefix: IPPrefix, _ way: HostWay, isPresent: Bool) {
    effects.append(.kernelRoute(prefix, device: platformName(of: way.interface), gateway: way.gateway, isPresent: isPresent))
  }

  /// The node stops. Routes into tunnels go with these; the others would stay.
  func removeKernelRoutes() {
    table.forEachHostWay { prefix, way in
      if tunnels[way.interface] == nil { setKernelRoute(prefix, way, isPresent: false) }
    }
  }

  /// What the kernel has been told to send by a device, as it names that: networks and the router on it, if any.
  public func kernelRoutes(by device: String) -> [(prefix: IPPrefix, gateway: IPAddress?)] {
    var all: [(prefix: IPPrefix, gateway: IPAddress?)] = []
    let wanted = Set(interfaceNames.keys.filter { platformName(of: $0) == device })
    table.forEachHostWay { prefix, way in
      if wanted.contains(way.interface) { all.append((prefix, way.gateway)) }
    }
    return all
  }

  // MARK: NHRP's outputs

  func perform(_ output: NHRPEngine.Output, _ cause: EventID) {
    switch output {
    case .send(let id, let nbma, let bytes, let peer):
      effects.append(.inject(.gre(id, nbma: nbma, protocolType: NHRPAssignments.greProtocolType, bytes: bytes, peer: peer)))
    case .adjacency(let id, let hop, let nbma, let peer): setAdjacency(id, hop, nbma, peer)
    case .protect(let id, let nbma):
      noteProtectionWish(nbma, cause)
      enqueue(ike: .protect(id, remote: nbma), because: cause)
    case .multicast(let id, let peers): effects.append(.dataPlane(.multicast(id, peers)))
    case .fallback(let id, let hops): setFallback(id, hops)
    case .installRoute(let prefix, let hop, let id, let isOverride): install(prefix, hop, id, isOverride: isOverride)
    case .removeRoute(let prefix, let id, let isOverride): remove(prefix, id, isOverride: isOverride)
    case .queryUsage(let id, let hop): effects.append(.dataPlane(.queryUsage(id, nextHop: hop)))
    case .lookUp(let name):
      if let known = settings.address(of: name) { enqueue(.nameResolved(name, [known])) } else { effects.append(.lookUp(name)) }
    case .forgetPairs(let address): effects.append(.dataPlane(.forgetPairs(address)))
    }
  }

  private func setAdjacency(_ id: InterfaceID, _ hop: IPAddress, _ nbma: IPAddress?, _ peer: ProtectionID) {
    let old = tunnels[id]?.adjacencies[hop]
    if let old, tunnelByNBMA[old] == hop { tunnelByNBMA[old] = nil }
    tunnels[id]?.adjacencies[hop] = nbma
    limitAnnouncements(of: hop, on: id, isThere: nbma != nil, peer)
    underlayMoved(id, from: old, to: nbma)
    // One name for a peer with several addresses: that of IPv4, else the first.
    if let nbma, hop.isV4 || tunnelByNBMA[nbma] == nil { tunnelByNBMA[nbma] = hop }
    effects.append(.dataPlane(.adjacency(id, nextHop: hop, nbma: nbma, peer: peer)))
    if nbma != nil, !captures.isEmpty { widenCaptures(hop) }
    // Fast fall-over: the way to a neighbour is gone long before its hold timer says so.
    if nbma == nil, settings.bgp.settings != nil { enqueue(bgp: .neighborLost(hop)) }
  }

  private func setFallback(_ id: InterfaceID, _ hops: [IPAddress]) {
    guard tunnels[id] != nil else { return }
    tunnels[id]?.fallback = hops
    tunnels[id]?.forwarding.fallbackNextHops = hops
    if let f = tunnels[id]?.forwarding { effects.append(.dataPlane(.tunnel(id, f))) }
  }

  private func install(_ prefix: IPPrefix, _ hop: IPAddress, _ id: InterfaceID, isOverride: Bool) {
    ownRouteChanges.insert(prefix)
    if isOverride {
      table.setOverride(prefix, nextHop: hop, interface: id, at: now)
    } else {
      let direct = prefix.isHost && prefix.address == hop
      table.add(Route(prefix: prefix, source: .nhrp, metric: 255, nextHop: direct ? nil : hop, interface: id, installed: now))
    }
  }

  private func remove(_ prefix: IPPrefix, _ id: InterfaceID, isOverride: Bool) {
    ownRouteChanges.insert(prefix)
    if isOverride { table.removeOverride(prefix) } else { table.remove(prefix: prefix, source: .nhrp, nextHop: nil, interface: id) }
  }
}

extension Route {
  func isSame(as other: Route) -> Bool {
    prefix == other.prefix && nextHop == other.nextHop && interface == other.interface && distance == other.distance && tag == other.tag
      && isDiscard == other.isDiscard
  }
}
