// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IKE
import IPsecCrypto
import NodeRuntime
import ProtocolKit
import Testing
import Wire

/// One line of a section: the lines that lead there, what it is written back as, what takes it away.
struct SectionCase: Sendable, CustomTestStringConvertible {
  var enter: [String]
  var line: LineCase

  init(_ enter: [String], _ line: String, as written: [String]? = nil, undo: String? = nil) {
    (self.enter, self.line) = (enter, LineCase(line, as: written, undo: undo))
  }

  var testDescription: String { (enter + [line.line]).joined(separator: " / ") }
}

@Suite struct CryptoLineTests {
  static let policy = ["crypto isakmp policy 10"]
  static let profile1 = ["crypto isakmp profile I"]
  static let keyring1 = ["crypto keyring K"]
  static let proposal = ["crypto ikev2 proposal P"]
  static let policy2 = ["crypto ikev2 policy P"]
  static let peer = ["crypto ikev2 keyring K", "peer A"]
  static let profile2 = ["crypto ikev2 profile V"]
  static let set = ["crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac"]
  static let profile = ["crypto ipsec profile P"]
  static let trustpoint = ["crypto pki trustpoint T"]
  static let map = ["crypto pki certificate map M 10"]

  static let lines: [SectionCase] = [
    .init(policy, "encryption aes 256", as: ["encr aes 256"], undo: "no encr"), .init(policy, "encr aes", undo: "no encryption"),
    .init(policy, "encr aes 128", as: ["encr aes"]), .init(policy, "encr 3des"), .init(policy, "hash sha256"), .init(policy, "hash sha"),
    .init(policy, "hash md5", undo: "default hash"), .init(policy, "authentication pre-share", undo: "no authentication"),
    .init(policy, "auth rsa-sig", as: ["authentication rsa-sig"], undo: "no authentication rsa-sig"),
    .init(policy, "group 14", undo: "no group"),
    .init(policy, "group 2"), .init(policy, "group 31"), .init(policy, "lifetime 3600"),
    .init(profile1, "keyring K"), .init(profile1, "match identity address 0.0.0.0", as: ["match identity address 0.0.0.0 0.0.0.0"]),
    .init(profile1, "match identity address 10.0.0.0 255.0.0.0 FVRF"), .init(profile1, "match identity host hub.example.net"),
    .init(profile1, "match identity host domain example.net"), .init(profile1, "match identity user domain example.net"),
    .init(profile1, "match identity group branches"), .init(profile1, "self-identity fqdn", undo: "no self-identity"),
    .init(profile1, "self-identity fqdn me.example.net"), .init(profile1, "self-identity address"),
    .init(profile1, "self-identity user-fqdn a@b.c"),
    .init(profile1, "ca trust-point T"), .init(profile1, "keepalive 30 retry 5"), .init(profile1, "initiate mode aggressive"),
    .init(profile1, "description to the hub"),
    .init(
      keyring1, "pre-shared-key address 0.0.0.0 0.0.0.0 key s3cret words", as: ["pre-shared-key address 0.0.0.0 key s3cret words"],
      undo: "no pre-shared-key address 0.0.0.0 0.0.0.0"),
    .init(keyring1, "pre-shared-key hostname hub.example.net key 0 file", undo: "no pre-shared-key hostname hub.example.net"),
    .init(keyring1, "pre-shared-key address 192.0.2.1 key hex 00ff10"),
    .init(keyring1, "pre-shared-key address ipv6 2001:db8::/32 key abcdefgh"),
    .init(proposal, "encryption aes-cbc-256 aes-cbc-128", undo: "no encryption"), .init(proposal, "encryption aes-gcm-256"),
    .init(proposal, "encryption chacha20-poly1305 3des"), .init(proposal, "integrity sha512 sha1", undo: "no integrity"),
    .init(proposal, "prf sha384"),
    .init(proposal, "group 19 14 21", undo: "no group"), .init(policy2, "proposal P1"), .init(policy2, "match address local 192.0.2.1"),
    .init(peer, "address 192.0.2.0 255.255.255.0"), .init(peer, "address 0.0.0.0", as: ["address 0.0.0.0 0.0.0.0"]),
    .init(peer, "address 192.0.2.7", undo: "no address"),
    .init(peer, "hostname spoke1.example.net"), .init(peer, "identity fqdn domain example.net"),
    .init(peer, "identity key-id abc", undo: "no identity"),
    .init(peer, "identity address 10.0.0.1"), .init(peer, "identity email a@b.c"), .init(peer, "description one"),
    .init(peer, "pre-shared-key s3cret", undo: "no pre-shared-key"), .init(peer, "pre-shared-key 0 s3cret", as: ["pre-shared-key s3cret"]),
    .init(peer, "pre-shared-key 0 local hero"), .init(peer, "pre-shared-key local abc", undo: "no pre-shared-key local"),
    .init(peer, "pre-shared-key remote file /etc/dmvpn/k"),
    .init(peer, "pre-shared-key hex 0xDEADBEEF", as: ["pre-shared-key hex deadbeef"]),
    .init(
      profile2, "match identity remote address 0.0.0.0", as: ["match identity remote address 0.0.0.0 0.0.0.0"],
      undo: "no match identity remote"),
    .init(profile2, "match identity remote any"), .init(profile2, "match identity remote fqdn domain example.net"),
    .init(profile2, "match identity remote dn OU=branches"), .init(profile2, "identity local fqdn me"),
    .init(profile2, "identity local dn", undo: "no identity local"),
    .init(profile2, "identity local address 192.0.2.1"), .init(profile2, "authentication local pre-share", undo: "no authentication local"),
    .init(profile2, "authentication local pre-share key abcdefgh"), .init(profile2, "authentication remote rsa-sig"),
    .init(profile2, "authentication remote ecdsa-sig", undo: "no authentication remote"),
    .init(profile2, "authentication remote pre-share key hex 0102"),
    .init(profile2, "keyring local K", undo: "no keyring local"), .init(profile2, "pki trustpoint T"),
    .init(profile2, "pki trustpoint T verify", undo: "no pki trustpoint"),
    .init(profile2, "lifetime 3600"), .init(profile2, "dpd 10 2 on-demand", undo: "no dpd"), .init(profile2, "dpd 30 5 periodic"),
    .init(profile2, "nat keepalive 20"),
    .init(set, "mode transport"), .init(set, "mode transport require", undo: "mode tunnel"),
    .init(profile, "set transform-set T1 T2"), .init(profile, "set ikev2-profile V"), .init(profile, "set isakmp-profile I"),
    .init(profile, "set pfs group19"),
    .init(profile, "set pfs", as: ["set pfs group14"]), .init(profile, "set security-association lifetime seconds 900"),
    .init(profile, "set security-association lifetime days 1", as: ["set security-association lifetime seconds 86400"]),
    .init(profile, "set security-association lifetime kilobytes disable"),
    .init(profile, "set security-association lifetime kilobytes 102400"),
    .init(profile, "set security-association replay window-size 512"), .init(profile, "set security-association replay disable"),
    .init(profile, "set security-association esn"), .init(profile, "description x"),
    .init(trustpoint, "certificate file /etc/dmvpn/node.pem", undo: "no certificate file"),
    .init(trustpoint, "private-key file /etc/dmvpn/node.key"),
    .init(trustpoint, "ca-certificate file /etc/dmvpn/ca.pem"), .init(trustpoint, "crl file /etc/dmvpn/ca.crl"),
    .init(trustpoint, "revocation-check crl none"),
    .init(trustpoint, "revocation-check none", undo: "no revocation-check"),
    .init(map, "subject-name co OU = Branches, O=x"), .init(map, "issuer-name eq cn=lab", undo: "no issuer-name"),
    .init(map, "alt-subject-name nc .example.org"), .init(map, "subject-name ne cn=a", undo: "no subject-name ne cn=a"),
    .init(profile1, "match certificate M", undo: "no match certificate"), .init(profile2, "match certificate M"),
    .init(profile2, "match address local 192.0.2.1", undo: "no match address local"),
    .init(profile2, "match address local interface GigabitEthernet1"),
    // Global
    .init([], "crypto isakmp key s3cret address 0.0.0.0", undo: "no crypto isakmp key s3cret address 0.0.0.0 0.0.0.0"),
    .init([], "crypto isakmp key s3cret address 192.0.2.1 no-xauth", as: ["crypto isakmp key s3cret address 192.0.2.1"]),
    .init([], "crypto isakmp key 0 address address 192.0.2.1", as: ["crypto isakmp key address address 192.0.2.1"]),
    .init([], "crypto isakmp key 0 hex hostname hub"), .init([], "crypto isakmp key file /k address 192.0.2.0 255.255.255.0"),
    .init([], "crypto isakmp identity dn"), .init([], "crypto isakmp keepalive 30", undo: "no crypto isakmp keepalive"),
    .init([], "crypto isakmp keepalive 10 3 periodic"),
    .init([], "crypto isakmp nat keepalive 20"), .init([], "crypto isakmp aggressive-mode disable"),
    .init([], "no crypto isakmp invalid-spi-recovery", undo: "crypto isakmp invalid-spi-recovery"),
    .init([], "crypto ikev2 cookie-challenge 50"),
    .init([], "crypto ikev2 dpd 10 2 periodic"), .init([], "crypto ikev2 nat keepalive 30"),
    .init([], "crypto ikev2 fragmentation mtu 1300", undo: "default crypto ikev2 fragmentation"),
    .init([], "no crypto ikev2 fragmentation", undo: "crypto ikev2 fragmentation"),
    .init([], "crypto ikev2 limit max-in-negotation-sa 200"),
    .init([], "crypto call admission limit ike in-negotiation-sa 500"),
    .init([], "crypto ipsec security-association lifetime seconds 1800"),
    .init([], "crypto ipsec security-association lifetime kilobytes 10000", undo: "no crypto ipsec security-association lifetime"),
    .init([], "crypto ipsec df-bit clear", undo: "no crypto ipsec df-bit"),
    .init([], "crypto ipsec security-association replay window-size 1024"), .init([], "crypto isakmp policy 5"),
    .init([], "crypto keyring K vrf F"),
    .init([], "crypto ipsec transform-set T esp-gcm 256", undo: "no crypto ipsec transform-set T"),
    .init([], "crypto ipsec transform-set T esp-null esp-sha512-hmac"), .init([], "crypto ipsec transform-set T esp-gmac"),
    .init([], "crypto ipsec transform-set T esp-sha256-hmac", as: ["crypto ipsec transform-set T esp-null esp-sha256-hmac"]),
    .init([], "crypto ipsec transform-set T esp-sha-hmac esp-3des", as: ["crypto ipsec transform-set T esp-3des esp-sha-hmac"]),
    .init([], "crypto ipsec transform-set T esp-aes esp-sha256-96-hmac"), .init([], "crypto ipsec transform-set T esp-chacha20-poly1305"),
    .init([], "crypto ca certificate map M 20", as: ["crypto pki certificate map M 20"]),
    .init([], "crypto ca trustpoint T", as: ["crypto pki trustpoint T"]), .init([], "crypto ikev2 keyring K"),
  ]

