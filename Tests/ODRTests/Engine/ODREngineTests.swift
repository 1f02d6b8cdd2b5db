import CommandGrammar
import ODR
// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import Routing
import Testing
import Wire

@Suite("ODR in a cloud of hub and stubs")
struct ODREngineTests {
  private func stub(_ prefixes: [String], name: String = "x", address: String = "10.0.0.99", holdTime: UInt8 = 180) -> [UInt8] {
    CDPPacket(
      holdTimeSeconds: holdTime,
      tlvs: [.deviceID(Array(name.utf8)), .addresses(CDPAddressList([ip(address)])), .prefixes(prefixes.map { CDPPrefix(net($0)) })]
    ).encode()
  }

  @Test("the hub learns the stubs' networks by their tunnel addresses with 160/1, the stubs the default by the hub's")
  func exchange() {
    let cloud = ODRCloud.hubAndSpokes(3)
    cloud.run(seconds: 10)
    #expect(cloud["hub1"].table.keys.sorted() == ["192.168.11.0/24", "192.168.12.0/24", "192.168.13.0/24"].map { net($0) })
    let route = cloud["hub1"].table[net("192.168.12.0/24")]?.first
    #expect(route?.nextHop == ip("10.0.0.12") && route?.distance == 160 && route?.metric == 1 && route?.source == .odr)
    #expect(route?.interface == InterfaceID(1))
    #expect(cloud["s1"].table.keys.sorted() == [.defaultV4])
    #expect(cloud["s1"].table[.defaultV4]?.map(\.nextHop) == [ip("10.0.0.1")])
    #expect(cloud["s1"].packets().last?.prefixes == [net("192.168.11.0/24")], "not the network of the tunnel itself")
    #expect(cloud["hub1"].packets().last?.gateway == ip("10.0.0.1") && cloud["hub1"].packets().last?.prefixes == nil)
  }

