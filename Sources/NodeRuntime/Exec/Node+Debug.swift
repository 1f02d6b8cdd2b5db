// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Wire

/// What `debug … condition` lets through.
enum DebugCondition: Equatable {
  case interface(String)
  case peer(PeerCondition)
}

/// `debug nhrp …`, `debug dmvpn …`: IOS-like lines made of journal records, for the sessions that asked.
extension Node {
  /// The areas of `debug nhrp`, with the words of `show debugging`.
  private static let areas = [
    ("protocol", "protocol"), ("packet", "activity"), ("cache", "cache"), ("error", "errors"), ("extension", "extension processing"),
    ("rate", "rate"), ("detail", "detail"), ("routing", "routing"),
  ]

  /// The areas of `debug crypto`.
  private static let cryptoAreas = [
    ("isakmp", "Crypto ISAKMP"), ("ikev2", "IKEv2 default"), ("ikev2 packet", "IKEv2 packet"), ("ikev2 error", "IKEv2 error"),
    ("ikev2 internal", "IKEv2 internal"), ("ipsec", "Crypto IPSEC"), ("engine", "Crypto Engine"), ("socket", "Crypto Socket"),
  ]
  private static var allAreas: Set<String> { Set(areas.map(\.0) + cryptoAreas.map(\.0) + RoutingDebug.allCases.map(\.rawValue)) }

  func setDebug(_ what: DebugAction, _ call: ExecCall) -> ExecResult {
    let isOff = call.isNegated || call.arguments.has("undebug")
    switch what {
    case .all: return setAll(isOff: isOff, call.session)
    case .nhrp:
      let area = Node.areas.first { $0.0 != "protocol" && call.arguments.has($0.0) } ?? Node.areas[0]
      return set([area.0], isOff: isOff, "NHRP \(area.1)", call.session)
    case .dmvpn: return setDMVPN(call.arguments, isOff: isOff, call.session)
    case .crypto:
      let a = call.arguments
      let level = ["packet", "error", "internal"].first(where: a.has).map { "ikev2 " + $0 }
      let area = Node.cryptoAreas.first { level == nil ? a.has($0.0) : $0.0 == level } ?? Node.cryptoAreas[0]
      return set([area.0], isOff: isOff, area.1, call.session)
    case .routing:
      let area = RoutingDebug.named(call.arguments)
      return set([area.rawValue], isOff: isOff, area.title, call.session)
    case .condition: return setCondition(call, isOff: isOff)
    }
  }

  private func setAll(isOff: Bool, _ id: SessionID) -> ExecResult {
    sessions[id]?.debugs = isOff ? [] : Node.allAreas
    if isOff { sessions[id]?.debugConditions = [] }
    return .text("All possible debugging has been turned \(isOff ? "off" : "on")")
  }

  private func set(_ areas: Set<String>, isOff: Bool, _ title: String, _ id: SessionID) -> ExecResult {
    if isOff { sessions[id]?.debugs.subtract(areas) } else { sessions[id]?.debugs.formUnion(areas) }
    return .text("\(title) debugging is \(isOff ? "off" : "on")")
  }

  /// Tunnels have no events of their own here: accepted, silent.
  private func setDMVPN(_ a: Arguments, isOff: Bool, _ id: SessionID) -> ExecResult {
    let level = ["error", "detail", "packet"].first { a.has($0) } ?? "all"
    // `debug dmvpn LEVEL [KIND]`
    let kind = a.keywords.dropFirst(3).first
    var areas: Set<String> = []
    if kind == nil || kind == "nhrp" || kind == "all" { areas.formUnion(level == "all" ? Node.areas.map(\.0) : [level]) }
    if kind == "crypto" || kind == "all" { areas.formUnion(level == "error" ? ["ikev2 error"] : ["isakmp", "ikev2", "ipsec", "socket"]) }
    if kind == "socket" { areas.insert("socket") }
    return set(areas, isOff: isOff, "DMVPN \(level) level", id)
  }

