// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import Routing
import Wire

/// From bytes to neighbours and networks.
extension ODREngine {
  /// Takes a packet, as far as it is CDP; `speakers` are the tunnel addresses that its sender may have, nil for any.
  mutating func receive(_ event: DatagramPort.Event, as speakers: [IPAddress]?, _ turn: inout Turn<Output>) {
    guard case .receivedLink(let id, CDPNumbers.protocolType, let nbma, let peer, let bytes) = event else { return }
    guard let i = index(of: id) else { return traffic.refuse(.notRunning) }
    do throws(CDPDecodeError) {
      let packet = try CDPPacket.decode(bytes)
      traffic.received &+= 1
      if let speakers, !speakers.contains(tunnelAddress(packet, i) ?? nbma) { return traffic.refuse(.certificate) }
      take(packet, CDPSender(id, peer, at: nbma), nbma, i, &turn)
    } catch {
      traffic.malformed[error, default: 0] &+= 1
    }
  }

  private mutating func take(_ packet: CDPPacket, _ sender: CDPSender, _ nbma: IPAddress, _ i: Int, _ turn: inout Turn<Output>) {
    guard let name = packet.deviceID, !name.isEmpty else { return traffic.refuse(.nameless) }
    let key = CDPNeighbourKey(interface: interfaces[i].link.id, deviceID: name, address: tunnelAddress(packet, i) ?? nbma)
    if packet.holdTimeSeconds == 0 { return retire(key, sender, &turn) }
    guard hasRoom(for: key, of: sender) else { return refuse(.neighbourLimit, .odrLimitReached, key.interface, key.address, &turn) }
    note(packet, key, sender, nbma, i, &turn)
    if settings.router != nil {
      takePrefixes(packet, key, i, &turn)
    } else if settings.isStub, let gateway = packet.gateway {
      takeGateway(gateway, key, i, &turn)
    }
  }

  /// What tells neighbours apart are claims of their own: the packet path's word for the peer says how many of them are one.
  private func hasRoom(for key: CDPNeighbourKey, of sender: CDPSender) -> Bool {
    let known = neighbours[key]
    if known?.sender == sender { return true }
    return (known != nil || neighbours.count < ODRLimits.neighbours) && counts[sender, default: 0] < ODRLimits.neighboursPerPeer
  }

  private mutating func count(_ sender: CDPSender, _ change: Int) {
    let count = counts[sender, default: 0] + change
    counts[sender] = count > 0 ? count : nil
  }

  private mutating func note(
    _ packet: CDPPacket, _ key: CDPNeighbourKey, _ sender: CDPSender, _ nbma: IPAddress, _ i: Int, _ turn: inout Turn<Output>
  ) {
    let old = neighbours[key]
    let neighbour = CDPNeighbour(
      packet: packet, sender: sender, nbma: nbma, heard: turn.now, since: old?.since ?? turn.now, prefixes: old?.prefixes ?? [])
    neighbours[key] = neighbour
    if let old { count(old.sender, -1) }
    count(sender, 1)
    // A holdtime may have become shorter; a later end is looked at when the timer runs.
    if old.map({ $0.expires > neighbour.expires }) ?? true { timers.set(.neighbour(key), at: neighbour.expires) }
    guard old == nil else { return }
    turn.record(JournalRecord(.cdpNeighbourUp, interface: key.interface, a: key.address, b: nbma, x: UInt32(packet.version)))
    advertiseSoon(i, &turn)
  }

  /// The neighbour's address on the tunnel: one of its network, or where the tunnel's own address has no network any host.
  private func tunnelAddress(_ packet: CDPPacket, _ i: Int) -> IPAddress? {
    packet.addresses.first { isNextHop($0, i) }
  }

  private func isNextHop(_ address: IPAddress, _ i: Int) -> Bool {
    let own = interfaces[i].link.addresses.filter(\.address.isV4)
    guard address.isV4, !address.isMulticast, !address.isUnspecified, !address.isBroadcast, !address.isLoopback else { return false }
    guard !links.values.contains(where: { $0.addresses.contains { $0.address == address } }) else { return false }
    return own.contains { $0.network.contains(address) } || own.allSatisfy { $0.length == 32 }
  }

  // MARK: The hub's side

