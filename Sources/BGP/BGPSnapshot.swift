// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The head of `show ip bgp summary`; made in constant time but for the count of sessions.
public struct BGPSummary: Sendable, Equatable {
  /// Who we are.
  public var asNumber: UInt32, routerID: IPAddress
  /// Changes of what is chosen since the start.
  public var tableVersion: UInt64
  /// For each family: prefixes, and paths.
  public var prefixes: [Int], paths: [Int]
  /// Different sets of attributes, and their bytes.
  public var attributeSets: Int, attributeBytes: Int
  /// Neighbours, those that are up, and those that came by a listen range.
  public var neighbors: Int, established: Int, dynamic: Int
  /// `bgp listen limit`, and the ranges.
  public var listenLimit: Int, listenRanges: [ListenRange]
  /// What was refused.
  public var counters: BGPCounters
}

/// One neighbour.
public struct BGPNeighborSnapshot: Sendable, Equatable {
  /// Its address, and how it came to be one.
  public var address: IPAddress, isDynamic: Bool, group: String?, text: String?
  /// Its AS; 0 where that is not known yet.
  public var remoteAS: UInt32
  /// Whether it is of our AS.
  public var isInternal: Bool
  /// Its identifier; 0.0.0.0 until it has told it.
  public var identifier: IPAddress
  /// The farthest state of its connections.
  public var state: SessionStateMachine.State
  /// Why it rests: `Admin`, `PfxCt`; nil: nothing keeps it.
  public var reason: String?
  /// Since when it is in that state, up or down.
  public var since: Instant
  /// The address it is reached from.
  public var localAddress: IPAddress?
  /// The times agreed on, in seconds.
  public var holdSeconds: Int, keepaliveSeconds: Int
  /// What is agreed on.
  public var isWide: Bool, takesRefresh: Bool, restart: GracefulRestartCapability?
  /// Messages, each way.
  public var received: BGPMessageCounters, sent: BGPMessageCounters
  /// Bytes received and not handled, and bytes on their way out.
  public var inputBytes: Int, outputBytes: Int
  /// How often it came up, and went down.
  public var establishments: UInt32, drops: UInt32
  /// Why it last went down, and when.
  public var lastError: String?, lastErrorAt: Instant
  /// UPDATEs with errors that withdrew routes or left out attributes (RFC 7606).
  public var updateErrors: UInt64
  /// Bytes of the sets of attributes that it brought.
  public var attributeBytes: Int
  /// Each family.
  public var families: [Family]

  /// What is exchanged of a family.
  public struct Family: Sendable, Equatable {
    /// Which.
    public var family: BGPFamily
    /// Both speak it.
    public var isNegotiated: Bool
    /// Several paths of a prefix, each way.
    public var receivesPaths: Bool, sendsPaths: Bool
    /// Paths of it in our table behind filters, those that filters refused and are kept, those that are not kept.
    public var prefixes: Int, filtered: Int, refused: UInt64
    /// Paths for which there was no room.
    public var overflowed: UInt64
    /// Prefixes told to its group, and the group's number, from 1.
    public var advertised: Int, group: Int?
    /// Changes that its group remembers for it: it has not been told yet.
    public var waiting: Int
    /// `maximum-prefix`
    public var maximumPrefix: BGPPolicySettings.MaximumPrefix?
    /// Whether its paths of the last session are kept while it restarts.
    public var isStale: Bool
  }

  /// Prefixes of a family behind filters.
  public func prefixes(_ family: BGPFamily) -> Int { families.first { $0.family == family }?.prefixes ?? 0 }
}

