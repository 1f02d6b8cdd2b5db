// SPDX-License-Identifier: GPL-3.0-or-later

/// How a list makes one state of many; the words of its line.
public enum TrackedListRule: String, Sendable, Hashable, CaseIterable {
  /// All are up.
  case and = "boolean and"
  /// One at least is up.
  case or = "boolean or"
  /// So many of a hundred are up.
  case percentage = "threshold percentage"
  /// The weights of those that are up come to so much.
  case weight = "threshold weight"

  /// Whether `threshold` says when it is up.
  public var hasThreshold: Bool { self == .percentage || self == .weight }
}

/// `object N [not | weight W]`: one object of a list.
public struct TrackedListMember: Sendable, Hashable {
  /// Its number.
  public var number: Int
  /// `not`: it counts as up while it is down.
  public var isNegated = false
  /// What it weighs: 10 where nothing is said, as on IOS.
  public var weight = TrackedListMember.defaultWeight

  /// What an object weighs.
  public static let defaultWeight = 10

  /// A member of a list.
  public init(number: Int, isNegated: Bool = false, weight: Int = defaultWeight) {
    (self.number, self.isNegated, self.weight) = (number, isNegated, weight)
  }

  /// The line that makes it.
  public var iosLine: String {
    "object \(number)" + (isNegated ? " not" : "") + (weight == Self.defaultWeight ? "" : " weight \(weight)")
  }
}

/// `threshold {percentage | weight} [up N] [down N]`: a list that is down comes up at the one, one that is up goes down at the other.
public struct TrackedThreshold: Sendable, Hashable {
  /// At this or more it comes up; nil: it never does.
  public var up: Int?
  /// At this or less it goes down; nil: at anything below `up`.
  public var down: Int?

  /// No threshold: the list is down.
  public init() {}

  func isUp(_ value: Int, before: Bool) -> Bool {
    guard let up else { return false }
    return before ? value > min(down ?? up - 1, up - 1) : value >= up
  }
}

extension TrackedObject {
  /// Whether it is made of others.
  public var isList: Bool { subject?.isList ?? false }
}

extension TrackedObject.Subject {
  /// Whether it is made of others.
  public var isList: Bool { if case .list = self { true } else { false } }
}

extension TrackTable {
  /// What the members of a list come to. It is their states that count, after their own delays; one that nobody defined never counts, with
  /// `not` neither.
  func listIsUp(_ state: State) -> Bool {
    guard case .list(let rule)? = state.object.subject else { return false }
    let members = state.object.members
    switch rule {
    case .and: return !members.isEmpty && members.allSatisfy(counts)
    case .or: return members.contains(where: counts)
    case .percentage, .weight: return state.object.threshold.isUp(value(of: state), before: state.isUp)
    }
  }

  /// The percentage or the weight of what is up.
  func value(of state: State) -> Int {
    let members = state.object.members, up = members.filter(counts)
    if case .list(.weight)? = state.object.subject { return up.reduce(0) { $0 + $1.weight } }
    return members.isEmpty ? 0 : up.count * 100 / members.count
  }

  private func counts(_ member: TrackedListMember) -> Bool { has(member.number) && isUp(member.number) != member.isNegated }
}
