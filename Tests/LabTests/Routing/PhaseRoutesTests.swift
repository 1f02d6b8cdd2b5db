// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("What each protocol does in each phase: next hop, and path before and after a shortcut")
struct PhaseRoutesTests {
  /// The network, next hop, distance and metric by which spoke 1 reaches spoke 2's LAN.
  private func expected(_ routed: RoutedPhase, _ cloud: Cloud) -> (prefix: IPPrefix, hop: IPAddress, distance: Int, metric: UInt32) {
    let (hub, spoke) = (cloud.topology.nodes[0].tunnelAddress, cloud.topology.nodes[2])
    let summary = IPPrefix(IPAddress(192, 168, 0, 0), length: 16)
    let isPhase2 = routed.phase == .two
    switch routed.routing {
    case .static: return (isPhase2 ? cloud.lan(of: 2) : summary, isPhase2 ? spoke.tunnelAddress : hub, 1, 0)
    case .rip: return (isPhase2 ? cloud.lan(of: 2) : summary, isPhase2 ? spoke.tunnelAddress : hub, 120, isPhase2 ? 2 : 1)
    case .odr: return (.defaultV4, hub, 160, 1)
    case .bgp: return (isPhase2 ? cloud.lan(of: 2) : summary, isPhase2 ? spoke.tunnelAddress : hub, 200, 0)
    }
  }

  @Test("the spoke's next hop for another spoke's LAN, and the traceroute before and after", arguments: RoutedPhase.all)
  func paths(_ routed: RoutedPhase) throws {
    let cloud = routed.cloud()
    cloud.run(to: routed.settled)
    let want = expected(routed, cloud), far = cloud.topology.nodes[2]
    let route = try #require(cloud.routeTowards(1, far.host))
    #expect(route.prefix == want.prefix && route.nextHop == want.hop, "\(route)")
    #expect(route.distance == want.distance && route.metric == want.metric, "\(route)")
    let own = cloud.topology.nodes[1].lanAddress, hub = cloud.topology.nodes[0].tunnelAddress
    let byHub = [own, hub, far.lanAddress, far.host], direct = [own, far.lanAddress, far.host]
    #expect(cloud.traceroute(from: 1, to: far.host) == byHub, "first through the hub: by routing, or while the next hop is not resolved")
    cloud.talk(1, 2, from: 0, packets: 20)
    cloud.run(until: cloud.now + .seconds(5))
    #expect(cloud.traceroute(from: 1, to: far.host) == (routed.phase == .one ? byHub : direct))
    #expect(cloud.lost == 0)
    let after = try #require(cloud.routeTowards(1, far.host))
    #expect(after.prefix == route.prefix && after.nextHop == route.nextHop, "the protocol's route stands as it was")
    let shortcut = cloud.picture(1).routes.first { $0.code == "H" && $0.prefix == far.lan }
    #expect((shortcut != nil) == (routed.phase == .three), "phase 3 has a route of its own, phase 2 only the next hop's address")
    if let shortcut { #expect(shortcut.nextHop == far.tunnelAddress && shortcut.distance == 250) }
  }

  @Test(
    "phase 3 without a summary: the hub is the next hop of every LAN, and a shortcut overrides it (%)", arguments: [LabRouting.rip, .bgp])
  func override(_ routing: LabRouting) throws {
    let cloud = RoutedPhase(routing: routing, phase: .three).cloud()
    cloud.run(to: 3)
    let said =
      routing == .rip
      ? cloud.configure(
        0, "interface Tunnel0", "no ip split-horizon", "router rip", "no distribute-list prefix SUMMARIES out Tunnel0",
        "no redistribute static")
      : cloud.configure(0, "router bgp 65000", "no aggregate-address 192.168.0.0 255.255.0.0 summary-only")
    #expect(said == "")
    cloud.run(to: 120)
    let far = cloud.topology.nodes[2], hub = cloud.topology.nodes[0].tunnelAddress
    let before = try #require(cloud.route(1, cloud.lan(of: 2)))
    #expect(before.nextHop == hub && !before.isOverridden, "\(before)")
    cloud.talk(1, 2, from: 0, packets: 20)
    cloud.run(until: cloud.now + .seconds(5))
    let after = try #require(cloud.route(1, cloud.lan(of: 2)))
    #expect(after.nextHop == hub && after.isOverridden && after.overridingNextHop == far.tunnelAddress, "\(after)")
    #expect(cloud.traceroute(from: 1, to: far.host) == [cloud.topology.nodes[1].lanAddress, far.lanAddress, far.host])
    #expect(cloud.lost == 0)
  }

  @Test(
    "phase 2 with a summary at the hub: nothing is lost, but no packet ever goes from spoke to spoke", arguments: [LabRouting.rip, .bgp])
  func summaryInPhase2(_ routing: LabRouting) throws {
    let cloud = RoutedPhase(routing: routing, phase: .two).cloud()
    cloud.run(to: 3)
    let said =
      routing == .rip
      ? cloud.configure(
        0, "ip route 192.168.0.0 255.255.0.0 Null0", "ip prefix-list S seq 5 permit 192.168.0.0/16", "router rip",
        "redistribute static metric 1",
        "distribute-list prefix S out Tunnel0")
      : cloud.configure(
        0, "router bgp 65000", "aggregate-address 192.168.0.0 255.255.0.0 summary-only")
    // BGP's line says what it does to phase 2; RIP's summary is made of three lines that are innocent each.
    #expect(routing == .rip ? said == "" : said.contains("(phase 2)") && said.contains("goes by the hub"), "\(said)")
    // RIP forgets the longer networks by its timers, if it has had them: 180 s.
    cloud.run(to: 300)
    let far = cloud.topology.nodes[2], hub = cloud.topology.nodes[0].tunnelAddress
    let route = try #require(cloud.routeTowards(1, far.host))
    #expect(route.prefix == IPPrefix(IPAddress(192, 168, 0, 0), length: 16) && route.nextHop == hub, "\(route)")
    let byHub = [cloud.topology.nodes[1].lanAddress, hub, far.lanAddress, far.host]
    #expect(cloud.traceroute(from: 1, to: far.host) == byHub)
    let flow = cloud.talk(1, 2, from: 0, packets: 40)
    cloud.run(until: cloud.now + .seconds(10))
    let account = try cloud.account(flow)
    #expect(account.lost == 0 && account.requestsDirect == 0 && account.requestsRelayed == 40)
    #expect(cloud.traceroute(from: 1, to: far.host) == byHub, "for good")
  }

  @Test("ODR is refused where a default route cannot work, with the reason; everything else goes with everything")
  func refusals() {
    #expect(LabTopology.refusal(of: .odr, in: .two)?.contains("phase 2") == true)
    #expect(RoutedPhase.all.count == 11)
  }
}
