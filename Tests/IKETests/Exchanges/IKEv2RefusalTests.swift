// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// One way to be wrong.
struct Wrong: Sendable, CustomTestStringConvertible {
  var name: String
  /// The error the peer is told, where it is told one.
  var told: NotifyType?
  /// Whether the ends know each other all the same, and only the child is refused.
  var authenticates = false
  var change: @Sendable (ScriptedPeer) -> Void

  init(_ name: String, _ told: NotifyType? = nil, authenticates: Bool = false, _ change: @escaping @Sendable (ScriptedPeer) -> Void) {
    (self.name, self.told, self.authenticates, self.change) = (name, told, authenticates, change)
  }

  var testDescription: String { name }
}

@Suite("IKEv2: what must not come to be")
struct IKEv2RefusalTests {
  /// Wrong in either role.
  static let everywhere: [Wrong] =
    [
      Wrong("another shared key", .authenticationFailed) { $0.key = SecretBytes(Array("lab-throwawaz".utf8)) },
      Wrong("an empty shared key", .authenticationFailed) { $0.key = SecretBytes([]) },
      Wrong("the engine's own name", .authenticationFailed) { $0.identity = .address($0.node.address) },
      Wrong("a proof over nothing", .authenticationFailed) { $0.octets = { _ in [] } },
      Wrong("a proof over the other's first message", .authenticationFailed) { peer in
        peer.octets = {
          SignedOctets.of(
            message: $0.request + $0.response, otherNonce: [], identification: IdentificationPayload($0.identity), prf: .hmacSHA256,
            p: SecretBytes([]))
        }
      },
      Wrong("another method than the proof's", .authenticationFailed) { peer in
        peer.changeAuth = {
          $0.replacing(
            .authentication, by: .authentication(AuthenticationPayload(method: .rsaSignature, value: $1.proof(isInitiator: true))))
        }
      },
      Wrong("a method nobody knows", .authenticationFailed) { peer in
        peer.changeAuth = {
          $0.replacing(
            .authentication, by: .authentication(AuthenticationPayload(method: .init(rawValue: 250), value: $1.proof(isInitiator: true))))
        }
      },
      Wrong("an empty proof", .authenticationFailed) { peer in
        peer.changeAuth = { payloads, _ in
          payloads.replacing(.authentication, by: .authentication(AuthenticationPayload(method: .sharedKey, value: [])))
        }
      },
      Wrong("two proofs", .invalidSyntax) { peer in
        peer.changeAuth = { payloads, _ in payloads + payloads.filter { $0.type == PayloadType.authentication.rawValue } }
      },
      Wrong("a critical payload nobody knows", .unsupportedCriticalPayload) { peer in
        peer.changeAuth = { payloads, _ in payloads + [.unknown(RawPayload(type: 222, isCritical: true, body: [1]))] }
      },
      Wrong("nothing inside", .invalidSyntax) { $0.changeAuth = { _, _ in [] } },
      Wrong("a wrong message ID") { peer in
        peer.changeHeader = {
          var h = $0
          if h.exchange == 35 { h.messageID = 2 }
          return h
        }
      },
      Wrong("message ID 0") { peer in
        peer.changeHeader = {
          var h = $0
          if h.exchange == 35 { h.messageID = 0 }
          return h
        }
      },
      Wrong("another exchange") { peer in
        peer.changeHeader = {
          var h = $0
          if h.exchange == 35 { h.exchange = 37 }
          return h
        }
      },
      Wrong("version 3") { peer in
        peer.changeHeader = {
          var h = $0
          h.majorVersion = 3
          return h
        }
      },
      Wrong("an SPI of nobody") { peer in
        peer.changeHeader = {
          var h = $0
          if h.exchange == 35 {
            h.initiatorSPI ^= 1
            h.responderSPI ^= 1
          }
          return h
        }
      },
      Wrong("no SA in the first message") { $0.changeInit = { payloads, _ in payloads.replacing(.securityAssociation, by: nil) } },
      Wrong("no KE in the first message") { $0.changeInit = { payloads, _ in payloads.replacing(.keyExchange, by: nil) } },
      Wrong("no nonce in the first message") { $0.changeInit = { payloads, _ in payloads.replacing(.nonce, by: nil) } },
      Wrong("two nonces in the first message") {
        $0.changeInit = { payloads, _ in payloads + [.nonce(NoncePayload([UInt8](repeating: 9, count: 20)))] }
      },
      Wrong("an empty first message") { $0.changeInit = { _, _ in [] } },
      Wrong("a nonce of 15 bytes") {
        $0.changeInit = { payloads, _ in
          payloads.replacing(.nonce, by: .unknown(RawPayload(type: 40, body: [UInt8](repeating: 1, count: 15))))
        }
      },
      Wrong("a nonce of 257 bytes") {
        $0.changeInit = { payloads, _ in
          payloads.replacing(.nonce, by: .unknown(RawPayload(type: 40, body: [UInt8](repeating: 1, count: 257))))
        }
      },
      Wrong("a public value of zero") {
        $0.changeInit = { payloads, _ in
          payloads.replacing(
            .keyExchange, by: .keyExchange(KeyExchangePayload(method: .curve25519, publicValue: [UInt8](repeating: 0, count: 32))))
        }
      },
      Wrong("a public value too short") {
        $0.changeInit = { payloads, _ in
          payloads.replacing(.keyExchange, by: .keyExchange(KeyExchangePayload(method: .curve25519, publicValue: [1, 2, 3])))
        }
      },
      Wrong("a critical payload nobody knows in the first message") {
        $0.changeInit = { payloads, _ in payloads + [.unknown(RawPayload(type: 222, isCritical: true, body: []))] }
      },
    ]
    + (0..<32).map { index in
      Wrong("byte \(index) of the proof changed", .authenticationFailed) { peer in
        peer.changeAuth = { payloads, peer in
          let isInitiator = payloads.contains { $0.type == PayloadType.initiatorIdentification.rawValue }
          var proof = peer.proof(isInitiator: isInitiator)
          proof[index] ^= 1 << UInt8(index % 8)
          return payloads.replacing(.authentication, by: .authentication(AuthenticationPayload(method: .sharedKey, value: proof)))
        }
      }
    }
    + stride(from: 28, to: 190, by: 10).map { position in
      Wrong("byte \(position) of the protected message changed") { peer in
        peer.changeBytes = { bytes in
          var changed = bytes
          if changed.indices.contains(position) { changed[position] ^= 0x10 }
          return changed
        }
      }
    }

