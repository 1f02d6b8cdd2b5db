// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite struct ESPOutboundTests {
  private let inner = ProtectedHub.toSpoke

  @Test("transport mode: outer IPv4, ESP, GRE and nothing else; sequence numbers from 1 (RFC 4303 §3.3)", arguments: Suite.all)
  func transport(_ suite: Suite) throws {
    let hub = ProtectedHub(suite) { $0.ttl = 77 }
    for n in 1...3 as ClosedRange<UInt32> {
      let sent = hub.hub.send(inner)
      #expect(sent.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.11")))
      #expect(Array(sent.bytes[6..<10]) == [0, 0, 77, 50])
      #expect(Array(sent.bytes[12..<20]) == ip("198.51.100.1").bytes + ip("198.51.100.11").bytes)
      let opened = try #require(hub.opened(11, sent.bytes))
      #expect((opened.spi, opened.sequence, opened.nextHeader) == (0x200b, n, 47))
      #expect(opened.text == hex("20000800 0000002a") + inner)
      #expect(opened.padding == (0..<opened.padding.count).map { UInt8($0 + 1) })
      #expect(opened.ports == nil)
    }
    let row = try #require(hub.core.associationCounters.outbound.first)
    #expect((row.spi, row.counters.packets, row.counters.sequence) == (0x200b, 3, 3))
    #expect(row.counters.bytes == UInt64(3 * (8 + inner.count)))
    #expect(hub.core.adjacencyCounters(Hub.tun, nextHop: ip("172.16.0.11"))?.packetsOut == 3)
  }

  @Test("tunnel mode: a second IPv4 header between the same ends, with its own checksum", arguments: Suite.all)
  func tunnelMode(_ suite: Suite) throws {
    let hub = ProtectedHub(suite, mode: .tunnel) { $0.tos = 0x48 }
    let sent = hub.hub.send(inner)
    let opened = try #require(hub.opened(11, sent.bytes))
    #expect(opened.nextHeader == 4)
    #expect(Array(opened.text[20...]) == hex("20000800 0000002a") + inner)
    #expect(slowChecksum(Array(opened.text[..<20])) == 0)
    #expect(Int(u16(opened.text, 2)) == opened.text.count)
    #expect(opened.text[9] == 47)
    #expect(Array(opened.text[12..<20]) == Array(sent.bytes[12..<20]))
    #expect((opened.text[1], sent.bytes[1]) == (0x48, 0x48))
  }

  @Test("in UDP: ports of the association, no checksum (RFC 3948 §2.1)", arguments: Suite.all, [IPsecMode.transport, .tunnel])
  func encapsulated(_ suite: Suite, _ mode: IPsecMode) throws {
    let hub = ProtectedHub(suite, mode: mode, isEncapsulated: true)
    hub.hub.apply(.moveAssociations(ProtectionID(11), hub.endpoints(11, port: 1024)))
    let sent = hub.hub.send(inner)
    #expect(sent.bytes[9] == 17)
    let opened = try #require(hub.opened(11, sent.bytes))
    #expect(opened.ports?.source == 4500)
    #expect(opened.ports?.destination == 1024)
    #expect(Array(opened.text.suffix(inner.count)) == inner)
  }

  @Test("every length of payload is padded to whole blocks with 1, 2, 3 (RFC 4303 §2.4)", arguments: Suite.all)
  func padding(_ suite: Suite) throws {
    let hub = ProtectedHub(suite)
    for size in 0..<40 {
      let packet = IPv4("192.168.1.7", "192.168.11.2", payload: [UInt8](repeating: 7, count: size)).bytes
      let opened = try #require(hub.opened(11, hub.hub.send(packet).bytes))
      #expect(opened.text.suffix(packet.count) == packet[...])
      #expect(opened.padding == (0..<opened.padding.count).map { UInt8($0 + 1) })
      #expect(opened.padding.count < 16)
    }
  }

  @Test("TOS is copied and DF set as for GRE; GRE's checksum and sequence numbers are inside")
  func options() throws {
    let hub = ProtectedHub(mode: .tunnel) {
      ($0.setsDontFragment, $0.sendsChecksum, $0.usesSequence) = (true, true, true)
    }
    var packet = IPv4("192.168.1.7", "192.168.11.2", payload: udp(53, [1]))
    packet.tos = 0xb9
    let sent = [hub.hub.send(packet.bytes), hub.hub.send(packet.bytes)]
    for (n, one) in sent.enumerated() {
      #expect(one.bytes[1] == 0xb9)
      #expect(u16(one.bytes, 6) == 0x4000)
      let text = try #require(hub.opened(11, one.bytes)).text
      #expect((text[1], u16(text, 6)) == (0xb9, 0x4000))
      #expect(slowChecksum(Array(text[20...])) == 0)
      #expect(u32(text, 32) == UInt32(n))
    }
    #expect(u16(sent[1].bytes, 4) == u16(sent[0].bytes, 4) + 1)
  }

  @Test(
    "crypto ipsec df-bit decides of the header in front of ESP alone; copied, it is as the tunnel's own",
    arguments: ProtectedDontFragment.allCases, [false, true])
  func dontFragment(_ choice: ProtectedDontFragment, discovers: Bool) throws {
    let hub = ProtectedHub(mode: .tunnel) { ($0.setsDontFragment, $0.protectedDontFragment) = (discovers, choice) }
    let sent = hub.hub.send(IPv4("192.168.1.7", "192.168.11.2", payload: udp(53, [1])).bytes)
    #expect((u16(sent.bytes, 6) == 0x4000) == (choice == .set || choice == .copy && discovers))
    #expect(slowChecksum(Array(sent.bytes.prefix(20))) == 0)
    let text = try #require(hub.opened(11, sent.bytes)).text
    #expect((u16(text, 6) == 0x4000) == discovers, "the header inside is the tunnel's")
  }

  @Test("without an association nothing leaves: it is counted, and asked for once in 500 ms with the peer's name")
  func noAssociation() {
    let hub = ProtectedHub(associates: false)
    var node = hub.hub
    for _ in 0..<5 { #expect(node.send(inner).verdict == .drop(.noAssociation)) }
    #expect(hub.core.drops(.noAssociation) == 5)
    let punts = node.punts.drain()
    #expect(punts.map(\.kind) == [.protectionWanted])
    #expect(punts[0].peer == ProtectionID(11))
    #expect(punts[0].nbmaDestination == ip("198.51.100.11"))
    #expect(punts[0].nextHop == ip("172.16.0.11"))
    #expect(punts[0].interface == Hub.tun)
    #expect(punts[0].bytes == inner)
    node.now = node.now + .milliseconds(500)
    #expect(node.send(inner).verdict == .drop(.noAssociation))
    #expect(node.punts.drain().count == 1)
    hub.associate(11)
    #expect(node.send(inner).verdict.isUnderlay)
    hub.hub.apply(.dissociate(.outbound, spi: 0x9999, peer: ProtectionID(11)))
    #expect(node.send(inner).verdict.isUnderlay)
    hub.hub.apply(.dissociate(.outbound, spi: 0x200b, peer: ProtectionID(11)))
    #expect(node.send(inner).verdict == .drop(.noAssociation))
  }

  @Test("an association of another group, or from another of our addresses, is none")
  func wrongAssociation() {
    let hub = ProtectedHub()
    var other = hub.association(.outbound, 11, spi: 0x3000)
    other.group = 8
    hub.hub.apply(.associate(other))
    #expect(hub.hub.send(inner).verdict == .drop(.noAssociation))
    other = hub.association(.outbound, 11, spi: 0x3001)
    other.endpoints.local = ip("198.51.100.2")
    hub.hub.apply(.associate(other))
    #expect(hub.hub.send(inner).verdict == .drop(.noAssociation))
  }

  @Test("a new outbound association takes over at once; one that is installed again goes on where it was")
  func replaced() throws {
    let hub = ProtectedHub()
    _ = hub.hub.send(inner)
    hub.hub.apply(.associate(hub.association(.outbound, 11)))
    #expect(hub.opened(11, hub.hub.send(inner).bytes)?.sequence == 2)
    let fresh = hub.association(.outbound, 11, spi: 0x4444)
    hub.hub.apply(.associate(fresh))
    let opened = try #require(Opened(hub.hub.send(inner).bytes, fresh))
    #expect((opened.spi, opened.sequence) == (0x4444, 1))
    #expect(hub.core.associationCount == (2, 2))
    #expect(hub.core.associationCounters.outbound.map(\.spi) == [0x200c, 0x4444])
  }

  @Test("an association that packets come back to goes on with its numbers and bytes, where these came with it")
  func cameBack() throws {
    let hub = ProtectedHub(associates: false)
    var first = hub.association(.outbound, 11)
    first.sequence = SharedSequence()
    let second = hub.association(.outbound, 11, spi: 0x5555)
    var numbers: [UInt32] = []
    for association in [first, second, first] {
      hub.hub.apply(.associate(association))
      for _ in 0..<2 { numbers.append(try #require(Opened(hub.hub.send(inner).bytes, association)).sequence) }
    }
    #expect(numbers == [1, 2, 1, 2, 3, 4])
    #expect(first.sequence?.last == 4)
  }

  @Test("cores that share a sequence never give one number twice")
  func sharedSequence() throws {
    let shared = SharedSequence()
    let hubs = [ProtectedHub(), ProtectedHub()]
    for hub in hubs {
      var association = hub.association(.outbound, 11, spi: 0x5555)
      association.sequence = shared
      hub.hub.apply(.associate(association))
    }
    var seen: [UInt32] = []
    for n in 0..<10 {
      let hub = hubs[n % 3 == 0 ? 0 : 1]
      seen.append(try #require(Opened(hub.hub.send(inner).bytes, hub.association(.outbound, 11, spi: 0x5555))).sequence)
    }
    #expect(seen == Array(1...10))
    #expect(shared.last == 10)
  }

  private func nearEnd(_ last: UInt64, usesESN: Bool) -> ProtectedHub {
    let hub = ProtectedHub(usesESN: usesESN)
    var association = hub.association(.outbound, 11, spi: 0x5555)
    association.sequence = SharedSequence(last: last)
    hub.hub.apply(.associate(association))
    return hub
  }

  private func limit(_ isHard: Bool) -> DataPlaneNotice { .associationLimit(ProtectionID(11), spi: 0x5555, .outbound, isHard: isHard) }

  @Test("32-bit numbers: told once at 2³²-2²⁴, used up to 2³²-1, never again from 0 (RFC 4303 §3.3.3)")
  func sequenceEnd() {
    let hub = nearEnd(0xfeff_fffe, usesESN: false)
    _ = hub.hub.send(inner)
    #expect(!hub.core.hasNotices)
    for _ in 0..<3 { _ = hub.hub.send(inner) }
    #expect(hub.core.takeNotices() == [limit(false)])
    let last = nearEnd(0xffff_fffd, usesESN: false)
    #expect((0..<2).allSatisfy { _ in last.hub.send(inner).verdict.isUnderlay })
    #expect((0..<3).allSatisfy { _ in last.hub.send(inner).verdict == .drop(.espLimit) })
    #expect(last.core.takeNotices() == [limit(false), limit(true)])
    #expect(last.core.associationCounters.outbound.last?.counters.errors == 3)
  }

  @Test("64-bit numbers go on, and the high half is authenticated (RFC 4303 §2.2.1)")
  func extendedSequence() {
    let hub = nearEnd(0xffff_ffff, usesESN: true)
    let sent = hub.hub.send(inner)
    #expect(sent.verdict.isUnderlay)
    #expect(!hub.core.hasNotices)
    #expect(u32(sent.bytes, 24) == 0)
    let association = hub.association(.outbound, 11, spi: 0x5555)
    #expect(Opened(sent.bytes, association) == nil)  // it takes the number for 0, not 2³²
  }

  @Test("limits of bytes: the soft one is told once, at the hard one nothing leaves any more")
  func byteLimits() {
    let hub = ProtectedHub()
    var association = hub.association(.outbound, 11, spi: 0x5555)
    let size = UInt64(8 + inner.count)
    (association.softLimitBytes, association.hardLimitBytes) = (3 * size, 5 * size)
    hub.hub.apply(.associate(association))
    #expect((0..<2).allSatisfy { _ in hub.hub.send(inner).verdict.isUnderlay } && !hub.core.hasNotices)
    #expect((0..<3).allSatisfy { _ in hub.hub.send(inner).verdict.isUnderlay })
    #expect(hub.core.takeNotices() == [limit(false)])
    hub.hub.apply(.clearCounters)
    #expect((0..<2).allSatisfy { _ in hub.hub.send(inner).verdict == .drop(.espLimit) })
    #expect(hub.core.takeNotices() == [limit(true)])
  }

  @Test("two cores under one association count their bytes together, and neither goes past the limit")
  func sharedByteLimits() {
    let cores = [ProtectedHub(), ProtectedHub()]
    var association = cores[0].association(.outbound, 11, spi: 0x5555)
    let size = UInt64(8 + inner.count)
    (association.softLimitBytes, association.hardLimitBytes, association.sequence) = (3 * size, 5 * size, SharedSequence())
    for core in cores { core.hub.apply(.associate(association)) }
    #expect((0..<2).allSatisfy { _ in cores[0].hub.send(inner).verdict.isUnderlay } && !cores[0].core.hasNotices)
    #expect((0..<3).allSatisfy { _ in cores[1].hub.send(inner).verdict.isUnderlay })
    #expect(cores[1].core.takeNotices() == [limit(false)])
    for core in cores {
      #expect(core.hub.send(inner).verdict == .drop(.espLimit))
      #expect(core.core.takeNotices() == [limit(true)])
    }
  }

  @Test("fragments of an inner packet are sealed one by one")
  func fragments() {
    let hub = ProtectedHub()
    let packet = IPv4("192.168.1.7", "192.168.11.2", payload: udp(9, [UInt8](repeating: 3, count: 3000))).bytes
    let sent = hub.hub.run(packet, outbound: true, slotSize: 9000)
    #expect(sent.count == 3)
    #expect(sent.compactMap { hub.opened(11, $0.bytes)?.sequence } == [1, 2, 3])
  }

  @Test("a point-to-point tunnel and an injected message without a name find the association by its address")
  func byAddress() throws {
    let hub = ProtectedHub { $0.destination = ip("198.51.100.11") }
    hub.hub.adjacency("172.16.0.11", nil)
    #expect(hub.opened(11, hub.hub.send(inner).bytes) != nil)
    let many = ProtectedHub()
    let box = many.hub.punts
    func inject(_ nbma: String, peer: ProtectionID) -> Result {
      var batch = PacketBatch()
      let packet = InjectedPacket.gre(Hub.tun, nbma: ip(nbma), protocolType: 0x2001, bytes: registrationRequest, peer: peer)
      many.core.inject(packet, into: &batch, at: many.hub.now, &box.queue)
      return Hub.results(batch)[0]
    }
    #expect(many.opened(12, inject("198.51.100.12", peer: .none).bytes)?.text == hex("20002001 0000002a") + registrationRequest)
    #expect(many.opened(12, inject("198.51.100.99", peer: ProtectionID(12)).bytes) != nil)
    #expect(inject("198.51.100.12", peer: ProtectionID(13)).verdict == .drop(.noAssociation))
    #expect(inject("198.51.100.99", peer: .none).verdict == .drop(.noAssociation))
    #expect(box.drain().map(\.kind) == [.protectionWanted, .protectionWanted])
  }

  @Test("a multicast goes to each peer behind every listed address; an address without an association is asked for")
  func multicast() throws {
    let hub = ProtectedHub(isEncapsulated: true)
    // 21 and 22 share 11's address, on other ports.
    for n in [21, 22] as [UInt32] {
      var association = hub.association(.outbound, n)
      association.endpoints = AssociationEndpoints(
        local: ip("198.51.100.1"), remote: ip("198.51.100.11"), localPort: 4500, remotePort: UInt16(5000 + n))
      hub.hub.apply(.associate(association))
    }
    hub.hub.apply(.multicast(Hub.tun, [ip("198.51.100.11"), ip("198.51.100.12"), ip("198.51.100.13")]))
    let hello = IPv4("172.16.0.1", "224.0.0.10", proto: 88, payload: [1, 2, 3], ttl: 1).bytes
    let sent = hub.hub.run(hello, outbound: true)
    #expect(sent.count == 4)
    #expect(sent.allSatisfy { $0.verdict.isUnderlay })
    for n in [11, 12, 21, 22] as [UInt32] {
      let mine = sent.compactMap { hub.opened(n, $0.bytes) }
      #expect(mine.map { Array($0.text.suffix(hello.count)) } == [hello], "peer \(n)")
    }
    #expect(hub.core.drops(.noAssociation) == 1)
    let wanted = hub.hub.punts.drain()
    #expect(wanted.map(\.kind) == [.protectionWanted])
    #expect(wanted.first?.nbmaDestination == ip("198.51.100.13"))
    // One moves away and takes its copy along.
    hub.hub.apply(.moveAssociations(ProtectionID(21), hub.endpoints(13)))
    let moved = hub.hub.run(hello, outbound: true)
    #expect(moved.first { hub.opened(21, $0.bytes) != nil }?.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.13")))
    for n in [11, 12, 21, 22] as [UInt32] { hub.hub.apply(.dissociate(.outbound, spi: 0x2000 + n, peer: ProtectionID(n))) }
    #expect(hub.hub.run(hello, outbound: true).map(\.verdict) == [.drop(.noAssociation)])
  }

  @Test("peers behind one NAT address: each gets its own packets, and one may send to the other through us")
  func oneAddress() throws {
    let hub = ProtectedHub(isEncapsulated: true)
    func ends(_ n: UInt32) -> AssociationEndpoints {
      AssociationEndpoints(local: ip("198.51.100.1"), remote: ip("203.0.113.9"), localPort: 4500, remotePort: UInt16(2000 + n))
    }
    for n in [11, 12] as [UInt32] {
      hub.hub.apply(.moveAssociations(ProtectionID(n), ends(n)))
      hub.hub.apply(.adjacency(Hub.tun, nextHop: ip("172.16.0.\(n)"), nbma: ip("203.0.113.9"), peer: ProtectionID(n)))
    }
    let forTwelve = hub.hub.send(IPv4("192.168.1.7", "192.168.12.2", payload: udp(9)).bytes)
    #expect(hub.opened(12, forTwelve.bytes)?.ports?.destination == 2012)
    let hairpin = hub.hub.receive(
      hub.sealed(11, 1, IPv4("192.168.11.2", "192.168.12.2", payload: udp(9)).bytes) {
        ($0.source, $0.sourcePort) = (ip("203.0.113.9"), 2011)
      })
    #expect(hub.opened(12, hairpin.bytes) != nil)
    let back = hub.hub.receive(
      hub.sealed(11, 2, IPv4("192.168.12.2", "192.168.11.2", payload: udp(9)).bytes) {
        ($0.source, $0.sourcePort) = (ip("203.0.113.9"), 2011)
      })
    #expect(back.verdict == .drop(.ownNBMALoop))
    #expect(hub.core.adjacencyCounters(Hub.tun, nextHop: ip("172.16.0.12"))?.packetsOut == 2)
    #expect(hub.core.adjacencyCounters(Hub.tun, nextHop: ip("172.16.0.12"))?.packetsIn == 0)
    #expect(hub.core.adjacencyCounters(Hub.tun, nextHop: ip("172.16.0.11"))?.packetsIn == 2)
    #expect(hub.hub.punts.drain().map(\.peer) == [ProtectionID(11), ProtectionID(11)])  // first packet, redirect
    #expect(hub.core.peers(of: Hub.tun).map(\.nbma) == [ip("203.0.113.9")])
  }

  @Test("tables are bounded, and what cannot be used is refused and counted")
  func bounds() {
    let hub = ProtectedHub(associates: false, associationLimit: 3)
    for n in 1...5 as ClosedRange<UInt32> { hub.associate(n) }
    #expect(hub.core.associationCount == (3, 3))
    #expect(hub.core.refusedAssociations == 4)
    for n in 1...3 as ClosedRange<UInt32> {
      hub.hub.apply(.dissociate(.inbound, spi: 0x1000 + n, peer: ProtectionID(n)))
      hub.hub.apply(.dissociate(.outbound, spi: 0x2000 + n, peer: ProtectionID(n)))
    }
    #expect(hub.core.associationCount == (0, 0))
    var wrong = [hub.association(.inbound, 9), hub.association(.inbound, 9), hub.association(.outbound, 9), hub.association(.inbound, 9)]
    (wrong[0].spi, wrong[1].group, wrong[2].suite.encryption) = (255, 0, 999)
    wrong[3].endpoints.remote = ip("2001:db8::1")
    for one in wrong { hub.hub.apply(.associate(one)) }
    #expect(hub.core.associationCount == (0, 0))
    #expect(hub.core.refusedAssociations == 8)
  }

  @Test("a datagram of the node leaves by a tunnel of its address: IPv4 and UDP, precedence set, no checksum")
  func datagram() {
    let hub = ProtectedHub()
    func inject(_ local: String, _ remote: String, _ bytes: [UInt8]) -> [Result] {
      var batch = PacketBatch()
      let ends = AssociationEndpoints(local: ip(local), remote: ip(remote), localPort: 4500, remotePort: 1024)
      hub.core.inject(.datagram(ends, bytes: bytes), into: &batch, at: hub.hub.now, &hub.hub.punts.queue)
      return Hub.results(batch)
    }
    let sent = inject("198.51.100.1", "203.0.113.7", [0, 0, 0, 0, 1, 2, 3])
    #expect(sent.map(\.verdict) == [.underlay(tunnel: Hub.tun, destination: ip("203.0.113.7"))])
    #expect(slowChecksum(Array(sent[0].bytes[..<20])) == 0)
    #expect(sent[0].bytes[1] == 0xc0)
    #expect(u16(sent[0].bytes, 6) == 0)
    #expect(Array(sent[0].bytes[12...]) == hex("c6336401 cb007107 1194 0400 000f 0000 00000000 010203"))
    #expect(inject("198.51.100.2", "203.0.113.7", [1]).isEmpty)
    #expect(inject("198.51.100.1", "224.0.0.1", [1]).isEmpty)
    #expect(inject("198.51.100.1", "203.0.113.7", [UInt8](repeating: 0, count: 5000)).isEmpty)
    #expect([.noTunnel, .martian, .tooBig].map { hub.core.drops($0) } == [1, 1, 1])
  }
}
