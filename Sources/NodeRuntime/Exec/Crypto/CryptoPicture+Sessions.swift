// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IKE
import ProtocolKit
import Wire

/// `show crypto session`, `show crypto sockets`, and the crypto part of `show dmvpn detail`.
extension CryptoPicture {
  // MARK: Sessions

  /// `show crypto session [detail]`
  package func cryptoSessions(interface: String? = nil, remote: IPAddress? = nil, isDetailed: Bool = false) -> [String] {
    let codes = [
      "", "Code: C - IKE Configuration mode, D - Dead Peer Detection", "K - Keepalives, N - NAT-traversal, T - cTCP encapsulation",
      "X - IKE Extended Authentication, F - IKE Fragmentation", "R - IKE Auto Reconnect, U - IKE Dynamic Route Update", "S - SIP VPN",
    ]
    return ["Crypto session current status"] + (isDetailed ? codes : [])
      + wanted(interface, remote).flatMap { [""] + (isDetailed ? detail($0) : brief($0)) }
  }

  private func wanted(_ interface: String?, _ remote: IPAddress?) -> [CryptoSession] {
    sessions.filter { (interface == nil || tunnel($0.interface).name == interface) && (remote == nil || $0.endpoints.remote == remote) }
  }

  private func head(_ session: CryptoSession) -> [String] {
    ["Interface: \(tunnel(session.interface).name)"] + (ikeProfile(session).map { ["Profile: \($0)"] } ?? [])
  }

  private func brief(_ session: CryptoSession) -> [String] {
    var lines = head(session) + ["Session status: \(session.status)", "Peer: \(session.endpoints.remote) port \(port(session))"]
    for row in session.associations { lines += ["  Session ID: \(session.peer.rawValue)", "  " + line(row)] }
    return lines + flow(session)
  }

  private func detail(_ session: CryptoSession) -> [String] {
    let id = session.associations.compactMap(\.remoteIdentity).last
    let since = session.children.map(\.installedAt).min() ?? session.associations.compactMap(\.establishedAt).min()
    var lines = head(session)
    if let since { lines.append("Uptime: \(AgeText.format(now - since))") }
    lines += [
      "Session status: \(session.status)", "Peer: \(session.endpoints.remote) port \(port(session)) fvrf: (none) ivrf: (none)",
      "      Phase1_id: \(CryptoNames.identity(id))", "      Desc: (none)",
    ]
    lines += announced(session)
    for row in session.associations { lines += ["  Session ID: \(session.peer.rawValue)", "  " + line(row), "          " + state(row)] }
    return lines + flow(session) + traffic(session)
  }

  /// `Certificate prefixes: 192.168.1.0/24, announcements refused: 3`: where the peer's certificate names any.
  private func announced(_ session: CryptoSession) -> [String] {
    guard let row = announcements[session.peer] else { return [] }
    let names = row.prefixes.isEmpty ? "none" : row.prefixes.map { "\($0)" }.joined(separator: ", ")
    return ["      Certificate prefixes: \(names)", "      Announcements refused: \(row.refused), under another's address: \(row.foreign)"]
  }

  private func port(_ session: CryptoSession) -> UInt16 {
    session.associations.last?.endpoints.remotePort ?? max(500, session.endpoints.remotePort)
  }

  /// `IKEv2 SA: local A/500 remote B/500 Active`
  private func line(_ row: IKESARow) -> String {
    let isActive = row.state == .established || row.state == .rekeying
    let ends = row.endpoints
    return "IKEv\(row.version.rawValue) SA: local \(ends.local)/\(ends.localPort) remote \(ends.remote)/\(ends.remotePort) "
      + (isActive ? "Active" : "Inactive")
  }

  /// `Capabilities:D connid:1 lifetime:23:59:39`
  private func state(_ row: IKESARow) -> String {
    let letters = capabilities(row)
    let life = row.establishedAt == nil ? "0" : Self.clock(secondsLeft(row.lifetimeSeconds, from: row.establishedAt))
    return "Capabilities:\(letters.isEmpty ? "(none)" : letters) connid:\(row.number) lifetime:\(life)"
  }

  private func flow(_ session: CryptoSession) -> [String] {
    let ends = session.endpoints
    return [
      "  IPSEC FLOW: permit 47 host \(ends.local) host \(ends.remote)",
      "        Active SAs: \(2 * session.children.count), origin: crypto map",
    ]
  }

