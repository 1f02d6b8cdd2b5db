// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Update groups' logs become messages, as fast as each member takes them.
extension BGPEngine {
  // MARK: When

  mutating func scheduleFlush(_ family: BGPFamily, _ g: Int, _ turn: inout Turn<Output>) {
    let f = family.index
    guard let group = groups[f][g], !group.isFlushScheduled else { return }
    var at = turn.now + .milliseconds(BGPLimits.coalesceMilliseconds)
    if group.key.policy.advertisementSeconds > 0, let last = group.lastFlush {
      at = max(at, Instant(nanoseconds: last) + .seconds(group.key.policy.advertisementSeconds))
    }
    groups[f][g]?.isFlushScheduled = true
    timers.set(.flush(family, g), at: at)
  }

  /// A member takes bytes again.
  mutating func scheduleFlush(of peer: UInt32, _ turn: inout Turn<Output>) {
    for family in BGPFamily.allCases {
      guard let g = neighbors[Int(peer)].families[family.index].group, groups[family.index][g]?.isFlushScheduled == false else { continue }
      groups[family.index][g]?.isFlushScheduled = true
      timers.set(.flush(family, g), at: turn.now)
    }
  }

  /// Tells one member everything again (RFC 2918).
  mutating func tellAll(_ peer: UInt32, _ family: BGPFamily, _ turn: inout Turn<Output>) {
    guard let g = neighbors[Int(peer)].families[family.index].group else { return }
    // One that is being told goes on to its end first: who asks without pause would never come to it.
    if neighbors[Int(peer)].families[family.index].cursor.dump ?? 0 > 0 {
      neighbors[Int(peer)].families[family.index].cursor.dumpsAgain = true
    } else {
      neighbors[Int(peer)].families[family.index].cursor.dump = 0
    }
    scheduleFlush(family, g, &turn)
  }

  // MARK: What

  /// Sends what waits, for the members that are farthest behind first, so that they catch up and share messages with the others.
  mutating func flush(_ family: BGPFamily, _ g: Int, _ turn: inout Turn<Output>) {
    let f = family.index
    groups[f][g]?.isFlushScheduled = false
    groups[f][g]?.lastFlush = turn.now.nanoseconds
    var left = BGPLimits.advertisedPerTurn
    while left > 0, let batch = nextBatch(family, g, limit: left) {
      left -= batch.range.count
      send(batch, family, g, &turn)
      advance(batch, family, g)
    }
    sendEnds(family, g, &turn)
    trimLog(family, g)
    if nextBatch(family, g, limit: 1) != nil {
      groups[f][g]?.isFlushScheduled = true
      timers.set(.flush(family, g), at: turn.now)
    }
  }

  private struct Batch {
    var isDump: Bool
    var range: Range<Int>
    var members: [UInt32]
  }

  /// A piece of the table or of the log, and who stands at its beginning.
  private func nextBatch(_ family: BGPFamily, _ g: Int, limit: Int) -> Batch? {
    let f = family.index
    guard let group = groups[f][g] else { return nil }
    let ready = group.members.filter { !neighbors[Int($0)].isBlocked }
    let dumps = ready.filter { neighbors[Int($0)].families[f].cursor.dump != nil }
    func place(_ peer: UInt32) -> Int {
      let cursor = neighbors[Int(peer)].families[f].cursor
      return dumps.isEmpty ? cursor.position : cursor.dump ?? 0
    }
    let candidates = dumps.isEmpty ? ready.filter { place($0) < group.end } : dumps
    guard let start = candidates.map(place).min() else { return nil }
    let end = dumps.isEmpty ? group.end : group.records.count
    let next = candidates.map(place).filter { $0 > start }.min() ?? end
    let stop = max(start, min(next, start + max(1, limit), end))
    return Batch(isDump: !dumps.isEmpty, range: start..<stop, members: candidates.filter { place($0) == start })
  }

