// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// Both ends begin the same thing, or opposite things, at almost the same time, with any loss, doubling and order of datagrams. Afterwards
/// there is one pair, both ends agree about it, and nothing is left of the rest.
@Suite("IKEv2: collisions (RFC 7296 §2.8.1, §2.8.2, §2.25)")
struct CollisionTests {
  /// A settled pair of nodes, and a bad link between them.
  private func situation(_ seed: UInt64, pfs: Bool) -> (World, TestNode, TestNode, RandomSource) {
    var random = RandomSource(seed: seed &* 7_919)
    let (world, a, b) = Situation.established(seed: seed, keys: .simulated) {
      if pfs { $0.perfectForwardSecrecy = .curve25519 }
    }
    let isLossy = random.below(2) == 0
    world.quality = LinkQuality(
      delay: .milliseconds(Int64(1 + random.below(60))), jitter: .milliseconds(Int64(random.below(80))), loss: isLossy ? 10 : 0,
      duplication: isLossy ? 10 : 0)
    a.jobDelay = .milliseconds(Int64(random.below(20)))
    b.jobDelay = .milliseconds(Int64(random.below(20)))
    return (world, a, b, random)
  }

  private func rekeyChild(_ node: TestNode) {
    guard let peer = node.peer, let out = node.outbound[peer.id] else { return }
    node.handle(.notice(.associationLimit(peer.id, spi: out.spi, .outbound, isHard: false)))
  }

  private func settle(_ world: World, _ a: TestNode, _ b: TestNode) throws {
    // Longer than any retransmission, and than what lingers.
    for _ in 0..<300 {
      a.sendESP(to: try #require(a.peer).id)
      b.sendESP(to: try #require(b.peer).id)
      world.run(.milliseconds(250))
    }
    world.quality = LinkQuality()
    world.run(.seconds(30))
  }

  private func expectOnePair(_ seed: UInt64, _ a: TestNode, _ b: TestNode) throws {
    for node in [a, b] {
      let summary = node.engine.summary
      #expect(summary.established == 1 && summary.children == 1 && summary.halfOpen == 0, "seed \(seed)")
      #expect(node.inbound.count == 1 && node.outbound.count == 1 && node.knownSPIs.count == 1, "seed \(seed)")
      #expect(node.downs.isEmpty, "seed \(seed)")
      #expect(node.engine.timerCount <= 4, "seed \(seed)")
    }
    try expectMatching(a, b)
    #expect(a.unopened == 0 && b.unopened == 0, "seed \(seed)")
  }

  @Test(
    "1,000 simultaneous rekeys of a child, with loss, doubling and disorder: one pair is left, and nothing unreadable was sent",
    arguments: 0..<10)
  func childRekeys(block: UInt64) throws {
    for seed in (block * 100)..<(block * 100 + 100) {
      var (world, a, b, random) = situation(seed, pfs: seed % 3 == 0)
      rekeyChild(a)
      world.run(.milliseconds(Int64(random.below(150))))
      rekeyChild(b)
      try settle(world, a, b)
      try expectOnePair(seed, a, b)
    }
  }

  @Test("300 simultaneous rekeys of the IKE SA: one is left, and the child with it", arguments: 0..<3)
  func ikeRekeys(block: UInt64) throws {
    for seed in (block * 100)..<(block * 100 + 100) {
      var (world, a, b, random) = situation(seed, pfs: false)
      a.rekeyIKE()
      world.run(.milliseconds(Int64(random.below(150))))
      b.rekeyIKE()
      try settle(world, a, b)
      try expectOnePair(seed, a, b)
      #expect(a.engine.ikeRows(limit: 1).first?.localSPI == b.engine.ikeRows(limit: 1).first?.remoteSPI)
    }
  }

  @Test("300 rekeys of the child at one end and of the IKE SA at the other (TEMPORARY_FAILURE)", arguments: 0..<3)
  func childAgainstIKE(block: UInt64) throws {
    for seed in (block * 100)..<(block * 100 + 100) {
      var (world, a, b, random) = situation(seed, pfs: seed % 2 == 0)
      rekeyChild(a)
      world.run(.milliseconds(Int64(random.below(150))))
      b.rekeyIKE()
      try settle(world, a, b)
      try expectOnePair(seed, a, b)
    }
  }

  @Test("300 deletions of the child against its rekey: nothing is left, or a new one, the same at both ends", arguments: 0..<3)
  func deleteAgainstRekey(block: UInt64) throws {
    for seed in (block * 100)..<(block * 100 + 100) {
      var (world, a, b, random) = situation(seed, pfs: seed % 2 == 0)
      a.reportsUnknownSPI = false
      b.reportsUnknownSPI = false
      rekeyChild(a)
      world.run(.milliseconds(Int64(random.below(150))))
      b.handle(.clear(.children(remote: nil)))
      world.run(.seconds(90))
      world.quality = LinkQuality()
      world.run(.seconds(60))
      let rows = (a.engine.childRows(limit: 9), b.engine.childRows(limit: 9))
      #expect(rows.0.count == rows.1.count && rows.0.count <= 1, "seed \(seed)")
      #expect(rows.0.map(\.inboundSPI) == rows.1.map(\.outboundSPI), "seed \(seed)")
      #expect(a.inbound.count == rows.0.count && b.inbound.count == rows.1.count, "seed \(seed)")
    }
  }

  @Test("300 ends of the whole session against rekeys of everything: nothing is left", arguments: 0..<3)
  func closeAgainstRekey(block: UInt64) throws {
    for seed in (block * 100)..<(block * 100 + 100) {
      var (world, a, b, random) = situation(seed, pfs: seed % 2 == 0)
      rekeyChild(a)
      b.rekeyIKE()
      world.run(.milliseconds(Int64(random.below(300))))
      if seed % 2 == 0 { rekeyChild(b) } else { a.rekeyIKE() }
      b.handle(.clear(.sessions(remote: nil)))
      world.run(.seconds(150))
      expectNothing(a, b)
      #expect(a.engine.timerCount == 0 && b.engine.timerCount == 0, "seed \(seed)")
    }
  }
}
