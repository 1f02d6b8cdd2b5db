// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Interfaces
import Testing
import Wire

/// What came of lines typed on one interface.
struct Typed {
  var settings: InterfaceSettings
  var refusals: [String] = []

  private static let commands = InterfaceCommands.head + InterfaceCommands.tail + IPv6Commands.all + TunnelCommands.all
  private static let grammar = CommandSet(commands.map(\.spec))

  init(_ lines: [String], name: String = "Tunnel0") {
    settings = InterfaceSettings(name: name)
    for line in lines { type(line) }
  }

  mutating func type(_ line: String) {
    guard case .match(let command, let arguments, let negated, let isDefault, _) = Typed.grammar.parse(line, mode: .interface) else {
      return refusals.append("% Invalid input: \(line)")
    }
    do throws(CommandRefusal) {
      var copy = settings
      try command.apply(&copy, CommandInput(arguments: arguments, negated: negated, isDefault: isDefault))
      settings = copy
    } catch {
      refusals.append(error.message)
    }
  }

  /// The configuration, written back.
  var written: [String] { Typed.commands.flatMap { $0.write(settings) } }
}

@Suite struct IPv6LineTests {
  @Test("lines of IPv6 are read, written back as they were and read again")
  func roundTrip() {
    let lines = [
      "ipv6 address fe80::1 link-local", "ipv6 address 2001:db8:0:1::1/64", "ipv6 address 2001:db8:7::1/128", "ipv6 enable", "ipv6 mtu 1380",
      "tunnel source 2001:db8:ff::1", "tunnel destination 2001:db8:ff::11", "tunnel mode gre multipoint ipv6",
    ]
    let typed = Typed(lines)
    #expect(typed.refusals.isEmpty && typed.written == lines)
    #expect(Typed(typed.written).settings == typed.settings)
    #expect(typed.settings.tunnel.mode == .multipoint && typed.settings.tunnel.isOverIPv6)
    #expect(typed.settings.ipv6.addresses.map(\.network.description) == ["2001:db8:0:1::/64", "2001:db8:7::1/128"])
    #expect(Typed(["IPV6 ADDRESS 2001:DB8::A/64"]).written == ["ipv6 address 2001:db8::a/64"])
  }

  @Test("`no` takes one address, or all of them; the same address typed again changes its length")
  func negated() {
    var typed = Typed(["ipv6 address 2001:db8::1/64", "ipv6 address 2001:db8:1::1/64", "ipv6 address fe80::7 link-local"])
    typed.type("ipv6 address 2001:db8::1/48")
    #expect(typed.written == ["ipv6 address fe80::7 link-local", "ipv6 address 2001:db8::1/48", "ipv6 address 2001:db8:1::1/64"])
    typed.type("no ipv6 address 2001:db8::1/48")
    #expect(typed.settings.ipv6.addresses.map(\.address.description) == ["2001:db8:1::1"])
    typed.type("no ipv6 address")
    #expect(typed.written.isEmpty && !typed.settings.ipv6.isOn && typed.refusals.isEmpty)
  }

  @Test("what is no address of an interface is refused in words", arguments: [
    "ipv6 address 10.0.0.1/24", "ipv6 address ff02::1/16", "ipv6 address ::/0", "ipv6 address ::1/128", "ipv6 address fe80::1/64",
    "ipv6 address 2001:db8::1 link-local", "ipv6 address 2001:db8::1", "ipv6 mtu 1279", "no ipv6 address 2001:db8::9/64",
    "no ipv6 address fe80::9 link-local", "tunnel mode gre ip ipv6",
  ])
  func refused(_ line: String) {
    let typed = Typed([line])
    #expect(typed.refusals.count == 1 && typed.settings == InterfaceSettings(name: "Tunnel0"))
  }

  @Test("the number of addresses is bounded")
  func bound() {
    let typed = Typed((1...9).map { "ipv6 address 2001:db8:\($0)::1/64" })
    #expect(typed.settings.ipv6.addresses.count == IPv6Settings.addressLimit && typed.refusals.count == 1)
  }

  @Test("modes of a tunnel exclude each other, whatever came before")
  func modes() {
    var typed = Typed(["tunnel mode gre multipoint ipv6", "tunnel mode gre multipoint"])
    #expect(typed.written == ["tunnel mode gre multipoint"])
    typed.type("tunnel mode gre ipv6")
    #expect(typed.written == ["tunnel mode gre ipv6"] && typed.settings.tunnel.mode == .point)
    typed.type("no tunnel mode gre ipv6")
    #expect(typed.written.isEmpty && !typed.settings.tunnel.isOverIPv6)
  }

  @Test("the link-local address: configured, of a MAC address (RFC 4291 appendix A), of the first global one, of IPv4; none without IPv6")
  func linkLocal() {
    // RFC 2464 §4's own example: 34-56-78-9A-BC-DE.
    let mac: [UInt8] = [0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde]
    func formed(_ lines: [String], _ mac: [UInt8]? = nil) -> String? { Typed(lines).settings.linkLocalAddress(mac: mac)?.description }
    #expect(formed([], mac) == nil)
    #expect(formed(["ipv6 enable"], mac) == "fe80::3656:78ff:fe9a:bcde")
    #expect(formed(["ipv6 address fe80::1 link-local"], mac) == "fe80::1")
    #expect(formed(["ipv6 address 2001:db8:0:1::11/64"]) == "fe80::11")
    #expect(formed(["ip address 10.0.0.11 255.255.255.0", "ipv6 enable"]) == "fe80::a00:b")
    #expect(formed(["ipv6 enable"]) == "fe80::1" && formed(["ipv6 enable"], [1, 2]) == "fe80::1")
    #expect(Typed(["ipv6 address 2001:db8:0:1::11/64"]).settings.ipv6Addresses().map(\.description) == ["2001:db8:0:1::11", "fe80::11"])
  }
}
