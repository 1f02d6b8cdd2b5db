// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Names a stored prefix of either family: the index of its node, and the family in the highest bit.
struct NodeID: Hashable, Sendable {
  let raw: UInt32

  init(_ index: Int, isV4: Bool) { raw = UInt32(truncatingIfNeeded: index) | (isV4 ? 0 : 1 << 31) }
  init(raw: UInt32) { self.raw = raw }

  var isV4: Bool { raw >> 31 == 0 }
  var index: Int { Int(raw & 0x7fff_ffff) }
}

/// The tries of both families as one map.
struct PrefixMap: Sendable {
  private var v4 = PrefixTrie<UInt32>()
  private var v6 = PrefixTrie<UInt128>()

  /// Nodes in use, forks included.
  var nodeCount: Int { v4.nodeCount + v6.nodeCount }

  @inline(__always) private static func bits(_ address: IPAddress) -> UInt128 { UInt128(address.high) << 64 | UInt128(address.low) }

  @inline(__always) subscript(id: NodeID) -> RouteSlot {
    _read { if id.isV4 { yield v4.nodes[id.index].slot } else { yield v6.nodes[id.index].slot } }
    _modify { if id.isV4 { yield &v4.nodes[id.index].slot } else { yield &v6.nodes[id.index].slot } }
  }

  /// The prefix of a node.
  func prefix(_ id: NodeID) -> IPPrefix {
    if id.isV4 {
      let node = v4.nodes[id.index]
      return IPPrefix(IPAddress(v4: node.bits), length: Int(node.length))
    }
    let node = v6.nodes[id.index]
    let (high, low) = (UInt64(truncatingIfNeeded: node.bits >> 64), UInt64(truncatingIfNeeded: node.bits))
    return IPPrefix(IPAddress(high: high, low: low), length: Int(node.length))
  }

  /// Puts nodes in falling prefix order. Keys are read once each: to follow two nodes for every comparison took a table's load 6 % longer.
  func sortFalling(_ nodes: inout [NodeID]) {
    guard nodes.allSatisfy(\.isV4) else { return nodes.sort { prefix($1) < prefix($0) } }
    var keyed = nodes.map { (key: UInt64(v4.nodes[$0.index].bits) << 8 | UInt64(v4.nodes[$0.index].length), node: $0) }
    keyed.sort { $0.key > $1.key }
    for (i, one) in keyed.enumerated() { nodes[i] = one.node }
  }

  /// The node of a prefix; nil when nothing is stored for it.
  func index(of prefix: IPPrefix) -> NodeID? {
    let length = Int(prefix.length)
    return prefix.address.isV4
      ? v4.index(of: prefix.address.v4Bits, length).map { NodeID($0, isV4: true) }
      : v6.index(of: Self.bits(prefix.address), length).map { NodeID($0, isV4: false) }
  }

  /// The node of a prefix, made where there is none.
  mutating func insert(_ prefix: IPPrefix) -> NodeID {
    prefix.address.isV4
      ? NodeID(v4.insert(prefix.address.v4Bits, Int(prefix.length)), isV4: true)
      : NodeID(v6.insert(Self.bits(prefix.address), Int(prefix.length)), isV4: false)
  }

  /// Forgets a prefix.
  mutating func remove(_ prefix: IPPrefix) {
    if prefix.address.isV4 {
      v4.remove(prefix.address.v4Bits, Int(prefix.length))
    } else {
      v6.remove(Self.bits(prefix.address), Int(prefix.length))
    }
  }

  /// Calls `body` with each stored prefix that contains `address`, shortest first.
  @inline(__always) func forEachMatch(of address: IPAddress, _ body: (NodeID) -> Void) {
    if address.isV4 {
      v4.forEachMatch(of: address.v4Bits) { body(NodeID($0, isV4: true)) }
    } else {
      v6.forEachMatch(of: Self.bits(address)) { body(NodeID($0, isV4: false)) }
    }
  }

  /// The stored prefixes that contain `address`, shortest first.
  func path(to address: IPAddress) -> [NodeID] {
    var out: [NodeID] = []
    forEachMatch(of: address) { out.append($0) }
    return out
  }

  /// Visits a family's stored prefixes in prefix order, from the first one after `start`, until `body` answers false. A `start` of the other
  /// family stands before or behind all of this one, but that IPv4 stands among IPv6.
  func visit(v4 isV4: Bool, after start: IPPrefix? = nil, _ body: (NodeID) -> Bool) {
    if isV4 {
      if let start, !start.address.isV4 { return start.address < .anyV4 ? v4.visit { body(NodeID($0, isV4: true)) } : () }
      v4.visit(after: start.map { ($0.address.v4Bits, Int($0.length)) }) { body(NodeID($0, isV4: true)) }
    } else {
      v6.visit(after: start.map { (Self.bits($0.address), $0.address.isV4 ? 128 : Int($0.length)) }) { body(NodeID($0, isV4: false)) }
    }
  }

  /// Visits all stored prefixes.
  func visitAll(_ body: (NodeID) -> Void) {
    for isV4 in [true, false] {
      visit(v4: isV4) {
        body($0)
        return true
      }
    }
  }

  /// Visits the stored prefixes inside `network`, itself included, in prefix order.
  func visit(inside network: IPPrefix, _ body: (NodeID) -> Void) {
    let length = Int(network.length)
    if network.address.isV4 {
      v4.visit(inside: network.address.v4Bits, length) {
        body(NodeID($0, isV4: true))
        return true
      }
    } else {
      v6.visit(inside: Self.bits(network.address), length) {
        body(NodeID($0, isV4: false))
        return true
      }
    }
  }

  /// Whether any stored prefix lies inside `network`, itself included.
  @inline(__always) func holdsAny(inside network: IPPrefix) -> Bool {
    network.address.isV4
      ? v4.holdsAny(inside: network.address.v4Bits, Int(network.length))
      : v6.holdsAny(inside: Self.bits(network.address), Int(network.length))
  }

  /// Rebuilds what has become mostly free; `moved` is told the new node of each stored prefix that got one.
  mutating func compact(_ moved: (RouteSlot, NodeID) -> Void) {
    if v4.isSparse { v4.compact { moved($0, NodeID($1, isV4: true)) } }
    if v6.isSparse { v6.compact { moved($0, NodeID($1, isV4: false)) } }
  }
}
