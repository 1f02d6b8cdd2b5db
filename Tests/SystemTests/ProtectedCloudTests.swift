// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// A whole protected DMVPN with strangers: FRR's nhrpd, which is not told of IPsec, and strongSwan's trap policy for GRE.
  @Suite("A protected cloud with strangers", .requires(.root, .tun, .guest, .frr, .strongSwan, .tshark, .tcpdump, .executable))
  struct ProtectedCloudTests {
    static let holdTimeSeconds = 60

    @Test("under our hub: FRR's spoke registers, is redirected, and has a shortcut to our spoke over ESP", .peersOnly)
    func underOurHub() async throws {
      try await Bench.with { bench in
        try await life(of: .underOurHub(bench, holdTimeSeconds: Self.holdTimeSeconds, protectedBy: .ikev2GCM))
      }
    }

    @Test("under FRR's hub: our spoke registers, is redirected, and has a shortcut to FRR's spoke over ESP", .peersOnly)
    func underTheirHub() async throws {
      try await Bench.with { bench in
        try await life(of: .underTheirHub(bench, holdTimeSeconds: Self.holdTimeSeconds, protectedBy: .ikev2GCM))
      }
    }

    /// The shortcut, then new keys for everything under a thousand packets a second.
    private func life(of cloud: FRRCloud) async throws {
      try await cloud.findEachOther(losingAtMost: 3)
      try await cloud.renewKeysUnderLoad()
      try await cloud.capture.stop()
      try await cloud.judgeProtection()
    }
  }

  /// Spokes that the hub's file does not name.
  @Suite("A new spoke of a protected hub", .requires(.root, .tun, .tshark, .tcpdump, .executable))
  struct NewProtectedSpokeTests {
    @Test(
      "it joins by the wildcard key or by its certificate, and nothing is in clear", arguments: [ProtectionProfile.ikev2GCM, .ikev2ECDSA])
    func joins(profile: ProtectionProfile) async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
        let certificates: String? =
          if let kind = profile.certificate { try await bench.certificates(kind, .hub, .spoke(1)) } else { nil }
        let files = { (site: Site) in ProtectionOptions(certificates: certificates.map { ($0, site.name) }) }
        let hub = try await bench.nodeSite(
          .hub, on: underlay,
          configuration: Site.hub.configuration(protectedBy: profile, files(.hub), holdTimeSeconds: protectedHoldTimeSeconds))
        let before = try await hub.node.exec("show running-config")
        #expect(!before.contains(Site.spoke(1).nbma))
        let spoke = try await bench.nodeSite(
          .spoke(1), on: underlay,
          configuration: Site.spoke(1).configuration(protectedBy: profile, files(.spoke(1)), holdTimeSeconds: protectedHoldTimeSeconds))
        try await eventually("the hub shows it UP", contains: [Site.spoke(1).tunnel, "UP"]) { try await hub.node.exec("show dmvpn") }
        #expect(try await spoke.host.ping(Site.hub.host, count: 50, intervalMilliseconds: 20, options: Canary.pingOptions).lost == 0)
        #expect(try await hub.node.exec("show running-config") == before)
        try await capture.stop()
        try await capture.expectOnlyProtectedPackets(atLeast: 100)
      }
    }
  }
}
