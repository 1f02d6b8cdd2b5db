// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Routing
import Wire

/// `show ip route …` and `show ip cef A`.
extension Node {
  static let routeLegend = [
    "Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP", "       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area ",
    "       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2", "       E1 - OSPF external type 1, E2 - OSPF external type 2",
    "       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2",
    "       ia - IS-IS inter area, * - candidate default, U - per-user static route",
    "       o - ODR, P - periodic downloaded static route, H - NHRP, l - LISP", "       a - application route, K - kernel",
    "       + - replicated route, % - next hop override, p - overrides from PfR",
  ]

  func showRoutes(_ what: ShowAction, _ call: ExecCall) -> ExecResult {
    if call.arguments.family == .v6 { return showRoutesV6(what, call) }
    switch what {
    case .routeOf: return showRoute(call)
    case .cef: return showForwarding(call)
    case .routeSummary: return showRouteSummary(.v4)
    default:
      let all = table.entries.filter(\.route.prefix.address.isV4)
      let entries = all.filter { isWanted($0, what, call.arguments) }
      return .shown(Shown(lines: self.tableLines(entries, of: all, showsOverrides: what == .overrides), json: { self.json(entries) }))
    }
  }

  func isWanted(_ e: RouteEntry, _ what: ShowAction, _ a: Arguments) -> Bool {
    if what == .overrides { return e.override != nil }
    let named = [RouteSource.static, .connected, .nhrp, .bgp, .rip, .odr].first { a.has($0.word) }
    if a.has("longer-prefixes"), let within = prefix(a) { return within.covers(e.route.prefix) }
    return named == nil || e.route.source == named
  }

  private func lastResort() -> String {
    guard let e = table.best(.defaultV4) else { return "Gateway of last resort is not set" }
    return "Gateway of last resort is \(e.route.nextHop ?? .anyV4) to network 0.0.0.0"
  }

  // MARK: Lines

  /// Legend, gateway of last resort, and the routes that are wanted of `all`, below the headings of their networks.
  private func tableLines(_ entries: [RouteEntry], of all: [RouteEntry], showsOverrides: Bool) -> [String] {
    let networks = ClassfulNetworks(all)
    var lines = Node.routeLegend + ["", lastResort(), ""]
    var above: IPPrefix?
    for e in entries {
      let parent = networks.parent(of: e.route.prefix)
      if let parent, parent != above { lines.append("      " + networks.heading(of: parent)) }
      above = parent
      lines += self.lines(e, named: networks.name(of: e.route.prefix), isIndented: parent != nil, showsOverrides: showsOverrides)
    }
    return lines
  }

  /// A route's line, and one for each further way of equal cost, its bracket below the first; with `showsOverrides` what NHRP put in its
  /// place stands below, under the bracket.
  private func lines(_ e: RouteEntry, named name: String, isIndented: Bool, showsOverrides: Bool) -> [String] {
    let code = e.route.source.code + (e.route.prefix.isDefault ? "*" : "")
    let head = code.padded(4) + (e.override == nil ? "  " : "% ") + (isIndented ? "   " : "") + "\(name) "
    let indent = String(repeating: " ", count: head.count)
    let lines = ways(e).enumerated().map { ($0.offset == 0 ? head : indent) + $0.element }
    guard showsOverrides, let o = e.override else { return lines }
    return lines + [indent + "[NHO][\(e.route.distance)/255] via \(o.nextHop), \(age(o.since)), \(self.name(of: o.interface))"]
  }

  /// The way of a route, or all of equal cost, the chosen one first.
  private func ways(_ e: RouteEntry) -> [String] {
    e.equalPaths.isEmpty ? [way(e.route)] : e.equalPaths.map { way($0.route) }
  }

  private func way(_ r: Route) -> String {
    if r.isDiscard { return "is directly connected, Null0" }
    let tail = (r.source.isTimed ? [age(r.installed)] : []) + (r.interface.map { [name(of: $0)] } ?? [])
    guard let hop = r.nextHop else { return (["is directly connected"] + tail).joined(separator: ", ") }
    return (["[\(r.distance)/\(r.metric)] via \(hop)"] + tail).joined(separator: ", ")
  }

