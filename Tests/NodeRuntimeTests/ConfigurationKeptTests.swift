// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import NodeRuntime
import Testing

@Suite struct ConfigurationKeptTests {
  static let global = [
    "crypto logging session", "access-list 700 permit 0000.0000.0000 ffff.ffff.ffff", "ip access-list logging interval 10",
    "track timer interface 5", "ipv6 route vrf V 2001:db8::/32 Null0",
    "ip nat inside source list 1 interface GigabitEthernet1 overload",
    "aaa new-model", "username a secret b", "enable secret x",
    "service timestamps log datetime msec",
    "version 15.7", "boot system flash x", "snmp-server community x RO", "logging host 1.1.1.1", "ntp server 1.1.1.1", "license udi pid X",
    "spanning-tree mode pvst", "ip domain name x.y", "ip name-server 8.8.8.8", "ip ssh version 2", "no ip http server", "ip cef",
    "ip forward-protocol nd",
    "alias exec s show", "clock timezone CET 1", "ipv6 unicast-routing", "multilink bundle-name authenticated",
    "memory free low-watermark processor 1",
    "diagnostic bootup level minimal", "subscriber templating", "transceiver type all", "login block-for 1 attempts 1 within 1", "cdp log mismatch duplex",
    "lldp run", "mpls label protocol ldp",
    "ip route vrf X 0.0.0.0 0.0.0.0 1.1.1.1", "ip route 1.0.0.0 255.0.0.0 1.1.1.1 permanent", "no cdp log mismatch duplex", "no service pad",
    "ip tcp synwait-time 5", "ip multicast-routing distributed",
    "no aaa new-model", "ip host vrf X a 1.1.1.1", "banner login ^Cgo away^C",
  ]

  @Test("a global line of another feature is kept as it is, reported, and taken away by its no", arguments: global)
  func globalLine(_ line: String) {
    var typist = Typist()
    typist.type(line)
    #expect(typist.outcomes == [.applied(.global, warnings: [], notActedOn: true)])
    #expect(typist.settings.kept == [KeptLine(text: line)])
    expectSameAgain(typist.settings)
    typist.type(line)
    #expect(typist.settings.kept.count == 1)
    typist.type(line.hasPrefix("no ") ? String(line.dropFirst(3)) : "no " + line)
    #expect(!typist.settings.kept.contains(KeptLine(text: line)))
  }

  static let sections = [
    "crypto map M 10 ipsec-isakmp", "crypto isakmp client configuration group G", "crypto ikev2 authorization policy P",
    "crypto pki server C", "crypto dynamic-map D 10", "ip access-list role-based A", "line vty 0 4", "vrf definition V", "ip vrf V",
    "key chain K macsec", "class-map match-any C",
    "policy-map P", "ip sla 1", "track 1 ip sla 1 reachability", "track 2 stub-object", "event manager applet E", "archive", "redundancy", "control-plane",
    "ip dhcp pool P", "interface range GigabitEthernet0/0 - 1",
    "object-group network N", "router eigrp 1", "router ospf 1", "router isis A", "ipv6 router ospf 1",
  ]

  @Test("a section keeps unknown lines until a global one, with and without indent", arguments: sections)
  func section(_ head: String) {
    for indent in ["", " ", "   "] {
      let text = "\(head)\n\(indent)frobnicate 10.0.0.0 a 0\n\(indent)no frobnicate 2\nhostname x\ninterface Tunnel0\n ip mtu 1400"
      let loaded = ConfigurationLoader.load(text, file: "x")
      #expect(loaded.settings.kept == [KeptLine(text: head, children: ["frobnicate 10.0.0.0 a 0", "no frobnicate 2"])])
      #expect(loaded.settings.hostname == "x" && loaded.settings.interfaces["Tunnel0"]?.interface.ipMTU == 1400)
      #expect(loaded.diagnostics.filter { $0.level == .notActedOn }.map(\.line) == [1])
      #expect(!loaded.diagnostics.contains { $0.level == .error })
      expectSameAgain(loaded.settings)
    }
  }

  @Test("a section is entered again, changed line by line and removed; its prompt is its own")
  func editing() {
    var typist = Typist()
    typist.type("router eigrp 1", "network 10.0.0.0", "no auto-summary")
    #expect(typist.context == .router(0))
    typist.type(
      "crypto map M 10 ipsec-isakmp", "set peer 192.0.2.1", "exit", "router eigrp 1", "network 10.0.0.0", "network 11.0.0.0",
      "no network 10.0.0.0")
    #expect(typist.settings.kept.map(\.children) == [["no auto-summary", "network 11.0.0.0"], ["set peer 192.0.2.1"]])
    typist.type("interface Tunnel0")
    #expect(typist.context == .interface("Tunnel0"))
    typist.type("no router eigrp 1")
    #expect(typist.settings.kept.map(\.text) == ["crypto map M 10 ipsec-isakmp"])
    #expect(ConfigurationEditor.apply("x y", in: .kept(7), to: &typist.settings) != .empty)
  }

