// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Interfaces
import NodeRuntime
import Testing
import Wire

@Suite struct ConfigurationLoaderTests {
  private func load(_ text: String) -> (settings: NodeSettings, diagnostics: [ConfigurationDiagnostic]) {
    ConfigurationLoader.load(text, file: "hub.conf")
  }

  private func errors(_ text: String) -> [String] { load(text).diagnostics.filter { $0.level == .error }.map(\.located) }

  @Test(
    "hubs and spokes of the three phases load without a word, and are written back as the same settings",
    arguments: ConfigurationFixtures.all)
  func phases(_ text: String) {
    let loaded = load(text)
    #expect(loaded.diagnostics.map(\.located) == [])
    #expect(loaded.settings.interfaces["Tunnel0"]?.nhrp.networkID == 1)
    expectSameAgain(loaded.settings)
    #expect(load(ConfigurationWriter.text(loaded.settings, includeDefaults: true)).settings == loaded.settings)
  }

  @Test(
    "a file says where its first mistake is and what was expected",
    arguments: [
      (
        "hostname a\ninterface Tunnel0\n ip nhrp map mutlicast dynamic",
        "hub.conf:3:14: error: unknown word 'mutlicast', expected A.B.C.D, group or multicast; did you mean 'multicast'?"
      ),
      ("interface Tunnel0\n  tunnel mode grep multipoint", "hub.conf:2:15: error: unknown word 'grep', expected"),
      ("interface Tunnel0\n ip address 10.0.0.300 255.255.255.0", "hub.conf:2:13: error: unknown word '10.0.0.300', expected A.B.C.D"),
      ("interface Tunnel0\n ip address 10.0.0.1 255.0.255.0", "hub.conf:2:22: error: unknown word '255.0.255.0', expected A.B.C.D"),
      ("interface Tunnel0\n ip address 10.0.0.1", "hub.conf:2:21: error: incomplete line, expected A.B.C.D"),
      ("interface Tunnel0\n ip mtu 9977", "hub.conf:2:9: error: '9977' is out of range, expected <68-9976>"),
      ("interface Tunnel0\n ip mtu 67", "hub.conf:2:9: error: '67' is out of range"),
      ("interface Tunnel0\n ip tcp adjust-mss 1461", "hub.conf:2:20: error: '1461' is out of range, expected <500-1460>"),
      ("interface Tunnel0\n tunnel key 4294967296", "hub.conf:2:13: error: '4294967296' is out of range, expected <0-4294967295>"),
      ("interface Tunnel0\n tunnel ttl 0", "hub.conf:2:13: error: '0' is out of range, expected <1-255>"),
      ("interface Tunnel0\n tunnel tos 256", "hub.conf:2:13: error: '256' is out of range"),
      ("interface Tunnel0\n tunnel source", "hub.conf:2:15: error: incomplete line, expected A.B.C.D, IFNAME or X:X:X:X::X"),
      ("interface Tunnel0\n tunnel destination hub", "hub.conf:2:21: error: unknown word 'hub', expected A.B.C.D"),
      ("interface Tunnel0\n tunnel route-via Gi1 always", "hub.conf:2:23: error: unknown word 'always', expected mandatory or preferred"),
      ("interface Tunnel0\n tunnel checksum now", "hub.conf:2:18: error: unexpected word 'now', the command is complete before it"),
      ("interface Tunnel0\n tunnel protection ipsec profil", "hub.conf:2:32: error: incomplete line"),
      ("interface Tunnel0\n ip nhrp network-id 0", "hub.conf:2:21: error: '0' is out of range, expected <1-4294967295>"),
      ("interface Tunnel0\n ip nhrp holdtime 65536", "hub.conf:2:19: error: '65536' is out of range, expected <1-65535>"),
      ("interface Tunnel0\n ip nhrp redirect timeout 31", "hub.conf:2:27: error: '31' is out of range, expected <2-30>"),
      ("interface Tunnel0\n ip nhrp map 10.0.0.1", "hub.conf:2:22: error: incomplete line, expected A.B.C.D"),
      (
        "interface Tunnel0\n ip nhrp nhs 10.0.0.1 nmba 1.1.1.1",
        "hub.conf:2:23: error: unknown word 'nmba', expected cluster, nbma or priority; did you mean 'nbma'?"
      ),
      (
        "interface Tunnel0\n ip nhrp registration timout 5",
        "hub.conf:2:23: error: unknown word 'timout', expected no-unique, timeout or unique; did you mean 'timeout'?"
      ),
      ("interface Tunnel0\n ip nhrp shorcut", "hub.conf:2:10: error: unknown word 'shorcut'"),
      ("interface Tunnel0\n ip nhrp max-send 5 all 3", "hub.conf:2:21: error: unknown word 'all', expected every"),
      ("interface Tunnel0\n shutdwon", "hub.conf:2:2: error: unknown word 'shutdwon'"),
      ("hostnam hub1 x", "hub.conf:1:14: error: unexpected word 'x'"), ("hosntame hub1", "hub.conf:1:1: error: unknown word 'hosntame'"),
      ("ip route 10.0.0.0 255.0.0.0", "hub.conf:1:28: error: incomplete line, expected A.B.C.D or IFNAME"),
      ("ip route 10.0.0.0 255.0.0.0 1.1.1.1 256", "hub.conf:1:37: error: '256' is out of range"),
      ("ip host a 10.0.0", "hub.conf:1:11: error: unknown word '10.0.0'"),
      ("interface 10.0.0.1", "hub.conf:1:11: error: unknown word '10.0.0.1', expected IFNAME"),
      ("platform interface Gi1", "hub.conf:1:23: error: incomplete line"),
      ("R1(config)#interface Tunnel0\nR1(config-if)#  ip mtu x", "hub.conf:2:24: error: unknown word 'x'"),
      (
        "hostname a\nip route 10.0.0.1 255.0.0.0 1.1.1.1",
        "hub.conf:2:1: error: Inconsistent address and mask: 10.0.0.1 lies inside 10.0.0.0/8"
      ),
      ("interface Tunnel0\n ip address {{ address }} 255.255.255.0", "hub.conf:2:13: error: unknown word '{{'"),
      ("{% for x in y %}\nhostname a", "hub.conf:1:1: error: unknown word '{%'"),
      ("router ospf 1\ninterface Tunnel\nhostname b", "hub.conf:2:17: error: incomplete line"),
      ("interface Tunnel0\n description a\u{1b}[31m", "hub.conf:2:15: error: "),
      ("hostname a\r\n\r\ninterface Tunnel0\r\n ip mtu x\r\n", "hub.conf:4:9: error: unknown word 'x'"),
    ])
  func located(text: String, expected: String) {
    let found = errors(text)
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix(expected) ?? false, "\(found)")
  }

  @Test("a dump of IOS loads: what is not acted on is kept, reported once a section, and written back")
  func dump() {
    let loaded = load(ConfigurationFixtures.dump)
    #expect(loaded.diagnostics.filter { $0.level == .error } == [])
    let kept = loaded.settings.kept
    let crypto = loaded.settings.crypto
    #expect(crypto.ikev2Keyrings.map { $0.peers.map(\.name) } == [["ANY"]])
    #expect(crypto.ikev2Profiles.map(\.kept) == [["aaa authorization group psk list L"]])
    #expect(crypto.isakmpPolicies.map(\.group?.rawValue) == [14] && crypto.isakmpKeys.count == 1)
    #expect(crypto.transformSets.map(\.mode) == [.transport] && crypto.ipsecProfiles.map(\.transformSets) == [["TS"]])
    #expect(kept.first { $0.text == "crypto pki certificate chain TP" }?.children == ["certificate ca 01", " 3082024A 308201B3", " quit"])
    #expect(kept.first { $0.text == "router eigrp NAME" }?.children.count == 6)
    #expect(kept.first { $0.text.hasPrefix("banner") }?.text == "banner motd ^C\n  hello # world\ninterface Tunnel99\n^C")
    #expect(kept.contains { $0.text == "no ip domain lookup" })
    #expect(loaded.settings.bgp.settings?.neighbors.map(\.name) == ["10.0.0.2"] && loaded.settings.policy.hasRouteMap("RM"))
    #expect(loaded.settings.staticRoutes.map(\.track) == [1] && loaded.settings.interfaces["Tunnel99"] == nil)
    #expect(
      loaded.settings.interfaces["GigabitEthernet1"]?.kept == [
        "vrf forwarding FVRF", "ip address dhcp", "negotiation auto", "service-policy output WAN",
      ])
    #expect(
      loaded.settings.interfaces["Tunnel0"]?.kept == [
        "bandwidth 1000", "no ip split-horizon eigrp 1", "ip ospf network point-to-multipoint",
      ])
    let reported = loaded.diagnostics.filter { $0.level == .notActedOn }
    #expect(reported.contains { $0.located.hasPrefix("hub.conf:6:1: not acted on: 'version 17.3'") })
    #expect(reported.count == kept.count + 9)
    expectSameAgain(loaded.settings)
  }

  @Test("the same lines without any indent give the same settings")
  func flat() {
    let dump = ConfigurationFixtures.dump
    let flat = dump.split(separator: "\n", omittingEmptySubsequences: false).map(\.trimmed).joined(separator: "\n")
    let (a, b) = (load(dump), load(flat))
    #expect(b.diagnostics.filter { $0.level == .error } == [])
    #expect(a.settings.interfaces == b.settings.interfaces && a.settings.crypto == b.settings.crypto)
    #expect(
      a.settings.kept.map(\.text).filter { !$0.hasPrefix("banner") } == b.settings.kept.map(\.text).filter { !$0.hasPrefix("banner") })
    for (x, y) in zip(a.settings.kept, b.settings.kept) where !x.text.hasPrefix("crypto pki") {
      #expect(x.children.map { $0[...].trimmed } == y.children.map { $0[...].trimmed }, "\(x.text)")
    }
    expectSameAgain(b.settings)
  }

  @Test("a pasted session loads: prompts, conf t, exit, end, wr, do")
  func session() {
    let text = """
      ```
      R1>en
      R1#conf t
      R1(config)#host hub1
      hub1(config)#int tu0
      hub1(config-if)#ip add 10.0.0.1 255.255.255.0
      hub1(config-if)#tun so 192.0.2.1
      hub1(config-if)#tun mode gre mul
      hub1(config-if)#ip nhrp net 1
      hub1(config-if)#do sh ip nhrp
      hub1(config-if)#exit
      hub1(config)#router bgp 65000
      hub1(config-router)#address-family ipv4
      hub1(config-router-af)#neighbor 10.0.0.2 activate
      hub1(config-router-af)#exit
      hub1(config-router)#bgp log-neighbor-changes
      hub1(config-router)#exit
      hub1(config)#ip route 10.1.0.0 255.255.0.0 10.0.0.2
      hub1(config)#end
      hub1#wr
      hub1#copy run start
      hub1#
      ```
      """
    let loaded = load(text)
    #expect(loaded.diagnostics.map(\.level) == [.warning])
    #expect(loaded.settings.hostname == "hub1" && loaded.settings.staticRoutes.count == 1)
    #expect(loaded.settings.interfaces["Tunnel0"]?.nhrp.networkID == 1)
    let bgp = loaded.settings.bgp.settings
    #expect(bgp?.families.map(\.isExplicit) == [true] && bgp?.families.first?.neighbors.map(\.isActive) == [true])
    expectSameAgain(loaded.settings)
  }

  @Test("byte order marks, CR LF and UTF-16 do not matter")
  func encodings() {
    let text = "hostname hub1\r\ninterface Tunnel 0\r\n ip mtu 1400\r\n"
    let expected = load(text).settings
    #expect(expected.hostname == "hub1" && expected.interfaces["Tunnel0"]?.interface.ipMTU == 1400)
    #expect(load("\u{feff}" + text).settings == expected)
    let little: [UInt8] = [0xff, 0xfe] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let big: [UInt8] = [0xfe, 0xff] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    #expect(ConfigurationLoader.text(of: little) == text && ConfigurationLoader.text(of: big) == text)
    #expect(ConfigurationLoader.text(of: [0xff, 0xfe, 0x41]) == "" && ConfigurationLoader.text(of: Array("a\u{e4}".utf8)) == "a\u{e4}")
  }

  @Test("loading onto settings adds to them; a line with an error leaves the rest of the file readable")
  func ontoBase() {
    let base = load(ConfigurationFixtures.hub3).settings
    let loaded = ConfigurationLoader.load(
      "hostname other\ninterface Tunnel0\n no ip nhrp redirect\n ip foo\n ip mtu 1300\n", file: "x", onto: base)
    #expect(loaded.diagnostics.map(\.line) == [4])
    #expect(loaded.settings.hostname == "other" && loaded.settings.staticRoutes == base.staticRoutes)
    #expect(loaded.settings.interfaces["Tunnel0"]?.nhrp.redirect == false && loaded.settings.interfaces["Tunnel0"]?.interface.ipMTU == 1300)
    #expect(load("").settings == NodeSettings() && load("").diagnostics == [])
  }
}
