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

  /// Sends what waits, for the members that are farthest behind first, so that they catch up and share messages with the others. Pieces of
  /// the table and of the log take turns: who asks for the whole table again and again does not keep news from the others.
  mutating func flush(_ family: BGPFamily, _ g: Int, _ turn: inout Turn<Output>) {
    let f = family.index
    groups[f][g]?.isFlushScheduled = false
    groups[f][g]?.lastFlush = turn.now.nanoseconds
    var left = Budget(), isDump = true
    while left.isSome, var batch = nextBatch(family, g, isDump) ?? nextBatch(family, g, !isDump) {
      batch.range = batch.range.lowerBound..<send(batch, family, g, &left, &turn)
      advance(batch, family, g)
      isDump = !batch.isDump
    }
    sendEnds(family, g, &turn)
    trimLog(family, g)
    endSlow(family, g, &turn)
    guard nextBatch(family, g, true) ?? nextBatch(family, g, false) != nil else { return }
    groups[f][g]?.isFlushScheduled = true
    timers.set(.flush(family, g), at: turn.now)
  }

  /// What is left to a turn.
  private struct Budget {
    var prefixes = BGPLimits.advertisedPerTurn, bytes = BGPLimits.advertisedBytesPerTurn
    var isSome: Bool { prefixes > 0 && bytes > 0 }
    /// Bytes for each of so many members: none gets more at once than it may have under way, lest the host cut it off.
    func room(_ members: Int) -> Int { min(BGPLimits.outputBytes, bytes / max(1, members)) }
  }

  private struct Batch {
    var isDump: Bool
    var range: Range<Int>
    var members: [UInt32]
  }

  /// A piece of the table or of the log, and who stands at its beginning.
  private func nextBatch(_ family: BGPFamily, _ g: Int, _ isDump: Bool) -> Batch? {
    guard let group = groups[family.index][g] else { return nil }
    var batch: Batch?
    var end = isDump ? group.records.count : group.end
    for peer in group.members {
      guard let place = place(peer, family, isDump), isDump || place < group.end, !neighbors[Int(peer)].isBlocked else { continue }
      if let first = batch?.range.lowerBound, place >= first {
        // Who stands farther on joins there.
        if place == first { batch?.members.append(peer) } else { end = min(end, place) }
      } else {
        end = min(end, batch?.range.lowerBound ?? end)
        batch = Batch(isDump: isDump, range: place..<place, members: [peer])
      }
    }
    guard let start = batch?.range.lowerBound else { return nil }
    batch?.range = start..<max(start, min(end, start + BGPLimits.advertisedPerTurn / 2))
    return batch
  }

  /// Where a member stands in the table while it is told that, or else in the log.
  private func place(_ peer: UInt32, _ family: BGPFamily, _ isDump: Bool) -> Int? {
    let cursor = neighbors[Int(peer)].families[family.index].cursor
    return isDump ? cursor.dump : cursor.dump == nil ? cursor.position : nil
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

  /// Formats a batch as far as there is room, one prefix at least, and gives it to its members. Where it stopped.
  private mutating func send(
    _ batch: Batch, _ family: BGPFamily, _ g: Int, _ left: inout Budget, _ turn: inout Turn<Output>
  ) -> Int {
    let f = family.index
    guard let group = groups[f][g] else { return batch.range.upperBound }
    let oldest = batch.members.map { neighbors[Int($0)].families[f].cursor.position }.min() ?? group.end
    let room = left.room(batch.members.count)
    var parcels = UpdateParcels(family, group.key)
    var at = batch.range.lowerBound
    while at < batch.range.upperBound, at == batch.range.lowerBound || parcels.bytes < room {
      defer { at += 1 }
      let d = batch.isDump ? at : Int(group.log[at - group.base])
      if !batch.isDump, !group.isLast(at) { continue }
      collect(d, group, tellsGone: !batch.isDump || group.isPending(d, since: oldest), &parcels)
    }
    for parcel in parcels.list { left.bytes -= deliver(parcel, of: parcels, to: batch.members, &turn) }
    left.prefixes -= max(1, at - batch.range.lowerBound)
    if let prefix = parcels.tooLong, !group.hasRecordedTooLong {
      groups[f][g]?.hasRecordedTooLong = true
      turn.record(JournalRecord(.bgpRouteTooLong, a: prefix.address, x: UInt32(prefix.length)))
    }
    return at
  }

  /// What is told of a prefix. `tellsGone`: somebody may have heard what holds no more, and has not been told so.
  private mutating func collect(_ d: Int, _ group: UpdateGroup, tellsGone: Bool, _ parcels: inout UpdateParcels) {
    let prefix = tables[parcels.family.index].prefixInPlace(d), record = group.records[d]
    if group.key.takesPaths {
      for path in group.several[UInt32(d)] ?? [] where tellsGone || path.attributes != .none {
        let isFromMember = group.isMember(path.source), nlri = NLRI(prefix, pathID: path.pathID)
        put(nlri, path.attributes, isFromMember ? path.source : UpdateParcels.nobody, &parcels)
        guard isFromMember, path.withdrawsFromSource, tellsGone else { continue }
        put(nlri, .none, path.source | UpdateParcels.onlySource, &parcels)
      }
      return
    }
    guard record.attributes != .none else {
      if tellsGone { put(NLRI(prefix), .none, UpdateParcels.nobody, &parcels) }
      return
    }
    let isFromMember = group.isMember(record.source)
    put(NLRI(prefix), record.attributes, isFromMember ? record.source : UpdateParcels.nobody, &parcels)
    guard isFromMember, record.withdrawsFromSource, tellsGone else { return }
    put(NLRI(prefix), .none, record.source | UpdateParcels.onlySource, &parcels)
  }

  /// Puts a prefix with those that are told the same. Attributes that leave no room for it cannot be told (RFC 4271 §9.2); what was told
  /// before holds no more.
  private mutating func put(_ nlri: NLRI, _ id: AttributeID, _ source: UInt32, _ parcels: inout UpdateParcels) {
    if !parcels.find(id, source) { parcels.open(id, source, head: head(id, parcels.context)) }
    if parcels.add(nlri) { return }
    counters.untoldRoutes += 1
    put(nlri, .none, source, &parcels)
  }

  /// Makes messages of a parcel for those whom it concerns. Their bytes, all together.
  private mutating func deliver(
    _ parcel: UpdateParcel, of parcels: UpdateParcels, to members: [UInt32], _ turn: inout Turn<Output>
  ) -> Int {
    let peers = members.filter(parcel.concerns)
    guard !peers.isEmpty else { return 0 }
    var count = 0
    for list in parcel.messages {
      let bytes = message(list, parcel, parcels)
      for peer in peers { sendUpdate(bytes, peer, &turn) }
      count += bytes.count * peers.count
    }
    return count
  }

  private mutating func sendUpdate(_ bytes: [UInt8], _ peer: UInt32, _ turn: inout Turn<Output>) {
    guard let slot = neighbors[Int(peer)].established else { return }
    send(.update, bytes, peer, slot, &turn)
  }

  mutating func sendWithdrawals(_ list: [NLRI], _ peer: UInt32, _ family: BGPFamily, _ key: UpdateGroupKey, _ turn: inout Turn<Output>) {
    var parcels = UpdateParcels(family, key)
    for nlri in list { put(nlri, .none, UpdateParcels.nobody, &parcels) }
    for parcel in parcels.list { _ = deliver(parcel, of: parcels, to: [peer], &turn) }
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

  // MARK: Messages

  /// Attributes as they are sent.
  private func head(_ id: AttributeID, _ context: UpdateContext) -> [UInt8] {
    guard id != .none else { return [] }
    var w = ByteWriter(capacity: 128)
    for attribute in attributes[id].wire(isWide: context.isWide) { attribute.encode(into: &w, context) }
    return w.bytes
  }

  /// One whole message.
  private func message(_ list: [NLRI], _ parcel: UpdateParcel, _ parcels: UpdateParcels) -> [UInt8] {
    var update = UpdateMessage()
    switch (parcels.family, parcel.attributes == .none) {
    case (.ipv4, true): update.withdrawn = list
    case (.ipv4, false): update.nlri = list
    case (let family, true): update.attributes = [PathAttribute(.mpUnreach(MPUnreach(family, nlri: list)))]
    case (let family, false):
      let reach = attributes[parcel.attributes]
      update.attributes = [PathAttribute(.mpReach(MPReach(family, nextHop: reach.nextHop, linkLocal: reach.linkLocal, nlri: list)))]
    }
    return update.encode(parcels.context, sharing: parcel.head)
  }
}
