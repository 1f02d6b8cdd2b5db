// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Testing

/// The table of RFC 4271 §8.2.2: state and event, state and actions.
struct SessionStateMachineTests {
  typealias State = SessionStateMachine.State

  /// A machine led into a state.
  static func machine(_ state: State, isPassive: Bool = false) -> SessionStateMachine {
    var m = SessionStateMachine()
    if state > .idle { _ = m.handle(.start(isPassive: isPassive || state == .active)) }
    if state > .active { _ = m.handle(.connected) }
    if state > .openSent { _ = m.handle(.open(holdSeconds: 90)) }
    if state > .openConfirm { _ = m.handle(.keepalive) }
    return m
  }

  static let states: [State] = [.idle, .connect, .active, .openSent, .openConfirm, .established]

  @Test("a machine can be led into every state", arguments: states)
  func reach(_ state: State) { #expect(Self.machine(state).state == state) }

  struct Row: CustomTestStringConvertible {
    let from: State, event: SessionEvent, to: State, does: [SessionAction]
    var testDescription: String { "\(from) \(event)" }
    init(_ from: State, _ event: SessionEvent, _ to: State, _ does: [SessionAction]) {
      (self.from, self.event, self.to, self.does) = (from, event, to, does)
    }
  }

  static let rows: [Row] = [
    Row(.idle, .start(isPassive: false), .connect, [.startConnectRetry, .connect]),
    Row(.idle, .start(isPassive: true), .active, []),
    Row(.idle, .manualStop(subcode: 2), .idle, []),
    Row(.idle, .holdTimerExpires, .idle, []),
    Row(.connect, .connected, .openSent, [.stopConnectRetry, .sendOpen, .startHold(seconds: 240)]),
    Row(.connect, .connectRetryTimerExpires, .connect, [.drop, .startConnectRetry, .connect]),
    Row(.connect, .connectionFails, .active, [.startConnectRetry]),
    Row(.connect, .start(isPassive: false), .connect, []),
    Row(.active, .connected, .openSent, [.stopConnectRetry, .sendOpen, .startHold(seconds: 240)]),
    Row(
      .openSent, .open(holdSeconds: 90), .openConfirm,
      [.stopConnectRetry, .sendKeepalive, .startKeepalive(holdSeconds: 90), .startHold(seconds: 90)]),
    Row(.openSent, .connectionFails, .active, [.drop, .stopTimers, .startConnectRetry]),
    Row(.openConfirm, .keepalive, .established, [.startHold(seconds: 90), .established]),
    Row(.openConfirm, .keepaliveTimerExpires, .openConfirm, [.sendKeepalive, .startKeepalive(holdSeconds: 90)]),
    Row(.established, .update, .established, [.startHold(seconds: 90)]),
    Row(.established, .keepalive, .established, [.startHold(seconds: 90)]),
    Row(.established, .keepaliveTimerExpires, .established, [.sendKeepalive, .startKeepalive(holdSeconds: 90)]),
  ]

  @Test("each event does what RFC 4271 §8.2.2 says", arguments: rows)
  func row(_ row: Row) {
    var m = Self.machine(row.from)
    #expect(m.handle(row.event) == row.does)
    #expect(m.state == row.to)
  }

  @Test(
    "errors lead to Idle; a NOTIFICATION goes only where an OPEN went",
    arguments: [State.connect, .active, .openSent, .openConfirm, .established],
    [
      (SessionEvent.manualStop(subcode: 2), BGPError?(BGPError(.cease, 2))), (.holdTimerExpires, BGPError(.holdTimerExpired)),
      (.messageError(BGPError(.header, 1)), BGPError(.header, 1)), (.openCollisionDump, BGPError(.cease, 7)),
      (.notification(BGPError(.cease, 4)), nil),
    ])
  func ends(_ state: State, _ event: (SessionEvent, BGPError?)) {
    var m = Self.machine(state)
    let actions = m.handle(event.0)
    #expect(m.state == .idle)
    #expect(actions.contains(.drop) && actions.contains(.stopTimers))
    let told = actions.compactMap { if case .sendNotification(let error) = $0 { error } else { nil } }
    #expect(told == (state >= .openSent ? [event.1].compactMap { $0 } : []))
  }

  @Test("messages out of turn are errors of the machine with the state's subcode, RFC 6608 §3")
  func outOfTurn() {
    for (state, event, subcode) in [
      (State.openSent, SessionEvent.update, 1), (.openConfirm, .update, 2), (.established, .open(holdSeconds: 9), 3),
    ] {
      var m = Self.machine(state)
      #expect(m.handle(event).contains(.sendNotification(BGPError(.stateMachine, UInt8(subcode)))))
    }
  }

  @Test("an event that means nothing in a state changes nothing", arguments: states)
  func ignored(_ state: State) {
    var m = Self.machine(state)
    let before = m
    if state != .idle { _ = m.handle(.start(isPassive: true)) } else { _ = m.handle(.keepalive) }
    #expect(m == before)
  }
}
