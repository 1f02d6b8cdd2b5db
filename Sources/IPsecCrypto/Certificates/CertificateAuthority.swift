// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A certificate authority for a small network or a lab: `dmvpn pki`. It reads and writes no files and keeps no list of what it issued.
public struct CertificateAuthority: Sendable {
  /// The authority's own certificate, PEM.
  public let certificatePEM: [UInt8]
  /// Its private key, PEM (PKCS #8, without a password).
  public let privateKeyPEM: SecretBytes
  /// What its certificate says.
  public let facts: CertificateFacts

  let certificate: Certificate
  let key: PrivateKey

  /// What kind of key is made.
  public enum KeyType: String, Sendable, CaseIterable {
    case ecdsaP256 = "ecdsa-p256"
    case ecdsaP384 = "ecdsa-p384"
    case rsa2048 = "rsa-2048"
    case rsa3072 = "rsa-3072"
    case ed25519
  }

  /// From when to when a certificate or a revocation list is valid, in seconds since 1970.
  public struct Validity: Sendable, Hashable {
    /// The first second.
    public var notBefore: Int64
    /// The last second; for a revocation list, when the next one is due.
    public var notAfter: Int64

    /// Both ends count.
    public init(notBefore: Int64, notAfter: Int64) { (self.notBefore, self.notAfter) = (notBefore, notAfter) }
  }

  /// A name: the parts of a subject that a node needs.
  public struct Name: Sendable, Hashable {
    /// CN, at most 64 characters (RFC 5280 §A.1).
    public var commonName: String
    /// O, at most 64 characters.
    public var organization: String?

    /// A name of one or two parts.
    public init(commonName: String, organization: String? = nil) {
      (self.commonName, self.organization) = (commonName, organization)
    }
  }

  /// What a node's certificate shall say.
  public struct Request: Sendable, Hashable {
    /// The subject.
    public var name: Name
    /// DNS names of the subjectAltName.
    public var dnsNames: [String]
    /// Addresses of the subjectAltName: the tunnel addresses that the node may register.
    public var addresses: [IPAddress]
    /// RFC 3779 blocks: the prefixes that the node may announce. Not empty; nil leaves the extension out: no restriction.
    public var addressBlocks: [IPPrefix]?

    /// A request; what is left out is not in the certificate.
    public init(name: Name, dnsNames: [String] = [], addresses: [IPAddress] = [], addressBlocks: [IPPrefix]? = nil) {
      (self.name, self.dnsNames, self.addresses, self.addressBlocks) = (name, dnsNames, addresses, addressBlocks)
    }
  }

  /// A node's certificate with its private key.
  public struct Issued: Sendable {
    /// The certificate, PEM.
    public let certificatePEM: [UInt8]
    /// The certificate, DER.
    public let certificateDER: [UInt8]
    /// The private key, PEM (PKCS #8, without a password).
    public let privateKeyPEM: SecretBytes
    /// What the certificate says.
    public let facts: CertificateFacts
  }

  /// Makes an authority with a new key and a self-signed certificate. Its address blocks must hold those of every certificate it will issue
  /// (RFC 3779 §2.3); the default is everything.
  public static func create(
    name: Name, keyType: KeyType = .ecdsaP256, validity: Validity,
    addressBlocks: [IPPrefix] = [.defaultV4, IPPrefix(.anyV6, length: 0)]
  ) throws(CryptoError) -> CertificateAuthority {
    let key = try PrivateKey(generating: keyType)
    let builder = try CertificateBuilder(name: name, validity: validity, publicKey: key, issuer: nil)
    try builder.add(.basicConstraints, "critical,CA:TRUE")
    try builder.add(.keyUsage, "critical,keyCertSign,cRLSign")
    try builder.add(.subjectKeyIdentifier, "hash")
    try builder.addAddressBlocks(addressBlocks)
    return try CertificateAuthority(certificate: try builder.sign(with: key), key: key)
  }

  /// An authority that was made before. Throws `unreadable` for what is none, or if key and certificate do not match.
  public init(certificatePEM: [UInt8], privateKeyPEM: SecretBytes) throws(CryptoError) {
    guard let der = try CertificateReader.certificates(inPEMorDER: certificatePEM).first else { throw .unreadable("no certificate") }
    let key = try CertificateReader.privateKey(privateKeyPEM.withBytes { Array($0) })
    try self.init(certificate: Certificate(der: der), key: key)
  }

  private init(certificate: Certificate, key: PrivateKey) throws(CryptoError) {
    guard certificate.isAuthority, certificate.matches(key) else {
      throw .unreadable("the certificate is no authority's, or the private key is not its own")
    }
    (self.certificate, self.key) = (certificate, key)
    certificatePEM = try certificate.pem()
    privateKeyPEM = try key.pem()
    facts = try certificate.facts()
  }

  /// Makes a key and a certificate for a node, for digital signatures only. The address blocks are not marked critical, as RFC 3779 would
  /// have it: peers that do not know the extension, which most do not, would have to refuse the certificate.
  public func issue(_ request: Request, keyType: KeyType = .ecdsaP256, validity: Validity) throws(CryptoError) -> Issued {
    let nodeKey = try PrivateKey(generating: keyType)
    let builder = try CertificateBuilder(name: request.name, validity: validity, publicKey: nodeKey, issuer: certificate)
    try builder.add(.basicConstraints, "critical,CA:FALSE")
    try builder.add(.keyUsage, "critical,digitalSignature")
    try builder.add(.subjectKeyIdentifier, "hash")
    try builder.add(.authorityKeyIdentifier, "keyid")
    try builder.addAlternativeNames(dns: request.dnsNames, addresses: request.addresses)
    if let blocks = request.addressBlocks { try builder.addAddressBlocks(blocks) }
    let issued = try builder.sign(with: key)
    return Issued(
      certificatePEM: try issued.pem(), certificateDER: try issued.encoded(), privateKeyPEM: try nodeKey.pem(), facts: try issued.facts())
  }
}
