// SPDX-License-Identifier: GPL-3.0-or-later
import Synchronization
import Wire

/// Finds the first line of a prefix-list that matches, without reading the others.
///
/// The lines' prefixes stand in order; each knows the nearest one around it. What contains a route is then the last prefix that does not
/// come behind it, or around that one: a binary search and at most one step for each length.
final class PrefixListIndex: Sendable {
  private struct Node {
    var prefix: IPPrefix
    /// The nearest prefix around it; -1 for none.
    var around: Int32
    var rules: Range<Int32>
  }

  private struct Rule {
    var low: UInt8
    var high: UInt8
    var position: Int32
  }

  private let nodes: [Node]
  private let rules: [Rule]

  init(_ entries: [PrefixListEntry]) {
    let order = entries.indices.sorted { (entries[$0].prefix, $0) < (entries[$1].prefix, $1) }
    var nodes: [Node] = [], rules: [Rule] = []
    var open: [Int32] = []
    for position in order {
      let entry = entries[position]
      if nodes.last?.prefix != entry.prefix {
        while let last = open.last, !nodes[Int(last)].prefix.covers(entry.prefix) { open.removeLast() }
        let start = Int32(rules.count)
        nodes.append(Node(prefix: entry.prefix, around: open.last ?? -1, rules: start..<start))
        open.append(Int32(nodes.count - 1))
      }
      let node = nodes.count - 1
      let (low, high) = entry.lengths
      // Behind an earlier line of the same prefix that takes the same lengths this one never matches: so a node has few rules.
      guard !rules[Int(nodes[node].rules.lowerBound)...].contains(where: { $0.low <= low && $0.high >= high }) else { continue }
      rules.append(Rule(low: low, high: high, position: Int32(position)))
      nodes[node].rules = nodes[node].rules.lowerBound..<Int32(rules.count)
    }
    (self.nodes, self.rules) = (nodes, rules)
  }

  /// The place of the first line that matches.
  func firstMatch(_ prefix: IPPrefix) -> Int? {
    var best = Int32.max
    var at = Int32(lastNotBehind(prefix))
    while at >= 0 {
      let node = nodes[Int(at)]
      if node.prefix.covers(prefix) {
        for i in node.rules {
          let rule = rules[Int(i)]
          if rule.low <= prefix.length, prefix.length <= rule.high, rule.position < best { best = rule.position }
        }
      }
      at = node.around
    }
    return best == .max ? nil : Int(best)
  }

  private func lastNotBehind(_ prefix: IPPrefix) -> Int {
    var (low, high) = (0, nodes.count)
    while low < high {
      let middle = (low + high) / 2
      if prefix < nodes[middle].prefix { high = middle } else { low = middle + 1 }
    }
    return low - 1
  }
}

/// Holds the index of one state of a list, made by whoever asks first; copies of the list may be asked in several threads.
final class PrefixListCache: Sendable {
  private let made = AtomicLazyReference<PrefixListIndex>()

  func index(_ entries: [PrefixListEntry]) -> PrefixListIndex {
    made.load() ?? made.storeIfNil(PrefixListIndex(entries))
  }
}
