// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// The cipher of one phase 1 association: block chaining, with a vector that goes from message to message of an exchange (RFC 2409,
/// appendix B). It protects nothing against change: that is what the hashes inside are for.
package struct ISAKMPCipher: Sendable {
  /// What the next message of an exchange is chained to: the last block of the one before.
  package typealias Vector = [UInt8]

  private let algorithm: EncryptionAlgorithm
  private let hash: HashAlgorithm
  private let key: SecretBytes

  /// Nil where the algorithm is none that IKEv1 chains.
  package init?(_ encryption: IKEProposal.Encryption, keys: ISAKMPKeys) {
    guard encryption.algorithm == .aesCBC || encryption.algorithm == .tripleDES,
      let count = encryption.algorithm.keyBytes(keyBits: encryption.keyBits)
    else { return nil }
    (algorithm, hash, key) = (encryption.algorithm, keys.hash, keys.encryptionKey(count: count))
  }

  /// With a key that came from elsewhere (a saved session's).
  package init(_ algorithm: EncryptionAlgorithm, _ hash: HashAlgorithm, key: SecretBytes) {
    (self.algorithm, self.hash, self.key) = (algorithm, hash, key)
  }

  /// Bytes of a block.
  package var blockBytes: Int { algorithm.ivBytes }

  /// Phase 1's first vector.
  package func initialVector(initiatorPublic: [UInt8], responderPublic: [UInt8]) -> Vector {
    Array(hash.digest(initiatorPublic, responderPublic).prefix(blockBytes))
  }

  /// The first vector of an exchange of phase 2, from the last one of phase 1.
  package func vector(after phase1: Vector, messageID: UInt32) -> Vector {
    Array(hash.digest(phase1, messageID.bytes).prefix(blockBytes))
  }

  /// Encrypts payloads, filled up to whole blocks with zeros; `vector` moves on.
  package func seal(_ chain: ISAKMPPayloadChain, _ vector: inout Vector) throws(CryptoError) -> [UInt8] {
    var text = chain.bytes + chain.padding
    let short = text.count % blockBytes
    if short != 0 { text += [UInt8](repeating: 0, count: blockBytes - short) }
    let ciphertext = try BlockCipher.encryptCBC(algorithm, key: key, iv: vector, text)
    vector = Array(ciphertext.suffix(blockBytes))
    return ciphertext
  }

  /// Decrypts whole blocks and reads the payloads, of which the first is `first`. Whoever accepts the message takes `nextVector(of:)`.
  package func open(_ ciphertext: [UInt8], first: ISAKMPPayloadType, _ vector: Vector) throws(ISAKMPDecodeError) -> ISAKMPPayloadChain {
    guard !ciphertext.isEmpty, ciphertext.count % blockBytes == 0 else { throw .badCiphertextLength }
    let text: [UInt8]
    do { text = try BlockCipher.decryptCBC(algorithm, key: key, iv: vector, ciphertext) } catch { throw .badCiphertextLength }
    return try ISAKMPPayloadChain(first: first, decoding: text)
  }

  /// What follows a message that was accepted.
  package func nextVector(of ciphertext: [UInt8]) -> Vector { Array(ciphertext.suffix(blockBytes)) }
}
