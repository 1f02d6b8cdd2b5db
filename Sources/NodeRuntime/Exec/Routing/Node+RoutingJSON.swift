// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ODR
import ProtocolKit
import RIP
import Routing
import Wire

/// The shows of routing protocols and tracked objects for `| json`.
extension Node {
  func routingJSON(_ what: RoutingShow, _ a: Arguments) -> JSONValue {
    let name = a[text: "name"], lists = PolicyJSON(settings: settings.policy, name: name)
    switch what {
    case .tracks: return tracksJSON(a.int("number"))
    case .protocols: return protocolsJSON()
    case .ripDatabase: return ripDatabaseJSON(a)
    case .cdp: return cdpJSON(settings.odr.cdp)
    case .cdpNeighbors: return cdpNeighborsJSON(odr.snapshot())
    case .prefixLists: return lists.prefixLists(isV4: true)
    case .ipv6PrefixLists: return lists.prefixLists(isV4: false)
    case .accessLists: return lists.accessLists()
    case .routeMaps: return lists.routeMaps()
    case .keyChains: return PolicyJSON(settings: policyWithKeys, name: name).keyChains(at: wallSeconds)
    case .pathLists: return lists.pathLists()
    case .communityLists: return lists.communityLists()
    case .largeCommunityLists: return lists.largeCommunityLists()
    }
  }

  func seconds(since at: Instant) -> JSONValue { .int(max(0, (now - at).wholeSeconds)) }

  private func seconds(until at: Instant?) -> JSONValue { .int(max(0, (at.map { $0 - now } ?? .zero).wholeSeconds)) }

  // MARK: Tracked objects

  private func tracksJSON(_ number: Int?) -> JSONValue {
    .table(
      tracks.states.filter { number == nil || $0.object.number == number }.map { state in
        let object = state.object
        return .present(
          [("number", JSONValue(object.number))] + subject(object) + [
            ("state", .string(state.isUp ? "up" : "down")), ("changes", JSONValue(state.changes)),
            ("lastChangeSeconds", seconds(since: state.changed)), ("delayUpSeconds", JSONValue(object.upDelaySeconds)),
            ("delayDownSeconds", JSONValue(object.downDelaySeconds)),
            ("staticRoutes", JSONValue(settings.staticRoutes.count { $0.track == object.number })),
          ])
      })
  }

  private func subject(_ object: TrackedObject) -> [(String, JSONValue?)] {
    switch object.subject {
    case nil: []
    case .lineProtocol(let interface)?: [("type", .string("line-protocol")), ("interface", .string(interface))]
    case .routing(let interface, let isV4)?: [("type", .string(isV4 ? "ip routing" : "ipv6 routing")), ("interface", .string(interface))]
    case .route(let prefix)?: [("type", .string("reachability")), ("prefix", .string("\(prefix)"))]
    case .list(let rule)?: [("type", .string("list \(rule.rawValue)")), ("objects", .array(object.members.map { JSONValue($0.number) }))]
    }
  }

  // MARK: RIP

  private func ripDatabaseJSON(_ a: Arguments) -> JSONValue {
    guard settings.rip.router != nil else { return .warning("RIP is not running") }
    return .table(ripRows(a).map(json))
  }

  private func json(_ row: RIPDatabaseRow) -> JSONValue {
    let isLocal = row.paths.isEmpty && row.origin != .lost
    return .present([
      ("prefix", .string("\(row.prefix)")), ("origin", .string(word(row.origin))), ("interface", interface(row.origin)),
      ("metric", isLocal ? JSONValue(row.metric) : nil), ("tag", JSONValue(Int(row.tag))),
      ("paths", .array(row.paths.map { path in
        .object([
          ("metric", JSONValue(path.metric)), ("nextHop", .string("\(path.nextHop)")), ("from", .string("\(path.neighbour)")),
          ("interface", .string(path.interface)), ("ageSeconds", seconds(since: path.heard)),
        ])
      })),
    ])
  }

  private func word(_ origin: RIPDatabaseRow.Origin) -> String {
    switch origin {
    case .connected: "connected"
    case .redistributed: "redistributed"
    case .learned: "learned"
    case .lost: "lost"
    }
  }

  private func interface(_ origin: RIPDatabaseRow.Origin) -> JSONValue? {
    if case .connected(let name) = origin { .string(name) } else { nil }
  }

  // MARK: show ip protocols

  private func protocolsJSON() -> JSONValue {
    .present([
      ("odr", settings.odr.router.map { odrJSON($0, odr.snapshot()) }), ("rip", settings.rip.router.map { ripJSON($0, rip.snapshot()) }),
      ("bgp", bgpProtocolJSON()),
    ])
  }

  private func timers(_ update: Int, _ invalid: Int, _ holdDown: Int, _ flush: Int) -> JSONValue {
    .object([
      ("updateSeconds", JSONValue(update)), ("invalidSeconds", JSONValue(invalid)), ("holdDownSeconds", JSONValue(holdDown)),
      ("flushSeconds", JSONValue(flush)),
    ])
  }

