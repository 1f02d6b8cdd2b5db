// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv1: saved sessions of strongSwan")
struct SavedSessionTests {
  @Test("every message is decoded, decrypted, encoded and encrypted to the same bytes", arguments: SavedSession.all)
  func identity(session: SavedSession) throws {
    let walk = try SessionWalk(session)
    #expect(session.messages.count >= 48)
    #expect(walk.steps.count { $0.vector != nil } >= 30)
    for step in walk.steps {
      var chain = ISAKMPPayloadChain(step.chain.payloads, padding: step.chain.padding)
      #expect(chain.bytes == step.chain.bytes)
      guard var vector = step.vector, let cipher = step.exchange.cipher else {
        #expect(ISAKMPMessage(step.header, step.chain.payloads).bytes == step.message.bytes)
        continue
      }
      let withPadding = try cipher.seal(chain, &vector)
      #expect(ISAKMPMessage(step.header, first: chain.first, ciphertext: withPadding).bytes == step.message.bytes)
      // Ours is filled up with zeros, and so is strongSwan's, but that adds a block where none is needed.
      #expect(step.chain.padding.allSatisfy { $0 == 0 } && step.chain.padding.count <= cipher.blockBytes)
      guard step.chain.padding.count < cipher.blockBytes else { continue }
      chain = ISAKMPPayloadChain(step.chain.payloads)
      vector = try #require(step.vector)
      #expect(try cipher.seal(chain, &vector) == withPadding)
      #expect(vector == cipher.nextVector(of: withPadding))
    }
  }

  @Test("nothing in them is unknown to us but what they may add to main mode", arguments: SavedSession.all)
  func known(session: SavedSession) throws {
    for step in try SessionWalk(session).steps {
      let unknown = step.chain.payloads.filter { if case .unknown = $0 { true } else { false } }
      #expect(unknown.isEmpty)
    }
  }

  @Test("SKEYID and its three children come out as logged, RFC 2409 §5", arguments: SavedSession.all)
  func keys(session: SavedSession) throws {
    var checked = 0
    for step in try SessionWalk(session).steps {
      guard let logged = step.exchange.logged, step.header.messageID == 0 else { continue }
      let nonces = step.exchange.phase1.compactMap { $0.body(of: .nonce) },
        publics = step.exchange.phase1.compactMap { $0.body(of: .keyExchange) }
      try #require(nonces.count == 2 && publics.count == 2)
      let skeyid = ISAKMPKeys.skeyid(session.hash, preSharedKey: session.preSharedKey, initiatorNonce: nonces[0], responderNonce: nonces[1])
      let keys = ISAKMPKeys(hash: session.hash, skeyid: skeyid, sharedSecret: logged.sharedSecret, cookies: step.header.cookies)
      #expect(keys.skeyid == logged.skeyid && keys.d == logged.d && keys.a == logged.a && keys.e == logged.e)
      let cipher = try #require(ISAKMPCipher(session.encryption, keys: keys))
      #expect(cipher.initialVector(initiatorPublic: publics[0], responderPublic: publics[1]) == logged.firstVector)
      checked += 1
    }
    #expect(checked >= 5)
  }

