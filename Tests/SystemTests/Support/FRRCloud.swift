// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// Our spoke (number 1) and FRR's (number 2) under one hub, and a capture on their underlay.
struct FRRCloud: Sendable {
  let label: String
  let ours: NodeSite
  let theirs: Guest
  let capture: PacketCapture
  let holdTimeSeconds: Int
  /// Where the cloud is protected: strongSwan beside FRR on its spoke, and on its hub if that is theirs too.
  private(set) var strongSwan: [StrongSwanPeer] = []

  static func underOurHub(_ bench: Bench, holdTimeSeconds: Int, protectedBy profile: ProtectionProfile? = nil) async throws -> FRRCloud {
    let underlay = try await bench.underlay()
    if let profile { return try await protectedUnderOurHub(bench, underlay, holdTimeSeconds, profile) }
    let hub = try await bench.nodeSite(.hub, on: underlay, configuration: Site.hub.configurationForFRR(holdTimeSeconds: holdTimeSeconds))
    let theirs = try await bench.frrSite(.spoke(2), on: underlay, holdTimeSeconds: holdTimeSeconds)
    return try await FRRCloud("our hub", bench, underlay, theirs, holdTimeSeconds) { try await hub.node.exec("show ip nhrp brief") }
  }

  static func underTheirHub(_ bench: Bench, holdTimeSeconds: Int, protectedBy profile: ProtectionProfile? = nil) async throws -> FRRCloud {
    let underlay = try await bench.underlay()
    if let profile { return try await protectedUnderTheirHub(bench, underlay, holdTimeSeconds, profile) }
    async let hubGuest = bench.frrSite(.hub, on: underlay, holdTimeSeconds: holdTimeSeconds)
    async let spokeGuest = bench.frrSite(.spoke(2), on: underlay, holdTimeSeconds: holdTimeSeconds)
    let (hub, theirs) = try await (hubGuest, spokeGuest)
    return try await FRRCloud("FRR's hub", bench, underlay, theirs, holdTimeSeconds) { try await hub.vtysh("show ip nhrp cache") }
  }

  /// A protected cloud; FRR's spoke is the first of `strongSwan`.
  init(
    _ label: String, _ bench: Bench, _ underlay: Namespace, _ strongSwan: [StrongSwanPeer], _ holdTimeSeconds: Int,
    _ profile: ProtectionProfile, hubShows: () async throws -> String
  ) async throws {
    let theirs = try #require(strongSwan.first?.guest)
    try await self.init(label, bench, underlay, theirs, holdTimeSeconds, protectedBy: profile, hubShows: hubShows)
    self.strongSwan = strongSwan
  }

  /// A cloud that stands, by whichever routes.
  init(standing label: String, ours: NodeSite, theirs: Guest, capture: PacketCapture, holdTimeSeconds: Int) {
    (self.label, self.ours, self.theirs, self.capture, self.holdTimeSeconds) = (label, ours, theirs, capture, holdTimeSeconds)
  }

  /// Adds our spoke, and waits for both registrations in what the hub shows.
  private init(
    _ label: String, _ bench: Bench, _ underlay: Namespace, _ theirs: Guest, _ holdTimeSeconds: Int,
    protectedBy profile: ProtectionProfile? = nil, hubShows: () async throws -> String
  ) async throws {
    (self.label, self.theirs, self.holdTimeSeconds) = (label, theirs, holdTimeSeconds)
    capture = try await bench.capture("br0", in: underlay)
    ours = try await bench.nodeSite(
      .spoke(1), on: underlay,
      configuration: profile.map { try Site.spoke(1).configuration(protectedBy: $0, holdTimeSeconds: holdTimeSeconds) }
        ?? Site.spoke(1).configurationForFRR(holdTimeSeconds: holdTimeSeconds))
    try await eventually("both spokes are registered", contains: ["10.0.0.11", "10.0.0.12"], timeout: .seconds(60), hubShows)
    try await eventually("our spoke has its hub", contains: ["10.0.0.1", "UP"]) { try await ours.node.exec("show dmvpn") }
  }

  // MARK: What happens

  /// Pings both ways, every 20 ms at first, until both shortcuts stand. FRR without its tunnel protection puts packets on its
  /// shortcut before there is an SA for it, and may lose some.
  func findEachOther(losingAtMost loss: Int = 0) async throws {
    try await ping(count: 150, intervalMilliseconds: 20, losingAtMost: loss)
    try await shortcutsStand()
  }

  /// The whole life of the two shortcuts, without a ping lost by our node.
  func live() async throws {
    try await findEachOther()
    try await ping(count: holdTimeSeconds * 20, intervalMilliseconds: 100)
    #expect(try await ours.node.exec("show logging").contains("SHORTCUT_REFRESHED"), "our shortcut was not renewed under traffic")
    try await cleared()
    try await shortcutsExpire()
    try await ping(count: 50, intervalMilliseconds: 100)
    try await shortcutsStand()
    try await capture.stop()
    try await judge()
  }

  /// Pings of both hosts at once; each may lose `loss` of them. In clear our node loses none, and FRR's one in twenty at most.
  private func ping(count: Int, intervalMilliseconds: Int, losingAtMost loss: Int = 0) async throws {
    async let fromOurs = ours.host.ping(
      Site.spoke(2).host, count: count, intervalMilliseconds: intervalMilliseconds, options: strongSwan.isEmpty ? "" : Canary.pingOptions)
    async let fromTheirs = theirs.pingFromLAN(Site.spoke(1).host, count: count, intervalMilliseconds: intervalMilliseconds)
    let results = [try await fromOurs, try await fromTheirs]
    let isClear = strongSwan.isEmpty
    for result in results {
      #expect(result.sent == count && result.lost <= (isClear ? count / 20 : loss), "\(result.output.suffix(600))")
    }
    guard isClear else { return }
    if results.contains(where: { $0.lost > 0 }) { print("FRR under \(label), pings lost: \(results.map(\.lost)) of \(count)") }
    try await Task.sleep(for: .milliseconds(300))
    let audit = try await EchoAudit(capture, ours: Site.spoke(1), theirs: Site.spoke(2))
    #expect(audit.lostByUs(of: results[0]) == 0 && audit.lostByUsAnswering == 0, "our node lost pings")
  }

