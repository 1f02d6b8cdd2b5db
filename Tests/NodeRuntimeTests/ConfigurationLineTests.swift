// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Interfaces
import NHRP
import NodeRuntime
import Routing
import Testing
import Wire

/// One line, what it is written back as, and the line that takes it away.
struct LineCase: Sendable, CustomTestStringConvertible {
  var line: String
  var written: [String]
  var undo: String
  /// Another line that takes it away.
  var alsoUndo: String?

  init(_ line: String, as written: [String]? = nil, undo: String? = nil, or alsoUndo: String? = nil) {
    (self.line, self.written, self.undo, self.alsoUndo) = (line, written ?? [line], undo ?? "no " + line, alsoUndo)
  }

  var testDescription: String { line }
}

/// Typing lines into settings.
struct Typist {
  var settings = NodeSettings()
  var context = ConfigurationEditor.Context.global
  var outcomes: [EditOutcome] = []

  mutating func type(_ lines: String...) {
    for line in lines {
      let outcome = ConfigurationEditor.apply(line, in: context, to: &settings)
      if case .applied(let next, _, _) = outcome { context = next }
      outcomes.append(outcome)
    }
  }

  var text: String { ConfigurationWriter.text(settings) }
  var lines: [String] { text.split(separator: "\n").map { $0.trimmed } }
}

extension Substring {
  var trimmed: String { String(drop { $0 == " " }) }
}

/// Loads what the settings are written as; the same settings must come out, and the same text again.
func expectSameAgain(_ settings: NodeSettings, sourceLocation: SourceLocation = #_sourceLocation) {
  let text = ConfigurationWriter.text(settings)
  let again = ConfigurationLoader.load(text, file: "again.conf")
  #expect(again.settings == settings, sourceLocation: sourceLocation)
  #expect(ConfigurationWriter.text(again.settings) == text, sourceLocation: sourceLocation)
}

@Suite struct ConfigurationLineTests {
  static let tunnelLines: [LineCase] = [
    .init("description  to  the   spokes", as: ["description to  the   spokes"], undo: "no description"),
    .init("ip address 10.0.0.1 255.255.255.0", or: "no ip address"),
    .init("ip address 10.0.0.1/24", as: ["ip address 10.0.0.1 255.255.255.0"], or: "default ip address"),
    .init("no ip redirects", undo: "ip redirects", or: "default ip redirects"),
    .init("ip mtu 1400", or: "no ip mtu"), .init("ip tcp adjust-mss 1360", or: "no ip tcp adjust-mss"),
    .init("shutdown", or: "default shutdown"),
    .init("keepalive 5 4", or: "no keepalive"), .init("keepalive", as: ["keepalive 10 3"], or: "keepalive 0"),
    .init("tunnel source GigabitEthernet1", or: "no tunnel source"), .init("tunnel source 192.0.2.1"),
    .init("tunnel destination 192.0.2.9", or: "no tunnel destination"), .init("tunnel mode gre multipoint", or: "tunnel mode gre ip"),
    .init("tunnel key 0", or: "no tunnel key"), .init("tunnel key 4294967295"), .init("tunnel checksum"),
    .init("tunnel sequence-datagrams"),
    .init("tunnel ttl 64", or: "default tunnel ttl"), .init("tunnel tos 0", or: "no tunnel tos"), .init("tunnel path-mtu-discovery"),
    .init("crypto ipsec df-bit set", or: "no crypto ipsec df-bit"),
    .init("tunnel route-via GigabitEthernet1 mandatory", or: "no tunnel route-via"), .init("tunnel route-via GigabitEthernet1 preferred"),
    .init("tunnel protection ipsec profile VPN", or: "no tunnel protection ipsec profile"),
    .init("tunnel protection ipsec profile VPN shared"), .init("tunnel mode gre ipv6"),
    .init("tunnel mode ipsec ipv4", or: "tunnel mode gre ip"),
    .init("ip nhrp network-id 4294967295", or: "no ip nhrp network-id"),
    .init("ip nhrp authentication S3cret!", or: "no ip nhrp authentication"),
    .init("ip nhrp map 10.0.0.1 192.0.2.1", or: "no ip nhrp map 10.0.0.1"), .init("ip nhrp map multicast 192.0.2.1"),
    .init("no ip nhrp map multicast dynamic", undo: "ip nhrp map multicast dynamic", or: "default ip nhrp map multicast dynamic"),
    .init("ip nhrp nhs 10.0.0.1", or: "no ip nhrp nhs 10.0.0.1"),
    .init("ip nhrp nhs 10.0.0.1 nbma 192.0.2.1", or: "no ip nhrp nhs 10.0.0.1"),
    .init("ip nhrp nhs 10.0.0.1 nbma 192.0.2.1 multicast"),
    .init("ip nhrp nhs 10.0.0.1 nbma hub.example.net multicast priority 2 cluster 1"),
    .init("ip nhrp nhs dynamic nbma hub.example.net multicast", or: "no ip nhrp nhs dynamic"),
    .init("ip nhrp nhs 10.0.0.1 priority 0 cluster 3", as: ["ip nhrp nhs 10.0.0.1 cluster 3"]),
    .init("ip nhrp nhs cluster 1 max-connections 2", or: "no ip nhrp nhs cluster 1"),
    .init("ip nhrp nhs fallback 30", or: "no ip nhrp nhs fallback"),
    .init("ip nhrp holdtime 300", or: "no ip nhrp holdtime"),
    .init("ip nhrp registration no-unique", undo: "ip nhrp registration unique", or: "no ip nhrp registration no-unique"),
    .init("ip nhrp registration timeout 60", or: "no ip nhrp registration timeout"),
    .init("no ip nhrp shortcut", undo: "ip nhrp shortcut", or: "default ip nhrp shortcut"), .init("ip nhrp redirect"),
    .init("ip nhrp redirect timeout 4", or: "no ip nhrp redirect"), .init("ip nhrp server-only"),
    .init("ip nhrp max-send 100 every 10", or: "no ip nhrp max-send"),
  ]

