// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import Testing

@Suite("Signatures with known answers")
struct KnownSignatureTests {
  @Test("signatures that RFCs print are accepted, and no other message with them", arguments: SignatureVerdict.printed)
  func printed(verdict: SignatureVerdict) {
    #expect(verdict.isAccepted)
    let other = SignatureVerdict(
      verdict.scheme, verdict.source, isValid: false, publicKey: verdict.publicKey, message: verdict.message + [0],
      signature: verdict.signature)
    #expect(!other.isAccepted)
  }

  @Test("Wycheproof's verdicts on ECDSA, DER", arguments: SignatureVerdict.ecdsa)
  func ecdsa(verdict: SignatureVerdict) { #expect(verdict.isAccepted == verdict.isValid) }

  @Test("Wycheproof's verdicts on ECDSA, raw", arguments: SignatureVerdict.rawECDSA)
  func rawECDSA(verdict: SignatureVerdict) { #expect(verdict.isAccepted == verdict.isValid) }

  @Test("Wycheproof's verdicts on Ed25519 and Ed448", arguments: SignatureVerdict.edwards)
  func edwards(verdict: SignatureVerdict) { #expect(verdict.isAccepted == verdict.isValid) }

  @Test("Wycheproof's verdicts on RSASSA-PKCS1-v1_5", arguments: SignatureVerdict.rsaPKCS1)
  func rsaPKCS1(verdict: SignatureVerdict) { #expect(verdict.isAccepted == verdict.isValid) }

  @Test("Wycheproof's verdicts on RSASSA-PSS", arguments: SignatureVerdict.rsaPSS)
  func rsaPSS(verdict: SignatureVerdict) { #expect(verdict.isAccepted == verdict.isValid) }

  @Test("a signature cut at any byte is refused")
  func cuts() throws {
    for verdict in SignatureVerdict.printed {
      for count in 0..<verdict.signature.count {
        #expect(throws: CryptoError.wrongSignature) {
          try verdict.scheme.verify(Array(verdict.signature.prefix(count)), over: verdict.message, publicKey: verdict.publicKey)
        }
      }
    }
  }

  @Test("a scheme for another kind of key, and hashes without a scheme, are refused by name")
  func mismatches() throws {
    let ecdsa = try #require(SignatureVerdict.printed.first)
    for scheme in [SignatureScheme.ed25519, .ed448, .rsaPSS(hash: 2), .rsaPKCS1(hash: 2, isBare: false), .rsaPKCS1(hash: 2, isBare: true)] {
      #expect(throws: CryptoError.unsupported("a signature scheme for another kind of key")) {
        try scheme.verify(ecdsa.signature, over: ecdsa.message, publicKey: ecdsa.publicKey)
      }
    }
    #expect(throws: CryptoError.unsupported("signatures with hash 9")) {
      try SignatureScheme.ecdsa(hash: 9, isRaw: true).verify(ecdsa.signature, over: ecdsa.message, publicKey: ecdsa.publicKey)
    }
  }
}
