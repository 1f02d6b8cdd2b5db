// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import Routing
import Testing
import Wire

/// Types lines of static routes and tracked objects.
struct RouteEditor {
  var routes: [StaticRoute] = []
  var objects: [TrackedObject] = []
  private(set) var refusals: [String] = []
  private var place: [String] = []

  enum Action: Sendable {
    case route(Command<[StaticRoute]>)
    case enter
    case inside(SectionCommand<[TrackedObject]>)
  }

  static let grammar = CommandSet<Action>(
    StaticRouteCommands.all.map { $0.spec(for: .route($0)) } + [TrackCommands.section.spec(for: .enter)]
      + TrackCommands.section.lines.map { $0.spec(for: .inside($0)) })

  init(_ text: String) { for line in text.split(separator: "\n") { type(String(line)) } }

  mutating func type(_ line: String) {
    for mode in place.isEmpty ? [CommandMode.global] : [.track, .global] {
      guard case .match(let action, let arguments, let negated, _, _) = Self.grammar.parse(line, mode: mode) else { continue }
      let input = CommandInput(arguments: arguments, negated: negated)
      do throws(CommandRefusal) {
        switch action {
        case .route(let command): try command.apply(&routes, input)
        case .enter: place = try TrackCommands.section.enter(&objects, [], input).map { [$0] } ?? []
        case .inside(let command): try command.apply(&objects, place, input)
        }
      } catch { refusals.append(error.message) }
      return
    }
    refusals.append("not understood: \(line)")
  }

  var text: [String] { TrackCommands.section.write(objects, []).flatMap { $0 } + StaticRouteCommands.all.flatMap { $0.write(routes) } }
}

@Suite("Static routes and tracking, as lines") struct RouteLineTests {
  @Test(
    "are written back",
    arguments: [
      ("ip route 10.0.0.0 255.0.0.0 10.1.1.1 250 name X track 5 tag 7", nil),
      (
        "ip route 10.0.0.0 255.0.0.0 Tunnel 0 10.1.1.1 tag 7 track 5 name X",
        "ip route 10.0.0.0 255.0.0.0 Tunnel0 10.1.1.1 name X track 5 tag 7"
      ),
      ("ip route 0.0.0.0 0.0.0.0 Null0 254", nil), ("ipv6 route 2001:db8::/32 2001:db8:f::1", nil),
      ("ipv6 route ::/0 Tunnel0 fe80::1 250 track 3", nil), ("ipv6 route 2001:db8::/32 Null0 tag 9", nil),
      ("ipv6 route 2001:db8::/32 Tunnel0", nil), ("track 1 interface Tunnel0 line-protocol", nil),
      ("track 1 interface GigabitEthernet0/0 ip routing", nil), ("track 1 interface Tunnel0 ipv6 routing", nil),
      ("track 2 ip route 10.0.0.0 255.0.0.0 reachability", nil),
      ("track 2 ip route 10.0.0.0/8 reachability", "track 2 ip route 10.0.0.0 255.0.0.0 reachability"),
      ("track 3 ipv6 route 2001:db8::/32 reachability\n delay up 5 down 10", nil),
      ("track 3 interface Tunnel0 line-protocol\n delay down 10", nil),
    ] as [(String, String?)])
  func roundTrip(_ typed: String, _ written: String?) {
    let editor = RouteEditor(typed)
    #expect(editor.refusals == [])
    #expect(editor.text.joined(separator: "\n") == written ?? typed)
  }