  @Test("a tunnel line changes the settings, is written back, read again, and taken away by its no", arguments: tunnelLines)
  func tunnelLine(_ line: LineCase) {
    for undo in [line.undo, line.alsoUndo ?? line.undo] {
      var typist = Typist()
      typist.type("interface Tunnel0")
      let before = typist.settings
      typist.type(line.line)
      #expect(typist.settings != before)
      #expect(typist.context == .interface("Tunnel0"))
      #expect(typist.lines.filter { line.written.contains($0) } == line.written)
      expectSameAgain(typist.settings)
      typist.type(undo)
      #expect(typist.settings == before, "after \(undo)")
      #expect(typist.outcomes.allSatisfy { if case .applied = $0 { true } else { false } })
    }
  }

  @Test(
    "what current IOS-XE implies is not printed, and typing it changes nothing",
    arguments: [
      "ip nhrp shortcut", "ip nhrp map multicast dynamic", "ip nhrp holdtime 600", "ip nhrp registration unique", "ip redirects",
      "no shutdown",
      "tunnel mode gre ip", "tunnel ttl 255", "ip nhrp max-send 10000 every 10", "no ip nhrp redirect", "no ip nhrp server-only",
    ])
  func impliedLine(_ line: String) {
    var typist = Typist()
    typist.type("interface Tunnel0")
    let before = typist.settings
    typist.type(line)
    #expect(typist.settings == before)
    #expect(!typist.lines.contains(line))
  }

  static let globalLines: [LineCase] = [
    .init("hostname hub1", or: "no hostname"), .init("ip host spoke1 192.0.2.2", or: "no ip host spoke1"), .init("ip host six 2001:db8::1"),
    .init("platform interface GigabitEthernet1 eth0", or: "no platform interface GigabitEthernet1"),
    .init("ip route 10.1.0.0 255.255.0.0 10.0.0.2", or: "no ip route 10.1.0.0 255.255.0.0"),
    .init("ip route 0.0.0.0 0.0.0.0 Tunnel0 10.0.0.1 250 name backup tag 7"),
    .init("ip route 10.1.0.0 255.255.0.0 Tunnel0", or: "no ip route 10.1.0.0 255.255.0.0 Tunnel0"),
    .init("ip route 10.0.0.0 255.0.0.0 Null0 254"),
    .init("ip route 10.1.0.0 255.255.0.0 10.0.0.2 tag 5 name x", as: ["ip route 10.1.0.0 255.255.0.0 10.0.0.2 name x tag 5"]),
    .init("interface Tunnel7"), .init("interface Loopback0"), .init("interface GigabitEthernet0/0/1.100"), .init("interface eth0"),
    .init("interface Virtual-Template1 type tunnel", or: "no interface Virtual-Template1"),
  ]

