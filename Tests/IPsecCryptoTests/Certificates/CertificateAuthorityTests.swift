// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("A certificate authority for labs")
struct CertificateAuthorityTests {
  typealias Authority = CertificateAuthority
  static let now: Int64 = 1_800_000_000
  static let validity = Authority.Validity(notBefore: now, notAfter: now + 365 * 86_400)
  static let request = Authority.Request(
    name: .init(commonName: "spoke1, \"north\"", organization: "Exämple"), dnsNames: ["spoke1.example.org"],
    addresses: [IPAddress(10, 255, 0, 11)], addressBlocks: ["10.1.0.0/16", "10.1.2.0/24", "2001:db8::/48"].compactMap { IPPrefix($0) })

  static func authority(_ keyType: Authority.KeyType = .ecdsaP256) throws(CryptoError) -> Authority {
    try Authority.create(name: .init(commonName: "Lab CA"), keyType: keyType, validity: validity)
  }

  static func key(_ issued: Authority.Issued) throws(CryptoError) -> SigningKey {
    try CertificateReader.signingKey(privateKeyPEMorDER: issued.privateKeyPEM.withBytes { Array($0) }, chain: [issued.certificateDER])
  }

  static func anchors(_ authority: Authority, list: [UInt8]? = nil) throws(CryptoError) -> TrustAnchors {
    TrustAnchors(
      roots: try CertificateReader.certificates(inPEMorDER: authority.certificatePEM),
      revocationLists: try list.map { list throws(CryptoError) in try CertificateReader.revocationLists(inPEMorDER: list) } ?? [],
      requiresRevocationList: list != nil)
  }

  static func verify(_ issued: Authority.Issued, _ anchors: TrustAnchors) throws(CryptoError) -> KeyResult {
    let key = try key(issued), message: [UInt8] = [1, 2, 3], provider = OpenSSLKeyProvider()
    let hashes: [HashAlgorithm] = [.sha256, .sha384, .identity]
    guard let scheme = SignatureScheme.best(for: key.kind, peerHashes: hashes),
      case .signature(let signature) = provider.perform(.sign(key, scheme, message: message))
    else { throw .failed("no signature") }
    return provider.perform(
      .verify(chain: key.chain, anchors, wallSeconds: now + 60, scheme, message: message, signature: signature))
  }

  @Test("a node's certificate says what was asked for, and is trusted under its authority", arguments: Authority.KeyType.allCases)
  func issuing(keyType: Authority.KeyType) throws {
    let authority = try Self.authority(keyType), issued = try authority.issue(Self.request, keyType: keyType, validity: Self.validity)
    #expect(try Self.verify(issued, Self.anchors(authority)) == .verified(issued.facts))
    #expect(issued.facts.subjectText == #"CN=spoke1\, \"north\",O=Ex\C3\A4mple"#)
    #expect(issued.facts.issuer == authority.facts.subject)
    #expect(issued.facts.dnsNames == ["spoke1.example.org"])
    #expect(issued.facts.addresses == [IPAddress(10, 255, 0, 11)])
    #expect(issued.facts.addressBlocks?.map(\.description) == ["10.1.0.0/16", "2001:db8::/48"])
    #expect((issued.facts.notBefore, issued.facts.notAfter) == (Self.validity.notBefore, Self.validity.notAfter))
    #expect(issued.facts.serialNumber.count == 32)
    #expect(issued.facts.serialNumber != (try authority.issue(Self.request, validity: Self.validity)).facts.serialNumber)
  }

  @Test("an authority read from its files issues as before; with another's key it is refused")
  func reading() throws {
    let authority = try Self.authority()
    let again = try Authority(certificatePEM: authority.certificatePEM, privateKeyPEM: authority.privateKeyPEM)
    #expect(try Self.verify(again.issue(Self.request, validity: Self.validity), Self.anchors(authority)) != .failed(.wrongSignature))
    let refusal = CryptoError.unreadable("the certificate is no authority's, or the private key is not its own")
    let other = try Self.authority(), node = try authority.issue(Self.request, validity: Self.validity)
    #expect(throws: refusal) { try Authority(certificatePEM: authority.certificatePEM, privateKeyPEM: other.privateKeyPEM) }
    #expect(throws: refusal) { try Authority(certificatePEM: node.certificatePEM, privateKeyPEM: node.privateKeyPEM) }
  }

