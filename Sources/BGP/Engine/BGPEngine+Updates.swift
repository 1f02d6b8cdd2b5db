// SPDX-License-Identifier: GPL-3.0-or-later
import Policy
import ProtocolKit
import Wire

/// UPDATEs: from bytes, through filters, to paths.
extension BGPEngine {
  mutating func receiveUpdate(_ body: ByteReader, _ peer: UInt32, _ turn: inout Turn<Output>) throws(BGPError) {
    if try receiveKnown(body, peer, &turn) { return }
    let update = try UpdateMessage.decode(body.bytes, from: body.position, to: body.end, neighbors[Int(peer)].context)
    if let family = update.endOfTable {
      dropStale(peer, family)
      return
    }
    if update.approach != .none {
      neighbors[Int(peer)].updateErrors += 1
      turn.record(record(.bgpUpdateError, peer, x: UInt32(update.failedCode ?? 0), y: UInt32(update.approach.rawValue)))
    }
    withdraw(update.withdrawn, .ipv4, peer)
    var reach: MPReach?, hasUnreach = false
    for attribute in update.attributes {
      if case .mpUnreach(let value) = attribute.value {
        withdraw(value.nlri, value.family, peer)
        hasUnreach = true
      }
      if case .mpReach(let value) = attribute.value { reach = value }
    }
    guard reach != nil || !update.nlri.isEmpty else { return }
    let attributes =
      update.approach == .treatAsWithdraw ? nil : PathAttributes(update.attributes, isInternal: neighbors[Int(peer)].isInternal)
    if let reach {
      var mine = attributes
      mine?.nextHop = reach.nextHop
      mine?.linkLocal = reach.linkLocal
      announce(reach.nlri, reach.family, mine, peer, &turn)
    }
    guard !update.nlri.isEmpty else { return }
    announce(update.nlri, .ipv4, attributes, peer, &turn)
    // The same bytes again must say all that they say: prefixes among the attributes are not in what is remembered.
    if reach == nil, !hasUnreach, update.approach == .none { remember(body, attributes, peer) }
  }

  // MARK: The last attributes

  /// A message with the attributes of the one before: nothing of them is read again. Whether it was one.
  private mutating func receiveKnown(_ body: ByteReader, _ peer: UInt32, _ turn: inout Turn<Output>) throws(BGPError) -> Bool {
    guard let attributes = neighbors[Int(peer)].attributeCache.attributes else { return false }
    let parts = try UpdateParts(body.bytes, from: body.position, to: body.end)
    guard parts.attributes.count == neighbors[Int(peer)].attributeCache.bytes.count, !parts.nlri.isEmpty, parts.withdrawn.isEmpty,
      neighbors[Int(peer)].attributeCache.bytes.elementsEqual(body.bytes[parts.attributes])
    else { return false }
    announce(try UpdateMessage.prefixes(body.bytes, parts.nlri, neighbors[Int(peer)].context), .ipv4, attributes, peer, &turn)
    return true
  }

  private mutating func remember(_ body: ByteReader, _ attributes: PathAttributes?, _ peer: UInt32) {
    guard let attributes, let parts = try? UpdateParts(body.bytes, from: body.position, to: body.end) else { return }
    neighbors[Int(peer)].attributeCache = AttributeCache(bytes: Array(body.bytes[parts.attributes]), attributes: attributes)
  }

  // MARK: Paths

  mutating func withdraw(_ list: [NLRI], _ family: BGPFamily, _ peer: UInt32) {
    guard neighbors[Int(peer)].families[family.index].isNegotiated else { return }
    for nlri in list {
      guard let d = tables[family.index].findInPlace(nlri.prefix), let p = tables[family.index].pathInPlace(of: peer, nlri.pathID, at: d)
      else {
        continue
      }
      removePath(p, at: d, family)
    }
  }

