// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import ProtocolKit
import Routing
import Wire

/// What `show` says of RIP, in the tables of IOS.
public enum RIPShow {
  /// `show ip rip database`: the rows in order, with a heading for each classful network that has subnets, and the interfaces' summaries.
  public static func database(_ rows: [RIPDatabaseRow], summaries: [IPPrefix] = [], now: Instant) -> [String] {
    var lines: [String] = [], told: Set<IPPrefix> = []
    for row in rows {
      for summary in summaries.sorted() where summary.covers(row.prefix) && told.insert(summary).inserted {
        lines.append("\(summary)    int-summary")
      }
      if let natural = ClassfulNetwork.containing(row.prefix.address), natural.covers(row.prefix), told.insert(natural).inserted {
        lines.append("\(natural)    auto-summary")
      }
      lines += network(row, now: now)
    }
    return lines
  }

  private static func network(_ row: RIPDatabaseRow, now: Instant) -> [String] {
    switch row.origin {
    case .connected(let name): return ["\(row.prefix)    directly connected, \(name)"]
    case .redistributed: return ["\(row.prefix)    redistributed", "    [\(row.metric)] via 0.0.0.0, "]
    case .lost: return ["\(row.prefix)    is possibly down"]
    case .learned:
      return ["\(row.prefix)"]
        + row.paths.map { path in
          let from = path.nextHop == path.neighbour ? "" : " from \(path.neighbour),"
          return "    [\(path.metric)] via \(path.nextHop),\(from) \(AgeText.format(now - path.heard)), \(path.interface)"
        }
    }
  }

  /// RIP's part of `show ip protocols`; nothing while it does not run.
  public static func protocols(_ snapshot: RIPSnapshot, now: Instant) -> [String] {
    guard let router = snapshot.router else { return [] }
    var lines = ["Routing Protocol is \"rip\""]
    lines += filters(router)
    let due = max(0, (snapshot.nextUpdate.map { $0 - now } ?? .zero).wholeSeconds)
    lines.append("  Sending updates every \(router.timers.update) seconds, next due in \(due) seconds")
    let t = router.timers
    lines.append("  Invalid after \(t.invalid) seconds, hold down \(t.holdDown), flushed after \(t.flush)")
    lines.append("  Redistributing: " + (router.redistributions.map { $0.source.policyWord($0.process) } + ["rip"]).joined(separator: ", "))
    if !router.neighbors.isEmpty { lines += ["  Neighbor(s):"] + router.neighbors.map { "    \($0)" } }
    lines.append("  Default version control: " + versions(router))
    lines += interfaces(snapshot)
    lines.append("  Automatic network summarization is \(router.summarisesAutomatically ? "" : "not ")in effect")
    let summaries = snapshot.interfaces.flatMap { one in one.settings.summaries.map { "    \($0) for \(one.name)" } }
    if !summaries.isEmpty { lines += ["  Address Summarization:"] + summaries }
    lines.append("  Maximum path: \(router.maximumPaths)")
    lines += ["  Routing for Networks:"] + router.networks.map { "    \($0.address)" }
    let passive = snapshot.interfaces.filter(\.isPassive)
    if !passive.isEmpty { lines += ["  Passive Interface(s):"] + passive.map { "    \($0.name)" } }
    return lines + sources(snapshot.neighbours, router, now: now)
  }

  private static func filters(_ router: RIPRouter) -> [String] {
    [("Outgoing", RouteDirection.outbound), ("Incoming", RouteDirection.inbound)].flatMap { word, direction in
      let lists = router.distributeLists.filter { $0.direction == direction }
      let general = lists.first { $0.interface == nil && $0.source == nil }.map { name($0.filter) } ?? "not set"
      return ["  \(word) update filter list for all interfaces is \(general)"]
        + lists.compactMap { list in
          (list.interface ?? list.source).map { "    \($0) filtered by \(name(list.filter))" }
        }
    }
  }

  private static func name(_ filter: DistributeList.Filter) -> String {
    switch filter {
    case .accessList(let list): list
    case .routeMap(let map): "route-map \(map)"
    case .prefixList(let list, let gateway):
      "(prefix-list) " + [list, gateway.map { "gateway \($0)" }].compactMap { $0 }.joined(separator: " ")
    }
  }

  private static func versions(_ router: RIPRouter) -> String {
    router.version.map { "send version \($0), receive version \($0)" } ?? "send version 1, receive any version"
  }

  private static func interfaces(_ snapshot: RIPSnapshot) -> [String] {
    let rows = snapshot.interfaces.filter { !$0.isPassive }
    guard !rows.isEmpty else { return [] }
    return [row("Interface", "Send", "Recv", "Triggered RIP", "Key-chain")]
      + rows.map { one in
        row(
          one.name, one.sends.map(String.init).joined(separator: " "), one.receives.map(String.init).joined(separator: " "), "",
          one.settings.keyChain ?? "")
      }
  }

  private static func row(_ name: String, _ sends: String, _ receives: String, _ triggered: String, _ chain: String) -> String {
    let line = "    " + padded(name, 22) + padded(sends, 6) + padded(receives, 6) + padded(triggered, 15) + chain
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  private static func sources(_ neighbours: [RIPNeighbourSnapshot], _ router: RIPRouter, now: Instant) -> [String] {
    let rows = neighbours.map { one in
      let distance = router.distance(ofSource: one.address)
      return "    " + padded("\(one.address)", 16) + leftPadded("\(distance)", 8) + "      " + AgeText.format(now - one.heard)
    }
    return ["  Routing Information Sources:", "    Gateway         Distance      Last Update"] + rows
      + ["  Distance: (default is \(router.distance))"]
  }

  private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
  private static func leftPadded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
