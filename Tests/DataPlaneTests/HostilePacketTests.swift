// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite struct HostilePacketTests {
  /// Every packet is accounted for: a verdict, and a counter where it stopped.
  private func check(_ hub: Hub, _ packet: [UInt8], outbound: Bool) {
    let before = hub.core.drops.reduce(0, +)
    let results = hub.run(packet, outbound: outbound)
    let dropped = hub.core.drops.reduce(0, +) - before
    if results.contains(where: { $0.verdict == .none }) { Issue.record("undecided: \(packet)") }
    if case .drop? = results.first?.verdict, dropped == 0 { Issue.record("not counted: \(packet)") }
    _ = hub.punts.drain()
  }

  private static let valid: [[UInt8]] = [
    gre("198.51.100.11", "198.51.100.1", sequence: 1, checksum: true, TransitTests.echo),
    gre("198.51.100.11", "198.51.100.1", TransitTests.echo),
    gre("198.51.100.11", "198.51.100.1", type: 0x2001, registrationRequest),
  ]

  @Test("a valid packet cut at any byte is a counted drop, also where the outer length agrees with the cut")
  func truncation() {
    let hub = Hub()
    for packet in HostilePacketTests.valid {
      for n in 1..<packet.count {
        let cut = Array(packet[..<n])
        guard case .drop = hub.receive(cut).verdict else { Issue.record("cut at \(n) taken"); continue }
        guard n >= 20 else { continue }
        check(hub, patched(cut, at: 2, u16: UInt16(n), fixesHeader: true), outbound: false)
      }
    }
    #expect(hub.core.drops(.truncated) > 0)
  }

  @Test("any value in any length field traps nothing", arguments: [0, 1, 4, 5, 15, 19, 20, 27, 28, 83, 84, 85, 111, 112, 113, 255, 1500, 65_535])
  func lengths(_ value: UInt16) {
    let hub = Hub { $0.adjustMSS = 1360 }
    for packet in HostilePacketTests.valid {
      check(hub, patched(packet, at: 2, u16: value, fixesHeader: true), outbound: false)
      check(hub, patched(packet, at: 0, u16: 0x4000 | (value & 15) << 8), outbound: false)
    }
    let inner = patched(TransitTests.echo, at: 2, u16: value, fixesHeader: true)
    check(hub, gre("198.51.100.11", "198.51.100.1", inner), outbound: false)
    check(hub, inner, outbound: true)
  }

  @Test("a hundred thousand random packets: noise, and valid packets with bytes turned, both ways")
  func fuzz() {
    let hub = Hub {
      ($0.adjustMSS, $0.resolves, $0.fallbackNextHops) = (1360, true, [ip("172.16.0.12")])
    }
    hub.apply(.capture(CaptureFilter(addresses: [ip("192.168.11.2")])))
    hub.apply(.route(.default, net("::/0"), .tunnel(Hub.tun, nextHop: ip("172.16.0.12"))))
    var random = RandomSource(seed: 47)
    for round in 0..<100_000 {
      var packet = [UInt8](repeating: 0, count: 1 + Int(random.below(200)))
      for i in packet.indices { packet[i] = UInt8(random.below(256)) }
      switch round % 4 {
      case 0: check(hub, packet, outbound: false)
      case 1: check(hub, [0x45 ^ UInt8(random.below(2) * 0x23)] + packet, outbound: true)
      case 2: check(hub, disturbed(HostilePacketTests.valid[round % 3], &random), outbound: false)
      default: check(hub, gre("198.51.100.11", "198.51.100.1", type: random.below(2) == 0 ? 0x0800 : 0x86dd, disturbed(TransitTests.echo, &random)), outbound: false)
      }
      if round % 1000 == 0 { _ = hub.core.takeCaptured() }
    }
    #expect(hub.core.tunnelCounters(Hub.tun).map { $0.traffic.packetsIn > 10_000 } == true)
  }

  /// A few bytes turned, and half the time a right header checksum again, so that the change is seen by what comes after it.
  private func disturbed(_ packet: [UInt8], _ random: inout RandomSource) -> [UInt8] {
    var out = packet
    for _ in 0...random.below(3) { out[Int(random.below(UInt64(out.count)))] = UInt8(random.below(256)) }
    let headerFits = Int(out[0] & 15) >= 5 && Int(out[0] & 15) * 4 <= out.count
    return random.below(4) > 0 && headerFits ? patched(out, at: 4, u16: 1, fixesHeader: true) : out
  }

  @Test("every reason to drop has a name of its own, and the tests reach every one")
  func reasons() {
    #expect(Set(DropReason.allCases.map(\.name)).count == DropReason.allCases.count)
    let elsewhere: Set<DropReason> = [.multicastNoPeers, .batchFull, .beyondLink]  // OutboundTests, OverlayV6Tests
    let unreachable: Set<DropReason> = [.sealFailed]  // it takes a broken library
    let cases = Set(DropCase.inbound.map(\.reason)).union(ProtectedDropCase.all.map(\.reason))
    #expect(cases.union(elsewhere).union(unreachable) == Set(DropReason.allCases))
  }
}
