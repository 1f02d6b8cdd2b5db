// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// `ip prefix-list NAME` or `ipv6 prefix-list NAME`.
public struct PrefixList: NamedElement {
  /// What it is called.
  public let name: String
  /// `description`
  public var text: String?
  /// Its lines by sequence number.
  public private(set) var entries: [PrefixListEntry] = []
  /// The index of these entries, built at the first question. Copies share it until they differ.
  private var cache = PrefixListCache()

  /// A list without lines.
  public init(name: String) { self.name = name }

  public static func == (a: PrefixList, b: PrefixList) -> Bool { a.name == b.name && a.text == b.text && a.entries == b.entries }

  /// Whether the list is defined by description only.
  public var isEmpty: Bool { entries.isEmpty }

  /// Whether the first line that matches permits; no line denies, and a list without lines permits all, as on IOS.
  public func permits(_ prefix: IPPrefix) -> Bool {
    guard let match = match(prefix) else { return entries.isEmpty }
    return match.permits
  }

  /// The first line that matches.
  public func match(_ prefix: IPPrefix) -> PrefixListEntry? {
    guard entries.count > Limits.scannedPrefixes else { return entries.first { $0.matches(prefix) } }
    return cache.index(entries).firstMatch(prefix).map { entries[$0] }
  }

  /// The number of a new line at the end: five above the last, as on IOS.
  public var nextSequence: UInt32 {
    guard let last = entries.last?.sequence else { return 5 }
    let (sum, overflow) = last.addingReportingOverflow(5 - last % 5)
    return overflow ? last : sum
  }

  /// Puts a line in its place; the one with its number is replaced.
  public mutating func insert(_ entry: PrefixListEntry) {
    let at = place(of: entry.sequence)
    if at < entries.count, entries[at].sequence == entry.sequence { entries[at] = entry } else { entries.insert(entry, at: at) }
    cache = PrefixListCache()
  }

  /// The line with this number.
  public func entry(_ sequence: UInt32) -> PrefixListEntry? {
    let at = place(of: sequence)
    return at < entries.count && entries[at].sequence == sequence ? entries[at] : nil
  }

  /// The line that says the same as `entry`, but for its number.
  func sameRule(as entry: PrefixListEntry) -> PrefixListEntry? {
    entries.first { $0.isSameRule(as: entry) }
  }

  /// Removes the lines that `isMeant` says; false when there is none.
  @discardableResult
  public mutating func remove(where isMeant: (PrefixListEntry) -> Bool) -> Bool {
    let before = entries.count
    entries.removeAll(where: isMeant)
    cache = PrefixListCache()
    return entries.count < before
  }

  private func place(of sequence: UInt32) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].sequence < sequence { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// One line of a prefix-list.
public struct PrefixListEntry: Sendable, Hashable {
  /// Its number, from 1.
  public var sequence: UInt32
  /// `permit` or `deny`.
  public var permits: Bool
  /// What contains the routes it matches.
  public var prefix: IPPrefix
  /// `ge`: the shortest length that matches.
  public var atLeast: UInt8?
  /// `le`: the longest length that matches.
  public var atMost: UInt8?

  /// Makes a line.
  public init(sequence: UInt32, permits: Bool, prefix: IPPrefix, atLeast: UInt8? = nil, atMost: UInt8? = nil) {
    (self.sequence, self.permits, self.prefix, self.atLeast, self.atMost) = (sequence, permits, prefix, atLeast, atMost)
  }

  /// The shortest and the longest length that match; without `ge` and `le` the prefix itself only.
  var lengths: (low: UInt8, high: UInt8) {
    let low = atLeast ?? prefix.length
    return (low, atMost ?? (atLeast == nil ? low : UInt8(prefix.address.bitWidth)))
  }

  /// Whether it matches `candidate`.
  public func matches(_ candidate: IPPrefix) -> Bool {
    let (low, high) = lengths
    return candidate.length >= low && candidate.length <= high && prefix.covers(candidate)
  }

  /// Whether `other` says the same, but for its number.
  public func isSameRule(as other: PrefixListEntry) -> Bool {
    permits == other.permits && prefix == other.prefix && atLeast == other.atLeast && atMost == other.atMost
  }

  /// `permit 10.0.0.0/8 ge 16 le 24`
  public var rule: String {
    (permits ? "permit " : "deny ") + prefix.description + (atLeast.map { " ge \($0)" } ?? "") + (atMost.map { " le \($0)" } ?? "")
  }
}
