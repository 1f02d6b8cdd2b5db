// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// What is kept for members of an update group that have not been told yet, and how much of it.
extension BGPEngine {
  /// Forgets what all members were told.
  mutating func trimLog(_ family: BGPFamily, _ g: Int) {
    let f = family.index
    guard var group = groups[f][g], !group.log.isEmpty else { return }
    let first = group.members.map { neighbors[Int($0)].families[f].cursor.position }.min() ?? group.end
    let count = min(first - group.base, group.log.count)
    // Moving what is left costs as much as it is: only when half of the log can go.
    guard count > 0, count * 2 >= group.log.count else { return }
    groups[f][g] = nil
    for k in 0..<count {
      let d = Int(group.log[k])
      guard group.isLast(group.base + k) else { continue }
      group.records[d].isPending = false
      dropWithdrawn(d, &group)
      tables[f].change(d) { $0.holds -= 1 }
      tables[f].removeIfUnused(d)
    }
    group.log.removeFirst(count)
    group.base += count
    if group.log.isEmpty { group.forgetBacklog() }
    groups[f][g] = group
  }

  private func dropWithdrawn(_ d: Int, _ group: inout UpdateGroup) {
    guard let list = group.several[UInt32(d)] else { return }
    let left = list.filter { $0.attributes != .none }
    group.several[UInt32(d)] = left.isEmpty ? nil : left
  }

  /// Leaves each prefix's last element in the log and no other: what changed often while somebody did not read is told once, and kept once.
  mutating func compactLog(_ group: inout UpdateGroup, _ f: Int) {
    let kept = group.log.indices.filter { group.isLast(group.base + $0) }
    let base = group.end - kept.count
    func moved(_ position: Int) -> Int { base + kept.count(below: position - group.base) }
    for peer in group.members {
      let cursor = neighbors[Int(peer)].families[f].cursor
      neighbors[Int(peer)].families[f].cursor.position = moved(cursor.position)
      neighbors[Int(peer)].families[f].cursor.resume = moved(cursor.resume)
    }
    group.log = kept.map { group.log[$0] }
    group.base = base
    for (k, d) in group.log.enumerated() { group.records[Int(d)].position = UInt32(truncatingIfNeeded: base + k) }
    group.noteCompaction()
  }

  /// Ends who reads so little that more withdrawals wait for it than it can have heard routes: they would fill the memory.
  mutating func endSlow(_ family: BGPFamily, _ g: Int, _ turn: inout Turn<Output>) {
    let f = family.index
    guard let group = groups[f][g], group.tooFarBehind > group.base else { return }
    for peer in group.members where neighbors[Int(peer)].families[f].cursor.position < group.tooFarBehind {
      // Who takes bytes catches up.
      if neighbors[Int(peer)].isBlocked { end(peer, .cease(BGPError.Cease.resources), &turn) }
    }
  }
}

extension UpdateGroup {
  /// Nobody is behind.
  mutating func forgetBacklog() { (mostAdvertised, compactsBeyond) = (advertised, BGPLimits.logBeforeCompaction) }

  /// Each element of the log is another prefix now. What a member can have heard is about what was told at once at most; of ever new
  /// prefixes that come and go the log would keep all.
  mutating func noteCompaction() {
    compactsBeyond = max(BGPLimits.logBeforeCompaction, 2 * log.count)
    tooFarBehind = end - advertised - max(BGPLimits.withdrawalsBehind, 2 * mostAdvertised)
  }
}

extension [Int] {
  /// How many elements of a sorted list are below one.
  fileprivate func count(below limit: Int) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
