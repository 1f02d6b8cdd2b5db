// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import ODR
import ProtocolKit
import RIP
import Routing
import Wire

/// Routing protocols in the pictures for consoles: pages of rows and counts, never a protocol's table.
extension Node {
  /// A neighbour that has been down for so long, or was up before, is worth an alarm.
  private static let alarmSeconds: Int64 = 60

  /// The protocols that run, and their neighbours, at most `Node.rowLimit` of them.
  func addRouting(to s: inout NodeSnapshot) {
    if let summary = bgp.summary() {
      s.protocols.append(
        RoutingProtocolRow(
          "BGP", neighborsUp: summary.established, neighborsAll: summary.neighbors, networks: summary.prefixes.reduce(0, +)))
      s.neighbors += bgp.neighborRows(limit: Node.rowLimit).map(row)
    }
    if settings.rip.router != nil {
      let summary = rip.summary()
      let rows = rip.neighbourRows(limit: max(0, Node.rowLimit - s.neighbors.count)).map(row)
      add("RIP", rows, all: summary.neighbours, networks: summary.routes, to: &s)
    }
    let summary = odr.summary()
    guard settings.odr.router != nil || summary.neighbours > 0 else { return }
    let rows = odr.neighbourRows(limit: max(0, Node.rowLimit - s.neighbors.count)).map(row)
    add("ODR", rows, all: summary.neighbours, networks: summary.routes, to: &s)
  }

  /// Those that there is no row for count as up: of protocols that only listen, nearly all are.
  private func add(_ name: String, _ rows: [RoutingNeighborRow], all: Int, networks: Int, to s: inout NodeSnapshot) {
    let up = all - rows.count { $0.health != .up }
    s.protocols.append(RoutingProtocolRow(name, neighborsUp: up, neighborsAll: all, networks: networks))
    s.neighbors += rows
  }

  // MARK: Rows

  private func row(_ n: BGPNeighborSnapshot) -> RoutingNeighborRow {
    let exit = table.entry(for: n.address, includingShortcuts: false)?.resolvedInterface
    let state = n.state.text + (n.reason.map { " (\($0))" } ?? "")
    var row = RoutingNeighborRow(
      "BGP", address: n.address, name: peerName(n.address), interface: exit.map(name) ?? "", health: health(n), state: state)
    let isUp = n.state == .established
    row.since = isUp || n.establishments > 0 ? n.since : nil
    (row.asNumber, row.isDynamic) = (n.remoteAS == 0 ? nil : n.remoteAS, n.isDynamic)
    row.queued = (n.outputBytes + BGPAssignments.messageBytes - 1) / BGPAssignments.messageBytes
    if isUp {
      row.prefixesIn = n.families.reduce(0) { $0 + $1.prefixes }
      row.prefixesOut = n.families.reduce(0) { $0 + $1.advertised }
    } else {
      row.lastError = n.lastError ?? ""
    }
    return row
  }

  private func health(_ n: BGPNeighborSnapshot) -> NeighborHealth {
    switch n.state {
    case .established: .up
    case .openSent, .openConfirm: .forming
    case .idle, .connect, .active: n.reason == "Admin" ? .disabled : .down
    }
  }

  private func row(_ n: RIPNeighbourSnapshot) -> RoutingNeighborRow {
    let interval = Int64(settings.rip.router?.timers.update ?? RIPDefaults.updateSeconds)
    var row = heardRow("RIP", n.address, name(of: n.interface), heard: n.heard, every: interval)
    (row.since, row.prefixesIn) = (n.since, n.routeCount)
    return row
  }

  private func row(_ n: CDPNeighbourSnapshot) -> RoutingNeighborRow {
    var row = heardRow("ODR", n.address, n.interfaceName, heard: n.heard, every: Int64(settings.odr.cdp.timerSeconds))
    (row.since, row.prefixesIn) = (n.since, n.prefixes.count)
    if row.name == "\(n.address)", let own = n.packet.deviceID, !own.isEmpty { row.name = String(own.prefix(64)) }
    return row
  }

  /// A neighbour that says something every so often: late when it missed one word and half of the next.
  private func heardRow(_ word: String, _ address: IPAddress, _ interface: String, heard: Instant, every seconds: Int64)
    -> RoutingNeighborRow
  {
    let isLate = now - heard > .seconds(seconds * 3 / 2)
    var row = RoutingNeighborRow(
      word, address: address, name: peerName(address), interface: interface, health: isLate ? .late : .up, state: isLate ? "late" : "heard")
    row.heard = heard
    return row
  }

  // MARK: Alarms

  /// Neighbours of BGP that are configured and down. Those that came by themselves go by themselves.
  func routingAlarms(_ s: NodeSnapshot) -> [AlarmRow] {
    let down = s.neighbors.filter { $0.protocolName == "BGP" && $0.health == .down && !$0.isDynamic }
    return down.filter { $0.since != nil || now - .start > .seconds(Self.alarmSeconds) }.prefix(Node.alarmLimit).map { n in
      let why = n.lastError.isEmpty ? "" : " (\(n.lastError))"
      return AlarmRow(
        since: n.since ?? .start, severity: .error, subject: n.name,
        text: "BGP neighbor \(n.state)\(why); show ip bgp neighbors \(n.address)")
    }
  }
}
