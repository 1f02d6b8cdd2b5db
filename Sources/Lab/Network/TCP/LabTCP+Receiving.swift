// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

// Packets that were addressed to the node, and who gets them.
extension LabTCP {
  /// Whether a packet is TCP, for whoever sorts the packets of a node.
  public static func isTCP(_ packet: [UInt8]) -> Bool {
    (try? TransportPlace.decode(packet))?.payloadProtocol == TCPSegment.protocolNumber
  }

  /// Takes a whole IPv4 or IPv6 packet whose destination is an address of the node.
  public mutating func receive(_ packet: [UInt8], at now: Instant) {
    do throws(WireError) {
      let segment = try TCPSegment.decode(packet)
      outbox.counters.segmentsIn &+= 1
      receive(segment, at: now)
    } catch .badChecksum {
      outbox.counters.badChecksum &+= 1
    } catch {
      outbox.counters.malformed &+= 1
    }
  }

  private mutating func receive(_ segment: TCPSegment, at now: Instant) {
    guard let slot = byPair[segment.pair] else { return receiveUnknown(segment, at: now) }
    guard outbox.admits(segment, slots[slot].options) else { return }
    if slots[slot].mayGive(wayTo: segment) {
      update(slot) { connection, _ in connection.end() }
      return receiveUnknown(segment, at: now)
    }
    update(slot) { $0.receive(segment, at: now, &$1) }
  }

  // MARK: Without a connection (RFC 9293 §3.10.7.1 and .2)

  private mutating func receiveUnknown(_ segment: TCPSegment, at now: Instant) {
    let peer = segment.pair.remote
    guard !peer.isUnspecified, !peer.isMulticast, !peer.isBroadcast else {
      outbox.counters.malformed &+= 1
      return
    }
    let options = listeners.options(port: segment.pair.localPort, from: peer)
    if let options, !outbox.admits(segment, options) { return }
    if segment.flags.contains(.rst) { return }
    guard let options, segment.flags.contains(.syn), !segment.flags.contains(.ack), !segment.flags.contains(.fin) else {
      return outbox.send(segment.resetAnswer(ttl: options?.ttl), signedWith: options?.key)
    }
    accept(segment, options, at: now)
  }

  /// A SYN that finds no room gets no answer: the peer will try again.
  private mutating func accept(_ syn: TCPSegment, _ options: StreamOptions, at now: Instant) {
    guard halfOpenCount < TCPLimits.halfOpen, let slot = add(syn.pair, options, .passive, acceptedName(), at: now) else {
      outbox.counters.noRoom &+= 1
      return
    }
    update(slot) { connection, outbox in
      connection.meet(syn)
      connection.open(at: now, &outbox)
    }
  }

  // MARK: ICMP errors (RFC 5927: only about what is under way)

  /// Takes an ICMP or ICMPv6 error that came for the node and quotes a packet of ours; others are passed over.
  public mutating func receiveError(_ packet: [UInt8], at now: Instant) {
    guard let error = ICMPError(packet), let slot = byPair[error.pair], slots[slot].isUnderWay(error.sequence) else { return }
    switch error.kind {
    case .tooBig(let mtu): update(slot) { $0.lower(mtu: mtu, at: now, &$1) }
    case .unreachable:
      // A connection that stands waits for the path to come back (RFC 1122 §4.2.3.9); an attempt need not.
      guard slots[slot].state == .synSent else { return }
      update(slot) { $0.fail(.unreachable, &$1) }
    }
  }
}

extension TCPConnection {
  /// Whether a connection in TIME-WAIT ends for a new one of the same ends (RFC 9293 §3.10.7.4, RFC 6191).
  func mayGive(wayTo segment: TCPSegment) -> Bool {
    state == .timeWait && segment.flags.contains(.syn) && !segment.flags.contains(.ack) && receiveNext.precedes(segment.sequence)
  }

  /// Whether a number was sent and not acknowledged.
  func isUnderWay(_ number: SequenceNumber) -> Bool { !number.precedes(unacknowledged) && number.precedes(sendMaximum) }
}

/// What an ICMP error says about a TCP segment of ours.
struct ICMPError: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case tooBig(mtu: Int)
    case unreachable
  }

  var kind: Kind
  /// The ends and the sequence number of the quoted segment.
  var pair: TCPPair
  var sequence: SequenceNumber

  /// Reads "destination unreachable" (RFC 792) or its kin of ICMPv6 (RFC 4443); nil for all else.
  init?(_ packet: [UInt8]) {
    guard let place = try? TransportPlace.decode(packet), place.range.count >= 8 else { return nil }
    let start = place.range.lowerBound
    guard let kind = ICMPError.kind(packet, start, place.payloadProtocol),
      let quoted = try? TransportPlace.decode(packet, at: start + 8, isQuoted: true),
      quoted.payloadProtocol == TCPSegment.protocolNumber, quoted.source == place.destination, quoted.range.count >= 8
    else { return nil }
    let tcp = quoted.range.lowerBound
    self.kind = kind
    pair = TCPPair(
      local: quoted.source, localPort: packet.u16(tcp), remote: quoted.destination, remotePort: packet.u16(tcp + 2))
    sequence = SequenceNumber(packet.u32(tcp + 4))
  }

  private static func kind(_ packet: [UInt8], _ start: Int, _ payloadProtocol: UInt8) -> Kind? {
    switch (payloadProtocol, packet[start], packet[start + 1]) {
    case (1, 3, 4): .tooBig(mtu: Int(packet.u16(start + 6)))
    case (1, 3, _), (58, 1, _): .unreachable
    case (58, 2, _): .tooBig(mtu: Int(packet.u32(start + 4)))
    default: nil
    }
  }
}
