// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What packets do, and what of it is news to the FIB.
extension RoutingTable {
  /// Whether `takeChanges` has something to look at.
  public var hasChanges: Bool { !dirty.isEmpty || !batch.isEmpty }

  /// What the FIB must change since the last call, in prefix order. A change that leaves forwarding as it was is not told.
  ///
  /// At most `limit` prefixes are looked at: where half a million routes came at once, nobody needs a list of them all. The next call goes
  /// on with the rest, as it is then; what else changed in between comes in order behind it.
  public mutating func takeChanges(limit: Int = .max) -> [ForwardingChange] {
    guard hasChanges, limit > 0 else { return [] }
    if batch.count < limit, !dirty.isEmpty { orderDirty() }
    var out: [ForwardingChange] = []
    var gone: [IPPrefix] = []
    out.reserveCapacity(min(limit, batch.count))
    for node in batch.suffix(limit).reversed() {
      let prefix = trie.prefix(node)
      if let change = publish(node, prefix) { out.append(change) }
      if redistribution.isNeeded { noteRedistribution(node, prefix) }
      trie[node].isDirty = false
      if trie[node].isEmpty { gone.append(prefix) }
    }
    batch.removeLast(min(limit, batch.count))
    for prefix in gone { trie.remove(prefix) }
    if !hasChanges {
      if batch.capacity > Limits.smallestCompaction { (batch, dirty) = ([], []) }
      compact()
    }
    return out
  }

  /// Makes the next batch. Where most nodes have changed, a walk through the trie is cheaper than sorting.
  private mutating func orderDirty() {
    batch += dirty
    dirty.removeAll(keepingCapacity: true)
    if batch.count < trie.nodeCount / Limits.walkedChanges || batch.count < Limits.smallestCompaction {
      trie.sortFalling(&batch)
    } else {
      batch.removeAll(keepingCapacity: true)
      // ::/0 up to the IPv4 addresses in the middle, these, and the rest of IPv6.
      var tail: [NodeID] = []
      trie.visit(v4: false) { node in
        guard trie[node].isDirty else { return true }
        if trie.prefix(node).address < .anyV4 { batch.append(node) } else { tail.append(node) }
        return true
      }
      trie.visit(v4: true) { node in
        if trie[node].isDirty { batch.append(node) }
        return true
      }
      batch += tail
      batch.reverse()
    }
  }

  private mutating func compact() {
    var moved: [(first: Int32, node: NodeID)] = []
    trie.compact { slot, node in moved.append((slot.first, node)) }
    for (first, node) in moved {
      var id = first
      while id >= 0 {
        offers[id].node = node
        id = offers[id].next
      }
    }
  }

  private mutating func publish(_ node: NodeID, _ prefix: IPPrefix) -> ForwardingChange? {
    let new = retainForwarding(at: node, prefix)
    let old = trie[node].published
    trie[node].published = new
    let former = old >= 0 ? forwardings[old].hostWay : nil
    forwardings.release(old)
    guard new != old else { return nil }
    var change = ForwardingChange(prefix: prefix, action: nil, route: nil, overriding: nil)
    change.formerHostWay = former
    guard new >= 0 else { return change }
    let forwarding = forwardings[new]
    (change.action, change.overriding, change.hostWay) = (forwarding.action, forwarding.overriding, forwarding.hostWay)
    // Not by `route(_:)`: to ask itself in the middle of a change, the table is copied for each prefix (measured: 6 % of a table's load).
    let best = trie[node].best
    change.route = Route(offers[best], nextHops[offers[best].group].key, prefix)
    return change
  }

