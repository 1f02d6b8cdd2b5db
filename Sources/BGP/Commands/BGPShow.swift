// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import ProtocolKit
import Wire

/// The tables of `show ip bgp …` as IOS prints them. Text from snapshots, and nothing else.
public enum BGPShow {
  // MARK: show ip bgp summary

  /// `show ip bgp summary`, of one family.
  public static func summary(_ s: BGPSummary, _ neighbors: [BGPNeighborSnapshot], _ family: BGPFamily, now: Instant) -> [String] {
    let shown = neighbors.filter { $0.families.contains { $0.family == family } }
    var lines = [
      "BGP router identifier \(s.routerID), local AS number \(s.asNumber)",
      "BGP table version is \(s.tableVersion), main routing table version \(s.tableVersion)",
    ]
    if s.prefixes[family.index] > 0 {
      lines += [
        "\(s.prefixes[family.index]) network entries", "\(s.paths[family.index]) path entries",
        "\(s.attributeSets) BGP path attribute entries using \(s.attributeBytes) bytes of memory",
      ]
    }
    lines += refusals(s.counters)
    lines += ["", "Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd"]
    for n in shown { lines += row(n, family, s.tableVersion, now) }
    guard s.dynamic > 0 || !s.listenRanges.isEmpty else { return lines }
    lines += ["* Dynamically created based on a listen range command"]
    lines += ["Dynamically created neighbors: \(s.dynamic), Subnet ranges: \(s.listenRanges.count)", ""]
    for group in groups(s.listenRanges) {
      lines.append("BGP peergroup \(group) listen range group members: ")
      lines += s.listenRanges.filter { $0.group == group }.map { "\($0.network) " }
    }
    return lines + [
      "", "Total dynamically created neighbors: \(s.dynamic)/(\(s.listenLimit) max), Subnet ranges: \(s.listenRanges.count)", "",
    ]
  }

  /// What was refused, where anything was.
  private static func refusals(_ c: BGPCounters) -> [String] {
    let all: [(UInt64, String)] = [
      (c.refusedPaths, "paths refused for lack of room"), (c.refusedConnections, "connections refused"),
      (c.refusedOffers, "routes of other protocols refused for lack of room"),
    ]
    return all.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
  }

  private static func groups(_ ranges: [ListenRange]) -> [String] {
    var out: [String] = []
    for range in ranges where !out.contains(range.group) { out.append(range.group) }
    return out
  }

  private static func row(_ n: BGPNeighborSnapshot, _ family: BGPFamily, _ version: UInt64, _ now: Instant) -> [String] {
    let name = (n.isDynamic ? "*" : "") + "\(n.address)"
    let isUp = n.state == .established
    let age = isUp || n.establishments > 0 ? AgeText.format(now - n.since) : "never"
    let last = isUp ? "\(n.prefixes(family))".leading(8) : stateText(n)
    let rest =
      "4".leading(1) + "\(n.remoteAS)".leading(13) + "\(n.received.total)".leading(8) + "\(n.sent.total)".leading(8)
      + "\(isUp ? version : 1)".leading(9) + "\(n.inputBytes > 0 ? 1 : 0)".leading(5)
      + "\(n.outputBytes / BGPAssignments.messageBytes)".leading(5) + " "
      + age.trailing(8) + " " + last
    // A long address has a line of its own.
    return name.count > 15 ? [name, String(repeating: " ", count: 16) + rest] : [name.trailing(16) + rest]
  }

  private static func stateText(_ n: BGPNeighborSnapshot) -> String { n.state.text + (n.reason.map { " (\($0))" } ?? "") }

  // MARK: show ip bgp

  /// The lines above the table.
  public static func head(_ s: BGPSummary) -> [String] {
    [
      "BGP table version is \(s.tableVersion), local router ID is \(s.routerID)",
      "Status codes: s suppressed, d damped, h history, * valid, > best, i - internal, ",
      "              r RIB-failure, S Stale, m multipath, b backup-path, f RT-Filter, ",
      "              x best-external, a additional-path, c RIB-compressed, ",
      "              t secondary path, L long-lived-stale,", "Origin codes: i - IGP, e - EGP, ? - incomplete",
      "RPKI validation codes: V valid, I invalid, N Not found", "",
      "     Network          Next Hop            Metric LocPrf Weight Path",
    ]
  }

  /// The table's lines of some prefixes.
  public static func table(_ rows: [BGPRow]) -> [String] {
    rows.flatMap { row in
      row.paths.enumerated().flatMap { i, path in lines(path, i == 0 ? networkText(row.prefix) : "") }
    }
  }

  /// IOS leaves the length of a classful network out.
  static func networkText(_ prefix: IPPrefix) -> String {
    guard prefix.address.isV4 else { return "\(prefix)" }
    if prefix.isDefault { return "0.0.0.0" }
    let first = prefix.address.v4Bits >> 24
    let natural: UInt8 = first < 128 ? 8 : first < 192 ? 16 : first < 224 ? 24 : 0
    return prefix.length == natural ? "\(prefix.address)" : "\(prefix)"
  }

