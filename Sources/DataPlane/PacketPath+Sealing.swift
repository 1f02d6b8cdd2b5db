// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

// Protection on the way out (RFC 4303 §3.3, RFC 3948 §3.2). Nothing leaves a protected tunnel but by `seal`.
extension PacketPath {
  /// Finds the association that a packet leaves by; who lacks one is reported at a limited rate, and the packet stops.
  mutating func protect(
    _ hop: inout Hop, _ facts: TunnelFacts, _ memory: PacketMemory, _ arrival: Arrival?, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) {
    let i = hop.protection == .none ? newestAssociation(facts, hop.nbma) : associations.outbound(of: hop.protection)
    guard i >= 0, serves(associations.outbound[i].facts, facts) else {
      wantProtection(memory, facts, hop, arrival, at: now, &punts)
      throw .noAssociation
    }
    let association = associations.outbound[i].facts
    (hop.association, hop.nbma, hop.protection) = (i, association.remote, association.peer)
  }

  @inline(__always) private func serves(_ association: AssociationFacts, _ tunnel: TunnelFacts) -> Bool {
    association.group == tunnel.group && association.local == tunnel.source
  }

  private func newestAssociation(_ facts: TunnelFacts, _ nbma: IPAddress) -> Int {
    var i = associations.outbound(group: facts.group, to: nbma)
    while i >= 0, !serves(associations.outbound[i].facts, facts) { i = Int(associations.outbound[i].older) }
    return i
  }

  /// Everybody on the multicast list whom an association leads to: behind one address there may be several.
  mutating func protectedReceivers(
    _ memory: PacketMemory, _ destination: IPAddress, _ tunnel: Int, at now: Instant, _ punts: inout PuntQueue
  ) throws(DropReason) -> [Hop] {
    let facts = tunnels[tunnel].facts
    var addresses = tunnels[tunnel].multicastAddresses
    if addresses.isEmpty, facts.isPointToPoint { addresses = [facts.destination] }
    guard !addresses.isEmpty else { throw .multicastNoPeers }
    var list: [Hop] = []
    var lacking: UInt64 = 0
    for nbma in addresses {
      let before = list.count
      var hop = Hop(tunnel: tunnel, nextHop: destination, nbma: nbma, adjacency: -1, peer: -1)
      appendAssociated(hop, facts, to: &list)
      guard list.count == before else { continue }
      hop.peer = peers.peer(facts.interface, nbma)
      wantProtection(memory, facts, hop, nil, at: now, &punts)
      lacking &+= 1
    }
    guard !list.isEmpty else { throw .noAssociation }
    drops[Int(DropReason.noAssociation.rawValue)] &+= lacking
    return list
  }

  private func appendAssociated(_ hop: Hop, _ facts: TunnelFacts, to list: inout [Hop]) {
    var i = associations.outbound(group: facts.group, to: hop.nbma)
    while i >= 0 {
      let association = associations.outbound[i].facts
      if serves(association, facts) {
        var copy = hop
        (copy.protection, copy.association) = (association.peer, i)
        copy.peer = peers.peer(facts.interface, hop.nbma, association.peer)
        list.append(copy)
      }
      i = Int(associations.outbound[i].older)
    }
  }

  private mutating func wantProtection(
    _ memory: PacketMemory, _ facts: TunnelFacts, _ hop: Hop, _ arrival: Arrival?, at now: Instant, _ punts: inout PuntQueue
  ) {
    let key = TableKey(hop.nbma, tag: UInt64(facts.interface.rawValue) | UInt64(hop.protection.rawValue) << 16)
    let (entry, _) = protections.touch(key, facts.interface, bytes: memory.count, at: now)
    guard entry >= 0, protections.mayPunt(entry, every: Limits.protectionInterval, at: now) else { return }
    let packet = Hint(
      kind: .protectionWanted, interface: facts.interface, source: arrival?.source ?? .anyV4, destination: hop.nbma, nextHop: hop.nextHop,
      peer: hop.protection)
    hint(memory, packet, bytes: Limits.quotedBytes, at: now, &punts)
  }
}

