// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Routing
import Testing
import Wire

/// Filters, limits and what we originate.
struct PolicyTests {
  let a = IPAddress(10, 0, 0, 2), b = IPAddress(10, 0, 0, 3), own = IPAddress(10, 0, 0, 1)
  static let pair = "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n neighbor 10.0.0.3 remote-as 65003"

  private func bench(_ lines: String, policy: String = "") throws -> BGPBench {
    let bench = try BGPBench(Self.pair + "\n" + lines, policy: policy)
    bench.connect(a, asNumber: 65002)
    bench.connect(b, asNumber: 65003)
    bench.forget()
    return bench
  }

  @Test("a spoke's default route and the hub's own prefixes are filtered, what is its own comes in")
  func inbound() throws {
    let bench = try bench(
      "neighbor 10.0.0.2 prefix-list SPOKE in", policy: "ip prefix-list SPOKE seq 5 permit 192.168.0.0/16 ge 24 le 24")
    bench.announce(["0.0.0.0/0", "172.16.0.0/16", "192.168.2.0/24", "192.168.2.128/25"], from: a, path: [65002])
    #expect(bench.table.keys.map { "\($0)" } == ["192.168.2.0/24"])
    #expect(bench.engine.neighborSnapshot(a)?.families.first?.refused == 3)
    #expect(Array(bench.told(b).keys) == ["192.168.2.0/24"])
  }

  @Test("a route-map changes what comes in; an implicit withdrawal follows where it denies")
  func routeMap() throws {
    let policy = """
      ip prefix-list ONE seq 5 permit 192.168.1.0/24
      route-map IN deny 5
       match as-path 7
      route-map IN permit 10
       match ip address prefix-list ONE
       set local-preference 300
       set community 65001:7
      ip as-path access-list 7 permit _666_
      """
    let bench = try bench("neighbor 10.0.0.2 route-map IN in", policy: policy)
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    let row = try #require(bench.row("192.168.1.0/24"))
    #expect(row.paths.first?.attributes.localPreference == 300)
    #expect(row.paths.first?.attributes.communities == [0xfde9_0007])
    #expect(bench.table.count == 1)
    bench.announce(["192.168.1.0/24"], from: a, path: [65002, 666])
    #expect(bench.table.isEmpty)
  }

  @Test("outbound filters decide per neighbour; a change of a list withdraws and tells, with no flap of the rest")
  func outbound() throws {
    let bench = try bench("neighbor 10.0.0.3 prefix-list OUT out", policy: "ip prefix-list OUT seq 5 permit 192.168.1.0/24")
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    #expect(Array(bench.told(b).keys) == ["192.168.1.0/24"])
    bench.handle(.policy(try Lines.policy("ip prefix-list OUT seq 5 permit 192.168.2.0/24")))
    bench.run()
    let told = bench.told(b)
    #expect(told.keys.sorted() == ["192.168.1.0/24", "192.168.2.0/24"])
    #expect((told["192.168.1.0/24"] ?? nil) == nil && (told["192.168.2.0/24"] ?? nil) != nil)
  }

  @Test("a changed outbound line sends only what differs")
  func regroup() throws {
    let bench = try bench("", policy: "ip prefix-list OUT seq 5 permit 192.168.1.0/24")
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    bench.forget()
    try bench.configure(Self.pair + "\n neighbor 10.0.0.3 prefix-list OUT out")
    bench.run()
    #expect(bench.told(b) == ["192.168.2.0/24": nil])
    try bench.configure(Self.pair)
    bench.run()
    #expect(bench.told(b)["192.168.2.0/24"] != nil)
    #expect(bench.engine.summary()?.established == 2)
  }

