// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import ODR
import ProtocolKit
import RIP
import Routing
import Wire

/// `debug ip bgp`, `debug ip rip`, `debug ip routing`, `debug cdp packets`: what passes between protocols, network and table, for those
/// who asked.
extension Node {
  /// Lines of one change of the table that are told one by one.
  private static let routeLineLimit = 256

  private func isDebugging(_ areas: RoutingDebug...) -> Bool {
    sessions.values.contains { s in areas.contains { s.debugs.contains($0.rawValue) } }
  }

  /// Tells lines to the sessions that debug one of `areas`; `peer` and `id` are what conditions ask for.
  private func tell(_ areas: Set<String>, _ lines: [String], peer: IPAddress?, on id: InterfaceID = .none) {
    let addresses = peer.map { [$0] } ?? []
    for session in sessions.keys.sorted() {
      guard let s = sessions[session], !s.debugs.isDisjoint(with: areas), passes(on: id, addresses, s.debugConditions) else { continue }
      for line in lines { effects.append(.reply(session, .log("*\(clockText(now)): \(line)"))) }
    }
  }

  // MARK: BGP

  /// What BGP wants of its connections.
  func debug(_ effect: StreamPort.Effect) {
    switch effect {
    case .connect(let id, _, let remote, _, _):
      operators.bgpTap.opened(id, to: remote)
      tellSession(remote, "open active")
    case .send(let id, let bytes): debug(id, bytes, isSent: true)
    case .close(let id), .reset(let id): operators.bgpTap.closed(id)
    case .listen: break
    }
  }

  /// What happens to its connections.
  func debug(_ event: StreamPort.Event) {
    switch event {
    case .accepted(let id, let local, let remote, _):
      operators.bgpTap.opened(id, to: remote)
      tellSession(remote, "passive open to \(local)")
    case .connected(let id, let local, _):
      if let remote = operators.bgpTap[id] { tellSession(remote, "open active, local address \(local)") }
    case .received(let id, let bytes): debug(id, bytes, isSent: false)
    case .drained: break
    case .closed(let id, let failure):
      if let remote = operators.bgpTap[id] { tellSession(remote, "connection closed" + (failure.map { ": \($0)" } ?? "")) }
      operators.bgpTap.closed(id)
    }
  }

  private func tellSession(_ remote: IPAddress, _ text: String) {
    guard isDebugging(.bgp, .bgpEvents) else { return }
    tell([RoutingDebug.bgp.rawValue, RoutingDebug.bgpEvents.rawValue], ["BGP: \(remote) \(text)"], peer: remote)
  }

  private func debug(_ id: StreamID, _ bytes: [UInt8], isSent: Bool) {
    guard isDebugging(.bgp, .bgpEvents, .bgpUpdates, .bgpKeepalives) else { return operators.bgpTap.rest() }
    guard let remote = operators.bgpTap[id] else { return }
    let messages = operators.bgpTap.messages(id, bytes, isSent: isSent)
    guard !messages.isEmpty else { return }
    let text = BGPDebugText(remote: remote, isSent: isSent, context: context(of: remote, isSent: isSent))
    for message in messages {
      for line in text.lines(message) { tell(line.areas, [line.text], peer: remote) }
    }
  }

  /// How the neighbour's UPDATEs are to be read.
  private func context(of remote: IPAddress, isSent: Bool) -> UpdateContext {
    guard let n = bgp.neighborSnapshot(remote) else { return UpdateContext(isWide: false) }
    let hasPathIDs = BGPFamily.allCases.map { family in
      n.families.first { $0.family == family }.map { isSent ? $0.sendsPaths : $0.receivesPaths } ?? false
    }
    return UpdateContext(isWide: n.isWide, hasPathIDs: hasPathIDs)
  }

  // MARK: RIP and CDP

  /// What RIP and ODR send.
  func debug(_ effect: DatagramPort.Effect) {
    switch effect {
    case .send(let d) where isDebugging(.rip, .ripEvents): debug(d, isSent: true)
    case .sendLink(let id, _, let bytes) where isDebugging(.cdp):
      guard let packet = try? CDPPacket.decode(bytes) else { return }
      let lines = ["CDP-PA: version \(packet.version) packet sent out on \(name(of: id))"] + content(packet)
      tell([RoutingDebug.cdp.rawValue], lines, peer: nil, on: id)
    default: break
    }
  }

  /// What comes in for them.
  func debug(_ event: DatagramPort.Event) {
    switch event {
    case .received(let d) where d.destinationPort == RIPNumbers.port && isDebugging(.rip, .ripEvents): debug(d, isSent: false)
    case .receivedLink(let id, _, let nbma, _, let bytes) where isDebugging(.cdp):
      guard let packet = try? CDPPacket.decode(bytes) else {
        return tell([RoutingDebug.cdp.rawValue], ["CDP-PA: malformed packet from \(nbma) on interface \(name(of: id))"], peer: nil, on: id)
      }
      let lines = ["CDP-PA: Packet received from \(packet.deviceID ?? "\(nbma)") on interface \(name(of: id))"] + content(packet)
      tell([RoutingDebug.cdp.rawValue], lines, peer: packet.addresses.first, on: id)
    default: break
    }
  }

  /// What ODR is about.
  private func content(_ packet: CDPPacket) -> [String] {
    let prefixes = packet.prefixes.map { "CDP-PA:   ODR prefixes: " + $0.map(\.description).joined(separator: ", ") }
    return [prefixes, packet.gateway.map { "CDP-PA:   ODR default gateway: \($0)" }].compactMap { $0 }
  }

  private func debug(_ d: Datagram, isSent: Bool) {
    let place = name(of: d.interface), peer = isSent ? nil : d.source
    guard let message = try? RIPMessage.decode(d.bytes) else {
      let text = "RIP: malformed packet from \(d.source) on \(place)"
      return tell([RoutingDebug.rip.rawValue, RoutingDebug.ripEvents.rawValue], [text], peer: peer, on: d.interface)
    }
    let text = RIPDebugText(message: message, datagram: d, place: place, isSent: isSent)
    for line in text.lines { tell(line.areas, line.texts, peer: peer, on: d.interface) }
  }

  // MARK: The table

  /// What changed in the table.
  func debugRoutes(_ changes: [ForwardingChange]) {
    guard isDebugging(.routing, .bgpUpdates) else { return }
    for c in changes.prefix(Self.routeLineLimit) {
      tell([RoutingDebug.routing.rawValue], routeLines(c), peer: c.route?.nextHop)
      guard let r = c.route, r.source == .bgp, let hop = r.nextHop else { continue }
      let text = "BGP(\(r.prefix.address.isV4 ? 0 : 1)): Revise route installing \(c.prefix) -> \(hop)(global) to main IP table"
      tell([RoutingDebug.bgpUpdates.rawValue], [text], peer: hop)
    }
    guard changes.count > Self.routeLineLimit else { return }
    tell([RoutingDebug.routing.rawValue], ["RT: and \(changes.count - Self.routeLineLimit) more changes"], peer: nil)
  }

  private func routeLines(_ c: ForwardingChange) -> [String] {
    guard let r = c.route else { return ["RT: delete route to \(c.prefix)"] }
    let way =
      r.nextHop.map { "via \($0)" } ?? r.interface.map { "is directly connected, \(name(of: $0))" } ?? "is directly connected, Null0"
    let line = "RT: add \(c.prefix) \(way), \(r.source.word) metric [\(r.distance)/\(r.metric)]"
    return [line] + (c.overriding.map { ["RT: \(c.prefix) next hop override: [NHO] via \($0)"] } ?? [])
  }
}
