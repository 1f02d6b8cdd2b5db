// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

/// An object of OpenSSL's that is freed with its owner, at the end of the scope where the owner has a name. So it needs one: the pointer of
/// an owner that is only part of an expression points to nothing when it is used.
struct Owned: ~Copyable {
  let pointer: OpaquePointer
  private let free: (OpaquePointer?) -> Void

  /// Takes over what a function of OpenSSL made; nil if it made nothing, and then its reasons are forgotten: OpenSSL keeps them in a queue
  /// of the thread, where they would lie until somebody else's failure.
  init?(_ pointer: OpaquePointer?, _ free: @escaping (OpaquePointer?) -> Void) {
    guard let pointer else {
      ERR_clear_error()
      return nil
    }
    (self.pointer, self.free) = (pointer, free)
  }

  /// The same; throws `error` if it made nothing.
  init(_ pointer: OpaquePointer?, _ free: @escaping (OpaquePointer?) -> Void, or error: CryptoError) throws(CryptoError) {
    guard let owned = Owned(pointer, free) else { throw error }
    self = owned
  }

  deinit { free(pointer) }
}

extension CryptoError {
  /// What a function of OpenSSL could not do, when nothing better can be said.
  static func openSSL(_ what: String) -> CryptoError {
    ERR_clear_error()
    return .failed(what)
  }
}

/// What OpenSSL's `i2d` functions write, and its `d2i` functions read.
enum DEREncoding {
  static func of<Object>(_ object: Object, _ encode: (Object?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8]? {
    let count = Int(encode(object, nil))
    guard count > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    let written = bytes.withUnsafeMutableBufferPointer { memory -> Int32 in
      var position = memory.baseAddress
      return encode(object, &position)
    }
    return Int(written) == count ? bytes : nil
  }

  typealias Decode = (
    UnsafeMutablePointer<OpaquePointer?>?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, Int
  ) -> OpaquePointer?

  /// The object of the whole of `bytes`; nil if they are something else, or go on after it.
  static func object(_ bytes: [UInt8], _ free: @escaping (OpaquePointer?) -> Void, _ decode: Decode) -> Owned? {
    Owned(bytes.withUnsafeBytes { pointer($0, free, decode) }, free)
  }

  /// The same; the caller owns it.
  static func pointer(_ bytes: UnsafeRawBufferPointer, _ free: (OpaquePointer?) -> Void, _ decode: Decode) -> OpaquePointer? {
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
    var position: UnsafePointer<UInt8>? = start
    let object = decode(nil, &position, bytes.count)
    guard position == start + bytes.count else {
      free(object)
      return nil
    }
    return object
  }
}
