// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("RIP over a cloud")
struct RIPCloudTests {
  private func cloud(_ phase: DMVPNPhase, spokes: Int = 3) -> Cloud {
    var topology = LabTopology.cloud(phase: phase, spokes: spokes)
    topology.routing = .rip
    return Cloud(topology, seed: 3)
  }

  @Test("phase 3: spokes have one summary by the hub, the hub has every LAN; a flow becomes direct by a shortcut, no ping is lost")
  func phase3() throws {
    let cloud = cloud(.three)
    cloud.run(to: 40)
    let hub = cloud.console(0, "show ip route"), spoke = cloud.console(1, "show ip route")
    for n in 1...3 { #expect(hub.contains(try Regex("R +192\\.168\\.\(n)\\.0/24 \\[120/1\\] via 10\\.0\\.\\d+\\.\\d+")), "\(hub)") }
    #expect(spoke.contains(/R +192\.168\.0\.0\/16 \[120\/1\] via 10\.0\.0\.1/), "\(spoke)")
    #expect(!spoke.contains("192.168.2.0/24"), "\(spoke)")
    let flow = cloud.talk(1, 2, from: 41, packets: 40)
    cloud.run(to: 60)
    let account = try cloud.account(flow)
    #expect(account.lost == 0 && account.requestsRelayed > 0 && account.requestsDirect > 30)
    #expect(cloud.console(1, "show ip route").contains(/H +192\.168\.2\.0\/24 \[250\/255\]/))
  }

  @Test("phase 2: the hub passes every LAN on with its spoke as the next hop, and a flow becomes direct by resolution of that")
  func phase2() throws {
    let cloud = cloud(.two)
    cloud.run(to: 70)
    let spoke = cloud.console(1, "show ip route"), other = cloud.topology.nodes[2].tunnelAddress
    #expect(spoke.contains(try Regex("R +192\\.168\\.2\\.0/24 \\[120/2\\] via \(other)")), "\(spoke)")
    let flow = cloud.talk(1, 2, from: 71, packets: 40)
    cloud.run(to: 90)
    let account = try cloud.account(flow)
    #expect(account.lost == 0 && account.requestsDirect > 30)
    #expect(cloud.records(0, .redirectSent).isEmpty)
  }

  @Test("phase 1: all goes through the hub, by its summary")
  func phase1() throws {
    let cloud = cloud(.one)
    cloud.run(to: 40)
    let flow = cloud.talk(1, 2, from: 41, packets: 40)
    cloud.run(to: 60)
    let account = try cloud.account(flow)
    #expect(account.lost == 0 && account.requestsDirect == 0 && account.requestsRelayed == 40)
  }

  @Test("a new spoke joins: the hub's file stands byte for byte, and all reach it within one update")
  func joins() throws {
    let cloud = cloud(.three)
    cloud.run(to: 1)
    let before = cloud.console(0, "show running-config")
    cloud.run(to: 40)
    #expect(cloud.console(0, "show running-config") == before && !before.contains("192.168.1."))
  }
}
