// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// Asking: redirects, questions, replies, shortcuts. RFC 2332 §5.2.1, §5.2.2; draft-detienne-dmvpn.
struct ResolutionRequesterTests {
  private func star(_ change: (inout NHRPSettings) -> Void = { _ in }) -> Star {
    let star = Star(spoke: change)
    star.start()
    return star
  }

  /// A question of spoke a for `target` that nobody answers.
  private func open(_ star: Star, _ target: IPAddress = host(12)) throws -> NHRPPacket {
    star.cloud.loses = { $0.type == .resolutionRequest }
    star.redirect(star.a, to: target)
    return try #require(star.cloud.sent(.resolutionRequest, from: star.a).last?.packet)
  }

  @Test("redirect, question, relay, answer: the far LAN is a route of its own through the far spoke, straight to it")
  func phaseThree() throws {
    let star = star()
    star.redirect(star.a, to: host(12))
    #expect(star.a.adjacencies[inner(12)] == outer(12))
    let shortcut = try #require(star.a.shortcuts[network("192.168.12.0/24")])
    #expect(shortcut.nextHop == inner(12) && !shortcut.isOverride)
    let m = try #require(star.a.mapping("192.168.12.0/24"))
    #expect(m.via == inner(12) && m.nbma == outer(12) && m.flags.contains(.rib) && m.expires.map { $0 - star.cloud.now < .seconds(300) } == true)
    #expect(star.a.snapshot?.pendingTargets == [] && star.a.mapping("192.168.12.2/32") == nil)
    #expect(star.a.count(.shortcutInstalled) == 1)
  }

  @Test("a question is authoritative, from a router, stable, with the hold time of its source and any width of answer, §5.2.1")
  func question() throws {
    let star = star()
    let packet = try open(star)
    let m = try #require(packet.mandatory)
    #expect(m.flags == [.resolutionRouter, .resolutionAuthoritative, .sourceStable, .nat])
    #expect(m.destinationProtocol == host(12) && m.sourceProtocol == inner(11) && m.sourceNBMA == outer(11))
    let entry = try #require(m.entries.first)
    #expect(m.entries.count == 1 && entry.holdingTimeSeconds == 300 && entry.prefixLength == 0)
    #expect(entry.code == .success && entry.nbma == nil && entry.protocolAddress == nil && entry.preference == 0)
    #expect(packet.extensions?.map(\.type) == [3, 4, 5, 9] && packet.extensions?.contains { $0.reservedBit } == false)
  }

  @Test("the answer overrides the next hop where a route with its prefix stands, and is a route of its own elsewhere")
  func overrideOrRoute() {
    let star = star()
    star.a.routes.add("192.168.12.0/24", tunnel, via: inner(1))
    star.redirect(star.a, to: host(12))
    #expect(star.a.shortcuts[network("192.168.12.0/24")]?.isOverride == true)
    #expect(star.a.mapping("192.168.12.0/24")?.flags.contains(.nho) == true)
    star.a.routes.remove("192.168.12.0/24")
    star.cloud.handle(.routesChanged([network("192.168.12.0/24")]), at: star.a)
    #expect(star.a.shortcuts[network("192.168.12.0/24")]?.isOverride == false)
    star.a.routes.remove("192.168.0.0/16")
    star.cloud.handle(.routesChanged([network("192.168.0.0/16")]), at: star.a)
    #expect(star.a.shortcuts.isEmpty && star.a.mapping("192.168.12.0/24") == nil)
  }

  @Test("a burst of redirects for one destination is one question; with a shortcut it is none")
  func duplicatesCollapse() throws {
    let star = star()
    let quoted = ipPacket(from: host(11), to: host(12))
    for _ in 0..<10 { star.cloud.deliver(indication(1, about: quoted), from: outer(1), to: star.a) }
    #expect(star.cloud.sent(.resolutionRequest, from: star.a).count == 1)
    #expect(star.a.mapping("192.168.12.2/32")?.kind == .incomplete)
    star.cloud.run(for: .seconds(1))
    for _ in 0..<10 { star.cloud.deliver(indication(1, about: quoted), from: outer(1), to: star.a) }
    #expect(star.cloud.sent(.resolutionRequest, from: star.a).count == 1)
  }

