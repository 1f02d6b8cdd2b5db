// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// Taking back: RFC 2332 §5.2.5, §5.2.6.
struct PurgeTests {
  private func star(_ change: (inout NHRPSettings) -> Void = { _ in }) -> Star {
    let star = Star(spoke: change)
    star.start()
    star.cloud.forget()
    return star
  }

  private let own = network("10.0.0.11/32")

  @Test("a client takes its registration back: entry, adjacency and multicast go, §5.2.5")
  func ownRegistration() {
    let star = star()
    star.cloud.deliver(purge(11, own), from: outer(11), to: star.hub)
    #expect(star.hub.mapping(inner(11)) == nil && star.hub.adjacencies[inner(11)] == nil)
    #expect(star.hub.multicast == [outer(12)] && star.hub.mapping(inner(12)) != nil)
    #expect(star.hub.outputs.contains(.forgetPairs(inner(11))) && star.hub.count(.nhcDown) == 1)
  }

  @Test("the reply is the request as type 6: id, flags, addresses, entries, with the responder filled in, §5.2.6")
  func reply() throws {
    let star = star()
    let asked = purge(11, own, id: 99)
    star.cloud.deliver(asked, from: outer(11), to: star.hub)
    let sent = try #require(star.cloud.sent(.purgeReply).last)
    let m = try #require(sent.packet.mandatory), was = try #require(asked.mandatory)
    #expect(sent.to == outer(11) && m.requestID == 99 && m.entries == was.entries && m.addresses == was.addresses && m.flags == was.flags)
    #expect(sent.packet.entries(of: .responderAddress).first?.protocolAddress == inner(1))
    #expect(sent.packet.extensions?.map(\.type) == asked.extensions?.map(\.type))
  }

  @Test("a reply comes also when nothing matched, and none when the N bit is set, §5.2.5", arguments: [
    ("10.0.0.11/32", true, true), ("172.16.0.0/12", true, true), ("10.0.0.11/32", false, false), ("172.16.0.0/12", false, false),
  ])
  func replyUnlessN(_ row: (String, Bool, Bool)) {
    let star = star()
    star.cloud.deliver(purge(11, network(row.0), wantsReply: row.1), from: outer(11), to: star.hub)
    #expect((star.cloud.sent(.purgeReply).count == 1) == row.2)
  }

  @Test("all that a prefix covers is taken back, and nothing beside it, §5.2.5")
  func prefix() {
    let star = star()
    for n in 40...47 as ClosedRange<UInt8> {
      var packet = registration(11, unique: false)
      guard var m = packet.mandatory else { return }
      m.entries = [ClientInformationEntry(prefixLength: 32, holdingTimeSeconds: 300, protocolAddress: inner(n))]
      packet.body = .request(m)
      star.cloud.deliver(packet, from: outer(11), to: star.hub)
    }
    star.cloud.deliver(purge(11, network("10.0.0.40/30")), from: outer(11), to: star.hub)
    #expect((40...47).map { star.hub.mapping(inner($0)) != nil } == [false, false, false, false, true, true, true, true])
    star.cloud.deliver(purge(11, network("10.0.0.0/8")), from: outer(11), to: star.hub)
    #expect(star.hub.mappings.map(\.via) == [inner(12)], "another client's registration stays")
  }

  @Test("an NBMA address in the entry narrows the purge to that binding, §5.2.5")
  func narrowed() {
    let star = star()
    star.cloud.deliver(purge(11, own, nbma: outer(66)), from: outer(11), to: star.hub)
    #expect(star.hub.mapping(inner(11)) != nil && star.cloud.sent(.purgeReply).count == 1)
    star.cloud.deliver(purge(11, own, nbma: outer(11)), from: outer(11), to: star.hub)
    #expect(star.hub.mapping(inner(11)) == nil)
  }