/// One path of `show ip bgp`.
public struct BGPPathRow: Sendable, Equatable {
  /// What it says of itself.
  public var attributes: PathAttributes
  /// Who told it; nil: ourselves.
  public var neighbor: IPAddress?
  /// The identifier of who told it.
  public var identifier: IPAddress
  /// Takes part in the decision; won it; carries packets beside the winner.
  public var isValid: Bool, isBest: Bool, isMultipath: Bool
  /// From our AS; of a session that is gone; refused by a filter; not told because of an aggregate.
  public var isInternal: Bool, isStale: Bool, isFiltered: Bool, isSuppressed: Bool
  /// Where the packets go: the cost of the way to the next hop.
  public var metric: UInt32
  /// The path's number from the neighbour.
  public var pathID: UInt32
  /// When it came.
  public var since: Instant
  /// The step of the decision that it lost; nil for the winner.
  public var lostBy: String?
}

/// One prefix of `show ip bgp`.
public struct BGPRow: Sendable, Equatable {
  /// Which.
  public var prefix: IPPrefix
  /// Its paths, the best one first.
  public var paths: [BGPPathRow]
  /// The update groups that are told it, from 1.
  public var groups: [Int]
}

/// Which prefixes are asked for.
public struct BGPQuery: Sendable, Equatable {
  /// The family.
  public var family: BGPFamily
  /// Only those behind this one in order.
  public var after: IPPrefix?
  /// Only those inside this one.
  public var inside: IPPrefix?
  /// Only paths of this neighbour.
  public var neighbor: IPAddress?
  /// Only what is told to this neighbour.
  public var advertisedTo: IPAddress?
  /// At most so many, and never more than `BGPLimits.shownPrefixes`.
  public var limit: Int
  /// Asks for a family.
  public init(_ family: BGPFamily, limit: Int = BGPLimits.rowsPerAnswer) { (self.family, self.limit) = (family, limit) }
}

/// What a query found.
public struct BGPListing: Sendable, Equatable {
  /// The prefixes, in order, as many as the query's limit lets through.
  public var rows: [BGPRow]
  /// How many there are.
  public var total: Int
  /// Whether there are more than were let through.
  public var isCut: Bool { rows.count < total }
}

extension BGPEngine {
  /// The picture of the whole; nil where there is no BGP.
  public func summary() -> BGPSummary? {
    guard let settings else { return nil }
    let live = neighbors.count { $0.isLive }
    return BGPSummary(
      asNumber: settings.asNumber, routerID: IPAddress(v4: routerID), tableVersion: tableVersion, prefixes: tables.map(\.count),
      paths: tables.map(\.pathCount), attributeSets: attributes.count, attributeBytes: attributes.bytes, neighbors: live,
      established: neighbors.count { $0.established != nil },
      dynamic: dynamicCount, listenLimit: settings.listenLimit, listenRanges: settings.listenRanges, counters: counters)
  }

  /// All neighbours, by address.
  public func neighborSnapshots() -> [BGPNeighborSnapshot] {
    neighbors.filter(\.isLive).sorted { $0.address < $1.address }.map(snapshot)
  }

  /// At most `limit` neighbours: those that are down first, each part by address.
  public func neighborRows(limit: Int) -> [BGPNeighborSnapshot] {
    let live = neighbors.indices.filter { neighbors[$0].isLive }
    func rank(_ i: Int) -> (Int, IPAddress) { (neighbors[i].established == nil ? 0 : 1, neighbors[i].address) }
    return live.sorted { rank($0) < rank($1) }.prefix(max(0, limit)).map { snapshot(neighbors[$0]) }
  }

  /// One neighbour.
  public func neighborSnapshot(_ address: IPAddress) -> BGPNeighborSnapshot? { byAddress[address].map { snapshot(neighbors[Int($0)]) } }