  /// Paths of one message; without attributes they count as withdrawn (RFC 7606 §2).
  private mutating func announce(
    _ list: [NLRI], _ family: BGPFamily, _ attributes: PathAttributes?, _ peer: UInt32, _ turn: inout Turn<Output>
  ) {
    guard neighbors[Int(peer)].families[family.index].isNegotiated else { return }
    guard var a = attributes, isAcceptable(a, family, peer) else {
      if attributes != nil { neighbors[Int(peer)].families[family.index].refused += UInt64(list.count) }
      return withdraw(list, family, peer)
    }
    a.weight = neighbors[Int(peer)].policies[family.index].weight
    if neighbors[Int(peer)].isInternal, a.localPreference == nil { a.localPreference = BGPAssignments.localPreference }
    if !neighbors[Int(peer)].isInternal { a.localPreference = settings?.localPreference }
    let now = UInt32(clamping: turn.now.seconds)
    let overflowed = neighbors[Int(peer)].families[family.index].overflowed
    defer { if neighbors[Int(peer)].families[family.index].overflowed != overflowed { recordRefusal(peer, family, &turn) } }
    guard self.attributes.mayTake(a, from: peer) else {
      refuse(list.count, .attributes, family, peer)
      return withdraw(list, family, peer)
    }
    let received = self.attributes.retain(a, from: peer, &nextHops)
    let policy = neighbors[Int(peer)].policies[family.index]
    let isFiltered = !policy.inbound.isEmpty || (settings?.requiresPolicy == true && !neighbors[Int(peer)].isInternal)
      || limits.isLimited(neighbors[Int(peer)].address)
    let plain = StoredPath(attributes: received, received: policy.keepsReceived ? received : .none, isFiltered: false)
    for nlri in list {
      guard !isMartian(nlri.prefix) else {
        neighbors[Int(peer)].families[family.index].refused += 1
        continue
      }
      if isFiltered { offer(nlri, family, a, received, peer, now) } else { store(plain, nlri, family, peer, now) }
    }
    self.attributes.release(received, &nextHops)
    checkLimit(peer, family, &turn)
  }

  /// What makes every route of a message useless (RFC 4271 §6.3, §9.1.2; RFC 4456 §8).
  private func isAcceptable(_ a: PathAttributes, _ family: BGPFamily, _ peer: UInt32) -> Bool {
    let i = Int(peer)
    if a.nextHop.isUnspecified || a.nextHop.isMulticast || a.nextHop.isLoopback || isOwn(a.nextHop) { return false }
    if a.nextHop.isV4 != (family == .ipv4) || a.asPath.numberCount > BGPLimits.asPathNumbers { return false }
    if a.asPath.count(of: ownAS) > neighbors[i].policies[family.index].allowedOwnAS { return false }
    if neighbors[i].isInternal { return a.originatorID != routerID && !a.clusterList.contains(clusterID) }
    return settings?.enforcesFirstAS != true || a.asPath.neighborAS == neighbors[i].remoteAS
  }

  /// Prefixes that nobody may announce: multicast and loopback.
  private func isMartian(_ prefix: IPPrefix) -> Bool {
    prefix.length > 0 && (prefix.address.isMulticast || (prefix.address.isV4 && prefix.address.isLoopback))
  }

  var clusterID: UInt32 { settings?.clusterID ?? routerID }

  func isOwn(_ address: IPAddress) -> Bool { interfaces.contains { $0.addresses.contains { $0.address == address } } }

  /// Passes one path through the filters and stores what is left. `id` are the attributes as they came; `isAgain`: they came before.
  private mutating func offer(
    _ nlri: NLRI, _ family: BGPFamily, _ a: PathAttributes, _ id: AttributeID, _ peer: UInt32, _ now: UInt32, isAgain: Bool = false
  ) {
    let f = family.index
    let policy = neighbors[Int(peer)].policies[f]
    let needsPolicy = settings?.requiresPolicy == true && !neighbors[Int(peer)].isInternal && policy.inbound.isEmpty
    let isRefused = needsPolicy || !mayAnnounce(nlri.prefix, peer, isAgain: isAgain)
    var path = StoredPath(attributes: id, received: policy.keepsReceived ? id : .none, isFiltered: isRefused)
    var filtered: PathAttributes?
    if !isRefused, !policy.inbound.isEmpty {
      filtered = filter(nlri.prefix, a, policy.inbound, peer)
      path.isFiltered = filtered == nil
    }
    if path.isFiltered, !policy.keepsReceived {
      neighbors[Int(peer)].families[f].refused += 1
      return withdraw([nlri], family, peer)
    }
    if let filtered, filtered != a {
      guard attributes.mayTake(filtered, from: peer) else {
        refuse(1, .attributes, family, peer)
        return withdraw([nlri], family, peer)
      }
      path.attributes = attributes.retain(filtered, from: peer, &nextHops)
      store(path, nlri, family, peer, now)
      attributes.release(path.attributes, &nextHops)
    } else {
      store(path, nlri, family, peer, now)
    }
  }

  /// Passes a path that was kept as it came through the filters again.
  mutating func offerAgain(_ p: Int, _ d: Int, _ family: BGPFamily) {
    let entry = tables[family.index].paths[p]
    let nlri = NLRI(tables[family.index].prefixInPlace(d), pathID: entry.pathID)
    var a = attributes[entry.received]
    a.weight = neighbors[Int(entry.peer)].policies[family.index].weight
    let id = attributes.retain(a, from: entry.peer, &nextHops)
    offer(nlri, family, a, id, entry.peer, UInt32(clamping: now.seconds), isAgain: true)
    attributes.release(id, &nextHops)
  }