  @Test("strangers purge nothing and get no answer; peers purge only what is theirs")
  func notFromStrangers() {
    let star = star()
    let before = star.hub.mappings
    star.cloud.deliver(purge(11, own, id: 1), from: outer(66), to: star.hub)
    #expect(star.cloud.crossings.isEmpty && star.hub.snapshot?.traffic.unknownPeers == 1)
    star.cloud.deliver(purge(11, own, id: 1), from: outer(12), to: star.hub)
    star.cloud.deliver(purge(12, own, id: 1), from: outer(12), to: star.hub)
    #expect(star.hub.mappings == before)
    star.redirect(star.a, to: host(12))
    star.cloud.deliver(purge(13, network("192.168.12.0/24")), from: outer(13), to: star.a)
    #expect(star.a.shortcuts.count == 1)
  }

  @Test("a purge under the registration's own request id speaks for the client from wherever it comes, as IOS has it")
  func requestIDRule() throws {
    let star = star()
    let id = try #require(star.hub.mapping(inner(11))?.requestID)
    star.cloud.deliver(purge(11, own, id: id &+ 1), from: outer(99), to: star.hub)
    star.cloud.deliver(purge(12, own, id: id), from: outer(99), to: star.hub)
    #expect(star.hub.mapping(inner(11)) != nil)
    star.cloud.deliver(purge(11, own, id: id), from: outer(99), to: star.hub)
    #expect(star.hub.mapping(inner(11)) == nil && star.cloud.sent(.purgeReply).last?.to == outer(99))
  }

  @Test("a purge to the client's own address is for its server: the client does not know the server's, §5.2.5")
  func unknownServer() {
    let star = star()
    star.cloud.deliver(purge(11, own, to: inner(11)), from: outer(11), to: star.hub)
    #expect(star.hub.mapping(inner(11)) == nil && star.cloud.sent(.purgeReply).count == 1)
  }

  @Test("a purge for somebody else is passed on")
  func transit() throws {
    let star = star()
    star.cloud.deliver(purge(11, network("192.168.11.0/24"), to: inner(12)), from: outer(11), to: star.hub)
    let sent = try #require(star.cloud.sent(.purgeRequest).last)
    #expect(sent.to == outer(12) && sent.packet.entries(of: .forwardTransit).map(\.protocolAddress) == [inner(1)])
    #expect(star.cloud.sent(.purgeReply).isEmpty)
    star.cloud.run(for: .milliseconds(10))
    #expect(star.cloud.sent(.purgeReply).map(\.to) == [outer(1), outer(11)], "the reply goes back the same way")
  }

  @Test("an unknown compulsory extension in a purge: error 1, nothing taken back, §5.3")
  func unknownCompulsory() {
    let star = star()
    star.cloud.deliver(purge(11, own, extensions: [unknownExtension(compulsory: true)]), from: outer(11), to: star.hub)
    guard case .error(let error)? = star.cloud.crossings.last?.packet.body else { Issue.record("no error"); return }
    #expect(error.code == .unrecognizedExtension && star.hub.mapping(inner(11)) != nil)
  }

  // MARK: Who must be told

  /// Both spokes have a shortcut from a to b; the hub relayed it.
  private func shortcut(_ change: (inout NHRPSettings) -> Void = { _ in }) -> Star {
    let star = star(change)
    star.redirect(star.a, to: host(12))
    star.cloud.forget()
    return star
  }

  private func expectGone(_ star: Star, _ comment: Comment) {
    #expect(star.a.shortcuts.isEmpty && star.a.adjacencies[inner(12)] == nil, comment)
  }

  @Test("the hub sends purges of its own to requesters when a client purges, §5.2.5")
  func clientPurges() throws {
    let star = shortcut()
    star.cloud.deliver(purge(12, network("10.0.0.12/32")), from: outer(12), to: star.hub)
    let sent = try #require(star.cloud.sent(.purgeRequest, from: star.hub).first)
    #expect(sent.to == outer(11) && sent.packet.sourceProtocol == inner(1) && sent.packet.sourceNBMA == outer(1))
    #expect(sent.packet.destinationProtocol == inner(11))
    #expect(sent.entries.compactMap(\.protocolAddress) == [ip("192.168.12.0"), inner(12)] && sent.entries.map(\.prefixLength) == [24, 32])
    #expect(sent.entries.allSatisfy { $0.code == .success && $0.holdingTimeSeconds == 0 })
    star.cloud.run(for: .milliseconds(10))
    expectGone(star, "purged")
  }

