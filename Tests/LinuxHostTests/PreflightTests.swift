// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxHost
import LinuxNet
import NodeRuntime
import Testing
import Wire

/// What a host lacks for a configuration, judged from both.
@Suite("Preflight")
struct PreflightTests {
  /// A hub's tunnel on eth0, with these lines in it and behind it; `ikev2` protects it.
  private func settings(tunnel: [String] = [], ikev2: Bool = false, rest: String = "") -> NodeSettings {
    let protection = ikev2 ? ["tunnel protection ipsec profile DMVPN"] : []
    let lines = ["ip address 10.0.0.1 255.255.255.0", "tunnel source GigabitEthernet1", "tunnel mode gre multipoint"] + protection + tunnel
    let text = """
      platform interface GigabitEthernet1 eth0
      platform interface GigabitEthernet2 lan0
      crypto ipsec profile DMVPN
      interface Tunnel0
      \(lines.map { " " + $0 }.joined(separator: "\n"))
      interface GigabitEthernet2
       ip address 192.168.1.1 255.255.255.0
      \(rest)
      """
    return ConfigurationLoader.load(text, file: "test").settings
  }

  /// eth0 and lan0 with addresses of IPv4, and nothing amiss.
  private var host: Preflight.Host {
    var host = Preflight.Host()
    host.links = [LinkRow(index: 2, name: "eth0", isUp: true), LinkRow(index: 3, name: "lan0", isUp: true)]
    host.addresses = [
      (2, InterfaceAddress(IPAddress(198, 51, 100, 1), prefixLength: 24)), (2, InterfaceAddress(IPAddress(linkLocal: 1), prefixLength: 64)),
      (3, InterfaceAddress(IPAddress(192, 168, 1, 1), prefixLength: 24)),
    ]
    return host
  }

  private func findings(_ settings: NodeSettings, _ host: Preflight.Host) -> [String] {
    Preflight.findings(settings, on: host).map(\.text)
  }

  @Test("nothing is said of a host that has everything", arguments: [false, true])
  func clean(ikev2: Bool) {
    #expect(findings(settings(ikev2: ikev2, rest: "router bgp 65000\nrouter rip\n network 192.168.1.0"), host) == [])
  }

  // MARK: Capabilities

  @Test(
    "a capability for low ports is missed where the configuration has one below the first that is free",
    arguments: [
      (false, "", ""), (true, "", "UDP port 500 (IKE)"), (false, "router bgp 65000", "TCP port 179 (BGP)"),
      (false, "router rip\n network 192.168.1.0", "UDP port 520 (RIP)"), (false, "router rip\n network 10.0.0.0", ""),
      (true, "router bgp 65000\nrouter rip\n network 192.168.1.0", "UDP port 500 (IKE), no TCP port 179 (BGP), no UDP port 520 (RIP)"),
    ])
  func lowPorts(ikev2: Bool, rest: String, ports: String) {
    var host = host
    (host.capabilities, host.program) = ([.networkAdministration, .rawSockets], "/usr/bin/dmvpn")
    let settings = settings(ikev2: ikev2, rest: rest)
    let mend = "setcap cap_net_admin,cap_net_raw,cap_net_bind_service+ep /usr/bin/dmvpn"
    let expected = "error: the capability CAP_NET_BIND_SERVICE is missing: no \(ports); mend: \(mend)"
    #expect(findings(settings, host) == (ports.isEmpty ? [] : [expected]))
    host.firstUnprivilegedPort = 0
    #expect(findings(settings, host) == [])
  }

  @Test("without any capability each is named, and one command gives all that are needed")
  func noCapability() {
    var host = host
    host.capabilities = []
    let found = findings(settings(), host)
    #expect(found.count == 2 && found.allSatisfy { $0.hasSuffix("; mend: setcap cap_net_admin,cap_net_raw+ep dmvpn") }, "\(found)")
    #expect(findings(settings(ikev2: true), host).count == 3)
  }

  // MARK: Firewalls

