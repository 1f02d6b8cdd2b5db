// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Names one set of attributes in an `AttributeTable`; 0 names none.
struct AttributeID: Hashable, Sendable {
  var rawValue: UInt32
  static let none = AttributeID(rawValue: 0)
}

/// Every set of attributes once, counted by who uses it. What the decision compares is worked out when a set is stored, so that comparing
/// two
/// paths reads two small records.
///
/// **Whose bytes.** A set is charged to the neighbour that brought it first, until nobody uses it any more. Sets that we make ourselves are
/// charged to nobody; they count in `bytes`.
struct AttributeTable: Sendable {
  /// Who is charged where it is no neighbour.
  static let nobody: UInt32 = .max

  /// What the decision process reads of a set.
  struct Rank: Sendable {
    var weight: UInt32
    var localPreference: UInt32
    var med: UInt32
    var hasMED: Bool
    var origin: Origin
    var pathLength: UInt16
    var clusterLength: UInt16
    var neighborAS: UInt32
    var nextHop: NextHopID
  }

  private struct Entry: Sendable {
    var attributes: PathAttributes
    var rank: Rank
    var references: Int32
    var hash: Int
    var owner: UInt32
    var bytes: UInt32
  }

  private var entries: [Entry] = []
  private var slots: [UInt32] = Array(repeating: 0, count: 64)
  private var free: [UInt32] = []
  /// Bytes charged to each neighbour, by its place in the engine's list.
  private var charged: [Int] = []
  private let bytesPerNeighbor: Int
  /// Bytes of all sets.
  private(set) var bytes = 0

  init(bytesPerNeighbor: Int) { self.bytesPerNeighbor = bytesPerNeighbor }

  /// How many different sets there are.
  var count: Int { entries.count - free.count }

  subscript(_ id: AttributeID) -> PathAttributes { entries[Int(id.rawValue) - 1].attributes }

  func rank(_ id: AttributeID) -> Rank { entries[Int(id.rawValue) - 1].rank }

  /// How often a set is used.
  func references(_ id: AttributeID) -> Int { Int(entries[Int(id.rawValue) - 1].references) }

  // MARK: Room

  /// Bytes charged to a neighbour.
  func bytes(of owner: UInt32) -> Int { Int(owner) < charged.count ? charged[Int(owner)] : 0 }

  /// Whether a neighbour may bring this set: there is room for one more, or it costs nothing because it is there.
  func mayTake(_ attributes: PathAttributes, from owner: UInt32) -> Bool {
    (bytes < BGPLimits.attributeBytes && bytes(of: owner) < bytesPerNeighbor) || find(attributes, attributes.hashValue) != nil
  }

  /// A neighbour's place is another's from now on; what it brought and others use is charged to nobody.
  mutating func forget(owner: UInt32) {
    guard bytes(of: owner) > 0 else { return }
    for i in entries.indices where entries[i].owner == owner { entries[i].owner = AttributeTable.nobody }
    charged[Int(owner)] = 0
  }

  private mutating func charge(_ owner: UInt32, _ count: Int) {
    bytes += count
    guard owner != AttributeTable.nobody else { return }
    if Int(owner) >= charged.count { charged.append(contentsOf: repeatElement(0, count: Int(owner) + 1 - charged.count)) }
    charged[Int(owner)] += count
  }

  // MARK: Users

  /// The number of a set equal to `attributes`, with one more user. `nextHops` gets the next hop of a new set, `owner` is charged with it.
  mutating func retain(
    _ attributes: PathAttributes, from owner: UInt32 = AttributeTable.nobody, _ nextHops: inout NextHopTable
  ) -> AttributeID {
    let hash = attributes.hashValue
    guard let number = find(attributes, hash) else { return insert(attributes, hash, owner, &nextHops) }
    entries[Int(number) - 1].references += 1
    return AttributeID(rawValue: number)
  }

