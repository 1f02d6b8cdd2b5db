// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Testing
import Wire

/// What a neighbour that is broken or worse can do: to itself, and not to others.
struct HostileNeighborTests {
  private let a = IPAddress(10, 0, 0, 2), b = IPAddress(10, 0, 0, 3)
  private static let pair = "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n neighbor 10.0.0.3 remote-as 65003"

  @Test("a wrong attribute withdraws the routes of its message and keeps the session, RFC 7606")
  func treatAsWithdraw() throws {
    let bench = try BGPBench(Self.pair)
    bench.connect(a, asNumber: 65002)
    bench.connect(b, asNumber: 65003)
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    #expect(bench.told(b).count == 2)
    let bad: [PathAttribute] = [
      .init(.origin(.igp)), .init(.asPath(ASPath(sequence: [65002]), isWide: true)), .init(.nextHop(a)),
      .init(.malformed(code: 8, [1, 2, 3])),
    ]
    bench.send(
      .update(
        UpdateMessage(
          attributes: bad.map { PathAttribute($0.value, flags: $0.value.code == 8 ? 0xc0 : $0.flags) },
          nlri: [NLRI(IPPrefix(IPAddress(192, 168, 1, 0), length: 24))])), from: a)
    bench.run()
    #expect(bench.told(b) == ["192.168.1.0/24": nil])
    #expect(bench.table.count == 1)
    #expect(bench.engine.neighborSnapshot(a)?.state == .established)
    #expect(bench.engine.neighborSnapshot(a)?.updateErrors == 1)
    #expect(bench.records.contains { $0.kind == .bgpUpdateError && $0.x == 8 })
  }

  @Test("a broken LOCAL_PREF of another AS costs it nothing, one of our own AS its routes, RFC 7606 §7.5", arguments: [65001, 65002])
  func brokenPreference(asNumber: UInt32) throws {
    let bench = try BGPBench("router bgp 65001\n neighbor 10.0.0.2 remote-as \(asNumber)")
    bench.connect(a, asNumber: asNumber)
    bench.announce(["192.168.1.0/24"], from: a, path: [65002], more: [.malformed(code: 5, [1, 2, 3])])
    #expect(bench.table.count == (asNumber == 65001 ? 0 : 1))
    #expect(bench.engine.neighborSnapshot(a)?.updateErrors == 1)
    #expect(bench.records.contains { $0.kind == .bgpUpdateError && $0.x == 5 && $0.y == (asNumber == 65001 ? 2 : 1) })
  }

  @Test("ten thousand prefixes against a limit of a hundred: bounded, and the other neighbour does not notice")
  func flood() throws {
    let bench = try BGPBench(Self.pair + "\n neighbor 10.0.0.2 maximum-prefix 100")
    bench.connect(a, asNumber: 65002)
    bench.connect(b, asNumber: 65003)
    bench.announce(["172.16.0.0/16"], from: b, path: [65003])
    for i in 0..<20 where bench.isConnected(a) {
      bench.announce((0..<500).map { "20.\(i).\($0 / 250).\($0 % 250)/32" }, from: a, path: [65002])
    }
    #expect(!bench.isConnected(a))
    bench.run(.seconds(1))
    #expect(bench.table.keys.map { "\($0)" } == ["172.16.0.0/16"])
    #expect(bench.engine.neighborSnapshot(b)?.drops == 0)
    #expect(bench.engine.summary()?.paths[0] == 1)
  }

  @Test("a thousand paths of one prefix from one neighbour are cut, RFC 7911")
  func manyPaths() throws {
    let bench = try BGPBench(Self.pair + "\n neighbor 10.0.0.2 additional-paths receive")
    bench.connect(
      a, asNumber: 65002,
      capabilities: [.multiprotocol(afi: 1, reserved: 0, safi: 1), .fourOctetAS(65002), .addPath([.init(afi: 1, safi: 1, mode: 2)])],
      pathIDs: true)
    for i in 0..<1000 { bench.announce(["192.168.1.0/24"], from: a, path: [65002], pathID: UInt32(i)) }
    #expect(bench.engine.summary()?.paths[0] == BGPLimits.pathsPerPrefix)
    #expect(bench.engine.summary()?.counters.refusedPaths == UInt64(1000 - BGPLimits.pathsPerPrefix))
    let records = bench.records.filter { $0.kind == .bgpTableFull }
    #expect(records.map(\.x) == [2, 2] && records.allSatisfy { $0.a == a }, "87 s of refusals, a record a minute")
  }

