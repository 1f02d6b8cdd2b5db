// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Testing
import Wire

/// The contract with the smallest engine there is: it answers a ping, and complains once after a second of silence.
private struct ToyEngine: Engine {
  enum Input { case ping(UInt32) }
  enum Output: Equatable { case pong(UInt32), silence }
  private var timers = TimerQueue<Int>()
  var nextDeadline: Instant? { timers.nextDeadline }

  mutating func handle(_ input: Input, _ turn: inout Turn<Output>) {
    guard case .ping(let n) = input else { return }
    let id = turn.record(JournalRecord(.commandRun, x: n))
    turn.emit(.pong(n), because: id)
    timers.set(0, at: turn.now + .seconds(1))
  }

  mutating func expire(_ turn: inout Turn<Output>) {
    while timers.popDue(at: turn.now) != nil { turn.emit(.silence) }
  }
}

private struct NoRoutes: RouteView {
  func longestMatch(for destination: IPAddress, vrf: VRFID) -> RouteMatch? { nil }
  func hasRoute(exactly prefix: IPPrefix, vrf: VRFID) -> Bool { false }
  func clippedLength(of prefix: IPPrefix, around address: IPAddress, vrf: VRFID) -> Int { Int(prefix.length) }
}

@Suite struct ContractTests {
  private func turn(at seconds: Int64, from first: UInt64 = 1) -> Turn<ToyEngine.Output> {
    Turn(now: Instant.start + .seconds(seconds), cause: EventID(99), random: RandomSource(seed: 1), routes: NoRoutes(), firstRecord: EventID(first))
  }

  @Test("outputs carry the record that led to them, records the turn's cause and time")
  func causes() {
    var engine = ToyEngine()
    var t = turn(at: 5, from: 41)
    engine.handle(.ping(7), &t)
    #expect(t.outputs.map(\.output) == [.pong(7)] && t.outputs.map(\.cause) == [EventID(41)])
    #expect(t.records.map(\.number) == [EventID(41)] && t.records.map(\.cause) == [EventID(99)])
    #expect(t.records.first?.at == Instant.start + .seconds(5) && t.records.first?.x == 7)
  }

  @Test("a deadline fires when it has come, once")
  func deadlines() {
    var engine = ToyEngine()
    var first = turn(at: 0)
    engine.handle(.ping(1), &first)
    #expect(engine.nextDeadline == Instant.start + .seconds(1))
    var early = turn(at: 0)
    engine.expire(&early)
    #expect(early.outputs.isEmpty)
    var due = turn(at: 1)
    engine.expire(&due)
    #expect(due.outputs.map(\.output) == [.silence] && due.outputs.map(\.cause) == [EventID(99)])
    #expect(engine.nextDeadline == nil)
  }

  @Test("a journal record is at most 96 bytes")
  func recordSize() { #expect(MemoryLayout<JournalRecord>.stride <= 96) }

  @Test("time saturates instead of overflowing")
  func saturation() {
    #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
    #expect(Instant.start + .seconds(Int64.max) == .distantFuture)
    #expect(Duration.seconds(Int64.max).nanoseconds == .max && Duration.seconds(-Int64.max).nanoseconds == .min)
    #expect((Instant.start + .milliseconds(1_500)) - Instant.start == .milliseconds(1_500))
  }
}
