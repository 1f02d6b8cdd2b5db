// SPDX-License-Identifier: GPL-3.0-or-later
import Interfaces
import NHRP
import ProtocolKit
import Routing
import Wire

/// Pictures of the node for consoles. Only what this node knows; what others told it is marked.
extension Node {
  /// Rows of each list in one picture: more than any screen has.
  static let rowLimit = 2_000
  /// Alarms of each kind.
  static let alarmLimit = 50
  private static let eventLimit = 200

  /// The picture now.
  public func snapshot() -> NodeSnapshot {
    var s = NodeSnapshot(hostname: settings.hostname, at: now, wallNanoseconds: wallAtStartNanoseconds == 0 ? 0 : wallAtStartNanoseconds + now.nanoseconds)
    let interfaces = nhrp.snapshot()
    s.peers = Array(interfaces.flatMap(peerRows).prefix(Node.rowLimit))
    s.protected = protectedRows(interfaces, s.peers)
    s.shortcuts = shortcutRows()
    s.cache = Array(interfaces.flatMap { i in i.mappings.map { cacheRow($0, i) } }.prefix(Node.rowLimit))
    s.routes = table.entries(after: nil, limit: Node.rowLimit).map(routeRow)
    s.events = journal.newest(Node.eventLimit).map(journalText.row)
    s.drops = counters.drops
    s.tunnels = tunnelRows(interfaces, s)
    addRouting(to: &s)
    s.alarms = alarmRows(interfaces, s)
    return s
  }

  // MARK: Tunnels

  func tunnelRows(_ interfaces: [NHRPInterfaceSnapshot], _ s: NodeSnapshot) -> [TunnelRow] {
    tunnels.keys.sorted().map { id in
      let name = name(of: id)
      let own = interfaces.first { $0.id == id }
      let peers = s.peers.filter { $0.tunnel == name && !$0.isShortcutPeer }
      var row = TunnelRow(name: name)
      guard let state = tunnels[id] else { return row }
      (row.address, row.ownAddress, row.source) = (state.connected.first, state.forwarding.addresses.first, state.forwarding.source)
      (row.isUp, row.downReason) = (state.isUp, state.downReason)
      row.role = role(own)
      row.phase = phase(own)
      row.peersAll = peers.count
      row.peersUp = peers.filter { $0.state == .up }.count
      row.shortcuts = s.shortcuts.filter { $0.state == .up }.count
      if let c = counters.tunnels[id] {
        (row.packetsIn, row.packetsOut, row.bytesIn, row.bytesOut) = (c.packetsIn, c.packetsOut, c.bytesIn, c.bytesOut)
      }
      return row
    }
  }

  func role(_ i: NHRPInterfaceSnapshot?) -> NodeRole {
    guard let i else { return .unknown }
    if !i.servers.isEmpty { return .spoke }
    return .hub
  }

  /// Which phase the settings amount to: 1 point-to-point, 3 with redirect or shortcut, else 2.
  func phase(_ i: NHRPInterfaceSnapshot?) -> Int {
    guard let i else { return 0 }
    if !i.config.isMultipoint { return 1 }
    if i.servers.isEmpty { return i.config.settings.redirect ? 3 : 2 }
    return i.config.settings.shortcut ? 3 : 2
  }

  // MARK: Peers

  func peerRows(_ i: NHRPInterfaceSnapshot) -> [PeerRow] {
    let mapped = i.mappings.filter { $0.target.isHost && !$0.flags.contains(.local) && $0.kind != .negative && ($0.via == $0.target.address) }
    var rows = mapped.map { peerRow($0, i) }
    for server in i.servers where server.address == nil || !mapped.contains(where: { $0.via == server.address }) {
      rows.append(
        PeerRow(
          tunnel: i.config.name, name: server.settings.nbma?.text ?? "dynamic", address: server.address ?? .anyV4, nbma: server.nbma,
          state: serverState(server, i), attributes: pendingProtection(server.nbma, .none, i) == nil ? "S" : "SX", since: nil, isServer: true))
    }
    return rows
  }

  private func peerRow(_ m: Mapping, _ i: NHRPInterfaceSnapshot) -> PeerRow {
    let server = i.servers.first { $0.address == m.via }
    var row = PeerRow(tunnel: i.config.name, name: peerName(m.via), address: m.via, nbma: m.nbma, claimedNBMA: m.claimedNBMA)
    row.isServer = server != nil
    row.isShortcutPeer = m.kind == .dynamic && !m.flags.contains(.registered)
    row.state = peerState(m, server, i)
    row.attributes = attributes(m, i)
    row.since = row.state == .up ? (server?.since ?? m.created) : server?.since
    if server != nil, server?.since == nil { row.since = nil }
    if let c = m.nbma.flatMap({ counters.peers[i.id]?[$0] }) {
      (row.packetsIn, row.packetsOut, row.bytesIn, row.bytesOut) = (c.packetsIn, c.packetsOut, c.bytesIn, c.bytesOut)
    }
    return row
  }

  /// The layer that is not done yet, from the bottom: INTF, IKE, IPSEC, NHRP, UP.
  func peerState(_ m: Mapping, _ server: NextHopServerSnapshot?, _ i: NHRPInterfaceSnapshot) -> PeerState {
    if !i.config.isUp { return .intf }
    if let layer = pendingProtection(m.nbma, m.peer, i) { return layer }
    return m.isUsable && server?.isResponding ?? true ? .up : .nhrp
  }

