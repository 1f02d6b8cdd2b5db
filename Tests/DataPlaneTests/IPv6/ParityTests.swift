// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

/// The same situation in every pairing of families: what differs is headers, never behaviour.
@Suite struct ParityTests {
  @Test("a hairpin differs from what came in by one hop alone; it is counted, shown and offered for a redirect", arguments: Families.allCases)
  func hairpin(_ f: Families) {
    let hub = f.hub()
    let sent = hub.receive(f.gre(11, f.packet(f.host(11), f.host(12), ttl: 9)))
    #expect(sent.verdict == .underlay(tunnel: Hub.tun, destination: ip(f.nbma(12))))
    #expect(f.opened(sent.bytes, to: 12) == f.packet(f.host(11), f.host(12), ttl: 8))
    let punts = hub.punts.drain()
    #expect(punts.map(\.kind) == [.firstPacket, .redirectWanted])
    #expect(punts.allSatisfy { $0.nbmaSource == ip(f.nbma(11)) && $0.nbmaDestination == ip(f.nbma(1)) })
    #expect(punts[1].bytes == f.packet(f.host(11), f.host(12), ttl: 8))
    #expect(hub.core.pairCounters(source: ip(f.nbma(11)), destination: ip(f.nbma(12)))?.packets == 1)
    #expect(hub.core.adjacencyCounters(Hub.tun, nextHop: ip(f.station(12)))?.packetsOut == 1)
    #expect(hub.core.peers(of: Hub.tun).map(\.nbma) == [ip(f.nbma(11)), ip(f.nbma(12))])
  }

  @Test("a quote for a redirect has at most 128 and an even number of bytes", arguments: Families.allCases)
  func quote(_ f: Families) {
    let hub = f.hub()
    for (n, size) in [3, 500].enumerated() {
      _ = hub.receive(f.gre(11, f.packet(f.host(11, 2 + n), f.host(12), payload: udp(9, [UInt8](repeating: 1, count: size)))))
    }
    let quotes = hub.punts.drain().filter { $0.kind == .redirectWanted }.map(\.bytes.count)
    #expect(quotes == [f.innerLength + 10, 128])
  }

  @Test("the host's packets leave; what comes for the node and its LAN reaches the host whole", arguments: Families.allCases)
  func ends(_ f: Families) {
    let hub = f.hub()
    let out = f.packet(f.host(1), f.host(11))
    let sent = hub.send(out)
    #expect(f.opened(sent.bytes, to: 11) == out)
    for (to, interface) in [(f.station(1), Hub.tun), (f.host(1), Hub.lan)] {
      let packet = f.packet(f.host(11), to)
      let taken = hub.receive(f.gre(11, packet))
      #expect(taken.verdict == .host(interface: interface))
      #expect(taken.bytes == packet)
    }
    #expect(hub.core.tunnelCounters(Hub.tun)?.traffic.packetsIn == 2)
  }

