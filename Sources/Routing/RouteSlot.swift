// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What is known about where a candidate leaves.
enum Resolution: Sendable, Equatable {
  /// Not looked at yet; stands only during a pass.
  case unknown
  /// Not eligible: interface down, next hop unreachable, or the way leads through the route itself.
  case down
  /// Not eligible: it leans on too many others. Whoever leans on it is too deep as well.
  case tooDeep
  /// Eligible; `depth` counts the lookups it took.
  case via(InterfaceID, nextHop: IPAddress?, depth: Int)
  /// Eligible; drops.
  case discard

  var isEligible: Bool {
    switch self {
    case .via, .discard: true
    case .unknown, .down, .tooDeep: false
    }
  }
}

/// One offered route with its resolution.
struct Candidate: Sendable {
  var route: Route
  var resolution: Resolution

  var isEligible: Bool { resolution.isEligible && route.distance < Limits.unreachableDistance }
  var isShortcut: Bool { route.source == .nhrp }
}

/// What the FIB was last told of a prefix.
struct Forwarding: Sendable, Equatable {
  var action: ForwardingAction
  var overriding: IPAddress?
}

/// Everything the table holds for one prefix.
struct RouteSlot: Sendable {
  /// All offers, preferred first.
  var candidates: [Candidate] = []
  /// The override, in force or dormant.
  var override: NextHopOverride?
  /// What `takeChanges` last said.
  var published: Forwarding?
  /// Whether the prefix is on the list of the next `takeChanges`.
  var isDirty = false
  /// The first eligible candidate, and the first that is no shortcut; -1 for none.
  private(set) var best = -1
  private(set) var below = -1

  var chosen: Candidate? { best < 0 ? nil : candidates[best] }
  var chosenBelow: Candidate? { below < 0 ? nil : candidates[below] }
  var isEmpty: Bool { candidates.isEmpty && override == nil && published == nil }

  /// Chooses again after candidates or their resolutions changed.
  mutating func select() {
    best = candidates.firstIndex { $0.isEligible } ?? -1
    below = candidates.firstIndex { $0.isEligible && !$0.isShortcut } ?? -1
  }

  /// Puts `new` in its place by preference.
  mutating func insert(_ new: Candidate) {
    let at = candidates.firstIndex { new.route.isPreferred(over: $0.route) } ?? candidates.count
    candidates.insert(new, at: at)
  }
}
