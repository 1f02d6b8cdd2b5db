// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Offers: where they hang, and what they are as routes.
extension RoutingTable {
  /// The offers for a prefix, preferred first.
  func ids(at node: NodeID) -> [Int32] {
    var out: [Int32] = []
    var id = trie[node].first
    while id >= 0 {
      out.append(id)
      id = offers[id].next
    }
    return out
  }

  /// The offers of one source for a prefix, preferred first.
  func ids(at node: NodeID, of source: RouteSource) -> [Int32] {
    var out: [Int32] = []
    var id = trie[node].first
    while id >= 0 {
      if offers[id].source == source { out.append(id) }
      id = offers[id].next
    }
    return out
  }

  /// Whether an offer says the same as `route`, which would replace it, but for its age.
  func isSame(_ id: Int32, but route: Route) -> Bool {
    let offer = offers[id]
    return offer.distance == route.distance && offer.metric == route.metric && offer.tag == route.tag
      && nextHops[offer.group].key.isDiscard == route.isDiscard
  }

  /// An offer as its source made it.
  func route(_ id: Int32) -> Route { Route(offers[id], nextHops[offers[id].group].key, trie.prefix(offers[id].node)) }

  /// The offer at a node that a new one would replace.
  func offer(at node: NodeID, same route: Route) -> Int32? {
    var id = trie[node].first
    while id >= 0 {
      if offers[id].source == route.source {
        let key = nextHops[offers[id].group].key
        if key.nextHop == route.nextHop, key.interface == route.interface { return id }
      }
      id = offers[id].next
    }
    return nil
  }

  /// Where an offer leaves.
  @inline(__always) func resolution(_ id: Int32) -> Resolution {
    offers[id].isSupporting ? supporting[id] ?? .down : nextHops[offers[id].group].resolution
  }

  @inline(__always) func isEligible(_ id: Int32) -> Bool {
    offers[id].distance < Limits.unreachableDistance && resolution(id).isEligible
  }

  /// Where a group leaves that needs no lookup; `.unknown` for one that does.
  func direct(_ key: NextHopGroup.Key) -> Resolution {
    if key.isDiscard { return .discard }
    if let id = key.interface { return downInterfaces.contains(id) ? .down : .via(id, nextHop: key.nextHop, depth: 0) }
    return key.nextHop == nil ? .down : .unknown
  }

  /// Hangs an offer on its prefix and its group. A new group is resolved as far as no lookup is needed.
  mutating func link(_ route: Route, at node: NodeID) {
    let key = NextHopGroup.Key(nextHop: route.nextHop, interface: route.interface, isDiscard: route.isDiscard)
    let (group, isNew) = nextHops.group(key)
    let id = offers.make(
      Offer(
        installed: route.installed, node: node, group: group, metric: route.metric, tag: route.tag, source: route.source,
        distance: route.distance))
    hang(id, on: node)
    let first = nextHops[group].first
    offers[id].after = first
    if first >= 0 { offers[first].before = id }
    nextHops[group].first = id
    if isNew {
      nextHops[group].resolution = direct(key)
      if let hop = route.nextHop, nextHops[group].isRecursive { beginGroup(group, hop) }
    }
    if nextHops[group].isRecursive, nextHops.isOnTheWay(route.prefix) { support(id) }
  }

  /// What leads to a new next hop is resolved for itself from now on; then the next hop is.
  private mutating func beginGroup(_ group: Int32, _ hop: IPAddress) {
    for node in trie.path(to: hop) {
      for id in ids(at: node) where nextHops[offers[id].group].isRecursive { support(id) }
    }
    resolveGroups([group])
  }

  /// No lookup goes through a shortcut, so it is never on the way.
  private mutating func support(_ id: Int32) {
    guard !offers[id].isSupporting, offers[id].source != .nhrp else { return }
    let group = offers[id].group
    supporting[id] = nextHops[group].resolution
    offers[id].isSupporting = true
    nextHops[group].supporting.append(id)
  }

  /// Puts an offer in its place by preference.
  private mutating func hang(_ id: Int32, on node: NodeID) {
    let first = trie[node].first
    guard first >= 0 else { return trie[node].first = id }
    let new = route(id)
    guard !new.isPreferred(over: route(first)) else {
      offers[id].next = first
      return trie[node].first = id
    }
    var at = first
    while offers[at].next >= 0, !new.isPreferred(over: route(offers[at].next)) { at = offers[at].next }
    offers[id].next = offers[at].next
    offers[at].next = id
  }

  /// Takes an offer off its prefix and its group; the caller settles.
  mutating func unlink(_ id: Int32) {
    let offer = offers[id]
    if trie[offer.node].first == id {
      trie[offer.node].first = offer.next
    } else {
      var at = trie[offer.node].first
      while at >= 0, offers[at].next != id { at = offers[at].next }
      if at >= 0 { offers[at].next = offer.next }
    }
    // Nobody may read a freed offer: the best one is chosen again before the next question.
    if trie[offer.node].best == id { trie[offer.node].best = -1 }
    if offer.before >= 0 { offers[offer.before].after = offer.after } else { nextHops[offer.group].first = offer.after }
    if offer.after >= 0 { offers[offer.after].before = offer.before }
    if offer.isSupporting {
      supporting[id] = nil
      nextHops[offer.group].supporting.removeAll { $0 == id }
    }
    offers.free(id)
    guard nextHops[offer.group].first < 0 else { return }
    forgetForwarding(of: offer.group)
    nextHops.remove(offer.group)
  }

  /// Calls `body` with every offer of a group.
  func forEachMember(of group: Int32, _ body: (Int32) -> Void) {
    var id = nextHops[group].first
    while id >= 0 {
      body(id)
      id = offers[id].after
    }
  }

  mutating func selectMembers(of group: Int32) {
    var id = nextHops[group].first
    while id >= 0 {
      select(offers[id].node)
      id = offers[id].after
    }
  }

  mutating func setResolution(of group: Int32, _ resolution: Resolution) {
    forgetForwarding(of: group)
    nextHops[group].resolution = resolution
  }

  mutating func forgetForwarding(of group: Int32) {
    forwardings.release(nextHops[group].forwarding)
    nextHops[group].forwarding = -1
  }
}

extension Resolution {
  func leaves(by interface: InterfaceID) -> Bool {
    if case .via(interface, _, _) = self { true } else { false }
  }
}

extension Route {
  /// An offer as its source made it.
  init(_ offer: Offer, _ key: NextHopGroup.Key, _ prefix: IPPrefix) {
    self.init(
      prefix: prefix, source: offer.source, distance: offer.distance, metric: offer.metric, nextHop: key.nextHop, interface: key.interface,
      installed: offer.installed, tag: offer.tag, isDiscard: key.isDiscard)
  }
}
