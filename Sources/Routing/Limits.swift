// SPDX-License-Identifier: GPL-3.0-or-later

/// Bounds of this module that no standard sets.
public enum Limits {
  /// How many recursive routes may lean on each other in a row. Deeper chains are mistakes, and every level is a lookup per change.
  public static let recursionDepth = 8
  /// How deep one resolution may nest before it is given up, so that a long chain costs no stack.
  static let recursionNesting = 64
  /// A distance that is never chosen, as in IOS.
  public static let unreachableDistance: UInt8 = 255
  /// How many routes of equal cost a prefix forwards by: the highest `maximum-paths` of IOS.
  public static let equalPaths = 32
  /// Below this many nodes a sparse trie is not worth rebuilding.
  static let smallestCompaction = 64
  /// From so many nodes on a trie keeps where its searches may begin: 256 kB, which is nothing beside the nodes then.
  static let nodesBeforeStarts = 16_384
  /// From this part of all nodes on (one in so many) the list of changes is put in order by a walk through the trie, not by sorting.
  static let walkedChanges = 16
  /// How many objects `track` may number, as on IOS.
  public static let trackedObjects = 1_000
  /// How many objects one list holds: with a thousand lists, a look at all is a hundred thousand members.
  public static let listMembers = 100
}