// Sealing itself.
extension PacketPath {
  /// Where the parts of a sealed packet are:
  /// `outer IP | [UDP] | ESP, IV | [inner IP] | GRE | payload | padding, its length, next header | ICV`
  private struct Layout {
    let esp: Int
    let text: Int
    let gre: Int
    let payloadEnd: Int
    let padding: Int
    let total: Int

    init(_ association: AssociationFacts, greBytes: Int, payload: Int) {
      text = association.frontBytes &- association.innerHeaderBytes
      esp = text &- association.ivBytes &- 8
      gre = association.frontBytes
      payloadEnd = gre &+ greBytes &+ payload
      padding = association.padding(behind: payloadEnd &- text)
      total = payloadEnd &+ padding &+ 2 &+ association.icvBytes
    }

    var front: Int { gre }
  }

  mutating func seal(
    _ batch: inout PacketBatch, _ i: Int, _ hop: Hop, _ facts: TunnelFacts, protocolType: UInt16, tos: UInt8, at now: Instant
  ) throws(DropReason) {
    guard hop.association >= 0 else { throw .noAssociation }
    let association = associations.outbound[hop.association].facts
    guard serves(association, facts) else { throw .noAssociation }
    let greBytes = facts.headerLength &- facts.outerLength, payload = batch.length(of: i)
    let layout = Layout(association, greBytes: greBytes, payload: payload)
    guard layout.total <= 65_535 else { throw .tooBig }
    let number = try takeNumber(hop.association, association)
    if isCapturing { otherForm = batch.memory(i).prefix(.max) }
    guard batch.push(i, layout.front &+ greBytes), batch.lengthen(i, layout.total &- layout.payloadEnd) else { throw .batchFull }
    let memory = batch.memory(i)
    writeGRE(memory, at: layout.gre, end: layout.payloadEnd, hop, facts, protocolType: protocolType)
    var outer = OuterFields(facts, tos: tos, id: takeID(), source: association.innerLocal, destination: association.innerRemote)
    if association.isTunnelMode { outer.write(memory, at: layout.text, length: layout.payloadEnd &- layout.text) }
    PacketPath.writeESP(memory, layout, association, number)
    guard
      association.cipher.seal(
        memory.base + layout.esp, count: layout.total &- layout.esp, sequence: number, usesESN: association.usesESN)
    else { throw .sealFailed }
    if association.isEncapsulated { PacketPath.writeUDP(memory, association.endpoints) }
    outer.payloadProtocol = association.isEncapsulated ? IPProtocol.udp : IPProtocol.esp
    (outer.source, outer.destination, outer.dontFragment) = (association.local, association.remote, facts.sealsDontFragment)
    outer.write(memory, length: layout.total)
    count(layout.payloadEnd &- layout.text, number, hop.association, association)
    if isCapturing { captureSealed(memory, facts.interface, protocolType: protocolType, at: now) }
  }

  /// The next sequence number; none where a limit is reached, and that is told once.
  private mutating func takeNumber(_ i: Int, _ association: AssociationFacts) throws(DropReason) -> UInt64 {
    if associations.outbound[i].sequence.bytes < association.hardLimit {
      let number = associations.outbound[i].sequence.next()
      if number <= 0xffff_ffff || association.usesESN { return number }
    }
    associations.outbound[i].tally.counters.errors &+= 1
    if !associations.outbound[i].tally.hasToldHard {
      associations.outbound[i].tally.hasToldHard = notify(
        .associationLimit(association.peer, spi: association.spi, .outbound, isHard: true))
    }
    throw .espLimit
  }

