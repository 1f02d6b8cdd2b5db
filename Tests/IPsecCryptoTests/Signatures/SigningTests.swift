// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("Signing")
struct SigningTests {
  typealias Made = MadeCertificate
  private let provider = OpenSSLKeyProvider()
  private static let message = Array("the octets of an exchange".utf8)

  /// Name of the key, its form, its certificate, and a scheme for it. Hashes are given by number: 1 is SHA-1, 2 SHA-256 and so on.
  static let cases: [(String, [UInt8], SignatureScheme)] = [
    (Made.rsaPKCS1, Made.rsa, .rsaPKCS1(hash: 1, isBare: false)), (Made.rsaPKCS1, Made.rsa, .rsaPKCS1(hash: 2, isBare: false)),
    (Made.rsaPKCS1, Made.rsa, .rsaPKCS1(hash: 3, isBare: false)), (Made.rsaPKCS1, Made.rsa, .rsaPKCS1(hash: 4, isBare: false)),
    (Made.rsaPKCS1, Made.rsa, .rsaPKCS1(hash: 2, isBare: true)), (Made.rsaPKCS1, Made.rsa, .rsaPSS(hash: 1)),
    (Made.rsaPKCS1, Made.rsa, .rsaPSS(hash: 2)), (Made.rsaPKCS1, Made.rsa, .rsaPSS(hash: 3)), (Made.rsaPKCS1, Made.rsa, .rsaPSS(hash: 4)),
    (Made.nodePKCS8, Made.node, .ecdsa(hash: 2, isRaw: true)), (Made.nodePKCS8, Made.node, .ecdsa(hash: 2, isRaw: false)),
    (Made.nodePKCS8, Made.node, .ecdsa(hash: 4, isRaw: true)), (Made.p384PKCS8, Made.p384, .ecdsa(hash: 3, isRaw: true)),
    (Made.p384PKCS8, Made.p384, .ecdsa(hash: 3, isRaw: false)), (Made.ed25519PKCS8, Made.ed25519, .ed25519),
    (Made.ed448PKCS8, Made.ed448, .ed448),
  ]

  private func verify(_ key: SigningKey, _ scheme: SignatureScheme, _ message: [UInt8], _ signature: [UInt8]) -> KeyResult {
    provider.perform(
      .verify(
        chain: key.chain, TrustAnchors(roots: [Made.root]), wallSeconds: Made.wallSeconds, scheme, message: message, signature: signature))
  }

  @Test("what is signed is verified, with the facts of the signer; nothing else is", arguments: cases)
  func roundTrips(text: String, certificate: [UInt8], scheme: SignatureScheme) throws {
    let key = try CertificateReader.signingKey(privateKeyPEMorDER: Array(text.utf8), chain: [certificate, Made.intermediate])
    guard case .signature(let signature) = provider.perform(.sign(key, scheme, message: Self.message)) else {
      Issue.record("no signature")
      return
    }
    guard case .verified(let facts) = verify(key, scheme, Self.message, signature) else {
      Issue.record("not verified")
      return
    }
    #expect(facts.subject == key.facts.subject)
    #expect(verify(key, scheme, Self.message + [0], signature) == .failed(.wrongSignature))
    for index in signature.indices {
      var changed = signature
      changed[index] ^= 1
      #expect(verify(key, scheme, Self.message, changed) == .failed(.wrongSignature))
    }
    for (_, _, other) in Self.cases where other != scheme {
      if case .verified = verify(key, other, Self.message, signature) { Issue.record("\(other) took a signature of \(scheme)") }
    }
  }

  @Test("raw ECDSA signatures have the fixed length of RFC 4754 §7")
  func rawLengths() throws {
    let node = try CertificateReader.signingKey(privateKeyPEMorDER: Array(Made.nodePKCS8.utf8), chain: [Made.node])
    let p384 = try CertificateReader.signingKey(privateKeyPEMorDER: Array(Made.p384PKCS8.utf8), chain: [Made.p384])
    for _ in 0..<64 {
      guard case .signature(let short) = provider.perform(.sign(node, .ecdsa(hash: 2, isRaw: true), message: [])),
        case .signature(let long) = provider.perform(.sign(p384, .ecdsa(hash: 3, isRaw: true), message: []))
      else {
        Issue.record("no signature")
        return
      }
      #expect(short.count == 64 && long.count == 96)
    }
  }

  @Test("blocks that are inherited come from the issuer when the path is verified, RFC 3779 §2.2.3.5")
  func inheritedBlocks() throws {
    let key = try CertificateReader.signingKey(privateKeyPEMorDER: Array(Made.inheritingPKCS8.utf8), chain: [Made.inheriting, Made.intermediate])
    guard case .signature(let signature) = provider.perform(.sign(key, .ecdsa(hash: 2, isRaw: false), message: Self.message)),
      case .verified(let facts) = verify(key, .ecdsa(hash: 2, isRaw: false), Self.message, signature)
    else {
      Issue.record("not verified")
      return
    }
    #expect(facts.addressBlocks?.map(\.description) == ["10.0.0.0/8", "192.0.2.0/24", "2001:db8:5::/48"])
  }

  @Test("a key is not used with a scheme of another kind, and a bare message must fit the modulus")
  func refusals() throws {
    let node = try CertificateReader.signingKey(privateKeyPEMorDER: Array(Made.nodePKCS8.utf8), chain: [Made.node])
    #expect(
      provider.perform(.sign(node, .ed25519, message: [])) == .failed(.unsupported("a signature scheme for another kind of key")))
    let rsa = try CertificateReader.signingKey(privateKeyPEMorDER: Array(Made.rsaPKCS1.utf8), chain: [Made.rsa])
    let fitting = [UInt8](repeating: 1, count: 245)
    guard case .signature = provider.perform(.sign(rsa, .rsaPKCS1(hash: 1, isBare: true), message: fitting)) else {
      Issue.record("no signature")
      return
    }
    #expect(provider.perform(.sign(rsa, .rsaPKCS1(hash: 1, isBare: true), message: fitting + [1])) == .failed(.failed("signing")))
  }
}
