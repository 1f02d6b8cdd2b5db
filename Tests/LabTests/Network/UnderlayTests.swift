// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import ProtocolKit
import Testing
import Wire

@Suite struct UnderlayTests {
  /// Two nodes; the second one's link is perfect and takes no time.
  private func pair(_ link: LinkSettings, other: LinkSettings = LinkSettings(delay: .zero)) -> Underlay {
    var underlay = Underlay()
    underlay.attach(Sample.a, link: link)
    underlay.attach(Sample.b, link: other)
    return underlay
  }

  @Test func `a packet takes the delays of both links and arrives unchanged`() {
    var underlay = pair(LinkSettings(delay: .milliseconds(7)), other: LinkSettings(delay: .milliseconds(4)))
    var random = RandomSource(seed: 1)
    let packet = Sample.gre(from: Sample.a, to: Sample.b)
    let now = Instant(nanoseconds: 1_000_000)
    let deliveries = underlay.send(packet, from: 0, at: now, random: &random)
    #expect(deliveries == [Delivery(at: now + .milliseconds(11), from: 0, to: 1, packet: packet)])
    #expect(underlay.counters.sent == 1 && underlay.counters.delivered == 1 && underlay.counters.dropped == 0)
  }

  @Test(arguments: [UInt64(1), 2, 99])
  func `loss, duplication and reordering come as often as they are set`(seed: UInt64) {
    let link = LinkSettings(
      delay: .milliseconds(1), lossPerMillion: 50_000, duplicationPerMillion: 20_000, reorderPerMillion: 30_000,
      reorderDelay: .milliseconds(9))
    var underlay = pair(link)
    var random = RandomSource(seed: seed)
    let packet = Sample.gre(from: Sample.a, to: Sample.b)
    var late = 0
    for _ in 0..<40_000 {
      for delivery in underlay.send(packet, from: 0, at: .start, random: &random) where delivery.at == Instant(nanoseconds: 10_000_000) {
        late += 1
      }
    }
    let counters = underlay.counters
    // Three standard deviations and a little more.
    #expect(abs(Int(counters.drops(.loss)) - 2_000) < 180)
    #expect(abs(Int(counters.duplicated) - 760) < 120)
    #expect(abs(Int(counters.reordered) - 1_140) < 140)
    #expect(late == Int(counters.reordered))
    #expect(counters.delivered == 40_000 - counters.drops(.loss) + counters.duplicated)
  }

  @Test func `the same seed gives the same deliveries, another seed others`() {
    func run(_ seed: UInt64) -> [Delivery] {
      var underlay = pair(LinkSettings(jitter: .milliseconds(3), lossPerMillion: 200_000, duplicationPerMillion: 100_000))
      var random = RandomSource(seed: seed)
      var deliveries: [Delivery] = []
      for i in 0..<200 {
        underlay.send(
          Sample.gre(from: Sample.a, to: Sample.b, tag: UInt8(i)), from: 0, at: Instant(nanoseconds: Int64(i)), random: &random,
          into: &deliveries)
      }
      return deliveries
    }
    #expect(run(5) == run(5))
    #expect(run(5) != run(6))
  }

  @Test func `jitter stays within its bound and draws nothing when it is zero`() {
    var underlay = pair(LinkSettings(delay: .milliseconds(2), jitter: .milliseconds(3)))
    var random = RandomSource(seed: 3)
    for _ in 0..<500 {
      let at = underlay.send(Sample.gre(from: Sample.a, to: Sample.b), from: 0, at: .start, random: &random)[0].at
      #expect(at >= Instant(nanoseconds: 2_000_000) && at <= Instant(nanoseconds: 5_000_000))
    }
    underlay.setLink(0, LinkSettings())
    var untouched = random
    _ = underlay.send(Sample.gre(from: Sample.a, to: Sample.b), from: 0, at: .start, random: &random)
    #expect(random.next() == untouched.next())
  }

