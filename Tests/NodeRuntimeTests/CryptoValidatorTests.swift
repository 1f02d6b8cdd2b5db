// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import Testing

@Suite struct CryptoValidatorTests {
  static let v2 = CryptoFixtures.ikev2
  static let v1 = CryptoFixtures.ikev1
  static let certificates = CryptoFixtures.certificates

  /// What is taken out, what is put in its place, what is said and at which line that then begins.
  static let mistakes: [(base: String, old: String, new: String, said: String, at: String)] = [
    (
      v2, "profile VPN\n set sec", "profile vpn\n set sec",
      "names IPsec profile 'VPN', which is not defined; there is 'vpn': upper and lower case differ", " tunnel protection"
    ),
    (
      v2, "set transform-set GCM CBC", "set transform-set GCM cbc", "'set transform-set cbc': 'cbc' is not defined; there is 'CBC'",
      " set transform-set"
    ),
    (v2, "set ikev2-profile V", "set ikev2-profile W", "'W' is not defined", " set ikev2-profile"),
    (v2, "set ikev2-profile V", "set ikev2-profile W", "IKEv2 profile 'W' is not defined", " tunnel protection"),
    (v2, "keyring local KR", "keyring local kr", "'keyring local kr': 'kr' is not defined; there is 'KR'", " keyring local"),
    (v2, " keyring local KR\n", "", "has neither 'keyring local' nor a key of its own", " tunnel protection"),
    (v2, " match identity remote address 0.0.0.0\n", "", "has no 'match identity remote': it is for nobody", " tunnel protection"),
    (v2, " authentication local pre-share\n", "", "has no 'authentication local'", " tunnel protection"),
    (v2, " authentication remote pre-share\n", "", "has no 'authentication remote'", " tunnel protection"),
    (v2, "  pre-shared-key everybodyskey\n", "  pre-shared-key short\n", "the key is shorter than 8 bytes", "  pre-shared-key short"),
    (v2, "  pre-shared-key remote otherwaykey\n", "", "has no 'pre-shared-key remote'", "  pre-shared-key local"),
    (v2, "address 0.0.0.0 0.0.0.0", "address 198.51.100.7", "no key of keyring 'KR' is for 203.0.113.1", " tunnel protection"),
    (v2, "\n proposal P\n", "\n proposal Q\n", "'proposal Q': 'Q' is not defined", " proposal Q"),
    (v2, " group 19 14\n", "", "IKEv2 proposal 'P' is not used: it lacks group", " tunnel protection"),
    (v2, " integrity sha256\n", "", "IKEv2 proposal 'P' is not used: it lacks integrity", " tunnel protection"),
    (v2, " integrity sha256", " integrity sha256 sha1", "HMAC-SHA1-96 is weak", " integrity"),
    (v2, " group 19 14", " group 19 5", "group 5 is weak", " group"),
    (v2, "aes-gcm-256 aes-cbc-256", "3des", "3DES-CBC is weak", " encryption"),
    (v2, "set pfs group19", "set pfs group2", "group 2 is weak", " set pfs"),
    (v2, "aes-gcm-256 aes-cbc-256", "aes-gcm-256", "'integrity' is not used", " integrity"),
    (v2, "esp-aes 256 esp-sha256-hmac\n mode transport", "esp-aes 256 esp-sha256-hmac", "differ in their mode", " set transform-set"),
    (
      v2, "esp-aes 256 esp-sha256-hmac", "esp-aes 256", "transform set 'CBC' is not used: it encrypts and does not authenticate",
      "crypto ipsec transform-set CBC"
    ),
    (v2, "esp-aes 256 esp-sha256-hmac", "esp-3des esp-md5-hmac", "HMAC-MD5-96 is weak", "crypto ipsec transform-set CBC"),
    (v2, " set ikev2-profile V", " set ikev2-profile V\n set isakmp-profile I", "IKEv2 is used", " set isakmp-profile"),
    (v1, "hash sha256", "hash md5", "MD5 is weak", " hash"),
    (v1, " group 14\n", "", "no 'group': group 14 is used", "crypto isakmp policy"),
    (v1, " encr aes 256\n", "", "no 'encr': AES with 128 bits is used", "crypto isakmp policy"),
    (v1, " hash sha256\n", "", "no 'hash': SHA-1", "crypto isakmp policy"),
    (v1, "key longenoughkey address", "key cisco address", "the key is shorter than 8 bytes", "crypto isakmp key"),
    (
      v1, "longenoughkey address 0.0.0.0", "longenoughkey address 198.51.100.1", "no 'crypto isakmp key' is for 203.0.113.1",
      " tunnel protection"
    ),
    (
      v1, "crypto isakmp key longenoughkey address 0.0.0.0\ncrypto isakmp key hubtohubkey address 198.51.100.9\n", "",
      "there is no 'crypto isakmp key'", " tunnel protection"
    ),
    (
      v1, " set transform-set TS", " set transform-set TS\n set isakmp-profile I", "ISAKMP profile 'I' is not defined", " tunnel protection"
    ),
    (
      certificates, " private-key file /etc/dmvpn/node.key\n", "", "no trustpoint has 'certificate file' and 'private-key file'",
      " tunnel protection"
    ),
    (certificates, " ca-certificate file /etc/dmvpn/ca.pem\n", "", "no trustpoint has 'ca-certificate file'", " tunnel protection"),
    (certificates, "revocation-check none", "revocation-check crl", "wants a revocation list and has no 'crl file'", " tunnel protection"),
    (certificates, "pki trustpoint CA\n crypto", "pki trustpoint ca\n crypto", "", ""),
  ].filter { !$0.3.isEmpty }.map { (base: $0.0, old: $0.1, new: $0.2, said: $0.3, at: $0.4) }

  @Test("a mistake of protection that IOS takes in silence is named at its line", arguments: mistakes)
  func mistake(_ item: (base: String, old: String, new: String, said: String, at: String)) {
    let base = item.base.replacing(
      " ip nhrp redirect", with: " ip nhrp map 10.0.0.9 203.0.113.1\n ip nhrp nhs 10.0.0.9\n ip nhrp map multicast 203.0.113.1")
    #expect(base.contains(item.old))
    let text = base.replacing(item.old, with: item.new, maxReplacements: 1)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let found = ConfigurationLoader.load(text, file: "x").diagnostics
    let hit = found.first { $0.text.contains(item.said) }
    #expect(hit?.level == .warning, "\(found.map(\.located))")
    #expect(hit.map { lines[$0.line - 1].hasPrefix(item.at) } == true, "\(found.map(\.located))")
  }

  @Test("what is right is not talked about", arguments: [v2, v1, certificates])
  func right(_ text: String) {
    #expect(ConfigurationLoader.load(text, file: "x").diagnostics.map(\.located) == [])
  }

  @Test("what no tunnel uses may be half finished: nothing is said while it is typed")
  func unfinished() {
    var typist = Typist()
    typist.type(
      "crypto ikev2 keyring K", "peer A", "crypto ikev2 profile P", "keyring local K", "crypto ipsec profile X", "set ikev2-profile P")
    #expect(typist.outcomes.allSatisfy { if case .applied(_, [], false) = $0 { true } else { false } }, "\(typist.outcomes)")
  }
}
