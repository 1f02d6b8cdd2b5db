// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import RIP
import Routing
import Testing
import Wire

@Suite("RIP takes and answers messages, RFC 2453 §3.9")
struct ProcessingTests {
  private func table(_ entries: [RIPRouteEntry], lines: String = "") -> RIPNode {
    let cloud = TimerTests.listener(lines)
    TimerTests.says(cloud, entries)
    return cloud["n"]
  }

  @Test("a response of another port, of no network of ours, or on an interface that takes no part is refused, §3.9.2")
  func refusals() {
    let bytes = RIPMessage(.response, entries: [RIPRouteEntry(TimerTests.lan, metric: 1)]).encode()
    let cloud = TimerTests.listener()
    cloud.setInterface("n", 2, "GigabitEthernet0/1 192.168.9.1/24")
    cloud.input("n", AuthenticationTests.datagram(bytes, port: 4444))
    cloud.input("n", AuthenticationTests.datagram(bytes, from: "172.16.0.9"))
    cloud.input("n", AuthenticationTests.datagram(bytes, from: "224.0.0.9"))
    let elsewhere = Datagram(
      interface: InterfaceID(2), source: ip("192.168.9.2"), destination: RIPNumbers.group, sourcePort: 520, destinationPort: 520, ttl: 1,
      bytes: bytes)
    cloud.input("n", .port(.received(elsewhere)))
    #expect(cloud["n"].table.isEmpty)
    #expect(cloud["n"].engine.traffic.refused == [.badPort: 1, .badSource: 2, .notRunning: 1])
    cloud.input("n", AuthenticationTests.datagram(bytes, from: "10.0.0.1"))
    #expect(cloud["n"].engine.traffic.responsesReceived == 0, "our own voice")
  }

  @Test("`no validate-update-source` takes updates on a tunnel whose addresses have no network")
  func hostAddresses() {
    for (line, isTaken) in [("", false), ("no validate-update-source", true)] {
      let cloud = RIPCloud()
      cloud.add("n", "router rip\n version 2\n network 10.0.0.0\n \(line)", interfaces: ["Tunnel0 10.0.0.1/32"])
      TimerTests.says(cloud, [RIPRouteEntry(TimerTests.lan, metric: 1)])
      #expect((cloud["n"].table[TimerTests.lan]?.map(\.nextHop) == [ip("10.0.0.2")]) == isTaken)
    }
  }

  @Test("entries that no packet can follow are left out and counted, the others are taken, §3.9.2")
  func badEntries() {
    let node = table([
      RIPRouteEntry(net("224.1.0.0/16"), metric: 1), RIPRouteEntry(net("127.0.0.0/8"), metric: 1),
      RIPRouteEntry(net("0.1.0.0/16"), metric: 1),
      RIPRouteEntry(family: 9, address: 0xc0a8_0200, mask: 0xffff_ff00, metric: 1),
      RIPRouteEntry(address: 0xc0a8_0200, mask: 0xff00_ff00, metric: 1), RIPRouteEntry(net("192.168.7.0/24"), metric: 0),
      RIPRouteEntry(net("192.168.7.0/24"), metric: 17), RIPRouteEntry(net("192.168.7.0/24"), metric: .max),
      RIPRouteEntry(net("192.168.2.0/24"), metric: 1),
    ])
    #expect(node.table.keys.sorted() == [TimerTests.lan])
    #expect(node.engine.traffic.refusedEntries == [.badNetwork: 4, .badMask: 1, .badMetric: 3])
    #expect(node.engine.snapshot().neighbours.first?.badEntries == 8)
  }

