// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv2: first exchanges")
struct FirstExchangeTests {
  @Test("two nodes with one key have one child, and each end's keys are the other's (RFC 7296 §1.2)")
  func sharedKey() throws {
    let (_, a, b) = Situation.established()
    let peerOfA = try #require(a.peer), peerOfB = try #require(b.peer)
    #expect(a.ups.count == 1 && b.ups.count == 1)
    #expect(peerOfA.identity == .address(Situation.hub) && peerOfB.identity == .address(Situation.spoke))
    let out = try #require(a.outbound[peerOfA.id]), back = try #require(b.outbound[peerOfB.id])
    #expect(b.inbound[out.spi]?.keys == out.keys)
    #expect(a.inbound[back.spi]?.keys == back.keys)
    #expect(out.mode == .transport && !out.endpoints.isEncapsulated)
    #expect(a.engine.summary.established == 1 && b.engine.summary.established == 1)
    #expect(a.engine.summary.halfOpen == 0 && b.engine.summary.halfOpen == 0)
  }
}
