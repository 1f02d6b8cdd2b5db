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

/// What a `show` line comes to, before it is text or rows.
public enum BGPAnswer: Sendable, Equatable {
  /// `summary`
  case summary(BGPSummary, [BGPNeighborSnapshot], BGPFamily)
  /// `neighbors`: all, or one.
  case neighbors(BGPSummary, [BGPNeighborSnapshot])
  /// One prefix.
  case entry(BGPSummary, BGPRow)
  /// A table, or a part of it; the query says which.
  case table(BGPSummary, BGPListing, BGPQuery)
  /// There is nothing to show, and why.
  case nothing(String)
}

extension BGPEngine {
  /// The answer to a `show` line as text.
  public func show(_ request: BGPRequest, _ a: Arguments, now: Instant) -> [String] { BGPShow.lines(answer(request, a), now: now) }

  /// The answer to a `show` line. A table of more than `BGPLimits.shownPrefixes` prefixes is cut.
  public func answer(_ request: BGPRequest, _ a: Arguments) -> BGPAnswer {
    guard let summary = summary() else { return .nothing("% BGP not active") }
    let family = BGPExec.family(a)
    switch request {
    case .summary: return .summary(summary, neighborSnapshots(), family)
    case .neighbors: return answerNeighbors(summary, a, family)
    case .entry: return answerEntry(summary, a)
    case .table: return table(summary, BGPQuery(family, limit: BGPLimits.shownPrefixes))
    case .clear: return .nothing("")
    }
  }

  private func answerNeighbors(_ summary: BGPSummary, _ a: Arguments, _ family: BGPFamily) -> BGPAnswer {
    guard let address = a.address("address") else { return .neighbors(summary, neighborSnapshots()) }
    guard let n = neighborSnapshot(address) else { return .nothing("% No such neighbor or address family") }
    guard a.has("routes") || a.has("advertised-routes") else { return .neighbors(summary, [n]) }
    var query = BGPQuery(family, limit: BGPLimits.shownPrefixes)
    if a.has("routes") { query.neighbor = address } else { query.advertisedTo = address }
    return table(summary, query)
  }

  private func answerEntry(_ summary: BGPSummary, _ a: Arguments) -> BGPAnswer {
    guard let prefix = BGPExec.prefix(a) else { return .nothing("% Network not in table") }
    guard a.has("longer-prefixes") else { return row(for: prefix).map { .entry(summary, $0) } ?? .nothing("% Network not in table") }
    var query = BGPQuery(BGPFamily(of: prefix), limit: BGPLimits.shownPrefixes)
    query.inside = prefix
    return table(summary, query)
  }

  private func table(_ summary: BGPSummary, _ query: BGPQuery) -> BGPAnswer { .table(summary, listing(query), query) }
}

extension BGPExec {
  /// The network that `A.B.C.D [mask]` or `P/L` names.
  static func prefix(_ a: Arguments) -> IPPrefix? {
    guard let address = a.address("address") else { return a.prefix("prefix") }
    return a.address("mask").flatMap(IPPrefix.length(ofMask:)).map { IPPrefix(address, length: $0) } ?? IPPrefix(host: address)
  }
}

extension BGPShow {
  /// An answer as text. What was cut is told by `remark`, which no filter takes away.
  public static func lines(_ answer: BGPAnswer, now: Instant) -> [String] {
    switch answer {
    case .summary(let s, let neighbors, let family): summary(s, neighbors, family, now: now)
    case .neighbors(let s, let neighbors): neighbors.flatMap { neighbor($0, s, now: now) }
    case .entry(let s, let row): entry(row, version: s.tableVersion, now: now)
    case .table(_, let listing, _) where listing.rows.isEmpty: []
    case .table(let s, let listing, _): head(s) + table(listing.rows) + total(listing.total)
    case .nothing(let text): text.isEmpty ? [] : [text]
    }
  }

  /// What is to be said below the lines, and below what filters leave of them: that there are more prefixes than were looked through.
  public static func remark(_ answer: BGPAnswer) -> String? {
    guard case .table(_, let listing, _) = answer, listing.isCut else { return nil }
    return "% These are of the first \(listing.rows.count) of \(listing.total) prefixes; 'longer-prefixes' asks for a part of the table"
  }
}
