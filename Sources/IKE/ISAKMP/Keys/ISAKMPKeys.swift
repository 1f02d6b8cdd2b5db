// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// The secrets of one phase 1 association and what is made of them (RFC 2409 §5, §5.5, appendix B).
package struct ISAKMPKeys: Sendable {
  /// The negotiated hash; with a key it is the pseudorandom function.
  package let hash: HashAlgorithm
  /// SKEYID
  package let skeyid: SecretBytes
  /// SKEYID_d: phase 2's keys come from it.
  package let d: SecretBytes
  /// SKEYID_a authenticates messages.
  package let a: SecretBytes
  /// SKEYID_e encrypts them.
  package let e: SecretBytes

  /// Derives the other three of SKEYID and the shared secret. `cookies` are both, the initiator's first.
  package init(hash: HashAlgorithm, skeyid: SecretBytes, sharedSecret: SecretBytes, cookies: [UInt8]) {
    let secret = sharedSecret.exposed
    (self.hash, self.skeyid) = (hash, skeyid)
    d = hash.hmac(skeyid, secret, cookies, [0])
    a = hash.hmac(skeyid, d.exposed, secret, cookies, [1])
    e = hash.hmac(skeyid, a.exposed, secret, cookies, [2])
  }

  /// SKEYID where the ends share a key.
  package static func skeyid(_ hash: HashAlgorithm, preSharedKey: SecretBytes, initiatorNonce: [UInt8], responderNonce: [UInt8])
    -> SecretBytes
  {
    hash.hmac(preSharedKey, initiatorNonce, responderNonce)
  }

  /// SKEYID where they sign.
  package static func skeyid(_ hash: HashAlgorithm, sharedSecret: SecretBytes, initiatorNonce: [UInt8], responderNonce: [UInt8])
    -> SecretBytes
  {
    hash.hmac(SecretBytes(initiatorNonce + responderNonce), sharedSecret.exposed)
  }

  /// The cipher's key: the front of SKEYID_e, stretched where that is too short (appendix B).
  package func encryptionKey(count: Int) -> SecretBytes {
    guard e.count < count else { return e.part(0, count) }
    var block = hash.hmac(e, [0]), stretched = block
    while stretched.count < count, block.count > 0 {
      block = hash.hmac(e, block.exposed)
      stretched = stretched.appending(block)
    }
    return stretched.part(0, count)
  }

  /// KEYMAT of one direction of ESP: `spi` is the receiver's; `sharedSecret` is quick mode's own, with perfect forward secrecy (§5.5).
  package func keymat(spi: UInt32, initiatorNonce: [UInt8], responderNonce: [UInt8], sharedSecret: SecretBytes?, count: Int) -> SecretBytes
  {
    var seed = ByteWriter(capacity: 512)
    seed.put(sharedSecret?.exposed ?? [])
    seed.u8(ISAKMPProtocol.esp.rawValue)
    seed.u32(spi)
    seed.put(initiatorNonce)
    seed.put(responderNonce)
    var block = hash.hmac(d, seed.bytes), material = block
    while material.count < count, block.count > 0 {
      block = hash.hmac(d, block.exposed, seed.bytes)
      material = material.appending(block)
    }
    return material.part(0, count)
  }
}

extension ISAKMPKeys {
  /// What both ends of phase 1 prove themselves over (§5).
  package struct Proof: Sendable {
    /// Both public values, and both cookies as in the header.
    package var initiatorPublic: [UInt8], responderPublic: [UInt8], cookies: [UInt8]
    /// The body of the initiator's SA payload.
    package var securityAssociation: [UInt8]

    package init(initiatorPublic: [UInt8], responderPublic: [UInt8], cookies: [UInt8], securityAssociation: [UInt8]) {
      (self.initiatorPublic, self.responderPublic) = (initiatorPublic, responderPublic)
      (self.cookies, self.securityAssociation) = (cookies, securityAssociation)
    }
  }

  /// HASH_I over the body of the initiator's identification.
  package func initiatorHash(_ proof: Proof, identification: [UInt8]) -> [UInt8] {
    hash.hmac(skeyid, proof.initiatorPublic, proof.responderPublic, proof.cookies, proof.securityAssociation, identification).exposed
  }

  /// HASH_R over the body of the responder's identification.
  package func responderHash(_ proof: Proof, identification: [UInt8]) -> [UInt8] {
    let cookies = Array(proof.cookies.suffix(8) + proof.cookies.prefix(8))
    return hash.hmac(skeyid, proof.responderPublic, proof.initiatorPublic, cookies, proof.securityAssociation, identification).exposed
  }

  /// HASH(1) of quick mode, and the hash of an informational message: over all payloads behind it (§5.5, §5.7).
  package func messageHash(messageID: UInt32, _ rest: [UInt8]) -> [UInt8] {
    hash.hmac(a, messageID.bytes, rest).exposed
  }

  /// HASH(2).
  package func answerHash(messageID: UInt32, initiatorNonce: [UInt8], _ rest: [UInt8]) -> [UInt8] {
    hash.hmac(a, messageID.bytes, initiatorNonce, rest).exposed
  }

  /// HASH(3).
  package func confirmationHash(messageID: UInt32, initiatorNonce: [UInt8], responderNonce: [UInt8]) -> [UInt8] {
    hash.hmac(a, [0], messageID.bytes, initiatorNonce, responderNonce).exposed
  }
}

extension HashAlgorithm {
  /// NAT-D: what an end says of an address and port (RFC 3947 §3.2).
  package func natDetection(cookies: [UInt8], _ address: IPAddress, port: UInt16) -> [UInt8] {
    digest(cookies, address.bytes, [UInt8(truncatingIfNeeded: port >> 8), UInt8(truncatingIfNeeded: port)])
  }
}

extension IKEHeader {
  /// Both cookies, as they stand in the header: part of many hashes.
  package var cookies: [UInt8] {
    var writer = ByteWriter(capacity: 16)
    writer.u64(initiatorSPI)
    writer.u64(responderSPI)
    return writer.bytes
  }
}

extension UInt32 {
  /// Four bytes, big endian.
  var bytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> $0) } }
}
