// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv1: behind the engine")
struct EngineVersion1Tests {
  static func change(_ more: @escaping (inout ProtectionPolicy) -> Void = { _ in }) -> (inout ProtectionPolicy) -> Void {
    { policy in
      policy.version = .ikev1
      policy.isakmpPolicies = [
        ISAKMPPolicy(
          encryption: .init(.aesCBC, keyBits: 256), hash: .sha256, method: .preSharedKey, group: .modp2048, lifetimeSeconds: 86_400)
      ]
      policy.espSuites = [
        ESPSuite(encryption: EncryptionAlgorithm.aesCBC.rawValue, keyBits: 128, integrity: IntegrityAlgorithm.hmacSHA256.rawValue)
      ]
      more(&policy)
    }
  }

  static func established(
    seed: UInt64 = 1, keys: Keys = .simulated, _ more: @escaping (inout ProtectionPolicy) -> Void = { _ in }
  ) -> (world: World, a: TestNode, b: TestNode) {
    Situation.established(seed: seed, keys: keys, change: change(more))
  }

  /// Packets both ways for some time; how many each way.
  static func traffic(_ world: World, _ a: TestNode, _ b: TestNode, seconds: Int, every: Duration = .milliseconds(50)) throws -> Int {
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

  @Test("with real keys: main mode, quick mode, packets both ways", arguments: [false, true])
  func realKeys(isAggressive: Bool) throws {
    let (world, a, b) = Self.established(keys: .openSSL) {
      $0.usesAggressiveMode = isAggressive
      $0.perfectForwardSecrecy = .modp2048
    }
    try expectMatching(a, b)
    #expect(a.ups.count == 1 && b.ups.count == 1)
    #expect(try Self.traffic(world, a, b, seconds: 1) == a.received)
    #expect(b.unopened == 0 && a.unopened == 0)
    let row = try #require(b.engine.ikeRows(limit: 1).first)
    #expect(row.version == .ikev1 && row.state == .established && !row.isInitiator)
    #expect(a.journal(.ikeAuthenticated).first?.x == 1)
  }

  @Test("version 1 is silent where no policy uses it: counted, not answered, not kept")
  func off() {
    let world = World()
    let a = world.add(Situation.spoke, keys: .simulated), b = world.add(Situation.hub, keys: .simulated)
    a.handle(.configure([Situation.policy(Situation.spoke, change: Self.change())], IKEGlobalSettings()))
    b.handle(.configure([Situation.policy(Situation.hub)], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(60))
    #expect(a.failures.map(\.failure) == [.timeout])
    #expect(world.sent.allSatisfy { $0.source == Situation.spoke })
    #expect(b.engine.summary.refused.first { $0.reason == "version" }?.count == 6)
    expectNothing(a, b)
  }

  @Test("a new phase 1 takes the place of the old one, children survive, and no packet is lost, RFC 2409 §4")
  func phase1Rekey() throws {
    let (world, a, b) = Self.established { ($0.ikeLifetimeSeconds, $0.isakmpPolicies[0].lifetimeSeconds) = (60, 60) }
    let before = try #require(a.engine.ikeRows(limit: 1).first), child = try #require(a.engine.childRows(limit: 1).first)
    let sent = try Self.traffic(world, a, b, seconds: 300)
    #expect(a.received == sent && b.received == sent && a.unopened == 0 && b.unopened == 0)
    #expect(a.ups.count == 1 && b.ups.count == 1 && a.downs.isEmpty && b.downs.isEmpty)
    #expect(a.engine.childRows(limit: 9).map(\.inboundSPI) == [child.inboundSPI])
    let now = a.engine.ikeRows(limit: 9)
    #expect(!now.contains { $0.localSPI == before.localSPI } && now.count <= 2)
    #expect(a.knownSPIs.count == now.count)
    // The new one rekeys and deletes what the old one made.
    a.handle(.clear(.children(remote: nil)))
    world.run(.seconds(1))
    #expect(b.downs.map(\.failure) == [.deletedByPeer])
  }

  @Test("children are rekeyed before their end, and no packet is lost", arguments: 1...6 as ClosedRange<UInt64>)
  func childRekey(seed: UInt64) throws {
    let (world, a, b) = Self.established(seed: seed) {
      $0.childLifetimeSeconds = 60
      if seed % 2 == 0 { $0.perfectForwardSecrecy = .modp2048 }
    }
    let sent = try Self.traffic(world, a, b, seconds: 300)
    #expect(a.received == sent && b.received == sent && a.unopened == 0 && b.unopened == 0)
    #expect(a.journal(.childRekeyed).count >= 4)
    #expect(a.engine.childRows(limit: 9).count <= 2 && b.engine.childRows(limit: 9).count <= 2)
    #expect(a.ups.count == 1 && a.downs.isEmpty && b.downs.isEmpty)
    try expectMatching(a, b)
  }

  @Test("rekeys of both phases over a link that loses, doubles and reorders leave both ends with working children")
  func badLink() throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      let (world, a, b) = Self.established(seed: seed) {
        ($0.ikeLifetimeSeconds, $0.childLifetimeSeconds) = (120, 60)
        $0.deadPeerSeconds = 10
      }
      world.quality = LinkQuality(delay: .milliseconds(20), jitter: .milliseconds(100), loss: 10, duplication: 10)
      _ = try Self.traffic(world, a, b, seconds: 600, every: .milliseconds(200))
      #expect(a.downs.isEmpty && b.downs.isEmpty, "seed \(seed)")
      world.quality = LinkQuality()
      let (before, unopened) = ((a.received, b.received), a.unopened + b.unopened)
      world.run(.seconds(5))
      let sent = try Self.traffic(world, a, b, seconds: 5)
      #expect(a.received - before.0 == sent && b.received - before.1 == sent && a.unopened + b.unopened == unopened, "seed \(seed)")
      #expect(a.engine.summary.children <= 3 && a.engine.summary.established <= 3, "seed \(seed)")
    }
  }

