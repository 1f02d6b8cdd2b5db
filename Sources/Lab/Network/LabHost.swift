// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A host of the lab: behind a node's LAN, or the node's own IP stack, which answers at the node's addresses.
///
/// It answers ICMP echo and UDP echo, says "port unreachable" to other UDP (so that traceroute ends), and books the answers to its own
/// flows. What it has to send goes to its gateway, which is the node it stands behind.
public struct LabHost: Sendable {
  /// The node it stands behind: its number in the topology.
  public let node: Int
  /// Its addresses; flows leave from the first.
  public let addresses: [IPAddress]
  /// The node's address on the LAN; nil when the host is the node itself.
  public let gateway: IPAddress?
  /// Echo requests it answered.
  public private(set) var echoesAnswered: UInt64 = 0
  /// Answers to IPv6 echo requests that it got, by sequence number, in the order they came.
  public private(set) var echoReplies: [UInt16] = []
  /// Who answered the probes of `Cloud.traceroute`, by sequence number. For questions only, nothing iterates it.
  var traces: [UInt16: IPAddress] = [:]
  var nextTrace: UInt16 = 0
  /// Packets that were not for it, or that it could not read.
  public private(set) var ignored: UInt64 = 0

  /// A host with at least one address.
  public init(node: Int, addresses: [IPAddress], gateway: IPAddress?) {
    precondition(!addresses.isEmpty, "a host has an address")
    (self.node, self.addresses, self.gateway) = (node, addresses, gateway)
  }

  /// Takes an inner packet; gives the packet it answers with. Requests are turned into their answers in place.
  public mutating func receive(_ packet: consuming [UInt8], at now: Instant, _ ledger: inout FlowLedger) -> [UInt8]? {
    guard !packet.isIPv6 else { return receiveV6(packet) }
    guard let fields = try? IPv4Fields.decode(packet), !fields.isLaterFragment,
      addresses.contains(IPAddress(v4: fields.destination)), fields.totalLength >= fields.headerLength + 8
    else {
      ignored &+= 1
      return nil
    }
    switch (fields.payloadProtocol, packet[fields.headerLength]) {
    case (LabProtocol.icmp, 8): return answerEcho(packet, fields)
    case (LabProtocol.icmp, 0): noteAnswer(packet, fields, at: now, &ledger)
    case (LabProtocol.icmp, 3), (LabProtocol.icmp, 11): noteError(packet, fields, &ledger)
    case (LabProtocol.udp, _): return receiveUDP(packet, fields, at: now, &ledger)
    default: ignored &+= 1
    }
    return nil
  }

  /// ICMPv6 echo alone: a request is turned into its answer, an answer is noted.
  private mutating func receiveV6(_ packet: consuming [UInt8]) -> [UInt8]? {
    guard packet.count >= 48, packet[6] == LabProtocol.icmpV6, let to = IPPacketAddresses.destination(of: packet), addresses.contains(to),
      packet.checksum(40, packet.count - 40, initial: LabPacket.pseudoHeaderV6(packet)) == 0, packet[40] == 128 || packet[40] == 129
    else {
      ignored &+= 1
      return nil
    }
    guard packet[40] == 128 else {
      if echoReplies.count < 1_024 { echoReplies.append(packet.u16(46)) }
      return nil
    }
    echoesAnswered &+= 1
    var answer = packet
    (answer[40], answer[7]) = (129, 64)
    answer.set(42, u16: InternetChecksum.updated(answer.u16(42), from: 128 << 8 | UInt16(answer[41]), to: 129 << 8 | UInt16(answer[41])))
    for n in 0..<16 { answer.swapAt(8 + n, 24 + n) }
    return answer
  }

  private mutating func answerEcho(_ request: consuming [UInt8], _ fields: IPv4Fields) -> [UInt8]? {
    guard request.checksum(fields.headerLength, fields.totalLength - fields.headerLength) == 0 else {
      ignored &+= 1
      return nil
    }
    echoesAnswered &+= 1
    var answer = request
    let icmp = fields.headerLength
    // Type 8 becomes 0, and nothing else of the message changes.
    answer.set(icmp + 2, u16: InternetChecksum.updated(answer.u16(icmp + 2), from: answer.u16(icmp), to: answer.u16(icmp) & 0xff))
    answer[icmp] = 0
    return turned(answer, fields)
  }

  private mutating func receiveUDP(
    _ packet: consuming [UInt8], _ fields: IPv4Fields, at now: Instant, _ ledger: inout FlowLedger
  ) -> [UInt8]? {
    let udp = fields.headerLength, length = fields.totalLength - udp
    let pseudo = LabPacket.pseudoHeader(IPAddress(v4: fields.source), IPAddress(v4: fields.destination), length)
    guard Int(packet.u16(udp + 4)) == length, packet.u16(udp + 6) == 0 || packet.checksum(udp, length, initial: pseudo) == 0 else {
      ignored &+= 1
      return nil
    }
    if packet.u16(udp + 2) == ProbeMark.echoPort {
      echoesAnswered &+= 1
      var answer = packet
      let (from, to) = (answer.u16(udp), answer.u16(udp + 2))
      answer.set(udp, u16: to)
      answer.set(udp + 2, u16: from)
      return turned(answer, fields)  // a sum does not mind that ports and addresses change places
    }
    guard packet.u16(udp) == ProbeMark.echoPort else {
      return LabPacket.portUnreachable(about: packet, from: IPAddress(v4: fields.destination))
    }
    noteAnswer(packet, fields, at: now, &ledger)
    return nil
  }

  mutating func ignore() { ignored &+= 1 }

  /// Source and destination changed places, with a fresh TTL.
  private func turned(_ packet: consuming [UInt8], _ fields: IPv4Fields) -> [UInt8] {
    var answer = packet
    answer.set(12, u32: fields.destination)
    answer.set(16, u32: fields.source)
    answer[8] = 64
    answer.set(10, u16: 0)
    answer.set(10, u16: answer.checksum(0, fields.headerLength))
    return answer
  }

  private mutating func noteAnswer(_ packet: [UInt8], _ fields: IPv4Fields, at now: Instant, _ ledger: inout FlowLedger) {
    guard let mark = ProbeMark.find(inInner: packet, at: 0), mark.isAnswer else { return noteTrace(packet, fields) }
    ledger.noteAnswer(mark, at: now)
  }

  private mutating func noteError(_ packet: [UInt8], _ fields: IPv4Fields, _ ledger: inout FlowLedger) {
    guard let mark = ProbeMark.find(inInner: packet, at: fields.headerLength + 8), !mark.isAnswer else { return noteTrace(packet, fields) }
    ledger.noteError(mark)
  }
}

extension [UInt8] {
  /// Whether an IPv6 header is what begins here.
  fileprivate var isIPv6: Bool { first.map { $0 >> 4 == 6 } ?? false }
}
