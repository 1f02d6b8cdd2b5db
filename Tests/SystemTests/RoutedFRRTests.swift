// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// FRR's bgpd and ripd over a tunnel of the kernel's, beside its nhrpd in a guest, and our node: what NHRP and routing make of each other.
  @Suite("Routed FRR", .requires(.root, .tun, .guest, .frr, .tshark, .tcpdump, .executable), .peersOnly)
  struct RoutedFRRTests {
    @Test(
      "FRR's spoke and ours under our hub: neighbours that its file does not name, one summary down, LANs up; pings pass and become direct, both ways; authentication, restart, withdrawal",
      arguments: OverlayRouting.allCases)
    func underOurHub(routing: OverlayRouting) async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
        let hub = try await bench.nodeSite(.hub, on: underlay, configuration: routing.configuration(.hub))
        let before = try await hub.node.exec("show running-config")
        let theirs = try await bench.frrSite(.spoke(2), on: underlay, holdTimeSeconds: 15, options: routing.options)
        let ours = try await bench.nodeSite(.spoke(1), on: underlay, configuration: routing.configuration(.spoke(1)))
        let routes: @Sendable () async throws -> String = { try await hub.node.exec("show ip route \(routing.rawValue)") }
        try await eventually("our hub has both LANs", contains: routing.lans, timeout: .seconds(60), routes)
        #expect(try await hub.node.exec("show running-config") == before, "the hub's file is another")
        try await talk(routing, ours, theirs, capture)

        try await hub.node.exec(routing.ourPassword("Lupercalia"))
        try await eventually("with another password our hub has neither", lacks: routing.networks, timeout: .seconds(40), routes)
        // A new password ends BGP's session in any case: that they do not come to another is what has to be seen. They try every 2 s.
        try await Task.sleep(for: .seconds(6))
        let shown = try await routes()
        #expect(!routing.networks.contains { shown.contains($0) }, "\(shown)")
        try await hub.node.exec(routing.ourPassword(OverlayRouting.password))
        try await eventually("it has both again", contains: routing.lans, timeout: .seconds(40), routes)

        try await theirs.run("kill -KILL $(cat /run/frr/\(routing.daemon).pid)")
        try await eventually("FRR's LAN is gone with its daemon", lacks: ["192.168.12.0/24"], timeout: .seconds(40), routes)
        try await theirs.run("/run/node/start \(routing.daemon)")
        try await eventually("it is back", contains: routing.lans, timeout: .seconds(40), routes)
        try await theirs.reachesFromLAN(Site.spoke(1).host, timeout: .seconds(40))

        _ = try await theirs.vtysh(routing.withdrawal)
        try await eventually("FRR's LAN is withdrawn", lacks: ["192.168.12.0/24"], timeout: .seconds(40), routes)
      }
    }

    @Test("our spoke and FRR's under FRR's hub, with BGP: the same")
    func underTheirHub() async throws {
      let routing = OverlayRouting.bgp
      try await Bench.with { bench in
        let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
        async let hubGuest = bench.frrSite(.hub, on: underlay, holdTimeSeconds: 15, options: routing.options)
        async let spokeGuest = bench.frrSite(.spoke(2), on: underlay, holdTimeSeconds: 15, options: routing.options)
        let (hub, theirs) = try await (hubGuest, spokeGuest)
        let configuration = try routing.configuration(.spoke(1))
        let ours = try await bench.nodeSite(.spoke(1), on: underlay, configuration: configuration)
        let routes: @Sendable () async throws -> String = { try await hub.vtysh("show ip route bgp") }
        try await eventually("FRR's hub has both LANs", contains: routing.lans, timeout: .seconds(60), routes)
        try await talk(routing, ours, theirs, capture)

        await ours.node.kill()
        try await eventually("our LAN is gone with our node", lacks: ["192.168.11.0/24"], timeout: .seconds(40), routes)
        let again = try await bench.node("again", in: ours.router, configuration: configuration)
        try await eventually("it is back", contains: routing.lans, timeout: .seconds(60), routes)
        try await theirs.reachesFromLAN(Site.spoke(1).host, timeout: .seconds(40))

        try await again.exec(routing.ourWithdrawal)
        try await eventually("our LAN is withdrawn", lacks: ["192.168.11.0/24"], timeout: .seconds(40), routes)
      }
    }

    /// FRR's hub takes RIP from one spoke only: ripd wants the sender to be the other end of the tunnel's own address.
    @Test("our spoke under FRR's hub, with RIP: routes and pings both ways, restart, and withdrawal")
    func underTheirHubByRIP() async throws {
      let routing = OverlayRouting.rip
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let hub = try await bench.frrSite(.hub, on: underlay, holdTimeSeconds: 15, options: routing.options + " --spokes 1")
        let configuration = try routing.configuration(.spoke(1))
        let first = try await bench.nodeSite(.spoke(1), on: underlay, configuration: configuration)
        let routes: @Sendable () async throws -> String = { try await hub.vtysh("show ip route rip") }
        try await agree(hub, first.node, first.host)

        await first.node.kill()
        try await eventually("our LAN is gone with our node", lacks: ["192.168.11.0/24"], timeout: .seconds(40), routes)
        let again = try await bench.node("again", in: first.router, configuration: configuration)
        try await agree(hub, again, first.host)

        try await again.exec(routing.ourWithdrawal)
        try await eventually("our LAN is withdrawn", lacks: ["192.168.11.0/24"], timeout: .seconds(40), routes)
      }
    }

    /// FRR's hub and our spoke have each other's routes by RIP, and pings pass.
    private func agree(_ hub: Guest, _ ours: NodeProcess, _ host: Namespace) async throws {
      try await eventually("FRR's hub has our LAN", contains: ["192.168.11.0/24 [120/2] via 10.0.0.11"], timeout: .seconds(40)) {
        try await hub.vtysh("show ip route rip")
      }
      let theirs = [OverlayRouting.rip.summary, "192.168.1.0/24 [120/1] via 10.0.0.1"]
      try await eventually("we have its LAN and its summary", contains: theirs, timeout: .seconds(40)) {
        try await ours.exec("show ip route rip")
      }
      #expect(try await host.ping(Site.hub.host, count: 10).lost == 0)
    }

    /// Both spokes have the summary, and find each other by it.
    private func talk(_ routing: OverlayRouting, _ ours: NodeSite, _ theirs: Guest, _ capture: PacketCapture) async throws {
      try await eventually("our spoke has the summary", contains: [routing.summary], timeout: .seconds(40)) {
        try await ours.node.exec("show ip route \(routing.rawValue)")
      }
      try await eventually(
        "FRR's spoke has the summary", contains: ["via 10.0.0.1 dev gre1 proto \(routing.rawValue)"], timeout: .seconds(40)
      ) {
        try await theirs.run("ip route")
      }
      let cloud = FRRCloud(standing: routing.rawValue, ours: ours, theirs: theirs, capture: capture, holdTimeSeconds: 15)
      try await cloud.findEachOther()
    }
  }
}

