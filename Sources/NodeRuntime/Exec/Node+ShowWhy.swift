// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import NHRP
import ProtocolKit
import Routing
import Wire

/// `show dmvpn why A B`: the chain of causes of a shortcut, each step with its journal number; and what is missing, with the reason.
extension Node {
  func showWhy(_ call: ExecCall) -> ExecResult {
    let a = call.arguments
    guard let from = a.address("from") else { return .failed(unknownHost(a[text: "from"])) }
    guard let to = a.address("to") else { return .failed(unknownHost(a[text: "to"])) }
    let (there, back) = (Direction(from: from, to: to), Direction(from: to, to: from))
    return .shown(
      Shown(
        lines: self.lines(there, title: "Shortcut") + [""] + self.lines(back, title: "Reverse direction"),
        json: { .object([("shortcut", self.json(there)), ("reverse", self.json(back))]) }))
  }

  /// Packets from one end to the other. An end is a spoke, or a host behind one.
  private struct Direction {
    var from: IPAddress
    var to: IPAddress
  }

  /// What became of one step.
  private struct Step {
    var isDone: Bool
    var name: String
    var text: String
  }

  private func lines(_ d: Direction, title: String) -> [String] {
    let flows = tracker.newestFirst.filter { matches($0, d) }
    guard let flow = flows.first else { return unseen(d, title) }
    let end = flow.responder.map { peerText($0) } ?? "?"
    let prefix = flow.prefix.map { ", answered \($0)" } ?? ""
    let head = "\(title) \(peerText(flow.key.requester)) to \(end), asked for \(flow.key.target)\(prefix): \(flow.state.rawValue)"
    let others = flows.count > 1 ? ["  (\(flows.count - 1) more of these two; this is the newest)"] : []
    return [head] + steps(flow).map(line) + others
  }

  private func json(_ d: Direction) -> JSONValue {
    let flows = tracker.newestFirst.filter { matches($0, d) }
    let ends = [("from", JSONValue.string("\(d.from)")), ("to", .string("\(d.to)"))]
    guard let flow = flows.first else { return .object(ends + [("state", .string("not seen")), ("reasons", .strings(reasons(d)))]) }
    return .object(
      ends + [
        ("state", .string(flow.state.rawValue)), ("requester", .string("\(flow.key.requester)")),
        ("responder", JSONValue(flow.responder?.description)), ("target", .string("\(flow.key.target)")), ("prefix", JSONValue(flow.prefix?.description)),
        ("steps", .array(steps(flow).map { s in .object([("isDone", .bool(s.isDone)), ("name", .string(s.name)), ("text", .string(s.text))]) })),
      ])
  }

  private func line(_ s: Step) -> String { "  \(s.isDone ? "yes" : "no ")  \(s.name.padded(13))\(s.text)" }

  private func peerText(_ a: IPAddress) -> String { settings.name(of: a).map { "\($0) (\(a))" } ?? "\(a)" }

  // MARK: Finding the flow

  private func matches(_ f: ShortcutTracker.Flow, _ d: Direction) -> Bool {
    guard f.key.requester == d.from || f.key.requester == spoke(of: d.from) else { return false }
    if f.key.target == d.to || f.responder == d.to || f.prefix?.contains(d.to) == true { return true }
    let end = spoke(of: d.to)
    return end != nil && (f.responder == end || spoke(of: f.key.target) == end)
  }

  /// The tunnel address an address is behind, as this node's routes know it; nil where only a server is known on the way.
  private func spoke(of address: IPAddress) -> IPAddress? {
    guard let e = table.entry(for: address, includingShortcuts: true), let id = e.override?.interface ?? e.resolvedInterface else { return nil }
    guard let tunnel = tunnels[id] else { return tunnels.sorted { $0.key < $1.key }.lazy.compactMap { $0.value.forwarding.addresses.first }.first }
    if tunnel.forwarding.addresses.contains(address) { return address }
    let hop = e.override?.nextHop ?? e.resolvedNextHop ?? address
    return tunnel.fallback.contains(hop) && hop != address ? nil : hop
  }

  private func unseen(_ d: Direction, _ title: String) -> [String] {
    ["\(title) \(peerText(d.from)) to \(peerText(d.to)): not seen"] + reasons(d).map { "  no   " + $0 }
  }

  /// Why a direction was not seen.
  private func reasons(_ d: Direction) -> [String] {
    var reasons = ["no packet, redirect or question of this direction is known here"]
    let isOurs = spoke(of: d.from).map { own in tunnels.values.contains { $0.forwarding.addresses.contains(own) } } ?? false
    for i in nhrpInterfaces() { reasons += obstacles(i, isRequester: isOurs) }
    if table.entry(for: d.to, includingShortcuts: false) == nil { reasons.append("there is no route to \(d.to)") }
    return reasons
  }

  /// Settings that keep redirects or shortcuts from happening.
  private func obstacles(_ i: NHRPInterfaceSnapshot, isRequester: Bool) -> [String] {
    let name = i.config.name
    if !i.config.isUp { return ["\(name) is down: \(tunnels[i.id]?.downReason ?? "")"] }
    if !i.config.isMultipoint { return ["\(name) is point-to-point: phase 1 has no shortcuts"] }
    if isRequester, !i.config.settings.shortcut { return ["'no ip nhrp shortcut' on \(name): redirects are ignored"] }
    let isHub = i.servers.isEmpty
    return isHub && !i.config.settings.redirect ? ["'ip nhrp redirect' is not configured on \(name): nobody is redirected"] : []
  }

