// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import Policy
import ProtocolKit
import Wire

extension Node {
  /// `show ip bgp …`
  func showBGP(_ request: BGPRequest, _ call: ExecCall) -> ExecResult {
    let answer = bgp.answer(request, call.arguments), now = now
    var shown = Shown(lines: BGPShow.lines(answer, now: now), json: { BGPJSON(now: now).value(answer) })
    shown.remark = BGPShow.remark(answer)
    return .shown(shown)
  }
}

/// The answers to `show ip bgp …` with FRR's keys.
struct BGPJSON {
  var now: Instant

  func value(_ answer: BGPAnswer) -> JSONValue {
    switch answer {
    case .summary(let s, let neighbors, let family): summary(s, neighbors, family)
    case .neighbors(let s, let neighbors): .object(neighbors.map { ("\($0.address)", neighbor($0, s)) })
    case .entry(let s, let row): entry(row, s)
    case .table(let s, let listing, let query): table(listing, query, s)
    case .nothing(let text): .warning(text)
    }
  }

  // MARK: summary

  private func summary(_ s: BGPSummary, _ neighbors: [BGPNeighborSnapshot], _ family: BGPFamily) -> JSONValue {
    let shown = neighbors.filter { $0.families.contains { $0.family == family } }
    let failed = shown.count { $0.state != .established }
    return .object([
      ("routerId", .string("\(s.routerID)")), ("as", JSONValue(s.asNumber)), ("tableVersion", JSONValue(s.tableVersion)),
      ("ribCount", JSONValue(s.prefixes[family.index])), ("pathCount", JSONValue(s.paths[family.index])),
      ("attributeCount", JSONValue(s.attributeSets)), ("peerCount", JSONValue(shown.count)),
      ("peers", .object(shown.map { ("\($0.address)", peer($0, family, s)) })), ("failedPeers", JSONValue(failed)),
      ("displayedPeers", JSONValue(shown.count)), ("totalPeers", JSONValue(shown.count)), ("dynamicPeers", JSONValue(s.dynamic)),
      ("dynamicPeerLimit", JSONValue(s.listenLimit)),
      ("listenRanges", .array(s.listenRanges.map { .object([("range", .string("\($0.network)")), ("peerGroup", .string($0.group))]) })),
    ])
  }

  private func peer(_ n: BGPNeighborSnapshot, _ family: BGPFamily, _ s: BGPSummary) -> JSONValue {
    let isUp = n.state == .established, hasUptime = isUp || n.establishments > 0
    let counts = n.families.first { $0.family == family }
    return .present([
      ("remoteAs", JSONValue(n.remoteAS)), ("localAs", JSONValue(s.asNumber)), ("version", .int(4)),
      ("msgRcvd", JSONValue(n.received.total)), ("msgSent", JSONValue(n.sent.total)),
      ("tableVersion", isUp ? JSONValue(s.tableVersion) : .int(1)), ("outq", JSONValue(n.outputBytes / BGPAssignments.messageBytes)),
      ("inq", .int(n.inputBytes > 0 ? 1 : 0)), ("peerUptime", .string(hasUptime ? AgeText.format(now - n.since) : "never")),
      ("peerUptimeMsec", .int(hasUptime ? milliseconds(since: n.since) : 0)),
      ("pfxRcd", JSONValue(counts?.prefixes ?? 0)), ("pfxSnt", JSONValue(counts?.advertised ?? 0)), ("state", .string(state(n))),
      ("dynamicPeer", .mark(n.isDynamic)), ("desc", n.text.map { .string($0) }),
      ("connectionsEstablished", JSONValue(n.establishments)), ("connectionsDropped", JSONValue(n.drops)),
      ("idType", .string(n.address.isV4 ? "ipv4" : "ipv6")),
    ])
  }

  func state(_ n: BGPNeighborSnapshot) -> String { n.state.text + (n.reason.map { " (\($0))" } ?? "") }

  func milliseconds(since at: Instant) -> Int64 { max(0, (now - at).wholeSeconds) * 1_000 }

  // MARK: The table

  private func table(_ listing: BGPListing, _ query: BGPQuery, _ s: BGPSummary) -> JSONValue {
    let rows = listing.rows.map { row in ("\(row.prefix)", JSONValue.array(row.paths.map { path($0, row.prefix) })) }
    return .object([
      ("tableVersion", JSONValue(s.tableVersion)), ("routerId", .string("\(s.routerID)")),
      ("defaultLocPrf", JSONValue(BGPAssignments.localPreference)), ("localAS", JSONValue(s.asNumber)),
      (query.advertisedTo == nil ? "routes" : "advertisedRoutes", .object(rows)), ("totalPrefixCounter", JSONValue(listing.total)),
      ("displayedPrefixCounter", JSONValue(listing.rows.count)),
    ])
  }

