// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import NHRP
import ProtocolKit
import Wire

/// Protected peers in pictures: both phases, counters, the way up; and what is wrong with protection.
extension Node {
  /// Who a protected peer is to NHRP.
  private struct Neighbour {
    var address: IPAddress
    var peer: PeerRow?
  }

  /// One row for each protected peer, and for each address with which IKE still negotiates; ordered by tunnel, address and number.
  func protectedRows(_ interfaces: [NHRPInterfaceSnapshot], _ peers: [PeerRow]) -> [ProtectedPeerRow] {
    guard interfaces.contains(where: \.config.isProtected) else { return [] }
    let neighbours = neighbours(interfaces, peers)
    let limit = 2 * Node.rowLimit
    let children = ike.childRows(limit: limit)
    var rows: [ProtectionID: ProtectedPeerRow] = [:]
    for pairs in children.chunked(by: \.peer) {
      guard let peer = pairs.first?.peer, let row = row(of: pairs, neighbours) else { continue }
      rows[peer] = row
    }
    // The newest first: of several exchanges with one address it is the one that counts.
    var negotiating: [AssociationEndpoints: ProtectedPeerRow] = [:]
    for association in ike.ikeRows(limit: Node.rowLimit) {
      if association.peer == .none, negotiating[association.endpoints] == nil {
        negotiating[association.endpoints] = row(of: association, neighbours, interfaces)
      }
      // Beyond the limit a peer may have children that are not listed.
      guard association.peer != .none, rows[association.peer] == nil, children.count < limit else { continue }
      rows[association.peer] = row(of: association, neighbours, interfaces)
    }
    return Array((Array(rows.values) + negotiating.values).sorted(by: Node.precedes).prefix(Node.rowLimit))
  }

  private static func precedes(_ a: ProtectedPeerRow, _ b: ProtectedPeerRow) -> Bool {
    if a.tunnel != b.tunnel { return a.tunnel < b.tunnel }
    let (x, y) = (a.address ?? .anyV4, b.address ?? .anyV4)
    if (a.address == nil) != (b.address == nil) { return a.address != nil }
    return (x, a.nbma, a.number, a.port, a.inboundSPI) < (y, b.nbma, b.number, b.port, b.inboundSPI)
  }

  /// The tunnel address behind each protected peer: that of the host entry which leads to it.
  private func neighbours(_ interfaces: [NHRPInterfaceSnapshot], _ peers: [PeerRow]) -> [ProtectionID: Neighbour] {
    var rows: [String: [IPAddress: PeerRow]] = [:]
    for row in peers { rows[row.tunnel, default: [:]][row.address] = row }
    var found: [ProtectionID: Neighbour] = [:]
    for i in interfaces where i.config.isProtected {
      for m in i.mappings where m.peer != .none && m.target.isHost && m.via == m.target.address && found[m.peer] == nil {
        found[m.peer] = Neighbour(address: m.via, peer: rows[i.config.name]?[m.via])
      }
    }
    return found
  }

  // MARK: Rows

  /// A peer with a pair of associations or more; packets leave by the current one.
  private func row(of pairs: ArraySlice<ChildSARow>, _ neighbours: [ProtectionID: Neighbour]) -> ProtectedPeerRow? {
    guard let pair = pairs.last(where: \.isCurrent) ?? pairs.last else { return nil }
    let association = ike.ikeRow(pair.ikeNumber)
    var row = ProtectedPeerRow(tunnel: name(of: pair.interface), name: "", nbma: pair.endpoints.remote)
    row.port = pair.endpoints.remotePort
    fill(&row, pair.peer, association, neighbours[pair.peer])
    fill(&row, pair)
    for p in pairs { add(p, to: &row) }
    let isUsed = pairs.contains(where: \.isCurrent)
    row.layer = !isUsed ? .ipsec : neighbours[pair.peer]?.peer?.state == .up ? .up : .nhrp
    row.phases = phases(of: row, neighbours[pair.peer]?.peer)
    return row
  }

  /// A peer that has no child (yet).
  private func row(
    of association: IKESARow, _ neighbours: [ProtectionID: Neighbour], _ interfaces: [NHRPInterfaceSnapshot]
  ) -> ProtectedPeerRow {
    let ends = association.endpoints
    var row = ProtectedPeerRow(tunnel: name(of: association.interface), name: "", nbma: ends.remote)
    row.port = ends.localPort == IKEPort.natTraversal ? ends.remotePort : 0
    let server = interfaces.first { $0.id == association.interface }?.servers.first { $0.nbma == ends.remote }?.address
    fill(&row, association.peer, association, neighbours[association.peer] ?? server.map { Neighbour(address: $0) })
    row.layer = association.peer == .none ? .ike : .ipsec
    row.phases = association.peer == .none ? [PhaseStamp(.ike, at: association.startedAt)] : phases(of: row, nil)
    return row
  }

  private func fill(_ row: inout ProtectedPeerRow, _ peer: ProtectionID, _ association: IKESARow?, _ neighbour: Neighbour?) {
    (row.number, row.address) = (peer.rawValue, neighbour?.address)
    let proven = peer == .none ? nil : association?.remoteIdentity
    row.identity = AssociationText.identity(proven)
    row.name = protectedName(neighbour?.address, proven, row.nbma)
    guard let a = association else { return }
    (row.ikeState, row.version, row.ikeSuite) = (AssociationText.state(a), a.version.rawValue, AssociationText.suite(a))
    (row.isInitiator, row.since) = (a.isInitiator, a.establishedAt)
    row.ikeSecondsLeft = a.establishedAt.map { left(of: a.lifetimeSeconds, since: $0) }
  }

