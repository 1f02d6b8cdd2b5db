// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import ProtocolKit
import Testing
import Wire

@Suite("TCP of the lab: opening and closing")
struct TCPHandshakeTests {
  @Test(arguments: [TCPBench.v4, TCPBench.v6])
  func `both ends hear of a connection, with its ends, after one round trip`(addresses: [IPAddress]) throws {
    var bench = TCPBench(addresses: addresses)
    let far = try bench.open()
    #expect(bench.now == .start + .milliseconds(60))
    #expect(far.rawValue >= 1 << 31)
    guard case .accepted(_, addresses[1], addresses[0], let port) = bench.events[1][0] else {
      Issue.record("\(bench.events[1])")
      return
    }
    #expect(bench.events[0] == [.connected(TCPBench.first, local: addresses[0], localPort: port)] && port >= 49_152)
  }

  @Test func `a peer without a listener is refused by a reset, and so is a port nobody listens at`() throws {
    var bench = TCPBench()
    bench.listen(1, peers: IPPrefix(IPAddress(172, 16, 0, 0), length: 12))
    bench.connect()
    bench.run(for: .seconds(1))
    #expect(bench.events[0] == [.closed(TCPBench.first, .reset)] && bench.events[1].isEmpty)
    bench.wish(0, .connect(StreamID(2), local: nil, remote: bench.addresses[1], port: 80, StreamOptions()))
    bench.run(for: .seconds(1))
    #expect(bench.ending(0, StreamID(2)) == .some(.reset))
    #expect(bench.ends[1].counters.resetsOut == 2 && bench.ends.allSatisfy { $0.connectionCount == 0 })
  }

  @Test func `the most specific listener decides, and an empty list closes the port`() throws {
    var bench = TCPBench()
    let near = StreamListener(peers: IPPrefix(host: bench.addresses[0]), options: StreamOptions(ttl: 255))
    let wide = StreamListener(peers: .defaultV4, options: StreamOptions(ttl: 9))
    bench.wish(1, .listen(port: TCPBench.bgp, [wide, near]))
    bench.connect()
    bench.run(for: .seconds(1))
    #expect(bench.isConnected)
    #expect(bench.sent[1][0][8] == 255 && bench.sent[0][0][8] == 64)
    bench.wish(1, .listen(port: TCPBench.bgp, []))
    bench.wish(0, .connect(StreamID(2), local: nil, remote: bench.addresses[1], port: TCPBench.bgp, StreamOptions()))
    bench.run(for: .seconds(1))
    #expect(bench.ending(0, StreamID(2)) == .some(.reset))
    #expect(bench.ending(0, TCPBench.first) == nil, "what stands is not touched")
  }

  @Test func `an attempt without an answer fails in time, and one without a route or with a host unreachable at once`() throws {
    var bench = TCPBench()
    bench.path.isCut = true
    bench.connect()
    bench.run(for: .seconds(120)) { $0.ending(0, TCPBench.first) != nil }
    #expect(bench.events[0] == [.closed(TCPBench.first, .timedOut)])
    #expect(bench.now == .start + .seconds(31) && bench.sent[0].count == 5)
    bench.wish(0, .connect(StreamID(2), local: nil, remote: TCPBench.v6[1], port: 179, StreamOptions()))
    #expect(bench.ending(0, StreamID(2)) == .some(.unreachable))
    bench.connect()
    let syn = try #require(bench.sent[0].last)
    let error = try #require(LabTCPSample.unreachable(about: syn, code: 1))
    bench.events[0] = []
    bench.arriveError(error, at: 0)
    #expect(bench.events[0] == [.closed(TCPBench.first, .unreachable)])
  }

  @Test func `two ends that open towards each other at once share one connection, RFC 9293 §3.5`() throws {
    var bench = TCPBench()
    for end in 0..<2 { bench.connect(end, fromPort: 179) }
    bench.wish(0, .send(TCPBench.first, [1, 2, 3]))
    bench.wish(1, .send(TCPBench.first, [4, 5]))
    bench.run(for: .seconds(5))
    for end in 0..<2 {
      #expect(bench.events[end].first == .connected(TCPBench.first, local: bench.addresses[end], localPort: 179))
    }
    #expect(bench.bytes[0][TCPBench.first] == [4, 5] && bench.bytes[1][TCPBench.first] == [1, 2, 3])
    #expect(bench.ends.allSatisfy { $0.connectionCount == 1 })
  }