  static let initiators: [Wrong] = [
    Wrong("no IDi", .invalidSyntax) { $0.changeAuth = { payloads, _ in payloads.replacing(.initiatorIdentification, by: nil) } },
    Wrong("no AUTH", .invalidSyntax) { $0.changeAuth = { payloads, _ in payloads.replacing(.authentication, by: nil) } },
    Wrong("no SA", .invalidSyntax) { $0.changeAuth = { payloads, _ in payloads.replacing(.securityAssociation, by: nil) } },
    Wrong("no TSi", .invalidSyntax) { $0.changeAuth = { payloads, _ in payloads.replacing(.initiatorSelectors, by: nil) } },
    Wrong("no TSr", .invalidSyntax) { $0.changeAuth = { payloads, _ in payloads.replacing(.responderSelectors, by: nil) } },
    Wrong("the responder's proof", .authenticationFailed) { peer in
      peer.changeAuth = {
        $0.replacing(.authentication, by: .authentication(AuthenticationPayload(method: .sharedKey, value: $1.proof(isInitiator: false))))
      }
    },
    Wrong("an identity proven as another", .authenticationFailed) { peer in
      peer.changeAuth = { payloads, _ in
        payloads.replacing(.initiatorIdentification, by: .initiatorIdentification(IdentificationPayload(.fqdn("other.example"))))
      }
    },
    Wrong("no common ESP suite", .noProposalChosen, authenticates: true) { peer in
      peer.changeAuth = { payloads, _ in
        payloads.replacing(
          .securityAssociation,
          by: .securityAssociation(
            SecurityAssociationPayload(
              ProposalSelection.offer([ESPSuite(encryption: 3, keyBits: 0, integrity: 2)], spi: 300, usesESN: false, group: nil))))
      }
    },
    Wrong("AH", .noProposalChosen, authenticates: true) { peer in
      peer.changeAuth = { payloads, _ in
        payloads.replacing(
          .securityAssociation,
          by: .securityAssociation(
            SecurityAssociationPayload([Proposal(number: 1, protocolID: .ah, spi: [1, 2, 3, 4], transforms: [Transform(.integrity, 12)])])))
      }
    },
    Wrong("an ESP SPI that is reserved", .noProposalChosen, authenticates: true) { peer in
      peer.changeAuth = { payloads, _ in
        payloads.replacing(
          .securityAssociation,
          by: .securityAssociation(
            SecurityAssociationPayload(
              ProposalSelection.offer([ESPSuite(encryption: 20, keyBits: 128)], spi: 255, usesESN: false, group: nil))))
      }
    },
    Wrong("selectors of another host", .tsUnacceptable, authenticates: true) { peer in
      peer.changeAuth = { payloads, _ in
        payloads.replacing(.initiatorSelectors, by: .initiatorSelectors(GRESelectors.offer(IPAddress(192, 0, 2, 1))))
      }
    },
    Wrong("selectors of another protocol", .tsUnacceptable, authenticates: true) { peer in
      peer.changeAuth = { payloads, peer in
        payloads.replacing(.responderSelectors, by: .responderSelectors(TrafficSelectorPayload([.host(peer.node.address, ipProtocol: 17)])))
      }
    },
    Wrong("selectors the wrong way round", .tsUnacceptable, authenticates: true) { peer in
      peer.changeAuth = { payloads, peer in
        payloads.replacing(.initiatorSelectors, by: .initiatorSelectors(GRESelectors.offer(peer.node.address))).replacing(
          .responderSelectors, by: .responderSelectors(GRESelectors.offer(peer.address)))
      }
    },
    Wrong("the flags of a responder") { peer in
      peer.changeHeader = {
        var h = $0
        if h.exchange == 35 { h.flags = 0x20 }
        return h
      }
    },
    Wrong("the flag of the initiator missing") { peer in
      peer.changeHeader = {
        var h = $0
        if h.exchange == 35 { h.flags = 0 }
        return h
      }
    },
    Wrong("an SA with a kind of transform nobody knows") { peer in
      peer.changeInit = { payloads, _ in
        var proposal = ProposalSelection.offer(Situation.policy(Situation.spoke).ikeProposals)[0]
        proposal.transforms.append(Transform(TransformType(rawValue: 9), 1))
        return payloads.replacing(.securityAssociation, by: .securityAssociation(SecurityAssociationPayload([proposal])))
      }
    },
    Wrong("a first message with an SPI of 0") { peer in
      peer.changeHeader = {
        var h = $0
        h.initiatorSPI = 0
        return h
      }
    },
  ]

