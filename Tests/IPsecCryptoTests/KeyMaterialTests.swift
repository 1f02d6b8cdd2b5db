// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("Secret bytes")
struct SecretBytesTests {
  @Test("print as their length, whatever they are printed in")
  func printing() {
    let secret = SecretBytes([0x73, 0x33, 0x63])
    #expect("\(secret)" == "<3 secret bytes>")
    #expect(String(reflecting: KeyJob.agree(.curve25519, privateValue: secret, peerPublicValue: [])).contains("<3 secret bytes>"))
    #expect(Mirror(reflecting: secret).children.isEmpty)
  }

  @Test("parts and joins are cut to what is there")
  func parts() {
    let secret = SecretBytes([1, 2, 3, 4, 5])
    #expect(secret.part(1, 2) == SecretBytes([2, 3]))
    #expect(secret.part(4, 9) == SecretBytes([5]))
    #expect(secret.part(7, 1).count == 0)
    #expect(secret.part(0, 2).appending(secret.part(2, 3)) == secret)
    #expect(secret != SecretBytes([1, 2, 3, 4, 6]))
  }
}
