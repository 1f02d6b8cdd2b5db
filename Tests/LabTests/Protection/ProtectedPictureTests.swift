// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import Lab
import NodeRuntime
import ProtocolKit
import Screens
import Testing
import Wire

@Suite("What screens and shows say of protected peers")
struct ProtectedPictureTests {
  private static func settled(_ seed: UInt64 = 1) throws -> Cloud {
    let cloud = try Cloud.protected(spokes: 3, seed: seed)
    cloud.ring(from: 5, packets: 40)
    cloud.run(to: 12)
    return cloud
  }

  @Test("a row has both phases, what passed, and what is left; the two ends agree on it")
  func rows() throws {
    let cloud = try Self.settled()
    let hub = cloud.picture(0), spoke = cloud.picture(1)
    #expect(hub.protected.map(\.name) == ["spoke1", "spoke2", "spoke3"])
    for row in hub.protected {
      #expect(row.layer == .up && row.ikeState == "READY" && row.version == 2 && !row.isInitiator)
      #expect(row.ikeSuite == "AES-GCM-256 SHA384 19" && row.espSuite == "AES-GCM-256" && row.mode == "Transport")
      #expect(row.packetsIn > 3 && row.packetsOut > 3 && row.bytesIn > row.packetsIn && row.refused == 0)
      let left = try #require(row.secondsLeft), kilobytes = try #require(row.kilobytesLeft)
      #expect((3580..<3600).contains(left) && (4_600_000...4_608_000).contains(kilobytes) && row.lifetimeSeconds == 3600)
      #expect(row.ikeSecondsLeft.map { $0 > 86_000 } ?? false && row.port == 0 && row.rekeys == 0 && row.replayWindow > 0)
      #expect(row.address != nil && row.identity == row.nbma.description)
    }
    let ours = try #require(hub.protected.first), theirs = try #require(spoke.protected.first { $0.name == "hub1" })
    #expect(ours.inboundSPI == theirs.outboundSPI && ours.outboundSPI == theirs.inboundSPI && theirs.isInitiator)
    #expect(theirs.address == IPAddress(10, 0, 0, 1))
  }

  @Test("peers of a spoke are its hub and those it has shortcuts with, in the order of their addresses")
  func spokeRows() throws {
    let cloud = try Self.settled()
    let rows = cloud.picture(1).protected
    #expect(rows.map(\.name) == ["hub1", "spoke2", "spoke3"])
    #expect(rows.allSatisfy { $0.layer == .up })
  }

  @Test("each peer went through IKE, IPSEC, NHRP and UP, in that order")
  func phases() throws {
    let cloud = try Self.settled()
    for node in 0...3 {
      for row in cloud.picture(node).protected {
        #expect(row.phases.map(\.state) == [.ike, .ipsec, .nhrp, .up], "\(node) \(row.name)")
        #expect(zip(row.phases, row.phases.dropFirst()).allSatisfy { $0.at <= $1.at })
      }
    }
  }

  @Test("the State column names the layer that is not done, from IKE to UP, with X while there is no association")
  func states() throws {
    let cloud = try Cloud.protected(spokes: 1)
    var states: [PeerState] = []
    for step in 1...4_000 {
      cloud.run(to: Double(step) / 1_000)
      guard let row = cloud.nodes[1].node.snapshot().peers.first(where: { $0.isServer }) else { continue }
      if states.last != row.state { states.append(row.state) }
      #expect(row.attributes.contains("X") == [.ike, .ipsec].contains(row.state) || row.state == .intf, "\(row)")
      if row.state == .up { break }
    }
    #expect(Array(states.suffix(3)) == [.ipsec, .nhrp, .up] || Array(states.suffix(2)) == [.nhrp, .up])
    #expect(states.contains(.ike) && states.last == .up)
    #expect(cloud.console(1, "show dmvpn").contains(" UP "))
  }

  @Test("a peer with another key stays at IKE: show dmvpn, the row, its screen and an alarm say so, and the alarm goes with the cause")
  func wrongKey() throws {
    let cloud = try Cloud.protected(spokes: 2)
    cloud.run(to: 2)
    cloud.restart([1], "crypto ikev2 keyring LAB", "peer ANY", "pre-shared-key another-key")
    cloud.run(to: 30)
    let spoke = cloud.picture(1), hub = cloud.picture(0)
    // The spoke took leave of the hub, which would think it protected otherwise.
    #expect(cloud.records(0, .ikeDeleted).count == 1)
    let server = try #require(spoke.peers.first { $0.isServer })
    #expect(server.state == .ike && server.attributes.hasSuffix("X"))
    let line = try #require(cloud.console(1, "show dmvpn").split(separator: "\n").first { $0.contains("10.0.0.1 ") })
    #expect(line.contains(" IKE ") && line.hasSuffix("X"), "\(line)")
    #expect(hub.alarms.contains { $0.text.contains("authentication failed") && $0.subject.hasPrefix("203.0.113") }, "\(hub.alarms)")
    #expect(spoke.alarms.contains { $0.text.hasPrefix("IKE: ") })
    #expect(hub.events.contains { $0.facility == "IKE" && $0.severity == .error })
    cloud.restart([1], "crypto ikev2 keyring LAB", "peer ANY", "pre-shared-key dmvpn-lab-shared-key")
    cloud.run(to: 110)
    #expect(cloud.picture(1).peers.first(where: \.isServer)?.state == .up)
    #expect(cloud.picture(0).alarms.allSatisfy { !$0.text.contains("authentication") })
  }