  private func snapshot(_ n: Neighbor) -> BGPNeighborSnapshot {
    let connections = [n.outgoing, n.incoming].compactMap { $0 }
    var configured: UInt32 = n.remoteAS
    if configured == 0, case .number(let number)? = n.session.remoteAS { configured = number }
    if configured == 0, n.session.remoteAS == .internal { configured = ownAS }
    return BGPNeighborSnapshot(
      address: n.address, isDynamic: n.isDynamic, group: n.groupName, text: n.session.text, remoteAS: configured,
      isInternal: n.established == nil ? n.isExpectedInternal(ownAS) : n.isInternal, identifier: IPAddress(v4: n.remoteID), state: n.state,
      reason: n.session.isShutdown ? "Admin" : n.isOverLimit ? "PfxCt" : nil, since: n.lastChange, localAddress: n.localAddress,
      holdSeconds: n.established == nil ? n.session.timers.hold : n.holdSeconds,
      keepaliveSeconds: n.established == nil ? n.session.timers.keepalive : min(n.session.timers.keepalive, n.holdSeconds / 3),
      isWide: n.context.isWide, takesRefresh: n.takesRefresh, restart: n.restart, received: n.received, sent: n.sent,
      inputBytes: connections.reduce(0) { $0 + $1.pendingBytes }, outputBytes: connections.reduce(0) { $0 + $1.outstandingBytes },
      establishments: n.establishments, drops: n.drops, lastError: n.lastError, lastErrorAt: n.lastErrorAt, updateErrors: n.updateErrors,
      attributeBytes: attributes.bytes(of: n.index),
      families: BGPFamily.allCases.filter { n.policies[$0.index].isActive || n.families[$0.index].isNegotiated }.map {
        familySnapshot(n, $0)
      })
  }

  private func familySnapshot(_ n: Neighbor, _ family: BGPFamily) -> BGPNeighborSnapshot.Family {
    let f = n.families[family.index], group = f.group.flatMap { groups[family.index][$0] }
    return BGPNeighborSnapshot.Family(
      family: family, isNegotiated: f.isNegotiated, receivesPaths: f.sendsPaths, sendsPaths: f.takesPaths, prefixes: f.paths - f.filtered,
      filtered: f.filtered, refused: f.refused, overflowed: f.overflowed, advertised: group?.advertised ?? 0,
      group: f.group.map { $0 + 1 }, waiting: group.map { $0.end - f.cursor.position } ?? 0,
      maximumPrefix: n.policies[family.index].maximumPrefix, isStale: f.holdsStale)
  }

  // MARK: The table

  /// The prefixes a query asks for, in order, up to its limit.
  public func rows(_ query: BGPQuery) -> [BGPRow] { listing(query).rows }

  /// The prefixes a query asks for, in order, up to its limit, and how many there are. Reads all keys once and sorts what may be shown.
  public func listing(_ query: BGPQuery) -> BGPListing {
    let limit = min(max(0, query.limit), BGPLimits.shownPrefixes)
    var found: [(prefix: IPPrefix, d: Int)] = [], total = 0
    for (prefix, d) in destinations(query) {
      total += 1
      found.append((prefix, d))
      if found.count >= limit * 4 { found = Array(found.sorted { $0.prefix < $1.prefix }.prefix(limit)) }
    }
    let first = found.sorted { $0.prefix < $1.prefix }.prefix(limit)
    return BGPListing(rows: first.map { row($0.d, query.family, only: query.neighbor) }, total: total)
  }

  private func destinations(_ query: BGPQuery) -> some Sequence<(prefix: IPPrefix, d: Int)> {
    let f = query.family.index
    return tables[f].destinations.indices.lazy.filter { isShown($0, f) }.map { (prefix: tables[f].prefix($0), d: $0) }.filter { one in
      query.after.map { $0 < one.prefix } ?? true && query.inside?.covers(one.prefix) ?? true && isWanted(one.d, f, query)
    }
  }

  private func isShown(_ d: Int, _ f: Int) -> Bool {
    tables[f].destinations[d].flags.contains(.isLive) && tables[f].destinations[d].first != RouteTable.none
  }

  private func isWanted(_ d: Int, _ f: Int, _ query: BGPQuery) -> Bool {
    if let address = query.neighbor {
      guard let peer = byAddress[address] else { return false }
      return tables[f].pathPlaces(at: d).contains { tables[f].paths[$0].peer == peer }
    }
    guard let address = query.advertisedTo else { return true }
    guard let peer = byAddress[address], let g = neighbors[Int(peer)].families[f].group, let group = groups[f][g], d < group.records.count
    else { return false }
    let told = group.records[d]
    return told.attributes != .none && told.source != peer || group.several[UInt32(d)]?.contains { $0.attributes != .none } == true
  }

