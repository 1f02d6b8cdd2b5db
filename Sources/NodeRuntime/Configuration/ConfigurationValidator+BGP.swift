// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import Interfaces
import Wire

/// `router bgp`: neighbours that nobody ever speaks with, names that lead nowhere, and what undoes a phase.
extension ConfigurationValidator {
  static func checkBGP(_ settings: NodeSettings, _ findings: inout Findings) {
    guard let bgp = settings.bgp.settings else { return }
    findings.section = SectionPlace(.routerBGP, [bgp.name])
    for range in bgp.listenRanges { checkRange(range, bgp, &findings) }
    let groups = Dictionary(bgp.neighbors.filter(\.isGroup).map { ($0.name, $0) }) { first, _ in first }
    for neighbor in bgp.neighbors { checkNeighbor(neighbor, groups, settings, &findings) }
    checkOwnAddresses(bgp, settings, &findings)
    let names = Set(bgp.neighbors.map(\.name))
    for family in bgp.families {
      if family.isExplicit { findings.section = SectionPlace(.routerBGPFamily, [bgp.name, family.name]) }
      checkReferences(references(family), settings.policy, &findings)
      for neighbor in family.neighbors where !names.contains(neighbor.name) {
        findings.warn("neighbor \(neighbor.name) ", "neighbor \(neighbor.name) has no 'remote-as' and is no peer-group: its lines do nothing")
      }
      checkAggregates(family, settings, &findings)
      findings.section = SectionPlace(.routerBGP, [bgp.name])
    }
    findings.section = nil
  }

  private static func checkRange(_ range: ListenRange, _ bgp: BGPSettings, _ findings: inout Findings) {
    let about = "bgp listen range \(range.network)"
    guard let group = bgp.neighbor(range.group), group.isGroup else {
      let hint = meant(range.group, bgp.neighbors.filter(\.isGroup).map(\.name))
      return findings.warn(about, "nobody of \(range.network) is taken: there is no peer-group '\(range.group)'\(hint)")
    }
    if group.remoteAS == nil { findings.warn(about, "nobody of \(range.network) is taken: peer-group '\(range.group)' has no 'remote-as'") }
  }

  private static func checkNeighbor(
    _ neighbor: BGPNeighborSettings, _ groups: [String: BGPNeighborSettings], _ settings: NodeSettings, _ findings: inout Findings
  ) {
    let about = "neighbor \(neighbor.name) ", group = neighbor.group.flatMap { groups[$0] }
    if let name = neighbor.group, group == nil {
      findings.warn(about + "peer-group", "neighbor \(neighbor.name) is a member of peer-group '\(name)', which is not defined")
    }
    if !neighbor.isGroup, neighbor.remoteAS == nil, group?.remoteAS == nil {
      findings.warn(about, "neighbor \(neighbor.name) is never spoken with: neither it nor its peer-group has a 'remote-as'")
    }
    if let source = neighbor.updateSource, settings.interfaces[source] == nil, settings.platformNames[source] == nil {
      findings.warn(about + "update-source", "neighbor \(neighbor.name) waits for interface \(source), which is not in this configuration")
    }
    if neighbor.multihop != nil, neighbor.securityHops != nil {
      findings.warn(about + "ttl-security", "neighbor \(neighbor.name) has 'ebgp-multihop' and 'ttl-security': IOS takes only one of them")
    }
  }

  private static func checkOwnAddresses(_ bgp: BGPSettings, _ settings: NodeSettings, _ findings: inout Findings) {
    for name in settings.interfaceNames {
      guard let own = settings.interfaces[name]?.interface.address?.address, bgp.neighbors.contains(where: { $0.address == own }) else {
        continue
      }
      findings.warn("neighbor \(own) ", "neighbor \(own) is this node's own address, on \(name)")
    }
  }

  private static func references(_ family: BGPFamilySettings) -> [(about: String, what: ListReference)] {
    var all: [(about: String, what: ListReference)] = []
    for network in family.networks { if let map = network.routeMap { all.append(("network \(network.prefix.address)", .routeMap(map))) } }
    for source in family.redistributions {
      if let map = source.routeMap { all.append(("redistribute \(source.source)", .routeMap(map))) }
    }
    return all + family.neighbors.flatMap { references($0, isV4: family.family == .ipv4) }
  }

  private static func references(_ n: BGPPolicySettings, isV4: Bool) -> [(about: String, what: ListReference)] {
    var all: [(about: String, what: ListReference)] = []
    for (way, map, prefix, access, path) in [
      ("in", n.routeMapIn, n.prefixListIn, n.accessListIn, n.asPathListIn),
      ("out", n.routeMapOut, n.prefixListOut, n.accessListOut, n.asPathListOut),
    ] {
      if let map { all.append(("neighbor \(n.name) route-map \(map) \(way)", .routeMap(map))) }
      if let prefix { all.append(("neighbor \(n.name) prefix-list \(prefix) \(way)", .prefixList(prefix, isV4: isV4))) }
      if let access { all.append(("neighbor \(n.name) distribute-list \(access) \(way)", .accessList(access, isV4: isV4))) }
      if let path { all.append(("neighbor \(n.name) filter-list \(path) \(way)", .pathList(path))) }
    }
    if let map = n.originatesDefault?.routeMap { all.append(("neighbor \(n.name) default-originate", .routeMap(map))) }
    return all
  }

  /// Phase 2: a hub that hands spokes' routes on with their own next hops. What is inside a summary has no next hop of a spoke.
  private static func checkAggregates(_ family: BGPFamilySettings, _ settings: NodeSettings, _ findings: inout Findings) {
    let reflects = family.neighbors.contains { ($0.isReflectorClient == true || $0.keepsNextHop == true) && $0.nextHopSelf == nil }
    guard reflects, let hub = settings.interfaceNames.first(where: { settings.interfaces[$0]?.isHubWithoutRedirect ?? false }) else {
      return
    }
    for aggregate in family.aggregates where aggregate.isSummaryOnly {
      findings.warn(
        "aggregate-address \(aggregate.prefix.address)",
        "\(hub) has no 'ip nhrp redirect' and spokes keep their next hops (phase 2): what is inside \(aggregate.prefix) goes by the hub "
          + "for ever")
    }
  }
}

extension InterfaceConfiguration {
  /// A hub of phase 1 or 2: multipoint, no next hop server of its own, and no redirects.
  var isHubWithoutRedirect: Bool {
    interface.isTunnel && interface.tunnel.mode == .multipoint && nhrp.networkID != nil && nhrp.servers.isEmpty && !nhrp.redirect
  }
}
