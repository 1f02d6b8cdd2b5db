// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The number of a flow, counted from 1 in the order flows are opened.
public struct FlowID: Hashable, Comparable, Sendable {
  /// The number.
  public let rawValue: UInt32
  /// Names flow `rawValue`.
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }
  /// In the order flows were opened.
  public static func < (a: FlowID, b: FlowID) -> Bool { a.rawValue < b.rawValue }
}

/// What a flow is made of.
public enum FlowKind: UInt8, Sendable, CaseIterable {
  /// ICMP echo (RFC 792).
  case ping
  /// UDP to the echo port (RFC 862).
  case udp
}

/// Packets that one host sends another at equal intervals, each of which shall be answered.
public struct FlowSpec: Sendable, Equatable {
  /// The node in front of the host that sends: its number in the topology.
  public var sourceNode: Int
  /// The host that sends.
  public var source: IPAddress
  /// The node in front of the host that answers.
  public var destinationNode: Int
  /// The host that answers.
  public var destination: IPAddress
  /// When the first packet leaves.
  public var start: Instant
  /// The time between two packets.
  public var interval: Duration
  /// How many packets there are.
  public var packetCount: Int
  /// Bytes behind the ICMP or UDP header; raised to `ProbeMark.byteCount`.
  public var payloadBytes: Int
  /// Ping or UDP.
  public var kind: FlowKind

  /// Describes a flow.
  public init(
    sourceNode: Int, source: IPAddress, destinationNode: Int, destination: IPAddress, start: Instant, interval: Duration,
    packetCount: Int, payloadBytes: Int = 56, kind: FlowKind = .ping
  ) {
    (self.sourceNode, self.source) = (sourceNode, source)
    (self.destinationNode, self.destination) = (destinationNode, destination)
    (self.start, self.interval, self.packetCount) = (start, interval, packetCount)
    (self.payloadBytes, self.kind) = (payloadBytes, kind)
  }

  /// Packet `sequence` of the flow, from its source host to its destination.
  func packet(_ sequence: UInt32, of flow: FlowID) -> [UInt8] {
    let mark = ProbeMark(flow: flow, sequence: sequence, isAnswer: false).payload(count: payloadBytes)
    switch kind {
    case .ping:
      // Identifiers from 0xd000 on are for the nodes' own probes (`ForwardingCore.probeIdentifiers`).
      return LabPacket.echoRequest(
        from: source, to: destination, identifier: UInt16(flow.rawValue % 0xd000),
        sequenceNumber: UInt16(truncatingIfNeeded: sequence), payload: mark)
    case .udp:
      return LabPacket.udp(
        from: source, port: 49_152 + UInt16(flow.rawValue % 16_384), to: destination, port: ProbeMark.echoPort, payload: mark)
    }
  }
}
