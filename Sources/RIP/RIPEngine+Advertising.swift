// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import Routing
import Wire

/// What an interface's updates say of a network.
extension RIPEngine {
  /// The entry for a network; nil where nothing is said of it. Summaries are not looked at.
  func announcement(of prefix: IPPrefix, on i: Int, version: Int) -> RIPRouteEntry? {
    guard let route = table[prefix], version > 1 || isClassful(prefix, on: i) else { return nil }
    guard route.isReachable || route.loss != nil else { return nil }
    let isReturned = isFrom(interfaces[i].id, route)
    if isReturned, !isPoisoned(i), interfaces[i].settings.splitHorizon { return nil }
    guard var (metric, tag) = filtered(route, on: i) else { return nil }
    // Poisoned reverse is said of what was learned here, not of the network of the link itself.
    if isReturned, isPoisoned(i) {
      if route.local != nil { return nil }
      (metric, tag) = (RIPNumbers.infinity, 0)
    }
    guard version > 1 else { return RIPRouteEntry(address: prefix.address.v4Bits, mask: 0, metric: metric) }
    return RIPRouteEntry(prefix, metric: metric, nextHop: metric < RIPNumbers.infinity ? thirdParty(route, on: i) : nil, tag: tag)
  }

  private func isPoisoned(_ i: Int) -> Bool { interfaces[i].settings.poisonsReverse }

  /// Whether neighbours on the interface know of the network themselves (RFC 2453 §3.4.3).
  private func isFrom(_ id: InterfaceID, _ route: RIPRoute) -> Bool {
    if case .connected(let own)? = route.local?.origin { return own == id }
    return route.local == nil && route.paths.contains { $0.neighbour.interface == id }
  }

  /// The metric and tag after outbound lists and offsets; nil where they keep the network back.
  private func filtered(_ route: RIPRoute, on i: Int) -> (UInt32, UInt16)? {
    let name = interfaces[i].link.name
    var metric = route.announcedMetric, tag = route.tag
    if !router.distributeLists.isEmpty {
      var policy = PolicyRoute(
        prefix: route.prefix, nextHop: route.paths.first?.nextHop, interface: name, source: sourceWord(route), metric: metric,
        tag: UInt32(route.tag))
      guard settings.policy.permits(router.distributeLists, &policy, .outbound, interface: name) else { return nil }
      tag = UInt16(truncatingIfNeeded: policy.tag)
      if metric < RIPNumbers.infinity { metric = min(RIPNumbers.infinity, max(1, policy.metric ?? metric)) }
    }
    if metric < RIPNumbers.infinity {
      let offset = settings.policy.offset(router.offsetLists, route.prefix, .outbound, interface: name)
      metric = min(RIPNumbers.infinity, metric + min(RIPNumbers.infinity, offset))
    }
    return (metric, tag)
  }

  private func sourceWord(_ route: RIPRoute) -> String {
    switch route.local?.origin {
    case .connected?: return "connected"
    case .imported(let source)?:
      return source.policyWord(router.redistributions.first { $0.source == source }?.process)
    case .defaultOrigination?, nil: return "rip"
    }
  }

  /// The router that neighbours on this network reach without us (RFC 2453 §4.4): phase 2 lives by it, phase 3 sets `nextHopSelf`.
  private func thirdParty(_ route: RIPRoute, on i: Int) -> IPAddress? {
    guard !interfaces[i].settings.nextHopSelf else { return nil }
    let id = interfaces[i].id
    let nextHop =
      route.local != nil
      ? (route.local?.interface == id ? route.local?.nextHop : nil)
      : route.paths.first { $0.neighbour.interface == id }?.nextHop
    guard let nextHop, interfaces[i].isAttached(nextHop), !isOwn(nextHop) else { return nil }
    return nextHop
  }

  /// What version 1 can say: whole classful networks, hosts and subnets of the interface's own mask inside its own (RFC 1058 §3.2).
  private func isClassful(_ prefix: IPPrefix, on i: Int) -> Bool {
    if prefix.isDefault { return true }
    guard let natural = ClassfulNetwork.containing(prefix.address) else { return false }
    guard let network = interfaces[i].network, natural.covers(network) else { return prefix == natural }
    return prefix == natural || prefix.isHost || prefix.length == network.length
  }
}
