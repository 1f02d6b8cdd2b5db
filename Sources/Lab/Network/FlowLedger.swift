// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// Sends the packets of flows and keeps account of them.
///
/// The driver opens a flow, asks for its packets at the times it is told, and hands what arrives at hosts to `LabHost`, which writes the
/// answers in here. The packets of the latest flows are remembered one by one; of older ones only the totals remain.
public struct FlowLedger: Sendable {
  /// The account of all flows.
  public private(set) var totals = FlowTotals()
  /// How many flows are remembered packet by packet.
  public let flowLimit: Int
  private var flows: [Flow] = []
  /// The number of `flows[0]`.
  private var firstID: UInt32 = 1

  private struct Flow {
    var spec: FlowSpec
    var errors = 0
    var probes: [ProbeRecord] = []
  }

  /// An empty ledger that remembers the packets of about `flowLimit` flows.
  public init(flowLimit: Int = 200_000) { self.flowLimit = max(1, min(flowLimit, NetworkLimits.flows)) }

  /// Begins a flow; its first packet is due at `spec.start`.
  public mutating func open(_ spec: FlowSpec) -> FlowID {
    if flows.count >= flowLimit {
      let old = max(1, flowLimit / 4)
      flows.removeFirst(old)
      firstID &+= UInt32(old)
    }
    flows.append(Flow(spec: spec))
    totals.flows += 1
    return FlowID(firstID &+ UInt32(flows.count - 1))
  }

  /// The next packet of a flow, for its source host to send at `now`, and when the one after it is due (nil: it was the last).
  /// Nil when the flow has no more, or is forgotten.
  public mutating func nextPacket(of id: FlowID, at now: Instant) -> (packet: [UInt8], next: Instant?)? {
    guard let i = index(id) else { return nil }
    let spec = flows[i].spec, sequence = flows[i].probes.count
    guard sequence < spec.packetCount else { return nil }
    if sequence == 0 { flows[i].probes.reserveCapacity(min(spec.packetCount, 1024)) }
    flows[i].probes.append(ProbeRecord(sentAt: now))
    totals.sent += 1
    let (span, overflow) = spec.interval.nanoseconds.multipliedReportingOverflow(by: Int64(sequence + 1))
    let next = sequence + 1 < spec.packetCount && !overflow ? spec.start + .nanoseconds(span) : nil
    return (spec.packet(UInt32(truncatingIfNeeded: sequence), of: id), next)
  }

  /// What a flow was asked to do; nil when it is forgotten.
  public func spec(of id: FlowID) -> FlowSpec? { index(id).map { flows[$0].spec } }

  /// The records of a flow's packets, by their sequence; none when it is forgotten.
  public func probes(of id: FlowID) -> [ProbeRecord] { index(id).map { flows[$0].probes } ?? [] }

  /// All remembered flows' numbers, in order.
  public var flowIDs: [FlowID] { flows.indices.map { FlowID(firstID &+ UInt32($0)) } }

  private func index(_ id: FlowID) -> Int? {
    let i = Int(id.rawValue) - Int(firstID)
    return flows.indices.contains(i) ? i : nil
  }

  private func find(_ mark: ProbeMark) -> (flow: Int, probe: Int)? {
    guard let i = index(mark.flow), Int(mark.sequence) < flows[i].probes.count else { return nil }
    return (i, Int(mark.sequence))
  }
}

// What happens to packets.
extension FlowLedger {
  /// An answer is back at its host.
  public mutating func noteAnswer(_ mark: ProbeMark, at now: Instant) {
    guard let (flow, probe) = find(mark) else {
      totals.strays += 1
      return
    }
    guard flows[flow].probes[probe].answered == .max else {
      flows[flow].probes[probe].duplicates &+= 1
      totals.duplicates += 1
      return
    }
    flows[flow].probes[probe].answered = now.nanoseconds
    totals.answered += 1
  }

  /// An ICMP error about a packet is back at its host.
  public mutating func noteError(_ mark: ProbeMark) {
    guard let (flow, _) = find(mark) else {
      totals.strays += 1
      return
    }
    flows[flow].errors += 1
    totals.errors += 1
  }

  /// A packet arrived over the underlay, outer headers and all. Packets that belong to no flow are passed over. Told of each delivery, the
  /// ledger knows which packets went direct; on an underlay that duplicates, copies count too.
  public mutating func noteCrossing(_ outerPacket: [UInt8]) {
    guard let mark = ProbeMark.find(in: outerPacket) else { return }
    note(1, of: mark)
  }

  /// A packet came out of the tunnel after `crossings` ways over the underlay, as its TTL tells: for tunnels that nobody outside can read.
  public mutating func noteArrival(_ innerPacket: [UInt8], crossings: Int) {
    guard let mark = ProbeMark.find(in: innerPacket) else { return }
    note(crossings, of: mark)
  }

  private mutating func note(_ crossings: Int, of mark: ProbeMark) {
    guard let (flow, probe) = find(mark) else { return }
    let path: WritableKeyPath<ProbeRecord, UInt8> = mark.isAnswer ? \.answerCrossings : \.requestCrossings
    flows[flow].probes[probe][keyPath: path] = UInt8(clamping: Int(flows[flow].probes[probe][keyPath: path]) + max(0, crossings))
  }
}

// The account.
extension FlowLedger {
  /// The account of a flow; a packet without an answer is lost when it was sent `patience` ago. Nil when the flow is forgotten.
  public func report(of id: FlowID, at now: Instant, patience: Duration = .seconds(2)) -> FlowReport? {
    guard let i = index(id) else { return nil }
    var report = FlowReport(id: id, spec: flows[i].spec)
    report.errors = flows[i].errors
    report.sent = flows[i].probes.count
    report.firstSent = flows[i].probes.first?.sentAt
    var rttSum: Int64 = 0
    for probe in flows[i].probes {
      add(probe, to: &report, &rttSum)
      if probe.answered == .max { if probe.sentAt + patience <= now { report.lost += 1 } else { report.pending += 1 } }
    }
    if report.answered > 0 { report.rttMean = .nanoseconds(rttSum / Int64(report.answered)) }
    return report
  }

  private func add(_ probe: ProbeRecord, to report: inout FlowReport, _ rttSum: inout Int64) {
    report.duplicates += Int(probe.duplicates)
    if probe.requestCrossings == 1 { report.requestsDirect += 1 }
    if probe.requestCrossings > 1 { report.requestsRelayed += 1 }
    if probe.answerCrossings == 1 { report.answersDirect += 1 }
    if probe.answerCrossings > 1 { report.answersRelayed += 1 }
    guard let answeredAt = probe.answeredAt else { return }
    let rtt = answeredAt - probe.sentAt
    report.answered += 1
    rttSum &+= rtt.nanoseconds
    report.firstAnswer = min(report.firstAnswer ?? answeredAt, answeredAt)
    if probe.wentDirect { report.firstDirect = min(report.firstDirect ?? probe.sentAt, probe.sentAt) }
    report.rttMin = min(report.rttMin ?? rtt, rtt)
    report.rttMax = max(report.rttMax ?? rtt, rtt)
  }

  /// The accounts of all remembered flows, in order.
  public func reports(at now: Instant, patience: Duration = .seconds(2)) -> [FlowReport] {
    flowIDs.compactMap { report(of: $0, at: now, patience: patience) }
  }
}
