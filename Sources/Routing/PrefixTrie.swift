// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// A path-compressed binary trie of one family: one node per stored prefix and at most one fork per two of them, so memory follows the
/// routes. Nodes stand in one array and name each other by index; indexes hold until the next `remove` or `compact`.
///
/// What is stored for a prefix stands in its node, in numbers: half a million routes are one block of memory, without a reference to count.
struct PrefixTrie<Bits: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  /// A stored prefix, or a fork where two of them part.
  struct Node: Sendable {
    /// The network address, its first bit at the front.
    var bits: Bits
    var left: Int32 = -1
    var right: Int32 = -1
    var slot = RouteSlot()
    var length: UInt8
  }

  var nodes: [Node] = []
  /// In a large IPv4 table, by the first 16 bits: a node that covered these bits and was no longer, -1 for none. It is only a guess where to
  /// begin: the node may be another one by now. From the root half a million routes are twenty steps deep, from here four.
  private var starts: [Int32] = []
  private var root: Int32 = -1
  private var firstFree: Int32 = -1
  private var freeCount = 0

  /// Nodes in use, forks included.
  var nodeCount: Int { nodes.count - freeCount }

  @inline(__always) private static func shared(_ a: Bits, _ b: Bits) -> Int { (a ^ b).leadingZeroBitCount }

  @inline(__always) private static func isRight(_ bits: Bits, _ length: UInt8) -> Bool {
    (bits &>> Bits(truncatingIfNeeded: Bits.bitWidth &- 1 &- Int(length))) & 1 != 0
  }

  @inline(__always) private static func masked(_ bits: Bits, _ length: Int) -> Bits {
    length == 0 ? 0 : bits & (Bits.max &<< Bits(truncatingIfNeeded: Bits.bitWidth &- length))
  }

  @inline(__always) private func child(of at: Int32, toward bits: Bits) -> Int32 {
    let length = nodes[Int(at)].length
    guard Int(length) < Bits.bitWidth else { return -1 }
    return Self.isRight(bits, length) ? nodes[Int(at)].right : nodes[Int(at)].left
  }

  /// Whether the node stands for a prefix that covers this one.
  @inline(__always) private func covers(_ at: Int32, _ bits: Bits, _ length: Int) -> Bool {
    Int(nodes[Int(at)].length) <= length && Self.shared(nodes[Int(at)].bits, bits) >= Int(nodes[Int(at)].length)
  }

  /// A node on the way from the root to a prefix, the root itself at the worst.
  @inline(__always) private func start(_ bits: Bits, _ length: Int) -> Int32 {
    guard Bits.bitWidth == 32, !starts.isEmpty else { return root }
    let guess = starts[Int(truncatingIfNeeded: bits >> 16)]
    return guess >= 0 && covers(guess, bits, length) ? guess : root
  }

  /// Keeps where searches behind the same 16 bits may begin.
  private mutating func noteStart(_ bits: Bits, _ node: Int32) {
    guard Bits.bitWidth == 32, node >= 0, nodes.count >= Limits.nodesBeforeStarts else { return }
    if starts.isEmpty { starts = Array(repeating: -1, count: 1 << 16) }
    starts[Int(truncatingIfNeeded: bits >> 16)] = node
  }

  /// The index of a prefix; nil when nothing is stored for it.
  func index(of bits: Bits, _ length: Int) -> Int? {
    var at = start(bits, length)
    while at >= 0, covers(at, bits, length) {
      if Int(nodes[Int(at)].length) == length { return nodes[Int(at)].slot.isStored ? Int(at) : nil }
      at = child(of: at, toward: bits)
    }
    return nil
  }

  /// The index of the node for a prefix, made where there is none.
  mutating func insert(_ bits: Bits, _ length: Int) -> Int {
    var (parent, short): (Int32, Int32) = (-1, -1)
    var at = start(bits, length)
    defer { noteStart(bits, short) }
    while at >= 0 {
      guard covers(at, bits, length) else { return Int(split(at, under: parent, for: bits, length)) }
      if nodes[Int(at)].length <= 16 { short = at }
      if Int(nodes[Int(at)].length) == length {
        nodes[Int(at)].slot.isStored = true
        return Int(at)
      }
      (parent, at) = (at, child(of: at, toward: bits))
    }
    let leaf = make(bits, length, isStored: true)
    link(leaf, under: parent)
    return Int(leaf)
  }

  /// Forgets a prefix and the fork that is no longer needed.
  mutating func remove(_ bits: Bits, _ length: Int) {
    var (above, parent): (Int32, Int32) = (-1, -1)
    var at = root
    while at >= 0, Int(nodes[Int(at)].length) != length || nodes[Int(at)].bits != bits {
      guard covers(at, bits, length) else { return }
      (above, parent, at) = (parent, at, child(of: at, toward: bits))
    }
    guard at >= 0 else { return }
    nodes[Int(at)].slot = RouteSlot()
    splice(at, under: parent)
    if parent >= 0, !nodes[Int(parent)].slot.isStored { splice(parent, under: above) }
  }

  /// Calls `body` with each stored prefix that contains an address, shortest first.
  @inline(__always) func forEachMatch(of bits: Bits, _ body: (Int) -> Void) {
    var at = root
    while at >= 0, covers(at, bits, Bits.bitWidth) {
      if nodes[Int(at)].slot.isStored { body(Int(at)) }
      at = child(of: at, toward: bits)
    }
  }

  /// Visits the stored prefixes in prefix order, from the first one after `start`, until `body` answers false.
  func visit(after start: (bits: Bits, length: Int)? = nil, _ body: (Int) -> Bool) {
    visit(from: root, after: start, body)
  }

  /// Visits the stored prefixes inside a network, itself included, in prefix order, until `body` answers false.
  func visit(inside bits: Bits, _ length: Int, _ body: (Int) -> Bool) {
    var at = root
    while at >= 0, Int(nodes[Int(at)].length) < length {
      guard covers(at, bits, length) else { return }
      at = child(of: at, toward: bits)
    }
    guard at >= 0, Self.shared(nodes[Int(at)].bits, bits) >= length else { return }
    visit(from: at, after: nil, body)
  }

  /// Whether any stored prefix lies inside a network, itself included.
  func holdsAny(inside bits: Bits, _ length: Int) -> Bool {
    var at = root
    while at >= 0, Int(nodes[Int(at)].length) < length {
      guard covers(at, bits, length) else { return false }
      at = child(of: at, toward: bits)
    }
    return at >= 0 && Self.shared(nodes[Int(at)].bits, bits) >= length
  }

  private func visit(from top: Int32, after start: (bits: Bits, length: Int)?, _ body: (Int) -> Bool) {
    var stack: [Int32] = top >= 0 ? [top] : []
    while let at = stack.popLast() {
      let (bits, length) = (nodes[Int(at)].bits, Int(nodes[Int(at)].length))
      if let start, bits < start.bits || (bits == start.bits && length <= start.length) {
        // Everything under a prefix that ends before `start` comes before it, too.
        guard Self.shared(bits, start.bits) >= length else { continue }
      } else if nodes[Int(at)].slot.isStored, !body(Int(at)) {
        return
      }
      if nodes[Int(at)].right >= 0 { stack.append(nodes[Int(at)].right) }
      if nodes[Int(at)].left >= 0 { stack.append(nodes[Int(at)].left) }
    }
  }
}