  /// The same of a server that has no mapping.
  func serverState(_ server: NextHopServerSnapshot, _ i: NHRPInterfaceSnapshot) -> PeerState {
    i.config.isUp ? pendingProtection(server.nbma, .none, i) ?? .nhrp : .intf
  }

  /// The letters of `show dmvpn`: S static, D dynamic, I incomplete, N behind NAT, T1 route installed, T2 next hop override, X no socket,
  /// which on a protected tunnel is an association.
  func attributes(_ m: Mapping, _ i: NHRPInterfaceSnapshot) -> String {
    if m.kind == .incomplete { return "IX" }
    var text = m.kind == .static ? "S" : "D"
    if m.claimedNBMA != nil { text += "N" }
    let behind = i.mappings.filter { $0.via == m.via && $0.kind == .dynamic && !$0.flags.contains(.local) }
    if behind.contains(where: { $0.flags.contains(.rib) }) { text += "T1" } else if behind.contains(where: { $0.flags.contains(.nho) }) { text += "T2" }
    return lacksAssociation(m, i) ? text + "X" : text
  }

  // MARK: Shortcuts

  func shortcutRows() -> [ShortcutRow] {
    tracker.newestFirst.prefix(Node.rowLimit).map { f in
      let installed = tunnels.keys.sorted().compactMap { id in f.prefix.flatMap { nhrp.mapping(for: $0, on: id) } }.first { !$0.flags.contains(.local) }
      return ShortcutRow(
        from: peerName(f.key.requester), to: f.responder.map(peerName) ?? "?", fromAddress: f.key.requester, toAddress: f.responder,
        target: f.key.target, prefix: f.prefix, state: state(of: f), routeKind: f.isOverride.map { $0 ? "NHO" : "H" } ?? "", steps: f.stamps,
        packetsViaHub: packetsViaHub(f), expires: installed?.expires)
    }
  }

  /// Of others' shortcuts this node hears only the questions: one that was not renewed for a hold time is over.
  private func state(of f: ShortcutTracker.Flow) -> ShortcutState {
    let own = tunnels.keys.map(ownAddress)
    guard f.state == .up, !own.contains(f.key.requester), f.responder.map({ !own.contains($0) }) ?? true else { return f.state }
    let hold = settings.interfaces.values.filter { $0.nhrp.networkID != nil }.map(\.nhrp.holdTimeSeconds).max() ?? NHRPDefaults.holdTimeSeconds
    return now - f.confirmed > .seconds(hold) ? .expired : .up
  }

  private func packetsViaHub(_ f: ShortcutTracker.Flow) -> UInt64 {
    guard let responder = f.responder else { return f.packetsViaHub }
    let pair = counters.pairs.first { tunnelByNBMA[$0.source] == f.key.requester && tunnelByNBMA[$0.destination] == responder }
    return max(pair?.packets ?? 0, f.packetsViaHub)
  }

  // MARK: Cache and routes

  func cacheRow(_ m: Mapping, _ i: NHRPInterfaceSnapshot) -> CacheRow {
    CacheRow(
      tunnel: i.config.name, target: m.target, via: m.via, nbma: m.nbma, claimedNBMA: m.claimedNBMA, kind: m.kind.word, flags: m.flags.text,
      created: m.created, expires: m.expires)
  }

  func routeRow(_ e: RouteEntry) -> RouteRow {
    var row = RouteRow(
      code: e.route.source.code, isOverridden: e.override != nil, prefix: e.route.prefix, distance: Int(e.route.distance), metric: e.route.metric,
      nextHop: e.route.nextHop, overridingNextHop: e.override?.nextHop, interface: e.resolvedInterface.map(name) ?? (e.route.isDiscard ? "Null0" : ""),
      since: e.route.installed)
    row.paths = max(1, e.equalPaths.count)
    return row
  }

  // MARK: Alarms

  private func alarmRows(_ interfaces: [NHRPInterfaceSnapshot], _ s: NodeSnapshot) -> [AlarmRow] {
    var rows: [AlarmRow] = []
    for t in s.tunnels where !t.isUp {
      rows.append(AlarmRow(since: tunnels[id(of: t.name)]?.since ?? now, severity: .critical, subject: t.name, text: t.downReason ?? "down"))
    }
    for i in interfaces where i.config.isUp {
      for server in i.servers where !server.isResponding && server.letters != "W" && server.sent > 2 {
        rows.append(
          AlarmRow(
            since: server.since ?? .start, severity: .critical, subject: server.address.map(peerName) ?? "NHS",
            text: "next hop server does not answer (\(server.sent) requests); show ip nhrp nhs detail"))
      }
    }
    for (prefix, nbma) in refusedStatics.sorted(by: { $0.key < $1.key }) {
      rows.append(AlarmRow(since: now, severity: .error, subject: "\(prefix)", text: "recursive: \(nbma) would go through the tunnel; tunnel route-via helps"))
    }
    rows += protectionAlarms(s) + routingAlarms(s)
    for row in s.shortcuts.prefix(Node.alarmLimit) where row.state == .failed {
      guard let at = row.steps.last?.at, now - at < .seconds(60) else { continue }
      rows.append(AlarmRow(since: at, severity: .warning, subject: "\(row.from)>\(row.target)", text: "no answer to the resolution request"))
    }
    return rows
  }
}

extension Node {
  /// Shortcuts that came up here since the start.
  public var shortcutsFormed: UInt64 { tracker.completed }
}
