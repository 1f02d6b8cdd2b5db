// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Testing
import Wire

/// What neighbours have heard in the end, whatever happens between a change and its message.
struct SendingTests {
  let a = IPAddress(10, 0, 0, 2), b = IPAddress(10, 0, 0, 3), c = IPAddress(10, 0, 0, 4)
  static let three =
    "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n neighbor 10.0.0.3 remote-as 65003\n neighbor 10.0.0.4 remote-as 65004"
  static let filtered = three + "\n neighbor 10.0.0.3 prefix-list OUT out"
  static let list = "ip prefix-list OUT seq 5 permit 192.168.0.0/16 le 32"

  private func bench(_ lines: String = three, policy: String = "") throws -> BGPBench {
    let bench = try BGPBench(lines, policy: policy)
    for (address, number) in zip([a, b, c], [65002, 65003, 65004] as [UInt32]) { bench.connect(address, asNumber: number) }
    bench.forget()
    return bench
  }

  // MARK: Withdrawals that wait

  @Test("a withdrawal that waits is told although the whole table is asked for meanwhile, RFC 2918", arguments: [true, false])
  func refresh(isAskedByNeighbor: Bool) throws {
    let bench = try bench()
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    bench.forget()
    bench.sayWithdrawn(["192.168.1.0/24"], from: a)
    if isAskedByNeighbor {
      bench.send(.routeRefresh(RouteRefreshMessage(afi: 1, safi: 1)), from: b)
    } else {
      bench.handle(.clear(BGPClearScope(.neighbor(b), .softOut)))
    }
    bench.run()
    let told = bench.told(b)
    #expect(told.keys.sorted() == ["192.168.1.0/24", "192.168.2.0/24"])
    #expect(told["192.168.1.0/24"] == .some(nil) && (told["192.168.2.0/24"] ?? nil) != nil)
    #expect(bench.told(c) == ["192.168.1.0/24": nil])
  }

  @Test("so is one behind a neighbour's full connection")
  func refreshWhileBlocked() throws {
    let bench = try bench()
    bench.announce(["192.168.1.0/24"], from: a, path: [65002])
    bench.drainsAtOnce = false
    bench.fill(b, from: a)
    bench.forget()
    bench.withdraw(["192.168.1.0/24"], from: a)
    bench.send(.routeRefresh(RouteRefreshMessage(afi: 1, safi: 1)), from: b)
    bench.run()
    #expect(bench.told(b).isEmpty)
    bench.drainsAtOnce = true
    bench.drained(b)
    bench.run(.seconds(1))
    let told = bench.told(b)
    #expect(told["192.168.1.0/24"] == .some(nil))
    #expect((told["172.16.0.0/24"] ?? nil) != nil)
  }

  @Test("what waits in the old update group is withdrawn when a neighbour moves to another one that is there")
  func movesWithPending() throws {
    let bench = try bench(Self.filtered, policy: Self.list)
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    bench.forget()
    bench.sayWithdrawn(["192.168.1.0/24"], from: a)
    try bench.configure(Self.three)
    bench.run()
    #expect(bench.told(b)["192.168.1.0/24"] == .some(nil))
    #expect(bench.engine.summary()?.prefixes == [1, 0])
  }

  @Test("what goes between the move to another update group and its first message is withdrawn")
  func withdrawnAfterMove() throws {
    let bench = try bench(Self.filtered, policy: Self.list)
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    bench.forget()
    try bench.configure(Self.three)
    bench.sayWithdrawn(["192.168.1.0/24"], from: a)
    bench.run()
    let told = bench.told(b)
    #expect(told["192.168.1.0/24"] == .some(nil) && (told["192.168.2.0/24"] ?? nil) != nil)
  }

  @Test("a route that became the neighbour's own while it moved is withdrawn from it")
  func ownAfterMove() throws {
    let bench = try bench(Self.filtered, policy: Self.list)
    bench.announce(["192.168.1.0/24"], from: a, path: [65002, 7])
    bench.forget()
    bench.say(["192.168.1.0/24"], from: b, path: [65003])
    try bench.configure(Self.three)
    bench.run()
    #expect(bench.best("192.168.1.0/24") == b)
    #expect(bench.told(b) == ["192.168.1.0/24": nil])
    #expect((bench.told(c)["192.168.1.0/24"] ?? nil)?.asPath.text == "65001 65003")
  }

