// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Testing
import Wire

func bgp(_ prefix: String, via hop: String, distance: UInt8 = 200, metric: UInt32 = 0, tag: UInt32 = 0, at: Int64 = 0) -> Route {
  Route(
    prefix: net(prefix), source: .bgp, distance: distance, metric: metric, nextHop: ip(hop), installed: .start + .seconds(at), tag: tag)
}

@Suite("What routing protocols tell the table") struct ProtocolUpdateTests {
  @Test("the paths of an update take the place of all the source had for the prefix")
  func replacement() {
    var table = makeTable([connected("10.0.0.0/24", Port.tunnel0), staticRoute("20.0.0.0/8", Port.lan, distance: 250)])
    table.apply(.paths(net("20.0.0.0/8"), .bgp, [bgp("20.0.0.0/8", via: "10.0.0.2"), bgp("20.0.0.0/8", via: "10.0.0.3")]))
    #expect(table.candidates(net("20.0.0.0/8")).count == 3)
    table.apply(.paths(net("20.0.0.0/8"), .bgp, [bgp("20.0.0.0/8", via: "10.0.0.4")]))
    #expect(table.candidates(net("20.0.0.0/8")).map(\.nextHop) == [ip("10.0.0.4"), nil])
    table.apply(.paths(net("20.0.0.0/8"), .bgp, []))
    #expect(table.best(net("20.0.0.0/8"))?.route.source == .static)
    table.apply(.paths(net("30.0.0.0/8"), .bgp, []))
    #expect(table.best(net("30.0.0.0/8")) == nil)
  }

  @Test("a change tells the gateway on an interface of the host, and a neighbour that takes over there is news; a tunnel has none")
  func gateway() {
    var table = makeTable([connected("192.0.2.0/24", Port.lan), connected("10.0.0.0/24", Port.tunnel0)])
    var told = table.takeChanges()
    #expect(told.map(\.hostWay?.gateway) == [nil, nil])
    let prefix = net("20.0.0.0/8")
    for hop in ["192.0.2.2", "192.0.2.3"] {
      table.apply(.paths(prefix, .bgp, [bgp("20.0.0.0/8", via: hop)]))
      told = table.takeChanges()
      #expect(told.map(\.action) == [.host(Port.lan)] && told.map(\.hostWay?.gateway) == [ip(hop)])
    }
    // A next hop that is behind another: the one on the link is told.
    table.apply(.paths(net("30.0.0.0/8"), .bgp, [bgp("30.0.0.0/8", via: "20.1.1.1")]))
    told = table.takeChanges()
    #expect(told.map(\.hostWay?.gateway) == [ip("192.0.2.3")])
    table.apply(.paths(prefix, .bgp, [bgp("20.0.0.0/8", via: "10.0.0.2")]))
    told = table.takeChanges()
    #expect(told.count == 2 && told.allSatisfy { $0.action == .tunnel(Port.tunnel0, nextHop: ip("10.0.0.2")) && $0.hostWay?.gateway == nil })
  }

  @Test("what is told once more keeps its age and is no news")
  func age() {
    var table = makeTable([connected("10.0.0.0/24", Port.tunnel0)])
    table.apply(.paths(net("20.0.0.0/8"), .bgp, [bgp("20.0.0.0/8", via: "10.0.0.2", at: 5)]))
    _ = table.takeChanges()
    let generation = table.generation
    table.apply(.paths(net("20.0.0.0/8"), .bgp, [bgp("20.0.0.0/8", via: "10.0.0.2", at: 50)]))
    #expect(table.generation == generation && !table.hasChanges)
    #expect(table.best(net("20.0.0.0/8"))?.route.installed == .start + .seconds(5))
  }

  @Test("the end of a protocol takes its routes, and only those")
  func end() {
    var table = makeTable([connected("10.0.0.0/24", Port.tunnel0)])
    for (i, source) in [RouteSource.bgp, .rip, .odr].enumerated() {
      let route = Route(prefix: net("2\(i).0.0.0/8"), source: source, nextHop: ip("10.0.0.2"), interface: Port.tunnel0)
      table.apply(.paths(route.prefix, source, [route]))
    }
    table.apply(.withdrawAll(.rip))
    #expect(table.entries.map(\.route.source) == [.connected, .bgp, .odr])
  }

