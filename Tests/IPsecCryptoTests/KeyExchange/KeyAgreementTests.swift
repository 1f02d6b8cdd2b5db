// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("Key agreement")
struct KeyAgreementTests {
  static let groups: [(KeyExchangeMethod, publicBytes: Int, secretBytes: Int)] = [
    (.modp1024, 128, 128), (.modp1536, 192, 192), (.modp2048, 256, 256), (.modp3072, 384, 384), (.modp4096, 512, 512),
    (.modp8192, 1024, 1024), (.modp2048s256, 256, 256), (.ecp256, 64, 32), (.ecp384, 96, 48), (.ecp521, 132, 66), (.curve25519, 32, 32),
    (.curve448, 56, 56),
  ]

  @Test("both ends of every group come to one secret, at its fixed length", arguments: groups)
  func agreement(method: KeyExchangeMethod, publicBytes: Int, secretBytes: Int) throws {
    let provider = OpenSSLKeyProvider()
    guard case .generated(let privateValue, let publicValue, let random) = provider.perform(.generate(method, randomBytes: 32)) else {
      Issue.record("no key pair")
      return
    }
    #expect(publicValue.count == publicBytes && random.count == 32)
    guard case .responded(let answer, let theirs, _) = provider.perform(.respond(method, peerPublicValue: publicValue, randomBytes: 0)) else {
      Issue.record("no answer")
      return
    }
    #expect(answer.count == publicBytes && theirs.count == secretBytes && answer != publicValue)
    #expect(provider.perform(.agree(method, privateValue: privateValue, peerPublicValue: answer)) == .agreed(theirs))
  }
}
