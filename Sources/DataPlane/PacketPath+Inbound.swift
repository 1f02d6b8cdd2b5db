// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

// Outer packets, wire → host or wire → wire. Functions stand in the order a packet meets them.
extension PacketPath {
  mutating func inbound(_ batch: inout PacketBatch, at now: Instant, _ punts: inout PuntQueue) {
    for i in 0..<batch.count where batch.isUndecided(i) {
      var arrival: Arrival?
      do throws(DropReason) {
        try takeFromWire(&batch, i, &arrival, at: now, &punts)
      } catch {
        stop(&batch, i, error, arrival: arrival, tunnel: arrival?.tunnel ?? -1, at: now, &punts)
      }
    }
  }

  private mutating func takeFromWire(
    _ batch: inout PacketBatch, _ i: Int, _ arrival: inout Arrival?, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    let outer = try OuterHeader.parse(batch.memory(i))
    switch outer.payloadProtocol {
    case IPProtocol.gre:
      let clear = CarriedGRE(
        at: outer.headerLength, end: outer.totalLength, tos: outer.tos, source: outer.source, destination: outer.destination)
      try takeGRE(&batch, i, clear, &arrival, at: now, &punts)
    case IPProtocol.esp:
      let esp = ESPPlace(at: outer.headerLength, end: outer.totalLength)
      try takeESP(&batch, i, esp, outer, &arrival, at: now, &punts)
    default: try takeUDP(&batch, i, outer, &arrival, at: now, &punts)
    }
  }

  /// GRE as it came in clear, or out of ESP.
  mutating func takeGRE(
    _ batch: inout PacketBatch, _ i: Int, _ carried: CarriedGRE, _ arrival: inout Arrival?, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    let gre = try GREOffsets.parse(batch.memory(i), at: carried.at, end: carried.end)
    let tunnel = try demultiplex(carried, gre)
    guard tunnels[tunnel].facts.group == carried.group else { throw refuse(batch.memory(i), carried, tunnel, at: now, &punts) }
    let from = try judgeSource(carried, gre, tunnel, at: now)
    let payload = carried.end &- gre.payload
    tunnels[tunnel].counters.traffic.received(payload)
    if from.peer >= 0 { peers.peers[from.peer].traffic.received(payload) }
    batch.trim(i, front: 0, length: carried.end)
    if isCapturing { captureArrived(batch.memory(i), gre, carried, tunnels[tunnel].facts.interface, at: now) }
    batch.trim(i, front: gre.payload, length: payload)
    arrival = from
    switch gre.protocolType {
    case GREProtocolType.ipv4, GREProtocolType.ipv6:
      try takeInner(&batch, i, from, gre.protocolType, outerTOS: carried.tos, at: now, &punts)
    case GREProtocolType.nhrp: try punt(&batch, i, from.peer >= 0 ? .nhrp : .nhrpStranger, from, at: now, &punts)
    case GREProtocolType.cdp:
      guard from.peer >= 0 else { throw .unknownPeer }
      try punt(&batch, i, .cdp, from, at: now, &punts)
    case GREProtocolType.keepalive where tunnels[tunnel].facts.isPointToPoint: try punt(&batch, i, .keepalive, from, at: now, &punts)
    default: throw .unknownProtocol
    }
  }

  /// What came in clear to a protected tunnel is told; what came by another group's association only counted.
  private mutating func refuse(
    _ memory: PacketMemory, _ carried: CarriedGRE, _ tunnel: Int, at now: Instant, _ punts: inout PuntQueue
  ) -> DropReason {
    guard carried.group == 0 else {
      countError(carried.association)
      return .espWrongGroup
    }
    let packet = Hint(
      kind: .clearRefused, interface: tunnels[tunnel].facts.interface, source: carried.source, destination: carried.destination)
    hint(memory, packet, bytes: tunnels[tunnel].facts.outerLength &+ Limits.clearRefusedBytes, at: now, &punts)
    return .clearOnProtected
  }

