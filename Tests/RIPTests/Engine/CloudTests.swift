// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import RIP
import Routing
import Testing
import Wire

@Suite("RIP in a cloud of hub and spokes")
struct CloudTests {
  @Test("phase 2: without split horizon the hub names the spoke as next hop, and spokes route by each other, RFC 2453 §4.4")
  func phase2() {
    let cloud = RIPCloud.hubAndSpokes(3, hub: " no ip split-horizon")
    cloud.run(seconds: 40)
    #expect(cloud["hub"].table[net("192.168.11.0/24")]?.map(\.nextHop) == [ip("10.0.0.11")])
    #expect(cloud["s1"].table[net("192.168.12.0/24")]?.map(\.nextHop) == [ip("10.0.0.12")])
    #expect(cloud["s1"].table[net("192.168.1.0/24")]?.map(\.nextHop) == [ip("10.0.0.1")])
    let route = cloud["s1"].table[net("192.168.12.0/24")]?.first
    #expect(route?.metric == 2 && route?.distance == 120 && route?.interface == InterfaceID(1) && route?.source == .rip)
    #expect(cloud["hub"].lastEntry("192.168.11.0/24") == RIPRouteEntry(net("192.168.11.0/24"), metric: 2, nextHop: ip("10.0.0.11")))
  }