  private func firewall(_ rules: String) throws -> Preflight.Host {
    var host = host
    host.firewalls = [try #require(InputFirewall(iptables: "*filter\n:INPUT DROP [0:0]\n\(rules)COMMIT\n", isV4: true))]
    return host
  }

  @Test("a clear tunnel needs GRE and nothing else")
  func clearTunnel() throws {
    let expected = "error: iptables (INPUT) drops GRE (protocol 47): nothing comes out of tunnels; mend: iptables -I INPUT -p gre -j ACCEPT"
    #expect(findings(settings(), try firewall("-A INPUT -p esp -j ACCEPT\n")) == [expected])
    #expect(findings(settings(), try firewall("-A INPUT -p gre -j ACCEPT\n")) == [])
    #expect(findings(settings(), try firewall("-A INPUT -i eth0 -j ACCEPT\n")) == [])
    #expect(findings(settings(), try firewall("-A INPUT -i lan0 -j ACCEPT\n")) == [expected])
    #expect(findings(settings(tunnel: ["shutdown"]), try firewall("")) == [])
  }

  @Test("a protected tunnel needs ESP and both ports of IKE, each said by itself; its GRE never reaches the host")
  func protectedTunnel() throws {
    let settings = settings(ikev2: true)
    let closed = findings(settings, try firewall(""))
    #expect(closed.count == 3 && !closed.contains { $0.contains("GRE") }, "\(closed)")
    for mend in ["-p esp", "-p udp --dport 500", "-p udp --dport 4500"] {
      #expect(closed.contains { $0.hasSuffix("; mend: iptables -I INPUT \(mend) -j ACCEPT") }, "\(mend) is missing in \(closed)")
    }
    #expect(findings(settings, try firewall("-A INPUT -p esp -j ACCEPT\n-A INPUT -p udp -m multiport --dports 500,4500 -j ACCEPT\n")) == [])
    let withoutNAT = findings(settings, try firewall("-A INPUT -p esp -j ACCEPT\n-A INPUT -p udp -m udp --dport 500 -j ACCEPT\n"))
    #expect(withoutNAT.count == 1 && withoutNAT[0].hasPrefix("warning: iptables (INPUT) drops UDP port 4500"), "\(withoutNAT)")
  }

  @Test("BGP anywhere and RIP on interfaces that are no tunnels: warnings")
  func routing() throws {
    let settings = settings(rest: "router bgp 65000\nrouter rip\n network 192.168.1.0\n network 10.0.0.0")
    #expect(
      findings(settings, try firewall("-A INPUT -p gre -j ACCEPT\n")) == [
        "warning: iptables (INPUT) drops TCP port 179: no BGP neighbor can open a session; mend: iptables -I INPUT -p tcp --dport 179 -j ACCEPT",
        "warning: iptables (INPUT) drops UDP port 520: RIP hears no neighbor on lan0; mend: iptables -I INPUT -p udp --dport 520 -j ACCEPT",
      ])
    #expect(findings(settings, try firewall("-A INPUT -i eth0 -j ACCEPT\n-A INPUT -i lan0 -j ACCEPT\n")) == [])
  }

  @Test("two tunnels on one interface are one finding; nft's chain is named in full")
  func once() throws {
    var host = host
    host.firewalls = InputFirewall.nft("table inet t {\n\tchain i {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\n")
    let second = "interface Tunnel1\n ip address 10.0.1.1 255.255.255.0\n tunnel source GigabitEthernet1\n tunnel mode gre multipoint"
    #expect(
      findings(settings(tunnel: ["tunnel key 1"], rest: second), host) == [
        "error: nft (inet t i) drops GRE (protocol 47): nothing comes out of tunnels; mend: nft insert rule inet t i meta l4proto gre accept"
      ])
  }

  // MARK: Families

  @Test("an underlay interface needs an address of the family that the tunnel's mode says; a link-local one is none")
  func underlayFamily() {
    let overIPv6 = settings(tunnel: ["tunnel mode gre multipoint ipv6"])
    let missing =
      "error: interface eth0 has no global IPv6 address, which a tunnel's packets leave with; mend: ip address add X:X:X:X::X/LENGTH dev eth0"
    #expect(findings(overIPv6, host) == [missing])
    var host = host
    host.addresses.append((2, InterfaceAddress(IPAddress(high: 0x2001_0db8 << 32, low: 1), prefixLength: 64)))
    #expect(findings(overIPv6, host) == [])
    host.addresses.removeFirst()
    #expect(findings(overIPv6, host) == [], "this tunnel needs no IPv4")
    #expect(findings(settings(), host).contains { $0.contains("eth0 has no IPv4 address") })
    #expect(
      findings(settings(rest: "interface Tunnel1\n tunnel source GigabitEthernet1\n tunnel mode gre multipoint ipv6"), self.host) == [
        missing
      ])
  }

  @Test("a tunnel over IPv6 asks the firewall of IPv6")
  func firewallFamily() throws {
    let settings = settings(tunnel: ["tunnel mode gre multipoint ipv6"])
    var host = host
    host.addresses.append((2, InterfaceAddress(IPAddress(high: 0x2001_0db8 << 32, low: 1), prefixLength: 64)))
    host.firewalls = [false, true].compactMap { InputFirewall(iptables: "*filter\n:INPUT DROP [0:0]\nCOMMIT\n", isV4: $0) }
    let found = findings(settings, host)
    #expect(found.count == 1 && found[0].hasSuffix("mend: ip6tables -I INPUT -p gre -j ACCEPT"), "\(found)")
  }

  @Test("the forwarding of IPv6 matters where a tunnel, a LAN or a route has IPv6, and not for what is below tunnels")
  func forwarding() {
    var host = host
    host.forwardsIPv6 = false
    #expect(findings(settings(), host) == [])
    #expect(findings(settings(rest: "interface GigabitEthernet1\n ipv6 address 2001:db8:ff::1/64"), host) == [])
    let lan = "interface GigabitEthernet2\n ipv6 address 2001:db8:1::1/64", route = "ipv6 route 2001:db8::/32 Tunnel0"
    for settings in [settings(rest: lan), settings(rest: route), settings(tunnel: ["ipv6 enable"])] {
      let found = findings(settings, host)
      #expect(found.count == 1 && found[0].hasSuffix("; mend: sysctl -w net.ipv6.conf.all.forwarding=1"), "\(found)")
    }
    (host.forwardsIPv4, host.forwardsIPv6) = (false, nil)
    #expect(findings(settings(tunnel: ["ipv6 enable"]), host).map { $0.contains("net.ipv4.ip_forward is 0") } == [true])
  }
}
