// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv1: exchanges between two ends")
struct ExchangeTests {
  @Test("main mode and quick mode give both ends the same keys, RFC 2409 §5")
  func mainMode() {
    let (a, b) = ProtectionPolicy.pair()
    var world = TwoEnds(a, b)
    world.start()
    world.run(.seconds(10))
    #expect(world.isProtected)
    #expect(world.ends.map(\.sent.count) == [5, 4])
    #expect(world.ends[0].proof?.identity == .address(b.local) && world.ends[1].proof?.identity == .address(a.local))
    #expect(world.ends.allSatisfy { $0.refused.isEmpty && $0.failures.isEmpty })
    #expect(world.packet(from: 0) && world.packet(from: 1))
  }
}