  @Test("host bits are dropped; an entry without a mask has that of its class, or of the interface's network, §4.3")
  func masks() {
    let node = table([
      RIPRouteEntry(address: ip("192.168.2.77").v4Bits, mask: net("0.0.0.0/24").mask.v4Bits, metric: 1),
      RIPRouteEntry(address: ip("192.168.3.0").v4Bits, mask: 0, metric: 1),
      RIPRouteEntry(address: ip("10.0.5.0").v4Bits, mask: 0, metric: 1),
      RIPRouteEntry(address: ip("192.168.4.9").v4Bits, mask: 0, metric: 1), RIPRouteEntry(.defaultV4, metric: 2),
    ])
    #expect(
      node.table.keys.sorted() == [.defaultV4, net("10.0.5.0/24"), net("192.168.2.0/24"), net("192.168.3.0/24"), net("192.168.4.9/32")])
  }

  @Test("a next hop on this network is used, another one is as good as none, ours is refused, §4.4")
  func nextHops() {
    let node = table([
      RIPRouteEntry(net("192.168.2.0/24"), metric: 1, nextHop: ip("10.0.0.9")),
      RIPRouteEntry(net("192.168.3.0/24"), metric: 1, nextHop: ip("172.16.0.9")),
      RIPRouteEntry(net("192.168.4.0/24"), metric: 1, nextHop: ip("10.0.0.1")),
    ])
    #expect(node.table[net("192.168.2.0/24")]?.map(\.nextHop) == [ip("10.0.0.9")])
    #expect(node.table[net("192.168.3.0/24")]?.map(\.nextHop) == [ip("10.0.0.2")])
    #expect(node.table[net("192.168.4.0/24")] == nil)
  }

  @Test("what is 14 away is used and announced as 15, what is 15 away is out of reach, §3.9.2")
  func infinity() {
    let node = table([RIPRouteEntry(net("192.168.2.0/24"), metric: 14), RIPRouteEntry(net("192.168.3.0/24"), metric: 15)])
    #expect(node.table.keys.sorted() == [net("192.168.2.0/24")])
  }

  @Test("a better path takes over, a worse one does not, the neighbour's own worse word does, §3.9.2")
  func bellmanFord() {
    let cloud = TimerTests.listener(), lan = TimerTests.lan
    TimerTests.says(cloud, [RIPRouteEntry(lan, metric: 5)])
    TimerTests.says(cloud, [RIPRouteEntry(lan, metric: 7)], from: "10.0.0.3")
    #expect(cloud["n"].table[lan]?.map(\.nextHop) == [ip("10.0.0.2")])
    TimerTests.says(cloud, [RIPRouteEntry(lan, metric: 3)], from: "10.0.0.3")
    #expect(cloud["n"].table[lan]?.map(\.nextHop) == [ip("10.0.0.3")] && cloud["n"].table[lan]?.first?.metric == 3)
    TimerTests.says(cloud, [RIPRouteEntry(lan, metric: 9)], from: "10.0.0.3")
    #expect(cloud["n"].table[lan]?.first?.metric == 9)
    TimerTests.says(cloud, [RIPRouteEntry(lan, metric: 9, tag: 77)], from: "10.0.0.3")
    #expect(cloud["n"].table[lan]?.first?.tag == 77)
    TimerTests.says(cloud, [RIPRouteEntry(lan, metric: 9)], from: "10.0.0.2")
    #expect(cloud["n"].table[lan]?.count == 2)
    TimerTests.says(cloud, [RIPRouteEntry(lan, metric: 10)], from: "10.0.0.2")
    #expect(cloud["n"].table[lan]?.map(\.nextHop) == [ip("10.0.0.3")], "of two paths the one that became worse goes")
    let counts = cloud["n"].engine.snapshot().neighbours.map(\.routeCount)
    #expect(counts == [0, 1])
  }

  @Test("a whole-table request is answered to its port, from 1,000 networks with 25 entries a message, §3.9.1")
  func wholeTable() {
    let cloud = TimerTests.listener("network 192.168.9.0")
    cloud.setInterface("n", 2, "GigabitEthernet0/1 192.168.9.1/24")
    for n in 0..<40 {
      TimerTests.says(cloud, (0..<25).map { RIPRouteEntry(IPPrefix(IPAddress(172, 16, UInt8(n), UInt8($0 * 4)), length: 30), metric: 1) })
    }
    cloud.run(seconds: 5)
    let asked = cloud.now
    let request = Datagram(
      interface: InterfaceID(2), source: ip("192.168.9.77"), destination: ip("192.168.9.1"), sourcePort: 5555, destinationPort: 520,
      ttl: 64,
      bytes: RIPMessage(.request, entries: [.wholeTable]).encode())
    cloud.input("n", .port(.received(request)))
    cloud.run(seconds: 2)
    let answers = cloud["n"].sent.filter { $0.at >= asked && $0.datagram.destination == ip("192.168.9.77") }
    #expect(answers.allSatisfy { $0.datagram.destinationPort == 5555 && $0.datagram.sourcePort == 520 })
    let entries = answers.compactMap { try? RIPMessage.decode($0.datagram.bytes).entries }
    #expect(entries.flatMap { $0 }.count == 1001 && entries.dropLast().allSatisfy { $0.count == 25 })
    #expect(Set(answers.map(\.at)).count == 3, "in slices of 500")
  }

  @Test("whole tables are told to 64 who ask in a second; the others are counted and hear the regular update")
  func requestFlood() {
    let cloud = TimerTests.listener("network 192.168.9.0")
    cloud.setInterface("n", 2, "GigabitEthernet0/1 192.168.9.1/24")
    cloud.run(seconds: 8)
    let before = cloud["n"].sent.count
    for n in 0..<200 {
      cloud.input("n", AuthenticationTests.datagram(RIPMessage(.request, entries: [.wholeTable]).encode(), from: "10.0.0.\(20 + n)"))
    }
    cloud.run(seconds: 1)
    #expect(cloud["n"].sent.count - before == RIPLimits.answersPerSecond && cloud["n"].engine.traffic.droppedUpdates == 136)
  }

  @Test("who asks for whole tables delays no update: a change is told while answers wait, and no more than eight are under way")
  func requestsBesideUpdates() {
    let cloud = TimerTests.listener("network 192.168.9.0")
    cloud.setInterface("n", 2, "GigabitEthernet0/1 192.168.9.1/24")
    for n in 0..<160 {
      TimerTests.says(cloud, (0..<25).map { RIPRouteEntry(IPPrefix(IPAddress(172, 16, UInt8(n), UInt8($0 * 4)), length: 30), metric: 1) })
    }
    cloud.run(seconds: 12)
    let asked = cloud.now
    for n in 0..<64 {
      let request = Datagram(
        interface: InterfaceID(2), source: ip("192.168.9.\(10 + n)"), destination: ip("192.168.9.1"), sourcePort: 5555,
        destinationPort: 520, ttl: 1, bytes: RIPMessage(.request, entries: [.wholeTable]).encode())
      cloud.input("n", .port(.received(request)))
    }
    #expect(cloud["n"].engine.traffic.droppedUpdates == UInt64(64 - RIPLimits.answersAtOnce))
    TimerTests.says(cloud, [RIPRouteEntry(TimerTests.lan, metric: 1)])
    cloud.run(seconds: 0.5)
    let told = cloud["n"].responses(on: 2, from: asked).filter { $0.datagram.destination == RIPNumbers.group }
    #expect(told.flatMap(\.message.entries).map(\.address) == [TimerTests.lan.address.v4Bits])
    cloud.run(seconds: 5)
    let answers = cloud["n"].responses(on: 2, from: asked).filter { $0.datagram.destinationPort == 5555 }
    #expect(Set(answers.map(\.datagram.destination)).count == RIPLimits.answersAtOnce)
    #expect(answers.flatMap(\.message.entries).count == 4_001 * RIPLimits.answersAtOnce)
  }

  @Test("a request from an address on no network of the interface has no answer, unless the source is not validated")
  func requestFromElsewhere() {
    let request = AuthenticationTests.datagram(RIPMessage(.request, entries: [.wholeTable]).encode(), from: "172.16.0.9", port: 5555)
    for (line, answers) in [("", 0), ("no validate-update-source", 1)] {
      let cloud = TimerTests.listener(line)
      cloud.setInterface("n", 2, "GigabitEthernet0/1 10.9.0.1/24")
      cloud.input("n", request)
      cloud.run(seconds: 1)
      #expect(cloud["n"].sent.filter { $0.datagram.destination == ip("172.16.0.9") }.count == answers)
      #expect(cloud["n"].engine.traffic.refused == (answers == 0 ? [.badSource: 1] : [:]))
    }
  }

  @Test("a request for some networks is answered with their metrics as they stand, 16 for unknown ones, without split horizon, §3.9.1")
  func someNetworks() {
    let cloud = TimerTests.listener()
    TimerTests.says(cloud, [RIPRouteEntry(TimerTests.lan, metric: 3)])
    let asked = RIPMessage(
      .request,
      entries: [
        RIPRouteEntry(TimerTests.lan, metric: 16), RIPRouteEntry(net("10.0.0.0/24"), metric: 16),
        RIPRouteEntry(net("9.9.9.0/24"), metric: 1),
      ])
    cloud.input("n", AuthenticationTests.datagram(asked.encode(), from: "10.0.0.5", port: 999))
    let answer = cloud["n"].sent.last.flatMap { try? RIPMessage.decode($0.datagram.bytes) }
    #expect(answer?.command == .response && answer?.entries.map(\.metric) == [4, 1, 16])
    cloud.input("n", AuthenticationTests.datagram(RIPMessage(.request).encode()))
    #expect(cloud["n"].sent.last?.datagram.destinationPort == 999, "a request for nothing has no answer")
  }

  @Test("passive-interface is silent and listens; a configured neighbor gets its updates all the same")
  func passive() {
    let cloud = RIPCloud.hubAndSpokes(2, router: "")
    cloud.configure("hub", "router rip\n passive-interface Tunnel0\n neighbor 10.0.0.12")
    let start = cloud.now
    cloud.run(seconds: 65)
    let sent = cloud["hub"].sent.filter { $0.at > start && $0.datagram.interface == InterfaceID(1) }
    #expect(!sent.isEmpty && sent.allSatisfy { $0.datagram.destination == ip("10.0.0.12") })
    #expect(cloud["hub"].table[net("192.168.11.0/24")] != nil)
    cloud.configure(
      "hub", "router rip\n no passive-interface Tunnel0\n no neighbor 10.0.0.12\n passive-interface default\n no passive-interface Tunnel0")
    cloud.run(seconds: 1)
    #expect(cloud["hub"].sent.last?.datagram.destination == RIPNumbers.group)
    let later = cloud.now
    cloud.run(seconds: 60)
    #expect(!cloud["hub"].sent.contains { $0.at > later && $0.datagram.interface == InterfaceID(2) })
  }

  @Test("`ip rip v2-broadcast` and version 1 go to all hosts, version 1 without masks and by its own rules, RFC 1058 §3.2")
  func broadcast() {
    let cloud = TimerTests.listener("network 192.168.9.0\n network 172.16.0.0")
    cloud.setInterface("n", 2, "GigabitEthernet0/1 192.168.9.1/24")
    cloud.setInterface("n", 3, "GigabitEthernet0/2 172.16.5.1/24")
    cloud.configure("n", "interface Tunnel0\n ip rip v2-broadcast\ninterface GigabitEthernet0/1\n ip rip send version 1")
    cloud.run(seconds: 65)
    let tunnel = cloud["n"].sent.last { $0.datagram.interface == InterfaceID(1) }?.datagram
    #expect(tunnel?.destination == ip("255.255.255.255") && tunnel?.bytes[1] == 2)
    let lan = cloud["n"].sent.last { $0.datagram.interface == InterfaceID(2) }?.datagram
    let message = lan.flatMap { try? RIPMessage.decode($0.bytes) }
    #expect(lan?.destination == ip("255.255.255.255") && message?.version == 1)
    #expect(message?.entries == ["10.0.0.0", "172.16.0.0"].map { RIPRouteEntry(address: ip($0).v4Bits, mask: 0, metric: 1) })
  }

  @Test("versions: `version 2` refuses version 1; without it both are taken; `ip rip receive version` decides for its interface")
  func versions() {
    let old = RIPMessage(.response, version: 1, entries: [RIPRouteEntry(address: ip("192.168.2.0").v4Bits, mask: 0, metric: 1)]).encode()
    for (lines, isTaken) in [("", false), ("no version", true), ("interface Tunnel0\n ip rip receive version 1 2", true)] {
      let cloud = TimerTests.listener(lines)
      cloud.input("n", AuthenticationTests.datagram(old))
      #expect((cloud["n"].table[TimerTests.lan] != nil) == isTaken, "\(lines)")
    }
  }

  @Test("auto-summary tells other classful networks of the whole one only; `no auto-summary` of its subnets")
  func autoSummary() {
    for (line, expected) in [("auto-summary", ["172.16.0.0/16"]), ("no auto-summary", ["172.16.5.0/24", "172.16.6.0/24"])] {
      let cloud = TimerTests.listener("network 172.16.0.0\n \(line)")
      cloud.setInterface("n", 2, "GigabitEthernet0/1 172.16.5.1/24")
      cloud.setInterface("n", 3, "GigabitEthernet0/2 172.16.6.1/24")
      cloud.run(seconds: 40)
      let sent = cloud["n"].messages(from: Instant.start + .seconds(20)).flatMap(\.entries)
      #expect(
        Set(sent.map { "\(IPAddress(v4: $0.address))/\(IPPrefix.length(ofMask: IPAddress(v4: $0.mask)) ?? 0)" }).isSuperset(of: expected))
      #expect(Set(sent.map(\.address)).contains(ip("172.16.5.0").v4Bits) == true)
    }
  }
}
