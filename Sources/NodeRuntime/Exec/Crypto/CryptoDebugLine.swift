// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// The line of `debug crypto …` of one record, and the areas it belongs to.
enum CryptoDebugLine {
  static func line(_ r: JournalRecord, _ text: String) -> (areas: Set<String>, text: String)? {
    switch r.kind {
    case .ikeInitSent, .ikeInitReceived, .ikeAuthenticated:
      return r.x == 1 ? (["isakmp"], "ISAKMP: " + text) : (["ikev2", "ikev2 packet", "ikev2 internal"], "IKEv2:" + text)
    case .ikeFailed, .ikeRefused, .peerDead: return (["isakmp", "ikev2", "ikev2 error"], "IKE: " + text)
    case .ikeDeleted, .ikeRekeyed, .cookieDemanded, .ikePortFloated, .ikeSwitched:
      return (["isakmp", "ikev2", "ikev2 internal"], "IKE: " + text)
    case .protectionWanted, .protectionUp, .protectionDown: return (["ipsec", "socket"], "CRYPTO_SS(TUNNEL SEC): " + text)
    default: return (["ipsec"], "IPSEC: " + text)
    }
  }
}
