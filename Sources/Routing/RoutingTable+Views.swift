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
    guard let at = trie.index(of: prefix), let slot = trie.nodes[at].value else { return [] }
    return slot.candidates.filter(\.isEligible).map(\.route) + slot.candidates.filter { !$0.isEligible }.map(\.route)
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
    trie.visit(v4: v4, after: start) { at in
      if let entry = entry(at: at, includingShortcuts: true) { out.append(entry) }
      return out.count < limit
    }
    return out
  }

  private func chosen(at node: Int, includingShortcuts: Bool) -> Candidate? {
    includingShortcuts ? trie.nodes[node].value?.chosen : trie.nodes[node].value?.chosenBelow
  }

  private func matchingNode(_ address: IPAddress, includingShortcuts: Bool) -> Int? {
    var found: Int?
    trie.forEachMatch(of: address) { at in
      if chosen(at: at, includingShortcuts: includingShortcuts) != nil { found = at }
    }
    return found
  }

  private func entry(at node: Int, includingShortcuts: Bool) -> RouteEntry? {
    guard let slot = trie.nodes[node].value, let chosen = chosen(at: node, includingShortcuts: includingShortcuts) else { return nil }
    var entry = RouteEntry(
      route: chosen.route, resolvedInterface: nil, resolvedNextHop: nil, override: includingShortcuts ? activeOverride(of: slot) : nil,
      candidateCount: slot.candidates.count)
    if case .via(let id, let hop, _) = chosen.resolution { (entry.resolvedInterface, entry.resolvedNextHop) = (id, hop) }
    return entry
  }
}

extension RoutingTable: RouteView {
  /// The best route below the shortcuts: NHRP routes and overrides are not seen. Nil also where the match is a discard route,
  /// and for another VRF.
  public func longestMatch(for destination: IPAddress, vrf: VRFID) -> RouteMatch? {
    guard vrf == self.vrf, let found = entry(for: destination, includingShortcuts: false), let id = found.resolvedInterface
    else { return nil }
    let isConnected = found.route.source == .connected || found.route.source == .local
    return RouteMatch(prefix: found.route.prefix, interface: id, nextHop: found.resolvedNextHop, isConnected: isConnected)
  }

  /// Whether a chosen route of another source than NHRP has exactly this prefix.
  public func hasRoute(exactly prefix: IPPrefix, vrf: VRFID) -> Bool {
    guard vrf == self.vrf, let at = trie.index(of: prefix) else { return false }
    return chosen(at: at, includingShortcuts: false) != nil
  }

  /// The smallest length ≥ `prefix.length` of a network around `address` all of which leaves as `address` does (RFC 2332 §6.3):
  /// no longer route in it, and no shorter one that shows through, goes elsewhere. The host alone where `address` has no way.
  public func clippedLength(of prefix: IPPrefix, around address: IPAddress, vrf: VRFID) -> Int {
    guard vrf == self.vrf, let match = matchingNode(address, includingShortcuts: false), let way = way(at: match), way != .discard
    else { return address.bitWidth }
    var length = max(Int(prefix.length), shortestSameWay(way, around: address))
    trie.visit(inside: IPPrefix(address, length: length)) { at in
      let here = trie.nodes[at].prefix
      if !here.contains(address), let other = self.way(at: at), other != way {
        length = max(length, address.commonPrefixLength(with: here.address) + 1)
      }
      return true
    }
    return length
  }

  /// How packets leave by the route chosen at a node below the shortcuts.
  private enum Way: Equatable {
    case via(InterfaceID, IPAddress?)
    case discard
  }

  private func way(at node: Int) -> Way? {
    switch chosen(at: node, includingShortcuts: false)?.resolution {
    case .via(let id, let hop, _): .via(id, hop)
    case .discard: .discard
    default: nil
    }
  }

  /// The shortest of the routes around `address` that leave by `way` with no other in between.
  private func shortestSameWay(_ way: Way, around address: IPAddress) -> Int {
    var length = address.bitWidth
    for at in trie.path(to: address).reversed() {
      guard let other = self.way(at: at) else { continue }
      guard other == way else { break }
      length = Int(trie.nodes[at].prefix.length)
    }
    return length
  }
}
