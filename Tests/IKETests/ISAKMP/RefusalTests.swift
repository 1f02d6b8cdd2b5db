// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv1: what must not come to be")
struct RefusalTests {
  /// One way in which two ends do not fit.
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var change: @Sendable (inout ProtectionPolicy, Int) -> Void
    init(_ name: String, _ change: @escaping @Sendable (inout ProtectionPolicy, Int) -> Void) {
      (testDescription, self.change) = (name, change)
    }
  }

  static let phase1Rows: [Row] = [
    Row("another key") { p, i in if i == 0 { p.preSharedKeys = [PreSharedKey(local: SecretBytes([1]))] } },
    Row("another key at the responder") { p, i in if i == 1 { p.preSharedKeys = [PreSharedKey(local: SecretBytes([1]))] } },
    Row("a longer key with the same start") { p, i in
      if i == 0 { p.preSharedKeys = [PreSharedKey(local: SecretBytes(Array("secret2".utf8)))] }
    },
    Row("no key for this address") { p, i in
      if i == 1 {
        p.preSharedKeys = [PreSharedKey(addresses: IPPrefix(host: IPAddress(10, 0, 0, 1)), local: SecretBytes(Array("secret".utf8)))]
      }
    },
    Row("no key at all") { p, i in if i == 1 { p.preSharedKeys = [] } },
    Row("another hash") { p, i in if i == 0 { p.isakmpPolicies[0].hash = .sha1 } },
    Row("another cipher") { p, i in if i == 0 { p.isakmpPolicies[0].encryption = .init(.tripleDES, keyBits: 0) } },
    Row("another key length") { p, i in if i == 0 { p.isakmpPolicies[0].encryption.keyBits = 256 } },
    Row("another group") { p, i in if i == 0 { p.isakmpPolicies[0].group = .modp1024 } },
    Row("another method") { p, i in
      if i == 1 { p.isakmpPolicies[0].method = .rsaSignature }
    },
    Row("no policy") { p, i in if i == 1 { p.isakmpPolicies = [] } },
    Row("aggressive mode where it is not wanted") { p, i in p.usesAggressiveMode = i == 0 },
    Row("an identity nobody expects") { p, i in if i == 1 { p.remoteMatches = [.fqdn("spoke.example")] } },
    Row("an address outside the expected ones") { p, i in
      if i == 1 { p.remoteMatches = [.addresses(IPPrefix(IPAddress(10, 0, 0, 0), length: 8))] }
    },
    Row("a name that only ends alike") { p, i in
      if i == 0 { p.localIdentity = .fqdn("evilexample") } else { p.remoteMatches = [.domain("example")] }
    },
    Row("a responder nobody expects") { p, i in if i == 0 { p.remoteMatches = [.fqdn("hub.example")] } },
    Row("a key id where a name is expected") { p, i in
      if i == 0 { p.localIdentity = .keyID(Array("spoke.example".utf8)) } else { p.remoteMatches = [.fqdn("spoke.example")] }
    },
    Row("a method that is not allowed for the peer") { p, i in if i == 1 { p.remoteMethods = [.rsaSignature] } },
  ]

  @Test("two ends that do not fit in phase 1 have no association that could carry a child", arguments: phase1Rows, [false, true])
  func phase1(row: Row, isAggressive: Bool) {
    var policies = TwoEnds.addresses.map { ProtectionPolicy.v1(local: $0) }
    for index in policies.indices {
      policies[index].usesAggressiveMode = isAggressive
      row.change(&policies[index], index)
    }
    var world = TwoEnds(policies[0], policies[1])
    world.start()
    world.run(.seconds(90))
    #expect(world.ends.allSatisfy { $0.children.isEmpty })
    #expect(!(world.ends[0].proof != nil && world.ends[1].proof != nil && world.ends.allSatisfy { $0.ended == nil }))
    #expect(world.ends[0].ended != nil)
  }

  static let phase2Rows: [Row] = [
    Row("another suite") { p, i in if i == 1 { p.espSuites = [ESPSuite(encryption: 3, keyBits: 0, integrity: 1)] } },
    Row("another key length") { p, i in if i == 1 { p.espSuites = [ESPSuite(encryption: 12, keyBits: 256, integrity: 12)] } },
    Row("another integrity") { p, i in if i == 1 { p.espSuites = [ESPSuite(encryption: 12, keyBits: 128, integrity: 13)] } },
    Row("no suite here") { p, i in if i == 0 { p.espSuites = [] } },
    Row("a suite that IKEv1 has no number for") { p, i in if i == 0 { p.espSuites = [ESPSuite(encryption: 28, keyBits: 0)] } },
    Row("another mode") { p, i in if i == 1 { p.mode = .tunnel } },
    Row("perfect forward secrecy that the initiator does not do") { p, i in if i == 1 { p.perfectForwardSecrecy = .modp2048 } },
    Row("perfect forward secrecy of another group") { p, i in p.perfectForwardSecrecy = i == 1 ? .modp2048 : .modp1024 },
    Row("perfect forward secrecy of a group that phase 1 would not take") { p, i in if i == 0 { p.perfectForwardSecrecy = .modp1024 } },
  ]

  @Test("two ends that do not fit in phase 2 have no child; the initiator learns why", arguments: phase2Rows, [false, true])
  func phase2(row: Row, isAggressive: Bool) {
    var policies = TwoEnds.addresses.map { ProtectionPolicy.v1(local: $0) }
    for index in policies.indices {
      policies[index].usesAggressiveMode = isAggressive
      row.change(&policies[index], index)
    }
    var world = TwoEnds(policies[0], policies[1])
    world.start()
    world.run(.seconds(90))
    #expect(world.ends.allSatisfy { $0.children.isEmpty && $0.proof != nil && $0.ended == nil })
    #expect(world.ends[0].failures.count == 1 && world.ends[0].failures.first != .timeout)
  }

  @Test("why phase 1 failed is told as far as it is known")
  func reasons() {
    func failure(_ name: String) -> IKEFailure? {
      var policies = TwoEnds.addresses.map { ProtectionPolicy.v1(local: $0) }
      for row in Self.phase1Rows where row.testDescription == name { for i in policies.indices { row.change(&policies[i], i) } }
      var world = TwoEnds(policies[0], policies[1])
      world.onSend = { _, bytes in bytes }
      world.start()
      world.run(.seconds(90))
      return world.ends[0].ended
    }
    #expect(failure("a responder nobody expects") == .identityRefused(.address(TwoEnds.addresses[1])))
    // The responder cannot read a fifth message under another key: nobody answers.
    #expect(failure("another key") == .timeout)
    // An identity that is not accepted is told by a notify under the keys.
    #expect(failure("an identity nobody expects") == .refused(notify: 18))
  }

  @Test("a stranger's first message is answered by nothing longer than itself, and by nothing where version 1 is not wanted")
  func firstContact() throws {
    var (a, b) = ProtectionPolicy.pair()
    a.isakmpPolicies[0].hash = .sha1
    var world = TwoEnds(a, b)
    world.start()
    world.run(.seconds(1))
    let first = try #require(world.ends[0].sent.first?.bytes), header = try IKEHeader(decoding: first)
    let ends = AssociationEndpoints(local: b.local, remote: a.local, localPort: 500, remotePort: 500)
    guard case .answer(let answer, .noPolicy) = ISAKMPAssociation.firstContact(header, first, endpoints: ends, policies: [b]) else {
      Issue.record("no answer")
      return
    }
    #expect(answer.count < first.count)
    guard case .clear(let chain) = try ISAKMPMessage(decoding: answer).content else { return }
    #expect(chain.notifications.map(\.type) == [.noProposalChosen])
    guard case .refuse(.noPolicy) = ISAKMPAssociation.firstContact(header, first, endpoints: ends, policies: []) else {
      Issue.record("answered without a policy")
      return
    }
    // The initiator takes it for a hint: it goes on, and shows it when it gives up.
    world.tell(0, .message(AssociationEndpoints(local: a.local, remote: b.local, localPort: 500, remotePort: 500), bytes: answer))
    #expect(world.ends[0].ended == nil)
    world.run(.seconds(60))
    #expect(world.ends[0].ended == .refused(notify: 14))
  }

  @Test("no answer to a message without a cookie of ours is longer than the message, in aggressive mode than five quarters of it", arguments: [false, true])
  func amplification(isAggressive: Bool) throws {
    for hash in [HashAlgorithm.sha1, .sha256, .sha512] {
      for name in ["", String(repeating: "n", count: 200)] {
        let (a, b) = ProtectionPolicy.pair {
          $0.usesAggressiveMode = isAggressive
          $0.isakmpPolicies[0].hash = hash
          if !name.isEmpty { $0.localIdentity = .fqdn(name) }
        }
        var world = TwoEnds(a, b)
        world.start()
        world.run(.seconds(5))
        #expect(world.isProtected)
        let question = try #require(world.ends[0].sent.first?.bytes), answer = try #require(world.ends[1].sent.first?.bytes)
        #expect(answer.count <= (isAggressive ? question.count * 5 / 4 : question.count), "\(hash.name)")
      }
    }
  }

  @Test("a short first message of aggressive mode is answered without NAT traversal, or not at all")
  func shortQuestion() throws {
    var (a, b) = ProtectionPolicy.pair { $0.usesAggressiveMode = true }
    a.localIdentity = .fqdn(String(repeating: "a", count: 60))
    for nameLength in [1, 400] {
      b.localIdentity = .fqdn(String(repeating: "b", count: nameLength))
      var world = TwoEnds(a, b)
      world.onSend = { from, bytes in from == 0 ? Self.withoutVendorIDs(bytes) : bytes }
      world.start()
      world.run(.seconds(3))
      let question = try #require(world.ends[0].sent.first.flatMap { Self.withoutVendorIDs($0.bytes) })
      #expect(world.ends[1].sent.allSatisfy { $0.bytes.count <= question.count * 5 / 4 })
      #expect(world.ends[1].sent.isEmpty == (nameLength == 400))
    }
  }

  /// A clear message of phase 1 without its vendor IDs.
  static func withoutVendorIDs(_ bytes: [UInt8]) -> [UInt8] {
    guard let message = try? ISAKMPMessage(decoding: bytes), case .clear(let chain) = message.content else { return bytes }
    return ISAKMPMessage(message.header, chain.payloads.filter { $0.type != .vendorID }).bytes
  }

  @Test("quick modes under way are counted, and what is too much is refused")
  func tooManyQuickModes() {
    var world = ExchangeTests.established()
    world.link.lossPercent = 100
    for index in 0..<20 as Range<UInt32> { world.tell(0, .rekeyChild(ChildReference(inboundSPI: 0x1000 + index, outboundSPI: 1))) }
    #expect(world.ends[0].failures == [IKEFailure](repeating: .limit("quick modes"), count: 12))
    // Asked again for the same, it does nothing new.
    world.tell(0, .rekeyChild(ChildReference(inboundSPI: 0x1000, outboundSPI: 1)))
    #expect(world.ends[0].failures.count == 12)
  }
}