  private func setCondition(_ call: ExecCall, isOff: Bool) -> ExecResult {
    do throws(ExecRefusal) {
      let peer = try peerCondition(call.arguments).map(DebugCondition.peer)
      let condition = peer ?? call.arguments[text: "if"].map(DebugCondition.interface)
      guard let condition else {
        sessions[call.session]?.debugConditions = []
        return .text("")
      }
      sessions[call.session]?.debugConditions.removeAll { $0 == condition }
      if !isOff { sessions[call.session]?.debugConditions.append(condition) }
      return .text("")
    } catch { return .failed(error.text) }
  }

  func debuggingLines(_ id: SessionID) -> [String] {
    guard let s = sessions[id] else { return [] }
    let on = Node.areas.filter { s.debugs.contains($0.0) }.map { "  NHRP \($0.1) debugging is on" }
    let conditions = s.debugConditions.map { "  Condition: \(text($0))" }
    let crypto = Node.cryptoAreas.filter { s.debugs.contains($0.0) }.map { "  \($0.1) debugging is on" }
    return (on.isEmpty ? [] : ["NHRP:"] + on) + (crypto.isEmpty ? [] : ["Cryptographic Subsystem:"] + crypto) + RoutingDebug.lines(s.debugs) + conditions
  }

  func debuggingJSON(_ id: SessionID) -> JSONValue {
    let s = sessions[id]
    return .object([("areas", .strings((s?.debugs ?? []).sorted())), ("conditions", .strings((s?.debugConditions ?? []).map(text)))])
  }

  private func text(_ c: DebugCondition) -> String {
    switch c {
    case .interface(let name): "interface \(name)"
    case .peer(let p): "peer \(p.isNBMA ? "nbma" : "tunnel") \(p.address)"
    }
  }

  // MARK: Lines

  /// Tells a record to the sessions that debug its area.
  func debug(_ r: JournalRecord) {
    guard let (areas, text) = debugLine(r) else { return }
    for id in sessions.keys.sorted() {
      guard let s = sessions[id], !s.debugs.isDisjoint(with: areas), passes(r, s.debugConditions) else { continue }
      effects.append(.reply(id, .log("*\(clockText(r.at)): \(text)")))
    }
  }

  private func debugLine(_ r: JournalRecord) -> (areas: Set<String>, text: String)? {
    if JournalText.isProtection(r.kind) { return CryptoDebugLine.line(r, journalText.protectionText(r)) }
    if JournalText.isRouting(r.kind) { return RoutingDebug.line(r, interface: name(of: r.interface), journalText.routingText(r)) }
    return DebugLine(r, tunnel: name(of: r.interface), peerName: peerName, text: { self.eventLine(r) }).line
  }

  private func passes(_ r: JournalRecord, _ conditions: [DebugCondition]) -> Bool { passes(on: r.interface, [r.a, r.b, r.c], conditions) }

  /// Whether what happened on an interface, with these addresses in it, is what conditions ask for.
  func passes(on id: InterfaceID, _ addresses: [IPAddress], _ conditions: [DebugCondition]) -> Bool {
    conditions.isEmpty
      || conditions.contains { c in
        switch c {
        case .interface(let name): self.name(of: id) == name
        case .peer(let peer): addresses.contains(peer.address) || (peer.isNBMA && tunnelByNBMA[peer.address].map(addresses.contains) ?? false)
        }
      }
  }
}

/// The line of one record, and the areas it belongs to.
struct DebugLine {
  let r: JournalRecord
  let tunnel: String
  let peerName: (IPAddress) -> String
  let text: () -> String

  init(_ r: JournalRecord, tunnel: String, peerName: @escaping (IPAddress) -> String, text: @escaping () -> String) {
    (self.r, self.tunnel, self.peerName, self.text) = (r, tunnel, peerName, text)
  }

