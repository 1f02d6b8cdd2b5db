// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

// In the order a packet meets them: the sender's link, its NAT, the route, the receiver's NAT, the receiver's link.
extension Underlay {
  /// Sends a complete outer IPv4 packet; gives what arrives of it. For tests: the other form reuses its array.
  public mutating func send(_ packet: consuming [UInt8], from node: Int, at now: Instant, random: inout RandomSource) -> [Delivery] {
    var deliveries: [Delivery] = []
    send(packet, from: node, at: now, random: &random, into: &deliveries)
    return deliveries
  }

  /// Sends a complete outer IPv4 packet and appends what arrives of it: nothing, one delivery, copies, or an ICMP error to the sender.
  /// The packet is moved into its (first) delivery.
  public mutating func send(
    _ packet: consuming [UInt8], from node: Int, at now: Instant, random: inout RandomSource, into deliveries: inout [Delivery]
  ) {
    counters.sent &+= 1
    let fields: IPv4Fields
    do { fields = try IPv4Fields.decode(packet) } catch { return drop(.malformed) }
    guard attachments.indices.contains(node) else { return drop(.noRoute) }
    guard attachments[node].link.isUp else { return drop(.down) }
    var isFragmented = false
    guard fits(packet, fields, on: node, sender: node, at: now, &isFragmented, &deliveries) else { return }

    let time = min(now.nanoseconds, .max / 2)
    guard let passed = pass(node, .up, fields.totalLength, time, &random) else { return }
    if let nat = attachments[node].nat, !nats[nat].outbound(&packet, fields, at: now) { return drop(.natRefused) }
    guard let receiver = route(&packet, fields, isTranslated: attachments[node].nat != nil, at: now) else { return }
    guard attachments[receiver].link.isUp else { return drop(.down) }
    guard attachments[receiver].link.part == attachments[node].link.part else { return drop(.partitioned) }
    guard fits(packet, fields, on: receiver, sender: node, at: now, &isFragmented, &deliveries) else { return }
    if isFragmented { counters.fragmented &+= 1 }

    if let copyAt = passed.copyAt { arrive(packet, node, receiver, fields.totalLength, copyAt, &random, &deliveries) }
    arrive(packet, node, receiver, fields.totalLength, passed.at, &random, &deliveries)
  }

  private mutating func drop(_ reason: UnderlayDrop) { counters.dropsByReason[Int(reason.rawValue)] &+= 1 }

  /// Takes a packet over one link; nil when it stays there, and then it is counted.
  private mutating func pass(
    _ node: Int, _ direction: Link.Direction, _ bytes: Int, _ time: Int64, _ random: inout RandomSource
  ) -> (at: Int64, copyAt: Int64?)? {
    switch attachments[node].link.pass(direction, bytes: bytes, at: time, &random) {
    case .lost:
      drop(.loss)
      return nil
    case .queueFull:
      drop(.queueFull)
      return nil
    case .passes(let at, let copyAt, let isReordered):
      if isReordered { counters.reordered &+= 1 }
      if copyAt != nil { counters.duplicated &+= 1 }
      return (at, copyAt)
    }
  }

  /// Whether a packet fits the MTU of a node's link, or may be cut to fit. If not, it is counted and its sender is told (RFC 1191).
  private mutating func fits(
    _ packet: [UInt8], _ fields: IPv4Fields, on node: Int, sender: Int, at now: Instant, _ isFragmented: inout Bool,
    _ deliveries: inout [Delivery]
  ) -> Bool {
    let mtu = attachments[node].link.settings.mtu
    guard fields.totalLength > mtu else { return true }
    guard fields.dontFragment else {
      isFragmented = true
      return true
    }
    drop(.tooBig)
    // NATs translate quoted headers too (RFC 5508 §4): to the sender the quoted packet looks as it left.
    var quoted = packet
    if quoted.u32(12) != fields.source { quoted.rewriteAddress(12, to: fields.source) }
    if quoted.u32(16) != fields.destination { quoted.rewriteAddress(16, to: fields.destination) }
    guard let error = LabPacket.fragmentationNeeded(about: quoted, mtu: mtu, from: routerAddress) else { return false }
    counters.icmpErrors &+= 1
    counters.delivered &+= 1
    let way = node == sender ? 0 : attachments[sender].link.roundTrip
    deliveries.append(Delivery(at: now + .nanoseconds(way), from: sender, to: sender, packet: error))
    return false
  }

  /// The node that owns the outer destination; behind a NAT the packet is translated. Nil when there is none, and then it is counted.
  private mutating func route(_ packet: inout [UInt8], _ fields: IPv4Fields, isTranslated: Bool, at now: Instant) -> Int? {
    switch owners[fields.destination] {
    case .node(let node): return node
    case .nat(let nat):
      var seen = fields
      if isTranslated { seen.source = packet.u32(12) }
      guard let inside = nats[nat].inbound(&packet, seen, at: now) else {
        drop(.natRefused)
        return nil
      }
      if let node = insiders[Self.insider(nat, inside.v4Bits)] { return node }
    case nil: break
    }
    drop(.noRoute)
    return nil
  }

  /// Takes a packet over the receiver's link.
  private mutating func arrive(
    _ packet: [UInt8], _ sender: Int, _ receiver: Int, _ bytes: Int, _ time: Int64, _ random: inout RandomSource,
    _ deliveries: inout [Delivery]
  ) {
    guard let passed = pass(receiver, .down, bytes, time, &random) else { return }
    counters.delivered &+= 1
    deliveries.append(Delivery(at: Instant(nanoseconds: passed.at), from: sender, to: receiver, packet: packet))
    guard let copyAt = passed.copyAt else { return }
    counters.delivered &+= 1
    deliveries.append(Delivery(at: Instant(nanoseconds: copyAt), from: sender, to: receiver, packet: packet))
  }
}
