// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import ODR
import Policy
import ProtocolKit
import RIP
import Routing
import Wire

/// `show ip bgp`, `show ip rip database`, `show ip protocols`, `show cdp …`, and the lists.
extension Node {
  func showRouting(_ what: RoutingShow, _ call: ExecCall) -> ExecResult {
    let a = call.arguments
    return .shown(Shown(lines: self.routingLines(what, a), json: { self.routingJSON(what, a) }))
  }

  private func routingLines(_ what: RoutingShow, _ a: Arguments) -> [String] {
    let policy = settings.policy, name = a[text: "name"]
    switch what {
    case .tracks: return TrackCommands.show(tracks, number: a.int("number"), routes: settings.staticRoutes, at: now)
    case .protocols: return protocolLines()
    case .ripDatabase: return ripDatabase(a)
    case .cdp: return ODRShow.cdp(settings.odr.cdp)
    case .cdpNeighbors: return a.has("detail") ? ODRShow.detail(odr.snapshot(), now: now) : ODRShow.neighbours(odr.snapshot(), now: now)
    case .prefixLists: return PolicyShows.prefixLists(policy, isV4: true, named: name)
    case .ipv6PrefixLists: return PolicyShows.prefixLists(policy, isV4: false, named: name)
    case .accessLists: return PolicyShows.accessLists(policy, named: name)
    case .routeMaps: return PolicyShows.routeMaps(policy, named: name)
    case .keyChains: return PolicyShows.keyChains(policyWithKeys, named: name, at: wallSeconds)
    case .pathLists: return PolicyShows.pathLists(policy, named: name)
    case .communityLists: return PolicyShows.communityLists(policy, named: name)
    case .largeCommunityLists: return PolicyShows.largeCommunityLists(policy, named: name)
    }
  }

  var wallSeconds: Int64 { wallAtStartNanoseconds / 1_000_000_000 + now.seconds }

  private func protocolLines() -> [String] {
    var lines: [String] = []
    if settings.odr.router != nil { lines += ODRShow.protocols(odr.snapshot(), now: now) }
    if settings.rip.router != nil { lines += RIPShow.protocols(rip.snapshot(), now: now) }
    if settings.bgp.settings != nil { lines += bgpProtocolLines() }
    return lines.isEmpty ? ["*** IP Routing is NSF aware ***"] : lines
  }

  private func bgpProtocolLines() -> [String] {
    guard let summary = bgp.summary(), let family = settings.bgp.settings?.family(.ipv4) else { return [] }
    let neighbors = bgp.neighborSnapshots(), distance = family.distance
    let sources = neighbors.filter { $0.state == .established }.map { n in
      "    " + "\(n.address)".padded(16) + "\(n.isInternal ? distance.internal : distance.external)".rightAligned(8) + "      " + age(n.since)
    }
    return [
      "Routing Protocol is \"bgp \(summary.asNumber)\"", "  Outgoing update filter list for all interfaces is not set",
      "  Incoming update filter list for all interfaces is not set", "  IGP synchronization is disabled",
      "  Automatic route summarization is disabled", "  Neighbor(s):", "    Address          FiltIn FiltOut DistIn DistOut Weight RouteMap",
    ] + neighbors.map { "    \($0.address)" }
      + ["  Maximum path: \(family.maximumPaths)", "  Routing Information Sources:", "    Gateway         Distance      Last Update"] + sources
      + ["  Distance: external \(distance.external) internal \(distance.internal) local \(distance.local)", ""]
  }

  private func ripDatabase(_ a: Arguments) -> [String] {
    guard settings.rip.router != nil else { return ["% RIP is not running"] }
    return RIPShow.database(ripRows(a), summaries: rip.snapshot().interfaces.flatMap(\.settings.summaries), now: now)
  }

  /// RIP's networks, all or those that a line names.
  func ripRows(_ a: Arguments) -> [RIPDatabaseRow] {
    let within = a.address("network").map { network in
      IPPrefix(network, length: a.address("mask").flatMap { IPPrefix.length(ofMask: $0) } ?? network.bitWidth)
    }
    return rip.rows(within: within, limit: .max)
  }
}
