// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Wire

/// What the host system around a node does with inner packets: its LAN, its own IP stack, its TTL.
extension Cloud {
  /// The host behind node `i` sends an IPv6 echo request; its `echoReplies` tell of the answer. Nothing happens in a cloud without IPv6.
  public func pingV6(from i: Int, to destination: IPAddress, sequence: UInt16) {
    guard let own = hosts[i].addresses.first(where: { !$0.isV4 }) else { return }
    enter(LabPacket.echoRequestV6(from: own, to: destination, sequence: sequence), at: i)
  }

  /// The host behind node `i` as it is now.
  public func host(_ i: Int) -> LabHost { hosts[i] }

  /// A packet of the host behind node `i` arrives at its gateway, the node.
  func enter(_ packet: [UInt8], at i: Int) {
    guard hosts[i].gateway != nil else { return input(i, .inner(packet)) }
    guard let forwarded = Cloud.decrementingTTL(packet) else { return answerExpired(packet, at: i) }
    if let destination = IPPacketAddresses.destination(of: packet), stacks[i].addresses.contains(destination) { return intoStack(packet, at: i) }
    input(i, .inner(forwarded))
  }

  /// An inner packet came out of the tunnel of node `i`.
  func deliver(_ packet: [UInt8], at i: Int) {
    guard let destination = IPPacketAddresses.destination(of: packet) else { return }
    if topology.protection != .none, packet.count > 8 {
      // Hosts send with 64; a gateway takes one, and so does every hub.
      ledger.noteArrival(packet, crossings: (hosts[i].gateway == nil ? 64 : 63) - Int(packet[8]) + 1)
    }
    if stacks[i].addresses.contains(destination) { return intoStack(packet, at: i) }
    guard hosts[i].addresses.contains(destination) else { return }
    guard let forwarded = Cloud.decrementingTTL(packet) else { return answerExpired(packet, at: i) }
    guard let answer = hosts[i].receive(forwarded, at: now, &ledger) else { return }
    enter(answer, at: i)
  }

  private func intoStack(_ packet: [UInt8], at i: Int) {
    // Flows of the node's own stack are booked like a host's.
    let isHost = hosts[i].gateway == nil
    let answer = isHost ? hosts[i].receive(packet, at: now, &ledger) : stacks[i].receive(packet, at: now, &ledger)
    guard let answer, let to = IPPacketAddresses.destination(of: answer) else { return }
    if hosts[i].addresses.contains(to), !isHost {
      _ = hosts[i].receive(answer, at: now, &ledger)
    } else {
      input(i, .inner(answer))
    }
  }

  /// The gateway's "time exceeded", so that a traceroute of a host shows it.
  private func answerExpired(_ packet: [UInt8], at i: Int) {
    guard let own = stacks[i].addresses.last, let error = LabPacket.timeExceeded(about: packet, from: own), let to = IPPacketAddresses.destination(of: error) else { return }
    if hosts[i].addresses.contains(to) { _ = hosts[i].receive(error, at: now, &ledger) } else { input(i, .inner(error)) }
  }

  /// One hop on; nil when the TTL is used up.
  static func decrementingTTL(_ packet: [UInt8]) -> [UInt8]? {
    guard packet.count >= 20 else { return nil }
    var out = packet
    if packet[0] >> 4 == 6 {
      guard packet[7] > 1 else { return nil }
      out[7] -= 1
      return out
    }
    guard packet[8] > 1 else { return nil }
    let old = UInt16(out[8]) << 8 | UInt16(out[9])
    out[8] -= 1
    let sum = InternetChecksum.updated(UInt16(out[10]) << 8 | UInt16(out[11]), from: old, to: old - 0x100)
    out[10] = UInt8(sum >> 8)
    out[11] = UInt8(truncatingIfNeeded: sum)
    return out
  }
}
