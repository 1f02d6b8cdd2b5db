// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One path as the decision process compares it (RFC 4271 §9.1).
struct DecisionPath {
  var place: Int
  var rank: AttributeTable.Rank
  var isLocal: Bool
  var isExternal: Bool
  var metric: UInt32
  /// ORIGINATOR_ID, or the neighbour's identifier (RFC 4456 §9).
  var identifier: UInt32
  var address: IPAddress
  var pathID: UInt32
}

/// Which of two paths is better, step by step.
struct Decision {
  var alwaysComparesMED = false
  var isMEDDeterministic = false
  var isMissingMEDWorst = false
  var relaxesMultipath = false

  /// How two paths differ.
  enum Step: Int, Comparable {
    case weight, localPreference, local, pathLength, origin, med, external, metric, identifier, clusterLength, address, pathID, none
    static func < (a: Step, b: Step) -> Bool { a.rawValue < b.rawValue }
    /// The words of `show ip bgp A.B.C.D`.
    var text: String {
      [
        "Weight", "Local Preference", "Locally Originated", "AS Path", "Origin", "MED", "External", "IGP Metric", "Router ID",
        "Cluster Length", "Neighbor Address", "Path ID", "Equal",
      ][rawValue]
    }
  }

  /// The step at which `a` wins (negative) or loses (positive) against `b`.
  ///
  /// RFC 4271 §9.1.2.2: a) shortest AS path, b) origin, c) MED, d) external, e) cost to the next hop, f) BGP identifier, g) address; before
  /// them the degree of preference (§9.1.1), which is ours: weight, LOCAL_PREF, and what we originate. RFC 4456 §9 puts the cluster list
  /// between f and g. IOS prefers the oldest of external paths before f; that would make the outcome depend on who was first, so we do not.
  func compare(_ a: DecisionPath, _ b: DecisionPath) -> (step: Step, order: Int) {
    if a.rank.weight != b.rank.weight { return (.weight, a.rank.weight > b.rank.weight ? -1 : 1) }
    if a.rank.localPreference != b.rank.localPreference {
      return (.localPreference, a.rank.localPreference > b.rank.localPreference ? -1 : 1)
    }
    if a.isLocal != b.isLocal { return (.local, a.isLocal ? -1 : 1) }
    if a.rank.pathLength != b.rank.pathLength { return (.pathLength, a.rank.pathLength < b.rank.pathLength ? -1 : 1) }
    if a.rank.origin != b.rank.origin { return (.origin, a.rank.origin < b.rank.origin ? -1 : 1) }
    if alwaysComparesMED || a.rank.neighborAS == b.rank.neighborAS {
      let x = med(a), y = med(b)
      if x != y { return (.med, x < y ? -1 : 1) }
    }
    if a.isExternal != b.isExternal { return (.external, a.isExternal ? -1 : 1) }
    if a.metric != b.metric { return (.metric, a.metric < b.metric ? -1 : 1) }
    return breakTie(a, b)
  }

  private func breakTie(_ a: DecisionPath, _ b: DecisionPath) -> (step: Step, order: Int) {
    if a.identifier != b.identifier { return (.identifier, a.identifier < b.identifier ? -1 : 1) }
    if a.rank.clusterLength != b.rank.clusterLength { return (.clusterLength, a.rank.clusterLength < b.rank.clusterLength ? -1 : 1) }
    if a.address != b.address { return (.address, a.address < b.address ? -1 : 1) }
    return a.pathID == b.pathID ? (.none, 0) : (.pathID, a.pathID < b.pathID ? -1 : 1)
  }

  private func med(_ path: DecisionPath) -> UInt32 { path.rank.hasMED || !isMissingMEDWorst ? path.rank.med : .max }

  /// The index of the best path. With deterministic MED the best of each neighbouring AS is found first, so that the outcome does not
  /// depend on
  /// the order (RFC 4271 §9.1.2.2 c); without, paths are compared in the order given, the newest first, as on IOS.
  func best(_ paths: [DecisionPath]) -> Int? {
    guard paths.count > 1 else { return paths.isEmpty ? nil : 0 }
    guard isMEDDeterministic, !alwaysComparesMED else { return winner(paths, Array(paths.indices)) }
    let order = paths.indices.sorted { (paths[$0].rank.neighborAS, $0) < (paths[$1].rank.neighborAS, $1) }
    var heads: [Int] = []
    var group: [Int] = []
    for i in order {
      if let last = group.last, paths[last].rank.neighborAS != paths[i].rank.neighborAS {
        winner(paths, group).map { heads.append($0) }
        group = []
      }
      group.append(i)
    }
    winner(paths, group).map { heads.append($0) }
    return winner(paths, heads)
  }

  private func winner(_ paths: [DecisionPath], _ indices: [Int]) -> Int? {
    guard var best = indices.first else { return nil }
    for i in indices.dropFirst() where compare(paths[i], paths[best]).order < 0 { best = i }
    return best
  }

  /// Whether `path` may carry packets beside `best`: alike in all up to the cost of the next hop, and of the same AS path but where
  /// relaxed.
  func sharesWith(best: DecisionPath, _ path: DecisionPath, samePath: () -> Bool) -> Bool {
    guard !path.isLocal, path.rank.nextHop != best.rank.nextHop else { return false }
    guard compare(path, best).step > .metric else { return false }
    return relaxesMultipath || path.rank.neighborAS == best.rank.neighborAS && (path.isExternal || samePath())
  }
}
