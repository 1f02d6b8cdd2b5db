// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Clouds of the three phases, in virtual time")
struct PhaseTests {
  /// Good, lossy, doubling and reordering links.
  enum Weather: String, CaseIterable, CustomTestStringConvertible {
    case fine, jittery, doubling, reordering, lossy
    var testDescription: String { rawValue }
    var link: LinkSettings {
      switch self {
      case .fine: LinkSettings()
      case .jittery: LinkSettings(jitter: .milliseconds(4))
      case .doubling: LinkSettings(duplicationPerMillion: 100_000)
      case .reordering: LinkSettings(jitter: .milliseconds(2), reorderPerMillion: 100_000)
      case .lossy: LinkSettings(lossPerMillion: 20_000)
      }
    }
    /// Whether the links lose nothing.
    var isWhole: Bool { self != .lossy }
  }

  @Test(
    "phase 3: every pair that talks has a shortcut with its chain redirect, request, reply, route; first through the hub, none lost",
    arguments: Weather.allCases, [UInt64(1), 7])
  func phase3(_ weather: Weather, _ seed: UInt64) throws {
    let cloud = Cloud.talking(.three, seed: seed, link: weather.link, packets: weather.isWhole ? 20 : 400)
    cloud.run(to: weather.isWhole ? 8 : 60)
    for a in 1...3 { for b in 1...3 where a != b { try expectShortcut(cloud, a, b) } }
    for flow in cloud.ledger.reports(at: cloud.now) {
      if weather.isWhole { #expect(flow.lost == 0 && flow.sent == 20) }
      let probes = cloud.ledger.probes(of: flow.id)
      // On doubling links copies count as crossings too: only the sum says something there.
      guard weather != .doubling else { continue }
      if weather.isWhole { #expect(probes.first?.requestCrossings == 2, "the first packet went by way of the hub") }
      #expect(probes.last?.requestCrossings == 1 || !weather.isWhole, "the last packet went direct")
      #expect(flow.requestsDirect > flow.requestsRelayed)
    }
  }

  private func expectShortcut(_ cloud: Cloud, _ a: Int, _ b: Int) throws {
    let (from, to) = (cloud.topology.index(ofSpoke: a), cloud.topology.index(ofSpoke: b))
    let host = cloud.topology.nodes[to].host
    let row = try #require(
      cloud.picture(from).shortcuts.first { $0.target == host && $0.fromAddress == cloud.topology.nodes[from].tunnelAddress })
    #expect(row.state == .up && row.prefix == cloud.topology.nodes[to].lan && row.routeKind == "H")
    let installed = try #require(cloud.records(from, .shortcutInstalled).last { $0.c == host })
    let chain = cloud.nodes[from].node.journal.chain(to: installed.number).map(\.kind)
    #expect(chain == [.redirectReceived, .resolutionSent, .resolutionReplyReceived, .shortcutInstalled])
    let hub = try #require(
      cloud.picture(0).shortcuts.first { $0.target == host && $0.fromAddress == cloud.topology.nodes[from].tunnelAddress })
    #expect(hub.state == .up)
    #expect(Set(hub.steps.map(\.step)).isSuperset(of: [.firstPacket, .redirect, .request, .reply]))
  }

  @Test("phase 3: of one flow the hub's journal tells first packet, redirect, request and reply as causes of each other")
  func hubChain() throws {
    let cloud = Cloud(.cloud(phase: .three, spokes: 2), seed: 3)
    cloud.talk(1, 2, from: 3, packets: 10)
    cloud.run(to: 6)
    let journal = cloud.nodes[0].node.journal
    let redirect = try #require(cloud.records(0, .redirectSent).first)
    #expect(journal.chain(to: redirect.number).map(\.kind) == [.firstPacket, .redirectSent])
    let relayed = try #require(cloud.records(0, .resolutionRelayed).first)
    #expect(relayed.number > redirect.number)
    // The egress spoke answers; whether the hub sees the reply is the egress spoke's choice of path.
    #expect(cloud.records(cloud.topology.index(ofSpoke: 2), .resolutionAnswered).count >= 1)
  }

  @Test("phase 1: no packet goes from spoke to spoke on the underlay, and nothing is lost")
  func phase1() throws {
    let cloud = Cloud.talking(.one)
    let trace = UnderlayTrace(cloud)
    cloud.run(to: 10)
    let spokes = Set(cloud.topology.spokes.map(\.publicNBMA))
    let direct = trace.packets.filter { $0.from > 0 && spokes.contains($0.destination) }
    #expect(direct.isEmpty)
    #expect(cloud.lost == 0 && cloud.ledger.totals.answered == 120)
    #expect(trace.packets.allSatisfy { $0.nhrpType == nil || $0.nhrpType! == 3 || $0.nhrpType! == 4 }, "only registrations")
  }

  @Test("phase 2: the next hop is resolved, nobody redirects, later packets go direct, none lost", arguments: [UInt64(1), 5])
  func phase2(_ seed: UInt64) throws {
    let cloud = Cloud.talking(.two, seed: seed)
    let trace = UnderlayTrace(cloud)
    cloud.run(to: 10)
    #expect(!trace.packets.contains { $0.nhrpType == 8 }, "no traffic indication")
    #expect(trace.packets.contains { $0.nhrpType == 1 } && trace.packets.contains { $0.nhrpType == 2 })
    for flow in cloud.ledger.reports(at: cloud.now) {
      #expect(flow.lost == 0 && flow.requestsDirect >= flow.sent - 3)
      let hop = cloud.topology.nodes[flow.spec.destinationNode].tunnelAddress
      let asked = cloud.records(flow.spec.sourceNode, .resolutionReplyReceived).contains { $0.a == hop && $0.c == hop }
      let implicit = cloud.picture(flow.spec.sourceNode).cache.contains { $0.via == hop && $0.nbma != nil }
      #expect(asked || implicit)
    }
    #expect(cloud.records(0, .redirectSent).isEmpty)
  }
}
