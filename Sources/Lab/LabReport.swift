// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import NodeRuntime
import ProtocolKit
import Wire

/// What a run of the lab came to, as `--json` prints it.
public struct LabReport: Codable, Sendable {
  /// One pair of hosts that talked.
  public struct Pair: Codable, Sendable {
    /// The hosts.
    public var source: IPAddress, destination: IPAddress
    /// Packets sent, answered, lost (no answer within two seconds), and those still under way.
    public var sent: Int, answered: Int, lost: Int, pending: Int
    /// Requests that went straight from spoke to spoke, and through a hub.
    public var direct: Int, relayed: Int
    /// Milliseconds from the first packet to the first that went direct both ways; nil when none did.
    public var firstDirectMilliseconds: Double?
  }

  /// Milliseconds of virtual time the run took.
  public var virtualMilliseconds: Int64
  /// The seed.
  public var seed: UInt64
  /// A hash over the journals of all nodes, in order.
  public var journalHash: String
  /// Journal records of all nodes.
  public var records: UInt64
  /// Shortcuts that came up, one direction each, over all spokes.
  public var shortcutsFormed: UInt64
  /// Packets of hosts: sent, answered, sent twice.
  public var packetsSent: Int, packetsAnswered: Int, packetsLost: Int
  /// Packets the underlay lost.
  public var underlayDropped: UInt64
  /// Every pair of hosts that talked, by source and destination; at most a thousand.
  public var pairs: [Pair]
  /// The picture of every node, when there are at most fifty.
  public var nodes: [NodeSnapshot]

  /// Reads the account of a cloud as it stands.
  public init(_ cloud: Cloud, seed: UInt64) {
    virtualMilliseconds = cloud.now.nanoseconds / 1_000_000
    self.seed = seed
    journalHash = cloud.journalHash
    records = cloud.nodes.reduce(0) { $0 + $1.node.journal.count }
    shortcutsFormed = cloud.nodes.dropFirst(cloud.topology.hubCount).reduce(0) { $0 + $1.node.shortcutsFormed }
    let totals = cloud.ledger.totals
    (packetsSent, packetsAnswered) = (totals.sent, totals.answered)
    underlayDropped = cloud.underlay.counters.dropped
    let isSmall = cloud.nodes.count <= 50
    pairs = isSmall ? LabReport.pairs(cloud) : []
    packetsLost = isSmall ? pairs.reduce(0) { $0 + $1.lost } : totals.unanswered
    nodes = isSmall ? cloud.pictures() : []
  }

  private static func pairs(_ cloud: Cloud) -> [Pair] {
    var all: [String: Pair] = [:]
    for flow in cloud.ledger.reports(at: cloud.now) {
      let key = "\(flow.spec.source) \(flow.spec.destination)"
      var p = all[key]
        ?? Pair(source: flow.spec.source, destination: flow.spec.destination, sent: 0, answered: 0, lost: 0, pending: 0, direct: 0, relayed: 0)
      p.sent += flow.sent
      p.answered += flow.answered
      p.lost += flow.lost
      p.pending += flow.pending
      p.direct += flow.requestsDirect
      p.relayed += flow.requestsRelayed
      if p.firstDirectMilliseconds == nil, let first = flow.firstSent, let direct = flow.firstDirect {
        p.firstDirectMilliseconds = Double((direct - first).nanoseconds) / 1e6
      }
      all[key] = p
    }
    return all.values.sorted { ($0.source, $0.destination) < ($1.source, $1.destination) }.prefix(1_000).map { $0 }
  }

  /// The report as JSON text, keys sorted.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}

extension Cloud {
  /// A hash over the journals of all nodes, in order.
  public var journalHash: String {
    var h: UInt64 = 0xcbf2_9ce4_8422_2325
    for n in nodes { h = (h ^ n.node.journal.hash) &* 0x100_0000_01b3 ^ n.node.journal.count }
    return String(h, radix: 16)
  }

  /// The picture of every node now, counters refreshed.
  public func pictures() -> [NodeSnapshot] { nodes.map { $0.picture(at: now) } }
}