  static let responders: [Wrong] = [
    Wrong("no IDr") { $0.changeAuth = { payloads, _ in payloads.replacing(.responderIdentification, by: nil) } },
    Wrong("no AUTH") { $0.changeAuth = { payloads, _ in payloads.replacing(.authentication, by: nil) } },
    Wrong("no SA", authenticates: true) { $0.changeAuth = { payloads, _ in payloads.replacing(.securityAssociation, by: nil) } },
    Wrong("no TSi", authenticates: true) { $0.changeAuth = { payloads, _ in payloads.replacing(.initiatorSelectors, by: nil) } },
    Wrong("no TSr", authenticates: true) { $0.changeAuth = { payloads, _ in payloads.replacing(.responderSelectors, by: nil) } },
    Wrong("the initiator's own proof back", .authenticationFailed) { peer in
      peer.changeAuth = { payloads, peer in
        let mine = peer.heard.first { $0.type == PayloadType.authentication.rawValue }
        return payloads.replacing(.authentication, by: mine)
      }
    },
    Wrong("an identity proven as another", .authenticationFailed) { peer in
      peer.changeAuth = { payloads, _ in
        payloads.replacing(.responderIdentification, by: .responderIdentification(IdentificationPayload(.fqdn("other.example"))))
      }
    },
    Wrong("a suite that was not offered", authenticates: true) { peer in
      peer.changeAuth = { payloads, _ in
        payloads.replacing(
          .securityAssociation,
          by: .securityAssociation(
            SecurityAssociationPayload(
              ProposalSelection.offer([ESPSuite(encryption: 11, keyBits: 0, integrity: 2)], spi: 300, usesESN: false, group: nil))))
      }
    },
    Wrong("two suites", authenticates: true) { peer in
      peer.changeAuth = { payloads, _ in
        payloads.replacing(
          .securityAssociation,
          by: .securityAssociation(
            SecurityAssociationPayload(
              ProposalSelection.offer(
                [ESPSuite(encryption: 20, keyBits: 128), ESPSuite(encryption: 20, keyBits: 128)], spi: 300, usesESN: false, group: nil))))
      }
    },
    Wrong("wider selectors than offered", authenticates: true) { peer in
      peer.changeAuth = { payloads, _ in
        payloads.replacing(
          .initiatorSelectors,
          by: .initiatorSelectors(
            TrafficSelectorPayload([
              .addresses(first: .anyV4, last: IPAddress(255, 255, 255, 255), ipProtocol: 0, firstPort: 0, lastPort: .max)
            ])))
      }
    },
    Wrong("an IKE suite that was not offered") { peer in
      peer.changeInit = { payloads, _ in
        payloads.replacing(
          .securityAssociation,
          by: .securityAssociation(
            SecurityAssociationPayload([
              Proposal(
                number: 1, protocolID: .ike,
                transforms: [Transform(encryption: 20, keyBits: 256), Transform(.pseudoRandomFunction, 5), Transform(.keyExchange, 31)])
            ])))
      }
    },
    Wrong("two algorithms of one kind") { peer in
      peer.changeInit = { payloads, _ in
        payloads.replacing(
          .securityAssociation,
          by: .securityAssociation(
            SecurityAssociationPayload([
              Proposal(
                number: 1, protocolID: .ike,
                transforms: [
                  Transform(encryption: 20, keyBits: 128), Transform(.pseudoRandomFunction, 5), Transform(.keyExchange, 31),
                  Transform(.keyExchange, 19),
                ])
            ])))
      }
    },
    Wrong("the initiator's own nonce") { peer in
      peer.changeInit = { payloads, peer in payloads.replacing(.nonce, by: .nonce(NoncePayload(peer.nonces.initiator))) }
    },
    Wrong("an SPI of 0 as its own") { peer in
      peer.changeHeader = {
        var h = $0
        h.responderSPI = 0
        return h
      }
    },
    Wrong("an answer with the flag of the initiator") { peer in
      peer.changeHeader = {
        var h = $0
        h.flags |= 8
        return h
      }
    },
  ]

