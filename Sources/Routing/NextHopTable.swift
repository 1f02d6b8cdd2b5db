// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Where offers leave: all that name one next hop and interface are one group, which is resolved once for all of them.
struct NextHopGroup: Sendable {
  /// What tells one group from another.
  struct Key: Hashable, Sendable {
    var nextHop: IPAddress?
    var interface: InterfaceID?
    var isDiscard: Bool
  }

  var key: Key
  /// Where it leaves, as an offer finds it that is on nobody's way to a next hop.
  var resolution = Resolution.unknown
  /// The offers of the group, by their links.
  var first: Int32 = -1
  /// Those of them that are resolved for themselves.
  var supporting: [Int32] = []
  /// The number of its forwarding in `ForwardingPool`, which counts it; -1 until it is asked for.
  var forwarding: Int32 = -1
  /// On the list of the pass that resolves anew.
  var isAffected = false

  /// Whether the interface has to be found by looking up the next hop.
  var isRecursive: Bool { key.interface == nil && key.nextHop != nil && !key.isDiscard }
}

/// All groups, and the next hops that need a lookup by address.
struct NextHopTable: Sendable {
  private(set) var groups: [NextHopGroup] = []
  private var numbers: [NextHopGroup.Key: Int32] = [:]
  private var free: [Int32] = []
  /// The recursive next hops; a node's `first` is the group's number.
  private var hops = PrefixMap()
  /// The group asked for last: a protocol's routes come by the next hop they have.
  private var last: (key: NextHopGroup.Key, id: Int32)?

  @inline(__always) subscript(id: Int32) -> NextHopGroup {
    _read { yield groups[Int(id)] }
    _modify { yield &groups[Int(id)] }
  }

  /// The group of a key, and whether it is new.
  mutating func group(_ key: NextHopGroup.Key) -> (id: Int32, isNew: Bool) {
    if let last, last.key == key { return (last.id, false) }
    if let known = numbers[key] {
      last = (key, known)
      return (known, false)
    }
    let id = free.popLast() ?? Int32(truncatingIfNeeded: groups.count)
    let group = NextHopGroup(key: key)
    if Int(id) < groups.count { groups[Int(id)] = group } else { groups.append(group) }
    numbers[key] = id
    if group.isRecursive, let hop = key.nextHop { hops[hops.insert(IPPrefix(host: hop))].first = id }
    return (id, true)
  }

  /// Forgets a group without offers.
  mutating func remove(_ id: Int32) {
    let group = groups[Int(id)]
    numbers[group.key] = nil
    last = nil
    if group.isRecursive, let hop = group.key.nextHop { hops.remove(IPPrefix(host: hop)) }
    groups[Int(id)] = NextHopGroup(key: NextHopGroup.Key(nextHop: nil, interface: nil, isDiscard: false))
    free.append(id)
  }

  /// Whether the way to any recursive next hop may lead through `prefix`.
  @inline(__always) func isOnTheWay(_ prefix: IPPrefix) -> Bool { hops.holdsAny(inside: prefix) }

  /// The groups whose next hop lies in `prefix`.
  func recursive(inside prefix: IPPrefix, _ body: (Int32) -> Void) {
    hops.visit(inside: prefix) { body(hops[$0].first) }
  }
}

/// What the FIB is told, each thing once, with the count of who refers to it.
struct ForwardingPool: Sendable {
  private var all: [(forwarding: Forwarding, uses: Int)] = []
  private var numbers: [Forwarding: Int32] = [:]
  private var free: [Int32] = []

  subscript(id: Int32) -> Forwarding { all[Int(id)].forwarding }

  /// The number of `forwarding`, counted once more.
  mutating func retain(_ forwarding: Forwarding) -> Int32 {
    if let known = numbers[forwarding] {
      all[Int(known)].uses += 1
      return known
    }
    let id = free.popLast() ?? Int32(truncatingIfNeeded: all.count)
    if Int(id) < all.count { all[Int(id)] = (forwarding, 1) } else { all.append((forwarding, 1)) }
    numbers[forwarding] = id
    return id
  }

  @inline(__always) mutating func retain(_ id: Int32) { if id >= 0 { all[Int(id)].uses += 1 } }

  mutating func release(_ id: Int32) {
    guard id >= 0 else { return }
    all[Int(id)].uses -= 1
    guard all[Int(id)].uses == 0 else { return }
    numbers[all[Int(id)].forwarding] = nil
    free.append(id)
  }
}

/// What packets of a prefix do.
struct Forwarding: Sendable, Hashable {
  var action: ForwardingAction
  /// Of the host's own interfaces the packet path needs to know no next hop; the host does.
  var gateway: IPAddress?
  var overriding: IPAddress?
  /// Whether the host must be told.
  var isNewToHost = false

  /// How the host is told to reach the network: into the tunnel, or by a router on an interface of its own.
  var hostWay: HostWay? {
    guard isNewToHost else { return nil }
    if let tunnel = action.tunnel { return HostWay(interface: tunnel, gateway: nil) }
    return action.exit.map { HostWay(interface: $0, gateway: gateway) }
  }
}
