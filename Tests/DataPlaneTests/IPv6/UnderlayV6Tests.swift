// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import Foundation
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// GRE, ESP and UDP in IPv6 (RFC 7676, RFC 4303, RFC 3948).
@Suite struct UnderlayV6Tests {
  private let f = Families(inner: .v4, outer: .v6)
  private var inner: [UInt8] { f.packet(f.host(11), f.station(1)) }

  private func carried(_ next: UInt8, _ extensions: [UInt8], payload: [UInt8]? = nil) -> [UInt8] {
    var packet = IPv6(f.nbma(11), f.nbma(1), next: next, payload: payload ?? hex("20000800 0000002a") + inner)
    packet.extensions = extensions
    return packet.bytes
  }

  @Test("options in front of GRE are passed over: Linux sends a tunnel encapsulation limit (RFC 2473 §4.1.1)")
  func options() {
    let limit: [UInt8] = [47, 0, 4, 1, 4, 1, 0, 0]
    for packet in [carried(60, limit), carried(0, limit), carried(0, [60, 0, 1, 4, 0, 0, 0, 0] + limit)] {
      let taken = f.hub().receive(packet)
      #expect(taken.verdict == .host(interface: Hub.tun) && taken.bytes == inner)
    }
    // A fragment header around a whole packet is none (RFC 6946).
    #expect(f.hub().receive(carried(44, [47, 0, 0, 0, 0, 0, 0, 1])).bytes == inner)
  }

  @Test("what is not a whole packet of ours is a drop of its own")
  func drops() {
    let long = [UInt8](repeating: 0, count: 8 * 9).enumerated().map { $0.offset % 8 == 0 ? UInt8(60) : $0.element }
    let cases: [(DropReason, [UInt8])] = [
      (.notIPv4, [0x70] + carried(47, []).dropFirst()),
      (.truncated, Array(carried(47, []).prefix(39))),
      (.truncated, Array(carried(47, []).dropLast())),
      (.outerFragment, carried(44, [47, 0, 0, 1, 0, 0, 0, 1])),
      (.outerFragment, carried(44, [47, 0, 0, 8, 0, 0, 0, 1])),
      (.notGRE, carried(43, [47, 0, 0, 1, 0, 0, 0, 0])),
      (.notGRE, carried(59, [])),
      (.notGRE, carried(6, [])),
      (.badHeaderLength, carried(60, [47, 255, 0, 0, 0, 0, 0, 0])),
      (.badHeaderLength, carried(60, long)),
      (.badHeaderLength, carried(60, [], payload: [])),
      (.martian, IPv6("::", f.nbma(1), next: 47, payload: hex("20000800 0000002a") + inner).bytes),
      (.martian, IPv6("ff02::1", f.nbma(1), next: 47, payload: hex("20000800 0000002a") + inner).bytes),
      (.martian, IPv6("::1", f.nbma(1), next: 47, payload: hex("20000800 0000002a") + inner).bytes),
      (.martian, Array(carried(47, [])[..<8]) + hex("00000000000000000000ffff c633640b") + Array(carried(47, [])[24...])),
      (.noTunnel, IPv6(f.nbma(11), f.nbma(2), next: 47, payload: hex("20000800 0000002a") + inner).bytes),
      (.keyMismatch, carried(47, [], payload: hex("20000800 0000002b") + inner)),
      (.noTunnel, Families(inner: .v4, outer: .v4).gre(11, inner)),
    ]
    for (reason, packet) in cases {
      let hub = f.hub()
      #expect(hub.receive(packet).verdict == .drop(reason))
      #expect(hub.core.drops.reduce(0, +) == 1, "\(reason)")
    }
  }

