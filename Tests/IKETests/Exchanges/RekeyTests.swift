// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv2: rekeying, deleting, dead peers")
struct RekeyTests {
  /// Traffic every few milliseconds both ways for `seconds`; how many were sent each way.
  private func traffic(_ world: World, _ a: TestNode, _ b: TestNode, seconds: Int, every: Duration = .milliseconds(20)) throws -> Int {
    let idA = try #require(a.peer).id, idB = try #require(b.peer).id
    let end = world.now + .seconds(seconds)
    var sent = 0
    while world.now < end {
      a.sendESP(to: idA)
      b.sendESP(to: idB)
      sent += 1
      world.run(every)
    }
    world.run(.seconds(1))
    return sent
  }

  @Test("children are rekeyed before their end, with and without a group of their own, and no packet is lost", arguments: [false, true])
  func child(pfs: Bool) throws {
    let (world, a, b) = Situation.established {
      $0.childLifetimeSeconds = 30
      if pfs { $0.perfectForwardSecrecy = .ecp256 }
    }
    let sent = try traffic(world, a, b, seconds: 100)
    #expect(a.received == sent && b.received == sent && a.unopened == 0 && b.unopened == 0)
    #expect(a.journal(.childRekeyed).count >= 3)
    #expect(a.engine.childRows(limit: 9).count == 1 && b.engine.childRows(limit: 9).count == 1)
    #expect(a.engine.childRows(limit: 1).first?.perfectForwardSecrecy == (pfs ? .ecp256 : nil))
    world.run(.seconds(10))
    try expectMatching(a, b)
    #expect(a.inbound.count == 1 && b.inbound.count == 1)
  }

  @Test("packets that overtake each other and slow ones are opened through a rekey: the old keys linger")
  func slowPackets() throws {
    let (world, a, b) = Situation.established(seed: 8) { $0.childLifetimeSeconds = 40 }
    world.quality.jitter = .milliseconds(700)
    let sent = try traffic(world, a, b, seconds: 200, every: .milliseconds(100))
    #expect(a.received == sent && b.received == sent && a.unopened == 0 && b.unopened == 0)
  }

  @Test("packets seconds behind the Delete of their child are opened still: its inbound half lingers, and then it is gone")
  func latePackets() throws {
    let (world, a, b) = Situation.established(seed: 8) { $0.childLifetimeSeconds = 60 }
    world.quality.packetDelay = .seconds(4)
    let sent = try traffic(world, a, b, seconds: 100, every: .milliseconds(250))
    world.run(.seconds(15))
    #expect(a.received == sent && b.received == sent && a.unopened == 0 && b.unopened == 0)
    #expect(a.inbound.count == 1 && b.inbound.count == 1)
  }

  @Test("the IKE SA is rekeyed, children pass to the next, message IDs begin at 0 (RFC 7296 §2.8, §2.18)")
  func ike() throws {
    let (world, a, b) = Situation.established { $0.ikeLifetimeSeconds = 60 }
    let before = try #require(a.engine.ikeRows(limit: 1).first)
    let sent = try traffic(world, a, b, seconds: 150)
    let after = try #require(a.engine.ikeRows(limit: 1).first)
    #expect(after.localSPI != before.localSPI && after.number == before.number && after.rekeys >= 2)
    #expect(a.received == sent && b.received == sent)
    #expect(a.journal(.childRekeyed).isEmpty && a.downs.isEmpty && b.downs.isEmpty)
    #expect(a.knownSPIs.count == 1 && b.knownSPIs.count == 1)
    world.run(.seconds(400))
    #expect(a.knownSPIs.count == 1 && b.knownSPIs.count == 1)
  }

  @Test("a byte limit rekeys, a hard one ends")
  func limits() throws {
    let (world, a, b) = Situation.established { $0.childLifetimeKilobytes = 1_000 }
    let out = try #require(a.outbound.values.first), peer = try #require(a.peer)
    #expect(out.hardLimitBytes == 1_024_000)
    #expect(try (850_000...975_000).contains(#require(out.softLimitBytes)))
    a.handle(.notice(.associationLimit(peer.id, spi: out.spi, .outbound, isHard: false)))
    world.run(.seconds(10))
    #expect(a.outbound.values.first?.spi != out.spi && a.engine.summary.children == 1)
    let next = try #require(a.outbound.values.first)
    a.handle(.notice(.associationLimit(peer.id, spi: next.spi, .outbound, isHard: true)))
    world.run(.seconds(1))
    #expect(a.downs.map(\.failure) == [.expired] && b.downs.map(\.failure) == [.deletedByPeer])
  }

