// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// IPv4 in tunnels over an IPv6 underlay (RFC 7676): `tunnel mode gre multipoint ipv6`, NHRP with IPv6 NBMA addresses.
  @Suite("A cloud over an IPv6 underlay", .requires(.root, .tun, .tcpdump, .tshark, .executable))
  struct UnderlayV6Tests {
    @Test(
      "spokes register by IPv6, find each other by redirect, and go direct; no ping is lost; the wire has no IPv4 tunnel packet, and none in clear where it is protected",
      arguments: [nil, ProtectionProfile.ikev2GCM])
    func phase3(protection: ProtectionProfile?) async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let capture = try await bench.capture("br0", in: underlay)
        let hub = try await Self.site(.hub, bench, underlay, protection)
        let one = try await Self.site(.spoke(1), bench, underlay, protection)
        let two = try await Self.site(.spoke(2), bench, underlay, protection)
        try await eventually("both are registered", contains: [Self.nbma(.spoke(1)), Self.nbma(.spoke(2))]) {
          try await hub.node.exec("show ip nhrp")
        }
        let pings = try await one.host.ping(Site.spoke(2).host, count: 100, intervalMilliseconds: 50)
        #expect(pings.received == 100, "\(pings.output.suffix(300))")
        #expect(try await one.node.exec("show ip nhrp shortcut").contains(Self.nbma(.spoke(2))))
        #expect(try await two.node.exec("show ip nhrp").contains(Self.nbma(.spoke(1))))
        try await capture.stop()
        let direct = "src \(Self.nbma(.spoke(1))) and dst \(Self.nbma(.spoke(2)))"
        #expect(try await capture.count(matching: "ip6 proto \(protection == nil ? 47 : 50) and \(direct)") > 50)
        #expect(try await capture.count(matching: protection == nil ? "ip proto 47" : "ip proto 47 or ip6 proto 47") == 0)
        #expect(try await capture.count(where: "_ws.malformed") == 0)
      }
    }

    private static func nbma(_ site: Site) -> String { site.nbma.replacing("198.51.100.", with: "2001:db8:ff::") }

    private static func site(
      _ site: Site, _ bench: Bench, _ underlay: Namespace, _ protection: ProtectionProfile?
    ) async throws -> NodeSite {
      let (router, host) = try await bench.surroundings(of: site, on: underlay)
      try await router.run("sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0 && ip -6 addr add \(nbma(site))/64 dev eth0 nodad")
      let text = try (protection.map { try site.configuration(protectedBy: $0, holdTimeSeconds: 600) } ?? site.configuration(phase: 3))
        .replacing("tunnel mode gre multipoint", with: "tunnel mode gre multipoint ipv6")
        .replacing("nbma 198.51.100.", with: "nbma 2001:db8:ff::").replacing("address 0.0.0.0 0.0.0.0", with: "address ipv6 ::/0")
      let node = try await bench.node(site.name, in: router, configuration: text)
      return NodeSite(site: site, router: router, host: host, node: node)
    }
  }
}
