// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite struct CryptoShowTests {
  private let picture = CryptoSamples.picture
  private func text(_ lines: [String]) -> String { lines.joined(separator: "\n") }

  /// The picture of one peer alone.
  private func only(_ peer: UInt32) -> CryptoPicture {
    var picture = picture
    picture.associations = picture.associations.filter { $0.peer == ProtectionID(peer) }
    picture.children = picture.children.filter { $0.peer == ProtectionID(peer) }
    return picture
  }

  @Test("show crypto ikev2 sa")
  func ikev2() {
    #expect(text(picture.ikev2Associations(isDetailed: false)) == CryptoShowGolden.ikev2)
    #expect(text(only(2).ikev2Associations(isDetailed: true)) == CryptoShowGolden.ikev2Detailed)
    #expect(only(3).ikev2Associations(isDetailed: true) == [])
  }

  @Test("show crypto ikev2 session detailed")
  func ikev2Session() {
    #expect(text(only(2).ikev2Sessions(isDetailed: true)) == CryptoShowGolden.ikev2Session)
    #expect(picture.ikev2Sessions(isDetailed: false).filter { $0.hasPrefix("Session-id") }.count == 3)
  }

  @Test("show crypto isakmp sa [detail], show crypto isakmp policy")
  func isakmp() {
    #expect(text(picture.isakmpAssociations()) == CryptoShowGolden.isakmp)
    #expect(text(picture.isakmpAssociationDetails()) == CryptoShowGolden.isakmpDetail)
    #expect(text(picture.isakmpPolicies()) == CryptoShowGolden.isakmpPolicy)
    let empty = CryptoPicture(now: .start, associations: [], children: [])
    #expect(
      text(empty.isakmpAssociations())
        == "IPv4 Crypto ISAKMP SA\ndst             src             state          conn-id status\n\nIPv6 Crypto ISAKMP SA\n")
    #expect(empty.isakmpPolicies().filter { $0 == "Default protection suite" }.count == 2)
  }

  @Test(
    "an exchange under way is named by its step, as on IOS",
    arguments: zip(
      [
        IKESARow.State.mainMode(step: 0), .mainMode(step: 1), .mainMode(step: 2), .mainMode(step: 3), .mainMode(step: 200),
        .aggressiveMode(step: 0),
        .aggressiveMode(step: 1), .aggressiveMode(step: 2), .established, .rekeying, .deleting,
      ],
      [
        "MM_NO_STATE", "MM_SA_SETUP", "MM_KEY_EXCH", "MM_KEY_AUTH", "MM_KEY_AUTH", "AG_NO_STATE", "AG_INIT_EXCH", "AG_AUTH", "QM_IDLE",
        "QM_IDLE", "MM_NO_STATE",
      ]))
  func steps(state: IKESARow.State, word: String) {
    let row = CryptoSamples.association(1, .ikev1, state, CryptoSamples.spoke1, peer: 0)
    let lines = CryptoPicture(now: CryptoSamples.now, associations: [row], children: []).isakmpAssociations()
    #expect(lines[2].split(separator: " ")[2] == word)
  }

  @Test("show crypto ipsec sa: one peer, one tunnel, detail")
  func ipsec() {
    #expect(text(picture.ipsecAssociations(peer: CryptoSamples.nat)) == CryptoShowGolden.ipsec)
    let lines = picture.ipsecAssociations(interface: "Tunnel0")
    #expect(
      lines.filter { $0.hasPrefix("interface:") } == ["interface: Tunnel0"] && lines.filter { $0.contains("current_peer") }.count == 2)
    // A pair that was replaced still receives; both are listed, and counted together.
    #expect(lines.filter { $0.hasPrefix("      spi: ") }.count == 6 && lines.contains("        Status: INACTIVE(INACTIVE)"))
    #expect(
      lines.contains("    #pkts decaps: 22, #pkts decrypt: 22, #pkts verify: 22") && lines.contains("    #send errors 0, #recv errors 3"))
    let detail = picture.ipsecAssociations(peer: CryptoSamples.spoke1, isDetailed: true)
    #expect(
      detail.contains("    ##pkts replay failed (rcv): 2") && detail.contains("    #pkts invalid prot (recv) 0, #pkts verify failed: 1"))
    #expect(picture.ipsecAssociations(interface: "Tunnel9") == [])
  }

  @Test(
    "the plaintext MTU is what ESP leaves of the path",
    arguments: [
      (ESPSuite(encryption: 12, keyBits: 256, integrity: 2), IPsecMode.transport, UInt16(0), 1_400, 1_362),
      (ESPSuite(encryption: 12, keyBits: 256, integrity: 12), .tunnel, 0, 1_500, 1_438),
      (CryptoSamples.gcm, .transport, 4_500, 1_500, 1_458),
      (ESPSuite(encryption: 3, keyBits: 0, integrity: 12), .transport, 0, 1_500, 1_466), (CryptoSamples.cbc, .transport, 0, 40, 0),
    ])
  func plaintextMTU(suite: ESPSuite, mode: IPsecMode, port: UInt16, path: Int, expected: Int) {
    var child = CryptoSamples.child(1, ike: 1, CryptoSamples.spoke1, port: port, spi: 300, suite: suite)
    child.mode = mode
    var picture = CryptoPicture(now: CryptoSamples.now, associations: [], children: [child])
    picture.tunnels = [CryptoSamples.tunnel: CryptoPicture.Tunnel(name: "Tunnel0", profile: "P")]
    picture.tunnels[CryptoSamples.tunnel]?.underlayMTU = path
    let line = picture.ipsecAssociations().first { $0.contains("plaintext mtu") }
    #expect(path < 100 || line?.hasPrefix("     plaintext mtu \(expected), path mtu \(path)") == true, "\(line ?? "")")
  }

  @Test("show crypto session: states of phase 1 and 2 together, and the codes of its detail")
  func sessions() {
    #expect(text(only(1).cryptoSessions(isDetailed: true)) == CryptoShowGolden.sessionDetail)
    #expect(
      picture.cryptoSessions().filter { $0.hasPrefix("Session status") } == [
        "Session status: UP-ACTIVE", "Session status: DOWN-NEGOTIATING", "Session status: UP-ACTIVE", "Session status: UP-ACTIVE",
        "Session status: DOWN-NEGOTIATING",
      ])
    var bare = picture
    bare.associations = []
    #expect(bare.cryptoSessions(remote: CryptoSamples.nat).contains("Session status: UP-NO-IKE"))
    bare = picture
    bare.children = []
    #expect(bare.cryptoSessions(interface: "Tunnel0", remote: CryptoSamples.nat).contains("Session status: UP-IDLE"))
    #expect(
      picture.cryptoSessions(remote: CryptoSamples.spoke3).filter { $0 == "  IPSEC FLOW: permit 47 host 198.51.100.1 host 198.51.100.13" }
        .count == 1)
  }

  @Test("show crypto sockets: open ones, those that negotiate, those that were only asked for")
  func sockets() {
    let lines = picture.sockets()
    #expect(lines.contains("Number of Crypto Socket connections 6") && lines.filter { $0 == "       Socket State: Open" }.count == 3)
    #expect(
      lines.filter { $0.contains("198.51.100.1/198.51.100.99") }.count == 2
        && lines.contains("   Tu0 Peers (local/remote): 198.51.100.1/198.51.100.77"))
    #expect(
      lines.contains("   Shd Peers (local/remote): 198.51.100.1/198.51.100.13") && lines.filter { $0 == "       Flags: shared" }.count == 2)
    #expect(lines.contains("Client: \"TUNNEL SEC\" Profile: \"OLD\" Map-name: \"Tunnel1-head-0\""))
  }

  @Test("the crypto part of show dmvpn detail, tunnel by tunnel")
  func dmvpn() {
    #expect(text(only(2).dmvpnSessions(of: ["Tunnel0"])) == CryptoShowGolden.dmvpn)
    #expect(picture.dmvpnSessions(of: ["Tunnel1"]).filter { $0.hasPrefix("Interface:") } == ["Interface: Tunnel1", "Interface: Tunnel1"])
    #expect(picture.dmvpnSessions(of: []) == [])
  }

  @Test("what is configured, with the defaults that are there anyway")
  func settings() {
    let p = picture
    let lines = p.proposals() + p.policies() + p.profiles() + p.transformSets() + p.ipsecProfiles()
    let shown = text(lines).split(separator: "\n").map { $0.trimmingSuffix(" ") }
    #expect(shown == CryptoShowGolden.settings.split(separator: "\n").map { $0.trimmingSuffix(" ") })
    #expect(p.proposals("P").first == " IKEv2 proposal: P" && p.profiles("nobody") == [] && p.transformSets("GCM").count == 3)
  }

  @Test("trustpoints say what was read of their files, or why not; certificates name addresses, prefixes and dates")
  func certificates() {
    var picture = picture
    picture.settings = ConfigurationLoader.load(CryptoFixtures.certificates, file: "x").settings.crypto
    #expect(picture.trustpoints() == ["Trustpoint CA:", "    Waiting for its files.", "    Revocation check: none", ""])
    picture.material.failures["CA"] = "/etc/dmvpn/node.key: others can read it"
    #expect(picture.trustpoints().contains("    Not read: /etc/dmvpn/node.key: others can read it") && picture.certificates() == [])
    picture.material = CryptoSamples.certificate("CA")
    picture.wallText = { "second \($0)" }
    #expect(picture.trustpoints("CA").contains("    Certificate configured."))
    let lines = picture.certificates()
    for line in [
      "  Certificate Serial Number (hex): 1A", "    CN=hub", "    IP Address: 10.0.0.1", "    192.168.1.0/24",
      "  Key: ECDSA, DH_GROUP_256_ECP/Group 19",
      "    end   date: second 4102444800", "  Associated Trustpoints: CA",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
  }

  @Test("names a peer gives are cut and cleaned before anybody sees them")
  func hostile() {
    var row = CryptoSamples.association(1, .ikev2, .established, CryptoSamples.spoke1, peer: 1)
    row.remoteIdentity = .fqdn("a\u{1b}[31m\nb" + String(repeating: "x", count: 1_000))
    let shown = CryptoPicture(now: CryptoSamples.now, associations: [row], children: []).ikev2Associations(isDetailed: true)
    let line = shown.first { $0.contains("Remote id:") } ?? ""
    #expect(line.hasPrefix("      Remote id: a?[31m?bxxx") && line.count < 300)
    for identity in [IKEIdentity.keyID([0, 1, 0xff]), .distinguishedName([1, 2, 3]), .unknown(type: 77, [1])] {
      row.remoteIdentity = identity
      _ = CryptoPicture(now: CryptoSamples.now, associations: [row], children: []).ikev2Associations(isDetailed: true)
    }
  }
}

extension Substring {
  /// Without the blanks at its end.
  fileprivate func trimmingSuffix(_ blank: Character) -> Substring {
    var line = self
    while line.last == blank { line.removeLast() }
    return line
  }
}