  @Test("both ends are asked for protection at once: both work, and what is double ends with its lifetime")
  func bothAtOnce() throws {
    for seed in 1...10 as ClosedRange<UInt64> {
      let (world, a, b) = Situation.pair(seed: seed, keys: .simulated, change: Self.change { $0.childLifetimeSeconds = 120 })
      a.handle(.protect(Situation.tunnel, remote: Situation.hub))
      b.handle(.protect(Situation.tunnel, remote: Situation.spoke))
      world.run(.seconds(5))
      #expect(a.ups.count == 1 && b.ups.count == 1)
      let sent = try Self.traffic(world, a, b, seconds: 400, every: .milliseconds(200))
      #expect(a.received == sent && b.received == sent && a.downs.isEmpty && b.downs.isEmpty, "seed \(seed)")
      #expect(a.engine.summary.children <= 2, "seed \(seed)")
    }
  }

  @Test("a peer that vanishes is found dead by probes, RFC 3706; nothing is left of it")
  func deadPeer() {
    let (world, a, b) = Self.established { ($0.deadPeerSeconds, $0.deadPeerRetrySeconds) = (10, 2) }
    world.run(.seconds(100))
    #expect(a.downs.isEmpty && b.downs.isEmpty)
    world.filter = { $0.source == Situation.hub ? nil : $0 }
    world.run(.seconds(30))
    #expect(a.downs.map(\.failure) == [.peerDead])
    world.run(.seconds(10))
    expectNothing(a)
    _ = b
  }

