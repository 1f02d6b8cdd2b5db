// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Recursive next hops. A candidate is eligible when the longest match of its next hop, below the shortcuts and with the candidate
/// itself thought installed, is an eligible route that is not the candidate. So:
/// - a route whose next hop would be reached through itself, directly or by way of others, is not eligible, and a floating one
///   takes over;
/// - the default route serves like any other where nothing longer does;
/// - a next hop that is the node's own address, or falls to Null0, resolves nothing.
/// The outcome depends on the offers and the interfaces alone, not on the order in which they came.
extension RoutingTable {
  private struct Position: Equatable {
    var node: Int
    var candidate: Int
  }

  private enum Outcome {
    case known(Resolution)
    /// The walk came back to the frame of this level: all from there on lean on each other.
    case loop(level: Int)
    /// Nested too far to tell more.
    case overflow
  }

  /// Resolves every recursive candidate anew and chooses again at their prefixes.
  mutating func resolveAll() {
    let prefixes = leaningPrefixes()
    for prefix in prefixes { forgetResolutions(at: prefix) }
    for prefix in prefixes { settleCandidates(at: prefix) }
  }

  /// Resolves the recursive candidates of one prefix, on which no other leans.
  mutating func resolve(prefix: IPPrefix) {
    forgetResolutions(at: prefix)
    settleCandidates(at: prefix)
  }

  private func leaningPrefixes() -> [IPPrefix] {
    var out: [IPPrefix] = []
    for one in leaning where out.last != one.prefix { out.append(one.prefix) }
    return out
  }

  private mutating func forgetResolutions(at prefix: IPPrefix) {
    guard let at = trie.index(of: prefix), let slot = trie.nodes[at].value else { return }
    for i in slot.candidates.indices where slot.candidates[i].route.isRecursive {
      trie.nodes[at].value?.candidates[i].resolution = .unknown
    }
  }

  private mutating func settleCandidates(at prefix: IPPrefix) {
    guard let at = trie.index(of: prefix), let slot = trie.nodes[at].value else { return }
    var stack: [Position] = []
    for i in slot.candidates.indices { _ = outcome(of: Position(node: at, candidate: i), &stack) }
    select(at)
  }

  /// What becomes of a candidate, asked for by those on `stack`. Certain answers are stored.
  private mutating func outcome(of asked: Position, _ stack: inout [Position]) -> Outcome {
    guard let candidate = candidate(asked) else { return .known(.down) }
    if candidate.resolution != .unknown { return .known(candidate.resolution) }
    if let level = stack.firstIndex(of: asked) { return .loop(level: level) }
    guard let hop = candidate.route.nextHop else { return .known(.down) }
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

  /// The first eligible candidate for `hop`, longest prefix first, as the resolution of one that leans on it.
  private mutating func lookUp(_ hop: IPAddress, _ stack: inout [Position]) -> Outcome {
    for node in trie.path(to: hop).reversed() {
      for i in 0..<(trie.nodes[node].value?.candidates.count ?? 0) {
        let position = Position(node: node, candidate: i)
        guard let candidate = candidate(position), !candidate.isShortcut,
          candidate.route.distance < Limits.unreachableDistance
        else { continue }
        switch outcome(of: position, &stack) {
        case .known(.down), .known(.unknown): continue
        case .known(.tooDeep): return .known(.tooDeep)
        case .known(.discard): return .known(.down)
        case .known(.via(let id, let next, let depth)): return .known(step(candidate.route, id, next ?? hop, depth + 1))
        case let other: return other
        }
      }
    }
    return .known(.down)
  }

  private func step(_ route: Route, _ id: InterfaceID, _ nextHop: IPAddress, _ depth: Int) -> Resolution {
    if route.source == .local { return .down }
    return depth > Limits.recursionDepth ? .tooDeep : .via(id, nextHop: nextHop, depth: depth)
  }

  private func candidate(_ position: Position) -> Candidate? {
    trie.nodes[position.node].value?.candidates[position.candidate]
  }

  private mutating func store(_ resolution: Resolution, _ position: Position) -> Outcome {
    trie.nodes[position.node].value?.candidates[position.candidate].resolution = resolution
    return .known(resolution)
  }
}