  private mutating func advance(_ batch: Batch, _ family: BGPFamily, _ g: Int) {
    let f = family.index
    guard let group = groups[f][g] else { return }
    for peer in batch.members {
      if batch.isDump {
        neighbors[Int(peer)].families[f].cursor.advanceDump(batch.range, of: group)
      } else {
        neighbors[Int(peer)].families[f].cursor.position = batch.range.upperBound
      }
    }
  }

  /// Announcements that share a message: same attributes, and for all members but one.
  private struct Bucket: Hashable {
    var attributes: AttributeID
    var source: UInt32
  }

  private mutating func send(_ batch: Batch, _ family: BGPFamily, _ g: Int, _ turn: inout Turn<Output>) {
    let f = family.index
    guard let group = groups[f][g] else { return }
    var order: [Bucket] = []
    var lists: [[NLRI]] = []
    var places: [Bucket: Int] = [:]
    var last = -1
    func put(_ nlri: NLRI, _ attributes: AttributeID, _ source: UInt32) {
      let bucket = Bucket(attributes: attributes, source: source)
      if last < 0 || order[last] != bucket {
        last = places[bucket] ?? order.count
        if last == order.count {
          order.append(bucket)
          lists.append([])
          places[bucket] = last
        }
      }
      lists[last].append(nlri)
    }
    let oldest = batch.members.map { neighbors[Int($0)].families[f].cursor.position }.min() ?? group.end
    for at in batch.range {
      let d = batch.isDump ? at : Int(group.log[at - group.base])
      if !batch.isDump, !group.isLast(at) { continue }
      collect(d, group, tellsGone: !batch.isDump || group.isPending(d, since: oldest), f, put)
    }
    for (bucket, list) in zip(order, lists) {
      let isFromMember = group.isMember(bucket.source & ~Self.onlySource)
      for bytes in messages(bucket.attributes, list, family, group.key) {
        for peer in batch.members {
          let isSource = isFromMember && peer == bucket.source & ~Self.onlySource
          if isSource != (bucket.source & Self.onlySource != 0) { continue }
          sendUpdate(bytes, peer, &turn)
        }
      }
    }
  }

  /// Marks a withdrawal that goes to the source alone.
  private static let onlySource: UInt32 = 0x8000_0000
  /// The source of what goes to all.
  private static let nobody = UpdateGroup.Record.sourceMask

  /// What is told of a prefix. `tellsGone`: somebody may have heard what holds no more, and has not been told so.
  private mutating func collect(
    _ d: Int, _ group: UpdateGroup, tellsGone: Bool, _ f: Int, _ put: (NLRI, AttributeID, UInt32) -> Void
  ) {
    let prefix = tables[f].prefixInPlace(d), record = group.records[d]
    if group.key.takesPaths {
      for path in group.several[UInt32(d)] ?? [] where tellsGone || path.attributes != .none {
        let isFromMember = group.isMember(path.source)
        put(NLRI(prefix, pathID: path.pathID), path.attributes, isFromMember ? path.source : Self.nobody)
        guard isFromMember, path.withdrawsFromSource, tellsGone else { continue }
        put(NLRI(prefix, pathID: path.pathID), .none, path.source | Self.onlySource)
      }
      return
    }
    guard record.attributes != .none else {
      if tellsGone { put(NLRI(prefix), .none, Self.nobody) }
      return
    }
    let isFromMember = group.isMember(record.source)
    put(NLRI(prefix), record.attributes, isFromMember ? record.source : Self.nobody)
    if isFromMember, record.withdrawsFromSource, tellsGone { put(NLRI(prefix), .none, record.source | Self.onlySource) }
  }

  private mutating func sendUpdate(_ bytes: [UInt8], _ peer: UInt32, _ turn: inout Turn<Output>) {
    guard let slot = neighbors[Int(peer)].established else { return }
    send(.update, bytes, peer, slot, &turn)
  }

  mutating func sendWithdrawals(_ list: [NLRI], _ peer: UInt32, _ family: BGPFamily, _ key: UpdateGroupKey, _ turn: inout Turn<Output>) {
    for bytes in messages(.none, list, family, key) { sendUpdate(bytes, peer, &turn) }
  }

