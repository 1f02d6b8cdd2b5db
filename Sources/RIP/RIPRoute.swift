// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// A neighbour on an interface.
struct RIPNeighbourKey: Hashable, Comparable, Sendable {
  var interface: InterfaceID
  var address: IPAddress
  static func < (a: RIPNeighbourKey, b: RIPNeighbourKey) -> Bool {
    a.interface != b.interface ? a.interface < b.interface : a.address < b.address
  }
}

/// One way to a network: what a neighbour said of it.
struct RIPPath: Sendable {
  var neighbour: RIPNeighbourKey
  /// Where packets go: the neighbour, or a router that it names on the same network (RFC 2453 §4.4).
  var nextHop: IPAddress
  /// As received, with the offset of the interface: what IOS shows. It costs one hop more to get there through us.
  var metric: UInt32
  var tag: UInt16
  var distance: UInt8
  /// When it was last heard of, and since when it is there.
  var heard: Instant, since: Instant
}

/// A network that this node announces by itself.
struct RIPLocalRoute: Sendable, Equatable {
  enum Origin: Sendable, Equatable {
    case connected(InterfaceID)
    case imported(RouteSource)
    case defaultOrigination
  }

  var origin: Origin
  /// The metric in our updates.
  var metric: UInt32
  var tag: UInt16 = 0
  /// Where it leads, for neighbours that reach it themselves.
  var nextHop: IPAddress?
  var interface: InterfaceID?
}

/// What is remembered of a network that is lost, while it is announced as unreachable (RFC 2453 §3.8).
struct RIPLoss: Sendable {
  /// Until when others' equal or worse paths are not believed.
  var heldUntil: Instant
  /// When it is forgotten.
  var until: Instant
  /// Who had it, and how far it was; nobody when it was our own.
  var neighbour: RIPNeighbourKey?
  var metric: UInt32
}

/// Everything the table holds for one network. It is local, learned, or lost.
struct RIPRoute: Sendable {
  let prefix: IPPrefix
  var local: RIPLocalRoute?
  /// The best paths, all of one metric, by neighbour.
  var paths: [RIPPath] = []
  var loss: RIPLoss?
  /// Whether neighbours were not told yet.
  var isChanged = false
  /// What the RIB was last told.
  var published: [Route] = []

  init(_ prefix: IPPrefix) { self.prefix = prefix }

  /// The metric in our updates, before offsets.
  var announcedMetric: UInt32 {
    if let local { return local.metric }
    guard let path = paths.first else { return RIPNumbers.infinity }
    return min(RIPNumbers.infinity, path.metric + 1)
  }

  var tag: UInt16 { local?.tag ?? paths.first?.tag ?? 0 }
  var isReachable: Bool { local != nil || !paths.isEmpty }
  var isEmpty: Bool { local == nil && paths.isEmpty && loss == nil && published.isEmpty }

  /// The routes for the RIB: of the paths with the lowest distance, one for each next hop.
  var offers: [Route] {
    guard local == nil, let distance = paths.map(\.distance).min(), distance < 255 else { return [] }
    var seen: Set<RIPNeighbourKey> = []
    return paths.filter { $0.distance == distance }.compactMap { path in
      let key = RIPNeighbourKey(interface: path.neighbour.interface, address: path.nextHop)
      guard seen.insert(key).inserted else { return nil }
      return Route(
        prefix: prefix, source: .rip, distance: distance, metric: path.metric, nextHop: path.nextHop, interface: key.interface,
        installed: path.since, tag: UInt32(path.tag))
    }
  }
}

/// The networks, by prefix and in the order of prefixes.
struct RIPTable: Sendable {
  private var routes: [IPPrefix: RIPRoute] = [:]
  /// All prefixes, ascending.
  private(set) var order: [IPPrefix] = []

  var count: Int { order.count }

  /// The route for exactly this network; nil takes it out.
  subscript(prefix: IPPrefix) -> RIPRoute? {
    get { routes[prefix] }
    set {
      let isOld = routes[prefix] != nil
      routes[prefix] = newValue
      guard isOld != (newValue != nil) else { return }
      if isOld { order.remove(at: index(of: prefix)) } else { order.insert(prefix, at: index(of: prefix)) }
    }
  }

  /// Changes a route in place.
  mutating func change(_ prefix: IPPrefix, _ body: (inout RIPRoute) -> Void) {
    guard let at = routes.index(forKey: prefix) else { return }
    body(&routes.values[at])
  }

  /// The networks that are `prefix` or parts of it, ascending.
  func parts(of prefix: IPPrefix) -> ArraySlice<IPPrefix> {
    let start = index(of: prefix)
    var end = start
    while end < order.count, prefix.covers(order[end]) { end += 1 }
    return order[start..<end]
  }

  /// Where `prefix` is, or would be.
  private func index(of prefix: IPPrefix) -> Int {
    var low = 0, high = order.count
    while low < high {
      let middle = (low + high) / 2
      if order[middle] < prefix { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
