// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv1: exchanges between two ends")
struct ExchangeTests {
  /// Two ends that came to an agreement.
  static func established(link: TwoEnds.Link = TwoEnds.Link(), seed: UInt64 = 1, _ change: (inout ProtectionPolicy) -> Void = { _ in })
    -> TwoEnds
  {
    let (a, b) = ProtectionPolicy.pair(change)
    var world = TwoEnds(a, b, link: link, seed: seed)
    world.start()
    world.run(.seconds(10))
    return world
  }

  @Test("main mode and quick mode give both ends the same keys in nine messages, RFC 2409 §5")
  func mainMode() {
    let world = Self.established()
    #expect(world.isProtected)
    #expect(world.ends.map(\.sent.count) == [5, 4])
    #expect(world.ends.map { $0.proof?.identity } == TwoEnds.addresses.reversed().map { .address($0) })
    #expect(world.ends.allSatisfy { $0.refused.isEmpty && $0.failures.isEmpty && $0.claimed.values.allSatisfy { $0 } })
    #expect(world.ends.allSatisfy { $0.children.count == 1 && $0.current == $0.children.first?.inboundSPI })
  }

  @Test("aggressive mode needs three messages where a policy says so, RFC 2409 §5.4")
  func aggressiveMode() {
    let world = Self.established { $0.usesAggressiveMode = true }
    #expect(world.isProtected)
    #expect(world.ends.map(\.sent.count) == [4, 2])
  }

  @Test("every cipher, hash and group of phase 1 works", arguments: [HashAlgorithm.md5, .sha1, .sha256, .sha384, .sha512])
  func phase1Algorithms(hash: HashAlgorithm) {
    for encryption in [
      IKEProposal.Encryption(.aesCBC, keyBits: 128), .init(.aesCBC, keyBits: 192), .init(.aesCBC, keyBits: 256),
      .init(.tripleDES, keyBits: 0),
    ] {
      for isAggressive in [false, true] {
        let world = Self.established {
          $0.isakmpPolicies = [
            ISAKMPPolicy(encryption: encryption, hash: hash, method: .preSharedKey, group: .modp1024, lifetimeSeconds: 3_600)
          ]
          $0.usesAggressiveMode = isAggressive
        }
        #expect(world.isProtected, "\(hash.name) \(encryption) \(isAggressive)")
      }
    }
  }

  @Test(
    "quick mode agrees on suite, mode, 64-bit sequence numbers and perfect forward secrecy, RFC 2407 §4.5",
    arguments: [IPsecMode.transport, .tunnel], [false, true])
  func phase2(mode: IPsecMode, isPerfect: Bool) throws {
    for suite in [
      ESPSuite(encryption: 12, keyBits: 256, integrity: 14), ESPSuite(encryption: 3, keyBits: 0, integrity: 2),
      ESPSuite(encryption: 20, keyBits: 256), ESPSuite(encryption: 11, keyBits: 0, integrity: 12),
    ] {
      let world = Self.established {
        ($0.mode, $0.espSuites, $0.usesESN) = (mode, [suite], true)
        if isPerfect { $0.perfectForwardSecrecy = .modp2048 }
      }
      #expect(world.isProtected)
      for end in world.ends {
        let pair = try #require(end.children.first)
        #expect(pair.suite == suite && pair.mode == mode && pair.usesESN)
        #expect(pair.perfectForwardSecrecy == (isPerfect ? .modp2048 : nil))
        #expect(!pair.endpoints.isEncapsulated)
      }
    }
  }

  @Test("the responder takes the first offer that it likes, and without an own wish for it perfect forward secrecy too")
  func choice() throws {
    var (a, b) = ProtectionPolicy.pair()
    a.espSuites = [ESPSuite(encryption: 20, keyBits: 256), ESPSuite(encryption: 12, keyBits: 256, integrity: 12)]
    b.espSuites = [ESPSuite(encryption: 12, keyBits: 128, integrity: 2), ESPSuite(encryption: 12, keyBits: 256, integrity: 12)]
    a.perfectForwardSecrecy = .modp2048
    a.usesESN = true
    var world = TwoEnds(a, b)
    world.start()
    world.run(.seconds(5))
    let pair = try #require(world.ends[1].children.first)
    #expect(world.isProtected)
    #expect(pair.suite == b.espSuites[1] && pair.perfectForwardSecrecy == .modp2048 && !pair.usesESN)
  }

  @Test("the shorter lifetime counts at both ends; a responder with a shorter one says so, RFC 2407 §4.6.3.1")
  func lifetimes() throws {
    for isShorterHere in [true, false] {
      var (a, b) = ProtectionPolicy.pair()
      let short = (seconds: 1_200, kilobytes: 100_000)
      if isShorterHere {
        (a.childLifetimeSeconds, a.childLifetimeKilobytes) = short
      } else {
        (b.childLifetimeSeconds, b.childLifetimeKilobytes) = short
      }
      a.ikeLifetimeSeconds = 7_200
      var world = TwoEnds(a, b)
      world.start()
      world.run(.seconds(5))
      for end in world.ends {
        let pair = try #require(end.children.first)
        #expect(pair.lifetimeSeconds == 1_200 && pair.lifetimeKilobytes == 100_000)
      }
      #expect(world.ends[0].proof?.lifetimeSeconds == 7_200)
    }
  }

