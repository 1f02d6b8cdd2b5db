// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import Routing
import Wire

/// Settings, and what follows from their difference.
extension BGPEngine {
  mutating func configure(_ new: BGPSettings?, _ turn: inout Turn<Output>) {
    guard new != settings else { return }
    if settings != nil, new?.asNumber != settings?.asNumber { tearDown(&turn) }
    guard let new else { return }
    let old = settings
    settings = new
    chooseRouterID(&turn)
    configureNeighbors(new, &turn)
    configureDynamic(new, &turn)
    for family in BGPFamily.allCases {
      configure(new.family(family), was: old?.family(family), &turn)
      setAggregates(family, new.family(family).aggregates, turn.now)
    }
    askForSources(&turn)
    followGlobalChanges(from: old, to: new)
    listen(&turn)
    for n in neighbors where n.isLive && n.state == .idle { start(n.index, &turn) }
  }

  /// `no router bgp`, or another AS number.
  private mutating func tearDown(_ turn: inout Turn<Output>) {
    for n in neighbors where n.isLive {
      stop(n.index, BGPError.Cease.deconfigured, &turn)
      retire(n.index)
    }
    settings = nil
    originateAll(turn.now)
    offered = [:]
    wantedSources = []
    for family in BGPFamily.allCases { setAggregates(family, [], turn.now) }
    routerID = 0
    routeUpdates.append(.withdrawAll(.bgp))
    turn.emit(.redistribute([]))
    listen(&turn)
  }

  // MARK: Neighbours

  func policies(_ name: String?, _ group: String?, _ s: BGPSettings) -> [FamilyPolicy] {
    BGPFamily.allCases.map { family in
      let lines = s.family(family)
      return FamilyPolicy(
        name.map(lines.neighbor), group.map(lines.neighbor), lines, isActiveByDefault: family == .ipv4 && s.activatesIPv4)
    }
  }

  private mutating func configureNeighbors(_ s: BGPSettings, _ turn: inout Turn<Output>) {
    let wanted = Set(s.neighbors.compactMap(\.address))
    for n in neighbors where n.isLive && !n.isDynamic && !wanted.contains(n.address) { remove(n.index, &turn) }
    for mine in s.neighbors {
      guard let address = mine.address else { continue }
      if let peer = byAddress[address], neighbors[Int(peer)].isDynamic { remove(peer, &turn) }
      let session = SessionSettings(mine, mine.group.flatMap(s.neighbor), s)
      let policies = policies(mine.name, mine.group, s)
      if let peer = byAddress[address] {
        neighbors[Int(peer)].groupName = mine.group
        change(peer, session, policies, &turn)
      } else if let peer = newNeighbor(address, session, policies) {
        neighbors[Int(peer)].groupName = mine.group
        neighbors[Int(peer)].lastChange = turn.now
      }
    }
  }

  /// Dynamic neighbours whose range or group is gone leave; the others take the group's new settings.
  private mutating func configureDynamic(_ s: BGPSettings, _ turn: inout Turn<Output>) {
    for n in neighbors where n.isLive && n.isDynamic {
      let matching = s.listenRanges.filter { $0.network.contains(n.address) }
      guard let range = matching.max(by: { $0.network.length < $1.network.length }), let group = s.neighbor(range.group),
        range.group == n.groupName
      else {
        remove(n.index, &turn)
        continue
      }
      change(n.index, SessionSettings(nil, group, s), policies(nil, range.group, s), &turn)
    }
  }

  mutating func newNeighbor(_ address: IPAddress, _ session: SessionSettings, _ policies: [FamilyPolicy]) -> UInt32? {
    let peer: UInt32
    if let reused = freeNeighbors.popLast() {
      peer = reused
      let epochs = neighbors[Int(peer)].families.map(\.epoch)
      neighbors[Int(peer)] = Neighbor(index: peer, address: address, session: session, policies: policies)
      for f in epochs.indices { neighbors[Int(peer)].families[f].epoch = epochs[f] }
    } else {
      guard neighbors.count < BGPLimits.neighbors else { return nil }
      peer = UInt32(neighbors.count)
      neighbors.append(Neighbor(index: peer, address: address, session: session, policies: policies))
    }
    byAddress[address] = peer
    return peer
  }

  private mutating func remove(_ peer: UInt32, _ turn: inout Turn<Output>) {
    stop(peer, BGPError.Cease.deconfigured, &turn)
    neighbors[Int(peer)].isOverLimit = false
    retire(peer)
  }

