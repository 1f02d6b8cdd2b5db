// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import NHRP
import ProtocolKit
import Wire

/// `show {ip | ipv6} nhrp {nhs|multicast|traffic|summary|redirect}`
extension Node {
  func showNHRPTables(_ what: ShowAction, _ call: ExecCall) -> ExecResult {
    let a = call.arguments
    let all = nhrpInterfaces(a[text: "if"], a.family)
    let isDetailed = a.has("detail")
    switch what {
    case .nhs: return .shown(Shown(lines: self.serverLines(all, isDetailed: isDetailed), json: { self.serverJSON(all) }))
    case .multicast: return .shown(Shown(lines: self.multicastLines(all), json: { self.multicastJSON(all) }))
    case .nhrpTraffic: return .shown(Shown(lines: all.flatMap { self.trafficLines($0, isDetailed: isDetailed) }, json: { self.trafficJSON(all) }))
    case .summary: return .shown(Shown(lines: self.summaryLines(all), json: { self.summaryJSON(all) }))
    default: return .shown(Shown(lines: all.flatMap(self.redirectLines), json: { .table(all.map(self.redirectJSON)) }))
    }
  }

  // MARK: Servers

  private func serverLines(_ all: [NHRPInterfaceSnapshot], isDetailed: Bool) -> [String] {
    let listed = all.filter { !$0.servers.isEmpty }
    let tables = listed.flatMap { i in
      ["\(i.config.name):"] + i.servers.flatMap { self.lines($0, isDetailed: isDetailed) } + (isDetailed ? [""] : [])
    }
    return ["Legend: E=Expecting replies, R=Responding, W=Waiting, D=Dynamic"] + tables + (isDetailed ? pending(listed) : [])
  }

  private func lines(_ s: NextHopServerSnapshot, isDetailed: Bool) -> [String] {
    let nbma = s.settings.nbma == nil ? "" : "  NBMA Address: \(s.nbma?.description ?? s.settings.nbma?.text ?? "")"
    let line = "\(s.address?.description ?? "dynamic")  \(s.letters)\(nbma) priority = \(s.settings.priority) cluster = \(s.settings.cluster)"
    guard isDetailed else { return [line] }
    let last = s.lastReply.map { " (\(age($0)) ago)" } ?? ""
    let ack = s.lastReply == nil || s.retrySeconds != nil ? "" : " (Ack: \(s.requestID))"
    return [
      line + "  req-sent \(s.sent)  req-failed \(s.failed)  repl-recv \(s.received)\(last)", " Current Request ID: \(s.requestID)\(ack)",
      " Protection Socket Requested: FALSE",
    ]
  }

  private func pending(_ all: [NHRPInterfaceSnapshot]) -> [String] {
    let open = all.flatMap { i in
      i.servers.compactMap { s in
        s.retrySeconds.map { "Registration Request: Reqid \(s.requestID), Ret \($0)  NHS \(s.address?.description ?? "dynamic") expired (\(self.shortName(i.config.name)))" }
      }
    }
    return open.isEmpty ? [] : ["Pending Registration Requests:"] + open
  }

  private func serverJSON(_ all: [NHRPInterfaceSnapshot]) -> JSONValue {
    .table(
      all.flatMap { i in
        i.servers.map { s in
          .object([
            ("interface", .string(i.config.name)), ("fqdn", .string(s.settings.nbma?.text ?? "")), ("nbma", JSONValue(s.nbma?.description)),
            ("protocol", JSONValue(s.address?.description)), ("priority", JSONValue(s.settings.priority)),
            ("cluster", JSONValue(s.settings.cluster)), ("reachable", .bool(s.isResponding)), ("state", .string(s.letters)),
            ("sent", JSONValue(s.sent)), ("failed", JSONValue(s.failed)), ("received", JSONValue(s.received)),
          ])
        }
      })
  }

  // MARK: Multicast

  private func multicastRows(_ all: [NHRPInterfaceSnapshot]) -> [(String, IPAddress, String)] {
    all.flatMap { i in i.multicast.map { (i.config.name, $0, self.origin(of: $0, i)) } }
  }

  private func origin(of nbma: IPAddress, _ i: NHRPInterfaceSnapshot) -> String {
    if i.config.settings.multicastMaps.contains(nbma) { return "static" }
    return i.servers.contains { $0.nbma == nbma && $0.settings.multicast } ? "nhs" : "dynamic"
  }

  private func multicastLines(_ all: [NHRPInterfaceSnapshot]) -> [String] {
    let rows = multicastRows(all).map { "\($0.0.padded(10)) \($0.1.description.padded(15)) Flags: \($0.2) (Enabled)" }
    let empty = all.filter { $0.multicast.isEmpty }.map { "% \($0.config.name): nobody gets multicast; routing protocols find no neighbours" }
    return ["  I/F     NBMA address"] + rows + empty
  }

  private func multicastJSON(_ all: [NHRPInterfaceSnapshot]) -> JSONValue {
    .table(
      multicastRows(all).map { .object([("interface", .string($0.0)), ("nbma", .string($0.1.description)), ("flags", .string($0.2))]) })
  }

  // MARK: Traffic

  private static let typeNames = [
    "Resolution Request", "Resolution Reply", "Registration Request", "Registration Reply", "Purge Request", "Purge Reply", "Error Indication",
    "Traffic Indication",
  ]

  private func trafficLines(_ i: NHRPInterfaceSnapshot, isDetailed: Bool) -> [String] {
    let s = i.config.settings
    let head = "\(i.config.name): Max-send limit:\(s.maxSendPackets)Pkts/\(s.maxSendSeconds)Sec, Usage:0%"
    let main = [head] + block("Sent", i.traffic.sent, suppressed: i.traffic.redirectsSuppressed) + block("Rcvd", i.traffic.received, suppressed: 0)
    guard isDetailed else { return main }
    return main + block("Fwd", i.traffic.forwarded, suppressed: 0) + refusedLines(i.traffic)
  }

  /// Three names a line.
  private func block(_ title: String, _ counts: [UInt64], suppressed: UInt64) -> [String] {
    var cells = zip(Node.typeNames, counts.dropFirst()).map { "\($1) \($0)" }
    cells.append("\(suppressed) Redirect Suppress")
    let lines = stride(from: 0, to: cells.count, by: 3).map { "         " + cells[$0..<min($0 + 3, cells.count)].joined(separator: "  ") }
    return ["   \(title): Total \(counts.reduce(0, &+))"] + lines
  }

  private func refusedLines(_ t: NHRPTraffic) -> [String] {
    let malformed = NHRPDecodeError.allCases.compactMap { e in t.malformed[e].map { "         \($0) \(e)" } }
    return [
      "   Refused: \(t.authenticationFailures) authentication, \(t.unexpectedReplies) unexpected reply, \(t.unknownPeers) unknown peer, "
        + "\(t.sendLimited) over the send limit",
      "   Malformed: \(t.malformed.values.reduce(0, &+))",
    ] + malformed
  }

  private func trafficJSON(_ all: [NHRPInterfaceSnapshot]) -> JSONValue {
    func counts(_ of: [UInt64]) -> JSONValue { .object(zip(Node.typeNames, of.dropFirst()).map { ($0, JSONValue($1)) }) }
    return .table(
      all.map { i in
        .object([
          ("interface", .string(i.config.name)), ("sent", counts(i.traffic.sent)), ("received", counts(i.traffic.received)),
          ("forwarded", counts(i.traffic.forwarded)), ("redirectsSuppressed", JSONValue(i.traffic.redirectsSuppressed)),
        ])
      })
  }
}
