// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

/// What only IPv6 inside a tunnel knows: scopes, extension headers, its own rules for errors.
@Suite struct OverlayV6Tests {
  private let f = Families(inner: .v6, outer: .v4)

  @Test("link-local packets stay on their tunnel: to the node, to its peers, never beyond (RFC 4291 §2.5.6)")
  func linkLocal() {
    let hub = f.hub()
    func packet(_ from: String, _ to: String) -> [UInt8] { f.packet(from, to, ttl: 9) }
    #expect(hub.receive(f.gre(11, packet("fe80::11", "fe80::1"))).verdict == .host(interface: Hub.tun))
    #expect(f.opened(hub.send(packet("fe80::1", "fe80::12")).bytes, to: 12) == packet("fe80::1", "fe80::12"))
    #expect(f.opened(hub.receive(f.gre(11, packet("fe80::11", "fe80::12"))).bytes, to: 12) == f.packet("fe80::11", "fe80::12", ttl: 8))
    #expect(f.opened(hub.receive(f.gre(11, packet("fe80::11", f.station(12)))).bytes, to: 12) != nil)
    #expect(hub.receive(f.gre(11, packet("fe80::11", f.host(1)))).verdict == .drop(.beyondLink))
    #expect(hub.core.drops(.beyondLink) == 1)
    #expect(hub.receive(f.gre(11, packet("fe80::11", "fe80::77"))).verdict == .drop(.noAdjacency))
  }

  @Test("an unresolved link-local next hop is asked for as any other")
  func linkLocalUnresolved() {
    let hub = f.hub { $0.resolves = true }
    #expect(hub.send(f.packet("fe80::1", "fe80::77")).verdict == .drop(.noAdjacency))
    #expect(hub.punts.drain().map(\.nextHop) == [ip("fe80::77")])
  }

  @Test("an error for a link-local sender comes from a link-local address, for others from a global one (RFC 4443 §2.2)")
  func errorSource() {
    let hub = f.hub()
    let near = f.opened(hub.receive(f.gre(11, f.packet("fe80::11", "fe80::12", ttl: 1))).bytes, to: 11)
    #expect(near.map { Array($0[8..<40]) } == ip("fe80::1").bytes + ip("fe80::11").bytes)
    let lone = f.hub { $0.addresses = [ip("fe80::1")] }
    #expect(lone.receive(f.gre(11, f.packet(f.host(11), f.host(12), ttl: 1))).verdict == .drop(.ttlExceeded))
  }

  @Test("every link carries 1280 bytes of IPv6, whatever `ip mtu` says; `ipv6 mtu` sets it above (RFC 8200 §5)")
  func leastMTU() {
    func fits(_ bytes: Int, _ change: @escaping (inout TunnelForwarding) -> Void) -> Bool {
      let packet = f.packet(f.host(1), f.host(11), payload: udp(9, [UInt8](repeating: 1, count: bytes - 48)))
      return f.hub(change).send(packet).verdict.isUnderlay
    }
    #expect(fits(1280) { $0.mtu = 576 } && !fits(1281) { $0.mtu = 576 })
    #expect(fits(1300) { ($0.mtu, $0.ipv6MTU) = (576, 1300) } && !fits(1301) { ($0.mtu, $0.ipv6MTU) = (1400, 1300) })
  }

  @Test("no error about an ICMPv6 error, a redirect or a later fragment, wherever its header stands; one about an echo (RFC 4443 §2.4 e)")
  func errorsAboutErrors() {
    let options: [UInt8] = [58, 0, 1, 4, 0, 0, 0, 0]
    func answered(_ next: UInt8, _ extensions: [UInt8], _ payload: [UInt8]) -> Bool {
      var packet = IPv6(f.host(11), f.host(12), next: next, payload: payload, hopLimit: 1)
      packet.extensions = extensions
      return f.hub().receive(f.gre(11, packet.bytes)).verdict.isUnderlay
    }
    for type: UInt8 in [1, 2, 3, 4, 127, 137] {
      #expect(!answered(58, [], [type, 0, 0, 0]))
      #expect(!answered(60, options, [type, 0, 0, 0]) && !answered(0, options, [type, 0, 0, 0]))
    }
    #expect(answered(58, [], [128, 0, 0, 0]) && answered(60, options, [128, 0, 0, 0]))
    #expect(!answered(58, [], []), "an ICMPv6 message without a type")
    #expect(answered(44, [17, 0, 0, 1, 0, 0, 0, 7], udp(9)) && !answered(44, [17, 0, 0, 8, 0, 0, 0, 7], udp(9)))
  }

