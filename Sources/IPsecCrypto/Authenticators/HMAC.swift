// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// HMAC (RFC 2104). The states after the two padded keys are computed once and copied for each message.
final class HMAC<Digest: DigestFunction>: Authenticator {
  // The states after the inner and after the outer padded key, and the one at work.
  private let inner: UnsafeMutablePointer<Digest.State>
  private let outer: UnsafeMutablePointer<Digest.State>
  private let running: UnsafeMutablePointer<Digest.State>
  private let innerDigest: UnsafeMutablePointer<UInt8>

  /// A key may have any length: longer ones than a block are hashed first (RFC 2104 §2).
  init(_ key: SecretBytes) {
    inner = .allocate(capacity: 1)
    outer = .allocate(capacity: 1)
    running = .allocate(capacity: 1)
    innerDigest = .allocate(capacity: Digest.digestBytes)
    let block = UnsafeMutablePointer<UInt8>.allocate(capacity: Digest.blockBytes)
    defer { IPsecCrypto.release(block, count: Digest.blockBytes) }
    block.initialize(repeating: 0, count: Digest.blockBytes)
    shorten(key, into: block)
    for i in 0..<Digest.blockBytes { block[i] ^= 0x36 }
    Digest.begin(inner)
    Digest.update(inner, block, Digest.blockBytes)
    for i in 0..<Digest.blockBytes { block[i] ^= 0x36 ^ 0x5c }
    Digest.begin(outer)
    Digest.update(outer, block, Digest.blockBytes)
  }

  deinit {
    release(inner)
    release(outer)
    release(running)
    release(innerDigest, count: Digest.digestBytes)
  }

  private func shorten(_ key: SecretBytes, into block: UnsafeMutablePointer<UInt8>) {
    key.withBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      if bytes.count <= Digest.blockBytes {
        UnsafeMutableRawPointer(block).copyMemory(from: start, byteCount: bytes.count)
      } else {
        Digest.begin(running)
        Digest.update(running, start, bytes.count)
        Digest.finish(running, block)
      }
    }
  }

  var outputBytes: Int { Digest.digestBytes }

  func begin() { running.update(from: inner, count: 1) }

  func update(_ bytes: UnsafeRawPointer, _ count: Int) { Digest.update(running, bytes, count) }

  func finish(_ output: UnsafeMutablePointer<UInt8>) -> Bool {
    Digest.finish(running, innerDigest)
    running.update(from: outer, count: 1)
    Digest.update(running, innerDigest, Digest.digestBytes)
    Digest.finish(running, output)
    return true
  }
}
