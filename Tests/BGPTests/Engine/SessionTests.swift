// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import ProtocolKit
import Testing
import Wire

/// Sessions from the outside: connections, OPENs, timers.
struct SessionTests {
  let a = IPAddress(10, 0, 0, 2)
  let lines = "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002"

  private func notifications(_ bench: BGPBench) -> [BGPError] {
    bench.messages(a).compactMap { if case .notification(let n) = $0 { n.error } else { nil } }
  }

  @Test("a session comes up from an accepted connection, with everything we can in our OPEN")
  func up() throws {
    let bench = try BGPBench(lines)
    bench.connect(a, asNumber: 65002)
    #expect(bench.engine.neighborSnapshot(a)?.state == .established)
    guard case .open(let open)? = bench.messages(a).first else { throw TestFailure("no OPEN") }
    #expect(open.asNumber == 65001)
    #expect(open.identifier == IPAddress(10, 0, 0, 1).v4Bits)
    #expect(open.capabilities == [.multiprotocol(afi: 1, reserved: 0, safi: 1), .routeRefresh, .fourOctetAS(65001)])
    #expect(bench.records.contains { $0.kind == .bgpUp && $0.a == a })
  }

  @Test("we connect ourselves, again after a failure, and with TTL 1 to another AS")
  func connecting() throws {
    let bench = try BGPBench(lines)
    bench.run()
    guard case .connect(let stream, nil, let remote, 179, let options)? = bench.effects.last else { throw TestFailure("no connection") }
    #expect(remote == a && options.ttl == 1)
    bench.handle(.stream(.closed(stream, .timedOut)))
    #expect(bench.engine.neighborSnapshot(a)?.state == .active)
    bench.run(.seconds(11))
    guard case .connect(let second, _, _, _, _)? = bench.effects.last else { throw TestFailure("no second connection") }
    #expect(second != stream)
    bench.handle(.stream(.connected(second, local: IPAddress(10, 0, 0, 1), localPort: 40000)))
    #expect(bench.engine.neighborSnapshot(a)?.state == .openSent)
  }

  @Test("a neighbour of another AS behind a router is not called without ebgp-multihop")
  func multihop() throws {
    let far = "router bgp 65001\n neighbor 192.0.2.9 remote-as 65002"
    let bench = try BGPBench(far)
    bench.routes.others = [IPPrefix(IPAddress(192, 0, 2, 0), length: 24): 1]
    bench.run(.seconds(30))
    #expect(!bench.effects.contains { if case .connect = $0 { true } else { false } })
    try bench.configure(far + "\n neighbor 192.0.2.9 ebgp-multihop 4")
    bench.run(.seconds(70))
    #expect(bench.effects.contains { if case .connect(_, _, _, _, let o) = $0 { o.ttl == 4 } else { false } })
  }

  @Test("ttl-security, passwords and ranges reach the listener, RFC 5082, RFC 2385")
  func listening() throws {
    let bench = try BGPBench(
      lines + "\n neighbor 10.0.0.2 ttl-security hops 2\n neighbor 10.0.0.2 password se cret\n neighbor S peer-group\n"
        + " neighbor S remote-as 65001\n bgp listen range 10.0.0.0/24 peer-group S")
    guard case .listen(179, let list)? = bench.effects.last(where: { if case .listen = $0 { true } else { false } }) else {
      throw TestFailure("no listener")
    }
    #expect(list.map { "\($0.peers)" } == ["10.0.0.0/24", "10.0.0.2/32"])
    #expect(list[1].options == StreamOptions(ttl: 255, minimumTTL: 254, key: SecretBytes("se cret".utf8)))
    #expect(list[0].options == StreamOptions())
  }

  @Test(
    "an OPEN that does not fit is answered by its error, RFC 4271 §6.2",
    arguments: [
      ("another AS", UInt32(65003), UInt32(5), UInt16(180), UInt8(2)), ("no identifier", 65002, 0, 180, 3),
      ("a hold time of 2", 65002, 5, 2, 6),
    ])
  func badOpen(name: String, asNumber: UInt32, identifier: UInt32, hold: UInt16, subcode: UInt8) throws {
    let bench = try BGPBench(lines)
    bench.connect(a, asNumber: asNumber, identifier: identifier, holdTime: hold)
    #expect(notifications(bench).map(\.code) == [.open])
    #expect(notifications(bench).first?.subcode == subcode)
    #expect(!bench.isConnected(a))
  }

  @Test("bytes that are no BGP end the connection with header errors, RFC 4271 §6.1")
  func garbage() throws {
    let bench = try BGPBench(lines)
    bench.accept(a)
    bench.send([UInt8](repeating: 0, count: 40), from: a)
    #expect(notifications(bench) == [BGPError(.header, 1)])
    #expect(!bench.isConnected(a))
  }