  /// Nil for records that are not NHRP's.
  var line: (areas: Set<String>, text: String)? {
    if let packet { return (["protocol", "packet", "detail"], "NHRP: " + packet) }
    if let error { return (["protocol", "packet", "error", "detail"], "NHRP: " + error) }
    if let cache { return (["protocol", "cache", "detail"], "NHRP: " + cache) }
    if let route { return (["protocol", "cache", "routing", "detail"], "NHRP: " + route) }
    switch r.kind {
    case .tableFull: return (["protocol", "rate", "detail"], "NHRP: " + text())
    case .natDetected: return (["protocol", "extension", "detail"], "NHRP: NAT extension: \(r.b) is seen as \(r.c)")
    case .firstPacket, .nhsUp, .nhsDown, .flowLeftHub, .stepTold: return (["protocol", "detail"], "NHRP: " + text())
    default: return nil
    }
  }

  private var place: String { "via \(tunnel) vrf global(0x0)" }

  private var packet: String? {
    switch r.kind {
    case .registrationSent: "Send Registration Request \(place), reqid: \(r.x), dst: \(r.a) (NBMA: \(r.b)), try \(r.y)"
    case .redirectSent: "Send Traffic Indication \(place), dst NBMA: \(r.b), triggered by packet src: \(r.a) dst: \(r.c)"
    case .redirectReceived: "Receive Traffic Indication \(place), src NBMA: \(r.b), trigger dst: \(r.a)"
    case .resolutionSent: "Send Resolution Request \(place), reqid: \(r.x), dst: \(r.a) (NBMA: \(r.b)), try \(r.y)"
    case .resolutionReceived: "Receive Resolution Request \(place), reqid: \(r.x), src: \(r.c) (NBMA: \(r.b)), dst: \(r.a)"
    case .resolutionAnswered: "Send Resolution Reply \(place), reqid: \(r.x), dst: \(r.c) (NBMA: \(r.b)), \(r.a)/\(r.y)"
    case .resolutionRelayed: "Forwarding Resolution Request \(place), reqid: \(r.x), src: \(r.c), dst: \(r.a) (NBMA: \(r.b))"
    case .resolutionReplyRelayed: "Forwarding Resolution Reply \(place), reqid: \(r.x), src: \(r.b), dst: \(r.c)"
    case .resolutionReplyReceived: "Receive Resolution Reply \(place), reqid: \(r.x), \(r.a)/\(r.y) via \(r.c) (NBMA: \(r.b))"
    case .purgeSent: "Send Purge Request \(place), reqid: \(r.x), dst: \(r.c) (NBMA: \(r.b)), \(r.a)/\(r.y)"
    case .purgeReceived: "Receive Purge Request \(place), src: \(r.c) (NBMA: \(r.b)), \(r.a)/\(r.y)"
    default: nil
    }
  }

  private var error: String? {
    switch r.kind {
    case .errorSent: "Send Error Indication \(place), code: \(r.x), dst NBMA: \(r.b)"
    case .errorReceived: "Receive Error Indication \(place), code: \(r.x), src NBMA: \(r.b)"
    case .registrationRefused, .resolutionFailed, .resolutionRefused, .authenticationFailed, .networkUnconfigured, .loopDetected: text()
    default: nil
    }
  }

  private var cache: String? {
    switch r.kind {
    case .nhcUp: "Adding Tunnel Endpoints (VPN: \(r.a), NBMA: \(r.b))"
    case .mappingInstalled: "Adding Tunnel Endpoints (VPN: \(r.a), NBMA: \(r.b))"
    case .nhcDown: "Deleting Tunnel Endpoints (VPN: \(r.a), NBMA: \(r.b))"
    case .mappingExpired: "Deleting cache entry for \(r.a)/\(r.x), next-hop \(r.c)"
    case .peerMoved: "Tunnel Endpoints changed (VPN: \(r.a), NBMA: \(r.b), was: \(r.c))"
    default: nil
    }
  }

  private var route: String? {
    switch r.kind {
    case .shortcutInstalled: "Adding route entry for \(r.a)/\(r.x) (\(r.y == 1 ? "NHO" : "H")) via \(r.b), \(tunnel) to RIB"
    case .shortcutRefreshed: "Route entry for \(r.a)/\(r.x) via \(r.b), \(tunnel) renewed"
    case .shortcutRemoved: "Deleting route entry for \(r.a)/\(r.x) via \(r.b), \(tunnel) from RIB"
    default: nil
    }
  }
}