  @Test("clear: the peer is told, both ends are empty", arguments: [true, false])
  func cleared(session: Bool) throws {
    let (world, a, b) = Situation.established()
    a.handle(.clear(session ? .sessions(remote: Situation.hub) : .children(remote: nil)))
    world.run(.seconds(1))
    #expect(a.downs.map(\.failure) == [.deletedHere] && b.downs.map(\.failure) == [.deletedByPeer])
    #expect(a.inbound.isEmpty && b.inbound.isEmpty && a.outbound.isEmpty && b.outbound.isEmpty)
    #expect(a.engine.summary.established == (session ? 0 : 1))
    // The IKE SA without children is used for the next one, or goes.
    if session { return expectNothing(a, b) }
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(1))
    #expect(a.ups.count == 2 && a.engine.summary.handshakes == 1)
    try expectMatching(a, b)
  }

  @Test("stopping tells every peer at once")
  func stopping() {
    let (world, a, b) = Situation.established()
    a.handle(.stopping)
    expectNothing(a)
    #expect(a.engine.nextDeadline == nil)
    world.run(.seconds(1))
    expectNothing(b)
    #expect(b.downs.map(\.failure) == [.deletedByPeer])
  }

  @Test("a peer that is gone is found out by probes, only where nothing comes from it (RFC 7296 §2.4)")
  func deadPeer() throws {
    let (world, a, b) = Situation.established {
      $0.deadPeerSeconds = 10
      $0.deadPeerRetrySeconds = 2
    }
    let quiet = world.sent.count
    // Packets are signs of life: no probe.
    let sent = try traffic(world, a, b, seconds: 60, every: .milliseconds(500))
    #expect(a.received == sent && world.sent.count == quiet)
    // Silence: probes, answered.
    world.run(.seconds(60))
    #expect(world.sent.count > quiet && a.downs.isEmpty)
    world.filter = { _ in nil }
    world.run(.seconds(35))
    #expect(a.downs.map(\.failure) == [.peerDead] && b.downs.map(\.failure) == [.peerDead])
    expectNothing(a, b)
    #expect(a.journal(.peerDead).count == 1)
  }

  @Test("a policy that went or changed its keys ends what stood; new lifetimes and probes do not")
  func reconfigured() {
    let (world, a, b) = Situation.established()
    a.handle(.configure([Situation.policy(Situation.spoke) { $0.childLifetimeSeconds = 120 }], IKEGlobalSettings()))
    world.run(.seconds(1))
    #expect(a.engine.summary.established == 1 && a.downs.isEmpty)
    a.handle(.configure([Situation.policy(Situation.spoke, key: "another")], IKEGlobalSettings()))
    world.run(.seconds(1))
    expectNothing(a, b)
    #expect(a.downs.count == 1 && b.downs.count == 1)
  }

  @Test("a peer whose group for new keys is another refuses the rekey; the old child serves to its end (NO_PROPOSAL_CHOSEN)")
  func otherPFS() throws {
    let world = World()
    let a = world.add(Situation.spoke), b = world.add(Situation.hub)
    a.handle(.configure([Situation.policy(Situation.spoke) { $0.childLifetimeSeconds = 100 }], IKEGlobalSettings()))
    b.handle(
      .configure(
        [
          Situation.policy(Situation.hub) {
            $0.childLifetimeSeconds = 1_000
            $0.perfectForwardSecrecy = .ecp256
          }
        ], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(98))
    #expect(a.engine.summary.children == 1 && a.downs.isEmpty && a.journal(.ikeFailed).count == 1)
    world.run(.seconds(10))
    #expect(a.downs.map(\.failure) == [.expired])
  }

  @Test("a released peer is not rekeyed: it ends with its lifetime")
  func released() throws {
    let (world, a, b) = Situation.established { $0.childLifetimeSeconds = 60 }
    a.handle(.release(try #require(a.peer).id))
    b.handle(.release(try #require(b.peer).id))
    world.run(.seconds(120))
    expectNothing(a, b)
  }
}
