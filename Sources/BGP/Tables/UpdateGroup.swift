// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// What neighbours must have in common to be told the same.
struct UpdateGroupKey: Hashable, Sendable {
  var policy: OutboundPolicy
  var isInternal: Bool
  /// Our address in the family, for `next-hop-self`.
  var nextHop: IPAddress
  /// The network that we share with them: next hops on it need not be changed (RFC 4271 §5.1.3).
  var network: IPPrefix?
  /// Their AS, where it is replaced in paths.
  var overriddenAS: UInt32
  var isWide: Bool
  var takesPaths: Bool
}

/// Neighbours that are told the same: their Adj-RIB-Out, once for all of them.
///
/// What changes is appended to a log; each member has a place in it, and a place in the table while it is told all of it. A prefix that
/// changes
/// again before a slow member has come to it is told once: only its last element of the log counts.
struct UpdateGroup: Sendable {
  /// What is told of a prefix.
  struct Record: Sendable {
    var attributes = AttributeID.none
    /// Who it came from (`sourceMask`), and two marks.
    private var word = Record.sourceMask
    /// Its last element of the log, where it is pending.
    var position: UInt32 = 0

    static let sourceMask: UInt32 = 0x3fff_ffff
    private static let pendingBit: UInt32 = 0x8000_0000, withdrawBit: UInt32 = 0x4000_0000

    var source: UInt32 {
      get { word & Record.sourceMask }
      set { word = word & ~Record.sourceMask | newValue & Record.sourceMask }
    }
    /// Whether some member has not been told yet.
    var isPending: Bool {
      get { word & Record.pendingBit != 0 }
      set { word = newValue ? word | Record.pendingBit : word & ~Record.pendingBit }
    }
    /// Whether its source had another's path before, which is withdrawn from it: no route goes back to whom it came from.
    var withdrawsFromSource: Bool {
      get { word & Record.withdrawBit != 0 }
      set { word = newValue ? word | Record.withdrawBit : word & ~Record.withdrawBit }
    }
  }

  /// One of several paths told of a prefix (RFC 7911).
  struct AdvertisedPath: Sendable, Equatable {
    var pathID: UInt32
    /// None: withdrawn, and some member has not been told yet.
    var attributes: AttributeID
    /// Who is not told; where it is nobody's, all are.
    var source: UInt32
    /// Whether the source was told another's path of this number before, which is withdrawn from it.
    var withdrawsFromSource = false
  }

  var key: UpdateGroupKey
  /// In order of their places.
  var members: [UInt32] = []
  var records: [Record] = []
  /// For members that take several paths.
  var several: [UInt32: [AdvertisedPath]] = [:]
  var log: [UInt32] = []
  /// The position of the log's first element.
  var base = 0
  /// Whether what came from the only member was left out; then a second one needs a walk.
  var leavesOutOnlyMember = false
  /// Whether a walk over the table works out anew what is told.
  var isReevaluating = false
  /// The last path changed for this group, which is often the next one too.
  var cache: ExportCache?
  var isFlushScheduled = false
  var lastFlush: Int64?
  /// Whether it was written down that a route is too long to be told: once is enough.
  var hasRecordedTooLong = false
  /// How long the log may become before it is compacted.
  var compactsBeyond = BGPLimits.logBeforeCompaction
  /// Who stands before this place in the log, and takes nothing, is ended.
  var tooFarBehind = 0
  /// The most prefixes told at once since nobody was behind.
  var mostAdvertised = 0
  /// Prefixes told.
  var advertised = 0

  init(_ key: UpdateGroupKey) { self.key = key }

  var end: Int { base + log.count }

  /// Whether an element of the log is its prefix's last one, which alone counts.
  func isLast(_ at: Int) -> Bool {
    let record = records[Int(log[at - base])]
    return record.isPending && record.position == UInt32(truncatingIfNeeded: at)
  }

  /// Whether a prefix changed at or behind a place in the log.
  func isPending(_ d: Int, since position: Int) -> Bool {
    let record = records[d]
    return record.isPending && Int(record.position &- UInt32(truncatingIfNeeded: base)) >= position - base
  }

  /// Whether a neighbour that takes one path of each prefix has one from here: all but that of its own.
  func tells(_ d: Int, to peer: UInt32) -> Bool { d < records.count && records[d].attributes != .none && records[d].source != peer }

  func isMember(_ peer: UInt32) -> Bool {
    var (low, high) = (0, members.count)
    while low < high {
      let middle = (low + high) / 2
      if members[middle] == peer { return true }
      if members[middle] < peer { low = middle + 1 } else { high = middle }
    }
    return false
  }
}

extension GroupCursor {
  /// The table was told from `range.lowerBound` on. What the log holds when that begins is in the table.
  mutating func advanceDump(_ range: Range<Int>, of group: UpdateGroup) {
    if range.lowerBound == 0 { resume = group.end }
    guard range.upperBound >= group.records.count else { return dump = range.upperBound }
    position = resume
    (dump, dumpsAgain) = (dumpsAgain ? 0 : nil, false)
  }
}

/// What became of one set of attributes from one neighbour.
struct ExportCache: Sendable {
  var source: UInt32
  var input: AttributeID
  var output: AttributeID
}