  /// The row of exactly this prefix, or else of the longest that holds this address.
  public func row(for prefix: IPPrefix) -> BGPRow? {
    let family = BGPFamily(of: prefix), f = family.index
    if !prefix.isHost { return tables[f].find(prefix).flatMap { isShown($0, f) ? row($0, family, only: nil) : nil } }
    for length in stride(from: prefix.address.bitWidth, through: 0, by: -1) {
      if let d = tables[f].find(IPPrefix(prefix.address, length: length)), isShown(d, f) { return row(d, family, only: nil) }
    }
    return nil
  }

  private func row(_ d: Int, _ family: BGPFamily, only: IPAddress?) -> BGPRow {
    let f = family.index, best = tables[f].destinations[d].best
    let places = tables[f].pathPlaces(at: d)
    let winner = best == RouteTable.none ? nil : comparable(Int(best), f)
    var paths = places.map { pathRow($0, d, family, winner) }
    if let only { paths.removeAll { $0.neighbor != only } }
    paths.sort { a, b in
      if a.isBest != b.isBest { return a.isBest }
      return (a.neighbor ?? .anyV4, a.pathID) < (b.neighbor ?? .anyV4, b.pathID)
    }
    let told = groups[f].indices.filter { g in
      guard let group = groups[f][g] else { return false }
      return d < group.records.count && group.records[d].attributes != .none || group.several[UInt32(d)] != nil
    }
    return BGPRow(prefix: tables[f].prefix(d), paths: paths, groups: told.map { $0 + 1 })
  }

  private func pathRow(_ p: Int, _ d: Int, _ family: BGPFamily, _ winner: DecisionPath?) -> BGPPathRow {
    let f = family.index, entry = tables[f].paths[p]
    let hop = nextHops[attributes.rank(entry.attributes).nextHop]
    let isFiltered = entry.flags.contains(.isFiltered), isBest = tables[f].destinations[d].best == UInt32(p)
    let isValid = !isFiltered && (entry.isLocal || hop.isReachable)
    let n = entry.isLocal ? nil : neighbors[Int(entry.peer)]
    var lostBy: String?
    if !isBest, isValid, let winner, let mine = comparable(p, f) { lostBy = decision.compare(winner, mine).step.text }
    return BGPPathRow(
      attributes: attributes[entry.attributes], neighbor: n?.address, identifier: IPAddress(v4: n?.remoteID ?? routerID), isValid: isValid,
      isBest: isBest, isMultipath: !isBest && entry.flags.contains(.isMultipath),
      isInternal: !entry.isLocal && !entry.flags.contains(.isExternal),
      isStale: n.map { $0.families[f].epoch != entry.epoch } ?? false, isFiltered: isFiltered,
      isSuppressed: isSuppressed(tables[f].prefix(d), entry, family), metric: hop.metric, pathID: entry.pathID,
      since: .start + .seconds(Int64(entry.since)), lostBy: lostBy)
  }

  /// A path for comparison alone: next hops as they were looked up last.
  private func comparable(_ p: Int, _ f: Int) -> DecisionPath? {
    let entry = tables[f].paths[p]
    let rank = attributes.rank(entry.attributes)
    let n = entry.isLocal ? nil : neighbors[Int(entry.peer)]
    return DecisionPath(
      place: p, rank: rank, isLocal: entry.isLocal, isExternal: entry.flags.contains(.isExternal),
      metric: entry.isLocal ? 0 : nextHops[rank.nextHop].metric,
      identifier: attributes[entry.attributes].originatorID ?? n?.remoteID ?? routerID,
      address: n?.address ?? .anyV4, pathID: entry.pathID)
  }
}