  @Test("both ends' proofs are what we compute, RFC 2409 §5", arguments: SavedSession.all)
  func proofs(session: SavedSession) throws {
    var checked = 0
    for step in try SessionWalk(session).steps where step.header.messageID == 0 && step.exchange.keys != nil {
      let all = step.exchange.phase1, keys = try #require(step.exchange.keys)
      let publics = all.compactMap { $0.body(of: .keyExchange) }, identities = all.compactMap { $0.body(of: .identification) }
      let proof = ISAKMPKeys.Proof(
        initiatorPublic: publics[0], responderPublic: publics[1], cookies: step.header.cookies,
        securityAssociation: try #require(all[0].body(of: .securityAssociation)))
      let hashes = all.compactMap { $0.body(of: .hash) }
      let isAggressive = step.header.isakmpExchange == .aggressive
      if isAggressive {
        #expect(
          hashes == [keys.responderHash(proof, identification: identities[1]), keys.initiatorHash(proof, identification: identities[0])])
      } else {
        #expect(hashes.first == keys.initiatorHash(proof, identification: identities[0]))
        if hashes.count == 2 { #expect(hashes[1] == keys.responderHash(proof, identification: identities[1])) }
      }
      checked += 1
    }
    #expect(checked >= 5)
  }

  @Test("the hash of every quick mode and informational message is what we compute, RFC 2409 §5.5 and §5.7", arguments: SavedSession.all)
  func hashes(session: SavedSession) throws {
    var checked = 0
    for step in try SessionWalk(session).steps where step.header.messageID != 0 {
      let keys = try #require(step.exchange.keys), id = step.header.messageID
      let nonces = step.exchange.steps.compactMap { $0.body(of: .nonce) }
      let expected =
        switch (step.header.isakmpExchange, step.index) {
        case (.quickMode, 1): keys.answerHash(messageID: id, initiatorNonce: nonces[0], step.chain.bytesAfterFirst)
        case (.quickMode, 2): keys.confirmationHash(messageID: id, initiatorNonce: nonces[0], responderNonce: nonces[1])
        default: keys.messageHash(messageID: id, step.chain.bytesAfterFirst)
        }
      #expect(step.chain.first == .hash)
      #expect(step.chain.body(of: .hash) == expected)
      checked += 1
    }
    #expect(checked >= 20)
  }

  @Test("KEYMAT of every child comes out as logged, with and without perfect forward secrecy, RFC 2409 §5.5", arguments: SavedSession.all)
  func keymat(session: SavedSession) throws {
    var checked = 0
    for step in try SessionWalk(session).steps where step.header.isakmpExchange == .quickMode && step.index == 1 {
      guard let logged = session.quick.first(where: { $0.messageID == step.header.messageID }) else { continue }
      let keys = try #require(step.exchange.keys), nonces = step.exchange.steps.compactMap { $0.body(of: .nonce) }
      let spis = step.exchange.steps.compactMap { $0.securityAssociation?.proposals.first?.spi }.map {
        $0.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      }
      try #require(nonces.count == 2 && spis.count == 2)
      for (spi, expected) in [(spis[1], logged.initiatorKeys), (spis[0], logged.responderKeys)] {
        let material = keys.keymat(
          spi: spi, initiatorNonce: nonces[0], responderNonce: nonces[1], sharedSecret: logged.sharedSecret, count: expected.count)
        #expect(material == expected)
      }
      #expect((logged.sharedSecret != nil) == session.name.hasSuffix("pfs"))
      checked += 1
    }
    #expect(checked >= 5)
  }

  @Test("NAT-D names the receiver first and then the sender, RFC 3947 §3.2", arguments: SavedSession.all)
  func natDetection(session: SavedSession) throws {
    var checked = 0
    for step in try SessionWalk(session).steps where !step.chain.natDetections.isEmpty {
      let ends = [step.message.destination, step.message.source]
      #expect(step.chain.natDetections == ends.map { session.hash.natDetection(cookies: step.header.cookies, $0, port: 500) })
      checked += 1
    }
    #expect(checked >= 10)
  }
}

extension SavedSessionTests {
  @Test("cut anywhere and changed anywhere, in clear and inside the encryption, no message traps", arguments: SavedSession.all)
  func disturbed(session: SavedSession) throws {
    for step in try SessionWalk(session).steps {
      for length in 0..<step.message.bytes.count { _ = try? ISAKMPMessage(decoding: Array(step.message.bytes.prefix(length))) }
      let plain = step.chain.bytes
      for index in plain.indices {
        #expect(throws: ISAKMPDecodeError.self) { try ISAKMPPayloadChain(first: step.chain.first, decoding: Array(plain.prefix(index))) }
        for value in [0, 1, 0x7f, 0xff, plain[index] &+ 1] as [UInt8] {
          var changed = plain
          changed[index] = value
          guard let chain = try? ISAKMPPayloadChain(first: step.chain.first, decoding: changed) else { continue }
          // What was read is written again, but for what the RFC reserves.
          let again = try ISAKMPPayloadChain(first: chain.first, decoding: ISAKMPPayloadChain(chain.payloads).bytes)
          #expect(again.payloads == chain.payloads)
        }
      }
    }
  }
}
