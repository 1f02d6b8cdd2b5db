// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

/// A Registration Request that FRR 8.4.4 sent, as it came behind `2000 2001 0000002a`.
let registrationRequest = hex(
  "00010800000000000001005cb85e0034010304000404800200000001c633640bac10000bac10000b00ff00000000000f"
    + "0000000080040000800500008003000000090014002000000000000004000400c63364010000000080000000")
/// The ICMP echo 192.168.11.2 → 192.168.12.2 that the Traffic Indication there quotes, with its TTL decremented to 62.
let quotedEcho = hex(
  "4500005483f040003e012064c0a80b02c0a80c020800f2cd03b70001a90b036b000000008f30070000000000101112131415161718191a1b1c1d1e1f"
    + "202122232425262728292a2b2c2d2e2f3031323334353637")

@Suite struct InboundTests {
  @Test("a spoke's data for the hub goes to the host, without its outer header")
  func toHost() {
    let hub = Hub()
    let inner = IPv4("172.16.0.11", "172.16.0.1", payload: udp(9)).bytes
    let lan = IPv4("192.168.11.2", "192.168.1.7", payload: udp(9)).bytes
    for (packet, interface) in [(inner, Hub.tun), (lan, Hub.lan)] {
      let result = hub.receive(gre("198.51.100.11", "198.51.100.1", packet))
      #expect(result.verdict == .host(interface: interface))
      #expect(result.bytes == packet)
    }
    #expect(hub.core.tunnelCounters(Hub.tun)?.traffic.packetsIn == 2)
    #expect(hub.core.adjacencyCounters(Hub.tun, nextHop: ip("172.16.0.11"))?.packetsIn == 2)
    #expect(hub.core.adjacencyCounters(Hub.tun, nextHop: ip("172.16.0.12"))?.packetsIn == 0)
  }

  @Test("a captured registration goes to the control side, from strangers in a class of their own")
  func nhrp() {
    let hub = Hub()
    #expect(hub.receive(gre("198.51.100.11", "198.51.100.1", type: 0x2001, registrationRequest)).verdict == .punted)
    #expect(hub.receive(gre("198.51.100.77", "198.51.100.1", type: 0x2001, registrationRequest)).verdict == .punted)
    let punts = hub.punts.drain()
    #expect(punts.map(\.kind) == [.nhrp, .nhrpStranger])
    #expect(punts.allSatisfy { $0.bytes == registrationRequest && $0.interface == Hub.tun })
    #expect(punts.map(\.nbmaSource) == [ip("198.51.100.11"), ip("198.51.100.77")])
    #expect(punts[0].nbmaDestination == ip("198.51.100.1"))
    #expect(hub.core.punts(.nhrpStranger) == 1)
  }

  @Test("what is injected is what the captures show on the wire: GRE 2000 2001 and the key")
  func inject() {
    let hub = Hub()
    var batch = PacketBatch()
    hub.core.inject(
      .gre(Hub.tun, nbma: ip("198.51.100.11"), protocolType: 0x2001, bytes: registrationRequest), into: &batch, at: hub.now,
      &hub.punts.queue)
    let sent = Hub.results(batch)
    #expect(sent[0].verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.11")))
    #expect(Array(sent[0].bytes[20..<28]) == hex("20002001 0000002a"))
    #expect(sent[0].inner == registrationRequest)
    #expect(slowChecksum(Array(sent[0].bytes[..<20])) == 0)
  }

