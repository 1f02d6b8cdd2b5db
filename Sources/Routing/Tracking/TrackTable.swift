// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

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
  public func isUp(_ number: Int) -> Bool { index(of: number).map { states[$0].isUp } ?? false }

  /// Whether object `number` is there.
  public func has(_ number: Int) -> Bool { index(of: number) != nil }

  private func index(of number: Int) -> Int? {
    var low = 0, high = states.count
    while low < high {
      let middle = (low + high) / 2
      if states[middle].object.number < number { low = middle + 1 } else { high = middle }
    }
    return low < states.count && states[low].object.number == number ? low : nil
  }

  /// When a delay ends.
  public var nextDeadline: Instant? { states.compactMap(\.due).min() }

  /// Takes the objects of a new configuration. A new one, or one that watches something else, begins as things are, without delay.
  public mutating func configure(_ objects: [TrackedObject], at now: Instant, _ isSo: (TrackedObject.Subject) -> Bool) {
    let known = states
    var new: Set<Int> = []
    states = objects.sorted { $0.number < $1.number }.prefix(Limits.trackedObjects).map { object in
      guard var same = known.first(where: { $0.object.number == object.number && $0.object.subject == object.subject }) else {
        new.insert(object.number)
        return State(object: object, isUp: object.subject.map { !$0.isList && isSo($0) } ?? false, changed: now)
      }
      same.object = object
      return same
    }
    beginLists(new)
  }

  /// A list may hold lists with higher numbers: as often as there are new ones, all are looked at, or until nothing changes.
  private mutating func beginLists(_ new: Set<Int>) {
    let lists = states.indices.filter { new.contains(states[$0].object.number) && states[$0].object.isList }
    for _ in lists {
      let before = lists.map { states[$0].isUp }
      for i in lists { states[i].isUp = listIsUp(states[i]) }
      if before == lists.map({ states[$0].isUp }) { return }
    }
  }

  /// Asks what is so, and returns the numbers of the objects that have changed. Between two changes of one object lies a second at least:
  /// where its own routes are what makes it so, or it is in a list that it holds, it must not turn for ever within one instant.
  public mutating func update(at now: Instant, _ isSo: (TrackedObject.Subject) -> Bool) -> [Int] {
    var changed: [Int] = []
    for i in states.indices where !states[i].object.isList {
      if follow(i, states[i].object.subject.map(isSo) ?? false, at: now) { changed.append(states[i].object.number) }
    }
    let lists = states.indices.filter { states[$0].object.isList }
    for _ in lists {
      let moved = lists.filter { follow($0, listIsUp(states[$0]), at: now) }
      if moved.isEmpty { break }
      changed += moved.map { states[$0].object.number }
    }
    return changed
  }

  /// One object has what makes it up, or not; true where its state changes by that, its delay being over.
  private mutating func follow(_ i: Int, _ isReallyUp: Bool, at now: Instant) -> Bool {
    guard isReallyUp != states[i].isUp else {
      states[i].due = nil
      return false
    }
    let delay = isReallyUp ? states[i].object.upDelaySeconds : states[i].object.downDelaySeconds
    let rest = states[i].changes > 0 ? states[i].changed + .seconds(1) : now
    let due = max(states[i].due ?? now + .seconds(delay), rest)
    states[i].due = due
    guard due <= now else { return false }
    (states[i].due, states[i].isUp, states[i].changed) = (nil, isReallyUp, now)
    states[i].changes += 1
    return true
  }
}