  private func path(_ p: BGPPathRow, _ prefix: IPPrefix) -> JSONValue {
    let a = p.attributes
    return .present([
      ("valid", .mark(p.isValid)), ("multipath", .mark(p.isMultipath)), ("bestpath", .mark(p.isBest)), ("stale", .mark(p.isStale)),
      ("suppressed", .mark(p.isSuppressed)), ("pathFrom", .string(p.isInternal ? "internal" : "external")),
      ("prefix", .string("\(prefix.address)")), ("prefixLen", .int(Int64(prefix.length))), ("network", .string("\(prefix)")),
      ("metric", a.multiExitDiscriminator.map { JSONValue($0) }), ("locPrf", p.neighbor == nil ? nil : a.localPreference.map { JSONValue($0) }),
      ("weight", JSONValue(a.weight)), ("peerId", .string(p.neighbor.map { "\($0)" } ?? "(unspec)")), ("path", .string(a.asPath.text)),
      ("origin", .string(origin(a))), ("nexthops", .array([hop(p, [("used", .bool(true))])])),
    ])
  }

  private func origin(_ a: PathAttributes) -> String { ["IGP", "EGP", "incomplete"][Int(a.origin.rawValue)] }

  private func hop(_ p: BGPPathRow, _ more: [(String, JSONValue)]) -> JSONValue {
    let address = p.attributes.nextHop
    return .object([("ip", .string("\(address)")), ("afi", .string(address.isV4 ? "ipv4" : "ipv6"))] + more)
  }

  // MARK: One prefix

  private func entry(_ row: BGPRow, _ s: BGPSummary) -> JSONValue {
    .object([
      ("prefix", .string("\(row.prefix)")), ("version", JSONValue(s.tableVersion)), ("pathCount", JSONValue(row.paths.count)),
      ("advertisedToUpdateGroups", .array(row.groups.map { JSONValue($0) })), ("paths", .array(row.paths.map(detail))),
    ])
  }

  private func detail(_ p: BGPPathRow) -> JSONValue {
    let a = p.attributes
    let peer: [(String, JSONValue)] = [
      ("peerId", .string(p.neighbor.map { "\($0)" } ?? "0.0.0.0")), ("routerId", .string("\(p.identifier)")),
      ("type", .string(p.isInternal ? "internal" : "external")),
    ]
    return .present([
      ("aspath", path(a.asPath)), ("aggregatorAs", a.aggregator.map { JSONValue($0.asNumber) }),
      ("aggregatorId", a.aggregator.map { .string("\(IPAddress(v4: $0.identifier))") }), ("suppressed", .mark(p.isSuppressed)),
      ("stale", .mark(p.isStale)), ("receivedOnly", .mark(p.isFiltered)), ("origin", .string(origin(a))),
      ("metric", a.multiExitDiscriminator.map { JSONValue($0) }),
      ("locPrf", JSONValue(a.localPreference ?? BGPAssignments.localPreference)), ("weight", JSONValue(a.weight)),
      ("valid", .mark(p.isValid)), ("sourced", .mark(p.neighbor == nil && a.aggregator == nil)),
      ("aggregated", .mark(p.neighbor == nil && a.aggregator != nil)), ("local", .mark(p.neighbor == nil)),
      ("atomicAggregate", .mark(a.isAtomicAggregate)), ("multipath", .mark(p.isMultipath)), ("bestpath", best(p)),
    ] + marks(a) + [
      ("addpathRxId", p.pathID == 0 || p.neighbor == nil ? nil : JSONValue(p.pathID)),
      ("lastUpdate", .object([("ageSeconds", .int((now - p.since).wholeSeconds))])),
      ("nexthops", .array([hop(p, [("metric", JSONValue(p.metric)), ("accessible", .bool(p.isValid)), ("used", .bool(true))])])),
      ("peer", .object(peer)),
    ])
  }

  /// The winner is marked; of another the step of the decision that it lost is told.
  private func best(_ p: BGPPathRow) -> JSONValue? {
    if p.isBest { return .object([("overall", .bool(true))]) }
    return p.lostBy.map { .object([("overall", .bool(false)), ("lostBy", .string($0))]) }
  }

  private func path(_ path: ASPath) -> JSONValue {
    let words: [ASPath.Kind: String] = [
      .set: "as-set", .sequence: "as-sequence", .confederationSequence: "as-confed-sequence", .confederationSet: "as-confed-set",
    ]
    let segments = path.segments.map { segment in
      JSONValue.object([("type", .string(words[segment.kind] ?? "")), ("list", .array(segment.numbers.map { JSONValue($0) }))])
    }
    return .object([
      ("string", .string(path.isEmpty ? "Local" : path.text)), ("segments", .array(segments)), ("length", JSONValue(path.length)),
    ])
  }

  private func marks(_ a: PathAttributes) -> [(String, JSONValue?)] {
    [
      ("community", texts(a.communities.sorted().map { CommunityText.text($0, isNewFormat: true) })),
      ("extendedCommunity", texts(a.extendedCommunities.map { "0x" + String($0, radix: 16) })),
      ("largeCommunity", texts(a.largeCommunities.sorted().map(\.description))),
      ("originatorId", a.originatorID.map { .string("\(IPAddress(v4: $0))") }),
      ("cluster", a.clusterList.isEmpty ? nil : .object([("list", .strings(a.clusterList.map { IPAddress(v4: $0) }))])),
    ]
  }

  /// FRR has such lists as one string and in parts.
  private func texts(_ all: [String]) -> JSONValue? {
    all.isEmpty ? nil : .object([("string", .string(all.joined(separator: " "))), ("list", .strings(all))])
  }
}
