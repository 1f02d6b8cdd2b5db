// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Screens
import Testing
import Wire

@Suite("Protected peers are listed, selected and acted on")
struct AssociationTests {
  @Test("peers that are not up come first, then those with refused packets, then the busiest")
  func order() {
    let snapshot = ProtectedFixtures.hub()
    let rows = Listing.associations(snapshot, Fixtures.view(.associations, of: snapshot))
    #expect(rows.map(\.name) == ["spoke5", "spoke6", "spoke2", "spoke4", "spoke3", "spoke1"])
  }

  @Test("a selected peer stays selected over rekeys and moves to another port")
  func selection() throws {
    var snapshot = ProtectedFixtures.hub()
    var view = Fixtures.view(.associations, of: snapshot)
    view.moveSelection(in: .associations, by: 2, snapshot)
    #expect(Listing.selectedAssociation(snapshot, view)?.name == "spoke2")
    let place = try #require(snapshot.protected.firstIndex { $0.name == "spoke2" })
    (snapshot.protected[place].inboundSPI, snapshot.protected[place].port, snapshot.protected[place].replays) = (9, 1024, 0)
    snapshot.protected[place].forgeries = 0
    #expect(Listing.selectedAssociation(snapshot, view)?.name == "spoke2")
  }

  @Test("peers behind one address are told apart before and after they have proved who they are")
  func keys() {
    var rows = [ProtectedPeerRow](repeating: ProtectedPeerRow(tunnel: "Tunnel0", name: "x", nbma: IPAddress(192, 0, 2, 9)), count: 4)
    (rows[0].port, rows[1].port) = (4500, 1024)
    (rows[2].number, rows[3].number) = (7, 8)
    #expect(Set(rows.map(Listing.key)).count == 4)
  }

  @Test(
    "a filter finds peers by layer, identity and SPI",
    arguments: [
      ("state=up", 4), ("state=ike|ipsec", 2), ("spoke2.example", 1), ("77ab01c4", 1), ("ike=ready", 5), ("v=1", 0), ("tunnel=tunnel0", 6),
    ])
  func filter(_ text: String, _ count: Int) {
    var view = ViewState()
    view.filter = text
    #expect(Listing.associations(ProtectedFixtures.hub(), view).count == count, "\(text)")
  }

  @Test("rates of a protected peer and of the NHRP peer behind it are kept apart, and refused packets are counted a second at a time")
  func rates() throws {
    let snapshot = ProtectedFixtures.hub()
    let view = Fixtures.view(.associations, of: snapshot)
    let row = try #require(snapshot.protected.first { $0.refused > 0 })
    let ring = try #require(view.rates[Listing.key(row)])
    #expect(ring.inbound.last > 0 && ring.refused.maximum == 15 && ring.refused.newest(60).reduce(0, +) == 15)
    #expect(view.rates[Listing.key(snapshot.peers[0])]?.refused.newest(60).isEmpty == true)
  }

  @Test("a counter that went back gives no rate and no refused packets")
  func backwards() throws {
    var (snapshot, history) = (ProtectedFixtures.hub(), RateHistory())
    let key = Listing.key(snapshot.protected[1])
    history.absorb(snapshot)
    snapshot.at = snapshot.at + .seconds(1)
    (snapshot.protected[1].bytesIn, snapshot.protected[1].replays, snapshot.protected[1].forgeries) = (0, 0, 0)
    history.absorb(snapshot)
    let ring = try #require(history[key])
    #expect(ring.inbound.newest(9) == [0] && ring.refused.newest(9) == [0])
  }

  @Test("the key of the associations, pressed again, shows the peers, and once more the associations")
  func screens() {
    #expect(Screen.overview.next(digit: 4) == .associations)
    #expect(Screen.associations.next(digit: 4) == .peers)
    #expect(Screen.peers.next(digit: 4) == .associations)
    #expect(Screen.peers.next(digit: 0) == .alarms && Screen.overview.next(digit: 10) == nil)
    #expect(Screen.allCases.allSatisfy { $0 == .peers || Screen(digit: $0.digit) == $0 })
  }

