// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Routing
import Wire

/// `show ip route A.B.C.D [mask]` and `show {ip|ipv6} route summary`.
extension Node {
  func showRoute(_ call: ExecCall) -> ExecResult {
    let a = call.arguments
    guard let address = a.address("where") else { return .failed(unknownHost(a[text: "where"])) }
    let found = a.address("mask") == nil ? table.entry(for: address, includingShortcuts: true) : prefix(a).flatMap(table.best)
    guard let e = found else { return .failed("% Network not in table") }
    return .shown(Shown(lines: self.entryLines(e), json: { self.json([e]) }))
  }

  /// The network that `<where> <mask>` names; nil where the mask has holes.
  func prefix(_ a: Arguments) -> IPPrefix? {
    guard let address = a.address("where"), let mask = a.address("mask") else { return nil }
    return IPPrefix.length(ofMask: mask).map { IPPrefix(address, length: $0) }
  }

  func entryHead(_ r: Route) -> [String] {
    let type = r.source != .bgp ? "" : r.distance == RouteSource.bgp.administrativeDistance ? ", type external" : ", type internal"
    let tag = r.tag == 0 ? "" : "\n  Tag \(r.tag)"
    return [
      "Routing entry for \(r.prefix)", "  Known via \"\(processName(r.source))\", distance \(r.distance), metric \(r.metric)\(type)\(tag)",
    ]
  }

  /// `bgp 65000` where a process has a number.
  private func processName(_ source: RouteSource) -> String {
    guard source == .bgp, let settings = settings.bgp.settings else { return source.word }
    return "bgp \(settings.name)"
  }

  private func entryLines(_ e: RouteEntry) -> [String] {
    let r = e.route
    var lines = entryHead(r)
    if r.source.isTimed, r.source != .nhrp, let hop = r.nextHop {
      let exit = r.interface.map { " on \(name(of: $0))," } ?? ""
      lines.append("  Last update from \(hop)\(exit) \(age(r.installed)) ago")
    }
    lines.append("  Routing Descriptor Blocks:")
    for (index, path) in paths(e).enumerated() { lines += block(path, isFirst: index == 0, of: e.equalPaths.count) }
    if let o = e.override { lines.append("    [NHO] \(o.nextHop), \(age(o.since)) ago, via \(name(of: o.interface))") }
    let shown = Set(e.equalPaths.map(\.route) + [r])
    return lines + table.candidates(r.prefix).filter { !shown.contains($0) }.map(refused)
  }

  private func paths(_ e: RouteEntry) -> [(route: Route, exit: InterfaceID?)] {
    e.equalPaths.isEmpty ? [(e.route, e.resolvedInterface)] : e.equalPaths.map { ($0.route, $0.resolvedInterface) }
  }

  private func block(_ path: (route: Route, exit: InterfaceID?), isFirst: Bool, of count: Int) -> [String] {
    let interface = path.exit.map(name) ?? "Null0", r = path.route
    let text = r.nextHop.map { "\($0), \(age(r.installed)) ago, via \(interface)" } ?? "directly connected, via \(interface)"
    return ["  \(isFirst ? "*" : " ") \(text)", "      Route metric is \(r.metric), traffic share count is 1"]
  }

  private func refused(_ r: Route) -> String {
    "    not chosen: \(r.source.word) [\(r.distance)/\(r.metric)] via \(r.nextHop.map(\.description) ?? r.interface.map(name) ?? "Null0")"
  }

  // MARK: Summary

  func showRouteSummary(_ family: IPFamily) -> ExecResult {
    let entries = table.entries.filter { $0.route.prefix.address.isV4 == (family == .v4) }
    let head =
      family == .v4
      ? ["IP routing table name is default (0x0)"] : ["IPv6 routing table name is default(0) global scope - \(entries.count) entries"]
    let limit = "\(family == .v4 ? "IP" : "IPv6") routing table maximum-paths is \(Routing.Limits.equalPaths)"
    let counts = RouteSource.allCases.map { source in RouteCounts(processName(source), entries.filter { $0.route.source == source }) }
    let rows = counts + [RouteCounts("Total", entries)]
    return .shown(Shown(lines: head + [limit, RouteCounts.heading] + rows.map(\.line), json: { .array(rows.map(\.json)) }))
  }
}

/// One line of `show ip route summary`.
struct RouteCounts {
  var name: String
  /// Networks of a class or above, and parts of those; ways over all of them; networks whose next hop NHRP overrides.
  var networks = 0, subnets = 0, paths = 0, overrides = 0

  static let heading = "Route Source    Networks    Subnets     Paths       Overrides"

  init(_ name: String, _ entries: [RouteEntry]) {
    self.name = name
    for e in entries {
      if ClassfulNetworks.isSubnet(e.route.prefix) { subnets += 1 } else { networks += 1 }
      paths += max(1, e.equalPaths.count)
      if e.override != nil { overrides += 1 }
    }
  }

  var line: String { (name.padded(16) + [networks, subnets, paths, overrides].map { "\($0)".padded(12) }.joined()).trimmedEnd }

  var json: JSONValue {
    .object([
      ("source", .string(name)), ("networks", JSONValue(networks)), ("subnets", JSONValue(subnets)), ("paths", JSONValue(paths)),
      ("overrides", JSONValue(overrides)),
    ])
  }
}
