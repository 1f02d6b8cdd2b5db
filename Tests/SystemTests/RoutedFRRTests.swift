// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// FRR's bgpd over a tunnel of the kernel's, beside its nhrpd in a guest, and our node: what NHRP and BGP make of each other.
  @Suite("Routed FRR", .requires(.root, .tun, .guest, .frr, .tshark, .tcpdump, .executable), .peersOnly)
  struct RoutedFRRTests {
    @Test("FRR's spoke and ours under our hub: dynamic BGP neighbours, one summary down, LANs up; pings pass and become direct, both ways")
    func underOurHub() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
        let hub = try await bench.nodeSite(.hub, on: underlay, configuration: Self.configuration(.hub))
        let before = try await hub.node.exec("show running-config")
        let theirs = try await bench.frrSite(.spoke(2), on: underlay, holdTimeSeconds: 15, options: "--routing bgp")
        let ours = try await bench.nodeSite(.spoke(1), on: underlay, configuration: Self.configuration(.spoke(1)))
        try await eventually("our hub has both LANs", contains: ["192.168.11.0/24 [200/0] via 10.0.0.11", "192.168.12.0/24 [200/0] via 10.0.0.12"], timeout: .seconds(60)) {
          try await hub.node.exec("show ip route bgp")
        }
        #expect(try await hub.node.exec("show running-config") == before, "the hub's file is another")
        try await talk(ours, theirs, capture)
        _ = try await theirs.vtysh("configure terminal", "router bgp 65000", "address-family ipv4 unicast", "no network 192.168.12.0/24")
        try await eventually("FRR's LAN is withdrawn") { try await !hub.node.exec("show ip route bgp").contains("192.168.12.0/24") }
      }
    }

    @Test("our spoke and FRR's under FRR's hub: the same")
    func underTheirHub() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
        async let hubGuest = bench.frrSite(.hub, on: underlay, holdTimeSeconds: 15, options: "--routing bgp")
        async let spokeGuest = bench.frrSite(.spoke(2), on: underlay, holdTimeSeconds: 15, options: "--routing bgp")
        let (hub, theirs) = try await (hubGuest, spokeGuest)
        let ours = try await bench.nodeSite(.spoke(1), on: underlay, configuration: Self.configuration(.spoke(1)))
        try await eventually("FRR's hub has both LANs", contains: ["192.168.11.0/24 [200/0] via 10.0.0.11", "192.168.12.0/24 [200/0] via 10.0.0.12"], timeout: .seconds(60)) {
          try await hub.vtysh("show ip route bgp")
        }
        try await talk(ours, theirs, capture)
        try await ours.node.exec("configure terminal ; router bgp 65000 ; no network 192.168.11.0 ; end")
        try await eventually("our LAN is withdrawn") { try await !hub.vtysh("show ip route bgp").contains("192.168.11.0/24") }
      }
    }

    /// Our site's file, with BGP in the place of static routes.
    private static func configuration(_ site: Site) throws -> String {
      var lines = ["router bgp 65000", " bgp router-id \(site.tunnel)", " timers bgp 5 15"]
      if site == .hub {
        lines += [
          " bgp listen range 10.0.0.0/24 peer-group SPOKES", " network 192.168.1.0", " aggregate-address 192.168.0.0 255.255.0.0 summary-only",
          " neighbor SPOKES peer-group", " neighbor SPOKES remote-as 65000", " neighbor SPOKES route-reflector-client",
          " neighbor SPOKES next-hop-self all",
        ]
      } else {
        lines += [" network \(site.lan)", " neighbor 10.0.0.1 remote-as 65000", " neighbor 10.0.0.1 timers connect 2"]
      }
      return try site.configuration(
        phase: 3,
        replacing: [
          "ip nhrp authentication": nil, "ip nhrp holdtime": "ip nhrp holdtime 15", "ip route": nil,
          "end": (lines + ["!", "end"]).joined(separator: "\n"),
        ])
    }

    /// Both spokes have the summary, and find each other by it.
    private func talk(_ ours: NodeSite, _ theirs: Guest, _ capture: PacketCapture) async throws {
      try await eventually("our spoke has the summary", contains: ["192.168.0.0/16 [200/0] via 10.0.0.1"], timeout: .seconds(40)) {
        try await ours.node.exec("show ip route bgp")
      }
      try await eventually("FRR's spoke has the summary", contains: ["192.168.0.0/16 via 10.0.0.1"], timeout: .seconds(40)) {
        try await theirs.run("ip route")
      }
      let cloud = FRRCloud(standing: "BGP", ours: ours, theirs: theirs, capture: capture, holdTimeSeconds: 15)
      try await cloud.findEachOther()
    }
  }
}
