// SPDX-License-Identifier: GPL-3.0-or-later
import Synchronization

/// A few values that are costly to make, by what they were made from; the one that was not asked for longest is dropped.
final class RecentlyUsed<Key: Equatable & Sendable, Value: Sendable>: Sendable {
  private let entries = Mutex<[(key: Key, value: Value)]>([])
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// The value for `key`. Two threads may make the same one; one of them is kept.
  func value(for key: Key, make: () throws(CryptoError) -> Value) throws(CryptoError) -> Value {
    if let value = find(key) { return value }
    let value = try make()
    entries.withLock { entries in
      if entries.count >= limit { entries.removeLast(entries.count - limit + 1) }
      entries.insert((key, value), at: 0)
    }
    return value
  }

  private func find(_ key: Key) -> Value? {
    entries.withLock { entries in
      guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
      let entry = entries.remove(at: index)
      entries.insert(entry, at: 0)
      return entry.value
    }
  }
}