  @Test("the whole table for one neighbour does not keep news from the others")
  func newsDuringRefresh() throws {
    let bench = try bench()
    for i in 0..<20 { bench.announce((0..<250).map { "172.\(16 + i).\($0).0/24" }, from: a, path: [65002]) }
    let before = bench.effects.count
    bench.send(.routeRefresh(RouteRefreshMessage(afi: 1, safi: 1)), from: b)
    bench.say(["192.168.1.0/24"], from: a, path: [65002, 7])
    bench.run()
    var news: Int?, last = 0
    for (i, effect) in bench.effects.dropFirst(before).enumerated() {
      guard case .send(_, let bytes) = effect, let message = try? BGPMessage.decode(bytes, UpdateContext(isWide: true)),
        case .update(let update) = message.0
      else { continue }
      if update.nlri.contains(where: { "\($0.prefix)" == "192.168.1.0/24" }) { news = news ?? i } else { last = i }
    }
    #expect(try #require(news) < last)
    #expect((bench.told(b)["172.35.0.0/24"] ?? nil) != nil)
  }

  // MARK: New sources

  @Test("who announces what another one has just withdrawn is told that it is withdrawn: no route goes back to whom it came from")
  func newSource() throws {
    let bench = try bench()
    bench.announce(["192.168.1.0/24"], from: c, path: [65004])
    bench.forget()
    bench.sayWithdrawn(["192.168.1.0/24"], from: c)
    bench.say(["192.168.1.0/24"], from: b, path: [65003])
    bench.run()
    #expect(bench.told(b) == ["192.168.1.0/24": nil])
    #expect((bench.told(a)["192.168.1.0/24"] ?? nil)?.asPath.text == "65001 65003")
  }

  @Test("so is who kept it to itself first")
  func newSourceKept() throws {
    let bench = try bench()
    bench.announce(["192.168.1.0/24"], from: c, path: [65004])
    bench.forget()
    bench.sayWithdrawn(["192.168.1.0/24"], from: c)
    bench.say(["192.168.1.0/24"], from: b, path: [65003], more: [.init(.communities([BGPAssignments.noExport]))])
    bench.say(["192.168.1.0/24"], from: b, path: [65003])
    bench.run()
    #expect(bench.told(b) == ["192.168.1.0/24": nil])
    #expect((bench.told(a)["192.168.1.0/24"] ?? nil)?.asPath.text == "65001 65003")
  }

  @Test("a number of a path that passes to another neighbour is withdrawn from that one, RFC 7911", arguments: [true, false])
  func newSourceOfNumber(stays: Bool) throws {
    let several = Self.three + [2, 3, 4].map { "\n neighbor 10.0.0.\($0) additional-paths send receive" }.joined()
    let bench = try BGPBench(several)
    for (address, number) in zip([a, b, c], [65002, 65003, 65004] as [UInt32]) {
      let capabilities: [Capability] = [
        .multiprotocol(afi: 1, reserved: 0, safi: 1), .fourOctetAS(number), .addPath([.init(afi: 1, safi: 1, mode: 3)]),
      ]
      bench.connect(address, asNumber: number, capabilities: capabilities, pathIDs: true)
    }
    bench.announce(["192.168.1.0/24"], from: c, path: [65004], pathID: 1)
    #expect(bench.paths(b).count == 1 && bench.paths(c).isEmpty)
    bench.sayWithdrawn(["192.168.1.0/24"], from: c, pathID: 1)
    bench.say(["192.168.1.0/24"], from: b, path: [65003], pathID: 1)
    if !stays { bench.sayWithdrawn(["192.168.1.0/24"], from: b, pathID: 1) }
    bench.run()
    #expect(bench.paths(b).isEmpty)
    #expect(bench.paths(a) == (stays ? ["65001 65003"] : []))
  }
  // MARK: Long attributes

