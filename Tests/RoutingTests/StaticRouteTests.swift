// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Testing
import Wire

@Suite("Static routes as settings") struct StaticRouteTests {
  @Test(
    "a static route is written as IOS writes it",
    arguments: [
      (
        StaticRoute(prefix: net("192.168.0.0/16"), nextHop: ip("10.0.0.1"), interface: "Tunnel0", distance: 250, name: "X"),
        "ip route 192.168.0.0 255.255.0.0 Tunnel0 10.0.0.1 250 name X"
      ),
      (StaticRoute(prefix: .defaultV4, nextHop: ip("172.16.1.254")), "ip route 0.0.0.0 0.0.0.0 172.16.1.254"),
      (StaticRoute(prefix: net("10.0.0.0/8"), distance: 254, tag: 7, isDiscard: true), "ip route 10.0.0.0 255.0.0.0 Null0 254 tag 7"),
      (StaticRoute(prefix: net("10.1.1.1/32"), interface: "Tunnel1"), "ip route 10.1.1.1 255.255.255.255 Tunnel1"),
      (StaticRoute(prefix: net("2001:db8::/32"), nextHop: ip("fe80::1")), "ipv6 route 2001:db8::/32 fe80::1"),
    ])
  func line(_ route: StaticRoute, _ text: String) {
    #expect(route.iosLine == text)
  }

  @Test("settings become a route once their interface exists")
  func route() {
    let settings = StaticRoute(prefix: net("10.1.0.0/16"), nextHop: ip("10.0.0.1"), interface: "Tunnel0", distance: 9, tag: 4)
    #expect(settings.route(over: nil, installed: .start) == nil)
    let route = Route(
      prefix: net("10.1.0.0/16"), source: .static, distance: 9, nextHop: ip("10.0.0.1"), interface: Port.tunnel0,
      installed: Instant(nanoseconds: 3), tag: 4)
    #expect(settings.route(over: Port.tunnel0, installed: Instant(nanoseconds: 3)) == route)
    let recursive = StaticRoute(prefix: net("10.1.0.0/16"), nextHop: ip("10.0.0.1"))
    #expect(recursive.route(over: Port.lan, installed: .start)?.isRecursive == true)
    #expect(StaticRoute(prefix: net("10.1.0.0/16"), isDiscard: true).route(over: nil, installed: .start)?.isDiscard == true)
  }
}

@Suite("Tunnels that would carry themselves") struct RecursionCheckTests {
  private let nbma = [ip("172.16.1.254"), ip("203.0.113.1")]

  @Test(
    "only the longest match of a live NBMA address counts",
    arguments: [
      (staticRoute("0.0.0.0/0", Port.tunnel0, distance: 1), "0.0.0.0/0"),
      (staticRoute("203.0.113.0/24", via: "10.0.0.1"), "203.0.113.0/24"),
      (staticRoute("203.0.113.0/24", Port.tunnel1), nil), (staticRoute("198.51.100.0/24", Port.tunnel0), nil),
      (staticRoute("203.0.0.0/8", via: "10.0.0.1"), nil), (shortcut("203.0.113.1/32", via: "10.0.0.12"), "203.0.113.1/32"),
      (shortcut("203.0.112.0/20", via: "10.0.0.12"), nil), (shortcut("203.0.113.1/32", via: "10.0.1.12", Port.tunnel1), nil),
    ] as [(Route, String?)])
  func candidate(_ route: Route, _ prefix: String?) {
    var table = makeTable([
      connected("172.16.1.0/24", Port.wan), connected("10.0.0.0/24", Port.tunnel0),
      staticRoute("0.0.0.0/0", via: "172.16.1.254", distance: 5),
    ])
    if !route.prefix.isDefault { table.add(staticRoute("203.0.113.0/24", Port.wan, distance: 5)) }
    #expect(RecursionCheck.offendingRoute(nbma: nbma, tunnel: Port.tunnel0, in: table) == nil)
    let found = RecursionCheck.offendingRoute(adding: route, nbma: nbma, tunnel: Port.tunnel0, in: table)
    #expect(found?.prefix == prefix.map(net))
    #expect(found?.nbma == prefix.map { _ in ip("203.0.113.1") })
    guard route.source != .nhrp else { return }
    table.add(route)
    #expect(RecursionCheck.offendingRoute(nbma: nbma, tunnel: Port.tunnel0, in: table)?.prefix == prefix.map(net))
  }
}
