// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

/// The way from a peer's certificate to a trust anchor (RFC 5280 §6, for IKE RFC 4945 §5), validated by OpenSSL.
///
/// - Security level 1 of OpenSSL: certificates signed with MD5 or SHA-1, and RSA keys below 1024 bits, are refused. Level 2 would refuse
///   RSA below 2048 bits too, which old routers still have.
/// - Any certificate among the anchors ends a path, so an operator may trust one intermediate, or one peer's own certificate.
/// - Address blocks (RFC 3779) must be within the issuer's, up to the anchor.
/// - Where revocation lists are given, they count, also when they are too old: what they revoked stays revoked. Where they are required,
///   every issuer needs a valid one.
struct CertificatePath {
  private let chain: [Certificate]

  /// The peer's certificate first, the others in any order. Throws `unreadable`, or `untrusted` where it has too many.
  init(_ chain: [[UInt8]]) throws(CryptoError) {
    guard !chain.isEmpty else { throw .untrusted("no certificate") }
    guard chain.count <= KeyLimits.chainCertificates else {
      throw .untrusted("a chain of \(chain.count) certificates; the limit is \(KeyLimits.chainCertificates)")
    }
    var certificates: [Certificate] = []
    for der in chain { certificates.append(try Certificate.parsed(der)) }
    self.chain = certificates
  }

  /// The peer's certificate.
  var end: Certificate { chain[0] }

  /// What the peer's certificate says, if a path to an anchor is valid at this time.
  func validate(_ anchors: TrustAnchors, wallSeconds: Int64) throws(CryptoError) -> CertificateFacts {
    let store = try TrustStore.of(anchors)
    let blocks = try store.withPointer { pointer throws(CryptoError) in try addressBlocks(pointer, store, wallSeconds) }
    try checkUsage()
    var facts = try end.facts()
    facts.addressBlocks = blocks?.prefixes
    return facts
  }

  /// Validates, and answers what only the whole path can say.
  private func addressBlocks(_ anchors: OpaquePointer, _ store: TrustStore, _ wallSeconds: Int64) throws(CryptoError) -> AddressBlocks? {
    defer { withExtendedLifetime(chain) {} }
    let untrusted = try Owned(OPENSSL_sk_new_null(), { OPENSSL_sk_free($0) }, or: .failed("out of memory"))
    for certificate in chain.dropFirst() { OPENSSL_sk_push(untrusted.pointer, UnsafeRawPointer(certificate.pointer)) }
    let context = try Owned(X509_STORE_CTX_new(), X509_STORE_CTX_free, or: .failed("out of memory"))
    guard X509_STORE_CTX_init(context.pointer, anchors, end.pointer, untrusted.pointer) == 1 else { throw .openSSL("a path") }
    Self.set(context.pointer, store, wallSeconds)
    guard X509_verify_cert(context.pointer) == 1 else { throw Self.reason(context.pointer) }
    return try Self.addressBlocks(X509_STORE_CTX_get0_chain(context.pointer))
  }

  private static func set(_ context: OpaquePointer, _ store: TrustStore, _ wallSeconds: Int64) {
    let parameters = X509_STORE_CTX_get0_param(context)
    X509_VERIFY_PARAM_set_time(parameters, Int(wallSeconds))
    X509_VERIFY_PARAM_set_depth(parameters, Int32(KeyLimits.chainCertificates))
    X509_VERIFY_PARAM_set_auth_level(parameters, 1)
    var flags = UInt(X509_V_FLAG_PARTIAL_CHAIN)
    if store.checksRevocation { flags |= UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) }
    X509_VERIFY_PARAM_set_flags(parameters, flags)
    guard store.checksRevocation, !store.requiresRevocationList else { return }
    X509_STORE_CTX_set_verify_cb(context) { isValid, context in
      let forgiven = [X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_CRL_NOT_YET_VALID, X509_V_ERR_CRL_HAS_EXPIRED]
      guard isValid == 0, forgiven.contains(X509_STORE_CTX_get_error(context)) else { return isValid }
      X509_STORE_CTX_set_error(context, X509_V_OK)
      return 1
    }
  }

  private static func reason(_ context: OpaquePointer) -> CryptoError {
    defer { ERR_clear_error() }
    let text = X509_verify_cert_error_string(Int(X509_STORE_CTX_get_error(context))).map { String(cString: $0) } ?? "not valid"
    let subject = X509_STORE_CTX_get_current_cert(context).map { Certificate.text(of: X509_get_subject_name($0)) } ?? ""
    return .untrusted(subject.isEmpty ? text : "\(text): \(subject)")
  }

  private static func certificates(_ path: OpaquePointer?) -> [OpaquePointer] {
    (0..<max(0, OPENSSL_sk_num(path))).compactMap { OPENSSL_sk_value(path, $0).map { OpaquePointer($0) } }
  }

  /// What is inherited comes from the next issuer that lists it.
  private static func addressBlocks(_ path: OpaquePointer?) throws(CryptoError) -> AddressBlocks? {
    let path = certificates(path)
    guard let end = path.first, var blocks = try AddressBlocks(of: end) else { return nil }
    for issuer in path.dropFirst() where blocks.isInherited {
      if let issuers = try AddressBlocks(of: issuer) { blocks.inherit(from: issuers) }
    }
    return blocks
  }
}

/// What the certificate may be used for.
extension CertificatePath {
  /// RFC 4945 §5.1.3.2: a key usage must have digitalSignature or nonRepudiation. §5.1.3.12: an extended one must have IKE or any;
  /// beyond the RFC, those that certificates for IKE carry in practice: the older ones of IPsec, iKEIntermediate, and TLS's two.
  private func checkUsage() throws(CryptoError) {
    let usage = X509_get_key_usage(end.pointer)
    guard usage == .max || usage & UInt32(KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION) != 0 else {
      throw .untrusted("the certificate's key usage has no digital signature")
    }
    let isUsable = try end.withExtension(NID_ext_key_usage, free: EXTENDED_KEY_USAGE_free) { usages throws(CryptoError) in
      guard let usages else { return true }
      return (0..<max(0, OPENSSL_sk_num(usages))).contains { Self.isForIKE(OPENSSL_sk_value(usages, $0).map { OpaquePointer($0) }) }
    }
    guard isUsable else { throw .untrusted("the certificate's extended key usage has nothing that fits IKE") }
  }

  private static func isForIKE(_ usage: OpaquePointer?) -> Bool {
    switch OBJ_obj2nid(usage) {
    case NID_anyExtendedKeyUsage, NID_ipsec_IKE, NID_ipsecEndSystem, NID_ipsecTunnel, NID_ipsecUser, NID_server_auth, NID_client_auth: true
    default: isIKEIntermediate(usage)
    }
  }

  /// 1.3.6.1.5.5.8.2.2, which OpenSSL has no name for.
  private static func isIKEIntermediate(_ usage: OpaquePointer?) -> Bool {
    guard let usage, let start = OBJ_get0_data(usage) else { return false }
    return UnsafeBufferPointer(start: start, count: OBJ_length(usage)).elementsEqual([0x2b, 6, 1, 5, 5, 8, 2, 2])
  }
}