  func json(_ entries: [RouteEntry]) -> JSONValue {
    .table(entries.map { e in
      .object([
        ("prefix", .string(e.route.prefix.description)), ("protocol", .string(e.route.source.word)), ("code", .string(e.route.source.code)),
        ("distance", JSONValue(Int(e.route.distance))), ("metric", .int(Int64(e.route.metric))),
        ("nextHop", JSONValue(e.route.nextHop?.description)), ("interface", JSONValue(e.resolvedInterface.map(name))),
        ("overridingNextHop", JSONValue(e.override?.nextHop.description)), ("ageSeconds", .int((now - e.route.installed).wholeSeconds)),
        ("equalNextHops", .array(e.equalPaths.map { JSONValue($0.route.nextHop?.description) })),
      ])
    })
  }

  // MARK: Forwarding

  /// What becomes of packets to an address.
  private struct Way {
    var kind: String
    var interface: String?
    var nextHop: IPAddress?
    /// Where a tunnel sends them: to this peer, or while that is not known to this server.
    var nbma: IPAddress?
    var meanwhile: IPAddress?
    var isTunnel = false
  }

  private func showForwarding(_ call: ExecCall) -> ExecResult {
    guard let address = call.arguments.address("where") else { return .failed(unknownHost(call.arguments[text: "where"])) }
    guard let e = table.entry(for: address, includingShortcuts: true) else {
      return .shown(Shown("0.0.0.0/0\n  no route", json: { .object([("prefix", .string("0.0.0.0/0")), ("type", .string("noRoute"))]) }))
    }
    let way = way(e, address)
    return .shown(Shown(lines: ["\(e.route.prefix)"] + self.lines(way), json: { self.json(way, e.route.prefix) }))
  }

  private func way(_ e: RouteEntry, _ address: IPAddress) -> Way {
    guard let id = e.override?.interface ?? e.resolvedInterface, !e.route.isDiscard else { return Way(kind: "drop") }
    if e.route.source == .local { return Way(kind: "receive", interface: name(of: id)) }
    let hop = e.override?.nextHop ?? e.resolvedNextHop
    var way = Way(kind: hop == nil ? "attached" : "nexthop", interface: name(of: id), nextHop: hop)
    guard let tunnel = tunnels[id] else { return way }
    way.isTunnel = true
    way.nbma = tunnel.forwarding.destination ?? tunnel.adjacencies[hop ?? address]
    way.meanwhile = way.nbma == nil ? tunnel.fallback.first : nil
    return way
  }

  private func lines(_ way: Way) -> [String] {
    let interface = way.interface ?? ""
    let adjacency = way.isTunnel ? ["    " + adjacencyText(way)] : []
    switch way.kind {
    case "drop": return ["  drop"]
    case "receive": return ["  receive for \(interface)"]
    default: return [way.nextHop.map { "  nexthop \($0) \(interface)" } ?? "  attached to \(interface)"] + adjacency
    }
  }

  private func adjacencyText(_ way: Way) -> String {
    if let nbma = way.nbma { return "NBMA address \(nbma)" }
    return way.meanwhile.map { "no adjacency: through \($0) meanwhile" } ?? "no adjacency: dropped"
  }

  private func json(_ way: Way, _ prefix: IPPrefix) -> JSONValue {
    .object([
      ("prefix", .string("\(prefix)")), ("type", .string(way.kind)), ("interface", JSONValue(way.interface)),
      ("nextHop", JSONValue(way.nextHop?.description)), ("nbma", JSONValue(way.nbma?.description)),
      ("meanwhileThrough", JSONValue(way.meanwhile?.description)),
    ])
  }
}

extension RouteSource {
  /// Whether its routes come and go by themselves: they are shown with their age.
  var isTimed: Bool {
    switch self {
    case .nhrp, .bgp, .rip, .odr: true
    case .connected, .local, .static, .kernel: false
    }
  }

  /// The name in `Known via`.
  var word: String {
    switch self {
    case .connected: "connected"
    case .local: "local"
    case .static: "static"
    case .kernel: "kernel"
    case .nhrp: "nhrp"
    case .bgp: "bgp"
    case .rip: "rip"
    case .odr: "odr"
    }
  }
}
