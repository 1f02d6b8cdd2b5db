// SPDX-License-Identifier: GPL-3.0-or-later

/// A policy among all there are, as the many associations that go by it hold it: eight bytes and an index, in place of several hundred
/// bytes each.
struct ChosenPolicy: Sendable {
  private let all: [ProtectionPolicy]
  private let index: Int

  /// The one at `index`; nil where there is none.
  init?(_ all: [ProtectionPolicy], _ index: Int = 0) {
    guard all.indices.contains(index) else { return nil }
    (self.all, self.index) = (all, index)
  }

  /// A policy of its own.
  init(_ policy: ProtectionPolicy) { (all, index) = ([policy], 0) }

  /// The policy as it stands in `all`, or one of its own.
  init(_ policy: ProtectionPolicy, in all: [ProtectionPolicy]) {
    self = all.firstIndex(of: policy).flatMap { ChosenPolicy(all, $0) } ?? ChosenPolicy(policy)
  }

  var value: ProtectionPolicy { all[index] }
}
