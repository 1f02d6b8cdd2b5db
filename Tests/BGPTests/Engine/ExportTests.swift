// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Testing
import Wire

/// Who is told what, and how it looks.
struct ExportTests {
  let a = IPAddress(10, 0, 0, 2), b = IPAddress(10, 0, 0, 3), c = IPAddress(10, 0, 0, 4), own = IPAddress(10, 0, 0, 1)
  static let pair = "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n neighbor 10.0.0.3 remote-as 65003"
  static let internals = "router bgp 65001\n neighbor 10.0.0.2 remote-as 65001\n neighbor 10.0.0.3 remote-as 65001"

  private func bench(_ lines: String, _ numbers: [UInt32], policy: String = "") throws -> BGPBench {
    let bench = try BGPBench(lines, policy: policy)
    for (address, number) in zip([a, b, c], numbers) { bench.connect(address, asNumber: number) }
    bench.forget()
    return bench
  }

  @Test("another AS gets our number in front, no local preference, no foreign MED, and its own subnet's next hop, RFC 4271 §5.1")
  func external() throws {
    let bench = try bench(Self.pair, [65002, 65003])
    bench.announce(["192.168.2.0/24"], from: a, path: [65002, 7], med: 9)
    let told = try #require(bench.told(b)["192.168.2.0/24"] ?? nil)
    #expect(told.asPath.text == "65001 65002 7")
    #expect(told.nextHop == a)
    #expect(told.multiExitDiscriminator == nil && told.localPreference == nil)
    #expect(bench.told(a).isEmpty)
    bench.withdraw(["192.168.2.0/24"], from: a)
    #expect(bench.told(b) == ["192.168.2.0/24": nil])
  }

  @Test("next-hop-self and a next hop elsewhere make it ours")
  func nextHopSelf() throws {
    let bench = try bench(Self.pair + "\n neighbor 10.0.0.3 next-hop-self", [65002, 65003])
    bench.announce(["192.168.2.0/24"], from: a, path: [65002])
    #expect((bench.told(b)["192.168.2.0/24"] ?? nil)?.nextHop == own)
    let far = try self.bench(Self.pair, [65002, 65003])
    far.routes.others = [IPPrefix(IPAddress(192, 0, 2, 0), length: 24): 1]
    far.announce(["192.168.2.0/24"], from: a, path: [65002], nextHop: IPAddress(192, 0, 2, 1))
    #expect((far.told(b)["192.168.2.0/24"] ?? nil)?.nextHop == own)
    let kept = try self.bench(Self.pair + "\n neighbor 10.0.0.3 next-hop-unchanged", [65002, 65003])
    kept.routes.others = far.routes.others
    kept.announce(["192.168.2.0/24"], from: a, path: [65002], nextHop: IPAddress(192, 0, 2, 1))
    #expect((kept.told(b)["192.168.2.0/24"] ?? nil)?.nextHop == IPAddress(192, 0, 2, 1))
  }

  @Test("routes of our AS go to none of it, but to clients and from them, with originator and cluster, RFC 4456 §6, §8")
  func reflection() throws {
    let plain = try bench(Self.internals, [65001, 65001])
    plain.announce(["192.168.2.0/24"], from: a, path: [], localPreference: 100)
    #expect(plain.told(b).isEmpty)
    let bench = try bench(Self.internals + "\n neighbor 10.0.0.2 route-reflector-client", [65001, 65001])
    bench.announce(["192.168.2.0/24"], from: a, path: [], localPreference: 150)
    let told = try #require(bench.told(b)["192.168.2.0/24"] ?? nil)
    #expect(told.originatorID == a.v4Bits && told.clusterList == [own.v4Bits])
    #expect(told.nextHop == a && told.localPreference == 150)
    bench.announce(["192.168.3.0/24"], from: b, path: [], localPreference: 100)
    #expect((bench.told(a)["192.168.3.0/24"] ?? nil)?.originatorID == b.v4Bits)
  }

