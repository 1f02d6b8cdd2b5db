// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

/// Bytes that mean harm, in every pairing of families.
@Suite struct HostileV6Tests {
  private func check(_ hub: Hub, _ packet: [UInt8], outbound: Bool) {
    let before = hub.core.drops.reduce(0, +)
    let results = hub.run(packet, outbound: outbound)
    if results.contains(where: { $0.verdict == .none }) { Issue.record("undecided: \(packet)") }
    if case .drop? = results.first?.verdict, hub.core.drops.reduce(0, +) == before { Issue.record("not counted: \(packet)") }
    _ = hub.punts.drain()
  }

  private static func valid(_ f: Families) -> [[UInt8]] {
    let extended = [UInt8](f.packet(f.host(11), f.host(12), payload: [17, 0, 1, 4, 0, 0, 0, 0] + udp(9), proto: 60))
    return [
      f.gre(11, checksum: true, f.packet(f.host(11), f.host(12))), f.gre(11, type: 0x2001, registrationRequest), f.gre(11, extended),
      f.gre(11, f.packet(f.host(11), f.host(12), payload: [UInt8](repeating: 2, count: 40), proto: 6)),
      f.gre(11, f.inner == .v4 ? f.packet(f.host(11), f.station(1)) : icmp6(f.host(11), f.station(1), 129, [0xd0, 1, 0, 1])),
    ]
  }

  @Test("a packet cut at any byte is a counted drop, also where the outer length agrees", arguments: Families.allCases)
  func truncation(_ f: Families) {
    let hub = f.hub()
    for packet in HostileV6Tests.valid(f) {
      for n in 1..<packet.count {
        let cut = Array(packet[..<n])
        guard case .drop = hub.receive(cut).verdict else { Issue.record("cut at \(n) taken"); continue }
        guard n >= f.outerLength else { continue }
        let agreeing = f.outer == .v4 ? patched(cut, at: 2, u16: UInt16(n), fixesHeader: true) : patched(cut, at: 4, u16: UInt16(n - 40))
        check(hub, agreeing, outbound: false)
      }
    }
    #expect(hub.core.drops(.truncated) > 0)
  }

  @Test("forty thousand disturbed packets, outside and inside, both ways", arguments: Families.allCases)
  func fuzz(_ f: Families) {
    let hub = f.hub { ($0.adjustMSS, $0.resolves, $0.fallbackNextHops) = (1360, true, [ip(f.station(12))]) }
    hub.apply(.capture(CaptureFilter(addresses: [ip(f.host(11))])))
    hub.route("::/0", .tunnel(Hub.tun, nextHop: ip(f.station(12))))
    hub.apply(.multicast(Hub.tun, [ip(f.nbma(11)), ip(f.nbma(12))]))
    var random = RandomSource(seed: 66)
    let valid = HostileV6Tests.valid(f)
    for round in 0..<40_000 {
      let packet = valid[round % valid.count]
      let inner = Array(packet[(f.outerLength + (round % valid.count == 0 ? 12 : 8))...])
      switch round / valid.count % 3 {
      case 0: check(hub, disturbed(packet, from: 0, &random), outbound: false)
      case 1: check(hub, f.gre(11, type: random.below(4) == 0 ? 0x0800 : f.type, disturbed(inner, from: 0, &random)), outbound: false)
      default: check(hub, disturbed(inner, from: 0, &random), outbound: true)
      }
      if round % 1000 == 0 { _ = hub.core.takeCaptured() }
    }
    #expect(hub.core.tunnelCounters(Hub.tun).map { $0.traffic.packetsIn > 5_000 } == true)
  }

  /// A few bytes turned, mostly in the headers; half the time a chain of extension headers is begun.
  private func disturbed(_ packet: [UInt8], from: Int, _ random: inout RandomSource) -> [UInt8] {
    var out = packet
    for _ in 0...random.below(3) {
      let reach = random.below(3) == 0 ? out.count : min(out.count, 64)
      out[Int(random.below(UInt64(reach)))] = random.below(3) == 0 ? [0, 43, 44, 60, 255][Int(random.below(5))] : UInt8(random.below(256))
    }
    let isV4 = out[0] >> 4 == 4 && Int(out[0] & 15) >= 5 && Int(out[0] & 15) * 4 <= out.count && out.count >= 20
    return random.below(4) > 0 && isV4 ? patched(out, at: 4, u16: 1, fixesHeader: true) : out
  }
}