  /// A neighbour that had too many prefixes may come again.
  mutating func forgive(_ peer: UInt32) {
    let i = Int(peer)
    timers.cancel(.prefixRestart(peer))
    guard neighbors[i].isOverLimit else { return }
    neighbors[i].isOverLimit = false
    if neighbors[i].isDynamic, neighbors[i].incoming == nil { retire(peer) }
  }

  /// A neighbour leaves; its place is free when its paths are swept out.
  mutating func retire(_ peer: UInt32) {
    let i = Int(peer)
    guard neighbors[i].isLive else { return }
    // One whose paths are kept for its restart stays known.
    if neighbors[i].isDynamic, neighbors[i].families.contains(where: \.holdsStale), settings != nil { return }
    // So does one that had too many prefixes: it would come again at once, and again.
    if neighbors[i].isDynamic, neighbors[i].isOverLimit, settings != nil { return }
    neighbors[i].isLive = false
    if byAddress[neighbors[i].address] == peer { byAddress[neighbors[i].address] = nil }
    if neighbors[i].isDynamic { dynamicCount -= 1 }
    for key in [TimerKey.connectRetry(peer), .idleHold(peer), .prefixRestart(peer), .stale(peer)] { timers.cancel(key) }
    for slot in [Slot.outgoing, .incoming] {
      for key in [TimerKey.hold(peer, slot), .keepalive(peer, slot), .input(peer, slot)] { timers.cancel(key) }
    }
    for family in BGPFamily.allCases {
      neighbors[i].families[family.index].holdsStale = false
      neighbors[i].families[family.index].epoch &+= 1
      if neighbors[i].families[family.index].paths > 0 { walk(family) }
    }
    timers.set(.settle, at: now)
  }

  /// Places of neighbours that left and have no paths any more. What was worked out for them must not be taken for another's.
  mutating func freeRetired() {
    var isAnyFreed = false
    for i in neighbors.indices where !neighbors[i].isLive && !neighbors[i].isFree && neighbors[i].families.allSatisfy({ $0.paths == 0 }) {
      neighbors[i].isFree = true
      isAnyFreed = true
      attributes.forget(owner: UInt32(i))
      freeNeighbors.append(UInt32(i))
    }
    if isAnyFreed { clearCaches() }
  }

  /// New settings of a neighbour that is there: some end its session, others only pass routes again.
  private mutating func change(_ peer: UInt32, _ session: SessionSettings, _ policies: [FamilyPolicy], _ turn: inout Turn<Output>) {
    let i = Int(peer), old = neighbors[i]
    guard old.session != session || old.policies != policies else { return }
    neighbors[i].session = session
    neighbors[i].policies = policies
    if session.isShutdown, !old.session.isShutdown { return stop(peer, BGPError.Cease.shutdown, &turn) }
    if old.session.needsReset(for: session) || zip(old.policies, policies).contains(where: { $0.needsReset(for: $1) }) {
      stop(peer, BGPError.Cease.configurationChange, &turn)
      return
    }
    clearCaches()
    guard old.established != nil else { return }
    for family in BGPFamily.allCases where old.families[family.index].isNegotiated {
      let f = family.index
      if old.policies[f].inbound != policies[f].inbound || old.policies[f].weight != policies[f].weight
        || old.policies[f].allowedOwnAS != policies[f].allowedOwnAS || old.policies[f].keepsReceived != policies[f].keepsReceived
      {
        refilter(peer, family, keptBefore: old.policies[f].keepsReceived, &turn)
      }
      if old.policies[f].outbound != policies[f].outbound {
        regroup(peer, family, &turn)
      }
    }
  }

  // MARK: Families

  private mutating func configure(_ s: BGPFamilySettings, was old: BGPFamilySettings?, _ turn: inout Turn<Output>) {
    distances[s.family.index] = s.distance
    guard let old else { return originateAll(turn.now) }
    if s.networks != old.networks || s.redistributions != old.redistributions || s.defaultMetric != old.defaultMetric {
      originateAll(turn.now)
    }
    if s.distance != old.distance || s.maximumPaths != old.maximumPaths || s.maximumInternalPaths != old.maximumInternalPaths {
      decideAll(s.family)
    }
  }

  private mutating func followGlobalChanges(from old: BGPSettings?, to new: BGPSettings) {
    guard let old else { return }
    let rules = (old.alwaysComparesMED, old.isMEDDeterministic, old.isMissingMEDWorst, old.relaxesMultipath)
    if rules != (new.alwaysComparesMED, new.isMEDDeterministic, new.isMissingMEDWorst, new.relaxesMultipath) {
      for family in BGPFamily.allCases { decideAll(family) }
    }
    let telling = (old.clusterID, old.localPreference, old.requiresPolicy, old.reflectsClients)
    if telling != (new.clusterID, new.localPreference, new.requiresPolicy, new.reflectsClients) { tellAllAnew() }
  }

