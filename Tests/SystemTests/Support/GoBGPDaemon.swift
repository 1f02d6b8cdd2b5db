// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// GoBGP, AS 65002, in a namespace. It keeps what it learns to itself.
struct GoBGPDaemon: OtherRouter {
  let daemon: RoutingDaemon
  var hasKernel: Bool { false }

  init(_ bench: Bench, in namespace: Namespace, bgp: BGPSession) async throws {
    daemon = try await RoutingDaemon(bench, "gobgp", in: namespace) {
      [["gobgpd", "-f", "\($0)/gobgp.toml", "--api-hosts", "127.0.0.1:50051"]]
    }
    try daemon.write(
      "gobgp.toml",
      """
      [global.config]
        as = 65002
        router-id = "192.0.2.2"
      [[neighbors]]
        [neighbors.config]
          neighbor-address = "\(RoutingLAN.v4.ours)"
          peer-as = 65001
          auth-password = "\(bgp.password ?? "")"
        [neighbors.timers.config]
          connect-retry = 1
          hold-time = 9
          keepalive-interval = 3
          idle-hold-time-after-reset = 1
        [neighbors.ttl-security.config]
          enabled = \(bgp.checksTTL)
          ttl-min = \(bgp.checksTTL ? 255 : 0)

      """)
    try await daemon.start()
  }

  private func gobgp(_ command: String) async throws -> String { try await daemon.namespace.run("gobgp \(command)") }

  func routes() async throws -> String { try await gobgp("global rib") }

  func announce() async throws {
    for network in [RoutingLAN.v4.theirLAN, RoutingLAN.v4.theirExtra] {
      try await eventually("GoBGP takes its network") { try await gobgp("global rib add \(network)") == "" }
    }
  }

  func setExtra(_ isAnnounced: Bool) async throws {
    _ = try await gobgp("global rib \(isAnnounced ? "add" : "del") \(RoutingLAN.v4.theirExtra)")
  }
}