  @Test("silence for the hold time ends the session; keepalives keep it, RFC 4271 §4.4, §6.5")
  func holdTime() throws {
    let bench = try BGPBench(lines)
    bench.connect(a, asNumber: 65002, holdTime: 9)
    for _ in 0..<10 {
      bench.run(.seconds(5))
      bench.send(BGPMessage.keepalive, from: a)
    }
    #expect(bench.engine.neighborSnapshot(a)?.state == .established)
    let sent = bench.engine.neighborSnapshot(a)?.sent.keepalives ?? 0
    #expect((15...30).contains(sent), "\(sent) keepalives in 50 s of a hold time of 9 s")
    bench.run(.seconds(10))
    #expect(notifications(bench).last == BGPError(.holdTimerExpired))
    #expect(bench.engine.neighborSnapshot(a)?.state != .established)
  }

  @Test("a hold time of 0 means no keepalives and no end, RFC 4271 §4.2")
  func noHoldTime() throws {
    let bench = try BGPBench(lines)
    bench.connect(a, asNumber: 65002, holdTime: 0)
    bench.forget()
    bench.run(.seconds(3600))
    #expect(bench.engine.neighborSnapshot(a)?.state == .established)
    #expect(!bench.messages(a).contains(.keepalive))
  }

  @Test("of two connections the one of the higher identifier is kept, RFC 4271 §6.8", arguments: [(UInt32(1), false), (0xffff_fff0, true)])
  func collision(identifier: UInt32, keepsTheirs: Bool) throws {
    let bench = try BGPBench(lines)
    bench.run()
    guard case .connect(let ours, _, _, _, _)? = bench.effects.last else { throw TestFailure("no connection") }
    bench.handle(.stream(.connected(ours, local: IPAddress(10, 0, 0, 1), localPort: 40000)))
    bench.accept(a)
    let open = OpenMessage(asNumber: 65002, holdTime: 90, identifier: identifier, capabilities: [.fourOctetAS(65002)])
    bench.handle(.stream(.received(ours, open.encode())))
    bench.send(open.encode(), from: a)
    #expect(bench.isConnected(a) == keepsTheirs)
    let isOursClosed = bench.effects.contains(.close(ours))
    #expect(isOursClosed == keepsTheirs)
  }

  /// FRR may keep a connection that is dead here, and close the living one for it.
  @Test("a neighbour that closes for a collision is called again, also where the other connection dies later", arguments: [false, true])
  func collisionWithNothing(hasOther: Bool) throws {
    let bench = try BGPBench(lines)
    let calls = { bench.effects.compactMap { if case .connect(let stream, _, _, _, _) = $0 { stream } else { nil } } }
    bench.run()
    let ours = try #require(calls().last)
    bench.handle(.stream(.connected(ours, local: IPAddress(10, 0, 0, 1), localPort: 40000)))
    if hasOther { bench.accept(a) }
    bench.handle(.stream(.received(ours, NotificationMessage(BGPError(.cease, 7)).encode())))
    #expect(bench.effects.contains(.close(ours)))
    bench.run(.seconds(5))
    if hasOther {
      #expect(calls().last == ours && bench.isConnected(a), "the other connection goes on")
      bench.lose(a)
      bench.run(.seconds(5))
    }
    let again = try #require(calls().last)
    #expect(again != ours)
    bench.handle(.stream(.connected(again, local: IPAddress(10, 0, 0, 1), localPort: 40001)))
    #expect(bench.engine.neighborSnapshot(a)?.state == .openSent)
  }

  @Test("a neighbour that is not configured is refused, and counted")
  func stranger() throws {
    let bench = try BGPBench(lines)
    bench.accept(IPAddress(10, 0, 0, 77))
    #expect(!bench.isConnected(IPAddress(10, 0, 0, 77)))
    #expect(bench.engine.summary()?.counters.refusedConnections == 1)
  }

  @Test("neighbours of a listen range come without a line, up to the limit, and leave no trace")
  func dynamic() throws {
    let bench = try BGPBench(
      "router bgp 65001\n neighbor SPOKES peer-group\n neighbor SPOKES remote-as 65001"
        + "\n bgp listen range 10.0.0.0/24 peer-group SPOKES\n bgp listen limit 2"
    )
    for last in [11, 12, 13] as [UInt8] { bench.connect(IPAddress(10, 0, 0, last), asNumber: 65001) }
    #expect(bench.engine.summary()?.established == 2)
    #expect(bench.engine.summary()?.dynamic == 2)
    bench.announce(["192.168.11.0/24"], from: IPAddress(10, 0, 0, 11), path: [], localPreference: 100)
    #expect(bench.table.count == 1)
    bench.lose(IPAddress(10, 0, 0, 11))
    bench.run()
    #expect(bench.table.isEmpty)
    #expect(bench.engine.neighborSnapshots().map(\.address) == [IPAddress(10, 0, 0, 12)])
    bench.connect(IPAddress(10, 0, 0, 13), asNumber: 65001)
    #expect(bench.engine.summary()?.established == 2)
  }

