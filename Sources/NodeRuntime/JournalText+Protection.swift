// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import ProtocolKit
import Wire

extension JournalKind {
  /// Whether it is of IKE or ESP.
  var isProtection: Bool { (200..<300).contains(rawValue) }
}

/// Records of IKE and ESP: `a` is the peer's NBMA address, `b` our own.
extension JournalText {
  static func protectionSeverity(_ kind: JournalKind) -> Severity {
    switch kind {
    case .ikeFailed: .error
    case .protectionDown, .peerDead, .clearPacketRefused, .ikeRefused, .unknownSPI: .warning
    case .protectionUp, .peerEndpointMoved: .notice
    default: .informational
    }
  }

  func protectionText(_ r: JournalRecord) -> String {
    switch r.kind {
    case .protectionWanted: "protection wanted"
    case .ikeInitSent: "IKEv\(r.x) begun"
    case .ikeInitReceived: "IKEv\(r.x) begun by the peer"
    case .ikeAuthenticated: "IKEv\(r.x) association \(r.y) established"
    case .ikeFailed: "IKE failed: \(JournalText.failure(r.x, r.y))"
    case .ikeRekeyed: "IKE association renewed" + (r.x == 1 ? "" : " by the peer")
    case .ikeDeleted: "IKE association ended: \(JournalText.failure(r.x, r.y))"
    case .protectionUp: "protected: packets may pass"
    case .protectionDown: "no longer protected: \(JournalText.failure(r.y, 0))"
    case .peerDead: "no longer answers: its associations end"
    case .peerEndpointMoved: "moved from \(r.c), port \(r.x) now"
    case .ikePortFloated: "behind NAT: on by UDP port 4500"
    default: pairText(r)
    }
  }

  private func pairText(_ r: JournalRecord) -> String {
    func spi(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }
    return switch r.kind {
    case .childInstalled: "ESP pair in \(spi(r.x)) out \(spi(r.y))"
    case .childRekeyed: "ESP pair renewed: in \(spi(r.x)) out \(spi(r.y))"
    case .childDeleted: "ESP pair in \(spi(r.x)) out \(spi(r.y)) deleted"
    case .clearPacketRefused: "GRE in clear refused (to \(r.b))"
    case .unknownSPI: "ESP with an unknown SPI, \(spi(r.x))"
    case .ikeRefused: "IKE message refused: \(JournalText.refusal(r.x))"
    case .cookieDemanded: "a cookie was demanded"
    default: "\(r.kind)"
    }
  }

  private static func refusal(_ index: UInt32) -> String {
    let all = IKERefusal.allCases
    return Int(index) < all.count ? all[Int(index)].rawValue : "reason \(index)"
  }

  /// The notifies that refuse, by the numbers of both versions (RFC 7296 §3.10.1, RFC 2408 §3.14.1).
  private static let notifies: [UInt32: String] = [
    4: "INVALID_IKE_SPI", 7: "INVALID_SYNTAX", 14: "NO_PROPOSAL_CHOSEN", 17: "INVALID_KE_PAYLOAD", 18: "INVALID_ID_INFORMATION",
    24: "AUTHENTICATION_FAILED", 35: "NO_ADDITIONAL_SAS", 38: "TS_UNACCEPTABLE", 43: "TEMPORARY_FAILURE", 44: "CHILD_SA_NOT_FOUND",
  ]

  /// The words for an `IKEFailure` by its numbers in the journal.
  static func failure(_ code: UInt32, _ detail: UInt32) -> String {
    switch code {
    case 1: "no answer"
    case 2: "the peer is dead"
    case 3: "deleted by the peer"
    case 4: "deleted here"
    case 5: "the peer refused, \(notifies[detail] ?? "notify \(detail)")"
    case 6: "no proposal fits ours"
    case 7: "authentication failed"
    case 8: "its identity is not accepted, or no key is for it"
    case 9: "its certificate is not accepted"
    case 10: "its traffic selectors are not GRE between the two ends"
    case 11: "malformed message"
    case 12: "a limit of ours"
    case 13: "its lifetime ended"
    case 14: "nothing configured fits it"
    default: "reason \(code)"
    }
  }

  /// What an alarm says of a failure, and the command that helps.
  static func alarm(_ r: JournalRecord) -> String {
    switch r.kind {
    case .ikeFailed: "IKE: \(failure(r.x, r.y)); debug crypto ikev2"
    case .peerDead: "no longer answers IKE; show crypto session"
    default: "sends GRE in clear, which is refused; show tunnel protection there"
    }
  }
}
