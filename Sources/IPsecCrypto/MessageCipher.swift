// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// What protects one direction of IKE's own messages: the Encrypted payload's body, IV | ciphertext | ICV (RFC 7296 §3.14, RFC 5282).
public struct MessageCipher: Sendable {
  private let parts: SuiteParts
  private let encryptionKey: SecretBytes
  private let integrityKey: SecretBytes

  /// A cipher with SK_e (a salt at its end, RFC 5282 §7.1) and SK_a, which is empty for combined algorithms. Throws `unsupported` or
  /// `wrongLength`.
  public init(
    encryption: EncryptionAlgorithm, keyBits: UInt16, integrity: IntegrityAlgorithm, encryptionKey: SecretBytes, integrityKey: SecretBytes
  ) throws(CryptoError) {
    parts = try SuiteParts(encryption, keyBits: keyBits, integrity)
    guard parts.encryption.protectsMessages else { throw .unsupported("\(encryption.name) for IKE") }
    guard encryptionKey.count == parts.encryptionKeyBytes else { throw .wrongLength("SK_e") }
    guard integrityKey.count == parts.integrityKeyBytes else { throw .wrongLength("SK_a") }
    (self.encryptionKey, self.integrityKey) = (encryptionKey, integrityKey)
  }

  /// Bytes that a body has beyond its plaintext: IV, padding, pad length and ICV.
  public func overheadBytes(for plaintextCount: Int) -> Int { ivBytes + paddingBytes(for: plaintextCount) + 1 + parts.icvBytes }

  private var ivBytes: Int { parts.encryption.ivBytes }

  private func paddingBytes(for plaintextCount: Int) -> Int {
    let beyond = (plaintextCount + 1) % parts.encryption.textBlockBytes
    return beyond == 0 ? 0 : parts.encryption.textBlockBytes - beyond
  }

  /// Pads and protects `plaintext`. `associated` is the message before the body: from the IKE header to the Encrypted payload's own
  /// header, with the lengths as they will be sent. `counter` gives the IV: it must not be used twice with a key for another message.
  public func seal(_ plaintext: [UInt8], associated: [UInt8], counter: UInt64) throws(CryptoError) -> [UInt8] {
    let padding = paddingBytes(for: plaintext.count)
    return try protect(plaintext + [UInt8](repeating: 0, count: padding) + [UInt8(padding)], associated: associated, counter: counter)
  }

  /// Checks a body and gives its plaintext without the padding, whatever is in that. Throws `wrongLength` for a body that cannot be,
  /// `notAuthentic` for one that somebody else made or that changed on its way.
  public func open(_ body: [UInt8], associated: [UInt8]) throws(CryptoError) -> [UInt8] {
    let text = try unprotect(body, associated: associated)
    guard let padLength = text.last, text.count > Int(padLength) else { throw .wrongLength("padding") }
    return Array(text.dropLast(Int(padLength) + 1))
  }

  /// IV | ciphertext | ICV of a text of whole blocks.
  package func protect(_ text: [UInt8], associated: [UInt8], counter: UInt64) throws(CryptoError) -> [UInt8] {
    guard text.count % parts.encryption.textBlockBytes == 0 else { throw .wrongLength("text") }
    let protection = try parts.protection(encryptionKey, integrityKey, .sealing)
    var message = associated + [UInt8](repeating: 0, count: ivBytes) + text + [UInt8](repeating: 0, count: parts.icvBytes)
    guard apply(to: &message, associated.count, counter, { protection.seal($0) }) else { throw .failed("seal") }
    return Array(message[associated.count...])
  }

  /// The text of IV | ciphertext | ICV.
  package func unprotect(_ body: [UInt8], associated: [UInt8]) throws(CryptoError) -> [UInt8] {
    let textBytes = body.count - ivBytes - parts.icvBytes
    guard textBytes >= 1, textBytes % parts.encryption.textBlockBytes == 0 else { throw .wrongLength("encrypted payload") }
    let protection = try parts.protection(encryptionKey, integrityKey, .opening)
    var message = associated + body
    guard apply(to: &message, associated.count, 0, { protection.open($0) }) else { throw .notAuthentic }
    return Array(message[(associated.count + ivBytes)..<(message.count - parts.icvBytes)])
  }

  private func apply(to message: inout [UInt8], _ associatedBytes: Int, _ counter: UInt64, _ work: (ProtectedRun) -> Bool) -> Bool {
    message.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return false }
      let textBytes = bytes.count - associatedBytes - ivBytes - parts.icvBytes
      return work(
        ProtectedRun(
          start: start, associatedBytes: associatedBytes, textBytes: textBytes, ivBytes: ivBytes, icvBytes: parts.icvBytes,
          sequence: counter, usesESN: false))
    }
  }
}
