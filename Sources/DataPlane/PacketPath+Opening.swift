// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// GRE as it lies in a received packet, and what vouches for it.
struct CarriedGRE {
  var at: Int
  var end: Int
  var tos: UInt8
  /// The NBMA addresses: the outer ones or, out of ESP, the association's.
  var source: IPAddress
  var destination: IPAddress
  /// The association it came out of; none for clear packets.
  var association = -1
  var peer = ProtectionID.none
  var group: UInt16 = 0
}

/// Where ESP lies in a received packet, and the UDP ports around it, if any.
struct ESPPlace {
  var at: Int
  var end: Int
  var isEncapsulated = false
  var sourcePort: UInt16 = 0
  var destinationPort: UInt16 = 0
}

// Protection on the way in (RFC 4303 §3.4). Functions stand in the order a packet meets them.
extension PacketPath {
  mutating func takeESP(
    _ batch: inout PacketBatch, _ i: Int, _ esp: ESPPlace, _ outer: OuterHeader, _ arrival: inout Arrival?, at now: Instant,
    _ punts: inout PuntQueue
  ) throws(DropReason) {
    let memory = batch.memory(i)
    let n = esp.end &- esp.at >= 8 ? associations.inbound(spi: memory.u32(esp.at)) : -1
    guard n >= 0 else { throw refuseUnknown(memory, esp, outer, at: now, &punts) }
    guard associations.inbound[n].facts.local == outer.destination else {
      countError(n)
      throw .notForUs
    }
    if isCapturing { otherForm = Array(memory.slice(0, outer.totalLength)) }
    let carried: CarriedGRE
    do throws(DropReason) {
      try authenticate(memory, esp, outer, n, at: now)
      carried = try uncover(memory, esp, outer, n)
    } catch {
      count(error, n)
      throw error
    }
    try takeGRE(&batch, i, carried, &arrival, at: now, &punts)
  }

  /// Nobody's ESP: at a protected tunnel's address it is told, for a peer may have lost its memory of us, or we ours of it.
  private mutating func refuseUnknown(
    _ memory: PacketMemory, _ esp: ESPPlace, _ outer: OuterHeader, at now: Instant, _ punts: inout PuntQueue
  ) -> DropReason {
    let tunnel = protectedTunnel(at: outer.destination)
    guard tunnel >= 0 else { return .notGRE }
    guard esp.end &- esp.at >= 8 else { return .espTruncated }
    if outer.source.isMartianSource { return .martian }
    let packet = Hint(
      kind: .unknownSPI, interface: tunnels[tunnel].facts.interface, source: outer.source, destination: outer.destination,
      sourcePort: esp.sourcePort, destinationPort: esp.destinationPort)
    hint(memory, from: esp.at, packet, bytes: 8, at: now, &punts)
    return .unknownSPI
  }

  /// The protected tunnel of the lowest number with a local address, -1 when there is none.
  @inline(__always) private func protectedTunnel(at address: IPAddress) -> Int {
    demux.find(TableKey(address, tag: PacketPath.anyProtected))
  }

  /// Length, limit, window, integrity, in this order; then the window is moved and what the packet tells of the peer is told on.
  @inline(__always) private mutating func authenticate(
    _ memory: PacketMemory, _ esp: ESPPlace, _ outer: OuterHeader, _ n: Int, at now: Instant
  ) throws(DropReason) {
    let association = associations.inbound[n].facts
    let count = esp.end &- esp.at
    let text = count &- 8 &- association.ivBytes &- association.icvBytes
    guard text >= 2, text & association.blockMask == 0 else { throw .espTruncated }
    guard associations.inbound[n].tally.bytes < association.hardLimit else { throw tellLimit(n, association) }
    guard let number = associations.inbound[n].window.judge(memory.u32(esp.at &+ 4)) else { throw .espReplay }
    guard association.cipher.open(memory.base + esp.at, count: count, sequence: number, usesESN: association.usesESN) else {
      throw .espForged
    }
    let isNewest = associations.inbound[n].window.accept(number)
    // A late or repeated one does not say what the peer uses now.
    if isNewest, !associations.inbound[n].hasToldUse {
      associations.inbound[n].hasToldUse = notify(.associationInUse(association.peer, spi: association.spi))
    }
    guard isNewest, esp.isEncapsulated, association.isEncapsulated else { return }
    if outer.source != association.remote || esp.sourcePort != association.remotePort { tellMove(n, association, outer, esp, at: now) }
  }

