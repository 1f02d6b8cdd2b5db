// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Routes and interfaces are shown as on IOS")
struct ExecRouteTests {
  private func routes(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init).drop { !$0.hasPrefix("Gateway") }.dropFirst().map { $0 }
  }

  @Test("a shortcut of a spoke whose hub summarises is an H route with its age")
  func shortcut() {
    let cloud = ExecShowTests.formed()
    #expect(
      routes(cloud.text("show ip route", of: cloud.spoke1)) == [
        "      10.0.0.0/8 is variably subnetted, 2 subnets, 2 masks", "C        10.0.0.0/24 is directly connected, Tunnel0",
        "L        10.0.0.11/32 is directly connected, Tunnel0", "S     192.168.0.0/16 [1/0] via 10.0.0.1",
        "      192.168.11.0/24 is variably subnetted, 2 subnets, 2 masks", "C        192.168.11.0/24 is directly connected, lan0",
        "L        192.168.11.1/32 is directly connected, lan0", "H     192.168.12.0/24 [250/255] via 10.0.0.12, 00:00:05, Tunnel0",
        "      198.51.100.0/24 is variably subnetted, 2 subnets, 2 masks", "C        198.51.100.0/24 is directly connected, GigabitEthernet1",
        "L        198.51.100.11/32 is directly connected, GigabitEthernet1",
      ])
    #expect(routes(cloud.text("show ip route nhrp", of: cloud.spoke1)) == ["H     192.168.12.0/24 [250/255] via 10.0.0.12, 00:00:05, Tunnel0"])
    #expect(routes(cloud.text("show ip route static", of: cloud.spoke1)) == ["S     192.168.0.0/16 [1/0] via 10.0.0.1"])
    #expect(routes(cloud.text("show ip route connected", of: cloud.spoke1)).count == 6)
    #expect(cloud.text("show ip route").contains("o - ODR, P - periodic downloaded static route, H - NHRP, l - LISP\n"))
  }

  @Test("where a route of the same network stands, the shortcut overrides its next hop: % and [NHO]")
  func override() {
    let cloud = ExecShowTests.formed(spokeLines: "ip route 192.168.12.0 255.255.255.0 10.0.0.1")
    #expect(routes(cloud.text("show ip route", of: cloud.spoke1)).contains("S   % 192.168.12.0/24 [1/0] via 10.0.0.1"))
    #expect(
      routes(cloud.text("show ip route next-hop-override", of: cloud.spoke1)) == [
        "S   % 192.168.12.0/24 [1/0] via 10.0.0.1", "                      [NHO][1/255] via 10.0.0.12, 00:00:05, Tunnel0",
      ])
    #expect(cloud.text("show ip nhrp shortcut", of: cloud.spoke1).contains("Flags: router nho"))
    #expect(cloud.text("show dmvpn", of: cloud.spoke1).contains("  DT2"))
  }

  /// As a router with IOS 15 printed it: `10.0.0.0/8 is variably subnetted`, its routes indented, `%` in the fifth column, and the
  /// brackets of a route and of what overrides it below each other.
  @Test("routes of a classful network stand indented below its heading, counted over the whole table; one mask stands in the heading alone")
  func headings() {
    let lines = [
      "ip route 172.16.0.0 255.255.0.0 10.0.0.1", "ip route 172.20.1.0 255.255.255.0 10.0.0.1", "ip route 172.20.2.0 255.255.255.0 10.0.0.1",
      "ip route 172.21.0.0 255.255.0.0 10.0.0.1", "ip route 172.21.3.0 255.255.255.0 10.0.0.1", "ip route 172.21.0.0 255.255.128.0 10.0.0.1",
      "ip route 10.9.0.0 255.255.0.0 10.0.0.1", "ip route 192.168.12.0 255.255.255.0 10.0.0.1",
      "ip route 172.0.0.0 255.0.0.0 10.0.0.1",
    ]
    let cloud = ExecShowTests.formed(spokeLines: lines.joined(separator: "\n"))
    // Only now: the other spoke would answer for half of its network.
    cloud.ask("configure terminal ; ip route 192.168.12.128 255.255.255.128 10.0.0.1 ; end", of: cloud.spoke1)
    let all = routes(cloud.text("show ip route static", of: cloud.spoke1))
    #expect(
      all == [
        "      10.0.0.0/8 is variably subnetted, 3 subnets, 3 masks", "S        10.9.0.0/16 [1/0] via 10.0.0.1",
        "S     172.0.0.0/8 [1/0] via 10.0.0.1", "S     172.16.0.0/16 [1/0] via 10.0.0.1", "      172.20.0.0/24 is subnetted, 2 subnets",
        "S        172.20.1.0 [1/0] via 10.0.0.1", "S        172.20.2.0 [1/0] via 10.0.0.1",
        "      172.21.0.0/16 is variably subnetted, 3 subnets, 3 masks", "S        172.21.0.0/16 [1/0] via 10.0.0.1",
        "S        172.21.0.0/17 [1/0] via 10.0.0.1", "S        172.21.3.0/24 [1/0] via 10.0.0.1", "S     192.168.0.0/16 [1/0] via 10.0.0.1",
        "      192.168.12.0/24 is variably subnetted, 2 subnets, 2 masks", "S   %    192.168.12.0/24 [1/0] via 10.0.0.1",
        "S        192.168.12.128/25 [1/0] via 10.0.0.1",
      ])
    #expect(
      routes(cloud.text("show ip route next-hop-override", of: cloud.spoke1)) == [
        "      192.168.12.0/24 is variably subnetted, 2 subnets, 2 masks", "S   %    192.168.12.0/24 [1/0] via 10.0.0.1",
        "                         [NHO][1/255] via 10.0.0.12, 00:00:05, Tunnel0",
      ])
  }

  @Test("the default route gives the gateway of last resort and a star")
  func lastResort() {
    let cloud = Cloud(spokeLines: "ip route 0.0.0.0 0.0.0.0 198.51.100.254")
    let text = cloud.text("show ip route", of: cloud.spoke1)
    #expect(text.contains("\nGateway of last resort is 198.51.100.254 to network 0.0.0.0\n\nS*    0.0.0.0/0 [1/0] via 198.51.100.254\n"), "\(text)")
    #expect(cloud.text("show ip route").contains("\nGateway of last resort is not set\n"))
  }

  @Test("show ip route of one address says who wins; show ip cef where its packets go")
  func oneAddress() {
    let cloud = ExecShowTests.formed()
    #expect(
      cloud.text("show ip route 192.168.12.10", of: cloud.spoke1) == """
        Routing entry for 192.168.12.0/24
          Known via "nhrp", distance 250, metric 255
          Routing Descriptor Blocks:
          * 10.0.0.12, 00:00:05 ago, via Tunnel0
              Route metric is 255, traffic share count is 1
        """)
    #expect(cloud.text("show ip route 192.168.0.0 255.255.0.0", of: cloud.spoke1).hasPrefix("Routing entry for 192.168.0.0/16\n  Known via \"static\""))
    #expect(cloud.ask("show ip route 172.16.0.1").text == "% Network not in table")
    #expect(cloud.text("show ip cef 192.168.12.10", of: cloud.spoke1) == "192.168.12.0/24\n  nexthop 10.0.0.12 Tunnel0\n    NBMA address 198.51.100.12")
    #expect(cloud.text("show ip cef 192.168.77.1", of: cloud.spoke1) == "192.168.0.0/16\n  nexthop 10.0.0.1 Tunnel0\n    NBMA address 198.51.100.1")
    #expect(cloud.text("show ip cef 10.0.0.1") == "10.0.0.1/32\n  receive for Tunnel0")
    #expect(cloud.text("show ip cef 10.0.0.77", of: cloud.spoke1) == "10.0.0.0/24\n  attached to Tunnel0\n    no adjacency: through 10.0.0.1 meanwhile")
    #expect(cloud.text("show ip cef 172.16.0.1") == "0.0.0.0/0\n  no route")
    #expect(cloud.text("show ip route summary", of: cloud.spoke1).contains("\nnhrp            1           0           1           0\n"))
  }

  @Test("show interfaces: state, encapsulation, source, key, TTL, MTU and counters")
  func interfaces() {
    let cloud = Cloud()
    var counters = DataPlaneCounters()
    counters.tunnels[cloud.hub.tunnel] = DataPlaneCounters.Traffic(packetsIn: 7, packetsOut: 8, bytesIn: 700, bytesOut: 800)
    cloud.give(cloud.hub, .counters(counters))
    #expect(
      cloud.text("show interface Tunnel0") == """
        Tunnel0 is up, line protocol is up
          Hardware is Tunnel
          Internet address is 10.0.0.1/24
          MTU 9976 bytes, BW 100 Kbit/sec, DLY 50000 usec,\("" + " ")
          Encapsulation TUNNEL, loopback not set
          Keepalive not set
          Tunnel linestate evaluation up
          Tunnel source 198.51.100.1 (GigabitEthernet1)
          Tunnel protocol/transport multi-GRE/IP
            Key 0x2A, sequencing disabled
            Checksumming of packets disabled
          Tunnel TTL 255, Fast tunneling enabled
          Tunnel transport MTU 1400 bytes
          Last change 00:00:00 ago
             7 packets input, 700 bytes
             8 packets output, 800 bytes
        """)
    cloud.ask("clear counters")
    #expect(cloud.text("show interface Tunnel0").contains("     0 packets input, 0 bytes"))
    #expect(cloud.hub.effects.contains(.dataPlane(.clearCounters)))
    #expect(cloud.text("show interfaces eth9") == "% Interface eth9 does not exist")
  }

  @Test("show ip interface brief: one line each, down where the source is gone, with the reason in show interfaces")
  func brief() {
    let cloud = Cloud()
    #expect(
      cloud.text("show ip interface brief") == """
        Interface                  IP-Address      OK? Method Status                Protocol
        Tunnel0                    10.0.0.1        YES NVRAM  up                    up\("" + "      ")
        GigabitEthernet1           198.51.100.1    YES other  up                    up\("" + "      ")
        lan0                       192.168.1.1     YES other  up                    up\("" + "      ")
        """)
    cloud.give(cloud.hub, .interface(HostInterface(name: "eth0", exists: false)))
    #expect(cloud.text("show ip interface brief | include Tunnel0") == "Tunnel0                    10.0.0.1        YES NVRAM  up                    down    ")
    #expect(cloud.text("show interfaces Tunnel0").contains("Tunnel0 is up, line protocol is down\n  Hardware is Tunnel\n  Down: waiting for interface eth0\n"))
  }
}