  // MARK: Steps

  private func steps(_ f: ShortcutTracker.Flow) -> [Step] {
    [
      stamped(f, .firstPacket, "first packet", missing: "not seen here"), stamped(f, .redirect, "redirect", missing: noRedirect(f)), limit(f),
      stamped(f, .request, "resolution", missing: "no resolution request is known for \(f.key.target)"), retries(f), answer(f),
      stamped(f, .reply, "reply", missing: "no resolution reply is known"), route(f),
    ] + left(f)
  }

  private func stamped(_ f: ShortcutTracker.Flow, _ step: ShortcutStep, _ name: String, missing: String) -> Step {
    guard let s = f.stamp(step) else { return Step(isDone: false, name: name, text: missing) }
    return Step(isDone: true, name: name, text: text(s))
  }

  /// When, who saw it, and the record.
  private func text(_ s: StepStamp) -> String {
    let witness = s.witness == .here ? "seen here" : s.witness == .told ? "told by a spoke" : "inferred"
    let record = journal[s.event].map { ": " + journalText.row($0).text } ?? ""
    return "\(clockText(s.at))  \(witness), journal \(s.event.rawValue)\(record)"
  }

  private func noRedirect(_ f: ShortcutTracker.Flow) -> String {
    let reasons = nhrpInterfaces().flatMap { obstacles($0, isRequester: false) }
    return reasons.first ?? "none seen here"
  }

  private func limit(_ f: ShortcutTracker.Flow) -> Step {
    let held = nhrpInterfaces().reduce(0) { $0 + $1.traffic.redirectsSuppressed }
    return Step(isDone: held == 0 || f.stamp(.redirect) != nil, name: "rate limit", text: "\(held) redirects of all pairs held back by the limit so far")
  }

  /// Records of this flow's life, oldest first.
  private func records(_ f: ShortcutTracker.Flow, _ kinds: [JournalKind]) -> [JournalRecord] {
    journal.newest(journal.limit).filter { r in
      kinds.contains(r.kind) && r.at >= f.started && (r.a == f.key.target || (r.kind == .shortcutInstalled && r.c == f.key.target))
    }
  }

  private func retries(_ f: ShortcutTracker.Flow) -> Step {
    let again = records(f, [.resolutionSent]).filter { $0.y > 1 }
    guard let last = again.last else { return Step(isDone: true, name: "retries", text: "none sent here") }
    return Step(isDone: true, name: "retries", text: "\(again.count), the last journal \(last.number.rawValue)")
  }

  private func answer(_ f: ShortcutTracker.Flow) -> Step {
    let refused = records(f, [.resolutionFailed, .resolutionRefused]).last
    if let refused, f.state != .up {
      return Step(isDone: false, name: "answer", text: "journal \(refused.number.rawValue): \(journalText.row(refused).text)")
    }
    if let s = f.stamp(.answer) { return Step(isDone: true, name: "answer", text: text(s)) }
    return Step(isDone: f.stamp(.reply) != nil, name: "answer", text: f.stamp(.reply) == nil ? "none is known" : "code 0, success")
  }

  private func route(_ f: ShortcutTracker.Flow) -> Step {
    let isOurs = tunnels.values.contains { $0.forwarding.addresses.contains(f.key.requester) }
    guard isOurs else { return stamped(f, .route, "route", missing: "the requester has not told of it") }
    let seen = f.stamp(.route).map(text) ?? "not installed"
    return Step(isDone: f.stamp(.route) != nil && inForce(f), name: "route", text: seen + "; " + standing(f))
  }

  private func inForce(_ f: ShortcutTracker.Flow) -> Bool {
    guard let e = table.entry(for: f.key.target, includingShortcuts: true) else { return false }
    return e.override?.nextHop == f.responder || e.resolvedNextHop == f.responder || f.key.target == f.responder
  }

  /// What the table says now: in force, or who wins.
  private func standing(_ f: ShortcutTracker.Flow) -> String {
    guard let e = table.entry(for: f.key.target, includingShortcuts: true) else { return "no route to \(f.key.target) now" }
    if let o = e.override { return "now \(e.route.source.code) % \(e.route.prefix), next hop \(o.nextHop) by override" }
    let r = e.route
    let way = r.nextHop.map { "via \($0)" } ?? "directly connected"
    let lost = table.candidates(r.prefix).first { $0.source == .nhrp && $0 != r }.map { "; the NHRP route [\($0.distance)/\($0.metric)] loses on distance" }
    return "now \(r.source.code) \(r.prefix) [\(r.distance)/\(r.metric)] \(way)" + (lost ?? "")
  }

  /// A hub sees a shortcut in use by what no longer passes.
  private func left(_ f: ShortcutTracker.Flow) -> [Step] {
    guard f.stamp(.direct) != nil || f.packetsViaHub > 0 else { return [] }
    return [stamped(f, .direct, "direct", missing: "\(f.packetsViaHub) packets have passed here")]
  }
}
