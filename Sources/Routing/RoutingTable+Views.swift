// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

extension RoutingTable {
  /// The chosen route for exactly `prefix`, with the override in force.
  public func best(_ prefix: IPPrefix) -> RouteEntry? {
    trie.index(of: prefix).flatMap { entry(at: $0, includingShortcuts: true) }
  }

  /// The chosen routes in prefix order.
  public var entries: [RouteEntry] { entries(after: nil, limit: .max) }

  /// At most `limit` chosen routes in prefix order, beginning behind `start`: a screenful.
  public func entries(after start: IPPrefix?, limit: Int) -> [RouteEntry] {
    // IPv4 stands in the middle of the order of all addresses: ::/0 and ::1 before it, 2000::/3 behind.
    let v4 = collect(v4: true, after: start, limit)
    let v6 = collect(v4: false, after: start, limit)
    guard !v6.isEmpty else { return v4 }
    let low = v6.prefix { $0.route.prefix.address < .anyV4 }
    return Array((low + v4 + v6.dropFirst(low.count)).prefix(limit))
  }

  /// All offers for `prefix`, for `show ip route A.B.C.D`: the chosen first, those that are not eligible last.
  public func candidates(_ prefix: IPPrefix) -> [Route] {
    guard let node = trie.index(of: prefix) else { return [] }
    let all = ids(at: node)
    return (all.filter { isEligible($0) } + all.filter { !isEligible($0) }).map { route($0) }
  }

  /// The chosen route an address takes: with NHRP routes and overrides as packets do, or below them.
  public func entry(for address: IPAddress, includingShortcuts: Bool) -> RouteEntry? {
    matchingNode(address, includingShortcuts: includingShortcuts).flatMap {
      entry(at: $0, includingShortcuts: includingShortcuts)
    }
  }

  /// Nodes of the trie in use: what memory follows. For tests.
  package var nodeCount: Int { trie.nodeCount }

  private func collect(v4: Bool, after start: IPPrefix?, _ limit: Int) -> [RouteEntry] {
    var out: [RouteEntry] = []
    guard limit > 0 else { return out }
    trie.visit(v4: v4, after: start) { node in
      if let entry = entry(at: node, includingShortcuts: true) { out.append(entry) }
      return out.count < limit
    }
    return out
  }

  /// Offers in the table: what memory follows, too. For tests.
  package var offerCount: Int { offers.count }

  func chosen(at node: NodeID, includingShortcuts: Bool) -> Int32? {
    var id = trie[node].best
    if !includingShortcuts {
      while id >= 0, offers[id].source == .nhrp || !isEligible(id) { id = offers[id].next }
    }
    return id < 0 ? nil : id
  }

  private func matchingNode(_ address: IPAddress, includingShortcuts: Bool) -> NodeID? {
    var found: NodeID?
    trie.forEachMatch(of: address) { node in
      if chosen(at: node, includingShortcuts: includingShortcuts) != nil { found = node }
    }
    return found
  }

  private func entry(at node: NodeID, includingShortcuts: Bool) -> RouteEntry? {
    guard let best = chosen(at: node, includingShortcuts: includingShortcuts) else { return nil }
    let prefix = trie.prefix(node)
    var entry = RouteEntry(
      route: route(best), resolvedInterface: nil, resolvedNextHop: nil,
      override: includingShortcuts ? activeOverride(at: node, prefix) : nil, candidateCount: ids(at: node).count)
    if case .via(let id, let hop, _) = resolution(best) { (entry.resolvedInterface, entry.resolvedNextHop) = (id, hop) }
    let equal = equalOffers(to: best)
    if equal.count > 1 { entry.equalPaths = equal.compactMap(path) }
    return entry
  }

  private func path(_ id: Int32) -> RoutePath? {
    guard case .via(let exit, let hop, _) = resolution(id) else { return nil }
    return RoutePath(route: route(id), resolvedInterface: exit, resolvedNextHop: hop)
  }
}

extension RoutingTable: RouteView {
  /// The best route below the shortcuts: NHRP routes and overrides are not seen. Nil also where the match is a discard route,
  /// and for another VRF.
  public func longestMatch(for destination: IPAddress, vrf: VRFID) -> RouteMatch? {
    guard vrf == self.vrf, let found = entry(for: destination, includingShortcuts: false), let id = found.resolvedInterface
    else { return nil }
    let isConnected = found.route.source == .connected || found.route.source == .local
    return RouteMatch(
      prefix: found.route.prefix, interface: id, nextHop: found.resolvedNextHop, isConnected: isConnected,
      metric: isConnected ? 0 : found.route.metric)
  }

  /// Whether a chosen route of another source than NHRP has exactly this prefix.
  public func hasRoute(exactly prefix: IPPrefix, vrf: VRFID) -> Bool {
    guard vrf == self.vrf, let node = trie.index(of: prefix) else { return false }
    return chosen(at: node, includingShortcuts: false) != nil
  }

  /// The smallest length ≥ `prefix.length` of a network around `address` all of which leaves as `address` does (RFC 2332 §6.3):
  /// no longer route in it, and no shorter one that shows through, goes elsewhere. The host alone where `address` has no way.
  public func clippedLength(of prefix: IPPrefix, around address: IPAddress, vrf: VRFID) -> Int {
    guard vrf == self.vrf, let match = matchingNode(address, includingShortcuts: false), let way = way(at: match), way != .discard
    else { return address.bitWidth }
    var length = max(Int(prefix.length), shortestSameWay(way, around: address))
    trie.visit(inside: IPPrefix(address, length: length)) { node in
      let here = trie.prefix(node)
      if !here.contains(address), let other = self.way(at: node), other != way {
        length = max(length, address.commonPrefixLength(with: here.address) + 1)
      }
    }
    return length
  }

  /// How packets leave by the route chosen at a node below the shortcuts.
  private enum Way: Equatable {
    case via(InterfaceID, IPAddress?)
    case discard
  }

  private func way(at node: NodeID) -> Way? {
    switch chosen(at: node, includingShortcuts: false).map(resolution) {
    case .via(let id, let hop, _): .via(id, hop)
    case .discard: .discard
    default: nil
    }
  }

  /// The shortest of the routes around `address` that leave by `way` with no other in between.
  private func shortestSameWay(_ way: Way, around address: IPAddress) -> Int {
    var length = address.bitWidth
    for node in trie.path(to: address).reversed() {
      guard let other = self.way(at: node) else { continue }
      guard other == way else { break }
      length = Int(trie.prefix(node).length)
    }
    return length
  }
}