  @Test("a certificate on its list is revoked, the others are not")
  func revocation() throws {
    let authority = try Self.authority()
    let good = try authority.issue(Self.request, validity: Self.validity), bad = try authority.issue(Self.request, validity: Self.validity)
    let list = try authority.revocationList(
      [.init(serialNumber: bad.facts.serialNumber, wallSeconds: Self.now)], number: 7,
      validity: .init(notBefore: Self.now, notAfter: Self.now + 86_400))
    #expect(try Self.verify(good, Self.anchors(authority, list: list)) == .verified(good.facts))
    guard case .failed(let error) = try Self.verify(bad, Self.anchors(authority, list: list)) else {
      Issue.record("a revoked certificate was accepted")
      return
    }
    #expect(Optional(error).isUntrusted("certificate revoked"))
    for number in ["", "1", "xy", "0x12", String(repeating: "ab", count: 65)] {
      #expect(throws: CryptoError.self) {
        try authority.revocationList([.init(serialNumber: number, wallSeconds: Self.now)], number: 8, validity: Self.validity)
      }
    }
  }

  @Test("an authority for a part of the addresses cannot delegate others, RFC 3779 §2.3")
  func delegation() throws {
    let authority = try Authority.create(
      name: .init(commonName: "Part"), validity: Self.validity, addressBlocks: [IPPrefix("10.0.0.0/8")].compactMap { $0 })
    let issued = try authority.issue(Self.request, validity: Self.validity)
    guard case .failed(let error) = try Self.verify(issued, Self.anchors(authority)) else {
      Issue.record("2001:db8::/48 was accepted")
      return
    }
    #expect(Optional(error).isUntrusted("RFC 3779"))
  }

  @Test("names that would become something else, and impossible requests, are refused")
  func refusals() throws {
    let authority = try Self.authority()
    func issue(_ change: (inout Authority.Request) -> Void, _ validity: Authority.Validity = Self.validity) throws(CryptoError) {
      var request = Self.request
      change(&request)
      _ = try authority.issue(request, validity: validity)
    }
    for name in ["", "a,IP:10.0.0.1", "a:b", "a b", "ä.example", String(repeating: "a", count: 254), "a\0b", "a\nb"] {
      #expect(throws: CryptoError.self) { try issue { $0.dnsNames = [name] } }
    }
    for name in ["", String(repeating: "a", count: 65)] {
      #expect(throws: CryptoError.self) { try issue { $0.name.commonName = name } }
    }
    #expect(throws: CryptoError.self) { try issue { $0.addressBlocks = [] } }
    #expect(throws: CryptoError.self) { try issue({ _ in }, .init(notBefore: 2, notAfter: 1)) }
    #expect(throws: CryptoError.self) { try issue({ _ in }, .init(notBefore: .min, notAfter: .max)) }
    #expect(throws: Never.self) { try issue { $0 = .init(name: .init(commonName: "bare")) } }
    #expect(throws: Never.self) { try issue({ _ in }, .init(notBefore: Self.now, notAfter: 4_102_444_800)) }
  }

  @Test(
    "OpenSSL's program verifies the path, sees the revocation, and shows the same names and blocks",
    .enabled(if: OpenSSLProgram.isInstalled, "/usr/bin/openssl is not installed"), arguments: Authority.KeyType.allCases)
  func outsideOpinion(keyType: Authority.KeyType) throws {
    let authority = try Self.authority(keyType), node = try authority.issue(Self.request, keyType: keyType, validity: Self.validity)
    let other = try authority.issue(Self.request, keyType: keyType, validity: Self.validity)
    let list = try authority.revocationList(
      [.init(serialNumber: other.facts.serialNumber, wallSeconds: Self.now)], number: 1, validity: Self.validity)
    let files = [
      "ca.pem": authority.certificatePEM, "node.pem": node.certificatePEM, "other.pem": other.certificatePEM, "crl.pem": list,
      "node.key": node.privateKeyPEM.withBytes { Array($0) },
    ]
    let verify = ["verify", "-x509_strict", "-attime", "\(Self.now + 60)", "-CAfile", "ca.pem", "-CRLfile", "crl.pem", "-crl_check"]
    let good = try OpenSSLProgram.run(verify + ["node.pem"], files: files)
    #expect(good.succeeded, "\(good.output)")
    let bad = try OpenSSLProgram.run(verify + ["other.pem"], files: files)
    #expect(!bad.succeeded && bad.output.contains("certificate revoked"))
    let text = try OpenSSLProgram.run(["x509", "-in", "node.pem", "-noout", "-text"], files: files).output
    for part in ["DNS:spoke1.example.org, IP Address:10.255.0.11", "10.1.0.0/16", "2001:db8::/48", "Digital Signature", "CA:FALSE"] {
      #expect(text.contains(part))
    }
    #expect(try OpenSSLProgram.run(["pkey", "-in", "node.key", "-noout", "-check"], files: files).succeeded)
    let key = try OpenSSLProgram.run(["pkey", "-in", "node.key", "-pubout"], files: files).output
    #expect(try OpenSSLProgram.run(["x509", "-in", "node.pem", "-noout", "-pubkey"], files: files).output == key)
  }
}
