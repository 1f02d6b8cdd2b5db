// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import Wire

/// What is told to whom (RFC 4271 §9.1.3): the Adj-RIBs-Out.
extension BGPEngine {
  // MARK: Members

  /// Puts a neighbour into the update group of its kind, which is made where there is none.
  mutating func join(_ peer: UInt32, _ family: BGPFamily, _ turn: inout Turn<Output>) {
    let f = family.index, key = groupKey(peer, family)
    let isNew = groupNumbers[f][key] == nil
    let g = groupNumbers[f][key] ?? newGroup(key, family)
    guard var group = groups[f][g] else { return }
    groups[f][g] = nil
    group.members.insert(peer, at: group.members.firstIndex { $0 > peer } ?? group.members.count)
    var cursor = GroupCursor(dump: isNew ? nil : 0, position: group.end, wantsEnd: neighbors[Int(peer)].restart != nil)
    if isNew { cursor.position = 0 }
    // What the only member was not told, because it came from it, concerns the others.
    let needsWalk = isNew || group.leavesOutOnlyMember
    if needsWalk { (group.isReevaluating, group.leavesOutOnlyMember) = (true, false) }
    groups[f][g] = group
    neighbors[Int(peer)].families[f].group = g
    neighbors[Int(peer)].families[f].cursor = cursor
    if key.policy.originatesDefault != nil { pinDefault(family) }
    if needsWalk { walk(family) }
    scheduleFlush(family, g, &turn)
  }

  private func groupKey(_ peer: UInt32, _ family: BGPFamily) -> UpdateGroupKey {
    let n = neighbors[Int(peer)], policy = n.policies[family.index].outbound
    let (address, network) = ownNextHop(peer, family)
    return UpdateGroupKey(
      policy: policy, isInternal: n.isInternal, nextHop: address, network: n.isInternal ? nil : network,
      overriddenAS: policy.overridesAS ? n.remoteAS : 0, isWide: n.context.isWide, takesPaths: n.families[family.index].takesPaths)
  }

  /// Our address in a family towards a neighbour, and the network that we share there.
  private func ownNextHop(_ peer: UInt32, _ family: BGPFamily) -> (IPAddress, IPPrefix?) {
    guard let local = neighbors[Int(peer)].localAddress else { return (.anyV4, nil) }
    let interface = interfaces.first { $0.addresses.contains { $0.address == local } }
    let isV4 = family == .ipv4
    func network(_ address: IPAddress) -> IPPrefix? { interface?.addresses.first { $0.address == address }?.network }
    if local.isV4 == isV4, !isLinkLocal(local) { return (local, network(local)) }
    let other = interface?.addresses.first { $0.address.isV4 == isV4 && !isLinkLocal($0.address) }?.address
    return (other ?? (isV4 ? .anyV4 : .anyV6), other.flatMap(network))
  }

  private func isLinkLocal(_ address: IPAddress) -> Bool { !address.isV4 && address.high >> 54 == 0x3fa }

  private mutating func newGroup(_ key: UpdateGroupKey, _ family: BGPFamily) -> Int {
    let f = family.index
    let g = groups[f].firstIndex { $0 == nil } ?? groups[f].count
    if g == groups[f].count { groups[f].append(nil) }
    groups[f][g] = UpdateGroup(key)
    groupNumbers[f][key] = g
    return g
  }

  /// Takes a neighbour out of its group; the last one's group goes.
  mutating func leave(_ peer: UInt32, _ family: BGPFamily) {
    let f = family.index
    guard let g = neighbors[Int(peer)].families[f].group else { return }
    neighbors[Int(peer)].families[f].group = nil
    groups[f][g]?.members.removeAll { $0 == peer }
    guard groups[f][g]?.members.isEmpty == true, var group = groups[f][g] else { return trimLog(family, g) }
    groups[f][g] = nil
    groupNumbers[f][group.key] = nil
    timers.cancel(.flush(family, g))
    for d in group.records.indices { forget(&group, d, family) }
    for list in group.several.keys.sorted().compactMap({ group.several[$0] }) {
      for path in list { attributes.release(path.attributes, &nextHops) }
    }
    clearCache(&group)
  }