  @Test("each way to be wrong is a drop of its own", arguments: DropCase.inbound)
  func drops(_ c: DropCase) {
    let hub = Hub(c.settings)
    c.prepare(hub)
    let result = hub.receive(c.packet)
    #expect(hub.core.drops(c.reason) == 1, "\(c.reason)")
    #expect(hub.core.drops.reduce(0, +) == 1)
    if c.reason != .ttlExceeded, c.reason != .tooBig { #expect(result.verdict == .drop(c.reason)) }
  }

  @Test("key 0 and no key are two tunnels (RFC 2890 §2.1)")
  func keyZero() {
    let inner = IPv4("172.16.0.11", "172.16.0.1").bytes
    let zero = Hub { $0.key = 0 }
    #expect(zero.receive(gre("198.51.100.11", "198.51.100.1", key: 0, inner)).verdict == .host(interface: Hub.tun))
    #expect(zero.receive(gre("198.51.100.11", "198.51.100.1", key: nil, inner)).verdict == .drop(.keyMismatch))
    let none = Hub { $0.key = nil }
    #expect(none.receive(gre("198.51.100.11", "198.51.100.1", key: nil, inner)).verdict == .host(interface: Hub.tun))
    #expect(none.receive(gre("198.51.100.11", "198.51.100.1", key: 0, inner)).verdict == .drop(.keyMismatch))
  }

  @Test("point-to-point tunnels of one source and key are told apart by their peers; others are unknown peers")
  func pointToPoint() {
    let hub = Hub { $0.destination = ip("198.51.100.11") }
    var second = TunnelForwarding()
    (second.source, second.destination, second.key) = (ip("198.51.100.1"), ip("198.51.100.12"), 42)
    hub.apply(.tunnel(InterfaceID(101), second))
    hub.route("172.16.0.1/32", .host(Hub.tun))
    let inner = IPv4("192.168.12.2", "192.168.1.1").bytes
    #expect(hub.receive(gre("198.51.100.12", "198.51.100.1", inner)).verdict == .host(interface: Hub.lan))
    #expect(hub.core.tunnelCounters(InterfaceID(101))?.traffic.packetsIn == 1)
    #expect(hub.receive(gre("198.51.100.13", "198.51.100.1", inner)).verdict == .drop(.unknownPeer))
  }

  @Test("sequence numbers: older and equal are dropped, across the wrap too; after ten silent seconds any is taken")
  func sequence() {
    var hub = Hub { $0.usesSequence = true }
    func take(_ n: UInt32) -> Verdict {
      hub.receive(gre("198.51.100.11", "198.51.100.1", sequence: n, IPv4("172.16.0.11", "172.16.0.1").bytes)).verdict
    }
    let good = Verdict.host(interface: Hub.tun)
    #expect(take(0xffff_fffe) == good)
    #expect(take(0xffff_fffe) == .drop(.greSequence))
    #expect(take(0xffff_fffd) == .drop(.greSequence))
    #expect(take(1) == good)
    #expect(take(0xffff_ffff) == .drop(.greSequence))
    hub.now = hub.now + .seconds(11)
    #expect(take(0) == good)
  }

  @Test("multicast and broadcast go to the host")
  func multicast() {
    let hub = Hub()
    for destination in ["224.0.0.10", "255.255.255.255"] {
      let inner = IPv4("172.16.0.11", destination, proto: 88, ttl: 1).bytes
      #expect(hub.receive(gre("198.51.100.11", "198.51.100.1", inner)).verdict == .host(interface: Hub.tun))
    }
  }

  @Test("a routing protocol that runs on the tunnel sees its datagrams from known peers; nobody else's, and no other port's")
  func routing() {
    func packet(_ source: String, _ destination: String, port: UInt16) -> [UInt8] {
      IPv4(source, destination, payload: udp(port, [2, 2, 0, 0]), ttl: 1).bytes
    }
    let update = packet("172.16.0.11", "224.0.0.9", port: 520), answer = packet("172.16.0.11", "172.16.0.1", port: 520)
    #expect(Hub().receive(gre("198.51.100.11", "198.51.100.1", update)).verdict == .host(interface: Hub.tun))
    let hub = Hub { $0.routingPorts = [520, 521] }
    for inner in [update, answer] {
      #expect(hub.receive(gre("198.51.100.11", "198.51.100.1", inner)).verdict == .punted)
      let punted = hub.core.punts(.routing)
      #expect(punted == (inner == update ? 1 : 2))
    }
    hub.route("10.9.0.0/16", .tunnel(Hub.tun, nextHop: nil))
    let others = [
      gre("203.0.113.5", "198.51.100.1", packet("10.9.0.1", "224.0.0.9", port: 520)),
      gre("198.51.100.11", "198.51.100.1", packet("172.16.0.11", "224.0.0.9", port: 5200)),
    ]
    for other in others { #expect(hub.receive(other).verdict == .host(interface: Hub.tun)) }
  }

  @Test("a stranger's data is taken only where its inner source is routed, and counted")
  func stranger() {
    let hub = Hub()
    hub.route("10.9.0.0/16", .tunnel(Hub.tun, nextHop: nil))
    let good = IPv4("10.9.0.1", "172.16.0.1").bytes, bad = IPv4("10.8.0.1", "172.16.0.1").bytes
    #expect(hub.receive(gre("203.0.113.5", "198.51.100.1", good)).verdict == .host(interface: Hub.tun))
    #expect(hub.receive(gre("203.0.113.5", "198.51.100.1", bad)).verdict == .drop(.spoofed))
    #expect(hub.core.tunnelCounters(Hub.tun)?.fromUnknownPeer == 1)
  }

  @Test("answers to own probes and step reports go to the control side, others' to the host")
  func probes() {
    let hub = Hub()
    hub.route("192.168.1.1/32", .host(Hub.lan))
    let probe = IPv4("172.16.0.1", "192.168.12.2", proto: 1, payload: icmp(8, [0xd0, 0x07, 0, 1])).bytes
    let report = IPv4("172.16.0.1", "172.16.0.12", payload: udp(ForwardingCore.stepReportPort, [1, 2])).bytes
    let cases: [([UInt8], PuntClass?)] = [
      (IPv4("192.168.12.2", "172.16.0.1", proto: 1, payload: icmp(0, [0xd0, 0x07, 0, 1])).bytes, .probeReply),
      (IPv4("172.16.0.12", "172.16.0.1", proto: 1, payload: icmp(11, [0, 0, 0, 0] + probe)).bytes, .probeReply),
      (IPv4("172.16.0.12", "172.16.0.1", proto: 1, payload: icmp(3, [0, 0, 0, 0] + probe)).bytes, .probeReply),
      (IPv4("192.168.12.2", "172.16.0.1", proto: 1, payload: icmp(0, [0xc0, 0x07, 0, 1])).bytes, nil),
      (IPv4("192.168.12.2", "192.168.1.7", proto: 1, payload: icmp(0, [0xd0, 0x07, 0, 1])).bytes, nil),
      (IPv4("192.168.12.2", "192.168.1.1", proto: 1, payload: icmp(0, [0xd0, 0x07, 0, 1])).bytes, .probeReply),
      (IPv4("192.168.12.2", "192.168.1.1", proto: 1, payload: icmp(0, [0xc0, 0x07, 0, 1])).bytes, nil),
      (IPv4("192.168.12.2", "172.16.0.1", payload: udp(ForwardingCore.stepReportPort, [1, 2])).bytes, .stepReport),
      (IPv4("192.168.12.2", "192.168.1.7", payload: udp(ForwardingCore.stepReportPort, [1, 2])).bytes, nil),
      (IPv4("172.16.0.12", "172.16.0.1", proto: 1, payload: icmp(3, [0, 0, 0, 0] + report)).bytes, .stepReport),
      (IPv4("172.16.0.12", "172.16.0.1", proto: 1, payload: icmp(11, [0, 0, 0, 0] + report)).bytes, nil),
      (IPv4("172.16.0.12", "172.16.0.1", proto: 1, payload: icmp(3, [0, 0, 0, 0] + report.prefix(27))).bytes, nil),
    ]
    for (inner, kind) in cases {
      let verdict = hub.receive(gre("198.51.100.12", "198.51.100.1", inner)).verdict
      let punt = hub.punts.drain().first
      #expect(punt?.kind == kind)
      if kind != nil {
        #expect(verdict == .punted)
        #expect(punt?.bytes == inner)
      }
    }
  }

  @Test("a congestion mark of the underlay reaches the inner header (RFC 6040 §4.2)")
  func congestion() {
    let hub = Hub()
    var inner = IPv4("172.16.0.11", "172.16.0.1")
    inner.tos = 0xb9
    let result = hub.receive(gre("198.51.100.11", "198.51.100.1", tos: 3, inner.bytes))
    #expect(result.bytes[1] == 0xbb)
    #expect(slowChecksum(Array(result.bytes[..<20])) == 0)
  }

  @Test("IPv6 inside is routed too")
  func v6() {
    let hub = Hub()
    hub.apply(.route(.default, net("2001:db8:12::/48"), .tunnel(Hub.tun, nextHop: ip("172.16.0.12"))))
    func packet(_ destination: String, hops: UInt8) -> [UInt8] {
      hex("6000000000081100").dropLast() + [hops] + ip("2001:db8:11::2").bytes + ip(destination).bytes + udp(9)
    }
    let sent = hub.receive(gre("198.51.100.11", "198.51.100.1", type: 0x86dd, packet("2001:db8:12::2", hops: 9)))
    #expect(sent.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.12")))
    #expect(sent.inner == packet("2001:db8:12::2", hops: 8))
    #expect(u16(sent.bytes, 22) == 0x86dd)
    #expect(
      hub.receive(gre("198.51.100.11", "198.51.100.1", type: 0x86dd, packet("2001:db8:13::2", hops: 9))).verdict == .drop(.noRoute))
    // ::ffff:10.0.0.1 would be 10.0.0.1 in the tables.
    let mapped = packet("2001:db8:12::2", hops: 9)[..<24] + hex("00000000 00000000 0000ffff 0a000001") + udp(9)
    #expect(hub.receive(gre("198.51.100.11", "198.51.100.1", type: 0x86dd, Array(mapped))).verdict == .drop(.martian))
  }
}

/// One packet that is wrong in one way.
struct DropCase: Sendable, CustomTestStringConvertible {
  var reason: DropReason
  var packet: [UInt8]
  var settings: @Sendable (inout TunnelForwarding) -> Void = { _ in }
  var prepare: @Sendable (Hub) -> Void = { _ in }
  var testDescription: String { reason.name }

