// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import ProtocolKit
import Wire

/// Records of IKE and IPsec: `a` is the peer's NBMA address, `b` our own. What `x` and `y` are:
///
/// | kind | x | y |
/// |---|---|---|
/// | ikeInitSent, ikeInitReceived | version | |
/// | ikeAuthenticated | version | number of the association |
/// | ikeFailed, ikeDeleted, peerDead | `IKEFailure.journalCode.x` | the peer's notify, where that is the reason |
/// | ikeRekeyed | 1: we began | |
/// | childInstalled, childRekeyed, childDeleted | inbound SPI | outbound SPI |
/// | protectionUp, protectionDown | `ProtectionID` | `IKEFailure.journalCode.x` (down) |
/// | ikeRefused, cookieDemanded | index in `IKERefusal.allCases` | the sender's port |
/// | unknownSPI | SPI | |
/// | ikeSwitched | 1: on | |
extension JournalText {
  static func isProtection(_ kind: JournalKind) -> Bool { kind.rawValue >= JournalKind.protectionWanted.rawValue && !isRouting(kind) }

  static func protectionSeverity(_ kind: JournalKind) -> Severity {
    switch kind {
    case .ikeFailed: .error
    case .protectionDown, .peerDead, .clearPacketRefused, .unknownSPI, .ikeRefused: .warning
    case .protectionUp, .peerEndpointMoved, .cookieDemanded, .ikeSwitched: .notice
    default: .informational
    }
  }

  static func protectionFacility(_ kind: JournalKind) -> String {
    switch kind {
    case .childInstalled, .childRekeyed, .childDeleted, .protectionUp, .protectionDown, .peerEndpointMoved, .clearPacketRefused,
      .unknownSPI:
      "IPSEC"
    default: "IKE"
    }
  }

  func protectionText(_ r: JournalRecord) -> String {
    switch r.kind {
    case .protectionWanted: "protection wanted to \(r.a)"
    case .ikeInitSent: "IKEv\(r.x) exchange begun with \(r.a)"
    case .ikeInitReceived: "IKEv\(r.x) exchange begun by \(r.a)"
    case .ikeAuthenticated: "IKEv\(r.x) association \(r.y) with \(r.a) authenticated"
    case .ikeFailed: "IKE with \(r.a) failed: \(Self.failure(r.x, notify: r.y))"
    case .ikeDeleted: "IKE association with \(r.a) ended: \(Self.failure(r.x, notify: r.y))"
    case .peerDead: "\(r.a) no longer answers IKE: its associations end"
    case .ikeRekeyed: "IKE association with \(r.a) rekeyed, begun by \(r.x == 1 ? "us" : "the peer")"
    case .ikeRefused: "IKE message from \(r.a):\(r.y) refused: \(Self.refusal(r.x))"
    case .cookieDemanded: "cookie demanded of \(r.a):\(r.y)"
    case .ikePortFloated: "IKE with \(r.a) goes on on port 4500: there is a NAT in between"
    case .ikeSwitched: r.x == 1 ? "IKE is on" : "IKE is off"
    default: associationText(r)
    }
  }

  private func associationText(_ r: JournalRecord) -> String {
    switch r.kind {
    case .childInstalled: "associations with \(r.a) installed, SPI in/out \(Self.spi(r.x))/\(Self.spi(r.y))"
    case .childRekeyed: "associations with \(r.a) rekeyed, SPI in/out \(Self.spi(r.x))/\(Self.spi(r.y))"
    case .childDeleted: "associations with \(r.a) deleted, SPI in/out \(Self.spi(r.x))/\(Self.spi(r.y))"
    case .protectionUp: "\(r.a) is protected"
    case .protectionDown: "\(r.a) is no longer protected" + (r.y == 0 ? "" : ": \(Self.failure(r.y, notify: 0))")
    case .peerEndpointMoved: "the peer is at \(r.a) now"
    case .clearPacketRefused: "packet from \(r.a) is not protected: dropped"
    case .unknownSPI: "ESP from \(r.a) with SPI \(Self.spi(r.x)), which nobody has"
    default: "\(r.kind)"
    }
  }

  private static func spi(_ spi: UInt32) -> String { "0x" + CryptoNames.hex(UInt64(spi)) }

  // MARK: Reasons

