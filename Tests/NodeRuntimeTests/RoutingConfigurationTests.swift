// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import Testing

/// Routing protocols and route policy in a configuration: written back, taken away line by line, kept where nobody acts on them.
@Suite struct RoutingConfigurationTests {
  private static let hub = RoutingConfigurationFixtures.hub

  /// What is said of a text, at one level.
  private func said(_ text: String, _ level: ConfigurationDiagnostic.Level) -> [String] {
    ConfigurationLoader.load(text, file: "x").diagnostics.filter { $0.level == level }.map(\.located)
  }

  @Test("a hub with all protocols and lists is written back letter by letter, and nothing of it is an error")
  func roundTrip() {
    let loaded = ConfigurationLoader.load(Self.hub, file: "x")
    #expect(loaded.diagnostics.filter { $0.level == .error }.map(\.located) == [])
    #expect(ConfigurationWriter.text(loaded.settings) == Self.hub)
    #expect(loaded.settings.kept == [])
    expectSameAgain(loaded.settings)
  }

  @Test("each kept line inside a section is named at its line")
  func named() {
    let lines = Self.hub.split(separator: "\n", omittingEmptySubsequences: false).map { $0.trimmed }
    let found = ConfigurationLoader.load(Self.hub, file: "x").diagnostics.filter { $0.level == .notActedOn }
    #expect(found.map(\.text) == RoutingConfigurationFixtures.notActedOn.map { "'\($0)' is kept and written back" })
    for (one, text) in zip(found, RoutingConfigurationFixtures.notActedOn) { #expect(lines[one.line - 1].hasSuffix(text)) }
  }

  @Test("the same without any indent, as people paste it, gives the same settings")
  func flat() {
    let flat = Self.hub.split(separator: "\n").map { $0.trimmed }.joined(separator: "\n")
    let (a, b) = (ConfigurationLoader.load(Self.hub, file: "x"), ConfigurationLoader.load(flat, file: "x"))
    #expect(b.diagnostics.filter { $0.level == .error }.map(\.located) == [])
    #expect(a.settings == b.settings)
  }

  /// A line as it stands in a text, with the heads of the sections around it.
  private struct Line {
    var heads: [String]
    var text: String
    var undo: String { text.hasPrefix("no ") ? String(text.dropFirst(3)) : "no " + text }
  }

  private func lines(_ text: String) -> [Line] {
    var heads: [String] = []
    var all: [Line] = []
    for line in text.split(separator: "\n") where line.trimmed != "!" && !["end", "exit-address-family"].contains(line.trimmed) {
      let depth = line.prefix { $0 == " " }.count
      heads = Array(heads.prefix(depth))
      all.append(Line(heads: heads, text: line.trimmed))
      heads.append(line.trimmed)
    }
    return all
  }

  @Test("each line that is written is taken away by its no, and in the end nothing is left")
  func undone() {
    var settings = ConfigurationLoader.load(Self.hub, file: "x").settings
    for line in lines(Self.hub).reversed() {
      let before = settings
      var context = ConfigurationEditor.Context.global
      for text in line.heads + [line.undo] {
        guard case .applied(let next, _, _) = ConfigurationEditor.apply(text, in: context, to: &settings) else {
          Issue.record("\(text) in \(context) is refused")
          break
        }
        context = next
      }
      // A range goes with its group, which is written below it.
      #expect(settings != before || line.text.hasPrefix("bgp listen range"), "\(line.undo)")
    }
    #expect(settings == NodeSettings(), "\(ConfigurationWriter.text(settings))")
  }

  @Test(
    "exit-address-family leaves the family, wherever it stands",
    arguments: ["router bgp 1\n address-family ipv4\n  network 10.0.0.0\n exit-address-family\n bgp router-id 1.1.1.1",
      "router bgp 1\naddress-family ipv4\nnetwork 10.0.0.0\nexit-address-family\nbgp router-id 1.1.1.1",
      "router bgp 1\n address-family ipv4\n exit-address-family\n address-family ipv4\n  network 10.0.0.0\n  exit-address-family\n bgp router-id 1.1.1.1",
    ])
  func closing(text: String) {
    let loaded = ConfigurationLoader.load(text, file: "x")
    #expect(loaded.diagnostics.map(\.located) == [])
    #expect(
      ConfigurationWriter.text(loaded.settings).contains(
        """
        router bgp 1
         bgp router-id 1.1.1.1
         bgp log-neighbor-changes
         !
         address-family ipv4
          network 10.0.0.0
         exit-address-family
        !

        """))
    var typist = Typist()
    typist.type("router bgp 1", "address-family ipv6", "exit-address-family", "bgp router-id 1.1.1.1")
    #expect(typist.lines.contains("bgp router-id 1.1.1.1"))
  }