  /// One route whose attributes are some 3 kB that no other route has.
  private func own(_ i: Int, prefix: Int? = nil) -> BGPMessage {
    let value = [UInt8(i >> 8), UInt8(i & 255)] + [UInt8](repeating: 7, count: 3_000)
    let attributes: [PathAttribute] = [
      .init(.origin(.igp)), .init(.asPath(ASPath(sequence: [65002]), isWide: true)), .init(.nextHop(a)),
      .init(.unknown(code: 99, value), flags: PathAttribute.optional | PathAttribute.transitive),
    ]
    return .update(UpdateMessage(attributes: attributes, nlri: [NLRI(IPPrefix(IPAddress(20, 0, UInt8(prefix ?? i), 0), length: 24))]))
  }

  @Test(
    "attributes of its own for each route are bounded for their neighbour, counted and recorded; the other one does not notice",
    arguments: [
      "", "\n neighbor 10.0.0.2 route-map R in",
      "\n neighbor 10.0.0.2 route-map R in\n neighbor 10.0.0.2 soft-reconfiguration inbound",
    ])
  func ownAttributes(more: String) throws {
    let room = 256 * 1024
    let bench = try BGPBench(
      Self.pair + more, policy: "route-map R permit 10\n set local-preference 200", engine: BGPEngine(attributeBytesPerNeighbor: room))
    bench.connect(a, asNumber: 65002)
    bench.connect(b, asNumber: 65003)
    for i in 0..<200 { bench.send(own(i), from: a) }
    bench.run()
    let full = try #require(bench.engine.neighborSnapshot(a)), prefixes = full.prefixes(.ipv4)
    #expect((30...90).contains(prefixes) && bench.table.count == prefixes)
    #expect((room - 4_096...room + 8_192).contains(full.attributeBytes), "\(full.attributeBytes)")
    #expect(full.state == .established && full.families.first?.overflowed == UInt64(200 - prefixes))
    #expect(bench.engine.summary()?.counters.refusedPaths == UInt64(200 - prefixes))
    #expect(bench.records.filter { $0.kind == .bgpTableFull }.map { [$0.x, $0.y] } == [[3, 1]])
    bench.announce(["172.16.0.0/16"], from: b, path: [65003])
    #expect(bench.best("172.16.0.0/16") == b)
  }

  @Test("a neighbour whose room for attributes is full may use what it has, loses what it changes, and may go on when it has withdrawn")
  func fullOfAttributes() throws {
    let bench = try BGPBench(Self.pair, engine: BGPEngine(attributeBytesPerNeighbor: 16 * 1024))
    bench.connect(a, asNumber: 65002)
    for i in 0..<10 { bench.send(own(i), from: a) }
    bench.run()
    let prefixes = bench.table.count
    #expect((3...6).contains(prefixes))
    bench.send(own(0, prefix: 100), from: a)
    bench.run()
    #expect(bench.table.count == prefixes + 1 && bench.best("20.0.100.0/24") == a, "nothing new is stored for it")
    bench.send(own(50, prefix: 1), from: a)
    bench.run()
    #expect(bench.table.count == prefixes && bench.best("20.0.1.0/24") == nil, "what it said before no longer holds")
    bench.withdraw((0...100).map { "20.0.\($0).0/24" }, from: a)
    #expect(bench.table.isEmpty && bench.engine.neighborSnapshot(a)?.attributeBytes == 0)
    bench.send(own(60), from: a)
    bench.run()
    #expect(bench.best("20.0.60.0/24") == a)
  }

  @Test("a neighbour that does not read is not sent more than its share, and gets the last state when it does")
  func slow() throws {
    let bench = try BGPBench(Self.pair)
    bench.connect(a, asNumber: 65002, holdTime: 0)
    bench.connect(b, asNumber: 65003, holdTime: 0)
    bench.drainsAtOnce = false
    bench.drained(b)
    for i in 0..<2000 {
      bench.announce(["172.\(16 + i / 250).\(i % 250).0/24"], from: a, path: [65002, UInt32(i) + 1] + [UInt32](repeating: 9, count: 30))
      bench.drained(a)
    }
    let sent = bench.messages(b).count
    #expect(sent < 2000 && sent > 500, "\(sent)")
    let output = bench.engine.neighborSnapshot(b)?.outputBytes ?? 0
    #expect(output < BGPLimits.outputBytes * 4, "\(output)")
    for i in 0..<1000 { bench.withdraw(["172.\(16 + (1000 + i) / 250).\((1000 + i) % 250).0/24"], from: a) }
    bench.drainsAtOnce = true
    bench.drained(b)
    bench.run(.seconds(1))
    var told: Set<String> = []
    for (prefix, attributes) in bench.told(b) { if attributes != nil { told.insert(prefix) } }
    #expect(told.count == 1000)
  }

