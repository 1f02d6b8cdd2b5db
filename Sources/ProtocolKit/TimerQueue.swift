// SPDX-License-Identifier: GPL-3.0-or-later

/// Timers of an engine, named by what they are for: setting one again moves it.
///
/// A binary heap with lazy deletion; equal deadlines fire in the order they were set, so that a run repeats exactly.
///
/// Every engine asks for its first deadline after each input: all of it is inlinable, so that the engines' modules have it for their own keys.
public struct TimerQueue<Key: Hashable & Sendable>: Sendable {
  @usableFromInline
  struct Entry: Sendable {
    @usableFromInline var deadline: Instant
    @usableFromInline var order: UInt64
    @usableFromInline var key: Key

    @inlinable
    init(deadline: Instant, order: UInt64, key: Key) { (self.deadline, self.order, self.key) = (deadline, order, key) }

    @inlinable
    static func precedes(_ a: Entry, _ b: Entry) -> Bool {
      a.deadline.nanoseconds != b.deadline.nanoseconds ? a.deadline < b.deadline : a.order < b.order
    }
  }

  @usableFromInline var heap: [Entry] = []
  @usableFromInline var orders: [Key: UInt64] = [:]
  @usableFromInline var nextOrder: UInt64 = 0

  /// An empty queue.
  @inlinable
  public init() {}

  /// The earliest deadline; nil when no timer is set. O(1).
  @inlinable
  public var nextDeadline: Instant? { heap.first?.deadline }
  /// How many timers are set.
  @inlinable
  public var count: Int { orders.count }

  /// Sets the timer `key` to `deadline`, moving it when it was set before.
  @inlinable
  public mutating func set(_ key: Key, at deadline: Instant) {
    nextOrder &+= 1
    orders[key] = nextOrder
    heap.append(Entry(deadline: deadline, order: nextOrder, key: key))
    siftUp(heap.count - 1)
    dropStaleRoot()
    if heap.count > 64, heap.count > orders.count * 4 { compact() }
  }

  /// Stops the timer `key`; nothing happens when it is not set.
  @inlinable
  public mutating func cancel(_ key: Key) {
    orders[key] = nil
    dropStaleRoot()
  }

  /// Whether the timer `key` is set.
  @inlinable
  public func isSet(_ key: Key) -> Bool { orders[key] != nil }

  /// Takes the first timer that is due at `now`; nil when none is.
  @inlinable
  public mutating func popDue(at now: Instant) -> Key? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    orders[first.key] = nil
    removeRoot()
    dropStaleRoot()
    return first.key
  }

  @inlinable
  mutating func dropStaleRoot() {
    while let first = heap.first, orders[first.key] != first.order { removeRoot() }
  }

  @inlinable
  mutating func compact() {
    let live = heap.filter { orders[$0.key] == $0.order }.sorted(by: Entry.precedes)
    heap = live
  }

  @inlinable
  mutating func removeRoot() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    siftDown(last)
  }

  /// Moves the hole at the end up to where its entry belongs.
  @inlinable
  mutating func siftUp(_ start: Int) {
    heap.withUnsafeMutableBufferPointer { heap in
      let entry = heap[start]
      var hole = start
      while hole > 0 {
        let parent = (hole &- 1) / 2
        guard Entry.precedes(entry, heap[parent]) else { break }
        heap[hole] = heap[parent]
        hole = parent
      }
      heap[hole] = entry
    }
  }

  /// Moves the hole at the root down to where `entry` belongs.
  @inlinable
  mutating func siftDown(_ entry: Entry) {
    heap.withUnsafeMutableBufferPointer { heap in
      var hole = 0
      while true {
        var child = 2 &* hole &+ 1
        guard child < heap.count else { break }
        if child &+ 1 < heap.count, Entry.precedes(heap[child &+ 1], heap[child]) { child &+= 1 }
        guard Entry.precedes(heap[child], entry) else { break }
        heap[hole] = heap[child]
        hole = child
      }
      heap[hole] = entry
    }
  }
}
