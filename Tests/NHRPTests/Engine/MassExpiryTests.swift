// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

@Suite("Many clients that end together cost many short turns, not a long one")
struct MassExpiryTests {
  /// What one turn of the timers did.
  struct Slice {
    var outputs: [NHRPEngine.Output]
    var records: [JournalRecord]
    var multicast: [[IPAddress]] { outputs.compactMap { if case .multicast(_, let list) = $0 { list } else { nil } } }
  }

  private static func tunnelAddress(_ n: Int) -> IPAddress { IPAddress(v4: 0x0a10_0000 &+ UInt32(n)) }
  private static func nbma(_ n: Int) -> IPAddress { IPAddress(v4: 0xcb00_0000 &+ UInt32(n)) }

  private static func register(_ n: Int, id: UInt32, at star: Star) {
    var packet = registration(11, id: id)
    (packet.sourceProtocol, packet.sourceNBMA) = (tunnelAddress(n), nbma(n))
    star.cloud.deliver(packet, from: nbma(n), to: star.hub)
  }

  /// A hub at whom `count` clients register in the same moment and are not heard of again, when their time has come.
  private static func ending(_ count: Int) -> Star {
    let star = Star(spokes: 0, hub: { $0.maxSendPackets = 10_000_000 })
    star.start()
    star.cloud.loses = { _ in true }
    for n in 0..<count { register(n, id: 1, at: star) }
    star.hub.config.settings.multicastDynamic = true
    star.cloud.configure(star.hub)
    star.cloud.now = star.cloud.now + .seconds(300)
    return star
  }

  /// One turn of the hub's timers at the cloud's time.
  private static func slice(_ star: Star) -> Slice {
    let hub = star.hub
    var turn = Turn<NHRPEngine.Output>(
      now: star.cloud.now, cause: .none, random: RandomSource(seed: 1), routes: hub.routes, firstRecord: EventID(1))
    hub.engine.expire(&turn)
    return Slice(outputs: turn.outputs.map(\.output), records: turn.records)
  }

  private static func isDue(_ star: Star) -> Bool { star.hub.engine.nextDeadline.map { $0 <= star.cloud.now } ?? false }

  @Test("10,000 clients end in turns of at most 64; the deadline stays at a time that has come, the multicast list is written once")
  func sliced() {
    let star = Self.ending(10_000)
    var turns: [Slice] = []
    while Self.isDue(star), turns.count < 1_000 {
      let before = star.hub.engine.entryCount
      turns.append(Self.slice(star))
      #expect(before - star.hub.engine.entryCount <= NHRPLimits.timersPerTurn)
    }
    #expect(turns.count == (10_000 + NHRPLimits.timersPerTurn - 1) / NHRPLimits.timersPerTurn)
    #expect(turns.allSatisfy { $0.outputs.count <= 2 * NHRPLimits.timersPerTurn && $0.records.count <= NHRPLimits.timersPerTurn })
    #expect(turns.flatMap(\.records).count { $0.kind == .nhcDown } == 10_000)
    #expect(turns.flatMap(\.multicast) == [[]] && turns.last?.multicast == [[]])
    #expect(star.hub.engine.entryCount == 0)
  }

  @Test("what comes in between two turns is answered then; a client that registers again before its turn stays")
  func between() {
    let star = Self.ending(1_000)
    _ = Self.slice(star)
    star.hub.outputs = []
    Self.register(999, id: 2, at: star)
    #expect(star.hub.outputs.contains { if case .send(_, Self.nbma(999), _, _) = $0 { true } else { false } })
    while Self.isDue(star) { _ = Self.slice(star) }
    #expect(star.hub.mappings.map(\.via) == [Self.tunnelAddress(999)])
  }

  @Test("a client whose end is told to many counts for more (RFC 2332 §5.2.5)")
  func told() {
    var star = Star(spokes: 40, spoke: { $0.holdTimeSeconds = 300 })
    star.hub.config.settings.maxSendPackets = 10_000_000
    star.start()
    for a in star.spokes {
      for b in star.spokes where b.name != a.name {
        let (from, to) = (UInt8(truncatingIfNeeded: a.address.v4Bits), UInt8(truncatingIfNeeded: b.address.v4Bits))
        star.cloud.handle(.redirectWanted(tunnel, nbmaSource: a.publicNBMA, packet: ipPacket(from: host(from), to: host(to))), at: star.hub)
      }
    }
    star.cloud.run(for: .seconds(1))
    star.spokes = []
    star.cloud.loses = { _ in true }
    star.cloud.now = star.cloud.now + .seconds(299)
    var turns: [Slice] = []
    while Self.isDue(star), turns.count < 1_000 { turns.append(Self.slice(star)) }
    let purges = turns.flatMap(\.records).count { $0.kind == .purgeSent }
    #expect(purges > 500, "\(purges)")
    // The last timer of a turn may go beyond, by those who asked for one client.
    #expect(turns.map(\.outputs.count).max() ?? 0 <= NHRPLimits.outputsPerTurn + 64)
    #expect(turns.dropLast().allSatisfy { $0.outputs.count >= NHRPLimits.outputsPerTurn } && turns.count > 1)
  }
}
