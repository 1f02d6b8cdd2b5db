// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Wire

/// Packets the data plane hands up, and what the journal means for shortcuts.
extension Node {
  func take(_ p: PuntedPacket) {
    switch p.kind {
    case .nhrp, .nhrpStranger: enqueue(.packet(p.interface, nbmaSource: p.nbmaSource, bytes: p.bytes, peer: p.peer))
    case .redirectWanted:
      enqueue(.redirectWanted(p.interface, nbmaSource: p.nbmaSource, packet: p.bytes, peer: p.peer), because: firstPacketRecord(p))
    case .resolutionWanted: enqueue(.resolutionWanted(p.interface, nextHop: p.nextHop))
    case .firstPacket: firstPacket(p)
    case .probeReply: probeAnswered(p)
    case .stepReport: told(p)
    case .cdp: takeCDP(p)
    case .routing: takeRouting(p)
    case .keepalive: keepaliveAnswered(p.interface)
    case .ike, .ikeStranger, .protectionWanted, .unknownSPI, .clearRefused: takeForProtection(p)
    }
  }

  // MARK: First packets of transit pairs

  private func firstPacket(_ p: PuntedPacket) {
    guard let source = IPPacketAddresses.source(of: p.bytes), let target = IPPacketAddresses.destination(of: p.bytes) else { return }
    record(JournalRecord(.firstPacket, interface: p.interface, a: source, b: p.nbmaSource, c: target))
  }

  /// The record of the pair's first packet: the cause of its redirect.
  private func firstPacketRecord(_ p: PuntedPacket) -> EventID {
    guard let target = IPPacketAddresses.destination(of: p.bytes), let requester = tunnelByNBMA[p.nbmaSource] else { return .none }
    return tracker.flows[ShortcutTracker.Key(requester: requester, target: target)]?.stamp(.firstPacket)?.event ?? .none
  }

  /// Transit between two peers has stood still: the flow found its own way, or ended.
  func pairIdle(_ id: InterfaceID, _ source: IPAddress, _ destination: IPAddress, _ packets: UInt64) {
    guard let requester = tunnelByNBMA[source], let responder = tunnelByNBMA[destination] else { return }
    let waiting = tracker.flows.values.filter {
      $0.key.requester == requester && $0.state == .replied && ($0.responder == responder || $0.responder == nil)
    }
    for flow in waiting.sorted(by: { $0.order < $1.order }) {
      let id = record(JournalRecord(.flowLeftHub, interface: id, a: requester, b: responder, x: UInt32(clamping: packets)))
      tracker.note(.direct, flow.key, at: now, .inferred, event: id) { $0.packetsViaHub = packets }
    }
  }

  // MARK: Steps seen here

