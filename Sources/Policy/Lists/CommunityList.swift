// SPDX-License-Identifier: GPL-3.0-or-later

/// A list of lines about sets of communities: standard ones name them, expanded ones match their text.
public struct CommunityList<Value: CommunityValue>: NamedElement {
  /// What a line asks of a route's communities.
  public enum Test: Sendable, Hashable {
    /// All of these are there; an empty list (`internet`) asks nothing.
    case all([Value])
    /// The text of all of them, in ascending order, matches.
    case text(PathExpression)
  }

  /// One line.
  public struct Entry: Sendable, Hashable {
    /// `permit` or `deny`.
    public var permits: Bool
    /// What it asks.
    public var test: Test

    /// Makes a line.
    public init(permits: Bool, test: Test) { (self.permits, self.test) = (permits, test) }
  }

  /// What it is called, or its number.
  public let name: String
  /// Whether its lines are expressions.
  public let isExpanded: Bool
  /// Its lines in the order in which they were typed.
  public internal(set) var entries: [Entry] = []

  /// A list without lines.
  public init(name: String, isExpanded: Bool) { (self.name, self.isExpanded) = (name, isExpanded) }

  /// Whether the first line that matches permits; `text` is the communities' text, made only where it is needed.
  public func permits(_ communities: [Value], exactly: Bool, text: () -> String) -> Bool {
    for entry in entries {
      switch entry.test {
      case .all(let wanted):
        guard wanted.allSatisfy(communities.contains), !exactly || communities.allSatisfy(wanted.contains) else { continue }
      case .text(let expression):
        guard expression.matches(text()) else { continue }
      }
      return entry.permits
    }
    return false
  }
}

/// A community that lists can hold.
public protocol CommunityValue: Sendable, Hashable, Comparable {}
extension UInt32: CommunityValue {}
extension LargeCommunity: CommunityValue {}

/// How a community of 32 bits (RFC 1997) is written.
public enum CommunityText {
  private static let known: [(name: String, value: UInt32)] = [
    ("gshut", 0xffff_0000), ("no-export", 0xffff_ff01), ("no-advertise", 0xffff_ff02), ("local-AS", 0xffff_ff03),
    ("no-peer", 0xffff_ff04),
  ]

  /// The well-known name, `65000:1`, or a plain number where `ip bgp-community new-format` is not configured.
  public static func text(_ community: UInt32, isNewFormat: Bool) -> String {
    if let name = known.first(where: { $0.value == community })?.name { return name }
    return isNewFormat ? "\(community >> 16):\(community & 0xffff)" : "\(community)"
  }

  /// Reads a name, `AA:NN` or a number; nil for anything else.
  public static func read(_ text: String) -> UInt32? {
    let lowered = text.lowercased()
    if let value = known.first(where: { $0.name.lowercased() == lowered })?.value { return value }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    switch (parts.count, parts.first.flatMap { DecimalNumber.read($0) }, parts.last.flatMap { DecimalNumber.read($0) }) {
    case (1, let number?, _): return number
    case (2, let high?, let low?) where high <= 0xffff && low <= 0xffff: return high << 16 | low
    default: return nil
    }
  }
}
