// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv2: NAT")
struct NATTests {
  static let insideA = IPAddress(10, 0, 0, 11), insideB = IPAddress(10, 0, 0, 12), outside = IPAddress(203, 0, 113, 5)

  /// One or two spokes behind one NAT, and the hub.
  private func behindNAT(_ spokes: [IPAddress], change: (inout ProtectionPolicy) -> Void = { _ in }) -> (World, [TestNode], TestNode) {
    let world = World(seed: 5)
    world.nat = NATBox(publicAddress: Self.outside, inside: Set(spokes))
    let nodes = spokes.map { world.add($0) }
    let hub = world.add(Situation.hub)
    for node in nodes { node.handle(.configure([Situation.policy(node.address, change: change)], IKEGlobalSettings())) }
    hub.handle(.configure([Situation.policy(Situation.hub, change: change)], IKEGlobalSettings()))
    for node in nodes { node.handle(.protect(Situation.tunnel, remote: Situation.hub)) }
    world.run(.seconds(3))
    return (world, nodes, hub)
  }

  @Test("a NAT is found, IKE floats to port 4500, ESP travels in UDP, selectors keep private addresses (RFC 7296 §2.23, §2.23.1)")
  func found() throws {
    let (world, spokes, hub) = behindNAT([Self.insideA])
    let a = spokes[0]
    try expectMatching(a, hub)
    let out = try #require(hub.outbound.values.first)
    #expect(out.endpoints.isEncapsulated && out.endpoints.localPort == 4500 && out.endpoints.remotePort > 20_000)
    #expect(out.endpoints.remote == Self.outside && out.mode == .transport)
    #expect(a.outbound.values.first?.endpoints.remotePort == 4500)
    #expect(try #require(hub.peer).identity == .address(Self.insideA) && hub.peer?.isBehindNAT == true)
    let auth = world.sent.filter { $0.source == Self.insideA }.last
    #expect(auth?.sourcePort == 4500 && auth?.udp.prefix(4) == [0, 0, 0, 0])
    #expect(a.journal(.ikePortFloated).count == 1)
  }

  @Test("two spokes behind one address are two peers")
  func two() throws {
    let (world, spokes, hub) = behindNAT([Self.insideA, Self.insideB])
    #expect(Set(hub.ups.map(\.id)).count == 2 && hub.engine.summary.children == 2)
    for peer in hub.ups { hub.sendESP(to: peer.id) }
    for spoke in spokes { spoke.sendESP(to: try #require(spoke.peer).id) }
    world.run(.seconds(1))
    #expect(spokes.allSatisfy { $0.received == 1 && $0.unopened == 0 } && hub.received == 2)
  }

  @Test("who is behind the NAT keeps its mapping alive (RFC 3948 §4)")
  func keepalives() {
    let (world, spokes, hub) = behindNAT([Self.insideA])
    world.run(.seconds(100))
    #expect(spokes[0].keepalives == 5 && hub.keepalives == 0)
  }

  @Test("after the NAT has forgotten, the first authentic packet says where the peer is; clear ones and old ones say nothing")
  func rebinding() throws {
    let (world, spokes, hub) = behindNAT([Self.insideA])
    let a = spokes[0], peer = try #require(hub.peer)
    let old = try #require(hub.outbound[peer.id]).endpoints
    world.nat?.rebind()
    // A message of before, from elsewhere: no reason to move.
    let repeated = world.sent.filter { $0.source == Self.insideA }.last?.udp ?? []
    hub.handle(
      .message(
        AssociationEndpoints(local: Situation.hub, remote: IPAddress(192, 0, 2, 66), localPort: 4500, remotePort: 6_666),
        bytes: Array(repeated.dropFirst(4)), isKnown: true))
    #expect(hub.outbound[peer.id]?.endpoints == old && hub.moves.isEmpty)
    a.sendESP(to: try #require(a.peer).id)
    world.run(.seconds(1))
    let new = try #require(hub.outbound[peer.id]).endpoints
    #expect(new.remotePort != old.remotePort && hub.moves.count == 1)
    hub.sendESP(to: peer.id)
    world.run(.seconds(1))
    #expect(a.received == 1)
  }

  @Test("IKE alone finds the new mapping too: a probe from behind the NAT")
  func rebindingByIKE() throws {
    let (world, spokes, hub) = behindNAT([Self.insideA]) { $0.deadPeerSeconds = 10 }
    world.nat?.rebind()
    world.run(.seconds(30))
    #expect(!hub.moves.isEmpty && hub.downs.isEmpty && spokes[0].downs.isEmpty)
    hub.sendESP(to: try #require(hub.peer).id)
    world.run(.seconds(1))
    #expect(spokes[0].received == 1)
  }

  @Test("rekeys go on through a NAT, from both sides")
  func rekeys() throws {
    let (world, spokes, hub) = behindNAT([Self.insideA]) {
      $0.childLifetimeSeconds = 60
      $0.ikeLifetimeSeconds = 200
    }
    for _ in 0..<500 {
      hub.sendESP(to: try #require(hub.peer).id)
      spokes[0].sendESP(to: try #require(spokes[0].peer).id)
      world.run(.seconds(1))
    }
    world.run(.seconds(1))
    #expect(hub.received == 500 && spokes[0].received == 500)
    #expect(hub.downs.isEmpty && hub.engine.summary.rekeys > 8)
  }
}