  @Test(
    "what a family or template that is only kept says is not said of the router",
    arguments: ["address-family ipv4 vrf red", "address-family vpnv4", "address-family l2vpn evpn"])
  func foreign(head: String) {
    for indent in ["", " "] {
      let text = "router bgp 1\n\(indent)\(head)\n\(indent)\(indent)redistribute connected\n\(indent)\(indent)network 10.0.0.0\n\(indent)exit-address-family\n"
      let loaded = ConfigurationLoader.load(text, file: "x")
      let bgp = loaded.settings.bgp.settings
      #expect(loaded.diagnostics.map(\.level) == [.notActedOn, .notActedOn, .notActedOn], "\(loaded.diagnostics.map(\.located))")
      #expect(bgp?.families == [] && bgp?.otherFamilies.map(\.kept) == [["redistribute connected", "network 10.0.0.0"]])
      expectSameAgain(loaded.settings)
    }
    var typist = Typist()
    typist.type("router bgp 1", head, "bgp router-id 1.1.1.1", "frobnicate 1", "no \(head)")
    #expect(typist.settings.bgp.settings?.routerID == nil)
    if case .failure = typist.outcomes[3] {} else { Issue.record("\(typist.outcomes[3])") }
  }

  @Test(
    "a broken line of a protocol or a list is an error at its place, not a kept line",
    arguments: [
      ("router bgp 65000x", 1), ("router bgp 1\n neighbor 10.0.0.1 route-map", 2), ("router bgp 1\n frobnicate", 2),
      ("router bgp 1\n neighbor 10.0.0.1 aktivate", 2), ("router rip\n network 10.0.0.0 0.0.0.255", 2), ("router rip\n netwrok 10.0.0.0", 2),
      ("router odr\n timers basic 1", 2), ("ip prefix-list P permit 10.0.0.0", 1), ("ip prefix-list P seq 5 permit 10.0.0.0/8 le 4", 1),
      ("ipv6 prefix-list P permit 10.0.0.0/8", 1), ("ipv6 route 2001:db8::/33x Null0", 1), ("route-map R allow 10", 1),
      ("route-map R permit 10\n match ip adress prefix-list P", 2), ("route-map R permit 10\n set metrik 5", 2),
      ("ip access-list extended A\n permit ip any", 2), ("access-list 10 permit 10.0.0.0 0.0.0.256", 1), ("access-list 10 alow any", 1),
      ("ip as-path access-list 1 permit (", 1), ("ip community-list standard C permit 1:2:3", 1), ("key chain K\n key one", 2),
      ("track 1 interface Tunnel0 lineprotocol", 1), ("track 1001 interface Tunnel0 line-protocol", 1),
      ("track 1 interface Tunnel0 line-protocol\n delay up 999", 2), ("cdp tmer 60", 1), ("cdp timer 1", 1),
      ("interface Tunnel0\n ip rip authentication modus md5", 2), ("interface Tunnel0\n ip summary-address rip 10.0.0.0 8", 2),
      ("interface Tunnel0\n cdp enabel", 2), ("interface Tunnel0\n ip split-horizon x", 2),
      ("ip route 10.0.0.0 255.0.0.0 1.1.1.1 track 1001", 1),
    ])
  func broken(text: String, line: Int) {
    let loaded = ConfigurationLoader.load(text, file: "x")
    #expect(loaded.diagnostics.contains { $0.level == .error && $0.line == line }, "\(loaded.diagnostics.map(\.located))")
    #expect(!loaded.diagnostics.contains { $0.level == .notActedOn })
  }

