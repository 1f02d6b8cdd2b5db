// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import Testing

@Suite("Algorithm identifiers of RFC 7427")
struct AlgorithmIdentifierTests {
  /// RFC 7427 §A.1, §A.3, §A.4.1, §A.4.3, and RFC 8420 §A, as they are printed there.
  static let printed: [(SignatureScheme, String)] = [
    (.rsaPKCS1(hash: 1, isBare: false), "300d06092a864886f70d0101050500"),
    (.rsaPKCS1(hash: 2, isBare: false), "300d06092a864886f70d01010b0500"),
    (.rsaPKCS1(hash: 3, isBare: false), "300d06092a864886f70d01010c0500"),
    (.rsaPKCS1(hash: 4, isBare: false), "300d06092a864886f70d01010d0500"),
    (.ecdsa(hash: 1, isRaw: false), "300906072a8648ce3d0401"),
    (.ecdsa(hash: 2, isRaw: false), "300a06082a8648ce3d040302"),
    (.ecdsa(hash: 3, isRaw: false), "300a06082a8648ce3d040303"),
    (.ecdsa(hash: 4, isRaw: false), "300a06082a8648ce3d040304"),
    (.rsaPSS(hash: 1), "300d06092a864886f70d01010a3000"),
    (
      .rsaPSS(hash: 2),
      """
      304606092a864886f70d01010a3039a00f300d06096086480165030402010500a11c301a06092a864886f70d010108
      300d06096086480165030402010500a203020120a303020101
      """
    ),
    (.ed25519, "300506032b6570"),
    (.ed448, "300506032b6571"),
  ]

  @Test("encode as printed, and decode to the same scheme", arguments: printed)
  func constants(scheme: SignatureScheme, text: String) {
    #expect(scheme.algorithmIdentifier == octets(text))
    #expect(SignatureScheme(algorithmIdentifier: octets(text)) == scheme)
  }

  @Test("other encodings of the same are understood: explicit defaults (RFC 7427 §A.4.2), no trailer field, absent or NULL parameters")
  func variants() {
    let explicit = """
      303e06092a864886f70d01010a3031a00b300906052b0e03021a0500a118301606092a864886f70d010108300906052b0e03021a0500a203020114a303020101
      """
    #expect(SignatureScheme(algorithmIdentifier: octets(explicit)) == .rsaPSS(hash: 1))
    let withoutTrailer = """
      304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108
      300d06096086480165030402010500a203020120
      """
    #expect(SignatureScheme(algorithmIdentifier: octets(withoutTrailer)) == .rsaPSS(hash: 2))
    #expect(SignatureScheme(algorithmIdentifier: octets("300b06092a864886f70d01010b")) == .rsaPKCS1(hash: 2, isBare: false))
    #expect(SignatureScheme(algorithmIdentifier: octets("300c06082a8648ce3d0403020500")) == .ecdsa(hash: 2, isRaw: false))
  }

  @Test("RSASSA-PSS with another salt, another hash in its mask, or another trailer is none of ours")
  func foreignPSS() {
    let good = octets(Self.printed[9].1)
    // Salt length, last byte of the mask's hash, trailer.
    for index in [good.count - 6, good.count - 13, good.count - 1] {
      var changed = good
      changed[index] ^= 3
      #expect(SignatureScheme(algorithmIdentifier: changed) == nil)
    }
  }

  @Test("cut at any byte, or with one byte more, they are nothing", arguments: printed)
  func cuts(scheme: SignatureScheme, text: String) {
    let whole = octets(text)
    for count in 0..<whole.count { #expect(SignatureScheme(algorithmIdentifier: Array(whole.prefix(count))) == nil) }
    #expect(SignatureScheme(algorithmIdentifier: whole + [0]) == nil)
    // Any single byte changed gives no trap and never this scheme, but where it is a version of the same.
    for index in whole.indices {
      var changed = whole
      changed[index] ^= 0x80
      #expect(SignatureScheme(algorithmIdentifier: changed) != scheme)
    }
  }

  @Test("schemes of older methods have no identifier")
  func older() {
    let schemes: [SignatureScheme] = [
      .rsaPKCS1(hash: 1, isBare: true), .ecdsa(hash: 2, isRaw: true), .rsaPKCS1(hash: HashAlgorithm.md5.rawValue, isBare: false),
      .rsaPSS(hash: 9), .ecdsa(hash: 9, isRaw: false),
    ]
    for scheme in schemes { #expect(scheme.algorithmIdentifier == nil) }
  }

  @Test("the scheme chosen fits the key and the peer's hashes, and is never SHA-1, RFC 8247 §3.2.1")
  func choice() {
    let sha2: [HashAlgorithm] = [.sha1, .sha512, .sha384, .sha256]
    #expect(SignatureScheme.best(for: .rsa(bits: 2048), peerHashes: sha2) == .rsaPSS(hash: 2))
    #expect(SignatureScheme.best(for: .rsa(bits: 1033), peerHashes: [.sha512]) == nil)
    #expect(SignatureScheme.best(for: .rsa(bits: 1034), peerHashes: [.sha512]) == .rsaPSS(hash: 4))
    #expect(SignatureScheme.best(for: .ecdsa(19), peerHashes: sha2) == .ecdsa(hash: 2, isRaw: false))
    #expect(SignatureScheme.best(for: .ecdsa(20), peerHashes: sha2) == .ecdsa(hash: 3, isRaw: false))
    #expect(SignatureScheme.best(for: .ecdsa(21), peerHashes: sha2) == .ecdsa(hash: 4, isRaw: false))
    #expect(SignatureScheme.best(for: .ecdsa(21), peerHashes: [.sha256]) == .ecdsa(hash: 2, isRaw: false))
    #expect(SignatureScheme.best(for: .ed25519, peerHashes: sha2) == nil)
    #expect(SignatureScheme.best(for: .ed25519, peerHashes: [.identity]) == .ed25519)
    #expect(SignatureScheme.best(for: .ed448, peerHashes: [.identity]) == .ed448)
    #expect(SignatureScheme.best(for: .ecdsa(19), peerHashes: [.sha1, .identity]) == nil)
  }
}
