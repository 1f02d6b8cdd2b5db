// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

extension PacketPath {
  /// Writes GRE and the outer IP header in front of slot `i`, with ESP between them on a protected tunnel, and counts it out. The slot
  /// then holds a complete packet. There is no other way out of a tunnel, but for the answer to a keepalive on a clear one, which is
  /// complete as it came (`GREKeepalive`).
  mutating func encapsulate(
    _ batch: inout PacketBatch, _ i: Int, _ hop: Hop, protocolType: UInt16, tos: UInt8, at now: Instant
  ) throws(DropReason) {
    let facts = tunnels[hop.tunnel].facts
    guard facts.isUp else { throw .tunnelDown }
    guard hop.nbma != facts.source else { throw .ownNBMALoop }
    guard hop.nbma.isV4 != facts.isOverV6 else { throw .noAdjacency }
    let payload = batch.length(of: i)
    if facts.group == 0 {
      try wrap(&batch, i, hop, facts, protocolType: protocolType, tos: tos, at: now)
    } else {
      try seal(&batch, i, hop, facts, protocolType: protocolType, tos: tos, at: now)
    }
    tunnels[hop.tunnel].counters.traffic.sent(payload)
    peers.sent(payload, adjacency: hop.adjacency, peer: hop.peer)
    batch.decide(i, .underlay(tunnel: facts.interface, destination: hop.nbma))
  }

  private mutating func wrap(
    _ batch: inout PacketBatch, _ i: Int, _ hop: Hop, _ facts: TunnelFacts, protocolType: UInt16, tos: UInt8, at now: Instant
  ) throws(DropReason) {
    guard batch.length(of: i) &+ facts.headerLength <= 65_535 else { throw .tooBig }
    guard batch.push(i, facts.headerLength) else { throw .batchFull }
    let memory = batch.memory(i)
    writeGRE(memory, at: facts.outerLength, end: memory.count, hop, facts, protocolType: protocolType)
    OuterFields(facts, tos: tos, id: takeID(), source: facts.source, destination: hop.nbma).write(memory, length: memory.count)
    if isCapturing {
      capture(memory, memory.part(from: facts.headerLength), .outbound, facts.interface, protocolType: protocolType, at: now)
    }
  }

  /// The next outer identification.
  mutating func takeID() -> UInt16 {
    defer { nextID &+= 1 }
    return nextID
  }

  /// GRE in RFC 2890's order: checksum, key, sequence number; the checksum last, over the header and all behind it up to `end`.
  mutating func writeGRE(_ memory: PacketMemory, at start: Int, end: Int, _ hop: Hop, _ facts: TunnelFacts, protocolType: UInt16) {
    memory.set(start, u16: facts.greFlags)
    memory.set(start &+ 2, u16: protocolType)
    var at = start &+ 4
    let hasChecksum = facts.greFlags & GREFlags.checksum != 0
    if hasChecksum {
      memory.set(at, u32: 0)
      at &+= 4
    }
    if facts.greFlags & GREFlags.key != 0 {
      memory.set(at, u32: facts.key)
      at &+= 4
    }
    if facts.checksSequence { memory.set(at, u32: nextSequence(hop)) }
    if hasChecksum { memory.set(start &+ 4, u16: memory.checksum(start, end &- start)) }
  }

  /// The next number towards a peer; the first is 0 (RFC 2890 §2.2).
  private mutating func nextSequence(_ hop: Hop) -> UInt32 {
    if hop.peer >= 0 {
      defer { peers.peers[hop.peer].sequenceOut &+= 1 }
      return peers.peers[hop.peer].sequenceOut
    }
    defer { tunnels[hop.tunnel].strangerSequence &+= 1 }
    return tunnels[hop.tunnel].strangerSequence
  }
}
