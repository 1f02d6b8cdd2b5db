// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import Testing

/// One mistake, put into a configuration that is right, and what is said about it.
struct MistakeCase: Sendable, CustomTestStringConvertible {
  var title: String
  var text: String
  var level: ConfigurationDiagnostic.Level
  var said: String
  var line: Int

  /// Takes lines out of `base` and puts others in at the end of its tunnel.
  init(
    _ title: String, in base: String, without: [String] = [], with: [String] = [], _ level: ConfigurationDiagnostic.Level, _ said: String,
    line: Int
  ) {
    var lines = base.split(separator: "\n").map(String.init).filter { line in !without.contains { line.hasPrefix(" " + $0) || line == $0 } }
    let last = lines.lastIndex { $0.hasPrefix(" ") } ?? lines.count - 1
    lines.insert(contentsOf: with, at: last + 1)
    (self.title, self.text, self.level, self.said, self.line) = (title, lines.joined(separator: "\n"), level, said, line)
  }

  var testDescription: String { title }
}

@Suite struct ConfigurationValidatorTests {
  static let hub = ConfigurationFixtures.hub3
  static let spoke = ConfigurationFixtures.spoke2
  static let point = ConfigurationFixtures.spoke1

  static let mistakes: [MistakeCase] = [
    .init(
      "no network-id", in: hub, without: ["ip nhrp network-id"], .warning, "NHRP does not run on Tunnel0: no 'ip nhrp network-id'", line: 3),
    .init("no address", in: hub, without: ["ip address"], .warning, "no 'ip address'", line: 3),
    .init("no source", in: hub, without: ["tunnel source"], .warning, "tunnel Tunnel0 stays down: no 'tunnel source'", line: 3),
    .init(
      "unknown source", in: hub, without: ["platform interface GigabitEthernet1 eth0"], .warning,
      "waits for its source: interface GigabitEthernet1", line: 6),
    .init("own source", in: hub, with: [" tunnel source Tunnel0"], .error, "cannot be its own source", line: 10),
    .init(
      "point-to-point without destination", in: hub, without: ["tunnel mode"], .warning, "point-to-point without 'tunnel destination'",
      line: 3),
    .init(
      "multipoint with destination", in: hub, with: [" tunnel destination 192.0.2.7"], .warning, "its tunnel destination is not used",
      line: 10),
    .init("to itself", in: point, with: [" tunnel source 192.0.2.1"], .error, "leads from 192.0.2.1 to itself", line: 11),
    .init(
      "unsupported mode", in: hub, with: [" tunnel mode ipsec ipv4"], .warning, "stays down: 'tunnel mode ipsec ipv4' is not available",
      line: 10),
    .init(
      "undefined profile", in: hub, with: [" tunnel protection ipsec profile P"], .warning, "stays down: it names IPsec profile 'P', which is not defined",
      line: 10),
    .init(
      "profile in the wrong case", in: hub, with: [" tunnel protection ipsec profile vpn", "crypto ipsec profile VPN"], .warning,
      "there is 'VPN'", line: 10),
    .init("front door VRF", in: hub, with: [" tunnel vrf X"], .warning, "'tunnel vrf X' is not acted on", line: 10),
    .init(
      "route-via", in: hub, with: [" tunnel route-via GigabitEthernet9 preferred"], .warning, "is routed via interface GigabitEthernet9",
      line: 10),
    .init("ip mtu", in: hub, with: [" ip mtu 1500"], .warning, "ip mtu 1500 is too large: with 28 bytes", line: 10),
    .init("adjust-mss", in: hub, with: [" ip mtu 1400", " ip tcp adjust-mss 1460"], .warning, "at most 1360", line: 11),
    .init(
      "long authentication", in: hub, with: [" ip nhrp authentication NHRPSECRET"], .error,
      "has 10 characters, the NHRP authentication string at most 8", line: 10),
    .init("registration timeout", in: spoke, with: [" ip nhrp registration timeout 600"], .warning, "is forgotten after 600 s", line: 14),
    .init("redirect on a spoke", in: spoke, with: [" ip nhrp redirect"], .warning, "'ip nhrp redirect' is a hub's line", line: 14),
    .init("keepalive on multipoint", in: hub, with: [" keepalive 5 3"], .warning, "'keepalive' does nothing here, as on IOS", line: 10),
    .init(
      "keepalive and protection", in: point, with: [" keepalive 10 3", " tunnel protection ipsec profile P"], .error,
      "'keepalive' does not work with 'tunnel protection'", line: 13),
    .init("redirect on point-to-point", in: point, with: [" ip nhrp redirect"], .warning, "'ip nhrp redirect' does nothing here", line: 13),
    .init(
      "map multicast dynamic on a spoke", in: spoke, with: [" ip nhrp map multicast dynamic"], .warning,
      "is a hub's line and does nothing here", line: 14),
    .init("shortcut on point-to-point", in: point, with: [" ip nhrp shortcut"], .warning, "'ip nhrp shortcut' does nothing here", line: 13),
    .init("server-only spoke", in: spoke, with: [" ip nhrp server-only"], .warning, "keeps it from registering", line: 14),
    .init(
      "hub without map multicast dynamic", in: hub, with: [" no ip nhrp map multicast dynamic"], .warning, "sends multicast to nobody",
      line: 10),
    .init("static map but no nhs", in: spoke, without: ["ip nhrp nhs"], .warning, "it never registers", line: 7),
    .init(
      "nhs without nbma and map", in: spoke, without: ["ip nhrp map 10.0.0.1"], .warning, "never asks next hop server 10.0.0.1", line: 7),
    .init(
      "wrong nhs address", in: spoke, with: [" ip nhrp nhs 10.9.0.1 nbma 192.0.2.1"], .warning,
      "10.9.0.1 lies outside Tunnel0's network 10.0.0.0/24", line: 14),
    .init("own address as nhs", in: spoke, with: [" ip nhrp nhs 10.0.0.12 nbma 192.0.2.1"], .warning, "is Tunnel0's own address", line: 14),
    .init("dynamic nhs without nbma", in: spoke, with: [" ip nhrp nhs dynamic"], .warning, "needs 'nbma'", line: 14),
    .init(
      "two tunnels, one source", in: hub,
      with: ["interface Tunnel1", " tunnel source GigabitEthernet1", " tunnel mode gre multipoint", " tunnel key 0"], .error,
      "Tunnel1 and Tunnel0 have the same source and key 0", line: 11),
    .init("network address", in: hub, with: [" ip address 10.0.0.0 255.255.255.0"], .error, "Bad mask /24 for address 10.0.0.0", line: 10),
    .init(
      "address twice", in: hub, with: ["interface Loopback0", " ip address 10.0.0.1 255.255.255.255"], .error,
      "also the address of Tunnel0", line: 11),
    .init(
      "overlap", in: hub, with: ["interface Tunnel1", " shutdown", " tunnel source 1.1.1.1", " ip address 10.0.0.9 255.255.0.0"], .warning,
      "overlaps with Tunnel0", line: 13),
    .init("own next hop", in: hub, with: ["ip route 10.5.0.0 255.255.0.0 10.0.0.1"], .error, "Invalid next hop address 10.0.0.1", line: 10),
    .init(
      "unknown interface in a route", in: hub, with: ["ip route 10.5.0.0 255.255.0.0 Tunnel5"], .warning, "waits for interface Tunnel5",
      line: 10),
    .init("route over multipoint", in: hub, with: ["ip route 10.5.0.0 255.255.0.0 Tunnel0"], .warning, "has no next hop", line: 10),
  ]

