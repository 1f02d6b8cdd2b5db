// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv1: loss, duplicates, reordering")
struct BadLinkTests {
  @Test("a fifth of all messages lost, a third doubled, all in disorder: both ends agree, and only on one thing", arguments: [false, true])
  func badLink(isAggressive: Bool) {
    var failed = 0
    for seed in 1...150 as ClosedRange<UInt64> {
      let link = TwoEnds.Link(lossPercent: 20, duplicatePercent: 33, jitterMilliseconds: 700)
      var world = ExchangeTests.established(link: link, seed: seed) { $0.usesAggressiveMode = isAggressive }
      world.run(.seconds(60))
      if !world.isProtected { failed += 1 }
      #expect(world.ends.allSatisfy { $0.children.count <= 1 }, "seed \(seed)")
      if world.isProtected { expectPackets(&world, "seed \(seed)") }
    }
    // Six tries of each message: nearly all come through.
    #expect(failed <= 2)
  }

  @Test("how long it takes over a link that loses a fifth: nine of ten within 5 s")
  func time() {
    let worlds = (1...100 as ClosedRange<UInt64>).map { seed in
      let (a, b) = ProtectionPolicy.pair()
      var world = TwoEnds(a, b, link: TwoEnds.Link(lossPercent: 20, delay: .milliseconds(20)), seed: seed)
      world.start()
      world.run(.seconds(5))
      return world.isProtected
    }
    #expect(worlds.count { $0 } >= 90)
  }

  @Test("every single message lost once is sent again", arguments: 0..<9)
  func oneLost(which: Int) {
    let (a, b) = ProtectionPolicy.pair()
    var world = TwoEnds(a, b)
    let counter = Counter()
    world.onSend = { _, bytes in counter.next() == which ? nil : bytes }
    world.start()
    world.run(.seconds(10))
    #expect(world.isProtected)
    #expect(world.ends.allSatisfy { $0.failures.isEmpty && $0.children.count == 1 })
    expectPackets(&world)
  }

  @Test("every single message of aggressive mode lost once is sent again", arguments: 0..<6)
  func oneLostAggressive(which: Int) {
    let (a, b) = ProtectionPolicy.pair { $0.usesAggressiveMode = true }
    var world = TwoEnds(a, b)
    let counter = Counter()
    world.onSend = { _, bytes in counter.next() == which ? nil : bytes }
    world.start()
    world.run(.seconds(10))
    #expect(world.isProtected)
    expectPackets(&world)
  }

  @Test("nobody answers: given up after six tries in half a minute")
  func silence() {
    let (a, b) = ProtectionPolicy.pair()
    var world = TwoEnds(a, b, link: TwoEnds.Link(lossPercent: 100))
    world.start()
    world.run(.seconds(25))
    #expect(world.ends[0].ended == nil && world.ends[0].sent.count == 6)
    world.run(.seconds(10))
    #expect(world.ends[0].ended == .timeout)
    // Its cookie is free again.
    #expect(world.ends[0].claimed.isEmpty)
  }

  @Test("a responder of phase 1 never repeats itself unasked")
  func quietResponder() {
    let (a, b) = ProtectionPolicy.pair()
    var world = TwoEnds(a, b)
    world.onSend = { from, bytes in from == 1 ? nil : bytes }
    world.start()
    world.run(.seconds(60))
    // Six first messages, six answers.
    #expect(world.ends.map(\.sent.count) == [6, 6])
    #expect(Set(world.ends[1].sent.map(\.bytes)).count == 1)
  }

  @Test("the third message of quick mode lost for good: a packet on the child is as good")
  func implicitConfirmation() {
    let (a, b) = ProtectionPolicy.pair()
    var world = TwoEnds(a, b)
    let counter = Counter()
    world.onSend = { from, bytes in
      // Only the initiator's fifth message is the third of quick mode.
      from == 0 && counter.next() >= 4 ? nil : bytes
    }
    world.start()
    world.run(.seconds(2))
    #expect(world.ends[1].current == nil && world.ends[1].children.count == 1)
    expectPackets(&world, from: [0])
    let sent = world.ends[1].sent.count
    world.run(.seconds(60))
    #expect(world.ends[1].sent.count == sent)
    expectPackets(&world, from: [1])
  }

  @Test("a quick mode that is never confirmed nor used is undone, and the peer is told")
  func unconfirmed() {
    let (a, b) = ProtectionPolicy.pair()
    var world = TwoEnds(a, b)
    let counter = Counter()
    world.onSend = { from, bytes in from == 0 && counter.next() >= 4 ? nil : bytes }
    world.start()
    world.run(.seconds(60))
    #expect(world.ends[1].children.isEmpty && world.ends[0].children.isEmpty)
  }
}

/// Counts from 0.
final class Counter: @unchecked Sendable {
  private var count = -1
  func next() -> Int {
    count += 1
    return count
  }
}
