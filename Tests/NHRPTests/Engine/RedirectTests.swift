// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// The hub's side of redirects and their limit: draft-detienne-dmvpn-01 §4.
struct RedirectTests {
  private func star(_ change: (inout NHRPSettings) -> Void = { _ in }) -> Star {
    // Nobody asks: every packet keeps coming through the hub.
    let star = Star(hub: change, spoke: { $0.shortcut = false })
    star.start()
    return star
  }

  /// A packet of the pair every half second for `seconds`; gives back when redirects went out.
  private func flow(_ star: Star, seconds: Int, from: UInt8 = 11, to: UInt8 = 12) -> [Double] {
    let start = star.cloud.now
    for _ in 0..<(seconds * 2) {
      let packet = ipPacket(from: host(from), to: host(to))
      star.cloud.handle(.redirectWanted(tunnel, nbmaSource: outer(from), packet: packet), at: star.hub)
      star.cloud.run(for: .milliseconds(500))
    }
    let begin = Double(start.nanoseconds) / 1e9
    return star.cloud.sent(.trafficIndication, since: start).map { ($0.seconds - begin).rounded() }
  }

  @Test("the indication goes to the peer the packet came from and names the packet's source; it quotes the packet, and is even")
  func content() throws {
    let star = star { $0.authentication = nil }
    let packet = ipPacket(from: host(11), to: host(12))
    star.cloud.handle(.redirectWanted(tunnel, nbmaSource: outer(11), packet: packet + [1, 2, 3] + packet), at: star.hub)
    let sent = try #require(star.cloud.sent(.trafficIndication).last)
    guard case .traffic(let t) = sent.packet.body else { return }
    #expect(sent.to == outer(11) && t.code == 0 && t.destinationProtocol == host(11))
    #expect(t.sourceProtocol == inner(1) && t.sourceNBMA == outer(1))
    #expect(t.offendingPacket == Array((packet + [1, 2, 3] + packet).prefix(NHRPLimits.quotedPacketBytes)))
    #expect(sent.bytes.count % 2 == 0 && sent.packet.header.hopCount > 0)
  }

  @Test("the message stays even for packets and passwords of odd length", arguments: ["lab", "labs"])
  func even(_ password: String) throws {
    let star = Star(hub: { $0.authentication = password }, spoke: { $0.authentication = password; $0.shortcut = false })
    star.start()
    for extra in 0..<4 {
      let packet = ipPacket(from: host(11), to: host(12, UInt8(50 + extra))).prefix(60 + extra)
      star.cloud.handle(.redirectWanted(tunnel, nbmaSource: outer(11), packet: Array(packet)), at: star.hub)
    }
    #expect(star.cloud.sent(.trafficIndication).map { $0.bytes.count % 2 } == [0, 0, 0, 0])
  }

  @Test("a pair that keeps coming is redirected at once, after 8 s, and then at doubling pauses of at most five minutes")
  func backOff() {
    let star = star()
    let times = flow(star, seconds: 1500)
    #expect(times.prefix(6) == [0, 8, 24, 56, 120, 248])
    #expect(zip(times.dropFirst(6), times.dropFirst(7)).allSatisfy { $1 - $0 == 300 })
    #expect((star.hub.snapshot?.traffic.redirectsSuppressed ?? 0) > 2900)
  }

  @Test("`ip nhrp redirect timeout` sets the pause")
  func configuredPause() {
    #expect(flow(star { $0.redirectSeconds = 3 }, seconds: 10).prefix(3) == [0, 3, 9])
  }

  @Test("a pair that went away for a while starts from the shortest pause again")
  func wentAway() {
    let star = star()
    _ = flow(star, seconds: 60)
    star.cloud.run(for: .seconds(10))
    #expect(flow(star, seconds: 10).prefix(2) == [0, 8])
  }

  @Test("a peer that registers from a new place, or anew, is redirected at once")
  func registersAnew() {
    let star = star()
    _ = flow(star, seconds: 60)
    star.cloud.deliver(purge(11, network("10.0.0.11/32"), wantsReply: false), from: outer(11), to: star.hub)
    star.cloud.deliver(registration(11, id: 500), from: outer(11), to: star.hub)
    #expect(flow(star, seconds: 2) == [0])
  }

  @Test("a refresh of a registration resets nothing")
  func refresh() {
    let star = star()
    _ = flow(star, seconds: 60)
    star.cloud.deliver(registration(11, id: 500), from: outer(11), to: star.hub)
    #expect(flow(star, seconds: 2).isEmpty)
  }

  @Test("pairs, directions and peers are limited apart")
  func apart() {
    let star = star()
    _ = flow(star, seconds: 60)
    #expect(flow(star, seconds: 1, from: 12, to: 11) == [0])
    #expect(flow(star, seconds: 1, from: 11, to: 13) == [0])
  }

  @Test("no redirect to a stranger, for our own packets, for multicast, for what is no packet, or where it is not configured")
  func never() {
    let star = star()
    let good = ipPacket(from: host(11), to: host(12))
    star.cloud.handle(.redirectWanted(tunnel, nbmaSource: outer(66), packet: good), at: star.hub)
    let bad = [
      ipPacket(from: inner(1), to: host(12)), ipPacket(from: host(11), to: inner(1)), ipPacket(from: host(11), to: ip("224.0.0.10")),
      ipPacket(from: host(11), to: ip("255.255.255.255")), [], Array(good.prefix(12)), [0x95] + good,
    ]
    for packet in bad { star.cloud.handle(.redirectWanted(tunnel, nbmaSource: outer(11), packet: packet), at: star.hub) }
    let off = self.star { $0.redirect = false }
    off.cloud.handle(.redirectWanted(tunnel, nbmaSource: outer(11), packet: good), at: off.hub)
    #expect(star.cloud.sent(.trafficIndication).isEmpty && off.cloud.sent(.trafficIndication).isEmpty)
  }

  @Test("a scan of thousands of hosts neither grows without end nor stops the redirects of others")
  func scan() {
    let star = star { $0.maxSendPackets = 10_000_000 }
    star.cloud.loses = { _ in true }
    for n in 0..<20_000 as Range<UInt32> {
      let packet = ipPacket(from: host(11), to: IPAddress(v4: 0xc0a8_0000 &+ n))
      star.cloud.handle(.redirectWanted(tunnel, nbmaSource: outer(11), packet: packet), at: star.hub)
    }
    star.cloud.forget()
    #expect(flow(star, seconds: 1, from: 12, to: 11) == [0])
  }
}
