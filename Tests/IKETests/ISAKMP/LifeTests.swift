// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv1: rekeying, deletes, dead peers")
struct LifeTests {
  @Test("a child is replaced before it goes: no moment without one, and the old one is deleted when the new one is in use")
  func rekeyChild() throws {
    for index in [0, 1] {
      var world = ExchangeTests.established { $0.perfectForwardSecrecy = .modp2048 }
      let old = try #require(world.ends[index].children.first)
      world.tell(index, .rekeyChild(old.reference))
      for _ in 0..<40 {
        world.run(.milliseconds(1))
        expectPackets(&world)
      }
      let new = try #require(world.ends[index].children.last)
      #expect(new.replaces == old.inboundSPI && new.inboundSPI != old.inboundSPI)
      #expect(world.ends[index].current == new.inboundSPI && world.ends[1 - index].current == new.outboundSPI)
      #expect(world.ends[1 - index].children.last?.replaces == old.outboundSPI)
      world.run(.seconds(3))
      #expect(world.ends.allSatisfy { $0.children.count == 1 })
      #expect(world.isProtected)
      expectPackets(&world)
    }
  }

  @Test("the initiator's packets do not overtake its third message: some peers have no child before that")
  func packetsBehindThirdMessage() throws {
    let (a, b) = ProtectionPolicy.pair()
    var world = TwoEnds(a, b)
    world.start()
    for _ in 0..<1_000 where world.ends[0].current == nil { world.run(.milliseconds(1)) }
    let old = try #require(world.ends[0].current)
    #expect(world.ends[1].current != nil, "the first child")
    world.tell(0, .rekeyChild(try #require(world.ends[0].children.first).reference))
    world.run(.milliseconds(500))
    #expect(world.ends[0].children.count == 2 && world.ends[0].current == old, "the old child works, and the peer was not heard")
    world.run(.milliseconds(600))
    #expect(world.ends[0].current == world.ends[0].children.last?.inboundSPI)
  }

  @Test("without traffic the old child goes after some time")
  func rekeyIdleChild() throws {
    var world = ExchangeTests.established()
    world.tell(0, .rekeyChild(try #require(world.ends[0].children.first).reference))
    world.run(.seconds(20))
    #expect(world.ends[0].children.count == 2)
    world.run(.seconds(20))
    #expect(world.ends.allSatisfy { $0.children.count == 1 })
  }

  @Test("both ends rekey one child at once: packets pass all the time and at the end")
  func simultaneousRekey() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      var world = ExchangeTests.established(link: TwoEnds.Link(jitterMilliseconds: 30), seed: seed)
      for index in [0, 1] { world.tell(index, .rekeyChild(try #require(world.ends[index].children.first).reference)) }
      for _ in 0..<60 {
        world.run(.milliseconds(100))
        expectPackets(&world, "seed \(seed)")
      }
      world.run(.seconds(60))
      expectPackets(&world, "seed \(seed)")
    }
  }

  @Test("a rekey over a bad link loses no packet and leaves one child", arguments: 1...40 as ClosedRange<UInt64>)
  func rekeyOverBadLink(seed: UInt64) throws {
    var world = ExchangeTests.established(seed: seed)
    try #require(world.isProtected)
    world.link = TwoEnds.Link(lossPercent: 20, duplicatePercent: 20, jitterMilliseconds: 300)
    world.tell(0, .rekeyChild(try #require(world.ends[0].children.first).reference))
    for _ in 0..<600 {
      world.run(.milliseconds(50))
      expectPackets(&world)
    }
  }

  @Test("the end of phase 1's lifetime asks for a successor and touches no child")
  func rekeyPhase1() {
    var world = ExchangeTests.established()
    world.tell(0, .rekey)
    #expect(world.ends[0].wantsSuccessor == 1)
    #expect(world.isProtected)
  }

  @Test("a successor makes no child of its own")
  func successor() {
    let (a, b) = ProtectionPolicy.pair()
    var world = TwoEnds(a, b)
    let ends = AssociationEndpoints(local: a.local, remote: b.local, localPort: 500, remotePort: 500)
    world.ends[0].association = ISAKMPAssociation(
      AssociationSetup(number: 2, isInitiator: true, endpoints: ends, policies: [a], makesChild: false))
    world.tell(0, .start)
    world.run(.seconds(5))
    #expect(world.ends.allSatisfy { $0.proof != nil && $0.children.isEmpty })
    // It can rekey and delete children that another association made.
    world.tell(0, .rekeyChild(ChildReference(inboundSPI: 0x1000, outboundSPI: 0x2000)))
    world.run(.seconds(5))
    #expect(world.ends[0].children.first?.replaces == 0x1000)
  }

  @Test("delete: the peer of a child is told which, by the sender's SPI, RFC 2408 §3.15")
  func deleteChild() throws {
    var world = ExchangeTests.established()
    let child = try #require(world.ends[0].children.first)
    world.tell(0, .deleteChild(child.reference, .deletedHere))
    world.run(.seconds(1))
    #expect(world.ends.allSatisfy { $0.children.isEmpty && $0.ended == nil })
    guard case .outbound(child.inboundSPI) = try #require(world.ends[1].removed.first).0 else {
      Issue.record("not named by the peer's SPI")
      return
    }
  }

  @Test("close deletes children and phase 1 at both ends, in one call")
  func close() {
    var world = ExchangeTests.established()
    world.tell(0, .close(.deletedHere, isUrgent: true))
    #expect(world.ends[0].ended == .deletedHere)
    world.run(.seconds(2))
    #expect(world.ends[1].ended == .deletedByPeer && world.ends[1].children.isEmpty)
    #expect(world.ends.allSatisfy { $0.claimed.isEmpty })
  }

  @Test("deletes may come in any order")
  func disorderedDeletes() throws {
    var world = ExchangeTests.established()
    let count = world.ends[0].sent.count
    world.onSend = { _, _ in nil }
    world.tell(0, .close(.deletedHere, isUrgent: true))
    let deletes = world.ends[0].sent.dropFirst(count).map(\.bytes)
    try #require(deletes.count == 2)
    let from = AssociationEndpoints(local: TwoEnds.addresses[1], remote: TwoEnds.addresses[0], localPort: 500, remotePort: 500)
    for bytes in deletes.reversed() { world.tell(1, .message(from, bytes: bytes)) }
    #expect(world.ends[1].children.isEmpty)
    world.run(.seconds(2))
    #expect(world.ends[1].ended == .deletedByPeer && world.ends[1].wantsSuccessor == 0)
  }

  @Test("a peer that deletes phase 1 alone leaves the children: a successor is asked for, and waited for")
  func phase1DeletedAlone() {
    var world = ExchangeTests.established()
    let children = world.ends[0].children
    world.ends[0].children = []
    world.tell(0, .close(.deletedHere, isUrgent: true))
    world.ends[0].children = children
    world.run(.seconds(3))
    #expect(world.ends[1].wantsSuccessor == 1 && world.ends[1].ended == nil && world.ends[1].children.count == 1)
    world.run(.seconds(60))
    #expect(world.ends[1].ended == .deletedByPeer)
  }

  @Test(
    "INITIAL-CONTACT goes with the initiator's proof where it is true, and is reported after the peer is known", arguments: [false, true])
  func initialContact(isAggressive: Bool) {
    for isInitial in [false, true] {
      let (a, b) = ProtectionPolicy.pair { $0.usesAggressiveMode = isAggressive }
      var world = TwoEnds(a, b)
      world.isInitialContact = isInitial
      world.start()
      world.run(.seconds(5))
      #expect(world.isProtected)
      #expect(world.ends.map(\.initialContacts) == [0, isInitial ? 1 : 0])
      let order = world.transcript.filter { $0.contains(" 1 established") || $0.contains(" 1 initialContact") || $0.contains(" 1 install") }
      #expect(order.count == (isInitial ? 3 : 2) && order[0].contains("established"))
    }
  }

  @Test("a living peer answers probes, RFC 3706 §5.2")
  func probes() {
    var world = ExchangeTests.established { $0.deadPeerSeconds = 10 }
    for _ in 0..<5 {
      let heard = world.ends[0].heard
      world.tell(0, .probe)
      world.run(.seconds(1))
      #expect(world.ends[0].heard == heard + 1)
    }
    world.run(.seconds(60))
    #expect(world.ends.allSatisfy { $0.ended == nil })
    // Numbers go up by one, RFC 3706 §6.2; nobody asks twice what was answered.
    #expect(world.ends.allSatisfy { $0.refused.isEmpty })
  }

  @Test("a dead peer is given up after five questions; a doubted one sooner")
  func deadPeer() {
    for isDoubted in [false, true] {
      var world = ExchangeTests.established { $0.deadPeerRetrySeconds = 3 }
      world.link.lossPercent = 100
      let before = world.ends[0].sent.count
      world.tell(0, isDoubted ? .doubt : .probe)
      world.run(.seconds(4))
      #expect(world.ends[0].ended == nil)
      world.run(.seconds(isDoubted ? 2 : 12))
      #expect(world.ends[0].ended == .peerDead)
      #expect(world.ends[0].sent.count == before + 5)
    }
  }

  @Test("a child that the peer does not have goes when it says so; not while it is being made")
  func invalidSPI() throws {
    var world = ExchangeTests.established()
    let child = try #require(world.ends[0].children.first)
    world.tell(1, .reportUnknownSPI(child.outboundSPI))
    world.run(.seconds(1))
    #expect(world.ends[0].children.count == 1)
    // When four more were made, it is an old one.
    for _ in 0..<5 {
      world.tell(0, .createChild)
      world.run(.seconds(1))
    }
    world.tell(1, .reportUnknownSPI(child.outboundSPI))
    world.run(.seconds(1))
    #expect(!world.ends[0].children.contains { $0.inboundSPI == child.inboundSPI })
  }

  @Test("new lifetimes count from the next child on")
  func reconfigured() throws {
    var world = ExchangeTests.established()
    var policy = world.ends[0].policies[0]
    policy.childLifetimeSeconds = 900
    world.tell(0, .reconfigured(policy))
    world.tell(0, .createChild)
    world.run(.seconds(1))
    #expect(world.ends[0].children.last?.lifetimeSeconds == 900 && world.ends[1].children.last?.lifetimeSeconds == 900)
  }
}
