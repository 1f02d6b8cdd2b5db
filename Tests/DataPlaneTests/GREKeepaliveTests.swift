// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

/// Keepalives as Cisco describes them ("How GRE Keepalives Work"): a GRE packet in GRE, the inner one addressed back to its sender, with
/// protocol type 0 and nothing behind it.
@Suite("GRE keepalives") struct GREKeepaliveTests {
  /// 198.51.100.11 asks 198.51.100.1, byte by byte.
  private static let inner = hex("45c0001c 00000000 ff2f667f c6336401 c633640b 20000000 0000002a")

  private static func point(_ change: @escaping (inout TunnelForwarding) -> Void = { _ in }) -> Hub {
    Hub {
      $0.destination = ip("198.51.100.11")
      change(&$0)
    }
  }

  private static func ask(_ inner: [UInt8]) -> [UInt8] { gre("198.51.100.11", "198.51.100.1", inner) }

  /// The inner packet with something else in it.
  private static func inner(
    _ source: String = "198.51.100.1", _ destination: String = "198.51.100.11", proto: UInt8 = 47, ttl: UInt8 = 255, options: [UInt8] = [],
    moreFragments: Bool = false, payload: [UInt8] = hex("20000000 0000002a")
  ) -> [UInt8] {
    var packet = IPv4(source, destination, proto: proto, payload: payload, ttl: ttl)
    (packet.options, packet.moreFragments) = (options, moreFragments)
    return packet.bytes
  }

  @Test("a keepalive is what Cisco describes: our answer to ourselves, with the key of the tunnel where it has one")
  func made() {
    #expect(GREKeepalive.packet(from: ip("198.51.100.11"), to: ip("198.51.100.1"), key: 42) == Self.inner)
    let bare = GREKeepalive.packet(from: ip("198.51.100.11"), to: ip("198.51.100.1"), key: nil)
    #expect(bare.count == 24 && Array(bare[20...]) == [0, 0, 0, 0] && slowChecksum(Array(bare[..<20])) == 0)
  }

  @Test("a peer's keepalive goes back as a router would send it on: the inner packet alone, its TTL one less")
  func answered() {
    let result = Self.point().receive(Self.ask(Self.inner))
    #expect(result.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.11")))
    var expected = Self.inner
    (expected[8], expected[10], expected[11]) = (0xfe, 0x67, 0x7f)
    #expect(result.bytes == expected && slowChecksum(Array(result.bytes[..<20])) == 0)
  }

  @Test(
    "nothing else is sent on in clear: another sender or receiver, other contents, more than a header, pieces, options, the last hop",
    arguments: [
      inner("198.51.100.1", "203.0.113.9"), inner("203.0.113.9", "198.51.100.11"), inner("198.51.100.11", "198.51.100.1"),
      inner(proto: 50), inner(payload: hex("20000800 0000002a")), inner(payload: hex("20000000 0000002a") + [UInt8](repeating: 0, count: 40)),
      inner(payload: hex("200000")), inner(payload: hex("20010000 0000002a")), inner(ttl: 1), inner(options: [1, 1, 1, 1]),
      inner(moreFragments: true),
    ])
  func refused(_ inner: [UInt8]) {
    let result = Self.point().receive(Self.ask(inner))
    if case .underlay = result.verdict { Issue.record("\(result.verdict)") }
  }

  @Test("a multipoint tunnel answers whoever asks, known or not, and none but them; a protected one answers nobody")
  func otherTunnels() {
    #expect(Hub().receive(Self.ask(Self.inner)).verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.11")))
    let stranger = gre("198.51.100.77", "198.51.100.1", Self.inner("198.51.100.1", "198.51.100.77"))
    #expect(Hub().receive(stranger).verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.77")))
    let other = Hub().receive(Self.ask(Self.inner("198.51.100.1", "198.51.100.12"))).verdict
    if case .underlay = other { Issue.record("\(other)") }
    #expect(Self.point { $0.protectionGroup = 1 }.receive(Self.ask(Self.inner)).verdict == .drop(.clearOnProtected))
  }

  @Test("an answer to our own goes to the control side, on point-to-point tunnels and from their end alone")
  func ours() {
    let answer = gre("198.51.100.11", "198.51.100.1", type: 0, [])
    let hub = Self.point()
    #expect(hub.receive(answer).verdict == .punted)
    #expect(hub.punts.drain().map(\.kind) == [.keepalive])
    #expect(hub.receive(gre("198.51.100.12", "198.51.100.1", type: 0, [])).verdict == .drop(.unknownPeer))
    #expect(Hub().receive(answer).verdict == .drop(.unknownProtocol))
  }

  @Test("two ends hear themselves through each other")
  func both() {
    let near = Self.point(), far = Hub {
      ($0.source, $0.destination) = (ip("198.51.100.11"), ip("198.51.100.1"))
    }
    var batch = PacketBatch()
    let packet = GREKeepalive.packet(from: ip("198.51.100.1"), to: ip("198.51.100.11"), key: 42)
    near.core.inject(
      .gre(Hub.tun, nbma: ip("198.51.100.11"), protocolType: 0x0800, bytes: packet), into: &batch, at: near.now, &near.punts.queue)
    let back = far.receive(Hub.results(batch)[0].bytes)
    #expect(back.verdict == .underlay(tunnel: Hub.tun, destination: ip("198.51.100.1")))
    #expect(near.receive(back.bytes).verdict == .punted && near.punts.drain().map(\.kind) == [.keepalive])
  }
}

extension DropCase {
  /// A keepalive too many.
  static let keepalive = DropCase(
    reason: .keepaliveRateLimited, packet: GREKeepaliveFlood.packet, settings: { $0.destination = ip("198.51.100.11") },
    prepare: { hub in for _ in 0..<500 { _ = hub.receive(GREKeepaliveFlood.packet) } })
}

enum GREKeepaliveFlood {
  static let packet = gre("198.51.100.11", "198.51.100.1", IPv4("198.51.100.1", "198.51.100.11", proto: 47, payload: hex("00000000")).bytes)
}