  @Test("a stub that runs another routing protocol tells no networks and drops the default; when it ceases both come back")
  func otherProtocol() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.run(seconds: 10)
    cloud.configure("s1") { $0.runsRoutingProtocol = true }
    #expect(cloud["s1"].table.isEmpty)
    let start = cloud.now
    cloud.run(seconds: 120)
    #expect(cloud["s1"].table.isEmpty && cloud["s1"].packets(from: start).allSatisfy { $0.prefixes == nil })
    #expect(cloud["hub1"].table.count == 1, "the hub waits for its timer")
    cloud.run(seconds: 61)
    #expect(cloud["hub1"].table.isEmpty)
    cloud.configure("s1") { $0.runsRoutingProtocol = false }
    cloud.run(seconds: 66)
    #expect(cloud["hub1"].table.count == 1 && cloud["s1"].table.count == 1)
  }

  @Test("packets come every 60 s, a little sooner by chance, after 1, 2, 4 … 32 s at first")
  func advertisements() {
    let cloud = ODRCloud()
    cloud.add("s1", tunnel: "10.0.0.11/24", lan: "192.168.11.1/24") { _ in }
    cloud.run(seconds: 1000)
    let times = cloud["s1"].sent.map(\.at)
    let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
    #expect(Array(gaps.prefix(6)) == [1, 2, 4, 8, 16, 32].map { Duration.seconds($0) })
    #expect(gaps.count > 14 && gaps.dropFirst(6).allSatisfy { $0 >= .seconds(54) && $0 <= .seconds(60) })
    #expect(cloud["s1"].sent.allSatisfy { $0.bytes.count % 2 == 0 }, "an even length has the same checksum for everybody")
  }

  @Test("`timers basic` 60 180 0 240: a route of a silent stub is used for 180 s to the second and forgotten after 240 s")
  func timers() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.isLost = { from, _ in from == "s1" }
    cloud.run(seconds: 300)
    cloud.receive("hub1", stub(["172.16.1.0/24"]))
    let start = cloud.now
    cloud.run(seconds: 179.999)
    #expect(cloud["hub1"].table[net("172.16.1.0/24")] != nil)
    cloud.run(seconds: 0.001)
    #expect(cloud["hub1"].table[net("172.16.1.0/24")] == nil && cloud["hub1"].engine.summary().routes == 1)
    cloud.run(seconds: 59.999)
    #expect(cloud["hub1"].engine.summary().routes == 1)
    cloud.run(seconds: 0.001)
    #expect(cloud["hub1"].engine.summary().routes == 0 && cloud.now - start == .seconds(240))
    #expect(cloud["hub1"].engine.summary().neighbours == 0)
  }

  @Test("other timers are taken; a route refreshed before it is invalid lives on")
  func otherTimers() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.isLost = { from, _ in from == "s1" }
    cloud.configure("hub1") { $0.router?.timers = ODRTimers(update: 5, invalid: 15, holdDown: 0, flush: 20) }
    for _ in 0..<5 {
      cloud.receive("hub1", stub(["172.16.1.0/24"]))
      cloud.run(seconds: 14)
    }
    #expect(cloud["hub1"].table.count == 1)
    cloud.run(seconds: 1)
    #expect(cloud["hub1"].table.isEmpty)
  }

  @Test("two stubs with the same network are two paths, two hubs are two defaults, up to maximum-paths")
  func equalCost() {
    let cloud = ODRCloud.hubAndSpokes(1, hubs: 2)
    cloud.run(seconds: 10)
    #expect(cloud["s1"].table[.defaultV4]?.compactMap(\.nextHop) == [ip("10.0.0.1"), ip("10.0.0.2")])
    for n in 1...6 {
      cloud.receive("hub1", stub(["172.16.1.0/24"], name: "x\(n)", address: "10.0.0.\(90 + n)"), nbma: "198.51.100.\(90 + n)")
    }
    #expect(cloud["hub1"].table[net("172.16.1.0/24")]?.count == 4)
    cloud.configure("hub1") { $0.router?.maximumPaths = 2 }
    #expect(cloud["hub1"].table[net("172.16.1.0/24")]?.compactMap(\.nextHop) == [ip("10.0.0.91"), ip("10.0.0.92")])
    cloud.isLost = { from, _ in from == "hub1" }
    cloud.run(seconds: 185)
    #expect(cloud["s1"].table[.defaultV4]?.compactMap(\.nextHop) == [ip("10.0.0.2")], "the silent hub goes")
  }

  @Test("a network that comes or goes at a stub is told within 5 s; one that a packet no longer names is gone")
  func changes() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.run(seconds: 130)
    cloud.setInterface("s1", 3, "Loopback0 10.9.9.9/32")
    cloud.run(seconds: 5.1)
    #expect(cloud["hub1"].table.keys.sorted() == [net("10.9.9.9/32"), net("192.168.11.0/24")])
    cloud.setInterface("s1", 2, "GigabitEthernet0/1 192.168.11.1/24", isUp: false)
    cloud.run(seconds: 5.1)
    #expect(cloud["hub1"].table.keys.sorted() == [net("10.9.9.9/32")])
  }

  @Test("a new stub hears of the hub within 5 s of being heard")
  func newStub() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.run(seconds: 300)
    let before = cloud["hub1"].settings
    cloud.add("s9", tunnel: "10.0.0.19/24", lan: "192.168.19.1/24") { _ in }
    cloud.run(seconds: 5.1)
    #expect(cloud["hub1"].table[net("192.168.19.0/24")] != nil && cloud["s9"].table[.defaultV4] != nil)
    #expect(cloud["hub1"].settings == before)
  }

  @Test("a packet with a holdtime of zero takes everything back: so do nodes that stop, and tunnels without `cdp enable`")
  func leaving() {
    let cloud = ODRCloud.hubAndSpokes(2)
    cloud.run(seconds: 10)
    cloud.input("s1", .stopping)
    cloud.configure("s2") { $0.interfaces["Tunnel0"]?.isEnabled = false }
    cloud.run(seconds: 0.5)
    #expect(cloud["hub1"].table.isEmpty && cloud["s2"].table.isEmpty)
    #expect(cloud["s2"].engine.nextDeadline == nil)
  }

  @Test("nothing runs without `cdp run`, without `cdp enable`, or on other interfaces than tunnels")
  func off() {
    for change: (inout ODRSettings) -> Void in [
      { $0.cdp.runs = false }, { $0.interfaces = [:] },
      { $0.interfaces = ["GigabitEthernet0/1": $0.interfaces["Tunnel0"] ?? CDPInterfaceSettings()] },
    ] {
      let cloud = ODRCloud()
      cloud.add("s1", tunnel: "10.0.0.11/24", lan: "192.168.11.1/24", change)
      cloud.receive("s1", stub(["172.16.1.0/24"]))
      cloud.run(seconds: 100)
      #expect(cloud["s1"].sent.isEmpty && cloud["s1"].engine.traffic.refused == [.notRunning: 1])
    }
  }

  @Test("a stub's default route, the hub's own networks and parts of them, and what no packet goes to are refused and counted")
  func badNetworks() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.isLost = { _, _ in true }
    cloud.receive(
      "hub1", stub(["0.0.0.0/0", "192.168.1.0/24", "192.168.1.128/25", "10.0.0.99/32", "224.0.0.0/4", "127.0.0.0/8", "172.16.1.0/24"]))
    #expect(cloud["hub1"].table.keys.sorted() == [net("172.16.1.0/24")])
    #expect(cloud["hub1"].engine.traffic.refused == [.badNetwork: 6])
    #expect(cloud["hub1"].records.count { $0.kind == .odrPrefixRefused } == 1)
  }

  @Test("what a stub's certificate does not name is refused and counted, and nobody speaks as somebody else")
  func certificate() {
    let cloud = ODRCloud.hubAndSpokes(1), stubAddress = ip("10.0.0.99")
    cloud.isLost = { _, _ in true }
    cloud.input("hub1", .limit(stubAddress, [net("172.16.1.0/24")]))
    cloud.receive("hub1", stub(["172.16.1.0/24", "172.16.2.0/24"]))
    #expect(cloud["hub1"].table.keys.sorted() == [net("172.16.1.0/24")])
    #expect(cloud["hub1"].engine.traffic.refused == [.certificate: 1] && cloud["hub1"].engine.limits.refusals(of: stubAddress) == 1)
    #expect(cloud["hub1"].records.count { $0.kind == .announcementRefused } == 1)
    let other = DatagramPort.Event.receivedLink(
      InterfaceID(1), protocolType: 0x2000, nbmaSource: ip("198.51.100.98"), bytes: stub(["172.16.3.0/24"], name: "y", address: "10.0.0.98"))
    cloud.input("hub1", .heard(other, as: [stubAddress]))
    #expect(cloud["hub1"].engine.traffic.refused == [.certificate: 2] && cloud["hub1"].table.count == 1)
    cloud.input("hub1", .heard(other, as: [ip("10.0.0.98")]))
    #expect(cloud["hub1"].table.count == 2)
    cloud.input("hub1", .limit(stubAddress, []))
    #expect(cloud["hub1"].table.keys.sorted() == [net("172.16.3.0/24")])
  }

  @Test("a neighbour without an address of the tunnel's network, with ours, or without a name gives no routes")
  func badNextHops() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.isLost = { _, _ in true }
    cloud.receive("hub1", stub(["172.16.1.0/24"], address: "203.0.113.9"))
    cloud.receive("hub1", stub(["172.16.1.0/24"], address: "10.0.0.1"))
    cloud.receive("hub1", stub(["172.16.1.0/24"], name: ""))
    cloud.receive(
      "s1",
      CDPPacket(holdTimeSeconds: 180, tlvs: [.deviceID([72]), .addresses(CDPAddressList([ip("10.0.0.2")])), .gateway(ip("8.8.8.8"))])
        .encode())
    #expect(cloud["hub1"].table.isEmpty && cloud["s1"].table.isEmpty)
    #expect(cloud["hub1"].engine.traffic.refused == [.badNextHop: 2, .nameless: 1])
    #expect(cloud["s1"].engine.traffic.refused == [.badNextHop: 1])
  }

  @Test("one neighbour gives at most 256 networks; the neighbours of others are untouched")
  func limits() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.run(seconds: 10)
    cloud.receive("hub1", stub((0..<280).map { "172.16.\($0 / 64).\($0 % 64 * 4)/30" }))
    #expect(cloud["hub1"].table.count == ODRLimits.prefixesPerNeighbour + 1)
    #expect(cloud["hub1"].engine.traffic.refused == [.routeLimit: 24])
    #expect(cloud["hub1"].table[net("192.168.11.0/24")] != nil)
  }

  @Test("one peer is four neighbours at most, whatever it calls itself; others have their room, and so has it when the old ones are forgotten")
  func claims() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.isLost = { _, _ in true }
    func claim(_ n: Int) { cloud.receive("hub1", stub(["172.16.\(n).0/24"], name: "x\(n)", address: "10.0.0.\(100 + n)")) }
    for n in 0..<100 { claim(n) }
    for n in 0..<4 { claim(n) }
    #expect(cloud["hub1"].engine.summary().neighbours == 4 && cloud["hub1"].table.count == 4)
    #expect(cloud["hub1"].engine.traffic.refused == [.neighbourLimit: 96])
    #expect(cloud["hub1"].records.count { $0.kind == .odrLimitReached } == 1)
    cloud.receive("hub1", stub(["172.17.0.0/24"], name: "y", address: "10.0.0.240"), nbma: "198.51.100.98")
    #expect(cloud["hub1"].table[net("172.17.0.0/24")] != nil)
    cloud.receive("hub1", stub([], name: "x0", address: "10.0.0.100", holdTime: 0))
    claim(50)
    #expect(cloud["hub1"].table[net("172.16.50.0/24")] != nil)
    cloud.run(seconds: 181)
    for n in 60..<64 { claim(n) }
    #expect(cloud["hub1"].engine.summary().neighbours == 4 && cloud["hub1"].engine.traffic.refused == [.neighbourLimit: 96])
  }

  @Test("protected peers behind one NAT address are told apart, and one that moves stays the same neighbour")
  func protectedPeers() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.isLost = { _, _ in true }
    for n in 1...20 {
      cloud.receive("hub1", stub(["172.16.\(n).0/24"], name: "x\(n)", address: "10.0.0.\(100 + n)"), peer: UInt32(n))
    }
    #expect(cloud["hub1"].table.count == 20)
    for n in 0..<10 {
      cloud.receive("hub1", stub(["172.16.1.0/24"], name: "x1", address: "10.0.0.101"), nbma: "203.0.113.\(n)", peer: 1)
    }
    #expect(cloud["hub1"].engine.summary().neighbours == 20 && cloud["hub1"].engine.traffic.refused.isEmpty)
    for n in 30..<40 { cloud.receive("hub1", stub([], name: "x\(n)", address: "10.0.0.\(100 + n)"), nbma: "203.0.113.\(n)", peer: 1) }
    #expect(cloud["hub1"].engine.summary().neighbours == 23 && cloud["hub1"].engine.traffic.refused == [.neighbourLimit: 7])
  }

  @Test("a packet that names another peer's address is counted, and said once in a while")
  func impostor() {
    let cloud = ODRCloud.hubAndSpokes(1)
    for _ in 0..<3 { cloud.input("hub1", .impostor(InterfaceID(1), address: ip("10.0.0.11"), nbma: ip("198.51.100.99"))) }
    #expect(cloud["hub1"].engine.traffic.refused == [.impostor: 3])
    #expect(cloud["hub1"].records.filter { $0.kind == .odrNeighbourRefused }.map(\.b) == [ip("198.51.100.99")])
  }

  @Test("a stub with more networks than a packet holds sends what fits the tunnel, and counts the rest")
  func fullPacket() {
    let cloud = ODRCloud.hubAndSpokes(1)
    for n in 0..<250 { cloud.setInterface("s1", UInt16(10 + n), "Loopback\(n) 10.1.\(n).1/32") }
    cloud.run(seconds: 10)
    let last = cloud["s1"].sent.last?.bytes ?? []
    #expect(last.count <= 1400 && cloud["s1"].packets().last?.prefixes?.count == 240)
    #expect(cloud["s1"].engine.traffic.unsentPrefixes > 0)
  }

  @Test("distribute-list in, and a distance of 255, keep networks out")
  func lists() throws {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.run(seconds: 10)
    cloud.configure("hub1") { $0.router?.distributeLists = [DistributeList(.routeMap("NOBODY"), .inbound)] }
    #expect(cloud["hub1"].table.isEmpty)
    cloud.run(seconds: 61)
    #expect(cloud["hub1"].table.isEmpty && cloud["hub1"].engine.traffic.refused[.filtered] ?? 0 > 0)
    cloud.configure("hub1") {
      $0.router?.distributeLists = []
      $0.router?.distance = 255
    }
    cloud.run(seconds: 61)
    #expect(cloud["hub1"].table.isEmpty)
    cloud.configure("hub1") { $0.router?.distance = 170 }
    #expect(cloud["hub1"].table[net("192.168.11.0/24")]?.first?.distance == 170)
  }

  @Test("clear ip route offers what the last packets said anew, with a new age and the old timers; clear cdp table forgets neighbours only")
  func clearing() {
    let cloud = ODRCloud.hubAndSpokes(2)
    cloud.run(seconds: 20)
    let one = net("192.168.11.0/24"), other = net("192.168.12.0/24"), start = cloud.now
    cloud.isLost = { _, _ in true }
    cloud.input("hub1", .clearRoutes(one))
    #expect(cloud["hub1"].table[one]?.map(\.installed) == [start])
    #expect(cloud["hub1"].table[other]?.allSatisfy { $0.installed < start } == true)
    cloud.run(seconds: 1)
    cloud.input("hub1", .clearRoutes(nil))
    #expect(cloud["hub1"].table[other]?.map(\.installed) == [cloud.now])
    cloud.input("hub1", .clearNeighbours)
    #expect(cloud["hub1"].engine.summary().neighbours == 0 && cloud["hub1"].table.count == 2)
    cloud.run(seconds: 180)
    #expect(cloud["hub1"].table.isEmpty, "who is silent ages as before")
    cloud.input("hub1", .clearRoutes(nil))
    #expect(cloud["hub1"].engine.summary().routes == 0)
  }

  @Test("when the tunnel goes down its routes and neighbours go with it")
  func tunnelDown() {
    let cloud = ODRCloud.hubAndSpokes(2)
    cloud.run(seconds: 10)
    cloud.setInterface("hub1", 1, "Tunnel0 10.0.0.1/24", isUp: false)
    #expect(cloud["hub1"].table.isEmpty && cloud["hub1"].engine.summary() == (0, 0, 0))
  }

  @Test("malformed packets are counted by kind, and nothing traps, whatever comes")
  func garbage() {
    let cloud = ODRCloud.hubAndSpokes(1)
    var random = RandomSource(seed: 3)
    for _ in 0..<2_000 {
      var bytes = (0..<Int(random.below(60))).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      if bytes.count > 4 { bytes[0] = 2 }
      cloud.receive("hub1", CDPSamples.resealed(bytes))
    }
    for packet in CDPSamples.all {
      for at in packet.indices {
        var bytes = packet
        bytes[at] ^= UInt8(1 << random.below(8))
        cloud.receive("hub1", bytes)
        cloud.receive("hub1", CDPSamples.resealed(bytes))
      }
    }
    cloud.run(seconds: 400)
    #expect(cloud["hub1"].engine.traffic.malformed.values.reduce(0, +) > 1_000)
  }

  @Test("the same seed gives the same run")
  func determinism() {
    func run() -> ([String], [JournalRecord]) {
      let cloud = ODRCloud.hubAndSpokes(5)
      cloud.run(seconds: 300)
      return (
        cloud.nodes.flatMap { node in node.sent.map { "\(node.name) \($0.at.nanoseconds) \(hexText($0.bytes))" } },
        cloud.nodes.flatMap(\.records)
      )
    }
    let (a, b) = (run(), run())
    #expect(a.0 == b.0 && a.1 == b.1 && !a.0.isEmpty)
  }
}
