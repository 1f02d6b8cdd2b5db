// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// What nobody should send, in every state: nothing traps, and the cache changes by the rules only.
struct HostileInputTests {
  /// Stations in the states an engine can be in: idle, registering, up, asking, with shortcuts, a busy hub.
  private static func states(password: String?) -> [(Star, Station)] {
    func star(_ change: (inout NHRPSettings) -> Void = { _ in }) -> Star {
      Star(hub: { $0.authentication = password; $0.maxSendPackets = 1_000_000 }, spoke: {
        $0.authentication = password
        $0.maxSendPackets = 1_000_000
        change(&$0)
      })
    }
    let idle = star(), registering = star(), up = star(), asking = star(), shortcuts = star(), busy = star()
    for s in idle.cloud.stations { s.config.isUp = false }
    idle.start()
    registering.cloud.loses = { _ in true }
    registering.start()
    for s in [up, asking, shortcuts, busy] { s.start() }
    asking.cloud.loses = { $0.type == .resolutionRequest }
    asking.redirect(asking.a, to: host(12))
    for s in [shortcuts, busy] { s.redirect(s.a, to: host(12)) }
    return [
      (idle, idle.a), (registering, registering.a), (up, up.a), (asking, asking.a), (shortcuts, shortcuts.a), (shortcuts, shortcuts.b), (busy, busy.hub),
    ]
  }

  private static let samples: [[UInt8]] = {
    let asked = question(11, for: host(12))
    let replies = [registration(12), purge(12, network("10.0.0.0/24"))].compactMap { p in
      p.mandatory?.reply(flags: [], entries: p.mandatory?.entries ?? []).map { NHRPPacket(.request($0), hopCount: 9, extensions: p.extensions) }
    }
    let all = [
      asked, question(12, for: host(11)), question(13, for: inner(99), hopCount: 0), answer(12, to: asked), registration(11), registration(13, to: inner(13)),
      purge(11, network("10.0.0.11/32")), purge(1, network("192.168.0.0/16"), to: inner(11)), purge(12, network("0.0.0.0/1"), wantsReply: false),
      indication(1, about: ipPacket(from: host(11), to: host(12))), indication(12, about: ipPacket(from: host(11), to: host(13))),
      complaint(1, .protocolAddressUnreachable, about: asked, to: inner(11)), complaint(12, .loopDetected, about: registration(11), to: inner(1)),
      question(11, for: host(12), extensions: clientExtensions() + [unknownExtension(compulsory: true)]),
    ]
    return (all + replies).map { $0.encode() } + [NHRPSamples.everything.encode()] + CapturedPacket.all.map(\.bytes)
  }()

