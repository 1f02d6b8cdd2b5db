// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Wire

/// What an operator asks of BGP.
public enum BGPRequest: Sendable {
  /// `show ip bgp summary`, `… neighbors`, `… A.B.C.D`, or the table; the line's values say more.
  case summary, neighbors, entry, table
  /// `clear ip bgp`
  case clear
}

/// The lines of `show` and `clear`, and their answers.
public enum BGPExec {
  private static let words = [
    "show": "Show running system information", "clear": "Reset functions", "ip": "IP information", "bgp": "BGP information",
    "ipv4": "Address family",
    "ipv6": "Address family", "unicast": "Unicast", "summary": "Summary of BGP neighbor status",
    "neighbors": "Detailed information on TCP and BGP neighbor connections",
    "address": "Address", "mask": "Network mask", "prefix": "Network and its length", "longer-prefixes": "Also longer ones",
    "routes": "Routes learned from the neighbor",
    "advertised-routes": "Routes advertised to the neighbor", "*": "Clear all peers", "as": "Clear peers of this AS",
    "external": "Clear peers of other ASes",
    "peer-group": "Clear all members of a peer-group", "group": "Name", "soft": "Soft reconfig", "in": "Soft reconfig inbound update",
    "out": "Soft reconfig outbound update",
  ]
  private static let opening = "show {ip bgp|bgp {ipv4|ipv6} unicast}"

  /// The lines.
  public static let specs: [CommandSpec<BGPRequest>] = [
    spec(opening + " summary", .summary),
    spec(opening + " neighbors [<address:address> [{routes|advertised-routes}]]", .neighbors),
    spec(opening + " <prefix:prefix> [longer-prefixes]", .entry),
    spec(opening + " <address:address> [<mask:mask>] [longer-prefixes]", .entry),
    spec(opening, .table),
    CommandSpec(
      "clear {ip bgp|bgp {ipv4|ipv6} unicast} {*|<as:int(1-4294967295)>|<address:address>|external|peer-group <group:word>} "
        + "[{soft [{in|out}]|in|out}]",
      modes: [.privilegedExec], help: words, action: .clear),
  ]

  private static func spec(_ pattern: String, _ request: BGPRequest) -> CommandSpec<BGPRequest> {
    CommandSpec(pattern, modes: [.userExec, .privilegedExec], help: words, action: request)
  }

  /// The family that a line means.
  public static func family(_ arguments: Arguments) -> BGPFamily { arguments.has("ipv6") ? .ipv6 : .ipv4 }

  /// What `clear` means.
  public static func scope(_ a: Arguments) -> BGPClearScope {
    let target: BGPClearScope.Target
    if let address = a.address("address") {
      target = .neighbor(address)
    } else if let number = a.int("as").flatMap(UInt32.init(exactly:)) {
      target = .asNumber(number)
    } else if let group = a[text: "group"] {
      target = .group(group)
    } else {
      target = a.has("external") ? .external : .all
    }
    let way: BGPClearScope.Way = a.has("in") ? .softIn : a.has("out") ? .softOut : a.has("soft") ? .soft : .hard
    return BGPClearScope(target, way, family: a.has("bgp") && !a.has("ip") ? family(a) : nil)
  }
}

extension BGPEngine {
  /// The answer to a `show` line. A table of more than `BGPLimits.rowsPerAnswer` prefixes is cut, and says so.
  public func show(_ request: BGPRequest, _ a: Arguments, now: Instant) -> [String] {
    guard let summary = summary() else { return ["% BGP not active"] }
    let family = BGPExec.family(a)
    switch request {
    case .summary: return BGPShow.summary(summary, neighborSnapshots(), family, now: now)
    case .neighbors: return showNeighbors(summary, a, family, now)
    case .entry: return showEntry(summary, a, family, now)
    case .table: return showTable(summary, BGPQuery(family))
    case .clear: return []
    }
  }

  private func showNeighbors(_ summary: BGPSummary, _ a: Arguments, _ family: BGPFamily, _ now: Instant) -> [String] {
    guard let address = a.address("address") else { return neighborSnapshots().flatMap { BGPShow.neighbor($0, summary, now: now) } }
    guard let n = neighborSnapshot(address) else { return ["% No such neighbor or address family"] }
    var query = BGPQuery(family)
    if a.has("routes") {
      query.neighbor = address
      return showTable(summary, query)
    }
    guard a.has("advertised-routes") else { return BGPShow.neighbor(n, summary, now: now) }
    query.advertisedTo = address
    return showTable(summary, query)
  }

  private func showEntry(_ summary: BGPSummary, _ a: Arguments, _ family: BGPFamily, _ now: Instant) -> [String] {
    var prefix = a.prefix("prefix") ?? a.address("address").map { IPPrefix(host: $0) }
    if let address = a.address("address"), let mask = a.address("mask"), let length = IPPrefix.length(ofMask: mask) {
      prefix = IPPrefix(address, length: length)
    }
    guard let prefix else { return ["% Network not in table"] }
    if a.has("longer-prefixes") {
      var query = BGPQuery(BGPFamily(of: prefix))
      query.inside = prefix
      return showTable(summary, query)
    }
    return row(for: prefix).map { BGPShow.entry($0, version: summary.tableVersion, now: now) } ?? ["% Network not in table"]
  }

  private func showTable(_ summary: BGPSummary, _ query: BGPQuery) -> [String] {
    let rows = rows(query)
    guard !rows.isEmpty else { return [] }
    let isCut = rows.count == BGPLimits.rowsPerAnswer
    return BGPShow.head(summary) + BGPShow.table(rows) + BGPShow.total(rows.count)
      + (isCut ? ["% The first \(rows.count) prefixes only"] : [])
  }
}
