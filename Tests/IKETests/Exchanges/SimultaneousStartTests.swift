// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// Both ends begin at once, in every order their messages can meet, and one of them keeps to the pair it installed last.
@Suite("IKEv2: a simultaneous start with a peer that takes packets by one pair alone")
struct SimultaneousStartTests {
  /// What a start came to.
  struct Outcome {
    var hadTwoPairs = false
    /// Packets that did not arrive, each way: of the first 1.6 s, and of a hundred after them.
    var lost = (toPeer: 0, toUs: 0)
    var lostAtLast = (toPeer: 0, toUs: 0)
  }

  @Test("whichever pair that is, packets come to flow by it both ways, and few are lost", arguments: 1...300)
  func settles(seed: UInt64) throws {
    let outcome = try start(seed)
    #expect(outcome.lostAtLast == (0, 0), "\(outcome)")
    // Those that were under way when the peer turned, and for a round trip what we send until we hear of it.
    #expect(outcome.lost.toPeer + outcome.lost.toUs <= 60, "\(outcome)")
  }

  @Test("most of these starts do make two pairs")
  func makesTwo() throws {
    let both = try (1...300).count { try start($0).hadTwoPairs }
    #expect(both > 150, "\(both) of 300")
  }

  /// Delay, jitter, the time keys take and who begins how much earlier come from the seed. Both send a packet every 4 ms.
  private func start(_ seed: UInt64) throws -> Outcome {
    let (world, a, b) = Situation.pair(seed: seed, keys: .simulated)
    var random = RandomSource(seed: seed &* 0x9e37_79b9)
    world.quality.delay = .milliseconds(Int64(random.below(40)) + 1)
    world.quality.jitter = .milliseconds(Int64(random.below(4)))
    (a.jobDelay, b.jobDelay) = (.milliseconds(Int64(random.below(10)) + 1), .milliseconds(Int64(random.below(25)) + 1))
    b.keepsToLastPair = true
    let head = Duration.milliseconds(Int64(random.below(40)))
    let aIsFirst = random.below(2) == 0
    world.schedule(.call { a.handle(.protect(Situation.tunnel, remote: Situation.hub)) }, after: aIsFirst ? .zero : head)
    world.schedule(.call { b.handle(.protect(Situation.tunnel, remote: Situation.spoke)) }, after: aIsFirst ? head : .zero)
    return try talk(world, a, b)
  }

  private func talk(_ world: World, _ a: TestNode, _ b: TestNode) throws -> Outcome {
    var outcome = Outcome(), sent = (byUs: 0, byPeer: 0)
    func talk(packets: Int) {
      for _ in 0..<packets {
        if let id = a.peer?.id, a.sendESP(to: id) { sent.byUs += 1 }
        if b.sendESP(to: .none) { sent.byPeer += 1 }
        world.run(.milliseconds(4))
        if a.engine.summary.children == 2 { outcome.hadTwoPairs = true }
      }
      // What is under way arrives.
      world.run(.milliseconds(60))
    }
    talk(packets: 400)
    outcome.lost = (sent.byUs - b.received, sent.byPeer - a.received)
    talk(packets: 100)
    outcome.lostAtLast = (sent.byUs - b.received - outcome.lost.toPeer, sent.byPeer - a.received - outcome.lost.toUs)
    #expect(sent.byUs > 300 && sent.byPeer > 300)
    return outcome
  }
}
