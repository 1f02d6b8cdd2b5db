// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Screens
import Wire

/// Hand-made pictures of nodes with routing protocols.
enum RoutingFixtures {
  /// The hub of `Fixtures` with BGP, RIP and ODR, neighbours in every state, and routes of each.
  static func hub() -> NodeSnapshot {
    var snapshot = Fixtures.hub()
    snapshot.protocols = [
      RoutingProtocolRow("BGP", neighborsUp: 2, neighborsAll: 5, networks: 1204),
      RoutingProtocolRow("RIP", neighborsUp: 1, neighborsAll: 2, networks: 3),
      RoutingProtocolRow("ODR", neighborsUp: 1, neighborsAll: 1, networks: 1),
    ]
    snapshot.neighbors = bgp() + [heard("RIP", 4, seconds: 12), heard("RIP", 5, seconds: 71), heard("ODR", 6, seconds: 40)]
    snapshot.routes += routes()
    return snapshot
  }

  private static func bgp() -> [RoutingNeighborRow] {
    var down = neighbor(9, .down, "Idle"), disabled = neighbor(8, .disabled, "Idle (Admin)"), forming = neighbor(3, .forming, "OpenConfirm")
    (down.since, down.lastError, down.asNumber) = (Fixtures.at(1069), "hold time expired", 65009)
    (disabled.asNumber, forming.since) = (65008, Fixtures.at(1099))
    var first = neighbor(1, .up, "Established"), second = neighbor(2, .up, "Established")
    (first.since, first.prefixesIn, first.prefixesOut, first.asNumber, first.isDynamic) = (Fixtures.at(100), 1, 1204, 65000, true)
    (second.since, second.prefixesIn, second.prefixesOut, second.asNumber, second.queued) = (Fixtures.at(200), 1203, 11, 65000, 3)
    return [down, disabled, forming, first, second]
  }

  private static func neighbor(_ number: Int, _ health: NeighborHealth, _ state: String) -> RoutingNeighborRow {
    let address = IPAddress(10, 0, 0, UInt8(10 + number)), name = number < 7 ? "spoke\(number)" : "\(address)"
    return RoutingNeighborRow("BGP", address: address, name: name, interface: "Tunnel0", health: health, state: state)
  }

  private static func heard(_ word: String, _ number: Int, seconds: Double) -> RoutingNeighborRow {
    var row = neighbor(number, seconds > 60 ? .late : .up, seconds > 60 ? "late" : "heard")
    (row.protocolName, row.since, row.heard, row.prefixesIn) = (word, Fixtures.at(90), Fixtures.at(1100 - seconds), number)
    return row
  }

  private static func routes() -> [RouteRow] {
    func learned(_ code: String, _ third: UInt8, _ distance: Int, _ hop: IPAddress, _ interface: String = "Tunnel0") -> RouteRow {
      RouteRow(
        code: code, prefix: IPPrefix(IPAddress(172, 16, third, 0), length: 24), distance: distance, metric: 1, nextHop: hop,
        interface: interface,
        since: Fixtures.at(1028))
    }
    var several = learned("R", 4, 120, IPAddress(10, 0, 0, 14))
    several.paths = 2
    return [
      learned("B", 1, 200, IPAddress(10, 0, 0, 11)), learned("B", 2, 20, IPAddress(192, 0, 2, 254), "GigabitEthernet1"), several,
      learned("o", 6, 160, IPAddress(10, 0, 0, 16)),
    ]
  }
}
