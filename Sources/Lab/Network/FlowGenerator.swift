// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// An endless (or ending) stream of flows in time order, made when it is asked for: an hour of a thousand hosts is never in memory at once.
///
/// It is a timetable that repeats: every entry has its place in the period, and each round draws afresh what is random.
public struct FlowGenerator: Sequence, IteratorProtocol, Sendable {
  private struct Entry: Sendable {
    var offset: Int64
    var source: Int
    /// Nil draws another destination every time.
    var destination: Int?
  }

  private let hosts: [(node: Int, address: IPAddress)]
  private let entries: [Entry]
  private let period: Int64
  private let first: Instant
  private let until: Instant
  private let shape: FlowShape
  private var random: RandomSource
  private var round: Int64 = 0
  private var position = 0

  /// What every flow of a generator looks like.
  public struct FlowShape: Sendable, Equatable {
    /// Packets of a flow.
    public var packetCount: Int
    /// The time between two of them.
    public var interval: Duration
    /// Bytes behind the ICMP or UDP header.
    public var payloadBytes: Int
    /// Ping or UDP.
    public var kind: FlowKind

    /// Describes flows; without arguments five small pings, 200 ms apart.
    public init(packetCount: Int = 5, interval: Duration = .milliseconds(200), payloadBytes: Int = 56, kind: FlowKind = .ping) {
      (self.packetCount, self.interval, self.payloadBytes, self.kind) = (packetCount, interval, payloadBytes, kind)
    }
  }

  private init(
    _ hosts: [(node: Int, address: IPAddress)], _ entries: [Entry], period: Int64, _ shape: FlowShape, _ random: RandomSource,
    first: Instant, until: Instant
  ) {
    (self.hosts, self.period, self.shape, self.random) = (hosts, Swift.max(1, period), shape, random)
    (self.first, self.until) = (first, until)
    self.entries = entries.sorted { ($0.offset, $0.source, $0.destination ?? -1) < ($1.offset, $1.source, $1.destination ?? -1) }
  }

  /// Once in each `period` every spoke's host opens a flow to the host behind a random other spoke, each at its own place in the period.
  public static func everySpoke(
    of topology: LabTopology, seed: UInt64, period: Duration = .seconds(60), shape: FlowShape = FlowShape(),
    from first: Instant = .start, until: Instant = .distantFuture
  ) -> FlowGenerator {
    var random = RandomSource(seed: seed).split("flows")
    let hosts = topology.hosts
    let span = Swift.max(1, period.nanoseconds)
    let entries =
      hosts.count < 2
      ? [] : hosts.indices.map { Entry(offset: Int64(random.below(UInt64(span))), source: $0, destination: nil) }
    return FlowGenerator(hosts, entries, period: span, shape, random, first: first, until: until)
  }

  /// The demonstration: pairs of hosts talk for `burst`, then are silent for longer than `holdTime`, so that shortcuts come and go. The
  /// pairs begin one after the other within `spread`; at most `pairs` of them, neighbours first.
  public static func demonstration(
    of topology: LabTopology, seed: UInt64, holdTime: Duration, burst: Duration = .seconds(20), spread: Duration = .seconds(6),
    pairs limit: Int = 12, interval: Duration = .milliseconds(250), kind: FlowKind = .ping, from first: Instant = .start,
    until: Instant = .distantFuture
  ) -> FlowGenerator {
    var random = RandomSource(seed: seed).split("demonstration")
    let hosts = topology.hosts
    let chosen = neighbourPairs(hosts.count, limit: limit)
    let step = Swift.max(1, spread.nanoseconds) / Int64(Swift.max(1, chosen.count))
    let entries = chosen.enumerated().map { i, pair in
      Entry(offset: Int64(i) * step + Int64(random.below(UInt64(step / 2 + 1))), source: pair.0, destination: pair.1)
    }
    let length = Swift.max(1, burst.nanoseconds), gap = Swift.max(1, interval.nanoseconds)
    let shape = FlowShape(packetCount: Int(Swift.max(1, length / gap)), interval: .nanoseconds(gap), kind: kind)
    let silence = Swift.max(0, holdTime.nanoseconds) / 4 * 5 + 5_000_000_000
    return FlowGenerator(
      hosts, entries, period: Swift.max(length + silence, spread.nanoseconds), shape, random, first: first, until: until)
  }

  /// Pairs of different hosts, each pair once: first those next to each other, then those two apart, and so on.
  private static func neighbourPairs(_ hosts: Int, limit: Int) -> [(Int, Int)] {
    var pairs: [(Int, Int)] = []
    var distance = 1
    while distance <= hosts / 2, pairs.count < limit {
      // Half way round a ring of even size every pair would come twice.
      for a in 0..<(distance * 2 == hosts ? distance : hosts) where pairs.count < limit { pairs.append((a, (a + distance) % hosts)) }
      distance += 1
    }
    return pairs
  }

  /// The next flow; nil when there are no more before the end.
  public mutating func next() -> FlowSpec? {
    guard !entries.isEmpty else { return nil }
    let entry = entries[position]
    let (base, overflow) = round.multipliedReportingOverflow(by: period)
    guard !overflow else { return nil }
    let start = first + .nanoseconds(base) + .nanoseconds(entry.offset)
    guard start < until else { return nil }
    position += 1
    if position == entries.count { (position, round) = (0, round + 1) }
    return spec(entry, at: start)
  }

  private mutating func spec(_ entry: Entry, at start: Instant) -> FlowSpec {
    let source = hosts[entry.source]
    let drawn = entry.destination ?? {
      let other = Int(random.below(UInt64(hosts.count - 1)))
      return other < entry.source ? other : other + 1
    }()
    let destination = hosts[drawn]
    return FlowSpec(
      sourceNode: source.node, source: source.address, destinationNode: destination.node, destination: destination.address,
      start: start, interval: shape.interval, packetCount: shape.packetCount, payloadBytes: shape.payloadBytes, kind: shape.kind)
  }
}

extension LabTopology {
  /// The hosts behind the spokes.
  var hosts: [(node: Int, address: IPAddress)] { spokes.indices.map { ($0, nodes[$0].host) } }
}
