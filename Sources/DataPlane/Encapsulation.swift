// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

extension PacketPath {
  /// Writes GRE and the outer IPv4 header in front of slot `i` and counts it out. The slot then holds a complete packet.
  mutating func encapsulate(
    _ batch: inout PacketBatch, _ i: Int, _ hop: Hop, protocolType: UInt16, tos: UInt8, at now: Instant
  ) throws(DropReason) {
    let facts = tunnels[hop.tunnel].facts
    guard facts.isUp else { throw .tunnelDown }
    guard hop.nbma != facts.source else { throw .ownNBMALoop }
    let payload = batch.length(of: i)
    guard payload &+ facts.headerLength <= 65_535 else { throw .tooBig }
    guard batch.push(i, facts.headerLength) else { throw .batchFull }
    let memory = batch.memory(i)
    let sequence = facts.checksSequence ? nextSequence(hop) : 0
    PacketPath.writeGRE(memory, facts, protocolType: protocolType, sequence: sequence)
    PacketPath.writeOuter(memory, facts, destination: hop.nbma, tos: tos, id: nextID)
    nextID &+= 1
    tunnels[hop.tunnel].counters.traffic.sent(payload)
    peers.sent(payload, adjacency: hop.adjacency, peer: hop.peer)
    batch.decide(i, .underlay(tunnel: facts.interface, destination: IPAddress(v4: hop.nbma)))
    if isCapturing {
      capture(memory, payloadAt: facts.headerLength, .outbound, facts.interface, protocolType: protocolType, at: now)
    }
  }

  /// GRE in RFC 2890's order: checksum, key, sequence number; the checksum last, over everything behind the outer header.
  private static func writeGRE(_ memory: PacketMemory, _ facts: TunnelFacts, protocolType: UInt16, sequence: UInt32) {
    memory.set(20, u16: facts.greFlags)
    memory.set(22, u16: protocolType)
    var at = 24
    let hasChecksum = facts.greFlags & GREFlags.checksum != 0
    if hasChecksum {
      memory.set(at, u32: 0)
      at &+= 4
    }
    if facts.greFlags & GREFlags.key != 0 {
      memory.set(at, u32: facts.key)
      at &+= 4
    }
    if facts.greFlags & GREFlags.sequence != 0 { memory.set(at, u32: sequence) }
    if hasChecksum { memory.set(24, u16: memory.checksum(20, memory.count &- 20)) }
  }

  /// An outer header without options. A fixed TOS keeps the inner ECN bits (RFC 6040 §4.1, normal mode).
  private static func writeOuter(_ memory: PacketMemory, _ facts: TunnelFacts, destination: UInt32, tos: UInt8, id: UInt16) {
    memory.set(0, u8: 0x45)
    memory.set(1, u8: facts.copiesTOS ? tos : facts.tos & 0xfc | tos & 3)
    memory.set(2, u16: UInt16(truncatingIfNeeded: memory.count))
    memory.set(4, u16: id)
    memory.set(6, u16: facts.setsDontFragment ? 0x4000 : 0)
    memory.set(8, u8: facts.ttl)
    memory.set(9, u8: IPProtocol.gre)
    memory.set(10, u16: 0)
    memory.set(12, u32: facts.source)
    memory.set(16, u32: destination)
    memory.set(10, u16: memory.checksum(0, 20))
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
