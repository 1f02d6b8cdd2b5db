// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// A network behind one address of the underlay: the bridge `br0` of the namespace that translates. UDP gets a port of its own
/// for each flow, so nothing may rely on 500 or 4500 as a source.
struct NetworkBehindNAT: Sendable {
  let inside: Namespace
  let gateway = "10.64.0.1"
  /// What the underlay sees.
  let outsideAddress = "198.51.100.100"

  /// What a site has there.
  func address(of site: Site) -> String { "10.64.0.\(10 + site.number)" }
}

extension Bench {
  /// Builds it beside the others on the underlay.
  func networkBehindNAT(on underlay: Namespace) async throws -> NetworkBehindNAT {
    let network = NetworkBehindNAT(inside: try await namespace("nat"))
    let inside = network.inside
    try await inside.link("eth0", to: underlay, "unat")
    try await Shell.run(
      "ip -n \(underlay.name) link set unat master br0 && ip -n \(inside.name) link add name br0 type bridge mcast_snooping 0")
    try await inside.address("eth0", "\(network.outsideAddress)/24")
    try await inside.address("br0", "\(network.gateway)/24")
    try await inside.run(
      """
      sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
      iptables -t nat -A POSTROUTING -o eth0 -p udp -j MASQUERADE --to-ports 20000-40000 &&
      iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
      """)
    return network
  }
}
