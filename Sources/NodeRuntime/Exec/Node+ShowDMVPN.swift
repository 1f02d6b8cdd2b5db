// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import NHRP
import ProtocolKit
import Wire

/// `show dmvpn`: the peers of each tunnel, grouped by NBMA address.
extension Node {
  /// One NHRP entry as `show dmvpn` lists it.
  struct DMVPNRow {
    var nbma: IPAddress?
    var tunnel: IPAddress
    var target: IPPrefix?
    var state: PeerState
    var since: Instant?
    var attributes: String
    var isStatic: Bool
  }

  static let dmvpnLegend = [
    "Legend: Attrb --> S - Static, D - Dynamic, I - Incomplete", "        N - NATed, L - Local, X - No Socket",
    "        T1 - Route Installed, T2 - Nexthop-override, B - BGP", "        C - CTS Capable, I2 - Temporary",
    "        # Ent --> Number of NHRP entries with same NBMA peer",
    "        NHS Status: E --> Expecting Replies, R --> Responding, W --> Waiting", "        UpDn Time --> Up or Down Time for a Tunnel",
    String(repeating: "=", count: 74),
  ]

  func showDMVPN(_ call: ExecCall) -> ExecResult {
    let a = call.arguments
    do throws(ExecRefusal) {
      let peer = try peerCondition(a)
      let blocks = nhrpInterfaces(a[text: "if"]).map { ($0, rows($0, peer, a)) }
      let isDetailed = a.has("detail")
      return .shown(
        Shown(lines: Node.dmvpnLegend + (isDetailed ? self.detail(blocks) : self.brief(blocks) + self.briefV6(peer, a)), json: { self.json(blocks) }))
    } catch { return .failed(error.text) }
  }

  func rows(_ i: NHRPInterfaceSnapshot, _ peer: PeerCondition?, _ a: Arguments) -> [[DMVPNRow]] {
    let wanted = dmvpnRows(i).filter { row in
      (peer?.includes(nbma: row.nbma, tunnel: row.tunnel) ?? true) && (!a.has("static") || row.isStatic) && (!a.has("dynamic") || !row.isStatic)
    }
    return grouped(wanted)
  }

  /// Every entry but our own: one row each, ordered by NBMA address (unknown last), then by target, hosts before networks.
  func dmvpnRows(_ i: NHRPInterfaceSnapshot) -> [DMVPNRow] {
    let mapped = i.mappings.filter { !$0.flags.contains(.local) && $0.kind != .negative }.map { row($0, i) }
    let missing = i.servers.filter { s in s.address == nil || !i.mappings.contains { $0.target.isHost && $0.via == s.address } }
    let unmapped = missing.map {
      DMVPNRow(
        nbma: $0.nbma, tunnel: $0.address ?? .anyV4, target: $0.address.map { IPPrefix(host: $0) }, state: serverState($0, i),
        since: nil, attributes: pendingProtection($0.nbma, .none, i) == nil ? "S" : "SX", isStatic: true)
    }
    return (mapped + unmapped).sorted(by: Node.precedes)
  }

  private static func precedes(_ a: DMVPNRow, _ b: DMVPNRow) -> Bool {
    if a.nbma != b.nbma {
      guard let x = a.nbma else { return false }
      return b.nbma.map { x < $0 } ?? true
    }
    let (x, y) = (a.target ?? IPPrefix(host: a.tunnel), b.target ?? IPPrefix(host: b.tunnel))
    return x.isHost != y.isHost ? x.isHost : x < y
  }

  private func row(_ m: Mapping, _ i: NHRPInterfaceSnapshot) -> DMVPNRow {
    let server = i.servers.first { $0.address == m.via }
    let since = m.kind == .incomplete ? nil : server == nil || !m.target.isHost ? m.created : server?.since
    return DMVPNRow(
      nbma: m.nbma, tunnel: m.via, target: m.target, state: peerState(m, server, i), since: since, attributes: letters(m, i),
      isStatic: m.kind == .static)
  }

  /// S D I, then N, T1 or T2, X.
  private func letters(_ m: Mapping, _ i: NHRPInterfaceSnapshot) -> String {
    guard m.kind != .incomplete else { return "IX" }
    let kind = m.kind == .static ? "S" : "D"
    let route = m.flags.contains(.rib) ? "T1" : m.flags.contains(.nho) ? "T2" : ""
    return kind + (m.claimedNBMA == nil ? "" : "N") + route + (lacksAssociation(m, i) ? "X" : "")
  }

  private func grouped(_ rows: [DMVPNRow]) -> [[DMVPNRow]] {
    rows.reduce(into: []) { groups, row in
      if let last = groups.last?.last, last.nbma == row.nbma { groups[groups.count - 1].append(row) } else { groups.append([row]) }
    }
  }

  // MARK: Text