  @Test("next-hop-self leaves reflected routes alone; with all it does not (phase 3)")
  func nextHopSelfAll() throws {
    let clients = "\n neighbor 10.0.0.2 route-reflector-client\n neighbor 10.0.0.3 route-reflector-client"
    let some = try bench(Self.internals + clients + "\n neighbor 10.0.0.3 next-hop-self", [65001, 65001])
    some.announce(["192.168.2.0/24"], from: a, path: [], localPreference: 100)
    #expect((some.told(b)["192.168.2.0/24"] ?? nil)?.nextHop == a)
    let all = try bench(Self.internals + clients + "\n neighbor 10.0.0.3 next-hop-self all", [65001, 65001])
    all.announce(["192.168.2.0/24"], from: a, path: [], localPreference: 100)
    #expect((all.told(b)["192.168.2.0/24"] ?? nil)?.nextHop == own)
  }

  @Test("a reflected route that comes back is ignored: own originator, own cluster, RFC 4456 §8")
  func reflectionLoop() throws {
    let bench = try bench(Self.internals, [65001, 65001])
    bench.announce(["192.168.1.0/24"], from: a, path: [], localPreference: 100, more: [.originatorID(own.v4Bits)])
    bench.announce(["192.168.2.0/24"], from: a, path: [], localPreference: 100, more: [.clusterList([5, own.v4Bits])])
    #expect(bench.table.isEmpty)
    bench.announce(["192.168.3.0/24"], from: a, path: [], localPreference: 100, more: [.originatorID(7), .clusterList([5])])
    #expect(bench.table.count == 1)
  }

  @Test("our own AS in a path refuses it, as often as allowas-in does not allow, RFC 4271 §9.1.2")
  func asLoop() throws {
    let bench = try bench(Self.pair + "\n neighbor 10.0.0.3 allowas-in 1", [65002, 65003])
    bench.announce(["192.168.1.0/24"], from: a, path: [65002, 65001])
    bench.announce(["192.168.2.0/24"], from: b, path: [65003, 65001])
    bench.announce(["192.168.3.0/24"], from: b, path: [65003, 65001, 65001])
    #expect(bench.table.keys.map { "\($0)" } == ["192.168.2.0/24"])
    #expect(bench.engine.neighborSnapshot(a)?.families.first?.refused == 1)
  }

  @Test("a path must begin with the neighbour's AS, unless that is switched off")
  func firstAS() throws {
    let bench = try bench(Self.pair, [65002, 65003])
    bench.announce(["192.168.1.0/24"], from: a, path: [7])
    #expect(bench.table.isEmpty)
    let off = try self.bench(Self.pair + "\n no bgp enforce-first-as", [65002, 65003])
    off.announce(["192.168.1.0/24"], from: a, path: [7])
    #expect(off.table.count == 1)
  }

  @Test("as-override puts our AS in the place of the neighbour's; remove-private-as takes private ones out")
  func asPaths() throws {
    let two = "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n neighbor 10.0.0.3 remote-as 65002"
    let bench = try bench(two + "\n neighbor 10.0.0.3 as-override", [65002, 65002])
    bench.announce(["192.168.1.0/24"], from: a, path: [65002, 65002])
    #expect((bench.told(b)["192.168.1.0/24"] ?? nil)?.asPath.text == "65001 65001 65001")
    let removing = try self.bench(Self.pair + "\n neighbor 10.0.0.3 remove-private-as", [65002, 65003])
    removing.announce(["192.168.1.0/24"], from: a, path: [65002, 64512])
    removing.announce(["192.168.2.0/24"], from: a, path: [65002, 7])
    let told = removing.told(b)
    #expect((told["192.168.1.0/24"] ?? nil)?.asPath.text == "65001")
    #expect((told["192.168.2.0/24"] ?? nil)?.asPath.text == "65001 65002 7")
  }

  @Test("communities are sent where that is said, and keep routes in, RFC 1997, RFC 8092")
  func communities() throws {
    let bench = try bench(Self.pair + "\n neighbor 10.0.0.3 send-community all", [65002, 65003])
    bench.announce(["192.168.1.0/24"], from: a, path: [65002], more: [.communities([0xfdea_0001]), .largeCommunities([.init(1, 2, 3)])])
    bench.announce(["192.168.2.0/24"], from: a, path: [65002], more: [.communities([0xffff_ff01])])
    bench.announce(["192.168.3.0/24"], from: a, path: [65002], more: [.communities([0xffff_ff02])])
    let told = bench.told(b)
    #expect(told.keys.sorted() == ["192.168.1.0/24"])
    #expect((told["192.168.1.0/24"] ?? nil)?.communities == [0xfdea_0001])
    #expect((told["192.168.1.0/24"] ?? nil)?.largeCommunities == [.init(1, 2, 3)])
    let quiet = try self.bench(Self.pair, [65002, 65003])
    quiet.announce(["192.168.1.0/24"], from: a, path: [65002], more: [.communities([0xfdea_0001])])
    #expect((quiet.told(b)["192.168.1.0/24"] ?? nil)?.communities == [])
  }

