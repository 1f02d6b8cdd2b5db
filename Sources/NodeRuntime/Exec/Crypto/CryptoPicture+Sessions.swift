// SPDX-License-Identifier: GPL-3.0-or-later
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
    head(session) + ["Session status: \(session.status)", "Peer: \(session.endpoints.remote) port \(port(session))"]
      + session.associations.flatMap { ["  Session ID: \(session.peer.rawValue)", "  " + line($0)] } + flow(session)
  }

  private func detail(_ session: CryptoSession) -> [String] {
    let id = session.associations.compactMap(\.remoteIdentity).last
    let since = session.children.map(\.installedAt).min() ?? session.associations.compactMap(\.establishedAt).min()
    return head(session) + (since.map { ["Uptime: \(Self.clock(secondsSince($0)))"] } ?? []) + [
      "Session status: \(session.status)", "Peer: \(session.endpoints.remote) port \(port(session)) fvrf: (none) ivrf: (none)",
      "      Phase1_id: \(CryptoNames.identity(id))", "      Desc: (none)",
    ]
      + session.associations.flatMap { row in
        ["  Session ID: \(session.peer.rawValue)", "  " + line(row), "          " + state(row)]
      } + flow(session) + traffic(session)
  }

  private func port(_ session: CryptoSession) -> UInt16 { session.associations.last?.endpoints.remotePort ?? max(500, session.endpoints.remotePort) }

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
      "  IPSEC FLOW: permit 47 host \(ends.local) host \(ends.remote)", "        Active SAs: \(2 * session.children.count), origin: crypto map",
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

  /// `show crypto sockets`: what a tunnel asked for, open or not.
  package func sockets() -> [String] {
    let all = tunnels.sorted { $0.key < $1.key }.flatMap { id, tunnel in
      sessions.filter { $0.interface == id }.map { socket(tunnel, $0.endpoints.local, $0.endpoints.remote, isOpen: !$0.children.isEmpty) }
        + tunnel.wanted.filter { remote in !sessions.contains { $0.interface == id && $0.endpoints.remote == remote } }
        .map { socket(tunnel, tunnel.source ?? .anyV4, $0, isOpen: false) }
    }
    let listening = tunnels.sorted { $0.key < $1.key }.map { _, tunnel in
      "Client: \"TUNNEL SEC\" Profile: \"\(tunnel.profile)\" Map-name: \"\(tunnel.name)-head-0\""
    }
    return ["", "Number of Crypto Socket connections \(all.count)", ""] + all.flatMap { $0 } + ["", "Crypto Sockets in Listen state:"] + listening + [""]
  }

  private func socket(_ tunnel: Tunnel, _ local: IPAddress, _ remote: IPAddress, isOpen: Bool) -> [String] {
    let short = "Tu" + tunnel.name.dropFirst("Tunnel".count)
    return [
      "   \(tunnel.isShared ? "Shd" : short) Peers (local/remote): \(local)/\(remote)",
      "       Local Ident  (addr/mask/port/prot): (\(local)/255.255.255.255/0/47)",
      "       Remote Ident (addr/mask/port/prot): (\(remote)/255.255.255.255/0/47)",
    ] + (tunnel.isShared ? ["       Flags: shared"] : []) + [
      "       IPSec Profile: \"\(tunnel.profile)\"", "       Socket State: \(isOpen ? "Open" : "Closed")",
      "       Client: \"TUNNEL SEC\" (Client State: Active)",
    ]
  }

  // MARK: show dmvpn detail

  /// What stands below `Crypto Session Details:`, of the tunnels called `names`.
  package func dmvpnSessions(of names: [String]) -> [String] {
    sessions.filter { names.contains(tunnel($0.interface).name) }.flatMap { session -> [String] in
      let id = session.associations.compactMap(\.remoteIdentity).last
      let current = session.current
      let last = current.map { ["   Outbound SPI : 0x\(CryptoNames.hex(UInt64($0.outboundSPI), digits: 8)), transform : \(CryptoNames.transform($0.suite))"] } ?? []
      return [
        "", "Interface: \(tunnel(session.interface).name)", "Session: [0x\(CryptoNames.hex(UInt64(session.peer.rawValue), digits: 8))]",
        "  Session ID: \(session.peer.rawValue)",
      ] + session.associations.flatMap { ["  " + line($0), "          " + state($0)] } + [
        "  Crypto Session Status: \(session.status)", "  fvrf: (none), Phase1_id: \(CryptoNames.identity(id))",
      ] + flow(session) + traffic(session) + last + ["    Socket State: \(session.children.isEmpty ? "Closed" : "Open")"]
    }
  }
}
