// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// Answering and passing on: RFC 2332 §5.2.1, §5.2.2, §5.3, §6.
struct ResolutionResponderTests {
  private func star(_ change: (inout NHRPSettings) -> Void = { _ in }) -> Star {
    let star = Star(spoke: change)
    star.start()
    star.cloud.forget()
    return star
  }

  private func reply(_ star: Star) throws -> Crossing { try #require(star.cloud.sent(.resolutionReply).last) }
  private func error(_ star: Star) -> NHRPErrorIndication? {
    guard case .error(let e)? = star.cloud.sent(.errorIndication).last?.packet.body else { return nil }
    return e
  }

  @Test("the hub passes a question on to the spoke that owns the route: one hop less, its record appended, the rest as it was, §5.3.2")
  func relayed() throws {
    let star = star()
    let asked = question(11, for: host(12), hopCount: 64)
    star.cloud.deliver(asked, from: outer(11), to: star.hub)
    let sent = try #require(star.cloud.sent(.resolutionRequest).last)
    #expect(sent.to == outer(12) && sent.packet.header.hopCount == 63 && sent.packet.body == asked.body)
    let record = sent.packet.entries(of: .forwardTransit)
    #expect(record.map(\.protocolAddress) == [inner(1)] && record.map(\.nbma) == [outer(1)] && record.first?.prefixLength == 0)
    #expect(sent.packet.entries(of: .reverseTransit).isEmpty && sent.packet.entries(of: .responderAddress).isEmpty)
    #expect(sent.packet.extensions?.map(\.type) == asked.extensions?.map(\.type))
  }

  @Test("the reply passes back towards the source address, with the reverse record, §5.2.2, §5.3.3")
  func replyRelayed() throws {
    let star = star()
    star.cloud.deliver(question(11, for: host(12)), from: outer(11), to: star.hub)
    star.cloud.run(for: .milliseconds(10))
    let replies = star.cloud.sent(.resolutionReply)
    #expect(replies.map(\.to) == [outer(1), outer(11)])
    #expect(replies.first?.packet.entries(of: .reverseTransit).isEmpty == true, "the responder leaves both records alone")
    #expect(replies.first?.packet.entries(of: .forwardTransit).map(\.protocolAddress) == [inner(1)])
    #expect(replies.last?.packet.entries(of: .reverseTransit).map(\.protocolAddress) == [inner(1)])
    #expect(replies.first?.packet.header.hopCount == 255 && replies.last?.packet.header.hopCount == 254)
  }

  @Test("without a transit record in the packet none is added")
  func noRecord() throws {
    let star = star()
    star.cloud.deliver(question(11, for: host(12), extensions: nil), from: outer(11), to: star.hub)
    #expect(star.cloud.sent(.resolutionRequest).last?.packet.extensions == nil)
  }

  @Test("the answer: own tunnel and NBMA address, the route's prefix, the hold time, the request's id and addresses, §5.2.2")
  func answered() throws {
    let star = star()
    star.cloud.deliver(question(11, for: host(12), id: 4711), from: outer(1), to: star.b)
    let sent = try reply(star)
    let m = try #require(sent.packet.mandatory), entry = try #require(sent.entries.first)
    #expect(sent.to == outer(1) && m.requestID == 4711 && m.sourceProtocol == inner(11) && m.destinationProtocol == host(12))
    #expect(sent.entries.count == 1 && entry.code == .success && entry.prefixLength == 24 && entry.holdingTimeSeconds == 300)
    #expect(entry.nbma == outer(12) && entry.protocolAddress == inner(12))
    #expect(m.flags == [.resolutionRouter, .sourceStable, .nat, .destinationStable, .resolutionAuthoritative])
    #expect(sent.packet.entries(of: .responderAddress).first?.protocolAddress == inner(12))
    #expect(sent.packet.entries(of: .responderAddress).first?.prefixLength == 0)
    #expect(star.b.mapping("192.168.12.0/24")?.flags.contains(.local) == true)
  }

  @Test("for its own tunnel address, and for what only a default route covers, a node answers for the one host")
  func hostAnswers() throws {
    let star = star()
    star.cloud.deliver(question(11, for: inner(12)), from: outer(1), to: star.b)
    #expect(try reply(star).entries.first?.prefixLength == 32)
    star.b.routes.add("0.0.0.0/0", wan, via: outer(254))
    star.cloud.deliver(question(11, for: ip("8.8.8.8"), id: 78), from: outer(1), to: star.b)
    #expect(try reply(star).requestID == 78 && reply(star).entries.first?.prefixLength == 32)
  }

  @Test("an answer never covers a more specific route that leads elsewhere, §6.3")
  func noHoles() throws {
    let star = star()
    star.b.routes.add("172.16.0.0/16", lan, via: host(12, 254))
    star.b.routes.add("172.16.128.0/20", tunnel, via: inner(1))
    star.cloud.deliver(question(11, for: ip("172.16.1.1")), from: outer(1), to: star.b)
    #expect(try reply(star).entries.first?.prefixLength == 17)
  }

  @Test("an answer is no wider than the request accepts; 0, 255 and the full width accept anything, §5.2.1", arguments: [
    (0, 24), (255, 24), (32, 24), (28, 28), (16, 24),
  ])
  func widest(_ row: (UInt8, UInt8)) throws {
    let star = star()
    star.cloud.deliver(question(11, for: host(12), prefixLength: row.0), from: outer(1), to: star.b)
    #expect(try reply(star).entries.first?.prefixLength == row.1)
  }

  @Test("every extension of the request is in the reply, compulsory or not, known or not, vendor-private ones repeated, §5.2.2, §5.3")
  func extensionsCopied() throws {
    let star = star()
    let vendor = NHRPExtension(isCompulsory: false, type: .vendorPrivate, content: .vendorPrivate(oui: 12, data: [1]))
    let other = NHRPExtension(isCompulsory: true, type: .vendorPrivate, content: .vendorPrivate(oui: 99, data: [2, 3]))
    let asked = [vendor] + clientExtensions() + [other, unknownExtension(compulsory: false)]
    star.cloud.deliver(question(11, for: host(12), extensions: asked), from: outer(1), to: star.b)
    let got = try #require(try reply(star).packet.extensions)
    #expect(got.map(\.type) == asked.map(\.type) && got.first == vendor && got[5] == other && got[6] == asked[6])
  }

  @Test("the NAT bit is echoed when it was set, and only then")
  func natBit() throws {
    let star = star()
    star.cloud.deliver(question(11, for: host(12)), from: outer(1), to: star.b)
    #expect(try reply(star).flags.contains(.nat))
    star.cloud.deliver(question(11, for: host(12), flags: [.resolutionRouter]), from: outer(1), to: star.b)
    #expect(try reply(star).flags == [.resolutionRouter, .destinationStable, .resolutionAuthoritative])
  }

  @Test("a question straight from another spoke, without any transit record or extension, is answered there")
  func straight() throws {
    let star = star()
    star.cloud.deliver(question(11, for: host(12), extensions: nil), from: outer(11), to: star.b)
    #expect(try reply(star).to == outer(11) && reply(star).packet.extensions == nil)
  }

  @Test("the source of a question is cached only with the S bit and a hold time above 0, and for that long, §5.2.1, §6.2", arguments: [
    (true, 300, true), (true, 0, false), (false, 300, false), (false, 0, false),
  ])
  func implicit(_ row: (Bool, UInt16, Bool)) throws {
    let star = star()
    star.cloud.deliver(question(11, for: host(12), flags: row.0 ? [.sourceStable] : [], hold: row.1), from: outer(1), to: star.b)
    let m = star.b.mapping(inner(11))
    #expect((m != nil) == row.2 && (star.b.adjacencies[inner(11)] == outer(11)) == row.2)
    #expect(m?.flags.contains(.implicit) ?? true)
    star.cloud.run(for: .seconds(300))
    #expect(star.b.mapping(inner(11)) == nil)
  }

  @Test("the source is not cached where its addresses are none, or where a better binding stands")
  func implicitRefused() {
    let star = star()
    var packet = question(11, for: host(12))
    packet.addresses.nbma = nil
    star.cloud.deliver(packet, from: outer(1), to: star.b)
    packet = question(11, for: host(12))
    packet.addresses.source = ip("224.0.0.9")
    star.cloud.deliver(packet, from: outer(1), to: star.b)
    packet = question(1, for: host(12))
    packet.sourceNBMA = outer(66)
    star.cloud.deliver(packet, from: outer(66), to: star.b)
    #expect(star.b.mappings.filter { !$0.flags.contains(.local) }.map(\.via) == [inner(1)])
    #expect(star.b.adjacencies == [inner(1): outer(1)])
    star.cloud.deliver(question(11, for: host(1)), from: outer(66), to: star.hub)
    #expect(star.hub.mapping(inner(11))?.nbma == outer(11), "a registration stands above a question")
  }

  @Test("our own address in the record of a request or of a reply is a loop: error 3, no more, §5.3.2, §5.3.3")
  func loops() throws {
    let star = star()
    var packet = question(11, for: host(12))
    packet.replaceExtension(.forwardTransit([ClientInformationEntry(nbma: outer(1), protocolAddress: inner(1))]))
    star.cloud.deliver(packet, from: outer(11), to: star.hub)
    #expect(error(star)?.code == .loopDetected && star.cloud.sent(.resolutionRequest).isEmpty)
    star.cloud.run(for: .seconds(2))
    var reply = answer(12, to: question(11, for: host(12)))
    reply.replaceExtension(.reverseTransit([ClientInformationEntry(nbma: outer(1), protocolAddress: inner(1))]))
    star.cloud.deliver(reply, from: outer(12), to: star.hub)
    #expect(star.cloud.sent(.errorIndication).count == 2 && star.cloud.sent(.resolutionReply).isEmpty)
    #expect(star.hub.count(.loopDetected) == 2)
  }

  @Test("our own address as the responder of a reply that only passes is a loop: error 3, §5.3.1")
  func responderLoop() {
    let star = star()
    var reply = answer(12, to: question(11, for: host(12)))
    reply.replaceExtension(.responderAddress([ClientInformationEntry(nbma: outer(1), protocolAddress: inner(1))]))
    star.cloud.deliver(reply, from: outer(12), to: star.hub)
    #expect(error(star)?.code == .loopDetected && star.cloud.sent(.resolutionReply).isEmpty)
  }

  @Test("hop count 0 is enough to be answered, and not to be passed on: error 15 at the hop count's offset, §5.1, §5.2.7")
  func hopCount() throws {
    let star = star()
    star.cloud.deliver(question(11, for: host(12), hopCount: 0), from: outer(1), to: star.b)
    #expect(try reply(star).entries.first?.code == .success)
    star.cloud.deliver(question(11, for: host(12), hopCount: 0), from: outer(11), to: star.hub)
    #expect(error(star)?.code == .hopCountExceeded && error(star)?.offset == 9)
    #expect(star.cloud.sent(.errorIndication).last?.to == outer(11) && star.cloud.sent(.resolutionRequest).isEmpty)
  }

  @Test("an unknown compulsory extension: error 1 at its offset as responder, and no answer, §5.3")
  func unknownAsResponder() {
    let star = star()
    star.cloud.deliver(question(11, for: host(12), extensions: clientExtensions() + [unknownExtension(compulsory: true)]), from: outer(1), to: star.b)
    #expect(error(star)?.code == .unrecognizedExtension && error(star)?.offset == 52 + 16)
    #expect(star.cloud.sent(.resolutionReply).isEmpty && star.b.mapping(inner(11)) == nil)
  }

  @Test("an unknown compulsory extension in transit: passed on without a record of us, nothing filled in, nothing kept, §5.3")
  func unknownInTransit() throws {
    let star = star()
    let asked = question(11, for: host(12), extensions: clientExtensions() + [unknownExtension(compulsory: true)])
    star.cloud.deliver(asked, from: outer(11), to: star.hub)
    let sent = try #require(star.cloud.sent(.resolutionRequest).last)
    #expect(sent.packet.extensions == asked.extensions && sent.packet.body == asked.body && sent.packet.header.hopCount == 254)
    let before = star.hub.mappings
    star.cloud.deliver(answer(12, to: asked), from: outer(12), to: star.hub)
    #expect(star.hub.mappings == before)
    star.cloud.deliver(purge(12, network("10.0.0.12/32"), wantsReply: false), from: outer(12), to: star.hub)
    #expect(star.cloud.sent(.purgeRequest, from: star.hub).isEmpty, "the relayed answer was not remembered")
  }

  @Test("a question for a tunnel address nobody registered is answered \"no binding\" with hold time 0, §3, §5.2.2")
  func noBinding() throws {
    let star = star()
    star.cloud.deliver(question(11, for: inner(99)), from: outer(11), to: star.hub)
    let sent = try reply(star)
    #expect(sent.to == outer(11) && sent.entries.map(\.code) == [.noBinding] && sent.entries.first?.holdingTimeSeconds == 0)
    #expect(sent.packet.entries(of: .responderAddress).first?.protocolAddress == inner(1))
  }

  @Test("a question that cannot be passed on is answered with error 6 to where it came from, never sent back there, §5.2.7")
  func nowhere() {
    let star = star()
    star.cloud.deliver(question(11, for: ip("172.31.0.1")), from: outer(11), to: star.hub)
    #expect(error(star)?.code == .protocolAddressUnreachable && error(star)?.destinationProtocol == inner(11))
    star.cloud.run(for: .seconds(2))
    star.cloud.deliver(question(12, for: host(11)), from: outer(11), to: star.hub)
    #expect(star.cloud.sent(.resolutionRequest).isEmpty && star.cloud.sent(.errorIndication).count == 2)
  }

  @Test("a complaint about a packet that passed here goes on to its sender; authentication failures and echoes of ours do not, §5.2.7")
  func complaintsPassOn() throws {
    let star = star()
    star.a.routes.add("192.168.77.0/24", tunnel, via: inner(1))
    star.hub.routes.add("192.168.77.0/24", tunnel, via: inner(12))
    star.redirect(star.a, to: ip("192.168.77.1"))
    star.cloud.run(for: .seconds(1))
    #expect(star.cloud.sent(.errorIndication, from: star.hub, to: star.a).count == 1)
    #expect(star.a.mapping("192.168.77.1/32")?.kind == .negative, "the requester knows at once that there is no way")
    star.cloud.run(for: .seconds(5))
    star.cloud.forget()
    let asked = question(11, for: host(12))
    star.cloud.deliver(complaint(12, .authenticationFailure, about: asked, to: inner(11)), from: outer(12), to: star.hub)
    star.cloud.deliver(complaint(1, .protocolError, about: asked, to: inner(11)), from: outer(12), to: star.hub)
    star.cloud.deliver(complaint(12, .protocolError, about: asked, to: inner(11), hopCount: 0), from: outer(12), to: star.hub)
    star.cloud.deliver(complaint(66, .protocolError, about: asked, to: inner(11)), from: outer(66), to: star.hub)
    #expect(star.cloud.crossings.isEmpty)
  }

  @Test("several tunnels of one network: a question that came in by one leaves by the other")
  func twoTunnels() throws {
    let star = star()
    let second = InterfaceID(9)
    var config = star.hub.config
    (config.address, config.nbma) = (ip("10.0.9.1"), outer(1))
    config.settings.maps = [StaticMapping(address: ip("10.0.9.5"), nbma: outer(95))]
    star.cloud.handle(.configure(second, config), at: star.hub)
    star.hub.routes.add("192.168.95.0/24", second, via: ip("10.0.9.5"))
    star.cloud.deliver(question(11, for: ip("192.168.95.1")), from: outer(11), to: star.hub)
    #expect(star.cloud.sent(.resolutionRequest).last?.to == outer(95))
  }
}
