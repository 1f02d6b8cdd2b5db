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
      s.route(over: s.interface.flatMap { interfaceIDs[$0] ?? interfaceIDs[configuredName(ofPlatform: $0)] }, installed: now)
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
  }

  private func withdraw(_ r: Route) { table.remove(prefix: r.prefix, source: .static, nextHop: r.nextHop, interface: r.interface) }

  /// `tunnel route-via`: the underlay does not ask the table.
  func bypassesTable(_ id: InterfaceID) -> Bool { tunnels[id]?.underlay?.device != nil }

  /// The NBMA addresses a tunnel's life depends on.
  func liveNBMA(_ state: TunnelState, _ id: InterfaceID) -> [IPAddress] {
    var all = Set(state.adjacencies.values)
    if let d = state.forwarding.destination { all.insert(d) }
    for nhrp in settings.interfaces[name(of: id)].map({ [$0.nhrp, $0.nhrpV6] }) ?? [] {
      for s in nhrp.servers { if case .address(let a)? = s.nbma { all.insert(a) } }
      for m in nhrp.maps { all.insert(m.nbma) }
    }
    return all.sorted()
  }

  /// Carries what changed in the RIB to the data plane and the kernel, and tells NHRP of moves below its shortcuts. Of a whole table that
  /// comes or goes, one turn takes a slice (`RoutingState.changesPerTurn`); the node wants to be called again at once for the next.
  func applyRouteChanges() {
    let room = RoutingState.changesPerTurn - routing.changesTaken
    let changes = table.takeChanges(limit: room)
    routing.changesTaken += changes.count
    guard !changes.isEmpty else { return redistribute() }
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

  /// The kernel gets the routes that lead into a tunnel and are not the tunnel's own network, and what routing protocols learned from
  /// neighbours on interfaces of the host.
  private func updateKernel(_ c: ForwardingChange) {
    let way = kernelWay(c)
    guard kernelRoutes[c.prefix] != way else { return }
    if let way {
      kernelRoutes[c.prefix] = way
      effects.append(.kernelRoute(c.prefix, device: way.device, gateway: way.gateway, isPresent: true))
    } else if let old = kernelRoutes.removeValue(forKey: c.prefix) {
      effects.append(.kernelRoute(c.prefix, device: old.device, gateway: old.gateway, isPresent: false))
    }
  }

  private func kernelWay(_ c: ForwardingChange) -> KernelWay? {
    guard let source = c.route?.source, source != .connected, source != .local, source != .kernel else { return nil }
    if let id = c.action?.tunnel { return KernelWay(device: name(of: id), gateway: nil) }
    switch source {
    // A static route beside the tunnels stays the operator's own affair, who may have it in the kernel already.
    case .connected, .local, .kernel, .static, .nhrp: return nil
    case .bgp, .rip, .odr: return gatewayWay(c)
    }
  }

  /// Of several ways of equal cost the kernel has the first.
  private func gatewayWay(_ c: ForwardingChange) -> KernelWay? {
    switch c.action {
    case .host(let id): c.gateway.map { KernelWay(device: platformName(of: id), gateway: $0) }
    case .paths(let paths):
      paths.first.flatMap { path in path.nextHop.map { KernelWay(device: platformName(of: path.interface), gateway: $0) } }
    case .tunnel, .discard, nil: nil
    }
  }

  /// The node stops: nothing of ours stays in the kernel.
  func removeKernelRoutes() {
    for (prefix, way) in kernelRoutes.sorted(by: { $0.key < $1.key }) {
      effects.append(.kernelRoute(prefix, device: way.device, gateway: way.gateway, isPresent: false))
    }
    kernelRoutes = [:]
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
    if let old = tunnels[id]?.adjacencies[hop], tunnelByNBMA[old] == hop { tunnelByNBMA[old] = nil }
    tunnels[id]?.adjacencies[hop] = nbma
    routing.underlay = nil
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

/// How a route of ours in the kernel leads.
struct KernelWay: Sendable, Equatable {
  /// The device: a tunnel's, or an interface of the host.
  var device: String
  /// The next hop on an interface of the host; nil into a tunnel.
  var gateway: IPAddress?
}

extension Route {
  func isSame(as other: Route) -> Bool {
    prefix == other.prefix && nextHop == other.nextHop && interface == other.interface && distance == other.distance && tag == other.tag
      && isDiscard == other.isDiscard
  }
}