  private func shortcutsStand() async throws {
    try await eventually("our spoke has a shortcut to FRR's LAN", contains: ["192.168.12.0/24", "198.51.100.12"]) {
      try await ours.node.exec("show ip nhrp")
    }
    try await eventually("FRR's spoke has a shortcut to our LAN", contains: ["192.168.11.0/24"], timeout: .seconds(40)) {
      let shown = try await theirs.vtysh("show ip nhrp shortcut")
      guard !shown.contains("192.168.11.0/24") else { return shown }
      // FRR asks once. Where that came to nothing, it asks again when traffic has it redirected again.
      _ = try await theirs.pingFromLAN(Site.spoke(1).host, count: 1, intervalMilliseconds: 100)
      return shown + (try await theirs.run("tail -n 40 /run/node/nhrpd.log")).replacing("/24", with: " / 24")
    }
    // Direct means one router fewer on the way: the reply was sent with 64 and passes two routers, not three.
    let ping = try await ours.host.ping(Site.spoke(2).host, count: 3)
    #expect(ping.output.contains("ttl=62"), "\(ping.output)")
    // The node itself, from the address of its LAN.
    let own = try await ours.node.exec("ping \(Site.spoke(2).host) source \(Site.spoke(1).router)", timeout: .seconds(15))
    #expect(own.contains("Success rate is 100 percent"), "\(own)")
  }

  /// `clear ip nhrp` on either side under traffic: packets take the way through the hub, and both shortcuts come back.
  private func cleared() async throws {
    async let traffic: Void = ping(count: 200, intervalMilliseconds: 100)
    try await ours.node.exec("clear ip nhrp")
    _ = try await theirs.vtysh("clear ip nhrp shortcut", "clear ip nhrp cache")
    try await traffic
    try await shortcutsStand()
  }

  private func shortcutsExpire() async throws {
    let limit = Duration.seconds(holdTimeSeconds * 3)
    try await eventually("our shortcut is gone without traffic", timeout: limit, every: .milliseconds(500)) {
      try await !ours.node.exec("show ip nhrp").contains("192.168.12.0/24")
    }
    try await eventually("FRR's shortcut is gone without traffic", timeout: limit, every: .milliseconds(500)) {
      try await !theirs.vtysh("show ip nhrp shortcut").contains("192.168.11.0/24")
    }
  }

  // MARK: What the wire says

  /// Addresses of the underlay stand only in outer headers and in NHRP.
  func judge() async throws {
    let (ours, theirs) = (Site.spoke(1), Site.spoke(2))
    #expect(try await capture.count(where: "nhrp.hdr.op.type == 8") >= 2, "fewer than two traffic indications were seen")
    for (asking, answering) in [(ours, theirs), (theirs, ours)] {
      let requests = try await capture.count(where: "nhrp.hdr.op.type == 1 && nhrp.src.nbma.addr == \(asking.nbma)")
      #expect(requests >= 1, "\(asking.name) asked for no resolution")
      let replies = try await capture.count(
        where: "nhrp.hdr.op.type == 2 && nhrp.src.nbma.addr == \(asking.nbma) && nhrp.client.nbma.addr == \(answering.nbma)")
      #expect(replies >= 1, "\(asking.name) got no resolution that names \(answering.name)")
      let direct = try await capture.count(where: "icmp && ip.src == \(asking.nbma) && ip.dst == \(answering.nbma)")
      #expect(direct >= 100, "only \(direct) echo packets went directly from \(asking.name) to \(answering.name)")
    }
    #expect(try await capture.count(where: "nhrp && _ws.malformed") == 0)
    // A server that takes no step reports is asked to once: both reports of one shortcut may be on their way.
    #expect(try await capture.count(where: "icmp.type == 3") <= 2)
    try await printTimings(ours, theirs)
  }

  /// Milliseconds from the first packet of our host, for docs/measurements.md.
  private func printTimings(_ ours: Site, _ theirs: Site) async throws {
    let begin = try #require(try await capture.firstTime(where: "icmp.type == 8 && ip.src == \(ours.nbma) && ip.dst == \(Site.hub.nbma)"))
    let steps = [
      ("redirect", "nhrp.hdr.op.type == 8 && ip.dst == \(ours.nbma)"),
      ("answer to us", "nhrp.hdr.op.type == 2 && ip.dst == \(ours.nbma) && nhrp.src.nbma.addr == \(ours.nbma)"),
      ("answer to FRR", "nhrp.hdr.op.type == 2 && ip.dst == \(theirs.nbma) && nhrp.src.nbma.addr == \(theirs.nbma)"),
      ("direct from us", "icmp && ip.src == \(ours.nbma) && ip.dst == \(theirs.nbma)"),
      ("direct from FRR", "icmp && ip.src == \(theirs.nbma) && ip.dst == \(ours.nbma)"),
    ]
    var text = "FRR under \(label), ms after the first packet:"
    for (name, filter) in steps {
      let time = try await capture.firstTime(where: filter)
      text += " \(name) " + (time.map { String(format: "%.1f", ($0 - begin) * 1000) } ?? "–") + ","
    }
    print(text.dropLast())
  }
}