  @Test("a global line changes the settings, is written back, read again, and taken away by its no", arguments: globalLines)
  func globalLine(_ line: LineCase) {
    for undo in [line.undo, line.alsoUndo ?? line.undo] {
      var typist = Typist()
      typist.type(line.line)
      #expect(typist.settings != NodeSettings())
      #expect(typist.lines.filter { line.written.contains($0) } == line.written)
      expectSameAgain(typist.settings)
      typist.type(undo)
      #expect(typist.settings == NodeSettings(), "after \(undo)")
    }
  }

  @Test("abbreviations of real files, names with a space and in lower case are understood")
  func abbreviations() {
    var typist = Typist()
    typist.type(
      "host R1", "int tu 0", "desc x", "ip add 10.0.0.1 255.255.255.0", "no ip redir", "tun so gi0/0", "tun mode gre mul", "tun k 100",
      "ip nhrp net 1")
    typist.type(
      "ip nhrp auth cisco", "ip nhrp map mul dyn", "ip nhrp map 10.0.0.9 1.1.1.1", "ip nhrp nh 10.0.0.9", "ip nhrp hold 300", "ip nhrp red",
      "ip nhrp sh")
    typist.type(
      "ip tcp adj 1360", "ip mtu 1400", "no sh", "tun prot ipsec prof P", "int gigabitethernet 0/0", "sh", "ip ro 0.0.0.0 0.0.0.0 1.1.1.1")
    var spelled = Typist()
    spelled.type("hostname R1", "interface Tunnel0", "description x", "ip address 10.0.0.1 255.255.255.0", "no ip redirects")
    spelled.type("tunnel source GigabitEthernet0/0", "tunnel mode gre multipoint", "tunnel key 100", "ip nhrp network-id 1")
    spelled.type(
      "ip nhrp authentication cisco", "ip nhrp map 10.0.0.9 1.1.1.1", "ip nhrp nhs 10.0.0.9", "ip nhrp holdtime 300", "ip nhrp redirect")
    spelled.type("ip tcp adjust-mss 1360", "ip mtu 1400", "tunnel protection ipsec profile P", "interface GigabitEthernet0/0", "shutdown")
    spelled.type("ip route 0.0.0.0 0.0.0.0 1.1.1.1")
    #expect(typist.settings == spelled.settings)
    #expect(typist.outcomes.allSatisfy { if case .applied = $0 { true } else { false } })
    #expect(typist.settings.interfaces["Tunnel0"]?.interface.tunnel.source == .interface("GigabitEthernet0/0"))
  }

  @Test("one server, mapping, host and path has one line; the later one counts")
  func replacement() {
    var typist = Typist()
    typist.type("ip host a 1.1.1.1", "ip host a 2.2.2.2", "ip route 10.0.0.0 255.0.0.0 1.1.1.1", "ip route 10.0.0.0 255.0.0.0 1.1.1.1 200")
    typist.type(
      "interface tunnel0", "ip nhrp map 10.0.0.1 1.1.1.1", "ip nhrp map 10.0.0.1 2.2.2.2", "ip nhrp nhs 10.0.0.1",
      "ip nhrp nhs 10.0.0.1 nbma 2.2.2.2")
    typist.type("ip nhrp nhs 10.0.0.1 nbma 3.3.3.3", "ip nhrp map multicast 2.2.2.2", "ip nhrp map multicast 2.2.2.2")
    #expect(typist.settings.hosts == [HostName(name: "a", address: IPAddress("2.2.2.2")!)])
    #expect(typist.settings.staticRoutes.map(\.distance) == [200])
    let nhrp = typist.settings.interfaces["Tunnel0"]?.nhrp
    #expect(nhrp?.maps == [StaticMapping(address: IPAddress("10.0.0.1")!, nbma: IPAddress("2.2.2.2")!)])
    #expect(nhrp?.servers.map(\.nbma?.text) == ["2.2.2.2", "3.3.3.3"])
    #expect(nhrp?.multicastMaps == [IPAddress("2.2.2.2")!])
    expectSameAgain(typist.settings)
  }

