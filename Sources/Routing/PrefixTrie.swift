// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// A path-compressed binary trie: one node per stored prefix and at most one fork per two of them, so memory follows the routes.
/// Nodes stand in one array and name each other by index; indexes hold until the next `remove` or `compact`.
struct PrefixTrie<Value> {
  /// A stored prefix, or a fork (`value` nil) where two of them part.
  struct Node {
    var prefix: IPPrefix
    var left: Int32 = -1
    var right: Int32 = -1
    var value: Value?
  }

  var nodes: [Node] = []
  private var rootV4: Int32 = -1
  private var rootV6: Int32 = -1
  private var firstFree: Int32 = -1
  private var freeCount = 0

  /// Nodes in use, forks included.
  var nodeCount: Int { nodes.count - freeCount }

  /// The index of `prefix`; nil when nothing is stored for it.
  func index(of prefix: IPPrefix) -> Int? {
    var at = root(prefix.address.isV4)
    while at >= 0 {
      let here = nodes[Int(at)].prefix
      if here == prefix { return nodes[Int(at)].value == nil ? nil : Int(at) }
      guard here.length < prefix.length, here.contains(prefix.address) else { return nil }
      at = child(of: at, toward: prefix.address)
    }
    return nil
  }

  /// The index of the node for `prefix`, made with `value` where there is none.
  mutating func insert(_ prefix: IPPrefix, _ value: @autoclosure () -> Value) -> Int {
    var parent: Int32 = -1
    var at = root(prefix.address.isV4)
    while at >= 0 {
      let here = nodes[Int(at)].prefix
      if here == prefix {
        if nodes[Int(at)].value == nil { nodes[Int(at)].value = value() }
        return Int(at)
      }
      guard here.covers(prefix) else { return Int(split(at, under: parent, for: prefix, value())) }
      (parent, at) = (at, child(of: at, toward: prefix.address))
    }
    let leaf = make(Node(prefix: prefix, value: value()))
    link(leaf, under: parent)
    return Int(leaf)
  }

  /// Forgets `prefix` and the fork that is no longer needed.
  mutating func remove(_ prefix: IPPrefix) {
    var (above, parent): (Int32, Int32) = (-1, -1)
    var at = root(prefix.address.isV4)
    while at >= 0, nodes[Int(at)].prefix != prefix {
      guard nodes[Int(at)].prefix.covers(prefix) else { return }
      (above, parent, at) = (parent, at, child(of: at, toward: prefix.address))
    }
    guard at >= 0 else { return }
    nodes[Int(at)].value = nil
    splice(at, under: parent)
    if parent >= 0, nodes[Int(parent)].value == nil { splice(parent, under: above) }
  }

  /// The stored prefixes that contain `address`, shortest first.
  func path(to address: IPAddress) -> [Int] {
    var out: [Int] = []
    forEachMatch(of: address) { out.append($0) }
    return out
  }

  /// Calls `body` with each stored prefix that contains `address`, shortest first.
  func forEachMatch(of address: IPAddress, _ body: (Int) -> Void) {
    var at = root(address.isV4)
    while at >= 0, nodes[Int(at)].prefix.contains(address) {
      if nodes[Int(at)].value != nil { body(Int(at)) }
      at = child(of: at, toward: address)
    }
  }

  /// Visits a family's stored prefixes in prefix order, from the first one after `start`, until `body` answers false.
  func visit(v4: Bool, after start: IPPrefix? = nil, _ body: (Int) -> Bool) {
    visit(from: root(v4), after: start, body)
  }

  /// Visits the stored prefixes strictly inside `network`, in prefix order, until `body` answers false.
  func visit(inside network: IPPrefix, _ body: (Int) -> Bool) {
    var at = root(network.address.isV4)
    while at >= 0, !network.covers(nodes[Int(at)].prefix) {
      guard nodes[Int(at)].prefix.covers(network) else { return }
      at = child(of: at, toward: network.address)
    }
    visit(from: at, after: nil) { nodes[$0].prefix == network || body($0) }
  }

