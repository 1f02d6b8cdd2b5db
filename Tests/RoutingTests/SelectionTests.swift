// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Testing
import Wire

@Suite("Choosing among routes") struct SelectionTests {
  @Test("sources have the distances and letters of IOS")
  func sources() {
    #expect(RouteSource.allCases.map(\.administrativeDistance) == [0, 0, 1, 254, 250, 20, 120, 160])
    #expect(RouteSource.allCases.map(\.code) == ["C", "L", "S", "K", "H", "B", "R", "o"])
  }

  @Test(
    "the better of two routes is chosen in whatever order they come",
    arguments: [
      (staticRoute("10.1.0.0/16", Port.wan), staticRoute("10.1.0.0/16", Port.lan, distance: 250)),
      (staticRoute("10.1.0.0/16", Port.wan, metric: 5), staticRoute("10.1.0.0/16", Port.lan, metric: 6)),
      (staticRoute("10.1.0.0/16", via: "10.0.0.9", Port.wan), staticRoute("10.1.0.0/16", via: "10.0.0.10", Port.wan)),
      (connected("10.1.0.0/16", Port.wan), shortcut("10.1.0.0/16", via: "10.0.0.3")),
      (connected("10.1.0.0/16", Port.wan), local("10.1.0.0", Port.wan)),
    ])
  func better(_ best: Route, _ other: Route) {
    for routes in [[best, other], [other, best]] {
      let table = makeTable(routes)
      #expect(table.best(best.prefix)?.route == best)
      #expect(table.candidates(best.prefix) == (best.prefix == other.prefix ? [best, other] : [best]))
    }
  }

  @Test("a floating static takes over when the better one goes, and gives way when it returns")
  func floating() {
    let main = staticRoute("192.168.0.0/16", via: "10.0.0.1", Port.tunnel0)
    let floating = staticRoute("192.168.0.0/16", via: "172.16.1.254", Port.wan, distance: 250)
    var table = makeTable([main, floating])
    #expect(table.best(main.prefix)?.route == main)
    table.setInterface(Port.tunnel0, isUp: false)
    #expect(table.best(main.prefix)?.route == floating)
    #expect(table.candidates(main.prefix) == [floating, main])
    table.setInterface(Port.tunnel0, isUp: true)
    #expect(table.best(main.prefix)?.route == main)
    table.remove(prefix: main.prefix, source: .static, nextHop: main.nextHop, interface: nil)
    #expect(table.best(main.prefix)?.route == floating)
  }

  @Test("a route of distance 255 is offered but never chosen")
  func unreachable() {
    let table = makeTable([staticRoute("10.1.0.0/16", Port.lan, distance: 255)])
    #expect(table.best(net("10.1.0.0/16")) == nil)
    #expect(table.candidates(net("10.1.0.0/16")).count == 1)
    #expect(table.entries.isEmpty)
  }

  @Test("the same offer replaces the earlier one")
  func replacement() {
    var table = makeTable([staticRoute("10.1.0.0/16", via: "10.0.0.1", Port.lan)])
    let generation = table.generation
    table.add(staticRoute("10.1.0.0/16", via: "10.0.0.1", Port.lan))
    #expect(table.generation == generation)
    table.add(staticRoute("10.1.0.0/16", via: "10.0.0.1", Port.lan, distance: 7))
    #expect(table.generation > generation)
    #expect(table.best(net("10.1.0.0/16"))?.candidateCount == 1)
    #expect(table.best(net("10.1.0.0/16"))?.route.distance == 7)
  }

  @Test("a withdrawal without next hop or interface takes all routes of the source")
  func withdrawal() {
    var table = makeSpoke()
    table.add(shortcut("192.168.2.0/24", via: "10.0.0.12"))
    table.add(shortcut("192.168.2.0/24", via: "10.0.1.12", Port.tunnel1))
    table.add(shortcut("192.168.3.0/24", via: "10.0.1.13", Port.tunnel1))
    table.removeAll(source: .nhrp, interface: Port.tunnel1)
    #expect(table.entries.filter { $0.route.source == .nhrp }.map(\.route.prefix) == [net("192.168.2.0/24")])
    table.remove(prefix: net("192.168.2.0/24"), source: .nhrp, nextHop: nil, interface: nil)
    table.remove(prefix: net("192.168.1.0/24"), source: .static, nextHop: nil, interface: nil)
    #expect(table.entries == makeSpoke().entries)
    table.removeAll(source: .static, interface: nil)
    #expect(table.entries.allSatisfy { $0.route.source != .static })
  }

  @Test("entries come in prefix order, IPv4 in its place among IPv6, and a screenful at a time")
  func order() {
    let texts = ["::/0", "::1/128", "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/24", "192.168.1.1/32", "2001:db8::/32", "2001:db8:1::/48"]
    let table = makeTable(texts.reversed().map { staticRoute($0, Port.lan) })
    #expect(table.entries.map { "\($0.route.prefix)" } == texts)
    #expect(texts.map(net).sorted() == texts.map(net))
    for (i, text) in texts.enumerated() {
      let page = table.entries(after: net(text), limit: 3)
      #expect(page.map { "\($0.route.prefix)" } == Array(texts[(i + 1)...].prefix(3)))
    }
    #expect(table.entries(after: net("10.0.0.0/16"), limit: 1).map(\.route.prefix) == [net("10.0.0.0/24")])
    #expect(table.entries(after: nil, limit: 0).isEmpty)
  }

  @Test(
    "the longest match of a spoke",
    arguments: [
      ("192.168.1.7", "192.168.1.0/24", Port.lan, nil, true), ("192.168.1.1", "192.168.1.1/32", Port.lan, nil, true),
      ("192.168.2.7", "192.168.0.0/16", Port.tunnel0, "10.0.0.1", false), ("10.0.0.12", "10.0.0.0/24", Port.tunnel0, nil, true),
      ("8.8.8.8", "0.0.0.0/0", Port.wan, "172.16.1.254", false),
    ] as [(String, String, InterfaceID, String?, Bool)])
  func longestMatch(_ address: String, _ prefix: String, _ id: InterfaceID, _ hop: String?, _ isConnected: Bool) {
    let expected = RouteMatch(prefix: net(prefix), interface: id, nextHop: hop.map(ip), isConnected: isConnected)
    #expect(makeSpoke().longestMatch(for: ip(address), vrf: .default) == expected)
    #expect(makeSpoke().longestMatch(for: ip(address), vrf: VRFID(3)) == nil)
  }

  @Test("a discard route ends the search without an answer")
  func discarding() {
    let table = makeTable([staticRoute("0.0.0.0/0", Port.wan), discard("10.0.0.0/8")])
    #expect(table.longestMatch(for: ip("10.1.1.1"), vrf: .default) == nil)
    #expect(table.entry(for: ip("10.1.1.1"), includingShortcuts: true)?.route.isDiscard == true)
    #expect(table.hasRoute(exactly: net("10.0.0.0/8"), vrf: .default))
  }
}