  @Test("distances as on IOS: external BGP before static ones of 200, RIP before ODR, internal BGP last")
  func distances() {
    let prefix = net("20.0.0.0/8")
    var table = makeTable([connected("10.0.0.0/24", Port.tunnel0)])
    func via(_ source: RouteSource, _ distance: UInt8? = nil) -> Route {
      Route(prefix: prefix, source: source, distance: distance, nextHop: ip("10.0.0.2"), interface: Port.tunnel0)
    }
    for route in [via(.bgp, 200), via(.odr), via(.rip), via(.static, 200)] { table.add(route) }
    #expect(table.candidates(prefix).map(\.source) == [.rip, .odr, .static, .bgp])
    table.apply(.paths(prefix, .bgp, [via(.bgp, 20)]))
    #expect(table.best(prefix)?.route.source == .bgp)
  }

  @Test("half a hundred thousand recursive routes follow their next hop, and a change elsewhere touches none")
  func scale() {
    var table = makeTable([connected("10.0.0.0/24", Port.tunnel0), connected("10.1.0.0/24", Port.lan)])
    for i in 0..<50_000 as Range<UInt32> {
      let route = Route(
        prefix: IPPrefix(IPAddress(v4: 0x1400_0000 + i << 8), length: 24), source: .bgp,
        nextHop: IPAddress(10, UInt8(i % 2), 0, 2))
      table.apply(.paths(route.prefix, .bgp, [route]))
    }
    #expect(table.takeChanges().count == 50_002)
    table.add(staticRoute("10.1.0.0/25", via: "172.16.0.1", Port.wan))
    let moved = table.takeChanges()
    #expect(moved.count == 25_001)
    #expect(moved.last?.action == .host(Port.wan))
    table.add(staticRoute("10.1.0.128/25", via: "172.16.0.1", Port.wan))
    #expect(table.takeChanges().count == 1)
    table.setInterface(Port.wan, isUp: false)
    #expect(table.takeChanges().count == 25_002)
  }

  @Test("tens of thousands of routes that come and go are found as in a dictionary", arguments: [1, 2])
  func large(_ seed: UInt64) {
    var random = RandomSource(seed: seed)
    var table = makeTable()
    var model: Set<IPPrefix> = []
    func prefix() -> IPPrefix {
      let bits = 0x0a00_0000 | random.below(1 << 8) << 16 | random.below(1 << 16)
      return IPPrefix(IPAddress(v4: UInt32(bits)), length: 8 + Int(random.below(25)))
    }
    for round in 0..<3 {
      while model.count < 30_000 {
        let p = prefix()
        table.add(Route(prefix: p, source: .static, interface: Port.lan))
        model.insert(p)
      }
      _ = table.takeChanges()
      for p in model.sorted() where random.below(8) > 0 || round == 2 {
        table.remove(prefix: p, source: .static, nextHop: nil, interface: nil)
        model.remove(p)
      }
      if round > 0 { _ = table.takeChanges() }
      #expect(table.entries.map(\.route.prefix) == model.sorted())
      for _ in 0..<5_000 {
        let address = prefix().address
        let best = (0...32).reversed().lazy.map { IPPrefix(address, length: $0) }.first(where: model.contains)
        #expect(table.longestMatch(for: address, vrf: .default)?.prefix == best)
      }
    }
  }

