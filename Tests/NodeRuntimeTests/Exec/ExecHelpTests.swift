// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("? and Tab in every mode")
struct ExecHelpTests {
  private func words(_ cloud: Cloud, _ line: String) -> String { cloud.help(line).map(\.word).joined(separator: " ") }

  /// Every command, up to each place where something may follow.
  @Test("? lists what may follow each command", arguments: [
    ("", "clear configure copy debug disable enable exit logout monitor ping quit reload show terminal traceroute undebug write"),
    ("sh", "show"), ("show ", "access-lists bgp cdp clock crypto debugging dmvpn drops hosts interfaces ip ipv6 journal key logging monitor nhrp route-map running-config startup-config terminal track users version"),
    ("show dmvpn ", "detail dynamic interface peer static why | <cr>"), ("show dmvpn interface ", "IFNAME"), ("show dmvpn peer ", "nbma tunnel"),
    ("show dmvpn peer nbma ", "A.B.C.D NAME"), ("show dmvpn peer tunnel ", "A.B.C.D NAME"), ("show dmvpn why ", "A.B.C.D NAME"), ("show dmvpn why hub ", "A.B.C.D NAME"),
    ("show ip ", "as-path-access-list bgp cef community-list interface large-community-list nhrp prefix-list protocols rip route"), ("show crypto ", "ikev2 ipsec isakmp pki session sockets"), ("show crypto isakmp ", "policy sa"),
    ("show crypto ikev2 ", "policy profile proposal sa session stats"), ("show crypto ipsec ", "profile sa transform-set"),
    ("show crypto ipsec sa ", "detail interface peer | <cr>"), ("show crypto session remote ", "A.B.C.D NAME"), ("show crypto pki ", "certificates trustpoints"),
    ("clear crypto ", "ikev2 isakmp sa session"), ("clear crypto ikev2 sa ", "<1-4294967295> fast <cr>"), ("clear crypto isakmp ", "<1-4294967295> <cr>"),
    ("show ip nhrp ", "A.B.C.D IFNAME NAME brief detail dynamic incomplete multicast nhs redirect shortcut static summary traffic | <cr>"),
    ("show ip nhrp brief ", "IFNAME | <cr>"), ("show ip nhrp 10.0.0.1 ", "brief detail | <cr>"), ("show ip nhrp nhs ", "IFNAME detail | <cr>"),
    ("show ip nhrp multicast ", "IFNAME | <cr>"), ("show ip nhrp traffic ", "detail interface | <cr>"), ("show ip nhrp shortcut ", "IFNAME | <cr>"),
    ("show ip nhrp summary ", "IFNAME | <cr>"), ("show ip nhrp redirect ", "IFNAME | <cr>"), ("show ip nhrp static ", "IFNAME | <cr>"),
    ("show ip route ", "A.B.C.D NAME bgp connected next-hop-override nhrp odr rip static summary | <cr>"), ("show ip route 10.0.0.0 255.0.0.0 ", "longer-prefixes | <cr>"), ("show ip route 10.0.0.0 ", "A.B.C.D | <cr>"),
    ("show ip cef ", "A.B.C.D NAME"), ("show ip interface ", "brief"), ("show interfaces ", "IFNAME | <cr>"), ("show running-config ", "all interface | <cr>"),
    ("show running-config interface ", "IFNAME"), ("show startup-config ", "| <cr>"), ("show logging ", "| <cr>"), ("show journal ", "last | <cr>"),
    ("show journal last ", "<1-100000>"), ("show version ", "| <cr>"), ("show clock ", "| <cr>"), ("show users ", "| <cr>"), ("show hosts ", "| <cr>"), ("show drops ", "| <cr>"),
    ("show monitor ", "capture"), ("show monitor capture ", "WORD | <cr>"), ("show debugging ", "| <cr>"), ("show nhrp ", "debug-condition"), ("show terminal ", "| <cr>"),
    ("clear ", "bgp cdp counters crypto dmvpn ip ipv6 logging"), ("clear ip ", "bgp nhrp route"), ("clear ip nhrp ", "A.B.C.D NAME counters interface shortcut <cr>"),
    ("clear ip nhrp 10.0.0.1 ", "A.B.C.D counters interface shortcut <cr>"), ("clear ip route ", "* A.B.C.D NAME"), ("clear dmvpn ", "session statistics"),
    ("clear dmvpn session ", "interface peer static <cr>"), ("clear dmvpn session peer nbma ", "A.B.C.D NAME"), ("clear counters ", "IFNAME <cr>"), ("clear logging ", "<cr>"),
    ("debug ", "all cdp crypto dmvpn ip nhrp"), ("debug ip ", "bgp rip routing"), ("debug ip bgp ", "events keepalives updates <cr>"), ("debug cdp ", "packets"), ("debug crypto ", "condition engine ikev2 ipsec isakmp socket"), ("debug crypto ikev2 ", "error internal packet <cr>"), ("debug nhrp ", "cache condition detail error extension packet rate routing <cr>"), ("debug dmvpn ", "all condition detail error packet"),
    ("debug dmvpn all ", "all crypto nhrp socket tunnel <cr>"), ("debug nhrp condition ", "interface peer"), ("debug nhrp condition peer ", "nbma tunnel"),
    ("undebug ", "all cdp crypto dmvpn ip nhrp"), ("undebug crypto condition ", "peer <cr>"), ("undebug nhrp condition ", "interface peer <cr>"), ("no debug ", "all cdp crypto dmvpn ip nhrp"), ("no monitor capture C ", "file interface peer start stop <cr>"),
    ("ping ", "A.B.C.D NAME X:X:X:X::X ip ipv6"), ("ping hub ", "repeat size source <cr>"), ("ping hub repeat ", "<1-10000>"), ("ping hub size ", "<36-9000>"),
    ("traceroute ", "A.B.C.D NAME X:X:X:X::X ip ipv6"), ("traceroute hub ", "numeric source <cr>"), ("terminal ", "length monitor no"), ("terminal length ", "<0-512>"), ("terminal no ", "monitor"),
    ("configure ", "terminal"), ("write ", "memory terminal <cr>"), ("copy ", "running-config"), ("copy running-config ", "startup-config"), ("enable ", "<cr>"), ("exit ", "<cr>"),
    ("monitor ", "capture"), ("monitor capture ", "WORD"), ("monitor capture C ", "file interface peer start stop"), ("monitor capture C interface Tunnel0 ", "both file start <cr>"),
    ("monitor capture C peer ", "A.B.C.D NAME"), ("monitor capture C peer hub ", "A.B.C.D NAME file start <cr>"), ("monitor capture C file ", "WORD"), ("reload ", "<cr>"), ("disable ", "<cr>"),
    ("show clock ; show ip ", "as-path-access-list bgp cef community-list interface large-community-list nhrp prefix-list protocols rip route"), ("nonsense ", ""),
    ("show clock | ", "begin count exclude include json no-more section"), ("show clock | in", "include"), ("show clock | include ", "LINE"), ("show clock | include x ", "LINE <cr>"),
    ("show clock | json ", "<cr>"), ("show clock | foo ", ""),
  ])
  func exec(line: String, expected: String) {
    #expect(words(Cloud(), line) == expected)
  }

