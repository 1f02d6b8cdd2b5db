// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// `tunnel protection` beside libreswan 4.10 with the kernel's ESP in transport mode, and FRR's nhrpd over it.
  @Suite("Protection beside libreswan", .requires(.root, .tun, .guest, .frr, .libreswan, .tshark, .tcpdump, .executable))
  struct LibreswanTests {
    @Test("IKEv2: libreswan's spoke begins with our hub; new keys cost no ping, nothing is in clear")
    func answers() async throws { try await theirSpoke(.ikev2GCM) }

    @Test("IKEv1: libreswan's spoke begins with our hub; new keys cost no ping, nothing is in clear", .peersOnly)
    func answersIKEv1() async throws { try await theirSpoke(.ikev1Main) }

    @Test(
      "our spoke begins with libreswan's hub; no ping is lost, nothing is in clear", .peersOnly,
      arguments: [ProtectionProfile.ikev2GCM, .ikev1Main])
    func begins(profile: ProtectionProfile) async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
        let hub = try await bench.libreswanSite(
          .hub, on: underlay, profile: profile.libreswanName, holdTimeSeconds: protectedHoldTimeSeconds)
        let spoke = try await bench.nodeSite(
          .spoke(1), on: underlay,
          configuration: Site.spoke(1).configuration(protectedBy: profile, holdTimeSeconds: protectedHoldTimeSeconds))
        let pair = ProtectedPair(ours: spoke, peer: hub, guest: hub.guest, underlay: underlay, capture: capture, profile: profile)
        try await pair.isUp()
        try await hub.isUp()
        try await pair.losesNothing()
        try await pair.judge(atLeast: 400)
      }
    }

    private func theirSpoke(_ profile: ProtectionProfile) async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
        let hub = try await bench.nodeSite(
          .hub, on: underlay, configuration: Site.hub.configuration(protectedBy: profile, holdTimeSeconds: protectedHoldTimeSeconds))
        let spoke = try await bench.libreswanSite(
          .spoke(1), on: underlay, profile: profile.libreswanName, holdTimeSeconds: protectedHoldTimeSeconds)
        let pair = ProtectedPair(ours: hub, peer: spoke, guest: spoke.guest, underlay: underlay, capture: capture, profile: profile)
        try await pair.isUp()
        try await spoke.isUp()
        try await pair.losesNothing(count: 150) {
          try await spoke.rekeyChild()
          if profile.isIKEv2 { try await spoke.rekeyIKE() }
        }
        try await pair.isUp()
        try await spoke.terminate()
        try await pair.oursHasNone(timeout: .seconds(20))
        try await pair.judge(atLeast: 600)
      }
    }
  }

  /// `tunnel protection` in tunnel mode beside strongSwan with ESP of its own, which is always in UDP 4500. A node of ours in
  /// clear speaks GRE and NHRP in strongSwan's namespace; its packets go into strongSwan's TUN device.
  @Suite("Protection beside user-space ESP", .requires(.root, .tun, .strongSwan, .tshark, .tcpdump, .executable))
  struct UserSpaceESPTests {
    @Test("our spoke begins with strongSwan's hub in tunnel mode over UDP 4500; new keys cost no ping (RFC 3948)")
    func begins() async throws { try await tunnelMode(.ikev2GCM, strongSwanBegins: false) }

    @Test("tunnel mode over UDP 4500, the other ways", .peersOnly, arguments: [ProtectionProfile.ikev2CBC, .ikev1Main], [true, false])
    func others(profile: ProtectionProfile, strongSwanBegins: Bool) async throws {
      try await tunnelMode(profile, strongSwanBegins: strongSwanBegins)
    }

    private func tunnelMode(_ profile: ProtectionProfile, strongSwanBegins: Bool) async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
        let hubNamespaces = try await bench.surroundings(of: .hub, on: underlay), spoke = Site.spoke(1)
        let configuration = try spoke.configuration(
          protectedBy: profile, ProtectionOptions(mode: "tunnel"), holdTimeSeconds: protectedHoldTimeSeconds)
        let ours = try await bench.nodeSite(spoke, on: underlay, configuration: configuration)
        let strongSwan = try await bench.userSpaceStrongSwan(
          in: hubNamespaces.router, address: Site.hub.nbma, peer: spoke.nbma, StrongSwanSettings(profile))
        if strongSwanBegins { try await strongSwan.initiate() }
        let child = try await strongSwan.isUp()
        #expect(child.mode == "TUNNEL-in-UDP")
        // Only now: before there is an SA, its packets would go by the other route.
        _ = try await bench.node(
          "clear-hub", in: hubNamespaces.router, configuration: Site.hub.configurationForFRR(holdTimeSeconds: protectedHoldTimeSeconds))
        try await eventually("the hosts reach each other", timeout: .seconds(30)) {
          try await ours.host.ping(Site.hub.host, count: 1).lost == 0
        }
        async let ping = ours.host.ping(Site.hub.host, count: 200, intervalMilliseconds: 20, options: Canary.pingOptions)
        try await strongSwan.rekeyChild()
        try await strongSwan.rekeyIKE()
        #expect(try await ping.lost == 0)
        #expect(try await strongSwan.isUp().inboundSPI != child.inboundSPI)
        let shown = try await ours.node.exec("show crypto ipsec sa")
        #expect(shown.contains("Tunnel UDP-Encaps"), "\(shown)")
        try await capture.stop()
        try await capture.expectOnlyProtectedPackets(atLeast: 400)
        #expect(try await capture.count(matching: "ip proto 50") == 0, "ESP outside UDP")
      }
    }
  }
}

extension ProtectionProfile {
  /// The name of the same profile in `Tests/Guest/libreswan-node`.
  fileprivate var libreswanName: String { isIKEv2 ? "ikev2" : "ikev1" }
}