  @Test("a crypto line changes the settings, is written back, read again, and taken away by its no", arguments: lines)
  func line(_ item: SectionCase) {
    var typist = Typist()
    for line in item.enter { typist.type(line) }
    let (before, place) = (typist.settings, typist.context)
    typist.type(item.line.line)
    #expect(typist.settings.crypto != before.crypto, "\(typist.outcomes.suffix(1))")
    #expect(typist.settings.kept == [])
    if !item.enter.isEmpty { #expect(typist.context == place) }
    #expect(typist.lines.filter { item.line.written.contains($0) } == item.line.written, "\(typist.text)")
    expectSameAgain(typist.settings)
    typist.type(item.line.undo)
    if typist.settings != before { Issue.record("after \(item.line.undo): \(typist.outcomes.suffix(1))") }
    #expect(typist.outcomes.allSatisfy { if case .applied(_, _, false) = $0 { true } else { false } }, "\(typist.outcomes)")
  }

  @Test(
    "a line that cannot be meant is refused with its reason, which repeats no key",
    arguments: [
      (peer, "pre-shared-key 6 ABCCANARY", "type 6"), (peer, "pre-shared-key <hidden>", "stands for a key that is not shown"),
      (peer, "pre-shared-key local", "missing"), (peer, "pre-shared-key hex 0CANARY", "hexadecimal"),
      (peer, "pre-shared-key hex abc", "even number"),
      (peer, "pre-shared-key " + String(repeating: "CANARY", count: 50), "longer than 256"),
      ([], "crypto isakmp key <hidden> address 1.1.1.1", "stands for a key"), ([], "crypto isakmp key 6 CANARY address 1.1.1.1", "type 6"),
      (policy, "encr des", "DES is not in this program"), (policy, "group 1", "group 1 (768 bits)"),
      (policy, "authentication rsa-encr", "RSA encrypted nonces"),
      (proposal, "encryption aes-cbc-256 des", "DES is not in this program"), (proposal, "group 14 1", "group 1"),
      (profile, "set pfs group1", "group 1"),
      (profile2, "authentication local eap", "EAP is not in this program"), (trustpoint, "revocation-check ocsp", "OCSP"),
      ([], "crypto ipsec transform-set T ah-sha-hmac esp-aes", "'esp-null esp-sha-hmac' is its equivalent in ESP"),
      ([], "crypto ipsec transform-set T esp-des esp-sha-hmac", "esp-des is not in this program: use 'esp-aes'"),
      ([], "crypto ipsec transform-set T esp-gcm esp-sha-hmac", "authenticates by itself"),
      ([], "crypto ipsec transform-set T esp-null", "protects nothing"),
      ([], "crypto ipsec transform-set T esp-aes esp-3des", "one encryption transform"),
      ([], "crypto ipsec transform-set T comp-lzs", "compression"),
      ([], "no crypto ikev2 profile X", "there is no 'X'"), ([], "no crypto isakmp key", "needs the address"),
    ])
  func refused(_ enter: [String], _ line: String, _ why: String) {
    var typist = Typist()
    for line in enter { typist.type(line) }
    let before = typist.settings
    typist.type(line)
    guard case .refused(let text)? = typist.outcomes.last else {
      Issue.record("\(line): \(String(describing: typist.outcomes.last))")
      return
    }
    #expect(text.contains(why) && !text.contains("CANARY"), "\(text)")
    #expect(typist.settings == before)
  }

  @Test("a mistyped line with a key in it is reported without its words")
  func mistyped() {
    let lines = ["crypto isakmp key my CANARY address 1.1.1.1", "crypto ikev2 keyring K", "peer A", "pre-shared-kee CANARY", "key CANARY"]
    let found = ConfigurationLoader.load(lines.joined(separator: "\n"), file: "x").diagnostics
    #expect(found.filter { $0.level == .error }.map(\.line) == [1, 4, 5])
    #expect(!found.contains { $0.text.contains("CANARY") }, "\(found.map(\.text))")
  }

  @Test("prompts are those of IOS")
  func prompts() {
    var typist = Typist()
    var labels: [String] = []
    for line in [
      "crypto isakmp policy 1", "crypto isakmp profile P", "crypto keyring K", "crypto ikev2 proposal P", "crypto ikev2 policy P",
      "crypto ikev2 keyring K",
      "peer P", "crypto ikev2 profile P", "crypto ipsec transform-set T esp-gcm", "crypto ipsec profile P", "crypto pki trustpoint T",
    ] {
      typist.type(line)
      labels.append(typist.context.mode.prompt(hostname: ""))
    }
    #expect(
      labels == [
        "(config-isakmp)#", "(conf-isa-prof)#", "(conf-keyring)#", "(config-ikev2-proposal)#", "(config-ikev2-policy)#",
        "(config-ikev2-keyring)#",
        "(config-ikev2-keyring-peer)#", "(config-ikev2-profile)#", "(cfg-crypto-trans)#", "(ipsec-profile)#", "(ca-trustpoint)#",
      ])
  }

