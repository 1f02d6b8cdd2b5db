// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// The same cloud with every tunnel protected: ours by its configuration, FRR's by strongSwan beside it.
extension FRRCloud {
  static func protectedUnderOurHub(
    _ bench: Bench, _ underlay: Namespace, _ holdTimeSeconds: Int, _ profile: ProtectionProfile
  ) async throws -> FRRCloud {
    let configuration = try Site.hub.configuration(protectedBy: profile, holdTimeSeconds: holdTimeSeconds)
    let hub = try await bench.nodeSite(.hub, on: underlay, configuration: configuration)
    let spoke = try await bench.strongSwanSite(.spoke(2), on: underlay, StrongSwanSettings(profile), holdTimeSeconds: holdTimeSeconds)
    return try await FRRCloud("our hub", bench, underlay, [spoke], holdTimeSeconds, profile) {
      try await hub.node.exec("show ip nhrp brief")
    }
  }

  static func protectedUnderTheirHub(
    _ bench: Bench, _ underlay: Namespace, _ holdTimeSeconds: Int, _ profile: ProtectionProfile
  ) async throws -> FRRCloud {
    let settings = StrongSwanSettings(profile)
    async let hubSite = bench.strongSwanSite(.hub, on: underlay, settings, holdTimeSeconds: holdTimeSeconds)
    async let spokeSite = bench.strongSwanSite(.spoke(2), on: underlay, settings, holdTimeSeconds: holdTimeSeconds)
    let (hub, spoke) = try await (hubSite, spokeSite)
    return try await FRRCloud("FRR's hub", bench, underlay, [spoke, hub], holdTimeSeconds, profile) {
      try await hub.guest.vtysh("show ip nhrp cache")
    }
  }

  /// strongSwan on FRR's spoke, which has an SA to our spoke and one to the hub.
  private func spoke() throws -> StrongSwanPeer { try #require(strongSwan.first) }

  /// FRR's spoke renews the keys of all its SAs under a thousand packets a second through the shortcut, and none of them is lost.
  func renewKeysUnderLoad() async throws {
    let spoke = try spoke(), before = try await installed(on: spoke)
    async let load = ours.host.ping(Site.spoke(2).host, count: 12_000, intervalMilliseconds: 1, options: "-q " + Canary.pingOptions)
    try await Task.sleep(for: .seconds(1))
    for _ in 0..<2 {
      try await spoke.rekeyChild()
      try await spoke.rekeyIKE()
    }
    let result = try await load
    #expect(result.sent == 12_000 && result.lost == 0, "\(result.output.suffix(400))")
    print("12,000 pings under renewals took \(result.seconds) s")
    let after = try await installed(on: spoke)
    #expect(Set(after).isDisjoint(with: before), "not every child SA has new keys: \(before) before, \(after) after")
    #expect(after.count == before.count, "\(after.count) child SAs, \(before.count) before")
  }

  private func installed(on peer: StrongSwanPeer) async throws -> [String] {
    try await peer.associations().flatMap(\.children).filter(\.isInstalled).map(\.inboundSPI)
  }

  /// What the wire says of a protected cloud.
  func judgeProtection() async throws {
    try await capture.expectOnlyProtectedPackets(atLeast: 1000)
    let (ours, theirs) = (Site.spoke(1), Site.spoke(2))
    for (one, other) in [(ours, theirs), (theirs, ours)] {
      let direct = try await capture.count(matching: "ip proto 50 and src \(one.nbma) and dst \(other.nbma)")
      #expect(direct >= 100, "only \(direct) ESP packets went directly from \(one.name) to \(other.name)")
    }
  }
}
