// SPDX-License-Identifier: GPL-3.0-or-later

/// The routes of one family in a FIB: a path-compressed binary trie whose nodes are numbers only, 20 bytes each for IPv4 and 32 for IPv6.
///
/// A node stands for a prefix; it has a way, or it is only where two longer ones part, and then it has two children. So n routes need fewer
/// than 2n nodes, whatever their lengths: a node's memory in a simulator of a thousand follows its routes. Nodes lie in one array, freed
/// ones in a list through it; changes happen in place.
struct FIBTrie<Bits: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  struct Node: Sendable {
    /// The network address, its first bit at the front.
    var bits: Bits
    var left: Int32 = -1
    var right: Int32 = -1
    /// Its way, in the FIB's `WayTable`; -1 for a fork.
    var way: Int32
    var length: UInt8
  }

  /// Where the number of a node is kept: the root or a child's field.
  private enum Place {
    case root
    case left(Int32)
    case right(Int32)
  }

  private var nodes: [Node] = []
  /// In a large IPv4 table, by the first 16 bits: a node that covered these bits and was no longer, -1 for none. It is only a guess where
  /// a change may begin: the node may be another one by now. From the root half a million routes are twenty steps deep, from here four.
  private var starts: [Int32] = []
  private var root: Int32 = -1
  private var freeHead: Int32 = -1
  /// How many routes there are.
  private(set) var count = 0

  /// Nodes in the array, free ones included.
  var nodeCapacity: Int { nodes.count }

  @inline(__always) private static func bit(_ bits: Bits, _ index: UInt8) -> Bool {
    (bits &>> Bits(truncatingIfNeeded: Bits.bitWidth &- 1 &- Int(index))) & 1 != 0
  }

  /// Whether the address begins with the node's network.
  @inline(__always) private static func covers(_ node: Node, _ bits: Bits) -> Bool {
    (bits ^ node.bits).leadingZeroBitCount >= Int(node.length)
  }

  /// The node of the longest prefix that holds an address; -1 where none does.
  @inline(__always) func find(_ bits: Bits) -> Int {
    var cur = root
    var best = -1
    while cur >= 0 {
      let i = Int(cur)
      guard Self.covers(nodes[i], bits) else { break }
      if nodes[i].way >= 0 { best = i }
      let length = nodes[i].length
      if Int(length) >= Bits.bitWidth { break }
      cur = Self.bit(bits, length) ? nodes[i].right : nodes[i].left
    }
    return best
  }

  /// The way of a node.
  @inline(__always) func way(_ node: Int) -> Int32 { nodes[node].way }

  /// The prefix of a node.
  func prefix(_ node: Int) -> (bits: Bits, length: Int) { (nodes[node].bits, Int(nodes[node].length)) }

  /// The way of exactly a prefix; -1 where there is none.
  func exact(_ bits: Bits, _ length: UInt8) -> Int32 {
    var cur = root
    while cur >= 0 {
      let node = nodes[Int(cur)]
      guard node.length <= length, Self.covers(node, bits) else { return -1 }
      if node.length == length { return node.way }
      cur = Self.bit(bits, node.length) ? node.right : node.left
    }
    return -1
  }

  /// Adds or replaces a route; gives the way it had, -1 for none.
  mutating func insert(_ bits: Bits, _ length: UInt8, _ way: Int32) -> Int32 {
    var place = start(bits, length), short: Int32 = -1
    defer { noteStart(bits, short) }
    while true {
      let cur = self[place]
      guard cur >= 0 else {
        self[place] = leaf(bits, length, way)
        return -1
      }
      let node = nodes[Int(cur)]
      let common = min(UInt8(truncatingIfNeeded: (bits ^ node.bits).leadingZeroBitCount), node.length, length)
      if common < node.length {
        split(place, at: common, bits, length, way)
        return -1
      }
      if node.length == length { return replace(Int(cur), way) }
      if node.length <= 16 { short = cur }
      place = Self.bit(bits, node.length) ? .right(cur) : .left(cur)
    }
  }

  /// A place on the way from the root to a prefix, behind a node that is shorter.
  @inline(__always) private func start(_ bits: Bits, _ length: UInt8) -> Place {
    guard Bits.bitWidth == 32, !starts.isEmpty else { return .root }
    let guess = starts[Int(truncatingIfNeeded: bits >> 16)]
    guard guess >= 0, nodes[Int(guess)].length < length, Self.covers(nodes[Int(guess)], bits) else { return .root }
    return Self.bit(bits, nodes[Int(guess)].length) ? .right(guess) : .left(guess)
  }

  /// Keeps where changes behind the same 16 bits may begin.
  private mutating func noteStart(_ bits: Bits, _ node: Int32) {
    guard Bits.bitWidth == 32, node >= 0, nodes.count >= Limits.nodesBeforeStarts else { return }
    if starts.isEmpty { starts = Array(repeating: -1, count: 1 << 16) }
    starts[Int(truncatingIfNeeded: bits >> 16)] = node
  }

  /// Removes a route; gives the way it had, -1 when it was not there.
  mutating func remove(_ bits: Bits, _ length: UInt8) -> Int32 {
    var above: Place?
    var place = Place.root
    while true {
      let cur = self[place]
      guard cur >= 0 else { return -1 }
      let node = nodes[Int(cur)]
      guard node.length <= length, Self.covers(node, bits) else { return -1 }
      if node.length == length {
        guard node.way >= 0 else { return -1 }
        nodes[Int(cur)].way = -1
        count &-= 1
        collapse(place)
        if let above { collapse(above) }
        return node.way
      }
      above = place
      place = Self.bit(bits, node.length) ? .right(cur) : .left(cur)
    }
  }

  /// Calls `body` for every route, by address, then by length.
  func forEach(_ body: (Bits, Int, Int32) -> Void) {
    var stack = root >= 0 ? [root] : []
    while let n = stack.popLast() {
      let node = nodes[Int(n)]
      if node.way >= 0 { body(node.bits, Int(node.length), node.way) }
      if node.right >= 0 { stack.append(node.right) }
      if node.left >= 0 { stack.append(node.left) }
    }
  }
}

