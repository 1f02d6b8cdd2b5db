// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

extension CertificateAuthority {
  /// A certificate that shall not count any more.
  public struct Revocation: Sendable, Hashable {
    /// In hexadecimal, as `CertificateFacts.serialNumber` has it.
    public var serialNumber: String
    /// When it was revoked, in seconds since 1970.
    public var wallSeconds: Int64

    /// A certificate by its number.
    public init(serialNumber: String, wallSeconds: Int64) { (self.serialNumber, self.wallSeconds) = (serialNumber, wallSeconds) }
  }

  /// A revocation list (RFC 5280 §5), PEM. `number` must be above that of every earlier list (§5.2.3).
  public func revocationList(_ revocations: [Revocation], number: UInt64, validity: Validity) throws(CryptoError) -> [UInt8] {
    let list = try Owned(X509_CRL_new(), X509_CRL_free, or: .failed("out of memory"))
    guard X509_CRL_set_version(list.pointer, Int(X509_CRL_VERSION_2)) == 1,
      certificate.withPointer({ X509_CRL_set_issuer_name(list.pointer, X509_get_subject_name($0)) }) == 1
    else { throw .openSSL("a revocation list") }
    try Self.withTime(validity.notBefore) { X509_CRL_set1_lastUpdate(list.pointer, $0) }
    try Self.withTime(validity.notAfter) { X509_CRL_set1_nextUpdate(list.pointer, $0) }
    for revocation in revocations { try Self.add(revocation, to: list.pointer) }
    try addKeyIdentifier(to: list.pointer)
    try Self.setNumber(number, of: list.pointer)
    let digest = try key.certificateDigest()
    guard X509_CRL_sort(list.pointer) == 1, key.withPointer({ X509_CRL_sign(list.pointer, $0, digest) }) > 0,
      let output = MemoryOutput(), PEM_write_bio_X509_CRL(output.pointer, list.pointer) == 1
    else { throw .openSSL("signing a revocation list") }
    return output.bytes()
  }

  private static func add(_ revocation: Revocation, to list: OpaquePointer) throws(CryptoError) {
    guard let bytes = Hexadecimal.bytes(of: revocation.serialNumber), !bytes.isEmpty, bytes.count <= KeyLimits.serialNumberBytes else {
      throw .unreadable("the serial number \"\(revocation.serialNumber.prefix(64))\"")
    }
    guard let entry = X509_REVOKED_new() else { throw .failed("out of memory") }
    // Freed here until the list has it.
    var isTaken = false
    defer { if !isTaken { X509_REVOKED_free(entry) } }
    let number = try BigNumber(bytes), serialNumber = BN_to_ASN1_INTEGER(number.pointer, nil)
    defer { ASN1_STRING_free(serialNumber) }
    guard X509_REVOKED_set_serialNumber(entry, serialNumber) == 1 else { throw .openSSL("a revocation list") }
    try withTime(revocation.wallSeconds) { X509_REVOKED_set_revocationDate(entry, UnsafeMutablePointer(mutating: $0)) }
    isTaken = X509_CRL_add0_revoked(list, entry) == 1
    guard isTaken else { throw .openSSL("a revocation list") }
  }

  private static func withTime(_ seconds: Int64, _ body: (UnsafePointer<ASN1_TIME>?) -> Int32) throws(CryptoError) {
    guard let time = ASN1_TIME_set(nil, Int(seconds)) else { throw .openSSL("a time of a revocation list") }
    defer { ASN1_STRING_free(time) }
    guard body(time) == 1 else { throw .openSSL("a time of a revocation list") }
  }

  private func addKeyIdentifier(to list: OpaquePointer) throws(CryptoError) {
    var context = X509V3_CTX()
    let made = certificate.withPointer { issuer in
      X509V3_set_ctx(&context, issuer, nil, nil, list, 0)
      return X509V3_EXT_nconf_nid(nil, &context, NID_authority_key_identifier, "keyid")
    }
    guard let element = made else { throw .openSSL("an extension of a revocation list") }
    defer { X509_EXTENSION_free(element) }
    guard X509_CRL_add_ext(list, element, -1) == 1 else { throw .openSSL("an extension of a revocation list") }
  }

  private static func setNumber(_ number: UInt64, of list: OpaquePointer) throws(CryptoError) {
    let encoded = ASN1_INTEGER_new()
    defer { ASN1_STRING_free(encoded) }
    guard ASN1_INTEGER_set_uint64(encoded, number) == 1, X509_CRL_add1_ext_i2d(list, NID_crl_number, encoded, 0, 0) == 1 else {
      throw .openSSL("a revocation list's number")
    }
  }
}
