// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Screens
import Testing
import Wire

@Suite("The routing screen")
struct RoutingTests {
  private func order(_ filter: String = "") -> [String] {
    var view = ViewState()
    view.filter = filter
    return Listing.neighbors(RoutingFixtures.hub(), view).map { "\($0.protocolName) \($0.state)" }
  }

  @Test("what needs a look comes first: down, late, forming; those that are shut down on purpose come last")
  func urgency() {
    #expect(
      order() == [
        "BGP Idle", "RIP late", "BGP OpenConfirm", "BGP Established", "BGP Established", "RIP heard", "ODR heard", "BGP Idle (Admin)",
      ])
  }

  @Test("the filter knows protocol, state, interface and AS")
  func filters() {
    #expect(order("proto=rip") == ["RIP late", "RIP heard"])
    #expect(order("as=65009") == ["BGP Idle"])
    #expect(order("!established proto=bgp").count == 3)
  }

  @Test("key 7 shows it; Tab goes from the neighbours to the routes")
  func focus() {
    var view = ViewState()
    view.screen = Screen(digit: 7) ?? .overview
    #expect(ScreenLayout.focusedPane(view, rows: 24, columns: 80) == .neighbors)
    view.focus = 1
    #expect(ScreenLayout.focusedPane(view, rows: 24, columns: 80) == .routes)
    #expect(ScreenLayout.focusedPane(view, rows: 12, columns: 80) == .routes)
  }

  @Test(
    "x and X write the commands of the neighbour's protocol",
    arguments: [
      (0, "clear ip bgp 10.0.0.19 soft", "clear ip bgp 10.0.0.19"), (1, "clear ip route *", nil),
      (6, "clear ip route *", "clear cdp table"),
    ] as [(Int, String, String?)])
  func commands(index: Int, soft: String, hard: String?) throws {
    var view = ViewState()
    view.selection[.neighbors] = Selection(index: index, key: "")
    let target = try #require(CommandTarget.selected(.neighbors, RoutingFixtures.hub(), view))
    #expect(target.command(for: "x") == soft && target.command(for: "X") == hard)
    #expect(
      target.command(for: "P")?.hasPrefix("ping 10.0.0.") == true
        && target.command(for: "d")?.hasPrefix("monitor capture CAP peer 10.0.0.") == true)
  }

  @Test("what a neighbour calls itself cannot write on the terminal")
  func hostile() {
    var snapshot = RoutingFixtures.hub()
    for index in snapshot.neighbors.indices {
      snapshot.neighbors[index].name = Fixtures.hostile[index]
      snapshot.neighbors[index].lastError = Fixtures.hostile[index + 6]
    }
    let frame = Renderer.render(snapshot: snapshot, view: Fixtures.view(.routes), rows: 24, columns: 80)
    PropertyTests.check(frame, 24, 80, "hostile neighbours")
  }
}
