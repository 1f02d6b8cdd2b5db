// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("What certificates say")
struct CertificateReaderTests {
  typealias Made = MadeCertificate

  /// As `openssl x509 -noout -text`, `-subject -nameopt RFC2253` and `-serial` print it.
  @Test("names, addresses, address blocks, times and number are those that OpenSSL's program shows")
  func facts() throws {
    let facts = try CertificateReader.facts(ofDER: Made.node)
    #expect(facts.subjectText == #"CN=Sp\C3\B6ke \"1\",OU=Branch\, north+CN=spoke1,O=Example"#)
    #expect(facts.dnsNames == ["spoke1.example.org", "*.spoke1.example.org"])
    #expect(facts.mailNames == ["admin@example.org"])
    #expect(facts.addresses == [IPAddress("10.255.0.11"), IPAddress("2001:db8::b")].compactMap { $0 })
    #expect(facts.serialNumber == "68")
    #expect(facts.notAfter - facts.notBefore == 3650 * 86_400)
    #expect(facts.issuer == (try CertificateReader.facts(ofDER: Made.intermediate)).subject)
    #expect(facts.subject.first == 0x30)
    #expect(facts.issuerText == (try CertificateReader.facts(ofDER: Made.intermediate)).subjectText)
  }

  @Test("ranges of addresses come as the prefixes that make them up, RFC 3779 §2.2.3.9")
  func addressBlocks() throws {
    let facts = try CertificateReader.facts(ofDER: Made.node)
    let expected = [
      "10.1.0.0/16", "10.2.0.1/32", "10.2.0.2/31", "10.2.0.4/31", "10.2.0.6/32", "192.0.2.128/25", "2001:db8:1::/48", "2001:db8:2::/48",
    ]
    #expect(facts.addressBlocks == expected.compactMap { IPPrefix($0) })
    #expect(try CertificateReader.facts(ofDER: Made.plain).addressBlocks == nil)
    #expect(
      try CertificateReader.facts(ofDER: Made.root).addressBlocks == [IPPrefix("0.0.0.0/0"), IPPrefix("::/0")].compactMap { $0 })
  }

  @Test("inherited blocks are unknown without the issuer")
  func inherited() throws {
    #expect(try CertificateReader.facts(ofDER: Made.inheriting).addressBlocks == [IPPrefix("2001:db8:5::/48")].compactMap { $0 })
  }

  @Test(
    "a range is split into the fewest prefixes",
    arguments: [
      ("0.0.0.0", "255.255.255.255", "0.0.0.0/0"), ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"),
      ("10.0.0.0", "10.0.0.0", "10.0.0.0/32"), ("10.0.0.1", "10.0.0.0", ""), ("10.0.0.0", "2001:db8::", ""),
      ("255.255.255.254", "255.255.255.255", "255.255.255.254/31"), ("0.0.0.1", "0.0.0.3", "0.0.0.1/32 0.0.0.2/31"),
      ("::1", "::4", "::1/128 ::2/127 ::4/128"), ("2001:db8::", "2001:db8:0:0:ffff:ffff:ffff:ffff", "2001:db8::/64"),
      ("2001:db8::", "2001:db8:0:2:ffff:ffff:ffff:ffff", "2001:db8::/63 2001:db8:0:2::/64"),
    ])
  func ranges(first: String, last: String, prefixes: String) throws {
    let covering = IPPrefix.covering(try #require(IPAddress(first)), try #require(IPAddress(last)))
    #expect(covering.map(\.description).joined(separator: " ") == prefixes)
  }

  @Test("the largest possible range of IPv6 needs 254 prefixes, and the whole of it is covered once")
  func largestRange() throws {
    let first = try #require(IPAddress("::1")), last = try #require(IPAddress("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"))
    let covering = IPPrefix.covering(first, last)
    #expect(covering.count == 254)
    for (a, b) in zip(covering, covering.dropFirst()) { #expect(!a.overlaps(b) && a < b) }
  }

  @Test("the kinds of keys")
  func kinds() throws {
    #expect(try CertificateReader.publicKeyKind(ofDER: Made.node) == .ecdsa(19))
    #expect(try CertificateReader.publicKeyKind(ofDER: Made.p384) == .ecdsa(20))
    #expect(try CertificateReader.publicKeyKind(ofDER: Made.rsa) == .rsa(bits: 2048))
    #expect(try CertificateReader.publicKeyKind(ofDER: Made.ed25519) == .ed25519)
    #expect(try CertificateReader.publicKeyKind(ofDER: Made.ed448) == .ed448)
    #expect(throws: CryptoError.unsupported("an RSA key of 512 bits")) { try CertificateReader.publicKeyKind(ofDER: Made.rsa512) }
    #expect(throws: CryptoError.unsupported("an ECDSA key on a curve other than P-256, P-384 and P-521")) {
      try CertificateReader.publicKeyKind(ofDER: Made.k1)
    }
  }

  @Test("cut at any byte a certificate is an error, and so is one with bytes behind it")
  func cuts() {
    for count in 0..<Made.node.count {
      #expect(throws: CryptoError.unreadable("no X.509 certificate")) {
        try CertificateReader.facts(ofDER: Array(Made.node.prefix(count)))
      }
    }
    #expect(throws: CryptoError.unreadable("no X.509 certificate")) { try CertificateReader.facts(ofDER: Made.node + [0]) }
  }

  @Test("with any byte changed it is read or refused, never trusted", arguments: [UInt8(1), 0x80, 0xff])
  func changes(mask: UInt8) {
    for index in Made.node.indices {
      var changed = Made.node
      changed[index] ^= mask
      _ = try? CertificateReader.facts(ofDER: changed)
      _ = try? CertificateReader.publicKeyKind(ofDER: changed)
      #expect(Made.refusal([changed, Made.intermediate]) != nil)
    }
  }

  @Test("a list cut at any byte is an error")
  func cutLists() {
    for count in 0..<Made.rootList.count {
      #expect(throws: CryptoError.self) { try CertificateReader.revocationLists(inPEMorDER: Array(Made.rootList.prefix(count))) }
    }
  }
}