  private func source(_ gateway: IPAddress, _ distance: Int, _ at: Instant) -> JSONValue {
    .object([("gateway", .string("\(gateway)")), ("distance", JSONValue(distance)), ("ageSeconds", seconds(since: at))])
  }

  private func odrJSON(_ router: ODRRouter, _ s: ODRSnapshot) -> JSONValue {
    let t = router.timers
    return .object([
      ("timers", timers(t.update, t.invalid, t.holdDown, t.flush)), ("nextUpdateSeconds", seconds(until: s.nextUpdate)),
      ("distributeLists", .array(router.distributeLists.map(PolicyJSON.json))), ("maximumPaths", JSONValue(router.maximumPaths)),
      ("sources", .array(s.sources.map { source($0.gateway, router.distance, $0.heard) })), ("distance", JSONValue(router.distance)),
    ])
  }

  private func ripJSON(_ router: RIPRouter, _ s: RIPSnapshot) -> JSONValue {
    let t = router.timers
    return .object([
      ("timers", timers(t.update, t.invalid, t.holdDown, t.flush)), ("nextUpdateSeconds", seconds(until: s.nextUpdate)),
      ("distributeLists", .array(router.distributeLists.map(PolicyJSON.json))),
      ("redistributing", .strings(router.redistributions.map(\.words) + ["rip"])), ("neighbors", .strings(router.neighbors)),
      ("sendVersion", JSONValue(router.version ?? 1)), ("receiveVersion", router.version.map { JSONValue($0) } ?? .null),
      ("interfaces", .array(s.interfaces.map(json))), ("summarisesAutomatically", .bool(router.summarisesAutomatically)),
      ("maximumPaths", JSONValue(router.maximumPaths)), ("networks", .strings(router.networks.map(\.address))),
      ("sources", .array(s.neighbours.map { source($0.address, router.distance(ofSource: $0.address), $0.heard) })),
      ("distance", JSONValue(router.distance)),
    ])
  }

  private func json(_ i: RIPInterfaceSnapshot) -> JSONValue {
    .object([
      ("interface", .string(i.name)), ("isPassive", .bool(i.isPassive)), ("send", .array(i.sends.map { JSONValue($0) })),
      ("receive", .array(i.receives.map { JSONValue($0) })), ("keyChain", JSONValue(i.settings.keyChain)),
      ("summaries", .strings(i.settings.summaries)),
    ])
  }

  private func bgpProtocolJSON() -> JSONValue? {
    guard let summary = bgp.summary(), let family = settings.bgp.settings?.family(.ipv4) else { return nil }
    let neighbors = bgp.neighborSnapshots(), distance = family.distance
    let distances = [("external", distance.external), ("internal", distance.internal), ("local", distance.local)]
    return .object([
      ("as", JSONValue(summary.asNumber)), ("neighbors", .strings(neighbors.map(\.address))), ("maximumPaths", JSONValue(family.maximumPaths)),
      ("sources", .array(neighbors.filter { $0.state == .established }.map { n in
        source(n.address, Int(n.isInternal ? distance.internal : distance.external), n.since)
      })),
      ("distance", .object(distances.map { ($0.0, JSONValue(Int($0.1))) })),
    ])
  }

  // MARK: CDP

  private func cdpJSON(_ cdp: CDPSettings) -> JSONValue {
    guard cdp.runs else { return .object([("isEnabled", .bool(false))]) }
    return .object([
      ("isEnabled", .bool(true)), ("timerSeconds", JSONValue(cdp.timerSeconds)), ("holdTimeSeconds", JSONValue(cdp.holdTimeSeconds)),
      ("advertisesVersion2", .bool(cdp.advertisesVersion2)),
    ])
  }

  private func cdpNeighborsJSON(_ s: ODRSnapshot) -> JSONValue {
    s.cdp.runs ? .table(s.neighbours.map(json)) : .warning("CDP is not enabled")
  }

  private func json(_ n: CDPNeighbourSnapshot) -> JSONValue {
    let p = n.packet
    return .object([
      ("deviceId", JSONValue(p.deviceID)), ("interface", .string(n.interfaceName)), ("holdTimeSeconds", seconds(until: n.expires)),
      ("capabilities", .strings((p.capabilities?.letters ?? "").split(separator: " "))), ("platform", JSONValue(p.platform)),
      ("portId", JSONValue(p.portID)), ("addresses", .strings(p.addresses)), ("softwareVersion", JSONValue(p.softwareVersion)),
      ("version", JSONValue(Int(p.version))), ("prefixes", p.prefixes.map { .strings($0) } ?? .null),
      ("odrDefaultGateway", JSONValue(p.gateway?.description)), ("nbma", .string("\(n.nbma)")),
    ])
  }
}
