// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("Paths of certificates")
struct CertificatePathTests {
  typealias Made = MadeCertificate

  @Test("a peer's certificate, its issuer behind it, and a trusted root are a path; the issuer's place does not matter")
  func valid() {
    #expect(Made.refusal([Made.node, Made.intermediate]) == nil)
    #expect(Made.refusal([Made.node, Made.twin, Made.plain, Made.intermediate]) == nil)
    #expect(Made.refusal([Made.node], roots: [Made.root, Made.intermediate]) == nil)
    #expect(Made.refusal([Made.plain]) == nil)
  }

  @Test("any anchor ends a path: one intermediate, or the peer's own certificate")
  func partial() {
    #expect(Made.refusal([Made.node], roots: [Made.intermediate]) == nil)
    #expect(Made.refusal([Made.node], roots: [Made.node]) == nil)
  }

  @Test("without the issuer, without anchors, or with a root of the same name and another key, there is none")
  func issuers() {
    #expect(Made.refusal([Made.node]).isUntrusted("unable to get local issuer certificate"))
    #expect(Made.refusal([Made.plain], roots: []).isUntrusted("unable to get"))
    #expect(Made.refusal([Made.plain], roots: [Made.twin]) != nil)
    #expect(Made.refusal([Made.root], roots: [Made.twin]) != nil)
    #expect(Made.refusal([]).isUntrusted("no certificate"))
  }

  @Test("a second before its time, or after it, a certificate is refused")
  func times() throws {
    let facts = try CertificateReader.facts(ofDER: Made.node)
    #expect(Made.refusal([Made.node, Made.intermediate], at: facts.notBefore - 1).isUntrusted("not yet valid"))
    #expect(Made.refusal([Made.node, Made.intermediate], at: facts.notBefore) == nil)
    #expect(Made.refusal([Made.node, Made.intermediate], at: facts.notAfter + 1).isUntrusted("expired"))
    for seconds in [Int64.min, -1, 0, .max] { #expect(Made.refusal([Made.plain], at: seconds) != nil) }
  }

  @Test("an issuer that is no authority is refused, also one that says so by its key usage alone, RFC 5280 §6.1.4 (k)")
  func authorities() {
    #expect(Made.refusal([Made.byNode, Made.node, Made.intermediate]).isUntrusted("invalid CA certificate"))
    #expect(Made.refusal([Made.byNoConstraints, Made.noConstraints]).isUntrusted("invalid CA certificate"))
  }

  @Test("names outside the issuer's constraints are refused, RFC 5280 §4.2.1.10")
  func nameConstraints() {
    #expect(Made.refusal([Made.withinNames, Made.constrained]) == nil)
    #expect(Made.refusal([Made.outsideNames, Made.constrained]).isUntrusted("permitted subtree violation"))
  }

  @Test("key usage must allow signatures, extended key usage must fit IKE, RFC 4945 §5.1.3.2 and §5.1.3.12")
  func usage() {
    for good in [Made.serverAuth, Made.ipsecIKE, Made.ikeIntermediate, Made.anyUsage, Made.nonRepudiation, Made.plain] {
      #expect(Made.refusal([good]) == nil)
    }
    #expect(Made.refusal([Made.codeSigning]).isUntrusted("extended key usage"))
    #expect(Made.refusal([Made.keyEncipherment]).isUntrusted("key usage"))
  }

  @Test("weak signatures and keys are refused: security level 1 of OpenSSL")
  func weakness() {
    #expect(Made.refusal([Made.sha1]).isUntrusted("too weak"))
    #expect(Made.refusal([Made.rsa512]).isUntrusted("key too weak"))
    #expect(Made.refusal([Made.rsa1024]) == nil)
  }

  @Test("an unknown critical extension is refused, RFC 5280 §4.2")
  func critical() {
    #expect(Made.refusal([Made.critical]).isUntrusted("unhandled critical extension"))
  }

  @Test("address blocks outside the issuer's are refused, RFC 3779 §2.3")
  func addressBlocks() {
    #expect(Made.refusal([Made.outside, Made.intermediate]).isUntrusted("RFC 3779 resource not subset of parent's resources"))
    #expect(Made.refusal([Made.inheriting, Made.intermediate]) == nil)
  }

  @Test("a chain of nine certificates, and a certificate of more than 16 KiB, are refused before any work")
  func limits() {
    #expect(Made.refusal(Made.deep.reversed()).isUntrusted("a chain of 9 certificates; the limit is 8"))
    #expect(Made.refusal([Made.deepNode] + Made.deep.prefix(7)) == nil)
    let large = [UInt8](repeating: 0x30, count: KeyLimits.certificateBytes + 1)
    #expect(Made.refusal([large]) == .unreadable("a certificate of 16385 bytes; the limit is 16384"))
    #expect(Made.refusal([Made.plain, large]) != nil)
  }
}

@Suite("Revocation lists")
struct RevocationTests {
  typealias Made = MadeCertificate