/// What tells the LANs of a cloud, in phase 3: the hub says one summary, spokes say theirs. All of it with a password: TCP's MD5 option
/// (RFC 2385), or RIP's keyed MD5 (RFC 4822).
enum OverlayRouting: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case bgp, rip

  static let password = "Saturnalia"

  var testDescription: String { rawValue }

  /// FRR's daemon for it.
  var daemon: String { rawValue + "d" }

  /// Of `frr-node`.
  var options: String { "--routing \(rawValue) --password \(Self.password)" }

  /// The spokes' LANs.
  var networks: [String] { ["192.168.11.0/24", "192.168.12.0/24"] }

  /// What `show ip route` of a hub says of both LANs, FRR's or ours.
  var lans: [String] {
    let cost = self == .bgp ? "[200/0]" : "[120/"
    return networks.map { "\($0) \(cost)" } + ["via 10.0.0.11", "via 10.0.0.12"]
  }

  /// What it says of the summary on our spoke.
  var summary: String { "192.168.0.0/16 \(self == .bgp ? "[200/0]" : "[120/1]") via 10.0.0.1" }

  /// What makes FRR's spoke withdraw its LAN.
  var withdrawal: [String] {
    switch self {
    case .bgp: ["configure terminal", "router bgp 65000", "address-family ipv4 unicast", "no network 192.168.12.0/24"]
    case .rip: ["configure terminal", "router rip", "no network lan0"]
    }
  }

  /// What makes ours.
  var ourWithdrawal: String {
    switch self {
    case .bgp: "configure terminal ; router bgp 65000 ; no network 192.168.11.0 ; end"
    case .rip: "configure terminal ; router rip ; no network 192.168.11.0 ; end"
    }
  }

  /// What gives our hub another password.
  func ourPassword(_ word: String) -> String {
    switch self {
    case .bgp: "configure terminal ; router bgp 65000 ; neighbor SPOKES password \(word) ; end"
    case .rip: "configure terminal ; key chain TUNNEL ; key 1 ; key-string \(word) ; end"
    }
  }

  /// Our site's file, with the protocol in the place of static routes.
  func configuration(_ site: Site) throws -> String {
    let lines = self == .bgp ? Self.bgpLines(site) : Self.ripLines(site)
    let key = self == .bgp ? [] : [" ip rip authentication mode md5", " ip rip authentication key-chain TUNNEL"]
    return try site.configuration(
      phase: 3,
      replacing: [
        "ip nhrp authentication": nil, "ip nhrp holdtime": "ip nhrp holdtime 15", "ip route": nil,
        "tunnel key": (["tunnel key 42"] + key).joined(separator: "\n"), "end": (lines + ["!", "end"]).joined(separator: "\n"),
      ])
  }

  private static func bgpLines(_ site: Site) -> [String] {
    let head = ["router bgp 65000", " bgp router-id \(site.tunnel)", " timers bgp 5 15"]
    guard site == .hub else {
      let hub = ["remote-as 65000", "timers connect 2", "password \(password)"].map { " neighbor 10.0.0.1 \($0)" }
      return head + [" network \(site.lan)"] + hub
    }
    return head + [
      " bgp listen range 10.0.0.0/24 peer-group SPOKES", " network 192.168.1.0", " aggregate-address 192.168.0.0 255.255.0.0 summary-only",
    ]
      + ["peer-group", "remote-as 65000", "password \(password)", "route-reflector-client", "next-hop-self all"].map {
        " neighbor SPOKES \($0)"
      }
  }

  private static func ripLines(_ site: Site) -> [String] {
    let isHub = site == .hub
    let key = ["key chain TUNNEL", " key 1", "  key-string \(password)", "!"]
    let lines = key + ["router rip", " version 2", " timers basic 5 15 0 20"] + (isHub ? [" redistribute static metric 1"] : [])
    let networks = [" passive-interface GigabitEthernet2", " network 10.0.0.0", " network \(site.lan)"]
    guard isHub else { return lines + networks + [" no auto-summary"] }
    return lines + networks + [
      " distribute-list prefix SUMMARY out Tunnel0", " no auto-summary", "!", "ip route 192.168.0.0 255.255.0.0 Null0", "!",
      "ip prefix-list SUMMARY seq 5 permit 192.168.0.0/16",
    ]
  }
}
