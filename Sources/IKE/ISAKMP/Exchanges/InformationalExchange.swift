// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// Informational messages under a phase 1 association (RFC 2409 §5.7): one way, with a hash in front. Those without one change nothing.
enum InformationalExchange {
  /// The hash, and payloads behind it.
  static func chain(_ payloads: [ISAKMPPayload], _ keys: ISAKMPKeys, messageID: UInt32) -> ISAKMPPayloadChain {
    let rest = ISAKMPPayloadChain(payloads)
    return ISAKMPPayloadChain([.hash(keys.messageHash(messageID: messageID, rest.bytes))] + payloads)
  }

  /// Whether the hash in front is right.
  static func isAuthentic(_ chain: ISAKMPPayloadChain, _ keys: ISAKMPKeys, messageID: UInt32) -> Bool {
    guard chain.first == .hash, let hash = chain.body(of: .hash) else { return false }
    return hash.isSame(as: keys.messageHash(messageID: messageID, chain.bytesAfterFirst))
  }

  /// Delete of children, by our SPIs.
  static func delete(_ spis: [UInt32]) -> ISAKMPPayload {
    .delete(ISAKMPDelete(protocolID: .esp, spiSize: 4, spis: spis.map(\.bytes)))
  }

  /// Delete of phase 1 itself.
  static func delete(cookies: [UInt8]) -> ISAKMPPayload {
    .delete(ISAKMPDelete(protocolID: .isakmp, spiSize: 16, spis: [cookies]))
  }
}