  @Test(
    "large attributes, in a message for each prefix or in many for the same, do not fill a neighbour's connection at once",
    arguments: [(4000, true), (4020, false)])
  func largeAttributes(size: Int, isEachItsOwn: Bool) throws {
    let bench = try bench()
    bench.drainsAtOnce = false
    let count = isEachItsOwn ? 600 : 2_100
    for i in 0..<count where isEachItsOwn || i % 7 == 0 {
      let prefixes = (i..<min(count, i + (isEachItsOwn ? 1 : 7))).map { "172.\(16 + $0 / 250).\($0 % 250).0/24" }
      bench.say(prefixes, from: a, path: [65002], more: [.large(isEachItsOwn ? i : 0, size)])
    }
    bench.run()
    // 600 messages of 4 kB wait, 350 in the other case.
    for peer in [b, c] {
      #expect(bench.outputBytes(peer) > BGPLimits.outputBytes)
      #expect(bench.outputBytes(peer) < BGPLimits.outputBytes * 3, "\(bench.outputBytes(peer))")
    }
    bench.drainsAtOnce = true
    for peer in [b, c] {
      bench.drained(peer)
      bench.run(.seconds(1))
      #expect(bench.told(peer).values.count { $0 != nil } == count)
    }
  }
  @Test("a route whose attributes have outgrown a message is withdrawn, counted, and written down once, RFC 4271 §9.2")
  func tooLong() throws {
    let reflector = "router bgp 65001\n neighbor 10.0.0.2 remote-as 65001\n neighbor 10.0.0.3 remote-as 65001"
    let bench = try BGPBench(reflector + "\n neighbor 10.0.0.2 route-reflector-client")
    for address in [a, b] { bench.connect(address, asNumber: 65001) }
    bench.announce(["192.168.1.0/24"], from: a, path: [], localPreference: 100)
    #expect((bench.told(b)["192.168.1.0/24"] ?? nil) != nil)
    // It comes in 4,088 bytes, and 14 more tell originator and cluster.
    for size in [4_035, 4_036] {
      bench.say(["192.168.1.0/24"], from: a, path: [], more: [.init(.localPreference(100)), .large(0, size)])
      bench.run()
      #expect(bench.table.count == 1)
    }
    #expect(bench.told(b) == ["192.168.1.0/24": nil])
    #expect(bench.engine.summary()?.counters.untoldRoutes == 2)
    #expect(bench.records.filter { $0.kind == .bgpRouteTooLong }.map { "\($0.a)/\($0.x)" } == ["192.168.1.0/24"])
    bench.announce(["192.168.1.0/24"], from: a, path: [], localPreference: 100)
    #expect((bench.told(b)["192.168.1.0/24"] ?? nil) != nil)
  }

  @Test("an aggregate with as-set takes over so many communities only that it can be told")
  func aggregatedCommunities() throws {
    let bench = try bench(Self.three + "\n neighbor 10.0.0.3 send-community all\n aggregate-address 192.168.0.0 255.255.0.0 as-set")
    bench.announce(["192.168.1.0/24"], from: a, path: [65002], more: [.communities((0..<120).map { 0xfdea_0000 + $0 })])
    bench.announce(["192.168.2.0/24"], from: a, path: [65002], more: [.communities((1000..<1950).map { 0xfdea_0000 + $0 })])
    bench.run(.seconds(2))
    let told = try #require(bench.told(b)["192.168.0.0/16"] ?? nil)
    #expect(told.communities.count == BGPLimits.asSetNumbers)
    #expect(told.asPath.text == "65001 {65002}")
  }
  @Test("prefixes that an aggregate counted leave the table after the last aggregate's line")
  func lastAggregate() throws {
    let bench = try bench(Self.three + "\n aggregate-address 192.168.0.0 255.255.0.0")
    bench.announce(["192.168.1.0/24", "172.16.0.0/16"], from: a, path: [65002])
    #expect(bench.engine.summary()?.prefixes == [3, 0])
    try bench.configure(Self.three)
    bench.run()
    #expect(bench.engine.summary()?.prefixes == [2, 0])
    bench.withdraw(["192.168.1.0/24", "172.16.0.0/16"], from: a)
    #expect(bench.engine.summary()?.prefixes == [0, 0])
  }
  // MARK: Who does not read

