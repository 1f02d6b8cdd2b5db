// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The RIB of one VRF: every source's offers, the chosen route of each prefix, and what the FIB must change.
///
///     add, remove, apply ─┐                     ┌─ entries, candidates   (show ip route)
///     setOverride ────────┼─► slots in a trie ──┼─ RouteView             (engines: below the shortcuts)
///     setInterface ───────┘    resolve, select  ├─ takeChanges           (FIB)
///                                               └─ takeRedistribution    (engines that take from others)
///
/// **Structure.** A prefix is a node of the trie; its offers hang on it in a list, the preferred one first. Offers that name the same next
/// hop form a group (`NextHopTable`), and it is the group that is resolved: half a million routes by three neighbours cost three lookups,
/// and when one of these changes, only its members are chosen anew. All of it is numbers in a few blocks of memory.
///
/// **Recursion.** A recursive route (next hop without interface) is looked up below the shortcuts. Only offers on the way to some next hop
/// can lie in a circle; they are *supporting* and resolved each for itself. A change that is on no such way resolves nothing.
///
/// **Equal cost.** A prefix forwards by all eligible offers that agree with the best in source, distance and metric, for those sources that
/// have several ways.
///
/// An interface nobody spoke of is up, and no tunnel. Held copies make the next change copy the table: keep none across turns.
public struct RoutingTable: Sendable {
  /// Whose table it is.
  public let vrf: VRFID
  /// Grows with each change.
  public private(set) var generation: UInt64 = 0

  var trie = PrefixMap()
  var offers = OfferPool()
  var nextHops = NextHopTable()
  /// Resolutions of supporting offers. For questions only, nothing iterates it.
  var supporting: [Int32: Resolution] = [:]
  /// Overrides by prefix. Where it is iterated, the order reaches no output: changes are sorted.
  var overrides: [IPPrefix: NextHopOverride] = [:]
  var forwardings = ForwardingPool()
  var downInterfaces: Set<InterfaceID> = []
  var tunnels: Set<InterfaceID> = []
  /// Prefixes that were chosen at again since `takeChanges` last put a batch in order.
  var dirty: [NodeID] = []
  /// The batch that `takeChanges` hands out, in falling order: slices are taken off the end.
  var batch: [NodeID] = []
  var redistribution = RedistributionBook()

  /// Makes an empty table.
  public init(vrf: VRFID = .default) { self.vrf = vrf }

  // MARK: Changes

  /// Offers `route`; it replaces the one with the same prefix, source, next hop and interface.
  public mutating func add(_ route: Route) {
    let node = trie.insert(route.prefix)
    if let old = offer(at: node, same: route) {
      guard self.route(old) != route else { return }
      unlink(old)
    }
    link(route, at: node)
    settle(node, after: route.source)
  }

  /// Withdraws the source's routes for `prefix`; nil for next hop or interface matches any.
  public mutating func remove(prefix: IPPrefix, source: RouteSource, nextHop: IPAddress?, interface: InterfaceID?) {
    guard let node = trie.index(of: prefix) else { return }
    var gone = ids(at: node, of: source)
    if nextHop != nil || interface != nil {
      gone.removeAll { id in
        let key = nextHops[offers[id].group].key
        return (nextHop != nil && key.nextHop != nextHop) || (interface != nil && key.interface != interface)
      }
    }
    guard !gone.isEmpty else { return }
    for id in gone { unlink(id) }
    settle(node, after: source)
  }

  /// Withdraws all routes of `source`; only those over `interface` when one is given.
  public mutating func removeAll(source: RouteSource, interface: InterfaceID?) {
    var gone: [Int32] = []
    trie.visitAll { node in
      var id = trie[node].first
      while id >= 0 {
        if offers[id].source == source, interface == nil || nextHops[offers[id].group].key.interface == interface { gone.append(id) }
        id = offers[id].next
      }
    }
    var touched: [NodeID] = []
    for id in gone {
      let node = offers[id].node
      unlink(id)
      if touched.last != node { touched.append(node) }
    }
    guard !touched.isEmpty else { return }
    generation += 1
    if source != .nhrp { resolve(after: touched) }
    for node in touched { select(node) }
  }

