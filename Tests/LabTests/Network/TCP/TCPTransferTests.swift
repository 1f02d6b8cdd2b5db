// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import ProtocolKit
import Testing
import Wire

@Suite("TCP of the lab: bytes arrive")
struct TCPTransferTests {
  /// A megabyte each way at once, in the pieces an engine might send.
  private func transfer(_ bench: inout TCPBench, count: Int = 1 << 20, limit: Duration = .seconds(600)) throws {
    let far = try bench.open()
    let payloads = [LabTCPSample.bytes(count, seed: 1), LabTCPSample.bytes(count, seed: 2)]
    for start in stride(from: 0, to: count, by: 4_096) {
      bench.wish(0, .send(TCPBench.first, Array(payloads[0][start..<min(count, start + 4_096)])))
      bench.wish(1, .send(far, Array(payloads[1][start..<min(count, start + 4_096)])))
    }
    bench.run(for: limit) { $0.bytes[1][far]?.count == count && $0.bytes[0][TCPBench.first]?.count == count }
    #expect(bench.hasDelivered(payloads[0], at: 1, far))
    #expect(bench.hasDelivered(payloads[1], at: 0, TCPBench.first))
    #expect(bench.events[0].contains(.drained(TCPBench.first)) && bench.events[1].contains(.drained(far)))
  }

