// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv2: first exchanges")
struct FirstExchangeTests {
  @Test("two nodes with one key have one child, and each end's keys are the other's (RFC 7296 §1.2)")
  func sharedKey() throws {
    let (_, a, b) = Situation.established()
    let peerOfA = try #require(a.peer), peerOfB = try #require(b.peer)
    #expect(a.ups.count == 1 && b.ups.count == 1)
    #expect(peerOfA.identity == .address(Situation.hub) && peerOfB.identity == .address(Situation.spoke))
    try expectMatching(a, b)
    let out = try #require(a.outbound[peerOfA.id])
    #expect(out.mode == .transport && !out.endpoints.isEncapsulated && out.group == 7)
    #expect(a.engine.summary.established == 1 && b.engine.summary.established == 1)
    #expect(a.engine.summary.halfOpen == 0 && b.engine.summary.halfOpen == 0)
    #expect(a.engine.pendingLayer(of: Situation.hub, on: Situation.tunnel) == nil)
  }

  @Test(
    "the responder's inbound association is there before its answer leaves; its outbound one comes so much later that the answer is read first"
  )
  func order() throws {
    let (world, a, b) = Situation.pair()
    var wasInstalled = false
    world.filter = { datagram in
      let fromHub = world.sent.count(where: { $0.source == Situation.hub })
      if datagram.source == Situation.hub, fromHub == 2 { wasInstalled = !b.inbound.isEmpty && b.outbound.isEmpty }
      return datagram
    }
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.milliseconds(39))
    #expect(wasInstalled)
    #expect(a.ups.isEmpty && b.ups.isEmpty, "the answer is under way, and nothing of the responder's follows it closely")
    for _ in 0..<10 where b.ups.isEmpty { world.run(.milliseconds(1)) }
    #expect(b.sendESP(to: try #require(b.peer).id), "the responder's first packet")
    world.run(.milliseconds(3))
    #expect(a.ups.isEmpty == false && a.received == 0, "the initiator is up with the answer, before that packet")
    #expect(a.sendESP(to: try #require(a.peer).id))
    world.run(.milliseconds(11))
    #expect(a.received == 1 && a.unopened == 0 && b.received == 1)
  }

  @Test("a group the responder does not want is asked for again with the one it wants (RFC 7296 §1.3, INVALID_KE_PAYLOAD)")
  func otherGroup() throws {
    let world = World()
    let a = world.add(Situation.spoke), b = world.add(Situation.hub)
    a.handle(.configure([Situation.policy(Situation.spoke) { $0.ikeProposals[0].groups = [.curve25519, .ecp256] }], IKEGlobalSettings()))
    b.handle(.configure([Situation.policy(Situation.hub) { $0.ikeProposals[0].groups = [.ecp256] }], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(2))
    #expect(world.sent.count { $0.source == Situation.spoke } == 3)
    #expect(a.engine.ikeRows(limit: 1).first?.group == .ecp256)
    try expectMatching(a, b)
  }

  @Test("no common algorithm: the initiator hears so, and nothing is left (NO_PROPOSAL_CHOSEN)")
  func noProposal() {
    let world = World()
    let a = world.add(Situation.spoke), b = world.add(Situation.hub)
    a.handle(.configure([Situation.policy(Situation.spoke) { $0.ikeProposals[0].prf = [.hmacSHA512] }], IKEGlobalSettings()))
    b.handle(.configure([Situation.policy(Situation.hub)], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(10))
    #expect(a.failures.map(\.failure) == [.refused(notify: 14)])
    expectNothing(a, b)
  }

  @Test("above the threshold a cookie is demanded, and nothing is kept until it comes back (RFC 7296 §2.6)")
  func cookies() throws {
    var globals = IKEGlobalSettings()
    globals.cookieThreshold = 0
    let (world, a, b) = Situation.pair(globals: globals)
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.milliseconds(15))
    #expect(b.engine.summary.cookiesDemanded == 1 && b.engine.summary.halfOpen == 0)
    world.run(.seconds(2))
    try expectMatching(a, b)
    #expect(b.engine.summary.cookiesDemanded == 1)
  }

  @Test("a cookie is for one address, port and SPI only")
  func cookieOfAnother() {
    var globals = IKEGlobalSettings()
    globals.cookieThreshold = 0
    let (world, a, b) = Situation.pair(globals: globals)
    // The same request with the good cookie, from another port.
    world.filter = { datagram in
      var changed = datagram
      if datagram.source == Situation.spoke, world.sent.count > 2 { changed.sourcePort = 501 }
      return changed
    }
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(1))
    #expect(b.engine.summary.halfOpen == 0 && b.engine.summary.cookiesDemanded >= 2)
  }

  @Test("an answer that would be longer than the request is a cookie first: nobody is flooded through us")
  func amplification() throws {
    let (world, a, b) = Situation.pair { $0.anchors = TrustAnchors(roots: []) }
    var anchors = [[UInt8]]()
    for _ in 0..<8 { anchors.append(Self.certificateShape) }
    b.handle(
      .configure(
        [
          Situation.policy(Situation.hub) {
            $0.anchors = TrustAnchors(roots: anchors)
            $0.remoteMethods = [.preSharedKey, .rsaSignature]
          }
        ], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(2))
    #expect(b.engine.summary.cookiesDemanded == 1)
    try expectMatching(a, b)
    let first = world.sent.filter { $0.source == Situation.spoke }.first?.udp.count ?? 0
    let answer = world.sent.filter { $0.source == Situation.hub }.first?.udp.count ?? .max
    #expect(answer <= first)
  }

  /// The outline of a certificate: enough to find the key in it.
  static let certificateShape: [UInt8] =
    [0x30, 22, 0x30, 20, 0x02, 1, 1, 0x30, 0, 0x30, 0, 0x30, 0, 0x30, 0, 0x30, 7, 0x30, 0, 0x03, 3, 0, 1, 2]

  @Test("everything comes to the same with a link that loses, doubles and disorders", arguments: 1...40)
  func badLink(seed: UInt64) throws {
    let (world, a, b) = Situation.pair(seed: seed, keys: .simulated)
    world.quality = LinkQuality(delay: .milliseconds(30), jitter: .milliseconds(60), loss: 20, duplication: 30)
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(40))
    world.quality = LinkQuality()
    if a.ups.isEmpty { a.handle(.protect(Situation.tunnel, remote: Situation.hub)) }
    world.run(.seconds(40))
    try expectMatching(a, b)
    #expect(a.engine.summary.halfOpen == 0 && b.engine.summary.halfOpen == 0)
  }

  @Test("nobody there: given up after half a minute, and told once")
  func nobody() {
    let (world, a, _) = Situation.pair()
    world.filter = { _ in nil }
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    #expect(a.engine.pendingLayer(of: Situation.hub, on: Situation.tunnel) == .ike)
    world.run(.seconds(31))
    #expect(a.failures.isEmpty)
    world.run(.seconds(2))
    #expect(a.failures.map(\.failure) == [.timeout])
    #expect(a.engine.summary.halfOpen == 0 && a.engine.nextDeadline == nil)
  }

  @Test("a half-open exchange leaves the responder after 30 s, with nothing of it")
  func halfOpen() {
    let (world, a, b) = Situation.pair()
    world.filter = { $0.source == Situation.hub ? nil : $0 }
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(5))
    #expect(b.engine.summary.halfOpen == 1)
    world.run(.seconds(60))
    #expect(b.engine.summary.halfOpen == 0 && b.knownSPIs.isEmpty && b.engine.nextDeadline == nil)
  }

  @Test("tunnel mode where the policy says so, and where one end declines transport mode (RFC 7296 §1.3.1)", arguments: [true, false])
  func tunnelMode(both: Bool) throws {
    let world = World()
    let a = world.add(Situation.spoke), b = world.add(Situation.hub)
    a.handle(.configure([Situation.policy(Situation.spoke) { $0.mode = both ? .tunnel : .transport }], IKEGlobalSettings()))
    b.handle(.configure([Situation.policy(Situation.hub) { $0.mode = .tunnel }], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(2))
    try expectMatching(a, b)
    #expect(a.outbound.values.first?.mode == .tunnel && b.outbound.values.first?.mode == .tunnel)
  }

  @Test("messages too long for the path go in fragments, both ways, and a lost one costs a retransmission (RFC 7383)", arguments: [0, 25])
  func fragments(loss: Int) throws {
    let world = World(seed: 3)
    let a = world.add(Situation.spoke), b = world.add(Situation.hub)
    for (node, address) in [(a, Situation.spoke), (b, Situation.hub)] {
      node.handle(
        .configure(
          [
            Situation.policy(address) {
              $0.localIdentity = .keyID([UInt8](repeating: UInt8(truncatingIfNeeded: address.v4Bits), count: 1_900))
              $0.fragmentationBytes = 576
            }
          ], IKEGlobalSettings()))
    }
    world.quality.loss = loss
    world.quality.jitter = .milliseconds(5)
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(30))
    try expectMatching(a, b)
    #expect(world.sent.allSatisfy { $0.udp.count + 28 <= 576 })
    #expect(world.sent.count >= 2 + 2 * 4)
    #expect(a.engine.ikeRows(limit: 1).first?.fragmentsMessages == true)
  }

  @Test("ESN, PFS group and suites are those that both have, the order is the responder's")
  func suites() throws {
    let gcm = ESPSuite(encryption: 20, keyBits: 256), cbc = ESPSuite(encryption: 12, keyBits: 128, integrity: 12)
    let world = World()
    let a = world.add(Situation.spoke), b = world.add(Situation.hub)
    a.handle(
      .configure(
        [
          Situation.policy(Situation.spoke) {
            $0.espSuites = [gcm, cbc]
            $0.usesESN = true
          }
        ], IKEGlobalSettings()))
    b.handle(
      .configure(
        [
          Situation.policy(Situation.hub) {
            $0.espSuites = [cbc, gcm]
            $0.usesESN = true
          }
        ], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(2))
    try expectMatching(a, b)
    #expect(a.outbound.values.first?.suite == cbc)
    #expect(a.outbound.values.first?.usesESN == true && b.outbound.values.first?.usesESN == true)
  }
}
