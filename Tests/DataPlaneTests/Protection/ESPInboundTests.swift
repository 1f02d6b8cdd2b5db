// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite struct ESPInboundTests {
  private let inner = ProtectedHub.toHub
  private let delivered = Verdict.host(interface: Hub.tun)

  @Test("what a peer seals is delivered, in either mode, plain and in UDP", arguments: Suite.all, [false, true])
  func delivery(_ suite: Suite, _ isEncapsulated: Bool) {
    for mode in [IPsecMode.transport, .tunnel] {
      for usesESN in [false, true] {
        let hub = ProtectedHub(suite, mode: mode, isEncapsulated: isEncapsulated, usesESN: usesESN)
        for n in 1...3 as ClosedRange<UInt64> {
          let result = hub.hub.receive(hub.sealed(11, n, inner))
          #expect(result.verdict == delivered)
          #expect(result.bytes == inner)
        }
        #expect(hub.core.takeNotices() == [.associationInUse(ProtectionID(11), spi: 0x100b)])
        let row = hub.core.associationCounters.inbound[0]
        #expect((row.spi, row.counters.packets, row.counters.sequence) == (0x100b, 3, 3))
        #expect(row.counters.bytes == UInt64(3 * ((mode == .tunnel ? 28 : 8) + inner.count)))
        #expect(hub.core.tunnelCounters(Hub.tun)?.traffic.packetsIn == 3)
        #expect(hub.core.apply(.queryAssociation(spi: 0x100b), at: hub.hub.now) == .associationUsage(spi: 0x100b, packets: 3))
        #expect(hub.core.apply(.queryAssociation(spi: 0x100f), at: hub.hub.now) == .associationUsage(spi: 0x100f, packets: 0))
      }
    }
  }

  @Test("the first packet of an association is told, and once more the next in order after somebody asked for it")
  func use() {
    let hub = ProtectedHub(), told = [DataPlaneNotice.associationInUse(ProtectionID(11), spi: 0x100b)]
    for n in [1, 2, 5, 3, 4, 6, 7] as [UInt64] {
      _ = hub.hub.receive(hub.sealed(11, n, inner))
      #expect(hub.core.takeNotices() == (n == 1 || n == 6 ? told : []), "\(n)")
      hub.hub.apply(.watchAssociation(spi: n == 5 ? 0x100b : 0x4444))
    }
    #expect(hub.core.associationCounters.inbound[0].counters.packets == 7)
  }

  @Test("NHRP out of ESP is punted with its peer's name, also from a peer nothing is known of but its association")
  func nhrp() {
    let hub = ProtectedHub()
    hub.hub.apply(.associate(hub.association(.inbound, 77)))
    #expect(hub.hub.receive(hub.sealed(11, 1, type: 0x2001, registrationRequest)).verdict == .punted)
    #expect(hub.hub.receive(hub.sealed(77, 1, type: 0x2001, registrationRequest)).verdict == .punted)
    let punts = hub.hub.punts.drain()
    #expect(punts.map(\.kind) == [.nhrp, .nhrpStranger])
    #expect(punts.map(\.peer) == [ProtectionID(11), ProtectionID(77)])
    #expect(punts.map(\.nbmaSource) == [ip("198.51.100.11"), ip("198.51.100.77")])
    #expect(punts.allSatisfy { $0.bytes == registrationRequest })
  }

  @Test("a hairpin is opened and sealed again for the other spoke", arguments: Suite.all)
  func hairpin(_ suite: Suite) {
    let hub = ProtectedHub(suite)
    let sent = hub.hub.receive(hub.sealed(11, 1, TransitTests.echo))
    #expect(sent.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.12")))
    #expect(hub.opened(12, sent.bytes)?.text == hex("20000800 0000002a") + quotedEcho)
    let punts = hub.hub.punts.drain()
    #expect(punts.map(\.kind) == [.firstPacket, .redirectWanted])
    #expect(punts.map(\.peer) == [ProtectionID(11), ProtectionID(11)])
  }

  @Test("an error about a sealed packet returns sealed, in the smallest headroom too")
  func error() throws {
    for (mode, suite) in [(IPsecMode.transport, Suite.gcm), (.tunnel, Suite.all[7])] {
      let hub = ProtectedHub(suite, mode: mode, isEncapsulated: true) { ($0.sendsChecksum, $0.usesSequence) = (true, true) }
      hub.hub.apply(.route(.default, net("2001:db8:12::/48"), .tunnel(Hub.tun, nextHop: ip("172.16.0.12"))))
      hub.hub.apply(.route(.default, net("2001:db8:11::/48"), .tunnel(Hub.tun, nextHop: ip("172.16.0.11"))))
      let packet = hex("6000000000081101") + ip("2001:db8:11::2").bytes + ip("2001:db8:12::2").bytes + udp(9)
      var batch = PacketBatch(headroom: 0)
      #expect(batch.headroom == Limits.leastHeadroomBytes)
      let isIn = batch.append(hub.sealed(11, 1, type: 0x86dd, packet))
      #expect(isIn)
      hub.core.inbound(&batch, at: hub.hub.now, &hub.hub.punts.queue)
      let text = try #require(hub.opened(11, Hub.results(batch)[0].bytes)).text
      #expect(text.suffix(packet.count) == packet[...])
      #expect(text[text.count - packet.count - 8] == 3)  // time exceeded (RFC 4443 §3.3)
    }
  }

  @Test("a packet that comes again is dropped, an older one inside the window is not; a forged one moves nothing")
  func replay() {
    let hub = ProtectedHub()
    func receive(_ n: UInt64) -> Verdict { hub.hub.receive(hub.sealed(11, n, inner)).verdict }
    #expect(
      [5, 5, 3, 3, 2000, 977, 976].map(receive) == [
        delivered, .drop(.espReplay), delivered, .drop(.espReplay), delivered, delivered, .drop(.espReplay),
      ])
    let forged = hub.sealed(11, 1_000_000, inner)
    #expect(hub.hub.receive(patched(forged, at: forged.count - 2, u16: 0)).verdict == .drop(.espForged))
    #expect(receive(2001) == delivered)
    let counters = hub.core.associationCounters.inbound[0].counters
    #expect((counters.packets, counters.replays, counters.forgeries, counters.errors, counters.sequence) == (5, 3, 1, 0, 2001))
    // Installed again with the same key, it still knows what it took; with another it is another.
    hub.hub.apply(.associate(hub.association(.inbound, 11)))
    #expect(receive(2001) == .drop(.espReplay))
    var other = hub.association(.inbound, 11)
    other.keys = hub.suite.keys(999)
    hub.hub.apply(.associate(other))
    #expect(receive(2002) == .drop(.espForged))
    #expect(hub.core.associationCount == (2, 2))
  }

  @Test("a duplicate storm: of a thousand packets, each sent one to three times and out of order, each is delivered once")
  func storm() {
    let hub = ProtectedHub()
    var random = RandomSource(seed: 3)
    var queue: [UInt64] = []
    for n in 1...1000 as ClosedRange<UInt64> { queue += Array(repeating: n, count: 1 + Int(random.below(3))) }
    for i in queue.indices { queue.swapAt(i, min(queue.count - 1, i + Int(random.below(60)))) }
    let count = queue.count { hub.hub.receive(hub.sealed(11, $0, inner)).verdict == delivered }
    #expect(count == 1000)
    #expect(hub.core.drops(.espReplay) == UInt64(queue.count - 1000))
  }

  @Test("numbers beyond 2³² are taken where both ends use 64 bits")
  func extended() {
    let hub = ProtectedHub(usesESN: true)
    for n in [1, 0xffff_0000, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0001, 0xffff_fff0] as [UInt64] {
      #expect(hub.hub.receive(hub.sealed(11, n, inner)).verdict == delivered, "\(n)")
    }
    #expect(hub.core.associationCounters.inbound[0].counters.sequence == 0x1_0000_0001)
  }

  @Test("a new and an old association stand beside each other until one is removed")
  func overlap() {
    let hub = ProtectedHub()
    let fresh = hub.association(.inbound, 11, spi: 0x1aaa)
    hub.hub.apply(.associate(fresh))
    func new(_ n: UInt64) -> Verdict { hub.hub.receive(hub.sealed(11, n, inner) { $0.association = fresh }).verdict }
    func old(_ n: UInt64) -> Verdict { hub.hub.receive(hub.sealed(11, n, inner)).verdict }
    #expect([new(1), old(1), new(2), old(2)].allSatisfy { $0 == delivered })
    #expect(hub.core.takeNotices() == [.associationInUse(ProtectionID(11), spi: 0x1aaa), .associationInUse(ProtectionID(11), spi: 0x100b)])
    hub.hub.apply(.dissociate(.inbound, spi: 0x100b, peer: ProtectionID(12)))
    #expect(old(3) == delivered)
    hub.hub.apply(.dissociate(.inbound, spi: 0x100b, peer: ProtectionID(11)))
    #expect(old(4) == .drop(.unknownSPI))
    #expect(new(3) == delivered)
  }

  @Test("limits of bytes are told once each, and the hard one ends the association")
  func limits() {
    let hub = ProtectedHub()
    var association = hub.association(.inbound, 11)
    let size = UInt64(8 + inner.count)
    (association.softLimitBytes, association.hardLimitBytes) = (2 * size, 3 * size)
    hub.hub.apply(.associate(association))
    let verdicts = (1...5).map { hub.hub.receive(hub.sealed(11, $0, inner)).verdict }
    #expect(verdicts == [delivered, delivered, delivered, .drop(.espLimit), .drop(.espLimit)])
    #expect(
      hub.core.takeNotices() == [
        .associationInUse(ProtectionID(11), spi: 0x100b), .associationLimit(ProtectionID(11), spi: 0x100b, .inbound, isHard: false),
        .associationLimit(ProtectionID(11), spi: 0x100b, .inbound, isHard: true),
      ])
  }

  @Test("an authentic packet from elsewhere is told when it is the newest; packets go back there once IKE says so (RFC 7296 §2.23)")
  func moves() throws {
    let hub = ProtectedHub(isEncapsulated: true)
    var node = hub.hub
    func receive(_ n: UInt64, port: UInt16, from source: String = "198.51.100.11") -> Verdict {
      node.receive(hub.sealed(11, n, inner) { ($0.source, $0.sourcePort) = (ip(source), port) }).verdict
    }
    #expect(receive(10, port: 4500) == delivered)
    _ = hub.core.takeNotices()
    #expect(receive(5, port: 7000) == delivered)  // older: it was on its way before
    #expect(!hub.core.hasNotices)
    let forged = hub.sealed(11, 20, inner) { $0.sourcePort = 7000 }
    #expect(node.receive(patched(forged, at: 60, u16: 0)).verdict == .drop(.espForged))
    #expect(!hub.core.hasNotices)
    #expect(receive(20, port: 7000) == delivered)
    #expect(receive(21, port: 7000) == delivered)
    #expect(hub.core.takeNotices() == [.endpointMoved(ProtectionID(11), spi: 0x100b, remote: ip("198.51.100.11"), remotePort: 7000)])
    #expect(hub.opened(11, node.send(ProtectedHub.toSpoke).bytes)?.ports?.destination == 4500)
    node.now = node.now + .seconds(1)
    #expect(receive(22, port: 7001, from: "203.0.113.5") == delivered)
    #expect(hub.core.takeNotices() == [.endpointMoved(ProtectionID(11), spi: 0x100b, remote: ip("203.0.113.5"), remotePort: 7001)])
    hub.hub.apply(
      .moveAssociations(
        ProtectionID(11),
        AssociationEndpoints(local: ip("198.51.100.1"), remote: ip("203.0.113.5"), localPort: 4500, remotePort: 7001)))
    let sent = node.send(ProtectedHub.toSpoke)
    #expect(sent.verdict == .underlay(tunnel: Hub.tun, destination: ip("203.0.113.5")))
    #expect(hub.opened(11, sent.bytes)?.ports?.destination == 7001)
    node.now = node.now + .seconds(1)
    #expect(receive(23, port: 7001, from: "203.0.113.5") == delivered)
    #expect(!hub.core.hasNotices)
    // It is still the peer of its adjacency.
    #expect(hub.core.adjacencyCounters(Hub.tun, nextHop: ip("172.16.0.11"))?.packetsIn == 6)
    #expect(hub.core.peers(of: Hub.tun).map(\.nbma) == [ip("198.51.100.12"), ip("203.0.113.5")])
  }

  @Test("plain ESP never moves: in transport mode another source is refused, in tunnel mode the inner addresses count")
  func plainMoves() {
    let transport = ProtectedHub()
    #expect(transport.hub.receive(transport.sealed(11, 1, inner) { $0.source = ip("203.0.113.5") }).verdict == .drop(.espSelectors))
    let tunnel = ProtectedHub(mode: .tunnel)
    #expect(tunnel.hub.receive(tunnel.sealed(11, 1, inner) { $0.source = ip("203.0.113.5") }).verdict == delivered)
    for hub in [transport, tunnel] { #expect(hub.core.takeNotices() == [.associationInUse(ProtectionID(11), spi: 0x100b)]) }
  }

  @Test("tunnel mode through a NAT: the inner addresses are those that were negotiated, whatever the outer ones are")
  func innerAddresses() throws {
    let hub = ProtectedHub(mode: .tunnel, isEncapsulated: true, associates: false)
    for direction in [SecurityAssociation.Direction.inbound, .outbound] {
      var association = hub.association(direction, 11)
      (association.innerLocal, association.innerRemote) = (ip("198.51.100.1"), ip("10.0.0.11"))
      hub.hub.apply(.associate(association))
    }
    func receive(_ n: UInt64, _ source: String) -> Verdict {
      hub.hub.receive(hub.sealed(11, n, inner) { $0.text = gre(source, "198.51.100.1", inner) }).verdict
    }
    #expect(receive(1, "10.0.0.11") == delivered)
    #expect(receive(2, "198.51.100.11") == .drop(.espSelectors))
    let text = try #require(hub.opened(11, hub.hub.send(ProtectedHub.toSpoke).bytes)).text
    #expect(Array(text[12..<20]) == ip("198.51.100.1").bytes + ip("10.0.0.11").bytes)
    #expect(hub.core.associationCounters.inbound[0].counters.errors == 1)
  }

  @Test("a congestion mark on the outermost header reaches the innermost (RFC 6040 §4.2)", arguments: [IPsecMode.transport, .tunnel])
  func congestion(_ mode: IPsecMode) {
    let hub = ProtectedHub(mode: mode)
    var packet = IPv4("172.16.0.11", "172.16.0.1", payload: udp(9))
    packet.tos = 0xb9
    let result = hub.hub.receive(hub.sealed(11, 1, packet.bytes) { $0.tos = 0xbb })
    #expect(result.bytes[1] == 0xbb)
    #expect(hub.hub.receive(hub.sealed(11, 2, inner) { $0.tos = 3 }).verdict == .drop(.congestionMarked))
  }

  @Test("each way to be wrong is a drop of its own", arguments: ProtectedDropCase.all)
  func drops(_ c: ProtectedDropCase) {
    let hub = c.makeHub()
    let verdict = hub.hub.receive(c.packet(hub)).verdict
    #expect(verdict == .drop(c.reason))
    #expect(hub.core.drops(c.reason) == 1)
    #expect(hub.core.drops.reduce(0, +) == 1)
    let counters = hub.core.associationCounters.inbound.map(\.counters)
    #expect(counters.map(\.errors).reduce(0, +) == (c.isAssociationError ? 1 : 0))
  }

  @Test("clear GRE to a protected tunnel is refused whatever it carries, and told at a limited rate with nothing of what it carries")
  func clear() {
    let hub = ProtectedHub()
    let packet = gre("198.51.100.11", "198.51.100.1", inner)
    for _ in 0..<100 { #expect(hub.hub.receive(packet).verdict == .drop(.clearOnProtected)) }
    #expect(hub.hub.receive(gre("198.51.100.11", "198.51.100.1", type: 0x2001, registrationRequest)).verdict == .drop(.clearOnProtected))
    #expect(hub.core.tunnelCounters(Hub.tun)?.traffic.packetsIn == 0)
    let punts = hub.hub.punts.drain()
    #expect(punts.allSatisfy { $0.kind == .clearRefused && $0.bytes == Array(packet.prefix(24)) && $0.interface == Hub.tun })
    #expect(punts.count == 20)
    #expect(hub.core.refusedPunts(.clearRefused) == 81)
  }

  @Test("a protected and a clear tunnel of one source stand beside each other by their keys")
  func twoTunnels() {
    let hub = ProtectedHub()
    var clear = TunnelForwarding()
    (clear.source, clear.key) = (ip("198.51.100.1"), 43)
    hub.hub.apply(.tunnel(InterfaceID(7), clear))
    hub.hub.apply(.route(.default, net("10.77.0.0/16"), .tunnel(InterfaceID(7), nextHop: ip("203.0.113.5"))))
    hub.hub.apply(.adjacency(InterfaceID(7), nextHop: ip("203.0.113.5"), nbma: ip("203.0.113.5")))
    let fromClear = IPv4("10.77.0.1", "172.16.0.1").bytes
    #expect(hub.hub.receive(gre("203.0.113.5", "198.51.100.1", key: 43, fromClear)).verdict == .host(interface: InterfaceID(7)))
    #expect(hub.hub.receive(gre("203.0.113.5", "198.51.100.1", key: 42, fromClear)).verdict == .drop(.clearOnProtected))
    let wrong = hub.sealed(11, 1, inner) { $0.text = Array(gre("198.51.100.11", "198.51.100.1", key: 43, self.inner)[20...]) }
    #expect(hub.hub.receive(wrong).verdict == .drop(.espWrongGroup))
    #expect(hub.hub.receive(hub.sealed(11, 2, inner)).verdict == delivered)
    #expect(hub.hub.send(IPv4("172.16.0.1", "10.77.0.9").bytes).bytes[9] == 47)
  }

  @Test("an unknown SPI is told with its first eight bytes and the ports; at an unprotected address it is nothing of ours")
  func unknownSPI() {
    let hub = ProtectedHub(isEncapsulated: true)
    let stranger = hub.sealed(77, 5, inner)
    #expect(hub.hub.receive(stranger).verdict == .drop(.unknownSPI))
    let punts = hub.hub.punts.drain()
    #expect(punts.map(\.kind) == [.unknownSPI])
    #expect(punts[0].bytes == hex("0000104d 00000005"))
    #expect((punts[0].sourcePort, punts[0].destinationPort) == (4500, 4500))
    #expect(punts[0].nbmaSource == ip("198.51.100.77"))
    #expect(punts[0].interface == Hub.tun)
    #expect(Hub().receive(stranger).verdict == .drop(.notGRE))
  }

  @Test("notices are bounded; what found no room is told by a later packet")
  func noticeLimit() {
    let hub = ProtectedHub(associationLimit: 5000)
    for n in 1...4100 as ClosedRange<UInt32> { hub.hub.apply(.associate(hub.association(.inbound, n + 100))) }
    for n in 1...4100 as ClosedRange<UInt32> { _ = hub.hub.receive(hub.sealed(n + 100, 1, inner)) }
    #expect(hub.core.takeNotices().count == 4096)
    _ = hub.hub.receive(hub.sealed(4200, 2, inner))
    #expect(hub.core.takeNotices() == [.associationInUse(ProtectionID(4200), spi: 0x1000 + 4200)])
  }
}