  private static func status(_ p: BGPPathRow) -> String {
    let first = p.isSuppressed ? "s" : p.isStale ? "S" : p.isValid ? "*" : " "
    return " " + first + (p.isBest ? ">" : p.isMultipath ? "m" : " ") + (p.isInternal ? "i" : " ") + " "
  }

  private static func lines(_ p: BGPPathRow, _ network: String) -> [String] {
    let a = p.attributes
    let numbers =
      (a.multiExitDiscriminator.map { "\($0)" } ?? "").leading(6)
      + (p.neighbor == nil ? "" : a.localPreference.map { "\($0)" } ?? "").leading(7)
      + "\(a.weight)".leading(7) + " " + [a.asPath.text, a.origin.letter].filter { !$0.isEmpty }.joined(separator: " ")
    var out: [String] = []
    var line = status(p) + network
    if network.count > 16 {
      out.append(line)
      line = ""
    }
    line = line.trailing(22) + "\(a.nextHop)"
    if "\(a.nextHop)".count > 19 {
      out.append(line)
      line = ""
    }
    return out + [line.trailing(42) + numbers]
  }

  /// The line below the whole table.
  public static func total(_ count: Int) -> [String] { ["", "Total number of prefixes \(count) "] }

  // MARK: show ip bgp A.B.C.D

  /// `show ip bgp A.B.C.D [mask]`
  public static func entry(_ row: BGPRow, version: UInt64, now: Instant) -> [String] {
    let best = row.paths.firstIndex(where: \.isBest)
    var lines = ["BGP routing table entry for \(row.prefix), version \(version)"]
    lines.append("Paths: (\(row.paths.count) available, " + (best.map { "best #\($0 + 1)" } ?? "no best path") + ", table default)")
    lines.append(row.groups.isEmpty ? "  Not advertised to any peer" : "  Advertised to update-groups:")
    if !row.groups.isEmpty { lines.append("     " + row.groups.map { "\($0)".trailing(10) }.joined()) }
    return lines + row.paths.flatMap { detail($0, now) }
  }

  private static func detail(_ p: BGPPathRow, _ now: Instant) -> [String] {
    let a = p.attributes
    var head = "  " + (a.asPath.isEmpty ? "Local" : a.asPath.text)
    if let aggregator = a.aggregator { head += ", (aggregated by \(aggregator.asNumber) \(IPAddress(v4: aggregator.identifier)))" }
    if p.isSuppressed { head += ", (suppressed due to aggregation)" }
    if p.isStale { head += ", (stale)" }
    if p.isFiltered { head += ", (received-only)" }
    var lines = ["  Refresh Epoch 1", head]
    let hop = "    \(a.nextHop)" + (p.isValid ? (p.metric > 0 ? " (metric \(p.metric))" : "") : p.isFiltered ? "" : " (inaccessible)")
    lines.append(hop + " from " + (p.neighbor.map { "\($0)" } ?? "0.0.0.0") + " (\(p.identifier))")
    lines.append("      " + attributes(p).joined(separator: ", "))
    return lines + marks(p) + ["      Last update: \(AgeText.format(now - p.since)) ago"]
      + (p.lostBy.map { ["      Not best: \($0)"] } ?? [])
  }

  private static func attributes(_ p: BGPPathRow) -> [String] {
    let a = p.attributes
    var words = ["Origin \(["IGP", "EGP", "incomplete"][Int(a.origin.rawValue)])"]
    if let med = a.multiExitDiscriminator { words.append("metric \(med)") }
    words.append("localpref \(a.localPreference ?? BGPAssignments.localPreference)")
    if a.weight > 0 { words.append("weight \(a.weight)") }
    if p.isValid { words.append("valid") }
    words.append(p.neighbor == nil ? (a.aggregator == nil ? "sourced" : "aggregated, local") : p.isInternal ? "internal" : "external")
    if a.isAtomicAggregate { words.append("atomic-aggregate") }
    if p.isMultipath { words.append("multipath") }
    if p.isBest { words.append("best") }
    return words
  }

  private static func marks(_ p: BGPPathRow) -> [String] {
    let a = p.attributes
    var lines: [String] = []
    if !a.communities.isEmpty {
      lines.append("      Community: " + a.communities.sorted().map { CommunityText.text($0, isNewFormat: true) }.joined(separator: " "))
    }
    if !a.extendedCommunities.isEmpty {
      lines.append("      Extended Community: " + a.extendedCommunities.map { "0x" + String($0, radix: 16) }.joined(separator: " "))
    }
    if !a.largeCommunities.isEmpty {
      lines.append("      Large Community: " + a.largeCommunities.sorted().map(\.description).joined(separator: " "))
    }
    if let originator = a.originatorID {
      lines.append(
        "      Originator: \(IPAddress(v4: originator)), Cluster list: "
          + a.clusterList.map { "\(IPAddress(v4: $0))" }.joined(separator: ", "))
    }
    if p.pathID != 0, p.neighbor != nil { lines.append("      rx pathid: 0x" + String(p.pathID, radix: 16)) }
    return lines
  }
}

extension String {
  /// Filled with spaces on the left.
  func leading(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
  /// Filled with spaces on the right.
  func trailing(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
