// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// What went wrong in other NHRP implementations, one test each where no other suite has it:
/// code 14, the S bit, hold time 0 and authentication a hop are in the suites of registration, resolution and authentication.
struct FieldBugTests {
  @Test("with a password set, redirect, question, answer and purge all work (redirects were lost elsewhere)")
  func redirectsWithPassword() {
    let star = Star(hub: { $0.authentication = "cisco123" }, spoke: { $0.authentication = "cisco123" })
    star.start()
    star.redirect(star.a, to: host(12))
    #expect(star.a.shortcuts.count == 1)
    star.b.routes.remove("192.168.12.0/24")
    star.cloud.handle(.routesChanged([network("192.168.12.0/24")]), at: star.b)
    star.cloud.run(for: .milliseconds(20))
    #expect(star.a.shortcuts.isEmpty)
  }

  @Test("an authentication extension that came twice goes on once")
  func duplicateAuthentication() throws {
    let star = Star(hub: { $0.authentication = "cisco123" }, spoke: { $0.authentication = "cisco123" })
    star.start()
    let twice = NHRPExtension.authentication(NHRPAuthentication(password: "cisco123"))
    star.cloud.deliver(question(11, for: host(12), extensions: clientExtensions() + [twice, twice]), from: outer(11), to: star.hub)
    let sent = try #require(star.cloud.sent(.resolutionRequest, from: star.hub).last)
    #expect(sent.packet.extensions?.filter { $0.type == 7 }.count == 1)
  }

  @Test("no packet of our own has hop count 0, which Cisco refuses")
  func hopCountOfOurOwn() {
    let star = Star()
    star.start()
    star.redirect(star.a, to: host(12))
    star.cloud.handle(.stopping, at: star.b)
    star.cloud.deliver(question(11, for: ip("172.31.0.1"), hopCount: 0), from: outer(11), to: star.hub)
    #expect(Set(star.cloud.crossings.map(\.type)).count >= 6)
    #expect(star.cloud.crossings.allSatisfy { $0.packet.header.hopCount > 0 })
  }

  @Test("two clients behind one public address are two registrations; one that goes leaves the other's")
  func sharedPublicAddress() {
    let star = Star(spokes: 0)
    star.start()
    let nat = ip("203.0.113.5")
    star.cloud.deliver(registration(11), from: nat, to: star.hub)
    star.cloud.deliver(registration(12), from: nat, to: star.hub)
    #expect(star.hub.mapping(inner(11))?.nbma == nat && star.hub.mapping(inner(12))?.nbma == nat)
    #expect(star.hub.multicast == [nat])
    star.cloud.deliver(purge(11, network("10.0.0.0/24")), from: nat, to: star.hub)
    #expect(star.hub.mapping(inner(11)) == nil && star.hub.mapping(inner(12)) != nil)
    #expect(star.hub.multicast == [nat] && star.hub.adjacencies == [inner(12): nat])
    for id in 2...9 as ClosedRange<UInt32> { star.cloud.deliver(registration(12, id: id), from: nat, to: star.hub) }
    #expect(star.hub.count(.peerMoved) == 0 && star.hub.count(.nhcUp) == 2)
  }

  @Test("a node without any route refuses and does not fail")
  func noRoutes() {
    let star = Star(spokes: 0)
    star.hub.routes = FakeRoutes()
    star.start()
    let asked = question(11, for: host(12))
    for packet in [asked, answer(12, to: asked), registration(11, to: inner(2)), purge(11, network("0.0.0.0/1"), to: inner(9)), registration(11)] {
      star.cloud.deliver(packet, from: outer(11), to: star.hub)
    }
    star.cloud.handle(.resolutionWanted(tunnel, nextHop: inner(12)), at: star.hub)
    star.cloud.handle(.routesChanged([network("0.0.0.0/1")]), at: star.hub)
    #expect(star.hub.mapping(inner(11)) != nil)
  }

  @Test("a late redirect, when the shortcut stands, asks nothing; a question that comes straight is answered straight")
  func lateRedirect() {
    let star = Star()
    star.start()
    star.redirect(star.a, to: host(12))
    let before = star.cloud.sent(.resolutionRequest).count
    star.cloud.run(for: .seconds(9))
    star.redirect(star.a, to: host(12))
    #expect(star.cloud.sent(.resolutionRequest).count == before)
  }
}