  @Test("one path has one line of a family; its no takes it, and a no without path takes all of the prefix")
  func removal() {
    var editor = RouteEditor(
      "ip route 10.0.0.0 255.0.0.0 10.1.1.1\nip route 10.0.0.0 255.0.0.0 10.1.1.1 5 track 2\nip route 10.0.0.0 255.0.0.0 10.1.1.2")
    #expect(editor.text == ["ip route 10.0.0.0 255.0.0.0 10.1.1.1 5 track 2", "ip route 10.0.0.0 255.0.0.0 10.1.1.2"])
    editor.type("no ip route 10.0.0.0 255.0.0.0 10.1.1.2")
    editor.type("ipv6 route ::/0 Tunnel0")
    editor.type("no ip route 10.0.0.0 255.0.0.0")
    #expect(editor.text == ["ipv6 route ::/0 Tunnel0"])
    editor.type("no ipv6 route ::/0")
    editor.type("track 1 interface Tunnel0 line-protocol")
    editor.type("no track 1")
    #expect(editor.text == [])
  }

  @Test(
    "are refused with a reason",
    arguments: [
      ("ipv6 route 2001:db8::/32 fe80::1", "Interface has to be specified for a link-local nexthop"),
      ("ipv6 route 2001:db8::1/32 Tunnel0", "Inconsistent address and mask: 2001:db8::1 lies inside 2001:db8::/32"),
      ("ipv6 route 10.0.0.0/8 Tunnel0", "10.0.0.0/8 is no IPv6 prefix"), ("no ip route 10.0.0.0 255.0.0.0", "No matching route to delete"),
      ("track 1 ipv6 route 10.0.0.0/8 reachability", "10.0.0.0/8 is of the other family"),
    ])
  func refusals(_ typed: String, _ reason: String) {
    #expect(RouteEditor(typed).refusals == [reason])
  }
}

@Suite("Tracked objects") struct TrackTableTests {
  private func at(_ seconds: Int64) -> Instant { .start + .seconds(seconds) }

  @Test("a state counts once its delay is over, and what goes back in between never counts")
  func delays() {
    let objects = RouteEditor("track 1 interface Tunnel0 line-protocol\n delay up 10 down 5").objects
    var table = TrackTable()
    table.configure(objects, at: at(0)) { _ in true }
    #expect(table.isUp(1) && !table.isUp(2))
    #expect(table.update(at: at(1)) { _ in false } == [] && table.nextDeadline == at(6))
    #expect(table.update(at: at(3)) { _ in true } == [] && table.nextDeadline == nil)
    #expect(table.update(at: at(4)) { _ in false } == [] && table.nextDeadline == at(9))
    #expect(table.update(at: at(9)) { _ in false } == [1] && !table.isUp(1))
    #expect(table.update(at: at(10)) { _ in true } == [])
    #expect(table.update(at: at(20)) { _ in true } == [1] && table.isUp(1))
    #expect(table.states[0].changes == 2)
    let shown = TrackCommands.show(table, routes: RouteEditor("ip route 10.0.0.0 255.0.0.0 Null0 track 1").routes, at: at(80))
    #expect(
      shown == [
        "Track 1", "  Interface Tunnel0 line-protocol", "  Line protocol is Up", "    2 changes, last change 00:01:00",
        "  Delay up 10 secs", "  Delay down 5 secs", "  Tracked by:", "    Static IP Routing 1",
      ])
  }

  @Test("a static route follows its object: the route of the table, or the interface")
  func following() {
    let editor = RouteEditor("track 7 ip route 10.9.0.0 255.255.0.0 reachability\nip route 0.0.0.0 0.0.0.0 172.16.1.254 track 7")
    var table = makeTable([connected("172.16.1.0/24", Port.wan)])
    var tracks = TrackTable()
    func isSo(_ subject: TrackedObject.Subject) -> Bool {
      if case .route(let prefix) = subject { table.hasRoute(exactly: prefix, vrf: .default) } else { false }
    }
    tracks.configure(editor.objects, at: at(0), isSo)
    #expect(editor.routes.filter { $0.isLet(by: tracks) }.isEmpty)
    table.add(staticRoute("10.9.0.0/16", Port.lan))
    #expect(tracks.update(at: at(1), isSo) == [7])
    #expect(editor.routes.filter { $0.isLet(by: tracks) }.count == 1)
  }
}
