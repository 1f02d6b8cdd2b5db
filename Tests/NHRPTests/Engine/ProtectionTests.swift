// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

@Suite("NHRP on protected tunnels")
struct ProtectedTunnelTests {
  /// A star whose tunnels are protected; nobody has associations yet.
  private static func star(spokes: UInt8 = 2) -> Star {
    let star = Star(spokes: spokes)
    for s in star.cloud.stations { s.config.isProtected = true }
    for s in star.cloud.stations { star.cloud.configure(s) }
    star.cloud.run(for: .milliseconds(100))
    return star
  }

  /// `a` and `b` have associations from now on, under numbers made of their last octets.
  private static func protect(_ star: Star, _ a: Station, _ b: Station, identity: [UInt8]? = nil) {
    star.cloud.handle(.protectionUp(tunnel, NHRPProtectedPeer(id: id(b), nbma: b.publicNBMA)), at: a)
    star.cloud.handle(.protectionUp(tunnel, NHRPProtectedPeer(id: id(a), nbma: a.publicNBMA)), at: b)
    star.cloud.run(for: .milliseconds(100))
  }

  private static func id(_ s: Station) -> ProtectionID { ProtectionID(s.address.v4Bits & 0xff) }

  @Test("a client asks for associations and sends no registration before they are there")
  func registrationWaits() {
    let star = Self.star()
    #expect(star.a.wishes.contains(outer(1)))
    #expect(star.cloud.crossings.isEmpty)
    #expect(star.a.adjacencies.isEmpty)
    Self.protect(star, star.a, star.hub)
    #expect(star.a.servers.first?.isResponding == true)
    #expect(star.hub.mapping(inner(11))?.peer == Self.id(star.a))
    #expect(star.a.adjacencies[inner(1)] == outer(1))
  }

  @Test("a registration that comes before the word that its peer is protected is used with that word")
  func registrationFirst() {
    let star = Self.star(spokes: 1)
    star.cloud.handle(.packet(tunnel, nbmaSource: outer(11), bytes: registration(11).encode(), peer: ProtectionID(9)), at: star.hub)
    #expect(star.hub.adjacencies[inner(11)] == nil)
    star.cloud.handle(.protectionUp(tunnel, NHRPProtectedPeer(id: ProtectionID(9), nbma: outer(11))), at: star.hub)
    #expect(star.hub.adjacencies[inner(11)] == outer(11))
  }

  @Test("an answer is used only once its peer is protected; until then there is no adjacency and no route")
  func answerWaits() {
    let star = Self.star()
    Self.protect(star, star.a, star.hub)
    Self.protect(star, star.b, star.hub)
    star.redirect(star.a, to: host(12))
    #expect(star.a.count(.resolutionReplyReceived) == 1)
    #expect(star.a.wishes.contains(outer(12)))
    #expect(star.b.wishes.contains(outer(11)), "the egress spoke starts as soon as it has accepted the question")
    #expect(star.a.adjacencies[inner(12)] == nil && star.a.shortcuts.isEmpty)
    Self.protect(star, star.a, star.b)
    #expect(star.a.adjacencies[inner(12)] == outer(12))
    #expect(star.a.shortcuts[network("192.168.12.0/24")]?.0 == inner(12))
    #expect(star.b.adjacencies[inner(11)] == outer(11))
  }

  @Test("while an answer waits, further redirects ask nothing")
  func oneQuestion() {
    let star = Self.star()
    Self.protect(star, star.a, star.hub)
    Self.protect(star, star.b, star.hub)
    star.redirect(star.a, to: host(12))
    star.cloud.run(for: .seconds(9))
    star.redirect(star.a, to: host(12))
    #expect(star.cloud.crossings.filter { $0.type == .resolutionRequest && $0.from == outer(11) }.count == 1)
  }

  @Test("what could not be protected is not used, and the next redirect asks again")
  func failure() {
    let star = Self.star()
    Self.protect(star, star.a, star.hub)
    Self.protect(star, star.b, star.hub)
    star.redirect(star.a, to: host(12))
    star.cloud.handle(.protectionFailed(tunnel, nbma: outer(12)), at: star.a)
    #expect(star.a.count(.resolutionFailed) == 1)
    #expect(star.a.mapping(inner(12)) == nil && star.a.shortcuts.isEmpty)
    star.cloud.run(for: .seconds(9))
    star.redirect(star.a, to: host(12))
    #expect(star.a.count(.resolutionReplyReceived) == 2)
  }