  @Test("what a list revokes is refused, RFC 5280 §6.3")
  func revoked() {
    for requires in [false, true] {
      #expect(
        Made.refusal([Made.node, Made.intermediate], lists: [Made.rootList, Made.intermediateList], requiresRevocationList: requires)
          .isUntrusted("certificate revoked"))
      #expect(
        Made.refusal([Made.node, Made.intermediate], lists: [Made.rootList, Made.emptyIntermediateList], requiresRevocationList: requires)
          == nil)
      #expect(Made.refusal([Made.codeSigning], lists: [Made.rootList], requiresRevocationList: requires).isUntrusted("certificate revoked"))
    }
  }

  @Test("below a revoked issuer nothing is trusted")
  func revokedIssuer() {
    let lists = [Made.stricterRootList, Made.emptyIntermediateList]
    for requires in [false, true] {
      #expect(
        Made.refusal([Made.node, Made.intermediate], lists: lists, requiresRevocationList: requires).isUntrusted("certificate revoked"))
    }
  }

  @Test("where lists are required, every issuer needs one; where not, a missing one is no obstacle")
  func missing() {
    #expect(Made.refusal([Made.node, Made.intermediate], requiresRevocationList: true).isUntrusted("unable to get certificate CRL"))
    #expect(
      Made.refusal([Made.node, Made.intermediate], lists: [Made.emptyIntermediateList], requiresRevocationList: true)
        .isUntrusted("unable to get certificate CRL"))
    #expect(
      Made.refusal([Made.node, Made.intermediate], lists: [Made.rootList], requiresRevocationList: true)
        .isUntrusted("unable to get certificate CRL"))
    #expect(Made.refusal([Made.node, Made.intermediate], lists: [Made.rootList]) == nil)
  }

  @Test("a list that is too old is refused where lists are required; what it revoked stays revoked where not")
  func old() {
    let later = Made.wallSeconds + 60 * 86_400
    #expect(Made.refusal([Made.plain], lists: [Made.rootList], requiresRevocationList: true, at: later).isUntrusted("CRL has expired"))
    #expect(Made.refusal([Made.plain], lists: [Made.rootList], at: later) == nil)
    #expect(Made.refusal([Made.codeSigning], lists: [Made.rootList], at: later).isUntrusted("certificate revoked"))
  }

  @Test("a list by another issuer of the same name revokes nothing, and is no substitute for the right one")
  func forged() {
    #expect(Made.refusal([Made.plain], lists: [Made.twinList], requiresRevocationList: true) != nil)
    #expect(!Made.refusal([Made.plain], lists: [Made.rootList, Made.twinList]).isUntrusted("revoked"))
  }
}

extension CryptoError? {
  /// Whether a path was refused for this reason.
  func isUntrusted(_ reason: String) -> Bool {
    if case .untrusted(let text) = self { text.contains(reason) } else { false }
  }
}