  /// Reads a new record for what it says of a shortcut.
  func track(_ r: JournalRecord) {
    switch r.kind {
    case .firstPacket:
      if let requester = tunnelByNBMA[r.b] { tracker.note(.firstPacket, .init(requester: requester, target: r.c), at: r.at, .here, event: r.number) }
    case .redirectSent:
      if let requester = tunnelByNBMA[r.b] { tracker.note(.redirect, .init(requester: requester, target: r.c), at: r.at, .here, event: r.number) }
    case .redirectReceived: note(.redirect, r, target: r.a)
    case .resolutionSent: if r.y == 1 { note(.request, r, target: r.a) }
    case .resolutionRelayed: tracker.note(.request, .init(requester: r.c, target: r.a), at: r.at, .here, event: r.number)
    case .resolutionReceived:
      tracker.note(.request, .init(requester: r.c, target: r.a), at: r.at, .here, event: r.number) { [own = ownAddress(r.interface)] in $0.responder = own }
    case .resolutionAnswered:
      let key = ShortcutTracker.Key(requester: r.c, target: r.a)
      tracker.note(.answer, key, at: r.at, .here, event: r.number) { $0.prefix = IPPrefix(r.a, length: Int(r.y)) }
      report(key, egress: true)
    case .resolutionReplyRelayed:
      tracker.note(.reply, .init(requester: r.c, target: r.a), at: r.at, .here, event: r.number) {
        $0.responder = r.b
        $0.prefix = IPPrefix(r.a, length: r.y == 0 || r.y > 32 ? r.a.bitWidth : Int(r.y))
      }
    case .resolutionReplyReceived:
      note(.reply, r, target: r.a) {
        $0.responder = r.c
        $0.prefix = IPPrefix(r.a, length: Int(r.y))
      }
      if r.a == r.c { note(.route, r, target: r.a) }
    case .shortcutInstalled:
      note(.route, r, target: r.c) {
        $0.responder = r.b
        $0.prefix = IPPrefix(r.a, length: Int(r.x))
        $0.isOverride = r.y == 1
      }
      report(ShortcutTracker.Key(requester: ownAddress(r.interface), target: r.c), egress: false)
    case .resolutionFailed:
      note(.failed, r, target: r.a)
      report(ShortcutTracker.Key(requester: ownAddress(r.interface), target: r.a), egress: false)
    case .shortcutRemoved, .mappingExpired: ended(r, length: r.x)
    case .purgeReceived: ended(r, length: r.y)
    case .nhsUp: serversWithoutReports.remove(r.a)
    case .ikeInitSent, .ikeInitReceived: ikeBegan(r)
    case .protectionUp: protectionStands(r)
    default: break
    }
    trackProtection(r)
  }

  private func note(_ step: ShortcutStep, _ r: JournalRecord, target: IPAddress, _ change: (inout ShortcutTracker.Flow) -> Void = { _ in }) {
    tracker.note(step, .init(requester: ownAddress(r.interface), target: target), at: r.at, .here, event: r.number, change)
  }

  /// An entry is gone: our own shortcut, or what we answered others (then `own` is the responder).
  private func ended(_ r: JournalRecord, length: UInt32) {
    let own = ownAddress(r.interface)
    let prefix = IPPrefix(r.a, length: Int(length))
    let isAnswer = r.kind == .mappingExpired && r.c == own
    tracker.end { $0.prefix == prefix && (isAnswer ? $0.responder == own : $0.key.requester == own && $0.state == .up) }
  }

  func ownAddress(_ id: InterfaceID) -> IPAddress { tunnels[id]?.forwarding.addresses.first ?? .anyV4 }

  // MARK: Told by spokes

  /// Tells the first answering server what was seen of a shortcut; at most twenty reports a second.
  func report(_ key: ShortcutTracker.Key, egress: Bool) {
    // The report's fields hold IPv4 addresses.
    guard key.requester.isV4, key.target.isV4, let flow = tracker.flows[key], reportBudget.take(now) else { return }
    let steps = flow.stamps.filter { $0.witness == .here && (egress ? $0.step.isOfEgress : $0.step != .answer) }.map {
      StepReport.Step(step: $0.step, ageMicroseconds: UInt32(clamping: (now - $0.at).nanoseconds / 1_000))
    }
    guard !steps.isEmpty, let (own, server) = reportPlace() else { return }
    let report = StepReport(
      requester: key.requester, responder: flow.responder ?? .anyV4, target: key.target, prefixLength: flow.prefix.map { $0.length } ?? 0, steps: steps)
    effects.append(.inject(.inner(.default, bytes: InnerDatagram.udp(from: own, to: server, port: StepReport.port, payload: report.encode()))))
  }

  private func reportPlace() -> (IPAddress, IPAddress)? {
    for (_, state) in tunnels.sorted(by: { $0.key < $1.key }) where state.isUp {
      guard let own = state.forwarding.addresses.first(where: \.isV4),
        let server = state.fallback.first(where: { $0.isV4 && $0 != own && !serversWithoutReports.contains($0) })
      else { continue }
      return (own, server)
    }
    return nil
  }

