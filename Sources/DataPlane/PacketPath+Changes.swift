// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

// What the control side changes. Rare beside packets: clarity before speed.
extension PacketPath {
  mutating func apply(_ change: DataPlaneChange, at now: Instant) -> DataPlaneNotice? {
    switch change {
    case .tunnel(let interface, let settings?): setTunnel(interface, settings)
    case .tunnel(let interface, nil): removeTunnel(interface)
    case .route(let vrf, let prefix, let action): setRoute(vrf, prefix, action)
    case .adjacency(let interface, let nextHop, let nbma, let peer):
      peers.setAdjacency(interface, nextHop, nbma: nbma, peer)
    case .multicast(let interface, let list): setMulticast(interface, list)
    case .queryUsage(let interface, let nextHop):
      let i = peers.adjacency(interface, nextHop)
      return .usage(interface, nextHop: nextHop, packets: i < 0 ? 0 : peers.adjacencies[i].used)
    case .capture(let filter):
      captures.set(filter)
      isCapturing = filter != nil
    case .forgetPairs(let address):
      hostPairs.forget(address)
      peerPairs.forget(address)
      resolutions.forget(address)
      protections.forget(address)
      icmpRedirects.forget(address)
    case .clearCounters: clearCounters()
    case .associate(let association): associations.install(association)
    case .dissociate(let direction, let spi, let peer): associations.remove(direction, spi: spi, peer: peer)
    case .moveAssociations(let peer, let ends): move(peer, to: ends)
    case .watchAssociation(let spi): associations.watch(spi)
    case .ikeSPI(let spi, let isKnown): setIKESPI(spi, isKnown)
    case .queryAssociation(let spi):
      let i = associations.inbound(spi: spi)
      return .associationUsage(spi: spi, packets: i < 0 ? 0 : associations.inbound[i].tally.packets)
    }
    return nil
  }

  private mutating func move(_ peer: ProtectionID, to ends: AssociationEndpoints) {
    associations.move(peer, to: ends)
    for tunnel in tunnels { peers.move(tunnel.facts.interface, peer, to: ends.remote) }
  }

  private mutating func setIKESPI(_ spi: UInt64, _ isKnown: Bool) {
    guard isKnown else { return ikeSPIs.remove(spi) }
    guard ikeSPIs.count < Limits.ikeSPIs || ikeSPIs.find(spi) >= 0 else { return refusedIKESPIs &+= 1 }
    ikeSPIs.set(spi, 0)
  }

  mutating func expirePairs(at now: Instant) -> [DataPlaneNotice] {
    var out: [DataPlaneNotice] = []
    peerPairs.reportIdle(after: Limits.pairIdle, at: now) { pair in
      let packets = pair.packets &- pair.reported
      guard packets > 0 else { return }
      out.append(.pairIdle(pair.interface, source: pair.key.first, destination: pair.key.second, packets: packets))
    }
    return out
  }

  private mutating func fib(of vrf: VRFID) -> Int {
    if let known = vrfs[vrf] { return known }
    fibs.append(FIB())
    vrfs[vrf] = fibs.count - 1
    return fibs.count - 1
  }

  private mutating func setRoute(_ vrf: VRFID, _ prefix: IPPrefix, _ action: ForwardingAction?) {
    let table = fib(of: vrf)
    if let action { fibs[table].insert(prefix, action) } else { fibs[table].remove(prefix) }
    guard prefix.isHost else { return }
    let key = TableKey(prefix.address, tag: UInt64(table))
    if case .host? = action { local.set(key, table) } else { local.remove(key) }
  }