  @Test("a spoke never learns its own network from a hub without split horizon, nor after it lost it")
  func ownNetwork() {
    let cloud = RIPCloud.hubAndSpokes(2, hub: " no ip split-horizon")
    cloud.run(seconds: 40)
    #expect(cloud["s1"].table[net("192.168.11.0/24")] == nil)
    #expect(cloud["s1"].engine.traffic.refusedEntries[.ownNextHop] ?? 0 > 0)
    cloud.setInterface("s1", 2, "GigabitEthernet0/1 192.168.11.1/24", isUp: false)
    cloud.run(seconds: 400)
    for node in cloud.nodes { #expect(node.table[net("192.168.11.0/24")] == nil, "\(node.name)") }
  }

  @Test("with split horizon the hub tells spokes of its own networks only, RFC 2453 §3.4.3")
  func splitHorizon() {
    let cloud = RIPCloud.hubAndSpokes(2)
    cloud.run(seconds: 70)
    #expect(cloud["s1"].table.keys.sorted() == [net("192.168.1.0/24")])
    #expect(cloud["hub"].lastEntry("192.168.11.0/24") == nil && cloud["hub"].lastEntry("10.0.0.0/24") == nil)
  }

  @Test("poisoned reverse says 16 of what was learned there, RFC 2453 §3.4.3")
  func poisonedReverse() {
    let cloud = RIPCloud.hubAndSpokes(2, hub: " ip rip split-horizon poisoned-reverse")
    cloud.run(seconds: 70)
    #expect(cloud["hub"].lastEntry("192.168.11.0/24") == RIPRouteEntry(net("192.168.11.0/24"), metric: 16))
    #expect(cloud["s2"].table[net("192.168.11.0/24")] == nil && cloud["hub"].lastEntry("10.0.0.0/24") == nil)
  }

  @Test("phase 3: the hub's summary hides the spokes' networks and has the hub as next hop; without split horizon all parts count")
  func summary() {
    let cloud = RIPCloud.hubAndSpokes(2, hub: " no ip split-horizon\n ip summary-address rip 192.168.0.0 255.255.0.0")
    cloud.run(seconds: 40)
    #expect(cloud["s1"].table.keys.sorted() == [net("192.168.0.0/16")])
    #expect(cloud["s1"].table[net("192.168.0.0/16")]?.map(\.nextHop) == [ip("10.0.0.1")])
    #expect(cloud["hub"].lastEntry("192.168.0.0/16") == RIPRouteEntry(net("192.168.0.0/16"), metric: 1))
    #expect(cloud["hub"].lastEntry("192.168.11.0/24") == nil)
  }

  @Test("a summary without parts is poisoned at once and forgotten after the garbage time")
  func summaryGoes() {
    let cloud = RIPCloud.hubAndSpokes(1, hub: " ip summary-address rip 192.168.0.0 255.255.0.0")
    cloud.run(seconds: 40)
    #expect(cloud["s1"].table[net("192.168.0.0/16")] != nil)
    cloud.setInterface("hub", 2, "GigabitEthernet0/1 192.168.1.1/24", isUp: false)
    cloud.run(seconds: 6)
    #expect(cloud["s1"].table[net("192.168.0.0/16")] == nil)
    #expect(cloud["hub"].lastEntry("192.168.0.0/16")?.metric == 16)
    let gone = cloud.now + .seconds(61)
    cloud.run(seconds: 200)
    #expect(!cloud["hub"].messages(from: gone).flatMap(\.entries).contains { $0.mask == net("192.168.0.0/16").mask.v4Bits })
  }

  @Test("a summary is as far as its nearest part: told at once to everybody when that comes or goes, whatever the number of the others")
  func summaryMetric() {
    let cloud = TimerTests.listener("network 192.168.9.0\n neighbor 192.168.9.77")
    cloud.configure("n", "interface GigabitEthernet0/1\n ip summary-address rip 172.16.0.0 255.255.0.0")
    cloud.setInterface("n", 2, "GigabitEthernet0/1 192.168.9.1/24")
    func told(_ seconds: Double) -> [UInt32] {
      let start = cloud.now
      cloud.run(seconds: seconds)
      let entries = cloud["n"].responses(on: 2, from: start).filter { $0.datagram.destination == ip("192.168.9.77") }.flatMap(
        \.message.entries)
      let group = cloud["n"].responses(on: 2, from: start).filter { $0.datagram.destination == RIPNumbers.group }.flatMap(\.message.entries)
      let ours = entries.filter { $0.address >> 16 == 0xac10 }
      #expect(entries == group && ours.allSatisfy { $0.mask == net("172.16.0.0/16").mask.v4Bits })
      return ours.map(\.metric)
    }
    _ = told(6)
    for n in 0..<100 { TimerTests.says(cloud, [RIPRouteEntry(net("172.16.\(n).0/24"), metric: 5)]) }
    #expect(told(6).last == 6)
    TimerTests.says(cloud, [RIPRouteEntry(net("172.16.200.0/24"), metric: 1)])
    #expect(told(6) == [2])
    TimerTests.says(cloud, [RIPRouteEntry(net("172.16.50.0/24"), metric: 7)])
    #expect(told(1).allSatisfy { $0 == 2 })
    TimerTests.says(cloud, [RIPRouteEntry(net("172.16.200.0/24"), metric: 16)])
    #expect(told(6).contains(6))
    for n in 0..<100 { TimerTests.says(cloud, [RIPRouteEntry(net("172.16.\(n).0/24"), metric: 16)]) }
    #expect(told(6).last == 16)
  }

  @Test("phase 3 with `ip next-hop-self rip`: the hub is the next hop of every network")
  func nextHopSelf() {
    let cloud = RIPCloud.hubAndSpokes(2, hub: " no ip split-horizon\n ip next-hop-self rip")
    cloud.run(seconds: 40)
    #expect(cloud["s1"].table[net("192.168.12.0/24")]?.map(\.nextHop) == [ip("10.0.0.1")])
    // Its own network comes back from the hub, as farther away than it is.
    #expect(cloud["s1"].table[net("192.168.11.0/24")] == nil)
  }

  @Test("counting to infinity ends: with the hub as next hop, no split horizon and a lost network, nobody counts past 16, and soon")
  func countingToInfinity() {
    let cloud = RIPCloud.hubAndSpokes(3, hub: " no ip split-horizon\n ip next-hop-self rip", spoke: " no ip split-horizon")
    cloud.run(seconds: 65)
    // The triggered update of the loss does not arrive: the worst case.
    cloud.isLost = { from, _, _ in from == "s1" }
    cloud.setInterface("s1", 2, "GigabitEthernet0/1 192.168.11.1/24", isUp: false)
    cloud.run(seconds: 8)
    cloud.isLost = { _, _, _ in false }
    let start = cloud.now
    var end: Instant?
    while cloud.now - start < .seconds(600), end == nil {
      cloud.run(seconds: 1)
      if cloud.nodes.allSatisfy({ $0.table[net("192.168.11.0/24")] == nil }) { end = cloud.now }
    }
    #expect(end != nil && cloud.now - start <= .seconds(240), "took \(cloud.now - start)")
    cloud.run(seconds: 300)
    for node in cloud.nodes {
      #expect(node.table[net("192.168.11.0/24")] == nil)
      #expect(node.messages().flatMap(\.entries).allSatisfy { $0.metric <= 16 })
    }
  }

  @Test("the default of `default-information originate` goes down to the spokes with metric 1")
  func defaultOrigination() {
    let cloud = RIPCloud.hubAndSpokes(1, router: "")
    cloud.configure("hub", "router rip\n default-information originate")
    cloud.run(seconds: 7)
    #expect(cloud["s1"].table[.defaultV4]?.map(\.nextHop) == [ip("10.0.0.1")] && cloud["s1"].table[.defaultV4]?.first?.metric == 1)
    // A spoke that says it has one is not believed by who has its own.
    cloud.configure("s1", "router rip\n default-information originate")
    cloud.run(seconds: 40)
    #expect(cloud["hub"].table[.defaultV4] == nil)
    cloud.configure("hub", "router rip\n no default-information originate")
    cloud.run(seconds: 7)
    #expect(cloud["s1"].table[.defaultV4] == nil)
  }

  @Test("two hubs at the same distance are two paths, up to maximum-paths; one that is silent goes alone after 180 s")
  func equalCost() {
    let cloud = RIPCloud()
    for (name, address) in [("h1", "10.0.0.1"), ("h2", "10.0.0.2"), ("h3", "10.0.0.3")] {
      cloud.add(
        name, "router rip\n version 2\n network 10.0.0.0\n network 192.168.1.0",
        interfaces: ["Tunnel0 \(address)/24", "GigabitEthernet0/1 192.168.1.\(address.suffix(1))/24"])
    }
    cloud.add("s", "router rip\n version 2\n network 10.0.0.0\n maximum-paths 2", interfaces: ["Tunnel0 10.0.0.11/24"])
    cloud.connect([("h1", 1), ("h2", 1), ("h3", 1), ("s", 1)])
    cloud.run(seconds: 65)
    let paths = cloud["s"].table[net("192.168.1.0/24")]?.compactMap(\.nextHop) ?? []
    #expect(paths.count == 2 && paths == paths.sorted())
    let silent = paths.first == ip("10.0.0.1") ? "h1" : "h2"
    cloud.isLost = { from, _, _ in from == silent }
    cloud.run(seconds: 185)
    let left = cloud["s"].table[net("192.168.1.0/24")]?.compactMap(\.nextHop) ?? []
    #expect(left.count == 2 && !left.contains(paths[0]), "the third one took its place")
  }

  @Test("a hub that stops says so: spokes are rid of its networks at once")
  func farewell() {
    let cloud = RIPCloud.hubAndSpokes(2, hub: " no ip split-horizon")
    cloud.run(seconds: 40)
    cloud.input("hub", .stopping)
    cloud.run(seconds: 1)
    #expect(cloud["s1"].table.isEmpty && cloud["s2"].table.isEmpty)
  }

  @Test("`no router rip` withdraws everything, leaves the group and stops its timers; the section may come again")
  func noRouter() {
    let cloud = RIPCloud.hubAndSpokes(1)
    cloud.run(seconds: 40)
    let lines = "router rip\n version 2\n network 10.0.0.0\n network 192.168.1.0\n no auto-summary"
    cloud.configure("hub", "no router rip")
    #expect(cloud["hub"].table.isEmpty && cloud["hub"].joined.isEmpty && cloud["hub"].engine.nextDeadline == nil)
    cloud.run(seconds: 1)
    #expect(cloud["s1"].table.isEmpty)
    cloud.configure("hub", lines)
    cloud.run(seconds: 40)
    #expect(cloud["s1"].table.count == 1 && cloud["hub"].table.count == 1)
  }

  @Test("two hubs and 60 spokes, one hub killed: all spokes reach each other again within the timers, by the other hub alone")
  func hubKilled() {
    let router = "router rip\n version 2\n network 10.0.0.0\n no auto-summary\n network 192.168.1.0"
    let cloud = RIPCloud(seed: 5)
    for n in 1...2 {
      cloud.add(
        "h\(n)", "interface Tunnel0\n no ip split-horizon\n\(router)",
        interfaces: ["Tunnel0 10.0.0.\(n)/24", "GigabitEthernet0/1 192.168.1.\(n)/24"])
    }
    for n in 1...60 {
      cloud.add(
        "s\(n)", "\(router)\n network 172.16.0.0", interfaces: ["Tunnel0 10.0.0.\(10 + n)/24", "GigabitEthernet0/1 172.16.\(n).1/24"])
    }
    let spokes = (1...60).map { ("s\($0)", UInt16(1)) }
    cloud.connect([("h1", 1)] + spokes, hub: "h1")
    cloud.connect([("h2", 1)] + spokes, hub: "h2")
    cloud.connect([("h1", 2), ("h2", 2)])
    cloud.run(seconds: 70)
    let all = (1...60).map { net("172.16.\($0).0/24") }
    #expect(
      (1...60).allSatisfy { n in Set(cloud["s\(n)"].table.keys) == Set(all).subtracting([all[n - 1]]).union([net("192.168.1.0/24")]) })
    cloud.isLost = { from, to, _ in from == "h1" || to == "h1" }
    let killed = cloud.now
    var healed: Instant?
    while healed == nil, cloud.now - killed < .seconds(300) {
      cloud.run(seconds: 1)
      let isWhole = (1...60).allSatisfy { n in
        cloud["s\(n)"].table.count == 60 && cloud["s\(n)"].table.values.allSatisfy { !$0.contains { $0.nextHop == ip("10.0.0.1") } }
      }
      if isWhole { healed = cloud.now }
    }
    // In phase 2 all paths but the one to the hub's own LAN name a spoke as next hop, and the other hub keeps telling of them.
    #expect(healed != nil && cloud.now - killed <= .seconds(180 + 30), "\(cloud.now - killed)")
  }

