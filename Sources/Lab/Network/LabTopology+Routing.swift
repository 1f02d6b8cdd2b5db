// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

// Routing protocols of the configurations: who summarises and who is the next hop, as each phase wants it (docs/routing.md).
extension LabTopology {
  /// Why a routing protocol does not go with a phase; nil where it does.
  public static func refusal(of routing: LabRouting, in phase: DMVPNPhase) -> String? {
    guard routing == .odr, phase == .two else { return nil }
    return "ODR gives spokes a default route alone, phase 2 needs the other spokes as next hops: take rip or bgp, or phase 1 or 3"
  }

  /// All LANs behind nodes, in few prefixes.
  var summaries: [IPPrefix] { [AddressPlan.hubLANs] + AddressPlan.spokeLANs(spokes: spokeCount) }

  /// Lines of the tunnel.
  func tunnelRoutingLines(_ node: LabNode) -> [String] {
    guard lanStyle == .behindNodes else { return [] }
    switch routing {
    case .static: return []
    // Phase 2: every spoke must hear of every other's network, and by whom; else the hub is the next hop of all.
    case .rip: return node.role == .spoke ? [] : phase == .two ? ["no ip split-horizon"] : ["ip next-hop-self rip"]
    case .odr: return ["cdp enable"]
    case .bgp: return []
    }
  }

  /// The routing process, and what it needs.
  func routerLines(_ node: LabNode) -> [String] {
    switch routing {
    case .static: []
    case .rip: ripLines(node)
    case .odr: node.role == .hub ? ["router odr", " distribute-list prefix SPOKE-LANS in", "!"] + spokeLANs : []
    case .bgp: bgpLines(node)
    }
  }

  private func bgpLines(_ node: LabNode) -> [String] {
    let own = node.lan.map { [" network \($0.address) mask \($0.mask)"] } ?? []
    let head = ["router bgp 65000", " bgp router-id \(node.tunnelAddress)"]
    // A point-to-point tunnel has one end: phase 1 spokes know the first hub only.
    let others = node.role == .hub ? hubs.filter { $0.number != node.number } : Array(phase == .one ? hubs.prefix(1) : hubs)
    let hubLines = others.map { " neighbor \($0.tunnelAddress) remote-as 65000" }
    guard node.role == .hub else { return head + own + hubLines }
    var lines = head + [" bgp listen range \(Self.tunnelNetwork) peer-group SPOKES", " bgp listen limit \(Self.spokeLimit)"] + own
    if phase != .two { lines += summaries.dropFirst().map { " aggregate-address \($0.address) \($0.mask) summary-only" } }
    lines += [
      " neighbor SPOKES peer-group", " neighbor SPOKES remote-as 65000", " neighbor SPOKES route-reflector-client",
      " neighbor SPOKES prefix-list SPOKE-LANS in", " neighbor SPOKES maximum-prefix 100",
    ]
    return lines + (phase == .two ? [] : [" neighbor SPOKES next-hop-self all"]) + hubLines + ["!"] + spokeLANs
  }

  /// What the hub takes from spokes: networks like their LANs, no default route and nothing of its own.
  private var spokeLANs: [String] {
    AddressPlan.spokeLANs(spokes: spokeCount).enumerated().map {
      "ip prefix-list SPOKE-LANS seq \(($0.offset + 1) * 5) permit \($0.element) ge 24 le 24"
    }
  }

  /// In phases 1 and 3 the hub says one word for all networks. `ip summary-address rip` takes no supernets, so it is a static route.
  private func ripLines(_ node: LabNode) -> [String] {
    let summarises = node.role == .hub && phase != .two
    var lines = ["router rip", " version 2"] + (summarises ? [" redistribute static metric 1"] : []) + [" network 10.0.0.0"]
    lines += node.lan.map { [" network \($0.address.classfulNetwork.address)"] } ?? []
    lines += summarises ? [" distribute-list prefix SUMMARIES out Tunnel0"] : []
    lines += [" passive-interface GigabitEthernet2", " no auto-summary", "!"]
    guard summarises else { return lines }
    let networks = AddressPlan.spokeLANs(spokes: spokeCount)
    lines += networks.map { "ip route \($0.address) \($0.mask) Null0" } + ["!"]
    let words = ["\(AddressPlan.hubLANs) le 24"] + networks.map(\.description)
    return lines + words.enumerated().map { "ip prefix-list SUMMARIES seq \(($0.offset + 1) * 5) permit \($0.element)" }
  }
}

extension IPAddress {
  /// The network of its class: what a `network` line of RIP means.
  fileprivate var classfulNetwork: IPPrefix {
    let length = v4Bits >> 31 == 0 ? 8 : v4Bits >> 30 == 2 ? 16 : 24
    return IPPrefix(self, length: length)
  }
}
