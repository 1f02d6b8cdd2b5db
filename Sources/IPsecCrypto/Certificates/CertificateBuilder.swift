// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit
import Wire

/// A certificate on its way to be signed.
struct CertificateBuilder: ~Copyable {
  private let certificate: Owned
  /// Nil: the certificate itself.
  private let issuer: Certificate?

  /// Extensions, by OpenSSL's numbers.
  enum Extension {
    case basicConstraints, keyUsage, subjectKeyIdentifier, authorityKeyIdentifier, alternativeNames, addressBlocks

    var identifier: Int32 {
      switch self {
      case .basicConstraints: NID_basic_constraints
      case .keyUsage: NID_key_usage
      case .subjectKeyIdentifier: NID_subject_key_identifier
      case .authorityKeyIdentifier: NID_authority_key_identifier
      case .alternativeNames: NID_subject_alt_name
      case .addressBlocks: NID_sbgp_ipAddrBlock
      }
    }
  }

  /// Version 3, with a random serial number.
  init(
    name: CertificateAuthority.Name, validity: CertificateAuthority.Validity, publicKey: PrivateKey, issuer: Certificate?
  ) throws(CryptoError) {
    let certificate = try Owned(X509_new(), X509_free, or: .failed("out of memory"))
    let pointer = certificate.pointer, subject = try name.distinguishedName()
    let isNamed =
      if let issuer {
        issuer.withPointer { X509_set_issuer_name(pointer, X509_get_subject_name($0)) } == 1
      } else {
        X509_set_issuer_name(pointer, subject.pointer) == 1
      }
    guard isNamed, X509_set_version(pointer, Int(X509_VERSION_3)) == 1, X509_set_subject_name(pointer, subject.pointer) == 1,
      publicKey.withPointer({ X509_set_pubkey(pointer, $0) }) == 1
    else { throw .openSSL("a certificate") }
    guard validity.notBefore <= validity.notAfter, ASN1_TIME_set(X509_getm_notBefore(pointer), Int(validity.notBefore)) != nil,
      ASN1_TIME_set(X509_getm_notAfter(pointer), Int(validity.notAfter)) != nil
    else { throw .openSSL("a certificate's validity") }
    try Self.setSerialNumber(of: pointer)
    self.certificate = certificate
    self.issuer = issuer
  }

  /// 127 random bits: unpredictable and never the same twice (RFC 5280 §4.1.2.2), and positive.
  private static func setSerialNumber(of certificate: OpaquePointer) throws(CryptoError) {
    var bytes = try RandomBytes.visible(count: 16)
    bytes[0] = bytes[0] & 0x3f | 0x40
    let number = try BigNumber(bytes)
    guard BN_to_ASN1_INTEGER(number.pointer, X509_get_serialNumber(certificate)) != nil else { throw .openSSL("a serial number") }
  }

  /// Adds an extension, in the text form of OpenSSL's configuration files.
  func add(_ kind: Extension, _ value: String) throws(CryptoError) {
    guard let element = issuer?.withPointer({ make(kind, value, $0) }) ?? make(kind, value, certificate.pointer) else {
      throw .openSSL("an extension of a certificate")
    }
    defer { X509_EXTENSION_free(element) }
    guard X509_add_ext(certificate.pointer, element, -1) == 1 else { throw .openSSL("an extension of a certificate") }
  }

  private func make(_ kind: Extension, _ value: String, _ issuer: OpaquePointer) -> OpaquePointer? {
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, issuer, certificate.pointer, nil, nil, 0)
    return X509V3_EXT_nconf_nid(nil, &context, kind.identifier, value)
  }

  /// Adds nothing where there are no names.
  func addAlternativeNames(dns: [String], addresses: [IPAddress]) throws(CryptoError) {
    for name in dns where !Self.isHostName(name) { throw .unsupported("the DNS name \"\(name.prefix(64))\"") }
    let names = dns.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }
    guard names.count <= KeyLimits.alternativeNames else { throw .unsupported("\(names.count) names in a certificate") }
    if !names.isEmpty { try add(.alternativeNames, names.joined(separator: ",")) }
  }

  /// At least one: RFC 3779 cannot say that nothing is delegated.
  func addAddressBlocks(_ prefixes: [IPPrefix]) throws(CryptoError) {
    guard (1...KeyLimits.addressPrefixes).contains(prefixes.count) else { throw .unsupported("\(prefixes.count) prefixes in a certificate") }
    try add(.addressBlocks, IPPrefix.withoutOverlaps(prefixes).map { "\($0.address.isV4 ? "IPv4" : "IPv6"):\($0)" }.joined(separator: ","))
  }

  /// What may stand in a list that commas and colons divide.
  private static func isHostName(_ name: String) -> Bool {
    (1...253).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        Character(UnicodeScalar(byte)).isASCII && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber)
          || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "*")].contains(byte)
      }
  }

  /// Signs, with the hash that goes with the issuer's key.
  consuming func sign(with key: PrivateKey) throws(CryptoError) -> Certificate {
    let digest = try key.certificateDigest()
    guard key.withPointer({ X509_sign(certificate.pointer, $0, digest) }) > 0,
      let der = DEREncoding.of(certificate.pointer, { i2d_X509($0 ?? nil, $1) })
    else { throw .openSSL("signing a certificate") }
    return try Certificate(der: der)
  }
}

extension CertificateAuthority.Name {
  /// X.501, with UTF-8 strings.
  func distinguishedName() throws(CryptoError) -> Owned {
    let name = try Owned(X509_NAME_new(), X509_NAME_free, or: .failed("out of memory"))
    for (type, text) in [("O", organization), ("CN", commonName)] {
      guard let bytes = text.map({ Array($0.utf8) }) else { continue }
      guard X509_NAME_add_entry_by_txt(name.pointer, type, MBSTRING_UTF8, bytes, Int32(clamping: bytes.count), -1, 0) == 1 else {
        throw .openSSL("\(type) of a name: 1 to 64 characters")
      }
    }
    return name
  }
}

extension IPPrefix {
  /// Without prefixes that others hold, in order: RFC 3779 §2.2.3.6 forbids overlaps.
  static func withoutOverlaps(_ prefixes: [IPPrefix]) -> [IPPrefix] {
    var kept: [IPPrefix] = []
    for prefix in prefixes.sorted() where kept.last?.covers(prefix) != true { kept.append(prefix) }
    return kept
  }
}
