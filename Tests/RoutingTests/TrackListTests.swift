// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Testing
import Wire

/// `track N list …`: objects that are made of others.
@Suite("Lists of tracked objects") struct TrackListTests {
  private static let subjects = """
    track 1 interface Tunnel1 line-protocol
    track 2 interface Tunnel2 line-protocol
    track 3 interface Tunnel3 line-protocol

    """

  private func at(_ seconds: Int64) -> Instant { .start + .seconds(seconds) }

  /// A table whose objects 1–3 are up where their number is among `up`.
  private func table(_ lines: String, up: Set<Int>) -> TrackTable {
    var table = TrackTable()
    table.configure(RouteEditor(Self.subjects + lines).objects, at: at(0)) { isSo($0, up) }
    return table
  }

  private func isSo(_ subject: TrackedObject.Subject, _ up: Set<Int>) -> Bool {
    if case .lineProtocol(let name) = subject { up.contains(Int(name.dropFirst(6)) ?? 0) } else { false }
  }

  @Test(
    "are written back",
    arguments: [
      ("track 9 list boolean and\n object 1\n object 2 not\n delay up 5 down 10", nil), ("track 9 list boolean or\n object 1", nil),
      (
        "track 9 list threshold percentage\n object 2\n object 1\n threshold percentage down 10 up 51",
        "track 9 list threshold percentage\n object 1\n object 2\n threshold percentage up 51 down 10"
      ),
      (
        "track 9 list threshold weight\n object 1 weight 15\n object 2 weight 10\n threshold weight up 20",
        "track 9 list threshold weight\n object 1 weight 15\n object 2\n threshold weight up 20"
      ),
      ("track 9 list boolean and\n object 1 not\n object 1\n object 2\n no object 2", "track 9 list boolean and\n object 1"),
      ("track 9 list threshold weight\n threshold weight up 20 down 5\n no threshold weight", "track 9 list threshold weight"),
      ("track 9 list boolean and\n object 1\ntrack 9 list boolean or", "track 9 list boolean or"),
      ("track 9 list boolean and\n object 1\ntrack 9\n object 2", "track 9 list boolean and\n object 1\n object 2"),
    ] as [(String, String?)])
  func roundTrip(_ typed: String, _ written: String?) {
    let editor = RouteEditor(typed)
    #expect(editor.refusals == [])
    #expect(editor.text.joined(separator: "\n") == written ?? typed)
  }

  @Test(
    "are refused with a reason",
    arguments: [
      ("track 9 interface Tunnel1 line-protocol\n object 1", "object 9 is no list"), ("track 9 list boolean or\n object 9", "a list cannot hold itself"),
      ("track 9 list threshold weight\n object 1 not", "'not' is for boolean lists"),
      ("track 9 list boolean and\n object 1 weight 5", "'weight' is for lists with a threshold of weight"),
      ("track 9 list boolean and\n threshold weight up 5", "object 9 is no list with a threshold weight"),
      ("track 9 list threshold weight\n threshold weight up 5 down 5", "the threshold for down must be lower than that for up"),
    ])
  func refusals(_ typed: String, _ reason: String) {
    #expect(RouteEditor(typed).refusals == [reason])
  }

  @Test("a list holds a hundred objects")
  func limit() {
    let lines = (1...101).map { "\n object \($0)" }.joined()
    let editor = RouteEditor("track 900 list boolean and" + lines)
    #expect(editor.objects.first?.members.count == 100 && editor.refusals == ["a list has 100 objects at most"])
  }

  @Test(
    "all, one at least, a part, a weight; what nobody defined never counts",
    arguments: [
      ("boolean and\n object 1\n object 2", [1, 2], true), ("boolean and\n object 1\n object 2", [1], false),
      ("boolean and\n object 1\n object 2 not", [1], true), ("boolean and\n object 1\n object 2 not", [1, 2], false),
      ("boolean and", [1, 2, 3], false), ("boolean or\n object 1\n object 2", [2], true), ("boolean or\n object 1\n object 2", [3], false),
      ("boolean or\n object 1 not", [], true), ("boolean and\n object 1\n object 77 not", [1], false), ("boolean or\n object 77 not", [], false),
      ("threshold percentage\n object 1\n object 2\n object 3\n threshold percentage up 66", [1, 2], true),
      ("threshold percentage\n object 1\n object 2\n object 3\n threshold percentage up 67", [1, 2], false),
      ("threshold weight\n object 1 weight 20\n object 2\n threshold weight up 20", [1], true),
      ("threshold weight\n object 1 weight 20\n object 2\n threshold weight up 20", [2], false),
      ("threshold weight\n object 1", [1], false),
    ] as [(String, Set<Int>, Bool)])
  func rules(_ list: String, _ up: Set<Int>, _ isUp: Bool) {
    #expect(table("track 9 list " + list, up: up).isUp(9) == isUp)
  }

  @Test("between its thresholds a list stays as it is")
  func hysteresis() {
    var table = table(
      "track 9 list threshold weight\n object 1\n object 2\n object 3\n threshold weight up 30 down 10", up: [1, 2, 3])
    #expect(table.isUp(9))
    #expect(table.update(at: at(10)) { isSo($0, [1, 2]) } == [3] && table.isUp(9))
    #expect(table.update(at: at(20)) { isSo($0, [1]) } == [2, 9] && !table.isUp(9))
    #expect(table.update(at: at(30)) { isSo($0, [1, 2]) } == [2] && !table.isUp(9))
    #expect(table.update(at: at(40)) { isSo($0, [1, 2, 3]) } == [3, 9] && table.isUp(9))
  }

  @Test("a list follows its objects in the same instant, through lists with higher numbers too, and after its own delay")
  func following() {
    var table = table(
      "track 5 list boolean and\n object 6\ntrack 6 list boolean or\n object 1\n object 2\ntrack 7 list boolean and\n object 5\n delay down 4",
      up: [1])
    #expect(table.isUp(5) && table.isUp(6) && table.isUp(7))
    #expect(Set(table.update(at: at(1)) { isSo($0, []) }) == [1, 5, 6])
    #expect(!table.isUp(5) && table.isUp(7) && table.nextDeadline == at(5))
    #expect(table.update(at: at(5)) { isSo($0, []) } == [7])
  }

  @Test("lists that hold each other turn once a second at most")
  func circle() {
    var table = table("track 5 list boolean and\n object 6 not\ntrack 6 list boolean and\n object 5", up: [])
    let changes = (0..<100).reduce(0) { sum, step in sum + table.update(at: .start + .milliseconds(Int64(step) * 100)) { _ in false }.count }
    #expect(changes <= 2 * 11)
  }

  @Test("show track names rule, state and objects")
  func shown() {
    let and = table("track 9 list boolean and\n object 1\n object 2 not\n object 44", up: [1])
    #expect(
      TrackCommands.show(and, number: 9, routes: [], at: at(60)) == [
        "Track 9", "  List boolean and", "  Boolean AND is Down", "    0 changes, last change 00:01:00", "    object 1 Up", "    object 2 not Down",
        "    object 44 Undefined",
      ])
    let weight = table("track 9 list threshold weight\n object 1 weight 5\n object 2\n threshold weight up 10 down 5", up: [1, 2])
    #expect(
      TrackCommands.show(weight, number: 9, routes: [], at: at(60)) == [
        "Track 9", "  List threshold weight", "  Threshold weight is Up", "    0 changes, last change 00:01:00", "    object 1 weight 5 Up",
        "    object 2 weight 10 Up", "  Threshold weight down 5 up 10 (now 15)",
      ])
  }
}
