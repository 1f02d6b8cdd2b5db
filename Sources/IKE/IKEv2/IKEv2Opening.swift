// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// A stranger's IKE_SA_INIT request, as far as it can be judged without keeping anything (RFC 7296 §1.2).
struct IKEv2Opening: Sendable {
  let initiatorSPI: UInt64
  let nonce: [UInt8]
  let suite: IKESuite
  /// The initiator's public value, of the group it guessed.
  let publicValue: [UInt8]
  /// Whether that group is the one we choose; else it is told (INVALID_KE_PAYLOAD).
  let peerGuessed: Bool
  let hashes: Set<UInt16>?
  let takesFragments: Bool
  let nat: NATDetection
  /// The first policy whose proposals fit.
  let policy: ProtectionPolicy
  private let detectsNAT: Bool
  private let proposal: Proposal
  private let endpoints: AssociationEndpoints

  /// Nil where a payload is missing or none of our proposals fits: `Self.error` says which.
  init?(_ payloads: [IKEPayload], _ header: IKEHeader, _ endpoints: AssociationEndpoints, _ policies: [ProtectionPolicy]) {
    guard let offered = payloads.securityAssociation?.proposals, let exchange = payloads.keyExchange, let nonce = payloads.nonce,
      header.initiatorSPI != 0
    else { return nil }
    var found: (policy: ProtectionPolicy, suite: IKESuite, proposal: Proposal)?
    for policy in policies {
      guard let choice = ProposalSelection.select(offered, policy.ikeProposals, guessed: exchange.method) else { continue }
      found = (policy, choice.suite, choice.proposal)
      break
    }
    guard let found else { return nil }
    (policy, suite, proposal) = (found.policy, found.suite, found.proposal)
    (initiatorSPI, self.nonce, self.endpoints) = (header.initiatorSPI, nonce, endpoints)
    (publicValue, peerGuessed) = (exchange.publicValue, exchange.method == found.suite.group)
    hashes = payloads.signatureHashes
    takesFragments = found.policy.fragmentationBytes > 0 && payloads.has(.fragmentationSupported)
    nat = NATDetection(payloads, header, endpoints)
    detectsNAT = payloads.has(.natDetectionSource)
  }

  /// Our nonce need not be longer than the peer's, so that the answer is not longer than the question; but half as long as the
  /// function's key (§2.10).
  var nonceBytes: Int { max(16, suite.prf.keyBytes / 2, min(InitialExchange.nonceBytes, nonce.count)) }

  /// Our answer.
  func answer(spi: UInt64, publicValue: [UInt8], nonce: [UInt8]) -> [UInt8] {
    var payloads: [IKEPayload] = [
      .securityAssociation(SecurityAssociationPayload([proposal])),
      .keyExchange(KeyExchangePayload(method: suite.group, publicValue: publicValue)), .nonce(NoncePayload(nonce)),
    ]
    if detectsNAT { payloads += NATDetection.notifies(initiatorSPI, spi, endpoints) }
    payloads += InitialExchange.certificateRequest(policy)
    payloads += InitialExchange.features(policy).filter { feature in
      guard case .notify(let notify) = feature else { return false }
      return notify.type == .fragmentationSupported ? takesFragments : hashes != nil
    }
    let header = IKEHeader(
      initiatorSPI: initiatorSPI, responderSPI: spi, majorVersion: 2, exchange: ExchangeType.ikeSAInit.rawValue,
      flags: HeaderFlags.response.rawValue, messageID: 0)
    return IKEMessage(clear: payloads, header: header).encoded
  }

  /// How long our answer will be: public values of one group have one length.
  var answerBytes: Int {
    answer(spi: 1, publicValue: publicValue, nonce: [UInt8](repeating: 0, count: nonceBytes)).count
  }
}