  private func traffic(_ session: CryptoSession) -> [String] {
    let (inbound, outbound) = counters(session.children)
    let drops = inbound.replays &+ inbound.forgeries &+ inbound.errors
    return [
      "        Inbound:  #pkts dec'ed \(inbound.packets) drop \(drops) life (KB/Sec) \(life(session, used: inbound.bytes))",
      "        Outbound: #pkts enc'ed \(outbound.packets) drop \(outbound.errors) life (KB/Sec) \(life(session, used: outbound.bytes))",
    ]
  }

  /// `4319919/1937`
  private func life(_ session: CryptoSession, used: UInt64) -> String {
    guard let child = session.current else { return "0/0" }
    let volume = kilobytesLeft(child, used: used).map { "\($0)" } ?? "KB Vol Rekey Disabled"
    return "\(volume)/\(secondsLeft(child.lifetimeSeconds, from: child.installedAt))"
  }

  // MARK: Sockets

  /// What a tunnel asked protection for.
  struct Socket {
    var tunnel: Tunnel
    var local: IPAddress, remote: IPAddress
    var isOpen: Bool
  }

  private var orderedTunnels: [(key: InterfaceID, value: Tunnel)] { tunnels.sorted { $0.key < $1.key } }

  /// What tunnels asked for, open or not.
  var allSockets: [Socket] { orderedTunnels.flatMap { id, tunnel in openSockets(id, tunnel) + wantedSockets(id, tunnel) } }

  /// `show crypto sockets`
  package func sockets() -> [String] {
    let all = allSockets.map(lines)
    let listening = orderedTunnels.map { "Client: \"TUNNEL SEC\" Profile: \"\($0.value.profile)\" Map-name: \"\($0.value.name)-head-0\"" }
    return ["", "Number of Crypto Socket connections \(all.count)", ""] + all.flatMap { $0 } + ["", "Crypto Sockets in Listen state:"]
      + listening + [""]
  }

  private func openSockets(_ id: InterfaceID, _ tunnel: Tunnel) -> [Socket] {
    sessions.filter { $0.interface == id }.map { s in
      Socket(tunnel: tunnel, local: s.endpoints.local, remote: s.endpoints.remote, isOpen: !s.children.isEmpty)
    }
  }

  private func wantedSockets(_ id: InterfaceID, _ tunnel: Tunnel) -> [Socket] {
    let known = Set(sessions.filter { $0.interface == id }.map(\.endpoints.remote))
    return tunnel.wanted.filter { !known.contains($0) }.map {
      Socket(tunnel: tunnel, local: tunnel.source ?? .anyV4, remote: $0, isOpen: false)
    }
  }

  private func lines(_ s: Socket) -> [String] {
    let short = "Tu" + s.tunnel.name.dropFirst("Tunnel".count)
    var lines = [
      "   \(s.tunnel.isShared ? "Shd" : short) Peers (local/remote): \(s.local)/\(s.remote)",
      "       Local Ident  (addr/mask/port/prot): (\(s.local)/255.255.255.255/0/47)",
      "       Remote Ident (addr/mask/port/prot): (\(s.remote)/255.255.255.255/0/47)",
    ]
    if s.tunnel.isShared { lines.append("       Flags: shared") }
    return lines + [
      "       IPSec Profile: \"\(s.tunnel.profile)\"", "       Socket State: \(s.isOpen ? "Open" : "Closed")",
      "       Client: \"TUNNEL SEC\" (Client State: Active)",
    ]
  }

  // MARK: show dmvpn detail

  /// What stands below `Crypto Session Details:`, of the tunnels called `names`.
  package func dmvpnSessions(of names: [String]) -> [String] {
    sessions.filter { names.contains(tunnel($0.interface).name) }.flatMap(dmvpnSession)
  }

  private func dmvpnSession(_ session: CryptoSession) -> [String] {
    let id = session.associations.compactMap(\.remoteIdentity).last
    var lines = [
      "", "Interface: \(tunnel(session.interface).name)", "Session: [0x\(CryptoNames.hex(UInt64(session.peer.rawValue), digits: 8))]",
      "  Session ID: \(session.peer.rawValue)",
    ]
    for row in session.associations { lines += ["  " + line(row), "          " + state(row)] }
    lines += ["  Crypto Session Status: \(session.status)", "  fvrf: (none), Phase1_id: \(CryptoNames.identity(id))"]
    lines += flow(session) + traffic(session)
    if let current = session.current {
      let spi = CryptoNames.hex(UInt64(current.outboundSPI), digits: 8)
      lines.append("   Outbound SPI : 0x\(spi), transform : \(CryptoNames.transform(current.suite))")
    }
    return lines + ["    Socket State: \(session.children.isEmpty ? "Closed" : "Open")"]
  }
}