  @Test("an end with several policies offers all, best first, and the peer picks")
  func severalPolicies() throws {
    var (a, b) = ProtectionPolicy.pair()
    let weak = ISAKMPPolicy(
      encryption: .init(.tripleDES, keyBits: 0), hash: .md5, method: .preSharedKey, group: .modp1024, lifetimeSeconds: 86_400)
    let strong = a.isakmpPolicies[0]
    a.isakmpPolicies = [strong, weak]
    b.isakmpPolicies = [weak]
    var world = TwoEnds(a, b)
    world.start()
    world.run(.seconds(5))
    #expect(world.isProtected)
    #expect(world.ends[0].association?.row.group == .modp1024)
    b.isakmpPolicies = [weak, strong]
    world = TwoEnds(a, b)
    world.start()
    world.run(.seconds(5))
    #expect(world.ends[0].association?.row.group == .modp2048)
  }

  @Test("shared keys are chosen by address in main mode, by identity too in aggressive mode, RFC 2409 §5.4")
  func sharedKeys() {
    for isAggressive in [false, true] {
      var (a, b) = ProtectionPolicy.pair { $0.usesAggressiveMode = isAggressive }
      a.localIdentity = .fqdn("spoke7.example")
      let right = SecretBytes(Array("secret".utf8)), other = SecretBytes(Array("other".utf8))
      b.preSharedKeys = [
        PreSharedKey(addresses: IPPrefix(IPAddress(10, 0, 0, 0), length: 8), local: other),
        PreSharedKey(
          addresses: isAggressive ? nil : IPPrefix(host: a.local), identity: isAggressive ? .domain("example") : nil, local: right),
        PreSharedKey(local: other),
      ]
      var world = TwoEnds(a, b)
      world.start()
      world.run(.seconds(5))
      #expect(world.isProtected)
      #expect(world.ends[1].proof?.identity == .fqdn("spoke7.example"))
    }
  }

  @Test("a responder with two policies settles on the one that accepts the identity")
  func policyByIdentity() {
    var (a, b) = ProtectionPolicy.pair()
    a.localIdentity = .fqdn("spoke.branch.example")
    b.remoteMatches = [.domain("headquarters.example")]
    var second = b
    second.remoteMatches = [.domain("branch.example")]
    second.profileName = "BRANCH"
    var world = TwoEnds(a, b)
    world.ends[1].policies = [b, second]
    world.start()
    world.run(.seconds(5))
    #expect(world.isProtected)
    #expect(world.ends[1].proof?.policy.profileName == "BRANCH")
  }

  @Test("both may start at once: each end then has two associations' worth of nothing shared, and both work")
  func bothStart() {
    let (a, b) = ProtectionPolicy.pair()
    var first = TwoEnds(a, b), second = TwoEnds(b, a, seed: 2)
    first.start()
    second.start()
    first.run(.seconds(5))
    second.run(.seconds(5))
    #expect(first.isProtected && second.isProtected)
  }

  @Test("rows say what a show needs: state, algorithms, identities")
  func rows() throws {
    let world = Self.established { $0.deadPeerSeconds = 10 }
    let row = try #require(world.ends[0].association?.row)
    #expect(row.version == .ikev1 && row.state == .established && row.isInitiator)
    #expect(row.hash == .sha256 && row.encryption?.keyBits == 128 && row.localMethod == .preSharedKey)
    #expect(row.localIdentity == .address(TwoEnds.addresses[0]) && row.remoteIdentity == .address(TwoEnds.addresses[1]))
    #expect(row.deadPeerSeconds == 10 && row.lifetimeSeconds == 86_400)
    #expect(row.localSPI == world.ends[1].association?.row.remoteSPI)
  }

  @Test("the same seed gives the same run, another one another")
  func determinism() {
    let link = TwoEnds.Link(lossPercent: 20, duplicatePercent: 20, jitterMilliseconds: 400)
    let runs = [7, 7, 8].map { Self.established(link: link, seed: $0).transcript }
    #expect(runs[0] == runs[1])
    #expect(runs[0] != runs[2])
  }

  @Test("dead peer detection that is announced only with the public value, as by IOS, is answered there")
  func lateAnnouncement() {
    let (a, b) = ProtectionPolicy.pair()
    var world = TwoEnds(a, b)
    let announcement = ISAKMPPayload.vendorID(ISAKMPVendorID.deadPeerDetection)
    world.onSend = { from, bytes in
      guard from == 0, let message = try? ISAKMPMessage(decoding: bytes), case .clear(let chain) = message.content else { return bytes }
      let others = chain.payloads.filter { $0 != announcement }
      return ISAKMPMessage(message.header, chain.first == .keyExchange ? others + [announcement] : others).bytes
    }
    world.start()
    world.run(.seconds(5))
    #expect(world.isProtected)
    let announced = world.ends[1].sent.prefix(2).map { message in
      guard let decoded = try? ISAKMPMessage(decoding: message.bytes), case .clear(let chain) = decoded.content else { return false }
      return chain.payloads.contains(announcement)
    }
    #expect(announced == [false, true])
  }
}
