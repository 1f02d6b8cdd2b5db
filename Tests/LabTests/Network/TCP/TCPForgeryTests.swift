// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import ProtocolKit
import Testing
import Wire

@Suite("TCP of the lab: what others write")
struct TCPForgeryTests {
  /// A bench with a connection, and a segment as end 0 would write it next.
  private func opened(_ options: StreamOptions = StreamOptions()) throws -> (TCPBench, StreamID, HandMadeSegment) {
    var bench = TCPBench()
    let far = try bench.open(options)
    bench.run(for: .seconds(1))
    var segment = try HandMadeSegment(try #require(bench.sent[0].last))
    segment.options = []
    return (bench, far, segment)
  }

  @Test(arguments: [-1, 65_535, 100_000, 1 << 30])
  func `a reset outside the window is ignored, RFC 5961 §3.2`(offset: Int) throws {
    var (bench, far, segment) = try opened()
    (segment.flags, segment.sequence) = (4, segment.sequence &+ UInt32(truncatingIfNeeded: offset))
    let count = bench.sent[1].count
    bench.arrive(segment.packet, at: 1)
    #expect(bench.ending(1, far) == nil && bench.sent[1].count == count)
  }

  @Test(arguments: [1, 1_000, 65_534])
  func `a reset in the window is asked about, and the peer, which knows better, says nothing, RFC 5961 §3.2`(offset: UInt32) throws {
    var (bench, far, segment) = try opened()
    (segment.flags, segment.sequence) = (4, segment.sequence &+ offset)
    bench.arrive(segment.packet, at: 1)
    #expect(bench.ends[1].counters.challenged == 1)
    bench.run(for: .seconds(5))
    #expect(bench.ending(1, far) == nil && bench.ending(0, TCPBench.first) == nil)
    segment.sequence &-= offset
    bench.arrive(segment.packet, at: 1)
    #expect(bench.ending(1, far) == .some(.reset), "the exact number resets")
  }

  @Test func `a SYN in a standing connection is asked about, at a limited rate, RFC 5961 §4 and §7`() throws {
    var (bench, far, segment) = try opened()
    let count = bench.sent[1].count
    bench.path.isCut = true
    segment.flags = 2
    for _ in 0..<1_000 { bench.arrive(segment.packet, at: 1) }
    #expect(bench.sent[1].count == count + TCPLimits.challengesPerSecond && bench.ending(1, far) == nil)
  }

  @Test func `data with an acknowledgement of what was never sent, or of long ago, is not taken, RFC 5961 §5`() throws {
    for offset in [UInt32(1), 70_000, 1 << 31, UInt32(bitPattern: -70_000)] {
      var (bench, far, segment) = try opened()
      segment.acknowledgement &+= offset
      segment.payload = [6, 6, 6]
      bench.arrive(segment.packet, at: 1)
      #expect(bench.bytes[1][far] == nil && bench.ends[1].counters.challenged == 1)
    }
  }

  @Test func `a packet from further away than allowed is dropped without a word, RFC 5082`() throws {
    let options = StreamOptions(ttl: 255, minimumTTL: 255)
    var (bench, far, segment) = try opened(options)
    #expect(bench.sent.joined().allSatisfy { $0[8] == 255 })
    (segment.flags, segment.ttl) = (4, 254)
    bench.arrive(segment.packet, at: 1)
    #expect(bench.ending(1, far) == nil && bench.ends[1].counters.lowTTL == 1)
    let sent = bench.sent[1].count
    var syn = HandMadeSegment(from: bench.addresses[0], 5_000, to: bench.addresses[1], 179, sequence: 1, flags: 2)
    syn.ttl = 254
    bench.arrive(syn.packet, at: 1)
    #expect(bench.sent[1].count == sent && bench.ends[1].counters.lowTTL == 2 && bench.ends[1].connectionCount == 1)
  }

  @Test func `a connection with a key signs every packet, and carries data`() throws {
    let options = StreamOptions(key: SecretBytes("secret".utf8))
    var bench = TCPBench(addresses: TCPBench.v4)
    let far = try bench.open(options)
    let payload = LabTCPSample.bytes(100_000)
    bench.wish(0, .send(TCPBench.first, payload))
    bench.wish(0, .close(TCPBench.first))
    bench.run(for: .seconds(10))
    #expect(bench.hasDelivered(payload, at: 1, far) && bench.ending(1, far) == .some(nil))
    for packet in bench.sent.joined() {
      #expect(try HandMadeSegment(packet).options.suffix(20).starts(with: [1, 1, 19, 18]))
      #expect(packet.count <= 1_400)
    }
  }

  @Test func `segments without the digest, with a wrong one, or with one nobody asked for are dropped, RFC 2385 §2`() throws {
    var (bench, far, segment) = try opened(StreamOptions(key: SecretBytes("secret".utf8)))
    segment.flags = 4
    bench.arrive(segment.packet, at: 1)
    segment.options = [1, 1, 19, 18] + [UInt8](repeating: 7, count: 16)
    bench.arrive(segment.packet, at: 1)
    #expect(bench.ending(1, far) == nil && bench.ends[1].counters.badDigest == 2)
    (bench, far, segment) = try opened()
    segment.flags = 4
    segment.options = [1, 1, 19, 18] + [UInt8](repeating: 7, count: 16)
    bench.arrive(segment.packet, at: 1)
    #expect(bench.ending(1, far) == nil && bench.ends[1].counters.badDigest == 1)
  }

  @Test func `two keys do not match: the attempt times out, as with a kernel`() throws {
    var bench = TCPBench()
    bench.listen(1, StreamOptions(key: SecretBytes("secret".utf8)))
    bench.connect(StreamOptions(key: SecretBytes("Secret".utf8)))
    bench.run(for: .seconds(60))
    #expect(bench.events[0] == [.closed(TCPBench.first, .timedOut)] && bench.sent[1].isEmpty)
  }

  // MARK: Any bytes

  @Test func `no bytes trap, whatever was changed, cut or added`() throws {
    var (bench, far, _) = try opened()
    bench.wish(0, .send(TCPBench.first, LabTCPSample.bytes(30_000)))
    bench.run(for: .milliseconds(30))
    var random = RandomSource(seed: 5)
    let models = bench.sent[0] + bench.sent[1]
    for round in 0..<20_000 {
      var packet = models[Int(random.below(UInt64(models.count)))]
      for _ in 0...random.below(4) { packet[Int(random.below(UInt64(min(packet.count, 60))))] = UInt8(truncatingIfNeeded: random.next()) }
      if round % 3 == 0 { packet.removeLast(Int(random.below(UInt64(packet.count)))) }
      if round % 2 == 0 { mend(&packet) }
      let end = Int(random.below(2))
      bench.ends[end].receive(packet, at: bench.now)
      bench.ends[end].receiveError(packet, at: bench.now)
      _ = (bench.ends[end].takePackets(), bench.ends[end].takeEvents())
    }
    #expect(bench.ends[0].connectionCount <= TCPLimits.connections && far.rawValue >= 1 << 31)
    let counters = bench.ends[1].counters
    #expect(counters.malformed > 0 && counters.badChecksum > 0 && counters.segmentsIn > 100)
  }

  /// Writes good checksums over what is there, so that the fields behind them are looked at.
  private func mend(_ packet: inout [UInt8]) {
    guard packet.count >= 40, packet[0] == 0x45 else { return }
    let total = packet.count
    (packet[2], packet[3], packet[10], packet[11]) = (UInt8(total >> 8), UInt8(total & 255), 0, 0)
    let ip = InternetChecksum.of(packet[..<20])
    (packet[10], packet[11]) = (UInt8(ip >> 8), UInt8(ip & 255))
    (packet[36], packet[37]) = (0, 0)
    let count = total - 20
    let sum = InternetChecksum.of(packet[12..<20] + [0, 6, UInt8(count >> 8), UInt8(count & 255)] + packet[20...])
    (packet[36], packet[37]) = (UInt8(sum >> 8), UInt8(sum & 255))
  }

  @Test func `random segments of a peer with good numbers break nothing of the other connections`() throws {
    var bench = TCPBench()
    let far = try bench.open()
    bench.run(for: .seconds(1))
    bench.wish(0, .connect(StreamID(2), local: nil, remote: bench.addresses[1], port: 179, StreamOptions()))
    bench.run(for: .seconds(1))
    let model = try HandMadeSegment(try #require(bench.sent[0].last))
    var random = RandomSource(seed: 11)
    for _ in 0..<20_000 {
      var segment = model
      segment.sequence &+= UInt32(random.below(3_000))
      segment.acknowledgement &-= UInt32(random.below(2))
      (segment.flags, segment.window) = (UInt8(random.below(64)), UInt16(random.below(65_536)))
      segment.payload = [UInt8](repeating: 0, count: Int(random.below(1_000)))
      bench.arrive(segment.packet, at: 1)
    }
    bench.losePackets()
    let payload = LabTCPSample.bytes(100_000)
    bench.wish(0, .send(TCPBench.first, payload))
    bench.run(for: .seconds(60))
    #expect(bench.hasDelivered(payload, at: 1, far))
  }
}
