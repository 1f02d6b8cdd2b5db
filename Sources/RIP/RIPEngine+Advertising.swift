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

  // MARK: Summaries

  /// The summary that hides a network on an interface: the longest configured one that covers it, else its classful network where the
  /// interface is in another.
  func summary(of prefix: IPPrefix, on i: Int, version: Int) -> IPPrefix? {
    let own = interfaces[i].settings.summaries.filter { $0.covers(prefix) }.max { $0.length < $1.length }
    return own ?? classfulSummary(of: prefix, on: i, version: version)
  }

  private func classfulSummary(of prefix: IPPrefix, on i: Int, version: Int) -> IPPrefix? {
    guard router.summarisesAutomatically || version == 1, let natural = ClassfulNetwork.containing(prefix.address),
      natural.length < prefix.length, interfaces[i].network.map({ !natural.covers($0) }) ?? false
    else { return nil }
    return natural
  }

  /// The summaries that an update speaks of; their metrics are brought up to date.
  mutating func refreshSummaries(_ i: Int, _ job: RIPUpdateJob, _ turn: inout Turn<Output>) -> [IPPrefix] {
    var candidates: Set<IPPrefix> = job.isWhole ? Set(interfaces[i].summaries.keys).union(interfaces[i].settings.summaries) : []
    var last: IPPrefix?
    for prefix in job.prefixes {
      if let last, last.covers(prefix), last.length >= 8 { continue }
      last = summary(of: prefix, on: i, version: job.version)
      if let last { candidates.insert(last) }
    }
    return candidates.sorted().filter { refreshSummary($0, on: i, job, &turn) }
  }

  /// Computes a summary again; says whether the update speaks of it. A triggered one does so only when the metric changed.
  private mutating func refreshSummary(_ prefix: IPPrefix, on i: Int, _ job: RIPUpdateJob, _ turn: inout Turn<Output>) -> Bool {
    let old = interfaces[i].summaries[prefix]
    if let metric = nearestPart(of: prefix, on: i, version: job.version), metric < RIPNumbers.infinity {
      interfaces[i].summaries[prefix] = RIPSummary(metric: metric)
      return job.isWhole || old?.metric != metric
    }
    guard let old else { return false }
    let until = old.until ?? turn.now + .seconds(router.timers.garbage)
    interfaces[i].summaries[prefix] = until > turn.now ? RIPSummary(metric: RIPNumbers.infinity, until: until) : nil
    return until > turn.now && (job.isWhole || old.until == nil)
  }

  /// The lowest metric among the networks that a summary stands for; nil where there are none.
  private func nearestPart(of prefix: IPPrefix, on i: Int, version: Int) -> UInt32? {
    var best: UInt32?
    for part in table.parts(of: prefix) where summary(of: part, on: i, version: version) == prefix {
      guard let metric = announcement(of: part, on: i, version: 2)?.metric else { continue }
      best = min(best ?? metric, metric)
    }
    return best
  }

  /// The entry of a summary. IOS takes the metric of the nearest part, and so do we; the next hop is this node.
  func summaryEntry(_ prefix: IPPrefix, on i: Int, version: Int) -> RIPRouteEntry? {
    guard let summary = interfaces[i].summaries[prefix] else { return nil }
    return version > 1
      ? RIPRouteEntry(prefix, metric: summary.metric) : RIPRouteEntry(address: prefix.address.v4Bits, mask: 0, metric: summary.metric)
  }
}
