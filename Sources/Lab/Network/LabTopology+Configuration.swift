// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

// Configurations as an IOS user would write them.
extension LabTopology {
  /// The configuration file of a node.
  ///
  /// A hub's says nothing of the spokes but for `ip host` lines (small clouds) and a static route for each spoke's LAN; with
  /// `.hostRoutesByRegistration` there are no such routes either.
  public func configuration(of index: Int) -> String {
    if files.indices.contains(index) { return files[index] }
    let node = nodes[index]
    var lines = ["hostname \(node.name)"]
    if namesPeers { lines += nodes.filter { $0.name != node.name }.map { "ip host \($0.name) \($0.tunnelAddress)" } }
    lines += ["!", "platform interface GigabitEthernet1 eth0"]
    if node.lan != nil { lines.append("platform interface GigabitEthernet2 eth1") }
    lines += cryptoLines(node)
    lines += ["!", "interface Tunnel0"] + tunnelLines(node).map { " " + $0 }
    lines += ["!", "interface GigabitEthernet1", " ip address \(node.nbma) \(IPPrefix(node.nbma, length: node.nbmaLength).mask)"]
    if let lan = node.lan, let address = node.lanAddress {
      lines += ["!", "interface GigabitEthernet2", " ip address \(address) \(lan.mask)"]
    }
    let routes = routeLines(node) + ipv6RouteLines(node)
    if !routes.isEmpty { lines += ["!"] + routes }
    return (lines + ["!", "end"]).joined(separator: "\n") + "\n"
  }

  private func tunnelLines(_ node: LabNode) -> [String] {
    var lines = [
      "ip address \(node.tunnelAddress) \(Self.tunnelNetwork.mask)", "no ip redirects", "ip mtu 1400", "ip tcp adjust-mss 1360",
      "ip nhrp network-id 1", "ip nhrp authentication dmvpnlab",
    ]
    if let holdTimeSeconds { lines.append("ip nhrp holdtime \(holdTimeSeconds)") }
    lines += node.role == .hub ? hubLines(node) : spokeLines(node)
    lines += ipv6Lines(node) + tunnelRoutingLines(node) + ["tunnel key 42"]
    return protection == .none ? lines : lines + ["tunnel protection ipsec profile DMVPN"]
  }

  /// The shared key of a lab with `--protection psk`; it protects nothing of anybody's.
  static let sharedKey = "dmvpn-lab-shared-key"

  private func cryptoLines(_ node: LabNode) -> [String] {
    switch protection {
    case .none: []
    case .psk:
      [
        "!", "crypto ikev2 keyring LAB", " peer ANY", "  address 0.0.0.0 0.0.0.0", "  pre-shared-key \(Self.sharedKey)",
      ] + profileLines(["authentication remote pre-share", "authentication local pre-share", "keyring local LAB"])
    case .certificate:
      [
        "!", "crypto pki trustpoint LAB", " certificate file \(node.name).pem", " private-key file \(node.name).key",
        " ca-certificate file ca.pem", " revocation-check none",
      ] + profileLines([
        "identity local dn", "authentication remote ecdsa-sig", "authentication local ecdsa-sig", "pki trustpoint LAB",
      ])
    }
  }

  private func profileLines(_ own: [String]) -> [String] {
    [
      "crypto ikev2 proposal LAB", " encryption aes-gcm-256", " prf sha384", " group 19", "crypto ikev2 policy LAB", " proposal LAB",
      "crypto ikev2 profile LAB", " match identity remote any",
    ] + own.map { " " + $0 } + [
      " dpd 10 3 periodic", "crypto ipsec transform-set LAB esp-gcm 256", " mode transport", "crypto ipsec profile DMVPN",
      " set transform-set LAB", " set ikev2-profile LAB",
    ]
  }

  private func hubLines(_ node: LabNode) -> [String] {
    var lines: [String] = []
    for other in hubs where other.number != node.number {
      lines += ["ip nhrp map \(other.tunnelAddress) \(other.nbma)", "ip nhrp map multicast \(other.nbma)"]
    }
    lines.append("ip nhrp map multicast dynamic")
    if phase == .three { lines.append("ip nhrp redirect") }
    return lines + ["tunnel source GigabitEthernet1", "tunnel mode gre multipoint"]
  }

  private func spokeLines(_ node: LabNode) -> [String] {
    // A point-to-point tunnel has one end: phase 1 spokes know the first hub only.
    let servers = phase == .one ? hubs.prefix(1) : hubs
    var lines = servers.map { "ip nhrp nhs \($0.tunnelAddress) nbma \($0.nbma) multicast" }
    lines.append(phase == .three ? "ip nhrp shortcut" : "no ip nhrp shortcut")
    lines.append("tunnel source GigabitEthernet1")
    return lines + (phase == .one ? ["tunnel destination \(nodes[0].nbma)"] : ["tunnel mode gre multipoint"])
  }

  private func routeLines(_ node: LabNode) -> [String] {
    guard lanStyle == .behindNodes else { return [] }
    guard routing == .static else { return routerLines(node) }
    if node.role == .hub {
      return hubs.filter { $0.number != node.number }.compactMap(directRoute) + spokes.compactMap(directRoute)
    }
    if phase == .two {
      return hubs.compactMap(directRoute) + spokes.filter { $0.number != node.number }.compactMap(directRoute)
    }
    return summaries.map { "ip route \($0.address) \($0.mask) \(nodes[0].tunnelAddress)" }
  }

  private func directRoute(to node: LabNode) -> String? {
    node.lan.map { "ip route \($0.address) \($0.mask) \(node.tunnelAddress)" }
  }
}
