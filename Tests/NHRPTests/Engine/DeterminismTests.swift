// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// Same inputs, same outputs; and what one turn of a large hub may cost.
struct DeterminismTests {
  /// A cloud of twelve spokes that register, redirect, lose packets, move and stop; all that crossed and was noted.
  private func history(seed: UInt64) -> (bytes: [[UInt8]], records: [[JournalRecord]], outputs: [[NHRPEngine.Output]]) {
    let star = Star(spokes: 12, seed: seed, hub: { $0.holdTimeSeconds = 60 }, spoke: { $0.holdTimeSeconds = 60; $0.registersUnique = false })
    var chance = RandomSource(seed: seed)
    star.cloud.loses = { _ in chance.below(10) == 0 }
    star.start()
    for n in 0..<60 {
      let from = star.spokes[n % 12], to = UInt8(11 + n * 7 % 12)
      from.busy = [inner(to)]
      star.redirect(from, to: host(to))
      star.cloud.run(for: .seconds(3))
      if n % 20 == 7 { star.cloud.deliver(registration(11, id: UInt32(n), unique: false, nbma: outer(99)), from: outer(99), to: star.hub) }
      if n % 20 == 13 { star.cloud.handle(.routesChanged([network("192.168.0.0/16")]), at: star.spokes[3]) }
    }
    star.cloud.handle(.stopping, at: star.spokes[5])
    star.cloud.handle(.clear(NHRPClearScope()), at: star.hub)
    star.cloud.run(for: .seconds(200))
    return (star.cloud.crossings.map(\.bytes), star.cloud.stations.map(\.records), star.cloud.stations.map(\.outputs))
  }

  @Test("two runs of the same inputs give the same packets, outputs and records, in the same order", arguments: [1, 2, 3] as [UInt64])
  func repeatable(_ seed: UInt64) {
    let one = history(seed: seed), two = history(seed: seed)
    #expect(one.bytes == two.bytes && one.records == two.records && one.outputs == two.outputs)
    #expect(one.bytes.count > 500)
  }

  @Test("different seeds part: jitter and losses are drawn from the turn's randomness")
  func seeds() {
    #expect(history(seed: 1).bytes != history(seed: 2).bytes)
  }

  /// A hub with `count` clients; gives back how long `rounds` refreshes, empty purges and route changes take.
  private func cost(clients count: Int, rounds: Int) -> Duration {
    let star = Star(spokes: 0, hub: { $0.maxSendPackets = 10_000_000 })
    star.start()
    star.cloud.loses = { _ in true }
    func message(_ n: Int, _ id: UInt32) -> [UInt8] {
      var packet = registration(11, id: id)
      (packet.sourceProtocol, packet.sourceNBMA) = (IPAddress(v4: 0x0a10_0000 &+ UInt32(n)), IPAddress(v4: 0xcb00_0000 &+ UInt32(n)))
      return packet.encode()
    }
    let first = (0..<count).map { message($0, 1) }, again = (0..<rounds).map { message($0, 2) }
    let purge = purge(11, network("172.16.0.0/16")).encode()
    for (n, bytes) in first.enumerated() { star.cloud.deliver(bytes, from: IPAddress(v4: 0xcb00_0000 &+ UInt32(n)), to: star.hub) }
    star.hub.outputs = []
    return ContinuousClock().measure {
      for (n, bytes) in again.enumerated() {
        star.cloud.deliver(bytes, from: IPAddress(v4: 0xcb00_0000 &+ UInt32(n)), to: star.hub)
        star.cloud.deliver(purge, from: IPAddress(v4: 0xcb00_0000 &+ UInt32(n)), to: star.hub)
        star.cloud.handle(.routesChanged([network("192.168.7.0/24")]), at: star.hub)
      }
    }
  }

  @Test("a packet costs a hub with 5,000 clients about what it costs one with 50", .timeLimit(.minutes(2)))
  func costDoesNotGrow() {
    let small = cost(clients: 50, rounds: 50), large = cost(clients: 5_000, rounds: 50)
    // A walk over the cache would be a hundred times slower; the rest is room for a busy machine.
    #expect(large < small * 20, "\(small) against \(large)")
  }
}
