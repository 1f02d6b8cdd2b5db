// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// Authentication by chaining AES-128 over the message, the last block being masked: by one secret if it was full, by another if it was
/// padded with a one and zeroes. AES-XCBC-MAC and AES-CMAC differ only in where the chaining key and the masks come from.
final class BlockMAC: Authenticator {
  private static let blockBytes = 16
  // Text is chained in pieces of this many bytes, since the library writes out every block of a chain and only the last one counts.
  private static let chunkBytes = 1024

  private let context: CipherContext
  // Masks for a full and for a padded last block; the block that is being filled; the zero vector.
  private let fullMask, paddedMask, pending, zero: UnsafeMutablePointer<UInt8>
  private var pendingCount = 0
  private var hasFailed = false
  private let chained: UnsafeMutablePointer<UInt8>

  /// AES-XCBC-MAC (RFC 3566 §4) with a key of 16 bytes: three keys are drawn from it.
  static func xcbc(_ key: SecretBytes) throws(CryptoError) -> BlockMAC {
    let drawn = try (1...3 as ClosedRange<UInt8>).map { (n) throws(CryptoError) in
      try encrypt([UInt8](repeating: n, count: blockBytes), key)
    }
    return try BlockMAC(chainingKey: drawn[0], fullMask: drawn[1], paddedMask: drawn[2])
  }

  /// AES-CMAC (RFC 4493 §2.3) with a key of 16 bytes: the masks are the encrypted zero block, doubled once and twice.
  static func cmac(_ key: SecretBytes) throws(CryptoError) -> BlockMAC {
    let once = doubled(try encrypt([UInt8](repeating: 0, count: blockBytes), key))
    return try BlockMAC(chainingKey: key, fullMask: once, paddedMask: doubled(once))
  }

  private init(chainingKey: SecretBytes, fullMask full: SecretBytes, paddedMask padded: SecretBytes) throws(CryptoError) {
    context = try CipherContext(BlockChaining.aes[Self.blockBytes], key: chainingKey, use: .sealing)
    func block(_ bytes: SecretBytes?) -> UnsafeMutablePointer<UInt8> {
      let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.blockBytes)
      memory.initialize(repeating: 0, count: Self.blockBytes)
      bytes?.withBytes { UnsafeMutableRawBufferPointer(start: memory, count: Self.blockBytes).copyMemory(from: $0) }
      return memory
    }
    (fullMask, paddedMask, pending, zero) = (block(full), block(padded), block(nil), block(nil))
    chained = .allocate(capacity: Self.chunkBytes)
  }

  deinit {
    for block in [fullMask, paddedMask, pending, zero] { release(block, count: Self.blockBytes) }
    release(chained, count: Self.chunkBytes)
  }

  var outputBytes: Int { Self.blockBytes }

  func begin() {
    pendingCount = 0
    hasFailed = !context.begin(zero)
  }

  /// The last block, full or not, stays pending: it is masked at the end.
  func update(_ bytes: UnsafeRawPointer, _ count: Int) {
    var from = bytes, left = count
    if pendingCount > 0 {
      let filling = min(Self.blockBytes - pendingCount, left)
      keep(from, filling)
      (from, left) = (from + filling, left - filling)
      guard left > 0 else { return }
      chain(pending, Self.blockBytes)
      pendingCount = 0
    }
    while left > Self.blockBytes {
      let piece = min(Self.chunkBytes, (left - 1) / Self.blockBytes * Self.blockBytes)
      chain(from, piece)
      (from, left) = (from + piece, left - piece)
    }
    keep(from, left)
  }

  private func keep(_ bytes: UnsafeRawPointer, _ count: Int) {
    UnsafeMutableRawPointer(pending + pendingCount).copyMemory(from: bytes, byteCount: count)
    pendingCount += count
  }

  private func chain(_ bytes: UnsafeRawPointer, _ count: Int) {
    if !context.update(chained, bytes, count) { hasFailed = true }
  }

  func finish(_ output: UnsafeMutablePointer<UInt8>) -> Bool {
    let mask = pendingCount == Self.blockBytes ? fullMask : paddedMask
    for i in pendingCount..<Self.blockBytes { pending[i] = i == pendingCount ? 0x80 : 0 }
    for i in 0..<Self.blockBytes { pending[i] ^= mask[i] }
    chain(pending, Self.blockBytes)
    output.update(from: chained, count: Self.blockBytes)
    return !hasFailed
  }

  private static func encrypt(_ block: [UInt8], _ key: SecretBytes) throws(CryptoError) -> SecretBytes {
    let cipher = try CipherContext(BlockChaining.aesBlock, key: key, use: .sealing)
    return SecretBytes(count: blockBytes) { memory in memory.baseAddress.map { _ = cipher.update($0, block, blockBytes) } }
  }

  /// Twice a polynomial over GF(2^128) (RFC 4493 §2.3).
  private static func doubled(_ block: SecretBytes) -> SecretBytes {
    SecretBytes(count: blockBytes) { memory in
      block.withBytes { bytes in
        for i in 0..<blockBytes { memory[i] = bytes[i] << 1 | (i + 1 < blockBytes ? bytes[i + 1] >> 7 : 0) }
        memory[blockBytes - 1] ^= bytes[0] & 0x80 == 0 ? 0 : 0x87
      }
    }
  }
}

extension BlockMAC {
  /// AES-XCBC-PRF-128: short keys are padded with zeroes, long ones computed to 16 bytes (RFC 4434 §2).
  static func xcbcPRF(_ key: SecretBytes) throws(CryptoError) -> BlockMAC {
    let zero = SecretBytes([UInt8](repeating: 0, count: blockBytes))
    if key.count > blockBytes { return try xcbc(xcbc(zero).value(after: key, of: [])) }
    return try xcbc(key.appending(zero).part(0, blockBytes))
  }

  /// AES-CMAC-PRF-128: a key of any other length than 16 bytes is computed to that (RFC 4615 §3).
  static func cmacPRF(_ key: SecretBytes) throws(CryptoError) -> BlockMAC {
    if key.count == blockBytes { return try cmac(key) }
    return try cmac(cmac(SecretBytes([UInt8](repeating: 0, count: blockBytes))).value(after: key, of: []))
  }
}
