// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// The life of a cloud is the same for every pairing of overlay and underlay.
struct FamilyParityTests {
  /// What everybody recorded and sent, without addresses.
  private struct Story: Equatable {
    var records: [[JournalKind]] = []
    var crossings: [NHRPPacketType] = []
    var shortcuts: [Int] = []
  }

  /// Registration, a redirect, the shortcut in use and renewed, a network that moves, a spoke that leaves, one that dies.
  private func live(_ f: FamilyStar) -> Story {
    var story = Story()
    let (cloud, hub, a, b) = f.build(hub: { $0.authentication = "cloud" }, spoke: { $0.authentication = "cloud" })
    start(cloud)
    for (from, to) in [(11, 12), (12, 11)] as [(UInt8, UInt8)] {
      cloud.handle(.redirectWanted(tunnel, nbmaSource: f.outer(from), packet: f.packet(from: f.host(from), to: f.host(to))), at: hub)
      cloud.run(for: .milliseconds(100))
    }
    story.shortcuts.append(a.shortcuts.count + b.shortcuts.count)
    a.busy = [f.inner(12)]
    cloud.run(for: .seconds(400))
    story.shortcuts.append(a.shortcuts.count * 10 + b.shortcuts.count)
    cloud.handle(.resolutionWanted(tunnel, nextHop: f.inner(77)), at: a)
    cloud.run(for: .seconds(1))
    b.routes.remove(f.lan(12))
    cloud.handle(.routesChanged([network(f.lan(12))]), at: b)
    cloud.run(for: .seconds(1))
    story.shortcuts.append(a.shortcuts.count)
    cloud.handle(.leaving(tunnel), at: b)
    cloud.run(for: .seconds(1))
    cloud.loses = { $0.from == f.outer(11) }
    cloud.run(for: .seconds(600))
    story.records = cloud.stations.map { $0.records.map(\.kind) }
    story.crossings = cloud.crossings.map(\.type)
    return story
  }

  @Test("records, messages and shortcuts of a cloud's life are those of IPv4 over IPv4", arguments: FamilyStar.all)
  func life(_ f: FamilyStar) {
    let (expected, found) = (live(FamilyStar(overlay: .v4, underlay: .v4)), live(f))
    #expect(found.records == expected.records)
    #expect(found.crossings == expected.crossings)
    #expect(found.shortcuts == expected.shortcuts)
    #expect(expected.shortcuts == [2, 10, 0] && expected.records[0].contains(.nhcDown))
  }

  @Test("every message names its families, and its addresses have their lengths (RFC 2332 §5.1)", arguments: FamilyStar.all)
  func families(_ f: FamilyStar) {
    let (cloud, hub, a, _) = f.build()
    start(cloud)
    cloud.handle(.redirectWanted(tunnel, nbmaSource: f.outer(11), packet: f.packet(from: f.host(11), to: f.host(12))), at: hub)
    cloud.run(for: .seconds(200))
    cloud.handle(.stopping, at: a)
    #expect(Set(cloud.crossings.map(\.type.rawValue)).isSuperset(of: [1, 2, 3, 4, 5, 8]))
    for c in cloud.crossings {
      #expect(Array(c.bytes[..<9]) == [0, f.underlay == .v4 ? 1 : 2] + (f.overlay == .v4 ? [0x08, 0x00] : [0x86, 0xdd]) + [0, 0, 0, 0, 0])
      #expect(c.bytes[18] == (f.underlay == .v4 ? 4 : 16))
      #expect(Array(c.bytes[20..<22]) == (f.overlay == .v4 ? [4, 4] : [16, 16]))
      #expect(c.bytes.count % 2 == 0)
      let lengths = c.entries.map(\.prefixLength) + c.packet.entries(of: .natAddress).map(\.prefixLength)
      #expect(lengths.allSatisfy { $0 == 0xff || $0 <= f.hostLength })
      #expect(c.packet.entries(of: .natAddress).allSatisfy { $0.prefixLength == f.hostLength })
    }
  }

  @Test("a redirect makes adjacency and route of the answered network", arguments: FamilyStar.all)
  func shortcut(_ f: FamilyStar) {
    let (cloud, hub, a, b) = f.build()
    start(cloud)
    #expect(hub.adjacencies == [f.inner(11): f.outer(11), f.inner(12): f.outer(12)] && hub.multicast == [f.outer(11), f.outer(12)])
    #expect(a.adjacencies == [f.inner(1): f.outer(1)] && a.fallback == [f.inner(1)])
    cloud.handle(.redirectWanted(tunnel, nbmaSource: f.outer(11), packet: f.packet(from: f.host(11), to: f.host(12))), at: hub)
    cloud.run(for: .milliseconds(100))
    #expect(a.adjacencies[f.inner(12)] == f.outer(12))
    #expect(a.shortcuts.keys.map(\.description) == [f.lan(12)] && a.shortcuts[network(f.lan(12))]?.nextHop == f.inner(12))
    #expect(b.adjacencies[f.inner(11)] == f.outer(11), "the egress learned the requester from its question")
  }
}
