// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import RIP
import Routing
import Testing
import Wire

@Suite("RIP and lists, redistribution, limits")
struct RIPPolicyTests {
  private func route(_ prefix: String, _ source: RouteSource, metric: UInt32 = 0, nextHop: String? = nil, interface: UInt16? = nil)
    -> RedistributionChange
  {
    .route(
      Route(
        prefix: net(prefix), source: source, metric: metric, nextHop: nextHop.map(ip), interface: interface.map { InterfaceID($0) }, tag: 9)
    )
  }

  @Test("distribute-list in: a spoke may give its LAN and nothing else; what a new list forbids goes at once")
  func inbound() {
    let cloud = TimerTests.listener("distribute-list prefix LANS in Tunnel0\nip prefix-list LANS permit 192.168.0.0/16 le 24")
    #expect(cloud["n"].editor.refusals == [])
    TimerTests.says(
      cloud,
      [RIPRouteEntry(.defaultV4, metric: 1), RIPRouteEntry(TimerTests.lan, metric: 1), RIPRouteEntry(net("192.168.2.128/25"), metric: 1)])
    #expect(cloud["n"].table.keys.sorted() == [TimerTests.lan])
    #expect(cloud["n"].engine.traffic.refusedEntries == [.filtered: 2])
    cloud.configure("n", "ip prefix-list LANS seq 1 deny 192.168.2.0/24")
    #expect(cloud["n"].table.isEmpty)
  }

  @Test("distribute-list out and offset-lists: what an interface does not tell, and how far it says things are")
  func outbound() {
    let cloud = TimerTests.listener(
      "network 192.168.9.0\n offset-list 0 in 2 Tunnel0\n offset-list 7 out 3\n distribute-list 8 out GigabitEthernet0/1\naccess-list 7 permit 192.168.2.0\naccess-list 8 deny 192.168.3.0\naccess-list 8 permit any"
    )
    #expect(cloud["n"].editor.refusals == [])
    cloud.setInterface("n", 2, "GigabitEthernet0/1 192.168.9.1/24")
    TimerTests.says(cloud, ["192.168.2.0/24", "192.168.3.0/24", "192.168.4.0/24"].map { RIPRouteEntry(net($0), metric: 1) })
    #expect(cloud["n"].table[TimerTests.lan]?.first?.metric == 3)
    cloud.run(seconds: 40)
    #expect(cloud["n"].lastEntry("192.168.2.0/24", on: 2)?.metric == 7 && cloud["n"].lastEntry("192.168.4.0/24", on: 2)?.metric == 4)
    #expect(cloud["n"].lastEntry("192.168.3.0/24", on: 2) == nil)
  }

  @Test("a route-map in a distribute-list sets metric and tag, both ways")
  func routeMaps() {
    let cloud = TimerTests.listener(
      """
      network 192.168.9.0
       distribute-list route-map IN in
       distribute-list route-map OUT out GigabitEthernet0/1
      route-map IN permit 10
       set metric 3
       set tag 5
      route-map OUT permit 10
       set metric 9
       set tag 6
      """)
    #expect(cloud["n"].editor.refusals == [])
    cloud.setInterface("n", 2, "GigabitEthernet0/1 192.168.9.1/24")
    TimerTests.says(cloud, [RIPRouteEntry(TimerTests.lan, metric: 1)])
    #expect(cloud["n"].table[TimerTests.lan]?.first?.metric == 3 && cloud["n"].table[TimerTests.lan]?.first?.tag == 5)
    cloud.run(seconds: 6)
    #expect(cloud["n"].lastEntry("192.168.2.0/24", on: 2) == RIPRouteEntry(TimerTests.lan, metric: 9, tag: 6))
    TimerTests.says(cloud, [RIPRouteEntry(TimerTests.lan, metric: 16)])
    cloud.run(seconds: 6)
    #expect(cloud["n"].table[TimerTests.lan] == nil && cloud["n"].lastEntry("192.168.2.0/24", on: 2)?.metric == 16)
  }

  @Test("distance: of the process, of some sources, 255 for never")
  func distances() {
    let cloud = TimerTests.listener("distance 130\n distance 90 10.0.0.3 0.0.0.0\n distance 255 10.0.0.4 0.0.0.0")
    TimerTests.says(cloud, [RIPRouteEntry(net("192.168.2.0/24"), metric: 1)])
    TimerTests.says(cloud, [RIPRouteEntry(net("192.168.3.0/24"), metric: 1)], from: "10.0.0.3")
    TimerTests.says(cloud, [RIPRouteEntry(net("192.168.4.0/24"), metric: 1)], from: "10.0.0.4")
    #expect(cloud["n"].table.keys.sorted().map { cloud["n"].table[$0]?.first?.distance } == [130, 90])
  }