  private mutating func setTunnel(_ interface: InterfaceID, _ settings: TunnelForwarding) {
    let facts = TunnelFacts(interface, settings, fib: fib(of: settings.vrf))
    let i: Int
    if let known = tunnel(interface) {
      i = known
      (tunnels[i].facts, tunnels[i].settings) = (facts, settings)
    } else {
      i = tunnels.count
      tunnels.append(Tunnel(facts: facts, settings: settings))
      let n = Int(interface.rawValue)
      if n >= tunnelSlots.count { tunnelSlots += Array(repeating: -1, count: n + 1 - tunnelSlots.count) }
      tunnelSlots[n] = Int32(truncatingIfNeeded: i)
    }
    let old = tunnels[i].peer
    tunnels[i].peer = facts.isPointToPoint && facts.isUp ? peers.retain(interface, facts.destination) : -1
    peers.release(old)
    retainMulticast(i)
    rebuildIndexes()
  }

  /// Removes a tunnel with everything that refers to it. The last one takes its place in the array.
  private mutating func removeTunnel(_ interface: InterfaceID) {
    guard let i = tunnel(interface) else { return }
    peers.removeAdjacencies(of: interface)
    setMulticast(interface, [])
    peers.release(tunnels[i].peer)
    hostPairs.forget(interface)
    peerPairs.forget(interface)
    resolutions.forget(interface)
    protections.forget(interface)
    icmpRedirects.forget(interface)
    tunnelSlots[Int(interface.rawValue)] = -1
    let last = tunnels.count - 1
    if i != last {
      tunnels[i] = tunnels[last]
      tunnelSlots[Int(tunnels[i].facts.interface.rawValue)] = Int32(truncatingIfNeeded: i)
    }
    tunnels.removeLast()
    rebuildIndexes()
  }

  private mutating func setMulticast(_ interface: InterfaceID, _ list: [IPAddress]) {
    guard let i = tunnel(interface) else { return }
    var seen: Set<IPAddress> = []
    tunnels[i].multicastAddresses = list.prefix(Limits.peers).filter { seen.insert($0).inserted }
    retainMulticast(i)
  }

  /// The peers of the list; none on a protected tunnel, where an address alone is nobody.
  private mutating func retainMulticast(_ i: Int) {
    let old = tunnels[i].multicast
    // The new ones first, so that a peer on both lists keeps its counters.
    var fresh: [Int] = []
    if tunnels[i].facts.group == 0 {
      for nbma in tunnels[i].multicastAddresses {
        let peer = peers.retain(tunnels[i].facts.interface, nbma)
        if peer >= 0 { fresh.append(peer) }
      }
    }
    tunnels[i].multicast = fresh
    for peer in old { peers.release(peer) }
  }

  /// Both indexes anew from all tunnels, which are few. Of two tunnels that cannot be told apart the lower interface gets the packets.
  private mutating func rebuildIndexes() {
    demux.removeAll()
    own.removeAll()
    let order = tunnels.indices.sorted { tunnels[$0].facts.interface > tunnels[$1].facts.interface }
    for i in order {
      let facts = tunnels[i].facts
      for address in tunnels[i].settings.addresses { own.set(TableKey(address, tag: UInt64(facts.fib)), i) }
      guard facts.isUp else { continue }
      let source = facts.source
      let tag = PacketPath.demuxTag(hasKey: facts.greFlags & GREFlags.key != 0, facts.key)
      let peer = facts.isPointToPoint ? facts.destination : PacketPath.manyPeers
      demux.set(TableKey(source, peer, tag: tag), i)
      if facts.isPointToPoint { demux.set(TableKey(source, PacketPath.anyPeer, tag: tag), i) }
      demux.set(TableKey(source, tag: PacketPath.anyKey), i)
      if facts.group != 0 { demux.set(TableKey(source, tag: PacketPath.anyProtected), i) }
    }
  }

  private mutating func clearCounters() {
    drops = Array(repeating: 0, count: drops.count)
    punted = Array(repeating: 0, count: punted.count)
    refused = Array(repeating: 0, count: refused.count)
    for i in tunnels.indices { tunnels[i].counters = TunnelCounters() }
    peers.clearCounters()
    associations.clearCounters()
    hostPairs.clearCounters()
    peerPairs.clearCounters()
  }
}