  @Test("the hub tells requesters when a client's registration ends")
  func clientEnds() {
    let star = Star(spoke: { _ in })
    star.spokes[1].config.settings.holdTimeSeconds = 30
    star.start()
    star.redirect(star.a, to: host(12))
    star.cloud.loses = { $0.from == outer(12) }
    star.cloud.run(for: .seconds(40))
    expectGone(star, "the registration ran out")
  }

  @Test("the hub tells requesters when a client moves, and again while no reply comes, three times at most")
  func clientMoves() {
    let star = shortcut { $0.registersUnique = false }
    star.cloud.loses = { $0.type == .purgeReply }
    star.cloud.deliver(registration(12, id: 1, unique: false, nbma: outer(99)), from: outer(99), to: star.hub)
    star.cloud.run(for: .seconds(20))
    expectGone(star, "moved")
    #expect(star.cloud.sent(.purgeRequest, from: star.hub, to: star.a).count == NHRPLimits.purgeTries)
    #expect(Set(star.cloud.sent(.purgeRequest, from: star.hub, to: star.a).map(\.requestID)).count == 1)
  }

  @Test("one reply ends the repetition; a reply nobody waits for is ignored, §5.2.5")
  func replyEnds() {
    let star = shortcut()
    star.cloud.deliver(purge(12, network("10.0.0.12/32"), wantsReply: false), from: outer(12), to: star.hub)
    star.cloud.run(for: .seconds(20))
    #expect(star.cloud.sent(.purgeRequest, from: star.hub).count == 1 && star.cloud.sent(.purgeReply, from: star.a).count == 1)
    let before = star.hub.mappings
    var stray = purge(1, network("10.0.0.0/24"), id: 31_337, to: inner(12))
    stray.body = .request(stray.mandatory?.reply(flags: [], entries: []) ?? NHRPMandatory(
      type: .purgeReply, flags: [], requestID: 0, sourceNBMA: outer(1), sourceProtocol: inner(1), destinationProtocol: inner(12)))
    star.cloud.deliver(stray, from: outer(12), to: star.hub)
    #expect(star.hub.mappings == before && star.hub.snapshot?.traffic.unexpectedReplies == 1)
  }

  @Test("the egress tells its requesters when the route it answered with goes or moves, §5.2.5, §6.2.2", arguments: ["gone", "into the tunnel", "more specific"])
  func routeChanges(_ how: String) {
    let star = shortcut()
    if how == "more specific" {
      star.b.routes.add("192.168.12.128/25", tunnel, via: inner(1))
    } else {
      star.b.routes.remove("192.168.12.0/24")
      if how == "gone" { star.b.routes.remove("192.168.0.0/16") }
    }
    star.cloud.handle(.routesChanged([network(how == "more specific" ? "192.168.12.128/25" : "192.168.12.0/24")]), at: star.b)
    star.cloud.run(for: .milliseconds(10))
    #expect(star.a.shortcuts.isEmpty && star.a.mapping("192.168.12.0/24") == nil)
    #expect(star.b.mapping("192.168.12.0/24") == nil)
  }

  @Test("a route that changes elsewhere, or comes back the same, purges nothing")
  func otherRoutes() {
    let star = shortcut()
    star.b.routes.add("172.16.0.0/12", tunnel, via: inner(1))
    star.cloud.handle(.routesChanged([network("172.16.0.0/12"), network("192.168.12.0/24")]), at: star.b)
    #expect(star.cloud.sent(.purgeRequest).isEmpty)
  }

  @Test("an egress purge that is lost comes again until it is answered")
  func lostPurge() {
    let star = shortcut()
    var lost = 0
    star.cloud.loses = { c in
      guard c.type == .purgeRequest, lost < 2 else { return false }
      lost += 1
      return true
    }
    star.b.routes.remove("192.168.12.0/24")
    star.cloud.handle(.routesChanged([network("192.168.12.0/24")]), at: star.b)
    star.cloud.run(for: .seconds(10))
    #expect(star.a.shortcuts.isEmpty && lost == 2)
    #expect(star.cloud.sent(.purgeRequest, from: star.b).count == 3)
  }