  @Test("as responder: nothing of it becomes an association", arguments: everywhere + initiators)
  func responding(wrong: Wrong) throws {
    let world = World()
    let node = world.add(Situation.hub)
    node.handle(.configure([Situation.policy(Situation.hub)], IKEGlobalSettings()))
    let peer = ScriptedPeer(world, against: node, at: Situation.spoke)
    wrong.change(peer)
    peer.initiate()
    expectRefused(wrong, node, peer)
    world.run(.seconds(90))
    expectNothing(node)
    #expect(node.engine.timerCount == 0)
  }

  @Test("as initiator: nothing of it becomes an association", arguments: everywhere + responders)
  func initiating(wrong: Wrong) throws {
    let world = World()
    let node = world.add(Situation.spoke)
    node.handle(.configure([Situation.policy(Situation.spoke)], IKEGlobalSettings()))
    let peer = ScriptedPeer(world, against: node, at: Situation.hub)
    wrong.change(peer)
    peer.respond()
    expectRefused(wrong, node, peer)
    world.run(.seconds(90))
    expectNothing(node)
    #expect(node.engine.timerCount == 0)
    #expect(node.failures.count == 1, "whoever asked is told, once")
  }

  private func expectRefused(_ wrong: Wrong, _ node: TestNode, _ peer: ScriptedPeer) {
    #expect(node.ups.isEmpty && node.inbound.isEmpty && node.outbound.isEmpty)
    #expect(node.engine.summary.children == 0)
    if !wrong.authenticates { #expect(node.engine.summary.established == 0) }
    if let told = wrong.told { #expect(peer.heard.notifyTypes.contains(told), "heard \(peer.heard.notifyTypes)") }
  }

  @Test("the same peer with nothing wrong is let in, in both roles: the tests above refuse for their reasons")
  func nothingWrong() {
    for isInitiator in [true, false] {
      let world = World()
      let node = world.add(isInitiator ? Situation.hub : Situation.spoke)
      node.handle(.configure([Situation.policy(node.address)], IKEGlobalSettings()))
      let peer = ScriptedPeer(world, against: node, at: isInitiator ? Situation.spoke : Situation.hub)
      if isInitiator { peer.initiate() } else { peer.respond() }
      world.run(.seconds(2))
      #expect(node.ups.count == 1 && node.engine.summary.children == 1 && node.outbound.count == 1)
    }
  }

  @Test(
    "who is not among those a policy accepts, or has no key there, is refused by name",
    arguments: [
      IdentityMatch.fqdn("spoke1.example"), .domain("example"), .keyID([1]), .addresses(IPPrefix(IPAddress(192, 0, 2, 0), length: 24)),
      .mail("a@example"),
    ])
  func identities(match: IdentityMatch) {
    let world = World()
    let a = world.add(Situation.spoke), b = world.add(Situation.hub)
    a.handle(.configure([Situation.policy(Situation.spoke)], IKEGlobalSettings()))
    b.handle(.configure([Situation.policy(Situation.hub) { $0.remoteMatches = [match] }], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(2))
    #expect(a.failures.map(\.failure) == [.refused(notify: 24)])
    expectNothing(a, b)
    #expect(b.journal(.ikeFailed).first?.x == IKEFailure.identityRefused(.keyID([])).journalCode.x)
  }

  @Test("an initiator refuses a responder it did not mean, and tells it (RFC 7296 §2.21.2)")
  func wrongResponder() {
    let world = World()
    let a = world.add(Situation.spoke), b = world.add(Situation.hub)
    a.handle(.configure([Situation.policy(Situation.spoke) { $0.remoteMatches = [.fqdn("hub.example")] }], IKEGlobalSettings()))
    b.handle(.configure([Situation.policy(Situation.hub)], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(2))
    #expect(a.failures.map(\.failure) == [.identityRefused(.address(Situation.hub))])
    expectNothing(a, b)
  }

  @Test("where a mode is required, the other is refused", arguments: [true, false])
  func requiredMode(atInitiator: Bool) {
    let world = World()
    let a = world.add(Situation.spoke), b = world.add(Situation.hub)
    a.handle(
      .configure(
        [
          Situation.policy(Situation.spoke) {
            $0.mode = atInitiator ? .transport : .tunnel
            $0.requiresMode = atInitiator
          }
        ], IKEGlobalSettings()))
    b.handle(
      .configure(
        [
          Situation.policy(Situation.hub) {
            $0.mode = atInitiator ? .tunnel : .transport
            $0.requiresMode = !atInitiator
          }
        ], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(3))
    #expect(a.failures.count == 1)
    expectNothing(a, b)
  }
}
