// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Two that begin at once")
struct MeetingTests {
  @Test(
    "spokes that send each other IKE_SA_INIT at the same instant: one usable protection, nothing lost, one pair after lifetimes (RFC 7296 §2.8)",
    arguments: [UInt64(1), 2, 3])
  func meeting(seed: UInt64) throws {
    let cloud = try Cloud.protected(spokes: 2, seed: seed)
    cloud.run(to: 4)
    for node in 0...2 {
      #expect(cloud.configure(node, "crypto ipsec profile DMVPN", "set security-association lifetime seconds 120") == "")
      #expect(cloud.configure(node, "crypto ikev2 profile LAB", "lifetime 240") == "")
    }
    for node in 0...2 { cloud.clearCryptoSessions(node) }
    cloud.run(to: 30)
    let hub = cloud.tables(1)
    let flows = [
      cloud.talk(1, 2, from: 30, packets: 30_000, every: .milliseconds(20)),
      cloud.talk(2, 1, from: 30, packets: 30_000, every: .milliseconds(20)),
    ]
    begin(cloud, 1, 2)
    begin(cloud, 2, 1)
    cloud.run(to: 33)
    let both = cloud.tables(1)
    #expect(both.established == hub.established + 2, "both exchanges are carried through")
    #expect(cloud.records(1, .protectionUp).count { $0.a == cloud.topology.nodes[2].nbma } == 1)
    cloud.run(to: 640)
    for flow in flows {
      let account = try cloud.account(flow)
      #expect(account.lost == 0 && account.answered == 30_000)
    }
    // A rekey may be under way just now.
    var tries = 0
    while tries < 20, !(1...2).allSatisfy({ isOnePair(cloud.tables($0)) }) {
      tries += 1
      cloud.run(until: cloud.now + .seconds(1))
    }
    for node in 1...2 { #expect(isOnePair(cloud.tables(node)), "node \(node): \(cloud.tables(node))") }
  }

  /// One pair with the hub and one with the other spoke.
  private func isOnePair(_ t: ProtectionTables) -> Bool {
    t.inbound == 2 && t.outbound == 2 && t.established == 2 && t.children == 2 && t.halfOpen == 0
  }

  private func begin(_ cloud: Cloud, _ a: Int, _ b: Int) {
    let remote = cloud.topology.nodes[b].nbma
    cloud.ike(a) { engine, turn in
      guard let tunnel = engine.childRows(limit: 1).first?.interface else { return }
      engine.handle(.protect(tunnel, remote: remote), &turn)
    }
  }
}