  /// Rebuilds the array when most of it is free.
  mutating func compact() {
    guard nodes.count >= Limits.smallestCompaction, freeCount * 4 > nodes.count * 3 else { return }
    var kept: [(IPPrefix, Value)] = []
    for isV4 in [false, true] {
      visit(v4: isV4) { i in
        if let value = nodes[i].value { kept.append((nodes[i].prefix, value)) }
        return true
      }
    }
    self = PrefixTrie()
    nodes.reserveCapacity(kept.count * 2)
    for (prefix, value) in kept { _ = insert(prefix, value) }
  }
}

extension PrefixTrie: Sendable where Value: Sendable {}
extension PrefixTrie.Node: Sendable where Value: Sendable {}

extension PrefixTrie {
  private func root(_ isV4: Bool) -> Int32 { isV4 ? rootV4 : rootV6 }

  private func child(of at: Int32, toward address: IPAddress) -> Int32 {
    let node = nodes[Int(at)]
    guard Int(node.prefix.length) < address.bitWidth else { return -1 }
    return address.bit(Int(node.prefix.length)) ? node.right : node.left
  }

  private func visit(from top: Int32, after start: IPPrefix?, _ body: (Int) -> Bool) {
    var stack: [Int32] = top >= 0 ? [top] : []
    while let at = stack.popLast() {
      let node = nodes[Int(at)]
      if let start, node.prefix <= start {
        // Everything under a prefix that ends before `start` comes before it, too; `start` may be of the other family.
        guard node.prefix.address.commonPrefixLength(with: start.address) >= Int(node.prefix.length) else { continue }
      } else if node.value != nil, !body(Int(at)) {
        return
      }
      if node.right >= 0 { stack.append(node.right) }
      if node.left >= 0 { stack.append(node.left) }
    }
  }

  /// Puts `prefix` beside or above the node `at`, which does not cover it.
  private mutating func split(_ at: Int32, under parent: Int32, for prefix: IPPrefix, _ value: Value) -> Int32 {
    let here = nodes[Int(at)].prefix
    let new = make(Node(prefix: prefix, value: value))
    guard !prefix.covers(here) else {
      link(new, under: parent)
      link(at, under: new)
      return new
    }
    let shared = min(Int(here.length), Int(prefix.length), prefix.address.commonPrefixLength(with: here.address))
    let fork = make(Node(prefix: IPPrefix(prefix.address, length: shared)))
    link(fork, under: parent)
    link(at, under: fork)
    link(new, under: fork)
    return new
  }

  /// Hangs `node` under `parent` (-1: as the root) at the side its address tells.
  private mutating func link(_ node: Int32, under parent: Int32) {
    let prefix = nodes[Int(node)].prefix
    setLink(to: node, under: parent, toward: prefix.address)
  }

  private mutating func setLink(to node: Int32, under parent: Int32, toward address: IPAddress) {
    guard parent >= 0 else {
      if address.isV4 { rootV4 = node } else { rootV6 = node }
      return
    }
    let length = Int(nodes[Int(parent)].prefix.length)
    if address.bit(length) { nodes[Int(parent)].right = node } else { nodes[Int(parent)].left = node }
  }

  /// Takes a node without value out of the tree unless it is a fork.
  private mutating func splice(_ at: Int32, under parent: Int32) {
    let node = nodes[Int(at)]
    guard node.left < 0 || node.right < 0 else { return }
    setLink(to: max(node.left, node.right), under: parent, toward: node.prefix.address)
    nodes[Int(at)] = Node(prefix: .defaultV4, left: firstFree)
    firstFree = at
    freeCount += 1
  }

  private mutating func make(_ node: Node) -> Int32 {
    guard firstFree >= 0 else {
      nodes.append(node)
      return Int32(nodes.count - 1)
    }
    let at = firstFree
    firstFree = nodes[Int(at)].left
    freeCount -= 1
    nodes[Int(at)] = node
    return at
  }
}
