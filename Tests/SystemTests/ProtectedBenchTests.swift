// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// The IKE peers of the bench prove themselves and what is read from them, without our node.
  @Suite("The bench's IKE peers", .requires(.root, .tun, .guest, .frr, .strongSwan, .tcpdump, .tshark))
  struct ProtectedBenchTests {
    @Test("strongSwan's spoke under strongSwan's hub: SAs are read as they are, renewal costs no ping, the wire holds ESP and IKE only")
    func strongSwan() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let capture = try await bench.capture("br0", in: underlay)
        async let hub = bench.strongSwanSite(.hub, on: underlay, StrongSwanSettings(.ikev2GCM), holdTimeSeconds: 30)
        async let spoke = bench.strongSwanSite(.spoke(1), on: underlay, StrongSwanSettings(.ikev2GCM), holdTimeSeconds: 30)
        let peers = try await (hub: hub, spoke: spoke)
        let first = try await peers.spoke.isUp()
        #expect(first.mode == "TRANSPORT" && first.suite == "ESP:AES_GCM_16-256")
        try await peers.spoke.guest.reachesFromLAN(Site.hub.host)
        async let ping = peers.spoke.ping(Site.hub.host, count: 100, intervalMilliseconds: 20)
        try await peers.spoke.rekeyChild()
        try await peers.hub.rekeyIKE()
        #expect(try await ping.lost == 0)
        let second = try await peers.hub.associations().flatMap(\.children).filter(\.isInstalled)
        #expect(second.count == 1 && second.first?.inboundSPI != first.inboundSPI)
        #expect(try await peers.hub.associations().first?.isInitiator == true)
        try await capture.stop()
        try await capture.expectOnlyProtectedPackets(atLeast: 200)
      }
    }

    @Test("without protection the capture shows the canary, and its judge says so")
    func canary() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let (router, _) = try await bench.surroundings(of: .spoke(1), on: underlay)
        let capture = try await bench.capture("br0", in: underlay)
        #expect(try await router.ping("198.51.100.254", count: 2, options: Canary.pingOptions).lost == 0)
        try await capture.stop()
        let breaches = try await capture.breachesOfProtection(leastESPPackets: 1)
        #expect(breaches.count == 3, "\(breaches)")
      }
    }

    @Test("strongSwan with its own ESP in a namespace, and with the kernel's in a guest: tunnel mode over UDP 4500", .peersOnly)
    func userSpace() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let (left, _) = try await bench.surroundings(of: .hub, on: underlay)
        let (right, _) = try await bench.surroundings(of: .spoke(1), on: underlay)
        let settings = StrongSwanSettings(.ikev2CBC)
        let (hub, spoke) = (Site.hub.nbma, Site.spoke(1).nbma)
        let answering = try await bench.userSpaceStrongSwan(in: left, address: hub, peer: spoke, protectsAll: true, settings)
        let beginning = try await bench.userSpaceStrongSwan(in: right, address: spoke, peer: hub, protectsAll: true, settings)
        let capture = try await bench.capture("br0", in: underlay)
        try await beginning.initiate()
        let ping = try await right.ping(hub, count: 50, intervalMilliseconds: 20, options: Canary.pingOptions)
        #expect(ping.lost == 0, "\(ping.output)")
        let child = try await answering.isUp()
        #expect(child.mode == "TUNNEL-in-UDP" && child.inboundPackets >= 50)
        try await capture.stop()
        try await capture.expectOnlyProtectedPackets(atLeast: 100)
        #expect(try await capture.count(matching: "ip proto 50") == 0)
      }
    }

    @Test(
      "strongSwan's spoke behind NAT under strongSwan's hub: ESP in UDP, from a port that is neither 500 nor 4500", .peersOnly,
      .requires(.nat))
    func behindNAT() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let nat = try await bench.networkBehindNAT(on: underlay)
        let capture = try await bench.capture("br0", in: underlay)
        async let hub = bench.strongSwanSite(.hub, on: underlay, StrongSwanSettings(.ikev2GCM), holdTimeSeconds: 30)
        async let spoke = bench.strongSwanSite(.spoke(1), on: underlay, StrongSwanSettings(.ikev2GCM), holdTimeSeconds: 30, behind: nat)
        let peers = try await (hub: hub, spoke: spoke)
        #expect(try await peers.spoke.isUp().mode == "TRANSPORT-in-UDP")
        let remote = try await peers.hub.associations().first?.remote ?? ""
        #expect(remote.hasPrefix(nat.outsideAddress + "[") && !remote.hasSuffix("[4500]"), "\(remote)")
        try await peers.spoke.guest.reachesFromLAN(Site.hub.host)
        #expect(try await peers.spoke.ping(Site.hub.host, count: 10, intervalMilliseconds: 100).lost == 0)
        try await capture.stop()
        try await capture.expectOnlyProtectedPackets(atLeast: 20)
        #expect(try await capture.count(matching: "ip proto 50") == 0)
      }
    }

    @Test(
      "libreswan's spoke under strongSwan's hub: with IKEv2 both renewals cost no ping, with IKEv1 what is too early for its SA only",
      .peersOnly, .requires(.libreswan), arguments: ["ikev2", "ikev1"])
    func libreswan(profile: String) async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let settings = StrongSwanSettings(profile == "ikev2" ? .ikev2GCM : .ikev1Main)
        async let hub = bench.strongSwanSite(.hub, on: underlay, settings, holdTimeSeconds: 30)
        async let spoke = bench.libreswanSite(.spoke(1), on: underlay, profile: profile, holdTimeSeconds: 30)
        let peers = try await (hub: hub, spoke: spoke)
        try await peers.spoke.isUp()
        let first = try await peers.hub.isUp()
        try await peers.spoke.guest.reachesFromLAN(Site.hub.host)
        let earlyAtStart = try await peers.hub.guest.packetsBeforeTheirAssociation()
        async let ping = peers.spoke.guest.pingFromLAN(Site.hub.host, count: 600, intervalMilliseconds: 5)
        try await peers.spoke.rekeyChild()
        if profile == "ikev2" { try await peers.spoke.rekeyIKE() }
        let lost = try await ping.lost
        let early = try await peers.hub.guest.packetsBeforeTheirAssociation() - earlyAtStart
        #expect(lost <= (profile == "ikev2" ? 0 : early), "\(lost) pings lost, \(early) packets came before their SA")
        try await eventually("the hub has another child SA") {
          try await peers.hub.associations().flatMap(\.children).contains { $0.isInstalled && $0.inboundSPI != first.inboundSPI }
        }
        try await peers.spoke.terminate()
      }
    }
  }
}
