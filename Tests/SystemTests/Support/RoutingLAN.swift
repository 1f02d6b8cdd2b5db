// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Two routers on one wire, each with a host behind it: our node's, and one for somebody else's routing daemons.
///
/// ```
///   our host ── lan0  ours  eth0 ──── eth0  theirs  lan0 ── their host
///    192.168.1.2           192.0.2.1   192.0.2.2          192.168.2.2
///    2001:db8:1::2         2001:db8::1 2001:db8::2        2001:db8:2::2
/// ```
struct RoutingLAN: Sendable {
  let ours: Namespace, theirs: Namespace
  let ourHost: Namespace, theirHost: Namespace

  /// The addresses of one family.
  struct Family: Sendable {
    let ours: String, theirs: String
    let ourLAN: String, theirLAN: String
    let ourHost: String, theirHost: String
    /// Networks that are announced and withdrawn again.
    let ourExtra: String, theirExtra: String
  }

  static let v4 = Family(
    ours: "192.0.2.1", theirs: "192.0.2.2", ourLAN: "192.168.1.0/24", theirLAN: "192.168.2.0/24", ourHost: "192.168.1.2",
    theirHost: "192.168.2.2", ourExtra: "198.51.100.0/24", theirExtra: "203.0.113.0/24")
  static let v6 = Family(
    ours: "2001:db8::1", theirs: "2001:db8::2", ourLAN: "2001:db8:1::/64", theirLAN: "2001:db8:2::/64", ourHost: "2001:db8:1::2",
    theirHost: "2001:db8:2::2", ourExtra: "2001:db8:a::/48", theirExtra: "2001:db8:b::/48")

  init(_ bench: Bench) async throws {
    (ours, ourHost) = try await Self.router(bench, "ours", 1)
    (theirs, theirHost) = try await Self.router(bench, "theirs", 2)
    try await ours.link("eth0", to: theirs, "eth0")
    try await ours.run("\(Self.add("192.0.2.1/24", "2001:db8::1/64", to: "eth0"))")
    try await theirs.run("\(Self.add("192.0.2.2/24", "2001:db8::2/64", to: "eth0"))")
  }

  private static func router(_ bench: Bench, _ name: String, _ number: Int) async throws -> (Namespace, Namespace) {
    let router = try await bench.namespace(name), host = try await bench.namespace("\(name)-lan")
    try await router.run("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.default.rp_filter=0")
    try await router.link("lan0", to: host, "eth0")
    try await router.run(add("192.168.\(number).1/24", "2001:db8:\(number)::1/64", to: "lan0"))
    try await host.run(
      add("192.168.\(number).2/24", "2001:db8:\(number)::2/64", to: "eth0")
        + " && ip route add default via 192.168.\(number).1 && ip -6 route add default via 2001:db8:\(number)::1")
    return (router, host)
  }

  private static func add(_ v4: String, _ v6: String, to device: String) -> String {
    "ip addr add \(v4) dev \(device) && ip -6 addr add \(v6) dev \(device) nodad"
  }

  /// The beginning of our node's file.
  static let head = """
    hostname ours
    !
    platform interface GigabitEthernet1 eth0
    platform interface GigabitEthernet2 lan0
    !

    """
}