@Suite("Files of certificates")
struct CertificateFileTests {
  typealias Made = MadeCertificate

  @Test("a PEM file gives its certificates in order, whatever stands between them")
  func severalCertificates() throws {
    let text =
      "subject=CN\n" + Made.pem(Made.node) + Made.nodePKCS8 + "\n\nhello\n" + Made.pem(Made.intermediate)
      + Made.pem(Made.rootList, "X509 CRL")
    #expect(try CertificateReader.certificates(inPEMorDER: Array(text.utf8)) == [Made.node, Made.intermediate])
    #expect(try CertificateReader.revocationLists(inPEMorDER: Array(text.utf8)) == [Made.rootList])
  }

  @Test("a DER file is one certificate or one list")
  func der() throws {
    #expect(try CertificateReader.certificates(inPEMorDER: Made.node) == [Made.node])
    #expect(try CertificateReader.revocationLists(inPEMorDER: Made.rootList) == [Made.rootList])
    #expect(throws: CryptoError.self) { try CertificateReader.certificates(inPEMorDER: Made.rootList) }
    #expect(throws: CryptoError.self) { try CertificateReader.revocationLists(inPEMorDER: Made.node) }
  }

  @Test("lines may end as on Windows")
  func carriageReturns() throws {
    let text = Made.pem(Made.node).split(separator: "\n").joined(separator: "\r\n") + "\r\n"
    #expect(try CertificateReader.certificates(inPEMorDER: Array(text.utf8)) == [Made.node])
  }

  @Test("a PEM file cut at any byte is an error")
  func cuts() {
    let whole = Array(Made.pem(Made.root).utf8)
    // The last byte is the end of a line.
    for count in 0..<whole.count - 1 {
      #expect(throws: CryptoError.self) { try CertificateReader.certificates(inPEMorDER: Array(whole.prefix(count))) }
    }
  }

  @Test("a file without any, or with more than the limit, is an error")
  func limits() {
    #expect(throws: CryptoError.unreadable("no certificate")) {
      try CertificateReader.certificates(inPEMorDER: Array(Made.pem(Made.rootList, "X509 CRL").utf8))
    }
    let many = String(repeating: Made.pem(Made.plain), count: KeyLimits.certificatesInFile + 1)
    #expect(throws: CryptoError.unreadable("a file of more than 256 PEM blocks")) {
      try CertificateReader.certificates(inPEMorDER: Array(many.utf8))
    }
    #expect(throws: CryptoError.self) {
      try CertificateReader.certificates(inPEMorDER: [UInt8](repeating: 0x30, count: KeyLimits.certificateFileBytes + 1))
    }
  }
}