  private mutating func takePrefixes(_ packet: CDPPacket, _ key: CDPNeighbourKey, _ i: Int, _ turn: inout Turn<Output>) {
    guard let offered = packet.prefixes else { return }
    guard isNextHop(key.address, i) else { return traffic.refuse(.badNextHop) }
    let hop = ODRHop(interface: key.interface, address: key.address)
    var taken: [IPPrefix] = []
    for prefix in Set(offered).sorted() {
      if let reason = refusal(of: prefix, hop, count: taken.count) {
        if reason == .certificate { limits.refuse(prefix, from: key.address, at: turn.now) }
        let kind: JournalKind = reason == .routeLimit ? .odrLimitReached : .odrPrefixRefused
        refuse(reason, kind, key.interface, key.address, b: prefix.address, x: UInt32(prefix.length), &turn)
      } else {
        learn(prefix, hop, &turn)
        taken.append(prefix)
      }
    }
    for gone in Set(neighbours[key]?.prefixes ?? []).subtracting(taken).sorted() { removePath(gone, hop, &turn) }
    neighbours[key]?.prefixes = taken
  }

  private func refusal(of prefix: IPPrefix, _ hop: ODRHop, count: Int) -> ODRRefusal? {
    let first = prefix.address.v4Bits >> 24
    guard !prefix.isDefault, first != 0, first != 127, first < 224 else { return .badNetwork }
    guard !links.values.contains(where: { link in link.isUp && link.addresses.contains { $0.network.covers(prefix) } }) else {
      return .badNetwork
    }
    guard admits(prefix, hop) else { return .filtered }
    guard limits.allows(prefix, from: hop.address) else { return .certificate }
    guard count < ODRLimits.prefixesPerNeighbour, routes[prefix] != nil || routes.count < ODRLimits.routes else { return .routeLimit }
    return nil
  }

  /// Whether the inbound lists take a network from a neighbour.
  func admits(_ prefix: IPPrefix, _ hop: ODRHop) -> Bool {
    guard !router.distributeLists.isEmpty else { return true }
    let name = links[hop.interface]?.name
    var route = PolicyRoute(prefix: prefix, nextHop: hop.address, interface: name, source: "odr", metric: ODRDefaults.metric)
    return settings.policy.permits(router.distributeLists, &route, .inbound, interface: name, gateway: hop.address)
  }

  /// Counts it, and says it where nothing was said for a while.
  mutating func refuse(
    _ reason: ODRRefusal, _ kind: JournalKind, _ id: InterfaceID, _ a: IPAddress, b: IPAddress = .anyV4, x: UInt32 = 0,
    _ turn: inout Turn<Output>
  ) {
    traffic.refuse(reason)
    // Of these the limits write a record of their own.
    guard reason != .certificate else { return }
    if let last = lastRefusalRecord, turn.now - last < .seconds(ODRLimits.refusalSeconds) { return }
    lastRefusalRecord = turn.now
    turn.record(JournalRecord(kind, interface: id, a: a, b: b, x: x))
  }

  // MARK: The stub's side

  private mutating func takeGateway(_ gateway: IPAddress, _ key: CDPNeighbourKey, _ i: Int, _ turn: inout Turn<Output>) {
    guard isNextHop(gateway, i) else { return traffic.refuse(.badNextHop) }
    guard limits.allows(.defaultV4, from: key.address) else {
      limits.refuse(.defaultV4, from: key.address, at: turn.now)
      return traffic.refuse(.certificate)
    }
    learn(.defaultV4, ODRHop(interface: key.interface, address: gateway), &turn)
    neighbours[key]?.prefixes = [.defaultV4]
  }

  // MARK: Neighbours

  /// A neighbour takes its leave; nobody else can for it.
  private mutating func retire(_ key: CDPNeighbourKey, _ sender: CDPSender, _ turn: inout Turn<Output>) {
    guard let neighbour = neighbours[key], neighbour.sender == sender else { return }
    for prefix in neighbour.prefixes {
      removePath(prefix, ODRHop(interface: key.interface, address: neighbour.packet.gateway ?? key.address), &turn)
    }
    dropNeighbour(key, &turn)
  }

  /// Its routes have timers of their own.
  mutating func expireNeighbour(_ key: CDPNeighbourKey, _ turn: inout Turn<Output>) {
    guard let neighbour = neighbours[key] else { return }
    if neighbour.expires > turn.now { return timers.set(.neighbour(key), at: neighbour.expires) }
    dropNeighbour(key, &turn)
  }

  mutating func dropNeighbour(_ key: CDPNeighbourKey, _ turn: inout Turn<Output>) {
    guard let neighbour = neighbours.removeValue(forKey: key) else { return }
    timers.cancel(.neighbour(key))
    count(neighbour.sender, -1)
    turn.record(JournalRecord(.cdpNeighbourDown, interface: key.interface, a: key.address, b: neighbour.nbma))
  }
}
