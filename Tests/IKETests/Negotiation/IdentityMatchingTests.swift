// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("Identities")
struct IdentityMatchingTests {
  @Test("who is meant, and who is not", arguments: [
    (IdentityMatch.any, IKEIdentity.keyID([1]), true),
    (.addresses(IPPrefix(IPAddress(10, 0, 0, 0), length: 8)), .address(IPAddress(10, 9, 9, 9)), true),
    (.addresses(IPPrefix(IPAddress(10, 0, 0, 0), length: 8)), .address(IPAddress(11, 9, 9, 9)), false),
    (.addresses(IPPrefix(IPAddress(0, 0, 0, 0), length: 0)), .fqdn("10.0.0.1"), false),
    (.fqdn("Hub.Example"), .fqdn("hub.example"), true), (.fqdn("hub.example"), .fqdn("xhub.example"), false),
    (.domain("example"), .fqdn("a.b.EXAMPLE"), true), (.domain("example"), .fqdn("example"), false),
    (.domain("example"), .fqdn("notexample"), false), (.domain("example"), .fqdn(".example"), false),
    (.domain("example"), .mail("a@b.example"), false),
    (.mail("a@example"), .mail("A@EXAMPLE"), true), (.mailDomain("example"), .mail("a@example"), true),
    (.mailDomain("example"), .mail("a@x.example"), false), (.mailDomain("example"), .mail("@example"), false),
    (.keyID([1, 2]), .keyID([1, 2]), true), (.keyID([1, 2]), .keyID([1]), false),
    (.subject(containing: "O=x"), .distinguishedName([]), false),
    (.fqdn("a"), .unknown(type: 2, [0x61]), false),
  ])
  func matches(match: IdentityMatch, identity: IKEIdentity, isMeant: Bool) { #expect(match.matches(identity, certificate: nil) == isMeant) }

  @Test("keys: by address first, by identity where it is known; one for anybody before one for somebody else")
  func keys() {
    func key(_ byte: UInt8, _ addresses: IPPrefix? = nil, _ identity: IdentityMatch? = nil) -> PreSharedKey {
      PreSharedKey(addresses: addresses, identity: identity, local: SecretBytes([byte]))
    }
    let keys = [
      key(1, IPPrefix(IPAddress(10, 0, 0, 1), length: 32)), key(2, nil, .fqdn("a.example")), key(3, nil, .fqdn("b.example")), key(4),
    ]
    #expect(keys.key(for: IPAddress(10, 0, 0, 1), identity: .fqdn("b.example"))?.local == SecretBytes([1]))
    #expect(keys.key(for: IPAddress(10, 0, 0, 2), identity: .fqdn("b.example"))?.local == SecretBytes([3]))
    #expect(keys.key(for: IPAddress(10, 0, 0, 2), identity: .fqdn("c.example"))?.local == SecretBytes([4]))
    #expect(keys.key(for: IPAddress(10, 0, 0, 2), identity: nil)?.local == SecretBytes([4]))
    #expect(Array(keys.dropLast()).key(for: IPAddress(10, 0, 0, 2), identity: .fqdn("c.example")) == nil)
  }
}