  @Test("exit leaves one level, a sibling's head and a global line leave all that is needed, a section is entered again")
  func levels() {
    var typist = Typist()
    typist.type("crypto ikev2 keyring K", "peer A", "address 192.0.2.1", "peer B", "address 192.0.2.2", "exit")
    #expect(typist.context == .section(SectionPlace(.ikev2Keyring, ["K"])))
    typist.type("peer A", "pre-shared-key abcdefgh", "hostname a", "crypto ikev2 keyring L", "peer A")
    #expect(typist.context == .section(SectionPlace(.ikev2KeyringPeer, ["L", "A"])))
    typist.type("ip host x 1.1.1.1")
    #expect(typist.context == .global)
    typist.type("crypto ikev2 keyring K", "peer B", "no peer A")
    #expect(typist.context == .section(SectionPlace(.ikev2Keyring, ["K"])))
    #expect(typist.settings.crypto.ikev2Keyrings.map { $0.peers.map(\.name) } == [["B"], ["A"]])
    typist.type("peer B", "no crypto ikev2 keyring K", "exit")
    #expect(typist.context == .global && typist.outcomes.last == .exit)
    typist.type("crypto ikev2 profile P", "end")
    #expect(typist.outcomes.last == .end)
  }

  @Test("a section that another session removed is left by the next line")
  func removed() {
    var typist = Typist()
    typist.type("crypto ikev2 profile P")
    let place = typist.context
    typist.type("no crypto ikev2 profile P")
    guard case .failure = ConfigurationEditor.apply("lifetime 3600", in: place, to: &typist.settings) else {
      Issue.record("taken")
      return
    }
    #expect(typist.settings == NodeSettings())
  }

