// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// Block chaining as IKEv1 does it: the caller pads and keeps the IV from message to message (RFC 2409, appendix B).
public enum BlockCipher {
  /// Encrypts whole blocks. Throws `unsupported` for what is no block cipher, `wrongLength` for key, IV or text.
  public static func encryptCBC(
    _ algorithm: EncryptionAlgorithm, key: SecretBytes, iv: [UInt8], _ plaintext: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    try apply(algorithm, key, iv, plaintext, .sealing)
  }

  /// Decrypts whole blocks; errors as above. Nothing says whether the text is authentic.
  public static func decryptCBC(
    _ algorithm: EncryptionAlgorithm, key: SecretBytes, iv: [UInt8], _ ciphertext: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    try apply(algorithm, key, iv, ciphertext, .opening)
  }

  private static func apply(
    _ algorithm: EncryptionAlgorithm, _ key: SecretBytes, _ iv: [UInt8], _ text: [UInt8], _ use: CipherUse
  ) throws(CryptoError) -> [UInt8] {
    guard let row = EncryptionRow.row(algorithm), case .separate(let make) = row.method, row.textBlockBytes > 1 else {
      throw .unsupported("\(algorithm.name) for IKEv1")
    }
    guard row.keyBits.isEmpty ? key.count == row.onlyKeyBytes : row.keyBits.contains(where: { Int($0) / 8 == key.count }) else {
      throw .wrongLength("key")
    }
    guard iv.count == row.ivBytes else { throw .wrongLength("IV") }
    guard text.count % row.textBlockBytes == 0 else { throw .wrongLength("text") }
    let cipher = try make(key, use)
    var output = text
    let isDone = output.withUnsafeMutableBytes { bytes in
      iv.withUnsafeBytes { vector in
        guard let start = bytes.baseAddress, let vector = vector.baseAddress else { return bytes.isEmpty }
        return cipher.apply(start, bytes.count, iv: vector)
      }
    }
    guard isDone else { throw .failed("block cipher") }
    return output
  }
}