  @Test("an unknown transitive attribute goes on with the partial bit, another one does not, RFC 4271 §5")
  func unknown() throws {
    let bench = try bench(Self.pair, [65002, 65003])
    let attributes: [PathAttribute] = [
      .init(.origin(.igp)), .init(.asPath(ASPath(sequence: [65002]), isWide: true)), .init(.nextHop(a)),
      .init(.unknown(code: 99, [1, 2]), flags: 0xc0), .init(.unknown(code: 98, [3]), flags: 0x80),
    ]
    bench.send(.update(UpdateMessage(attributes: attributes, nlri: [NLRI(IPPrefix(IPAddress(192, 168, 1, 0), length: 24))])), from: a)
    bench.run()
    #expect((bench.told(b)["192.168.1.0/24"] ?? nil)?.unknown == [PathAttribute(.unknown(code: 99, [1, 2]), flags: 0xe0)])
  }

  @Test("who knows only two octets gets 23456 and the whole path beside it, RFC 6793 §4.2.2")
  func oldSpeaker() throws {
    let wide = "router bgp 4200000001\n neighbor 10.0.0.2 remote-as 65002\n neighbor 10.0.0.3 remote-as 65003"
    let bench = try BGPBench(wide)
    bench.connect(a, asNumber: 65002)
    bench.connect(b, asNumber: 65003, capabilities: [.multiprotocol(afi: 1, reserved: 0, safi: 1)])
    bench.forget()
    bench.announce(["192.168.1.0/24"], from: a, path: [65002, 4_200_000_777])
    guard case .update(let update)? = bench.messages(b).first else { throw TestFailure("no UPDATE") }
    let values = update.attributes.map(\.value)
    #expect(values.contains(.asPath(ASPath(sequence: [23456, 65002, 23456]), isWide: false)))
    #expect(values.contains(.as4Path(ASPath(sequence: [4_200_000_001, 65002, 4_200_000_777]))))
    // And back: what such a neighbour passes on is put together again (§4.2.3).
    bench.announce(["192.168.2.0/24"], from: b, path: [65003, 23456], more: [.as4Path(ASPath(sequence: [4_200_000_777]))])
    #expect((bench.told(a)["192.168.2.0/24"] ?? nil)?.asPath.text == "4200000001 65003 4200000777")
  }

  @Test("the end of the table is told to who restarts gracefully, behind the routes, RFC 4724 §2")
  func endOfTable() throws {
    let bench = try BGPBench(Self.pair)
    bench.connect(a, asNumber: 65002)
    bench.announce(["192.168.1.0/24"], from: a, path: [65002])
    bench.connect(
      b, asNumber: 65003,
      capabilities: [.multiprotocol(afi: 1, reserved: 0, safi: 1), .fourOctetAS(65003), .gracefulRestart(.init(restartSeconds: 0))])
    let updates = bench.messages(b).compactMap { if case .update(let u) = $0 { u } else { nil } }
    #expect(updates.map { $0.endOfTable == .ipv4 } == [false, true])
  }

