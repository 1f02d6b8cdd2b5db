// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What is known about where a next hop leaves.
enum Resolution: Sendable, Equatable {
  /// Not looked at yet; stands only during a pass.
  case unknown
  /// Not eligible: interface down, next hop unreachable, or the way leads through the route itself.
  case down
  /// Not eligible: it leans on too many others. Whoever leans on it is too deep as well.
  case tooDeep
  /// Eligible; `depth` counts the lookups it took.
  case via(InterfaceID, nextHop: IPAddress?, depth: Int)
  /// Eligible; drops.
  case discard

  var isEligible: Bool {
    switch self {
    case .via, .discard: true
    case .unknown, .down, .tooDeep: false
    }
  }
}

/// What the table holds for one prefix, in its trie node: numbers of offers and of what the FIB was told, -1 for none.
struct RouteSlot: Sendable {
  /// The preferred offer; the others hang on it.
  var first: Int32 = -1
  /// The first eligible offer.
  var best: Int32 = -1
  /// What `takeChanges` last said.
  var published: Int32 = -1
  private var flags: UInt8 = 0

  /// Whether the node stands for a prefix; else it is a fork.
  var isStored: Bool {
    get { flags & 1 != 0 }
    set { flags = newValue ? flags | 1 : flags & ~1 }
  }
  /// Whether the prefix is on the list of the next `takeChanges`.
  var isDirty: Bool {
    get { flags & 2 != 0 }
    set { flags = newValue ? flags | 2 : flags & ~2 }
  }
  /// Whether an override, in force or dormant, is noted for the prefix.
  var hasOverride: Bool {
    get { flags & 4 != 0 }
    set { flags = newValue ? flags | 4 : flags & ~4 }
  }

  var isEmpty: Bool { first < 0 && published < 0 && !hasOverride }
}

/// One offered route, without what its node and its group of next hops know.
struct Offer: Sendable {
  var installed: Instant
  /// The prefix.
  var node: NodeID
  /// The next hop, in `NextHopTable`.
  var group: Int32
  var metric: UInt32
  var tag: UInt32
  /// The next offer for the prefix, less preferred.
  var next: Int32 = -1
  /// The neighbours among the offers of the group.
  var before: Int32 = -1
  var after: Int32 = -1
  var source: RouteSource
  var distance: UInt8
  /// It may lie on the way to a next hop: it is resolved for itself, not with its group.
  var isSupporting = false
}

/// All offers, in one block; freed ones form a list.
struct OfferPool: Sendable {
  private var offers: [Offer] = []
  private var firstFree: Int32 = -1
  /// Offers in use.
  private(set) var count = 0

  @inline(__always) subscript(id: Int32) -> Offer {
    _read { yield offers[Int(id)] }
    _modify { yield &offers[Int(id)] }
  }

  mutating func make(_ offer: Offer) -> Int32 {
    count += 1
    guard firstFree >= 0 else {
      offers.append(offer)
      return Int32(truncatingIfNeeded: offers.count - 1)
    }
    let id = firstFree
    firstFree = offers[Int(id)].next
    offers[Int(id)] = offer
    return id
  }

  mutating func free(_ id: Int32) {
    count -= 1
    guard count > 0 else { return self = OfferPool() }
    offers[Int(id)].next = firstFree
    firstFree = id
  }
}
