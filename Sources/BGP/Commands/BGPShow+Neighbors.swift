// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Wire

/// `show ip bgp neighbors [A]`
extension BGPShow {
  /// Everything of one neighbour.
  public static func neighbor(_ n: BGPNeighborSnapshot, _ s: BGPSummary, now: Instant) -> [String] {
    var lines = [
      "BGP neighbor is " + (n.isDynamic ? "*" : "")
        + "\(n.address),  remote AS \(n.remoteAS), \(n.isInternal ? "internal" : "external") link"
    ]
    if let text = n.text { lines.append(" Description: \(text)") }
    if let group = n.group { lines.append(" Member of peer-group \(group) for session parameters") }
    if n.isDynamic { lines.append(" Belongs to the subnet range group: \(range(n, s))") }
    if n.reason == "Admin" { lines.append(" Administratively shut down") }
    lines.append("  BGP version 4, remote router ID \(n.identifier)")
    let isUp = n.state == .established
    lines.append("  BGP state = \(n.state.text)" + (isUp ? ", up for \(AgeText.format(now - n.since))" : n.reason.map { " (\($0))" } ?? ""))
    lines.append("  hold time is \(n.holdSeconds), keepalive interval is \(n.keepaliveSeconds) seconds")
    if isUp { lines += capabilities(n) }
    lines += messages(n)
    for family in n.families { lines += self.family(family, n, s) }
    lines += ["", "  Connections established \(n.establishments); dropped \(n.drops)"]
    lines.append(
      n.lastError.map { "  Last reset \(AgeText.format(now - n.lastErrorAt)), due to \($0)" } ?? "  Last reset never")
    if n.updateErrors > 0 { lines.append("  Updates with errors, treated as withdrawals or without attributes: \(n.updateErrors)") }
    if n.attributeBytes > 0 { lines.append("  Attributes received use \(n.attributeBytes) bytes of memory") }
    if let local = n.localAddress, isUp { lines.append("Local host: \(local), Foreign host: \(n.address)") }
    return lines + [""]
  }

  private static func range(_ n: BGPNeighborSnapshot, _ s: BGPSummary) -> String {
    s.listenRanges.filter { $0.group == n.group && $0.network.contains(n.address) }.max { $0.network.length < $1.network.length }
      .map { "\($0.network)" } ?? ""
  }

  private static func capabilities(_ n: BGPNeighborSnapshot) -> [String] {
    var lines = ["  Neighbor capabilities:"]
    if n.takesRefresh { lines.append("    Route refresh: advertised and received(new)") }
    lines.append("    Four-octets ASN Capability: advertised" + (n.isWide ? " and received" : ""))
    for f in n.families {
      lines.append("    Address family \(name(f.family)): advertised" + (f.isNegotiated ? " and received" : ""))
      if f.receivesPaths || f.sendsPaths {
        let ways = [f.sendsPaths ? "send" : nil, f.receivesPaths ? "receive" : nil].compactMap { $0 }
        lines.append("    Additional paths \(name(f.family)): " + ways.joined(separator: " and "))
      }
    }
    if let restart = n.restart { lines.append("    Graceful Restart Capability: received, restart time \(restart.restartSeconds) seconds") }
    return lines
  }

  private static func messages(_ n: BGPNeighborSnapshot) -> [String] {
    func line(_ word: String, _ sent: UInt64, _ received: UInt64) -> String {
      "    " + (word + ":").trailing(16) + "\(sent)".leading(10) + "\(received)".leading(11)
    }
    return [
      "  Message statistics:", "    InQ depth is \(n.inputBytes > 0 ? 1 : 0)",
      "    OutQ depth is \(n.outputBytes / BGPAssignments.messageBytes)", "    ",
      "                          Sent       Rcvd", line("Opens", n.sent.opens, n.received.opens),
      line("Notifications", n.sent.notifications, n.received.notifications), line("Updates", n.sent.updates, n.received.updates),
      line("Keepalives", n.sent.keepalives, n.received.keepalives), line("Route Refresh", n.sent.refreshes, n.received.refreshes),
      line("Total", n.sent.total, n.received.total),
    ]
  }

  private static func family(_ f: BGPNeighborSnapshot.Family, _ n: BGPNeighborSnapshot, _ s: BGPSummary) -> [String] {
    var lines = ["", " For address family: \(name(f.family))", "  BGP table version \(s.tableVersion), neighbor version \(s.tableVersion)"]
    if let group = f.group { lines.append("  Index \(group), Advertise bit 0, update-group member \(group)") }
    lines.append("                                 Sent       Rcvd")
    lines.append("  Prefix activity:               ----       ----")
    lines.append("    Prefixes Current:" + "\(f.advertised)".leading(16) + "\(f.prefixes)".leading(11))
    lines.append("    Prefixes refused by filters or rules:" + "\(UInt64(f.filtered) + f.refused)".leading(7))
    if f.overflowed > 0 { lines.append("    Paths refused for lack of room:" + "\(f.overflowed)".leading(13)) }
    if let limit = f.maximumPrefix {
      let way = limit.isWarningOnly ? " (warning-only)" : limit.restartMinutes.map { ", restart interval \($0) min" } ?? ""
      lines.append("  Maximum prefixes allowed \(limit.limit)\(way)")
      lines.append("  Threshold for warning message \(limit.threshold)%")
    }
    if f.isStale { lines.append("  Stale routes are kept while the neighbor restarts") }
    return lines
  }

  static func name(_ family: BGPFamily) -> String { family == .ipv4 ? "IPv4 Unicast" : "IPv6 Unicast" }
}
