// SPDX-License-Identifier: GPL-3.0-or-later

/// Timers of an engine, named by what they are for: setting one again moves it.
///
/// A binary heap with lazy deletion; equal deadlines fire in the order they were set, so that a run repeats exactly.
public struct TimerQueue<Key: Hashable & Sendable>: Sendable {
  private struct Entry: Sendable {
    var deadline: Instant
    var order: UInt64
    var key: Key
    static func precedes(_ a: Entry, _ b: Entry) -> Bool {
      a.deadline != b.deadline ? a.deadline < b.deadline : a.order < b.order
    }
  }

  private var heap: [Entry] = []
  private var orders: [Key: UInt64] = [:]
  private var nextOrder: UInt64 = 0

  /// An empty queue.
  public init() {}

  /// The earliest deadline; nil when no timer is set. O(1).
  public var nextDeadline: Instant? { heap.first?.deadline }
  /// How many timers are set.
  public var count: Int { orders.count }

  /// Sets the timer `key` to `deadline`, moving it when it was set before.
  public mutating func set(_ key: Key, at deadline: Instant) {
    nextOrder &+= 1
    orders[key] = nextOrder
    heap.append(Entry(deadline: deadline, order: nextOrder, key: key))
    siftUp(heap.count - 1)
    dropStaleRoot()
    if heap.count > 64, heap.count > orders.count * 4 { compact() }
  }

  /// Stops the timer `key`; nothing happens when it is not set.
  public mutating func cancel(_ key: Key) {
    orders[key] = nil
    dropStaleRoot()
  }

  /// Whether the timer `key` is set.
  public func isSet(_ key: Key) -> Bool { orders[key] != nil }

  /// Takes the first timer that is due at `now`; nil when none is.
  public mutating func popDue(at now: Instant) -> Key? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    orders[first.key] = nil
    removeRoot()
    dropStaleRoot()
    return first.key
  }

  private mutating func dropStaleRoot() {
    while let first = heap.first, orders[first.key] != first.order { removeRoot() }
  }

  private mutating func compact() {
    let live = heap.filter { orders[$0.key] == $0.order }.sorted(by: Entry.precedes)
    heap = live
  }

  private mutating func removeRoot() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    siftDown(0)
  }

  private mutating func siftUp(_ start: Int) {
    var i = start
    while i > 0 {
      let parent = (i - 1) / 2
      guard Entry.precedes(heap[i], heap[parent]) else { return }
      heap.swapAt(i, parent)
      i = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var i = start
    while true {
      var least = i
      let left = 2 * i + 1, right = left + 1
      if left < heap.count, Entry.precedes(heap[left], heap[least]) { least = left }
      if right < heap.count, Entry.precedes(heap[right], heap[least]) { least = right }
      guard least != i else { return }
      heap.swapAt(i, least)
      i = least
    }
  }
}