  private mutating func captureArrived(
    _ memory: PacketMemory, _ gre: GREOffsets, _ carried: CarriedGRE, _ interface: InterfaceID, at now: Instant
  ) {
    let payload = memory.part(from: gre.payload)
    guard carried.association >= 0 else {
      return capture(memory, payload, .inbound, interface, protocolType: gre.protocolType, at: now)
    }
    var wire = takeOtherForm()
    wire.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      let whole = PacketMemory(base: base, count: bytes.count)
      capture(whole, payload, .inbound, interface, protocolType: gre.protocolType, at: now)
    }
  }

  /// The tunnel of a packet. A point-to-point tunnel is chosen by its peer too; then multipoint ones by destination and key.
  private func demultiplex(_ carried: CarriedGRE, _ gre: GREOffsets) throws(DropReason) -> Int {
    let destination = carried.destination
    let tag = PacketPath.demuxTag(hasKey: gre.hasKey, gre.key)
    let byPeer = demux.find(TableKey(destination, carried.source, tag: tag))
    if byPeer >= 0 { return byPeer }
    let byKey = demux.find(TableKey(destination, PacketPath.manyPeers, tag: tag))
    if byKey >= 0 { return byKey }
    if demux.find(TableKey(destination, PacketPath.anyPeer, tag: tag)) >= 0 { throw .unknownPeer }
    throw demux.find(TableKey(destination, tag: PacketPath.anyKey)) >= 0 ? .keyMismatch : .noTunnel
  }

  /// No key is another tunnel than key 0 (RFC 2890 §2.1).
  static func demuxTag(hasKey: Bool, _ key: UInt32) -> UInt64 { hasKey ? 1 << 32 | UInt64(key) : 0 }
  /// Stands for "some tunnel has this destination", whatever its key.
  static var anyKey: UInt64 { 2 << 32 }
  /// Stands for "some protected tunnel has this destination", whatever its key.
  static var anyProtected: UInt64 { 3 << 32 }
  /// Stands for the peers of a multipoint tunnel.
  static var manyPeers: IPAddress { .anyV6 }
  /// Stands for "some point-to-point tunnel has this destination and key", whoever its peer is.
  static var anyPeer: IPAddress { IPAddress(high: .max, low: .max) }

  private mutating func judgeSource(
    _ carried: CarriedGRE, _ gre: GREOffsets, _ tunnel: Int, at now: Instant
  ) throws(DropReason) -> Arrival {
    let facts = tunnels[tunnel].facts
    guard carried.source != facts.source else { throw .ownNBMALoop }
    if carried.source.isMartianSource { throw .martian }
    let peer = peers.peer(facts.interface, carried.source, carried.peer)
    if facts.checksSequence, gre.hasSequence, peer >= 0 { try takeSequence(gre.sequence, peer, at: now) }
    return Arrival(
      tunnel: tunnel, source: carried.source, destination: carried.destination, peer: peer, protection: carried.peer)
  }

  /// Refuses numbers that are not newer than the last one, in arithmetic modulo 2³² (RFC 2890 §2.2).
  private mutating func takeSequence(_ number: UInt32, _ peer: Int, at now: Instant) throws(DropReason) {
    if let last = peers.peers[peer].sequenceAt, now - last < Limits.sequenceReset {
      let ahead = Int32(truncatingIfNeeded: number &- peers.peers[peer].sequenceIn)
      guard ahead > 0 else { throw .greSequence }
    }
    peers.peers[peer].sequenceIn = number
    peers.peers[peer].sequenceAt = now
  }

  private mutating func takeInner(
    _ batch: inout PacketBatch, _ i: Int, _ arrival: Arrival, _ protocolType: UInt16, outerTOS: UInt8, at now: Instant,
    _ punts: inout PuntQueue
  ) throws(DropReason) {
    var inner = try InnerHeader.parse(batch.memory(i), verifiesChecksum: true)
    guard inner.protocolType == protocolType else { throw .innerMalformed }
    batch.trim(i, front: 0, length: inner.totalLength)
    if outerTOS & 3 == 3, inner.tos & 3 != 3 {
      try InnerHeader.takeCongestionMark(batch.memory(i), inner)
      inner.tos |= 3
    }
    let facts = tunnels[arrival.tunnel].facts
    if isKeepalive(batch.memory(i), inner, facts, from: arrival.source) {
      return try answerKeepalive(&batch, i, facts, to: arrival.source, at: now)
    }
    try inner.checkAddresses()
    if isOwn(inner.source, fib: facts.fib) { throw .spoofed }
    if arrival.peer < 0 { try judgeStranger(inner, arrival.tunnel) }
    if facts.adjustMSS > 0 { MSSClamp.apply(batch.memory(i), inner, limit: facts.adjustMSS) }
    if inner.isToMany {
      if isRouting(batch.memory(i), inner, arrival) { return try punt(&batch, i, .routing, arrival, at: now, &punts) }
      return batch.decide(i, .host(interface: facts.interface))
    }
    if isOwn(inner.destination, fib: facts.fib) { return try deliver(&batch, i, inner, arrival, at: now, &punts) }
    if inner.isV6, inner.isOfLink { return try passOnLink(&batch, i, inner, arrival, at: now, &punts) }
    switch way(facts.fib, inner) {
    case .tunnel(let out, let nextHop):
      try forward(&batch, i, inner, out, nextHop ?? inner.destination, arrival: arrival, at: now, &punts)
    case .host(let interface):
      if answersProbe(batch.memory(i), inner), local.find(TableKey(inner.destination, tag: UInt64(facts.fib))) >= 0 {
        return try punt(&batch, i, .probeReply, arrival, at: now, &punts)
      }
      batch.decide(i, .host(interface: interface))
    case .discard: throw .discardRoute
    case nil, .shared: throw .noRoute
    }
  }

  /// A packet with a link-local address leaves by the link it came in on or not at all (RFC 4291 §2.5.6): to us a tunnel's peers are on
  /// one link, also those that do not reach each other yet.
  private mutating func passOnLink(
    _ batch: inout PacketBatch, _ i: Int, _ inner: InnerHeader, _ arrival: Arrival, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    let facts = tunnels[arrival.tunnel].facts
    var nextHop = inner.destination
    if !inner.destination.isLinkLocal {
      guard case .tunnel(facts.interface, let hop)? = fibs[facts.fib].action(for: inner.destination) else { throw .beyondLink }
      nextHop = hop ?? inner.destination
    }
    try forward(&batch, i, inner, facts.interface, nextHop, arrival: arrival, at: now, &punts)
  }

  /// A packet from an NBMA address nobody registered must at least come from where its inner source is routed (RFC 3704 §2.4).
  private mutating func judgeStranger(_ inner: InnerHeader, _ tunnel: Int) throws(DropReason) {
    let facts = tunnels[tunnel].facts
    guard fibs[facts.fib].mayLeave(to: inner.source, by: facts.interface) else { throw .spoofed }
    tunnels[tunnel].counters.fromUnknownPeer &+= 1
  }

  /// A packet to an own address: answers to the node's own probes, and step reports and their refusals, are for the
  /// control side.
  private mutating func deliver(
    _ batch: inout PacketBatch, _ i: Int, _ inner: InnerHeader, _ arrival: Arrival, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    let memory = batch.memory(i)
    if answersProbe(memory, inner) { return try punt(&batch, i, .probeReply, arrival, at: now, &punts) }
    if PacketPath.isStepReport(memory, inner) || ICMPMessages.refusesStepReport(memory, inner) { return try punt(&batch, i, .stepReport, arrival, at: now, &punts) }
    if isRouting(memory, inner, arrival) { return try punt(&batch, i, .routing, arrival, at: now, &punts) }
    batch.decide(i, .host(interface: tunnels[arrival.tunnel].facts.interface))
  }

  /// Whether a routing protocol that runs on the tunnel has to see it. Strangers have nothing to say to one.
  private func isRouting(_ memory: PacketMemory, _ inner: InnerHeader, _ arrival: Arrival) -> Bool {
    let ports = tunnels[arrival.tunnel].facts.routingPorts
    guard ports.0 != 0, arrival.peer >= 0, inner.nextProtocol == IPProtocol.udp, inner.hasTransport, !inner.moreFragments,
      inner.totalLength &- inner.headerLength >= 8
    else { return false }
    let port = memory.u16(inner.headerLength &+ 2)
    return port == ports.0 || (port == ports.1 && port != 0)
  }

  /// Whether it answers, or is an error about, an echo request with an identifier of the node's own probes.
  private func answersProbe(_ memory: PacketMemory, _ inner: InnerHeader) -> Bool {
    ICMPMessages.answeredEchoIdentifier(memory, inner).map(probeIdentifiers.contains) ?? false
  }

  private static func isStepReport(_ memory: PacketMemory, _ inner: InnerHeader) -> Bool {
    inner.nextProtocol == IPProtocol.udp && inner.hasTransport && !inner.moreFragments
      && inner.totalLength &- inner.headerLength >= 8
      && memory.u16(inner.headerLength &+ 2) == ForwardingCore.stepReportPort
  }
}

