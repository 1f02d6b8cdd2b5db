// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite struct PolicyResolutionTests {
  static let local = IPAddress(192, 0, 2, 1)

  static func settings(_ text: String) -> CryptoSettings { ConfigurationLoader.load(text, file: "x").settings.crypto }

  static func tunnel(_ number: UInt16 = 1, profile: String = "VPN", shared: Bool = false, local: IPAddress = local) -> ProtectedTunnel {
    ProtectedTunnel(interface: InterfaceID(number), profileName: profile, isShared: shared, local: local)
  }

  static func resolve(
    _ text: String, _ tunnels: [ProtectedTunnel] = [tunnel()], material: IKEMaterial = IKEMaterial()
  ) -> PolicyResolution {
    settings(text).resolution(for: tunnels, material: material, hostName: "hub")
  }

  static let material: IKEMaterial = {
    var facts = CertificateFacts()
    facts.subject = [0x30, 1, 2]
    let key = SigningKey(kind: .ecdsa(19), privateKey: SecretBytes([1]), chain: [[9]], facts: facts)
    var material = IKEMaterial()
    material.trustpoints["CA"] = .init(signingKey: key, anchors: TrustAnchors(roots: [[7]]))
    return material
  }()

  @Test("IKEv2 with keys: every line has its place in the policy")
  func ikev2() throws {
    let resolution = Self.resolve(CryptoFixtures.ikev2)
    let anybody = try #require(IPPrefix("0.0.0.0/0")), branches = try #require(IPPrefix("198.51.100.0/24"))
    let policy = try #require(resolution.policies.first)
    #expect(policy.version == .ikev2 && policy.profileName == "VPN" && policy.local == Self.local && policy.group == 1)
    #expect(policy.ikeProposals.map { $0.encryption.map(\.algorithm) } == [[.aesGCM16], [.aesCBC]])
    #expect(policy.ikeProposals.map(\.integrity) == [[], [.hmacSHA256]])
    #expect(policy.ikeProposals.map(\.prf) == [[.hmacSHA512, .hmacSHA256], [.hmacSHA512, .hmacSHA256]])
    #expect(policy.ikeProposals.map { $0.groups.map(\.rawValue) } == [[19, 14], [19, 14]])
    #expect(policy.localIdentity == .fqdn("hub.example.net") && policy.remoteMatches == [.addresses(anybody)])
    #expect(policy.localMethod == .preSharedKey && policy.remoteMethods == [.preSharedKey])
    #expect(policy.preSharedKeys.map(\.addresses) == [branches, nil])
    #expect(
      policy.preSharedKeys.first?.local == SecretBytes("onewaykey1".utf8)
        && policy.preSharedKeys.first?.remote == SecretBytes("otherwaykey".utf8))
    #expect(policy.preSharedKeys.last?.local == policy.preSharedKeys.last?.remote)
    #expect(policy.ikeLifetimeSeconds == 7_200 && policy.deadPeerSeconds == 30 && policy.deadPeerRetrySeconds == 5)
    #expect(policy.espSuites.map(\.encryption) == [20, 12] && policy.espSuites.map(\.integrity) == [0, 12] && policy.mode == .transport)
    #expect(policy.perfectForwardSecrecy == .ecp256 && policy.childLifetimeSeconds == 1_800 && policy.childLifetimeKilobytes == 4_608_000)
    #expect(policy.replayWindow == 1_024 && !policy.usesESN && policy.signingKey == nil)
    #expect(resolution.refusals == [:] && !resolution.globals.acceptsIKEv1)
  }

  @Test("certificates: key, anchors and subject come from the trustpoint; the key's own kind decides how it signs")
  func certificates() throws {
    let waiting = Self.resolve(CryptoFixtures.certificates)
    #expect(waiting.policies == [] && waiting.refusals == [InterfaceID(1): "waiting for the files of trustpoint 'CA'"])
    let policy = try #require(Self.resolve(CryptoFixtures.certificates, material: Self.material).policies.first)
    #expect(policy.localMethod == .ecdsaSignature && policy.remoteMethods == [.rsaSignature, .ecdsaSignature])
    #expect(policy.localIdentity == .distinguishedName([0x30, 1, 2]) && policy.remoteMatches == [.domain("example.net")])
    #expect(policy.signingKey?.chain == [[9]] && policy.anchors?.roots == [[7]] && policy.preSharedKeys == [])
    #expect(policy.espSuites.map(\.keyBits) == [256, 128] && policy.ikeProposals.first?.groups.first == .ecp256)
  }

  @Test("without an IKEv2 profile it is IKEv1, with the policies, keys and keepalive of crypto isakmp")
  func ikev1() throws {
    let resolution = Self.resolve(CryptoFixtures.ikev1)
    let policy = try #require(resolution.policies.first)
    #expect(policy.version == .ikev1 && resolution.globals.acceptsIKEv1)
    #expect(
      policy.isakmpPolicies == [
        ISAKMPPolicy(
          encryption: .init(.aesCBC, keyBits: 256), hash: .sha256, method: .preSharedKey, group: .modp2048, lifetimeSeconds: 28_800)
      ])
    #expect(policy.preSharedKeys.map(\.addresses) == [IPPrefix("198.51.100.9/32"), nil])
    #expect(policy.deadPeerSeconds == 30 && policy.remoteMatches == [.any] && !policy.usesAggressiveMode && policy.localIdentity == nil)
  }

  @Test("an ISAKMP profile narrows peers and keys, and alone allows aggressive mode")
  func isakmpProfile() throws {
    let text = """
      crypto isakmp key global1234 address 0.0.0.0
      crypto isakmp policy 10
       authentication pre-share
      crypto keyring K
       pre-shared-key address 198.51.100.0 255.255.255.0 key ringkey1
       pre-shared-key hostname a.example.net key ringkey2
      crypto isakmp profile I
       keyring K
       match identity address 198.51.100.0 255.255.255.0
       match identity host domain example.net
       self-identity fqdn
       keepalive 20 retry 3
       initiate mode aggressive
      crypto ipsec profile VPN
       set isakmp-profile I
      """
    let policy = try #require(Self.resolve(text).policies.first), branches = try #require(IPPrefix("198.51.100.0/24"))
    #expect(policy.preSharedKeys.map(\.local) == ["ringkey2", "ringkey1"].map { SecretBytes($0.utf8) })
    #expect(policy.preSharedKeys.map(\.identity) == [.fqdn("a.example.net"), nil])
    #expect(policy.remoteMatches == [.addresses(branches), .domain("example.net")])
    #expect(
      policy.localIdentity == .fqdn("hub") && policy.deadPeerSeconds == 20 && policy.deadPeerRetrySeconds == 3 && policy.usesAggressiveMode)
    let refused = try #require(Self.resolve(text + "\ncrypto isakmp aggressive-mode disable").policies.first)
    #expect(!refused.usesAggressiveMode)
  }

  @Test("keys in files are waited for, then used; a file that cannot be read is named with its reason")
  func files() throws {
    let text = CryptoFixtures.ikev1.replacing("key longenoughkey address", with: "key file /etc/k address")
    #expect(Self.settings(text).secretFiles == ["/etc/k"])
    #expect(Self.resolve(text).refusals[InterfaceID(1)] == "waiting for key file /etc/k")
    var material = IKEMaterial()
    material.failures["/etc/k"] = "No such file"
    #expect(Self.resolve(text, material: material).refusals[InterfaceID(1)] == "key file /etc/k: No such file")
    material.secrets["/etc/k"] = SecretBytes([1, 2, 3])
    #expect(Self.resolve(text, material: material).policies.first?.preSharedKeys.last?.local == SecretBytes([1, 2, 3]))
  }

  @Test("of policies of ISAKMP those are used for which there is a key; a trustpoint without one of ours is no failure beside a shared key")
  func methods() throws {
    let text =
      CryptoFixtures.ikev1
      + "\ncrypto isakmp policy 20\n authentication rsa-sig\n encr aes\n hash sha256\n group 14\ncrypto pki trustpoint CA\n ca-certificate file /ca.pem"
    #expect(Self.resolve(text).refusals[InterfaceID(1)] == "waiting for the files of trustpoint 'CA'")
    var material = IKEMaterial()
    material.trustpoints["CA"] = .init(signingKey: nil, anchors: TrustAnchors(roots: [[7]]))
    #expect(Self.resolve(text, material: material).policies.first?.isakmpPolicies.map(\.method) == [.preSharedKey])
    let both = try #require(Self.resolve(text, material: Self.material).policies.first)
    #expect(both.isakmpPolicies.map(\.method) == [.preSharedKey, .rsaSignature] && both.remoteMethods == [.preSharedKey, .rsaSignature])
    #expect(both.localMethod == .preSharedKey && both.signingKey != nil)
  }

  @Test("tunnels that share a source and a profile share a group; others have their own")
  func groups() {
    let other = IPAddress(192, 0, 2, 2)
    let tunnels = [
      Self.tunnel(3, shared: true), Self.tunnel(2, shared: true), Self.tunnel(4), Self.tunnel(5, shared: true, local: other),
      Self.tunnel(6, profile: "X", shared: true),
    ]
    let groups = ProtectedTunnel.groups(of: tunnels)
    #expect([2, 3, 4, 5, 6].map { groups[InterfaceID($0)] } == [2, 2, 4, 5, 6])
    let resolution = Self.resolve(CryptoFixtures.ikev2, tunnels)
    #expect(resolution.policies.map(\.interface.rawValue) == [2, 3, 4, 5] && resolution.policies.map(\.group) == [2, 2, 4, 5])
    #expect(resolution.refusals == [InterfaceID(6): "IPsec profile 'X' is not defined"])
  }

  @Test("match address local: a profile is for the tunnels at this address, or at an address of this interface")
  func localScopes() throws {
    let cases: [(line: String, isMeant: Bool)] = [
      ("address local 192.0.2.1", true), ("address local 192.0.2.9", false), ("address local interface GigabitEthernet1", true),
      ("address local interface GigabitEthernet2", false),
    ]
    for (line, isMeant) in cases {
      let text: String = Self.fixture(profileLines: " match \(line)")
      var tunnel = Self.tunnel()
      tunnel.localInterface = "GigabitEthernet1"
      let resolution = Self.resolve(text, [tunnel])
      #expect(resolution.policies.count == (isMeant ? 1 : 0), "\(line)")
      let refusal: String = resolution.refusals[InterfaceID(1)] ?? ""
      #expect(refusal.contains("is not for our address 192.0.2.1") != isMeant)
    }
  }

  /// The configuration with keys, with these lines in its profile, and these behind it.
  private static func fixture(profileLines: String, _ more: String = "") -> String {
    [CryptoFixtures.ikev2, "crypto ikev2 profile V", profileLines, more].joined(separator: "\n")
  }

  @Test("match certificate: a profile is for whoever a map's entry lets in, beside those it names; a condition nobody acts on lets in nobody")
  func certificateMaps() throws {
    let map = """
      crypto pki certificate map M 20
       subject-name co OU=a
       issuer-name eq CN=lab
      crypto pki certificate map M 10
       alt-subject-name nc x
      """
    let policy = try #require(Self.resolve(Self.fixture(profileLines: " match certificate M", map)).policies.first)
    let anybody = try #require(IPPrefix("0.0.0.0/0"))
    let first = IdentityMatch.certificate([CertificateRule(.alternative, .lacks, "x")])
    let second = IdentityMatch.certificate([CertificateRule(.subject, .contains, "OU=a"), CertificateRule(.issuer, .equal, "CN=lab")])
    let expected: [IdentityMatch] = [.addresses(anybody), first, second]
    #expect(policy.remoteMatches == expected)
    let alone = Self.resolve(Self.fixture(profileLines: " match certificate M\n no match identity remote", map))
    #expect(alone.policies.first?.remoteMatches.count == 2)
    let lacking = Self.resolve(Self.fixture(profileLines: " match certificate N", map))
    #expect(lacking.refusals[InterfaceID(1)] == "certificate map 'N' is not defined")
    let more = Self.resolve(Self.fixture(profileLines: " match certificate M", map + "\n serial-number co 5"))
    let refusal: String = more.refusals[InterfaceID(1)] ?? ""
    #expect(more.policies.isEmpty && refusal.contains("not acted on: 'serial-number co 5'"))
  }

  @Test(
    "what is not complete protects nothing",
    arguments: [
      ("crypto ipsec profile VPN\n set ikev2-profile V", "IKEv2 profile 'V' is not defined"),
      ("crypto ikev2 profile V\ncrypto ipsec profile VPN\n set ikev2-profile V", "no 'match identity remote'"),
      (
        "crypto pki trustpoint OLD\n enrollment url http://192.0.2.1\ncrypto ikev2 profile V\n match identity remote any\n authentication local rsa-sig\n"
          + " authentication remote rsa-sig\n pki trustpoint OLD\ncrypto ipsec profile VPN\n set ikev2-profile V",
        "trustpoint 'OLD' names no files"
      ),
      (
        "crypto pki trustpoint OLD\n enrollment url http://192.0.2.1\ncrypto ikev2 profile V\n match identity remote any\n authentication local pre-share key longenough\n"
          + " authentication remote rsa-sig\ncrypto ipsec profile VPN\n set ikev2-profile V",
        "no trustpoint says whose signatures are believed"
      ),
      ("crypto ipsec profile VPN\n set isakmp-profile I", "ISAKMP profile 'I' is not defined"),
      ("crypto isakmp profile I\ncrypto ipsec profile VPN\n set isakmp-profile I", "no 'match identity'"),
      ("crypto ipsec profile VPN", "no 'crypto isakmp policy' can be used"),
      ("crypto ipsec profile VPN\n set transform-set T", "no transform set that can be used"),
      ("crypto ipsec transform-set T esp-aes\ncrypto ipsec profile VPN\n set transform-set T", "no transform set that can be used"),
      ("crypto ipsec transform-set t esp-gcm\ncrypto ipsec profile VPN\n set transform-set T", "no transform set that can be used"),
    ])
  func incomplete(text: String, why: String) {
    let resolution = Self.resolve(text)
    #expect(resolution.policies == [] && resolution.refusals[InterfaceID(1)]?.contains(why) == true, "\(resolution.refusals)")
  }

  @Test("lines for all profiles count where a profile says nothing, and global limits reach the engine")
  func globals() throws {
    let text =
      CryptoFixtures.ikev1 + """

        crypto ipsec security-association lifetime seconds 1200
        crypto ipsec security-association lifetime kilobytes disable
        crypto ipsec security-association replay window-size 256
        crypto isakmp nat keepalive 15
        crypto ikev2 cookie-challenge 7
        crypto call admission limit ike in-negotiation-sa 70
        no crypto isakmp invalid-spi-recovery
        """
    let resolution = Self.resolve(text)
    let policy = try #require(resolution.policies.first)
    #expect(
      policy.childLifetimeSeconds == 1_200 && policy.childLifetimeKilobytes == nil && policy.replayWindow == 256
        && policy.natKeepaliveSeconds == 15)
    #expect(resolution.globals.cookieThreshold == 7 && resolution.globals.halfOpenLimit == 70 && !resolution.globals.recoversUnknownSPI)
  }

  @Test("a proposal for one of our addresses is before those for all; without one, the default is offered")
  func proposals() {
    let settings = Self.settings(
      "crypto ikev2 proposal A\n encryption aes-cbc-128\n integrity sha384\n group 14\ncrypto ikev2 proposal B\n encryption aes-gcm-128\n group 20\n"
        + "crypto ikev2 policy P\n proposal B\ncrypto ikev2 policy Q\n match address local 192.0.2.1\n proposal A")
    #expect(settings.ikeProposals(local: Self.local).map { $0.prf } == [[.hmacSHA384]])
    #expect(settings.ikeProposals(local: IPAddress(192, 0, 2, 9)).map { $0.prf } == [[.hmacSHA256, .hmacSHA384, .hmacSHA512]])
    #expect(CryptoSettings().ikeProposals(local: Self.local).map { $0.encryption.map(\.keyBits) } == [[256, 192, 128]])
  }

  @Test("the most specific key comes first")
  func specific() {
    let text = CryptoFixtures.ikev2.replacing(
      " peer ANY",
      with:
        " peer NAMED\n  identity fqdn s1.example.net\n  pre-shared-key namedpeerkey\n peer LAST\n  address 198.51.100.7\n  pre-shared-key hostkey12\n peer ANY"
    )
    let keys = Self.resolve(text).policies.first?.preSharedKeys ?? []
    #expect(keys.map(\.local) == ["namedpeerkey", "hostkey12", "onewaykey1", "everybodyskey"].map { SecretBytes($0.utf8) })
  }
}
