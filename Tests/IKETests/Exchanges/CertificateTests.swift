// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv2: certificates")
struct CertificateTests {
  static let now: Int64 = 1_800_000_000
  static let validity = CertificateAuthority.Validity(notBefore: now - 86_400, notAfter: now + 86_400 * 365)

  /// An authority, and how a node proves itself by it.
  struct Cloud {
    var authority: CertificateAuthority
    var roots: [[UInt8]]

    init(_ name: String = "lab") throws {
      authority = try CertificateAuthority.create(name: .init(commonName: name), validity: CertificateTests.validity)
      roots = try CertificateReader.certificates(inPEMorDER: authority.certificatePEM)
    }

    func policy(
      _ address: IPAddress, _ type: CertificateAuthority.KeyType, name: String,
      validity: CertificateAuthority.Validity = CertificateTests.validity,
      trusts: [[UInt8]]? = nil, change: (inout ProtectionPolicy) -> Void = { _ in }
    ) throws -> ProtectionPolicy {
      let request = CertificateAuthority.Request(
        name: .init(commonName: name, organization: "Branches"), dnsNames: ["\(name).example"], addresses: [address])
      let issued = try authority.issue(request, keyType: type, validity: validity)
      let key = try CertificateReader.signingKey(
        privateKeyPEMorDER: issued.privateKeyPEM.bytes, chain: [issued.certificateDER])
      return Situation.policy(address) {
        $0.preSharedKeys = []
        $0.signingKey = key
        if case .rsa = key.kind { $0.localMethod = .rsaSignature } else { $0.localMethod = .ecdsaSignature }
        $0.remoteMethods = [.rsaSignature, .ecdsaSignature]
        $0.anchors = TrustAnchors(roots: trusts ?? roots)
        change(&$0)
      }
    }
  }

  private func meet(_ spoke: ProtectionPolicy, _ hub: ProtectionPolicy) -> (World, TestNode, TestNode) {
    let world = World()
    let a = world.add(Situation.spoke), b = world.add(Situation.hub)
    a.handle(.configure([spoke], IKEGlobalSettings()))
    b.handle(.configure([hub], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(5))
    return (world, a, b)
  }

  @Test("each kind of key proves its owner by RFC 7427, and the subject is the identity", arguments: CertificateAuthority.KeyType.allCases)
  func kinds(type: CertificateAuthority.KeyType) throws {
    let cloud = try Cloud()
    let (_, a, b) = meet(try cloud.policy(Situation.spoke, type, name: "s1"), try cloud.policy(Situation.hub, type, name: "hub"))
    try expectMatching(a, b)
    let peer = try #require(b.peer)
    #expect(peer.certificate?.dnsNames == ["s1.example"] && peer.certificate?.addresses == [Situation.spoke])
    #expect(peer.identity == .distinguishedName(try #require(peer.certificate).subject))
  }

  @Test("names of the certificate may be the identity; others may not (RFC 7296 §3.5)", arguments: [true, false])
  func names(isInCertificate: Bool) throws {
    let cloud = try Cloud()
    let spoke = try cloud.policy(Situation.spoke, .ecdsaP256, name: "s1") {
      $0.localIdentity = .fqdn(isInCertificate ? "s1.example" : "hub.example")
    }
    let hub = try cloud.policy(Situation.hub, .ecdsaP256, name: "hub") { $0.remoteMatches = [.domain("example")] }
    let (_, a, b) = meet(spoke, hub)
    if isInCertificate { return try expectMatching(a, b) }
    expectNothing(a, b)
    #expect(a.failures.map(\.failure) == [.refused(notify: 24)])
  }

  @Test("a match by subject takes those whose subject has it, and nobody else", arguments: ["O=Branches", "O=Branch", "CN=s1", "s1"])
  func subjects(part: String) throws {
    let cloud = try Cloud()
    let hub = try cloud.policy(Situation.hub, .ecdsaP256, name: "hub") { $0.remoteMatches = [.subject(containing: part)] }
    let (_, a, b) = meet(try cloud.policy(Situation.spoke, .ecdsaP256, name: "s1"), hub)
    if part == "O=Branches" || part == "CN=s1" { try expectMatching(a, b) } else { expectNothing(a, b) }
  }

  @Test("of several profiles the certificate chooses, whatever their order; who is in no map is refused", arguments: ["s1", "s2", "s3"])
  func maps(name: String) throws {
    let cloud = try Cloud()
    func policy(_ number: UInt16, _ rules: [CertificateRule]) throws -> ProtectionPolicy {
      var policy = try cloud.policy(Situation.hub, .ecdsaP256, name: "hub") { $0.remoteMatches = [.certificate(rules)] }
      (policy.interface, policy.group) = (InterfaceID(number), number)
      return policy
    }
    let first = try policy(7, [CertificateRule(.subject, .contains, "cn = S1"), CertificateRule(.issuer, .equal, "CN=lab")])
    let second = try policy(8, [CertificateRule(.alternative, .equal, "s2.example")])
    let world = World()
    let a = world.add(Situation.spoke), b = world.add(Situation.hub)
    a.handle(.configure([try cloud.policy(Situation.spoke, .ecdsaP256, name: name)], IKEGlobalSettings()))
    b.handle(.configure([first, second], IKEGlobalSettings()))
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(5))
    if name == "s3" { return expectNothing(a, b) }
    try expectMatching(a, b)
    #expect(b.peer?.interface == InterfaceID(name == "s1" ? 7 : 8))
  }

