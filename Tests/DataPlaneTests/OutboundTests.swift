// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite struct OutboundTests {
  /// A spoke: one hub as NHS, everything else is resolved.
  static func spoke() -> Hub {
    let node = Hub {
      $0.resolves = true
      $0.fallbackNextHops = [ip("172.16.0.99"), ip("172.16.0.12")]
    }
    return node
  }

  @Test("an inner packet leaves with a right outer header, and its TOS is copied")
  func encapsulation() {
    let hub = Hub { $0.ttl = 77 }
    var inner = IPv4("192.168.1.7", "192.168.11.2", payload: udp(53), ttl: 1)
    inner.tos = 0xb8
    let sent = hub.send(inner.bytes)
    #expect(sent.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.11")))
    #expect(Array(sent.bytes[..<4]) == [0x45, 0xb8, 0, UInt8(28 + inner.bytes.count)])
    #expect(u16(sent.bytes, 6) == 0)
    #expect(Array(sent.bytes[8...9]) == [77, 47])
    #expect(slowChecksum(Array(sent.bytes[..<20])) == 0)
    #expect(Array(sent.bytes[12..<28]) == hex("c6336401 c633640b 20000800 0000002a"))
    #expect(sent.inner == inner.bytes)
    #expect(u16(hub.send(inner.bytes).bytes, 4) == u16(sent.bytes, 4) + 1)
    let counters = hub.core.adjacencyCounters(Hub.tun, nextHop: ip("172.16.0.11"))
    #expect(counters?.packetsOut == 2)
    #expect(counters?.bytesOut == UInt64(2 * inner.bytes.count))
    #expect(hub.core.apply(.queryUsage(Hub.tun, nextHop: ip("172.16.0.11")), at: hub.now)
      == .usage(Hub.tun, nextHop: ip("172.16.0.11"), packets: 2))
  }

  @Test("checksum, sequence, DF and a fixed TOS are sent as configured; what is sent is received")
  func options() {
    let hub = Hub {
      ($0.sendsChecksum, $0.usesSequence, $0.setsDontFragment, $0.tos) = (true, true, true, 0x20)
    }
    var inner = IPv4("192.168.1.7", "192.168.11.2", payload: udp(53, [1]))
    inner.tos = 0xb9
    for n in 0..<3 {
      let sent = hub.send(inner.bytes)
      #expect(sent.bytes[1] == 0x21)
      #expect(u16(sent.bytes, 6) == 0x4000)
      #expect(u16(sent.bytes, 20) == 0xb000)
      #expect(slowChecksum(Array(sent.bytes[20...])) == 0)
      #expect(u32(sent.bytes, 32) == UInt32(n))
      #expect(sent.inner == inner.bytes)
    }
  }

  @Test("the largest inner packet for a 1500-byte underlay is 1472 with key and 1476 without", arguments: [
    (42, false, false, 1472), (nil, false, false, 1476), (nil, true, false, 1472), (42, true, true, 1464),
  ] as [(UInt32?, Bool, Bool, Int)])
  func mtuTable(_ key: UInt32?, _ checksum: Bool, _ sequence: Bool, _ largest: Int) {
    let hub = Hub {
      ($0.key, $0.sendsChecksum, $0.usesSequence, $0.mtu) = (key, checksum, sequence, largest)
    }
    let fits = IPv4("192.168.1.7", "192.168.11.2", payload: udp(9, [UInt8](repeating: 1, count: largest - 28)), dontFragment: true)
    #expect(hub.send(fits.bytes).bytes.count == 1500)
    let over = IPv4("192.168.1.7", "192.168.11.2", payload: udp(9, [UInt8](repeating: 1, count: largest - 27)), dontFragment: true)
    _ = hub.send(over.bytes)
    #expect(hub.core.drops(.tooBig) == 1)
  }

  @Test("a packet that is too big and has DF is answered with the tunnel's MTU (RFC 1191 §4)")
  func tooBig() {
    let hub = Hub()
    let packet = IPv4("192.168.1.7", "192.168.11.2", payload: udp(9, [UInt8](repeating: 5, count: 1400)), dontFragment: true).bytes
    let answer = hub.send(packet)
    #expect(answer.verdict == .host(interface: Hub.tun))
    #expect(answer.bytes.count == 576)
    #expect(slowChecksum(Array(answer.bytes[..<20])) == 0)
    #expect(slowChecksum(Array(answer.bytes[20...])) == 0)
    #expect(Array(answer.bytes[12..<20]) == ip("172.16.0.1").bytes + ip("192.168.1.7").bytes)
    #expect(Array(answer.bytes[20..<22]) == [3, 4])
    #expect(u32(answer.bytes, 24) == 1400)
    #expect(Array(answer.bytes[28...]) == Array(packet.prefix(548)))
    #expect(hub.core.drops(.tooBig) == 1)
  }

  @Test("an IPv6 packet that is too big is answered with ICMPv6 type 2 (RFC 4443 §3.2)")
  func tooBigV6() {
    let hub = Hub()
    hub.apply(.route(.default, net("2001:db8:12::/48"), .tunnel(Hub.tun, nextHop: ip("172.16.0.12"))))
    let data = [UInt8](repeating: 3, count: 1400)
    let packet = hex("60000000 0578 11 40") + ip("2001:db8:11::2").bytes + ip("2001:db8:12::2").bytes + data
    let answer = hub.send(packet)
    #expect(answer.verdict == .host(interface: Hub.tun))
    #expect(answer.bytes.count == 1280)
    #expect(Array(answer.bytes[40..<42]) == [2, 0])
    #expect(u32(answer.bytes, 44) == 1400)
    let pseudo = Array(answer.bytes[8..<40]) + [0, 0, 0x04, 0xd8, 0, 0, 0, 58]
    #expect(slowChecksum(pseudo + answer.bytes[40...]) == 0)
  }

  @Test("fragments fit, are cut at eight bytes and make the original again", arguments: [1401, 1500, 1399 + 1376, 4000, 8000])
  func fragments(_ total: Int) {
    let hub = Hub()
    let data = (0..<total - 28).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    let original = IPv4("192.168.1.7", "192.168.11.2", payload: udp(9, data))
    let sent = hub.run(original.bytes, outbound: true, slotSize: 9000)
    #expect(sent.count == (total - 20 + 1375) / 1376)
    #expect(reassemble(sent.map(\.inner), mtu: 1400) == original.payload)
    #expect(sent.allSatisfy { $0.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.11")) })
  }

  @Test("a fragment that is cut again keeps its place and its MF")
  func fragmentOfFragment() {
    let hub = Hub()
    var packet = IPv4("192.168.1.7", "192.168.11.2", payload: [UInt8](repeating: 8, count: 1600))
    (packet.moreFragments, packet.offset) = (true, 100)
    let sent = hub.run(packet.bytes, outbound: true).map(\.inner)
    #expect(sent.map { u16($0, 6) } == [0x2000 | 100, 0x2000 | (100 + 172)])
  }

  private func reassemble(_ pieces: [[UInt8]], mtu: Int) -> [UInt8] {
    var out: [UInt8] = []
    for piece in pieces.sorted(by: { u16($0, 6) & 0x1fff < u16($1, 6) & 0x1fff }) {
      #expect(piece.count <= mtu)
      #expect(Int(u16(piece, 2)) == piece.count)
      #expect(slowChecksum(Array(piece[..<20])) == 0)
      #expect(Int(u16(piece, 6) & 0x1fff) * 8 == out.count)
      out += piece[20...]
    }
    #expect(pieces.filter { u16($0, 6) & 0x2000 == 0 }.count == 1)
    return out
  }

  @Test("the MSS of SYN and SYN-ACK is lowered, never raised, and the TCP checksum stays right", arguments: [
    (0x02, "020405b4", 1360, 1360), (0x12, "020405b4", 1360, 1360), (0x02, "02040400", 1360, 0x400), (0x10, "020405b4", 1360, 0x5b4),
    (0x02, "0101020405b40000", 1360, 1360), (0x02, "01020405b4000000", 1360, 1360), (0x02, "0402080a0000000100000000020405b4", 1360, 1360),
  ] as [(UInt8, String, UInt16, Int)])
  func mss(_ flags: UInt8, _ options: String, _ limit: UInt16, _ expected: Int) throws {
    let hub = Hub { $0.adjustMSS = limit }
    var segment = hex("9c40 0050 00000001 00000000") + [UInt8(5 + hex(options).count / 4) << 4, flags] + hex("ffff 0000 0000") + hex(options)
    let addresses = ip("192.168.1.7").bytes + ip("192.168.11.2").bytes
    let sum = slowChecksum(addresses + [0, 6, 0, UInt8(segment.count)] + segment)
    (segment[16], segment[17]) = (UInt8(sum >> 8), UInt8(sum & 255))
    let out = hub.send(IPv4("192.168.1.7", "192.168.11.2", proto: 6, payload: segment).bytes).inner
    #expect(slowChecksum(addresses + [0, 6, 0, UInt8(segment.count)] + out[20...]) == 0)
    let at = try #require((40..<out.count - 3).first { out[$0] == 2 && out[$0 + 1] == 4 })
    #expect(Int(u16(out, at + 2)) == expected)
    // The other direction.
    let back = IPv4("192.168.11.2", "192.168.1.7", proto: 6, payload: segment).bytes
    let received = hub.receive(gre("198.51.100.11", "198.51.100.1", back)).bytes
    #expect(slowChecksum(addresses + [0, 6, 0, UInt8(segment.count)] + received[20...]) == 0)
    #expect(Int(u16(received, at + 2)) == expected)
  }

  @Test("a multicast is copied to everyone on the list, each copy a whole packet of its own")
  func multicast() {
    let hub = Hub()
    let list = (1...100).map { IPAddress(203, 0, 113, UInt8($0)) }
    hub.apply(.multicast(Hub.tun, list))
    let hello = IPv4("172.16.0.1", "224.0.0.10", proto: 88, payload: [1, 2, 3], ttl: 1).bytes
    let sent = hub.run(hello, outbound: true, slots: 4)
    #expect(sent.count == 100)
    #expect(Set(sent.map { Array($0.bytes[16..<20]) }) == Set(list.map(\.bytes)))
    #expect(sent.allSatisfy { $0.inner == hello && slowChecksum(Array($0.bytes[..<20])) == 0 })
    #expect(hub.run(hello, outbound: true, slots: 1, growthLimit: 60).count == 60)
    #expect(hub.core.drops(.batchFull) == 40)
    hub.apply(.multicast(Hub.tun, []))
    #expect(hub.send(hello).verdict == .drop(.multicastNoPeers))
  }

  @Test("what the control side sends to many goes to everyone on the list, whatever protocol it is; none where nobody is, none too big")
  func injectedToMany() {
    let hub = Hub()
    func send(_ bytes: [UInt8], _ protocolType: UInt16) -> [Result] {
      var batch = PacketBatch(slots: 1, growthLimit: 8)
      hub.core.inject(.toMany(Hub.tun, protocolType: protocolType, bytes: bytes), into: &batch, at: hub.now, &hub.punts.queue)
      return Hub.results(batch)
    }
    hub.apply(.multicast(Hub.tun, [ip("198.51.100.11"), ip("203.0.113.9")]))
    let update = IPv4("172.16.0.1", "224.0.0.9", payload: udp(520, [2, 2, 0, 0]), ttl: 1).bytes
    for (bytes, kind) in [(update, UInt16(0x0800)), ([1, 180, 0, 0], 0x2000)] {
      let sent = send(bytes, kind)
      #expect(Set(sent.map { Array($0.bytes[16..<20]) }) == [[198, 51, 100, 11], [203, 0, 113, 9]])
      #expect(sent.allSatisfy { Array($0.bytes.suffix(bytes.count)) == bytes && u16($0.bytes, 22) == kind && $0.bytes[1] == 0xc0 })
    }
    #expect(send([UInt8](repeating: 0, count: 1_600), 0x2000).allSatisfy { $0.verdict == .drop(.tooBig) })
    hub.apply(.multicast(Hub.tun, []))
    #expect(send(update, 0x0800).allSatisfy { !$0.verdict.isUnderlay } && hub.core.drops(.multicastNoPeers) == 1)
  }

  @Test("no packet is lost while its next hop is unresolved: it takes the first NHS that is there, and one report in 500 ms is made")
  func unresolved() {
    var spoke = OutboundTests.spoke()
    let packet = IPv4("172.16.0.1", "172.16.0.50", payload: udp(9, [UInt8](repeating: 1, count: 300))).bytes
    for _ in 0..<10 {
      #expect(spoke.send(packet).verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.12")))
    }
    let punts = spoke.punts.drain()
    #expect(punts.map(\.kind) == [.resolutionWanted])
    #expect(punts[0].nextHop == ip("172.16.0.50"))
    #expect(punts[0].nbmaSource == .anyV4)
    #expect(punts[0].bytes == Array(packet.prefix(128)))
    spoke.now = spoke.now + .milliseconds(500)
    _ = spoke.send(packet)
    #expect(spoke.punts.drain().count == 1)
    spoke.adjacency("172.16.0.50", "198.51.100.50")
    #expect(spoke.send(packet).verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.50")))
    spoke.now = spoke.now + .seconds(1)
    #expect(spoke.send(packet).verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.50")))
    #expect(spoke.punts.drain().isEmpty)
    #expect(spoke.core.drops.allSatisfy { $0 == 0 })
  }

  @Test("each way to be wrong is a drop of its own")
  func drops() {
    let hub = Hub()
    func expect(_ reason: DropReason, _ packet: [UInt8]) {
      let before = hub.core.drops(reason)
      #expect(hub.send(packet).verdict == .drop(reason))
      #expect(hub.core.drops(reason) == before + 1)
    }
    let good = IPv4("192.168.1.7", "192.168.11.2", payload: udp(9)).bytes
    expect(.innerMalformed, patched(good, at: 0, u16: 0x7500))
    expect(.innerMalformed, Array(good.dropLast()))
    expect(.noRoute, IPv4("192.168.1.7", "8.8.8.8").bytes)
    expect(.discardRoute, IPv4("192.168.1.7", "192.168.99.9").bytes)
    expect(.martian, IPv4("192.168.1.7", "192.168.1.8").bytes)
    expect(.martian, IPv4("192.168.1.7", "127.0.0.1").bytes)
    expect(.noAdjacency, IPv4("192.168.1.7", "172.16.0.99").bytes)
    hub.adjacency("172.16.0.98", "198.51.100.1")
    expect(.ownNBMALoop, IPv4("192.168.1.7", "172.16.0.98").bytes)
    hub.route("10.1.0.0/16", .tunnel(InterfaceID(999), nextHop: nil))
    expect(.noTunnel, IPv4("192.168.1.7", "10.1.0.1").bytes)
    var down = TunnelForwarding()
    down.destination = ip("198.51.100.11")
    hub.apply(.tunnel(Hub.tun, down))
    expect(.tunnelDown, good)
    hub.apply(.tunnel(Hub.tun, nil))
    expect(.noTunnel, good)
  }

  @Test("injected inner packets are routed like the host's own; what cannot go is counted")
  func inject() {
    let hub = Hub()
    var batch = PacketBatch(slots: 1, growthLimit: 2)
    let probe = IPv4("172.16.0.1", "192.168.12.2", proto: 1, payload: icmp(8, [0xd0, 0, 0, 1]), ttl: 1).bytes
    hub.core.inject(.inner(.default, bytes: probe), into: &batch, at: hub.now, &hub.punts.queue)
    hub.core.inject(.inner(VRFID(9), bytes: probe), into: &batch, at: hub.now, &hub.punts.queue)
    hub.core.inject(.inner(.default, bytes: []), into: &batch, at: hub.now, &hub.punts.queue)
    hub.core.inject(.inner(.default, bytes: probe), into: &batch, at: hub.now, &hub.punts.queue)
    hub.core.inject(.gre(InterfaceID(5), nbma: ip("10.0.0.1"), protocolType: 0x2001, bytes: []), into: &batch, at: hub.now, &hub.punts.queue)
    let results = Hub.results(batch)
    #expect(results[0].verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.12")))
    #expect(results[0].inner == probe)
    #expect(results[1].verdict == .drop(.innerMalformed))
    #expect(results.count == 2)
    #expect([.noRoute, .innerMalformed, .batchFull, .noTunnel].map { hub.core.drops($0) } == [1, 1, 1, 1])
  }
}