  /// The words of `IKEFailure.journalCode`.
  static func failure(_ code: UInt32, notify: UInt32) -> String {
    let words: [UInt32: String] = [
      1: "no answer", 2: "the peer no longer answers", 3: "deleted by the peer", 4: "deleted here", 6: "no proposal chosen",
      7: "authentication failed",
      8: "the peer's identity is refused, or no key is for it", 9: "the peer's certificate is refused",
      10: "its traffic selectors are not ours",
      11: "malformed", 12: "a limit is reached", 13: "its lifetime ended", 14: "no policy for this peer",
    ]
    if code == 5 { return "refused by the peer: \(notifyName(notify))" }
    return words[code] ?? "reason \(code)"
  }

  /// Notifies by number: IKEv2's (RFC 7296 §3.10.1) and ISAKMP's (RFC 2408 §3.14.1) where those differ in number only.
  private static func notifyName(_ number: UInt32) -> String {
    let names: [UInt32: String] = [
      1: "UNSUPPORTED_CRITICAL_PAYLOAD", 4: "INVALID_IKE_SPI", 5: "INVALID_MAJOR_VERSION", 7: "INVALID_SYNTAX", 9: "INVALID_MESSAGE_ID",
      11: "INVALID_SPI",
      14: "NO_PROPOSAL_CHOSEN", 16: "PAYLOAD-MALFORMED", 17: "INVALID_KE_PAYLOAD", 18: "INVALID-ID-INFORMATION",
      23: "INVALID-HASH-INFORMATION",
      24: "AUTHENTICATION_FAILED", 25: "INVALID-SIGNATURE", 34: "SINGLE_PAIR_REQUIRED", 35: "NO_ADDITIONAL_SAS", 38: "TS_UNACCEPTABLE",
      39: "INVALID_SELECTORS", 43: "TEMPORARY_FAILURE", 44: "CHILD_SA_NOT_FOUND",
    ]
    return names[number].map { "\($0)(\(number))" } ?? "notify \(number)"
  }

  private static func refusal(_ index: UInt32) -> String {
    let all = IKERefusal.allCases
    return all.indices.contains(Int(index)) ? all[Int(index)].rawValue : "reason \(index)"
  }

  // MARK: Syslog

  /// The IOS line of a record of protection, for kinds IOS has one for. What stands behind the line of IOS is ours.
  func protectionSyslog(_ r: JournalRecord) -> String? {
    var tunnel: String { interfaceName(r.interface) }
    var socket: String { "%DMVPN-5-CRYPTO_SS: \(tunnel): local address : \(r.b) remote address : \(r.a) socket is" }
    switch r.kind {
    case .ikeSwitched: return "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is \(r.x == 1 ? "ON" : "OFF")"
    case .protectionUp: return socket + " UP"
    case .protectionDown: return socket + " DOWN" + (r.y == 0 ? "" : ", Reason: \(Self.failure(r.y, notify: 0))")
    case .clearPacketRefused:
      return "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. (ip) vrf/dest_addr= /\(r.b), src_addr= \(r.a), prot= 47"
    case .unknownSPI:
      return "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=\(r.b), prot=50, "
        + "spi=\(Self.spi(r.x))(\(r.x)), srcaddr=\(r.a), input interface=\(tunnel)"
    case .ikeFailed: return failureLine(r)
    case .ikeRefused: return refusalLine(r)
    default: return nil
    }
  }

  private func failureLine(_ r: JournalRecord) -> String {
    let why = Self.failure(r.x, notify: r.y)
    if usesIKEv1(r.interface) { return "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed with peer at \(r.a): \(why)" }
    return "%IKEV2-3-NEG_ABORT: Negotiation aborted due to ERROR: \(why), peer \(r.a)"
  }

  private func refusalLine(_ r: JournalRecord) -> String? {
    switch Self.refusal(r.x) {
    case IKERefusal.malformed.rawValue: "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from \(r.a) failed its sanity check or is malformed"
    case IKERefusal.unknownSPI.rawValue: "%CRYPTO-4-IKMP_NO_SA: IKE message from \(r.a) has no SA and is not an initialization offer"
    case IKERefusal.noPolicy.rawValue: "%IKEV2-3-NEG_ABORT: Negotiation aborted due to ERROR: no policy for peer \(r.a)"
    default: nil
    }
  }
}

extension JournalText {
  /// What an alarm says of a failure, and the command that helps.
  static func alarm(_ r: JournalRecord) -> String {
    switch r.kind {
    case .ikeFailed: "IKE: \(failure(r.x, notify: r.y)); debug crypto ikev2"
    case .peerDead: "no longer answers IKE; show crypto session"
    default: "sends GRE in clear, which is refused; show tunnel protection there"
    }
  }
}