  @Test("a node that stops takes back its registration, under that id, and what it answered")
  func stopping() throws {
    let star = shortcut()
    let id = try #require(star.hub.mapping(inner(12))?.requestID)
    star.cloud.handle(.stopping, at: star.b)
    let sent = star.cloud.sent(.purgeRequest, from: star.b)
    #expect(sent.contains { $0.to == outer(1) && $0.requestID == id && $0.entries.first?.protocolAddress == inner(12) })
    #expect(sent.allSatisfy { $0.flags.contains(.purgeNoReply) })
    star.cloud.run(for: .milliseconds(10))
    #expect(star.hub.mapping(inner(12)) == nil)
    expectGone(star, "stopped")
  }

  @Test("a node that leaves NHRP on an interface takes back the same, and all it installed")
  func interfaceLeaves() {
    let star = shortcut()
    star.cloud.handle(.configure(tunnel, nil), at: star.a)
    star.cloud.run(for: .milliseconds(10))
    #expect(star.hub.mapping(inner(11)) == nil && star.a.adjacencies.isEmpty && star.a.shortcuts.isEmpty)
    #expect(star.a.multicast.isEmpty && star.a.fallback.isEmpty && star.a.engine.nextDeadline == nil)
  }

  @Test("a node that never learned its server's address names its own when it takes back, §5.2.5")
  func stoppingUnknownServer() throws {
    let star = star { $0.servers = [NextHopServerSettings(address: nil, nbma: .address(outer(1)))] }
    let asked = registration(11, id: 11_001, to: inner(11))
    // A server that leaves the destination as it was, as the RFC has it.
    let quiet = Star(spokes: 1, spoke: { $0.servers = [NextHopServerSettings(address: nil, nbma: .address(outer(1)))] })
    quiet.cloud.loses = { _ in true }
    quiet.start()
    guard let body = asked.mandatory?.reply(flags: [], entries: asked.mandatory?.entries ?? []) else { return }
    quiet.cloud.deliver(NHRPPacket(.request(body), hopCount: 255), from: outer(1), to: quiet.a)
    #expect(quiet.a.servers.first?.isResponding == true && quiet.a.servers.first?.address == nil)
    quiet.cloud.handle(.stopping, at: quiet.a)
    #expect(quiet.cloud.sent(.purgeRequest).last?.packet.destinationProtocol == inner(11))
    star.cloud.handle(.stopping, at: star.a)
    #expect(star.cloud.sent(.purgeRequest).last?.packet.destinationProtocol == inner(1))
  }

  @Test("`clear ip nhrp` drops what was learned, tells requesters, and keeps what is static")
  func cleared() {
    let star = shortcut()
    star.cloud.handle(.clear(NHRPClearScope()), at: star.b)
    star.cloud.run(for: .milliseconds(10))
    #expect(star.a.shortcuts.isEmpty && star.b.mappings.map(\.via) == [inner(1)])
    star.cloud.handle(.clear(NHRPClearScope()), at: star.hub)
    #expect(star.hub.mappings.isEmpty && star.hub.multicast.isEmpty)
    var statics = NHRPClearScope()
    statics.includesStatic = true
    star.cloud.handle(.clear(statics), at: star.a)
    star.cloud.run(for: .milliseconds(10))
    #expect(star.hub.mapping(inner(11)) != nil, "registered anew")
  }

  @Test("clearing shortcuts, one address or counters touches nothing else")
  func clearedPart() {
    let star = shortcut()
    var scope = NHRPClearScope()
    scope.shortcutsOnly = true
    star.cloud.handle(.clear(scope), at: star.hub)
    #expect(star.hub.mappings.count == 2)
    scope = NHRPClearScope()
    scope.address = own
    star.cloud.handle(.clear(scope), at: star.hub)
    #expect(star.hub.mappings.map(\.via) == [inner(12)])
    scope = NHRPClearScope()
    scope.countersOnly = true
    star.cloud.handle(.clear(scope), at: star.hub)
    let traffic = star.hub.snapshot?.traffic
    #expect(star.hub.mappings.count == 1 && traffic?.received.reduce(0, +) == 0 && traffic?.sent.reduce(0, +) == 0)
  }
}
