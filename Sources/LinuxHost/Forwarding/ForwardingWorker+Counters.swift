// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

// What a worker counted, as the control side shows it.
extension ForwardingWorker {
  func currentCounters() -> DataPlaneCounters {
    var counters = DataPlaneCounters()
    for id in tunnels.sorted() {
      counters.tunnels[id] = core.tunnelCounters(id).map { Self.traffic($0.traffic) }
      counters.peers[id] = Dictionary(core.peers(of: id).map { ($0.nbma, Self.traffic($0.counters)) }) { first, _ in first }
    }
    counters.drops = dropRows()
    counters.pairs = pairRows()
    counters.inboundAssociations = Dictionary(core.associationCounters.inbound.map { ($0.spi, $0.counters) }) { $0 + $1 }
    counters.outboundAssociations = Dictionary(core.associationCounters.outbound.map { ($0.spi, $0.counters) }) { $0 + $1 }
    return counters
  }

  private static func traffic(_ t: TrafficCounters) -> DataPlaneCounters.Traffic {
    DataPlaneCounters.Traffic(packetsIn: t.packetsIn, packetsOut: t.packetsOut, bytesIn: t.bytesIn, bytesOut: t.bytesOut)
  }

  /// Forgets pairs that the core has forgotten.
  private func pairRows() -> [DataPlaneCounters.PairTraffic] {
    var rows: [DataPlaneCounters.PairTraffic] = []
    for pair in transitPairs.sorted() {
      guard let count = core.pairCounters(source: pair.source, destination: pair.destination) else {
        transitPairs.remove(pair)
        continue
      }
      rows.append(.init(source: pair.source, destination: pair.destination, packets: count.packets))
    }
    return rows
  }

  /// The core's drops in the order of their reasons, then what was lost behind the core.
  private func dropRows() -> [DropRow] {
    var rows = zip(DropReason.allCases, core.drops).map { DropRow(reason: $0.name, packets: $1) }
    rows.append(DropRow(reason: "hostRefused", packets: lost.host))
    rows.append(DropRow(reason: "noUnderlaySocket", packets: lost.noSocket))
    rows.append(DropRow(reason: "underlaySocketFull", packets: lost.socketFull))
    for (name, count) in zip(Self.socketReasons, socketTotals) { rows.append(DropRow(reason: name, packets: count)) }
    return rows
  }

  private static let socketReasons = [
    "underlayTooBig", "underlayUnreachable", "underlayRefused", "underlayNoBuffer", "underlayMalformed", "receivedTruncated",
  ]

  /// What went wrong at the sockets, closed ones included, since the counters were cleared.
  private var socketTotals: [UInt64] {
    var totals = retired
    for socket in sockets.values { totals.add(socket.port.counters) }
    return totals.enumerated().map { $1 &- cleared[$0] }
  }

  /// Keeps what a socket counted when it goes.
  func retire(_ socket: any UnderlayPort) { retired.add(socket.counters) }

  /// Sockets only ever count up: what they have now is what will be left out.
  func clearLosses() {
    lost = LostPackets()
    cleared = .noSocketLosses
    cleared = socketTotals
  }
}

extension [UInt64] {
  /// Six zeros, one for each of a socket's counters.
  static let noSocketLosses: [UInt64] = [0, 0, 0, 0, 0, 0]

  /// Adds a socket's counters, in the order of `socketReasons`.
  fileprivate mutating func add(_ c: UnderlayCounters) {
    for (i, count) in [c.tooBig, c.unreachable, c.refused, c.noBuffer, c.malformed, c.truncated].enumerated() { self[i] &+= count }
  }
}

extension DataPlaneCounters {
  /// The sum over all workers: each row of one, in the order of the first that has it, with those of the others added.
  static func sum(_ parts: [DataPlaneCounters]) -> DataPlaneCounters {
    var total = parts.first ?? DataPlaneCounters()
    for part in parts.dropFirst() {
      total.tunnels.merge(part.tunnels) { $0 + $1 }
      total.peers.merge(part.peers) { $0.merging($1) { $0 + $1 } }
      total.pairs += part.pairs  // a pair's source is with one worker only
      total.inboundAssociations.merge(part.inboundAssociations) { $0 + $1 }
      total.outboundAssociations.merge(part.outboundAssociations) { $0 + $1 }
      for (i, row) in part.drops.enumerated() where i < total.drops.count { total.drops[i].packets &+= row.packets }
    }
    total.drops.removeAll { $0.packets == 0 }
    return total
  }
}

extension DataPlaneCounters.Traffic {
  static func + (a: Self, b: Self) -> Self {
    Self(
      packetsIn: a.packetsIn &+ b.packetsIn, packetsOut: a.packetsOut &+ b.packetsOut, bytesIn: a.bytesIn &+ b.bytesIn,
      bytesOut: a.bytesOut &+ b.bytesOut)
  }
}
