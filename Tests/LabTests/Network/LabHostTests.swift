// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import ProtocolKit
import Testing
import Wire

@Suite struct LabHostTests {
  let near = IPAddress(192, 168, 1, 10)
  let far = IPAddress(192, 168, 2, 10)

  private func host(_ address: IPAddress) -> LabHost { LabHost(node: 0, addresses: [address], gateway: nil) }

  private func spec(_ kind: FlowKind, packets: Int = 4, payloadBytes: Int = 56) -> FlowSpec {
    FlowSpec(
      sourceNode: 1, source: near, destinationNode: 2, destination: far, start: .start, interval: .milliseconds(100),
      packetCount: packets, payloadBytes: payloadBytes, kind: kind)
  }

  private func isSound(_ packet: [UInt8]) -> Bool {
    guard Sample.hasGoodHeader(packet), Int(packet[2]) << 8 | Int(packet[3]) == packet.count else { return false }
    if packet[9] == 1 { return InternetChecksum.isValid(packet[20...]) }
    let length = packet.count - 20
    return InternetChecksum.isValid(Array(packet[12..<20]) + [0, 17, UInt8(length >> 8), UInt8(length & 255)] + packet[20...])
  }

  @Test(arguments: FlowKind.allCases, [0, 12, 13, 56, 1300])
  func `a probe is answered with good checksums and booked once`(kind: FlowKind, payloadBytes: Int) throws {
    var ledger = FlowLedger()
    var (sender, answerer) = (host(near), host(far))
    let id = ledger.open(spec(kind, payloadBytes: payloadBytes))
    let probe = try unwrap(ledger.nextPacket(of: id, at: .start))
    #expect(isSound(probe.packet) && probe.next == .start + .milliseconds(100))
    #expect(ProbeMark.find(in: probe.packet) == ProbeMark(flow: id, sequence: 0, isAnswer: false))
    let answer = try unwrap(answerer.receive(probe.packet, at: .start, &ledger))
    #expect(isSound(answer) && Sample.source(answer) == far && Sample.destination(answer) == near)
    #expect(ProbeMark.find(in: answer) == ProbeMark(flow: id, sequence: 0, isAnswer: true))
    #expect(sender.receive(answer, at: .start + .milliseconds(30), &ledger) == nil)
    let report = try #require(ledger.report(of: id, at: .start + .seconds(1)))
    #expect(report.sent == 1 && report.answered == 1 && report.lost == 0 && report.pending == 0)
    #expect(report.rttMin == .milliseconds(30) && report.rttMax == .milliseconds(30) && report.firstAnswer == .start + .milliseconds(30))
    #expect(answerer.echoesAnswered == 1)
  }

  @Test func `an echo request with options or a TTL near its end is answered with a fresh one`() throws {
    var ledger = FlowLedger()
    var answerer = host(far)
    var request = LabPacket.echoRequest(from: near, to: far, identifier: 1, sequenceNumber: 2, payload: [1, 2, 3])
    request[8] = 1
    (request[10], request[11]) = (0, 0)
    let sum = InternetChecksum.of(request[..<20])
    (request[10], request[11]) = (UInt8(sum >> 8), UInt8(sum & 255))
    let answer = try unwrap(answerer.receive(request, at: .start, &ledger))
    #expect(answer[8] == 64 && isSound(answer) && answer.suffix(3) == [1, 2, 3])
  }

  @Test func `other UDP ports are unreachable, so that a traceroute ends`() throws {
    var ledger = FlowLedger()
    var answerer = host(far)
    let probe = LabPacket.udp(from: near, port: 40_000, to: far, port: 33_434, payload: [0, 0])
    let error = try unwrap(answerer.receive(probe, at: .start, &ledger))
    #expect(isSound(error) && error[20] == 3 && error[21] == 3 && Array(error[28...]) == probe)
  }