  /// Whether a neighbour's certificate lets it announce a network; counted where it does not, once an announcement.
  mutating func mayAnnounce(_ prefix: IPPrefix, _ peer: UInt32, isAgain: Bool) -> Bool {
    let address = neighbors[Int(peer)].address
    guard !limits.allows(prefix, from: address) else { return true }
    guard !isAgain else { return false }
    limits.refuse(prefix, from: address, at: now)
    counters.refusedByCertificate &+= 1
    return false
  }

  struct StoredPath {
    var attributes: AttributeID
    var received: AttributeID
    var isFiltered: Bool
  }

  /// Puts a path into its prefix; it holds its attributes from then on.
  private mutating func store(_ path: StoredPath, _ nlri: NLRI, _ family: BGPFamily, _ peer: UInt32, _ now: UInt32) {
    let f = family.index, i = Int(peer)
    let d = tables[f].insert(nlri.prefix)
    if let p = tables[f].pathInPlace(of: peer, nlri.pathID, at: d) { return replace(p, at: d, with: path, family, now) }
    if let refusal = refusal(of: peer, at: d, family) {
      refuse(1, refusal, family, peer)
      tables[f].removeIfUnused(d)
      return
    }
    attributes.retain(path.attributes)
    attributes.retain(path.received)
    var flags: PathEntry.Flags = neighbors[i].isInternal ? [] : .isExternal
    if path.isFiltered { flags.insert(.isFiltered) }
    tables[f].add(
      PathEntry(
        next: RouteTable.none, peer: peer, pathID: nlri.pathID, attributes: path.attributes, received: path.received, since: now,
        epoch: neighbors[i].families[f].epoch, flags: flags), at: d)
    neighbors[i].families[f].paths += 1
    if path.isFiltered { neighbors[i].families[f].filtered += 1 } else { markDirty(d, family) }
  }

  private mutating func replace(_ p: Int, at d: Int, with path: StoredPath, _ family: BGPFamily, _ now: UInt32) {
    let f = family.index, old = tables[f].paths[p]
    let epoch = neighbors[Int(old.peer)].families[f].epoch
    let wasFiltered = old.flags.contains(.isFiltered)
    let isSame = old.attributes == path.attributes && wasFiltered == path.isFiltered
    attributes.retain(path.attributes)
    attributes.retain(path.received)
    tables[f].changePath(p) {
      ($0.attributes, $0.received, $0.epoch) = (path.attributes, path.received, epoch)
      if !isSame { $0.since = now }
      if path.isFiltered { $0.flags.insert(.isFiltered) } else { $0.flags.remove(.isFiltered) }
    }
    attributes.release(old.attributes, &nextHops)
    attributes.release(old.received, &nextHops)
    guard !isSame else { return }
    if wasFiltered != path.isFiltered { neighbors[Int(old.peer)].families[f].filtered += path.isFiltered ? 1 : -1 }
    if old.flags.contains(.isMultipath) { markChanged(d, family) }
    markDirty(d, family)
  }

  /// Takes a path out with all that it holds.
  mutating func removePath(_ p: Int, at d: Int, _ family: BGPFamily) {
    let f = family.index, entry = tables[f].paths[p]
    if !entry.isLocal {
      neighbors[Int(entry.peer)].families[f].paths -= 1
      if entry.flags.contains(.isFiltered) { neighbors[Int(entry.peer)].families[f].filtered -= 1 }
    }
    if entry.flags.contains(.isMultipath) { markChanged(d, family) }
    tables[f].remove(path: p, at: d)
    attributes.release(entry.attributes, &nextHops)
    attributes.release(entry.received, &nextHops)
    markDirty(d, family)
  }

  mutating func markDirty(_ d: Int, _ family: BGPFamily) {
    let f = family.index
    guard !tables[f].destinations[d].flags.contains(.isDirty) else { return }
    tables[f].change(d) { $0.flags.insert(.isDirty) }
    dirty[f].append(UInt32(d))
  }

  mutating func markChanged(_ d: Int, _ family: BGPFamily) {
    let f = family.index
    guard !tables[f].destinations[d].flags.contains(.isChanged) else { return }
    tables[f].change(d) { $0.flags.insert(.isChanged) }
    changed[f].append(UInt32(d))
  }

  // MARK: Limits