  @Test("every word of the exec modes is explained")
  func explained() {
    let cloud = Cloud()
    var open = [""], seen: Set<String> = []
    while let line = open.popLast() {
      for row in cloud.help(line) where row.word != "<cr>" && row.word != "|" {
        #expect(!row.text.isEmpty, "\(line)\(row.word)")
        let isKeyword = row.word.first.map { $0.isLowercase } ?? false
        if isKeyword, line.count < 40, seen.insert(line + row.word).inserted { open.append(line + row.word + " ") }
      }
    }
    #expect(seen.count > 100)
  }

  @Test("a reader's ? has no privileged commands")
  func userMode() {
    #expect(words(Cloud(isOperator: false), "") == "enable exit logout ping quit show terminal traceroute")
    #expect(!words(Cloud(isOperator: false), "show ").contains("running-config"))
  }

  @Test("configuration modes list their own lines and do; behind do stand exec commands")
  func configuration() {
    let cloud = Cloud()
    cloud.ask("configure terminal")
    #expect(words(cloud, "").split(separator: " ").contains("do") && words(cloud, "").split(separator: " ").contains("hostname"))
    #expect(words(cloud, "do show ip ") == words(Cloud(), "show ip "))
    #expect(words(cloud, "do show clock | i") == "include")
    cloud.ask("interface Tunnel0")
    #expect(words(cloud, "tunnel mode gre ").contains("multipoint"))
    #expect(cloud.completions("d").contains("do") && cloud.completions("desc") == ["description"])
    #expect(cloud.completions("do sh") == ["show"])
  }

  @Test("Tab completes keywords, host names, addresses that are known, interfaces and filters", arguments: [
    ("sh", "show"), ("show ip n", "nhrp"), ("ping sp", "spoke1 spoke2"), ("ping 10.0.0.1", "10.0.0.11 10.0.0.12"), ("show dmvpn peer tunnel hu", "hub"), ("show dmvpn why spoke1 sp", "spoke1 spoke2"),
    ("clear ip nhrp spoke1 sh", "shortcut"), ("show interfaces Tu", "Tunnel Tunnel0"), ("show dmvpn interface ", "Tunnel0"), ("monitor capture C peer h", "hub"), ("show clock | in", "include"),
    ("show clock | include f", ""), ("foo b", ""), ("show clock ; pi", "ping"), ("show ip route sp", "spoke1 spoke2"), ("ping spoke1 source h", "hub"),
  ])
  func tab(line: String, expected: String) {
    let cloud = Cloud()
    cloud.run(seconds: 2)
    #expect(cloud.completions(line).joined(separator: " ") == expected)
  }
}
