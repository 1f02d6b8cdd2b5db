// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One path of a prefix: an element of some neighbour's Adj-RIB-In, behind its filters. 32 bytes.
struct PathEntry: Sendable {
  /// The next path of the prefix, or of the free ones; `RouteTable.none` ends the list.
  var next: UInt32
  /// The neighbour's place in the engine's list; `PathEntry.localPeer` for what we originate.
  var peer: UInt32
  /// The path's number from the neighbour (RFC 7911); for our own paths, their kind.
  var pathID: UInt32
  /// What the decision compares, behind filters.
  var attributes: AttributeID
  /// What came, where it is kept for soft reconfiguration; none otherwise.
  var received: AttributeID
  /// When it came, in seconds since the node's start.
  var since: UInt32
  /// Of which session of the neighbour: sweeping removes those of earlier ones.
  var epoch: UInt8
  var flags: Flags

  struct Flags: OptionSet, Sendable {
    let rawValue: UInt8
    /// Came from another AS, or from our own.
    static let isExternal = Flags(rawValue: 1)
    /// One of those that carry packets.
    static let isMultipath = Flags(rawValue: 2)
    /// Refused by a filter and kept for soft reconfiguration only.
    static let isFiltered = Flags(rawValue: 4)
  }

  static let localPeer: UInt32 = .max

  /// Whether it is our own.
  var isLocal: Bool { peer == PathEntry.localPeer }
}

/// The kinds of our own paths, in the place of a path's number.
enum LocalKind {
  static let network: UInt32 = 0, redistributed: UInt32 = 1, aggregate: UInt32 = 2
}

/// One prefix: its paths and the chosen one. 12 bytes, beside its key.
struct Destination: Sendable {
  var first: UInt32
  var best: UInt32
  /// Update groups that still have something to tell of it.
  var holds: UInt16
  var flags: Flags

  struct Flags: OptionSet, Sendable {
    let rawValue: UInt16
    /// On the list of those to decide.
    static let isDirty = Flags(rawValue: 1)
    /// The routing table has it from us.
    static let isPublished = Flags(rawValue: 2)
    /// In use; others are on the free list.
    static let isLive = Flags(rawValue: 4)
    /// Stays without paths: `default-originate`.
    static let isPinned = Flags(rawValue: 8)
    /// Counted by aggregates.
    static let isCounted = Flags(rawValue: 16)
    /// Chosen paths changed in this turn.
    static let isChanged = Flags(rawValue: 32)
  }
}

/// All prefixes of a family with all their paths: the Adj-RIBs-In and the Loc-RIB in one (RFC 4271 §3.2).
///
/// **In bytes.** IPv4: key 8, hash slot 4 to 8, destination 12, path 32: some 60 bytes for a prefix with one path, 30 MB for 500,000;
/// another
/// path of it costs 32. IPv6 keys have 24. Everything lies in five arrays; a prefix or a path is a place in one of them, and places freed
/// are
/// used again. Order of places is order of arrival: the same inputs give the same order, in another process too.
struct RouteTable: Sendable {
  static let none: UInt32 = .max

  let family: BGPFamily
  private(set) var destinations: [Destination] = []
  private(set) var paths: [PathEntry] = []
  private var keys: [UInt64] = []
  private var slots: [UInt32] = Array(repeating: RouteTable.none, count: 64)
  private var freeDestination = RouteTable.none
  private var freePath = RouteTable.none
  /// Prefixes with something in them.
  private(set) var count = 0
  /// Paths in use.
  private(set) var pathCount = 0

  init(_ family: BGPFamily) { self.family = family }

  // MARK: Prefixes

  /// The prefix at a place.
  func prefix(_ d: Int) -> IPPrefix { RouteTable.prefix(keys, d, family) }

  @inline(__always)
  private static func prefix(_ keys: [UInt64], _ d: Int, _ family: BGPFamily) -> IPPrefix {
    if family == .ipv4 {
      let key = keys[d]
      return IPPrefix(IPAddress(v4: UInt32(truncatingIfNeeded: key >> 8)), length: Int(key & 0xff))
    }
    return IPPrefix(IPAddress(high: keys[3 * d], low: keys[3 * d + 1]), length: Int(keys[3 * d + 2]))
  }