  /// A server answered a report with "unreachable": it gets no more until it comes up anew. Believed only from its own NBMA address.
  private func refused(_ p: PuntedPacket) {
    guard let icmp = InnerPacket.payload(p.bytes), icmp.count >= 8, let server = IPPacketAddresses.destination(of: Array(icmp[8...])),
      tunnelByNBMA[p.nbmaSource] == server, tunnels[p.interface]?.fallback.contains(server) ?? false
    else { return }
    serversWithoutReports.insert(server)
  }

  /// A report is believed only of a registered peer, under the NBMA address it registered from.
  private func told(_ p: PuntedPacket) {
    guard !InnerPacket.isICMP(p.bytes) else { return refused(p) }
    guard let source = IPPacketAddresses.source(of: p.bytes), let payload = InnerPacket.udpPayload(p.bytes),
      nhrp.mapping(for: IPPrefix(host: source), on: p.interface).map({ $0.flags.contains(.registered) && $0.nbma == p.nbmaSource }) ?? false,
      let report = try? StepReport.decode(payload)
    else { return }
    guard report.requester == source || report.responder == source else { return }
    let key = ShortcutTracker.Key(requester: report.requester, target: report.target)
    for step in report.steps.sorted(by: { $0.ageMicroseconds > $1.ageMicroseconds }) { note(told: step, key, report, p.interface, by: source) }
  }

  private func note(told step: StepReport.Step, _ key: ShortcutTracker.Key, _ report: StepReport, _ id: InterfaceID, by source: IPAddress) {
    if tracker.flows[key]?.stamp(step.step) != nil, tracker.flows[key]?.state != .expired { return }
    let event = record(
      JournalRecord(.stepTold, interface: id, a: key.target, b: source, c: key.requester, x: UInt32(step.step.rawValue), y: step.ageMicroseconds),
      because: tracker.flows[key]?.stamps.last?.event ?? .none)
    let at = Instant(nanoseconds: max(0, now.nanoseconds - Int64(step.ageMicroseconds) * 1_000))
    tracker.note(step.step, key, at: at, .told, event: event) {
      if !report.responder.isUnspecified { $0.responder = report.responder }
      if report.prefixLength > 0 { $0.prefix = IPPrefix(key.target, length: Int(report.prefixLength)) }
    }
  }
}

extension ShortcutStep {
  /// Whether the answering spoke is the one to tell of it.
  var isOfEgress: Bool { self == .answer || self == .ike || self == .esp }
}

/// At most twenty reports a second: a scan across the cloud must not become a second storm.
struct ReportBudget {
  private var second: Int64 = -1
  private var used = 0
  static let perSecond = 20

  mutating func take(_ now: Instant) -> Bool {
    if now.seconds != second { (second, used) = (now.seconds, 0) }
    used += 1
    return used <= ReportBudget.perSecond
  }
}

/// The fields of an inner packet the control side reads; nil where it is too short.
enum InnerPacket {
  /// The bytes behind the IP header.
  static func payload(_ b: [UInt8]) -> [UInt8]? {
    if isV6(b) { return Array(b[40...]) }
    guard isV4(b) else { return nil }
    let header = Int(b[0] & 15) * 4
    return header >= 20 && header <= b.count ? Array(b[header...]) : nil
  }

  static func udpPayload(_ b: [UInt8]) -> [UInt8]? {
    guard isV4(b) ? b[9] == 17 : isV6(b) && b[6] == 17, let udp = payload(b), udp.count >= 8 else { return nil }
    return Array(udp[8...])
  }

  static func isICMP(_ b: [UInt8]) -> Bool { isV4(b) && b[9] == 1 || isV6(b) && b[6] == 58 }

  static func isV6(_ b: [UInt8]) -> Bool { b.count >= 40 && b[0] >> 4 == 6 }
  private static func isV4(_ b: [UInt8]) -> Bool { b.count >= 20 && b[0] >> 4 == 4 }
}
