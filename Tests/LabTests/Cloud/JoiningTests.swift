// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Spokes that come, move, and stand behind NAT")
struct JoiningTests {
  @Test(
    "a spoke the hub's file never mentions joins under traffic: hub's configuration unchanged, reachable by all in 5 s, no ping lost",
    arguments: [UInt64(1), 9])
  func joins(_ seed: UInt64) throws {
    let cloud = Cloud(.cloud(phase: .three, spokes: 3, lanStyle: .hostRoutesByRegistration), seed: seed)
    for a in 1...3 { cloud.talk(a, a % 3 + 1, from: 3, packets: 270) }
    cloud.run(to: 10)
    let before = cloud.nodes[0].node.runningConfiguration()
    let new = try #require(cloud.addSpoke())
    #expect(!before.contains("\(cloud.topology.nodes[new].tunnelAddress)"))
    for a in 1...3 { cloud.talk(node: cloud.topology.index(ofSpoke: a), new, from: 15, packets: 20) }
    cloud.talk(node: new, 1, from: 15, packets: 20)
    cloud.run(to: 35)
    #expect(cloud.nodes[0].node.runningConfiguration() == before, "byte-identical")
    #expect(cloud.lost == 0)
    #expect(cloud.ledger.totals.answered == 3 * 270 + 4 * 20)
    #expect(cloud.picture(1).shortcuts.contains { $0.target == cloud.topology.nodes[new].tunnelAddress && $0.state == .up })
  }

  @Test("a spoke moves to another address with `no-unique`: the hub follows, others forget the old address, traffic goes on")
  func moves() throws {
    var topology = LabTopology.cloud(phase: .three, spokes: 2)
    topology.holdTimeSeconds = 60
    let cloud = Cloud(topology, seed: 6)
    cloud.run(to: 2)
    #expect(cloud.configure(1, "interface Tunnel0", "ip nhrp registration no-unique") == "")
    let flow = cloud.talk(2, 1, from: 4, packets: 300)
    let other = IPAddress(203, 0, 113, 200)
    cloud.at(.at(10)) { $0.readdress(1, to: other) }
    cloud.run(to: 40)
    #expect(cloud.records(0, .peerMoved).contains { $0.b == other })
    #expect(!cloud.records(0, .registrationRefused).contains { _ in true })
    #expect(cloud.picture(0).cache.contains { $0.via == cloud.topology.nodes[1].tunnelAddress && $0.nbma == other })
    let probes = cloud.ledger.probes(of: flow)
    #expect(probes.suffix(150).allSatisfy { $0.answeredAt != nil }, "traffic goes on")
    #expect(probes.count { $0.answeredAt == nil } <= 20, "only what was on its way, or sent before the purge came")
    #expect(cloud.picture(2).cache.contains { $0.nbma == other }, "and a new shortcut leads to the new address")
  }

  @Test("one behind a NAT: hub shows claimed and observed address, shortcuts form to the observed one, nothing is lost")
  func nat() throws {
    let cloud = Cloud(.cloud(phase: .three, spokes: 3, behindNATs: [[2]]), seed: 8)
    for (a, b) in [(1, 2), (2, 1), (3, 2), (1, 3)] { cloud.talk(a, b, from: 3, packets: 100) }
    cloud.run(to: 20)
    let inside = cloud.topology.nodes[2]
    let row = try #require(cloud.picture(0).peers.first { $0.address == inside.tunnelAddress })
    #expect(row.nbma == inside.publicNBMA && row.claimedNBMA == inside.nbma && row.attributes.contains("N"))
    #expect(cloud.console(0, "show dmvpn detail").contains("\(inside.publicNBMA)"))
    let text = cloud.console(0, "show ip nhrp \(inside.tunnelAddress)")
    #expect(text.contains("\(inside.publicNBMA)") && text.contains("\(inside.nbma)"))
    #expect(cloud.lost == 0)
    #expect(cloud.picture(1).cache.contains { $0.via == inside.tunnelAddress && $0.nbma == inside.publicNBMA })
    for flow in cloud.ledger.reports(at: cloud.now) { #expect(flow.requestsDirect > 90, "\(flow.spec.source) → \(flow.spec.destination)") }
  }

  @Test("two behind NATs of their own talk directly, or by way of the hub, and lose nothing", arguments: [[[1], [2]], [[1, 2]]])
  func twoNATs(_ groups: [[Int]]) throws {
    let cloud = Cloud(.cloud(phase: .three, spokes: 3, behindNATs: groups), seed: 8)
    let shared = groups.count == 1
    // Two behind one NAT look alike to the hub: only the one it last heard of is reached, so they cannot both be members.
    if shared { cloud.kill(cloud.topology.index(ofSpoke: 2)) }
    cloud.talk(1, 3, from: 3, packets: 100)
    if !shared { cloud.talk(1, 2, from: 3, packets: 100) }
    cloud.run(to: 20)
    #expect(cloud.lost == 0)
  }
}

extension Cloud {
  /// Gives a node another outer address, as a dynamic one changes: the internet knows, and the node's host tells it.
  func readdress(_ node: Int, to address: IPAddress) {
    underlay.readdress(node, to: address)
    let link = topology.nodes[node]
    let interface = HostInterface(name: "eth0", mtu: link.link.mtu, addresses: [HostAddress(address, length: link.nbmaLength)])
    input(node, .event(.interface(interface)))
  }
}
