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
    let all = table.entries.filter { !$0.route.prefix.address.isV4 }
    let entries = all.filter { isWanted($0, what, call.arguments) }
    let head = "IPv6 Routing Table - default - \(all.count) entries"
    return .shown(Shown(lines: [head] + Node.routeLegendV6 + entries.flatMap(self.routeLinesV6), json: { self.json(entries) }))
  }

  /// Two lines a route, a third for what NHRP put in its next hop's place.
  private func routeLinesV6(_ e: RouteEntry) -> [String] {
    let r = e.route
    let head = r.source.code.padded(3) + (e.override == nil ? " " : "%") + "\(r.prefix) [\(r.distance)/\(r.metric)]"
    let over = e.override.map { ["     via \($0.nextHop), \(name(of: $0.interface)) [NHO]"] } ?? []
    return [head, "     via " + wayV6(e)] + over
  }

  private func wayV6(_ e: RouteEntry) -> String {
    guard !e.route.isDiscard, let id = e.resolvedInterface else { return "Null0, directly connected" }
    if e.route.source == .local { return "\(name(of: id)), receive" }
    guard let hop = e.route.nextHop else { return "\(name(of: id)), directly connected" }
    return e.route.interface == nil ? "\(hop)" : "\(hop), \(name(of: id))"
  }

  private func showRouteV6(_ call: ExecCall) -> ExecResult {
    guard let address = call.arguments.address("where") else { return .failed(unknownHost(call.arguments[text: "where"])) }
    guard !address.isV4, let e = table.entry(for: address, includingShortcuts: true) else { return .failed("% Route not found") }
    let head = ["Routing entry for \(e.route.prefix)", "  Known via \"\(e.route.source.word)\", distance \(e.route.distance), metric \(e.route.metric)"]
    let over = e.override.map { ["    [NHO] \($0.nextHop), \(name(of: $0.interface))"] } ?? []
    return .shown(Shown(lines: head + ["  Routing paths:", "    " + self.wayV6(e)] + over, json: { self.json([e]) }))
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
