// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import RIP
import Routing
import Testing
import Wire

@Suite("RIP timers, RFC 2453 §3.8 and IOS' 30/180/180/240")
struct TimerTests {
  /// A node with one neighbour that the test plays.
  static func listener(_ more: String = "") -> RIPCloud {
    let cloud = RIPCloud()
    cloud.add("n", "router rip\n version 2\n network 10.0.0.0\n no auto-summary\n\(more)", interfaces: ["Tunnel0 10.0.0.1/24"])
    return cloud
  }

  static func says(_ cloud: RIPCloud, _ entries: [RIPRouteEntry], from source: String = "10.0.0.2") {
    cloud.input("n", AuthenticationTests.datagram(RIPMessage(.response, entries: entries).encode(), from: source))
  }

  static let lan = net("192.168.2.0/24")

  @Test("regular updates come every 25.5 to 30 s, and not in step")
  func regular() {
    let cloud = RIPCloud.hubAndSpokes(1)
    cloud.run(seconds: 1000)
    let times = cloud["hub"].responses().map(\.at).drop { $0.seconds < 40 }
    let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
    #expect(gaps.count > 30 && gaps.allSatisfy { $0 >= .milliseconds(25_500) && $0 <= .seconds(30) } && Set(gaps).count > 20)
  }

  @Test("a route that is not heard of is used for 180 s to the second, announced with 16 until 240 s, and then forgotten")
  func toTheSecond() {
    let cloud = Self.listener("network 192.168.9.0")
    cloud.setInterface("n", 2, "GigabitEthernet0/1 192.168.9.1/24")
    Self.says(cloud, [RIPRouteEntry(Self.lan, metric: 1)])
    cloud.run(seconds: 179.999)
    #expect(cloud["n"].table[Self.lan] != nil)
    cloud.run(seconds: 0.001)
    #expect(cloud["n"].table[Self.lan] == nil)
    #expect(cloud["n"].engine.rows(limit: 10).first { $0.prefix == Self.lan }?.origin == .lost)
    #expect(cloud["n"].lastEntry("192.168.2.0/24")?.metric == 16)
    cloud.run(seconds: 59.999)
    #expect(cloud["n"].engine.rows(limit: 10).contains { $0.prefix == Self.lan })
    cloud.run(seconds: 0.001)
    #expect(!cloud["n"].engine.rows(limit: 10).contains { $0.prefix == Self.lan })
  }

  @Test("`timers basic 5 15 15 20` is taken, and a refreshed route lives on")
  func otherTimers() {
    let cloud = Self.listener("timers basic 5 15 15 20")
    for _ in 0..<5 {
      Self.says(cloud, [RIPRouteEntry(Self.lan, metric: 1)])
      cloud.run(seconds: 14)
    }
    #expect(cloud["n"].table[Self.lan] != nil)
    cloud.run(seconds: 1)
    #expect(cloud["n"].table[Self.lan] == nil)
    cloud.run(seconds: 5)
    #expect(cloud["n"].engine.summary().routes == 1)
  }

  @Test("a change is told at once, the next one 1 to 5 s later, and several in between together, RFC 2453 §3.10.1", arguments: 1...8)
  func triggered(_ seed: UInt64) {
    let cloud = RIPCloud(seed: seed)
    cloud.add(
      "n", "router rip\n version 2\n network 10.0.0.0\n network 192.168.9.0\n no auto-summary",
      interfaces: ["Tunnel0 10.0.0.1/24", "GigabitEthernet0/1 192.168.9.1/24"])
    cloud.run(seconds: 12)
    let start = cloud.now
    Self.says(cloud, [RIPRouteEntry(net("192.168.2.0/24"), metric: 1)])
    cloud.run(seconds: 0.2)
    Self.says(cloud, [RIPRouteEntry(net("192.168.3.0/24"), metric: 1)])
    cloud.run(seconds: 0.2)
    Self.says(cloud, [RIPRouteEntry(net("192.168.4.0/24"), metric: 1)])
    cloud.run(seconds: 6)
    let sent = cloud["n"].sent.filter { $0.at >= start && $0.datagram.interface == InterfaceID(2) }
    #expect(sent.count == 2 && sent[0].at == start)
    #expect(sent[1].at - start >= .seconds(1) && sent[1].at - start <= .seconds(5))
    let counts = sent.compactMap { try? RIPMessage.decode($0.datagram.bytes).entries.count }
    #expect(counts == [1, 2], "only what changed is told")
  }

  @Test("`flash-update-threshold` leaves a change to the regular update when that is near")
  func flashThreshold() {
    let cloud = Self.listener("network 192.168.9.0\n flash-update-threshold 30")
    cloud.setInterface("n", 2, "GigabitEthernet0/1 192.168.9.1/24")
    cloud.run(seconds: 35)
    let start = cloud.now
    Self.says(cloud, [RIPRouteEntry(Self.lan, metric: 1)])
    cloud.run(seconds: 31)
    let sent = cloud["n"].sent.filter { $0.at >= start && $0.datagram.interface == InterfaceID(2) }
    #expect(sent.first?.at != start && sent.count <= 2)
    #expect(cloud["n"].lastEntry("192.168.2.0/24", on: 2)?.metric == 2)
  }

