// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What packets are forwarded by: prefixes and actions of one VRF, longest match wins.
///
/// A path-compressed binary trie. A node stands for a prefix; it has an action, or it is only where two longer ones part, and then it has
/// two children. So n routes need fewer than 2n nodes, whatever their lengths: a node's memory in a simulator of a thousand follows its
/// routes. Nodes lie in one array, freed ones in a list through it; changes happen in place. Both families share the code: a key is 128
/// bits with the address at the front, and each family has its own root. Several ways of equal cost stand apart, once for all routes that
/// have the same ones: a node names them by number, and so stays free of references.
public struct FIB: Sendable {
  struct Node {
    var high: UInt64
    var low: UInt64
    var length: UInt8
    var hasAction: Bool
    var action: FIBAction
    var left: Int32 = -1
    var right: Int32 = -1
  }

  private var nodes: [Node] = []
  private var freeHead: Int32 = -1
  private var rootV4: Int32 = -1
  private var rootV6: Int32 = -1
  private var shared = SharedPaths()
  /// How many routes there are.
  public private(set) var count = 0

  /// Makes an empty table.
  public init() {}

  /// Nodes in the array, free ones included: what the memory follows.
  public var nodeCapacity: Int { nodes.count }

  /// The action of the longest prefix that holds `address`; nil when none does.
  @inline(__always) public func action(for address: IPAddress) -> ForwardingAction? {
    way(for: address).map(shared.action)
  }

  /// The same in the form packets are forwarded by.
  @inline(__always) func way(for address: IPAddress) -> FIBAction? {
    let found = find(address)
    return found < 0 ? nil : nodes[found].action
  }

  /// Which way the packets between two addresses take: always the same, as with IOS' `ip load-sharing per-destination`. Ports are not
  /// asked, for fragments have none, and must not pass the packets before them.
  func path(_ number: UInt32, from source: IPAddress, to destination: IPAddress) -> FIBAction {
    shared.path(number, hash: FlowHash.hash(source, destination))
  }

  /// Whether packets to `address` may leave by a tunnel.
  func mayLeave(to address: IPAddress, by tunnel: InterfaceID) -> Bool {
    switch way(for: address) {
    case .tunnel(tunnel, _): true
    case .shared(let number): shared.paths(number).contains { $0.isTunnel && $0.interface == tunnel }
    default: false
    }
  }

  /// The longest prefix that holds `address`, and its action; nil when none does.
  public func longestMatch(for address: IPAddress) -> (prefix: IPPrefix, action: ForwardingAction)? {
    let found = find(address)
    return found < 0 ? nil : (prefix(of: nodes[found], isV4: address.isV4), shared.action(nodes[found].action))
  }

  /// The action of exactly `prefix`; nil when it is not there.
  public func exact(_ prefix: IPPrefix) -> ForwardingAction? {
    let key = Key(prefix.address)
    var cur = prefix.address.isV4 ? rootV4 : rootV6
    while cur >= 0 {
      let node = nodes[Int(cur)]
      guard node.length <= prefix.length, key.shares(node) else { return nil }
      if node.length == prefix.length { return node.hasAction ? shared.action(node.action) : nil }
      cur = key.bit(node.length) ? node.right : node.left
    }
    return nil
  }

  /// Adds or replaces a route; gives the action it had.
  @discardableResult
  public mutating func insert(_ prefix: IPPrefix, _ action: ForwardingAction) -> ForwardingAction? {
    let old = insert(prefix, shared.retain(action))
    return old.map { shared.release($0) }
  }

  private mutating func insert(_ prefix: IPPrefix, _ action: FIBAction) -> FIBAction? {
    let key = Key(prefix.address), length = prefix.length
    var place = Place.root(isV4: prefix.address.isV4)
    while true {
      let cur = self[place]
      guard cur >= 0 else {
        self[place] = leaf(key, length, action)
        return nil
      }
      let node = nodes[Int(cur)]
      let common = min(key.common(node), node.length, length)
      if common < node.length {
        split(place, at: common, key, length, action)
        return nil
      }
      if node.length == length { return replace(Int(cur), action) }
      place = key.bit(node.length) ? .right(cur) : .left(cur)
    }
  }

  /// Removes a route; gives the action it had, nil when it was not there.
  @discardableResult
  public mutating func remove(_ prefix: IPPrefix) -> ForwardingAction? {
    let key = Key(prefix.address)
    var above: Place?
    var place = Place.root(isV4: prefix.address.isV4)
    while true {
      let cur = self[place]
      guard cur >= 0 else { return nil }
      let node = nodes[Int(cur)]
      guard node.length <= prefix.length, key.shares(node) else { return nil }
      if node.length == prefix.length {
        guard node.hasAction else { return nil }
        nodes[Int(cur)].hasAction = false
        count &-= 1
        collapse(place)
        if let above { collapse(above) }
        return shared.release(node.action)
      }
      above = place
      place = key.bit(node.length) ? .right(cur) : .left(cur)
    }
  }

  /// Calls `body` for every route: IPv4 before IPv6, each by address, then by length.
  public func forEach(_ body: (IPPrefix, ForwardingAction) -> Void) {
    walk(rootV4, isV4: true, body)
    walk(rootV6, isV4: false, body)
  }

  /// All routes in the order of `forEach`.
  public var routes: [(prefix: IPPrefix, action: ForwardingAction)] {
    var out: [(prefix: IPPrefix, action: ForwardingAction)] = []
    out.reserveCapacity(count)
    forEach { out.append(($0, $1)) }
    return out
  }
}

extension FIB {
  /// An address with its first bit at the front of 128.
  struct Key {
    let high: UInt64
    let low: UInt64