extension PrefixTrie {
  /// Whether most of the array is free.
  var isSparse: Bool { nodes.count >= Limits.smallestCompaction && freeCount * 4 > nodes.count * 3 }

  /// Rebuilds the array; `moved` is told what is stored for each prefix, and its new index.
  mutating func compact(_ moved: (RouteSlot, Int) -> Void) {
    var new = PrefixTrie()
    new.nodes.reserveCapacity(nodeCount)
    visit { at in
      let to = new.insert(nodes[at].bits, Int(nodes[at].length))
      new.nodes[to].slot = nodes[at].slot
      moved(nodes[at].slot, to)
      return true
    }
    self = new
  }

  /// Puts a prefix beside or above the node `at`, which does not cover it.
  private mutating func split(_ at: Int32, under parent: Int32, for bits: Bits, _ length: Int) -> Int32 {
    let (here, hereLength) = (nodes[Int(at)].bits, Int(nodes[Int(at)].length))
    let new = make(bits, length, isStored: true)
    let common = min(hereLength, length, Self.shared(here, bits))
    guard common < length else {
      link(new, under: parent)
      link(at, under: new)
      return new
    }
    let fork = make(Self.masked(bits, common), common, isStored: false)
    link(fork, under: parent)
    link(at, under: fork)
    link(new, under: fork)
    return new
  }

  /// Hangs `node` under `parent` (-1: as the root) at the side its address tells.
  private mutating func link(_ node: Int32, under parent: Int32) {
    setLink(to: node, under: parent, toward: nodes[Int(node)].bits)
  }

  private mutating func setLink(to node: Int32, under parent: Int32, toward bits: Bits) {
    guard parent >= 0 else { return root = node }
    if Self.isRight(bits, nodes[Int(parent)].length) { nodes[Int(parent)].right = node } else { nodes[Int(parent)].left = node }
  }

  /// Takes a node that stores nothing out of the tree unless it is a fork.
  private mutating func splice(_ at: Int32, under parent: Int32) {
    let node = nodes[Int(at)]
    guard node.left < 0 || node.right < 0 else { return }
    setLink(to: max(node.left, node.right), under: parent, toward: node.bits)
    // No prefix is so long: a search that begins here by an old guess sees that it is on no way.
    nodes[Int(at)] = Node(bits: 0, left: firstFree, length: .max)
    firstFree = at
    freeCount += 1
  }

  private mutating func make(_ bits: Bits, _ length: Int, isStored: Bool) -> Int32 {
    var node = Node(bits: bits, length: UInt8(truncatingIfNeeded: length))
    node.slot.isStored = isStored
    guard firstFree >= 0 else {
      nodes.append(node)
      return Int32(truncatingIfNeeded: nodes.count - 1)
    }
    let at = firstFree
    firstFree = nodes[Int(at)].left
    freeCount -= 1
    nodes[Int(at)] = node
    return at
  }
}