  /// The number of what packets of a prefix do, counted once more; -1 where there is no route.
  private mutating func retainForwarding(at node: NodeID, _ prefix: IPPrefix) -> Int32 {
    let best = trie[node].best
    guard best >= 0 else { return -1 }
    if let override = activeOverride(at: node, prefix) {
      let way = ForwardingPath(interface: override.interface, nextHop: override.nextHop, isTunnel: tunnels.contains(override.interface))
      return forwardings.retain(Forwarding(action: way.action, overriding: override.nextHop, isNewToHost: offers[best].source.isNewToHost))
    }
    let offer = offers[best]
    guard offer.source.isNewToHost else { return forwardings.retain(forwarding(best)) }
    if offer.next < 0 || !offer.source.hasEqualPaths {
      guard !offer.isSupporting else { return forwardings.retain(forwarding(best)) }
      if nextHops[offer.group].forwarding < 0 { nextHops[offer.group].forwarding = forwardings.retain(forwarding(best)) }
      forwardings.retain(nextHops[offer.group].forwarding)
      return nextHops[offer.group].forwarding
    }
    return forwardings.retain(sharedForwarding(best))
  }

  @inline(never) private func sharedForwarding(_ best: Int32) -> Forwarding {
    var ways: [ForwardingPath] = []
    for id in equalOffers(to: best) {
      if let way = way(id), !ways.contains(way) { ways.append(way) }
    }
    guard ways.count > 1 else { return forwarding(best) }
    return Forwarding(action: .paths(ways), gateway: ways.first.flatMap { $0.isTunnel ? nil : $0.nextHop }, isNewToHost: true)
  }

  /// The offers that share the packets of a prefix with its chosen one, this first.
  func equalOffers(to best: Int32) -> [Int32] {
    let offer = offers[best]
    guard offer.source.hasEqualPaths, !nextHops[offer.group].key.isDiscard else { return [best] }
    var out = [best]
    var id = offer.next
    while id >= 0, offers[id].distance == offer.distance, offers[id].metric == offer.metric, out.count < Limits.equalPaths {
      if offers[id].source == offer.source, isEligible(id), resolution(id) != .discard { out.append(id) }
      id = offers[id].next
    }
    return out
  }

  private func way(_ id: Int32) -> ForwardingPath? {
    guard case .via(let exit, let hop, _) = resolution(id) else { return nil }
    return ForwardingPath(interface: exit, nextHop: hop, isTunnel: tunnels.contains(exit))
  }

  private func forwarding(_ id: Int32) -> Forwarding {
    let source = offers[id].source
    guard let way = way(id) else { return Forwarding(action: .discard, isNewToHost: source.isNewToHost) }
    guard source != .local else { return Forwarding(action: .host(way.interface)) }
    return Forwarding(action: way.action, gateway: way.isTunnel ? nil : way.nextHop, isNewToHost: source.isNewToHost)
  }

  /// How the host has been told to reach each network, in prefix order within a family.
  public func forEachHostWay(_ body: (IPPrefix, HostWay) -> Void) {
    for isV4 in [true, false] {
      trie.visit(v4: isV4) { node in
        let published = trie[node].published
        if published >= 0, let way = forwardings[published].hostWay { body(trie.prefix(node), way) }
        return true
      }
    }
  }

  /// The override in force at a node.
  func activeOverride(at node: NodeID, _ prefix: IPPrefix) -> NextHopOverride? {
    guard trie[node].hasOverride, let override = overrides[prefix], !downInterfaces.contains(override.interface) else { return nil }
    let best = trie[node].best
    guard best >= 0 else { return nil }
    switch offers[best].source {
    case .nhrp, .connected, .local: return nil
    default: return nextHops[offers[best].group].key.isDiscard ? nil : override
    }
  }
}

extension RouteSource {
  /// Whether the host does not know a route of the source by itself.
  var isNewToHost: Bool {
    switch self {
    case .static, .bgp, .rip, .odr, .nhrp: true
    case .connected, .local, .kernel: false
    }
  }

  /// Whether several routes of the source share a prefix's packets. An interface's own networks do not, nor what the host or NHRP found.
  var hasEqualPaths: Bool {
    switch self {
    case .static, .bgp, .rip, .odr: true
    case .connected, .local, .kernel, .nhrp: false
    }
  }
}