  /// Moves a neighbour whose outbound policy changed to another group. What it was told goes with it, so that only what differs is sent.
  mutating func regroup(_ peer: UInt32, _ family: BGPFamily, _ turn: inout Turn<Output>) {
    let f = family.index, key = groupKey(peer, family)
    guard let g = neighbors[Int(peer)].families[f].group, var group = groups[f][g], group.key != key else { return }
    if let other = groupNumbers[f][key] { return moveOver(peer, from: g, to: other, family, &turn) }
    groups[f][g] = nil
    clearCache(&group)
    let new: Int
    if group.members.count == 1 {
      groupNumbers[f][group.key] = nil
      new = g
    } else {
      var rest = group
      rest.members.removeAll { $0 == peer }
      groups[f][g] = rest
      for d in group.records.indices { share(group.records[d], d, family) }
      for path in group.several.keys.sorted().flatMap({ group.several[$0] ?? [] }) { attributes.retain(path.attributes) }
      new = newGroup(key, family)
    }
    group.key = key
    (group.members, group.isReevaluating, group.isFlushScheduled) = ([peer], true, false)
    groups[f][new] = group
    groupNumbers[f][key] = new
    neighbors[Int(peer)].families[f].group = new
    if key.policy.originatesDefault != nil { pinDefault(family) }
    walk(family)
    scheduleFlush(family, new, &turn)
  }

  private mutating func share(_ record: UpdateGroup.Record, _ d: Int, _ family: BGPFamily) {
    attributes.retain(record.attributes)
    if record.isPending { tables[family.index].change(d) { $0.holds += 1 } }
  }

  /// Into a group that is there: it is told all of that one's table, and what only the old one had is withdrawn.
  private mutating func moveOver(_ peer: UInt32, from g: Int, to other: Int, _ family: BGPFamily, _ turn: inout Turn<Output>) {
    let f = family.index
    guard let old = groups[f][g], let new = groups[f][other], !new.key.takesPaths else {
      return stop(peer, BGPError.Cease.configurationChange, &turn)
    }
    let gone = old.records.indices.filter { d in
      // What is pending it may have heard of in any state.
      (old.records[d].isPending || old.tells(d, to: peer)) && !new.tells(d, to: peer)
    }
    let prefixes = gone.map { NLRI(tables[f].prefix($0)) }
    leave(peer, family)
    join(peer, family, &turn)
    sendWithdrawals(prefixes, peer, family, new.key, &turn)
  }

  private mutating func forget(_ group: inout UpdateGroup, _ d: Int, _ family: BGPFamily) {
    let f = family.index
    attributes.release(group.records[d].attributes, &nextHops)
    guard group.records[d].isPending else { return }
    tables[f].change(d) { $0.holds -= 1 }
    tables[f].removeIfUnused(d)
  }

  private mutating func clearCache(_ group: inout UpdateGroup) {
    guard let cache = group.cache else { return }
    attributes.release(cache.input, &nextHops)
    attributes.release(cache.output, &nextHops)
    group.cache = nil
  }

  /// After a change of anything that `transformed` reads besides the path.
  mutating func clearCaches() {
    for f in groups.indices {
      for g in groups[f].indices {
        guard var group = groups[f][g] else { continue }
        groups[f][g] = nil
        clearCache(&group)
        groups[f][g] = group
      }
    }
  }

  /// Works out anew what a group is told.
  mutating func reevaluate(group g: Int, _ family: BGPFamily) {
    groups[family.index][g]?.isReevaluating = true
    walk(family)
  }

  private mutating func pinDefault(_ family: BGPFamily) {
    let d = tables[family.index].insert(family == .ipv4 ? .defaultV4 : IPPrefix(.anyV6, length: 0))
    tables[family.index].change(d) { $0.flags.insert(.isPinned) }
  }

  // MARK: One prefix

  /// Works out what a group is told of some prefixes, and notes where that is new. Whether it was anywhere.
  mutating func reevaluate(_ list: [UInt32], _ g: Int, _ family: BGPFamily) -> Bool {
    let f = family.index
    // Taken out for the while, so that nothing copies it.
    guard var group = groups[f][g], !group.members.isEmpty else { return false }
    groups[f][g] = nil
    let end = group.end
    for d in list {
      if group.key.takesPaths { reevaluateSeveral(Int(d), &group, family) } else { reevaluateOne(Int(d), &group, family) }
    }
    let isNew = group.end != end
    group.mostAdvertised = max(group.mostAdvertised, group.advertised)
    if group.log.count > group.compactsBeyond { compactLog(&group, f) }
    groups[f][g] = group
    return isNew
  }

