// SPDX-License-Identifier: GPL-3.0-or-later
import Synchronization

/// The sequence numbers of one outbound association (RFC 4303 §2.2), given out once each to all cores that seal under it: counter modes
/// make their initialization vectors of them, so none may ever be used twice with one key. The bytes of all cores are counted here too, for
/// the association's limits. Two of these are equal when they are the same.
public final class SharedSequence: Sendable, Hashable {
  @usableFromInline let counter: Atomic<UInt64>

  @usableFromInline let byteCounter = Atomic<UInt64>(0)

  /// The next number is the one behind `last`.
  public init(last: UInt64 = 0) { counter = Atomic(last) }

  /// Takes the next number, 1 being the first. Who finds it too high for the association must not use it; it does not come again.
  @inlinable public func next() -> UInt64 { counter.wrappingAdd(1, ordering: .relaxed).newValue }

  /// The number taken last; 0 before the first.
  @inlinable public var last: UInt64 { counter.load(ordering: .relaxed) }

  /// Adds a packet's bytes; gives those of all packets so far.
  @inlinable public func count(_ bytes: UInt64) -> UInt64 { byteCounter.wrappingAdd(bytes, ordering: .relaxed).newValue }

  /// The bytes of all packets so far.
  @inlinable public var bytes: UInt64 { byteCounter.load(ordering: .relaxed) }

  public static func == (a: SharedSequence, b: SharedSequence) -> Bool { a === b }

  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