  @Test func `a megabyte each way arrives over a clean path, at the window's speed and without a retransmission`() throws {
    var bench = TCPBench()
    try transfer(&bench)
    // 64 KiB a round trip of 40 ms, and a second to open the window.
    #expect(bench.now - .start < .seconds(2))
    for end in bench.ends { #expect(end.counters.retransmitted == 0 && end.counters.outOfWindow == 0) }
    #expect(bench.sent.joined().allSatisfy { $0.count <= 1_400 })
  }

  @Test(arguments: [
    TCPBench.Path(lost: 2), TCPBench.Path(lost: 20), TCPBench.Path(heldBack: 20), TCPBench.Path(doubled: 30),
    TCPBench.Path(lost: 5, doubled: 10, heldBack: 10),
  ])
  func `a megabyte each way arrives whole in spite of loss, reordering and duplication`(path: TCPBench.Path) throws {
    var bench = TCPBench()
    bench.path = path
    try transfer(&bench)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `transfers over a bad path arrive whole whatever the dice say`(seed: UInt64) throws {
    var bench = TCPBench(addresses: seed % 2 == 0 ? TCPBench.v4 : TCPBench.v6, seed: seed)
    bench.path = TCPBench.Path(lost: 10, doubled: 10, heldBack: 20)
    try transfer(&bench, count: 100_000)
    let far = try #require(bench.accepted(1))
    bench.wish(0, .close(TCPBench.first))
    bench.run(for: .seconds(200))
    #expect(bench.ending(1, far) == .some(nil))
    #expect(bench.ends.allSatisfy { $0.connectionCount == 0 && $0.nextDeadline == nil })
  }

  @Test func `one lost segment among many is sent again after three duplicates, without waiting for the timer, RFC 5681 §3.2`() throws {
    var bench = TCPBench()
    let far = try bench.open()
    let payload = LabTCPSample.bytes(60_000)
    bench.wish(0, .send(TCPBench.first, Array(payload.prefix(30_000))))
    bench.run(for: .milliseconds(45))
    bench.path.isCut = true
    bench.wish(0, .send(TCPBench.first, Array(payload[30_000..<31_000])))
    bench.path.isCut = false
    bench.wish(0, .send(TCPBench.first, Array(payload[31_000...])))
    let before = bench.now
    bench.run(for: .seconds(5)) { $0.bytes[1][far]?.count == 60_000 }
    #expect(bench.hasDelivered(payload, at: 1, far))
    #expect(bench.ends[0].counters.fastRetransmits == 1 && bench.ends[0].counters.timeouts == 0)
    #expect(bench.now - before < .milliseconds(200))
  }

  @Test func `the retransmission time doubles with each loss and is the measured one after a success, RFC 6298 §5`() throws {
    var bench = TCPBench()
    _ = try bench.open()
    bench.run(for: .seconds(1))
    bench.path.isCut = true
    bench.wish(0, .send(TCPBench.first, [1]))
    let start = bench.now
    var times: [Duration] = []
    for count in 1...4 {
      let sent = bench.sent[0].count
      bench.run(for: .seconds(60)) { $0.sent[0].count > sent }
      times.append(bench.now - start)
      #expect(bench.ends[0].counters.timeouts == UInt64(count))
    }
    for i in 1..<4 { #expect(times[i] - times[i - 1] == (times[0] * 2) * (1 << (i - 1))) }
    #expect(times[0] == .milliseconds(200))
  }

  @Test func `a smaller MTU on the way is heard of, and what was under way goes again in smaller packets, RFC 1191`() throws {
    var bench = TCPBench()
    let far = try bench.open()
    bench.path.mtu = 1_000
    let payload = LabTCPSample.bytes(50_000)
    bench.wish(0, .send(TCPBench.first, payload))
    bench.run(for: .seconds(10)) { $0.bytes[1][far]?.count == payload.count }
    #expect(bench.hasDelivered(payload, at: 1, far))
    #expect(bench.ends[0].counters.timeouts == 0)
  }

  @Test func `a peer without a window is probed, keeps its connection, and gets all once it has room, RFC 9293 §3.8.6.1`() throws {
    var bench = TCPBench()
    let far = try bench.open()
    bench.wish(1, .send(far, [1]))
    bench.run(for: .seconds(1))
    // An acknowledgement of the peer's making says that its window is closed.
    let last = try #require(bench.sent[1].last)
    var closing = try HandMadeSegment(last)
    (closing.sequence, closing.window, closing.flags, closing.payload) = (closing.sequence &+ 1, 0, 16, [])
    bench.path.isCut = true
    bench.arrive(closing.packet, at: 0)
    bench.wish(0, .send(TCPBench.first, LabTCPSample.bytes(5_000)))
    let sent = try bench.sent[0].last.map { try HandMadeSegment($0).payload.count }
    #expect(sent == 0, "nothing is sent into a closed window")
    for _ in 0..<20 {
      bench.run(for: .seconds(60)) { [count = bench.sent[0].count] in $0.sent[0].count > count }
      let packet = try #require(bench.sent[0].last)
      let probe = try HandMadeSegment(packet)
      #expect(probe.payload.count == 1)
      bench.arrive(closing.packet, at: 0)
    }
    #expect(bench.now - .start > .seconds(240) && bench.ending(0, TCPBench.first) == nil)
    bench.path.isCut = false
    closing.window = 65_535
    bench.arrive(closing.packet, at: 0)
    bench.run(for: .seconds(10)) { $0.bytes[1][far]?.count == 5_000 }
    #expect(bench.hasDelivered(LabTCPSample.bytes(5_000), at: 1, far))
  }

  @Test func `an engine that sends more than is kept is cut off with a reset`() throws {
    var bench = TCPBench()
    let far = try bench.open()
    bench.path.isCut = true
    for _ in 0..<8 { bench.wish(0, .send(TCPBench.first, [UInt8](repeating: 1, count: 1 << 20))) }
    #expect(bench.ending(0, TCPBench.first) == nil)
    bench.path.isCut = false
    bench.wish(0, .send(TCPBench.first, [1]))
    #expect(bench.ending(0, TCPBench.first) == .some(.limit))
    bench.run(for: .seconds(1))
    #expect(bench.ending(1, far) == .some(.reset))
  }

  @Test func `the same seed gives the same packets`() throws {
    func packets() throws -> [[[UInt8]]] {
      var bench = TCPBench(seed: 3)
      bench.path = TCPBench.Path(lost: 10, doubled: 10, heldBack: 20)
      try transfer(&bench, count: 50_000)
      return bench.sent
    }
    let isSame = try packets() == packets()
    #expect(isSame)
  }

  @Test func `segments are acknowledged two at a time, and a single one after 40 ms`() throws {
    var bench = TCPBench()
    _ = try bench.open()
    bench.run(for: .seconds(1))
    let count = bench.sent[1].count
    bench.wish(0, .send(TCPBench.first, [UInt8](repeating: 0, count: 1_360 * 6)))
    bench.run(for: .milliseconds(21))
    #expect(bench.sent[1].count == count + 3)
    bench.wish(0, .send(TCPBench.first, [1]))
    bench.run(for: .milliseconds(59))
    #expect(bench.sent[1].count == count + 3)
    bench.run(for: .milliseconds(3))
    #expect(bench.sent[1].count == count + 4)
  }
}
