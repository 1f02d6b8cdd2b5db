// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What neighbours may announce, where their certificates name prefixes (RFC 3779 §2.2). One that is not here may announce anything.
///
/// A routing protocol asks before it takes a route into its own tables, not only before the RIB: a route that is merely kept out of the RIB
/// would still be chosen over the true one, and told to others.
public struct AnnouncementLimits: Sendable {
  /// One neighbour's.
  struct Row: Sendable {
    var prefixes: [IPPrefix]
    var refused: UInt64 = 0
    var recorded: Instant?
  }

  /// A refusal that the journal is to hear of.
  struct News: Sendable {
    var neighbor: IPAddress
    var prefix: IPPrefix
    var refused: UInt64
  }

  private var rows: [IPAddress: Row] = [:]
  private var news: [News] = []
  /// Time between two records of one neighbour: one that insists shall not fill the journal.
  static let pause = Duration.seconds(60)

  /// Nobody is limited.
  public init() {}

  /// Limits a neighbour; nil ends that. Whether it changed anything. What was refused before stays counted.
  public mutating func limit(_ neighbor: IPAddress, to prefixes: [IPPrefix]?) -> Bool {
    guard rows[neighbor]?.prefixes != prefixes else { return false }
    let old = rows[neighbor]
    rows[neighbor] = prefixes.map { Row(prefixes: $0, refused: old?.refused ?? 0, recorded: old?.recorded) }
    return true
  }

  /// Whether anything is asked of a neighbour at all.
  public func isLimited(_ neighbor: IPAddress) -> Bool { !rows.isEmpty && rows[neighbor] != nil }

  /// Whether a neighbour may announce a network: it is one of those named, or a part of one.
  public func allows(_ prefix: IPPrefix, from neighbor: IPAddress) -> Bool {
    guard !rows.isEmpty, let row = rows[neighbor] else { return true }
    return row.prefixes.contains { $0.covers(prefix) }
  }

  /// Announcements of a neighbour that were refused.
  public func refusals(of neighbor: IPAddress) -> UInt64 { rows[neighbor]?.refused ?? 0 }

  /// Counts an announcement that `allows` did not let pass; `report` says it, now and then.
  public mutating func refuse(_ prefix: IPPrefix, from neighbor: IPAddress, at now: Instant) {
    guard var row = rows[neighbor] else { return }
    row.refused &+= 1
    if row.recorded.map({ now - $0 >= Self.pause }) ?? true {
      row.recorded = now
      news.append(News(neighbor: neighbor, prefix: prefix, refused: row.refused))
    }
    rows[neighbor] = row
  }

  /// Writes the journal's records of what was refused in this turn.
  public mutating func report<Output>(_ turn: inout Turn<Output>) {
    guard !news.isEmpty else { return }
    for one in news {
      turn.record(
        JournalRecord(
          .announcementRefused, a: one.neighbor, b: one.prefix.address, x: UInt32(one.prefix.length), y: UInt32(clamping: one.refused)))
    }
    news.removeAll()
  }
}