  @Test("a mistake that IOS takes in silence is named at its line", arguments: mistakes)
  func mistake(_ mistake: MistakeCase) {
    let found = ConfigurationLoader.load(mistake.text, file: "x").diagnostics
    let hit = found.first { $0.text.contains(mistake.said) }
    #expect(hit != nil, "\(found.map(\.located))")
    #expect(hit?.level == mistake.level)
    #expect(hit?.line == mistake.line, "\(found.map(\.located))")
  }

  @Test(
    "what is right is not talked about",
    arguments: [
      "interface Tunnel0\n tunnel source 1.1.1.1\n tunnel destination 2.2.2.2\ninterface Tunnel1\n tunnel source 1.1.1.1\n tunnel destination 3.3.3.3",
      "interface Tunnel0\n tunnel source 1.1.1.1\n tunnel mode gre multipoint\n ip address 10.0.0.1 255.255.255.0\n ip nhrp network-id 1\n tunnel key 1\n"
        + "interface Tunnel1\n tunnel source 1.1.1.1\n tunnel mode gre multipoint\n ip address 10.1.0.1 255.255.255.0\n ip nhrp network-id 1\n tunnel key 2",
      "interface Loopback0\n ip address 10.0.0.0 255.255.255.254\ninterface Loopback1\n ip address 1.1.1.1 255.255.255.255",
      "interface Tunnel0\n tunnel source 1.1.1.1\n tunnel destination 2.2.2.2\n ip mtu 1476\n ip tcp adjust-mss 1436",
    ])
  func right(_ text: String) {
    #expect(ConfigurationLoader.load(text, file: "x").diagnostics.map(\.located) == [])
  }

  @Test("the same source is found behind an interface's address")
  func sourceByAddress() {
    let text =
      "interface GigabitEthernet1\n ip address 1.1.1.1 255.255.255.0\ninterface Tunnel0\n tunnel source GigabitEthernet1\n tunnel mode gre multipoint\n"
      + "interface Tunnel1\n tunnel source 1.1.1.1\n tunnel mode gre multipoint"
    let findings = ConfigurationValidator.check(ConfigurationLoader.load(text, file: "x").settings).filter { $0.level == .error }
    #expect(findings.map(\.about) == ["tunnel source"] && findings.first?.interface == "Tunnel1")
  }
}
