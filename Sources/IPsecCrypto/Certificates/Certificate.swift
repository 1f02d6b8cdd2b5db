// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

/// An X.509 certificate as OpenSSL read it.
final class Certificate: @unchecked Sendable {
  // OpenSSL fills its caches under a lock of its own. For methods only: in an expression like `Certificate(der: …).pointer` the certificate
  // is gone before its pointer is used.
  let pointer: OpaquePointer

  /// Reads one certificate; refuses anything after it, and extensions that cannot be read.
  init(der: [UInt8]) throws(CryptoError) {
    guard der.count <= KeyLimits.certificateBytes else {
      throw .unreadable("a certificate of \(der.count) bytes; the limit is \(KeyLimits.certificateBytes)")
    }
    guard let pointer = der.withUnsafeBytes({ DEREncoding.pointer($0, X509_free, d2i_X509) }) else {
      ERR_clear_error()
      throw .unreadable("no X.509 certificate")
    }
    self.pointer = pointer
    // Extensions are parsed at the first question about them.
    guard X509_get_extension_flags(pointer) & UInt32(EXFLAG_INVALID) == 0 else {
      ERR_clear_error()
      throw .unreadable("a certificate with an invalid extension")
    }
  }

  deinit { X509_free(pointer) }

  private static let recent = RecentlyUsed<[UInt8], Certificate>(limit: KeyLimits.parsedCertificates)

  /// The same, from memory if it was read lately: OpenSSL takes longer to read a certificate than to verify its signature.
  static func parsed(_ der: [UInt8]) throws(CryptoError) -> Certificate {
    try recent.value(for: der) { () throws(CryptoError) in try Certificate(der: der) }
  }

  /// Lends the object for the length of the call.
  func withPointer<R, E: Error>(_ body: (OpaquePointer) throws(E) -> R) throws(E) -> R { try body(pointer) }

  func publicKeyKind() throws(CryptoError) -> SigningKey.Kind { try SigningKey.Kind(X509_get0_pubkey(pointer)) }

  /// Throws `wrongSignature` unless the certificate's key made it.
  func verify(_ signature: [UInt8], over message: [UInt8], _ scheme: SignatureScheme) throws(CryptoError) {
    guard let key = X509_get0_pubkey(pointer) else {
      ERR_clear_error()
      throw .unreadable("a certificate's public key")
    }
    try SignatureOperation(key: key, scheme: scheme).verify(signature, over: message)
  }

  /// The subject in one line (RFC 2253), printable ASCII only, and cut where it is very long.
  var subjectText: String { Self.text(of: X509_get_subject_name(pointer)) }

  static func text(of name: OpaquePointer?) -> String {
    guard let output = MemoryOutput(), X509_NAME_print_ex(output.pointer, name, 0, RFC2253_NAME_FLAGS) >= 0 else {
      ERR_clear_error()
      return ""
    }
    let bytes = output.bytes().prefix(KeyLimits.subjectTextBytes)
    return String(decoding: bytes.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }

  /// Lends a parsed extension; `body` gets nil where the certificate has none. One that is there twice, or cannot be parsed, is an error.
  static func withExtension<R>(
    _ identifier: Int32, of certificate: OpaquePointer, free: (OpaquePointer?) -> Void,
    _ body: (OpaquePointer?) throws(CryptoError) -> R
  ) throws(CryptoError) -> R {
    // -1: there is none; -2: there are several.
    var criticality: Int32 = 0
    let found = X509_get_ext_d2i(certificate, identifier, &criticality, nil)
    guard found != nil || criticality == -1 else {
      ERR_clear_error()
      throw .unreadable("a certificate with an invalid extension")
    }
    defer { free(found.map { OpaquePointer($0) }) }
    return try body(found.map { OpaquePointer($0) })
  }

  func withExtension<R>(
    _ identifier: Int32, free: (OpaquePointer?) -> Void, _ body: (OpaquePointer?) throws(CryptoError) -> R
  ) throws(CryptoError) -> R {
    try Self.withExtension(identifier, of: pointer, free: free, body)
  }
}
