// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// A cipher of the library, fetched once for the process.
struct FetchedCipher: @unchecked Sendable {
  // Immutable and counted by the library; never given back.
  let pointer: OpaquePointer?
  init(_ name: String) { pointer = EVP_CIPHER_fetch(nil, name, nil) }
}

/// Which way a cipher works.
enum CipherUse: Int32 {
  case opening = 0
  case sealing = 1
}

/// A keyed context of the library, which a packet gives no more than a new initialization vector.
final class CipherContext {
  let pointer: OpaquePointer
  let use: CipherUse

  /// Keys a context. `prepare` sets what must be set before the key (lengths of vector and tag); false fails.
  init(
    _ cipher: FetchedCipher?, key: SecretBytes, use: CipherUse, prepare: (OpaquePointer) -> Bool = { _ in true }
  ) throws(CryptoError) {
    guard let fetched = cipher?.pointer, let context = EVP_CIPHER_CTX_new() else { throw .failed("cipher not available") }
    (pointer, self.use) = (context, use)
    guard EVP_CipherInit_ex(context, fetched, nil, nil, nil, use.rawValue) == 1, prepare(context),
      EVP_CIPHER_CTX_get_key_length(context) == Int32(clamping: key.count)
    else { throw .failed("cipher not accepted") }
    let isKeyed = key.withBytes { bytes in
      EVP_CipherInit_ex(context, nil, nil, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), nil, use.rawValue) == 1
    }
    guard isKeyed, !Self.pads(fetched) || Self.switchPaddingOff(context) else { throw .failed("key not accepted") }
  }

  /// Packets are whole blocks. Not by `EVP_CIPHER_CTX_set_padding`, which sets it again with each vector, at a cost.
  private static func switchPaddingOff(_ context: OpaquePointer) -> Bool {
    var padding: UInt32 = 0
    return withUnsafeMutablePointer(to: &padding) { value in
      let parameters = [OSSL_PARAM_construct_uint(OSSL_CIPHER_PARAM_PADDING, value), OSSL_PARAM_construct_end()]
      return EVP_CIPHER_CTX_set_params(context, parameters) == 1
    }
  }

  private static func pads(_ cipher: OpaquePointer) -> Bool {
    let mode = EVP_CIPHER_get_mode(cipher)
    return mode == EVP_CIPH_CBC_MODE || mode == EVP_CIPH_ECB_MODE
  }

  deinit { EVP_CIPHER_CTX_free(pointer) }

  /// Starts a message.
  func begin(_ vector: UnsafePointer<UInt8>) -> Bool { EVP_CipherInit_ex(pointer, nil, nil, nil, vector, -1) == 1 }

  /// Runs `count` bytes through, in place or from `input` to `output`.
  func update(_ output: UnsafeMutableRawPointer?, _ input: UnsafeRawPointer, _ count: Int) -> Bool {
    var written: Int32 = 0
    return EVP_CipherUpdate(
      pointer, output?.assumingMemoryBound(to: UInt8.self), &written, input.assumingMemoryBound(to: UInt8.self), Int32(clamping: count))
      == 1
  }
}