  @Test func `what is sent before the handshake is over follows it`() throws {
    var bench = TCPBench()
    bench.listen()
    bench.connect()
    bench.wish(0, .send(TCPBench.first, [1, 2]))
    bench.run(for: .seconds(1))
    let far = try #require(bench.accepted(1))
    #expect(bench.bytes[1][far] == [1, 2] && bench.events[0].last == .drained(TCPBench.first))
  }

  @Test func `a close comes after all that was sent; both ends forget, and the number may be used again at once`() throws {
    var bench = TCPBench()
    let far = try bench.open()
    let payload = LabTCPSample.bytes(200_000)
    bench.wish(0, .send(TCPBench.first, payload))
    bench.wish(0, .close(TCPBench.first))
    bench.wish(0, .connect(TCPBench.first, local: nil, remote: bench.addresses[1], port: TCPBench.bgp, StreamOptions()))
    bench.run(for: .seconds(2)) { $0.ending(1, far) != nil }
    #expect(bench.hasDelivered(payload, at: 1, far) && bench.events[1].last == .closed(far, nil))
    bench.run(for: .seconds(10))
    #expect(bench.ends.allSatisfy { $0.connectionCount == 1 }, "only the second is left")
    #expect(bench.ending(0, TCPBench.first) == nil)
  }

  @Test func `both may close at once`() throws {
    var bench = TCPBench()
    let far = try bench.open()
    bench.run(for: .seconds(1))
    bench.wish(0, .close(TCPBench.first))
    bench.wish(1, .close(far))
    bench.run(for: .seconds(10))
    #expect(bench.ends.allSatisfy { $0.connectionCount == 0 && $0.nextDeadline == nil && $0.counters.resetsOut == 0 })
  }

  @Test func `a reset of one engine is a failure of the other's connection`() throws {
    var bench = TCPBench()
    let far = try bench.open()
    bench.run(for: .seconds(1))
    bench.wish(1, .reset(far))
    bench.run(for: .seconds(1))
    #expect(bench.events[0].last == .closed(TCPBench.first, .reset))
    #expect(bench.ends.allSatisfy { $0.connectionCount == 0 })
    bench.wish(1, .send(far, [1]))
    #expect(bench.ends[1].counters.unknownStream == 1)
  }

  @Test func `a peer that died is noticed by what it does not acknowledge`() throws {
    var bench = TCPBench()
    _ = try bench.open()
    bench.path.isCut = true
    bench.wish(0, .send(TCPBench.first, [1]))
    let start = bench.now
    bench.run(for: .seconds(600)) { $0.ending(0, TCPBench.first) != nil }
    #expect(bench.ending(0, TCPBench.first) == .some(.timedOut))
    #expect(bench.now - start >= .seconds(120) && bench.now - start < .seconds(181))
    #expect(bench.ends[0].connectionCount == 0)
  }

  @Test func `a peer that restarted resets what it no longer knows (half-open, RFC 9293 §3.5.1)`() throws {
    var bench = TCPBench()
    _ = try bench.open()
    bench.run(for: .seconds(1))
    bench.restart(1)
    bench.wish(0, .send(TCPBench.first, [1]))
    bench.run(for: .seconds(1))
    #expect(bench.ending(0, TCPBench.first) == .some(.reset))
  }

  @Test func `a restarted peer that opens with the old ports gets through, and the old connection ends`() throws {
    var bench = TCPBench()
    let far = try bench.open()
    bench.run(for: .seconds(1))
    let port = try HandMadeSegment(bench.sent[0][0]).sourcePort
    bench.restart(0)
    bench.connect(0, fromPort: port)
    bench.run(for: .seconds(5))
    #expect(bench.ending(1, far) == .some(.reset) && bench.isConnected)
    #expect(bench.ends[1].counters.challenged + bench.ends[1].counters.outOfWindow == 1)
    #expect(bench.ends.allSatisfy { $0.connectionCount == 1 })
  }

  @Test func `a handshake that a peer leaves unfinished ends without a word to the engine, and they are bounded`() throws {
    var bench = TCPBench()
    bench.listen(1, peers: .defaultV4)
    bench.path.isCut = true
    for i in 0..<TCPLimits.halfOpen + 100 {
      let from = IPAddress(v4: 0x0b00_0000 + UInt32(i))
      bench.arrive(HandMadeSegment(from: from, 1_024, to: bench.addresses[1], 179, sequence: 1, flags: 2).packet, at: 1)
    }
    #expect(bench.ends[1].connectionCount == TCPLimits.halfOpen && bench.ends[1].counters.noRoom == 100)
    bench.run(for: .seconds(120))
    #expect(bench.ends[1].connectionCount == 0 && bench.events[1].isEmpty)
  }
}