  @Test(
    "next hops that cannot be are refused: ours, none, multicast; so are loopback and multicast prefixes",
    arguments: [
      IPAddress(10, 0, 0, 1), IPAddress(0, 0, 0, 0), IPAddress(224, 0, 0, 5), IPAddress(127, 0, 0, 1),
    ])
  func nextHops(_ hop: IPAddress) throws {
    let bench = try BGPBench(Self.pair)
    bench.connect(a, asNumber: 65002)
    bench.announce(["192.168.1.0/24"], from: a, path: [65002], nextHop: hop)
    bench.announce(["127.0.0.0/8", "224.0.0.0/4"], from: a, path: [65002])
    #expect(bench.table.isEmpty)
    #expect(bench.engine.neighborSnapshot(a)?.state == .established)
  }

  @Test("captured messages with every byte disturbed do not trap a live session, and a new one comes up behind them")
  func disturbed() throws {
    let bench = try BGPBench("router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n bgp graceful-restart")
    var random = RandomBytes(seed: 4271)
    for captured in CapturedMessage.all {
      for at in captured.bytes.indices where at >= 16 {
        if !bench.isConnected(a) {
          bench.run(.seconds(70))
          bench.connect(a, asNumber: 65002, holdTime: 0)
        }
        var bytes = captured.bytes
        bytes[at] = random.next()
        bench.send(bytes, from: a)
      }
    }
    bench.lose(a)
    bench.run(.seconds(400))
    bench.connect(a, asNumber: 65002)
    #expect(bench.engine.neighborSnapshot(a)?.state == .established)
    bench.lose(a)
    bench.run(.seconds(200))
    #expect(bench.engine.summary()?.paths == [0, 0])
    #expect(bench.engine.summary()?.attributeSets == 0)
  }

  @Test("a withdrawal among the attributes counts each time its message comes, also where that announces IPv4, RFC 4760 §4")
  func repeatedUnreach() throws {
    let bench = try BGPBench(Self.pair + "\n address-family ipv6\n neighbor 10.0.0.2 activate")
    bench.connect(a, asNumber: 65002)
    let x = NLRI(IPPrefix(IPAddress(high: 0x2001_0db8_0005_0000, low: 0), length: 48))
    let usual: [PathAttribute.Value] = [.origin(.igp), .asPath(ASPath(sequence: [65002]), isWide: true)]
    func send(_ values: [PathAttribute.Value], _ nlri: [NLRI] = []) {
      bench.send(.update(UpdateMessage(attributes: values.map { PathAttribute($0) }, nlri: nlri)), from: a)
      bench.run()
    }
    func both() {
      send([.mpUnreach(MPUnreach(.ipv6, nlri: [x]))] + usual + [.nextHop(a)], [NLRI(IPPrefix(IPAddress(192, 168, 1, 0), length: 24))])
    }
    let hop = IPAddress(high: 0x2001_0db8_0000_0000, low: 2)
    both()
    send([.mpReach(MPReach(.ipv6, nextHop: hop, nlri: [x]))] + usual)
    #expect(bench.table.keys.map { "\($0)" }.sorted() == ["192.168.1.0/24", "2001:db8:5::/48"])
    both()
    #expect(bench.table.keys.map { "\($0)" } == ["192.168.1.0/24"])
  }

  @Test("bytes that come one by one, or many messages at once, are the same messages")
  func segments() throws {
    let bench = try BGPBench(Self.pair)
    bench.accept(a)
    let open = OpenMessage(asNumber: 65002, holdTime: 90, identifier: 9, capabilities: [.fourOctetAS(65002)])
    var bytes = open.encode() + BGPMessage.keepalive.encode(UpdateContext(isWide: true))
    for i in 0..<300 {
      let update = UpdateMessage(
        attributes: [.init(.origin(.igp)), .init(.asPath(ASPath(sequence: [65002]), isWide: true)), .init(.nextHop(a))],
        nlri: [NLRI(IPPrefix(IPAddress(172, 16, UInt8(i % 256), UInt8(i / 256)), length: 32))])
      bytes += update.encode(UpdateContext(isWide: true))
    }
    for byte in bytes.prefix(300) { bench.send([byte], from: a) }
    bench.send(Array(bytes.dropFirst(300)), from: a)
    // 14 kB: more than one turn may take.
    #expect((1..<250).contains(bench.table.count))
    bench.run()
    #expect(bench.table.count == 300)
  }
}