  @Test("soft reconfiguration passes kept routes again; without it a route refresh is sent, RFC 2918")
  func softInbound() throws {
    let keeping = "neighbor 10.0.0.2 soft-reconfiguration inbound\n neighbor 10.0.0.2 prefix-list IN in"
    let bench = try bench(keeping, policy: "ip prefix-list IN seq 5 permit 192.168.1.0/24")
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    #expect(bench.table.count == 1)
    #expect(bench.engine.neighborSnapshot(a)?.families.first?.filtered == 1)
    bench.handle(.policy(try Lines.policy("ip prefix-list IN seq 5 permit 192.168.2.0/24")))
    bench.run()
    #expect(bench.table.keys.map { "\($0)" } == ["192.168.2.0/24"])
    let asking = try self.bench("neighbor 10.0.0.2 prefix-list IN in", policy: "ip prefix-list IN seq 5 permit 192.168.1.0/24")
    asking.handle(.clear(BGPClearScope(.neighbor(a), .softIn)))
    #expect(asking.messages(a).contains(.routeRefresh(RouteRefreshMessage(afi: 1, safi: 1))))
  }

  @Test("what a neighbour's certificate does not name is neither chosen nor told on; a narrower one withdraws, a wider one asks again")
  func certificate() throws {
    for lines in ["", "neighbor 10.0.0.2 soft-reconfiguration inbound"] {
      let bench = try bench(lines)
      let all = ["0.0.0.0/0", "192.168.2.0/24", "192.168.2.128/25", "192.168.3.0/24"]
      bench.announce(["192.168.3.0/24"], from: b, path: [65003, 65009])
      bench.forget()
      bench.handle(.limit(a, ["192.168.2.0/24"].compactMap { IPPrefix($0) }))
      bench.announce(all, from: a, path: [65002])
      #expect(bench.table.keys.sorted().map { "\($0)" } == ["192.168.2.0/24", "192.168.2.128/25", "192.168.3.0/24"])
      #expect(bench.table[IPPrefix(IPAddress(192, 168, 3, 0), length: 24)]?.map(\.nextHop) == [b], "the true one, by a longer path")
      #expect(bench.told(b).keys.sorted() == ["192.168.2.0/24", "192.168.2.128/25"])
      #expect(bench.engine.limits.refusals(of: a) == 2 && bench.engine.summary()?.counters.refusedByCertificate == 2)
      #expect(bench.records.filter { $0.kind == .announcementRefused }.map(\.a) == [a])
      bench.handle(.limit(a, ["192.168.2.128/25"].compactMap { IPPrefix($0) }))
      bench.run()
      #expect(bench.table.keys.sorted().map { "\($0)" } == ["192.168.2.128/25", "192.168.3.0/24"])
      bench.forget()
      bench.handle(.limit(a, nil))
      bench.run()
      // What was kept is taken, what was not is asked for (RFC 2918).
      if lines.isEmpty {
        #expect(bench.messages(a).contains(.routeRefresh(RouteRefreshMessage(afi: 1, safi: 1))))
        bench.announce(all, from: a, path: [65002])
      }
      #expect(bench.table.count == 4)
    }
  }

  @Test("a neighbour that asks is told everything again, RFC 2918 §4")
  func refresh() throws {
    let bench = try bench("")
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    bench.forget()
    bench.send(.routeRefresh(RouteRefreshMessage(afi: 1, safi: 1)), from: b)
    bench.send(.routeRefresh(RouteRefreshMessage(afi: 25, safi: 65)), from: b)
    bench.run()
    #expect(bench.told(b).count == 2)
  }

  @Test("maximum-prefix ends the session of who sends more, warns before, and lets it return, RFC 4486 §4")
  func maximumPrefix() throws {
    let bench = try bench("neighbor 10.0.0.2 maximum-prefix 3 60 restart 1")
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    #expect(bench.records.contains { $0.kind == .bgpPrefixWarning })
    bench.announce(["192.168.3.0/24", "192.168.4.0/24"], from: a, path: [65002])
    let errors = bench.messages(a).compactMap { if case .notification(let n) = $0 { n.error } else { nil } }
    #expect(errors == [BGPError(.cease, 1, bytes: [0, 1, 1, 0, 0, 0, 3])])
    #expect(bench.table.isEmpty)
    #expect(bench.engine.neighborSnapshot(a)?.reason == "PfxCt")
    bench.accept(a)
    #expect(!bench.isConnected(a))
    bench.run(.seconds(61))
    bench.connect(a, asNumber: 65002)
    #expect(bench.engine.neighborSnapshot(a)?.state == .established)
    #expect(bench.engine.neighborSnapshot(b)?.drops == 0)
  }

