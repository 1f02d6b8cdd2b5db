// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// The client's side of registration: RFC 2332 §5.2.3, §5.2.4.
struct RegistrationClientTests {
  private func registrations(_ star: Star, _ s: Station? = nil) -> [Crossing] { star.cloud.sent(.registrationRequest, from: s ?? star.a) }

  @Test("a registration carries the tunnel and NBMA address, the unique bit with prefix length 255, the hold time, and empty records, §5.2.3")
  func content() throws {
    let star = Star(spokes: 1)
    star.start()
    let sent = try #require(registrations(star).first)
    let m = try #require(sent.packet.mandatory)
    #expect(m.sourceNBMA == outer(11) && m.sourceProtocol == inner(11) && m.destinationProtocol == inner(1))
    #expect(m.flags == [.registrationUnique, .nat])
    #expect(m.entries.count == 1)
    #expect(m.entries.first?.code == .success && m.entries.first?.prefixLength == 0xff && m.entries.first?.holdingTimeSeconds == 300)
    #expect(sent.packet.entries(of: .responderAddress).isEmpty && sent.packet.entries(of: .forwardTransit).isEmpty)
    #expect(sent.packet.entries(of: .natAddress) == [ClientInformationEntry(prefixLength: 32, nbma: outer(1), protocolAddress: inner(1))])
    #expect(sent.packet.header.snap == [0, 0, 0, 0, 0] && sent.packet.header.protocolType == 0x0800)
  }

  @Test("without the unique bit the prefix length is the host's")
  func notUnique() {
    let star = Star(spokes: 1, spoke: { $0.registersUnique = false })
    star.start()
    #expect(registrations(star).first?.flags == [.nat])
    #expect(registrations(star).first?.entries.first?.prefixLength == 32)
  }

  @Test("unanswered registrations are repeated after 1, 2, 4 … 64 s and then every 64 s, under one request id, §5.2.0.1")
  func retriesKeepTheirID() {
    let star = Star(spokes: 1)
    star.cloud.loses = { _ in true }
    star.start()
    star.cloud.run(for: .seconds(300))
    let times = registrations(star).map { Int($0.seconds.rounded()) }
    #expect(times == [0, 1, 3, 7, 15, 31, 63, 127, 191, 255])
    #expect(Set(registrations(star).map(\.requestID)).count == 1)
  }

  @Test("a registration is renewed before a third of its hold time is over, each time under a new request id, §5.2.3")
  func refreshes() {
    let star = Star(spokes: 1)
    star.start()
    star.cloud.run(for: .seconds(1000))
    let all = registrations(star)
    #expect(all.count >= 10 && all.count <= 12)
    #expect(Set(all.map(\.requestID)).count == all.count)
    for (earlier, later) in zip(all, all.dropFirst()) {
      #expect(later.seconds - earlier.seconds <= 100.01 && later.seconds - earlier.seconds >= 94.9)
    }
  }

  @Test("a configured registration interval replaces the third of the hold time")
  func configuredInterval() {
    let star = Star(spokes: 1, spoke: { $0.registrationSeconds = 20 })
    star.start()
    star.cloud.run(for: .seconds(100))
    #expect((5...7).contains(registrations(star).count))
  }

  @Test("a reply under another request id is ignored, §5.2.0.1")
  func otherID() throws {
    let star = Star(spokes: 1)
    star.cloud.loses = { _ in true }
    star.start()
    let request = try #require(registrations(star).first)
    for id in [request.requestID &- 1, request.requestID &+ 1, 0] {
      var packet = request.packet
      guard var body = request.packet.mandatory?.reply(flags: [], entries: request.entries) else { continue }
      body.requestID = id
      packet.body = .request(body)
      star.cloud.deliver(packet, from: outer(1), to: star.a)
    }
    #expect(star.a.servers.first?.isResponding == false && star.a.servers.first?.received == 0)
    #expect(star.a.snapshot?.traffic.unexpectedReplies == 3)
  }

