// SPDX-License-Identifier: GPL-3.0-or-later

/// A walk over one family's table, in slices. Who wants another one while it goes on has it go round once more from where it is.
struct TableWalk: Sendable {
  /// The next prefix.
  var position = 0
  /// How many are left; 0: there is no walk.
  var remaining = 0
  /// Whether next hops changed.
  var looksAtNextHops = false
  /// Whether the rules of the decision changed.
  var decidesAll = false
}
