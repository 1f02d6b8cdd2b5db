// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// BIRD 2 with its bgp or rip, in a namespace.
struct BIRDDaemon: OtherRouter {
  let daemon: RoutingDaemon

  /// AS 65002.
  init(_ bench: Bench, in namespace: Namespace, bgp: BGPSession) async throws {
    let f = bgp.family
    var lines = [
      "protocol bgp peer {", "  local \(f.theirs) as 65002; neighbor \(f.ours) as 65001; hold time 9; keepalive time 3;",
      "  connect delay time 1; connect retry time 1; error wait time 1, 2;",
    ]
    if let password = bgp.password { lines.append("  password \"\(password)\";") }
    if bgp.checksTTL { lines.append("  ttl security on;") }
    try await self.init(bench, namespace, bgp.isV6, lines + [Self.channel(bgp.isV6), "}"])
  }

  init(_ bench: Bench, in namespace: Namespace, rip: RIPAuthentication) async throws {
    let lines = [
      "protocol rip peer {", Self.channel(false),
      "  interface \"eth0\" { version 2; update time 5; timeout time 15; garbage time 10; \(rip.lineOfBIRD) };", "}",
    ]
    try await self.init(bench, namespace, false, lines)
  }

  private static func channel(_ isV6: Bool) -> String {
    "  \(isV6 ? "ipv6" : "ipv4") { import all; export where source ~ [RTS_DEVICE, RTS_STATIC]; };"
  }

  private init(_ bench: Bench, _ namespace: Namespace, _ isV6: Bool, _ protocolLines: [String]) async throws {
    daemon = try await RoutingDaemon(bench, "bird", in: namespace) {
      [["bird", "-f", "-c", "\($0)/bird.conf", "-s", "\($0)/bird.ctl", "-P", "\($0)/bird.pid"]]
    }
    let channel = isV6 ? "ipv6" : "ipv4", family = isV6 ? RoutingLAN.v6 : RoutingLAN.v4
    let lines = [
      "log stderr all;", "router id 192.0.2.2;", "protocol device { scan time 1; }",
      "protocol direct lan { \(channel); interface \"lan0\"; }",
      "protocol static extra { \(channel); route \(family.theirExtra) blackhole; }",
      "protocol kernel { \(channel) { export where source !~ [RTS_DEVICE, RTS_STATIC]; }; scan time 2; }",
    ]
    try daemon.write("bird.conf", (lines + protocolLines + [""]).joined(separator: "\n"))
    try await daemon.start()
  }

  private func birdc(_ command: String) async throws -> String {
    try await Shell.run("birdc -s \(daemon.directory.path)/bird.ctl \(command)")
  }

  func routes() async throws -> String { try await birdc("show route protocol peer") }

  func setExtra(_ isAnnounced: Bool) async throws { _ = try await birdc("\(isAnnounced ? "enable" : "disable") extra") }
}
