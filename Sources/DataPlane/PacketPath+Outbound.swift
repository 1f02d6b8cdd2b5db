// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

// Inner packets of the host, TUN → wire, and what the control side sends. Functions stand in the order a packet meets them.
extension PacketPath {
  mutating func outbound(_ batch: inout PacketBatch, from interface: InterfaceID, at now: Instant, _ punts: inout PuntQueue) {
    let source = tunnel(interface)
    for i in 0..<batch.count where batch.isUndecided(i) {
      guard let source else {
        drops[Int(DropReason.noTunnel.rawValue)] &+= 1
        batch.decide(i, .drop(.noTunnel))
        continue
      }
      do throws(DropReason) {
        try takeFromHost(&batch, i, source, at: now, &punts)
      } catch {
        stop(&batch, i, error, arrival: nil, tunnel: source, at: now, &punts)
      }
    }
  }

  private mutating func takeFromHost(
    _ batch: inout PacketBatch, _ i: Int, _ source: Int, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    let inner = try InnerHeader.parse(batch.memory(i), verifiesChecksum: false)
    batch.trim(i, front: 0, length: inner.totalLength)
    try inner.checkAddresses()
    if inner.isToMany { return try replicate(&batch, i, inner, source, at: now, &punts) }
    if inner.isV6, inner.destination.isLinkLocal {
      // No table routes these: the link is the tunnel the packet was written to.
      return try forward(&batch, i, inner, tunnels[source].facts.interface, inner.destination, arrival: nil, at: now, &punts)
    }
    try route(&batch, i, inner, fib: tunnels[source].facts.fib, at: now, &punts)
  }

  /// Sends a copy to everyone on the tunnel's multicast list. Copies go by their NBMA address: there is no next hop to resolve.
  private mutating func replicate(
    _ batch: inout PacketBatch, _ i: Int, _ inner: InnerHeader, _ source: Int, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    let facts = tunnels[source].facts
    guard facts.isUp else { throw .tunnelDown }
    let list =
      facts.group == 0
      ? clearReceivers(inner.destination, source)
      : try protectedReceivers(batch.memory(i), inner.destination, source, at: now, &punts)
    guard !list.isEmpty else { throw .multicastNoPeers }
    let pieces = try prepare(&batch, i, inner, facts)
    let kind = Copy(protocolType: inner.protocolType, tos: inner.tos)
    copy(&batch, i, kind, list, at: now)
    for j in pieces { copy(&batch, j, kind, list, at: now) }
  }

  /// What GRE and the outer header say of a packet that goes to many.
  private struct Copy {
    var protocolType: UInt16
    var tos: UInt8
  }

  private mutating func copy(_ batch: inout PacketBatch, _ i: Int, _ kind: Copy, _ list: [Hop], at now: Instant) {
    // The original goes last, for it is what the others are copied from.
    for hop in list.dropFirst() {
      guard let j = batch.duplicate(i) else {
        drops[Int(DropReason.batchFull.rawValue)] &+= 1
        continue
      }
      send(&batch, j, kind, hop, at: now)
    }
    send(&batch, i, kind, list[0], at: now)
  }

  private func clearReceivers(_ destination: IPAddress, _ tunnel: Int) -> [Hop] {
    var list = tunnels[tunnel].multicast
    if list.isEmpty, tunnels[tunnel].peer >= 0 { list = [tunnels[tunnel].peer] }
    return list.map { Hop(tunnel: tunnel, nextHop: destination, nbma: peers.peers[$0].nbma, adjacency: -1, peer: $0) }
  }

  /// The end of the way for one piece or copy; should it stop here, that does not concern the others.
  private mutating func send(_ batch: inout PacketBatch, _ i: Int, _ kind: Copy, _ hop: Hop, at now: Instant) {
    do throws(DropReason) {
      try encapsulate(&batch, i, hop, protocolType: kind.protocolType, tos: kind.tos, at: now)
    } catch {
      drops[Int(error.rawValue)] &+= 1
      batch.decide(i, .drop(error))
    }
  }

  private mutating func route(
    _ batch: inout PacketBatch, _ i: Int, _ inner: InnerHeader, fib: Int, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    switch way(fib, inner) {
    case .tunnel(let out, let nextHop):
      try forward(&batch, i, inner, out, nextHop ?? inner.destination, arrival: nil, at: now, &punts)
    case .host: throw .martian  // it came from there
    case .discard: throw .discardRoute
    case nil, .shared: throw .noRoute
    }
  }

