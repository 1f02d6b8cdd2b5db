// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv2: traffic selectors of GRE")
struct GRESelectorsTests {
  static let peer = IPAddress(198, 51, 100, 11), whole = GRESelectors.offer(peer)

  private func range(_ first: IPAddress, _ last: IPAddress, _ ipProtocol: UInt8, _ ports: ClosedRange<UInt16> = 0...65_535)
    -> TrafficSelector
  {
    .addresses(first: first, last: last, ipProtocol: ipProtocol, firstPort: ports.lowerBound, lastPort: ports.upperBound)
  }

  @Test("one host and protocol 47, as IOS and we send it")
  func plain() { #expect(GRESelectors.narrow(Self.whole, to: Self.peer, isTranslated: false) == Self.whole) }

  @Test(
    "the GRE key in the clothes of a port, alone or before the whole range, as Linux and strongSwan send it: answered by the whole range")
  func keyAsPort() {
    let keyed = range(Self.peer, Self.peer, 47, 42...42)
    for offer in [[keyed], [keyed, range(Self.peer, Self.peer, 47)]] {
      #expect(GRESelectors.narrow(TrafficSelectorPayload(offer), to: Self.peer, isTranslated: false) == Self.whole)
    }
  }

  @Test("any protocol, a network, everything: narrowed to GRE of the host (RFC 7296 §2.9)")
  func narrowed() {
    let network = range(IPAddress(198, 51, 100, 0), IPAddress(198, 51, 100, 255), 0), all = range(.anyV4, IPAddress(255, 255, 255, 255), 47)
    for selector in [network, all] {
      #expect(GRESelectors.narrow(TrafficSelectorPayload([selector]), to: Self.peer, isTranslated: false) == Self.whole)
    }
  }

  @Test("another host, another protocol, a range from back to front, a kind nobody knows: refused")
  func refused() {
    let others: [TrafficSelector] = [
      .host(IPAddress(198, 51, 100, 12), ipProtocol: 47), .host(Self.peer, ipProtocol: 17),
      range(IPAddress(198, 51, 100, 255), IPAddress(198, 51, 100, 0), 47), .unknown(type: 9, ipProtocol: 47, body: [1, 2]),
    ]
    for selector in others { #expect(GRESelectors.narrow(TrafficSelectorPayload([selector]), to: Self.peer, isTranslated: false) == nil) }
  }

  @Test("behind a NAT an end names its own address: the answer repeats it, for one host only (RFC 7296 §2.23.1)")
  func translated() {
    let inside = GRESelectors.offer(IPAddress(10, 0, 0, 5))
    #expect(GRESelectors.narrow(inside, to: Self.peer, isTranslated: true) == inside)
    #expect(GRESelectors.narrow(inside, to: Self.peer, isTranslated: false) == nil)
    let network = TrafficSelectorPayload([range(IPAddress(10, 0, 0, 0), IPAddress(10, 0, 0, 255), 47)])
    #expect(GRESelectors.narrow(network, to: Self.peer, isTranslated: true) == nil)
  }

  @Test("an answer is GRE at the host that was offered, nothing wider and nobody else")
  func answers() {
    #expect(GRESelectors.isAnswer(Self.whole, to: Self.peer, isTranslated: false))
    #expect(GRESelectors.isAnswer(TrafficSelectorPayload([range(Self.peer, Self.peer, 47, 42...42)]), to: Self.peer, isTranslated: false))
    for selector in [
      range(Self.peer, Self.peer, 0), range(.anyV4, IPAddress(255, 255, 255, 255), 47), .host(IPAddress(1, 2, 3, 4), ipProtocol: 47),
    ] {
      #expect(!GRESelectors.isAnswer(TrafficSelectorPayload([selector]), to: Self.peer, isTranslated: false))
    }
    #expect(!GRESelectors.isAnswer(TrafficSelectorPayload([]), to: Self.peer, isTranslated: true))
  }

  @Test("behind a NAT an answer may name the address the other end sees, as strongSwan does: one host, one family (RFC 7296 §2.23.1)")
  func translatedAnswers() {
    let inside = IPAddress(10, 0, 0, 5), other = IPAddress(1, 2, 3, 4)
    #expect(GRESelectors.isAnswer(Self.whole, to: inside, isTranslated: true))
    #expect(!GRESelectors.isAnswer(Self.whole, to: inside, isTranslated: false))
    for selectors in [
      [range(Self.peer, Self.peer, 0)], [range(.anyV4, IPAddress(255, 255, 255, 255), 47)],
      [range(Self.peer, Self.peer, 47), range(other, other, 47)], [.host(.anyV6, ipProtocol: 47)],
    ] {
      #expect(!GRESelectors.isAnswer(TrafficSelectorPayload(selectors), to: inside, isTranslated: true))
    }
  }

  @Test("every offer in the saved sessions of strongSwan is accepted: suites, selectors, groups", arguments: IKEv2Session.strongSwan)
  func realOffers(session: IKEv2Session) throws {
    var offers = 0
    for (source, destination, bytes) in session.messages {
      let message = try IKEMessage(decoding: bytes)
      guard let enclosed = message.enclosed, !message.flags.contains(.response) else { continue }
      let isFromInitiator = message.flags.contains(.initiator)
      let plain = session.secrets.lazy.compactMap { secrets -> [UInt8]? in
        try? message.opened(bytes, session.cipher(isFromInitiator ? secrets.ei : secrets.er, isFromInitiator ? secrets.ai : secrets.ar))
      }.first
      let payloads = try [IKEPayload](decoding: try #require(plain), first: enclosed.inner)
      for case .securityAssociation(let offer) in payloads where offer.proposals.first?.protocolID == .esp {
        let group = payloads.firstGroup
        let rule: ProposalSelection.GroupRule = message.exchange == .ikeAuth ? .ignored : .free(guessed: group)
        let choice = try #require(ProposalSelection.select(offer.proposals, [session.espSuite], wantsESN: false, rule))
        #expect(choice.suite == session.espSuite && choice.group == group)
        for case .initiatorSelectors(let selectors) in payloads {
          #expect(GRESelectors.narrow(selectors, to: source, isTranslated: false) == GRESelectors.offer(source))
        }
        for case .responderSelectors(let selectors) in payloads {
          #expect(GRESelectors.narrow(selectors, to: destination, isTranslated: false) == GRESelectors.offer(destination))
        }
        offers += 1
      }
    }
    #expect(offers >= 5)
  }
}
