// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Keepalives that point-to-point GRE tunnels send, as IOS has them; no RFC knows them. What goes out holds its own answer, and who takes the outer
/// packet off sends the inner one on as any other:
///
/// ```
///   IP A → B | GRE 0x0800 | IP B → A | GRE 0x0000        there
///                           IP B → A | GRE 0x0000        and back
/// ```
public enum GREKeepalive {
  /// Bytes of an IPv4 header without options.
  static let headerBytes = 20

  /// What GRE carries from `source`, the tunnel's own outer address, to its end at `destination`: the answer, addressed already.
  public static func packet(from source: IPAddress, to destination: IPAddress, key: UInt32?) -> [UInt8] {
    let gre = GREHeader(protocolType: GREProtocolType.keepalive, key: key)
    var w = ByteWriter(capacity: headerBytes + gre.byteCount)
    w.put([0x45, 0xc0])
    w.u16(UInt16(headerBytes + gre.byteCount))
    w.u32(0)
    w.put([255, IPProtocol.gre])
    w.u16(0)
    w.put(destination.bytes + source.bytes)
    w.patch(u16: InternetChecksum.of(w.bytes), at: 10)
    gre.encode(into: &w)
    return w.bytes
  }
}

extension PacketPath {
  /// Whether an inner packet is the answer that a keepalive brings along: GRE without content, from this end of the tunnel to the very sender.
  /// Nothing else is ever sent on in clear, so that nobody can have us write to anybody else. A multipoint hub answers spokes it does not
  /// know as well: one whose line is down registers only when it is up. The host's stack would not do it: to it a packet from an address of
  /// its own is a lie.
  @inline(__always) func isKeepalive(_ memory: PacketMemory, _ inner: InnerHeader, _ facts: TunnelFacts, from sender: IPAddress) -> Bool {
    inner.nextProtocol == IPProtocol.gre && facts.group == 0 && !inner.isV6 && inner.source == facts.source && inner.destination == sender
      && (!facts.isPointToPoint || sender == facts.destination) && isBareGRE(memory, inner)
  }

  private func isBareGRE(_ memory: PacketMemory, _ inner: InnerHeader) -> Bool {
    guard !inner.hasOptions, inner.hasTransport, !inner.moreFragments, inner.ttl > 1, inner.totalLength <= Limits.keepaliveBytes,
      let gre = try? GREOffsets.parse(memory, at: inner.headerLength, end: inner.totalLength)
    else { return false }
    return gre.protocolType == GREProtocolType.keepalive
  }

  /// Sends it on as a router does; it is a whole outer packet.
  mutating func answerKeepalive(
    _ batch: inout PacketBatch, _ i: Int, _ facts: TunnelFacts, to sender: IPAddress, at now: Instant
  ) throws(DropReason) {
    guard keepaliveAnswers.take(at: now) else { throw .keepaliveRateLimited }
    let memory = batch.memory(i)
    InnerHeader.decrementTTL(memory, isV6: false)
    if isCapturing {
      capture(
        memory, memory.part(from: GREKeepalive.headerBytes + 4), .outbound, facts.interface, protocolType: GREProtocolType.keepalive, at: now)
    }
    batch.decide(i, .underlay(tunnel: facts.interface, destination: sender))
  }
}
