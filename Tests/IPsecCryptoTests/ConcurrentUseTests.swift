// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("Many threads at once")
struct ConcurrentUseTests {
  @Test("jobs of all kinds, with more keys and trust anchors than are kept parsed, give each its own result")
  func jobs() async throws {
    typealias Fixture = CertificateAuthorityTests
    var nodes: [(SigningKey, TrustAnchors)] = []
    for _ in 0..<(KeyLimits.parsedKeys + 4) {
      let authority = try Fixture.authority()
      nodes.append((try Fixture.key(authority.issue(Fixture.request, validity: Fixture.validity)), try Fixture.anchors(authority)))
    }
    let all = nodes
    await withTaskGroup(of: Bool.self) { group in
      for round in 0..<96 {
        group.addTask { Self.work(round, all[round % all.count].0, all[round % all.count].1) }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  private static func work(_ round: Int, _ key: SigningKey, _ anchors: TrustAnchors) -> Bool {
    let provider = OpenSSLKeyProvider(), method: KeyExchangeMethod = [.curve25519, .ecp256, .modp2048][round % 3]
    guard case .generated(let privateValue, let publicValue, _) = provider.perform(.generate(method, randomBytes: 32)),
      case .responded(let answer, let secret, _) = provider.perform(.respond(method, peerPublicValue: publicValue, randomBytes: 32)),
      provider.perform(.agree(method, privateValue: privateValue, peerPublicValue: answer)) == .agreed(secret),
      case .signature(let signature) = provider.perform(.sign(key, .ecdsa(hash: 2, isRaw: false), message: publicValue))
    else { return false }
    return provider.perform(
      .verify(
        chain: key.chain, anchors, wallSeconds: CertificateAuthorityTests.now, .ecdsa(hash: 2, isRaw: false), message: publicValue,
        signature: signature)) == .verified(key.facts)
  }
}
