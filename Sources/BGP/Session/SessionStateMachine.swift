// SPDX-License-Identifier: GPL-3.0-or-later

/// What happens to a session, in the words and the order of RFC 4271 §8.1. Events that ask for the optional DelayOpen timer do not exist
/// here.
public enum SessionEvent: Hashable, Sendable {
  /// Event 2: the operator stops it; the subcode of the CEASE that tells the neighbour why.
  case manualStop(subcode: UInt8)
  /// Events 1 and 3, or 4 and 5 where we only wait for the neighbour.
  case start(isPassive: Bool)
  /// Event 8: something else than the operator stops it.
  case automaticStop(BGPError)
  /// Event 9.
  case connectRetryTimerExpires
  /// Event 10.
  case holdTimerExpires
  /// Event 11.
  case keepaliveTimerExpires
  /// Events 16 and 17.
  case connected
  /// Event 18.
  case connectionFails
  /// Event 19: a valid OPEN; the hold time that both agree on, in seconds.
  case open(holdSeconds: Int)
  /// Events 21, 22 and 28: a message that is wrong.
  case messageError(BGPError)
  /// Event 23: the other of two connections is kept (§6.8).
  case openCollisionDump
  /// Events 24 and 25.
  case notification(BGPError)
  /// Event 26.
  case keepalive
  /// Event 27.
  case update
}

/// What a session wants done.
public enum SessionAction: Hashable, Sendable {
  /// Open a connection.
  case connect
  /// Close the connection that stands or is being opened.
  case drop
  /// Send a message.
  case sendOpen, sendKeepalive, sendNotification(BGPError)
  /// Set timers, or stop one.
  case startConnectRetry, stopConnectRetry
  /// Set the hold timer to so many seconds; 0 stops it.
  case startHold(seconds: Int)
  /// Set the keepalive timer by the hold time agreed on; 0 stops it.
  case startKeepalive(holdSeconds: Int)
  /// Stop both.
  case stopTimers
  /// The neighbour is up.
  case established
  /// All that the session held is gone; nil: in order, by the operator. An established one was up.
  case released(BGPError?, wasEstablished: Bool)
}

/// The state machine of one connection (RFC 4271 §8.2.2): `switch state`, then `switch event`, in the RFC's order. It does nothing itself.
///
/// Of the optional attributes it has automatic start, passive start and the damping of oscillations, which its owner times. Ours differs
/// in one
/// place: a connection that cannot be opened leads to Active, where the retry timer runs on, not to Idle.
public struct SessionStateMachine: Hashable, Sendable {
  /// RFC 4271 §8.2.2.
  public enum State: UInt8, Hashable, Sendable, Comparable {
    case idle, connect, active, openSent, openConfirm, established
    public static func < (a: State, b: State) -> Bool { a.rawValue < b.rawValue }
    /// The word of `show ip bgp summary`.
    public var text: String { ["Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"][Int(rawValue)] }
  }

  /// Where it is.
  public private(set) var state: State
  /// How often it had to try again (RFC 4271 §8, ConnectRetryCounter).
  public private(set) var connectRetryCounter = 0
  private var holdSeconds = 0
  private var isPassive = false

  /// A machine at rest; one for a connection that was accepted begins in Active.
  public init(accepting: Bool = false) { state = accepting ? .active : .idle }

  /// Takes one event; the actions are done in order.
  public mutating func handle(_ event: SessionEvent) -> [SessionAction] {
    switch state {
    case .idle: idle(event)
    case .connect: connect(event)
    case .active: active(event)
    case .openSent: openSent(event)
    case .openConfirm: openConfirm(event)
    case .established: established(event)
    }
  }

  // MARK: States

  private mutating func idle(_ event: SessionEvent) -> [SessionAction] {
    guard case .start(let isPassive) = event else { return [] }
    self.isPassive = isPassive
    return begin()
  }

