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
  }

  /// Its number, 1–1000.
  public let number: Int
  /// What is watched; nil before the first line says so.
  public var subject: Subject?
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
    }
  }
}

/// The states of the tracked objects. Its owner says what is so, at each change and at `nextDeadline`; it says which objects changed.
public struct TrackTable: Sendable {
  /// One object's state.
  public struct State: Sendable, Equatable {
    /// What it is.
    public internal(set) var object: TrackedObject
    /// Up as static routes see it: after the delays.
    public internal(set) var isUp: Bool
    /// How many times that changed.
    public internal(set) var changes = 0
    /// When it changed last.
    public internal(set) var changed: Instant
    /// When it changes next unless things go back to what they were.
    var due: Instant?
  }

  /// By number.
  public private(set) var states: [State] = []

  /// No objects.
  public init() {}

  /// Whether object `number` is up; one that is not there is down.
  public func isUp(_ number: Int) -> Bool { states.first { $0.object.number == number }?.isUp ?? false }

  /// When a delay ends.
  public var nextDeadline: Instant? { states.compactMap(\.due).min() }

  /// Takes the objects of a new configuration. A new one, or one that watches something else, begins as things are, without delay.
  public mutating func configure(_ objects: [TrackedObject], at now: Instant, _ isSo: (TrackedObject.Subject) -> Bool) {
    states = objects.sorted { $0.number < $1.number }.prefix(Limits.trackedObjects).map { object in
      guard var known = states.first(where: { $0.object.number == object.number && $0.object.subject == object.subject }) else {
        return State(object: object, isUp: object.subject.map(isSo) ?? false, changed: now)
      }
      known.object = object
      return known
    }
  }

  /// Asks what is so, and returns the numbers of the objects that have changed. Between two changes of one object lies a second at least:
  /// where its own routes are what makes it so, it must not turn for ever within one instant.
  public mutating func update(at now: Instant, _ isSo: (TrackedObject.Subject) -> Bool) -> [Int] {
    var changed: [Int] = []
    for i in states.indices {
      let isReallyUp = states[i].object.subject.map(isSo) ?? false
      guard isReallyUp != states[i].isUp else {
        states[i].due = nil
        continue
      }
      let delay = isReallyUp ? states[i].object.upDelaySeconds : states[i].object.downDelaySeconds
      let rest = states[i].changes > 0 ? states[i].changed + .seconds(1) : now
      let due = max(states[i].due ?? now + .seconds(delay), rest)
      states[i].due = due
      guard due <= now else { continue }
      states[i].due = nil
      states[i].isUp = isReallyUp
      states[i].changes += 1
      states[i].changed = now
      changed.append(states[i].object.number)
    }
    return changed
  }
}
