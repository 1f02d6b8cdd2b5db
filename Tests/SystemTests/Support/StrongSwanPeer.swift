// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// strongSwan with the kernel's ESP in a guest, and FRR's nhrpd behind it (`Tests/Guest/strongswan-node`, `frr-node`): a
/// protected DMVPN node of strangers.
struct StrongSwanPeer: StrongSwan {
  let site: Site
  let guest: Guest
  let settings: StrongSwanSettings
  /// Its address on its own network, behind NAT another than the site's.
  let address: String

  func control(_ arguments: String, timeout: Duration) async throws -> String {
    try await guest.run("/run/ike/ctl \(arguments)", timeout: timeout)
  }

  func log() async throws -> String { try await guest.run("cat /run/ike/charon.log") }

  /// The command of the guest that makes it this peer, with a new charon each time it is run.
  func command(gateway: String? = nil) -> String {
    let words = [Guest.scripts.appending(path: "strongswan-node").path, settings.profile.name, address, "--start", settings.start.rawValue]
    return (words + settings.options + (gateway.map { ["--gateway", $0] } ?? [])).map(Shell.quote).joined(separator: " ")
  }

  /// Ends charon at once, without a word to its peers, and what the kernel has of it.
  func kill() async throws {
    try await guest.run("kill -KILL $(cat /run/charon.pid); rm -f /run/charon.pid; ip xfrm state flush; ip xfrm policy flush")
  }

  /// Pings another site's host from its own; none may take longer than two seconds.
  func ping(_ host: String, count: Int, intervalMilliseconds: Int) async throws -> PingResult {
    try await guest.pingFromLAN(host, count: count, intervalMilliseconds: intervalMilliseconds)
  }
}

extension Guest {
  /// Waits until another site's host answers the host in the LAN behind an FRR node.
  func reachesFromLAN(_ host: String, timeout: Duration = .seconds(30)) async throws {
    try await eventually("\(host) answers the host behind \(name)", timeout: timeout) {
      try await pingFromLAN(host, count: 1, intervalMilliseconds: 200).received == 1
    }
  }

  /// The ESP packets that the kernel dropped since its start because IKE had got their SPI, but not yet installed their SA. Who
  /// begins a quick mode may send when the second message is there, and strongSwan installs with the third (RFC 2409 §5.5).
  func packetsBeforeTheirAssociation() async throws -> Int {
    Int(try await run("sed -n 's/^XfrmAcquireError[^0-9]*//p' /proc/net/xfrm_stat").trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  /// Pings from the host in the LAN behind an FRR node.
  func pingFromLAN(_ host: String, count: Int, intervalMilliseconds: Int) async throws -> PingResult {
    let interval = String(format: "%.3f", Double(intervalMilliseconds) / 1000)
    let seconds = count * intervalMilliseconds * 2 / 1000 + 20
    let command = "ip netns exec lan timeout -s INT \(seconds) ping -n -q -c \(count) -i \(interval) -W 2 \(host)"
    return PingResult(try await attempt(command, timeout: .seconds(seconds + 10)).output)
  }
}

extension Bench {
  /// A guest that is strongSwan's and FRR's node of a site; comes back when both answer. Behind `nat` its address is that network's.
  func strongSwanSite(
    _ site: Site, on underlay: Namespace, _ settings: StrongSwanSettings, holdTimeSeconds: Int, behind nat: NetworkBehindNAT? = nil
  ) async throws -> StrongSwanPeer {
    let guest = try await guest("swan-\(site.name)", on: nat?.inside ?? underlay)
    try await guest.ready()
    let peer = StrongSwanPeer(site: site, guest: guest, settings: settings, address: nat?.address(of: site) ?? site.nbma)
    try await guest.run(
      "\(peer.command(gateway: nat?.gateway)) -- \(frrCommand(site, holdTimeSeconds, nbma: peer.address))", timeout: Guest.bootLimit)
    return peer
  }

  /// A guest that is libreswan's and FRR's node of a site, of profile `ikev2` or `ikev1`. A spoke begins with the hub, a hub only answers.
  func libreswanSite(_ site: Site, on underlay: Namespace, profile: String, holdTimeSeconds: Int) async throws -> LibreswanPeer {
    let guest = try await guest("lib-\(site.name)", on: underlay)
    try await guest.ready()
    let script = Shell.quote(Guest.scripts.appending(path: "libreswan-node").path)
    let peer = site == .hub ? "" : "--peer \(Site.hub.nbma)"
    try await guest.run(
      "\(script) \(profile) \(site.nbma) \(peer) -- \(frrCommand(site, holdTimeSeconds, nbma: site.nbma))", timeout: Guest.bootLimit)
    return LibreswanPeer(site: site, guest: guest, profile: profile)
  }

  private nonisolated func frrCommand(_ site: Site, _ holdTimeSeconds: Int, nbma: String) -> String {
    let script = Shell.quote(Guest.scripts.appending(path: "frr-node").path)
    return "\(script) \(site == .hub ? "hub" : "spoke") \(site.number) --holdtime \(holdTimeSeconds) --nbma \(nbma)"
  }

  /// A throw-away CA and certificates with the names of the sites; the directory they are in.
  func certificates(_ kind: ProtectionProfile.CertificateKind, _ sites: Site...) async throws -> String {
    let path = directory.appending(path: "certificates-\(kind)").path
    let script = Shell.quote(Guest.scripts.appending(path: "certificates").path)
    try await Shell.run("\(script) \(path) \(kind) \(sites.map { "\($0.name)@\($0.nbma)" }.joined(separator: " "))")
    return path
  }
}
