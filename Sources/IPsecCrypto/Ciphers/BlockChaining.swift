// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// Cipher block chaining (RFC 2451, RFC 3602).
///
/// An IV must not be foreseen by who chooses the text (RFC 3602 §3), so a counter will not do. Nor may it be drawn: a node is a pure
/// function of its inputs, and two cores that seal under one key would need one source. So the IV is the sequence number, encrypted
/// under a key that only the two ends could derive and that nothing else uses: unpredictable, and different for each packet
/// (NIST SP 800-38A, appendix C, first method).
final class BlockChaining: TextCipher {
  private let context: CipherContext
  private let ivContext: CipherContext
  private let ivBytes: Int
  // One block of AES.
  private let block = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)

  init(_ cipher: FetchedCipher?, key: SecretBytes, ivBytes: Int, use: CipherUse) throws(CryptoError) {
    context = try CipherContext(cipher, key: key, use: use)
    let ivKey = HMAC<SHA256Digest>(key).value(of: [Array("initialization vectors".utf8)]).part(0, 16)
    ivContext = try CipherContext(Self.aesBlock, key: ivKey, use: .sealing)
    self.ivBytes = ivBytes
  }

  deinit { block.deallocate() }

  func writeIV(_ iv: UnsafeMutableRawPointer, sequence: UInt64) -> Bool {
    block.storeBytes(of: 0, as: UInt64.self)
    block.storeBytes(of: sequence.bigEndian, toByteOffset: 8, as: UInt64.self)
    guard ivContext.update(block, block, 16) else { return false }
    iv.copyMemory(from: block, byteCount: ivBytes)
    return true
  }

  func apply(_ text: UnsafeMutableRawPointer, _ count: Int, iv: UnsafeRawPointer) -> Bool {
    context.begin(iv.assumingMemoryBound(to: UInt8.self)) && context.update(text, text, count)
  }

  /// One block of AES-128.
  static let aesBlock = FetchedCipher("AES-128-ECB")

  /// AES, by bytes of the key (RFC 3602).
  static let aes: [Int: FetchedCipher] = [
    16: FetchedCipher("AES-128-CBC"), 24: FetchedCipher("AES-192-CBC"), 32: FetchedCipher("AES-256-CBC"),
  ]
}
