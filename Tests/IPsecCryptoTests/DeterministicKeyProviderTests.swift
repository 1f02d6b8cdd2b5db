// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("Keys for simulations")
struct DeterministicKeyProviderTests {
  private let one = DeterministicKeyProvider(seed: 1), two = DeterministicKeyProvider(seed: 2)

  @Test("the same seed and job give the same result, another seed another one")
  func determinism() {
    for job in [KeyJob.random(count: 40), .generate(.ecp256, randomBytes: 32)] {
      #expect(one.perform(job) == DeterministicKeyProvider(seed: 1).perform(job))
      #expect(one.perform(job) != two.perform(job))
    }
    #expect(one.perform(.random(count: 0)) == .random([]))
    #expect(one.perform(.random(count: -1)) == .failed(.wrongLength("random bytes")))
  }

  /// So that a simulation's journal hash is the same in every version.
  @Test("the bytes themselves stay as they are")
  func stability() {
    #expect(one.perform(.random(count: 8)) == .random(octets("30e3045ade575c50")))
  }

  @Test("both ends agree, at the lengths of the real groups", arguments: KeyAgreementTests.groups)
  func agreement(method: KeyExchangeMethod, publicBytes: Int, secretBytes: Int) {
    guard case .generated(let privateValue, let publicValue, let random) = one.perform(.generate(method, randomBytes: 16)),
      case .responded(let answer, let secret, _) = two.perform(.respond(method, peerPublicValue: publicValue, randomBytes: 16))
    else {
      Issue.record("no exchange")
      return
    }
    #expect(publicValue.count == publicBytes && answer.count == publicBytes && secret.count == secretBytes && random.count == 16)
    #expect(publicValue != answer)
    #expect(one.perform(.agree(method, privateValue: privateValue, peerPublicValue: answer)) == .agreed(secret))
    #expect(
      one.perform(.agree(method, privateValue: privateValue, peerPublicValue: Array(answer.dropLast()))) == .failed(.invalidPublicValue))
  }

  @Test("a signature is verified by any seed, with names and times of its certificates; another message or signer is not")
  func signatures() throws {
    typealias Fixture = CertificateAuthorityTests
    let authority = try Fixture.authority(), issued = try authority.issue(Fixture.request, validity: Fixture.validity)
    let key = try Fixture.key(issued), anchors = try Fixture.anchors(authority), message: [UInt8] = [7]
    guard case .signature(let signature) = one.perform(.sign(key, .ecdsa(hash: 2, isRaw: true), message: message)) else {
      Issue.record("no signature")
      return
    }
    func verify(_ chain: [[UInt8]], _ anchors: TrustAnchors, _ message: [UInt8], at seconds: Int64 = Fixture.now) -> KeyResult {
      two.perform(
        .verify(chain: chain, anchors, wallSeconds: seconds, .ecdsa(hash: 2, isRaw: true), message: message, signature: signature))
    }
    #expect(verify(key.chain, anchors, message) == .verified(issued.facts))
    #expect(verify(key.chain, anchors, [8]) == .failed(.wrongSignature))
    let other = try authority.issue(Fixture.request, validity: Fixture.validity)
    #expect(verify([other.certificateDER], anchors, message) == .failed(.wrongSignature))
    for (chain, anchors, seconds) in [
      ([], anchors, Fixture.now), (key.chain, TrustAnchors(roots: []), Fixture.now), (key.chain, anchors, 0),
      (key.chain, anchors, Fixture.validity.notAfter + 1), (key.chain, TrustAnchors(roots: [MadeCertificate.root]), Fixture.now),
    ] {
      guard case .failed(.untrusted) = verify(chain, anchors, message, at: seconds) else {
        Issue.record("trusted")
        continue
      }
    }
  }

  @Test("it does not take OpenSSL's signatures, nor OpenSSL its own")
  func kinds() throws {
    typealias Fixture = CertificateAuthorityTests
    let authority = try Fixture.authority(), issued = try authority.issue(Fixture.request, validity: Fixture.validity)
    let key = try Fixture.key(issued), anchors = try Fixture.anchors(authority), scheme = SignatureScheme.ecdsa(hash: 2, isRaw: true)
    let providers: [any KeyProvider] = [one, OpenSSLKeyProvider()]
    for (signer, verifier) in zip(providers, providers.reversed()) {
      guard case .signature(let signature) = signer.perform(.sign(key, scheme, message: [1])) else {
        Issue.record("no signature")
        continue
      }
      let result = verifier.perform(
        .verify(chain: key.chain, anchors, wallSeconds: Fixture.now, scheme, message: [1], signature: signature))
      #expect(result == .failed(.wrongSignature))
    }
  }
}