  @Test func `a rate spaces packets and its queue drops what would wait too long`() {
    // 1,000 bytes at 8 Mbit/s take a millisecond each; ten may wait.
    var underlay = pair(LinkSettings(delay: .zero, rateBitsPerSecond: 8_000_000, queueLimit: .milliseconds(10)))
    var random = RandomSource(seed: 1)
    var times: [Int64] = []
    for _ in 0..<30 {
      times += underlay.send(Sample.gre(from: Sample.a, to: Sample.b, count: 972), from: 0, at: .start, random: &random).map {
        $0.at.nanoseconds
      }
    }
    #expect(times == (1...11).map { $0 * 1_000_000 })
    #expect(underlay.counters.drops(.queueFull) == 19)
    let later = underlay.send(
      Sample.gre(from: Sample.a, to: Sample.b, count: 972), from: 0, at: Instant(nanoseconds: 1_000_000_000), random: &random)
    #expect(later.map(\.at.nanoseconds) == [1_001_000_000])
  }

  @Test func `at a receiver's rate a packet from near does not wait for one from far that was sent before it`() {
    var underlay = Underlay()
    underlay.attach(Sample.a, link: LinkSettings(delay: .milliseconds(500)))
    underlay.attach(Sample.b, link: LinkSettings(delay: .zero, rateBitsPerSecond: 8_000_000))
    underlay.attach(Sample.c, link: LinkSettings(delay: .zero))
    var random = RandomSource(seed: 1)
    let far = underlay.send(Sample.gre(from: Sample.a, to: Sample.b, count: 972), from: 0, at: .start, random: &random)
    let near = underlay.send(Sample.gre(from: Sample.c, to: Sample.b, count: 972), from: 2, at: .start, random: &random)
    #expect(far.map(\.at.nanoseconds) == [501_000_000])
    #expect(near.map(\.at.nanoseconds) == [2_000_000])
  }

  @Test func `a link that is down neither sends nor receives`() {
    var underlay = pair(LinkSettings())
    var random = RandomSource(seed: 1)
    underlay.setLink(1, isUp: false)
    #expect(!underlay.isUp(1))
    #expect(underlay.send(Sample.gre(from: Sample.a, to: Sample.b), from: 0, at: .start, random: &random).isEmpty)
    #expect(underlay.send(Sample.gre(from: Sample.b, to: Sample.a), from: 1, at: .start, random: &random).isEmpty)
    #expect(underlay.counters.drops(.down) == 2)
    underlay.setLink(1, isUp: true)
    #expect(underlay.send(Sample.gre(from: Sample.a, to: Sample.b), from: 0, at: .start, random: &random).count == 1)
  }

  @Test func `a partition stands between its parts until it is healed`() {
    var underlay = pair(LinkSettings())
    underlay.attach(Sample.c)
    var random = RandomSource(seed: 1)
    underlay.partition([[0]])
    #expect(underlay.send(Sample.gre(from: Sample.a, to: Sample.b), from: 0, at: .start, random: &random).isEmpty)
    #expect(underlay.send(Sample.gre(from: Sample.c, to: Sample.b), from: 2, at: .start, random: &random).count == 1)
    #expect(underlay.counters.drops(.partitioned) == 1)
    underlay.heal()
    #expect(underlay.send(Sample.gre(from: Sample.a, to: Sample.b), from: 0, at: .start, random: &random).count == 1)
  }

  @Test func `what has no owner is dropped, and an address can move`() {
    var underlay = pair(LinkSettings())
    var random = RandomSource(seed: 1)
    #expect(underlay.send(Sample.gre(from: Sample.a, to: Sample.c), from: 0, at: .start, random: &random).isEmpty)
    underlay.readdress(1, to: Sample.c)
    #expect(underlay.send(Sample.gre(from: Sample.a, to: Sample.b), from: 0, at: .start, random: &random).isEmpty)
    #expect(underlay.counters.drops(.noRoute) == 2)
    #expect(underlay.send(Sample.gre(from: Sample.a, to: Sample.c), from: 0, at: .start, random: &random).map(\.to) == [1])
    #expect(underlay.address(of: 1) == Sample.c)
  }