  @Test("policies of ISAKMP stand by their number, whatever the order they came in")
  func order() {
    var typist = Typist()
    typist.type("crypto isakmp policy 20", "crypto isakmp policy 5", "crypto isakmp policy 010")
    #expect(typist.settings.crypto.isakmpPolicies.map(\.number) == [5, 10, 20])
    #expect(
      typist.lines.filter { $0.hasPrefix("crypto") } == ["crypto isakmp policy 5", "crypto isakmp policy 10", "crypto isakmp policy 20"])
  }

  @Test("lines of other features inside a section are kept there, reported, written back and taken away by their no")
  func keptInside() {
    let text = """
      crypto pki trustpoint T
       enrollment url http://192.0.2.1:80
       serial-number none
       subject-name CN=r1,O=x
       revocation-check none
       rsakeypair K 2048
      crypto ikev2 profile P
       match fvrf any
       virtual-template 1 mode auto
       aaa authorization group cert list L default
      crypto isakmp profile I
       vrf BLUE
       local-address GigabitEthernet1
      crypto ipsec profile X
       set security-association idle-time 600
      ip route 10.0.0.0 255.0.0.0 192.0.2.9
      """
    let loaded = ConfigurationLoader.load(text, file: "x")
    #expect(loaded.diagnostics.filter { $0.level == .error } == [])
    #expect(loaded.diagnostics.filter { $0.level == .notActedOn }.map(\.line) == [2, 3, 4, 6, 8, 9, 10, 12, 13, 15])
    #expect(loaded.settings.crypto.trustpoints.first?.kept.first == "enrollment url http://192.0.2.1:80")
    #expect(loaded.settings.staticRoutes.count == 1 && loaded.settings.kept == [])
    expectSameAgain(loaded.settings)
    var typist = Typist(settings: loaded.settings)
    typist.type("crypto pki trustpoint T", "no enrollment", "no rsakeypair")
    #expect(typist.settings.crypto.trustpoints.first?.kept == ["serial-number none", "subject-name CN=r1,O=x"])
  }

  @Test("help and Tab know the lines of a section, and every word has its text")
  func help() {
    let place = ConfigurationEditor.Context.section(SectionPlace(.ikev2KeyringPeer, ["K", "A"]))
    #expect(ConfigurationEditor.completions("pre", in: place) == ["pre-shared-key"])
    #expect(ConfigurationEditor.help("pre-shared-key ", in: place).map(\.word).contains("hex"))
    #expect(
      ConfigurationEditor.help("encryption aes-cbc-256 ", in: .section(SectionPlace(.ikev2Proposal, ["P"]))).map(\.word).contains("<cr>"))
    let modes: [CommandMode] = [
      .isakmpPolicy, .isakmpProfile, .keyring, .ikev2Proposal, .ikev2Policy, .ikev2Keyring, .ikev2KeyringPeer, .ikev2Profile, .transformSet,
      .ipsecProfile,
      .trustpoint, .certificateMap,
    ]
    for mode in modes {
      let rows = ConfigurationEditor.help("", in: .section(SectionPlace(mode, ["a", "b"])))
      #expect(rows.contains { $0.word == "exit" } && rows.contains { $0.word == "no" })
      expectTexts("", mode, depth: 3)
    }
    expectTexts("crypto ", .global, depth: 4)
  }

  private func expectTexts(_ line: String, _ mode: CommandMode, depth: Int) {
    let context = mode == .global ? ConfigurationEditor.Context.global : .section(SectionPlace(mode, ["a", "b"]))
    let rows = ConfigurationEditor.help(line, in: context)
    for row in rows where row.word != "<cr>" && row.text.isEmpty { Issue.record("\(mode.name): \(line)\(row.word)") }
    guard depth > 1 else { return }
    for row in rows where row.word.first?.isLowercase == true && !["no", "default"].contains(row.word) {
      expectTexts(line + row.word + " ", mode, depth: depth - 1)
    }
  }

  @Test("an indented file and the same without indents, with prompts and with the breaks of IOS are the same settings")
  func shapes() {
    let text = CryptoFixtures.ikev2
    let plain = ConfigurationLoader.load(text, file: "x")
    #expect(plain.diagnostics.map(\.located) == [])
    let flat = text.split(separator: "\n").map { $0.trimmed }.joined(separator: "\n")
    #expect(ConfigurationLoader.load(flat, file: "x").settings == plain.settings)
    let pasted = text.split(separator: "\n").map { "R1(config-ikev2-profile)# " + $0 }.joined(separator: "\r\n")
    #expect(ConfigurationLoader.load(pasted, file: "x").settings == plain.settings)
    expectSameAgain(plain.settings)
  }
}