  @Test(
    "redistribution: sources are asked for, metrics come from the line, the default one, or for static and connected 1; others have none")
  func redistribution() {
    let cloud = TimerTests.listener(
      "redistribute static\n redistribute bgp 65000\n redistribute odr metric 3 route-map R\nroute-map R permit 10\n match ip address prefix-list P\n set tag 55\nip prefix-list P permit 172.16.1.0/24"
    )
    #expect(cloud["n"].editor.refusals == [] && cloud["n"].wanted == [.static, .bgp, .odr])
    cloud.input(
      "n",
      .redistributed([
        route("172.16.9.0/24", .static), route("172.16.8.0/24", .bgp), route("172.16.1.0/24", .odr), route("172.16.2.0/24", .odr),
        route("172.16.3.0/24", .nhrp),
      ]))
    cloud.run(seconds: 40)
    #expect(cloud["n"].lastEntry("172.16.9.0/24") == RIPRouteEntry(net("172.16.9.0/24"), metric: 1, tag: 9))
    #expect(cloud["n"].lastEntry("172.16.1.0/24") == RIPRouteEntry(net("172.16.1.0/24"), metric: 3, tag: 55))
    for absent in ["172.16.8.0/24", "172.16.2.0/24", "172.16.3.0/24"] { #expect(cloud["n"].lastEntry(absent) == nil, "\(absent)") }
    cloud.configure("n", "router rip\n default-metric 5")
    cloud.run(seconds: 1)
    #expect(cloud["n"].lastEntry("172.16.8.0/24")?.metric == 5)
    cloud.input("n", .redistributed([.gone(net("172.16.9.0/24"), .static)]))
    cloud.run(seconds: 6)
    #expect(cloud["n"].lastEntry("172.16.9.0/24")?.metric == 16)
    cloud.configure("n", "router rip\n no redistribute odr")
    cloud.run(seconds: 6)
    #expect(cloud["n"].wanted == [.static, .bgp] && cloud["n"].lastEntry("172.16.1.0/24")?.metric == 16)
  }

  @Test("a redistributed route that leads to a neighbour on the network names it as next hop, RFC 2453 §4.4")
  func redistributedNextHop() {
    let cloud = TimerTests.listener("redistribute static")
    cloud.input("n", .redistributed([route("172.16.9.0/24", .static, nextHop: "10.0.0.77", interface: 1)]))
    cloud.run(seconds: 6)
    #expect(cloud["n"].lastEntry("172.16.9.0/24")?.nextHop == ip("10.0.0.77").v4Bits)
  }

  @Test("what is redistributed is not learned back from neighbours")
  func noFeedback() {
    let cloud = TimerTests.listener("redistribute bgp 65000 metric 4")
    cloud.input("n", .redistributed([route("172.16.9.0/24", .bgp)]))
    TimerTests.says(cloud, [RIPRouteEntry(net("172.16.9.0/24"), metric: 2)])
    #expect(cloud["n"].table.isEmpty)
  }

  @Test("one neighbour cannot take more than its part of the table; others still find room, and it is said once")
  func routeLimit() {
    let cloud = TimerTests.listener()
    var n = 0
    while n <= RIPLimits.routesPerNeighbour {
      let entries = (n..<n + 25).map { RIPRouteEntry(IPPrefix(IPAddress(v4: 0x1000_0000 + UInt32($0) << 8), length: 24), metric: 1) }
      TimerTests.says(cloud, entries)
      n += 25
    }
    #expect(cloud["n"].table.count == RIPLimits.routesPerNeighbour)
    #expect(cloud["n"].engine.traffic.refusedEntries[.limit] == UInt64(n - RIPLimits.routesPerNeighbour))
    #expect(cloud["n"].records.count { $0.kind == .ripLimitReached } == 1)
    TimerTests.says(cloud, [RIPRouteEntry(TimerTests.lan, metric: 1)], from: "10.0.0.3")
    #expect(cloud["n"].table[TimerTests.lan] != nil)
  }

  @Test("what a neighbour's certificate does not name is refused and counted, and said once; a narrower certificate takes paths back")
  func certificate() {
    let cloud = TimerTests.listener(), neighbour = ip("10.0.0.2")
    let all = ["192.168.2.0/24", "192.168.2.128/25", "192.168.0.0/16", "0.0.0.0/0"].map { RIPRouteEntry(net($0), metric: 1) }
    cloud.input("n", .limit(neighbour, [net("192.168.2.0/24")]))
    TimerTests.says(cloud, all)
    #expect(cloud["n"].table.keys.sorted() == [net("192.168.2.0/24"), net("192.168.2.128/25")])
    #expect(cloud["n"].engine.traffic.refusedEntries == [.certificate: 2] && cloud["n"].engine.limits.refusals(of: neighbour) == 2)
    TimerTests.says(cloud, all, from: "10.0.0.3")
    #expect(cloud["n"].table.count == 4, "others are not limited")
    cloud.input("n", .limit(neighbour, [net("192.168.2.128/25")]))
    #expect(cloud["n"].table[net("192.168.2.0/24")]?.contains { $0.nextHop == neighbour } != true)
    TimerTests.says(cloud, all)
    #expect(cloud["n"].records.filter { $0.kind == .announcementRefused }.map(\.a) == [neighbour])
    cloud.input("n", .limit(neighbour, nil))
    TimerTests.says(cloud, all)
    #expect(cloud["n"].table[net("192.168.0.0/16")]?.contains { $0.nextHop == neighbour } == true)
  }

  @Test("malformed datagrams are counted by kind, and nothing traps, whatever comes")
  func garbage() {
    let cloud = TimerTests.listener()
    var random = RandomSource(seed: 7)
    for _ in 0..<2_000 {
      let count = Int(random.below(90))
      var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      if count > 3, random.below(2) == 0 { (bytes[0], bytes[1]) = (2, 2) }
      cloud.input("n", AuthenticationTests.datagram(bytes))
    }
    for message in RIPMessageTests.everything {
      for at in message.indices {
        var bytes = message
        bytes[at] ^= UInt8(1 << random.below(8))
        cloud.input("n", AuthenticationTests.datagram(bytes))
      }
    }
    cloud.run(seconds: 300)
    #expect(cloud["n"].engine.traffic.malformed.values.reduce(0, +) > 500)
  }
}