  @Test("a tunnel over one version of IP has no way to an address of the other; ends of two versions keep it down")
  func mixed() {
    let hub = f.hub()
    hub.adjacency("172.16.0.50", "198.51.100.50")
    #expect(hub.send(f.packet(f.host(1), "172.16.0.50")).verdict == .drop(.noAdjacency))
    let down = f.hub { $0.destination = ip("198.51.100.11") }
    #expect(down.send(f.packet(f.host(1), f.host(11))).verdict == .drop(.tunnelDown))
    let point = f.hub { $0.destination = ip("2001:db8:ff::11") }
    #expect(f.opened(point.send(f.packet(f.host(1), f.host(12))).bytes, to: 11) != nil)
    #expect(point.receive(f.gre(12, inner)).verdict == .drop(.unknownPeer))
  }

  @Test("one core serves tunnels over both versions at once, with the same key")
  func both() {
    let hub = f.hub()
    var other = TunnelForwarding()
    (other.source, other.key, other.addresses) = (ip("198.51.100.1"), 42, [ip("172.17.0.1")])
    hub.apply(.tunnel(InterfaceID(101), other))
    hub.apply(.adjacency(InterfaceID(101), nextHop: ip("172.17.0.12"), nbma: ip("198.51.100.12")))
    hub.route("192.168.12.0/24", .tunnel(InterfaceID(101), nextHop: ip("172.17.0.12")))
    let sent = hub.receive(f.gre(11, f.packet(f.host(11), f.host(12))))
    #expect(sent.verdict == .underlay(tunnel: InterfaceID(101), destination: ip("198.51.100.12")))
    #expect(Families(inner: .v4, outer: .v4).opened(sent.bytes, to: 12) == f.packet(f.host(11), f.host(12), ttl: 63))
  }

  // MARK: Protection

  private func association(_ direction: SecurityAssociation.Direction, _ n: Int, _ mode: IPsecMode, udp: Bool) -> SecurityAssociation {
    let ends = AssociationEndpoints(
      local: ip(f.nbma(1)), remote: ip(f.nbma(n)), localPort: udp ? 4500 : 0, remotePort: udp ? 4500 : 0)
    let spi = UInt32(direction == .inbound ? 0x1000 : 0x2000) + UInt32(n)
    return SecurityAssociation(
      direction: direction, spi: spi, peer: ProtectionID(UInt32(n)), group: 7, mode: mode, endpoints: ends, suite: Suite.gcm.value,
      keys: Suite.gcm.keys(spi))
  }

  private func hub(_ mode: IPsecMode, udp: Bool) -> Hub {
    let hub = f.hub { $0.protectionGroup = 7 }
    for n in [11, 12] {
      hub.apply(.adjacency(Hub.tun, nextHop: ip(f.station(n)), nbma: ip(f.nbma(n)), peer: ProtectionID(UInt32(n))))
      hub.apply(.associate(association(.inbound, n, mode, udp: udp)))
      hub.apply(.associate(association(.outbound, n, mode, udp: udp)))
    }
    return hub
  }

  /// From the outer header's end: [UDP], ESP opened; what it carries and its next header.
  private func opened(_ packet: [UInt8], _ association: SecurityAssociation) -> (text: [UInt8], next: UInt8)? {
    guard packet.count > 48, Int(u16(packet, 4)) == packet.count - 40,
      Array(packet[8..<40]) == association.endpoints.local.bytes + association.endpoints.remote.bytes,
      let cipher = try? PacketCipher(association.suite, keys: association.keys, direction: .inbound)
    else { return nil }
    var esp = Array(packet[40...])
    if association.endpoints.isEncapsulated {
      guard packet[6] == 17, Int(u16(esp, 4)) == esp.count, u16(esp, 6) != 0, pseudoChecksum(packet, at: 40, next: 17) == 0 else { return nil }
      esp.removeFirst(8)
    } else if packet[6] != 50 {
      return nil
    }
    let number = UInt64(u32(esp, 4))
    guard u32(esp, 0) == association.spi,
      esp.withUnsafeMutableBytes({ cipher.open($0.baseAddress!, count: $0.count, sequence: number, usesESN: false) })
    else { return nil }
    let clear = Array(esp[(8 + cipher.ivBytes)..<(esp.count - cipher.icvBytes)])
    return (Array(clear.dropLast(2 + Int(clear[clear.count - 2]))), clear[clear.count - 1])
  }

