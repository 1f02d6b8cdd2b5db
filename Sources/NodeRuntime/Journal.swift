// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What happened on a node: numbered, stamped, with causes; the newest kept up to a limit, all of them in a running hash.
public struct Journal: Sendable {
  /// Records kept; 96 bytes each.
  public let limit: Int
  private var ring: [JournalRecord] = []
  private var start = 0
  /// The number the next record gets.
  public private(set) var nextNumber = EventID(1)
  /// A hash over every record since the start: equal runs give equal hashes.
  public private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  /// A journal that keeps `limit` records.
  public init(limit: Int) { self.limit = max(1, limit) }

  /// Records since the start.
  public var count: UInt64 { nextNumber.rawValue - 1 }

  /// Adds a record; its number must be `nextNumber`.
  public mutating func append(_ record: JournalRecord) {
    mix(record)
    nextNumber = EventID(record.number.rawValue &+ 1)
    guard ring.count >= limit else { return ring.append(record) }
    ring[start] = record
    start = (start + 1) % limit
  }

  /// The newest `count` records, oldest first.
  public func newest(_ count: Int) -> [JournalRecord] {
    let n = min(max(count, 0), ring.count)
    return (ring.count - n..<ring.count).map { ring[(start + $0) % ring.count] }
  }

  /// A record by its number; nil when it is no longer kept.
  public subscript(_ id: EventID) -> JournalRecord? {
    guard let first = ring.isEmpty ? nil : ring[start % ring.count], id >= first.number, id < nextNumber else { return nil }
    return ring[(start + Int(id.rawValue - first.number.rawValue)) % ring.count]
  }

  /// The record and what led to it, the first cause first.
  public func chain(to id: EventID) -> [JournalRecord] {
    var out: [JournalRecord] = []
    var next = id
    while let r = self[next], out.count < 64 {
      out.append(r)
      guard r.cause < r.number else { break }
      next = r.cause
    }
    return out.reversed()
  }

  private mutating func mix(_ r: JournalRecord) {
    for word in [
      r.number.rawValue, UInt64(bitPattern: r.at.nanoseconds), r.cause.rawValue, UInt64(r.kind.rawValue) << 16 | UInt64(r.interface.rawValue),
      r.a.high, r.a.low, r.b.high, r.b.low, r.c.high, r.c.low, UInt64(r.x) << 32 | UInt64(r.y),
    ] {
      hash = (hash ^ word) &* 0x100_0000_01b3
      hash ^= hash >> 29
    }
  }
}
