// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

extension Instant {
  /// `seconds` after the start.
  static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }
}

extension Cloud {
  /// A cloud with one flow between each two neighbours in a ring of spokes, both ways, started from 3 s on.
  static func talking(
    _ phase: DMVPNPhase, spokes: Int = 3, hubs: Int = 1, seed: UInt64 = 1, link: LinkSettings = LinkSettings(), holdTime: Int? = nil,
    packets: Int = 20, every interval: Duration = .milliseconds(100)
  ) -> Cloud {
    let cloud = Cloud(.cloud(phase: phase, spokes: spokes, hubs: hubs, link: link, holdTimeSeconds: holdTime), seed: seed)
    for a in 1...spokes {
      cloud.talk(a, a % spokes + 1, from: 3 + Double(a) / 10, packets: packets, every: interval)
      cloud.talk(a % spokes + 1, a, from: 3.05 + Double(a) / 10, packets: packets, every: interval)
    }
    return cloud
  }

  /// The node of spoke `number`.
  func spoke(_ number: Int) -> VirtualNode { nodes[topology.index(ofSpoke: number)] }

  /// A flow between the hosts behind two spokes, begun `start` seconds after the start.
  @discardableResult
  func talk(_ a: Int, _ b: Int, from start: Double, packets: Int, every interval: Duration = .milliseconds(100), kind: FlowKind = .ping) -> FlowID {
    talk(node: topology.index(ofSpoke: a), topology.index(ofSpoke: b), from: start, packets: packets, every: interval, kind: kind)
  }

  /// A flow between the hosts behind two nodes.
  @discardableResult
  func talk(
    node a: Int, _ b: Int, from start: Double, packets: Int, every interval: Duration = .milliseconds(100), kind: FlowKind = .ping,
    bytes: Int = 56
  ) -> FlowID {
    send(
      FlowSpec(
        sourceNode: a, source: topology.nodes[a].host, destinationNode: b, destination: topology.nodes[b].host, start: max(now, .at(start)),
        interval: interval, packetCount: packets, payloadBytes: bytes, kind: kind))
  }

  /// Runs to `seconds` after the start.
  func run(to seconds: Double) { run(until: .at(seconds)) }

  /// The account of a flow now.
  func account(_ id: FlowID) throws -> FlowReport { try #require(ledger.report(of: id, at: now)) }

  /// Packets of all remembered flows that had their time and no answer.
  var lost: Int { ledger.reports(at: now).reduce(0) { $0 + $1.lost } }

  /// The picture of a node now.
  func picture(_ node: Int) -> NodeSnapshot { nodes[node].picture(at: now) }

  /// Runs a line at a node's console and gives all it answered.
  @discardableResult
  func console(_ node: Int, _ line: String, waiting seconds: Double = 0) -> String {
    var text: [String] = []
    let before = onReply
    onReply = { i, session, reply in
      before?(i, session, reply)
      guard i == node, session == SessionID(77), case .output(_, let part, _, _, _, _) = reply else { return }
      text.append(part)
    }
    input(node, .event(.request(SessionID(77), .hello(user: "test", terminal: "vty7", isOperator: true))))
    input(node, .event(.request(SessionID(77), .execute(id: 1, line: line))))
    if seconds > 0 { run(until: now + .nanoseconds(Int64(seconds * 1e9))) }
    input(node, .event(.sessionClosed(SessionID(77))))
    onReply = before
    return text.joined(separator: "\n")
  }

  /// Configures a node at its console; gives what it said to the lines that were not well received.
  @discardableResult
  func configure(_ node: Int, _ lines: String...) -> String {
    let said = console(node, (["configure terminal"] + lines + ["end"]).joined(separator: " ; "))
    return said.split(separator: "\n").filter { $0.hasPrefix("%") }.joined(separator: "\n")
  }

  /// The records of a node of one kind.
  func records(_ node: Int, _ kind: JournalKind) -> [JournalRecord] { nodes[node].node.journal.newest(.max).filter { $0.kind == kind } }
}

/// Outer packets as they leave their nodes.
final class UnderlayTrace {
  struct Packet {
    var from: Int
    var at: Instant
    var bytes: [UInt8]
    var destination: IPAddress { IPAddress(bytes: bytes[16..<20]) ?? .anyV4 }
    /// The GRE payload's protocol.
    var protocolType: UInt16 { UInt16(bytes[22]) << 8 | UInt16(bytes[23]) }
    var isNHRP: Bool { protocolType == 0x2001 }
    /// Bytes behind outer header and GRE.
    var payload: ArraySlice<UInt8> {
      let flags = bytes[20]
      let options = (flags & 0x80 != 0 ? 4 : 0) + (flags & 0x20 != 0 ? 4 : 0) + (flags & 0x10 != 0 ? 4 : 0)
      return bytes[min(bytes.count, 24 + options)...]
    }
    /// The NHRP packet's type; nil for others. It is the eighteenth byte of the fixed header (RFC 2332 §5.2.0.1).
    var nhrpType: UInt8? { isNHRP && payload.count > 17 ? payload[payload.startIndex + 17] : nil }
  }

  private(set) var packets: [Packet] = []

  init(_ cloud: Cloud) { cloud.onUnderlay = { [unowned self] in packets.append(Packet(from: $0, at: $2, bytes: $1)) } }

  func clear() { packets = [] }
  func from(_ node: Int) -> [Packet] { packets.filter { $0.from == node } }
}
