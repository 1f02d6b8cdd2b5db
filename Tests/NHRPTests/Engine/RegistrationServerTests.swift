// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// The server's side of registration: RFC 2332 §5.2.3, §5.2.4.
struct RegistrationServerTests {
  private func hub(_ change: (inout NHRPSettings) -> Void = { _ in }) -> Star {
    let star = Star(spokes: 0, hub: change)
    star.start()
    return star
  }

  private func reply(_ star: Star) throws -> Crossing { try #require(star.cloud.sent(.registrationReply).last) }

  @Test("a registration is cached with NBMA address, unique bit and hold time, and is an adjacency and a multicast peer, §5.2.3")
  func accepted() throws {
    let star = hub()
    star.cloud.deliver(registration(11, id: 9), from: outer(11), to: star.hub)
    let m = try #require(star.hub.mapping(inner(11)))
    #expect(m.nbma == outer(11) && m.flags.isSuperset(of: [.registered, .unique]) && m.requestID == 9)
    #expect(m.expires == star.cloud.now + .seconds(300))
    #expect(star.hub.adjacencies[inner(11)] == outer(11) && star.hub.multicast == [outer(11)])
    #expect(star.hub.count(.nhcUp) == 1)
  }

  @Test("the reply is the request with another type and codes, sent straight back, with all extensions in their order, §5.2.4, §5.3")
  func replyIsTheRequest() throws {
    let star = hub()
    var extensions = clientExtensions()
    extensions.insert(NHRPExtension(isCompulsory: false, type: .vendorPrivate, content: .vendorPrivate(oui: 12, data: [7, 7])), at: 1)
    extensions.append(unknownExtension(compulsory: false))
    let request = registration(11, id: 9, extensions: extensions)
    star.cloud.deliver(request, from: outer(11), to: star.hub)
    let sent = try reply(star)
    let m = try #require(sent.packet.mandatory), asked = try #require(request.mandatory)
    #expect(sent.to == outer(11) && m.requestID == 9 && m.flags == asked.flags && m.addresses == asked.addresses)
    #expect(m.entries == asked.entries)
    #expect(sent.packet.extensions?.map(\.type) == extensions.map(\.type))
    #expect(sent.packet.extensions?[1] == extensions[1] && sent.packet.extensions?.last == extensions.last)
    #expect(sent.packet.header.hopCount == 255)
  }

  @Test("the responder's address is filled in when it was asked for, prefix length 0; the transit records stay empty, §5.3.1–§5.3.3")
  func responderAddress() throws {
    let star = hub()
    star.cloud.deliver(registration(11), from: outer(11), to: star.hub)
    let entry = try #require(try reply(star).packet.entries(of: .responderAddress).first)
    #expect(entry.protocolAddress == inner(1) && entry.nbma == outer(1) && entry.prefixLength == 0)
    #expect(try reply(star).packet.entries(of: .forwardTransit).isEmpty && reply(star).packet.entries(of: .reverseTransit).isEmpty)
    star.cloud.deliver(registration(12, extensions: nil), from: outer(12), to: star.hub)
    #expect(try reply(star).packet.extensions == nil)
  }

  @Test("a unique address that another NBMA address holds is refused with 14 and hold time 0, §5.2.3")
  func uniqueConflict() throws {
    let star = hub()
    star.cloud.deliver(registration(11), from: outer(11), to: star.hub)
    let before = star.hub.mappings
    star.cloud.deliver(registration(11, id: 2, nbma: outer(66)), from: outer(66), to: star.hub)
    let sent = try reply(star)
    #expect(sent.to == outer(66) && sent.entries.first?.code == .uniqueAddressRegistered && sent.entries.first?.holdingTimeSeconds == 0)
    #expect(star.hub.mappings == before && star.hub.adjacencies[inner(11)] == outer(11))
  }

  @Test("the same NBMA address renews its unique registration, also under another request id")
  func renewed() throws {
    let star = hub()
    star.cloud.deliver(registration(11, id: 1), from: outer(11), to: star.hub)
    star.cloud.run(for: .seconds(200))
    star.cloud.deliver(registration(11, id: 50), from: outer(11), to: star.hub)
    #expect(try reply(star).entries.first?.code == .success)
    star.cloud.run(for: .seconds(200))
    #expect(star.hub.mapping(inner(11))?.requestID == 50)
    #expect(star.hub.count(.nhcUp) == 1 && star.hub.count(.peerMoved) == 0)
  }

  @Test("where one of the two is not unique, the newer registration wins, and it counts as a move", arguments: [(true, false), (false, true), (false, false)])
  func overwritten(_ unique: (Bool, Bool)) throws {
    let star = hub()
    star.cloud.deliver(registration(11, unique: unique.0), from: outer(11), to: star.hub)
    star.cloud.deliver(registration(11, id: 2, unique: unique.1, nbma: outer(66)), from: outer(66), to: star.hub)
    #expect(try reply(star).entries.first?.code == .success)
    #expect(star.hub.mapping(inner(11))?.nbma == outer(66) && star.hub.adjacencies[inner(11)] == outer(66))
    #expect(star.hub.count(.peerMoved) == 1 && star.hub.multicast == [outer(66)])
  }

  @Test("a registration with hold time 0 is answered and not cached, and 0 is not replaced by a default")
  func holdTimeZero() throws {
    let star = hub()
    star.cloud.deliver(registration(11, hold: 0), from: outer(11), to: star.hub)
    #expect(try reply(star).entries.first?.code == .success && reply(star).entries.first?.holdingTimeSeconds == 0)
    #expect(star.hub.mappings.isEmpty && star.hub.adjacencies.isEmpty)
  }

  @Test("what is cached is discarded when its hold time is over, §5.2.0.1")
  func expires() {
    let star = hub()
    star.cloud.deliver(registration(11, hold: 30), from: outer(11), to: star.hub)
    star.cloud.run(for: .seconds(29))
    #expect(star.hub.mapping(inner(11)) != nil)
    star.cloud.run(for: .seconds(1))
    #expect(star.hub.mappings.isEmpty && star.hub.adjacencies.isEmpty && star.hub.multicast.isEmpty)
    #expect(star.hub.count(.nhcDown) == 1)
  }

  @Test("an address with a static entry to elsewhere is refused with 4; the static entry's own peer is welcome, §5.2.4")
  func staticEntry() throws {
    let star = hub { $0.maps = [StaticMapping(address: inner(11), nbma: outer(77))] }
    star.cloud.deliver(registration(11), from: outer(11), to: star.hub)
    #expect(try reply(star).entries.first?.code == .administrativelyProhibited)
    star.cloud.deliver(registration(11, id: 2, nbma: outer(77)), from: outer(77), to: star.hub)
    #expect(try reply(star).entries.first?.code == .success)
    #expect(star.hub.mapping(inner(11))?.kind == .static && star.hub.mapping(inner(11))?.nbma == outer(77))
  }

  @Test("addresses no client can have are refused with 4, §5.2.4", arguments: ["10.0.0.1", "0.0.0.0", "224.0.0.5", "127.0.0.1", "255.255.255.255"])
  func unacceptable(_ address: String) throws {
    let star = hub()
    var packet = registration(11)
    guard var m = packet.mandatory else { return }
    m.entries = [ClientInformationEntry(prefixLength: 32, holdingTimeSeconds: 300, nbma: outer(11), protocolAddress: ip(address))]
    packet.body = .request(m)
    star.cloud.deliver(packet, from: outer(11), to: star.hub)
    #expect(try reply(star).entries.first?.code == .administrativelyProhibited)
    #expect(star.hub.mappings.isEmpty)
  }

  @Test("prefix lengths 0, 32, 255 and beyond are hosts; a network is refused, §5.2.0.1", arguments: [
    (0, 0), (32, 0), (255, 0), (128, 0), (24, 4), (8, 4), (1, 4),
  ])
  func prefixLengths(_ row: (UInt8, UInt8)) throws {
    let star = hub()
    star.cloud.deliver(registration(11, prefixLength: row.0), from: outer(11), to: star.hub)
    #expect(try reply(star).entries.first?.code.rawValue == row.1)
    #expect(star.hub.mappings.count == (row.1 == 0 ? 1 : 0))
  }

  @Test("a network registered without the unique bit is refused with 13")
  func networkNotUnique() throws {
    let star = hub()
    star.cloud.deliver(registration(11, unique: false, prefixLength: 24), from: outer(11), to: star.hub)
    #expect(try reply(star).entries.first?.code == .bindingNotUnique)
  }

  @Test("a full cache refuses newcomers with 5 and keeps those it has, §5.2.4")
  func cacheFull() throws {
    let star = hub { $0.maxSendPackets = 1_000_000 }
    let limit = NHRPLimits.cacheEntries
    for n in 0..<(limit / NHRPLimits.entriesPerRegistration) {
      var packet = registration(11, unique: false)
      guard var m = packet.mandatory else { return }
      m.entries = (0..<NHRPLimits.entriesPerRegistration).map { k in
        ClientInformationEntry(prefixLength: 32, holdingTimeSeconds: 300, protocolAddress: IPAddress(v4: UInt32(0x0b00_0001 + n * 16 + k)))
      }
      packet.body = .request(m)
      star.cloud.deliver(packet, from: outer(11), to: star.hub)
      star.cloud.forget()
    }
    #expect(star.hub.engine.entryCount == limit)
    star.cloud.deliver(registration(12), from: outer(12), to: star.hub)
    #expect(try reply(star).entries.first?.code == .insufficientResources && reply(star).entries.first?.holdingTimeSeconds == 0)
    #expect(star.hub.engine.entryCount == limit)
  }

  @Test("entries beyond our limit come back with 5, and none is left out of the reply, §5.2.4")
  func tooManyEntries() throws {
    let star = hub()
    var packet = registration(11, unique: false)
    guard var m = packet.mandatory else { return }
    m.entries = (0..<20).map { ClientInformationEntry(prefixLength: 32, holdingTimeSeconds: 300, protocolAddress: IPAddress(10, 0, 1, UInt8($0))) }
    packet.body = .request(m)
    star.cloud.deliver(packet, from: outer(11), to: star.hub)
    let codes = try reply(star).entries.map(\.code)
    #expect(codes == Array(repeating: .success, count: 16) + Array(repeating: .insufficientResources, count: 4))
    #expect(star.hub.mappings.count == 16)
  }

  @Test("every failed entry carries its own code, the others succeed, §5.2.4")
  func codesPerEntry() throws {
    let star = hub()
    star.cloud.deliver(registration(12), from: outer(12), to: star.hub)
    var packet = registration(11)
    guard var m = packet.mandatory else { return }
    m.entries = [11, 12, 1].map { ClientInformationEntry(prefixLength: 32, holdingTimeSeconds: 300, nbma: outer(11), protocolAddress: inner($0)) }
    packet.body = .request(m)
    star.cloud.deliver(packet, from: outer(11), to: star.hub)
    #expect(try reply(star).entries.map(\.code) == [.success, .uniqueAddressRegistered, .administrativelyProhibited])
    #expect(try reply(star).entries.map(\.holdingTimeSeconds) == [300, 0, 0])
  }

  @Test("a client that names itself as destination is served, and the reply says who serves it, §5.2.3")
  func destinationIsOwn() throws {
    let star = hub()
    star.cloud.deliver(registration(11, to: inner(11)), from: outer(11), to: star.hub)
    #expect(star.hub.mapping(inner(11)) != nil)
    #expect(try reply(star).packet.destinationProtocol == inner(1) && reply(star).packet.sourceProtocol == inner(11))
  }

  @Test("a registration to the tunnel's broadcast address is served (OpenNHRP)")
  func broadcast() {
    let star = hub()
    star.cloud.deliver(registration(11, to: ip("10.0.0.255")), from: outer(11), to: star.hub)
    #expect(star.hub.mapping(inner(11)) != nil)
  }

  @Test("a registration for another server is passed on along the routed path, with a record of us, §5.2.3")
  func forOtherServer() throws {
    let star = hub { $0.maps = [StaticMapping(address: inner(2), nbma: outer(2))] }
    star.cloud.deliver(registration(11, to: inner(2)), from: outer(11), to: star.hub)
    let sent = try #require(star.cloud.sent(.registrationRequest).last)
    #expect(sent.to == outer(2) && sent.packet.header.hopCount == 254)
    #expect(sent.packet.entries(of: .forwardTransit).map(\.protocolAddress) == [inner(1)])
    #expect(star.hub.mapping(inner(11)) == nil)
  }

  @Test("an unknown compulsory extension: error 1 with its offset, no reply, nothing cached, §5.3, §5.2.7")
  func unknownCompulsory() throws {
    let star = hub()
    let packet = registration(11, extensions: [.responderAddress(), unknownExtension(compulsory: true)])
    star.cloud.deliver(packet, from: outer(11), to: star.hub)
    let sent = try #require(star.cloud.crossings.last?.packet)
    guard case .error(let error) = sent.body else { Issue.record("no error"); return }
    #expect(error.code == .unrecognizedExtension && Int(error.offset) == 52 + 4)
    #expect(error.offendingPacket == packet.encode())
    #expect(star.cloud.sent(.registrationReply).isEmpty && star.hub.mappings.isEmpty)
  }

  @Test("multicast goes to registered clients only where that is configured")
  func multicastDynamic() {
    let star = hub { $0.multicastDynamic = false; $0.multicastMaps = [outer(50)] }
    star.cloud.deliver(registration(11), from: outer(11), to: star.hub)
    #expect(star.hub.multicast == [outer(50)])
    let both = hub { $0.multicastMaps = [outer(50), outer(5)] }
    both.cloud.deliver(registration(11), from: outer(11), to: both.hub)
    #expect(both.hub.multicast == [outer(5), outer(11), outer(50)])
  }
}