  @Test("show running-config all shows what is implied, and reads back as the same settings")
  func allDefaults() {
    var typist = Typist()
    typist.type("interface Tunnel0", "ip nhrp network-id 1", "tunnel mode gre multipoint")
    let all = ConfigurationWriter.text(typist.settings, includeDefaults: true)
    for line in [
      "ip nhrp shortcut", "ip nhrp map multicast dynamic", "ip nhrp holdtime 600", "no shutdown", "tunnel ttl 255", "no ip address",
    ] {
      #expect(all.contains("\n \(line)\n"), "\(line)")
    }
    #expect(ConfigurationLoader.load(all, file: "all").settings == typist.settings)
    #expect(
      ConfigurationWriter.text(typist.settings)
        == "!\nhostname dmvpn\n!\ninterface Tunnel0\n ip nhrp network-id 1\n tunnel mode gre multipoint\n!\nend\n")
  }

  @Test(
    "a line that cannot be applied is refused and changes nothing",
    arguments: [
      ("interface Tunnel0", "ip route 10.0.0.1 255.0.0.0 1.1.1.1", "Inconsistent"),
      ("", "no ip route 10.0.0.0 255.0.0.0 1.1.1.1", "No matching route"),
      ("", "hostname -x", "cannot be a host name"), ("", "hostname a\u{e4}b", "cannot be a host name"),
      ("", "interface Tunnel0/1", "cannot be a tunnel"), ("", "no interface Tunnel9", "no interface"),
      ("", "ip host 10.0.0.1 10.0.0.2", "is an address"), ("", "platform interface Gi1 averyveryverylongname", "Linux"),
      ("interface Tunnel0", "no ip address 10.0.0.1 255.0.0.0", ""), ("interface Tunnel0", "ip address 2001:db8::1/64", "IPv4"),
      ("interface Tunnel0", "no ip nhrp map", "needs"), ("interface Tunnel0", "no ip nhrp nhs", "needs"),
      ("interface Tunnel0", "no ip nhrp nhs cluster", "needs"),
      ("interface Tunnel0", "no ip nhrp map multicast", "needs"), ("", "no ip host", "needs"), ("", "no ip route", "needs"),
      ("", "no platform interface", "needs"),
    ])
  func refusals(enter: String, line: String, why: String) {
    var typist = Typist()
    if !enter.isEmpty { typist.type(enter) }
    let before = typist.settings
    typist.type(line)
    guard !why.isEmpty else { return }
    guard case .refused(let text) = typist.outcomes.last else {
      Issue.record("\(line): \(String(describing: typist.outcomes.last))")
      return
    }
    #expect(text.contains(why))
    #expect(typist.settings == before)
  }

  @Test("a global line leaves the sub-mode, exit and end too")
  func modes() {
    var typist = Typist()
    typist.type("interface Tunnel0", "interface Tunnel1")
    #expect(typist.context == .interface("Tunnel1"))
    typist.type("hostname x")
    #expect(typist.context == .global)
    typist.type("interface Tunnel0", "exit")
    #expect(typist.context == .global)
    typist.type("exit")
    #expect(typist.outcomes.last == .exit)
    typist.type("interface Tunnel0", "end")
    #expect(typist.outcomes.last == .end)
    typist.type("! a comment", "", "   ")
    #expect(typist.outcomes.suffix(3).allSatisfy { $0 == .empty })
    #expect(ConfigurationEditor.Context.router(0).mode.prompt(hostname: "a") == "a(config-router)#")
    #expect(ConfigurationEditor.Context.interface("Tunnel0").mode == .interface && ConfigurationEditor.Context.kept(1).mode == .kept)
  }

  @Test("a warning appears with the line that causes it, and only once")
  func warnings() {
    var typist = Typist()
    typist.type(
      "interface Tunnel0", "tunnel source 192.0.2.1", "tunnel destination 192.0.2.2", "tunnel protection ipsec profile P", "description x")
    guard case .applied(_, let warnings, let notActedOn) = typist.outcomes[3] else {
      Issue.record("not applied")
      return
    }
    #expect(warnings == ["tunnel Tunnel0 stays down: it names IPsec profile 'P', which is not defined"])
    #expect(!notActedOn)
    #expect(typist.outcomes[4] == .applied(.interface("Tunnel0"), warnings: [], notActedOn: false))
  }

  @Test("help and completion know the line and the mode")
  func help() {
    let mode = ConfigurationEditor.Context.interface("Tunnel0")
    let map = ConfigurationEditor.help("ip nhrp map ", in: mode)
    #expect(map.map(\.word) == ["A.B.C.D", "group", "multicast"])
    #expect(map.allSatisfy { !$0.text.isEmpty })
    #expect(ConfigurationEditor.completions("tunnel mo", in: mode) == ["mode"])
    #expect(ConfigurationEditor.completions("int", in: .global) == ["interface"])
    #expect(ConfigurationEditor.help("tunnel mode gre ", in: mode).map(\.word).contains("multipoint"))
    for context in [ConfigurationEditor.Context.global, mode] {
      #expect(ConfigurationEditor.help("", in: context).allSatisfy { !$0.text.isEmpty })
    }
  }
}
