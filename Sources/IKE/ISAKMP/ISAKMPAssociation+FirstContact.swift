// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

extension ISAKMPAssociation {
  /// What becomes of the first message of somebody for whom there is no association yet; nothing is kept. `policies` are those of
  /// version 1 whose addresses fit.
  package static func firstContact(
    _ header: IKEHeader, _ bytes: [UInt8], endpoints: AssociationEndpoints, policies: [ProtectionPolicy]
  ) -> FirstContact {
    let exchange = header.isakmpExchange
    guard header.responderSPI == 0, exchange == .identityProtection || exchange == .aggressive else { return .refuse(.unknownSPI) }
    let able = exchange == .aggressive ? policies.filter(\.usesAggressiveMode) : policies
    guard !able.isEmpty else { return .refuse(.noPolicy) }
    guard header.initiatorSPI != 0, header.messageID == 0, let message = try? ISAKMPMessage(decoding: bytes),
      case .clear(let chain) = message.content
    else { return .refuse(.malformed) }
    guard let offer = chain.securityAssociation else { return .refuse(.unexpected) }
    var trial = Phase1(AssociationSetup(number: 0, isInitiator: false, endpoints: endpoints, policies: able))
    if exchange == .aggressive, !trial.noteIdentity(chain) { return .refuse(.unexpected) }
    guard trial.choose(offer, isAggressive: exchange == .aggressive) != nil else {
      return .answer(noProposalChosen(header), .noPolicy)
    }
    return .accept(able)
  }

  /// NO-PROPOSAL-CHOSEN, shorter than any offer. It is in clear, and changes nothing at the peer but the reason it shows.
  private static func noProposalChosen(_ header: IKEHeader) -> [UInt8] {
    let answer = IKEHeader(initiatorCookie: header.initiatorSPI, responderCookie: 0, .informational)
    let notify = ISAKMPNotification(protocolID: .isakmp, spi: [], type: .noProposalChosen)
    return ISAKMPMessage(answer, [.notification(notify)]).bytes
  }
}
