// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv2: forgers and floods")
struct IKEv2ForgeryTests {
  /// A pair that has been through everything, and every datagram of it.
  private func history() throws -> (World, TestNode, TestNode) {
    let (world, a, b) = Situation.established(seed: 9, keys: .simulated) {
      $0.childLifetimeSeconds = 40
      $0.ikeLifetimeSeconds = 100
      $0.deadPeerSeconds = 5
    }
    for _ in 0..<120 {
      a.sendESP(to: try #require(a.peer).id)
      world.run(.seconds(1))
    }
    world.run(.seconds(8))
    return (world, a, b)
  }

  @Test("30,000 forged, changed, repeated and reflected messages of every kind change nothing, and are answered by less than they are")
  func forgeries() throws {
    let (world, a, b) = try history()
    var random = RandomSource(seed: 4)
    let messages = world.sent.map(\.udp), row = try #require(a.engine.ikeRows(limit: 1).first)
    let before = (a.engine.fingerprint, b.engine.fingerprint), sent = world.sent.count
    var bytesIn = 0
    for _ in 0..<15_000 {
      var bytes = messages[Int(random.below(UInt64(messages.count)))]
      switch random.below(5) {
      case 0: break
      case 1:
        // The SPIs of now, so that it reaches the association.
        bytes.replaceSubrange(0..<8, with: (0..<8).map { UInt8(truncatingIfNeeded: row.localSPI >> UInt64(56 - 8 * $0)) })
        bytes.replaceSubrange(8..<16, with: (0..<8).map { UInt8(truncatingIfNeeded: row.remoteSPI >> UInt64(56 - 8 * $0)) })
      case 2: bytes[Int(random.below(UInt64(bytes.count)))] ^= UInt8(1 + random.below(255))
      case 3: bytes = Array(bytes.prefix(Int(random.below(UInt64(bytes.count)))))
      default:
        bytes[18] = UInt8(34 + random.below(4))
        bytes[19] ^= [0x08, 0x20, 0x28][Int(random.below(3))]
        bytes[23] = UInt8(random.below(4))
      }
      // First messages are for the next test.
      if bytes.count > 18, bytes[18] == 34, bytes[8..<16].allSatisfy({ $0 == 0 }) { continue }
      bytesIn += 2 * bytes.count
      for (node, other) in [(a, b), (b, a)] {
        node.handle(
          .message(
            AssociationEndpoints(local: node.address, remote: other.address, localPort: 500, remotePort: 500), bytes: bytes, isKnown: true))
      }
    }
    #expect((a.engine.fingerprint, b.engine.fingerprint) == before)
    let bytesOut = world.sent[sent...].reduce(0) { $0 + $1.udp.count }
    print("forgeries: \(bytesIn) bytes in, \(bytesOut) out")
    #expect(bytesOut < bytesIn / 10)
    let refused = a.engine.summary.refused
    #expect(refused.first { $0.reason == "not authentic" }.map { $0.count > 100 } == true)
    world.run(.seconds(2))
    try expectMatching(a, b)
  }

  @Test("words in clear that the peer forgot us lead to one protected question, and to nothing else")
  func hints() throws {
    let (world, a, b) = Situation.established()
    let standing = a.engine.standing, row = try #require(a.engine.ikeRows(limit: 1).first)
    let child = try #require(a.engine.childRows(limit: 1).first), sent = world.sent.count
    for n in 0..<2_000 {
      let header = IKEHeader(
        initiatorSPI: row.localSPI, responderSPI: row.remoteSPI, majorVersion: 2, exchange: 37, flags: 0x20, messageID: UInt32(n % 5))
      let clear: IKEPayload =
        n % 2 == 0
        ? .notify(NotifyPayload(.invalidIKESPI)) : .notify(NotifyPayload(.invalidSPI, value: child.outboundSPI.octets))
      var forged = IKEMessage(clear: [clear], header: header)
      if n % 3 == 0 { (forged.header.initiatorSPI, forged.header.responderSPI, forged.header.flags) = (0, 0, 8) }
      a.handle(
        .message(
          AssociationEndpoints(local: a.address, remote: b.address, localPort: 500, remotePort: 500), bytes: forged.encoded, isKnown: true))
      world.run(.milliseconds(5))
    }
    world.run(.seconds(5))
    #expect(a.engine.standing == standing && a.downs.isEmpty)
    #expect(world.sent.count - sent <= 2, "one question, one answer")
  }

  @Test("a flood of first messages: the table is bounded, one network cannot fill it, cookies are asked for, and it is gone after 30 s")
  func flood() throws {
    let (world, a, b) = Situation.established(keys: .simulated)
    let standing = b.engine.standing
    let template = try #require(world.sent.first?.udp)
    var random = RandomSource(seed: 6), most = 0
    let before = world.sent.count
    var bytesIn = 0
    for n in 0..<20_000 {
      var bytes = template
      for i in 0..<8 { bytes[i] = UInt8(truncatingIfNeeded: random.next()) }
      let remote = n % 4 == 0 ? IPAddress(v4: UInt32(truncatingIfNeeded: random.next()) | 0x0100_0000) : IPAddress(10, 1, 1, UInt8(n % 250))
      bytesIn += bytes.count
      b.handle(
        .message(
          AssociationEndpoints(local: b.address, remote: remote, localPort: 500, remotePort: UInt16(1_024 + n % 60_000)), bytes: bytes,
          isKnown: false))
      most = max(most, b.engine.summary.halfOpen)
      if n % 50 == 0 { world.run(.milliseconds(2)) }
    }
    let bytesOut = world.sent[before...].reduce(0) { $0 + $1.udp.count }
    print("flood: at most \(most) half open, \(b.engine.summary.cookiesDemanded) cookies, \(bytesIn) bytes in, \(bytesOut) out")
    #expect(most <= 100 && b.engine.summary.cookiesDemanded > 1_000 && bytesOut < bytesIn)
    #expect(b.engine.standing == standing)
    // Somebody new comes through meanwhile: it brings its cookie.
    let fresh = world.add(Situation.other, keys: .simulated)
    fresh.handle(.configure([Situation.policy(Situation.other)], IKEGlobalSettings()))
    fresh.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(2))
    #expect(fresh.ups.count == 1)
    world.run(.seconds(40))
    #expect(b.engine.summary.halfOpen == 0 && b.engine.summary.established == 2)
    #expect(b.engine.timerCount <= 9)
    try expectMatching(fresh, fresh.address == Situation.other ? fresh.mirror(of: b) : b)
    _ = a
  }