// What is remembered of packets in transit.
extension PacketPath {
  /// Counts a packet that arrived by one tunnel of a network and leaves by a tunnel of the same, and tells the control side of pairs that
  /// could do without this node. Called after the TTL was decremented, as a Traffic Indication quotes it.
  mutating func watchTransit(
    _ memory: PacketMemory, _ inner: InnerHeader, _ hop: Hop, _ arrival: Arrival, at now: Instant, _ punts: inout PuntQueue
  ) {
    let facts = tunnels[arrival.tunnel].facts
    guard let network = facts.networkID, network == tunnels[hop.tunnel].facts.networkID, arrival.peer >= 0 else { return }
    let between = TableKey(arrival.source, hop.nbma, tag: 0)
    _ = peerPairs.touch(between, facts.interface, bytes: inner.totalLength, at: now)
    guard facts.redirects else { return }
    let hosts = TableKey(inner.source, inner.destination, tag: UInt64(facts.interface.rawValue))
    let (pair, isNew) = hostPairs.touch(hosts, facts.interface, bytes: inner.totalLength, at: now)
    guard pair >= 0 else { return }
    var packet = Hint(
      kind: .firstPacket, interface: facts.interface, source: arrival.source, destination: arrival.destination, nextHop: hop.nextHop,
      peer: arrival.protection)
    if isNew { hint(memory, packet, bytes: Limits.firstPacketBytes, at: now, &punts) }
    guard hostPairs.mayPunt(pair, every: Limits.redirectInterval, at: now) else { return }
    packet.kind = .redirectWanted
    // Even, for FRR 8.4.4 sums NHRP packets of odd length wrongly.
    hint(memory, packet, bytes: min(Limits.quotedBytes, inner.totalLength) & ~1, at: now, &punts)
  }
}