  @Test func `packets for others and broken ones are ignored`() {
    var ledger = FlowLedger()
    var answerer = host(far)
    let good = LabPacket.echoRequest(from: near, to: far, identifier: 1, sequenceNumber: 2, payload: [1, 2, 3, 4])
    let foreign = LabPacket.echoRequest(from: near, to: near, identifier: 1, sequenceNumber: 2, payload: [])
    #expect(answerer.receive(foreign, at: .start, &ledger) == nil)
    for count in 0..<good.count { #expect(answerer.receive(Array(good.prefix(count)), at: .start, &ledger) == nil) }
    for i in good.indices {
      var bad = good
      bad[i] ^= 0x01
      #expect(answerer.receive(bad, at: .start, &ledger) == nil, "byte \(i)")
    }
    #expect(answerer.ignored == UInt64(1 + 2 * good.count) && answerer.echoesAnswered == 0)
  }

  @Test func `an ICMP error about a probe is booked to its flow`() throws {
    var ledger = FlowLedger()
    var sender = host(near)
    let id = ledger.open(spec(.ping, payloadBytes: 1400))
    let probe = try unwrap(ledger.nextPacket(of: id, at: .start)).packet
    let error = try #require(LabPacket.fragmentationNeeded(about: probe, mtu: 1000, from: far))
    #expect(sender.receive(error, at: .start, &ledger) == nil)
    #expect(ledger.report(of: id, at: .start)?.errors == 1 && ledger.totals.errors == 1)
  }

  @Test func `lost, late, doubled and stray answers are counted as what they are`() throws {
    var ledger = FlowLedger()
    let id = ledger.open(spec(.udp))
    var now = Instant.start
    var times: [Instant] = []
    while let (_, next) = ledger.nextPacket(of: id, at: now) {
      times.append(now)
      guard let next else { break }
      now = next
    }
    #expect(times == (0..<4).map { .start + .milliseconds(100 * $0) })
    #expect(ledger.nextPacket(of: id, at: now) == nil)
    func mark(_ i: UInt32) -> ProbeMark { ProbeMark(flow: id, sequence: i, isAnswer: true) }
    ledger.noteAnswer(mark(0), at: .start + .milliseconds(10))
    ledger.noteAnswer(mark(0), at: .start + .milliseconds(11))
    ledger.noteAnswer(mark(2), at: .start + .milliseconds(240))
    ledger.noteAnswer(mark(9), at: .start)
    ledger.noteAnswer(ProbeMark(flow: FlowID(77), sequence: 0, isAnswer: true), at: .start)
    let early = try #require(ledger.report(of: id, at: .start + .seconds(1), patience: .milliseconds(800)))
    #expect(early.sent == 4 && early.answered == 2 && early.lost == 1 && early.pending == 1 && early.duplicates == 1)
    let report = try #require(ledger.report(of: id, at: .start + .seconds(9)))
    #expect(report.lost == 2 && report.pending == 0)
    #expect(report.rttMin == .milliseconds(10) && report.rttMax == .milliseconds(40) && report.rttMean == .milliseconds(25))
    #expect(report.firstSent == .start && report.firstAnswer == .start + .milliseconds(10))
    #expect(ledger.totals.unanswered == 2 && ledger.totals.strays == 2 && ledger.totals.duplicates == 1)
  }

  @Test func `crossings of the underlay tell which packets went direct`() throws {
    var ledger = FlowLedger()
    let id = ledger.open(spec(.ping))
    for sequence in 0..<2 {
      let now = Instant.start + .milliseconds(100 * sequence)
      let probe = try unwrap(ledger.nextPacket(of: id, at: now)).packet
      var answerer = host(far)
      let answer = try unwrap(answerer.receive(probe, at: now, &ledger))
      let legs = sequence == 0 ? 2 : 1
      for _ in 0..<legs { ledger.noteCrossing(Sample.tunnelled(probe, from: Sample.b, to: Sample.a)) }
      for _ in 0..<legs { ledger.noteCrossing(Sample.tunnelled(answer, from: Sample.c, to: Sample.a)) }
      var sender = host(near)
      _ = sender.receive(answer, at: now + .milliseconds(5), &ledger)
    }
    ledger.noteCrossing(Sample.gre(from: Sample.a, to: Sample.b))
    let report = try #require(ledger.report(of: id, at: .start + .seconds(5)))
    #expect(report.requestsRelayed == 1 && report.requestsDirect == 1 && report.answersRelayed == 1 && report.answersDirect == 1)
    #expect(report.firstDirect == .start + .milliseconds(100))
    #expect(ledger.probes(of: id).map(\.wentDirect) == [false, true])
  }

  @Test func `old flows are forgotten, their totals are not`() {
    var ledger = FlowLedger(flowLimit: 8)
    let ids = (0..<20).map { _ in
      let id = ledger.open(spec(.ping, packets: 1))
      _ = ledger.nextPacket(of: id, at: .start)
      return id
    }
    #expect(ids.map(\.rawValue) == Array(1...20))
    #expect(ledger.report(of: ids[0], at: .start) == nil && ledger.report(of: ids[19], at: .start)?.sent == 1)
    #expect(ledger.flowIDs.count <= 8 && ledger.flowIDs.last == ids[19])
    #expect(ledger.totals.flows == 20 && ledger.totals.sent == 20)
  }

  @Test func `a mark is found in any GRE form and never read past the end`() throws {
    var ledger = FlowLedger()
    let id = ledger.open(spec(.udp))
    let inner = try unwrap(ledger.nextPacket(of: id, at: .start)).packet
    for flags in [UInt8(0), 0x80, 0x20, 0x10, 0xb0] {
      let options = [UInt8](repeating: 0, count: 4 * (flags & 0xb0).nonzeroBitCount)
      let outer = LabPacket.ipv4(from: Sample.a, to: Sample.b, protocol: 47, payload: [flags, 0, 8, 0] + options + inner)
      #expect(ProbeMark.find(in: outer)?.flow == id)
      for count in 0..<outer.count { _ = ProbeMark.find(in: Array(outer.prefix(count))) }
    }
    #expect(ProbeMark.find(in: Sample.gre(from: Sample.a, to: Sample.b)) == nil)
  }
}
