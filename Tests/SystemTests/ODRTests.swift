// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// On Demand Routing between nodes of ours; the judge of CDP is tshark.
  @Suite("ODR", .requires(.root, .tun, .tshark, .tcpdump, .executable))
  struct ODRTests {
    @Test(
      "our hub learns the networks of its spokes, which have a default route by it; tshark decodes every CDP packet, and has nothing to say",
      arguments: [1, 2])
    func cloud(version: Int) async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
        let hub = try await site(bench, .hub, version, underlay), spoke = try await site(bench, .spoke(1), version, underlay)
        let other = try await site(bench, .spoke(2), version, underlay)
        try await eventually(
          "the hub has both LANs", contains: ["192.168.11.0/24 [160/1] via 10.0.0.11", "192.168.12.0/24 [160/1] via 10.0.0.12"]
        ) {
          try await hub.node.exec("show ip route odr")
        }
        for spoke in [spoke, other] {
          try await eventually("a spoke has a default route", contains: ["0.0.0.0/0 [160/1] via 10.0.0.1"]) {
            try await spoke.node.exec("show ip route odr")
          }
        }
        try await eventually("the hosts reach each other") { try await spoke.host.ping(Site.spoke(2).host, count: 1).received == 1 }
        let ping = try await spoke.host.ping(Site.spoke(2).host, count: 20, intervalMilliseconds: 50)
        #expect(ping.lost == 0, "\(ping.output)")
        try await eventually("they talk directly", contains: ["192.168.12.0/24", "198.51.100.12"]) {
          try await spoke.node.exec("show ip nhrp")
        }
        try await other.router.run("ip link set lan0 down")
        try await eventually("the hub has lost the LAN that is down") {
          try await !hub.node.exec("show ip route odr").contains("192.168.12.0/24")
        }
        #expect(try await hub.node.exec("show cdp neighbors").contains("spoke2"))
        try await capture.stop()
        try await judge(capture, version)
      }
    }

    private func site(_ bench: Bench, _ site: Site, _ version: Int, _ underlay: Namespace) async throws -> NodeSite {
      let configuration = try site.configuration(
        phase: 3,
        replacing: [
          "ip nhrp network-id": "ip nhrp network-id 1\n cdp enable", "ip route": nil,
          "platform interface GigabitEthernet1":
            "cdp timer 5\ncdp holdtime 15\(version == 1 ? "\nno cdp advertise-v2" : "")\n!\nplatform interface GigabitEthernet1 eth0",
          "end": site == .hub ? "router odr\n!\nend" : "end",
        ])
      return try await bench.nodeSite(site, on: underlay, configuration: configuration)
    }

    private func judge(_ capture: PacketCapture, _ version: Int) async throws {
      let all = try await capture.count(where: "gre.proto == 0x2000")
      #expect(all >= 6, "\(all) CDP packets")
      #expect(try await capture.count(where: "cdp && cdp.version == \(version) && cdp.checksum.status == 1") == all)
      let complaints = try await capture.packets(
        where: "cdp && (_ws.malformed || _ws.expert)", fields: ["frame.number", "_ws.expert.message"])
      #expect(complaints.isEmpty, "\(complaints)")
      #expect(try await capture.count(where: "cdp.deviceid == \"spoke1\"") >= 1)
    }
  }
}