  @Test("a peer that comes back without memory says so: what it forgot goes, and it is protected again")
  func restart() throws {
    let (world, a, b) = Self.established()
    let old = try #require(b.engine.childRows(limit: 1).first)
    world.run(.seconds(10))
    let again = world.add(Situation.spoke, keys: .simulated)
    again.handle(.configure([Situation.policy(Situation.spoke, change: Self.change())], IKEGlobalSettings()))
    again.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(3))
    #expect(again.ups.count == 1)
    #expect(!b.engine.childRows(limit: 9).contains { $0.inboundSPI == old.inboundSPI } && b.engine.summary.established == 1)
    #expect(try #require(b.peer).id == b.ups.first?.id)
    try expectMatching(again, b)
    #expect(try Self.traffic(world, again, b, seconds: 1) == again.received)
    _ = a
  }

  @Test("clear and stop tell the peer; both ends are empty", arguments: ["session", "isakmp", "stop"])
  func cleared(what: String) {
    let (world, a, b) = Self.established()
    switch what {
    case "session": a.handle(.clear(.sessions(remote: nil)))
    case "isakmp": a.handle(.clear(.associations(.ikev1, number: nil)))
    default: a.handle(.stopping)
    }
    world.run(.seconds(10))
    #expect(a.downs.map(\.failure) == [.deletedHere] && b.downs.map(\.failure) == [.deletedByPeer])
    expectNothing(a, b)
  }

  @Test("behind a NAT: port 4500, keepalives, and a new mapping is followed, RFC 3947 §4 and §7", arguments: [false, true])
  func nat(isAggressive: Bool) throws {
    let (world, a, b) = Situation.pair(
      keys: .simulated,
      change: Self.change {
        $0.usesAggressiveMode = isAggressive
        ($0.deadPeerSeconds, $0.childLifetimeSeconds) = (10, 300)
      })
    let box = NATBox(publicAddress: IPAddress(203, 0, 113, 9), inside: [Situation.spoke])
    world.nat = box
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(60))
    let peer = try #require(b.peer)
    #expect(peer.isBehindNAT && peer.endpoints.isEncapsulated && peer.endpoints.remote == box.publicAddress)
    #expect(a.keepalives >= 2 && b.keepalives == 0)
    try expectMatching(a, b)
    box.rebind()
    let before = (a.received, b.received)
    a.sendESP(to: try #require(a.peer).id)
    world.run(.seconds(1))
    let sent = try Self.traffic(world, a, b, seconds: 600, every: .milliseconds(500))
    #expect(a.received - before.0 == sent && b.received - before.1 == sent + 1)
    #expect(b.moves.count >= 1 && a.downs.isEmpty && b.downs.isEmpty)
  }

  @Test("NHRP's question is answered where the peer refuses: why, once")
  func refused() {
    let world = World()
    let a = world.add(Situation.spoke, keys: .simulated), b = world.add(Situation.hub, keys: .simulated)
    a.handle(.configure([Situation.policy(Situation.spoke, change: Self.change())], IKEGlobalSettings()))
    b.handle(.configure([Situation.policy(Situation.hub, change: Self.change { $0.isakmpPolicies[0].hash = .sha1 })], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(60))
    #expect(a.failures.map(\.failure) == [.refused(notify: 14)])
    #expect(b.engine.summary.refused.first { $0.reason == "no policy" }?.count == 6)
    expectNothing(a, b)
  }

  @Test("another key: the responder's journal says that the proof was wrong")
  func wrongKey() {
    let world = World()
    let a = world.add(Situation.spoke, keys: .simulated), b = world.add(Situation.hub, keys: .simulated)
    a.handle(.configure([Situation.policy(Situation.spoke, key: "one", change: Self.change())], IKEGlobalSettings()))
    b.handle(.configure([Situation.policy(Situation.hub, key: "other", change: Self.change())], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(90))
    #expect(a.failures.map(\.failure) == [.timeout])
    #expect(b.journal(.ikeFailed).map(\.x).first == IKEFailure.authenticationFailed.journalCode.x)
    expectNothing(a, b)
  }

  @Test("a flood of first messages fills half a table, is forgotten after half a minute, and keeps neither known peers nor version 2 out")
  func flood() throws {
    let world = World()
    let b = world.add(Situation.hub, keys: .simulated)
    var second = Situation.policy(Situation.hub) { $0.interface = InterfaceID(8) }
    second.group = 8
    b.handle(.configure([Situation.policy(Situation.hub, change: Self.change()), second], IKEGlobalSettings()))
    let header = IKEHeader(initiatorCookie: 1, responderCookie: 0, .identityProtection)
    let offer = Phase1Offer.payload(Situation.policy(Situation.hub, change: Self.change()).isakmpPolicies)
    var sent = 0, answered = 0
    for number in 0..<3_000 as Range<UInt32> {
      var first = header
      first.initiatorSPI = UInt64(number) + 1
      let bytes = ISAKMPMessage(first, [.securityAssociation(offer)]).bytes
      sent += bytes.count
      let source = IPAddress(v4: 0x0a00_0000 | number &* 769)
      world.send(Datagram(source: source, sourcePort: 500, destination: Situation.hub, destinationPort: 500, content: .udp(bytes)))
      world.run(.milliseconds(2))
    }
    answered = world.sent.filter { $0.source == Situation.hub }.map(\.udp.count).reduce(0, +)
    #expect(b.engine.summary.halfOpen <= 500 && b.engine.summary.halfOpen > 400)
    #expect(answered <= sent)
    let a = world.add(Situation.spoke, keys: .simulated)
    a.handle(.configure([Situation.policy(Situation.spoke)], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(3))
    #expect(a.ups.count == 1)
    world.run(.seconds(60))
    #expect(b.engine.summary.halfOpen == 0 && b.engine.summary.established == 1)
  }

  @Test("the same seed gives the same messages and the same journal")
  func determinism() throws {
    let runs = try ([3, 3, 4] as [UInt64]).map { seed in
      let (world, a, b) = Self.established(seed: seed) { ($0.childLifetimeSeconds, $0.deadPeerSeconds) = (60, 10) }
      world.quality = LinkQuality(delay: .milliseconds(20), jitter: .milliseconds(100), loss: 10, duplication: 10)
      _ = try Self.traffic(world, a, b, seconds: 120, every: .milliseconds(500))
      return (world.sent.map(\.udp), a.journal)
    }
    #expect(runs[0].0 == runs[1].0 && runs[0].1 == runs[1].1)
    #expect(runs[0].0 != runs[2].0)
  }
}

@Suite("IKEv1: real certificates")
struct RealCertificateTests {
  static let now: Int64 = 1_800_000_000
  static let validity = CertificateAuthority.Validity(notBefore: now - 1_000, notAfter: now + 1_000_000)

  /// Two nodes with RSA certificates of one authority; `anchors` of the hub may be another's.
  static func world(trusted: Bool = true, isExpired: Bool = false) throws -> (world: World, a: TestNode, b: TestNode) {
    let authority = try CertificateAuthority.create(name: .init(commonName: "CA"), keyType: .rsa2048, validity: validity)
    let other =
      trusted ? authority : try CertificateAuthority.create(name: .init(commonName: "Other"), keyType: .rsa2048, validity: validity)
    let world = World()
    var nodes: [TestNode] = []
    for (address, name) in [(Situation.spoke, "spoke.example"), (Situation.hub, "hub.example")] {
      let old = CertificateAuthority.Validity(notBefore: now - 1_000, notAfter: now - 500)
      let issued = try authority.issue(
        .init(name: .init(commonName: name, organization: "Lab"), dnsNames: [name]), keyType: .rsa2048,
        validity: isExpired && address == Situation.spoke ? old : validity)
      let key = try issued.privateKeyPEM.withBytes { bytes in
        try CertificateReader.signingKey(privateKeyPEMorDER: Array(bytes), chain: [issued.certificateDER])
      }
      let roots = try CertificateReader.certificates(inPEMorDER: (address == Situation.hub ? other : authority).certificatePEM)
      let node = world.add(address)
      node.handle(
        .configure(
          [
            Situation.policy(
              address,
              change: EngineVersion1Tests.change {
                $0.isakmpPolicies[0].method = .rsaSignature
                $0.remoteMethods = [.rsaSignature]
                ($0.signingKey, $0.anchors) = (key, TrustAnchors(roots: roots))
              })
          ], IKEGlobalSettings()))
      nodes.append(node)
    }
    nodes[0].handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(60))
    return (world, nodes[0], nodes[1])
  }

  @Test("RSA: the hash is signed as it is, the subject is the identity, RFC 2409 §5.1")
  func rsa() throws {
    let (_, a, b) = try Self.world()
    try expectMatching(a, b)
    #expect(b.peer?.certificate?.dnsNames == ["spoke.example"])
    #expect(b.peer?.certificate.map { .distinguishedName($0.subject) } == b.peer?.identity)
  }

  @Test("a certificate of another authority, or an expired one, is refused, and the peer learns it")
  func refused() throws {
    for isExpired in [false, true] {
      let (_, a, b) = try Self.world(trusted: isExpired, isExpired: isExpired)
      #expect(a.ups.isEmpty && b.ups.isEmpty)
      #expect(a.failures.map(\.failure) == [.refused(notify: 24)])
      #expect(b.journal(.ikeFailed).count == 1)
      expectNothing(a, b)
    }
  }
}