  /// Where a packet goes; of several ways the one that all packets between its two ends take.
  @inline(__always) func way(_ fib: Int, _ inner: InnerHeader) -> FIBAction? {
    let found = fibs[fib].way(for: inner.destination)
    guard case .shared(let number) = found else { return found }
    return fibs[fib].path(number, from: inner.source, to: inner.destination)
  }

  /// Sends a unicast packet out of a tunnel: the host's own, or one in transit.
  mutating func forward(
    _ batch: inout PacketBatch, _ i: Int, _ inner: InnerHeader, _ out: InterfaceID, _ nextHop: IPAddress, arrival: Arrival?,
    at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    guard let tunnel = tunnel(out) else { throw .noTunnel }
    let facts = tunnels[tunnel].facts
    guard facts.isUp else { throw .tunnelDown }
    if arrival != nil, inner.ttl <= 1 { throw .ttlExceeded }
    var hop = try hop(batch.memory(i), tunnel, nextHop, arrival, at: now, &punts)
    if facts.group != 0 { try protect(&hop, facts, batch.memory(i), arrival, at: now, &punts) }
    guard hop.nbma != facts.source, !hop.leadsBack(to: arrival) else { throw .ownNBMALoop }
    if inner.totalLength > facts.mtu(of: inner), !Fragmentation.isAllowed(inner) {
      exceededMTU = facts.mtu(of: inner)
      throw .tooBig
    }
    if let arrival {
      if facts.sendsICMPRedirects, arrival.tunnel == tunnel { redirectSender(&batch, i, inner, hop, arrival, at: now, &punts) }
      InnerHeader.decrementTTL(batch.memory(i), isV6: inner.isV6)
      watchTransit(batch.memory(i), inner, hop, arrival, at: now, &punts)
    }
    let pieces = try prepare(&batch, i, inner, facts), kind = Copy(protocolType: inner.protocolType, tos: inner.tos)
    send(&batch, i, kind, hop, at: now)
    for j in pieces { send(&batch, j, kind, hop, at: now) }
  }

  /// Lowers the MSS and cuts what is too big; gives the slots of further pieces.
  private mutating func prepare(
    _ batch: inout PacketBatch, _ i: Int, _ inner: InnerHeader, _ facts: TunnelFacts
  ) throws(DropReason) -> Range<Int> {
    if facts.adjustMSS > 0 { MSSClamp.apply(batch.memory(i), inner, limit: facts.adjustMSS) }
    guard inner.totalLength > facts.mtu(of: inner) else { return 0..<0 }
    exceededMTU = facts.mtu(of: inner)
    guard Fragmentation.isAllowed(inner) else { throw .tooBig }
    return try Fragmentation.cut(&batch, i, inner, mtu: facts.mtu)
  }

  /// The NBMA address for a next hop. A missing one is reported, and the packet goes through the first NHS that has one.
  private mutating func hop(
    _ memory: PacketMemory, _ tunnel: Int, _ nextHop: IPAddress, _ arrival: Arrival?, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) -> Hop {
    let facts = tunnels[tunnel].facts
    let found = peers.adjacency(facts.interface, nextHop)
    if facts.isPointToPoint {
      return Hop(tunnel: tunnel, nextHop: nextHop, nbma: facts.destination, adjacency: found, peer: tunnels[tunnel].peer)
    }
    if found >= 0 { return hop(tunnel, nextHop, found) }
    if facts.resolves { wantResolution(memory, facts.interface, nextHop, arrival, at: now, &punts) }
    var isOnlyWayBack = false
    for fallback in tunnels[tunnel].settings.fallbackNextHops where fallback.isV4 == nextHop.isV4 {
      let i = peers.adjacency(facts.interface, fallback)
      guard i >= 0 else { continue }
      let way = hop(tunnel, nextHop, i)
      guard !way.leadsBack(to: arrival) else {
        isOnlyWayBack = true
        continue
      }
      return way
    }
    throw isOnlyWayBack ? .ownNBMALoop : .noAdjacency
  }

  private func hop(_ tunnel: Int, _ nextHop: IPAddress, _ adjacency: Int) -> Hop {
    let entry = peers.adjacencies[adjacency]
    return Hop(
      tunnel: tunnel, nextHop: nextHop, nbma: entry.nbma, adjacency: adjacency, peer: Int(entry.peer),
      protection: peers.peers[Int(entry.peer)].protection)
  }