  @Test("hold-down: a worse path of another waits until the network is forgotten, its own neighbour's and a better one do not")
  func holdDown() {
    for (metric, source, isTaken) in [(2, "10.0.0.3", false), (1, "10.0.0.3", false), (5, "10.0.0.2", true)] {
      let cloud = Self.listener()
      Self.says(cloud, [RIPRouteEntry(Self.lan, metric: 1)])
      Self.says(cloud, [RIPRouteEntry(Self.lan, metric: 16)])
      #expect(cloud["n"].table[Self.lan] == nil)
      Self.says(cloud, [RIPRouteEntry(Self.lan, metric: UInt32(metric))], from: source)
      #expect((cloud["n"].table[Self.lan] != nil) == isTaken)
      cloud.run(seconds: 60)
      Self.says(cloud, [RIPRouteEntry(Self.lan, metric: UInt32(metric))], from: source)
      #expect(cloud["n"].table[Self.lan] != nil)
    }
    let better = Self.listener()
    Self.says(better, [RIPRouteEntry(Self.lan, metric: 3)])
    Self.says(better, [RIPRouteEntry(Self.lan, metric: 16)])
    Self.says(better, [RIPRouteEntry(Self.lan, metric: 2)], from: "10.0.0.3")
    #expect(better["n"].table[Self.lan]?.map(\.nextHop) == [ip("10.0.0.3")])
  }

  @Test("`timers basic 30 180 0 240` has no hold-down, as in the RFC")
  func noHoldDown() {
    let cloud = Self.listener("timers basic 30 180 0 240")
    Self.says(cloud, [RIPRouteEntry(Self.lan, metric: 1)])
    Self.says(cloud, [RIPRouteEntry(Self.lan, metric: 16)])
    Self.says(cloud, [RIPRouteEntry(Self.lan, metric: 9)], from: "10.0.0.3")
    #expect(cloud["n"].table[Self.lan]?.map(\.nextHop) == [ip("10.0.0.3")])
  }

  @Test("timers that change while routes are there hold for these, too")
  func changedTimers() {
    let cloud = Self.listener()
    Self.says(cloud, [RIPRouteEntry(Self.lan, metric: 1)])
    cloud.run(seconds: 10)
    cloud.configure("n", "router rip\n timers basic 5 15 15 20")
    cloud.run(seconds: 4.9)
    #expect(cloud["n"].table[Self.lan] != nil)
    cloud.run(seconds: 0.1)
    #expect(cloud["n"].table[Self.lan] == nil && cloud["n"].engine.snapshot().neighbours.isEmpty)
  }

  @Test("an interface with another address, or down, loses what was learned there")
  func renumbered() {
    for (text, isUp) in [("Tunnel0 10.0.5.1/24", true), ("Tunnel0 10.0.0.1/24", false)] {
      let cloud = Self.listener()
      Self.says(cloud, [RIPRouteEntry(Self.lan, metric: 1)])
      cloud.setInterface("n", 1, text, isUp: isUp)
      #expect(cloud["n"].table.isEmpty && cloud["n"].engine.snapshot().neighbours.isEmpty && cloud["n"].joined.isEmpty == !isUp)
      cloud.input("n", .interfaceGone(InterfaceID(1)))
      #expect(cloud["n"].joined.isEmpty && cloud["n"].engine.snapshot().interfaces.isEmpty)
    }
  }

  @Test("an IPv6 address that comes to an interface leaves what was learned there")
  func otherFamily() {
    let cloud = Self.listener()
    Self.says(cloud, [RIPRouteEntry(Self.lan, metric: 1)])
    cloud.setInterface("n", 1, "Tunnel0 10.0.0.1/24 2001:db8::1/64 fe80::1/64")
    #expect(cloud["n"].table[Self.lan]?.map(\.nextHop) == [ip("10.0.0.2")])
    #expect(cloud["n"].engine.summary().neighbours == 1)
  }

  @Test("a neighbour is forgotten after 180 s of silence")
  func neighbours() {
    let cloud = Self.listener()
    Self.says(cloud, [])
    #expect(cloud["n"].engine.snapshot().neighbours.map(\.address) == [ip("10.0.0.2")])
    cloud.run(seconds: 100)
    Self.says(cloud, [])
    cloud.run(seconds: 179)
    #expect(cloud["n"].engine.snapshot().neighbours.count == 1)
    cloud.run(seconds: 1)
    #expect(cloud["n"].engine.snapshot().neighbours.isEmpty)
    #expect(cloud["n"].records.map(\.kind) == [.ripNeighbourUp, .ripNeighbourDown])
  }
}
