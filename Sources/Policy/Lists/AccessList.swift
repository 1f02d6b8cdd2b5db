// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Wire

/// Addresses that agree with one in every bit that the wildcard leaves 0.
public struct WildcardNetwork: Sendable, Hashable {
  /// An address, zero where the wildcard is 1.
  public let address: IPAddress
  /// 1 where the address does not count.
  public let wildcard: UInt32

  /// Addresses like `address`, but for the bits of `wildcard`. IPv4 only.
  public init(_ address: IPAddress, wildcard: UInt32) {
    (self.address, self.wildcard) = (IPAddress(v4: address.v4Bits & ~wildcard), wildcard)
  }

  /// `any`
  public static let any = WildcardNetwork(.anyV4, wildcard: .max)

  /// Whether `candidate` is such an address.
  public func contains(_ candidate: IPAddress) -> Bool {
    candidate.isV4 && candidate.v4Bits & ~wildcard == address.v4Bits
  }
}

/// What a line of an access-list does with a route.
public protocol AccessListRule: Sendable, Hashable {
  /// `permit` or `deny`.
  var permits: Bool { get }
  /// Whether it means this route.
  func matches(_ prefix: IPPrefix) -> Bool
}

/// One line of an access-list: a rule or a remark.
public struct AccessListEntry<Rule: AccessListRule>: Sendable, Hashable {
  /// What a line says.
  public enum Content: Sendable, Hashable {
    case rule(Rule)
    case remark(String)
  }

  /// Its number, from 1.
  public var sequence: Int
  /// What it says.
  public var content: Content

  /// Makes a line.
  public init(sequence: Int, content: Content) { (self.sequence, self.content) = (sequence, content) }

  /// The rule; nil for a remark.
  public var rule: Rule? { if case .rule(let rule) = content { rule } else { nil } }
}

/// An access-list of one kind. Only what filters routes is acted on.
public struct AccessList<Rule: AccessListRule>: SectionSettings, NamedElement {
  /// What it is called, or its number.
  public let name: String
  /// Its lines by number.
  public private(set) var entries: [AccessListEntry<Rule>] = []
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A list without lines.
  public init(name: String) { self.name = name }

  /// Whether it has no rule: then it permits all, as on IOS.
  public var isEmpty: Bool { !entries.contains { $0.rule != nil } }

  /// Whether the first rule that matches permits; no rule denies.
  public func permits(_ prefix: IPPrefix) -> Bool {
    var isEmpty = true
    for entry in entries {
      guard let rule = entry.rule else { continue }
      if rule.matches(prefix) { return rule.permits }
      isEmpty = false
    }
    return isEmpty
  }

  /// The number of a new line at the end: ten above the last, as on IOS.
  public var nextSequence: Int { (entries.last?.sequence ?? 0) + 10 }

  /// Puts a line in its place. False where another line has its number.
  public mutating func insert(_ entry: AccessListEntry<Rule>) -> Bool {
    let at = entries.firstIndex { $0.sequence >= entry.sequence } ?? entries.count
    if at < entries.count, entries[at].sequence == entry.sequence { return entries[at].content == entry.content }
    entries.insert(entry, at: at)
    return true
  }

  /// Removes lines; false when none is meant.
  public mutating func remove(where isMeant: (AccessListEntry<Rule>) -> Bool) -> Bool {
    let before = entries.count
    entries.removeAll(where: isMeant)
    return entries.count < before
  }
}

/// A rule of a standard access-list. It looks at a route's network address and not at its length.
public struct StandardRule: AccessListRule {
  /// `permit` or `deny`.
  public var permits: Bool
  /// The networks' addresses.
  public var network: WildcardNetwork
  /// `log`, which means packets.
  public var logs = false

  /// Whether it means this route.
  public func matches(_ prefix: IPPrefix) -> Bool { network.contains(prefix.address) }
}

/// A rule of an extended access-list. For a route the source is its network address and the destination its mask, as where BGP filters
/// by it.
public struct ExtendedRule: AccessListRule {
  /// `permit` or `deny`.
  public var permits: Bool
  /// `ip`; rules of other protocols mean packets and no route.
  public var protocolName = "ip"
  /// The networks' addresses.
  public var source = WildcardNetwork.any
  /// Their masks.
  public var destination = WildcardNetwork.any
  /// What else the line says, or all of it behind the protocol where that is not `ip`. It means packets.
  public var rest = ""

  /// Whether it means this route.
  public func matches(_ prefix: IPPrefix) -> Bool {
    protocolName == "ip" && source.contains(prefix.address) && prefix.address.isV4 && destination.contains(prefix.mask)
  }
}

/// A rule of an IPv6 access-list. For a route the source contains its network; the destination is not asked.
public struct IPv6Rule: AccessListRule {
  /// `permit` or `deny`.
  public var permits: Bool
  /// `ipv6`; rules of other protocols mean packets and no route.
  public var protocolName = "ipv6"
  /// The networks.
  public var source = IPPrefix(.anyV6, length: 0)
  /// For packets.
  public var destination = IPPrefix(.anyV6, length: 0)
  /// What else the line says, or all of it behind the protocol where that is not `ipv6`.
  public var rest = ""

  /// Whether it means this route.
  public func matches(_ prefix: IPPrefix) -> Bool { protocolName == "ipv6" && source.covers(prefix) }
}
