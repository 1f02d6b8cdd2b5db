// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("Protection policy")
struct PolicyTests {
  @Test("a key without a remote part serves both directions")
  func oneKey() {
    let key = PreSharedKey(local: SecretBytes([1, 2]))
    #expect(key.remote == SecretBytes([1, 2]))
    #expect("\(key)".contains("<2 secret bytes>"))
  }
}
