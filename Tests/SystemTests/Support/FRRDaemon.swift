// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// FRR's zebra with its bgpd or ripd, in a namespace.
struct FRRDaemon: OtherRouter {
  let daemon: RoutingDaemon
  private let shown: String
  /// The lines around those that announce the extra network.
  private let section: [String], extra: String

  /// bgpd, AS 65002.
  init(_ bench: Bench, in namespace: Namespace, bgp: BGPSession) async throws {
    let f = bgp.family, family = "address-family \(bgp.isV6 ? "ipv6" : "ipv4") unicast", peer = " neighbor \(f.ours)"
    (shown, extra) = ("show bgp \(bgp.isV6 ? "ipv6" : "ipv4") unicast", "network \(f.theirExtra)")
    section = ["router bgp 65002", family]
    daemon = try await Self.daemon(bench, namespace, "bgpd")
    var lines = [
      "router bgp 65002", " bgp router-id 192.0.2.2", " no bgp ebgp-requires-policy", " no bgp network import-check", " timers bgp 3 9",
      "\(peer) remote-as 65001", "\(peer) timers connect 1", "\(peer) advertisement-interval 0",
    ]
    if let password = bgp.password { lines.append("\(peer) password \(password)") }
    if bgp.checksTTL { lines.append("\(peer) ttl-security hops 1") }
    lines += [" \(family)", " \(peer) activate", "  network \(f.theirLAN)", "  \(extra)", " exit-address-family"]
    try await finish("bgpd", lines)
  }

  /// ripd.
  init(_ bench: Bench, in namespace: Namespace, rip: RIPAuthentication) async throws {
    (shown, extra, section) = ("show ip rip", "route \(RoutingLAN.v4.theirExtra)", ["router rip"])
    daemon = try await Self.daemon(bench, namespace, "ripd")
    try await finish(
      "ripd",
      rip.linesOfFRR + ["router rip", " timers basic 5 15 10", " network eth0", " network lan0", " passive-interface lan0", " \(extra)"])
  }

  private static func daemon(_ bench: Bench, _ namespace: Namespace, _ name: String) async throws -> RoutingDaemon {
    try await RoutingDaemon(bench, "frr", in: namespace) { directory in
      ["zebra", name].map { program in
        [
          "/usr/lib/frr/\(program)", "-f", "\(directory)/\(program).conf", "-i", "\(directory)/\(program).pid", "-z",
          "\(directory)/zserv.api",
          "--vty_socket", directory, "-P", "0", "--log", "stdout",
        ]
      }
    }
  }

  /// The files; its daemons run as a user of their own.
  private func finish(_ name: String, _ lines: [String]) async throws {
    try daemon.write("zebra.conf", "hostname theirs\n")
    try daemon.write("\(name).conf", (lines + [""]).joined(separator: "\n"))
    try await Shell.run("chown -R frr:frr \(daemon.directory.path)")
    try await daemon.start()
  }

  private func vtysh(_ commands: [String]) async throws -> String {
    let words = commands.map { "-c \(Shell.quote($0))" }.joined(separator: " ")
    return try await Shell.run("vtysh --vty_socket \(daemon.directory.path) \(words) 2>/dev/null")
  }

  func routes() async throws -> String { try await vtysh([shown]) }

  func setExtra(_ isAnnounced: Bool) async throws {
    _ = try await vtysh(["configure terminal"] + section + [(isAnnounced ? "" : "no ") + extra])
  }
}