  private mutating func count(_ bytes: Int, _ number: UInt64, _ i: Int, _ association: AssociationFacts) {
    associations.outbound[i].tally.count(bytes)
    let all = associations.outbound[i].sequence.count(bytes)
    let isNearEnd = number >= Limits.softSequence && !association.usesESN
    guard isNearEnd || all >= association.softLimit, !associations.outbound[i].tally.hasToldSoft else {
      return
    }
    associations.outbound[i].tally.hasToldSoft = notify(.associationLimit(association.peer, spi: association.spi, .outbound, isHard: false))
  }

  /// SPI and sequence number in front; padding 1, 2, 3 and the trailer behind (RFC 4303 §2.4). The cipher writes the IV.
  private static func writeESP(_ memory: PacketMemory, _ layout: Layout, _ association: AssociationFacts, _ number: UInt64) {
    memory.set(layout.esp, u32: association.spi)
    memory.set(layout.esp &+ 4, u32: UInt32(truncatingIfNeeded: number))
    for n in 0..<layout.padding { memory.set(layout.payloadEnd &+ n, u8: UInt8(truncatingIfNeeded: n &+ 1)) }
    memory.set(layout.payloadEnd &+ layout.padding, u8: UInt8(truncatingIfNeeded: layout.padding))
    memory.set(layout.payloadEnd &+ layout.padding &+ 1, u8: association.carriedProtocol)
  }

  /// A UDP header behind the outer IP header, for all that is behind it: without checksum over IPv4 (RFC 3948 §2.1), with one over
  /// IPv6, where receivers throw away what has none (RFC 8200 §8.1).
  static func writeUDP(_ memory: PacketMemory, _ ends: AssociationEndpoints) {
    let at = ends.local.isV4 ? 20 : 40, length = memory.count &- at
    memory.set(at, u16: ends.localPort)
    memory.set(at &+ 2, u16: ends.remotePort)
    memory.set(at &+ 4, u16: UInt16(truncatingIfNeeded: length))
    memory.set(at &+ 6, u16: 0)
    guard !ends.local.isV4 else { return }
    var pseudo = UInt64(length) &+ UInt64(IPProtocol.udp)
    for half in [ends.local.high, ends.local.low, ends.remote.high, ends.remote.low] { pseudo &+= half >> 32 &+ half & 0xffff_ffff }
    let sum = memory.checksum(at, length, initial: pseudo)
    memory.set(at &+ 6, u16: sum == 0 ? 0xffff : sum)
  }

  private mutating func captureSealed(_ wire: PacketMemory, _ interface: InterfaceID, protocolType: UInt16, at now: Instant) {
    var clear = takeOtherForm()
    clear.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      capture(wire, PacketMemory(base: base, count: bytes.count), .outbound, interface, protocolType: protocolType, at: now)
    }
  }

  mutating func takeOtherForm() -> [UInt8] {
    defer { otherForm = [] }
    return otherForm
  }

  /// Puts something on the list for the control side; false when it is full.
  mutating func notify(_ notice: DataPlaneNotice) -> Bool {
    guard notices.count < Limits.notices else { return false }
    notices.append(notice)
    return true
  }
}

// Datagrams of the node itself.
extension PacketPath {
  mutating func injectDatagram(_ ends: AssociationEndpoints, _ bytes: [UInt8], into batch: inout PacketBatch) throws(DropReason) {
    guard ends.local.isV4 == ends.remote.isV4, !ends.remote.isMartianSource else { throw .martian }
    let tunnel = demux.find(TableKey(ends.local, tag: PacketPath.anyKey))
    guard tunnel >= 0 else { throw .noTunnel }
    let outer = OuterFields(controlFrom: ends.local, to: ends.remote, id: takeID())
    guard bytes.count <= 65_527 &- outer.length else { throw .tooBig }
    let i = try place(bytes, in: &batch)
    guard batch.push(i, outer.length &+ 8) else { throw .batchFull }
    let memory = batch.memory(i)
    PacketPath.writeUDP(memory, ends)
    outer.write(memory, length: memory.count)
    batch.decide(i, .underlay(tunnel: tunnels[tunnel].facts.interface, destination: ends.remote))
  }
}
