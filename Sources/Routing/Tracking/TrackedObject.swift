// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Wire

/// `track N …`: something whose state static routes may depend on.
public struct TrackedObject: SectionSettings {
  /// What is watched.
  public enum Subject: Sendable, Hashable {
    /// `interface X line-protocol`: it is up.
    case lineProtocol(String)
    /// `interface X {ip | ipv6} routing`: it is up and has an address of the family.
    case routing(String, isV4: Bool)
    /// `{ip | ipv6} route P reachability`: the table has a route for exactly this prefix.
    case route(IPPrefix)
    /// `list …`: other objects, `members`, taken together.
    case list(TrackedListRule)
  }

  /// Its number, 1–1000.
  public let number: Int
  /// What is watched; nil before the first line says so.
  public var subject: Subject?
  /// `object`, of a list: by number.
  public var members: [TrackedListMember] = []
  /// `threshold`, of a list that has one.
  public var threshold = TrackedThreshold()
  /// `delay up`, seconds.
  public var upDelaySeconds = 0
  /// `delay down`, seconds.
  public var downDelaySeconds = 0
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// The object with the number `name`.
  public init(name: String) { number = Int(name) ?? 0 }
  /// The number.
  public var name: String { "\(number)" }

  /// The line that makes it.
  public var iosLine: String {
    switch subject {
    case nil: "track \(number)"
    case .lineProtocol(let interface)?: "track \(number) interface \(interface) line-protocol"
    case .routing(let interface, let isV4)?: "track \(number) interface \(interface) \(isV4 ? "ip" : "ipv6") routing"
    case .route(let prefix)? where prefix.address.isV4: "track \(number) ip route \(prefix.address) \(prefix.mask) reachability"
    case .route(let prefix)?: "track \(number) ipv6 route \(prefix) reachability"
    case .list(let rule)?: "track \(number) list \(rule.rawValue)"
    }
  }
}
