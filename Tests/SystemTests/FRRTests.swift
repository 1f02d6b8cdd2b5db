// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// Our node beside FRR 8.4.4's nhrpd over a real kernel's multipoint GRE, in a guest on the same bridge. The judge of
  /// what went where is the capture on the bridge.
  @Suite("FRR", .requires(.root, .tun, .guest, .frr, .tshark, .tcpdump, .executable))
  struct FRRTests {
    static let holdTimeSeconds = 20

    @Test("FRR's spoke registers with our hub, whether it knows the hub's tunnel address or not", arguments: ["10.0.0.1", "dynamic"])
    func spokeUnderOurHub(nextHopServer: String) async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let hub = try await bench.nodeSite(
          .hub, on: underlay, configuration: Site.hub.configurationForFRR(holdTimeSeconds: Self.holdTimeSeconds))
        let spoke = try await bench.frrSite(
          .spoke(1), on: underlay, holdTimeSeconds: Self.holdTimeSeconds, options: "--nhs \(nextHopServer)")
        try await eventually("our hub has the registration", contains: ["198.51.100.11", "10.0.0.11", "UP"]) {
          try await hub.node.exec("show dmvpn")
        }
        try await eventually("FRR's spoke has our hub", contains: ["10.0.0.1", "198.51.100.1"]) {
          try await spoke.vtysh("show ip nhrp nhs")
        }
        let ping = try await hub.host.ping(Site.spoke(1).host, count: 5)
        #expect(ping.lost == 0, "\(ping.output)")
        try await staysRegistered(at: hub.node)
      }
    }

    /// Past one holding time the entry is still there: FRR refreshes at a third of it, and our hub answers.
    private func staysRegistered(at hub: NodeProcess) async throws {
      let clock = ContinuousClock(), end = clock.now + .seconds(Self.holdTimeSeconds + 5)
      while clock.now < end {
        let cache = try await hub.exec("show ip nhrp brief")
        try #require(cache.contains("10.0.0.11"), "the registration went away:\n\(cache)")
        try await Task.sleep(for: .seconds(1))
      }
    }

    @Test("our spoke registers with FRR's hub and stays registered past the holding time")
    func ourSpoke() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let hub = try await bench.frrSite(.hub, on: underlay, holdTimeSeconds: Self.holdTimeSeconds)
        let spoke = try await bench.nodeSite(
          .spoke(1), on: underlay, configuration: Site.spoke(1).configurationForFRR(holdTimeSeconds: Self.holdTimeSeconds))
        try await eventually("FRR's hub has the registration", contains: ["10.0.0.11", "198.51.100.11", "dynamic"]) {
          try await hub.vtysh("show ip nhrp cache")
        }
        try await eventually("our spoke has its hub", contains: ["10.0.0.1", "198.51.100.1", "UP"]) {
          try await spoke.node.exec("show dmvpn")
        }
        let ping = try await spoke.host.ping(Site.hub.host, count: (Self.holdTimeSeconds + 5) * 2, intervalMilliseconds: 500)
        #expect(ping.lost == 0, "\(ping.output)")
        #expect(try await hub.vtysh("show ip nhrp cache").contains("10.0.0.11"))
      }
    }

    @Test("our spoke and FRR's find each other under our hub: redirect, resolution both ways, direct traffic, expiry")
    func mixedSpokesUnderOurHub() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let hub = try await bench.nodeSite(
          .hub, on: underlay, configuration: Site.hub.configurationForFRR(holdTimeSeconds: Self.holdTimeSeconds))
        let cloud = try await mixedCloud(bench, underlay)
        try await eventually("both spokes are registered", contains: ["10.0.0.11", "10.0.0.12"]) {
          try await hub.node.exec("show ip nhrp brief")
        }
        try await check(cloud)
      }
    }

    @Test("our spoke and FRR's find each other under FRR's hub: redirect, resolution both ways, direct traffic, expiry")
    func mixedSpokesUnderTheirHub() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let hub = try await bench.frrSite(.hub, on: underlay, holdTimeSeconds: Self.holdTimeSeconds)
        let cloud = try await mixedCloud(bench, underlay)
        try await eventually("both spokes are registered", contains: ["10.0.0.11", "10.0.0.12"]) {
          try await hub.vtysh("show ip nhrp cache")
        }
        try await check(cloud)
      }
    }

    /// Spoke 1 is ours, spoke 2 is FRR's.
    struct MixedCloud {
      let ours: NodeSite
      let theirs: Guest
      let capture: PacketCapture
    }

    private func mixedCloud(_ bench: Bench, _ underlay: Namespace) async throws -> MixedCloud {
      let theirs = try await bench.frrSite(.spoke(2), on: underlay, holdTimeSeconds: Self.holdTimeSeconds)
      let capture = try await bench.capture("br0", in: underlay)
      let ours = try await bench.nodeSite(
        .spoke(1), on: underlay, configuration: Site.spoke(1).configurationForFRR(holdTimeSeconds: Self.holdTimeSeconds))
      return MixedCloud(ours: ours, theirs: theirs, capture: capture)
    }

    private func check(_ cloud: MixedCloud) async throws {
      async let fromOurs = cloud.ours.host.ping(Site.spoke(2).host, count: 40, intervalMilliseconds: 100)
      async let fromTheirs = cloud.theirs.run("ip netns exec lan ping -n -c 40 -i 0.1 -W 2 \(Site.spoke(1).host)", timeout: .seconds(30))
      let (ours, theirs) = (try await fromOurs, PingResult(try await fromTheirs))
      #expect(ours.lost == 0, "\(ours.output)")
      #expect(theirs.lost == 0, "\(theirs.output)")
      try await shortcutsStand(cloud)
      try await shortcutsExpire(cloud)
      try await cloud.capture.stop()
      try await judge(cloud.capture)
    }

    private func shortcutsStand(_ cloud: MixedCloud) async throws {
      try await eventually("our spoke has a shortcut to FRR's LAN", contains: ["192.168.12.0/24", "198.51.100.12"]) {
        try await cloud.ours.node.exec("show ip nhrp")
      }
      try await eventually("FRR's spoke has a shortcut to our LAN", contains: ["192.168.11.0/24"]) {
        try await cloud.theirs.vtysh("show ip nhrp shortcut")
      }
      // Direct means one router fewer on the way: the reply was sent with 64 and passes two routers, not three.
      let ping = try await cloud.ours.host.ping(Site.spoke(2).host, count: 3)
      #expect(ping.output.contains("ttl=62"), "\(ping.output)")
    }

    private func shortcutsExpire(_ cloud: MixedCloud) async throws {
      let limit = Duration.seconds(Self.holdTimeSeconds * 3)
      try await eventually("our shortcut is gone without traffic", timeout: limit, every: .seconds(1)) {
        try await !cloud.ours.node.exec("show ip nhrp").contains("192.168.12.0/24")
      }
      try await eventually("FRR's shortcut is gone without traffic", timeout: limit, every: .seconds(1)) {
        try await !cloud.theirs.vtysh("show ip nhrp shortcut").contains("192.168.11.0/24")
      }
    }

    /// What the wire says. Outer addresses come first where tshark lists a field more than once.
    private func judge(_ capture: PacketCapture) async throws {
      let (ours, theirs) = (Site.spoke(1), Site.spoke(2))
      #expect(try await capture.count(where: "nhrp.hdr.op.type == 8") >= 1, "no traffic indication was seen")
      for (asking, answering) in [(ours, theirs), (theirs, ours)] {
        let requests = try await capture.count(where: "nhrp.hdr.op.type == 1 && nhrp.src.nbma.addr == \(asking.nbma)")
        #expect(requests >= 1, "\(asking.name) asked for no resolution")
        let replies = try await capture.count(
          where: "nhrp.hdr.op.type == 2 && nhrp.src.nbma.addr == \(asking.nbma) && nhrp.client.nbma.addr == \(answering.nbma)")
        #expect(replies >= 1, "\(asking.name) got no resolution that names \(answering.name)")
        let direct = try await capture.packets(where: "icmp && ip.src == \(asking.nbma) && ip.dst == \(answering.nbma)", fields: ["ip.src"])
        #expect(direct.contains { $0[0].hasPrefix(asking.nbma) }, "no echo packet went directly from \(asking.name) to \(answering.name)")
      }
      #expect(try await capture.count(where: "nhrp && _ws.malformed") == 0)
    }
  }
}
