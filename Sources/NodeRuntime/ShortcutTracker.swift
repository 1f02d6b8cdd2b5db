// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Puts the steps of each shortcut together as this node learns of them: seen here, told by a spoke, or inferred.
///
/// A direction of a shortcut is one row, keyed by who asks (a tunnel address) and for which host. Bounded: the oldest row gives way.
struct ShortcutTracker: Sendable {
  struct Key: Hashable, Sendable {
    var requester: IPAddress
    var target: IPAddress
  }

  struct Flow: Sendable {
    var key: Key
    var responder: IPAddress?
    var prefix: IPPrefix?
    var state: ShortcutState
    var isOverride: Bool?
    var stamps: [StepStamp]
    var packetsViaHub: UInt64 = 0
    var started: Instant
    /// The latest step but for first packets and redirects: from then on the shortcut lives for its hold time.
    var confirmed = Instant.start
    var order: UInt64

    func stamp(_ step: ShortcutStep) -> StepStamp? { stamps.first { $0.step == step } }
  }

  /// Rows kept.
  private let limit: Int
  private(set) var flows: [Key: Flow] = [:]
  private var order: [Key] = []
  private var nextOrder: UInt64 = 0
  /// Shortcuts that reached the state up since the start.
  private(set) var completed: UInt64 = 0

  init(limit: Int) { self.limit = limit }

  /// The rows, newest first.
  var newestFirst: [Flow] { flows.values.sorted { $0.order > $1.order } }

  /// Notes a step. A step already stamped in this life of the flow is kept; a first step after the end starts a new life.
  mutating func note(
    _ step: ShortcutStep, _ key: Key, at: Instant, _ witness: Witness, event: EventID, origin: StepOrigin? = nil,
    _ change: (inout Flow) -> Void = { _ in }
  ) {
    var flow = flows.removeValue(forKey: key) ?? new(key, at)
    if startsAnew(flow.state, step) { flow = renewed(flow, at) }
    if flow.stamp(step) == nil, flow.stamps.count < ShortcutStep.allCases.count {
      flow.stamps.append(StepStamp(step: step, at: at, witness: witness, event: event, origin: origin))
      flow.stamps.sort { ($0.at, $0.step.rawValue) < ($1.at, $1.step.rawValue) }
    }
    if step != .firstPacket, step != .redirect { flow.confirmed = max(flow.confirmed, at) }
    advance(&flow, step)
    change(&flow)
    flows[key] = flow
  }

  /// Marks rows as over.
  mutating func end(where isOver: (Flow) -> Bool) {
    // Keys first: a dictionary that is changed while it is walked is copied.
    let over = flows.values.filter(isOver).map(\.key)
    for key in over { flows[key]?.state = .expired }
  }

  private func startsAnew(_ state: ShortcutState, _ step: ShortcutStep) -> Bool {
    switch step {
    case .firstPacket, .redirect: state == .up || state == .failed || state == .expired
    case .request: state == .expired
    default: false
    }
  }

  private mutating func new(_ key: Key, _ at: Instant) -> Flow {
    if order.count >= limit {
      let gone = order.prefix(max(1, limit / 8))
      for k in gone { flows[k] = nil }
      order.removeFirst(gone.count)
    }
    order.append(key)
    nextOrder += 1
    return Flow(key: key, state: .redirected, stamps: [], started: at, order: nextOrder)
  }

  private mutating func renewed(_ old: Flow, _ at: Instant) -> Flow {
    nextOrder += 1
    return Flow(key: old.key, state: .redirected, stamps: [], started: at, order: nextOrder)
  }

  private mutating func advance(_ flow: inout Flow, _ step: ShortcutStep) {
    switch step {
    case .firstPacket, .redirect, .ike, .esp: break
    case .request, .answer: if flow.state == .redirected { flow.state = .resolving }
    case .reply: if flow.state != .up { flow.state = .replied }
    case .route, .direct:
      if flow.state != .up { completed &+= 1 }
      flow.state = .up
    case .failed: if flow.state != .up { flow.state = .failed }
    }
  }
}