  /// What a routing protocol tells. Of paths that only say again what is there, the age stays.
  public mutating func apply(_ update: RouteUpdate) {
    switch update {
    case .withdrawAll(let source): removeAll(source: source, interface: nil)
    case .paths(let prefix, let source, let routes): replace(prefix, source, routes)
    }
  }

  /// Puts another next hop in the place of the route for exactly `prefix`, for forwarding only.
  /// It lies dormant unless the chosen route is neither a shortcut nor connected, local or discarding: no peer may
  /// override those.
  public mutating func setOverride(_ prefix: IPPrefix, nextHop: IPAddress, interface: InterfaceID, at instant: Instant) {
    let new = NextHopOverride(nextHop: nextHop, interface: interface, since: instant)
    guard overrides[prefix] != new else { return }
    let node = trie.insert(prefix)
    overrides[prefix] = new
    trie[node].hasOverride = true
    generation += 1
    select(node)
  }

  /// Ends the override of `prefix`.
  public mutating func removeOverride(_ prefix: IPPrefix) {
    guard overrides.removeValue(forKey: prefix) != nil, let node = trie.index(of: prefix) else { return }
    trie[node].hasOverride = false
    generation += 1
    select(node)
  }

  /// Says whether `id` carries packets. Routes over a down interface, and recursive ones that lead to it, are not eligible.
  public mutating func setInterface(_ id: InterfaceID, isUp: Bool) {
    guard downInterfaces.contains(id) == isUp else { return }
    if isUp { downInterfaces.remove(id) } else { downInterfaces.insert(id) }
    generation += 1
    var touched: [NodeID] = []
    for group in nextHops.groups.indices.map(Int32.init(truncatingIfNeeded:)) where nextHops[group].key.interface == id {
      setResolution(of: group, direct(nextHops[group].key))
      forEachMember(of: group) { touched.append(offers[$0].node) }
    }
    resolve(after: touched)
    for node in touched { select(node) }
    selectOverridden(over: id)
  }

  /// Says whether routes over `id` are forwarded into a tunnel; others go to the host.
  public mutating func setKind(_ id: InterfaceID, isTunnel: Bool) {
    guard tunnels.contains(id) != isTunnel else { return }
    if isTunnel { tunnels.insert(id) } else { tunnels.remove(id) }
    generation += 1
    for group in nextHops.groups.indices.map(Int32.init(truncatingIfNeeded:)) {
      forgetForwarding(of: group)
      if nextHops[group].resolution.leaves(by: id) { selectMembers(of: group) }
      for one in nextHops[group].supporting where resolution(one).leaves(by: id) { select(offers[one].node) }
    }
    selectOverridden(over: id)
  }

  private mutating func selectOverridden(over id: InterfaceID) {
    for (prefix, override) in overrides where override.interface == id {
      if let node = trie.index(of: prefix) { select(node) }
    }
  }

  // MARK: Inside

  /// Chooses at a node again and puts its prefix on the list of changes.
  mutating func select(_ node: NodeID) {
    var id = trie[node].first
    while id >= 0, !isEligible(id) { id = offers[id].next }
    trie[node].best = id
    guard !trie[node].isDirty else { return }
    trie[node].isDirty = true
    dirty.append(node)
  }

  /// Follows a change of the offers of one prefix.
  private mutating func settle(_ node: NodeID, after source: RouteSource) {
    generation += 1
    if source != .nhrp, nextHops.isOnTheWay(trie.prefix(node)) { resolve(after: [node]) }
    select(node)
  }

  private mutating func replace(_ prefix: IPPrefix, _ source: RouteSource, _ routes: [Route]) {
    guard !routes.isEmpty else { return remove(prefix: prefix, source: source, nextHop: nil, interface: nil) }
    let node = trie.insert(prefix)
    if trie[node].first < 0, routes.count == 1, routes[0].prefix == prefix, routes[0].source == source {
      link(routes[0], at: node)
      return settle(node, after: source)
    }
    var isChanged = false
    var stale = ids(at: node, of: source)
    for route in routes.prefix(Limits.equalPaths) where route.prefix == prefix && route.source == source {
      if let old = offer(at: node, same: route) {
        stale.removeAll { $0 == old }
        if isSame(old, but: route) { continue }
        unlink(old)
      }
      link(route, at: node)
      isChanged = true
    }
    for id in stale { unlink(id) }
    if isChanged || !stale.isEmpty { settle(node, after: source) }
  }
}