  private mutating func tellLimit(_ n: Int, _ association: AssociationFacts) -> DropReason {
    if !associations.inbound[n].tally.hasToldHard {
      associations.inbound[n].tally.hasToldHard = notify(.associationLimit(association.peer, spi: association.spi, .inbound, isHard: true))
    }
    return .espLimit
  }

  private mutating func tellMove(_ n: Int, _ association: AssociationFacts, _ outer: OuterHeader, _ esp: ESPPlace, at now: Instant) {
    guard !outer.source.isMartianSource, esp.sourcePort != 0 else { return }
    if let last = associations.inbound[n].toldMoveAt, now - last < Limits.endpointInterval { return }
    let notice = DataPlaneNotice.endpointMoved(
      association.peer, spi: association.spi, remote: outer.source, remotePort: esp.sourcePort)
    if notify(notice) { associations.inbound[n].toldMoveAt = now }
  }

  /// Finds GRE in the text of an authentic packet.
  @inline(__always) private mutating func uncover(
    _ memory: PacketMemory, _ esp: ESPPlace, _ outer: OuterHeader, _ n: Int
  ) throws(DropReason) -> CarriedGRE {
    let association = associations.inbound[n].facts
    let text = esp.at &+ 8 &+ association.ivBytes, textEnd = esp.end &- association.icvBytes
    let padding = Int(memory.u8(textEnd &- 2))
    let end = textEnd &- 2 &- padding
    guard end >= text, PacketPath.isPadding(memory, at: end, padding) else { throw .espPadding }
    associations.inbound[n].tally.count(end &- text)
    if associations.inbound[n].tally.bytes >= association.softLimit { tellSoftLimit(n, association) }
    let next = memory.u8(textEnd &- 1)
    guard next != IPProtocol.none else { throw .espDummy }
    guard next == association.carriedProtocol else { throw .espNextHeader }
    var carried = CarriedGRE(
      at: text, end: end, tos: outer.tos, source: association.remote, destination: association.local, association: n,
      peer: association.peer, group: association.group)
    if association.isTunnelMode {
      try PacketPath.enterTunnel(memory, association, &carried)
    } else {
      // A NAT gives a peer that it encapsulates for another address whenever it likes; any other has to have its own.
      guard outer.source == association.remote || (esp.isEncapsulated && association.isEncapsulated) else { throw .espSelectors }
    }
    return carried
  }

  /// 1, 2, 3 and on (RFC 4303 §2.4).
  @inline(__always) private static func isPadding(_ memory: PacketMemory, at start: Int, _ count: Int) -> Bool {
    var difference: UInt8 = 0
    for n in 0..<count { difference |= memory.u8(start &+ n) ^ UInt8(truncatingIfNeeded: n &+ 1) }
    return difference == 0
  }

  private mutating func tellSoftLimit(_ n: Int, _ association: AssociationFacts) {
    guard !associations.inbound[n].tally.hasToldSoft else { return }
    associations.inbound[n].tally.hasToldSoft = notify(.associationLimit(association.peer, spi: association.spi, .inbound, isHard: false))
  }

  /// Tunnel mode: the inner header must be whole and say what was negotiated. A congestion mark outside is carried in (RFC 6040
  /// §4.2).
  private static func enterTunnel(
    _ memory: PacketMemory, _ association: AssociationFacts, _ carried: inout CarriedGRE
  ) throws(DropReason) {
    let text = PacketMemory(base: memory.base + carried.at, count: carried.end &- carried.at)
    let inner = try InnerHeader.parse(text, verifiesChecksum: true)
    guard inner.nextProtocol == IPProtocol.gre, inner.source == association.innerRemote, inner.destination == association.innerLocal
    else { throw .espSelectors }
    guard inner.fragmentOffset == 0, !inner.moreFragments else { throw .outerFragment }
    carried.end = carried.at &+ inner.totalLength
    carried.at &+= inner.headerLength
    carried.tos = carried.tos & 3 == 3 ? inner.tos | 3 : inner.tos
  }