  private func brief(_ blocks: [(NHRPInterfaceSnapshot, [[DMVPNRow]])]) -> [String] {
    blocks.flatMap { i, groups in
      let head = ["", "Interface: \(i.config.name), IPv4 NHRP Details ", "Type:\(role(i).rawValue), NHRP Peers:\(groups.count), "]
      guard !groups.isEmpty else { return head }
      let titles = ["", " # Ent  Peer NBMA Addr Peer Tunnel Add State  UpDn Tm Attrb", " ----- --------------- --------------- ----- -------- -----"]
      return head + titles + groups.flatMap { lines($0) { self.columns($0, count: $1, width: 6) } }
    }
  }

  private func lines(_ group: [DMVPNRow], _ line: (DMVPNRow, Int?) -> String) -> [String] {
    group.enumerated().map { line($0.element, $0.offset == 0 ? group.count : nil) }
  }

  /// The columns both tables share. A row that continues the one above leaves count and NBMA address blank.
  private func columns(_ row: DMVPNRow, count: Int?, width: Int) -> String {
    let nbma = count == nil ? "" : row.nbma?.description ?? "UNKNOWN"
    let head = (count.map { "\($0)" } ?? "").rightAligned(width) + " " + nbma.padded(15)
    let state = row.state.rawValue.rightAligned(5) + " " + (row.since.map(age) ?? "never").rightAligned(8)
    return head + " " + row.tunnel.description.rightAligned(15) + " " + state + " " + row.attributes.rightAligned(5)
  }

  private func detail(_ blocks: [(NHRPInterfaceSnapshot, [[DMVPNRow]])]) -> [String] {
    let tables = blocks.flatMap { i, groups in
      head(i) + servers(i) + ["Type:\(role(i).rawValue), Total NBMA Peers (v4/v6): \(groups.count)", ""] + self.detailTable(groups)
    }
    let sessions = cryptoPicture().dmvpnSessions(of: blocks.map(\.0.config.name))
    return tables + ["", "", "Crypto Session Details: ", String(repeating: "-", count: 80)] + sessions + ["", "Pending DMVPN Sessions:", ""]
  }

  private func head(_ i: NHRPInterfaceSnapshot) -> [String] {
    let name = i.config.name
    let tunnel = settings.interfaces[name]?.interface.tunnel
    let state = settings.interfaces[name]?.interface.isShutdown == true ? "administratively down/down" : i.config.isUp ? "up/up" : "up/down"
    let mode = i.config.isMultipoint ? "multi-GRE/IP" : "GRE/IP"
    return [
      "", "Interface \(name) is \(state), Addr. is \(i.config.address?.description ?? "unassigned"), VRF \"\" ",
      "   Tunnel Src./Dest. addr: \(i.config.nbma?.description ?? "UNKNOWN")/\(i.config.destination?.description ?? "MGRE"), Tunnel VRF \"\"",
      "   Protocol/Transport: \"\(mode)\", Protect \"\(tunnel?.protectionProfile ?? "")\" ", "   Interface State Control: Disabled",
      "   nhrp event-publisher : Disabled",
    ]
  }

  private func servers(_ i: NHRPInterfaceSnapshot) -> [String] {
    guard !i.servers.isEmpty else { return [] }
    return ["", "IPv4 NHS:"]
      + i.servers.map { "\($0.address?.description ?? "dynamic")  \($0.letters) priority = \($0.settings.priority) cluster = \($0.settings.cluster)" }
  }

  private func detailTable(_ groups: [[DMVPNRow]]) -> [String] {
    guard !groups.isEmpty else { return [] }
    let titles = [
      "# Ent  Peer NBMA Addr Peer Tunnel Add State  UpDn Tm Attrb    Target Network",
      "----- --------------- --------------- ----- -------- ----- -----------------",
    ]
    return titles
      + groups.flatMap { group in
        lines(group) { self.columns($0, count: $1, width: 5) + " " + ($0.target?.description ?? "").rightAligned(17) }
      }
  }

  // MARK: JSON

  private func json(_ blocks: [(NHRPInterfaceSnapshot, [[DMVPNRow]])]) -> JSONValue {
    .table(
      blocks.flatMap { i, groups in
        groups.flatMap { group in group.map { self.json($0, i, entries: group.count) } }
      })
  }

  private func json(_ row: DMVPNRow, _ i: NHRPInterfaceSnapshot, entries: Int) -> JSONValue {
    .object([
      ("interface", .string(i.config.name)), ("type", .string(role(i).rawValue)), ("nbma", JSONValue(row.nbma?.description)),
      ("tunnel", .string(row.tunnel.description)), ("name", JSONValue(settings.name(of: row.tunnel))),
      ("target", JSONValue(row.target?.description)), ("state", .string(row.state.rawValue)),
      ("upDownSeconds", row.since.map { .int((now - $0).wholeSeconds) } ?? .null), ("attributes", .string(row.attributes)),
      ("entries", JSONValue(entries)), ("src", JSONValue(i.config.nbma?.description)), ("dst", JSONValue(row.nbma?.description)),
      ("notifierActive", .bool(false)), ("sas", .int(0)), ("identity", .string("")),
    ])
  }
}