  static let modes: [(IPsecMode, Bool)] = [(.transport, false), (.transport, true), (.tunnel, false), (.tunnel, true)]

  @Test("what is sealed for IPv6 peers opens again, in both modes and in UDP with its checksum (RFC 8200 §8.1)", arguments: modes)
  func sealed(_ mode: IPsecMode, _ udp: Bool) {
    let hub = hub(mode, udp: udp)
    let sent = hub.send(f.packet(f.host(1), f.host(11)))
    #expect(sent.verdict == .underlay(tunnel: Hub.tun, destination: ip(f.nbma(11))))
    let found = opened(sent.bytes, association(.outbound, 11, mode, udp: udp))
    #expect(found?.next == (mode == .tunnel ? 41 : 47))
    let gre = hex("20000800 0000002a") + f.packet(f.host(1), f.host(11))
    let header = IPv6(f.nbma(1), f.nbma(11), next: 47, payload: gre, hopLimit: 255).bytes
    #expect(found?.text == (mode == .tunnel ? header : gre))
  }

  @Test("a sealed hairpin between IPv6 peers is opened, sent on and sealed; seen again it is a replay", arguments: modes)
  func hairpin(_ mode: IPsecMode, _ udp: Bool) {
    let hub = hub(mode, udp: udp)
    var esp = ESPBuilder(association(.inbound, 11, mode, udp: udp), sequence: 1)
    esp.isTunnelMode = mode == .tunnel
    let gre = hex("20000800 0000002a") + f.packet(f.host(11), f.host(12), ttl: 9)
    esp.text = mode == .tunnel ? IPv6(f.nbma(11), f.nbma(1), next: 47, payload: gre).bytes : gre
    if mode == .tunnel { esp.nextHeader = 41 }
    var body = esp.bytes
    if udp { body = hex("1194 1194") + [UInt8((body.count + 8) >> 8), UInt8((body.count + 8) & 255), 0, 0] + body }
    let packet = IPv6(f.nbma(11), f.nbma(1), next: udp ? 17 : 50, payload: body).bytes
    let sent = hub.receive(packet)
    let found = opened(sent.bytes, association(.outbound, 12, mode, udp: udp))
    #expect(found?.text.suffix(28) == f.packet(f.host(11), f.host(12), ttl: 8)[...])
    #expect(hub.receive(packet).verdict == .drop(.espReplay))
    #expect(hub.receive(f.gre(11, inner)).verdict == .drop(.clearOnProtected))
    #expect(hub.punts.drain().first { $0.kind == .clearRefused }?.bytes.count == 44)
  }

  @Test("tunnel mode holds the inner IPv6 header against what was negotiated")
  func selectors() {
    func verdict(_ text: [UInt8], next: UInt8) -> Verdict {
      var esp = ESPBuilder(association(.inbound, 11, .tunnel, udp: false), sequence: 1)
      (esp.text, esp.nextHeader) = (text, next)
      return hub(.tunnel, udp: false).receive(IPv6(f.nbma(11), f.nbma(1), next: 50, payload: esp.bytes).bytes).verdict
    }
    let gre = hex("20000800 0000002a") + inner
    #expect(verdict(IPv6(f.nbma(12), f.nbma(1), next: 47, payload: gre).bytes, next: 41) == .drop(.espSelectors))
    #expect(verdict(IPv6(f.nbma(11), f.nbma(2), next: 47, payload: gre).bytes, next: 41) == .drop(.espSelectors))
    #expect(verdict(IPv6(f.nbma(11), f.nbma(1), next: 17, payload: gre).bytes, next: 41) == .drop(.espSelectors))
    #expect(verdict(IPv6(f.nbma(11), f.nbma(1), next: 47, payload: gre).bytes, next: 4) == .drop(.espNextHeader))
    #expect(verdict(IPv4("198.51.100.11", "198.51.100.1", proto: 47, payload: gre).bytes, next: 41) == .drop(.espSelectors))
  }

