// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// Draws what strongSwan drew in a saved session, in its order: then our end says what strongSwan's responder said.
final class RecordedKeys: KeyProvider, @unchecked Sendable {
  private var results: [KeyResult]
  init(_ results: [KeyResult]) { self.results = results }
  func perform(_ job: KeyJob) -> KeyResult { results.isEmpty ? .failed(.failed("nothing left")) : results.removeFirst() }
}

@Suite("IKEv1: our responder answers strongSwan's recorded initiator")
struct RecordedPeerTests {
  /// One phase 1 of a session with the quick mode behind it.
  struct Conversation {
    var session: SavedSession
    var phase1: [SessionWalk.Step] = [], quick: [SessionWalk.Step] = []
  }

  /// The first conversation of which every message was seen.
  static func conversation(_ session: SavedSession) throws -> Conversation {
    let steps = try SessionWalk(session).steps
    for first in session.phase1 {
      let mine = steps.filter { $0.header.initiatorSPI == first.initiatorCookie }
      var conversation = Conversation(session: session)
      conversation.phase1 = mine.filter { $0.header.messageID == 0 && [2, 4].contains($0.header.exchange) }
      let id = mine.first { $0.header.isakmpExchange == .quickMode }?.header.messageID
      conversation.quick = mine.filter { $0.header.messageID == id }
      let isAggressive = conversation.phase1.first?.header.isakmpExchange == .aggressive
      if conversation.phase1.count == (isAggressive ? 3 : 6), conversation.quick.count == 3 { return conversation }
    }
    throw WalkError.missing
  }

  static func keys(_ conversation: Conversation) throws -> RecordedKeys {
    let cookie = UInt64(conversation.phase1[1].header.responderSPI),
      cookieBytes = (0..<8).map { UInt8(truncatingIfNeeded: cookie >> (56 - 8 * $0)) }
    let isAggressive = conversation.phase1.count == 3
    let answer = conversation.phase1[isAggressive ? 1 : 3].chain
    let logged = try #require(conversation.session.phase1.first { $0.responderCookie == cookie })
    let nonce = try #require(answer.body(of: .nonce)), publicValue = try #require(answer.body(of: .keyExchange))
    var results: [KeyResult] = isAggressive ? [] : [.random(cookieBytes)]
    results.append(
      .responded(publicValue: publicValue, sharedSecret: logged.sharedSecret, random: isAggressive ? cookieBytes + nonce : nonce))
    let second = conversation.quick[1].chain, spi = try #require(second.securityAssociation?.proposals.first?.spi)
    let random = spi + (try #require(second.body(of: .nonce)))
    let quick = conversation.session.quick.first { $0.messageID == conversation.quick[0].header.messageID }
    if let secret = quick?.sharedSecret, let publicValue = second.body(of: .keyExchange) {
      results.append(.responded(publicValue: publicValue, sharedSecret: secret, random: random))
    } else {
      results.append(.random(random))
    }
    return RecordedKeys(results)
  }

  static func policy(_ conversation: Conversation) -> ProtectionPolicy {
    let session = conversation.session, isPerfect = session.name.hasSuffix("pfs")
    var policy = ProtectionPolicy.v1(
      local: conversation.phase1[0].message.destination, hash: session.hash, keyBits: session.encryption.keyBits,
      group: session.hash == .sha256 ? .modp2048 : .modp1024)
    policy.preSharedKeys = [PreSharedKey(local: session.preSharedKey)]
    policy.usesAggressiveMode = conversation.phase1.count == 3
    (policy.childLifetimeSeconds, policy.childLifetimeKilobytes) = (3_960, nil)
    policy.perfectForwardSecrecy = isPerfect ? .modp1024 : nil
    policy.espSuites = [
      ESPSuite(encryption: 12, keyBits: session.encryption.keyBits, integrity: session.hash == .sha256 ? 12 : 2)
    ]
    return policy
  }

  @Test("it accepts the recorded proof, and its own is the recorded one; quick mode gives the logged keys", arguments: SavedSession.all)
  func conversation(session: SavedSession) throws {
    let conversation = try Self.conversation(session), first = conversation.phase1[0].message
    let policy = Self.policy(conversation)
    var peer = policy
    peer.local = first.source
    var world = TwoEnds(peer, policy, keys: try Self.keys(conversation))
    let ends = AssociationEndpoints(local: first.destination, remote: first.source, localPort: 500, remotePort: 500)
    for step in conversation.phase1 + conversation.quick where step.message.source == first.source {
      world.deliver(1, ends, step.message.bytes)
      world.run(.milliseconds(5))
    }
    let end = world.ends[1]
    #expect(end.proof?.identity == .address(first.source))
    #expect(end.association?.row.localSPI == conversation.phase1[1].header.responderSPI)
    // Where strongSwan adds no block that is not needed, its vectors are ours and the conversation goes on.
    guard conversation.phase1.last?.chain.padding.count != 16 else { return }
    if conversation.phase1.count == 6 { #expect(end.sent.dropFirst(2).first?.bytes == conversation.phase1[5].message.bytes) }
    let pair = try #require(end.children.first), logged = session.quick.first { $0.messageID == conversation.quick[0].header.messageID }
    #expect(pair.inboundKeys == logged?.initiatorKeys && pair.outboundKeys == logged?.responderKeys)
    #expect(pair.lifetimeSeconds == 3_960 && pair.mode == .transport)
    guard conversation.quick[1].chain.padding.count != 16 else { return }
    #expect(end.sent.last?.bytes == conversation.quick[1].message.bytes)
    #expect(end.current == pair.inboundSPI)
  }
}