  @Test("the flow of a shortcut has IKE, with the end that began it, and ESP; the hub is told of both")
  func flow() throws {
    let cloud = try Self.settled()
    for row in cloud.picture(1).shortcuts where row.state == .up && row.from == "spoke1" {
      let ike = try #require(row.steps.first { $0.step == .ike }), esp = try #require(row.steps.first { $0.step == .esp })
      #expect(ike.witness == .here && esp.witness == .here && ike.origin != nil && ike.at <= esp.at)
      let began = cloud.records(1, .ikeInitSent).contains { $0.number == ike.event }
      #expect(ike.origin == (began ? .requester : .responder))
    }
    let told = cloud.picture(0).shortcuts.flatMap(\.steps).filter { $0.step == .ike || $0.step == .esp }
    #expect(!told.isEmpty && told.allSatisfy { $0.witness == .told && $0.origin == nil })
  }

  @Test("two peers behind one NAT address have a row each, with their ports")
  func oneNAT() throws {
    let cloud = try Cloud.protected(spokes: 3, behindNATs: [[1, 2]])
    cloud.run(to: 10)
    let rows = cloud.picture(0).protected
    #expect(rows.map(\.name) == ["spoke1", "spoke2", "spoke3"])
    #expect(rows[0].nbma == rows[1].nbma && rows[0].port != rows[1].port && rows[2].port == 0)
    #expect(Set(rows.map(Listing.key)).count == 3)
  }

  @Test("replayed packets raise an alarm that names the peer, and go from it a minute later")
  func replays() throws {
    let cloud = try Self.settled()
    var copies: [[UInt8]] = []
    cloud.onUnderlay = { node, packet, _ in
      if node == 1, packet.count > 40, packet[9] == 50, copies.count < 5 { copies.append(packet) }
    }
    cloud.talk(1, 3, from: 13, packets: 20)
    cloud.run(to: 16)
    cloud.onUnderlay = nil
    _ = cloud.picture(0)
    for node in [0, 2, 3] { for copy in copies { cloud.nodes[node].receive(underlay: copy, at: cloud.now) } }
    let pictures = [0, 2, 3].map { cloud.picture($0) }
    let replayed = pictures.flatMap { $0.protected }.filter { $0.replays > 0 }
    #expect(!replayed.isEmpty && replayed.allSatisfy { $0.name == "spoke1" })
    let alarms = pictures.flatMap { $0.alarms }
    #expect(alarms.contains { $0.subject == "spoke1" && $0.text.contains("replayed") })
    cloud.run(to: 80)
    #expect([0, 2, 3].allSatisfy { cloud.picture($0).alarms.allSatisfy { !$0.text.contains("replayed") } })
  }

  @Test("a renewed pair is counted, and the row goes on with the new one")
  func rekeys() throws {
    let cloud = try Cloud.protected(spokes: 1)
    cloud.run(to: 2)
    cloud.restart([0, 1], "crypto ipsec profile DMVPN", "set security-association lifetime seconds 120")
    cloud.run(to: 20)
    let before = try #require(cloud.picture(1).protected.first)
    cloud.run(to: 250)
    let after = try #require(cloud.picture(1).protected.first)
    #expect(before.number == after.number && before.inboundSPI != after.inboundSPI)
    #expect(after.rekeys >= 1 && after.layer == .up && after.phases == before.phases)
  }

  @Test("the same seed gives the same picture")
  func determinism() throws {
    let pictures = try (0..<2).map { _ in
      let cloud = try Self.settled(5)
      return (0...3).map { cloud.picture($0).protected }
    }
    #expect(pictures[0] == pictures[1])
  }

  @Test("a protected cloud fills every screen", arguments: Screen.allCases)
  func screens(_ screen: Screen) throws {
    let cloud = try Self.settled()
    for node in [0, 1] {
      var view = ViewState()
      view.screen = screen
      let picture = cloud.picture(node)
      view.rates.absorb(picture)
      let text = Renderer.text(Renderer.render(snapshot: picture, view: view, rows: 40, columns: 120))
      #expect(text.contains("SAs 3"))
    }
  }

  @Test(
    "who a peer says it is becomes printable ASCII, whatever it wrote",
    arguments: [
      IKEIdentity.fqdn("a\u{1b}[2Jb\u{202e}c"), .mail("x\r\ny@z"), .keyID([0x1b, 0x5d, 0x30, 0xff, 0x07]),
      .fqdn(String(repeating: "漢", count: 65536)), .unknown(type: 200, [27, 27]), .distinguishedName([0x30, 0x82, 0x1b]), .fqdn(""),
    ])
  func identities(_ identity: IKEIdentity) {
    let text = AssociationText.identity(identity)
    #expect(text.utf8.count <= 512 && text.utf8.allSatisfy { (0x20...0x7e).contains($0) })
  }
}

extension Cloud {
  /// Configures nodes while their tunnels are down, so that everything is negotiated anew.
  fileprivate func restart(_ nodes: [Int], _ lines: String...) {
    for node in nodes { configure(node, "interface Tunnel0", "shutdown") }
    run(until: now + .seconds(1))
    for node in nodes {
      let said = console(node, (["configure terminal"] + lines + ["interface Tunnel0", "no shutdown", "end"]).joined(separator: " ; "))
      #expect(!said.contains("\n%") && !said.hasPrefix("%"), "\(said)")
    }
  }
}