  private mutating func wantResolution(
    _ memory: PacketMemory, _ interface: InterfaceID, _ nextHop: IPAddress, _ arrival: Arrival?, at now: Instant,
    _ punts: inout PuntQueue
  ) {
    let key = TableKey(nextHop, tag: UInt64(interface.rawValue))
    let (entry, _) = resolutions.touch(key, interface, bytes: memory.count, at: now)
    guard entry >= 0, resolutions.mayPunt(entry, every: Limits.resolutionInterval, at: now) else { return }
    let packet = Hint(
      kind: .resolutionWanted, interface: interface, source: arrival?.source ?? .anyV4, destination: arrival?.destination ?? .anyV4, nextHop: nextHop,
      peer: arrival?.protection ?? .none)
    hint(memory, packet, bytes: Limits.quotedBytes, at: now, &punts)
  }
}

// What the control side sends.
extension PacketPath {
  mutating func inject(_ packet: InjectedPacket, into batch: inout PacketBatch, at now: Instant, _ punts: inout PuntQueue) {
    let first = batch.count
    do throws(DropReason) {
      switch packet {
      case .gre(let interface, let nbma, let protocolType, let bytes, let peer):
        try injectGRE(interface, nbma, protocolType, bytes, to: peer, into: &batch, at: now, &punts)
      case .datagram(let ends, let bytes): try injectDatagram(ends, bytes, into: &batch)
      case .inner(let vrf, let bytes):
        try injectInner(vrf, bytes, into: &batch, at: now, &punts)
      case .toMany(let interface, let protocolType, let bytes):
        try injectToMany(interface, protocolType, bytes, into: &batch, at: now, &punts)
      }
    } catch {
      drops[Int(error.rawValue)] &+= 1
      if batch.count > first { batch.decide(first, .drop(error)) }
    }
  }

  private mutating func injectGRE(
    _ interface: InterfaceID, _ nbma: IPAddress, _ protocolType: UInt16, _ bytes: [UInt8], to peer: ProtectionID,
    into batch: inout PacketBatch, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    guard let tunnel = tunnel(interface) else { throw .noTunnel }
    guard !nbma.isUnspecified, !nbma.isMulticast, !nbma.isBroadcast else { throw .martian }
    let i = try place(bytes, in: &batch)
    var hop = Hop(
      tunnel: tunnel, nextHop: nbma, nbma: nbma, adjacency: -1, peer: peers.peer(interface, nbma, peer), protection: peer)
    let facts = tunnels[tunnel].facts
    if facts.group != 0, facts.isUp { try protect(&hop, facts, batch.memory(i), nil, at: now, &punts) }
    // Control traffic is "internetwork control" (RFC 4594 §3.1) unless the tunnel fixes a TOS.
    try encapsulate(&batch, i, hop, protocolType: protocolType, tos: 0xc0, at: now)
  }

  private mutating func injectInner(
    _ vrf: VRFID, _ bytes: [UInt8], into batch: inout PacketBatch, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    guard let fib = vrfs[vrf] else { throw .noRoute }
    let i = try place(bytes, in: &batch)
    let inner = try InnerHeader.parse(batch.memory(i), verifiesChecksum: false)
    batch.trim(i, front: 0, length: inner.totalLength)
    try inner.checkAddresses()
    try route(&batch, i, inner, fib: fib, at: now, &punts)
  }

  private mutating func injectToMany(
    _ interface: InterfaceID, _ protocolType: UInt16, _ bytes: [UInt8], into batch: inout PacketBatch, at now: Instant,
    _ punts: inout PuntQueue
  ) throws(DropReason) {
    guard let tunnel = tunnel(interface) else { throw .noTunnel }
    let facts = tunnels[tunnel].facts
    guard facts.isUp else { throw .tunnelDown }
    let i = try place(bytes, in: &batch)
    let list = facts.group == 0 ? clearReceivers(.anyV4, tunnel) : try protectedReceivers(batch.memory(i), .anyV4, tunnel, at: now, &punts)
    guard !list.isEmpty else { throw .multicastNoPeers }
    guard bytes.count <= facts.mtu else { throw .tooBig }
    copy(&batch, i, Copy(protocolType: protocolType, tos: 0xc0), list, at: now)
  }

  mutating func place(_ bytes: [UInt8], in batch: inout PacketBatch) throws(DropReason) -> Int {
    guard bytes.count <= batch.roomBytes else { throw .tooBig }
    guard let i = batch.extend(length: bytes.count) else { throw .batchFull }
    bytes.withUnsafeBytes { if let from = $0.baseAddress { batch.memory(i).base.copyMemory(from: from, byteCount: $0.count) } }
    return i
  }
}

extension InnerHeader {
  /// What GRE calls it.
  var protocolType: UInt16 { isV6 ? GREProtocolType.ipv6 : GREProtocolType.ipv4 }
}
