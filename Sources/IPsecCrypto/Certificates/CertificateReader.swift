// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// Reads what an operator's files hold, and what certificates say.
public enum CertificateReader {
  /// What the certificate says; nothing of it is verified. Throws `unreadable`.
  public static func facts(ofDER der: [UInt8]) throws(CryptoError) -> CertificateFacts { try Certificate(der: der).facts() }

  /// A distinguished name in one line (RFC 2253), printable ASCII only; nil for what is none.
  public static func text(ofNameDER der: [UInt8]) -> String? {
    guard der.count <= KeyLimits.certificateBytes, let name = der.withUnsafeBytes({ DEREncoding.pointer($0, X509_NAME_free, d2i_X509_NAME) }) else {
      ERR_clear_error()
      return nil
    }
    defer { X509_NAME_free(name) }
    return Certificate.text(of: name)
  }

  /// The kind of the key that the certificate is for. Throws `unreadable`, or `unsupported` where IKE cannot use such a key.
  public static func publicKeyKind(ofDER der: [UInt8]) throws(CryptoError) -> SigningKey.Kind {
    try Certificate(der: der).publicKeyKind()
  }

  /// The certificates of a file, DER: one in DER, or at least one in PEM, in order; what else is in a PEM file is passed over.
  public static func certificates(inPEMorDER bytes: [UInt8]) throws(CryptoError) -> [[UInt8]] {
    guard bytes.count <= KeyLimits.certificateFileBytes else { throw .unreadable("a file of \(bytes.count) bytes") }
    let certificates = try contents(of: bytes, labels: ["CERTIFICATE", "X509 CERTIFICATE"])
    for certificate in certificates { _ = try Certificate(der: certificate) }
    guard !certificates.isEmpty else { throw .unreadable("no certificate") }
    return certificates
  }

  /// The revocation lists of a file, DER: one in DER, or at least one in PEM.
  public static func revocationLists(inPEMorDER bytes: [UInt8]) throws(CryptoError) -> [[UInt8]] {
    guard bytes.count <= KeyLimits.revocationFileBytes else { throw .unreadable("a file of \(bytes.count) bytes") }
    let lists = try contents(of: bytes, labels: ["X509 CRL"])
    for list in lists where DEREncoding.object(list, X509_CRL_free, d2i_X509_CRL) == nil { throw .unreadable("no revocation list") }
    guard !lists.isEmpty else { throw .unreadable("no revocation list") }
    return lists
  }

  private static func contents(of bytes: [UInt8], labels: Set<String>) throws(CryptoError) -> [[UInt8]] {
    guard PEMReader.isPEM(bytes) else { return [bytes] }
    return try PEMReader.blocks(bytes, limit: KeyLimits.certificatesInFile).filter { labels.contains($0.label) }.map {
      $0.content.withBytes { Array($0) }
    }
  }

  /// A private key (PKCS #8, PKCS #1 or SEC 1; PEM or DER) with its certificates, our own first. Throws `unreadable` for a key that is
  /// encrypted (nobody is asked for a password), or not the one of the first certificate.
  public static func signingKey(privateKeyPEMorDER bytes: [UInt8], chain: [[UInt8]]) throws(CryptoError) -> SigningKey {
    guard let own = chain.first else { throw .unreadable("no certificate for the private key") }
    guard chain.count <= KeyLimits.chainCertificates else { throw .unreadable("a chain of \(chain.count) certificates") }
    for issuer in chain.dropFirst() { _ = try Certificate(der: issuer) }
    let certificate = try Certificate(der: own), key = try privateKey(bytes)
    let kind = try key.kind()
    guard certificate.matches(key) else { throw .unreadable("the private key is not the certificate's") }
    return SigningKey(kind: kind, privateKey: try key.encoded(), chain: chain, facts: try certificate.facts())
  }

  static func privateKey(_ bytes: [UInt8]) throws(CryptoError) -> PrivateKey {
    guard bytes.count <= KeyLimits.privateKeyFileBytes else { throw .unreadable("a file of \(bytes.count) bytes") }
    guard PEMReader.isPEM(bytes) else { return try PrivateKey(der: SecretBytes(bytes)) }
    // A file of OpenSSL's may have the curve's parameters or certificates in front of the key.
    let block = try PEMReader.blocks(bytes, limit: KeyLimits.certificatesInFile).first { $0.label.hasSuffix("PRIVATE KEY") }
    guard let block else { throw .unreadable("no private key") }
    guard block.label != "ENCRYPTED PRIVATE KEY", !block.header.utf8.contains(where: { $0 == UInt8(ascii: ":") }) else {
      throw PrivateKey.encrypted
    }
    return try PrivateKey(der: block.content)
  }
}