  private mutating func decideAll(_ family: BGPFamily) {
    walks[family.index].decidesAll = true
    walk(family)
  }

  private mutating func tellAllAnew() {
    clearCaches()
    for family in BGPFamily.allCases {
      for g in groups[family.index].indices where groups[family.index][g] != nil { reevaluate(group: g, family) }
    }
  }

  // MARK: Lists

  mutating func change(policy new: PolicySettings, _ turn: inout Turn<Output>) {
    guard new != policy else { return }
    policy = new
    routeMaps = [:]
    clearCaches()
    for n in neighbors where n.isLive && n.established != nil {
      for family in BGPFamily.allCases where n.families[family.index].isNegotiated && !n.policies[family.index].inbound.isEmpty {
        refilter(n.index, family, keptBefore: n.policies[family.index].keepsReceived, &turn)
      }
    }
    for family in BGPFamily.allCases {
      let f = family.index
      for g in groups[f].indices
      where groups[f][g].map({ $0.key.policy.hasFilter || $0.key.policy.originatesDefault?.routeMap != nil }) == true {
        reevaluate(group: g, family)
      }
    }
    originateAll(turn.now)
  }

  /// Has a neighbour's routes pass the filters again: those that were kept, or else it is asked for them (RFC 2918).
  mutating func refilter(_ peer: UInt32, _ family: BGPFamily, keptBefore: Bool, _ turn: inout Turn<Output>) {
    let i = Int(peer)
    if keptBefore, neighbors[i].policies[family.index].keepsReceived {
      neighbors[i].families[family.index].isReapplying = true
      walk(family)
    } else if let slot = neighbors[i].established, neighbors[i].takesRefresh {
      neighbors[i].attributeCache = AttributeCache()
      send(.routeRefresh, RouteRefreshMessage(afi: family.afi, safi: family.safi).encode(), peer, slot, &turn)
    }
  }

  /// A neighbour's certificate names other prefixes than before. What it does not name goes now, whatever the neighbour answers; what it
  /// names now is asked for again.
  mutating func limit(_ address: IPAddress, to prefixes: [IPPrefix]?, _ turn: inout Turn<Output>) {
    guard limits.limit(address, to: prefixes), let peer = byAddress[address] else { return }
    for family in BGPFamily.allCases where neighbors[Int(peer)].families[family.index].paths > 0 {
      neighbors[Int(peer)].families[family.index].isReapplying = true
      walk(family)
    }
    for family in BGPFamily.allCases where neighbors[Int(peer)].families[family.index].isNegotiated {
      refilter(peer, family, keptBefore: neighbors[Int(peer)].policies[family.index].keepsReceived, &turn)
    }
  }

  // MARK: Interfaces

  mutating func change(_ interface: RoutingInterface, _ turn: inout Turn<Output>) {
    let old = interfaces.first { $0.id == interface.id }
    interfaces.removeAll { $0.id == interface.id }
    interfaces.insert(interface, at: interfaces.firstIndex { $0.id > interface.id } ?? interfaces.count)
    chooseRouterID(&turn)
    if old?.isUp == true, !interface.isUp { fall(interface, &turn) }
    guard interface.isUp, old != interface else { return }
    for n in neighbors where n.isLive && n.established == nil {
      if interface.addresses.contains(where: { $0.network.contains(n.address) }) { hurry(n.index, &turn) }
    }
  }

  mutating func removeInterface(_ id: InterfaceID, _ turn: inout Turn<Output>) {
    guard let old = interfaces.first(where: { $0.id == id }) else { return }
    interfaces.removeAll { $0.id == id }
    if old.isUp { fall(old, &turn) }
    chooseRouterID(&turn)
  }

  /// `bgp fast-external-fallover`: neighbours of other ASes on the interface's networks.
  private mutating func fall(_ interface: RoutingInterface, _ turn: inout Turn<Output>) {
    guard settings?.fallsOverFast == true else { return }
    for n in neighbors where n.isLive && n.established != nil && !n.isInternal && n.session.multihop == nil {
      if interface.addresses.contains(where: { $0.network.contains(n.address) }) { end(n.index, .cease(BGPError.Cease.linkDown), &turn) }
    }
  }