  @Test("entries end with their associations, on both sides")
  func entriesEnd() {
    let star = Self.star()
    for s in star.spokes { Self.protect(star, s, star.hub) }
    star.redirect(star.a, to: host(12))
    Self.protect(star, star.a, star.b)
    star.cloud.handle(.protectionDown(tunnel, Self.id(star.b)), at: star.a)
    #expect(star.a.shortcuts.isEmpty && star.a.adjacencies[inner(12)] == nil)
    star.cloud.handle(.protectionDown(tunnel, Self.id(star.a)), at: star.hub)
    #expect(star.hub.mapping(inner(11)) == nil)
    #expect(star.hub.count(.nhcDown) == 1)
  }

  @Test("a server whose associations are gone is down at once and asked for anew")
  func serverLost() {
    let star = Self.star(spokes: 1)
    Self.protect(star, star.a, star.hub)
    let wishes = star.a.wishes.count
    star.cloud.handle(.protectionDown(tunnel, Self.id(star.hub)), at: star.a)
    #expect(star.a.servers.first?.isResponding == false)
    #expect(star.a.wishes.count > wishes)
    #expect(star.a.adjacencies[inner(1)] == nil)
    Self.protect(star, star.a, star.hub)
    #expect(star.a.servers.first?.isResponding == true)
  }

  @Test("clients behind one NAT address are told apart by their associations")
  func oneAddress() {
    let star = Self.star()
    let nat = outer(200)
    for (n, s) in [(UInt32(7), star.a), (8, star.b)] {
      star.cloud.handle(.protectionUp(tunnel, NHRPProtectedPeer(id: ProtectionID(n), nbma: nat)), at: star.hub)
      let bytes = registration(UInt8(truncatingIfNeeded: s.address.v4Bits), id: n, nbma: s.publicNBMA).encode()
      star.cloud.handle(.packet(tunnel, nbmaSource: nat, bytes: bytes, peer: ProtectionID(n)), at: star.hub)
    }
    #expect(star.hub.mapping(inner(11))?.peer == ProtectionID(7))
    #expect(star.hub.mapping(inner(12))?.peer == ProtectionID(8))
    let replies = star.hub.outputs.compactMap { if case .send(_, _, _, let peer) = $0 { peer } else { nil } }
    #expect(replies == [ProtectionID(7), ProtectionID(8)])
    star.cloud.handle(.protectionDown(tunnel, ProtectionID(7)), at: star.hub)
    #expect(star.hub.mapping(inner(11)) == nil && star.hub.mapping(inner(12)) != nil)
  }

  @Test("a certificate decides which tunnel address may be registered", arguments: [(UInt8(11), NHRPCode.success), (12, .administrativelyProhibited)])
  func certificateLimitsRegistration(address: UInt8, code: NHRPCode) {
    let star = Self.star()
    let peer = NHRPProtectedPeer(id: ProtectionID(5), nbma: outer(11), identity: [1], addresses: [inner(11)])
    star.cloud.handle(.protectionUp(tunnel, peer), at: star.hub)
    let bytes = registration(address, nbma: outer(11)).encode()
    star.cloud.handle(.packet(tunnel, nbmaSource: outer(11), bytes: bytes, peer: ProtectionID(5)), at: star.hub)
    #expect(star.cloud.crossings.last?.entries.first?.code == code)
    #expect((star.hub.mapping(inner(address)) != nil) == (code == .success))
  }

  @Test("the same certificate from elsewhere may move its unique registration; another may not (code 14)", arguments: [true, false])
  func moveByIdentity(isSame: Bool) {
    let star = Self.star()
    for (n, identity) in [(UInt32(5), [UInt8(1)]), (6, isSame ? [1] : [2])] {
      let from = outer(UInt8(40 + n))
      star.cloud.handle(.protectionUp(tunnel, NHRPProtectedPeer(id: ProtectionID(n), nbma: from, identity: identity)), at: star.hub)
      let bytes = registration(11, id: n, nbma: from).encode()
      star.cloud.handle(.packet(tunnel, nbmaSource: from, bytes: bytes, peer: ProtectionID(n)), at: star.hub)
    }
    #expect(star.cloud.crossings.last?.entries.first?.code == (isSame ? .success : .uniqueAddressRegistered))
    #expect(star.hub.mapping(inner(11))?.nbma == outer(isSame ? 46 : 45))
  }

  @Test("a peer may only announce what its certificate names")
  func certificateLimitsAnswers() {
    let star = Self.star()
    for s in star.spokes { Self.protect(star, s, star.hub) }
    let limited = NHRPProtectedPeer(id: Self.id(star.b), nbma: outer(12), identity: [1], prefixes: [network("192.168.99.0/24")])
    star.cloud.handle(.protectionUp(tunnel, limited), at: star.a)
    star.redirect(star.a, to: host(12))
    #expect(star.a.count(.resolutionReplyReceived) == 1)
    #expect(star.a.shortcuts.isEmpty)
  }
}
