// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Who takes whose routes, and what they have been told.
struct RedistributionBook: Sendable {
  /// The sources that a protocol takes from.
  var wanted: [RouteSource: Set<RouteSource>] = [:]
  /// All that somebody takes from.
  var sources: Set<RouteSource> = []
  /// What was told last of a prefix. For questions only, nothing iterates it.
  var told: [IPPrefix: Route] = [:]
  /// What is to be told.
  var pending: [RouteSource: [RedistributionChange]] = [:]

  /// Whether changes must be looked at.
  var isNeeded: Bool { !sources.isEmpty || !told.isEmpty }
}

/// Redistribution: a protocol names the sources it takes from and is told their chosen routes, below the shortcuts, with metric and tag as
/// they are. What it makes of them is its own route-map's business. Nobody is told its own routes, whatever it asks for, so none comes back
/// under another name by way of this table.
extension RoutingTable {
  /// Says which sources `target` takes from. Of a new one it is told all routes with the next `takeRedistribution`; of one it no longer
  /// takes from it hears nothing more, and forgets what it had.
  public mutating func redistribute(into target: RouteSource, from sources: Set<RouteSource>) {
    let old = redistribution.wanted[target] ?? []
    let wanted = sources.subtracting([target, .nhrp])
    guard wanted != old else { return }
    redistribution.wanted[target] = wanted.isEmpty ? nil : wanted
    redistribution.sources = redistribution.wanted.values.reduce(into: []) { $0.formUnion($1) }
    redistribution.pending[target]?.removeAll { !wanted.contains($0.source) }
    redistribution.told = redistribution.told.filter { redistribution.sources.contains($0.value.source) }
    let new = wanted.subtracting(old)
    for isV4 in [true, false] {
      trie.visit(v4: isV4) { node in
        tellAll(node, new, target)
        return true
      }
    }
  }

  /// What protocols must hear since the last call, each in the order of `RouteSource` and the changes in prefix order. It follows
  /// `takeChanges`: a prefix that is not taken there yet is not told here.
  public mutating func takeRedistribution() -> [(target: RouteSource, changes: [RedistributionChange])] {
    defer { redistribution.pending.removeAll(keepingCapacity: true) }
    return RouteSource.allCases.compactMap { target in
      redistribution.pending[target].flatMap { $0.isEmpty ? nil : (target, $0) }
    }
  }

  /// Of a dirty prefix it is told what all know, and in its turn what all are told.
  private mutating func tellAll(_ node: NodeID, _ new: Set<RouteSource>, _ target: RouteSource) {
    if trie[node].isDirty {
      guard let old = redistribution.told[trie.prefix(node)], new.contains(old.source) else { return }
      return redistribution.pending[target, default: []].append(.route(old))
    }
    guard let id = chosen(at: node, includingShortcuts: false), new.contains(offers[id].source) else { return }
    let route = route(id)
    redistribution.told[route.prefix] = route
    redistribution.pending[target, default: []].append(.route(route))
  }

  /// Tells of a prefix whose offers may have changed.
  mutating func noteRedistribution(_ node: NodeID, _ prefix: IPPrefix) {
    var new: Route?
    if let id = chosen(at: node, includingShortcuts: false), redistribution.sources.contains(offers[id].source) { new = route(id) }
    let old = redistribution.told[prefix]
    guard new != nil || old != nil, new?.withoutAge != old?.withoutAge else { return }
    redistribution.told[prefix] = new
    for target in RouteSource.allCases {
      guard let wanted = redistribution.wanted[target] else { continue }
      if let old, old.source != new?.source, wanted.contains(old.source) {
        redistribution.pending[target, default: []].append(.gone(prefix, old.source))
      }
      if let new, wanted.contains(new.source) { redistribution.pending[target, default: []].append(.route(new)) }
    }
  }
}

extension RedistributionChange {
  /// Whose route it is about.
  public var source: RouteSource {
    switch self {
    case .route(let route): route.source
    case .gone(_, let source): source
    }
  }
}

extension Route {
  fileprivate var withoutAge: Route {
    var copy = self
    copy.installed = .start
    return copy
  }
}
