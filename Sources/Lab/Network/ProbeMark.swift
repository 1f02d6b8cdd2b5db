// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// What tells one probe of a flow from all other packets: it lies in the payload of every probe and of its answer, so that any capture,
/// on the underlay too, can be asked which packets went how.
public struct ProbeMark: Sendable, Hashable {
  /// The flow.
  public var flow: FlowID
  /// The probe's number in its flow, from 0.
  public var sequence: UInt32
  /// Whether this is the answer.
  public var isAnswer: Bool

  /// Makes a mark.
  public init(flow: FlowID, sequence: UInt32, isAnswer: Bool) {
    (self.flow, self.sequence, self.isAnswer) = (flow, sequence, isAnswer)
  }

  /// Bytes of the mark in a payload.
  public static let byteCount = 12
  /// The UDP port of the echo service (RFC 862).
  static let echoPort: UInt16 = 7
  private static let magic: UInt32 = 0x444d_5650  // "DMVP"

  /// The mark of a packet, which begins with its (inner) IPv4 header or with an outer one and GRE; nil when there is none.
  public static func find(in packet: [UInt8]) -> ProbeMark? {
    guard packet.count >= 28, packet[0] >> 4 == 4 else { return nil }
    guard packet[9] == LabProtocol.gre else { return find(inInner: packet, at: 0) }
    let gre = Int(packet[0] & 15) * 4
    guard packet.count >= gre + 4, packet.u16(gre + 2) == 0x0800 else { return nil }
    let flags = packet[gre]  // C, K and S bits each bring four bytes (RFC 2784, 2890)
    let options = (flags & 0x80 != 0 ? 4 : 0) + (flags & 0x20 != 0 ? 4 : 0) + (flags & 0x10 != 0 ? 4 : 0)
    return find(inInner: packet, at: gre + 4 + options)
  }

  /// The mark of the packet whose IPv4 header begins at `start`. Its lengths are not trusted, only its bytes are read.
  static func find(inInner packet: [UInt8], at start: Int) -> ProbeMark? {
    guard packet.count >= start + 28, packet[start] >> 4 == 4, packet.u16(start + 6) & 0x1fff == 0 else { return nil }
    let transport = start + Int(packet[start] & 15) * 4
    guard packet.count >= transport + 8 + byteCount, packet.u32(transport + 8) == magic else { return nil }
    let isAnswer: Bool
    switch packet[start + 9] {
    case LabProtocol.icmp:
      guard packet[transport] == 0 || packet[transport] == 8 else { return nil }
      isAnswer = packet[transport] == 0
    case LabProtocol.udp: isAnswer = packet.u16(transport) == echoPort
    default: return nil
    }
    return ProbeMark(flow: FlowID(packet.u32(transport + 12)), sequence: packet.u32(transport + 16), isAnswer: isAnswer)
  }

  /// A payload of `count` bytes (at least the mark's own) that begins with the mark.
  func payload(count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0x5a, count: max(count, Self.byteCount))
    bytes.set(0, u32: Self.magic)
    bytes.set(4, u32: flow.rawValue)
    bytes.set(8, u32: sequence)
    return bytes
  }
}