  @Test("a multicast that is too big is told so, though nothing else about multicasts is (RFC 4443 §2.4 e)")
  func multicastTooBig() {
    let hub = f.hub()
    hub.apply(.multicast(Hub.tun, [ip(f.nbma(11))]))
    let answer = hub.send(f.packet(f.station(1), "ff0e::7", payload: [UInt8](repeating: 0, count: 1400)))
    #expect(answer.verdict == .host(interface: Hub.tun))
    #expect(Array(answer.bytes[40..<42]) == [2, 0] && u32(answer.bytes, 44) == 1400)
    #expect(pseudoChecksum(answer.bytes, at: 40, next: 58) == 0)
  }

  @Test("the MSS of a SYN is clamped 20 bytes lower than in IPv4, also behind extension headers, its checksum kept right")
  func maximumSegmentSize() {
    let option: [UInt8] = [2, 4, 0x05, 0xb4]
    for extensions in [[], [6, 0, 1, 4, 0, 0, 0, 0]] as [[UInt8]] {
      var packet = IPv6(f.host(1), f.host(11), next: extensions.isEmpty ? 6 : 60)
      packet.extensions = extensions
      packet.payload = [0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x60, 0x02, 0x20, 0, 0, 0, 0, 0] + option
      let tcp = 40 + extensions.count
      var bytes = packet.bytes
      let sum = pseudoChecksum(bytes, at: tcp, next: 6)
      (bytes[tcp + 16], bytes[tcp + 17]) = (UInt8(sum >> 8), UInt8(sum & 255))
      guard let sent = f.opened(f.hub { $0.adjustMSS = 1360 }.send(bytes).bytes, to: 11) else { return #expect(Bool(false)) }
      #expect(u16(sent, tcp + 22) == 1340)
      #expect(pseudoChecksum(sent, at: tcp, next: 6) == 0)
    }
  }

  @Test("answers to the node's own IPv6 probes go to the control side: replies, and errors that quote them")
  func probes() {
    let hub = f.hub()
    let request = icmp6(f.station(1), f.host(11), 128, [0xd0, 0x01, 0, 1])
    let stranger = icmp6(f.station(1), f.host(11), 128, [0x12, 0x34, 0, 1])
    let taken = [
      icmp6(f.host(11), f.station(1), 129, [0xd0, 0x01, 0, 1]), icmp6(f.station(11), f.station(1), 3, [0, 0, 0, 0] + request),
      icmp6(f.station(11), f.station(1), 1, [0, 0, 0, 0] + request),
    ]
    for packet in taken { #expect(hub.receive(f.gre(11, packet)).verdict == .punted) }
    #expect(hub.punts.drain().map(\.kind) == [.probeReply, .probeReply, .probeReply])
    let others = [
      icmp6(f.host(11), f.station(1), 129, [0x12, 0x34, 0, 1]), icmp6(f.station(11), f.station(1), 3, [0, 0, 0, 0] + stranger),
      icmp6(f.station(11), f.station(1), 3, [0, 0, 0, 0] + request.prefix(46)), icmp6(f.host(11), f.station(1), 128, [0xd0, 1, 0, 1]),
    ]
    for packet in others { #expect(hub.receive(f.gre(11, packet)).verdict == .host(interface: Hub.tun)) }
    var refused = icmp6(f.station(11), f.station(1), 1, [0, 0, 0, 0] + IPv6(f.station(1), f.station(11), payload: udp(61_754)).bytes)
    refused[41] = 4
    #expect(hub.receive(f.gre(11, refused)).verdict == .punted)
    #expect(hub.punts.drain().map(\.kind) == [.stepReport])
  }

  @Test("a probe of the node itself is routed like any packet")
  func injected() {
    let hub = f.hub()
    var batch = PacketBatch()
    let request = icmp6(f.station(1), f.host(11), 128, [0xd0, 0x01, 0, 1])
    hub.core.inject(.inner(.default, bytes: request), into: &batch, at: hub.now, &hub.punts.queue)
    #expect(f.opened(Hub.results(batch)[0].bytes, to: 11) == request)
  }

  @Test("duplicate address detection and other packets from :: leave as multicasts only")
  func unspecified() {
    let hub = f.hub()
    hub.apply(.multicast(Hub.tun, [ip(f.nbma(11))]))
    #expect(hub.send(f.packet("::", "ff02::1:ff00:1", ttl: 255, payload: [135, 0, 0, 0], proto: 58)).verdict.isUnderlay)
    #expect(hub.send(f.packet("::", f.host(11))).verdict == .drop(.martian))
  }
}
