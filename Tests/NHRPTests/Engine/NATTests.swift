// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// Cisco's NAT address extension: claimed against observed addresses.
struct NATTests {
  /// A star whose first spoke, 198.51.100.11, is seen as 203.0.113.11.
  private func star() -> Star {
    let star = Star(spokes: 2)
    star.a.publicNBMA = ip("203.0.113.11")
    star.start()
    return star
  }
  private let seen = ip("203.0.113.11")

  @Test("the server sends to the observed address and keeps the claimed one")
  func observedAndClaimed() throws {
    let star = star()
    let m = try #require(star.hub.mapping(inner(11)))
    #expect(m.nbma == seen && m.claimedNBMA == outer(11))
    #expect(star.hub.adjacencies[inner(11)] == seen && star.hub.multicast == [outer(12), seen])
    #expect(star.hub.mapping(inner(12))?.claimedNBMA == nil)
  }

  @Test("the reply keeps the client's entry and appends the observed address; without NAT the entry comes back alone")
  func secondEntry() throws {
    let star = star()
    let toA = try #require(star.cloud.sent(.registrationReply, to: star.a).first?.packet.entries(of: .natAddress))
    #expect(toA.count == 2 && toA.first?.nbma == outer(1) && toA.last?.nbma == seen && toA.last?.protocolAddress == inner(11))
    #expect(star.cloud.sent(.registrationReply, to: star.b).first?.packet.entries(of: .natAddress).count == 1)
  }

  @Test("the client learns its public address from the second entry, and forgets it when there is none")
  func clientLearns() {
    let star = star()
    #expect(star.a.snapshot?.natAddress == seen && star.b.snapshot?.natAddress == nil)
    #expect(star.a.count(.natDetected) == 1)
    star.a.publicNBMA = outer(11)
    star.hub.engine = NHRPEngine()
    star.cloud.configure(star.hub)
    star.cloud.run(for: .seconds(101))
    #expect(star.a.snapshot?.natAddress == nil)
  }

  @Test("a client that knows its public address puts it into its questions and answers")
  func clientTells() throws {
    let star = star()
    star.redirect(star.a, to: host(12))
    let asked = try #require(star.cloud.sent(.resolutionRequest, from: star.a).last)
    #expect(asked.packet.entries(of: .natAddress).first?.nbma == seen)
    #expect(star.b.mapping(inner(11)) == nil, "its NAT lets nothing in before it has sent something to us")
    star.redirect(star.b, to: host(11))
    let answered = try #require(star.cloud.sent(.resolutionReply, from: star.a).last)
    #expect(answered.packet.entries(of: .natAddress).first?.nbma == seen)
    #expect(star.b.adjacencies[inner(11)] == seen)
  }

  @Test("the transit server fills an empty NAT extension for a client that does not know, in requests and replies")
  func transitFills() throws {
    let star = star()
    star.cloud.deliver(question(11, for: host(12)), from: seen, to: star.hub)
    let request = try #require(star.cloud.sent(.resolutionRequest, from: star.hub).last)
    #expect(request.packet.entries(of: .natAddress).map(\.nbma) == [seen])
    #expect(request.packet.entries(of: .natAddress).first?.protocolAddress == inner(11))
    star.cloud.deliver(answer(11, to: question(12, for: host(11))), from: seen, to: star.hub)
    let reply = try #require(star.cloud.sent(.resolutionReply, from: star.hub).last)
    #expect(reply.packet.entries(of: .natAddress).map(\.nbma) == [seen])
  }

  @Test("a client without NAT gets nothing filled in, and a filled extension is left alone")
  func transitLeaves() throws {
    let star = star()
    star.cloud.deliver(question(12, for: host(11)), from: outer(12), to: star.hub)
    #expect(star.cloud.sent(.resolutionRequest, from: star.hub).last?.packet.entries(of: .natAddress).isEmpty == true)
    let own = [ClientInformationEntry(prefixLength: 32, nbma: outer(99), protocolAddress: inner(11))]
    star.cloud.deliver(question(11, for: host(12), extensions: clientExtensions(nat: own)), from: seen, to: star.hub)
    #expect(star.cloud.sent(.resolutionRequest, from: star.hub).last?.packet.entries(of: .natAddress) == own)
  }

  @Test("device capabilities of RFC 2735, which share the number 9, pass unharmed in transit and in replies")
  func deviceCapabilities() throws {
    let star = star()
    let capabilities = NHRPExtension(isCompulsory: false, type: .natAddress, content: .deviceCapabilities([0, 0, 0, 1, 0, 0, 0, 2]))
    star.cloud.deliver(question(11, for: host(12), extensions: [capabilities]), from: seen, to: star.hub)
    #expect(star.cloud.sent(.resolutionRequest, from: star.hub).last?.packet.extension(.natAddress) == capabilities)
    star.cloud.deliver(registration(11, id: 99, extensions: [capabilities]), from: seen, to: star.hub)
    #expect(star.cloud.sent(.registrationReply, from: star.hub).last?.packet.extension(.natAddress) == capabilities)
  }

  @Test("the NAT entry for the responder wins over the entry's own NBMA address")
  func natEntryWins() throws {
    let star = star()
    star.cloud.loses = { $0.type == .resolutionRequest }
    star.redirect(star.b, to: host(11))
    let asked = try #require(star.cloud.sent(.resolutionRequest, from: star.b).last?.packet)
    let nat = [ClientInformationEntry(prefixLength: 32, nbma: seen, protocolAddress: inner(11))]
    star.cloud.deliver(answer(11, to: asked, nat: nat), from: outer(1), to: star.b)
    #expect(star.b.adjacencies[inner(11)] == seen && star.b.mapping(inner(11))?.claimedNBMA == outer(11))
  }
}