  static let mistakes: [(text: String, said: String, line: Int)] = [
    ("router bgp 1\n bgp listen range 10.0.0.0/24 peer-group SPOKE\n neighbor SPOKES peer-group", "there is no peer-group 'SPOKE'", 2),
    ("router bgp 1\n bgp listen range 10.0.0.0/24 peer-group S\n neighbor S peer-group", "peer-group 'S' has no 'remote-as'", 2),
    ("router bgp 1\n neighbor 10.0.0.2 remote-as 2\n neighbor 10.0.0.2 route-map IN in\nroute-map in permit 10", "route-map 'IN' is not defined: it denies everything; there is 'in'", 3),
    ("router bgp 1\n neighbor 10.0.0.2 remote-as 2\n address-family ipv4\n  neighbor 10.0.0.2 prefix-list P out", "prefix-list 'P' is not defined: it permits everything", 4),
    ("router bgp 1\n network 10.0.0.0 route-map R", "route-map 'R' is not defined", 2),
    ("router bgp 1\n redistribute static route-map R", "route-map 'R' is not defined", 2),
    ("router bgp 1\n neighbor 10.0.0.2 filter-list 3 in", "has no 'remote-as' and is no peer-group", 2),
    ("router bgp 1\n neighbor 10.0.0.2 remote-as 2\n neighbor 10.0.0.2 update-source Loopback0", "waits for interface Loopback0", 3),
    ("interface Loopback0\n ip address 10.0.0.2 255.255.255.255\nrouter bgp 1\n neighbor 10.0.0.2 remote-as 2", "this node's own address, on Loopback0", 4),
    ("router rip\n version 2", "RIP runs nowhere", 1), ("router rip\n network 10.0.0.0", "sends version 1", 1),
    ("router rip\n version 2\n network 10.0.0.0\n distribute-list prefix P in", "prefix-list 'P' is not defined", 4),
    ("router rip\n version 2\n network 10.0.0.0\n offset-list 7 in 2", "access-list '7' is not defined", 4),
    ("router odr\n distribute-list 7 in", "access-list '7' is not defined", 2),
    ("interface Ethernet0\n ip rip authentication mode md5", "not authenticated: no 'ip rip authentication key-chain'", 2),
    ("interface Ethernet0\n ip rip authentication key-chain K", "key chain 'K' is not defined: nothing is authentic", 2),
    ("key chain K\n key 1", "key chain 'K' has no key with a key-string", 1),
    ("route-map R permit 10\n match ip address prefix-list P", "'P' is not defined: it permits everything", 2),
    ("route-map R permit 10\n match community C", "'C' is not defined: it matches nothing", 2),
    ("route-map R permit 10\n match length 1 2", "matches as if it were not there", 2),
    ("ip route 10.0.0.0 255.0.0.0 192.0.2.1 track 7", "object 7, which it tracks, is not defined", 1),
    ("track 7 ip sla 1 reachability\nip route 10.0.0.0 255.0.0.0 192.0.2.1 track 7", "object 7, which it tracks, is not acted on", 2),
    ("track 7 list boolean and", "list 7 has no objects", 1), ("track 7 list boolean or\n object 8", "object 8, which list 7 holds, is not defined", 2),
    ("track 7 list threshold weight\n object 8\ntrack 8 ip route 10.0.0.0 255.0.0.0 reachability", "has no 'threshold weight up'", 1),
    ("track 7", "object 7 tracks nothing", 1), ("track 7 interface Ethernet9 ip routing", "waits for interface Ethernet9", 1),
    (
      "interface Tunnel0\n ip address 10.0.0.1 255.255.255.0\n ip nhrp network-id 1\n no ip split-horizon\n"
        + " ip summary-address rip 192.168.0.0 255.255.0.0\n tunnel source 192.0.2.1\n tunnel mode gre multipoint\n"
        + "router rip\n version 2\n network 10.0.0.0", "hides the spokes' next hops", 5
    ),
    (
      "interface Tunnel0\n ip address 10.0.0.1 255.255.255.0\n ip nhrp network-id 1\n tunnel source 192.0.2.1\n tunnel mode gre multipoint\n"
        + "router bgp 1\n neighbor S peer-group\n neighbor S remote-as 1\n neighbor S route-reflector-client\n"
        + " aggregate-address 192.168.0.0 255.255.0.0 summary-only", "goes by the hub for ever", 10
    ),
    (
      "interface Tunnel0\n ip address 10.0.0.2 255.255.255.0\n ip nhrp network-id 1\n ip nhrp nhs 10.0.0.1 nbma 192.0.2.1 multicast\n"
        + " no ip nhrp shortcut\n cdp enable\n tunnel source 192.0.2.2\n tunnel mode gre multipoint", "no other spoke is reached directly", 6
    ),
  ]

  @Test("what is questionable is a warning at the line that is meant", arguments: mistakes)
  func warned(text: String, said: String, line: Int) {
    let loaded = ConfigurationLoader.load(text, file: "x")
    #expect(!loaded.diagnostics.contains { $0.level == .error }, "\(loaded.diagnostics.map(\.located))")
    let found = loaded.diagnostics.first { $0.level == .warning && $0.text.contains(said) }
    #expect(found?.line == line, "\(loaded.diagnostics.map(\.located))")
  }

  @Test("the hub that is right is only warned of what is not acted on and of what stands in no file here")
  func quiet() {
    #expect(said(Self.hub, .warning) == [])
  }
}