  /// Leaves Idle, or tries again.
  private mutating func begin() -> [SessionAction] {
    state = isPassive ? .active : .connect
    return isPassive ? [] : [.startConnectRetry, .connect]
  }

  private mutating func connect(_ event: SessionEvent) -> [SessionAction] {
    switch event {
    case .connectRetryTimerExpires: return [.drop, .startConnectRetry, .connect]
    case .connected: return sendOpen()
    case .connectionFails:
      state = .active
      connectRetryCounter += 1
      return [.startConnectRetry]
    default: return stop(event)
    }
  }

  private mutating func active(_ event: SessionEvent) -> [SessionAction] {
    switch event {
    case .connectRetryTimerExpires: return begin()
    case .connected: return sendOpen()
    case .connectionFails:
      connectRetryCounter += 1
      return isPassive ? [] : [.startConnectRetry]
    default: return stop(event)
    }
  }

  private mutating func sendOpen() -> [SessionAction] {
    state = .openSent
    return [.stopConnectRetry, .sendOpen, .startHold(seconds: BGPLimits.largeHoldSeconds)]
  }

  private mutating func openSent(_ event: SessionEvent) -> [SessionAction] {
    switch event {
    case .open(let seconds):
      state = .openConfirm
      holdSeconds = seconds
      return [.stopConnectRetry, .sendKeepalive, .startKeepalive(holdSeconds: seconds), .startHold(seconds: seconds)]
    case .connectionFails:
      state = .active
      return [.drop, .stopTimers] + (isPassive ? [] : [.startConnectRetry])
    case .update, .keepalive, .keepaliveTimerExpires: return fail(.unexpected(1))
    default: return stop(event)
    }
  }

  private mutating func openConfirm(_ event: SessionEvent) -> [SessionAction] {
    switch event {
    case .keepaliveTimerExpires: return [.sendKeepalive, .startKeepalive(holdSeconds: holdSeconds)]
    case .keepalive:
      state = .established
      return [.startHold(seconds: holdSeconds), .established]
    case .update, .open: return fail(.unexpected(2))
    default: return stop(event)
    }
  }

  private mutating func established(_ event: SessionEvent) -> [SessionAction] {
    switch event {
    case .keepaliveTimerExpires: return [.sendKeepalive, .startKeepalive(holdSeconds: holdSeconds)]
    case .keepalive, .update: return [.startHold(seconds: holdSeconds)]
    case .open: return fail(.unexpected(3))
    default: return stop(event)
    }
  }

  // MARK: Ends

  /// What every state but Idle does with the events that end a session, and with those that mean nothing.
  private mutating func stop(_ event: SessionEvent) -> [SessionAction] {
    switch event {
    case .start, .open, .connected, .connectRetryTimerExpires: return []
    case .manualStop(let subcode):
      connectRetryCounter = 0
      return end(telling: .cease(subcode), because: nil)
    case .automaticStop(let error), .messageError(let error): return fail(error)
    case .holdTimerExpires: return fail(.holdTimerExpired)
    case .openCollisionDump: return fail(.cease(BGPError.Cease.collision))
    case .notification(let error): return end(telling: nil, because: error)
    case .connectionFails: return end(telling: nil, because: BGPError(.unknown(0)))
    case .keepalive, .update, .keepaliveTimerExpires: return fail(BGPError(.stateMachine))
    }
  }

  private mutating func fail(_ error: BGPError) -> [SessionAction] {
    connectRetryCounter += 1
    return end(telling: error, because: error)
  }

  /// A NOTIFICATION goes only where an OPEN went (RFC 4271 §8.2.2).
  private mutating func end(telling error: BGPError?, because reason: BGPError?) -> [SessionAction] {
    let last = state
    state = .idle
    var actions: [SessionAction] = []
    if last >= .openSent, let error { actions.append(.sendNotification(error)) }
    return actions + [.drop, .stopTimers, .stopConnectRetry, .released(reason, wasEstablished: last == .established)]
  }
}