  @inline(__always)
  private static func key4(_ prefix: IPPrefix) -> UInt64 { UInt64(prefix.address.v4Bits) << 8 | UInt64(prefix.length) }

  @inline(__always)
  private static func mix(_ a: UInt64) -> UInt64 {
    let x = (a ^ a >> 32) &* 0x9e37_79b9_7f4a_7c15
    return x ^ x >> 29
  }

  @inline(__always)
  private static func hash(_ prefix: IPPrefix, _ family: BGPFamily) -> Int {
    if family == .ipv4 { return Int(truncatingIfNeeded: RouteTable.mix(RouteTable.key4(prefix))) }
    let a = RouteTable.mix(prefix.address.high), b = RouteTable.mix(prefix.address.low &+ UInt64(prefix.length))
    return Int(truncatingIfNeeded: RouteTable.mix(a &+ b &* 31))
  }

  @inline(__always)
  private static func isKey(_ keys: [UInt64], _ d: Int, _ prefix: IPPrefix, _ family: BGPFamily) -> Bool {
    if family == .ipv4 { return keys[d] == RouteTable.key4(prefix) }
    return keys[3 * d] == prefix.address.high && keys[3 * d + 1] == prefix.address.low && keys[3 * d + 2] == UInt64(prefix.length)
  }

  /// The place of a prefix; nil where there is none.
  func find(_ prefix: IPPrefix) -> Int? {
    let mask = slots.count - 1
    var at = RouteTable.hash(prefix, family) & mask
    while slots[at] != RouteTable.none {
      if RouteTable.isKey(keys, Int(slots[at]), prefix, family) { return Int(slots[at]) }
      at = (at + 1) & mask
    }
    return nil
  }

  /// The place of a prefix, made where there is none.
  mutating func insert(_ prefix: IPPrefix) -> Int {
    let mask = slots.count - 1
    var at = RouteTable.hash(prefix, family) & mask
    while slots[at] != RouteTable.none {
      if RouteTable.isKey(keys, Int(slots[at]), prefix, family) { return Int(slots[at]) }
      at = (at + 1) & mask
    }
    let d = newDestination(prefix)
    count += 1
    if count * 10 > slots.count * 7 { growSlots() } else { slots[at] = UInt32(d) }
    return d
  }

  private mutating func newDestination(_ prefix: IPPrefix) -> Int {
    let new = Destination(first: RouteTable.none, best: RouteTable.none, holds: 0, flags: .isLive)
    let d: Int
    if freeDestination != RouteTable.none {
      d = Int(freeDestination)
      freeDestination = destinations[d].first
      destinations[d] = new
    } else {
      d = destinations.count
      destinations.append(new)
      if family == .ipv4 { keys.append(0) } else { keys.append(contentsOf: [0, 0, 0]) }
    }
    if family == .ipv4 {
      keys[d] = RouteTable.key4(prefix)
    } else {
      (keys[3 * d], keys[3 * d + 1], keys[3 * d + 2]) = (prefix.address.high, prefix.address.low, UInt64(prefix.length))
    }
    return d
  }

  private mutating func growSlots() {
    slots = Array(repeating: RouteTable.none, count: slots.count * 2)
    let mask = slots.count - 1
    for d in destinations.indices where destinations[d].flags.contains(.isLive) {
      var at = RouteTable.hash(RouteTable.prefix(keys, d, family), family) & mask
      while slots[at] != RouteTable.none { at = (at + 1) & mask }
      slots[at] = UInt32(d)
    }
  }