  @Test("clear asks the neighbours at once, §3.9.1: what they answer is back within a round trip, and nobody else hears that it was gone")
  func clearing() {
    let cloud = RIPCloud.hubAndSpokes(2, hub: " no ip split-horizon")
    cloud.run(seconds: 70)
    let far = net("192.168.12.0/24"), start = cloud.now
    cloud.input("hub", .clear(nil))
    #expect(cloud["hub"].table.isEmpty)
    #expect(cloud["hub"].messages(from: start).map(\.command).contains(.request))
    cloud.run(seconds: 0.1)
    #expect(cloud["hub"].table.keys.sorted() == [net("192.168.11.0/24"), far])
    for _ in 0..<40 {
      #expect(cloud["s1"].table[far] != nil, "\(cloud.now - start)")
      cloud.run(seconds: 0.25)
    }
  }

  @Test("clear of one network forgets that one; where its neighbour is silent it is announced as unreachable, and comes back with its next word")
  func clearingOne() {
    let cloud = RIPCloud.hubAndSpokes(2, hub: " no ip split-horizon")
    cloud.run(seconds: 70)
    let far = net("192.168.12.0/24")
    cloud.isLost = { from, _, _ in from == "s2" }
    cloud.input("hub", .clear(far))
    #expect(cloud["hub"].table.keys.sorted() == [net("192.168.11.0/24")])
    cloud.run(seconds: 6)
    #expect(cloud["hub"].table[far] == nil && cloud["s1"].table[far] == nil)
    cloud.isLost = { _, _, _ in false }
    cloud.run(seconds: 36)
    #expect(cloud["hub"].table[far] != nil && cloud["s1"].table[far] != nil)
    cloud.input("hub", .clear(net("172.31.0.0/16")))
    #expect(cloud["hub"].table.count == 2)
  }

  @Test("the same seed gives the same run: messages, times and journal")
  func determinism() {
    func run() -> ([String], [JournalRecord]) {
      let cloud = RIPCloud.hubAndSpokes(5, hub: " no ip split-horizon", seed: 42)
      cloud.run(seconds: 200)
      let log = cloud.nodes.flatMap { node in node.sent.map { "\(node.name) \($0.at.nanoseconds) \(hexText($0.datagram.bytes))" } }
      return (log, cloud.nodes.flatMap(\.records))
    }
    let (a, b) = (run(), run())
    #expect(a.0 == b.0 && a.1 == b.1 && !a.0.isEmpty)
  }
}