  @Test("prefixes that change without end while a neighbour does not read wait for it once, and it hears their last state")
  func flapping() throws {
    let bench = try bench()
    bench.drainsAtOnce = false
    bench.fill(b, from: a)
    bench.forget()
    let prefixes = (0..<200).map { "192.168.\($0).0/24" }
    for i in 1...400 {
      bench.say(prefixes, from: a, path: [65002, UInt32(i)])
      bench.run(.milliseconds(50))
      for peer in [a, c] { bench.drained(peer) }
    }
    #expect((1..<BGPLimits.logBeforeCompaction).contains(bench.engine.neighborSnapshot(b)?.families.first?.waiting ?? 0))
    bench.withdraw(Array(prefixes.prefix(100)), from: a)
    #expect(bench.told(b).isEmpty)
    bench.drainsAtOnce = true
    bench.drained(b)
    bench.run(.seconds(1))
    let told = bench.told(b)
    for prefix in prefixes.prefix(100) { #expect(told[prefix] == .some(nil)) }
    for prefix in prefixes.dropFirst(100) { #expect((told[prefix] ?? nil)?.asPath.text == "65001 65002 400") }
    #expect(bench.engine.neighborSnapshot(b)?.families.first?.waiting == 0)
  }

  @Test("a neighbour that reads nothing while ever new prefixes come and go is ended before they fill the memory, RFC 4486")
  func everNewPrefixes() throws {
    let bench = try bench()
    bench.drainsAtOnce = false
    bench.fill(b, from: a)
    let kept = bench.engine.summary()?.prefixes
    for i in 0..<300 where bench.isConnected(b) {
      let prefixes = (0..<750).map { "\(20 + i / 200).\(i % 200).\($0 / 250).\($0 % 250)/32" }
      bench.say(prefixes, from: a, path: [65002])
      bench.sayWithdrawn(prefixes, from: a)
      bench.run(.milliseconds(30))
      for peer in [a, c] { bench.drained(peer) }
    }
    let errors = bench.messages(b).compactMap { if case .notification(let n) = $0 { n.error } else { nil } }
    #expect(errors == [BGPError(.cease, 8)])
    bench.run(.seconds(1))
    #expect(bench.engine.summary()?.prefixes == kept)
    for peer in [a, c] { #expect(bench.engine.neighborSnapshot(peer)?.drops == 0) }
  }
}

extension BGPBench {
  /// Sends until a neighbour's connection is full; it does not read.
  func fill(_ address: IPAddress, from other: IPAddress) {
    for i in 0..<100 where outputBytes(address) <= BGPLimits.outputBytes {
      say(["172.16.\(i).0/24"], from: other, path: [65002], more: [.large(i, 3900)])
      run()
    }
  }

  /// The AS paths that a neighbour which takes several of a prefix has in the end, of all prefixes.
  func paths(_ address: IPAddress) -> [String] {
    var out: [NLRI: String] = [:]
    for case .update(let update) in messages(address) {
      for nlri in update.withdrawn { out[nlri] = nil }
      for nlri in update.nlri { out[nlri] = PathAttributes.read(update.attributes).asPath.text }
    }
    return out.values.sorted()
  }

  /// Announces without letting time pass: what follows waits to be told.
  func say(
    _ prefixes: [String], from address: IPAddress, path: [UInt32], more: [PathAttribute] = [], pathID: UInt32 = 0
  ) {
    let usual: [PathAttribute] = [.init(.origin(.igp)), .init(.asPath(ASPath(sequence: path), isWide: true)), .init(.nextHop(address))]
    let nlri = prefixes.compactMap { IPPrefix($0).map { NLRI($0, pathID: pathID) } }
    send(.update(UpdateMessage(attributes: usual + more, nlri: nlri)), from: address)
  }

  /// Withdraws without letting time pass.
  func sayWithdrawn(_ prefixes: [String], from address: IPAddress, pathID: UInt32 = 0) {
    send(.update(UpdateMessage(withdrawn: prefixes.compactMap { IPPrefix($0).map { NLRI($0, pathID: pathID) } })), from: address)
  }

  /// Bytes given to the host for a neighbour that have not left.
  func outputBytes(_ address: IPAddress) -> Int { engine.neighborSnapshot(address)?.outputBytes ?? 0 }
}

extension PathAttribute {
  /// One that we do not know and pass on, of so many bytes, different for each number.
  static func large(_ number: Int, _ count: Int) -> PathAttribute {
    let bytes = [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)] + [UInt8](repeating: 7, count: count - 2)
    return PathAttribute(.unknown(code: 99, bytes), flags: 0xc0)
  }
}