  /// A sample with a few bytes changed, cut or repeated, sealed again three times out of four; now and then mere noise.
  private static func mutated(_ random: inout RandomSource) -> [UInt8] {
    if random.below(20) == 0 { return (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
    var bytes = samples[Int(random.below(UInt64(samples.count)))]
    for _ in 0..<random.below(5) {
      bytes[Int(random.below(UInt64(bytes.count)))] = [0, 1, 4, 0x7f, 0x80, 0xff, UInt8(truncatingIfNeeded: random.next())][Int(random.below(7))]
    }
    if random.below(8) == 0 { bytes.removeLast(Int(random.below(UInt64(bytes.count)))) }
    if random.below(8) == 0 { bytes += bytes.suffix(Int(random.below(40))) }
    return random.below(4) == 0 ? bytes : resealed(bytes)
  }

  private static let sources = [outer(1), outer(11), outer(12), outer(66), ip("203.0.113.9"), .anyV4, ip("2001:db8::9")]

  @Test("20,000 mutated packets from known and unknown peers in every state: no trap, bounded tables, entries that make sense", arguments: [1, 2] as [UInt64])
  func mutations(_ seed: UInt64) {
    var random = RandomSource(seed: seed)
    var states = Self.states(password: nil)
    for n in 0..<10_000 {
      let (star, station) = states[Int(random.below(UInt64(states.count)))]
      star.cloud.deliver(Self.mutated(&random), from: Self.sources[Int(random.below(7))], to: station)
      if n % 50 == 0 { star.cloud.run(for: .milliseconds(Int(random.below(4_000)))) }
      if n % 2_500 == 2_499 {
        for (_, s) in states { expectSane(s) }
        states = Self.states(password: nil)
      }
    }
  }

  private func expectSane(_ s: Station) {
    #expect(s.mappings.count <= NHRPLimits.cacheEntries && (s.snapshot?.pendingTargets.count ?? 0) <= NHRPLimits.pendingResolutions)
    for m in s.mappings {
      #expect(!m.target.isDefault && !m.via.isMulticast)
      if let nbma = m.nbma, !m.flags.contains(.local), !m.flags.contains(.registered) { #expect(!nbma.isUnspecified && !nbma.isMulticast) }
      if m.kind == .dynamic { #expect(m.expires != nil) }
    }
    #expect(s.mapping(inner(1))?.nbma ?? outer(1) == outer(1), "the way to the server is configured")
    for prefix in s.shortcuts.keys { #expect(!prefix.isDefault && !prefix.contains(s.address)) }
  }

  @Test("with a password, 20,000 packets that lack it change nothing at all but counters and the error budget")
  func unauthenticated() {
    var random = RandomSource(seed: 3)
    for (star, station) in Self.states(password: "secret") {
      let before = NHRPState(station)
      for _ in 0..<2_900 { star.cloud.deliver(Self.mutated(&random), from: Self.sources[Int(random.below(7))], to: station) }
      #expect(NHRPState(station) == before)
    }
  }

  @Test("without a password, a stranger's replies, purges, redirects and complaints change nothing")
  func strangers() {
    var random = RandomSource(seed: 4)
    for (star, station) in Self.states(password: nil) {
      let before = NHRPState(station)
      var delivered = 0
      while delivered < 1_500 {
        let bytes = Self.mutated(&random)
        guard let packet = try? NHRPPacket.decode(bytes), packet.type != .registrationRequest, packet.type != .resolutionRequest else { continue }
        delivered += 1
        star.cloud.deliver(bytes, from: outer(66), to: station)
      }
      #expect(NHRPState(station) == before)
    }
  }

  @Test("a million guesses would not do: replies with every id but the open one are refused")
  func guessedReplies() throws {
    let star = Star()
    star.start()
    star.cloud.loses = { $0.type == .resolutionRequest }
    star.redirect(star.a, to: host(12))
    let asked = try #require(star.cloud.sent(.resolutionRequest, from: star.a).last?.packet)
    let real = asked.mandatory?.requestID ?? 0
    var random = RandomSource(seed: 5)
    for n in 0..<20_000 as Range<UInt32> {
      var packet = answer(12, to: asked)
      guard case .request(var m) = packet.body else { return }
      m.requestID = n < 5_000 ? real &+ 1 &+ n : UInt32(truncatingIfNeeded: random.next())
      guard m.requestID != real else { continue }
      packet.body = .request(m)
      star.cloud.deliver(packet, from: outer(1), to: star.a)
    }
    #expect(star.a.shortcuts.isEmpty && star.a.snapshot?.pendingTargets == [host(12)])
  }

  @Test("questions under way are bounded, and what is beyond is noted")
  func pendingBounded() {
    let star = Star(spoke: { $0.maxSendPackets = 1_000_000 })
    star.start()
    star.cloud.loses = { _ in true }
    for n in 0..<(NHRPLimits.pendingResolutions + 100) {
      let target = IPAddress(v4: 0xc0a8_4000 &+ UInt32(n))
      star.cloud.handle(.packet(tunnel, nbmaSource: outer(1), bytes: indication(1, about: ipPacket(from: host(11), to: target)).encode()), at: star.a)
      star.cloud.forget()
    }
    #expect(star.a.snapshot?.pendingTargets.count == NHRPLimits.pendingResolutions)
    #expect(star.a.count(.tableFull) == 100)
  }

  @Test("one peer's questions about ever new hosts leave room in the cache for registrations")
  func answersBounded() {
    let star = Star(spoke: { $0.maxSendPackets = 1_000_000 })
    star.start()
    star.b.routes.add("0.0.0.0/0", wan, via: outer(254))
    star.cloud.loses = { _ in true }
    for n in 0..<(NHRPLimits.answers + 500) {
      star.cloud.deliver(question(11, for: IPAddress(v4: 0x0900_0000 &+ UInt32(n)), flags: []), from: outer(1), to: star.b)
      star.cloud.forget()
    }
    #expect(star.b.engine.entryCount <= NHRPLimits.answers + 1)
    star.cloud.deliver(registration(13, to: inner(12)), from: outer(13), to: star.b)
    #expect(star.b.mapping(inner(13)) != nil)
  }

  @Test("`ip nhrp max-send` bounds what goes out, counts the rest, and ends with its window")
  func maxSend() {
    let star = Star(hub: { $0.maxSendPackets = 5; $0.maxSendSeconds = 10 })
    star.cloud.configure(star.hub)
    for id in 0..<20 as Range<UInt32> { star.cloud.deliver(registration(11, id: id), from: outer(11), to: star.hub) }
    #expect(star.cloud.sent(.registrationReply).count == 5 && star.hub.snapshot?.traffic.sendLimited == 15)
    star.cloud.run(for: .seconds(10))
    star.cloud.deliver(registration(11), from: outer(11), to: star.hub)
    #expect(star.cloud.sent(.registrationReply).count == 6)
  }

  @Test("errors go to a bounded number of peers, one a second each, also under a flood of spoofed sources")
  func errorsBounded() {
    let star = Star(hub: { $0.authentication = "x"; $0.maxSendPackets = 1_000_000 })
    star.cloud.configure(star.hub)
    star.cloud.loses = { _ in true }
    let packet = registration(11).encode()
    for n in 0..<5_000 as Range<UInt32> { star.cloud.deliver(packet, from: IPAddress(v4: 0xcb00_0000 &+ n), to: star.hub) }
    #expect(star.cloud.sent(.errorIndication).count == NHRPLimits.errorPeers)
    star.cloud.run(for: .seconds(2))
    star.cloud.deliver(packet, from: outer(66), to: star.hub)
    #expect(star.cloud.sent(.errorIndication).count == NHRPLimits.errorPeers + 1)
  }

  @Test("nothing is ever answered to an error indication, of whatever code, about whatever, §5.2.7")
  func errorsUnanswered() {
    var random = RandomSource(seed: 6)
    let star = Star()
    star.start()
    star.cloud.forget()
    for _ in 0..<2_000 {
      let quoted = Self.mutated(&random)
      let error = NHRPErrorIndication(
        code: NHRPErrorCode(rawValue: UInt16(random.below(20))), sourceNBMA: outer(12), sourceProtocol: inner(12), destinationProtocol: inner(1),
        offendingPacket: quoted)
      star.cloud.deliver(NHRPPacket(.error(error), hopCount: 0), from: Self.sources[Int(random.below(7))], to: star.hub)
    }
    #expect(star.cloud.crossings.isEmpty)
  }
}

/// All of a station that packets could change, counters left out.
private struct NHRPState: Equatable {
  var mappings: [Mapping]
  var pending: [IPAddress]
  var servers: [String]
  var adjacencies: [IPAddress: IPAddress]
  var shortcuts: [IPPrefix]
  var multicast: [IPAddress]
  var natAddress: IPAddress?

  init(_ s: Station) {
    (mappings, pending) = (s.mappings, s.snapshot?.pendingTargets ?? [])
    servers = s.servers.map { "\($0.letters) \($0.requestID) \($0.received) \($0.lastCode)" }
    (adjacencies, shortcuts, multicast, natAddress) = (s.adjacencies, s.shortcuts.keys.sorted(), s.multicast, s.snapshot?.natAddress)
  }
}
