// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite("`ip redirects`: a sender on the tunnel's network hears of its next hop there (RFC 792, RFC 1812 §5.2.7.2)")
struct ICMPRedirectTests {
  /// A hub that redirects; NHRP's own redirects are off.
  private static func hub(_ network: String? = "172.16.0.0/24") -> Hub {
    Hub {
      $0.redirects = false
      $0.icmpRedirectNetwork = network.map(net)
    }
  }

  private static let packet = IPv4("172.16.0.11", "192.168.12.2", payload: udp(9, [1, 2, 3, 4])).bytes

  /// What comes out for one packet of spoke 11: the packet itself, and what was made beside it.
  private static func beside(_ hub: Hub, _ packet: [UInt8] = packet, from nbma: String = "198.51.100.11") -> [Result] {
    let sent = hub.run(gre(nbma, "198.51.100.1", packet), outbound: false)
    #expect(sent.first?.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.12")), "the packet goes on")
    #expect(sent.first?.inner[8] == packet[8] - 1)
    return Array(sent.dropFirst())
  }

  @Test("type 5, code 1, the gateway, and the packet as it came; back to the peer that sent it, while the packet goes on")
  func message() throws {
    let redirects = Self.beside(Self.hub())
    let sent = try #require(redirects.first)
    #expect(redirects.count == 1 && sent.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.11")))
    let message = sent.inner
    #expect(Array(message[12..<20]) == ip("172.16.0.1").bytes + ip("172.16.0.11").bytes)
    #expect(message[9] == 1 && Array(message[20..<22]) == [5, 1])
    #expect(Array(message[24..<28]) == ip("172.16.0.12").bytes)
    #expect(Array(message[28...]) == Self.packet)
    #expect(slowChecksum(Array(message[..<20])) == 0 && slowChecksum(Array(message[20...])) == 0)
    #expect(Int(u16(message, 2)) == message.count)
  }

  @Test("a long packet is quoted up to 576 bytes in whole (RFC 1812 §4.3.2.3), a destination on the tunnel's network is its own gateway")
  func quoted() throws {
    let long = IPv4("172.16.0.11", "172.16.0.12", payload: udp(9, [UInt8](repeating: 1, count: 1200)), dontFragment: true).bytes
    let message = try #require(Self.beside(Self.hub(), long).first).inner
    #expect(message.count == 576 && Array(message[28...]) == Array(long.prefix(548)))
    #expect(Array(message[24..<28]) == ip("172.16.0.12").bytes)
  }

  @Test("once a pair of sender and destination and five seconds; a forgotten pair starts anew")
  func oncePerPair() {
    var hub = Self.hub()
    let other = IPv4("172.16.0.11", "192.168.12.3").bytes
    func count() -> Int { Self.beside(hub).count + Self.beside(hub, other).count }
    #expect(count() == 2)
    for _ in 0..<10 { #expect(count() == 0) }
    hub.now = hub.now + .milliseconds(4_999)
    #expect(count() == 0)
    hub.now = hub.now + .milliseconds(1)
    #expect(count() == 2)
    hub.apply(.forgetPairs(ip("192.168.12.3")))
    #expect(count() == 1)
  }

  @Test("no more than the rate of all ICMP errors (RFC 1812 §4.3.2.8)")
  func rate() {
    let hub = Self.hub()
    let sent = (0..<150).map { Self.beside(hub, IPv4("172.16.0.11", "192.168.12.\($0 + 1)").bytes).count }.reduce(0, +)
    #expect(sent == 100)
  }

  @Test("the pairs that are remembered are bounded: while they are fresh a further one gets no redirect, and its packets go on")
  func bounded() {
    var hub = Self.hub()
    hub.route("192.168.0.0/16", .tunnel(Hub.tun, nextHop: ip("172.16.0.12")))
    func sent(_ n: Int) -> Int { Self.beside(hub, IPv4("172.16.0.11", "192.168.\(100 + n / 250).\(n % 250 + 1)").bytes).count }
    #expect((0..<Limits.icmpRedirectPairs).map(sent).reduce(0, +) == 100)
    hub.now = hub.now + .seconds(2)
    #expect(sent(2_000) == 0)
    hub.now = hub.now + .seconds(4)
    #expect(sent(2_000) == 1)
  }

  @Test("none with `no ip redirects`, of IPv6, or for a sender or a next hop that is not on the tunnel's network")
  func none() {
    #expect(Self.beside(Self.hub(nil)).isEmpty)
    #expect(Self.beside(Self.hub("2001:db8::/64")).isEmpty)
    #expect(Self.beside(Self.hub(), TransitTests.echo).isEmpty, "a host behind the spoke")
    let hub = Self.hub()
    hub.adjacency("10.9.9.9", "198.51.100.12")
    hub.route("192.168.12.0/24", .tunnel(Hub.tun, nextHop: ip("10.9.9.9")))
    #expect(Self.beside(hub).isEmpty, "a next hop elsewhere")
    #expect(Self.beside(Self.hub("172.16.0.8/30")).isEmpty)
  }

  @Test("none to a peer that did not send the packet, and none to a stranger")
  func forged() {
    let hub = Self.hub()
    hub.adjacency("172.16.0.13", "198.51.100.13")
    #expect(Self.beside(hub, from: "198.51.100.13").isEmpty, "spoke 13 forges the address of spoke 11")
    #expect(Self.beside(hub, from: "198.51.100.99").isEmpty)
  }

  @Test("none when it leaves by another tunnel than it came in on")
  func otherTunnel() {
    let hub = Self.hub()
    var other = TunnelForwarding()
    (other.source, other.key, other.icmpRedirectNetwork) = (ip("198.51.100.1"), 43, net("172.16.0.0/24"))
    hub.apply(.tunnel(InterfaceID(101), other))
    hub.apply(.adjacency(InterfaceID(101), nextHop: ip("172.16.0.12"), nbma: ip("203.0.113.2")))
    hub.route("192.168.12.0/24", .tunnel(InterfaceID(101), nextHop: ip("172.16.0.12")))
    #expect(hub.run(gre("198.51.100.11", "198.51.100.1", Self.packet), outbound: false).count == 1)
  }

  @Test("none about errors, later fragments (RFC 1812 §4.3.2.7) and packets with a source route", arguments: [131, 137] as [UInt8])
  func notAbout(_ sourceRoute: UInt8) {
    let error = IPv4("172.16.0.11", "192.168.12.2", proto: 1, payload: icmp(3, [0, 0, 0, 0] + Self.packet)).bytes
    #expect(Self.beside(Self.hub(), error).isEmpty)
    var later = IPv4("172.16.0.11", "192.168.12.2", payload: [1, 2, 3, 4])
    later.offset = 8
    #expect(Self.beside(Self.hub(), later.bytes).isEmpty)
    var routed = IPv4("172.16.0.11", "192.168.12.2", payload: udp(9))
    routed.options = [1, sourceRoute, 7, 4, 10, 1, 1, 1]
    #expect(Self.beside(Self.hub(), routed.bytes).isEmpty)
    routed.options = [7, 3, 4, 0]  // record route is none
    #expect(Self.beside(Self.hub(), routed.bytes).count == 1)
    routed.options = [7, 0, sourceRoute, 0]  // a length no option has ends nothing and hangs nothing
    #expect(Self.beside(Self.hub(), routed.bytes).isEmpty)
  }
}