extension FIBTrie {
  private subscript(place: Place) -> Int32 {
    get {
      switch place {
      case .root: root
      case .left(let n): nodes[Int(n)].left
      case .right(let n): nodes[Int(n)].right
      }
    }
    set {
      switch place {
      case .root: root = newValue
      case .left(let n): nodes[Int(n)].left = newValue
      case .right(let n): nodes[Int(n)].right = newValue
      }
    }
  }

  private mutating func leaf(_ bits: Bits, _ length: UInt8, _ way: Int32) -> Int32 {
    count &+= 1
    return allocate(Node(bits: bits, way: way, length: length))
  }

  private mutating func allocate(_ node: Node) -> Int32 {
    guard freeHead >= 0 else {
      nodes.append(node)
      return Int32(truncatingIfNeeded: nodes.count - 1)
    }
    let n = freeHead
    freeHead = nodes[Int(n)].left
    nodes[Int(n)] = node
    return n
  }

  private mutating func release(_ n: Int32) {
    // No prefix is so long: a change that begins here by an old guess sees that it is on no way.
    nodes[Int(n)].length = .max
    nodes[Int(n)].left = freeHead
    freeHead = n
  }

  private mutating func replace(_ i: Int, _ way: Int32) -> Int32 {
    let old = nodes[i].way
    if old < 0 { count &+= 1 }
    nodes[i].way = way
    return old
  }

  /// The node at `place` is longer than `common`: puts a new node above it, which is the route itself or the fork of the two.
  private mutating func split(_ place: Place, at common: UInt8, _ bits: Bits, _ length: UInt8, _ way: Int32) {
    let old = self[place]
    let oldIsRight = Self.bit(nodes[Int(old)].bits, common)
    let new = leaf(bits, length, way)
    if common == length {
      if oldIsRight { nodes[Int(new)].right = old } else { nodes[Int(new)].left = old }
      self[place] = new
      return
    }
    let network = common == 0 ? 0 : bits & (Bits.max &<< Bits(truncatingIfNeeded: Bits.bitWidth &- Int(common)))
    self[place] = allocate(
      Node(bits: network, left: oldIsRight ? new : old, right: oldIsRight ? old : new, way: -1, length: common))
  }

  /// Takes out the node at `place` when it has no way and fewer than two children.
  private mutating func collapse(_ place: Place) {
    let n = self[place]
    guard n >= 0 else { return }
    let node = nodes[Int(n)]
    guard node.way < 0, node.left < 0 || node.right < 0 else { return }
    self[place] = node.left >= 0 ? node.left : node.right
    release(n)
    if count == 0 { (nodes, starts, freeHead) = ([], [], -1) }
  }
}
