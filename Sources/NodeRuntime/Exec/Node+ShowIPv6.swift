// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import NHRP
import ProtocolKit
import Routing
import Wire

/// `show ipv6 route …`, and the IPv6 part of `show dmvpn`: IOS lays them out otherwise than their elder siblings.
extension Node {
  static let routeLegendV6 = [
    "Codes: C - Connected, L - Local, S - Static, U - Per-user Static route", "       B - BGP, R - RIP, H - NHRP, K - kernel, % - next hop override",
  ]

  func showRoutesV6(_ what: ShowAction, _ call: ExecCall) -> ExecResult {
    if what == .routeOf { return showRouteV6(call) }
    if what == .routeSummary { return showRouteSummary(.v6) }
    let all = table.entries.filter { !$0.route.prefix.address.isV4 }
    let entries = all.filter { isWanted($0, what, call.arguments) }
    let head = "IPv6 Routing Table - default - \(all.count) entries"
    return .shown(Shown(lines: [head] + Node.routeLegendV6 + entries.flatMap(self.routeLinesV6), json: { self.json(entries) }))
  }

  /// Two lines a route, one more for each further way of equal cost, and one for what NHRP put in its next hop's place.
  private func routeLinesV6(_ e: RouteEntry) -> [String] {
    let r = e.route
    let head = r.source.code.padded(3) + (e.override == nil ? " " : "%") + "\(r.prefix) [\(r.distance)/\(r.metric)]"
    let over = e.override.map { ["     via \($0.nextHop), \(name(of: $0.interface)) [NHO]"] } ?? []
    return [head] + waysV6(e).map { "     via " + $0 } + over
  }

  private func waysV6(_ e: RouteEntry) -> [String] {
    e.equalPaths.isEmpty ? [wayV6(e.route, e.resolvedInterface)] : e.equalPaths.map { wayV6($0.route, $0.resolvedInterface) }
  }

  private func wayV6(_ r: Route, _ exit: InterfaceID?) -> String {
    guard !r.isDiscard, let exit else { return "Null0, directly connected" }
    if r.source == .local { return "\(name(of: exit)), receive" }
    guard let hop = r.nextHop else { return "\(name(of: exit)), directly connected" }
    return r.interface == nil ? "\(hop)" : "\(hop), \(name(of: exit))"
  }

  private func showRouteV6(_ call: ExecCall) -> ExecResult {
    guard let address = call.arguments.address("where") else { return .failed(unknownHost(call.arguments[text: "where"])) }
    guard !address.isV4, let e = table.entry(for: address, includingShortcuts: true) else { return .failed("% Route not found") }
    let over = e.override.map { ["    [NHO] \($0.nextHop), \(name(of: $0.interface))"] } ?? []
    let ways = waysV6(e).flatMap { ["    " + $0] + (e.route.source.isTimed ? ["      Last updated \(age(e.route.installed)) ago"] : []) }
    return .shown(Shown(lines: self.entryHead(e.route) + ["  Routing paths:"] + ways + over, json: { self.json([e]) }))
  }

  // MARK: show dmvpn

  /// The peers of IPv6, numbered; nothing where NHRP does not run for it.
  func briefV6(_ peer: PeerCondition?, _ a: Arguments) -> [String] {
    nhrpInterfaces(a[text: "if"], .v6).flatMap { i -> [String] in
      let groups = rows(i, peer, a)
      let head = ["", "Interface: \(i.config.name), IPv6 NHRP Details ", "Type:\(role(i).rawValue), Total NBMA Peers (v4/v6): \(groups.count)"]
      return head + groups.enumerated().flatMap { n, group in group.enumerated().flatMap { peerLinesV6($0.element, n + 1, of: group.count, isFirst: $0.offset == 0) } }
    }
  }

  private func peerLinesV6(_ row: DMVPNRow, _ number: Int, of count: Int, isFirst: Bool) -> [String] {
    let entries = isFirst ? "\(count)" : "0"
    return [
      "    \(number).Peer NBMA Address: \(row.nbma?.description ?? "UNKNOWN")", "        Tunnel IPv6 Address: \(row.tunnel)",
      "        IPv6 Target Network: \(row.target?.description ?? "\(row.tunnel)/128")",
      "        # Ent: \(entries), Status: \(row.state.rawValue), UpDn Time: \(row.since.map(age) ?? "never"), Cache Attrib: \(row.attributes)",
    ]
  }
}
