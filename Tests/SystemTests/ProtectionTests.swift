// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// `tunnel protection` beside strongSwan 5.9.8 with the kernel's ESP in transport mode, and FRR's nhrpd over it. The judge of
  /// what went over the wire is the capture on the bridge: ESP and IKE, nothing else. One profile each way here, the others
  /// and the longer lives in `make test-peers`.
  @Suite("Protection beside strongSwan", .requires(.root, .tun, .guest, .frr, .strongSwan, .tshark, .tcpdump, .executable))
  struct ProtectionTests {
    typealias Pair = ProtectedPair<StrongSwanPeer>

    @Test("strongSwan begins: its spoke registers with our hub over ESP, no ping is lost, nothing is in clear (RFC 7296, RFC 4303)")
    func answers() async throws { try await theirSpoke(.ikev2GCM) }

    @Test("our node begins: our spoke registers with strongSwan's hub over ESP, no ping is lost, nothing is in clear")
    func begins() async throws { try await ourSpoke(.ikev2GCM) }

    @Test("strongSwan begins, with every other profile", .peersOnly, arguments: ProtectionProfile.others)
    func answersOthers(profile: ProtectionProfile) async throws { try await theirSpoke(profile) }

    @Test("our node begins, with every other profile", .peersOnly, arguments: ProtectionProfile.others)
    func beginsOthers(profile: ProtectionProfile) async throws { try await ourSpoke(profile) }

    private func theirSpoke(_ profile: ProtectionProfile) async throws {
      try await Bench.with { bench in
        let pair = try await Pair.underOurHub(bench, profile)
        try await pair.agree()
        #expect(try await pair.peer.associations().first?.isInitiator == true)
        try await pair.losesNothing()
        try await pair.judge(atLeast: 400)
      }
    }

    private func ourSpoke(_ profile: ProtectionProfile) async throws {
      try await Bench.with { bench in
        let pair = try await Pair.underTheirHub(bench, profile)
        try await pair.agree()
        #expect(try await pair.peer.associations().first?.isInitiator == false)
        try await pair.losesNothing()
        try await pair.judge(atLeast: 400)
      }
    }

    @Test(
      "strongSwan renews the keys of child and IKE SA, twice each, under pings both ways: none is lost, one pair is left (RFC 7296 §2.8)",
      .peersOnly, arguments: zip([ProtectionProfile.ikev2GCMWithPFS, .ikev2CBC, .ikev1MainWithPFS], [true, false, true]))
    func peerRenews(profile: ProtectionProfile, underOurHub: Bool) async throws {
      try await Bench.with { bench in
        let pair = underOurHub ? try await Pair.underOurHub(bench, profile) : try await Pair.underTheirHub(bench, profile)
        try await pair.agree()
        let first = try await pair.peer.isUp()
        try await pair.losesNothing(count: 400) {
          for _ in 0..<2 {
            try await pair.peer.rekeyChild()
            try await pair.peer.rekeyIKE()
          }
        }
        try await pair.agree()
        try await pair.peer.hasOnePair()
        let last = try await pair.peer.isUp()
        #expect(last.inboundSPI != first.inboundSPI && last.inboundPackets > 0)
        #expect(!profile.isIKEv2 || profile.perfectForwardSecrecy == nil || last.suite.contains("ECP_256"), "\(last.suite)")
        try await pair.judge(atLeast: 1600)
      }
    }

    @Test(
      "our node renews the keys of child and IKE SA at the end of their life under pings both ways: none is lost, one pair is left",
      .peersOnly)
    func oursRenews() async throws {
      // It takes two minutes, most of them of waiting: both at once, each on a bench of its own.
      async let spoke: Void = oursRenews(.ikev2GCMWithPFS, underOurHub: false)
      async let hub: Void = oursRenews(.ikev1Main, underOurHub: true)
      _ = try await (spoke, hub)
    }

    private func oursRenews(_ profile: ProtectionProfile, underOurHub: Bool) async throws {
      try await Bench.with { bench in
        let options = ProtectionOptions(lifetimeSeconds: 120)
        let pair = underOurHub ? try await Pair.underOurHub(bench, profile, options) : try await Pair.underTheirHub(bench, profile, options)
        try await pair.agree()
        let first = try await pair.peer.isUp(), ike = try await pair.peer.associations().map(\.number)
        try await pair.losesNothing(count: 1300, intervalMilliseconds: 100)
        try await pair.agree()
        try await pair.peer.hasOnePair()
        #expect(try await pair.peer.isUp().inboundSPI != first.inboundSPI, "the child SA has its first keys still")
        let now = try await pair.peer.associations().filter { $0.state == "ESTABLISHED" }.map(\.number)
        #expect(!Set(now).subtracting(ike).isEmpty, "the IKE SA has its first keys still")
        try await pair.judge(atLeast: 5000)
      }
    }

    @Test(
      "a peer that falls silent is found dead (DPD), its SAs go, nothing leaves in clear; when it is back, so is the tunnel", .peersOnly,
      arguments: [ProtectionProfile.ikev2GCM, .ikev1Main])
    func peerFallsSilent(profile: ProtectionProfile) async throws {
      try await Bench.with { bench in
        let pair = try await Pair.underOurHub(bench, profile, ProtectionOptions(liveness: (10, 2)))
        try await pair.agree()
        try await pair.underlay.run("ip link set tap-swan-spoke1 nomaster")
        async let inVain = pair.ours.host.ping(pair.theirs.host, count: 300, intervalMilliseconds: 100, options: Canary.pingOptions)
        try await pair.oursHasNone(timeout: .seconds(60))
        #expect(try await inVain.received == 0)
        try await pair.peer.kill()
        // Its policy stands before anybody can hear it.
        try await pair.guest.run(pair.peer.command(), timeout: Guest.bootLimit)
        try await pair.underlay.run("ip link set tap-swan-spoke1 master br0")
        // FRR's nhrpd registers again after pauses that grow to 64 s.
        try await pair.agree(timeout: .seconds(90))
        try await pair.losesNothing()
        try await pair.judge(atLeast: 400)
      }
    }

    @Test(
      "our node is killed and started again under traffic: strongSwan, which knows the old SAs still, gets new ones (RFC 7296 §2.4)",
      .peersOnly, arguments: [true, false])
    func oursIsKilled(underOurHub: Bool) async throws {
      try await Bench.with { bench in
        let adjust: (inout StrongSwanSettings) -> Void = { ($0.livenessSeconds, $0.retransmitSeconds) = (5, 1) }
        let pair =
          underOurHub
          ? try await Pair.underOurHub(bench, .ikev2GCM, adjusting: adjust)
          : try await Pair.underTheirHub(bench, .ikev2GCM, adjusting: adjust)
        try await pair.agree()
        await pair.ours.node.kill()
        let again = try await bench.node(
          pair.ours.site.name, in: pair.ours.router,
          configuration: pair.ours.site.configuration(protectedBy: .ikev2GCM, holdTimeSeconds: protectedHoldTimeSeconds))
        let reborn = Pair(
          ours: NodeSite(site: pair.ours.site, router: pair.ours.router, host: pair.ours.host, node: again), peer: pair.peer,
          guest: pair.guest, underlay: pair.underlay, capture: pair.capture, profile: pair.profile)
        try await reborn.isUp(timeout: .seconds(90))
        try await reborn.losesNothing()
        try await reborn.judge(atLeast: 400)
      }
    }

    @Test(
      "either side deletes its SAs: the other's go with them, new ones come with the next packet (RFC 7296 §1.4.1)", .peersOnly,
      arguments: [ProtectionProfile.ikev2GCM, .ikev1Main])
    func deletes(profile: ProtectionProfile) async throws {
      try await Bench.with { bench in
        let pair = try await Pair.underOurHub(bench, profile)
        try await pair.agree()
        let first = try await pair.peer.isUp().inboundSPI
        try await pair.peer.terminate()
        try await eventually("our node has no SA of that pair") {
          try await !pair.ours.node.exec("show crypto ipsec sa").lowercased().contains(first)
        }
        try await pair.agree()
        let second = try await pair.peer.isUp().inboundSPI
        #expect(second != first)
        try await pair.ours.node.exec("clear crypto session")
        try await eventually("strongSwan has no SA of that pair") {
          try await !pair.peer.associations().flatMap(\.children).contains { $0.inboundSPI == second && $0.isInstalled }
        }
        try await pair.agree()
        try await pair.losesNothing()
        try await pair.judge(atLeast: 400)
      }
    }

    @Test(
      "the spoke is behind NAT that changes its ports: ESP in UDP 4500, renewals cost no ping (RFC 3948, RFC 7296 §2.23)", .peersOnly,
      .requires(.nat),
      arguments: zip([ProtectionProfile.ikev2GCM, .ikev2GCM, .ikev1Main], [true, false, true]))
    func behindNAT(profile: ProtectionProfile, underOurHub: Bool) async throws {
      try await Bench.with { bench in
        let pair =
          underOurHub
          ? try await Pair.underOurHub(bench, profile, behindNAT: true) : try await Pair.underTheirHub(bench, profile, behindNAT: true)
        try await pair.agree(mode: "TRANSPORT-in-UDP")
        let ours = try await pair.ours.node.exec("show crypto ipsec sa")
        #expect(ours.contains("UDP-Encaps"), "\(ours)")
        try await pair.losesNothing(count: 200) {
          try await pair.peer.rekeyChild()
          try await pair.peer.rekeyIKE()
        }
        try await pair.agree(mode: "TRANSPORT-in-UDP")
        try await pair.judge(atLeast: 800)
        #expect(try await pair.capture.count(matching: "ip proto 50") == 0, "ESP outside UDP")
      }
    }

    @Test("two spokes behind one address, one of them strongSwan's and one ours, coexist at our hub", .peersOnly, .requires(.nat))
    func sharedAddress() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
        let nat = try await bench.networkBehindNAT(on: underlay), profile = ProtectionProfile.ikev2GCM
        let hub = try await bench.nodeSite(
          .hub, on: underlay, configuration: Site.hub.configuration(protectedBy: profile, holdTimeSeconds: protectedHoldTimeSeconds))
        let theirs = try await bench.strongSwanSite(
          .spoke(2), on: underlay, StrongSwanSettings(profile), holdTimeSeconds: protectedHoldTimeSeconds, behind: nat)
        let site = Site.spoke(1)
        let configuration = try site.configuration(protectedBy: profile, holdTimeSeconds: protectedHoldTimeSeconds)
        let ours = try await bench.nodeSite(site, on: underlay, configuration: site.moved(configuration, behind: nat), behind: nat)
        try await theirs.guest.reachesFromLAN(Site.hub.host)
        try await eventually("our spoke reaches the hub") { try await ours.host.ping(Site.hub.host, count: 1).lost == 0 }
        let shown = try await hub.node.exec("show dmvpn")
        #expect(shown.contains(Site.spoke(1).tunnel) && shown.contains(Site.spoke(2).tunnel), "\(shown)")
        async let one = ours.host.ping(Site.hub.host, count: 100, intervalMilliseconds: 20, options: Canary.pingOptions)
        async let other = theirs.ping(Site.hub.host, count: 100, intervalMilliseconds: 20)
        let results = try await (one, other)
        #expect(results.0.lost == 0 && results.1.lost == 0, "\(results)")
        try await capture.stop()
        try await capture.expectOnlyProtectedPackets(atLeast: 400)
      }
    }
  }
}