  /// `bgp router-id`, or the highest address of a loopback, or of any interface, as on IOS. One that was found stays.
  private mutating func chooseRouterID(_ turn: inout Turn<Output>) {
    guard let settings else { return }
    let chosen = settings.routerID?.v4Bits ?? (routerID != 0 && !isRouterIDConfigured ? routerID : highestAddress)
    isRouterIDConfigured = settings.routerID != nil
    guard chosen != routerID else { return }
    let isFirst = routerID == 0
    routerID = chosen
    for n in neighbors where n.isLive {
      if !isFirst { stop(n.index, BGPError.Cease.configurationChange, &turn) }
      start(n.index, &turn)
    }
    if isFirst { listen(&turn) }
  }

  private var highestAddress: UInt32 {
    func highest(_ list: [RoutingInterface]) -> UInt32? {
      list.flatMap(\.addresses).map(\.address).filter { $0.isV4 && !$0.isLoopback && !$0.isUnspecified }.map(\.v4Bits).max()
    }
    return highest(interfaces.filter { $0.name.hasPrefix("Loopback") }) ?? highest(interfaces) ?? 0
  }

  // MARK: Who may connect

  mutating func listen(_ turn: inout Turn<Output>) {
    var list: [StreamListener] = []
    if let settings, routerID != 0 {
      for n in neighbors where n.isLive && !n.isDynamic && !n.session.isShutdown {
        list.append(
          StreamListener(peers: IPPrefix(host: n.address), options: streamOptions(n.session, isInternal: n.isExpectedInternal(ownAS))))
      }
      for range in settings.listenRanges {
        guard let group = settings.neighbor(range.group) else { continue }
        let session = SessionSettings(nil, group, settings)
        guard !session.isShutdown else { continue }
        let isInternal = session.remoteAS == .internal || session.remoteAS == .number(ownAS)
        list.append(StreamListener(peers: range.network, options: streamOptions(session, isInternal: isInternal)))
      }
    }
    list.sort { $0.peers < $1.peers }
    guard list != listening else { return }
    listening = list
    turn.emit(.stream(.listen(port: BGPAssignments.port, list)))
  }

  // MARK: Clear

  mutating func clear(_ scope: BGPClearScope, _ turn: inout Turn<Output>) {
    for n in neighbors where n.isLive && isMeant(n, scope.target) {
      switch scope.way {
      case .hard: reset(n.index, &turn)
      case .softIn: clearSoft(n, scope.family, isInbound: true, isOutbound: false, &turn)
      case .softOut: clearSoft(n, scope.family, isInbound: false, isOutbound: true, &turn)
      case .soft: clearSoft(n, scope.family, isInbound: true, isOutbound: true, &turn)
      }
    }
  }

  private func isMeant(_ n: Neighbor, _ target: BGPClearScope.Target) -> Bool {
    switch target {
    case .all: true
    case .neighbor(let address): n.address == address
    case .group(let name): n.groupName == name
    case .asNumber(let number): n.remoteAS == number
    case .external: !n.isExpectedInternal(ownAS)
    }
  }

  private mutating func reset(_ peer: UInt32, _ turn: inout Turn<Output>) {
    forgive(peer)
    neighbors[Int(peer)].idleHoldSeconds = BGPLimits.shortestIdleHoldSeconds
    stop(peer, BGPError.Cease.reset, &turn)
    start(peer, &turn)
  }

  private mutating func clearSoft(_ n: Neighbor, _ family: BGPFamily?, isInbound: Bool, isOutbound: Bool, _ turn: inout Turn<Output>) {
    for f in BGPFamily.allCases where n.families[f.index].isNegotiated && family ?? f == f {
      if isInbound { refilter(n.index, f, keptBefore: n.policies[f.index].keepsReceived, &turn) }
      guard isOutbound, let g = n.families[f.index].group else { continue }
      reevaluate(group: g, f)
      tellAll(n.index, f, &turn)
    }
  }
}

extension SessionSettings {
  /// Whether a session that stands has to end for the new settings.
  func needsReset(for new: SessionSettings) -> Bool {
    remoteAS != new.remoteAS || alternateAS != new.alternateAS || updateSource != new.updateSource || multihop != new.multihop
      || securityHops != new.securityHops || password != new.password || timers != new.timers
  }
}

extension FamilyPolicy {
  /// What is agreed on in an OPEN.
  func needsReset(for new: FamilyPolicy) -> Bool {
    isActive != new.isActive || (isActive && additionalPaths != new.additionalPaths)
  }
}
