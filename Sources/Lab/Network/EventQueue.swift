// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// What shall happen when: a queue ordered by time, and among equal times by the order of insertion, so that a run repeats exactly.
///
/// A 4-ary heap of 16-byte keys; the payloads lie beside it in slots that are reused and are moved only in and out. Nothing is allocated
/// for an event once the queue has had its largest size.
public struct EventQueue<Payload> {
  /// Time, then ticket. A ticket is the order of insertion above the number of the payload's slot.
  @usableFromInline struct Key {
    @usableFromInline var at: Int64
    @usableFromInline var ticket: UInt64

    @inlinable init(at: Int64, ticket: UInt64) { (self.at, self.ticket) = (at, ticket) }

    @inlinable @inline(__always) func precedes(_ other: Key) -> Bool { at != other.at ? at < other.at : ticket < other.ticket }
  }

  /// Bits of a ticket that name the slot: at most 16.7 million events may wait. The other 40 bits count 10¹² insertions.
  @usableFromInline static var slotBits: UInt64 { 24 }

  @usableFromInline var heap: [Key] = []
  @usableFromInline var slots: [Payload?] = []
  @usableFromInline var free: [UInt32] = []
  @usableFromInline var order: UInt64 = 0

  /// An empty queue with room for `capacity` events.
  @inlinable public init(capacity: Int = 0) {
    heap.reserveCapacity(capacity)
    slots.reserveCapacity(capacity)
  }

  /// How many events wait.
  @inlinable public var count: Int { heap.count }
  /// Whether nothing waits.
  @inlinable public var isEmpty: Bool { heap.isEmpty }
  /// The time of the first event; nil when nothing waits. O(1).
  @inlinable public var nextTime: Instant? { heap.isEmpty ? nil : Instant(nanoseconds: heap[0].at) }

  /// Adds an event.
  @inlinable public mutating func push(_ payload: consuming Payload, at time: Instant) {
    let slot: UInt32
    if let reused = free.popLast() {
      slot = reused
      slots[Int(reused)] = payload
    } else {
      precondition(slots.count < 1 << Int(Self.slotBits), "more than 16 million events wait: something feeds itself")
      slot = UInt32(slots.count)
      slots.append(payload)
    }
    let key = Key(at: time.nanoseconds, ticket: order << Self.slotBits | UInt64(slot))
    order &+= 1
    heap.append(key)
    siftUp(key)
  }

  /// Takes the first event; nil when nothing waits.
  @inlinable public mutating func popFirst() -> (at: Instant, payload: Payload)? { popFirst(notAfter: .distantFuture) }

  /// Takes the first event when it is due at `limit`; nil otherwise.
  @inlinable public mutating func popFirst(notAfter limit: Instant) -> (at: Instant, payload: Payload)? {
    guard !heap.isEmpty, heap[0].at <= limit.nanoseconds else { return nil }
    let first = heap[0]
    let last = heap.removeLast()
    if !heap.isEmpty { siftDown(last) }
    let slot = UInt32(truncatingIfNeeded: first.ticket & (1 << Self.slotBits &- 1))
    free.append(slot)
    guard let payload = slots[Int(slot)].take() else { preconditionFailure("a key without its payload") }
    return (Instant(nanoseconds: first.at), payload)
  }

  /// Forgets all events.
  @inlinable public mutating func removeAll() {
    heap.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
    free.removeAll(keepingCapacity: true)
  }

  /// Moves the hole at the end up to where `key` belongs.
  @inlinable mutating func siftUp(_ key: Key) {
    heap.withUnsafeMutableBufferPointer { heap in
      var hole = heap.count &- 1
      while hole > 0 {
        let parent = (hole &- 1) >> 2
        guard key.precedes(heap[parent]) else { break }
        heap[hole] = heap[parent]
        hole = parent
      }
      heap[hole] = key
    }
  }

  /// Moves the hole at the root down to where `key` belongs.
  @inlinable mutating func siftDown(_ key: Key) {
    heap.withUnsafeMutableBufferPointer { heap in
      var hole = 0
      while true {
        let firstChild = hole &* 4 &+ 1
        guard firstChild < heap.count else { break }
        var least = firstChild
        var child = firstChild &+ 1
        let end = min(firstChild &+ 4, heap.count)
        while child < end {
          if heap[child].precedes(heap[least]) { least = child }
          child &+= 1
        }
        guard heap[least].precedes(key) else { break }
        heap[hole] = heap[least]
        hole = least
      }
      heap[hole] = key
    }
  }
}

extension EventQueue: Sendable where Payload: Sendable {}
extension EventQueue.Key: Sendable {}
