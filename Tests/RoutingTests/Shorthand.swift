// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// The interfaces of the tests: two LANs and two tunnels.
enum Port {
  static let lan = InterfaceID(1)
  static let wan = InterfaceID(2)
  static let tunnel0 = InterfaceID(10)
  static let tunnel1 = InterfaceID(11)
  static let all = [lan, wan, tunnel0, tunnel1]
  static let tunnels = [tunnel0, tunnel1]
}

func ip(_ text: String) -> IPAddress { IPAddress(text) ?? .anyV6 }
func net(_ text: String) -> IPPrefix { IPPrefix(text) ?? .defaultV4 }

func makeTable(_ routes: [Route] = []) -> RoutingTable {
  var table = RoutingTable()
  for id in Port.tunnels { table.setKind(id, isTunnel: true) }
  for route in routes { table.add(route) }
  return table
}

func connected(_ prefix: String, _ id: InterfaceID) -> Route {
  Route(prefix: net(prefix), source: .connected, interface: id)
}

func local(_ address: String, _ id: InterfaceID) -> Route {
  Route(prefix: IPPrefix(host: ip(address)), source: .local, interface: id)
}

func staticRoute(_ prefix: String, via hop: String? = nil, _ id: InterfaceID? = nil, distance: UInt8? = nil, metric: UInt32 = 0) -> Route {
  Route(prefix: net(prefix), source: .static, distance: distance, metric: metric, nextHop: hop.map(ip), interface: id)
}

func discard(_ prefix: String, distance: UInt8? = nil) -> Route {
  Route(prefix: net(prefix), source: .static, distance: distance, isDiscard: true)
}

func shortcut(_ prefix: String, via hop: String, _ id: InterfaceID = Port.tunnel0) -> Route {
  Route(prefix: net(prefix), source: .nhrp, nextHop: ip(hop), interface: id)
}

/// A spoke as in most labs: LAN, WAN, a summary over the tunnel to the hub 10.0.0.1.
func makeSpoke() -> RoutingTable {
  makeTable([
    connected("192.168.1.0/24", Port.lan), local("192.168.1.1", Port.lan), connected("172.16.1.0/24", Port.wan),
    connected("10.0.0.0/24", Port.tunnel0), local("10.0.0.11", Port.tunnel0), staticRoute("0.0.0.0/0", via: "172.16.1.254"),
    staticRoute("192.168.0.0/16", via: "10.0.0.1", Port.tunnel0),
  ])
}
