// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Peers that are refused")
struct RefusedPeersTests {
  /// A spoke that will not do, how it comes to be so, and what its own and the hub's journal call it (`IKEFailure.journalCode`).
  enum Fault: String, CaseIterable {
    case otherKey = "another key", otherAuthority = "a certificate of another authority", otherProposal = "other algorithms"

    var protection: LabProtection { self == .otherAuthority ? .certificate : .psk }
    /// 7: authentication failed; 9: certificate refused; of the refusals of first messages 6: nothing configured fits.
    var hubCode: UInt32 { self == .otherKey ? 7 : self == .otherAuthority ? 9 : 6 }
    /// 5: refused with a notify, 24 AUTHENTICATION_FAILED or 14 NO_PROPOSAL_CHOSEN.
    var notify: UInt32 { self == .otherProposal ? 14 : 24 }
  }

  @Test(
    "named in both journals at a bounded rate, nothing half open is left, nothing leaves in clear, and others are not disturbed",
    arguments: Fault.allCases)
  func refused(fault: Fault) throws {
    let cloud = try cloud(fault)
    let trace = UnderlayTrace(cloud)
    let lost = cloud.talk(1, 2, from: 10, packets: 1_000), good = cloud.talk(2, 3, from: 10, packets: 1_000)
    cloud.run(to: 10)
    let (hubBefore, spokeBefore) = (cloud.nodes[0].node.journal.count, cloud.nodes[1].node.journal.count)
    cloud.run(to: 130)
    let clear = trace.packets.filter { !$0.isProtected || $0.holdsProbe }
    #expect(clear.isEmpty)
    #expect(try cloud.account(lost).answered == 0 && cloud.account(good).lost == 0)
    let nbma = cloud.topology.nodes[1].nbma, hub = cloud.topology.nodes[0].nbma
    let said = cloud.records(0, fault == .otherProposal ? .ikeRefused : .ikeFailed).filter { $0.a == nbma }
    #expect(said.count >= 3 && said.allSatisfy { $0.x == fault.hubCode }, "\(said.map { [$0.x, $0.y] })")
    // What the change of its configuration ended (4) is no failure.
    let own = cloud.records(1, .ikeFailed).filter { $0.a == hub && $0.x != 4 }
    #expect(own.count >= 3 && own.allSatisfy { $0.x == 5 && $0.y == fault.notify }, "\(own.map { [$0.x, $0.y] })")
    let rates = [cloud.nodes[0].node.journal.count - hubBefore, cloud.nodes[1].node.journal.count - spokeBefore]
    print(
      "refused, \(fault.rawValue): \(rates) records in 120 s; hub", said.last.map { [$0.x, $0.y] } ?? [], "spoke",
      own.last.map { [$0.x, $0.y] } ?? [])
    #expect(rates.allSatisfy { $0 < 600 })
    #expect(cloud.picture(1).peers.first(where: \.isServer)?.state != .up)
    cloud.kill(1)
    cloud.run(to: 165)
    #expect(cloud.engine(0).summary.halfOpen == 0 && cloud.engine(0).summary.established == 2)
    #expect(cloud.nodes[0].core.associationCount.inbound == 2)
  }

  private func cloud(_ fault: Fault) throws -> Cloud {
    let topology = LabTopology.cloud(phase: .three, spokes: 3, protection: fault.protection)
    var files = try topology.keyFiles()
    if fault == .otherAuthority {
      for (request, material) in try topology.keyFiles() {
        if case .trustpoint(_, let names) = request, names.certificate == "spoke1.pem" { files[request] = material }
      }
    }
    let cloud = Cloud(topology, seed: 41, keys: VirtualKeys(files: files))
    cloud.run(to: 3)
    switch fault {
    case .otherKey: #expect(cloud.configure(1, "crypto ikev2 keyring LAB", "peer ANY", "pre-shared-key not-the-same-key") == "")
    case .otherProposal: #expect(cloud.configure(1, "crypto ikev2 proposal LAB", "encryption aes-gcm-128", "group 14") == "")
    case .otherAuthority: break
    }
    return cloud
  }
}
