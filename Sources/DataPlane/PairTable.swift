// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A bounded table of pairs of addresses in the order of their last use: pairs of hosts (redirect limits), pairs of peers (traffic through
/// this node) and next hops whose resolution was asked for. A full table makes room only by the longest unused entry, and only when that
/// is idle; otherwise the new pair is not tracked, and whoever fills the table cannot push out what is in use.
struct PairTable {
  struct Entry {
    var key: TableKey
    var interface: InterfaceID
    var lastUsed: Instant
    var packets: UInt64 = 0
    var bytes: UInt64 = 0
    /// Of the packets, those that an idle report has told of.
    var reported: UInt64 = 0
    /// When something about it was last punted.
    var lastPunt: Instant?
    var older: Int32 = -1
    var newer: Int32 = -1
    var isLive = true
  }

  private(set) var entries: [Entry] = []
  private var free: [Int32] = []
  private var index: KeyIndex
  private var oldest: Int32 = -1
  private var newest: Int32 = -1
  /// The oldest entry that was not reported as idle. Reported ones are all older: they were reported in this order.
  private var firstUnreported: Int32 = -1
  private let limit: Int
  private let idle: Duration

  init(limit: Int, evictsAfter idle: Duration, seed: UInt64) {
    (self.limit, self.idle, index) = (limit, idle, KeyIndex(seed: seed))
  }

  var count: Int { index.count }

  func find(_ key: TableKey) -> Entry? {
    let i = index.find(key)
    return i < 0 ? nil : entries[i]
  }

  /// Counts a packet of a pair. Gives its index, or -1 when it cannot be tracked, and whether it is new.
  mutating func touch(_ key: TableKey, _ interface: InterfaceID, bytes: Int, at now: Instant) -> (index: Int, isNew: Bool) {
    var i = index.find(key)
    let isNew = i < 0
    if isNew {
      i = makeRoom(at: now)
      guard i >= 0 else { return (-1, true) }
      entries[i] = Entry(key: key, interface: interface, lastUsed: now)
      index.set(key, i)
    } else {
      unlink(i)
    }
    entries[i].packets &+= 1
    entries[i].bytes &+= UInt64(truncatingIfNeeded: bytes)
    entries[i].lastUsed = now
    append(i)
    return (i, isNew)
  }

  /// Whether something about entry `i` may be punted again; says yes at most once an `interval`.
  mutating func mayPunt(_ i: Int, every interval: Duration, at now: Instant) -> Bool {
    if let last = entries[i].lastPunt, now - last < interval { return false }
    entries[i].lastPunt = now
    return true
  }

  /// When the next entry becomes idle; nil when all are.
  func nextIdle(after span: Duration) -> Instant? {
    firstUnreported < 0 ? nil : entries[Int(firstUnreported)].lastUsed + span
  }

  /// Calls `report` once for every entry that was silent for `span`, the longest silent first.
  mutating func reportIdle(after span: Duration, at now: Instant, _ report: (Entry) -> Void) {
    while firstUnreported >= 0 {
      let i = Int(firstUnreported)
      guard now - entries[i].lastUsed >= span else { return }
      report(entries[i])
      entries[i].reported = entries[i].packets
      firstUnreported = entries[i].newer
    }
  }

  /// Forgets every pair that `address` is part of.
  mutating func forget(_ address: IPAddress) {
    for i in entries.indices where entries[i].isLive && (entries[i].key.first == address || entries[i].key.second == address) { remove(i) }
  }

  /// Forgets the pairs of an interface.
  mutating func forget(_ interface: InterfaceID) {
    for i in entries.indices where entries[i].isLive && entries[i].interface == interface { remove(i) }
  }

  mutating func clearCounters() {
    for i in entries.indices { (entries[i].packets, entries[i].bytes, entries[i].reported) = (0, 0, 0) }
  }

  private mutating func makeRoom(at now: Instant) -> Int {
    if index.count >= limit {
      guard oldest >= 0, now - entries[Int(oldest)].lastUsed > idle else { return -1 }
      remove(Int(oldest))
    }
    if let i = free.popLast() { return Int(i) }
    entries.append(Entry(key: TableKey(.anyV6, tag: 0), interface: .none, lastUsed: now))
    return entries.count - 1
  }

  private mutating func remove(_ i: Int) {
    unlink(i)
    index.remove(entries[i].key)
    entries[i].isLive = false
    free.append(Int32(truncatingIfNeeded: i))
  }

  private mutating func unlink(_ i: Int) {
    let (older, newer) = (entries[i].older, entries[i].newer)
    if Int(firstUnreported) == i { firstUnreported = newer }
    if older >= 0 { entries[Int(older)].newer = newer } else { oldest = newer }
    if newer >= 0 { entries[Int(newer)].older = older } else { newest = older }
  }

  private mutating func append(_ i: Int) {
    let n = Int32(truncatingIfNeeded: i)
    (entries[i].older, entries[i].newer) = (newest, -1)
    if newest >= 0 { entries[Int(newest)].newer = n } else { oldest = n }
    newest = n
    if firstUnreported < 0 { firstUnreported = n }
  }
}
