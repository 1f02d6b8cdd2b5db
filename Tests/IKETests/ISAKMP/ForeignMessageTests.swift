// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv1: messages of Cisco IOS and of a phone")
struct ForeignMessageTests {
  @Test("every message is decoded and encoded to the same bytes", arguments: ForeignMessages.ios + ForeignMessages.phone)
  func identity(hex: String) throws {
    let message = try ISAKMPMessage(decoding: bytes(hex))
    #expect(message.bytes == bytes(hex))
    guard case .clear(let chain) = message.content else { return }
    #expect(ISAKMPMessage(message.header, chain.payloads).bytes == bytes(hex))
  }

  @Test("IOS offers what we read: AES-128, SHA-1, group 1, a day, and three forms of NAT traversal")
  func iosOffer() throws {
    guard case .clear(let chain) = try ISAKMPMessage(decoding: bytes(ForeignMessages.ios[0])).content else { return }
    let offer = try #require(chain.securityAssociation)
    let policy = ISAKMPPolicy(
      encryption: .init(.aesCBC, keyBits: 128), hash: .sha1, method: .preSharedKey, group: KeyExchangeMethod(rawValue: 1),
      lifetimeSeconds: 90_000)
    let chosen = try #require(Phase1Offer.choose(offer, [policy]))
    #expect(chosen.agreement.lifetimeSeconds == 86_400)
    // IOS' own answer is the transform as it was sent: ours is the same.
    guard case .clear(let answer) = try ISAKMPMessage(decoding: bytes(ForeignMessages.ios[1])).content else { return }
    #expect(answer.securityAssociation == chosen.answer)
    var traversal = NATTraversal()
    traversal.choose(from: chain.vendorIDs)
    #expect(traversal.form == .draft07)
    traversal.choose(from: answer.vendorIDs)
    #expect(traversal.form == .draft07)
  }

  @Test("IOS' NAT-D of draft 07 has number 15, and says that there is no NAT")
  func iosNATDetection() throws {
    let message = try ISAKMPMessage(decoding: bytes(ForeignMessages.ios[2]))
    guard case .clear(let chain) = message.content else { return }
    #expect(chain.natDetections.count == 2)
    var traversal = NATTraversal()
    traversal.form = .draft07
    let ends = AssociationEndpoints(local: IPAddress(10, 0, 0, 2), remote: IPAddress(10, 0, 0, 1), localPort: 500, remotePort: 500)
    traversal.compare(chain.natDetections, ends, .sha1, cookies: message.header.cookies)
    #expect(!traversal.isDetected)
    let other = AssociationEndpoints(local: IPAddress(10, 0, 0, 2), remote: IPAddress(10, 0, 0, 9), localPort: 500, remotePort: 500)
    traversal.compare(chain.natDetections, other, .sha1, cookies: message.header.cookies)
    #expect(traversal.isThere && !traversal.isHere)
    #expect(ISAKMPVendorID.announcesDeadPeerDetection(chain.vendorIDs))
  }

  @Test("a phone's twelve transforms are read; none of them is ours, as all want XAUTH")
  func phoneOffer() throws {
    guard case .clear(let chain) = try ISAKMPMessage(decoding: bytes(ForeignMessages.phone[0])).content else { return }
    let offer = try #require(chain.securityAssociation)
    #expect(offer.proposals.first?.transforms.count == 12)
    let policies = [HashAlgorithm.md5, .sha1, .sha256].map {
      ISAKMPPolicy(encryption: .init(.aesCBC, keyBits: 256), hash: $0, method: .preSharedKey, group: .modp1024, lifetimeSeconds: 86_400)
    }
    #expect(Phase1Offer.choose(offer, policies) == nil)
  }

  @Test("the phone's session is decrypted with its key and encrypted again to the same bytes, vectors and all, RFC 2409 appendix B")
  func phoneSession() throws {
    let cipher = ISAKMPCipher(.aesCBC, .sha256, key: SecretBytes(bytes(ForeignMessages.phoneKey)))
    let all = try ForeignMessages.phone.map { try ISAKMPMessage(decoding: bytes($0)) }
    let publics = all.compactMap { if case .clear(let chain) = $0.content { chain.body(of: .keyExchange) } else { nil } }
    var phase1 = cipher.initialVector(initiatorPublic: publics[0], responderPublic: publics[1]),
      exchanges: [UInt32: ISAKMPCipher.Vector] = [:]
    var kinds: [ISAKMPPayloadType] = []
    for (message, hex) in zip(all, ForeignMessages.phone) {
      guard case .encrypted(let ciphertext) = message.content else { continue }
      let id = message.header.messageID
      var vector = id == 0 ? phase1 : exchanges[id] ?? cipher.vector(after: phase1, messageID: id)
      let chain = try cipher.open(ciphertext, first: ISAKMPPayloadType(rawValue: message.header.nextPayload), vector)
      let sealed = try cipher.seal(ISAKMPPayloadChain(chain.payloads, padding: chain.padding), &vector)
      #expect(ISAKMPMessage(message.header, first: chain.first, ciphertext: sealed).bytes == bytes(hex))
      if id == 0 { phase1 = vector } else { exchanges[id] = vector }
      kinds += chain.payloads.map(\.type)
    }
    #expect(kinds.prefix(2) == [.identification, .hash])
    // Mode configuration's attributes are kept as they are.
    #expect(kinds.contains(ISAKMPPayloadType(rawValue: 14)) && kinds.contains(.securityAssociation) && kinds.contains(.notification))
  }
}
