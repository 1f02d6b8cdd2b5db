// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Protected clouds")
struct ProtectedCloudTests {
  @Test("phase 3 under IKEv2: shortcuts form over ESP, nothing is lost, and the underlay holds only ESP and IKE", arguments: [UInt64(1), 2])
  func phase3(seed: UInt64) throws {
    let cloud = try Cloud.protected(spokes: 3, seed: seed)
    let trace = UnderlayTrace(cloud)
    cloud.ring(from: 5, packets: 60)
    cloud.run(to: 15)
    #expect(cloud.lost == 0)
    #expect(cloud.ledger.totals.answered == 6 * 60)
    for flow in cloud.ledger.reports(at: cloud.now) { #expect(flow.requestsDirect > 50 && flow.requestsRelayed >= 1) }
    #expect(trace.packets.count > 100)
    let clear = trace.packets.filter { !$0.isProtected || $0.holdsProbe }
    #expect(clear.isEmpty)
  }
}

extension ProtectedCloudTests {
  @Test("with certificates: the same, and each peer is who its certificate says")
  func certificates() throws {
    let cloud = try Cloud.protected(spokes: 3, protection: .certificate)
    let trace = UnderlayTrace(cloud)
    cloud.ring(from: 5, packets: 60)
    cloud.run(to: 15)
    #expect(cloud.lost == 0 && cloud.ledger.totals.answered == 6 * 60)
    let clear = trace.packets.filter { !$0.isProtected || $0.holdsProbe }
    #expect(clear.isEmpty)
  }

  @Test("two spokes behind one NAT address register, are reached from outside, and reach each other through the hub")
  func oneNAT() throws {
    let cloud = try Cloud.protected(spokes: 3, behindNATs: [[1, 2]])
    cloud.ring(from: 5, packets: 100)
    cloud.run(to: 20)
    #expect(cloud.lost == 0 && cloud.ledger.totals.answered == 6 * 100)
    let rows = cloud.picture(0).peers
    #expect(rows.filter { $0.state == .up }.count == 3)
    #expect(Set(rows.prefix(2).map(\.nbma)).count == 1)
  }

  @Test("a NAT that forgets its mappings costs a moment: the peers follow the new port")
  func newMapping() throws {
    let cloud = try Cloud.protected(spokes: 2, behindNATs: [[1]])
    let flow = cloud.talk(1, 2, from: 5, packets: 600, every: .milliseconds(50))
    cloud.at(.at(15)) { $0.underlay.nats[0].forgetMappings() }
    cloud.run(to: 40)
    let account = try cloud.account(flow)
    #expect(account.lost < 40)
    #expect(account.answered > 560)
  }

  @Test("the same seed gives the same journals, keys drawn anew", arguments: [LabProtection.psk, .certificate])
  func determinism(protection: LabProtection) throws {
    let hashes = try (0..<2).map { _ in
      let cloud = try Cloud.protected(spokes: 3, seed: 9, link: LinkSettings(lossPerMillion: 20_000), protection: protection)
      cloud.ring(from: 4, packets: 40)
      cloud.run(to: 12)
      return cloud.nodes.map(\.node.journal.hash)
    }
    #expect(hashes[0] == hashes[1])
  }
}

extension Cloud {
  /// A cloud under IKEv2 with one key for all.
  static func protected(
    _ phase: DMVPNPhase = .three, spokes: Int = 3, seed: UInt64 = 1, link: LinkSettings = LinkSettings(), behindNATs: [[Int]] = [],
    protection: LabProtection = .psk
  ) throws -> Cloud {
    let topology = LabTopology.cloud(phase: phase, spokes: spokes, link: link, behindNATs: behindNATs, protection: protection)
    return Cloud(topology, seed: seed, keys: VirtualKeys(files: try topology.keyFiles()))
  }

  /// Every spoke talks with the next of the ring, both ways.
  func ring(from start: Double, packets: Int) {
    let spokes = topology.spokeCount
    for a in 1...spokes {
      talk(a, a % spokes + 1, from: start + Double(a) / 10, packets: packets)
      talk(a % spokes + 1, a, from: start + 0.05 + Double(a) / 10, packets: packets)
    }
  }
}

extension UnderlayTrace.Packet {
  /// ESP, or UDP to or from the ports of IKE.
  var isProtected: Bool {
    guard bytes.count > 24 else { return false }
    let ports = [UInt16(bytes[20]) << 8 | UInt16(bytes[21]), UInt16(bytes[22]) << 8 | UInt16(bytes[23])]
    return bytes[9] == 50 || bytes[9] == 17 && ports.contains { $0 == 500 || $0 == 4500 }
  }

  /// Whether a host's payload can be read in it.
  var holdsProbe: Bool {
    var run = 0
    for b in bytes {
      run = b == 0x5a ? run + 1 : 0
      if run == 8 { return true }
    }
    return false
  }
}
