// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// What both sides of the first two exchanges have in common.
enum InitialExchange {
  /// Bytes of our nonces: as long as the longest function's key.
  static let nonceBytes = 32
  /// Secret random bytes of a first exchange: our SPI, our nonce, the child's SPI.
  static let randomBytes = 8 + nonceBytes + 4

  /// Status notifies of IKE_SA_INIT: fragments (RFC 7383 §2.3), hash functions of signatures (RFC 7427 §4).
  static func features(_ policy: ProtectionPolicy) -> [IKEPayload] {
    let hashes: [UInt8] = [2, 3, 4, 5].flatMap { [0, $0] }
    return (policy.fragmentationBytes > 0 ? [.notify(.fragmentationSupported)] : []) + [.notify(.signatureHashAlgorithms, hashes)]
  }

  /// The proof that a message of certificates asks for, where one of the methods needs them.
  static func certificateRequest(_ policy: ProtectionPolicy) -> [IKEPayload] {
    guard let anchors = policy.anchors, policy.remoteMethods.contains(where: { $0 != .preSharedKey }) else { return [] }
    return [.certificateRequest(CertificateRequestPayload(authorities: anchors.roots.flatMap { AuthorityHash.of(certificate: $0) ?? [] }))]
  }

  static func spi(from random: [UInt8]) -> UInt64 { random.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } | 1 }
  static func nonce(from random: [UInt8]) -> [UInt8] { Array(random.dropFirst(8).prefix(nonceBytes)) }
  static func childRandom(from random: [UInt8]) -> [UInt8] { Array(random.dropFirst(8 + nonceBytes)) }

  /// What came of IKE_SA_INIT, kept for the proofs.
  struct Outcome: Sendable {
    var nonces: Nonces
    var request: [UInt8], response: [UInt8]
    /// Hash functions the peer can verify signatures with (RFC 7427); nil where it did not say.
    var hashes: Set<UInt16>?

    /// What the initiator, or the responder, proves itself over.
    func octets(ofInitiator: Bool, _ identification: IdentificationPayload, _ sa: IKESA) -> [UInt8] {
      SignedOctets.of(
        message: ofInitiator ? request : response, otherNonce: ofInitiator ? nonces.responder : nonces.initiator,
        identification: identification, prf: sa.suite.prf, p: ofInitiator ? sa.keys.pi : sa.keys.pr)
    }
  }
}
