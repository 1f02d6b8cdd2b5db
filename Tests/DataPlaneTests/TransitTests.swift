// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite struct TransitTests {
  /// The captured echo as it was before the hub took one from its TTL.
  static let echo = patched(quotedEcho, at: 8, u16: 0x3f01, fixesHeader: true)

  @Test("a hairpin leaves towards the other spoke with its TTL decremented, exactly as captured beside FRR")
  func hairpin() {
    let hub = Hub()
    let sent = hub.receive(gre("198.51.100.11", "198.51.100.1", TransitTests.echo))
    #expect(sent.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.12")))
    #expect(sent.inner == quotedEcho)
    let punts = hub.punts.drain()
    #expect(punts.map(\.kind) == [.firstPacket, .redirectWanted])
    #expect(punts[0].bytes == Array(quotedEcho.prefix(64)))
    #expect(punts[1].bytes == quotedEcho)
    #expect(punts[1].nbmaSource == ip("198.51.100.11"))
    #expect(hub.core.pairCounters(source: ip("198.51.100.11"), destination: ip("198.51.100.12"))?.packets == 1)
  }

  @Test("one redirect a pair and second, of at most 128 and an even number of bytes; a forgotten pair starts anew")
  func redirects() {
    var hub = Hub()
    let odd = IPv4("192.168.11.2", "192.168.12.2", payload: udp(9, [UInt8](repeating: 1, count: 3))).bytes
    let long = IPv4("192.168.11.3", "192.168.12.2", payload: udp(9, [UInt8](repeating: 1, count: 500))).bytes
    for _ in 0..<5 {
      for packet in [odd, long] { _ = hub.receive(gre("198.51.100.11", "198.51.100.1", packet)) }
    }
    func redirects() -> [Int] { hub.punts.drain().filter { $0.kind == .redirectWanted }.map(\.bytes.count) }
    #expect(redirects() == [30, 128])
    hub.now = hub.now + .seconds(1)
    _ = hub.receive(gre("198.51.100.11", "198.51.100.1", odd))
    #expect(redirects() == [30])
    hub.apply(.forgetPairs(ip("192.168.11.2")))
    _ = hub.receive(gre("198.51.100.11", "198.51.100.1", odd))
    #expect(hub.punts.drain().map(\.kind) == [.firstPacket, .redirectWanted])
  }

  @Test("no redirect without `ip nhrp redirect`, for a stranger, or between two networks")
  func noRedirect() {
    for change in [{ $0.redirects = false }, { $0.networkID = nil }] as [(inout TunnelForwarding) -> Void] {
      let hub = Hub(change)
      #expect(hub.receive(gre("198.51.100.11", "198.51.100.1", TransitTests.echo)).inner == quotedEcho)
      #expect(hub.punts.drain().isEmpty)
    }
    let hub = Hub()
    let stranger = hub.receive(gre("198.51.100.77", "198.51.100.1", TransitTests.echo))
    #expect(stranger.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.12")))
    #expect(hub.punts.drain().isEmpty)
    var other = TunnelForwarding()
    (other.source, other.key, other.networkID) = (ip("198.51.100.1"), 43, 2)
    hub.apply(.tunnel(InterfaceID(101), other))
    hub.apply(.adjacency(InterfaceID(101), nextHop: ip("172.17.0.2"), nbma: ip("203.0.113.2")))
    hub.route("192.168.12.0/24", .tunnel(InterfaceID(101), nextHop: ip("172.17.0.2")))
    let sent = hub.receive(gre("198.51.100.11", "198.51.100.1", TransitTests.echo))
    #expect(sent.verdict == .underlay(tunnel: InterfaceID(101), destination: ip("203.0.113.2")))
    #expect(u32(sent.bytes, 24) == 43)
    #expect(hub.punts.drain().isEmpty)
  }

  @Test("a TTL that runs out is answered back the way it came, at most 100 times a second (RFC 1812 §4.3.2.8)")
  func ttl() {
    var hub = Hub()
    let packet = IPv4("192.168.11.2", "192.168.12.2", payload: udp(33_434), ttl: 1).bytes
    let answer = hub.receive(gre("198.51.100.11", "198.51.100.1", packet))
    #expect(answer.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.11")))
    let error = answer.inner
    #expect(Array(error[12..<20]) == ip("172.16.0.1").bytes + ip("192.168.11.2").bytes)
    #expect(Array(error[20..<22]) == [11, 0])
    #expect(slowChecksum(Array(error[..<20])) == 0)
    #expect(slowChecksum(Array(error[20...])) == 0)
    #expect(Array(error[28...]) == packet)
    for _ in 0..<150 { _ = hub.receive(gre("198.51.100.11", "198.51.100.1", packet)) }
    #expect(hub.core.drops(.ttlExceeded) == 151)
    #expect(hub.core.adjacencyCounters(Hub.tun, nextHop: ip("172.16.0.11"))?.packetsOut == 100)
    hub.now = hub.now + .seconds(1)
    #expect(hub.receive(gre("198.51.100.11", "198.51.100.1", packet)).verdict != .drop(.ttlExceeded))
    let about = IPv4("192.168.11.2", "192.168.12.2", proto: 1, payload: icmp(11, [0, 0, 0, 0] + packet), ttl: 1).bytes
    #expect(hub.receive(gre("198.51.100.11", "198.51.100.1", about)).verdict == .drop(.ttlExceeded))
  }

  @Test("a transit packet that is too big is answered through the tunnel, or cut when it may be")
  func tooBig() {
    let hub = Hub()
    let data = udp(9, [UInt8](repeating: 1, count: 1480))
    let answer = hub.receive(gre("198.51.100.11", "198.51.100.1", IPv4("192.168.11.2", "192.168.12.2", payload: data, dontFragment: true).bytes))
    #expect(answer.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.11")))
    #expect(Array(answer.inner[20..<22]) == [3, 4])
    #expect(u32(answer.inner, 24) == 1400)
    let sent = hub.run(gre("198.51.100.11", "198.51.100.1", IPv4("192.168.11.2", "192.168.12.2", payload: data).bytes), outbound: false)
    #expect(sent.count == 2)
    #expect(sent.allSatisfy { $0.inner[8] == 63 })
    #expect(sent.flatMap { $0.inner[20...] } == data)
  }

  @Test("an unresolved transit packet goes on through an NHS, but never back to where it came from")
  func unresolved() {
    let hub = OutboundTests.spoke()
    let packet = IPv4("192.168.11.2", "172.16.0.50", payload: udp(9)).bytes
    #expect(hub.receive(gre("198.51.100.11", "198.51.100.1", packet)).verdict
      == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.12")))
    #expect(hub.receive(gre("198.51.100.12", "198.51.100.1", IPv4("192.168.12.2", "172.16.0.51").bytes)).verdict == .drop(.ownNBMALoop))
    #expect(hub.punts.drain().filter { $0.kind == .resolutionWanted }.map(\.nbmaSource) == [ip("198.51.100.11"), ip("198.51.100.12")])
  }

  @Test("a pair of peers is reported idle once, after three silent seconds, with the packets since the last report")
  func idle() {
    var hub = Hub()
    func echo() { _ = hub.receive(gre("198.51.100.11", "198.51.100.1", TransitTests.echo)) }
    #expect(hub.core.nextPairDeadline == nil)
    for _ in 0..<3 { echo() }
    #expect(hub.core.nextPairDeadline == hub.now + .seconds(3))
    hub.now = hub.now + .milliseconds(2999)
    #expect(hub.core.expirePairs(at: hub.now) == [])
    hub.now = hub.now + .milliseconds(1)
    let pair = { (n: UInt64) in
      DataPlaneNotice.pairIdle(Hub.tun, source: ip("198.51.100.11"), destination: ip("198.51.100.12"), packets: n)
    }
    #expect(hub.core.expirePairs(at: hub.now) == [pair(3)])
    hub.now = hub.now + .seconds(9)
    #expect(hub.core.expirePairs(at: hub.now) == [])
    echo()
    hub.now = hub.now + .seconds(3)
    #expect(hub.core.expirePairs(at: hub.now) == [pair(1)])
    #expect(hub.core.pairCounters(source: ip("198.51.100.11"), destination: ip("198.51.100.12"))?.packets == 4)
  }

  @Test("idle pairs are reported in the order of their last packets, whatever came in between")
  func idleOrder() {
    var hub = Hub()
    let back = IPv4("192.168.12.2", "192.168.11.2").bytes
    func there() { _ = hub.receive(gre("198.51.100.11", "198.51.100.1", TransitTests.echo)) }
    there()
    hub.now = hub.now + .seconds(1)
    _ = hub.receive(gre("198.51.100.12", "198.51.100.1", back))
    let second = hub.now
    hub.now = hub.now + .seconds(1)
    there()
    #expect(hub.core.nextPairDeadline == second + .seconds(3))
    #expect(hub.core.expirePairs(at: second + .seconds(3)).count == 1)
    #expect(hub.core.nextPairDeadline == second + .seconds(4))
    hub.now = second + .seconds(4)
    _ = hub.receive(gre("198.51.100.12", "198.51.100.1", back))
    #expect(hub.core.expirePairs(at: hub.now) == [
      .pairIdle(Hub.tun, source: ip("198.51.100.11"), destination: ip("198.51.100.12"), packets: 2)
    ])
    #expect(hub.core.nextPairDeadline == second + .seconds(7))
    hub.apply(.forgetPairs(ip("198.51.100.12")))
    #expect(hub.core.nextPairDeadline == nil)
  }

  @Test("the pair table is bounded; only idle pairs make room, packets go on regardless")
  func pairLimit() {
    var hub = Hub(pairLimit: 4)
    func packet(_ host: Int) -> Verdict {
      hub.receive(gre("198.51.100.11", "198.51.100.1", IPv4("192.168.11.\(host)", "192.168.12.2").bytes)).verdict
    }
    for host in 1...6 { #expect(packet(host) == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.12"))) }
    #expect(hub.core.watchedPairs == 4)
    #expect(hub.punts.drain().filter { $0.kind == .firstPacket }.count == 4)
    hub.now = hub.now + .seconds(31)
    _ = packet(7)
    #expect(hub.core.watchedPairs == 4)
    #expect(hub.punts.drain().filter { $0.kind == .firstPacket }.count == 1)
  }
}
