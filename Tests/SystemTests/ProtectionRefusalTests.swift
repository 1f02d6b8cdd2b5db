// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// What a protected tunnel does not do: carry clear packets, take a wrong key, leak while it comes and goes.
  @Suite("Refusals of a protected tunnel", .requires(.root, .tun, .guest, .frr, .strongSwan, .tshark, .tcpdump, .executable))
  struct ProtectionRefusalTests {
    typealias Pair = ProtectedPair<StrongSwanPeer>

    @Test("FRR's spoke in clear under our protected hub: its registration is dropped and named, the hub sends no GRE (RFC 4301 §5.2)")
    func clearPeer() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
        let hub = try await bench.nodeSite(
          .hub, on: underlay, configuration: Site.hub.configuration(protectedBy: .ikev2GCM, holdTimeSeconds: protectedHoldTimeSeconds))
        _ = try await bench.frrSite(.spoke(1), on: underlay, holdTimeSeconds: protectedHoldTimeSeconds)
        try await eventually(
          "the log names the clear packet and its sender", contains: ["%CRYPTO-4-RECVD_PKT_NOT_IPSEC", Site.spoke(1).nbma]
        ) {
          try await hub.node.exec("show logging")
        }
        #expect(try await !hub.node.exec("show ip nhrp").contains(Site.spoke(1).tunnel))
        try await capture.stop()
        #expect(try await capture.count(matching: "ip proto 47 and src \(Site.spoke(1).nbma)") > 0)
        #expect(try await capture.count(matching: "ip proto 47 and src \(Site.hub.nbma)") == 0)
      }
    }

    @Test(
      "a wrong pre-shared key: no SA, the log names the peer and the cause, nothing half-open is left", .peersOnly,
      arguments: [ProtectionProfile.ikev2GCM, .ikev1Main])
    func wrongKey(profile: ProtectionProfile) async throws {
      try await Bench.with { bench in
        let pair = try await Pair.underOurHub(bench, profile) { $0.secret = "another-throwaway-secret" }
        try await eventually("the log names the peer and says that it failed", timeout: .seconds(40), lastSeen: { await pair.bothShow() }) {
          try await pair.ours.node.exec("show logging").split(separator: "\n").contains { line in
            line.contains(Site.spoke(1).nbma) && (line.contains("%IKEV2-") || line.contains("%CRYPTO-"))
          }
        }
        let said = try await pair.ours.node.exec("show logging ; show running-config ; show crypto session detail")
        #expect(!said.contains("another-throwaway-secret"))
        #expect(try await !pair.ours.node.exec("show ip nhrp").contains(Site.spoke(1).tunnel))
        try await pair.guest.run("kill $(cat /run/charon.pid)")
        try await eventually("nothing half-open is left", timeout: .seconds(45)) {
          try await !pair.ours.node.exec(profile.isIKEv2 ? "show crypto ikev2 sa" : "show crypto isakmp sa").contains(Site.spoke(1).nbma)
        }
        try await pair.capture.stop()
        #expect(try await pair.capture.count(matching: "ip proto 47 and src \(Site.hub.nbma)") == 0)
      }
    }

    @Test(
      "start, renewal, loss of the peer, reconfiguration, restart and stop under pings: the wire never holds GRE or a byte of them",
      .peersOnly)
    func neverInClear() async throws {
      try await Bench.with { bench in
        let pair = try await Pair.underTheirHub(bench, .ikev2GCM, ProtectionOptions(liveness: (10, 2)))
        async let pings = pair.ours.host.ping(pair.theirs.host, count: 1800, intervalMilliseconds: 50, options: Canary.pingOptions)
        try await pair.agree()
        try await pair.peer.rekeyChild()
        try await pair.peer.rekeyIKE()
        for change in ["set pfs group14", "no set pfs"] {
          try await pair.ours.node.exec("configure terminal ; crypto ipsec profile DMVPN ; \(change) ; end")
        }
        try await pair.ours.node.exec("configure terminal ; interface Tunnel0 ; shutdown ; end")
        try await pair.ours.node.exec("configure terminal ; interface Tunnel0 ; no shutdown ; end")
        try await pair.isUp(timeout: .seconds(60))
        try await pair.underlay.run("ip link set tap-swan-hub nomaster")
        try await pair.oursHasNone(timeout: .seconds(60))
        try await pair.underlay.run("ip link set tap-swan-hub master br0")
        try await pair.isUp(timeout: .seconds(60))
        await pair.ours.node.stop()
        let again = try await bench.node(
          "again", in: pair.ours.router,
          configuration: Site.spoke(1).configuration(protectedBy: .ikev2GCM, holdTimeSeconds: protectedHoldTimeSeconds))
        try await eventually("the tunnel is back", timeout: .seconds(60)) {
          try await pair.ours.host.ping(pair.theirs.host, count: 1).lost == 0
        }
        await again.stop()
        let answers = try await pings
        #expect(answers.received > 0, "\(answers.output.suffix(300))")
        try await pair.judge(atLeast: 200)
      }
    }
  }
}