  private mutating func reevaluateOne(_ d: Int, _ group: inout UpdateGroup, _ family: BGPFamily) {
    let f = family.index
    let best = tables[f].destinations[d].best
    let source = best == RouteTable.none ? UpdateGroup.Record.sourceMask : tables[f].paths[Int(best)].peer & UpdateGroup.Record.sourceMask
    if d >= group.records.count, isOfNoConcern(source, best, &group) { return }
    let new = exported(d, best == RouteTable.none ? nil : Int(best), &group, family)
    if d >= group.records.count {
      guard new != .none else { return }
      let missing = max(tables[f].destinations.count, d + 1) - group.records.count
      group.records.append(contentsOf: repeatElement(UpdateGroup.Record(), count: missing))
    }
    let old = group.records[d]
    guard old.attributes != new || (new != .none && old.source != source && (group.isMember(source) || group.isMember(old.source))) else {
      attributes.release(new, &nextHops)
      group.records[d].source = source
      return
    }
    // Of one that is withdrawn and still pending nobody knows any more whose it was.
    let hadOther = old.attributes == .none ? old.isPending : old.source != source || old.withdrawsFromSource
    group.records[d].withdrawsFromSource = hadOther && group.isMember(source)
    group.records[d].attributes = new
    group.records[d].source = source
    group.advertised += (new == .none ? 0 : 1) - (old.attributes == .none ? 0 : 1)
    attributes.release(old.attributes, &nextHops)
    append(d, &group, family)
  }

  /// Whether a prefix that was never told is not told now either, without a look at it: a whole table comes from the only member, or went
  /// with another one.
  private func isOfNoConcern(_ source: UInt32, _ best: UInt32, _ group: inout UpdateGroup) -> Bool {
    guard group.key.policy.originatesDefault == nil else { return false }
    if best == RouteTable.none { return true }
    guard group.members.count == 1, group.members[0] == source else { return false }
    group.leavesOutOnlyMember = true
    return true
  }

  private mutating func append(_ d: Int, _ group: inout UpdateGroup, _ family: BGPFamily) {
    group.records[d].position = UInt32(truncatingIfNeeded: group.end)
    group.log.append(UInt32(d))
    guard !group.records[d].isPending else { return }
    group.records[d].isPending = true
    tables[family.index].change(d) { $0.holds += 1 }
  }

  /// All paths of a prefix for who takes several (RFC 7911): the best ones first. Its number is the path's place in our table.
  private mutating func reevaluateSeveral(_ d: Int, _ group: inout UpdateGroup, _ family: BGPFamily) {
    let f = family.index
    var new: [UpdateGroup.AdvertisedPath] = []
    for p in tables[f].pathPlaces(at: d) where new.count < BGPLimits.advertisedPathsPerPrefix && isUsable(p, f) {
      let id = exported(d, p, &group, family)
      if id != .none { new.append(.init(pathID: UInt32(p) + 1, attributes: id, source: tables[f].paths[p].peer)) }
    }
    if new.isEmpty, group.key.policy.originatesDefault != nil {
      let id = exported(d, nil, &group, family)
      if id != .none { new.append(.init(pathID: .max, attributes: id, source: PathEntry.localPeer)) }
    }
    let old = group.several[UInt32(d)] ?? []
    let all = following(old, new, group)
    guard all != old else {
      for path in new { attributes.release(path.attributes, &nextHops) }
      return
    }
    for path in old { attributes.release(path.attributes, &nextHops) }
    let isTold = { (list: [UpdateGroup.AdvertisedPath]) in list.contains { $0.attributes != .none } }
    group.advertised += (isTold(all) ? 1 : 0) - (isTold(old) ? 1 : 0)
    group.several[UInt32(d)] = all.isEmpty ? nil : all
    if d >= group.records.count {
      group.records.append(contentsOf: repeatElement(UpdateGroup.Record(), count: d + 1 - group.records.count))
    }
    append(d, &group, family)
  }