  /// What forbids one more path of a neighbour; nil where there is room.
  private mutating func refusal(of peer: UInt32, at d: Int, _ family: BGPFamily) -> PathRefusal? {
    let f = family.index
    guard neighbors[Int(peer)].families[f].paths < BGPLimits.prefixesPerNeighbor, tables[f].pathCount < BGPLimits.paths else {
      return .table
    }
    guard tables[f].destinations[d].first != RouteTable.none else { return nil }
    return tables[f].pathCountInPlace(at: d) < BGPLimits.pathsPerPrefix ? nil : .prefix
  }

  private mutating func refuse(_ count: Int, _ refusal: PathRefusal, _ family: BGPFamily, _ peer: UInt32) {
    counters.refusedPaths += UInt64(count)
    neighbors[Int(peer)].families[family.index].overflowed += UInt64(count)
    neighbors[Int(peer)].refusal = refusal
  }

  private mutating func recordRefusal(_ peer: UInt32, _ family: BGPFamily, _ turn: inout Turn<Output>) {
    let i = Int(peer)
    if let last = neighbors[i].refusalRecordedAt, turn.now - last < .seconds(BGPLimits.refusalRecordSeconds) { return }
    neighbors[i].refusalRecordedAt = turn.now
    let count = neighbors[i].families[family.index].overflowed
    turn.record(record(.bgpTableFull, peer, x: neighbors[i].refusal?.rawValue ?? 0, y: UInt32(clamping: count)))
  }

  /// `maximum-prefix`: counts what is in the table from this neighbour.
  private mutating func checkLimit(_ peer: UInt32, _ family: BGPFamily, _ turn: inout Turn<Output>) {
    let i = Int(peer), f = family.index
    guard let limit = neighbors[i].policies[f].maximumPrefix else { return }
    let count = neighbors[i].families[f].paths
    let isHigh = count * 100 > limit.limit * limit.threshold
    if isHigh, !neighbors[i].families[f].isWarned {
      turn.record(record(.bgpPrefixWarning, peer, x: UInt32(clamping: count), y: UInt32(clamping: limit.limit)))
    }
    neighbors[i].families[f].isWarned = isHigh
    guard count > limit.limit, !limit.isWarningOnly else { return }
    turn.record(record(.bgpPrefixLimit, peer, x: UInt32(clamping: count), y: UInt32(clamping: limit.limit)))
    neighbors[i].isOverLimit = true
    if let minutes = limit.restartMinutes { timers.set(.prefixRestart(peer), at: turn.now + .seconds(minutes * 60)) }
    // RFC 4486 §4: the family and the limit.
    let bound = UInt32(clamping: limit.limit)
    let bytes = [0, UInt8(family.afi), family.safi] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bound >> $0) }
    end(peer, .cease(BGPError.Cease.maximumPrefixes, bytes: bytes), &turn)
  }

  // MARK: Filters

  /// What inbound filters leave of a path; nil where they refuse it.
  mutating func filter(_ prefix: IPPrefix, _ a: PathAttributes, _ filters: InboundFilters, _ peer: UInt32) -> PathAttributes? {
    if let list = filters.prefixList, !policy.permits(prefixList: list, prefix) { return nil }
    if let list = filters.accessList, !policy.permits(accessList: list, prefix) { return nil }
    if let list = filters.asPathList, !policy.permits(asPathList: list, a.asPath.text) { return nil }
    guard let name = filters.routeMap else { return a }
    var out = a
    guard let choice = apply(name, prefix, &out, isExternal: !neighbors[Int(peer)].isInternal) else { return nil }
    switch choice.hop {
    case .peerAddress: out.nextHop = neighbors[Int(peer)].address
    case .selfAddress: out.nextHop = neighbors[Int(peer)].localAddress ?? a.nextHop
    case .address, .unchanged, nil: break
    }
    return out
  }

  /// The names of route-maps are looked up once.
  mutating func routeMap(_ name: String) -> RouteMap {
    if let map = routeMaps[name] { return map }
    let map = policy.routeMap(name)
    routeMaps[name] = map
    return map
  }

  /// Changes attributes by a route-map; nil where it denies.
  mutating func apply(_ name: String, _ prefix: IPPrefix, _ a: inout PathAttributes, isExternal: Bool?) -> (hop: NextHopChoice?, Void)? {
    var route = a.policyRoute(prefix, source: "bgp \(ownAS)", type: isExternal.map { $0 ? .external : .internal } ?? .local)
    guard routeMap(name).apply(to: &route) else { return nil }
    a.take(route)
    return (route.nextHopChoice, ())
  }
}