  /// Frees a place that nothing holds any more; whether it did.
  @discardableResult
  mutating func removeIfUnused(_ d: Int) -> Bool {
    let it = destinations[d]
    let kept: Destination.Flags = [.isPinned, .isDirty, .isPublished, .isCounted, .isChanged]
    guard it.flags.contains(.isLive), it.first == RouteTable.none, it.holds == 0, it.flags.isDisjoint(with: kept) else { return false }
    removeSlot(d)
    destinations[d] = Destination(first: freeDestination, best: RouteTable.none, holds: 0, flags: [])
    freeDestination = UInt32(d)
    count -= 1
    return true
  }

  private mutating func removeSlot(_ d: Int) {
    let mask = slots.count - 1
    var hole = RouteTable.hash(RouteTable.prefix(keys, d, family), family) & mask
    while slots[hole] != UInt32(d) { hole = (hole + 1) & mask }
    var at = (hole + 1) & mask
    while slots[at] != RouteTable.none {
      let home = RouteTable.hash(RouteTable.prefix(keys, Int(slots[at]), family), family) & mask
      if (at - home) & mask >= (at - hole) & mask {
        slots[hole] = slots[at]
        hole = at
      }
      at = (at + 1) & mask
    }
    slots[hole] = RouteTable.none
  }

  // The same questions in the place: asked of an element of the engine's list, a method that does not change it would copy the table first,
  // five retains and releases for each route (measured: a quarter of all the time).

  /// The prefix at a place.
  mutating func prefixInPlace(_ d: Int) -> IPPrefix { RouteTable.prefix(keys, d, family) }
  /// The place of a prefix.
  mutating func findInPlace(_ prefix: IPPrefix) -> Int? { find(prefix) }
  /// The place of a neighbour's path.
  mutating func pathInPlace(of peer: UInt32, _ pathID: UInt32, at d: Int) -> Int? { path(of: peer, pathID, at: d) }
  /// The number of paths.
  mutating func pathCountInPlace(at d: Int) -> Int { pathCount(at: d) }

  mutating func change(_ d: Int, _ body: (inout Destination) -> Void) { body(&destinations[d]) }
  mutating func changePath(_ p: Int, _ body: (inout PathEntry) -> Void) { body(&paths[p]) }

  // MARK: Paths

  /// The place of a neighbour's path of a prefix.
  func path(of peer: UInt32, _ pathID: UInt32, at d: Int) -> Int? {
    var p = destinations[d].first
    while p != RouteTable.none {
      if paths[Int(p)].peer == peer, paths[Int(p)].pathID == pathID { return Int(p) }
      p = paths[Int(p)].next
    }
    return nil
  }

  /// How many paths a prefix has.
  func pathCount(at d: Int) -> Int {
    var n = 0, p = destinations[d].first
    while p != RouteTable.none {
      n += 1
      p = paths[Int(p)].next
    }
    return n
  }

  /// The places of a prefix's paths, the newest first.
  func pathPlaces(at d: Int) -> [Int] {
    var out: [Int] = [], p = destinations[d].first
    while p != RouteTable.none {
      out.append(Int(p))
      p = paths[Int(p)].next
    }
    return out
  }

  /// Puts a new path before the others of its prefix.
  @discardableResult
  mutating func add(_ new: PathEntry, at d: Int) -> Int {
    var entry = new
    entry.next = destinations[d].first
    let p: Int
    if freePath != RouteTable.none {
      p = Int(freePath)
      freePath = paths[p].next
      paths[p] = entry
    } else {
      p = paths.count
      paths.append(entry)
    }
    destinations[d].first = UInt32(p)
    pathCount += 1
    return p
  }

  /// Takes a path out; what it holds of attributes is the caller's to release. A chosen path leaves its prefix without one.
  mutating func remove(path p: Int, at d: Int) {
    let target = UInt32(p), after = paths[p].next
    if destinations[d].first == target {
      destinations[d].first = after
    } else {
      var before = destinations[d].first
      while before != RouteTable.none, paths[Int(before)].next != target { before = paths[Int(before)].next }
      if before != RouteTable.none { paths[Int(before)].next = after }
    }
    if destinations[d].best == target { destinations[d].best = RouteTable.none }
    paths[p].next = freePath
    paths[p].attributes = .none
    freePath = target
    pathCount -= 1
  }
}