  private mutating func count(_ reason: DropReason, _ n: Int) {
    switch reason {
    case .espReplay: associations.inbound[n].tally.counters.replays &+= 1
    case .espForged: associations.inbound[n].tally.counters.forgeries &+= 1
    case .espDummy: return
    default: countError(n)
    }
  }

  mutating func countError(_ n: Int) {
    if n >= 0 { associations.inbound[n].tally.counters.errors &+= 1 }
  }
}

// UDP, which carries all that has to pass a NAT (RFC 3948 §2). Its checksum is not looked at: whatever is inside protects itself.
extension PacketPath {
  mutating func takeUDP(
    _ batch: inout PacketBatch, _ i: Int, _ outer: OuterHeader, _ arrival: inout Arrival?, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    let memory = batch.memory(i), at = outer.headerLength
    let (source, port, length) = (memory.u16(at), memory.u16(at &+ 2), Int(memory.u16(at &+ 4)))
    guard outer.totalLength &- at >= 8, port == PacketPath.ikePort || port == PacketPath.natPort else { throw .notGRE }
    guard length >= 8, at &+ length <= outer.totalLength else { throw .truncated }
    let esp = ESPPlace(at: at &+ 8, end: at &+ length, isEncapsulated: true, sourcePort: source, destinationPort: port)
    guard port == PacketPath.natPort else { return try takeIKE(&batch, i, esp, outer, at: now, &punts) }
    // One byte is a keepalive, four zero bytes are the non-ESP marker: no SPI is zero.
    if length == 9, memory.u8(esp.at) == 0xff, protectedTunnel(at: outer.destination) >= 0 { throw .natKeepalive }
    guard length >= 12, memory.u32(esp.at) == 0 else { return try takeESP(&batch, i, esp, outer, &arrival, at: now, &punts) }
    var ike = esp
    ike.at &+= 4
    try takeIKE(&batch, i, ike, outer, at: now, &punts)
  }

  private static var ikePort: UInt16 { 500 }
  private static var natPort: UInt16 { 4500 }

  /// Hands an IKE message up: those with an SPI of ours apart from those of anybody.
  private mutating func takeIKE(
    _ batch: inout PacketBatch, _ i: Int, _ message: ESPPlace, _ outer: OuterHeader, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    let memory = batch.memory(i), size = message.end &- message.at
    let tunnel = protectedTunnel(at: outer.destination)
    guard tunnel >= 0 else { throw .notGRE }
    if outer.source.isMartianSource { throw .martian }
    guard outer.source != outer.destination else { throw .ownNBMALoop }
    // SPIs of both sides, eight bytes of numbers, and the message's length (RFC 7296 §3.1, RFC 2408 §3.1).
    guard size >= 28, size <= Limits.ikeMessageBytes, memory.u32(message.at &+ 24) <= size else { throw .ikeLength }
    let isKnown = isOwnSPI(memory.u64(message.at)) || isOwnSPI(memory.u64(message.at &+ 8))
    batch.trim(i, front: message.at, length: size)
    let packet = Hint(
      kind: isKnown ? .ike : .ikeStranger, interface: tunnels[tunnel].facts.interface, source: outer.source,
      destination: outer.destination, sourcePort: message.sourcePort, destinationPort: message.destinationPort)
    try punt(&batch, i, packet, at: now, &punts)
  }

  /// Whether IKE told of an SPI (in IKEv1: a cookie) of ours.
  private func isOwnSPI(_ spi: UInt64) -> Bool { spi != 0 && ikeSPIs.find(spi) >= 0 }
}
