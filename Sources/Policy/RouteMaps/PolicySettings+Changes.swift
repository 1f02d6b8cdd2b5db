// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// What `set …` does.
extension PolicySettings {
  func change(_ route: inout PolicyRoute, _ changes: RouteMapChanges) {
    if let metric = changes.metric { route.metric = PolicySettings.metric(route.metric ?? 0, metric) }
    if let tag = changes.tag { route.tag = tag }
    if let preference = changes.localPreference { route.localPreference = preference }
    if let weight = changes.weight { route.weight = weight }
    if let origin = changes.origin { route.origin = origin }
    if let hop = route.prefix.address.isV4 ? changes.nextHop : changes.ipv6NextHop {
      route.nextHopChoice = hop
      if case .address(let address) = hop { route.nextHop = address }
    }
    prepend(&route.asPath, changes)
    if let name = changes.deletedCommunities { deleteCommunities(&route.communities, name) }
    if let communities = changes.communities { PolicySettings.set(&route.communities, communities) }
    if let communities = changes.largeCommunities { PolicySettings.set(&route.largeCommunities, communities) }
  }

  /// Stays within 0 and 2³²−1.
  private static func metric(_ old: UInt32, _ change: RouteMapChanges.Metric) -> UInt32 {
    switch change {
    case .value(let new): return new
    case .plus(let more):
      let (sum, overflow) = old.addingReportingOverflow(more)
      return overflow ? .max : sum
    case .minus(let less): return old > less ? old - less : 0
    }
  }

  private func prepend(_ path: inout [ASPathSegment], _ changes: RouteMapChanges) {
    var new = changes.prepended
    if changes.repeatsLastAS > 0, case .sequence(let all)? = path.first, let nearest = all.first {
      new += Array(repeating: nearest, count: changes.repeatsLastAS)
    }
    ASPathSegment.prepend(new, to: &path)
  }

  private func deleteCommunities(_ communities: inout [UInt32], _ name: String) {
    guard let list = communityLists[name] else { return }
    communities.removeAll { one in list.permits([one], exactly: false) { text(communities: [one]) } }
  }

  private static func set<Value: CommunityValue>(_ communities: inout [Value], _ change: RouteMapChanges.Communities<Value>) {
    switch change {
    case .none: communities = []
    case .values(let new, let isAdditive):
      if !isAdditive { communities.removeAll(keepingCapacity: true) }
      for one in new where !communities.contains(one) { communities.append(one) }
      communities.sort()
    }
  }
}

extension ASPathSegment {
  /// Puts `numbers` in front of a path, in a sequence of its own where the first one has no room.
  public static func prepend(_ numbers: [UInt32], to path: inout [ASPathSegment]) {
    guard !numbers.isEmpty else { return }
    if case .sequence(let all)? = path.first, all.count + numbers.count <= Limits.segmentNumbers {
      path[0] = .sequence(numbers + all)
    } else {
      path.insert(.sequence(numbers), at: 0)
    }
  }
}
