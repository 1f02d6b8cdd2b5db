// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// `ping` and `traceroute` through the tunnels, as IOS words them.
extension Node {
  /// Seconds a probe waits for its answer.
  private static let timeout = Duration.seconds(2)

  func startProbe(_ kind: Probe.Kind, to destination: IPAddress, from source: IPAddress?, count: Int, size: Int, _ session: SessionID, _ request: UInt32) {
    guard let entry = table.entry(for: destination, includingShortcuts: true), let id = entry.resolvedInterface,
      let own = source ?? tunnels[id]?.forwarding.addresses.first(where: { $0.isV4 == destination.isV4 })
    else { return answer(session, request, "% No route to \(destination) through a tunnel", failed: true) }
    guard let identifier = probes.newIdentifier() else { return answer(session, request, "% Too many probes under way", failed: true) }
    var probe = Probe(
      kind: kind, session: session, request: request, source: own, destination: destination, identifier: identifier, total: count, size: size)
    let title = kind == .ping
      ? "Type escape sequence to abort.\nSending \(count), \(size)-byte ICMP Echos to \(destination), timeout is 2 seconds:"
      : "Type escape sequence to abort.\nTracing the route to \(destination)"
    partial(session, request, title)
    send(&probe)
    probes[identifier] = probe
  }

  private func send(_ p: inout Probe) {
    p.sequence &+= 1
    (p.sentAt, p.deadline, p.isWaiting) = (now, now + Node.timeout, true)
    let ttl = p.kind == .ping ? 255 : UInt8(clamping: (Int(p.sequence) - 1) / 3 + 1)
    let packet = InnerDatagram.echo(
      from: p.source, to: p.destination, identifier: p.identifier, sequence: p.sequence, ttl: ttl, payloadBytes: max(0, p.size - (p.destination.isV4 ? 28 : 48)))
    effects.append(.inject(.inner(.default, bytes: packet)))
  }

  /// An echo reply, or an error about one of our requests.
  func probeAnswered(_ p: PuntedPacket) {
    guard let from = IPPacketAddresses.source(of: p.bytes), let icmp = InnerPacket.payload(p.bytes), icmp.count >= 8 else { return }
    let isReply = icmp[0] == (InnerPacket.isV6(p.bytes) ? 129 : 0)
    let echo = isReply ? icmp : InnerPacket.payload(Array(icmp[8...])) ?? []
    guard echo.count >= 8 else { return }
    let identifier = UInt16(echo[4]) << 8 | UInt16(echo[5])
    let sequence = UInt16(echo[6]) << 8 | UInt16(echo[7])
    guard var probe = probes[identifier], probe.isWaiting, probe.sequence == sequence else { return }
    let micros = max(0, (now - probe.sentAt).nanoseconds / 1_000)
    if isReply { probe.hasArrived = true }
    switch probe.kind {
    case .ping: notePing(&probe, isReply ? "!" : "U", isReply ? micros : nil)
    case .traceroute: noteHop(&probe, from, micros)
    }
    next(&probe)
  }

  private func notePing(_ p: inout Probe, _ mark: String, _ micros: Int64?) {
    p.marks += mark
    if let micros {
      p.received += 1
      p.times.append(micros)
    }
  }

  private func noteHop(_ p: inout Probe, _ from: IPAddress?, _ micros: Int64) {
    if (p.sequence - 1) % 3 == 0 { p.marks = pad("\((p.sequence - 1) / 3 + 1)", 3) + " " }
    guard let from else { return p.marks += " * " }
    if p.lastHop != from { p.marks += nameAndAddress(from) + " " }
    p.lastHop = from
    p.marks += "\(max(1, micros / 1_000)) msec "
  }

  private func nameAndAddress(_ a: IPAddress) -> String { settings.name(of: a).map { "\($0) (\(a))" } ?? a.description }

  private func pad(_ s: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - s.count)) + s }

  private func next(_ p: inout Probe) {
    p.isWaiting = false
    switch p.kind {
    case .ping: if Int(p.sequence) >= p.total { return finishPing(p) }
    case .traceroute:
      if p.sequence % 3 == 0 {
        let isLast = p.hasArrived || Int(p.sequence) / 3 >= p.total
        p.lastHop = nil
        if isLast { return finish(p, p.marks) }
        partial(p.session, p.request, p.marks)
      }
    }
    send(&p)
    probes[p.identifier] = p
  }

  private func finishPing(_ p: Probe) {
    let rate = p.total == 0 ? 0 : p.received * 100 / p.total
    var line = "Success rate is \(rate) percent (\(p.received)/\(p.total))"
    if let least = p.times.min(), let most = p.times.max() {
      line += ", round-trip min/avg/max = \(ms(least))/\(ms(p.times.reduce(0, +) / Int64(p.times.count)))/\(ms(most)) ms"
    }
    finish(p, p.marks + "\n" + line)
  }

  private func ms(_ micros: Int64) -> String { "\(max(1, (micros + 500) / 1_000))" }

  private func finish(_ p: Probe, _ text: String) {
    probes[p.identifier] = nil
    answer(p.session, p.request, text, failed: false)
  }

  func expireProbes() {
    for identifier in probes.identifiersInUse {
      guard var p = probes[identifier], p.deadline <= now else { continue }
      switch p.kind {
      case .ping: notePing(&p, ".", nil)
      case .traceroute: noteHop(&p, nil, 0)
      }
      next(&p)
    }
  }

  /// Ctrl-C: ends every probe of a session.
  func interrupt(_ session: SessionID) {
    for identifier in probes.identifiersInUse {
      guard let p = probes[identifier], p.session == session else { continue }
      if p.kind == .ping { finishPing(p) } else { finish(p, p.marks) }
    }
  }
}