  @Test("a map's comparisons: case and spaces around = and , do not count; of several names one is enough, for a negative one all")
  func comparisons() {
    var facts = CertificateFacts()
    (facts.subjectText, facts.issuerText) = ("CN=spoke1,OU=Branches North,O=Example", "CN=lab")
    (facts.dnsNames, facts.addresses) = (["spoke1.example.org", "x"], [IPAddress(10, 0, 0, 11)])
    let cases: [(CertificateRule.Field, CertificateRule.Operator, String, Bool)] = [
      (.subject, .contains, "ou = branches north, o=EXAMPLE", true), (.subject, .contains, "OU=Branches South", false),
      (.subject, .equal, "cn=spoke1, ou=branches north, o=example", true), (.subject, .equal, "cn=spoke1", false),
      (.subject, .lacks, "ou=branches", false), (.subject, .lacks, "ou=other", true), (.subject, .notEqual, "cn=spoke1", true),
      (.subject, .contains, "branchesnorth", false), (.issuer, .equal, "CN=LAB", true), (.issuer, .contains, "xlab", false),
      (.alternative, .equal, "x", true), (.alternative, .contains, ".example.org", true), (.alternative, .equal, "10.0.0.11", true),
      (.alternative, .notEqual, "x", false), (.alternative, .lacks, "example", false), (.alternative, .lacks, "example.net", true),
    ]
    for (field, comparison, value, holds) in cases {
      let rule = CertificateRule(field, comparison, value)
      #expect(rule.holds(of: facts) == holds, "\(rule.text)")
      let match = IdentityMatch.certificate([rule])
      #expect(match.matches(.keyID([1]), certificate: facts) == holds && !match.matches(.keyID([1]), certificate: nil))
    }
  }

  @Test("an authority nobody trusts, an expired certificate, one that is not valid yet, one that was revoked: refused at both ends")
  func refused() throws {
    let cloud = try Cloud(), stranger = try Cloud("stranger")
    let hub = try cloud.policy(Situation.hub, .ecdsaP256, name: "hub")
    let old = CertificateAuthority.Validity(notBefore: Self.now - 1_000, notAfter: Self.now - 10)
    let early = CertificateAuthority.Validity(notBefore: Self.now + 1_000, notAfter: Self.now + 2_000)
    let good = try cloud.policy(Situation.spoke, .ecdsaP256, name: "s1")
    let serial = try #require(good.signingKey).facts.serialNumber
    let list = try cloud.authority.revocationList(
      [.init(serialNumber: serial, wallSeconds: Self.now - 100)], number: 1, validity: Self.validity)
    let revoking = try cloud.policy(Situation.hub, .ecdsaP256, name: "hub") {
      $0.anchors = TrustAnchors(roots: cloud.roots, revocationLists: [list])
    }
    for (spoke, hub) in [
      (try stranger.policy(Situation.spoke, .ecdsaP256, name: "s1", trusts: cloud.roots), hub),
      (try cloud.policy(Situation.spoke, .ecdsaP256, name: "s1", validity: old), hub),
      (try cloud.policy(Situation.spoke, .ecdsaP256, name: "s1", validity: early), hub),
      (good, revoking),
      (try cloud.policy(Situation.spoke, .ecdsaP256, name: "s1", trusts: stranger.roots), hub),
    ] {
      let (_, a, b) = meet(spoke, hub)
      expectNothing(a, b)
      #expect(a.failures.count == 1)
    }
    let (_, a, b) = meet(good, hub)
    try expectMatching(a, b)
  }

  @Test("one end by certificate, the other by shared key; but not where the policy wants the other")
  func mixed() throws {
    let cloud = try Cloud()
    let key = PreSharedKey(local: SecretBytes(Array("lab-throwaway".utf8)))
    let spoke = try cloud.policy(Situation.spoke, .ecdsaP256, name: "s1") {
      $0.preSharedKeys = [key]
      $0.remoteMethods = [.preSharedKey]
    }
    let hub = Situation.policy(Situation.hub) {
      $0.anchors = TrustAnchors(roots: cloud.roots)
      $0.remoteMethods = [.ecdsaSignature]
    }
    let (_, a, b) = meet(spoke, hub)
    try expectMatching(a, b)
    let strict = Situation.policy(Situation.hub) { $0.remoteMethods = [.rsaSignature] }
    let (_, c, d) = meet(spoke, strict)
    expectNothing(c, d)
  }

  @Test("a request for certificates names the authority by 20 bytes, as SHA-1 has (RFC 7296 §3.7)")
  func authorityNames() throws {
    let cloud = try Cloud()
    let (world, a, b) = meet(
      try cloud.policy(Situation.spoke, .ecdsaP256, name: "s1"), try cloud.policy(Situation.hub, .ecdsaP256, name: "hub"))
    try expectMatching(a, b)
    let answers = try world.sent.filter { $0.source == Situation.hub }.compactMap { datagram in try? IKEMessage(decoding: datagram.udp) }
      .map { try [IKEPayload]($0.payloads) }
    let names = answers.flatMap { $0 }.compactMap { if case .certificateRequest(let p) = $0 { p.authorities } else { nil } }
    #expect(names.allSatisfy { $0.count == 20 } && !names.isEmpty)
  }
}