  @Test("IKE over IPv6 goes up and out, with a checksum; a NAT keepalive ends here")
  func ike() {
    let hub = hub(.transport, udp: true)
    let message = [UInt8](repeating: 7, count: 16) + hex("21202208 00000000 0000001c")
    let datagram = hex("01f4 01f4 0024 0000") + message
    #expect(hub.receive(IPv6(f.nbma(11), f.nbma(1), payload: datagram).bytes).verdict == .punted)
    let punt = hub.punts.drain()
    #expect(punt.map(\.kind) == [.ikeStranger] && punt[0].bytes == message && punt[0].nbmaSource == ip(f.nbma(11)) && punt[0].sourcePort == 500)
    #expect(hub.receive(IPv6(f.nbma(11), f.nbma(1), payload: hex("1194 1194 0009 0000 ff")).bytes).verdict == .drop(.natKeepalive))
    var batch = PacketBatch()
    let ends = AssociationEndpoints(local: ip(f.nbma(1)), remote: ip(f.nbma(11)), localPort: 500, remotePort: 500)
    hub.core.inject(.datagram(ends, bytes: message), into: &batch, at: hub.now, &hub.punts.queue)
    let sent = Hub.results(batch)[0]
    #expect(sent.verdict == .underlay(tunnel: Hub.tun, destination: ip(f.nbma(11))))
    #expect(sent.bytes[6] == 17 && u16(sent.bytes, 44) == 36 && pseudoChecksum(sent.bytes, at: 40, next: 17) == 0)
    #expect(Array(sent.bytes[48...]) == message)
  }

  @Test("the overhead over IPv6 is 20 bytes more, in tunnel mode 40")
  func overhead() {
    func largest(_ suite: ESPSuite?, _ mode: IPsecMode = .transport, isOverV6: Bool) -> Int {
      EncapsulationOverhead.largestInner(underlayMTU: 1500, key: true, suite: suite, mode: mode, udp: true, isOverV6: isOverV6)
    }
    #expect(largest(nil, isOverV6: true) == 1500 - 40 - 8)
    let gcm = Suite.gcm.value
    // 40 + 8 + 8 + 8 + (8 + inner + 2) + 16 ≤ 1500, in words of four.
    #expect(largest(gcm, isOverV6: true) == 1410 && largest(gcm, .tunnel, isOverV6: true) == 1370)
    #expect(largest(gcm, isOverV6: false) - largest(gcm, isOverV6: true) == 20)
  }

  @Test(
    "tshark reads what we send over IPv6 to the last header", .enabled(if: Tshark.isWanted, "tshark is missing: apt-get install tshark"),
    arguments: Families.underlay6)
  func tshark(_ f: Families) throws {
    let hub = f.hub()
    let echo = f.inner == .v4 ? IPv4(f.host(1), f.host(11), proto: 1, payload: icmp(8, [0, 9, 0, 1])).bytes : icmp6(f.host(1), f.host(11), 128, [0, 9, 0, 1])
    let names = ["ipv6.version", "gre.proto", "gre.key", f.inner == .v4 ? "icmp.checksum.status" : "icmpv6.checksum.status", "_ws.malformed"]
    let row = TsharkESPTests.rows[0]
    let lines = try Tshark.fields(of: [hub.send(echo).bytes], row, ProtectedHub().association(.outbound, 11), names)
    #expect(lines == [["6", "0x" + (f.inner == .v4 ? "0800" : "86dd"), "0x0000002a", "1", ""]])
  }
}
