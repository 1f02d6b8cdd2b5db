// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// Our node and a stranger's, hub and spoke 1, with a protected tunnel between them and a capture on their underlay. The
/// spoke is the one that begins: the hub learns of it by its registration.
struct ProtectedPair<Peer: Sendable>: Sendable {
  let ours: NodeSite
  let peer: Peer
  let guest: Guest
  let underlay: Namespace
  let capture: PacketCapture
  let profile: ProtectionProfile

  /// The peer's site.
  var theirs: Site { ours.site == .hub ? .spoke(1) : .hub }

  /// Waits until our node shows every layer done and a ping gets through.
  func isUp(timeout: Duration = .seconds(30)) async throws {
    try await eventually("our node shows the peer UP", timeout: timeout, lastSeen: { await bothShow() }) {
      let shown = try await ours.node.exec("show dmvpn")
      return shown.contains(theirs.tunnel) && shown.contains("UP")
    }
    try await eventually("the hosts reach each other", timeout: timeout, lastSeen: { await bothShow() }) {
      try await ours.host.ping(theirs.host, count: 1, options: Canary.pingOptions).lost == 0
    }
    let command = profile.isIKEv2 ? "show crypto ikev2 sa" : "show crypto isakmp sa"
    let phase1 = try await ours.node.exec(command)
    #expect(phase1.contains(profile.isIKEv2 ? "READY" : "QM_IDLE"), "\(phase1)")
    let session = try await ours.node.exec("show crypto session")
    #expect(session.contains("UP-ACTIVE"), "\(session)")
  }

  /// What either end says of its SAs, for a message.
  func bothShow() async -> String {
    let shown = try? await ours.node.attempt("show dmvpn detail ; show crypto session detail ; show logging").output
    let log = try? await (peer as? any StrongSwan)?.log()
    let mappings = (try? await guest.vtysh("show ip nhrp cache")) ?? ""
    return (shown ?? ours.node.output) + "\nthe peer's mappings:\n\(mappings)" + (log.map { "\nthe peer's log:\n\($0.suffix(6000))" } ?? "")
  }

  /// Pings both ways at once with the canary in ours, `body` meanwhile; none may be lost.
  func losesNothing(count: Int = 100, intervalMilliseconds: Int = 20, during body: () async throws -> Void = {}) async throws {
    async let fromOurs = ours.host.ping(
      theirs.host, count: count, intervalMilliseconds: intervalMilliseconds, options: Canary.pingOptions)
    async let fromTheirs = guest.pingFromLAN(ours.site.host, count: count, intervalMilliseconds: intervalMilliseconds)
    try await body()
    for result in [try await fromOurs, try await fromTheirs] {
      #expect(result.sent == count && result.lost == 0, "\(result.output.suffix(500))")
    }
  }

  /// Ends the capture: it held ESP and IKE only.
  func judge(atLeast espPackets: Int) async throws {
    try await capture.stop()
    try await capture.expectOnlyProtectedPackets(atLeast: espPackets)
  }

  /// Waits until our node shows no SA of either kind with the peer.
  func oursHasNone(timeout: Duration) async throws {
    var seen = ""
    try await eventually("our node has no SA left", timeout: timeout, lastSeen: { seen }) {
      seen = try await ours.node.exec("show crypto session")
      return !seen.contains("UP-ACTIVE") && !seen.contains("UP-IDLE")
    }
  }
}

extension ProtectedPair where Peer == StrongSwanPeer {
  /// FRR's spoke with strongSwan under our hub: strongSwan begins.
  static func underOurHub(
    _ bench: Bench, _ profile: ProtectionProfile, _ options: ProtectionOptions = ProtectionOptions(), behindNAT: Bool = false,
    adjusting: (inout StrongSwanSettings) -> Void = { _ in }
  ) async throws -> ProtectedPair {
    let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
    let nat = behindNAT ? try await bench.networkBehindNAT(on: underlay) : nil
    let (options, settings) = try await credentials(bench, profile, options, ours: .hub, adjusting)
    let ours = try await bench.nodeSite(
      .hub, on: underlay, configuration: Site.hub.configuration(protectedBy: profile, options, holdTimeSeconds: protectedHoldTimeSeconds))
    let peer = try await bench.strongSwanSite(
      .spoke(1), on: underlay, settings, holdTimeSeconds: protectedHoldTimeSeconds, behind: nat)
    return ProtectedPair(ours: ours, peer: peer, guest: peer.guest, underlay: underlay, capture: capture, profile: profile)
  }

  /// Our spoke under FRR's hub with strongSwan: our node begins.
  static func underTheirHub(
    _ bench: Bench, _ profile: ProtectionProfile, _ options: ProtectionOptions = ProtectionOptions(), behindNAT: Bool = false,
    adjusting: (inout StrongSwanSettings) -> Void = { _ in }
  ) async throws -> ProtectedPair {
    let underlay = try await bench.underlay(), capture = try await bench.capture("br0", in: underlay)
    let nat = behindNAT ? try await bench.networkBehindNAT(on: underlay) : nil
    let (options, settings) = try await credentials(bench, profile, options, ours: .spoke(1), adjusting)
    let peer = try await bench.strongSwanSite(.hub, on: underlay, settings, holdTimeSeconds: protectedHoldTimeSeconds)
    let configuration = try Site.spoke(1).configuration(protectedBy: profile, options, holdTimeSeconds: protectedHoldTimeSeconds)
    let ours = try await bench.nodeSite(
      .spoke(1), on: underlay, configuration: nat.map { Site.spoke(1).moved(configuration, behind: $0) } ?? configuration, behind: nat)
    return ProtectedPair(ours: ours, peer: peer, guest: peer.guest, underlay: underlay, capture: capture, profile: profile)
  }

  /// Certificates for both ends, where the profile wants them.
  private static func credentials(
    _ bench: Bench, _ profile: ProtectionProfile, _ options: ProtectionOptions, ours: Site, _ adjusting: (inout StrongSwanSettings) -> Void
  ) async throws -> (ProtectionOptions, StrongSwanSettings) {
    var (options, settings) = (options, StrongSwanSettings(profile))
    if let kind = profile.certificate {
      let directory = try await bench.certificates(kind, .hub, .spoke(1))
      options.certificates = (directory, ours.name)
      settings.certificates = (directory, ours == .hub ? Site.spoke(1).name : Site.hub.name)
    }
    adjusting(&settings)
    return (options, settings)
  }

  /// Both ends have a child SA, in the form expected, and mean the same one.
  func agree(mode: String = "TRANSPORT", timeout: Duration = .seconds(30)) async throws {
    try await isUp(timeout: timeout)
    let child = try await peer.isUp()
    #expect(child.mode == mode)
    let ours = try await self.ours.node.exec("show crypto ipsec sa")
    let spis = ours.matches(of: /0x([0-9a-fA-F]+)/).compactMap { UInt32($0.1, radix: 16) }
    #expect(UInt32(child.inboundSPI, radix: 16).map(spis.contains) == true, "no SPI \(child.inboundSPI) in:\n\(ours)")
  }
}

/// How long registrations hold in these tests: three renewals in half a minute.
let protectedHoldTimeSeconds = 30

extension Site {
  /// A configuration of this site with the address that it has behind NAT.
  func moved(_ configuration: String, behind nat: NetworkBehindNAT) -> String {
    configuration.replacing("ip address \(nbma) ", with: "ip address \(nat.address(of: self)) ")
  }
}