  @Test("a second's refusals are shown with a mark and a role of their own, also without colour")
  func marks() throws {
    #expect(Wording.refused(0) == "0" && Wording.refused(12) == "12!" && Wording.refused(.max).hasSuffix("!"))
    #expect(Wording.spi(0) == "—" && Wording.spi(0xab) == "000000ab")
    #expect(Wording.bar(1, of: 100) == "▓░░░░░░░░░" && Wording.bar(0, of: 9) == "░░░░░░░░░░")
    #expect(Wording.bar(.max, of: .max) == "▓▓▓▓▓▓▓▓▓▓" && Wording.bar(.min, of: .min) == "░░░░░░░░░░")
    for name in ["dark", "light"] {
      let theme = try #require(BuiltInThemes.theme(name))
      let colors = [Role.text, .ike, .esp, .forming].map { theme.style(of: $0, depth: .indexed256).foreground }
      #expect(Set(colors).count == 4, "\(name): \(colors)")
    }
  }
}

@Suite("Keys write the command of what is selected")
struct CommandTargetTests {
  private func target(_ pane: PaneKind, _ snapshot: NodeSnapshot, _ kind: RowKind, _ index: Int) -> CommandTarget? {
    var view = ViewState()
    view.selection[kind] = Selection(index: index, key: "")
    return CommandTarget.selected(pane, snapshot, view)
  }

  @Test("X clears the sessions with the peer's NBMA address, from every list that knows it")
  func sessions() {
    let hub = ProtectedFixtures.hub()
    #expect(target(.associations, hub, .associations, 2)?.command(for: "X") == "clear crypto session remote 203.0.113.2")
    #expect(target(.peers, hub, .peers, 2)?.command(for: "X") == "clear crypto session remote 203.0.113.3")
    #expect(target(.cache, hub, .cache, 0)?.command(for: "X") == "clear crypto session remote 203.0.113.1")
    #expect(target(.shortcuts, ProtectedFixtures.spoke(), .shortcuts, 0)?.command(for: "X") == "clear crypto session remote 203.0.113.3")
  }

  @Test("a peer that NHRP does not know yet has nothing to ping or to clear but its session")
  func unknown() throws {
    let target = try #require(self.target(.associations, ProtectedFixtures.hub(), .associations, 0))
    #expect(target.address == nil)
    #expect(["x", "P", "t"].allSatisfy { target.command(for: $0) == nil })
    #expect(target.command(for: "X") == "clear crypto session remote 203.0.113.5")
    #expect(target.command(for: "d") == "monitor capture CAP peer 203.0.113.5")
  }

  @Test("the other keys write what they wrote, of the far end of one's own shortcut")
  func others() throws {
    let target = try #require(self.target(.shortcuts, ProtectedFixtures.spoke(), .shortcuts, 0))
    #expect(target.command(for: "d") == "monitor capture CAP peer spoke3")
    #expect(target.command(for: "x") == "clear ip nhrp 192.168.3.9")
    #expect(target.command(for: "P") == "ping 192.168.3.9" && target.command(for: "t") == "traceroute 192.168.3.9")
    #expect(target.command(for: "q") == nil)
  }

  /// Numbered, because a failed case prints its argument.
  private static let names = Fixtures.hostile + ["a b", "a|b", "a?", "-", "; no"]

  @Test("no name of a peer's choice becomes part of a command", arguments: names.indices)
  func hostile(_ number: Int) throws {
    let name = Self.names[number]
    var snapshot = ProtectedFixtures.hub()
    for index in snapshot.peers.indices { snapshot.peers[index].name = name }
    for index in snapshot.protected.indices { (snapshot.protected[index].name, snapshot.protected[index].identity) = (name, name) }
    for index in snapshot.shortcuts.indices { (snapshot.shortcuts[index].from, snapshot.shortcuts[index].to) = (name, name) }
    for (pane, kind) in [(PaneKind.peers, RowKind.peers), (.shortcuts, .shortcuts), (.associations, .associations), (.events, .events)] {
      for key: Unicode.Scalar in ["d", "x", "X", "P", "t"] {
        guard let command = target(pane, snapshot, kind, 0)?.command(for: key) else { continue }
        let isPlain = command.unicodeScalars.allSatisfy {
          $0.isASCII && ($0.properties.isAlphabetic || " .-0123456789".unicodeScalars.contains($0))
        }
        #expect(isPlain && command.utf8.count < 80, "\(command)")
      }
    }
  }
}