  @Test("a packet whose hops run out is answered through the tunnel, from an own global address", arguments: Families.allCases)
  func timeExceeded(_ f: Families) {
    let hub = f.hub()
    let packet = f.packet(f.host(11), f.host(12), ttl: 1)
    let sent = hub.receive(f.gre(11, packet))
    guard let error = f.opened(sent.bytes, to: 11) else { return #expect(Bool(false), "no answer") }
    #expect(hub.core.drops(.ttlExceeded) == 1)
    let addresses = ip(f.station(1)).bytes + ip(f.host(11)).bytes
    if f.inner == .v4 {
      #expect(Array(error[12..<20]) == addresses && Array(error[20..<22]) == [11, 0])
      #expect(slowChecksum(Array(error[20...])) == 0 && Array(error[28...]) == packet)
    } else {
      #expect(Array(error[8..<40]) == addresses && Array(error[40..<42]) == [3, 0] && error[6] == 58)
      #expect(pseudoChecksum(error, at: 40, next: 58) == 0 && Array(error[48...]) == packet)
    }
  }

  @Test("a packet that does not fit is answered with the size that does", arguments: Families.allCases)
  func tooBig(_ f: Families) {
    let hub = f.hub { $0.mtu = 1390 }
    var packet = f.packet(f.host(11), f.host(12), payload: udp(9, [UInt8](repeating: 1, count: 1390 - f.innerLength - 7)))
    #expect(packet.count == 1391)
    if f.inner == .v4 { packet = patched(packet, at: 6, u16: 0x4000, fixesHeader: true) }
    let sent = hub.receive(f.gre(11, packet))
    guard let error = f.opened(sent.bytes, to: 11) else { return #expect(Bool(false), "no answer") }
    #expect(hub.core.drops(.tooBig) == 1)
    #expect(Array(error[f.innerLength..<f.innerLength + 2]) == (f.inner == .v4 ? [3, 4] : [2, 0]))
    #expect(u32(error, f.innerLength + 4) == 1390)
    #expect(error.count == (f.inner == .v4 ? 576 : 1280))
  }

  @Test("multicast of the host goes to everyone on the list, what comes in to the host", arguments: Families.allCases)
  func multicast(_ f: Families) {
    let hub = f.hub()
    hub.apply(.multicast(Hub.tun, [ip(f.nbma(11)), ip(f.nbma(12)), ip(f.nbma(11))]))
    let hello = f.packet(f.inner == .v4 ? "172.16.0.1" : "fe80::1", f.inner == .v4 ? "224.0.0.5" : "ff02::5", ttl: 1, payload: [1, 2, 3, 4], proto: 89)
    let sent = hub.run(hello, outbound: true)
    #expect(sent.map(\.verdict).filter(\.isUnderlay).count == 2)
    #expect(sent.compactMap { f.opened($0.bytes, to: 11) ?? f.opened($0.bytes, to: 12) } == [hello, hello])
    let theirs = f.packet(f.inner == .v4 ? "172.16.0.11" : "fe80::11", f.inner == .v4 ? "224.0.0.5" : "ff02::5", ttl: 1, payload: [1], proto: 89)
    let taken = hub.receive(f.gre(11, theirs))
    #expect(taken.verdict == .host(interface: Hub.tun) && taken.bytes == theirs)
  }

  @Test("an unresolved next hop is asked for, and its packets take the servers of their own family", arguments: Families.allCases)
  func unresolved(_ f: Families) {
    let other = Families(inner: f.inner == .v4 ? .v6 : .v4, outer: f.outer)
    let hub = f.hub {
      $0.resolves = true
      $0.fallbackNextHops = [ip(other.station(11)), ip(f.station(12))]
    }
    let packet = f.packet(f.host(1), f.station(77))
    let sent = hub.send(packet)
    #expect(f.opened(sent.bytes, to: 12) == packet)
    let wanted = hub.punts.drain()
    #expect(wanted.map(\.kind) == [.resolutionWanted] && wanted[0].nextHop == ip(f.station(77)) && wanted[0].bytes == packet)
    _ = hub.send(packet)
    #expect(hub.punts.drain().isEmpty, "once in half a second")
  }

  @Test("NHRP goes up, from strangers apart, and is sent behind 2000 2001 and the key", arguments: Families.allCases)
  func nhrp(_ f: Families) {
    let hub = f.hub()
    for n in [11, 77] { #expect(hub.receive(f.gre(n, type: 0x2001, registrationRequest)).verdict == .punted) }
    let punts = hub.punts.drain()
    #expect(punts.map(\.kind) == [.nhrp, .nhrpStranger] && punts.map(\.nbmaSource) == [ip(f.nbma(11)), ip(f.nbma(77))])
    #expect(punts.allSatisfy { $0.bytes == registrationRequest })
    var batch = PacketBatch()
    hub.core.inject(
      .gre(Hub.tun, nbma: ip(f.nbma(11)), protocolType: 0x2001, bytes: registrationRequest), into: &batch, at: hub.now, &hub.punts.queue)
    let sent = Hub.results(batch)
    #expect(f.opened(sent[0].bytes, to: 11) == registrationRequest)
    #expect(Array(sent[0].bytes[f.outerLength..<f.outerLength + 8]) == hex("20002001 0000002a"))
  }

  @Test("the class of service is copied out, a congestion mark in (RFC 6040)", arguments: Families.allCases)
  func congestion(_ f: Families) {
    let hub = f.hub()
    func marked(_ packet: [UInt8], _ tos: UInt8) -> [UInt8] {
      f.inner == .v4 ? patched(packet, at: 0, u16: 0x4500 | UInt16(tos), fixesHeader: true) : patched(packet, at: 0, u16: 0x6000 | UInt16(tos) << 4)
    }
    let sent = hub.send(marked(f.packet(f.host(1), f.host(11)), 0xba))
    #expect((f.outer == .v4 ? sent.bytes[1] : UInt8(truncatingIfNeeded: u16(sent.bytes, 0) >> 4)) == 0xba)
    let taken = hub.receive(f.gre(11, tos: 3, marked(f.packet(f.host(11), f.station(1)), 0xb8 | 2)))
    #expect(taken.bytes == marked(f.packet(f.host(11), f.station(1)), 0xb8 | 3))
    #expect(hub.receive(f.gre(11, tos: 3, f.packet(f.host(11), f.station(1)))).verdict == .drop(.congestionMarked))
  }

  @Test("what is wrong with a packet is told apart alike", arguments: Families.allCases)
  func drops(_ f: Families) {
    let loopback = f.inner == .v4 ? "127.0.0.1" : "::1"
    let cases: [(DropReason, [UInt8])] = [
      (.noRoute, f.gre(11, f.packet(f.host(11), f.inner == .v4 ? "8.8.8.8" : "2001:4860::8"))),
      (.discardRoute, f.gre(11, f.packet(f.host(11), f.host(99)))),
      (.noAdjacency, f.gre(11, f.packet(f.host(11), f.station(99)))),
      (.martian, f.gre(11, f.packet(loopback, f.station(1)))),
      (.spoofed, f.gre(11, f.packet(f.station(1), f.station(1)))),
      (.spoofed, f.gre(77, f.packet(f.inner == .v4 ? "8.8.8.8" : "2001:4860::8", f.station(1)))),
      (.innerMalformed, f.gre(11, Array(f.packet(f.host(11), f.station(1)).dropLast()))),
      (.innerMalformed, f.gre(11, type: f.inner == .v4 ? 0x86dd : 0x0800, f.packet(f.host(11), f.station(1)))),
      (.ownNBMALoop, f.gre(1, f.packet(f.host(11), f.station(1)))),
      (.ownNBMALoop, f.gre(11, f.packet(f.host(12), f.host(11)))),
      (.unknownProtocol, f.gre(11, type: 0x8847, [1, 2])),
      (.truncated, Array(f.gre(11, f.packet(f.host(11), f.station(1))).dropLast())),
    ]
    for (reason, packet) in cases {
      let hub = f.hub()
      #expect(hub.receive(packet).verdict == .drop(reason))
      #expect(hub.core.drops(reason) == 1 && hub.core.drops.reduce(0, +) == 1, "\(reason)")
    }
  }
}