  @Test func `bytes that are no IPv4 packet end in a counted drop`() {
    var underlay = pair(LinkSettings())
    var random = RandomSource(seed: 1)
    let good = Sample.gre(from: Sample.a, to: Sample.b)
    var bad: [[UInt8]] = (0..<good.count).map { Array(good.prefix($0)) }
    for i in 0..<20 {
      var packet = good
      packet[i] ^= 0x10
      bad.append(packet)
    }
    for packet in bad { #expect(underlay.send(packet, from: 0, at: .start, random: &random).isEmpty) }
    #expect(underlay.counters.drops(.malformed) == UInt64(bad.count))
  }

  @Test(arguments: [0, 1])
  func `above an MTU without DF a packet arrives and is counted as fragmented`(narrow: Int) {
    var underlay = pair(LinkSettings())
    underlay.setLink(narrow, LinkSettings(mtu: 1000))
    var random = RandomSource(seed: 1)
    let packet = Sample.gre(from: Sample.a, to: Sample.b, count: 1200)
    #expect(underlay.send(packet, from: 0, at: .start, random: &random).map(\.packet) == [packet])
    #expect(underlay.counters.fragmented == 1)
  }

  @Test(arguments: [0, 1])
  func `above an MTU with DF the sender is told, RFC 1191`(narrow: Int) throws {
    var underlay = pair(LinkSettings(delay: .milliseconds(3)))
    underlay.setLink(narrow, LinkSettings(delay: .milliseconds(3), mtu: 1000))
    var random = RandomSource(seed: 1)
    let packet = Sample.gre(from: Sample.a, to: Sample.b, count: 1200, dontFragment: true)
    let deliveries = underlay.send(packet, from: 0, at: .start, random: &random)
    #expect(underlay.counters.drops(.tooBig) == 1 && underlay.counters.icmpErrors == 1)
    let error = try #require(deliveries.first)
    #expect(deliveries.count == 1 && error.to == 0)
    #expect(error.at == (narrow == 0 ? .start : Instant(nanoseconds: 6_000_000)))
    expectFragmentationNeeded(error.packet, mtu: 1000, about: packet)
  }

  @Test(arguments: [(972, 1), (973, 0)])
  func `a packet of exactly the MTU fits, one byte more comes back as an error`(payload: Int, arrivesAt: Int) {
    var underlay = pair(LinkSettings(mtu: 1000))
    var random = RandomSource(seed: 1)
    let packet = Sample.gre(from: Sample.a, to: Sample.b, count: payload, dontFragment: true)
    #expect(underlay.send(packet, from: 0, at: .start, random: &random).map(\.to) == [arrivesAt])
  }

  @Test func `no error is sent about an error, RFC 1812 §4.3.2.7`() {
    var underlay = pair(LinkSettings(mtu: 40))
    var random = RandomSource(seed: 1)
    let error = LabPacket.ipv4(from: Sample.a, to: Sample.b, protocol: 1, payload: [3, 4] + [UInt8](repeating: 0, count: 60))
    #expect(underlay.send(error, from: 0, at: .start, random: &random).isEmpty)
    #expect(underlay.counters.drops(.tooBig) == 1 && underlay.counters.icmpErrors == 0)
  }

  private func expectFragmentationNeeded(_ packet: [UInt8], mtu: Int, about quoted: [UInt8]) {
    #expect(Sample.hasGoodHeader(packet) && packet[9] == 1 && Sample.destination(packet) == Sample.a)
    #expect(packet.count <= 576 && Int(packet[2]) << 8 | Int(packet[3]) == packet.count)
    #expect(InternetChecksum.isValid(packet[20...]))
    #expect(packet[20] == 3 && packet[21] == 4)
    #expect(Int(packet[26]) << 8 | Int(packet[27]) == mtu)
    #expect(Array(packet[28...]) == Array(quoted.prefix(packet.count - 28)))
  }
}