  private func find(_ attributes: PathAttributes, _ hash: Int) -> UInt32? {
    var at = hash & (slots.count - 1)
    while slots[at] != 0 {
      let i = Int(slots[at]) - 1
      if entries[i].hash == hash, entries[i].attributes == attributes { return slots[at] }
      at = (at + 1) & (slots.count - 1)
    }
    return nil
  }

  mutating func retain(_ id: AttributeID) {
    if id != .none { entries[Int(id.rawValue) - 1].references += 1 }
  }

  /// One user less; the last one's set goes.
  mutating func release(_ id: AttributeID, _ nextHops: inout NextHopTable) {
    guard id != .none else { return }
    let i = Int(id.rawValue) - 1
    entries[i].references -= 1
    guard entries[i].references == 0 else { return }
    nextHops.release(entries[i].rank.nextHop)
    charge(entries[i].owner, -Int(entries[i].bytes))
    removeSlot(of: id.rawValue, hash: entries[i].hash)
    entries[i].attributes = PathAttributes(nextHop: .anyV4)
    free.append(id.rawValue)
  }

  private mutating func insert(
    _ attributes: PathAttributes, _ hash: Int, _ owner: UInt32, _ nextHops: inout NextHopTable
  ) -> AttributeID {
    let rank = Rank(
      weight: attributes.weight, localPreference: attributes.localPreference ?? BGPAssignments.localPreference,
      med: attributes.multiExitDiscriminator ?? 0, hasMED: attributes.multiExitDiscriminator != nil, origin: attributes.origin,
      pathLength: UInt16(clamping: attributes.asPath.length), clusterLength: UInt16(clamping: attributes.clusterList.count),
      neighborAS: attributes.asPath.neighborAS, nextHop: nextHops.retain(attributes.nextHop))
    let bytes = attributes.storedBytes
    charge(owner, bytes)
    let entry = Entry(attributes: attributes, rank: rank, references: 1, hash: hash, owner: owner, bytes: UInt32(clamping: bytes))
    let number: UInt32
    if let reused = free.popLast() {
      number = reused
      entries[Int(reused) - 1] = entry
    } else {
      entries.append(entry)
      number = UInt32(entries.count)
    }
    if (count + 1) * 3 > slots.count * 2 { grow() } else { place(number, hash) }
    return AttributeID(rawValue: number)
  }

  private mutating func place(_ number: UInt32, _ hash: Int) {
    var at = hash & (slots.count - 1)
    while slots[at] != 0 { at = (at + 1) & (slots.count - 1) }
    slots[at] = number
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for i in entries.indices where entries[i].references > 0 { place(UInt32(i + 1), entries[i].hash) }
  }

  /// Takes a number out and moves up those behind it that belong before the hole.
  private mutating func removeSlot(of number: UInt32, hash: Int) {
    let mask = slots.count - 1
    var hole = hash & mask
    while slots[hole] != number { hole = (hole + 1) & mask }
    var at = (hole + 1) & mask
    while slots[at] != 0 {
      let home = entries[Int(slots[at]) - 1].hash & mask
      if (at - home) & mask >= (at - hole) & mask {
        slots[hole] = slots[at]
        hole = at
      }
      at = (at + 1) & mask
    }
    slots[hole] = 0
  }
}

extension PathAttributes {
  /// What a set costs in memory: its place in the table, and each list that has something.
  var storedBytes: Int {
    func list(_ bytes: Int) -> Int { bytes == 0 ? 0 : 32 + bytes }
    var n = 256 + list(asPath.byteCount) + list(clusterList.count * 4) + list(communities.count * 4)
    n += list(extendedCommunities.count * 8) + list(largeCommunities.count * 12)
    n += list(unknown.count * MemoryLayout<PathAttribute>.stride)
    for case .unknown(_, let value) in unknown.lazy.map(\.value) { n += list(value.count) }
    return n
  }
}