  @Test("redirects count only from who carries our packets there, and only for what is routed into the tunnel")
  func strangeRedirects() {
    let star = star()
    let quoted = ipPacket(from: host(11), to: host(12))
    star.cloud.deliver(indication(66, about: quoted), from: outer(66), to: star.a)
    star.redirect(star.b, to: host(11))
    star.cloud.forget()
    star.cloud.deliver(indication(12, about: ipPacket(from: host(11), to: host(13))), from: outer(12), to: star.a)
    for target in [host(11), inner(11), outer(12), ip("8.8.8.8"), ip("224.0.0.5"), ip("255.255.255.255"), ip("0.0.0.0")] {
      star.cloud.deliver(indication(1, about: ipPacket(from: host(11), to: target)), from: outer(1), to: star.a)
    }
    star.cloud.deliver(indication(1, about: quoted, code: 1), from: outer(1), to: star.a)
    star.cloud.deliver(indication(1, about: Array(quoted.prefix(19))), from: outer(1), to: star.a)
    #expect(star.cloud.sent(.resolutionRequest, from: star.a).isEmpty)
    #expect(star.a.snapshot?.traffic.unknownPeers == 2)
  }

  @Test("without `ip nhrp shortcut` redirects are ignored")
  func noShortcut() {
    let star = star { $0.shortcut = false }
    star.redirect(star.a, to: host(12))
    #expect(star.cloud.sent(.resolutionRequest).isEmpty)
  }

  @Test("an unanswered question is repeated after 2, 4, 8, 16 s (a little less) under its request id, then given up, §5.2.0.1")
  func retries() throws {
    let star = star()
    let start = star.cloud.now
    _ = try open(star)
    star.cloud.run(for: .seconds(70))
    let sent = star.cloud.sent(.resolutionRequest, from: star.a)
    #expect(sent.count == 5 && Set(sent.map(\.requestID)).count == 1)
    for (k, pause) in [2.0, 4, 8, 16].enumerated() where k + 1 < sent.count {
      let gap = sent[k + 1].seconds - sent[k].seconds
      #expect(gap <= pause + 0.001 && gap >= pause * 0.88 - 0.001)
    }
    #expect(star.a.snapshot?.pendingTargets == [] && star.a.mapping("192.168.12.2/32") == nil)
    #expect(star.a.count(.resolutionFailed) == 1)
    star.cloud.loses = { _ in false }
    star.redirect(star.a, to: host(12))
    #expect(star.a.shortcuts.count == 1 && star.cloud.now - start < .seconds(80), "the next redirect starts anew, under a new id")
    #expect(star.cloud.sent(.resolutionRequest, from: star.a).last?.requestID != sent.first?.requestID)
  }

  @Test("a reply with another id, for another target, or from elsewhere is ignored and counted")
  func strangeReplies() throws {
    let star = star()
    let asked = try open(star)
    let before = star.a.mappings
    var otherID = answer(12, to: asked), otherTarget = answer(12, to: asked)
    if case .request(var m) = otherID.body { m.requestID &+= 1; otherID.body = .request(m) }
    if case .request(var m) = otherTarget.body { m.destinationProtocol = host(12, 3); otherTarget.body = .request(m) }
    star.cloud.deliver(otherID, from: outer(1), to: star.a)
    star.cloud.deliver(otherTarget, from: outer(1), to: star.a)
    star.cloud.deliver(answer(12, to: asked), from: outer(66), to: star.a)
    #expect(star.a.mappings == before && star.a.shortcuts.isEmpty)
    #expect(star.a.snapshot?.traffic.unexpectedReplies == 3)
    star.cloud.deliver(answer(12, to: asked), from: outer(12), to: star.a)
    #expect(star.a.shortcuts.count == 1, "straight from the answering spoke it is good")
    star.cloud.deliver(answer(12, to: asked), from: outer(1), to: star.a)
    #expect(star.a.snapshot?.traffic.unexpectedReplies == 4, "once only")
  }

  @Test("an answer is clipped: never shorter than the route it refines, never the default", arguments: [
    (24, "192.168.12.0/24"), (16, "192.168.0.0/16"), (8, "192.168.0.0/16"), (1, "192.168.0.0/16"), (0, "192.168.12.2/32"), (255, "192.168.12.2/32"),
    (32, "192.168.12.2/32"), (20, "192.168.0.0/20"),
  ])
  func clipped(_ row: (UInt8, String)) throws {
    let star = star()
    star.a.routes.remove("192.168.11.0/24")
    star.cloud.deliver(answer(12, to: try open(star), prefixLength: row.0), from: outer(1), to: star.a)
    #expect(star.a.shortcuts.keys.map(\.description) == [row.1])
  }

