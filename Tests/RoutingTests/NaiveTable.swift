// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// The rules of the table said again, without index or memory: everything is worked out from the list of offers at each question.
struct NaiveTable {
  var routes: [Route] = []
  var overrides: [(prefix: IPPrefix, nextHop: IPAddress, interface: InterfaceID)] = []
  var down: [InterfaceID] = []
  var tunnels: [InterfaceID] = []

  enum Way: Equatable {
    case via(InterfaceID, IPAddress?, depth: Int)
    case discard, down, tooDeep
  }

  private enum Walk {
    case way(Way)
    case loop(Route)
  }

  mutating func add(_ route: Route) {
    routes.removeAll {
      $0.prefix == route.prefix && $0.source == route.source && $0.nextHop == route.nextHop && $0.interface == route.interface
    }
    routes.append(route)
    routes.sort { $0.prefix != $1.prefix ? $0.prefix < $1.prefix : $0.isPreferred(over: $1) }
  }

  func way(of route: Route) -> Way {
    if case .way(let way) = walk(route, []) { return way }
    return .down
  }

  private func walk(_ route: Route, _ askers: [Route]) -> Walk {
    if route.isDiscard { return .way(.discard) }
    if let id = route.interface { return .way(down.contains(id) ? .down : .via(id, route.nextHop, depth: 0)) }
    guard let hop = route.nextHop else { return .way(.down) }
    if askers.contains(route) { return .loop(route) }
    let covering = routes.filter { $0.source != .nhrp && $0.distance < 255 && $0.prefix.contains(hop) }
    for length in stride(from: 128, through: 0, by: -1) {
      for other in covering where Int(other.prefix.length) == length {
        switch walk(other, askers + [route]) {
        case .way(.down): continue
        case .way(.tooDeep): return .way(.tooDeep)
        case .way(.discard): return .way(.down)
        case .way(.via(let id, let next, let depth)):
          if other.source == .local { return .way(.down) }
          return .way(depth + 1 > 8 ? .tooDeep : .via(id, next ?? hop, depth: depth + 1))
        case .loop(let to): return to == route ? .way(.down) : .loop(to)
        }
      }
    }
    return .way(.down)
  }

  func chosen(_ prefix: IPPrefix, below: Bool) -> (route: Route, way: Way)? {
    for route in routes where route.prefix == prefix && route.distance < 255 && !(below && route.source == .nhrp) {
      let way = way(of: route)
      if way != .down, way != .tooDeep { return (route, way) }
    }
    return nil
  }

  func match(_ address: IPAddress, below: Bool) -> (route: Route, way: Way)? {
    for length in stride(from: address.bitWidth, through: 0, by: -1) {
      if let found = chosen(IPPrefix(address, length: length), below: below) { return found }
    }
    return nil
  }

  var prefixes: [IPPrefix] {
    var out: [IPPrefix] = []
    for route in routes where out.last != route.prefix { out.append(route.prefix) }
    return out
  }

  func forwarding(_ prefix: IPPrefix) -> (action: ForwardingAction, hostWay: HostWay?, overriding: IPAddress?)? {
    guard let chosen = chosen(prefix, below: false) else { return nil }
    let isNew = ![.connected, .local, .kernel].contains(chosen.route.source)
    let canOverride = ![.connected, .local, .nhrp].contains(chosen.route.source)
    if canOverride, chosen.way != .discard, let one = overrides.first(where: { $0.prefix == prefix }), !down.contains(one.interface) {
      return (action(one.interface, one.nextHop), isNew ? HostWay(interface: one.interface, gateway: nil) : nil, one.nextHop)
    }
    guard case .via(let id, let hop, _) = chosen.way else { return (.discard, nil, nil) }
    if chosen.route.source == .local { return (.host(id), nil, nil) }
    let ways = equalWays(chosen.route)
    // A tunnel is preferred for the host, wherever it stands among equal ways.
    let exit = ways.count > 1 ? ways.first(where: \.isTunnel) ?? ways[0] : ForwardingPath(interface: id, nextHop: hop, isTunnel: tunnels.contains(id))
    let way = HostWay(interface: exit.interface, gateway: exit.isTunnel ? nil : exit.nextHop)
    return (ways.count > 1 ? .paths(ways) : action(id, hop), isNew ? way : nil, nil)
  }

  /// Where several routes of a protocol, or several static ones, agree in distance and metric, all of them are used.
  func equalWays(_ best: Route) -> [ForwardingPath] {
    guard [.static, .bgp, .rip, .odr].contains(best.source) else { return [] }
    var out: [ForwardingPath] = []
    for route in routes where route.prefix == best.prefix && route.source == best.source && route.distance == best.distance {
      guard route.metric == best.metric, !route.isDiscard, case .via(let id, let hop, _) = way(of: route) else { continue }
      let path = ForwardingPath(interface: id, nextHop: hop, isTunnel: tunnels.contains(id))
      if !out.contains(path) { out.append(path) }
    }
    return out
  }

  private func action(_ id: InterfaceID, _ hop: IPAddress?) -> ForwardingAction {
    tunnels.contains(id) ? .tunnel(id, nextHop: hop) : .host(id)
  }
}
