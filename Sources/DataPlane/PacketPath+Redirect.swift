// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

// A sender on the tunnel's own network hears of a better next hop: ICMP Redirect (RFC 792, RFC 1812 §5.2.7.2).
extension PacketPath {
  /// Tells the sender of packet `i`, which leaves by the tunnel it came in on, of its next hop, where both are on the tunnel's network.
  /// The packet itself goes on. Called before the TTL is decremented: the message quotes the packet as it came.
  mutating func redirectSender(
    _ batch: inout PacketBatch, _ i: Int, _ inner: InnerHeader, _ hop: Hop, _ arrival: Arrival, at now: Instant, _ punts: inout PuntQueue
  ) {
    guard let own = redirectSource(batch.memory(i), inner, hop, arrival), mayRedirect(inner, hop.tunnel, at: now),
      let j = batch.duplicate(i)
    else { return }
    guard ICMPMessages.replace(&batch, j, with: .redirect(to: hop.nextHop), about: inner, from: own, id: nextID),
      let message = try? InnerHeader.parse(batch.memory(j), verifiesChecksum: false)
    else { return batch.shrink(to: j) }
    nextID &+= 1
    do throws(DropReason) {
      // Ours, so without an arrival: it returns to where the packet came from.
      try forward(&batch, j, message, tunnels[hop.tunnel].facts.interface, inner.source, arrival: nil, at: now, &punts)
    } catch {
      drops[Int(error.rawValue)] &+= 1
      batch.decide(j, .drop(error))
    }
  }

  /// The address a redirect would come from; nil where none may be sent. It goes only to the peer that the packet came from, so that
  /// a forged source turns no traffic towards a third.
  private func redirectSource(_ memory: PacketMemory, _ inner: InnerHeader, _ hop: Hop, _ arrival: Arrival) -> IPAddress? {
    guard !inner.isV6, let network = tunnels[hop.tunnel].settings.icmpRedirectNetwork, network.contains(inner.source),
      network.contains(hop.nextHop)
    else { return nil }
    let sender = peers.adjacency(tunnels[hop.tunnel].facts.interface, inner.source)
    guard sender >= 0, peers.adjacencies[sender].nbma == arrival.source else { return nil }
    guard ICMPMessages.mayAnswer(memory, inner, with: .redirect(to: hop.nextHop)), !inner.isSourceRouted(memory) else { return nil }
    return tunnels[hop.tunnel].settings.addresses.first(where: network.contains)
  }

  /// Once a pair and interval, and within the rate of all ICMP errors.
  private mutating func mayRedirect(_ inner: InnerHeader, _ tunnel: Int, at now: Instant) -> Bool {
    let interface = tunnels[tunnel].facts.interface
    let key = TableKey(inner.source, inner.destination, tag: UInt64(interface.rawValue))
    let (pair, _) = icmpRedirects.touch(key, interface, bytes: inner.totalLength, at: now)
    return pair >= 0 && icmpRedirects.mayPunt(pair, every: Limits.icmpRedirectInterval, at: now) && icmpErrors.take(at: now)
  }
}
