// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// Our node beside FRR 8.4.4's nhrpd over a real kernel's multipoint GRE, in a guest on the same bridge. The judge of
  /// what went where is the capture on the bridge. One scenario a role here, the longer ones in `make test-peers`.
  @Suite("FRR", .requires(.root, .tun, .guest, .frr, .tshark, .tcpdump, .executable))
  struct FRRTests {
    static let holdTimeSeconds = 15

    @Test("FRR as spoke: it and our spoke find each other under our hub, by redirect and resolution both ways, and talk directly")
    func underOurHub() async throws {
      try await Bench.with { bench in
        let cloud = try await FRRCloud.underOurHub(bench, holdTimeSeconds: Self.holdTimeSeconds)
        try await cloud.findEachOther()
        try await cloud.capture.stop()
        try await cloud.judge()
      }
    }

    @Test("FRR as hub: our spoke registers and stays registered past the holding time")
    func ourSpoke() async throws {
      try await Bench.with { bench in try await spokeUnderTheirHub(bench, nextHopServer: "10.0.0.1") }
    }

    @Test("our spoke learns the tunnel address of FRR's hub from its reply", .peersOnly)
    func ourSpokeAsksUnderItsOwnAddress() async throws {
      try await Bench.with { bench in try await spokeUnderTheirHub(bench, nextHopServer: "dynamic") }
    }

    @Test(
      "FRR's spoke registers with our hub, whether it knows the hub's tunnel address or not", .peersOnly,
      arguments: ["--nhs 10.0.0.1", "--nhs dynamic", "--no-unique"])
    func theirSpoke(options: String) async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let hub = try await bench.nodeSite(
          .hub, on: underlay, configuration: Site.hub.configurationForFRR(holdTimeSeconds: Self.holdTimeSeconds))
        let spoke = try await bench.frrSite(.spoke(1), on: underlay, holdTimeSeconds: Self.holdTimeSeconds, options: options)
        try await eventually("our hub has the registration", contains: ["198.51.100.11", "10.0.0.11", "UP"]) {
          try await hub.node.exec("show dmvpn")
        }
        try await eventually("FRR's spoke has our hub", contains: ["10.0.0.1", "198.51.100.1"]) {
          try await spoke.vtysh("show ip nhrp nhs")
        }
        let ping = try await hub.host.ping(Site.spoke(1).host, count: 5)
        #expect(ping.lost == 0, "\(ping.output)")
        // An entry that had expired in between would be young again.
        try await eventually("the entry is older than its holding time", timeout: .seconds(Self.holdTimeSeconds * 3)) {
          try await Self.age(of: "10.0.0.11/32", in: hub.node.exec("show ip nhrp")) > Self.holdTimeSeconds
        }
        #expect(try await hub.node.exec("show ip nhrp").contains("unique") == (options != "--no-unique"))
      }
    }

    @Test("under our hub: renewal under traffic, clear, expiry and a second resolution cost none of our pings", .peersOnly)
    func lifeUnderOurHub() async throws {
      try await Bench.with { bench in try await FRRCloud.underOurHub(bench, holdTimeSeconds: Self.holdTimeSeconds).live() }
    }

    @Test("under FRR's hub: redirect, resolution both ways, renewal, clear, expiry and a second resolution cost none of our pings", .peersOnly)
    func lifeUnderTheirHub() async throws {
      try await Bench.with { bench in try await FRRCloud.underTheirHub(bench, holdTimeSeconds: Self.holdTimeSeconds).live() }
    }

    private func spokeUnderTheirHub(_ bench: Bench, nextHopServer: String) async throws {
      let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
      let hub = try await bench.frrSite(.hub, on: underlay, holdTimeSeconds: Self.holdTimeSeconds)
      let configuration = try Site.spoke(1).configurationForFRR(holdTimeSeconds: Self.holdTimeSeconds)
        .replacing("ip nhrp nhs 10.0.0.1 ", with: "ip nhrp nhs \(nextHopServer) ")
      let spoke = try await bench.nodeSite(.spoke(1), on: underlay, configuration: configuration)
      try await eventually("FRR's hub has the registration", contains: ["10.0.0.11", "198.51.100.11", "dynamic"]) {
        try await hub.vtysh("show ip nhrp cache")
      }
      try await eventually("our spoke has its hub", contains: ["10.0.0.1", "198.51.100.1", "UP"]) {
        try await spoke.node.exec("show dmvpn")
      }
      let ping = try await spoke.host.ping(Site.hub.host, count: (Self.holdTimeSeconds + 5) * 5, intervalMilliseconds: 200)
      if ping.lost > 0 {
        print("FRR's nhrpd said:\n\(try await hub.run("tail -n 200 /run/node/nhrpd.log; ip neigh show dev gre1"))")
      }
      try await capture.stop()
      #expect(try await EchoAudit(capture, ours: Site.spoke(1), theirs: Site.hub).lostByUs(of: ping) == 0, "our node lost pings\n\(ping.output)")
      #expect(ping.lost == 0, "\(ping.output)")
      #expect(try await hub.vtysh("show ip nhrp cache").contains("10.0.0.11"))
      #expect(try await !spoke.node.exec("show logging").contains("NHRP_NHS_DOWN"))
    }

    /// Seconds since the entry of `show ip nhrp` for `target` was made.
    private static func age(of target: String, in text: String) -> Int {
      guard let entry = text.range(of: target), let match = text[entry.upperBound...].firstMatch(of: /created (\d+):(\d+):(\d+)/),
        let hours = Int(match.1), let minutes = Int(match.2), let seconds = Int(match.3)
      else { return 0 }
      return hours * 3600 + minutes * 60 + seconds
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// A longer scenario, for `make test-peers`.
  static var peersOnly: Self { .enabled(if: ProcessInfo.processInfo.environment["DMVPN_TEST_PEERS"] == "1", "runs in make test-peers") }
}
