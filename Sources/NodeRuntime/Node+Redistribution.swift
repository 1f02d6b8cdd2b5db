// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// Routes of one source for the protocol of another.
extension Node {
  /// A protocol wants the routes of these sources, and of no others, from now on.
  func subscribe(_ subscriber: RouteSource, to sources: [RouteSource]) {
    let wanted = Set(sources).subtracting([subscriber]), old = routing.subscriptions[subscriber] ?? []
    routing.subscriptions[subscriber] = wanted
    let told = routing.redistributed[subscriber] ?? [:]
    var changes: [RedistributionChange] = []
    for (prefix, source) in told.sorted(by: { $0.key < $1.key }) where !wanted.contains(source) {
      routing.redistributed[subscriber]?[prefix] = nil
      changes.append(.gone(prefix, source))
    }
    if !wanted.isSubset(of: old) {
      for entry in table.entries { tell(subscriber, entry.route.prefix, entry.route, &changes) }
    }
    send(changes, to: subscriber)
  }

  /// What the table chose anew, for everybody who redistributes it.
  func redistribute(_ changes: [ForwardingChange]) {
    for subscriber in routing.subscriptions.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      var all: [RedistributionChange] = []
      for change in changes { tell(subscriber, change.prefix, change.route, &all) }
      send(all, to: subscriber)
    }
  }

  private func tell(_ subscriber: RouteSource, _ prefix: IPPrefix, _ route: Route?, _ changes: inout [RedistributionChange]) {
    let wanted = route.flatMap { routing.subscriptions[subscriber]?.contains($0.source) == true ? $0 : nil }
    let old = routing.redistributed[subscriber]?[prefix]
    if let old, old != wanted?.source { changes.append(.gone(prefix, old)) }
    routing.redistributed[subscriber, default: [:]][prefix] = wanted?.source
    if let wanted { changes.append(.route(wanted)) }
  }

  private func send(_ changes: [RedistributionChange], to subscriber: RouteSource) {
    guard !changes.isEmpty else { return }
    switch subscriber {
    case .rip: enqueue(rip: .redistributed(changes))
    case .connected, .local, .static, .kernel, .nhrp, .bgp, .odr: break
    }
  }
}