  @Test("a reply from another NBMA address than the server's is ignored")
  func otherSource() throws {
    let star = Star(spokes: 1)
    star.cloud.loses = { _ in true }
    star.start()
    let request = try #require(registrations(star).first?.packet)
    var packet = request
    packet.body = .request(try #require(request.mandatory?.reply(flags: [], entries: request.mandatory?.entries ?? [])))
    star.cloud.deliver(packet, from: outer(66), to: star.a)
    #expect(star.a.servers.first?.isResponding == false)
    star.cloud.deliver(packet, from: outer(1), to: star.a)
    #expect(star.a.servers.first?.isResponding == true)
  }

  @Test("a server that refuses is not up; it is asked again, and its code is shown, §5.2.4")
  func refused() {
    let star = Star(spokes: 1)
    star.cloud.configure(star.hub)
    star.cloud.deliver(registration(11), from: outer(99), to: star.hub)
    star.cloud.configure(star.a)
    star.cloud.run(for: .seconds(10))
    #expect(star.a.servers.first?.isResponding == false && star.a.servers.first?.lastCode == 14)
    #expect(registrations(star).count == 4)
    #expect(star.a.count(.registrationRefused) >= 1)
  }

  @Test("one refused entry among several makes the reply a refusal, §5.2.4")
  func anyRefusal() throws {
    let star = Star(spokes: 1)
    star.cloud.loses = { _ in true }
    star.start()
    let request = try #require(registrations(star).first?.packet)
    var packet = request
    let entries = [ClientInformationEntry(holdingTimeSeconds: 300), ClientInformationEntry(code: .insufficientResources)]
    packet.body = .request(try #require(request.mandatory?.reply(flags: [], entries: entries)))
    star.cloud.deliver(packet, from: outer(1), to: star.a)
    #expect(star.a.servers.first?.isResponding == false && star.a.servers.first?.lastCode == 5)
  }

  @Test("an answering server is an entry, an adjacency, a fallback and a multicast peer")
  func serverUp() {
    let star = Star(spokes: 1)
    star.start()
    #expect(star.a.mapping(inner(1))?.kind == .static && star.a.mapping(inner(1))?.flags.contains(.server) == true)
    #expect(star.a.adjacencies[inner(1)] == outer(1))
    #expect(star.a.fallback == [inner(1)] && star.a.multicast == [outer(1)])
    #expect(star.a.count(.nhsUp) == 1)
  }

  @Test("a server is down after three tries without an answer, and up again with the next reply")
  func downAndUp() {
    let star = Star(spokes: 1)
    star.start()
    #expect(star.a.servers.first?.letters == "RE")
    star.cloud.loses = { _ in true }
    star.cloud.run(for: .seconds(102))
    #expect(star.a.servers.first?.isResponding == true)
    star.cloud.run(for: .seconds(7))
    #expect(star.a.servers.first?.isResponding == false && star.a.servers.first?.letters == "E")
    #expect(star.a.count(.nhsDown) == 1)
    star.cloud.loses = { _ in false }
    star.cloud.run(for: .seconds(20))
    #expect(star.a.servers.first?.letters == "RE" && star.a.count(.nhsUp) == 2)
  }

  @Test("without clusters a spoke registers with all its servers")
  func allServers() {
    let star = Star(spokes: 1, spoke: { $0.servers = [nhs(1), nhs(2)] })
    let second = star.cloud.add(Star.hub(2))
    star.start()
    #expect(star.a.servers.map(\.letters) == ["RE", "RE"])
    #expect(second.mapping(inner(11))?.nbma == outer(11) && star.hub.mapping(inner(11))?.nbma == outer(11))
    #expect(star.a.fallback == [inner(1), inner(2)])
  }

  private func clustered(fallback: Int? = nil) -> (Star, Station) {
    let star = Star(spokes: 1, spoke: {
      $0.servers = [nhs(1, priority: 1, cluster: 3), nhs(2, priority: 2, cluster: 3)]
      $0.clusterConnections = [3: 1]
      $0.fallbackSeconds = fallback
    })
    return (star, star.cloud.add(Star.hub(2)))
  }

  @Test("with max-connections 1 the second server waits, stands in when the first is silent, and waits again when it answers")
  func maxConnections() {
    let (star, second) = clustered()
    star.start()
    #expect(star.a.servers.map(\.letters) == ["RE", "W"])
    star.cloud.loses = { $0.to == outer(1) }
    star.cloud.run(for: .seconds(120))
    #expect(star.a.servers.map(\.letters) == ["E", "RE"])
    #expect(second.mapping(inner(11)) != nil)
    star.cloud.loses = { _ in false }
    star.cloud.run(for: .seconds(70))
    #expect(star.a.servers.map(\.letters) == ["RE", "W"])
  }

  @Test("the second server stands in also when the first has never answered")
  func firstNeverAnswers() {
    let (star, _) = clustered()
    star.cloud.loses = { $0.to == outer(1) }
    star.start()
    star.cloud.run(for: .seconds(20))
    #expect(star.a.servers.map(\.letters) == ["E", "RE"])
  }

  @Test("with a fallback time the stand-in stays until the better server has answered that long")
  func fallbackTime() {
    let (star, _) = clustered(fallback: 30)
    star.cloud.loses = { $0.to == outer(1) }
    star.start()
    star.cloud.run(for: .seconds(20))
    star.cloud.loses = { _ in false }
    star.cloud.run(for: .seconds(12))
    #expect(star.a.servers.map(\.letters) == ["RE", "RE"])
    star.cloud.run(for: .seconds(40))
    #expect(star.a.servers.map(\.letters) == ["RE", "W"])
  }

  @Test("a server known by name is looked up, again after 5 s when that fails, and registered with at its address")
  func byName() {
    let star = Star(spokes: 1, spoke: { $0.servers = [NextHopServerSettings(address: inner(1), nbma: .name("hub.example"))] })
    star.start()
    #expect(registrations(star).isEmpty && star.a.lookUps == ["hub.example"])
    star.cloud.handle(.nameResolved("hub.example", []), at: star.a)
    star.cloud.run(for: .seconds(6))
    #expect(star.a.lookUps.count == 2)
    star.cloud.handle(.nameResolved("hub.example", [outer(1)]), at: star.a)
    star.cloud.run(for: .seconds(1))
    #expect(star.a.servers.first?.letters == "RE" && star.a.servers.first?.nbma == outer(1))
    star.cloud.run(for: .seconds(7_200))
    #expect(star.a.lookUps.count >= 3)
  }

  @Test("nothing is taken from anybody while the server's name has no address")
  func unresolvedTakesNoReply() {
    let star = Star(spokes: 1, spoke: { $0.servers = [NextHopServerSettings(address: inner(1), nbma: .name("hub.example"))] })
    star.start()
    for id in UInt32(11_000)...11_010 {
      guard let request = registration(11, id: id).mandatory else { continue }
      let forged = NHRPPacket(.request(request.reply(flags: [], entries: request.entries) ?? request), hopCount: 255)
      star.cloud.deliver(forged, from: outer(66), to: star.a)
    }
    #expect(star.a.servers.first?.isResponding == false && star.a.servers.first?.received == 0)
  }

  @Test("a server's NBMA address may come from a map line, also one that is typed later")
  func mapTypedLater() {
    let star = Star(spokes: 1, spoke: { $0.servers = [NextHopServerSettings(address: inner(1))] })
    star.start()
    #expect(registrations(star).isEmpty)
    star.a.config.settings.maps = [StaticMapping(address: inner(1), nbma: outer(1))]
    star.cloud.configure(star.a)
    star.cloud.run(for: .seconds(1))
    #expect(star.a.servers.first?.letters == "RE")
  }

  @Test("who does not know the server's tunnel address puts its own as destination, and learns the server's from the reply, §5.2.3")
  func dynamicServer() {
    let star = Star(spokes: 1, spoke: { $0.servers = [NextHopServerSettings(address: nil, nbma: .address(outer(1)))] })
    star.start()
    #expect(registrations(star).first?.packet.destinationProtocol == inner(11))
    #expect(star.a.servers.first?.address == inner(1) && star.a.servers.first?.letters == "RED")
    #expect(star.a.adjacencies[inner(1)] == outer(1))
    #expect(star.hub.mapping(inner(11))?.nbma == outer(11))
  }

  @Test("an interface that comes up registers once")
  func comesUp() {
    let star = Star(spokes: 1)
    star.a.config.isUp = false
    star.start()
    #expect(registrations(star).isEmpty)
    star.a.config.isUp = true
    star.cloud.configure(star.a)
    #expect(registrations(star).count == 1)
  }

  @Test("a new NBMA address purges the unique binding and registers anew under a new id, §5.2.5")
  func sourceMoves() {
    let star = Star(spokes: 1)
    star.start()
    let old = registrations(star).last?.requestID
    (star.a.config.nbma, star.a.publicNBMA) = (outer(99), outer(99))
    star.cloud.configure(star.a)
    star.cloud.run(for: .milliseconds(100))
    #expect(star.cloud.sent(.purgeRequest, from: star.a).first?.requestID == old)
    #expect(registrations(star).last?.requestID != old)
    #expect(star.hub.mapping(inner(11))?.nbma == outer(99), "the purge made room for the new binding")
    #expect(star.a.servers.first?.letters == "RE")
  }

  @Test("a server-only node neither registers nor asks")
  func serverOnly() {
    let star = Star(spokes: 1, spoke: { $0.serverOnly = true; $0.maps = [StaticMapping(address: inner(1), nbma: outer(1))] })
    star.start()
    star.cloud.handle(.resolutionWanted(tunnel, nextHop: inner(12)), at: star.a)
    star.cloud.deliver(indication(1, about: ipPacket(from: host(11), to: host(12))), from: outer(1), to: star.a)
    #expect(star.cloud.crossings.isEmpty)
  }
}