  static let inner = IPv4("172.16.0.11", "172.16.0.1", payload: udp(9)).bytes
  static let good = gre("198.51.100.11", "198.51.100.1", inner)

  static func from(_ source: String, to destination: String, ttl: UInt8 = 9) -> [UInt8] {
    gre("198.51.100.11", "198.51.100.1", IPv4(source, destination, payload: udp(9), ttl: ttl).bytes)
  }

  static func flags(_ value: UInt16) -> [UInt8] { patched(good, at: 20, u16: value) }

  static let inbound: [DropCase] = [
    DropCase(reason: .notIPv4, packet: patched(good, at: 0, u16: 0x5500)),
    DropCase(reason: .badHeaderLength, packet: patched(good, at: 0, u16: 0x4400)),
    DropCase(reason: .badHeaderLength, packet: Array(patched(good, at: 0, u16: 0x4f00).prefix(40))),
    DropCase(reason: .truncated, packet: Array(good.dropLast())),
    DropCase(reason: .truncated, packet: patched(good, at: 2, u16: 19, fixesHeader: true)),
    DropCase(reason: .truncated, packet: IPv4("198.51.100.11", "198.51.100.1", proto: 47, payload: [0x20, 0, 8, 0, 0, 0, 0]).bytes),
    DropCase(reason: .badHeaderChecksum, packet: patched(good, at: 8, u16: 0x1234)),
    DropCase(reason: .outerFragment, packet: patched(good, at: 6, u16: 0x2000, fixesHeader: true)),
    DropCase(reason: .outerFragment, packet: patched(good, at: 6, u16: 0x0001, fixesHeader: true)),
    DropCase(reason: .notGRE, packet: IPv4("198.51.100.11", "198.51.100.1", proto: 50, payload: [1, 2, 3, 4]).bytes),
    DropCase(reason: .greVersion, packet: flags(0x2001)),
    DropCase(reason: .greRouting, packet: flags(0x6000)),
    DropCase(
      reason: .greChecksum, packet: patched(gre("198.51.100.11", "198.51.100.1", checksum: true, inner), at: 24, u16: 0x0101)),
    DropCase(reason: .noTunnel, packet: gre("198.51.100.11", "198.51.100.2", inner)),
    DropCase(reason: .keyMismatch, packet: gre("198.51.100.11", "198.51.100.1", key: 43, inner)),
    DropCase(reason: .keyMismatch, packet: gre("198.51.100.11", "198.51.100.1", key: nil, inner)),
    DropCase(reason: .unknownProtocol, packet: gre("198.51.100.11", "198.51.100.1", type: 0x8847, inner)),
    DropCase(reason: .unknownPeer, packet: gre("198.51.100.77", "198.51.100.1", type: 0x2000, [1, 2])),
    DropCase(reason: .ownNBMALoop, packet: gre("198.51.100.1", "198.51.100.1", inner)),
    DropCase(reason: .ownNBMALoop, packet: from("192.168.12.2", to: "192.168.11.2")),
    DropCase(reason: .martian, packet: gre("224.0.0.5", "198.51.100.1", inner)),
    DropCase(reason: .martian, packet: from("127.0.0.1", to: "172.16.0.1")),
    DropCase(reason: .martian, packet: from("0.0.0.0", to: "172.16.0.1")),
    DropCase(reason: .spoofed, packet: from("172.16.0.1", to: "172.16.0.1")),
    DropCase(reason: .spoofed, packet: gre("198.51.100.77", "198.51.100.1", IPv4("8.8.8.8", "172.16.0.1").bytes)),
    DropCase(reason: .innerMalformed, packet: gre("198.51.100.11", "198.51.100.1", Array(inner.dropLast()))),
    DropCase(reason: .innerMalformed, packet: gre("198.51.100.11", "198.51.100.1", type: 0x86dd, inner)),
    DropCase(reason: .innerChecksum, packet: gre("198.51.100.11", "198.51.100.1", patched(inner, at: 8, u16: 0x0111))),
    DropCase(reason: .congestionMarked, packet: gre("198.51.100.11", "198.51.100.1", tos: 3, inner)),
    DropCase(reason: .ttlExceeded, packet: from("192.168.11.2", to: "192.168.12.2", ttl: 1)),
    DropCase(reason: .noRoute, packet: from("192.168.11.2", to: "8.8.8.8")),
    DropCase(reason: .discardRoute, packet: from("192.168.11.2", to: "192.168.99.1")),
    DropCase(reason: .noAdjacency, packet: from("192.168.11.2", to: "172.16.0.99")),
    DropCase(
      reason: .tunnelDown, packet: from("192.168.11.2", to: "10.77.0.1"),
      prepare: {
        $0.apply(.tunnel(InterfaceID(7), TunnelForwarding()))
        $0.route("10.77.0.0/16", .tunnel(InterfaceID(7), nextHop: nil))
      }),
    DropCase(
      reason: .greSequence, packet: gre("198.51.100.11", "198.51.100.1", sequence: 5, inner), settings: { $0.usesSequence = true },
      prepare: { _ = $0.receive(gre("198.51.100.11", "198.51.100.1", sequence: 5, inner)) }),
    DropCase(
      reason: .tooBig,
      packet: gre(
        "198.51.100.11", "198.51.100.1",
        IPv4("192.168.11.2", "192.168.12.2", payload: udp(9, [UInt8](repeating: 1, count: 1400)), dontFragment: true).bytes)),
    DropCase(
      reason: .puntRateLimited, packet: gre("198.51.100.77", "198.51.100.1", type: 0x2001, [1, 2]),
      prepare: { hub in
        for _ in 0..<400 {
          _ = hub.receive(gre("198.51.100.77", "198.51.100.1", type: 0x2001, [1, 2]))
          _ = hub.punts.drain()
        }
      }),
    .keepalive,
    DropCase(
      reason: .puntQueueFull, packet: gre("198.51.100.77", "198.51.100.1", type: 0x2001, [1, 2]),
      prepare: { hub in
        for _ in 0..<64 { _ = hub.receive(gre("198.51.100.77", "198.51.100.1", type: 0x2001, [1, 2])) }
      }),
  ]
}
