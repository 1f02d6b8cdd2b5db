// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Recursive next hops. An offer is eligible when the longest match of its next hop, below the shortcuts and with the offer
/// itself thought installed, is an eligible route that is not the offer. So:
/// - a route whose next hop would be reached through itself, directly or by way of others, is not eligible, and a floating one
///   takes over;
/// - the default route serves like any other where nothing longer does;
/// - a next hop that is the node's own address, or falls to Null0, resolves nothing.
/// The outcome depends on the offers and the interfaces alone, not on the order in which they came.
///
/// An offer that is not supporting lies on nobody's way, so it is in no circle, and where it leaves is the same for its whole group.
extension RoutingTable {
  private enum Outcome {
    case known(Resolution)
    /// The walk came back to the frame of this level: all from there on lean on each other.
    case loop(level: Int)
    /// Nested too far to tell more.
    case overflow
  }

  /// Resolves anew what may depend on the offers of these prefixes: the next hops inside them, and all that lean on offers which do.
  mutating func resolve(after touched: [NodeID]) {
    var prefixes = touched.map(trie.prefix)
    var affected: [Int32] = []
    while let prefix = prefixes.popLast() {
      var inside: [Int32] = []
      nextHops.recursive(inside: prefix) { inside.append($0) }
      for group in inside where !nextHops[group].isAffected {
        nextHops[group].isAffected = true
        affected.append(group)
        for id in nextHops[group].supporting { prefixes.append(trie.prefix(offers[id].node)) }
      }
    }
    if !affected.isEmpty { resolveGroups(affected) }
  }

  /// Resolves groups and their supporting offers anew, and chooses again where that came out differently.
  mutating func resolveGroups(_ affected: [Int32]) {
    let before = affected.map { (nextHops[$0].resolution, nextHops[$0].supporting.map { supporting[$0] ?? .unknown }) }
    for group in affected {
      nextHops[group].resolution = .unknown
      for id in nextHops[group].supporting { supporting[id] = .unknown }
    }
    for group in affected {
      nextHops[group].resolution = resolution(ofGroup: group)
      var stack: [Int32] = []
      for id in nextHops[group].supporting { _ = outcome(of: id, &stack) }
    }
    for (group, old) in zip(affected, before) {
      nextHops[group].isAffected = false
      if nextHops[group].resolution != old.0 {
        forgetForwarding(of: group)
        selectMembers(of: group)
      }
      for (id, was) in zip(nextHops[group].supporting, old.1) where supporting[id] != was { select(offers[id].node) }
    }
  }

  private mutating func resolution(ofGroup group: Int32) -> Resolution {
    guard let hop = nextHops[group].key.nextHop else { return .down }
    // Stands for a member, which nobody asks back: no offer has this number.
    var stack: [Int32] = [-1]
    switch lookUp(hop, &stack) {
    case .known(let resolution): return resolution
    case .loop: return .down
    case .overflow: return .tooDeep
    }
  }

  /// What becomes of an offer, asked for by those on `stack`. Certain answers are stored.
  private mutating func outcome(of asked: Int32, _ stack: inout [Int32]) -> Outcome {
    let known = resolution(asked)
    if known != .unknown { return .known(known) }
    if let level = stack.firstIndex(of: asked) { return .loop(level: level) }
    guard let hop = nextHops[offers[asked].group].key.nextHop else { return .known(.down) }
    guard stack.count < Limits.recursionNesting else { return .overflow }
    stack.append(asked)
    defer { stack.removeLast() }
    switch lookUp(hop, &stack) {
    case .known(let resolution): return store(resolution, asked)
    case .loop(let level):
      // Every member of the circle is marked at once: to each of them the walk would come back the same way.
      let down = store(.down, asked)
      return level < stack.count - 1 ? .loop(level: level) : down
    case .overflow: return stack.count == 1 ? store(.tooDeep, asked) : .overflow
    }
  }

  /// The first eligible offer for `hop`, longest prefix first, as the resolution of one that leans on it.
  private mutating func lookUp(_ hop: IPAddress, _ stack: inout [Int32]) -> Outcome {
    for node in trie.path(to: hop).reversed() {
      for id in ids(at: node) where offers[id].source != .nhrp && offers[id].distance < Limits.unreachableDistance {
        switch outcome(of: id, &stack) {
        case .known(.down), .known(.unknown): continue
        case .known(.tooDeep): return .known(.tooDeep)
        case .known(.discard): return .known(.down)
        case .known(.via(let exit, let next, let depth)):
          return .known(offers[id].source == .local ? .down : step(exit, next ?? hop, depth + 1))
        case let other: return other
        }
      }
    }
    return .known(.down)
  }

  private func step(_ id: InterfaceID, _ nextHop: IPAddress, _ depth: Int) -> Resolution {
    depth > Limits.recursionDepth ? .tooDeep : .via(id, nextHop: nextHop, depth: depth)
  }

  private mutating func store(_ resolution: Resolution, _ id: Int32) -> Outcome {
    supporting[id] = resolution
    return .known(resolution)
  }
}