  @Test("equal lines of two address families are both kept")
  func parts() {
    let lines = [
      "address-family ipv4", " neighbor 10.0.0.2 activate", "exit-address-family", "address-family ipv6", " neighbor 10.0.0.2 activate",
      "exit-address-family",
    ]
    let loaded = ConfigurationLoader.load("router eigrp N\n" + lines.map { " " + $0 + "\n" }.joined(), file: "x")
    #expect(loaded.settings.kept == [KeptLine(text: "router eigrp N", children: lines)])
    expectSameAgain(loaded.settings)
  }

  static let interface = [
    "bandwidth 1000", "delay 100", "load-interval 30", "ip ospf network broadcast", "ip ospf priority 0",
    "ip pim sparse-mode", "ip nat outside",
    "ip rip advertise 5", "bfd interval 50 min_rx 50 multiplier 3", "no ip split-horizon eigrp 100", "no ip next-hop-self eigrp 100",
    "ip summary-address eigrp 1 10.0.0.0 255.0.0.0",
    "ip hello-interval eigrp 1 20", "ip hold-time eigrp 1 60", "ip authentication mode eigrp 1 md5", "ip access-group A in",
    "ip virtual-reassembly in", "ip nbar protocol-discovery",
    "ip flow ingress", "ip verify unicast source reachable-via rx", "ip policy route-map R", "no ip unreachables", "no ip proxy-arp",
    "ip nhrp group G", "ip nhrp attribute group G",
    "nhrp map group G service-policy output P", "nhrp group G", "ipv6 ospf 1 area 0", "ipv6 nd ra suppress", "if-state nhrp",
    "zone-member security Z", "service-policy output P",
    "mpls ip", "duplex auto", "speed 1000", "negotiation auto", "media-type rj45", "switchport mode access", "standby 1 ip 10.0.0.1",
    "vrrp 1 ip 10.0.0.1", "no cdp tlv app", "encapsulation dot1Q 10",
    "channel-group 1 mode active", "crypto map M", "vrf forwarding V", "ip vrf forwarding V", "tunnel vrf V", "arp timeout 60",
    "carrier-delay msec 0", "mtu 1400", "hold-queue 100 in", "snmp trap link-status",
    "ntp disable", "qos pre-classify", "load-balancing x", "isis metric 5", "ip nhrp map group G service-policy output P",
    "ip tcp header-compression", "ip igmp version 3", "ip address 10.0.0.2 255.255.255.0 secondary",
  ]

  @Test("an interface line of another feature is kept in its section and taken away by its no", arguments: interface)
  func interfaceLine(_ line: String) {
    var typist = Typist()
    typist.type("interface Tunnel0", line)
    guard case .applied(.interface("Tunnel0"), _, true) = typist.outcomes.last else {
      Issue.record("\(String(describing: typist.outcomes.last))")
      return
    }
    #expect(typist.settings.interfaces["Tunnel0"]?.kept == [line])
    expectSameAgain(typist.settings)
    typist.type(line.hasPrefix("no ") ? String(line.dropFirst(3)) : "no " + line)
    #expect(typist.settings.interfaces["Tunnel0"]?.kept.contains(line) == false)
  }

  @Test("an address from elsewhere and a configured one take each other's place; no ip address takes all")
  func dynamicAddress() {
    var typist = Typist()
    typist.type(
      "interface GigabitEthernet1", "ip address 10.0.0.1 255.255.255.0", "ip address 10.0.0.2 255.255.255.0 secondary", "ip address dhcp")
    #expect(typist.settings.interfaces["GigabitEthernet1"]?.interface.address == nil)
    typist.type("ip address 10.0.0.1 255.255.255.0")
    #expect(typist.settings.interfaces["GigabitEthernet1"]?.kept == ["ip address 10.0.0.2 255.255.255.0 secondary"])
    typist.type("no ip address")
    #expect(
      typist.settings.interfaces["GigabitEthernet1"]?.kept == [] && typist.settings.interfaces["GigabitEthernet1"]?.interface.address == nil
    )
  }

  @Test("tunnel and NHRP lines of a virtual template are kept, not acted on")
  func otherInterfaces() {
    let text =
      "interface Virtual-Template1 type tunnel\n ip nhrp network-id 1\n tunnel source Gi1\n tunnel mode ipsec ipv4\n ip mtu 1400\n no tunnel source Gi1"
    let loaded = ConfigurationLoader.load(text, file: "x")
    let template = loaded.settings.interfaces["Virtual-Template1"]
    #expect(
      template?.kept == ["ip nhrp network-id 1", "tunnel mode ipsec ipv4"] && template?.nhrp.networkID == nil
        && template?.interface.ipMTU == 1400)
    expectSameAgain(loaded.settings)
  }

  @Test("a tracked route is taken away by the plain no, too")
  func trackedRoute() {
    var typist = Typist()
    typist.type("ip route 10.0.0.0 255.0.0.0 1.1.1.1 track 1", "no ip route 10.0.0.0 255.0.0.0 1.1.1.1")
    #expect(typist.settings == NodeSettings())
  }

  @Test(
    "a misspelled line of ours is not hidden in the section above",
    arguments: ["interface Tunnel", "ip route 10.0.0.0 255.0.0.0", "hostname"])
  func notHidden(_ line: String) {
    let loaded = ConfigurationLoader.load("router ospf 1\nnetwork 10.0.0.0 0.0.0.255 area 0\n\(line)", file: "x")
    #expect(loaded.diagnostics.contains { $0.level == .error && $0.line == 3 })
  }
}
