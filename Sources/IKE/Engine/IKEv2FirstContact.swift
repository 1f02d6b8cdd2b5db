// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// Judges a stranger's IKE_SA_INIT without keeping anything (RFC 7296 §2.6, §2.21.1).
enum IKEv2FirstContact {
  /// `demandsCookie`: many exchanges are half open.
  static func judge(
    _ bytes: [UInt8], _ endpoints: AssociationEndpoints, _ policies: [ProtectionPolicy], _ cookies: CookieJar, demandsCookie: Bool
  ) -> FirstContact {
    guard !policies.isEmpty else { return .refuse(.noPolicy) }
    guard let message = try? IKEMessage(decoding: bytes), message.enclosed == nil, message.header.messageID == 0,
      message.header.responderSPI == 0, message.header.initiatorSPI != 0
    else { return .refuse(.malformed) }
    let header = message.header
    let payloads: [IKEPayload]
    do throws(PayloadError) { payloads = try [IKEPayload](message.payloads) } catch {
      guard case .unsupportedCritical = error else { return .refuse(.malformed) }
      return .answer(reply(header, [.notify(NotifyPayload(error))]), .unexpected)
    }
    guard let nonce = payloads.nonce, payloads.keyExchange != nil, payloads.securityAssociation != nil else { return .refuse(.unexpected) }
    let isProven = payloads.notify(.cookie).map {
      cookies.accepts($0.value, initiatorSPI: header.initiatorSPI, nonce: nonce, endpoints)
    }
    let demand =
      cookies.cookie(initiatorSPI: header.initiatorSPI, nonce: nonce, endpoints)
      .map { FirstContact.answer(reply(header, [.notify(.cookie, $0)]), .cookie) } ?? .refuse(.limit)
    if demandsCookie, isProven != true { return demand }
    guard let opening = IKEv2Opening(payloads, header, endpoints, policies) else {
      return .answer(reply(header, [.notify(.noProposalChosen)]), .noPolicy)
    }
    guard opening.peerGuessed else {
      return .answer(reply(header, [.notify(EstablishedAssociation.wrongGroup(opening.suite.group))]), .unexpected)
    }
    // Whoever forges its address must not make us send more than it sent.
    if opening.answerBytes > bytes.count, isProven != true { return demand }
    return .accept(policies)
  }

  /// An answer to the first message of somebody we keep nothing of: his SPI, and none of ours.
  static func reply(_ header: IKEHeader, _ payloads: [IKEPayload]) -> [UInt8] {
    var answer = IKEHeader(
      initiatorSPI: header.initiatorSPI, responderSPI: header.responderSPI, majorVersion: 2, exchange: header.exchange,
      flags: HeaderFlags.response.rawValue, messageID: header.messageID)
    // The flag of who began is that of the other end (§3.1).
    if header.flags & HeaderFlags.initiator.rawValue == 0 { answer.flags |= HeaderFlags.initiator.rawValue }
    return IKEMessage(clear: payloads, header: answer).encoded
  }
}