    @inline(__always) init(_ address: IPAddress) {
      (high, low) = address.isV4 ? (UInt64(address.v4Bits) << 32, 0) : (address.high, address.low)
    }

    /// How many leading bits it shares with the node's key (not limited to the node's length).
    @inline(__always) func common(_ node: Node) -> UInt8 {
      let h = high ^ node.high
      return UInt8(truncatingIfNeeded: h != 0 ? h.leadingZeroBitCount : 64 &+ (low ^ node.low).leadingZeroBitCount)
    }

    @inline(__always) func shares(_ node: Node) -> Bool { common(node) >= node.length }

    @inline(__always) func bit(_ index: UInt8) -> Bool {
      index < 64 ? (high << UInt64(index)) >> 63 == 1 : (low << UInt64(index &- 64)) >> 63 == 1
    }
  }

  /// Where the number of a node is kept: a root or a child's field.
  enum Place {
    case rootV4, rootV6
    case left(Int32)
    case right(Int32)

    static func root(isV4: Bool) -> Place { isV4 ? .rootV4 : .rootV6 }
  }

  private subscript(place: Place) -> Int32 {
    get {
      switch place {
      case .rootV4: rootV4
      case .rootV6: rootV6
      case .left(let n): nodes[Int(n)].left
      case .right(let n): nodes[Int(n)].right
      }
    }
    set {
      switch place {
      case .rootV4: rootV4 = newValue
      case .rootV6: rootV6 = newValue
      case .left(let n): nodes[Int(n)].left = newValue
      case .right(let n): nodes[Int(n)].right = newValue
      }
    }
  }

  @inline(__always) private func find(_ address: IPAddress) -> Int {
    let key = Key(address)
    var cur = address.isV4 ? rootV4 : rootV6
    var best = -1
    while cur >= 0 {
      let i = Int(cur)
      guard key.shares(nodes[i]) else { break }
      if nodes[i].hasAction { best = i }
      let length = nodes[i].length
      if length >= 128 { break }
      cur = key.bit(length) ? nodes[i].right : nodes[i].left
    }
    return best
  }

  private mutating func leaf(_ key: Key, _ length: UInt8, _ action: FIBAction) -> Int32 {
    count &+= 1
    return allocate(Node(high: key.high, low: key.low, length: length, hasAction: true, action: action))
  }

  private mutating func allocate(_ node: Node) -> Int32 {
    guard freeHead >= 0 else {
      nodes.append(node)
      return Int32(nodes.count - 1)
    }
    let n = freeHead
    freeHead = nodes[Int(n)].left
    nodes[Int(n)] = node
    return n
  }

  private mutating func release(_ n: Int32) {
    nodes[Int(n)].left = freeHead
    freeHead = n
  }

  private mutating func replace(_ i: Int, _ action: FIBAction) -> FIBAction? {
    let old = nodes[i].hasAction ? nodes[i].action : nil
    if old == nil { count &+= 1 }
    nodes[i].action = action
    nodes[i].hasAction = true
    return old
  }

  /// The node at `place` is longer than `common`: puts a new node above it, which is the route itself or the fork of the two.
  private mutating func split(_ place: Place, at common: UInt8, _ key: Key, _ length: UInt8, _ action: FIBAction) {
    let old = self[place]
    let oldKey = nodes[Int(old)]
    let oldIsRight = Key.bit(of: oldKey, common)
    let new = leaf(key, length, action)
    if common == length {
      if oldIsRight { nodes[Int(new)].right = old } else { nodes[Int(new)].left = old }
      self[place] = new
      return
    }
    let (high, low) = Key.masked(key, common)
    let fork = Node(
      high: high, low: low, length: common, hasAction: false, action: .discard, left: oldIsRight ? new : old,
      right: oldIsRight ? old : new)
    let n = allocate(fork)
    self[place] = n
  }

  /// Takes out the node at `place` when it has no action and fewer than two children.
  private mutating func collapse(_ place: Place) {
    let n = self[place]
    guard n >= 0 else { return }
    let node = nodes[Int(n)]
    guard !node.hasAction, node.left < 0 || node.right < 0 else { return }
    self[place] = node.left >= 0 ? node.left : node.right
    release(n)
    if count == 0 { (nodes, freeHead) = ([], -1) }
  }

  private func prefix(of node: Node, isV4: Bool) -> IPPrefix {
    let address = isV4 ? IPAddress(v4: UInt32(truncatingIfNeeded: node.high >> 32)) : IPAddress(high: node.high, low: node.low)
    return IPPrefix(address, length: Int(node.length))
  }

  private func walk(_ root: Int32, isV4: Bool, _ body: (IPPrefix, ForwardingAction) -> Void) {
    var stack = root >= 0 ? [root] : []
    while let n = stack.popLast() {
      let node = nodes[Int(n)]
      if node.hasAction { body(prefix(of: node, isV4: isV4), shared.action(node.action)) }
      if node.right >= 0 { stack.append(node.right) }
      if node.left >= 0 { stack.append(node.left) }
    }
  }
}

extension FIB.Key {
  static func bit(of node: FIB.Node, _ index: UInt8) -> Bool {
    index < 64 ? (node.high << UInt64(index)) >> 63 == 1 : (node.low << UInt64(index &- 64)) >> 63 == 1
  }

  static func masked(_ key: FIB.Key, _ length: UInt8) -> (UInt64, UInt64) {
    let n = UInt64(length)
    let high = n >= 64 ? key.high : key.high & ~(UInt64.max >> n)
    return (high, n <= 64 ? 0 : key.low & ~(UInt64.max >> (n - 64)))
  }
}