  @Test("without cookies one network has its share of the table, and others the rest")
  func share() throws {
    var globals = IKEGlobalSettings()
    globals.cookieThreshold = .max
    let (world, a, b) = Situation.pair(keys: .simulated, globals: globals)
    a.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.milliseconds(15))
    let template = try #require(world.sent.first?.udp)
    world.run(.seconds(2))
    for n in 0..<500 {
      var bytes = template
      (bytes[0], bytes[1]) = (UInt8(n / 250), UInt8(n % 250))
      b.handle(
        .message(
          AssociationEndpoints(local: b.address, remote: IPAddress(10, 1, 1, UInt8(n % 250)), localPort: 500, remotePort: 500),
          bytes: bytes,
          isKnown: false))
      world.run(.milliseconds(2))
    }
    #expect(b.engine.summary.halfOpen == 32)
    let fresh = world.add(Situation.other, keys: .simulated)
    fresh.handle(.configure([Situation.policy(Situation.other)], IKEGlobalSettings()))
    fresh.handle(.protect(Situation.tunnel, remote: Situation.hub))
    world.run(.seconds(1))
    #expect(fresh.ups.count == 1)
  }

  @Test(
    "an unknown SPI and a higher version are answered a few times a second, by less than came; answers are never answered (RFC 7296 §1.5, §2.5)"
  )
  func errorAnswers() throws {
    let (world, _, b) = Situation.established(keys: .simulated)
    let protected = try #require(world.sent.last { $0.source == Situation.spoke }?.udp), before = world.sent.count
    for n in 0..<1_000 {
      var bytes = protected
      bytes[15] = UInt8(n % 256)
      bytes[14] = UInt8(n / 256)
      if n % 2 == 0 { bytes[17] = 0x30 }
      if n % 5 == 0 { bytes[19] |= 0x20 }
      b.handle(
        .message(
          AssociationEndpoints(local: b.address, remote: Situation.other, localPort: 500, remotePort: 500), bytes: bytes, isKnown: false))
    }
    let answers = world.sent[before...].map(\.udp)
    #expect(!answers.isEmpty && answers.count <= 40 && answers.allSatisfy { $0.count == 36 && $0[19] & 0x20 != 0 })
  }
}

extension TestNode {
  /// The part of another node's packet path that is about this one.
  func mirror(of other: TestNode) -> TestNode {
    other.outbound = other.outbound.filter { $0.value.endpoints.remote == address }
    return other
  }
}

extension UInt32 {
  var octets: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> UInt32(24 - 8 * $0)) } }
}
