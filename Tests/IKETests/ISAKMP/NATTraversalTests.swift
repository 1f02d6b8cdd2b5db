// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv1: NATs between the ends, RFC 3947")
struct NATTraversalTests {
  static let translated = IPAddress(203, 0, 113, 9)

  @Test(
    "main and aggressive mode, in both modes of ESP, move to port 4500 and put ESP into UDP, §4 and §5.1", arguments: [false, true],
    [IPsecMode.transport, .tunnel])
  func natted(isAggressive: Bool, mode: IPsecMode) throws {
    let world = ExchangeTests.established(link: TwoEnds.Link(translated: Self.translated)) {
      ($0.usesAggressiveMode, $0.mode) = (isAggressive, mode)
    }
    #expect(world.isProtected)
    let here = try #require(world.ends[0].proof), there = try #require(world.ends[1].proof)
    #expect(here.isBehindNAT && !here.isPeerBehindNAT && there.isPeerBehindNAT && !there.isBehindNAT)
    #expect(here.endpoints.localPort == 4_500 && here.endpoints.remotePort == 4_500)
    #expect(
      there.endpoints == AssociationEndpoints(local: TwoEnds.addresses[1], remote: Self.translated, localPort: 4_500, remotePort: 24_500))
    let pairs = try world.ends.map { try #require($0.children.first) }
    #expect(pairs[0].endpoints == here.endpoints && pairs[1].endpoints == there.endpoints && pairs.allSatisfy { $0.mode == mode })
    // A peer behind a NAT names its private address.
    #expect(there.identity == .address(TwoEnds.addresses[0]))
  }

  @Test("an old peer that knows only a draft is spoken to in its numbers", arguments: [NATTraversal.Form.draft07, .draft03, .draft02])
  func drafts(form: NATTraversal.Form) throws {
    let (a, b) = ProtectionPolicy.pair()
    var world = TwoEnds(a, b, link: TwoEnds.Link(translated: Self.translated))
    let unwanted = NATTraversal.Form.allCases.filter { $0 != form }.map(\.vendorID)
    // What the others announce is made unknown on the way, which SAi_b does not cover.
    world.onSend = { _, bytes in
      unwanted.reduce(bytes) { bytes, id in
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: id) }) else { return bytes }
        var changed = bytes
        changed[start] ^= 0xff
        return changed
      }
    }
    world.start()
    world.run(.seconds(5))
    #expect(world.isProtected)
    #expect(try #require(world.ends[1].children.first).endpoints.isEncapsulated)
    let hasNATDetection = world.ends[1].sent.contains { message in
      guard let decoded = try? ISAKMPMessage(decoding: message.bytes), case .clear(let chain) = decoded.content else { return false }
      return chain.payloads.contains { $0.type == form.detection }
    }
    #expect(hasNATDetection)
  }

  @Test("the numbers of each form, RFC 3947 §3.2, §5.1 and its drafts")
  func numbers() {
    #expect(NATTraversal.Form.allCases.map(\.detection.rawValue) == [20, 15, 130, 130])
    #expect(NATTraversal.Form.allCases.map(\.originalAddress.rawValue) == [21, 16, 131, 131])
    #expect(NATTraversal.Form.allCases.map { $0.encapsulation(.tunnel) } == [3, 3, 61_443, 61_443])
    #expect(NATTraversal.Form.allCases.map { $0.encapsulation(.transport) } == [4, 4, 61_444, 61_444])
    #expect(NATTraversal.Form.rfc3947.vendorID == HashAlgorithm.md5.digest(Array("RFC 3947".utf8)))
    #expect(NATTraversal.Form.draft07.vendorID == HashAlgorithm.md5.digest(Array("draft-ietf-ipsec-nat-t-ike-07".utf8)))
    #expect(NATTraversal.Form.draft03.vendorID == HashAlgorithm.md5.digest(Array("draft-ietf-ipsec-nat-t-ike-03".utf8)))
    #expect(NATTraversal.Form.draft02.vendorID == HashAlgorithm.md5.digest(Array("draft-ietf-ipsec-nat-t-ike-02\n".utf8)))
  }

  @Test("a peer without NAT traversal is spoken to without it")
  func none() {
    let (a, b) = ProtectionPolicy.pair()
    var world = TwoEnds(a, b)
    let all = NATTraversal.Form.allCases.map(\.vendorID)
    world.onSend = { _, bytes in
      var changed = bytes
      for id in all { if let start = bytes.indices.first(where: { bytes[$0...].starts(with: id) }) { changed[start] ^= 0xff } }
      return changed
    }
    world.start()
    world.run(.seconds(5))
    #expect(world.isProtected)
    #expect(world.ends.allSatisfy { $0.children.first?.endpoints.isEncapsulated == false })
  }

  @Test("a peer whose NAT gives it a new port is followed, but only on authentic messages, RFC 3947 §7")
  func newMapping() {
    var world = ExchangeTests.established(link: TwoEnds.Link(translated: Self.translated)) { $0.deadPeerSeconds = 10 }
    let moved = AssociationEndpoints(local: TwoEnds.addresses[1], remote: IPAddress(203, 0, 113, 77), localPort: 4_500, remotePort: 31_000)
    // Something forged does not move it.
    if var forged = world.ends[0].sent.last?.bytes {
      forged[23] ^= 1
      world.tell(1, .message(moved, bytes: forged))
    }
    #expect(world.ends[1].endpoints?.remotePort == 24_500)
    world.tell(0, .probe)
    if let probe = world.ends[0].sent.last?.bytes { world.tell(1, .message(moved, bytes: probe)) }
    #expect(world.ends[1].endpoints == moved)
    // The packet path may be the first to see it.
    world.tell(1, .moved(remote: Self.translated, remotePort: 40_000))
    #expect(world.ends[1].endpoints?.remotePort == 40_000)
  }
}