  @Test("changes are handed out in slices, in prefix order over all of them, whatever comes in between")
  func slices() {
    var table = makeTable()
    for i in (0..<300 as Range<UInt32>).reversed() {
      table.add(Route(prefix: IPPrefix(IPAddress(v4: i << 24 / 2), length: 30), source: .static, interface: Port.lan))
    }
    table.add(staticRoute("2001:db8::/32", Port.lan))
    table.add(staticRoute("::/0", Port.lan))
    var prefixes: [IPPrefix] = []
    while table.hasChanges { prefixes += table.takeChanges(limit: 7).map(\.prefix) }
    #expect(prefixes == table.entries.map(\.route.prefix))
    #expect(prefixes == prefixes.sorted())
    for i in 0..<40 { table.add(staticRoute("10.0.\(i).0/24", Port.wan)) }
    let first = table.takeChanges(limit: 10)
    table.add(staticRoute("10.0.0.0/24", Port.lan, distance: 250))
    table.add(staticRoute("9.0.0.0/24", Port.lan))
    let second = table.takeChanges()
    #expect(first.map(\.prefix) == (0..<10).map { net("10.0.\($0).0/24") })
    #expect(second.first?.prefix == net("9.0.0.0/24") && second.count == 31)
  }
}

@Suite("Equal-cost paths") struct EqualCostTests {
  private func paths(_ table: inout RoutingTable, _ prefix: String) -> ForwardingAction? {
    table.takeChanges().last { $0.prefix == net(prefix) }?.action
  }

  @Test("routes of one source, distance and metric share the packets; a worse metric waits")
  func sharing() {
    var table = makeTable([connected("10.0.0.0/24", Port.tunnel0), connected("10.1.0.0/24", Port.lan)])
    let all = [bgp("20.0.0.0/8", via: "10.0.0.2"), bgp("20.0.0.0/8", via: "10.1.0.2"), bgp("20.0.0.0/8", via: "10.0.0.9", metric: 5)]
    table.apply(.paths(net("20.0.0.0/8"), .bgp, all))
    let both = [
      ForwardingPath(interface: Port.tunnel0, nextHop: ip("10.0.0.2"), isTunnel: true),
      ForwardingPath(interface: Port.lan, nextHop: ip("10.1.0.2"), isTunnel: false),
    ]
    #expect(paths(&table, "20.0.0.0/8") == .paths(both))
    #expect(table.best(net("20.0.0.0/8"))?.equalPaths.map(\.resolvedNextHop) == [ip("10.0.0.2"), ip("10.1.0.2")])
    table.setInterface(Port.tunnel0, isUp: false)
    #expect(paths(&table, "20.0.0.0/8") == .host(Port.lan))
    table.setInterface(Port.tunnel0, isUp: true)
    #expect(paths(&table, "20.0.0.0/8") == .paths(both))
  }

  @Test("two next hops that come to the same way are one; an override takes all of them")
  func sameWay() {
    var table = makeTable([
      connected("10.0.0.0/24", Port.tunnel0), staticRoute("30.0.0.0/8", via: "10.0.0.2", Port.tunnel0), bgp("20.0.0.0/8", via: "30.0.0.1"),
      bgp("20.0.0.0/8", via: "30.0.0.2"),
    ])
    #expect(paths(&table, "20.0.0.0/8") == .tunnel(Port.tunnel0, nextHop: ip("10.0.0.2")))
    table.add(bgp("20.0.0.0/8", via: "10.0.0.3"))
    #expect(table.best(net("20.0.0.0/8"))?.equalPaths.count == 3)
    table.setOverride(net("20.0.0.0/8"), nextHop: ip("10.0.0.7"), interface: Port.tunnel0, at: .start)
    #expect(paths(&table, "20.0.0.0/8") == .tunnel(Port.tunnel0, nextHop: ip("10.0.0.7")))
  }

  @Test("connected networks, kernel routes and shortcuts are never shared; neither is Null0")
  func unshared() {
    var table = makeTable([
      connected("10.0.0.0/24", Port.lan), connected("10.0.0.0/24", Port.wan), shortcut("20.0.0.0/8", via: "10.0.0.2"),
      shortcut("20.0.0.0/8", via: "10.0.0.3"), discard("30.0.0.0/8"), staticRoute("30.0.0.0/8", Port.lan),
    ])
    let changes = table.takeChanges()
    #expect(changes.map(\.action) == [.host(Port.lan), .tunnel(Port.tunnel0, nextHop: ip("10.0.0.2")), .discard])
    #expect(table.entries.allSatisfy { $0.equalPaths.isEmpty })
  }
}
