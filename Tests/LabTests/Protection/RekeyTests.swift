// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Rekeys under traffic and loss")
struct RekeyTests {
  /// Pings of this many payload bytes: nothing else in the cloud makes ESP packets of their size.
  private static let payload = 333

  @Test("800 rekeys from both ends at once, 1,000 packets a second, 10 % loss: none is lost to them, one pair is left (RFC 7296 §2.8)")
  func short() throws { try rekey(800, seed: 4) }

  @Test("10,000 rekeys from both ends at once: the same", .enabled(if: LongForm.isAsked, LongForm.reason))
  func long() throws { try rekey(10_000, seed: 4) }

  @Test("rekeys that come every second, done or not: nothing is lost either, and what is double ends with its lifetime")
  func overlapping() throws {
    let (cloud, before, flow, links) = try traffic(seed: 5, seconds: 120)
    for round in 1...40 {
      cloud.rekeyAtOnce(0, 1, ikeToo: round % 20 == 0)
      cloud.run(until: cloud.now + .seconds(1))
    }
    try expectNothingLost(cloud, flow, links, before)
    cloud.run(until: cloud.now + .seconds(130))
    try expectAtRest(cloud, before)
  }

  /// Both ends find at once that they want new keys as soon as all is done that came of the last time; every tenth time for IKE as well.
  private func rekey(_ count: Int, seed: UInt64) throws {
    let (cloud, before, flow, links) = try traffic(seed: seed, seconds: count * 3)
    var rounds = 0, waits = 0
    let wall = try seconds {
      while rekeys(cloud) < count, waits < 400 {
        rounds += 1
        cloud.rekeyAtOnce(0, 1, ikeToo: rounds % 10 == 0)
        waits = 0
        repeat {
          waits += 1
          cloud.run(until: cloud.now + .milliseconds(250))
        } while waits < 400 && !(isAtRest(cloud, 0) && isAtRest(cloud, 1))
      }
      try expectNothingLost(cloud, flow, links, before)
    }
    print(
      "rekeys: \(rekeys(cloud)) in \(rounds) rounds, \(cloud.now.seconds) s of virtual and \(wall) s of wall time; links lost \(links.lost) packets"
    )
    #expect(rekeys(cloud) >= count && waits < 400)
    try expectAtRest(cloud, before)
  }

  /// What was before, to compare with.
  private struct Before {
    var tables: [ProtectionTables]
    var drops: [[UInt64]]
  }

  /// A spoke that pings the hub's host 500 times a second, which makes 1,000 packets, over a link that loses a tenth.
  private func traffic(seed: UInt64, seconds: Int) throws -> (Cloud, Before, FlowID, LinkCount) {
    let cloud = try Cloud.protected(spokes: 1, seed: seed, link: LinkSettings(lossPerMillion: 100_000))
    cloud.run(to: 3)
    for node in 0...1 { #expect(cloud.configure(node, "crypto ipsec security-association lifetime seconds 120") == "") }
    for node in 0...1 { cloud.clearCryptoSessions(node) }
    cloud.run(to: 40)
    let bytes = try espBytes(cloud), links = LinkCount(cloud, bytes: bytes)
    let before = Before(tables: [cloud.tables(0), cloud.tables(1)], drops: [cloud.nodes[0].core.drops, cloud.nodes[1].core.drops])
    let start = Double(cloud.now.nanoseconds) / 1e9
    return (cloud, before, cloud.talk(node: 1, 0, from: start, packets: seconds * 500, every: .milliseconds(2), bytes: Self.payload), links)
  }

  private func isAtRest(_ cloud: Cloud, _ node: Int) -> Bool {
    let summary = cloud.engine(node).summary
    return summary.children == 1 && summary.established == 1
  }

  private func expectNothingLost(_ cloud: Cloud, _ flow: FlowID, _ links: LinkCount, _ before: Before) throws {
    cloud.run(until: cloud.now + .seconds(1))
    #expect(try cloud.account(flow).duplicates == 0)
    for node in 0...1 { #expect(cloud.drops(node, since: before.drops[node]) == [:], "node \(node)") }
    try expectOnlyLinksLost(cloud, flow, links)
    cloud.underlay.setLink(1, LinkSettings())
  }

  private func rekeys(_ cloud: Cloud) -> Int { Int(cloud.engine(0).summary.rekeys) }

  /// Bytes of a ping of ours as it lies in an outer packet.
  private func espBytes(_ cloud: Cloud) throws -> Int {
    let trace = UnderlayTrace(cloud)
    let flow = cloud.talk(node: 1, 0, from: 40, packets: 20, bytes: Self.payload)
    cloud.run(until: cloud.now + .seconds(3))
    cloud.onUnderlay = nil
    cloud.run(until: cloud.now + .seconds(1))
    #expect(try cloud.account(flow).answered > 5)
    return try #require(trace.packets.filter { $0.bytes[9] == 50 && $0.bytes.count > Self.payload }.map(\.bytes.count).max())
  }

  /// Every ping without an answer is a packet that a link lost, on its way there or back.
  private func expectOnlyLinksLost(_ cloud: Cloud, _ flow: FlowID, _ links: LinkCount) throws {
    let probes = cloud.ledger.probes(of: flow)
    let unanswered = probes.count { $0.answeredAt == nil && $0.sentAt + .milliseconds(100) < cloud.now }
    let underWay = probes.count { $0.answeredAt == nil } - unanswered
    #expect(
      unanswered <= links.lost && links.lost <= unanswered + underWay * 2,
      "lost \(unanswered), by links \(links.lost), under way \(underWay)")
    #expect(Double(unanswered) > Double(probes.count) * 0.15, "the links do lose packets")
  }

  private func expectAtRest(_ cloud: Cloud, _ before: Before) throws {
    cloud.run(until: cloud.now + .seconds(30))
    // With a lifetime of 120 s a rekey may be under way just now.
    for _ in 0..<60 where cloud.tables(0) != before.tables[0] || cloud.tables(1) != before.tables[1] {
      cloud.run(until: cloud.now + .seconds(1))
    }
    for node in 0...1 {
      let after = cloud.tables(node)
      #expect(after == before.tables[node], "node \(node): \(after) now, \(before.tables[node]) before")
      #expect(after.inbound == 1 && after.outbound == 1 && after.established == 1 && after.children == 1)
    }
    let (hub, spoke) = (try #require(cloud.engine(0).childRows(limit: 2).first), try #require(cloud.engine(1).childRows(limit: 2).first))
    #expect(hub.inboundSPI == spoke.outboundSPI && hub.outboundSPI == spoke.inboundSPI)
    #expect(cloud.records(0, .peerDead).isEmpty && cloud.records(1, .peerDead).isEmpty)
  }
}
