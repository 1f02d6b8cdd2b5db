// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The plan of addresses of `config/` and of the guests' nodes: number 0 is the hub, k is spoke k.
struct Site: Sendable, Equatable {
  let number: Int

  static let hub = Site(number: 0)
  static func spoke(_ number: Int) -> Site { Site(number: number) }

  var name: String { number == 0 ? "hub" : "spoke\(number)" }
  private var last: Int { number == 0 ? 1 : 10 + number }
  var nbma: String { "198.51.100.\(last)" }
  var tunnel: String { "10.0.0.\(last)" }
  var lan: String { "192.168.\(last).0" }
  var router: String { "192.168.\(last).1" }
  var host: String { "192.168.\(last).2" }

  /// This site's file in `config/`, altered: `replacing` maps the beginning of a line (without indentation) to the line that
  /// stands in its place, nil to leave it out.
  func configuration(phase: Int, replacing changes: [String: String?] = [:]) throws -> String {
    let file = Program.root.appending(path: "config/phase\(phase)-\(name).conf")
    return try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n").compactMap { line in
      let bare = line.trimmingCharacters(in: .whitespaces)
      guard let change = changes.first(where: { bare.hasPrefix($0.key) }) else { return line }
      return change.value.map { String(line.prefix { $0 == " " }) + $0 }
    }.joined(separator: "\n")
  }

  /// What has to change for FRR 8.4.4, which knows no NHRP authentication, and for a test that waits for things to expire.
  func configurationForFRR(holdTimeSeconds: Int) throws -> String {
    try configuration(phase: 3, replacing: ["ip nhrp authentication": nil, "ip nhrp holdtime": "ip nhrp holdtime \(holdTimeSeconds)"])
  }
}

/// Our node at a site: its namespace with eth0 on the underlay and lan0, and a host behind it.
struct NodeSite: Sendable {
  let site: Site
  let router: Namespace
  let host: Namespace
  let node: NodeProcess
}

extension Bench {
  /// Builds a site around our node, with this configuration.
  func nodeSite(
    _ site: Site, on underlay: Namespace, configuration: String, options: [String] = [], behind nat: NetworkBehindNAT? = nil
  ) async throws -> NodeSite {
    let (router, host) = try await surroundings(of: site, on: underlay, behind: nat)
    let node = try await node(site.name, in: router, configuration: configuration, options: options)
    return NodeSite(site: site, router: router, host: host, node: node)
  }

  /// The namespaces of a site: the router's, on the bridge, and the host's behind it. Behind `nat` the router is on that bridge.
  func surroundings(
    of site: Site, on underlay: Namespace, behind nat: NetworkBehindNAT? = nil
  ) async throws -> (router: Namespace, host: Namespace) {
    let underlay = nat?.inside ?? underlay
    let router = try await namespace(site.name), host = try await namespace("\(site.name)-lan")
    try await router.link("eth0", to: underlay, "u\(site.number)")
    try await Shell.run("ip -n \(underlay.name) link set u\(site.number) master br0")
    try await router.address("eth0", "\(nat?.address(of: site) ?? site.nbma)/24")
    if let nat { try await router.run("ip route add default via \(nat.gateway) metric 100") }
    try await router.link("lan0", to: host, "eth0")
    try await router.address("lan0", "\(site.router)/24")
    try await host.address("eth0", "\(site.host)/24")
    try await host.run("ip route add default via \(site.router)")
    try await router.run("sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0")
    return (router, host)
  }

  /// A guest that is FRR's node of a site; comes back when nhrpd answers.
  func frrSite(_ site: Site, on underlay: Namespace, holdTimeSeconds: Int, options: String = "") async throws -> Guest {
    let guest = try await guest("frr-\(site.name)", on: underlay)
    try await guest.ready()
    let role = site == .hub ? "hub" : "spoke"
    let script = Guest.scripts.appending(path: "frr-node").path
    try await guest.run("\(Shell.quote(script)) \(role) \(site.number) --holdtime \(holdTimeSeconds) \(options)", timeout: Guest.bootLimit)
    return guest
  }
}