  @Test("neighbours of a listen range may be of several ASes, and of no other")
  func alternates() throws {
    let bench = try BGPBench(
      "router bgp 65000\n neighbor S peer-group\n neighbor S remote-as 65001 alternate-as 65002 65003"
        + "\n bgp listen range 10.0.0.0/24 peer-group S")
    for i in 1...4 as ClosedRange<UInt8> { bench.connect(IPAddress(10, 0, 0, 10 + i), asNumber: 65000 + UInt32(i)) }
    let summary = bench.engine.neighborSnapshots().filter { $0.state == .established }.map(\.address)
    #expect(summary.sorted() == [11, 12, 13].map { IPAddress(10, 0, 0, $0) })
    bench.announce(["192.168.13.0/24"], from: IPAddress(10, 0, 0, 13), path: [65003])
    #expect(bench.table.count == 1)
  }

  @Test("one of a listen range with too many prefixes stays away until it is cleared, or its time is over; the others stand")
  func dynamicOverLimit() throws {
    let bench = try BGPBench(
      "router bgp 65001\n neighbor S peer-group\n neighbor S remote-as 65001\n neighbor S maximum-prefix 1 restart 1"
        + "\n bgp listen range 10.0.0.0/24 peer-group S"
    )
    let (greedy, modest) = (IPAddress(10, 0, 0, 11), IPAddress(10, 0, 0, 12))
    func flood() {
      bench.connect(greedy, asNumber: 65001)
      bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: greedy, path: [], localPreference: 100)
      bench.run()
    }
    bench.connect(modest, asNumber: 65001)
    flood()
    #expect(bench.table.isEmpty && bench.engine.neighborSnapshot(greedy)?.reason == "PfxCt")
    bench.accept(greedy)
    #expect(!bench.isConnected(greedy), "it would only come to the same end again")
    bench.handle(.clear(BGPClearScope(.neighbor(greedy))))
    #expect(bench.engine.neighborSnapshot(greedy) == nil, "it is forgotten, as any that left")
    flood()
    bench.run(.seconds(61))
    #expect(bench.engine.neighborSnapshot(greedy) == nil)
    bench.connect(greedy, asNumber: 65001)
    #expect(bench.engine.neighborSnapshot(greedy)?.state == .established)
    #expect(bench.engine.neighborSnapshot(modest)?.drops == 0 && bench.engine.summary()?.dynamic == 2)
  }

  @Test("a thousand dynamic neighbours that come and go leave the tables empty")
  func churn() throws {
    let bench = try BGPBench(
      "router bgp 65001\n neighbor S peer-group\n neighbor S remote-as external\n bgp listen range 10.0.0.0/8 peer-group S"
        + "\n bgp listen limit 200"
    )
    bench.routes.connected = [IPPrefix(IPAddress(10, 0, 0, 0), length: 8)]
    for i in 0..<1000 {
      let peer = IPAddress(v4: 0x0a01_0000 + UInt32(i))
      bench.connect(peer, asNumber: 65100 + UInt32(i))
      bench.announce(["172.16.\(i % 250).0/24"], from: peer, path: [65100 + UInt32(i)])
      if i % 2 == 0 { bench.lose(peer) }
      if i >= 100 { bench.lose(IPAddress(v4: 0x0a01_0000 + UInt32(i - 100))) }
    }
    for i in 0..<1000 { bench.lose(IPAddress(v4: 0x0a01_0000 + UInt32(i))) }
    bench.run(.seconds(1))
    let summary = try #require(bench.engine.summary())
    #expect(summary.neighbors == 0 && summary.prefixes == [0, 0] && summary.paths == [0, 0] && summary.attributeSets == 0)
    #expect(bench.table.isEmpty)
  }

  @Test(
    "NHRP's loss of a neighbour ends its session at once, with fall-over or without", arguments: ["", "\n neighbor 10.0.0.2 fall-over"])
  func fallOver(more: String) throws {
    let bench = try BGPBench(lines + more)
    bench.connect(a, asNumber: 65002)
    bench.announce(["192.168.2.0/24"], from: a, path: [65002])
    bench.handle(.neighborLost(IPAddress(10, 0, 0, 3)))
    #expect(bench.engine.neighborSnapshot(a)?.state == .established)
    bench.handle(.neighborLost(a))
    bench.run(.milliseconds(1))
    #expect(bench.table.isEmpty)
    #expect(bench.engine.neighborSnapshot(a)?.lastError?.contains("link down") == true)
  }

  @Test("no fall-over keeps the session, of one neighbour or of a whole group, until the hold timer ends it")
  func noFallOver() throws {
    let group =
      "router bgp 65001\n neighbor S peer-group\n neighbor S remote-as 65002\n no neighbor S fall-over"
      + "\n neighbor 10.0.0.2 peer-group S"
    for text in [lines + "\n no neighbor 10.0.0.2 fall-over", group] {
      let bench = try BGPBench(text)
      bench.connect(a, asNumber: 65002)
      bench.handle(.neighborLost(a))
      #expect(bench.engine.neighborSnapshot(a)?.state == .established)
      bench.run(.seconds(181))
      #expect(bench.engine.neighborSnapshot(a)?.state != .established)
    }
  }

  @Test("a way that comes or goes is noticed among however many others", arguments: [1, 63, 64, 1_000])
  func manyChanges(count: Int) throws {
    let bench = try BGPBench("router bgp 65001\n neighbor 192.0.2.9 remote-as 65001\n neighbor 192.0.2.9 fall-over")
    let far = IPAddress(192, 0, 2, 9), way = IPPrefix(IPAddress(192, 0, 2, 0), length: 24)
    let changes = (1..<count).map { IPPrefix(IPAddress(v4: 0x1400_0000 + UInt32($0) << 8), length: 24) } + [way]
    func connections() -> Int { bench.effects.count { if case .connect = $0 { true } else { false } } }
    bench.run(.seconds(1))
    #expect(connections() == 0)
    bench.routes.others = [way: 1]
    bench.handle(.routesChanged(changes))
    #expect(connections() == 1, "tried at once, not when the timer is due")
    bench.connect(far, asNumber: 65001)
    #expect(bench.engine.neighborSnapshot(far)?.state == .established)
    bench.routes.others = [:]
    bench.handle(.routesChanged(changes))
    #expect(bench.engine.neighborSnapshot(far)?.lastError?.contains("link down") == true)
  }

  private let restarting: [Capability] = [
    .multiprotocol(afi: 1, reserved: 0, safi: 1), .fourOctetAS(65002),
    .gracefulRestart(.init(flags: 8, restartSeconds: 60, families: [.init(afi: 1, safi: 1, flags: 0x80)])),
  ]

  @Test("routes of a neighbour that restarts are kept until it is back and has told all, RFC 4724 §4.2")
  func restart() throws {
    let bench = try BGPBench(lines + "\n bgp graceful-restart")
    bench.connect(a, asNumber: 65002, capabilities: restarting)
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    bench.lose(a)
    bench.run(.seconds(30))
    #expect(bench.table.count == 2)
    #expect(bench.row("192.168.1.0/24")?.paths.first?.isStale == true)
    bench.connect(a, asNumber: 65002, capabilities: restarting)
    bench.announce(["192.168.1.0/24"], from: a, path: [65002])
    #expect(bench.table.count == 2)
    bench.send(.update(UpdateMessage()), from: a)
    bench.run()
    #expect(bench.table.keys.map { "\($0)" } == ["192.168.1.0/24"])
    bench.lose(a)
    bench.run(.seconds(61))
    #expect(bench.table.isEmpty)
  }

  @Test("routes that were stale already go when the neighbour restarts again before it has told all, RFC 4724 §4.2")
  func restartsAgain() throws {
    let bench = try BGPBench(lines + "\n bgp graceful-restart")
    bench.connect(a, asNumber: 65002, capabilities: restarting)
    bench.announce(["192.168.1.0/24", "192.168.2.0/24"], from: a, path: [65002])
    for _ in 0..<3 {
      bench.lose(a)
      bench.run(.seconds(20))
      bench.connect(a, asNumber: 65002, capabilities: restarting)
      bench.announce(["192.168.1.0/24"], from: a, path: [65002])
    }
    #expect(bench.table.keys.map { "\($0)" } == ["192.168.1.0/24"])
    bench.lose(a)
    bench.run(.seconds(20))
    #expect(bench.table.keys.map { "\($0)" } == ["192.168.1.0/24"], "those of the session before are kept once more")
    #expect(bench.row("192.168.1.0/24")?.paths.first?.isStale == true)
  }

  @Test("shutdown and clear tell the neighbour why, RFC 4486")
  func cease() throws {
    let bench = try BGPBench(lines)
    bench.connect(a, asNumber: 65002)
    bench.handle(.clear(BGPClearScope(.all)))
    #expect(notifications(bench).last == BGPError(.cease, 4))
    bench.connect(a, asNumber: 65002)
    try bench.configure(lines + "\n neighbor 10.0.0.2 shutdown")
    #expect(notifications(bench).last == BGPError(.cease, 2))
    bench.accept(a)
    #expect(!bench.isConnected(a))
    try bench.configure("router bgp 65001")
    #expect(bench.engine.neighborSnapshots().isEmpty)
    bench.handle(.configure(nil))
    #expect(bench.engine.summary() == nil)
  }
}
