// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv2: proposals")
struct ProposalSelectionTests {
  static let cbc = IKEProposal(
    encryption: [.init(.aesCBC, keyBits: 256), .init(.aesCBC, keyBits: 128)], prf: [.hmacSHA256], integrity: [.hmacSHA256],
    groups: [.modp2048, .ecp256])
  static let mixed = IKEProposal(
    encryption: [.init(.aesGCM16, keyBits: 128), .init(.aesCBC, keyBits: 128)], prf: [.hmacSHA256, .hmacSHA512], integrity: [.hmacSHA256],
    groups: [.curve25519])

  @Test("combined algorithms stand in a proposal without integrity (RFC 5282 §8)")
  func offers() {
    let offer = ProposalSelection.offer([Self.mixed])
    #expect(offer.count == 2 && offer.map(\.number) == [1, 2])
    #expect(offer[0].transforms(of: .integrity).isEmpty && offer[0].transforms(of: .encryption).map(\.id) == [20])
    #expect(offer[1].transforms(of: .integrity).map(\.id) == [12])
    #expect(ProposalSelection.select(offer, [Self.mixed], guessed: .curve25519)?.suite.encryption.algorithm == .aesGCM16)
  }

  @Test("our order decides, but the initiator's group where it guessed one of ours; exactly one of each kind is answered")
  func choice() throws {
    let theirs = IKEProposal(
      encryption: [.init(.aesCBC, keyBits: 128), .init(.aesCBC, keyBits: 256)], prf: [.hmacSHA512, .hmacSHA256],
      integrity: [.hmacSHA512, .hmacSHA256], groups: [.ecp256, .modp2048])
    let chosen = try #require(ProposalSelection.select(ProposalSelection.offer([theirs]), [Self.cbc], guessed: .ecp256))
    #expect(chosen.suite.encryption == .init(.aesCBC, keyBits: 256) && chosen.suite.group == .ecp256)
    #expect(chosen.proposal.transforms.count == 4)
    #expect(ProposalSelection.chosen([chosen.proposal], [theirs]) == chosen.suite)
    #expect(ProposalSelection.select(ProposalSelection.offer([theirs]), [Self.cbc], guessed: .curve25519)?.suite.group == .modp2048)
  }

  @Test("a key length counts: 128 is not 256, and none is neither (RFC 7296 §3.3.5)")
  func keyLengths() {
    var offer = ProposalSelection.offer([Self.cbc])
    offer[0].transforms = offer[0].transforms.map { $0.type == .encryption ? Transform(encryption: 12, keyBits: 192) : $0 }
    #expect(ProposalSelection.select(offer, [Self.cbc], guessed: .ecp256) == nil)
    offer[0].transforms = offer[0].transforms.map { $0.type == .encryption ? Transform(encryption: 12, keyBits: 0) : $0 }
    #expect(ProposalSelection.select(offer, [Self.cbc], guessed: .ecp256) == nil)
  }

  @Test("an unknown kind of transform spoils its proposal, an unknown attribute its transform (RFC 7296 §3.3.6)")
  func unknown() {
    var offer = ProposalSelection.offer([Self.cbc])
    offer[0].transforms.append(Transform(TransformType(rawValue: 6), 35))
    #expect(ProposalSelection.select(offer, [Self.cbc], guessed: .ecp256) == nil)
    offer = ProposalSelection.offer([Self.cbc])
    offer[0].transforms = offer[0].transforms.map { transform in
      var changed = transform
      if transform.type == .integrity { changed.attributes = [.short(type: 77, value: 1)] }
      return changed
    }
    #expect(ProposalSelection.select(offer, [Self.cbc], guessed: .ecp256) == nil)
  }

  @Test("a child's groups: required, taken from the peer, or not looked at in the first exchange")
  func groups() {
    let suite = ESPSuite(encryption: 20, keyBits: 128)
    let with = ProposalSelection.offer([suite], spi: 300, usesESN: false, group: .ecp256)
    let without = ProposalSelection.offer([suite], spi: 300, usesESN: false, group: nil)
    func group(_ offer: [Proposal], _ rule: ProposalSelection.GroupRule) -> KeyExchangeMethod?? {
      ProposalSelection.select(offer, [suite], wantsESN: false, rule).map(\.group)
    }
    #expect(group(with, .required(.ecp256)) == .some(.ecp256))
    #expect(group(without, .required(.ecp256)) == nil)
    #expect(group(with, .required(.modp2048)) == nil)
    #expect(group(with, .free(guessed: .ecp256)) == .some(.ecp256))
    #expect(group(without, .free(guessed: nil)) == .some(nil))
    #expect(group(with, .free(guessed: nil)) == nil)
    #expect(group(with, .ignored) == .some(nil))
  }

  @Test("ESN where both want it; an offer of nothing else than ESN is taken by nobody who does not; a reserved SPI is none")
  func numbersAndSPIs() {
    let suite = ESPSuite(encryption: 12, keyBits: 128, integrity: 12)
    func uses(_ theirs: Bool, _ ours: Bool) -> Bool? {
      ProposalSelection.select(ProposalSelection.offer([suite], spi: 256, usesESN: theirs, group: nil), [suite], wantsESN: ours, .ignored)?.usesESN
    }
    #expect(uses(true, true) == true && uses(true, false) == false && uses(false, true) == false)
    var only = ProposalSelection.offer([suite], spi: 256, usesESN: true, group: nil)
    only[0].transforms.removeAll { $0.type == .extendedSequenceNumbers && $0.id == 0 }
    #expect(ProposalSelection.select(only, [suite], wantsESN: false, .ignored) == nil)
    #expect(ProposalSelection.select(only, [suite], wantsESN: true, .ignored)?.usesESN == true)
    let reserved = ProposalSelection.offer([suite], spi: 255, usesESN: false, group: nil)
    #expect(ProposalSelection.select(reserved, [suite], wantsESN: false, .ignored) == nil)
  }

  @Test("two nodes speak every suite that IKE itself can be protected by", arguments: [
    IKEProposal(encryption: [.init(.aesCBC, keyBits: 256)], prf: [.hmacSHA512], integrity: [.hmacSHA512], groups: [.ecp384]),
    IKEProposal(encryption: [.init(.aesCBC, keyBits: 128)], prf: [.hmacSHA1], integrity: [.hmacSHA1], groups: [.modp1536]),
    IKEProposal(encryption: [.init(.aesCTR, keyBits: 192)], prf: [.hmacSHA384], integrity: [.hmacSHA384], groups: [.ecp521]),
    IKEProposal(encryption: [.init(.aesGCM8, keyBits: 256)], prf: [.aesCMAC], integrity: [], groups: [.curve448]),
    IKEProposal(encryption: [.init(.aesCCM16, keyBits: 128)], prf: [.aesXCBC], integrity: [], groups: [.modp2048]),
    IKEProposal(encryption: [.init(.chaCha20Poly1305, keyBits: 0)], prf: [.hmacSHA256], integrity: [], groups: [.curve25519]),
    IKEProposal(encryption: [.init(.tripleDES, keyBits: 0)], prf: [.hmacMD5], integrity: [.aesXCBC], groups: [.ecp256]),
  ])
  func suites(proposal: IKEProposal) throws {
    let (_, a, b) = Situation.established { $0.ikeProposals = [proposal] }
    try expectMatching(a, b)
    #expect(a.engine.ikeRows(limit: 1).first?.encryption == proposal.encryption[0])
  }
}
