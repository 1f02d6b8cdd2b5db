// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("Private keys")
struct PrivateKeyTests {
  typealias Made = MadeCertificate

  private func key(_ text: String, _ certificate: [UInt8]) throws(CryptoError) -> SigningKey {
    try CertificateReader.signingKey(privateKeyPEMorDER: Array(text.utf8), chain: [certificate])
  }

  @Test("PKCS #8, PKCS #1 and SEC 1 are read, and kept as PKCS #8")
  func forms() throws {
    let pkcs8 = try key(Made.nodePKCS8, Made.node), sec1 = try key(Made.nodeSEC1, Made.node)
    #expect(pkcs8.kind == .ecdsa(19))
    #expect(pkcs8.privateKey == sec1.privateKey)
    #expect(pkcs8.facts == (try CertificateReader.facts(ofDER: Made.node)))
    #expect(try key(Made.rsaPKCS1, Made.rsa).kind == .rsa(bits: 2048))
    #expect(try key(Made.ed25519PKCS8, Made.ed25519).kind == .ed25519)
    #expect(try key(Made.ed448PKCS8, Made.ed448).kind == .ed448)
    #expect(try key(Made.p384PKCS8, Made.p384).kind == .ecdsa(20))
    let der = pkcs8.privateKey.withBytes { Array($0) }
    #expect(try CertificateReader.signingKey(privateKeyPEMorDER: der, chain: [Made.node, Made.intermediate]).privateKey == pkcs8.privateKey)
  }

  @Test("an encrypted key is refused by name, in any form; nobody is asked for a password")
  func encrypted() throws {
    let refusal = CryptoError.unreadable("the private key is encrypted; it is needed without a password")
    #expect(throws: refusal) { try key(Made.nodeEncrypted, Made.node) }
    #expect(throws: refusal) { try key(Made.nodeLegacyEncrypted, Made.node) }
    let lines = Made.nodeEncrypted.split(separator: "\n").filter { !$0.hasPrefix("-") }
    let der = Made.base64(lines.joined())
    #expect(throws: refusal) { try CertificateReader.signingKey(privateKeyPEMorDER: der, chain: [Made.node]) }
  }

  @Test("a key that is not the certificate's is refused, of the same kind or another")
  func mismatches() {
    let refusal = CryptoError.unreadable("the private key is not the certificate's")
    #expect(throws: refusal) { try key(Made.nodePKCS8, Made.plain) }
    #expect(throws: refusal) { try key(Made.nodePKCS8, Made.rsa) }
    // OpenSSL writes the curve's parameters in front of this one.
    #expect(throws: refusal) { try key(Made.parametersFirst, Made.node) }
  }

  @Test("what is no key, or none for IKE, is refused")
  func garbage() {
    #expect(throws: CryptoError.unreadable("no private key")) { try key("", Made.node) }
    #expect(throws: CryptoError.unreadable("no private key")) { try key(Made.pem(Made.node), Made.node) }
    #expect(throws: CryptoError.unreadable("no private key")) { try key(Made.pem([1, 2, 3], "PRIVATE KEY"), Made.node) }
    #expect(throws: CryptoError.self) { try key(Made.k1PKCS8, Made.k1) }
    #expect(throws: CryptoError.unreadable("no certificate for the private key")) {
      try CertificateReader.signingKey(privateKeyPEMorDER: Array(Made.nodePKCS8.utf8), chain: [])
    }
    #expect(throws: CryptoError.unreadable("a chain of 10 certificates")) {
      try CertificateReader.signingKey(privateKeyPEMorDER: Array(Made.nodePKCS8.utf8), chain: [Made.node] + Made.deep)
    }
  }

  @Test("cut at any byte a key is an error, in PEM and in DER")
  func cuts() throws {
    let der = try key(Made.nodePKCS8, Made.node).privateKey.withBytes { Array($0) }, text = Array(Made.nodePKCS8.utf8)
    for whole in [der, text] {
      for count in 0..<whole.count - 1 {
        #expect(throws: CryptoError.self) {
          try CertificateReader.signingKey(privateKeyPEMorDER: Array(whole.prefix(count)), chain: [Made.node])
        }
      }
    }
  }

  @Test("errors hold nothing of a key")
  func secrecy() {
    let secret = Made.nodePKCS8.split(separator: "\n")[1]
    do {
      _ = try key(Made.nodePKCS8, Made.plain)
      Issue.record("accepted")
    } catch {
      #expect(!String(reflecting: error).contains(secret.prefix(8)))
    }
  }
}
