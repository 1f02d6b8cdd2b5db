// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("What routing protocols brought is shown as on IOS")
struct RoutingShowTests {
  private static let network = IPPrefix(IPAddress(172, 16, 5, 0), length: 24)
  private static let spoke1 = IPAddress(10, 0, 0, 11), spoke2 = IPAddress(10, 0, 0, 12)

  private func routes(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init).drop { !$0.hasPrefix("Gateway") }.dropFirst().map { $0 }
  }

  private func twoWays() -> Cloud {
    let cloud = Cloud(hubLines: Cloud.ripHub)
    cloud.run(seconds: 2)
    for spoke in [Self.spoke1, Self.spoke2] { cloud.rip(from: spoke, [(Self.network, 1), (.defaultV4, 2)]) }
    cloud.run(seconds: 72)
    return cloud
  }

  @Test("ways of equal cost stand below each other, each with its age; a default route of RIP has a star and is the gateway of last resort")
  func equalWays() {
    let cloud = twoWays()
    #expect(
      routes(cloud.text("show ip route rip")) == [
        "R*    0.0.0.0/0 [120/2] via 10.0.0.11, 00:01:12, Tunnel0", "                [120/2] via 10.0.0.12, 00:01:12, Tunnel0",
        "      172.16.0.0/24 is subnetted, 1 subnets", "R        172.16.5.0 [120/1] via 10.0.0.11, 00:01:12, Tunnel0",
        "                    [120/1] via 10.0.0.12, 00:01:12, Tunnel0",
      ])
    #expect(cloud.text("show ip route").contains("\nGateway of last resort is 10.0.0.11 to network 0.0.0.0\n"))
    #expect(cloud.text("show ip route rip | json").contains("\"equalNextHops\": [\n"))
  }

  @Test("show ip route of one network: who brought it, all ways")
  func entry() {
    #expect(
      twoWays().text("show ip route 172.16.5.9") == """
        Routing entry for 172.16.5.0/24
          Known via "rip", distance 120, metric 1
          Last update from 10.0.0.11 on Tunnel0, 00:01:12 ago
          Routing Descriptor Blocks:
          * 10.0.0.11, 00:01:12 ago, via Tunnel0
              Route metric is 1, traffic share count is 1
            10.0.0.12, 00:01:12 ago, via Tunnel0
              Route metric is 1, traffic share count is 1
        """)
  }

  @Test("show ip route summary counts networks, subnets and ways by source")
  func summary() {
    let text = twoWays().text("show ip route summary")
    #expect(text.contains("Route Source    Networks    Subnets     Paths       Overrides\n"))
    #expect(text.contains("\nrip             1           1           4           0\n"), "\(text)")
  }

  @Test("longer-prefixes lists what lies inside a network")
  func longer() {
    let cloud = twoWays()
    #expect(routes(cloud.text("show ip route 172.16.0.0 255.255.0.0 longer-prefixes")).count == 3)
    #expect(routes(cloud.text("show ip route 172.17.0.0 255.255.0.0 longer-prefixes")).isEmpty)
  }

  @Test("an iBGP route has the age of its session's word and no interface: its next hop is looked up")
  func bgp() {
    let cloud = Cloud(hubLines: Cloud.bgpHub)
    let stream = cloud.bgpSession(Self.spoke1)
    cloud.bgp(stream, Cloud.update([Self.network], nextHop: Self.spoke1))
    cloud.run(seconds: 72)
    #expect(routes(cloud.text("show ip route bgp")).last == "B        172.16.5.0 [200/0] via 10.0.0.11, 00:01:12")
    #expect(
      cloud.text("show ip route 172.16.5.9").contains(
        "Known via \"bgp 65000\", distance 200, metric 0, type internal\n  Last update from 10.0.0.11 00:01:12 ago\n"))
    #expect(cloud.text("show ip bgp summary").contains("\n*10.0.0.11      4        65000       "))
    #expect(cloud.text("show ip bgp neighbors 10.0.0.11 routes").contains("\n *>i 172.16.5.0/24    10.0.0.11"))
    let protocols = cloud.text("show ip protocols")
    #expect(
      protocols.contains("Routing Protocol is \"bgp 65000\"") && protocols.contains("    10.0.0.11            200      00:01:12"),
      "\(protocols)")
  }

  @Test("ODR: the stub is a CDP neighbour, its network an o route")
  func odr() {
    let cloud = Cloud(hubLines: Cloud.odrHub)
    cloud.run(seconds: 2)
    cloud.cdp("spoke1", nbma: cloud.spoke1.nbma, Self.spoke1, [Self.network])
    cloud.run(seconds: 72)
    #expect(routes(cloud.text("show ip route odr")).last == "o        172.16.5.0 [160/1] via 10.0.0.11, 00:01:12, Tunnel0")
    #expect(cloud.text("show cdp neighbors").contains("\nspoke1           Tun 0             108 "))
    #expect(cloud.text("show cdp neighbors detail").contains("IP prefixes (1):\n  172.16.5.0/24\n"))
    cloud.ask("clear ip route *")
    #expect(routes(cloud.text("show ip route odr")).last == "o        172.16.5.0 [160/1] via 10.0.0.11, 00:00:00, Tunnel0")
  }

  @Test("ODR: a stub that names another one's tunnel address gives nothing and takes nothing, and the journal says who it was")
  func impostor() {
    let cloud = Cloud(hubLines: Cloud.odrHub)
    cloud.run(seconds: 2)
    cloud.cdp("spoke1", nbma: cloud.spoke1.nbma, Self.spoke1, [Self.network])
    cloud.cdp("spoke1", nbma: cloud.spoke2.nbma, Self.spoke1, [IPPrefix(IPAddress(172, 16, 6, 0), length: 24)])
    cloud.run(seconds: 1)
    let shown = cloud.text("show ip route odr")
    #expect(shown.contains("172.16.5.0") && !shown.contains("172.16.6.0"), "\(shown)")
    #expect(cloud.text("show journal").contains("neighbor 10.0.0.11 from 198.51.100.12 refused: the address is another peer's"))
  }

  @Test("a route that holds a peer's NBMA address is refused when the peer comes after the route, and taken when it is gone")
  func laterPeer() {
    let cloud = Cloud(hubLines: Cloud.ripHub), host = IPPrefix(host: cloud.spoke2.nbma)
    cloud.silent = [cloud.spoke2.nbma]
    cloud.run(seconds: 5)
    cloud.rip(from: Self.spoke1, [(host, 1), (Self.network, 1)])
    cloud.run(seconds: 1)
    func isThere() -> Bool { cloud.text("show ip route rip").contains("198.51.100.12") }
    func inKernel() -> Bool? {
      let said = cloud.hub.effects.compactMap { if case .kernelRoute(host, _, _, let isPresent) = $0 { isPresent } else { nil } }
      return said.last
    }
    #expect(isThere() && inKernel() == true)
    cloud.silent = []
    cloud.run(seconds: 130)
    #expect(cloud.text("show ip nhrp").contains("10.0.0.12/32"))
    #expect(!isThere() && inKernel() == false)
    #expect(cloud.text("show ip route rip").contains("172.16.5.0"), "the neighbour's other route stands")
    #expect(cloud.text("show journal").contains("198.51.100.12/32 refused: 198.51.100.12 would be reached through the tunnel itself"))
    cloud.silent = [cloud.spoke2.nbma]
    cloud.ask("clear ip nhrp")
    #expect(isThere() && inKernel() == true)
  }

  @Test("clear ip route asks RIP's neighbours anew, for all networks or one; clear ip bgp of nobody is refused")
  func clearing() {
    let cloud = twoWays()
    cloud.ask("clear ip route *")
    #expect(routes(cloud.text("show ip route rip")).isEmpty)
    cloud.rip(from: Self.spoke1, [(Self.network, 1)])
    cloud.run(seconds: 1)
    #expect(routes(cloud.text("show ip route rip")).count == 2)
    cloud.ask("clear ip route 172.16.5.9")
    #expect(routes(cloud.text("show ip route rip")).isEmpty, "the network that the address follows")
    cloud.rip(from: Self.spoke1, [(Self.network, 1)])
    #expect(cloud.ask("clear ip route 172.16.5.0 255.255.255.128").failed == false)
    #expect(routes(cloud.text("show ip route rip")).count == 2, "another network")
    #expect(cloud.ask("clear ip route 172.16.5.0 255.255.255.0").failed == false)
    #expect(routes(cloud.text("show ip route rip")).isEmpty)
    #expect(cloud.ask("clear ip bgp *").text == "% BGP not active")
    #expect(Cloud(hubLines: Cloud.bgpHub).ask("clear ip bgp 10.0.0.9").text == "%BGP: Unknown neighbor - \"10.0.0.9\"")
  }
}