  /// The end of the table, for who has been told all of it (RFC 4724 §2).
  private mutating func sendEnds(_ family: BGPFamily, _ g: Int, _ turn: inout Turn<Output>) {
    let f = family.index
    guard let group = groups[f][g], !group.isReevaluating else { return }
    for peer in group.members {
      let cursor = neighbors[Int(peer)].families[f].cursor
      guard cursor.wantsEnd, cursor.dump == nil, cursor.position == group.end else { continue }
      neighbors[Int(peer)].families[f].cursor.wantsEnd = false
      let end = family == .ipv4 ? UpdateMessage() : UpdateMessage(attributes: [PathAttribute(.mpUnreach(MPUnreach(family, nlri: [])))])
      sendUpdate(end.encode(UpdateContext(isWide: true)), peer, &turn)
    }
  }

  /// Forgets what all members were told.
  mutating func trimLog(_ family: BGPFamily, _ g: Int) {
    let f = family.index
    guard var group = groups[f][g], !group.log.isEmpty else { return }
    let first = group.members.map { neighbors[Int($0)].families[f].cursor.position }.min() ?? group.end
    let count = min(first - group.base, group.log.count)
    // Moving what is left costs as much as it is: only when half of the log can go.
    guard count > 0, count * 2 >= group.log.count else { return }
    groups[f][g] = nil
    for k in 0..<count {
      let d = Int(group.log[k])
      guard group.isLast(group.base + k) else { continue }
      group.records[d].isPending = false
      dropWithdrawn(d, &group)
      tables[f].change(d) { $0.holds -= 1 }
      tables[f].removeIfUnused(d)
    }
    group.log.removeFirst(count)
    group.base += count
    groups[f][g] = group
  }

  private func dropWithdrawn(_ d: Int, _ group: inout UpdateGroup) {
    guard let list = group.several[UInt32(d)] else { return }
    let left = list.filter { $0.attributes != .none }
    group.several[UInt32(d)] = left.isEmpty ? nil : left
  }

  // MARK: Messages

  /// Whole messages for prefixes of one set of attributes; none: withdrawals.
  private func messages(_ id: AttributeID, _ list: [NLRI], _ family: BGPFamily, _ key: UpdateGroupKey) -> [[UInt8]] {
    let context = UpdateContext(isWide: key.isWide, hasPathIDs: [key.takesPaths, key.takesPaths])
    var shared = ByteWriter(capacity: 128)
    var reach: PathAttributes?
    if id != .none {
      let a = attributes[id]
      reach = a
      for attribute in a.wire(isWide: key.isWide) { attribute.encode(into: &shared, context) }
    }
    // Lengths, and the head of a multiprotocol attribute.
    let room = BGPAssignments.messageBytes - BGPAssignments.headerBytes - 4 - shared.count - (family == .ipv4 ? 0 : 32)
    var out: [[UInt8]] = []
    var at = 0
    while at < list.count {
      var used = 0, end = at
      while end < list.count, used + list[end].byteCount(withPathID: key.takesPaths) <= room {
        used += list[end].byteCount(withPathID: key.takesPaths)
        end += 1
      }
      // Attributes that leave no room for a prefix cannot be told (RFC 4271 §9.2).
      guard end > at else { return out }
      out.append(message(Array(list[at..<end]), reach, shared.bytes, family, context))
      at = end
    }
    return out
  }

  private func message(
    _ list: [NLRI], _ reach: PathAttributes?, _ shared: [UInt8], _ family: BGPFamily, _ context: UpdateContext
  ) -> [UInt8] {
    var update = UpdateMessage()
    if family == .ipv4 {
      if reach == nil { update.withdrawn = list } else { update.nlri = list }
    } else if let reach {
      update.attributes = [PathAttribute(.mpReach(MPReach(family, nextHop: reach.nextHop, linkLocal: reach.linkLocal, nlri: list)))]
    } else {
      update.attributes = [PathAttribute(.mpUnreach(MPUnreach(family, nlri: list)))]
    }
    return update.encode(context, sharing: shared)
  }
}
