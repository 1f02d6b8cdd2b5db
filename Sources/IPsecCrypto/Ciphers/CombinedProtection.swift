// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// A combined mode (AEAD, RFC 5116): one key, and a nonce of salt | IV. The IV is the sequence number, of 64 bits also where ESP sends
/// 32: the counter of a key never repeats, and a random one would (RFC 4106 §3.1, RFC 7634 §2).
///
/// The text is decrypted while the ICV is computed, as all libraries do it; if it turns out wrong, the text is overwritten.
final class CombinedProtection: Protection {
  /// What one mode does otherwise than the others.
  struct Mode: Sendable {
    /// The library's cipher, by bytes of the key.
    let ciphers: [Int: FetchedCipher]
    let saltBytes: Int
    /// GMAC: the text is authenticated and stays in the clear; the IV is authenticated too (RFC 4543 §3.3).
    var onlyAuthenticates = false
    /// CCM: the length of the text and of the tag are part of the computation, which ends with the text (RFC 3610 §2.2).
    var announcesLength = false
  }

  private let saltBytes: Int
  private let onlyAuthenticates, announcesLength: Bool
  private let context: CipherContext
  private let tag: TagParameter
  // Salt | IV.
  private let nonce: UnsafeMutablePointer<UInt8>
  private let nonceBytes: Int
  // SPI | sequence number of 64 bits.
  private let extendedHeader: UnsafeMutableRawPointer

  /// `key` ends with the salt (RFC 4106 §8.1).
  init(_ mode: Mode, key: SecretBytes, icvBytes: Int, use: CipherUse) throws(CryptoError) {
    let keyBytes = key.count - mode.saltBytes
    guard keyBytes > 0, let cipher = mode.ciphers[keyBytes] else { throw .wrongLength("key") }
    let nonceBytes = mode.saltBytes + 8
    context = try CipherContext(cipher, key: key.part(0, keyBytes), use: use) { pointer in
      guard EVP_CIPHER_CTX_ctrl(pointer, EVP_CTRL_AEAD_SET_IVLEN, Int32(nonceBytes), nil) == 1 else { return false }
      return !mode.announcesLength || EVP_CIPHER_CTX_ctrl(pointer, EVP_CTRL_AEAD_SET_TAG, Int32(icvBytes), nil) == 1
    }
    (saltBytes, self.nonceBytes) = (mode.saltBytes, nonceBytes)
    (onlyAuthenticates, announcesLength) = (mode.onlyAuthenticates, mode.announcesLength)
    tag = TagParameter(count: icvBytes)
    nonce = .allocate(capacity: nonceBytes)
    extendedHeader = .allocate(byteCount: 12, alignment: 4)
    key.withBytes { bytes in
      for i in 0..<mode.saltBytes { nonce[i] = bytes[keyBytes + i] }
    }
  }

  deinit {
    release(nonce, count: nonceBytes)
    extendedHeader.deallocate()
  }

  func seal(_ run: ProtectedRun) -> Bool {
    run.iv.storeBytes(of: run.sequence.bigEndian, as: UInt64.self)
    return begin(run) && apply(run) && finish() && tag.read(from: context, to: run.icv)
  }

  func open(_ run: ProtectedRun) -> Bool {
    if begin(run), tag.write(to: context, from: run.icv), apply(run), finish() { return true }
    // CCM leaves its complaint where another user of this thread's queue would find it.
    ERR_clear_error()
    if !onlyAuthenticates { run.text.initializeMemory(as: UInt8.self, repeating: 0, count: run.textBytes) }
    return false
  }

  private func begin(_ run: ProtectedRun) -> Bool {
    UnsafeMutableRawPointer(nonce + saltBytes).copyMemory(from: run.iv, byteCount: 8)
    return context.begin(nonce)
  }

  private func apply(_ run: ProtectedRun) -> Bool {
    if announcesLength, !context.announce(run.textBytes) { return false }
    guard associate(run) else { return false }
    if onlyAuthenticates { return context.update(nil, run.iv, run.ivBytes + run.textBytes) }
    return context.update(run.text, run.text, run.textBytes)
  }

  /// With ESN the associated data are SPI | high half | low half (RFC 4106 §5, RFC 4309 §5, RFC 4543 §3.3, RFC 7634 §2.1).
  private func associate(_ run: ProtectedRun) -> Bool {
    guard run.usesESN else { return context.update(nil, run.start, run.associatedBytes) }
    extendedHeader.copyMemory(from: run.start, byteCount: 4)
    extendedHeader.storeBytes(of: run.sequenceHigh, toByteOffset: 4, as: UInt32.self)
    (extendedHeader + 8).copyMemory(from: run.start + 4, byteCount: 4)
    return context.update(nil, extendedHeader, 12)
  }

  private func finish() -> Bool { announcesLength || context.finish() }
}

extension CipherContext {
  /// CCM: says how long the text will be.
  func announce(_ textBytes: Int) -> Bool {
    var written: Int32 = 0
    return EVP_CipherUpdate(pointer, nil, &written, nil, Int32(clamping: textBytes)) == 1
  }

  /// Ends a message; when opening, false if the tag is wrong. No mode here has bytes left to give out.
  func finish() -> Bool {
    var written: Int32 = 0
    var nothing: (UInt64, UInt64) = (0, 0)
    return withUnsafeMutableBytes(of: &nothing) { bytes in
      EVP_CipherFinal_ex(pointer, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), &written) == 1
    }
  }
}

/// The parameter by which tags go in and out of a context. It is made once: `EVP_CIPHER_CTX_ctrl` makes one for each call (measured:
/// 30 of 260 ns at 64 bytes).
struct TagParameter: ~Copyable {
  private let parameters: UnsafeMutablePointer<OSSL_PARAM>
  private static let name: StaticString = "tag"

  init(count: Int) {
    parameters = .allocate(capacity: 2)
    let name = UnsafeRawPointer(Self.name.utf8Start).assumingMemoryBound(to: CChar.self)
    parameters.initialize(to: OSSL_PARAM_construct_octet_string(name, nil, count))
    (parameters + 1).initialize(to: OSSL_PARAM_construct_end())
  }

  deinit { parameters.deallocate() }

  /// The computed tag, cut to the count.
  func read(from context: CipherContext, to tag: UnsafeMutableRawPointer) -> Bool {
    parameters[0].data = tag
    return EVP_CIPHER_CTX_get_params(context.pointer, parameters) == 1
  }

  /// The tag that is expected; the library compares it in constant time.
  func write(to context: CipherContext, from tag: UnsafeMutableRawPointer) -> Bool {
    parameters[0].data = tag
    return EVP_CIPHER_CTX_set_params(context.pointer, parameters) == 1
  }
}