  @Test("with a default route into the tunnel an answer never becomes a default route")
  func neverDefault() throws {
    let star = star()
    star.a.routes.remove("192.168.0.0/16")
    star.a.routes.add("0.0.0.0/0", tunnel, via: inner(1))
    star.cloud.deliver(answer(12, to: try open(star), prefixLength: 1), from: outer(1), to: star.a)
    let prefix = try #require(star.a.shortcuts.keys.first)
    #expect(!prefix.isDefault)
    for own in [host(11), outer(11), outer(1), outer(12), inner(11), inner(1)] { #expect(!prefix.contains(own)) }
  }

  @Test("an answer never covers a network of our own nor the underlay address of a live peer")
  func neverOwn() throws {
    let star = star()
    star.cloud.deliver(answer(12, to: try open(star), prefixLength: 16), from: outer(1), to: star.a)
    #expect(star.a.shortcuts.keys.first.map { $0.contains(host(12)) && !$0.contains(host(11)) } == true)
    // A spoke whose underlay address lies in the network that is answered for.
    let other = self.star { $0.maps = [StaticMapping(address: inner(40), nbma: host(12, 129))] }
    other.cloud.deliver(answer(12, to: try open(other), prefixLength: 24), from: outer(1), to: other.a)
    #expect(other.a.shortcuts.keys.map(\.description) == ["192.168.12.0/25"])
    let exact = self.star { $0.maps = [StaticMapping(address: inner(40), nbma: host(12))] }
    exact.cloud.deliver(answer(12, to: try open(exact), prefixLength: 32), from: outer(1), to: exact.a)
    #expect(exact.a.shortcuts.isEmpty)
  }

  @Test("an answer that names no usable NBMA or tunnel address is not believed", arguments: ["0.0.0.0", "224.0.0.1", "255.255.255.255", "127.0.0.1", "198.51.100.11"])
  func unusable(_ nbma: String) throws {
    let star = star()
    star.cloud.deliver(answer(12, to: try open(star), nbma: ip(nbma)), from: outer(1), to: star.a)
    #expect(star.a.shortcuts.isEmpty && star.a.adjacencies[inner(12)] == nil)
  }

  @Test("of several entries the one with the highest preference is used, refused and expired ones never, §5.2.0.1")
  func preference() throws {
    let star = star()
    var packet = answer(12, to: try open(star))
    guard var m = packet.mandatory else { return }
    m.entries = [(13, 9, 0, 0), (14, 200, 12, 0), (15, 7, 0, 300), (12, 8, 0, 300)].map { n, preference, code, hold in
      ClientInformationEntry(
        code: NHRPCode(rawValue: code), prefixLength: 24, holdingTimeSeconds: hold, nbma: outer(n), protocolAddress: inner(n), preference: preference)
    }
    packet.body = .request(m)
    star.cloud.deliver(packet, from: outer(1), to: star.a)
    #expect(star.a.shortcuts[network("192.168.12.0/24")]?.nextHop == inner(12))
  }

  @Test("\"no\" is believed for a while and asked again afterwards", arguments: [11, 12, 13, 4] as [UInt8])
  func negative(_ code: UInt8) throws {
    let star = star()
    var packet = answer(12, to: try open(star))
    guard var m = packet.mandatory else { return }
    m.entries = [ClientInformationEntry(code: NHRPCode(rawValue: code))]
    packet.body = .request(m)
    star.cloud.deliver(packet, from: outer(1), to: star.a)
    #expect(star.a.mapping("192.168.12.2/32")?.kind == .negative && star.a.snapshot?.pendingTargets == [])
    star.cloud.loses = { _ in false }
    star.redirect(star.a, to: host(12))
    #expect(star.cloud.sent(.resolutionRequest, from: star.a).count == 1)
    star.cloud.run(for: .seconds(NHRPLimits.negativeSeconds))
    star.redirect(star.a, to: host(12))
    #expect(star.a.shortcuts.count == 1)
  }

  @Test("error 6 about an open question, from where it was asked, is a \"no\"; from elsewhere it is nothing, §5.2.7")
  func unreachable() throws {
    let star = star()
    let asked = try open(star)
    star.cloud.deliver(complaint(66, .protocolAddressUnreachable, about: asked, to: inner(11)), from: outer(66), to: star.a)
    star.cloud.deliver(complaint(1, .protocolError, about: asked, to: inner(11)), from: outer(1), to: star.a)
    #expect(star.a.snapshot?.pendingTargets == [host(12)])
    star.cloud.deliver(complaint(1, .protocolAddressUnreachable, about: asked, to: inner(11)), from: outer(1), to: star.a)
    #expect(star.a.snapshot?.pendingTargets == [] && star.a.mapping("192.168.12.2/32")?.kind == .negative)
  }

  @Test("a shortcut in use is renewed before it ends, an unused one is not and takes its route and adjacency along, §6.2.1")
  func renewal() {
    let star = star { $0.holdTimeSeconds = 60 }
    star.a.busy = [inner(12)]
    star.redirect(star.a, to: host(12))
    star.cloud.run(for: .seconds(200))
    #expect(star.a.shortcuts.count == 1 && star.a.adjacencies[inner(12)] == outer(12))
    #expect(star.a.count(.shortcutInstalled) == 1 && star.a.count(.shortcutRefreshed) >= 3)
    #expect(star.a.outputs.filter { if case .installRoute = $0 { true } else { false } }.count == 1)
    star.a.busy = []
    let asked = star.cloud.sent(.resolutionRequest, from: star.a).count
    star.cloud.run(for: .seconds(100))
    #expect(star.a.shortcuts.isEmpty && star.a.mapping("192.168.12.0/24") == nil)
    #expect(star.a.adjacencies[inner(12)] == nil)
    #expect(star.cloud.sent(.resolutionRequest, from: star.a).count <= asked + 1)
  }

  @Test("phase 2: a missing next hop is asked of the server, becomes an adjacency without a route, and is not asked twice")
  func phaseTwo() {
    let star = star()
    star.cloud.handle(.resolutionWanted(tunnel, nextHop: inner(12)), at: star.a)
    star.cloud.handle(.resolutionWanted(tunnel, nextHop: inner(12)), at: star.a)
    #expect(star.cloud.sent(.resolutionRequest, from: star.a, to: star.hub).count == 1)
    star.cloud.run(for: .seconds(1))
    #expect(star.a.adjacencies[inner(12)] == outer(12) && star.a.shortcuts.isEmpty)
    star.cloud.handle(.resolutionWanted(tunnel, nextHop: inner(12)), at: star.a)
    #expect(star.cloud.sent(.resolutionRequest, from: star.a).count == 1)
  }

  @Test("phase 2: a next hop nobody has registered is a \"no\" at once, and is not asked again meanwhile")
  func phaseTwoNegative() {
    let star = star()
    star.cloud.handle(.resolutionWanted(tunnel, nextHop: inner(99)), at: star.a)
    star.cloud.run(for: .seconds(1))
    #expect(star.a.mapping(inner(99))?.kind == .negative)
    star.cloud.handle(.resolutionWanted(tunnel, nextHop: inner(99)), at: star.a)
    #expect(star.cloud.sent(.resolutionRequest, from: star.a).count == 1)
  }

  @Test("a peer's tunnel address off the connected network gets a route of its own")
  func peerOffNetwork() {
    let star = star()
    star.a.routes.remove("10.0.0.0/24")
    star.a.routes.add("10.0.0.1/32", tunnel)
    star.a.routes.add("10.0.0.0/16", tunnel, via: inner(1))
    star.redirect(star.a, to: host(12))
    #expect(star.a.shortcuts[network("10.0.0.12/32")]?.nextHop == inner(12))
    star.cloud.run(for: .seconds(400))
    #expect(star.a.shortcuts.isEmpty)
  }

  @Test("a peer that registers here keeps the route it had as a shortcut until its entry ends")
  func shortcutThenRegistered() {
    let star = star()
    star.a.routes.remove("10.0.0.0/24")
    star.a.routes.add("10.0.0.0/16", tunnel, via: inner(1))
    star.redirect(star.a, to: host(12))
    star.cloud.deliver(registration(12, hold: 20, to: inner(11)), from: outer(12), to: star.a)
    #expect(star.a.shortcuts[network("10.0.0.12/32")] != nil)
    star.cloud.run(for: .seconds(21))
    #expect(star.a.shortcuts[network("10.0.0.12/32")] == nil && star.a.adjacencies[inner(12)] == nil)
  }
}