  /// What is told now, and what of before has to be withdrawn. A number may have passed to another neighbour's path.
  private func following(
    _ old: [UpdateGroup.AdvertisedPath], _ new: [UpdateGroup.AdvertisedPath], _ group: UpdateGroup
  ) -> [UpdateGroup.AdvertisedPath] {
    var all = new
    for was in old {
      if let i = new.firstIndex(where: { $0.pathID == was.pathID }) {
        all[i].withdrawsFromSource = was.source == new[i].source ? was.withdrawsFromSource : group.isMember(new[i].source)
      } else {
        let source = was.withdrawsFromSource ? PathEntry.localPeer : was.source
        all.append(.init(pathID: was.pathID, attributes: .none, source: source))
      }
    }
    return all
  }

  private func isUsable(_ p: Int, _ f: Int) -> Bool {
    let entry = tables[f].paths[p]
    return !entry.flags.contains(.isFiltered) && (entry.isLocal || nextHops[attributes.rank(entry.attributes).nextHop].isReachable)
  }

  // MARK: Rules

  /// What a group is told of a path, with one more user of the attributes; none: nothing.
  private mutating func exported(_ d: Int, _ p: Int?, _ group: inout UpdateGroup, _ family: BGPFamily) -> AttributeID {
    let prefix = tables[family.index].prefixInPlace(d)
    if prefix.isDefault, let origination = group.key.policy.originatesDefault { return originatedDefault(prefix, origination, group.key) }
    guard let p else { return .none }
    let entry = tables[family.index].paths[p]
    if group.members.count == 1, group.members[0] == entry.peer, !group.key.takesPaths {
      group.leavesOutOnlyMember = true
      return .none
    }
    guard mayTell(entry, group.key), !isSuppressed(prefix, entry, family), permits(prefix, group.key) else { return .none }
    let source = entry.isLocal ? entry.pathID | 0x8000_0000 : entry.peer
    let isCacheable = group.key.policy.routeMap == nil && group.key.policy.asPathList == nil
    if isCacheable, let cache = group.cache, cache.source == source, cache.input == entry.attributes {
      attributes.retain(cache.output)
      return cache.output
    }
    guard let out = transformed(prefix, entry, group.key) else { return .none }
    let id = attributes.retain(out, &nextHops)
    if isCacheable {
      clearCache(&group)
      attributes.retain(entry.attributes)
      attributes.retain(id)
      group.cache = ExportCache(source: source, input: entry.attributes, output: id)
    }
    return id
  }

  /// Communities that keep a route in (RFC 1997), and who may hear of routes of our own AS (RFC 4456 §6). RFC 8212 wants a policy.
  private func mayTell(_ entry: PathEntry, _ key: UpdateGroupKey) -> Bool {
    let communities = attributes[entry.attributes].communities
    for community in communities {
      if community == BGPAssignments.noAdvertise { return false }
      if !key.isInternal, community == BGPAssignments.noExport || community == BGPAssignments.localAS { return false }
    }
    if !key.isInternal { return settings?.requiresPolicy != true || key.policy.hasFilter }
    guard !entry.isLocal, !entry.flags.contains(.isExternal) else { return true }
    let fromClient = isClient(entry.peer, key)
    if fromClient, key.policy.isReflectorClient { return settings?.reflectsClients ?? true }
    return fromClient || key.policy.isReflectorClient
  }

  private func isClient(_ peer: UInt32, _ key: UpdateGroupKey) -> Bool {
    let index = key.nextHop.isV4 ? 0 : 1
    return neighbors[Int(peer)].policies[index].outbound.isReflectorClient
  }

  private func permits(_ prefix: IPPrefix, _ key: UpdateGroupKey) -> Bool {
    if let list = key.policy.prefixList, !policy.permits(prefixList: list, prefix) { return false }
    if let list = key.policy.accessList, !policy.permits(accessList: list, prefix) { return false }
    return true
  }

