// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Protected spokes behind NAT")
struct ProtectedNATTests {
  @Test("a NAT that gives another port under 1,000 packets a second costs what was under way, and nothing more (RFC 7296 §2.23)")
  func rebinding() throws {
    let cloud = try Cloud.protected(spokes: 2, seed: 21, behindNATs: [[1]])
    let flow = cloud.talk(node: 1, 0, from: 5, packets: 20_000, every: .milliseconds(1))
    for second in [8.0, 12, 16, 20] { cloud.at(.at(second)) { $0.underlay.nats[0].forgetMappings() } }
    cloud.run(to: 30)
    let probes = cloud.ledger.probes(of: flow), account = try cloud.account(flow)
    print("rebinding: \(account.lost) of 20,000 pings lost in 4 rebindings")
    // One way is 7 ms: what the hub had sent, or was sending before the first packet by the new port came, is 14 ms of answers.
    #expect(account.lost <= 4 * 16 && account.lost >= 4)
    for (i, probe) in probes.enumerated() where probe.answeredAt == nil {
      let last = [8, 12, 16, 20].map { Instant.at($0) }.last { $0 <= probe.sentAt + .milliseconds(20) }
      #expect(last.map { probe.sentAt - $0 < .milliseconds(20) } == true, "ping \(i), sent at \(probe.sentAt)")
    }
    #expect(cloud.records(0, .peerEndpointMoved).count == 4)
    #expect(cloud.records(0, .peerDead).isEmpty && cloud.engine(0).summary.handshakes == 2, "no exchange begins anew")
  }

  @Test("traffic towards the spoke alone is found again with the next keepalive, at most 20 s later (RFC 3948 §4)")
  func keepalive() throws {
    let cloud = try Cloud.protected(spokes: 2, seed: 22, behindNATs: [[1]])
    let flow = cloud.talk(node: 0, 1, from: 5, packets: 600, every: .milliseconds(100))
    cloud.at(.at(20)) { $0.underlay.nats[0].forgetMappings() }
    cloud.run(to: 70)
    let last = try #require(cloud.ledger.probes(of: flow).last { $0.answeredAt == nil })
    #expect(last.sentAt < .at(41))
    #expect(cloud.engine(0).summary.established == 2)
  }

  @Test("two spokes behind one NAT rebind while both talk with the hub and an outsider: each is followed by its own association")
  func twoBehindOne() throws {
    let cloud = try Cloud.protected(spokes: 3, seed: 23, behindNATs: [[1, 2]])
    let flows = [
      cloud.talk(1, 3, from: 5, packets: 3_000, every: .milliseconds(10)),
      cloud.talk(2, 3, from: 5, packets: 3_000, every: .milliseconds(10)),
    ]
    cloud.at(.at(15)) { $0.underlay.nats[0].forgetMappings() }
    cloud.run(to: 40)
    for flow in flows {
      let account = try cloud.account(flow)
      #expect(account.lost <= 6 && account.answered >= 2_994)
    }
    let peers = cloud.engine(0).childRows(limit: 16).map(\.endpoints)
    #expect(Set(peers.map(\.remotePort)).count == 3 && Set(peers.map(\.remote)).count == 2)
  }
}