  @Test("IPv6 routes go over an IPv4 session with our global address as next hop, RFC 4760, RFC 2545")
  func ipv6() throws {
    let both = Self.pair + "\n address-family ipv6\n neighbor 10.0.0.2 activate\n neighbor 10.0.0.3 activate"
    let bench = try bench(both, [65002, 65003])
    let hop = try #require(IPAddress("2001:db8:f::2")), prefix = try #require(IPPrefix("2001:db8:2::/48"))
    bench.routes.others = [try #require(IPPrefix("2001:db8:f::/64")): 1]
    bench.send(
      .update(
        UpdateMessage(attributes: [
          .init(.mpReach(MPReach(.ipv6, nextHop: hop, nlri: [NLRI(prefix)]))), .init(.origin(.igp)),
          .init(.asPath(ASPath(sequence: [65002]), isWide: true)),
        ])), from: a)
    bench.run()
    #expect(bench.table[prefix]?.first?.nextHop == hop)
    let told = try #require(bench.told(b)["2001:db8:2::/48"] ?? nil)
    #expect(told.nextHop == IPAddress("2001:db8::1"))
    #expect(told.asPath.text == "65001 65002")
    bench.send(.update(UpdateMessage(attributes: [.init(.mpUnreach(MPUnreach(.ipv6, nlri: [NLRI(prefix)])))])), from: a)
    bench.run()
    #expect(bench.told(b) == ["2001:db8:2::/48": nil])
    #expect(bench.table.isEmpty)
  }

  @Test(
    "several paths of a prefix are told and taken back one by one, RFC 7911",
    arguments: [
      "neighbor 10.0.0.4 additional-paths send receive", "bgp additional-paths send receive\n neighbor 10.0.0.2 additional-paths disable",
    ])
  func addPath(line: String) throws {
    let three =
      "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n neighbor 10.0.0.3 remote-as 65003\n neighbor 10.0.0.4 remote-as 65001\n "
    let bench = try BGPBench(three + line)
    bench.connect(a, asNumber: 65002)
    bench.connect(b, asNumber: 65003)
    bench.connect(
      c, asNumber: 65001,
      capabilities: [.multiprotocol(afi: 1, reserved: 0, safi: 1), .fourOctetAS(65001), .addPath([.init(afi: 1, safi: 1, mode: 3)])],
      pathIDs: true)
    bench.forget()
    bench.announce(["192.168.1.0/24"], from: a, path: [65002])
    bench.announce(["192.168.1.0/24"], from: b, path: [65003])
    func paths() -> [UInt32: String] {
      var out: [UInt32: String] = [:]
      for case .update(let u) in bench.messages(c) {
        for n in u.withdrawn { out[n.pathID] = nil }
        for n in u.nlri { out[n.pathID] = PathAttributes.read(u.attributes).asPath.text }
      }
      return out
    }
    #expect(paths().values.sorted() == ["65002", "65003"])
    bench.withdraw(["192.168.1.0/24"], from: a)
    #expect(paths().values.sorted() == ["65003"])
    bench.announce(["192.168.9.0/24"], from: c, path: [], localPreference: 100, pathID: 1)
    bench.announce(["192.168.9.0/24"], from: c, path: [], nextHop: b, localPreference: 90, pathID: 2)
    #expect(bench.nextHops("192.168.9.0/24") == [c])
    bench.withdraw(["192.168.9.0/24"], from: c, pathID: 1)
    #expect(bench.nextHops("192.168.9.0/24") == [b])
  }

  @Test("additional-paths of a family that a neighbour does not speak leaves its session alone, of one that it speaks it does not")
  func additionalPathsChange() throws {
    let lines = "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002"
    let bench = try bench(lines, [65002])
    try bench.configure(lines + "\n address-family ipv6\n  bgp additional-paths receive")
    #expect(bench.engine.summary()?.established == 1)
    try bench.configure(lines + "\n bgp additional-paths receive")
    #expect(bench.engine.summary()?.established == 0)
  }

  @Test("without a policy no routes are exchanged with other ASes where RFC 8212 is switched on")
  func requiresPolicy() throws {
    let bench = try bench(Self.pair + "\n bgp ebgp-requires-policy", [65002, 65003])
    bench.announce(["192.168.1.0/24"], from: a, path: [65002])
    #expect(bench.table.isEmpty && bench.told(b).isEmpty)
    let open = try self.bench(
      Self.pair + "\n bgp ebgp-requires-policy\n neighbor 10.0.0.2 route-map ALL in\n neighbor 10.0.0.3 route-map ALL out", [65002, 65003],
      policy: "route-map ALL permit 10")
    open.announce(["192.168.1.0/24"], from: a, path: [65002])
    #expect(open.table.count == 1 && open.told(b).count == 1)
  }
}