  /// The attributes as a group gets them; nil where a filter refuses them, or no next hop can be told.
  private mutating func transformed(_ prefix: IPPrefix, _ entry: PathEntry, _ key: UpdateGroupKey) -> PathAttributes? {
    let before = attributes[entry.attributes]
    var a = before
    if let list = key.policy.asPathList, !policy.permits(asPathList: list, a.asPath.text) { return nil }
    var choice: NextHopChoice?
    if let name = key.policy.routeMap {
      let isExternal: Bool? = entry.isLocal ? nil : entry.flags.contains(.isExternal)
      guard let applied = apply(name, prefix, &a, isExternal: isExternal) else { return nil }
      choice = applied.hop
    }
    setNextHop(&a, entry, key, choice)
    if a.nextHop.isUnspecified { return nil }
    if key.isInternal { makeInternal(&a, entry) } else { makeExternal(&a, before, entry, key) }
    let sent = key.policy.sendsCommunities
    if !sent.contains(.standard) { a.communities = [] }
    if !sent.contains(.extended) { a.extendedCommunities = [] }
    if !sent.contains(.large) { a.largeCommunities = [] }
    (a.weight, a.tag) = (0, 0)
    return a
  }

  /// RFC 4271 §5.1.3.
  private func setNextHop(_ a: inout PathAttributes, _ entry: PathEntry, _ key: UpdateGroupKey, _ choice: NextHopChoice?) {
    a.linkLocal = nil
    switch choice {
    case .address: return
    case .selfAddress, .peerAddress: return a.nextHop = key.nextHop
    case .unchanged where !a.nextHop.isUnspecified: return
    case .unchanged, nil: break
    }
    guard !a.nextHop.isUnspecified else { return a.nextHop = key.nextHop }
    if key.policy.keepsNextHop { return }
    let isOurs: Bool
    if key.isInternal, entry.isLocal {
      // A next hop of ours that others of our AS may not reach.
      isOurs = true
    } else if key.isInternal {
      let isReflected = !entry.flags.contains(.isExternal)
      isOurs = key.policy.nextHopSelf == .all || (key.policy.nextHopSelf == .external && !isReflected)
    } else {
      isOurs = key.policy.nextHopSelf != nil || key.network?.contains(a.nextHop) != true
    }
    if isOurs { a.nextHop = key.nextHop }
  }

  /// Within our AS: a local preference, and the marks of reflection (RFC 4456 §8).
  private func makeInternal(_ a: inout PathAttributes, _ entry: PathEntry) {
    a.localPreference = a.localPreference ?? settings?.localPreference ?? BGPAssignments.localPreference
    guard !entry.isLocal, !entry.flags.contains(.isExternal) else { return }
    a.originatorID = a.originatorID ?? neighbors[Int(entry.peer)].remoteID
    a.clusterList.insert(clusterID, at: 0)
  }

  /// To another AS: our number in front (RFC 4271 §5.1.2), and nothing that is ours alone. The MULTI_EXIT_DISC of a third AS stays here
  /// (§5.1.4).
  private func makeExternal(_ a: inout PathAttributes, _ before: PathAttributes, _ entry: PathEntry, _ key: UpdateGroupKey) {
    if !entry.isLocal, a.multiExitDiscriminator == before.multiExitDiscriminator { a.multiExitDiscriminator = nil }
    (a.localPreference, a.originatorID, a.clusterList) = (nil, nil, [])
    var path = a.asPath.withoutConfederations
    if let removal = key.policy.removesPrivateAS, removal == .all || path.numbers.allSatisfy(BGPAssignments.isPrivate) {
      path = path.mapping { BGPAssignments.isPrivate($0) ? nil : $0 }
    }
    if key.overriddenAS != 0 { path = path.mapping { $0 == key.overriddenAS ? ownAS : $0 } }
    a.asPath = path.prepending(ownAS)
  }

  private mutating func originatedDefault(
    _ prefix: IPPrefix, _ origination: BGPPolicySettings.DefaultOrigination, _ key: UpdateGroupKey
  ) -> AttributeID {
    guard !key.nextHop.isUnspecified else { return .none }
    var a = PathAttributes(nextHop: key.nextHop)
    if let name = origination.routeMap, apply(name, prefix, &a, isExternal: nil) == nil { return .none }
    if key.isInternal { a.localPreference = a.localPreference ?? settings?.localPreference } else { a.asPath = a.asPath.prepending(ownAS) }
    (a.weight, a.tag) = (0, 0)
    return attributes.retain(a, &nextHops)
  }
}
