// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv2: who begins, and who was there before")
struct MeetingTests {
  @Test("both begin at the same moment: both associations stay, nobody deletes the other's, packets pass both ways")
  func bothBegin() throws {
    let (world, a, b) = Situation.pair()
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    b.handle(.protect(Situation.tunnel, remote: Situation.spoke))
    world.run(.seconds(3))
    #expect(a.ups.count == 1 && b.ups.count == 1 && a.downs.isEmpty && b.downs.isEmpty)
    #expect(a.engine.summary.established == 2 && a.engine.summary.children == 2)
    #expect(a.journal(.childDeleted).isEmpty && b.journal(.childDeleted).isEmpty)
    try expectMatching(a, b)
    let id = try #require(a.peer).id
    for _ in 0..<20 {
      a.sendESP(to: id)
      b.sendESP(to: try #require(b.peer).id)
      world.run(.milliseconds(3))
    }
    world.run(.seconds(1))
    #expect(a.received == 20 && b.received == 20 && a.unopened == 0 && b.unopened == 0)
  }

  @Test("after a simultaneous start the pair that serves neither direction is closed where the other serves both", arguments: 1...4)
  func closesTheIdlePair(seed: UInt64) throws {
    let (world, a, b) = Situation.pair(seed: seed, keys: .simulated)
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    b.handle(.protect(Situation.tunnel, remote: Situation.spoke))
    world.run(.milliseconds(300))
    let rows = a.engine.childRows(limit: 9)
    let current = try #require(rows.first { $0.isCurrent }), other = try #require(rows.first { !$0.isCurrent })
    let keys = try #require(a.inbound[current.inboundSPI]?.keys)
    // The peer keeps to that pair, too.
    for _ in 0..<40 {
      world.send(
        Datagram(
          source: b.address, sourcePort: 0, destination: a.address, destinationPort: 0, content: .esp(spi: current.inboundSPI, keys: keys)))
      world.run(.milliseconds(100))
    }
    #expect(a.journal(.childDeleted).map(\.x) == [other.inboundSPI])
    #expect(b.journal(.childDeleted).count == 1, "the peer was told")
  }

  /// A peer whose kernel takes packets by one pair alone may send by the other until it has installed both: its last packets by that come
  /// when ours have gone over already, and must not keep them there.
  @Test("packets come back to the pair that the peer goes on to use, with their numbers going on", arguments: 1...4, [true, false])
  func comesBack(seed: UInt64, beginsWithCurrent: Bool) throws {
    let (world, a, b) = Situation.pair(seed: seed, keys: .simulated)
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    b.handle(.protect(Situation.tunnel, remote: Situation.spoke))
    world.run(.milliseconds(300))
    let rows = a.engine.childRows(limit: 9).sorted { $0.isCurrent == beginsWithCurrent && $1.isCurrent != beginsWithCurrent }
    #expect(rows.count == 2)
    let (first, last) = (rows[0].inboundSPI, rows[1].inboundSPI)
    // The two orders in which a few packets of the first pair can meet those of the second.
    for spi in [first, last, first, last, last] {
      let keys = try #require(a.inbound[spi]?.keys)
      world.send(
        Datagram(source: b.address, sourcePort: 0, destination: a.address, destinationPort: 0, content: .esp(spi: spi, keys: keys)))
      world.run(.milliseconds(20))
      #expect(a.engine.childRows(limit: 9).filter(\.isCurrent).map(\.inboundSPI) == [spi])
      try expectMatching(a, b)
    }
  }

  @Test("but a peer that goes to and fro is not followed each time for ever; where it stays, packets are half a second later")
  func followsAWhile() throws {
    let (world, a, b) = Situation.pair(keys: .simulated)
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    b.handle(.protect(Situation.tunnel, remote: Situation.spoke))
    world.run(.milliseconds(300))
    var moves = 0, current: UInt32?
    for n in 0..<60 {
      let pair = a.engine.childRows(limit: 9).sorted { $0.inboundSPI < $1.inboundSPI }[n % 2]
      world.send(
        Datagram(
          source: b.address, sourcePort: 0, destination: a.address, destinationPort: 0,
          content: .esp(spi: pair.inboundSPI, keys: try #require(a.inbound[pair.inboundSPI]?.keys))))
      world.run(.milliseconds(20))
      let now = a.engine.childRows(limit: 9).first(where: \.isCurrent)?.inboundSPI
      moves += now == current ? 0 : 1
      current = now
    }
    #expect(moves >= 8 && moves <= 24, "\(moves)")
    #expect(a.engine.childRows(limit: 9).filter(\.isCurrent).count == 1)
    try expectMatching(a, b)
    let left = try #require(a.engine.childRows(limit: 9).first { !$0.isCurrent }?.inboundSPI), keys = try #require(a.inbound[left]?.keys)
    for _ in 0..<100 where a.engine.childRows(limit: 9).first(where: \.isCurrent)?.inboundSPI != left {
      world.send(
        Datagram(source: b.address, sourcePort: 0, destination: a.address, destinationPort: 0, content: .esp(spi: left, keys: keys)))
      world.run(.milliseconds(20))
    }
    #expect(a.engine.childRows(limit: 9).first(where: \.isCurrent)?.inboundSPI == left)
    try expectMatching(a, b)
  }

  @Test("where each end keeps to a pair of its own, both serve, and neither is closed")
  func keepsBothPairs() throws {
    let (world, a, b) = Situation.pair()
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    b.handle(.protect(Situation.tunnel, remote: Situation.spoke))
    world.run(.milliseconds(300))
    let ids = try (#require(a.peer).id, #require(b.peer).id)
    for _ in 0..<100 {
      a.sendESP(to: ids.0)
      b.sendESP(to: ids.1)
      world.run(.milliseconds(100))
    }
    #expect(a.received == 100 && b.received == 100)
    #expect(a.downs.isEmpty && b.downs.isEmpty)
    #expect(a.engine.summary.children == b.engine.summary.children)
    try expectMatching(a, b)
  }

  @Test("what is double after a simultaneous start ends with its lifetime: one pair is left", arguments: 1...20)
  func doubleEnds(seed: UInt64) throws {
    let (world, a, b) = Situation.pair(seed: seed, keys: .simulated) {
      $0.childLifetimeSeconds = 100
      $0.ikeLifetimeSeconds = 350
    }
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    b.handle(.protect(Situation.tunnel, remote: Situation.spoke))
    world.run(.seconds(800))
    // Not in the middle of a rekey.
    if a.engine.summary.children > 1 { world.run(.seconds(5)) }
    #expect(a.engine.summary.children == 1 && b.engine.summary.children == 1)
    #expect(a.engine.summary.established == 1 && b.engine.summary.established == 1)
    #expect(a.downs.isEmpty && b.downs.isEmpty)
    try expectMatching(a, b)
  }

  @Test("where the peer's exchange is under way, ours is not begun: one association comes of it")
  func yields() throws {
    let (world, a, b) = Situation.pair()
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.milliseconds(15))
    b.handle(.protect(Situation.tunnel, remote: Situation.spoke))
    world.run(.seconds(5))
    #expect(world.sent.count == 4)
    #expect(b.ups.count == 1 && b.engine.summary.established == 1)
  }

  @Test("but not for ever: where the peer's exchange does not go on, ours begins after two seconds")
  func yieldsForAWhile() throws {
    let (world, a, b) = Situation.pair()
    // All that the spoke says after its first message is lost, until it has given up.
    world.filter = {
      $0.source == Situation.spoke && world.sent.count(where: { $0.source == Situation.spoke }) > 1 && world.now.seconds < 2 ? nil : $0
    }
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.milliseconds(15))
    b.handle(.protect(Situation.tunnel, remote: Situation.spoke))
    world.run(.milliseconds(1_900))
    #expect(b.engine.ikeRows(limit: 9).count == 1)
    world.run(.seconds(5))
    #expect(!b.ups.isEmpty && !a.ups.isEmpty)
    try expectMatching(a, b)
  }

  @Test("a node that lost everything begins anew: the peer drops what it had, for INITIAL_CONTACT says so (RFC 7296 §2.4)")
  func restart() throws {
    let (world, a, b) = Situation.established()
    let before = try #require(b.peer)
    let again = world.add(a.address)
    again.handle(.configure([Situation.policy(Situation.spoke)], IKEGlobalSettings()))
    again.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(3))
    #expect(b.engine.summary.established == 1 && b.engine.summary.children == 1)
    #expect(b.downs.map(\.failure) == [.deletedByPeer])
    #expect(b.peer?.id == before.id, "the same identity is the same peer")
    try expectMatching(again, b)
  }

  @Test("a second exchange of one run says no INITIAL_CONTACT: nothing is dropped")
  func noSecondContact() throws {
    let (world, a, b) = Situation.established()
    a.handle(.clear(.sessions(remote: nil)))
    world.run(.seconds(1))
    expectNothing(a, b)
    b.handle(.protect(Situation.tunnel, remote: Situation.spoke))
    world.run(.seconds(1))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(1))
    #expect(b.engine.summary.established == 1 && a.engine.summary.established == 1)
    try expectMatching(a, b)
  }

  @Test("ESP that the restarted peer cannot read leads to a new association in seconds, not at the next probe (RFC 7296 §1.5)")
  func unknownSPI() throws {
    let (world, a, b) = Situation.established()
    let again = world.add(a.address)
    again.handle(.configure([Situation.policy(Situation.spoke)], IKEGlobalSettings()))
    world.run(.seconds(5))
    #expect(b.sendESP(to: try #require(b.peer).id))
    world.run(.seconds(20))
    #expect(b.downs.map(\.failure) == [.peerDead], "the hint led to a question that nobody could answer")
    #expect(again.journal(.unknownSPI).count == 1)
  }

  @Test("towards a peer it is configured for, a restarted node begins by itself")
  func unknownSPIFromKnownPeer() throws {
    let (world, a, b) = Situation.established()
    let again = world.add(a.address)
    again.handle(.configure([Situation.policy(Situation.spoke) { $0.peer = Situation.hub }], IKEGlobalSettings()))
    #expect(b.sendESP(to: try #require(b.peer).id))
    world.run(.seconds(3))
    try expectMatching(again, b)
    #expect(again.ups.count == 1 && b.engine.summary.established == 1)
  }

  @Test("recoveries are few, however many packets come")
  func recoveryRate() {
    let (world, a, b) = Situation.pair()
    let before = world.sent.count
    for n in 0..<5_000 {
      let remote = IPAddress(v4: 0x0a00_0000 + UInt32(n % 500))
      b.handle(.unknownSPI(AssociationEndpoints(local: Situation.hub, remote: remote), spi: UInt32(n) + 256))
      if n % 100 == 0 { world.run(.milliseconds(20)) }
    }
    #expect(world.sent.count - before <= 25)
    #expect(b.engine.summary.halfOpen == 0 && a.engine.summary.halfOpen == 0)
  }

  @Test("asking again for a peer that is up says so again, and begins nothing")
  func askedAgain() {
    let (world, a, _) = Situation.established()
    let sent = world.sent.count
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    #expect(a.ups.count == 2 && a.ups[0] == a.ups[1])
    #expect(world.sent.count == sent)
  }

  @Test("no policy for a tunnel or a peer: said at once")
  func noPolicy() {
    let world = World()
    let a = world.add(Situation.spoke)
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    a.handle(.configure([Situation.policy(Situation.spoke) { $0.peer = Situation.hub }], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.other))
    #expect(a.failures.map(\.failure) == [.noPolicy, .noPolicy])
    #expect(world.sent.isEmpty)
  }
}
