// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// AES in counter mode (RFC 3686, RFC 5930): the counter block is nonce | IV | 1. The IV is the sequence number: it must not repeat, and
/// need not be a secret (RFC 3686 §3.1).
final class AESCounter: TextCipher {
  private let context: CipherContext
  private let block: UnsafeMutablePointer<UInt8>
  private static let blockBytes = 16, nonceBytes = 4, ivBytes = 8

  /// `key` ends with the nonce (RFC 3686 §5.1).
  init(_ key: SecretBytes, _ use: CipherUse) throws(CryptoError) {
    let keyBytes = key.count - Self.nonceBytes
    guard let cipher = Self.ciphers[keyBytes] else { throw .wrongLength("key") }
    context = try CipherContext(cipher, key: key.part(0, keyBytes), use: use)
    block = .allocate(capacity: Self.blockBytes)
    block.initialize(repeating: 0, count: Self.blockBytes)
    key.withBytes { bytes in
      for i in 0..<Self.nonceBytes { block[i] = bytes[keyBytes + i] }
    }
    block[Self.blockBytes - 1] = 1
  }

  deinit { release(block, count: Self.blockBytes) }

  func writeIV(_ iv: UnsafeMutableRawPointer, sequence: UInt64) -> Bool {
    iv.storeBytes(of: sequence.bigEndian, as: UInt64.self)
    return true
  }

  func apply(_ text: UnsafeMutableRawPointer, _ count: Int, iv: UnsafeRawPointer) -> Bool {
    UnsafeMutableRawPointer(block + Self.nonceBytes).copyMemory(from: iv, byteCount: Self.ivBytes)
    return context.begin(block) && context.update(text, text, count)
  }

  private static let ciphers: [Int: FetchedCipher] = [
    16: FetchedCipher("AES-128-CTR"), 24: FetchedCipher("AES-192-CTR"), 32: FetchedCipher("AES-256-CTR"),
  ]
}
