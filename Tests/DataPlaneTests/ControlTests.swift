// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite struct ControlTests {
  @Test("a removed tunnel takes its adjacencies along; others keep working")
  func removeTunnel() {
    let hub = Hub()
    var other = TunnelForwarding()
    (other.source, other.key) = (ip("198.51.100.1"), 43)
    hub.apply(.tunnel(InterfaceID(7), other))
    hub.apply(.adjacency(InterfaceID(7), nextHop: ip("172.17.0.2"), nbma: ip("203.0.113.2")))
    hub.apply(.tunnel(Hub.tun, nil))
    #expect(hub.core.adjacencyCounters(Hub.tun, nextHop: ip("172.16.0.11")) == nil)
    #expect(hub.core.peers(of: Hub.tun).isEmpty)
    #expect(hub.core.peers(of: InterfaceID(7)).map(\.nbma) == [ip("203.0.113.2")])
    let inner = IPv4("10.0.0.1", "192.168.1.1").bytes
    #expect(hub.receive(gre("203.0.113.2", "198.51.100.1", key: 43, inner)).verdict == .host(interface: Hub.lan))
    #expect(hub.receive(gre("203.0.113.2", "198.51.100.1", key: 42, inner)).verdict == .drop(.keyMismatch))
  }

  @Test("an adjacency that stays keeps its counters, one that moves starts anew, one that goes is gone")
  func adjacency() {
    let hub = Hub()
    let packet = IPv4("192.168.1.7", "172.16.0.11").bytes
    func used() -> DataPlaneNotice? { hub.core.apply(.queryUsage(Hub.tun, nextHop: ip("172.16.0.11")), at: hub.now) }
    func usage(_ n: UInt64) -> DataPlaneNotice { .usage(Hub.tun, nextHop: ip("172.16.0.11"), packets: n) }
    _ = hub.send(packet)
    hub.adjacency("172.16.0.11", "198.51.100.11")
    #expect(used() == usage(1))
    hub.apply(.clearCounters)
    #expect(used() == usage(1))
    #expect(hub.core.tunnelCounters(Hub.tun) == TunnelCounters())
    hub.adjacency("172.16.0.11", "198.51.100.211")
    #expect(used() == usage(0))
    #expect(hub.send(packet).verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.211")))
    hub.adjacency("172.16.0.11", nil)
    #expect(hub.send(packet).verdict == .drop(.noAdjacency))
    #expect(hub.core.peers(of: Hub.tun).map(\.nbma) == [ip("198.51.100.12")])
  }

  @Test("the peer table is bounded, and freed places are used again")
  func peerLimit() {
    let hub = Hub(peerLimit: 10)
    for n in 100..<120 { hub.adjacency("172.16.0.\(n)", "203.0.113.\(n)") }
    #expect(hub.core.peers(of: Hub.tun).count == 10)
    #expect(hub.core.refusedPeers == 12)
    for round in 0..<3 {
      for n in 100..<120 { hub.adjacency("172.16.0.\(n)", nil) }
      for n in 100..<108 { hub.adjacency("172.16.0.\(n)", "203.0.113.\(n + round)") }
      #expect(hub.core.peers(of: Hub.tun).count == 10)
    }
  }

  @Test("many adjacencies come and go, and every one is found while it is there")
  func churn() {
    let hub = Hub()
    var random = RandomSource(seed: 5)
    var model: [UInt32: UInt32] = [:]
    for _ in 0..<4000 {
      let hop = UInt32(random.below(300)), nbma = 0xcb00_7100 + UInt32(random.below(200))
      let goes = random.below(3) == 0
      model[hop] = goes ? nil : nbma
      hub.apply(.adjacency(Hub.tun, nextHop: IPAddress(v4: 0x0a00_0000 + hop), nbma: goes ? nil : IPAddress(v4: nbma)))
    }
    hub.route("10.0.0.0/8", .tunnel(Hub.tun, nextHop: nil))
    for hop in 0..<300 as Range<UInt32> {
      let verdict = hub.send(IPv4("192.168.1.7", IPAddress(v4: 0x0a00_0000 + hop).description).bytes).verdict
      #expect(verdict == model[hop].map { .underlay(tunnel: Hub.tun, destination: IPAddress(v4: $0)) } ?? .drop(.noAdjacency))
    }
    #expect(hub.core.peers(of: Hub.tun).count == Set(model.values).count + 2)
  }

  @Test("VRFs do not see each other's routes")
  func vrfs() {
    let hub = Hub()
    var red = TunnelForwarding()
    (red.source, red.key, red.vrf) = (ip("198.51.100.1"), 43, VRFID(5))
    hub.apply(.tunnel(InterfaceID(7), red))
    hub.apply(.adjacency(InterfaceID(7), nextHop: ip("10.5.0.2"), nbma: ip("203.0.113.2")))
    hub.apply(.route(VRFID(5), net("0.0.0.0/0"), .host(InterfaceID(8))))
    let inner = IPv4("10.5.0.2", "192.168.12.2").bytes
    #expect(hub.receive(gre("203.0.113.2", "198.51.100.1", key: 43, inner)).verdict == .host(interface: InterfaceID(8)))
    #expect(hub.core.fib(of: VRFID(5)).count == 1)
  }

  @Test("a punt queue is bounded by class, keeps arrival order, and strangers do not use up what peers have")
  func punts() {
    var queue = PuntQueue()
    let now = Instant.start
    func packet(_ kind: PuntClass, _ n: UInt8) -> PuntedPacket {
      PuntedPacket(kind: kind, interface: Hub.tun, nbmaSource: .anyV4, nbmaDestination: .anyV4, bytes: [n])
    }
    for n in 0..<100 as Range<UInt8> {
      if queue.admit(.nhrpStranger, at: now) == .admitted { queue.push(packet(.nhrpStranger, n)) }
    }
    let waiting = queue.count(of: .nhrpStranger)
    #expect(waiting == 64)
    let full = queue.admit(.nhrpStranger, at: now)
    #expect(full == .full)
    let admitted = queue.admit(.nhrp, at: now)
    #expect(admitted == .admitted)
    queue.push(packet(.nhrp, 200))
    queue.push(packet(.cdp, 201))
    let order = queue.drain().map { $0.bytes[0] }
    #expect(order == Array(0..<64) + [200, 201])
    let isEmpty = queue.isEmpty
    #expect(isEmpty)
  }

  @Test("a capture takes both forms of the packets it wants, cut to the snap length, and nothing when off")
  func capture() {
    let hub = Hub()
    let inner = IPv4("172.16.0.11", "172.16.0.1", payload: udp(9)).bytes
    let outer = gre("198.51.100.11", "198.51.100.1", inner)
    _ = hub.receive(outer)
    #expect(hub.core.takeCaptured().isEmpty)
    hub.apply(.capture(CaptureFilter(addresses: [ip("172.16.0.11")], snapLength: 30)))
    _ = hub.receive(outer)
    _ = hub.receive(gre("198.51.100.12", "198.51.100.1", IPv4("172.16.0.12", "172.16.0.1").bytes))
    _ = hub.send(IPv4("172.16.0.1", "172.16.0.11").bytes)
    let taken = hub.core.takeCaptured()
    #expect(taken.map(\.direction) == [.inbound, .inbound, .outbound, .outbound])
    #expect(taken.map(\.isInner) == [false, true, false, true])
    #expect(taken[0].bytes == Array(outer.prefix(30)))
    #expect(taken[0].originalLength == outer.count)
    #expect(taken[1].bytes == Array(inner.prefix(30)))
    for _ in 0..<600 { _ = hub.receive(outer) }
    #expect(hub.core.lostCaptures == 2 * 600 - 1024)
    hub.apply(.capture(nil))
    #expect(hub.core.takeCaptured().isEmpty)
  }

  @Test("a capture of one tunnel takes that tunnel's packets; where two share a queue each is given its own")
  func captureOfInterface() {
    let hub = Hub()
    let outer = gre("198.51.100.11", "198.51.100.1", IPv4("172.16.0.11", "172.16.0.1", payload: udp(9)).bytes)
    let (here, elsewhere) = (Hub.tun, InterfaceID(999))
    hub.apply(.capture(CaptureFilter(addresses: [], interface: elsewhere)))
    _ = hub.receive(outer)
    #expect(hub.core.takeCaptured().isEmpty)
    let both = [CaptureFilter(addresses: [], interface: here), CaptureFilter(addresses: [ip("172.16.0.11")], interface: elsewhere)]
    hub.apply(.capture(.union(of: both)))
    _ = hub.receive(outer)
    let taken = hub.core.takeCaptured()
    #expect(taken.map(\.interface) == [here, here])
    #expect(both.map { $0.selected(from: taken).count } == [2, 0])
  }
}