  @Test("warning-only warns only")
  func warningOnly() throws {
    let bench = try bench("neighbor 10.0.0.2 maximum-prefix 1 warning-only")
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    #expect(bench.table.count == 2)
  }

  // MARK: Origination

  @Test("network tells a route while the table has exactly it, redistribute those of a source")
  func origination() throws {
    let bench = try bench("network 172.16.1.0 mask 255.255.255.0\n redistribute static metric 7")
    #expect(bench.wanted == [.connected, .static, .kernel, .nhrp, .rip, .odr])
    bench.offer("172.16.1.0/24", .connected)
    bench.offer("172.16.2.0/24", .connected)
    bench.offer("172.16.3.0/24", .static, nextHop: IPAddress(10, 0, 0, 9))
    let told = bench.told(b)
    #expect(told.keys.sorted() == ["172.16.1.0/24", "172.16.3.0/24"])
    let network = try #require(told["172.16.1.0/24"] ?? nil), other = try #require(told["172.16.3.0/24"] ?? nil)
    #expect(network.origin == .igp && network.nextHop == own && network.asPath.text == "65001" && network.multiExitDiscriminator == 0)
    #expect(other.origin == .incomplete && other.multiExitDiscriminator == 7 && other.nextHop == IPAddress(10, 0, 0, 9))
    #expect(bench.table.isEmpty)
    bench.takeBack("172.16.1.0/24", .connected)
    #expect(bench.told(b) == ["172.16.1.0/24": nil])
    try bench.configure(Self.pair)
    bench.run()
    #expect(bench.told(b) == ["172.16.3.0/24": nil])
  }

  @Test("an aggregate stands while a part of it does; summary-only hides the parts, RFC 4271 §9.2.2.2")
  func aggregate() throws {
    let bench = try bench("aggregate-address 192.168.0.0 255.255.0.0 summary-only")
    bench.announce(["192.168.1.0/24", "172.16.0.0/16"], from: a, path: [65002])
    let told = bench.told(b)
    #expect(told.keys.sorted() == ["172.16.0.0/16", "192.168.0.0/16"])
    let summary = try #require(told["192.168.0.0/16"] ?? nil)
    #expect(summary.isAtomicAggregate && summary.aggregator == Aggregator(asNumber: 65001, identifier: own.v4Bits))
    #expect(summary.asPath.text == "65001")
    #expect(IPPrefix("192.168.0.0/16").flatMap { bench.table[$0] }?.first?.isDiscard == true)
    bench.withdraw(["192.168.1.0/24"], from: a)
    #expect(bench.told(b) == ["192.168.0.0/16": nil])
    #expect(bench.table.keys.map { "\($0)" } == ["172.16.0.0/16"])
  }

  @Test("as-set collects the ASes of the parts, so that none of them takes it back")
  func asSet() throws {
    let bench = try bench("aggregate-address 192.168.0.0 255.255.0.0 as-set")
    bench.announce(["192.168.1.0/24"], from: a, path: [65002, 9])
    bench.announce(["192.168.2.0/24"], from: a, path: [65002, 8])
    bench.run(.seconds(2))
    let summary = try #require(bench.told(b)["192.168.0.0/16"] ?? nil)
    #expect(summary.asPath.text == "65001 {8,9,65002}")
    #expect(!summary.isAtomicAggregate)
  }

  @Test("default-originate tells a default route without having one, to that neighbour only")
  func defaultOriginate() throws {
    let bench = try BGPBench(Self.pair + "\n neighbor 10.0.0.3 default-originate")
    bench.connect(a, asNumber: 65002)
    bench.connect(b, asNumber: 65003)
    let told = try #require(bench.told(b)["0.0.0.0/0"] ?? nil)
    #expect(told.nextHop == own && told.asPath.text == "65001")
    #expect(bench.told(a).isEmpty && bench.table.isEmpty)
  }

  @Test("distances are those of the line, and a change is told")
  func distance() throws {
    let bench = try bench("distance bgp 30 150 160")
    bench.announce(["192.168.1.0/24"], from: a, path: [65002])
    #expect(bench.table.values.first?.first?.distance == 30)
    try bench.configure(Self.pair)
    bench.run()
    #expect(bench.table.values.first?.first?.distance == 20)
  }
}