  private func fill(_ row: inout ProtectedPeerRow, _ pair: ChildSARow) {
    (row.inboundSPI, row.outboundSPI) = (pair.inboundSPI, pair.outboundSPI)
    (row.espSuite, row.mode) = (AssociationText.suite(pair), pair.mode == .transport ? "Transport" : "Tunnel")
    (row.lifetimeSeconds, row.lifetimeKilobytes, row.replayWindow) = (pair.lifetimeSeconds, pair.lifetimeKilobytes, pair.replayWindow)
    (row.secondsLeft, row.rekeys) = (left(of: pair.lifetimeSeconds, since: pair.installedAt), pair.renewals)
    let used = max(counters.inboundAssociations[pair.inboundSPI]?.bytes ?? 0, counters.outboundAssociations[pair.outboundSPI]?.bytes ?? 0)
    row.kilobytesLeft = pair.lifetimeKilobytes.map { max(0, $0 - Int(clamping: used / 1024)) }
  }

  private func add(_ pair: ChildSARow, to row: inout ProtectedPeerRow) {
    if let c = counters.inboundAssociations[pair.inboundSPI] {
      row.packetsIn &+= c.packets
      row.bytesIn &+= c.bytes
      row.replays &+= c.replays
      row.forgeries &+= c.forgeries
    }
    guard let c = counters.outboundAssociations[pair.outboundSPI] else { return }
    row.packetsOut &+= c.packets
    row.bytesOut &+= c.bytes
  }

  private func left(of seconds: Int, since: Instant) -> Int { max(0, seconds - Int(clamping: (now - since).nanoseconds / 1_000_000_000)) }

  /// `ip host` first, then who it proved to be where that is a name, then addresses.
  private func protectedName(_ address: IPAddress?, _ identity: IKEIdentity?, _ nbma: IPAddress) -> String {
    if let address, let name = settings.name(of: address) { return name }
    if let identity {
      if case .address = identity {} else { return AssociationText.identity(identity) }
    }
    return (address ?? nbma).description
  }

  /// The journal knows the layers of IKE; NHRP says since when a peer is up.
  private func phases(of row: ProtectedPeerRow, _ peer: PeerRow?) -> [PhaseStamp] {
    let phases = protection.history.phases(of: ProtectionID(row.number))
    guard row.layer == .up, let last = phases.last, last.state == .nhrp else { return phases }
    return phases + [PhaseStamp(.up, at: max(last.at, peer?.since ?? last.at))]
  }

  // MARK: The State column

  /// The layer of protection that a mapping or a server waits for; nil where it waits for none.
  func pendingProtection(_ nbma: IPAddress?, _ peer: ProtectionID, _ i: NHRPInterfaceSnapshot) -> PeerState? {
    guard i.config.isProtected, peer == .none, let nbma, !ike.isUp(at: nbma, on: i.id) else { return nil }
    return ike.pendingLayer(of: nbma, on: i.id) == .ipsec ? .ipsec : .ike
  }

  /// Whether a mapping has no association to be used under: the letter X.
  func lacksAssociation(_ m: Mapping, _ i: NHRPInterfaceSnapshot) -> Bool { i.config.isProtected && m.nbma != nil && m.peer == .none }

  // MARK: What the journal and the counters say

  /// Reads a new record for what it says of a protected peer.
  func trackProtection(_ r: JournalRecord) {
    switch r.kind {
    case .ikeAuthenticated:
      guard let row = ike.ikeRow(r.y) else { return }
      protection.history.authenticated(row.peer, began: row.startedAt, at: r.at)
    case .protectionUp: protection.history.protected(ProtectionID(r.x), at: r.at)
    case .protectionDown: protection.history.unprotected(ProtectionID(r.x), at: r.at)
    case .ikeFailed, .peerDead, .clearPacketRefused: protection.history.failed(r)
    default: break
    }
  }

  func countersCame(_ new: DataPlaneCounters) {
    protection.history.compare(counters.inboundAssociations, new.inboundAssociations, at: now)
    counters = new
  }

  // MARK: Alarms

  /// Peers that could not be protected, or sent what is refused, within the last minute.
  func protectionAlarms(_ s: NodeSnapshot) -> [AlarmRow] {
    let failed = protection.history.failures(at: now).filter { r in r.kind == .clearPacketRefused || !ike.isUp(at: r.a, on: r.interface) }
    let failures = failed.prefix(Node.alarmLimit).map { r in
      AlarmRow(since: r.at, severity: r.kind == .ikeFailed ? .error : .warning, subject: nameOfEnd(r.a), text: JournalText.alarm(r))
    }
    let refusals = s.protected.compactMap { row -> AlarmRow? in
      guard let rise = protection.history.rises[row.inboundSPI], now - rise.last <= ProtectionHistory.recent else { return nil }
      let parts = [(rise.replays, "replayed"), (rise.forgeries, "not authentic")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
      let text = "ESP packets refused: \(parts.joined(separator: ", ")); show crypto ipsec sa"
      return AlarmRow(since: rise.since, severity: .warning, subject: row.name, text: text)
    }
    return failures + refusals.prefix(Node.alarmLimit)
  }

  /// What is at an NBMA address is called as the peer behind it, where that has a name.
  func nameOfEnd(_ address: IPAddress) -> String { tunnelByNBMA[address].flatMap(settings.name) ?? peerName(address) }
}

extension Array {
  /// Runs of neighbours with the same key.
  fileprivate func chunked<Key: Equatable>(by key: (Element) -> Key) -> [ArraySlice<Element>] {
    var (chunks, start) = ([ArraySlice<Element>](), startIndex)
    for index in indices where index > start && key(self[index]) != key(self[index - 1]) {
      chunks.append(self[start..<index])
      start = index
    }
    return start < endIndex ? chunks + [self[start...]] : chunks
  }
}
