// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Routing protocols over a cloud")
struct RoutedCloudTests {
  private func cloud(_ routing: LabRouting, _ phase: DMVPNPhase, spokes: Int = 3, protection: LabProtection = .none) -> Cloud {
    var topology = LabTopology.cloud(phase: phase, spokes: spokes, protection: protection)
    topology.routing = routing
    return Cloud(topology, seed: 3)
  }

  /// A flow from spoke 1 to spoke 2 once the protocol has done its work.
  private func flow(_ cloud: Cloud, from start: Double) throws -> FlowReport {
    let flow = cloud.talk(1, 2, from: start, packets: 40)
    cloud.run(to: start + 20)
    return try cloud.account(flow)
  }

  @Test("BGP, phase 3: spokes have the hub's summary only, the hub has every LAN; a flow becomes direct by a shortcut, no ping is lost")
  func bgpPhase3() throws {
    let cloud = cloud(.bgp, .three)
    cloud.run(to: 40)
    let hub = cloud.console(0, "show ip route"), spoke = cloud.console(1, "show ip route")
    for n in 1...3 { #expect(hub.contains(try Regex("B +192\\.168\\.\(n)\\.0/24 \\[200/0\\] via 10\\.0\\.")), "\(hub)\n\(cloud.console(0, "show ip bgp summary"))") }
    #expect(spoke.contains(/B +192\.168\.0\.0\/16 \[200\/0\] via 10\.0\.0\.1/), "\(spoke)\n\(cloud.console(1, "show ip bgp"))")
    #expect(!spoke.contains("192.168.2.0/24"), "\(spoke)")
    let account = try flow(cloud, from: 41)
    #expect(account.lost == 0 && account.requestsRelayed > 0 && account.requestsDirect > 30)
  }

  @Test("BGP, phase 2: the reflector leaves the next hop, and a flow becomes direct by its resolution")
  func bgpPhase2() throws {
    let cloud = cloud(.bgp, .two)
    cloud.run(to: 40)
    let spoke = cloud.console(1, "show ip route"), other = cloud.topology.nodes[2].tunnelAddress
    #expect(spoke.contains(try Regex("B +192\\.168\\.2\\.0/24 \\[200/0\\] via \(other)")), "\(spoke)\n\(cloud.console(1, "show ip bgp"))")
    let account = try flow(cloud, from: 41)
    #expect(account.lost == 0 && account.requestsDirect > 30)
    #expect(cloud.records(0, .redirectSent).isEmpty)
  }

  @Test("BGP over protected tunnels")
  func bgpProtected() throws {
    let cloud = cloud(.bgp, .three, protection: .psk)
    cloud.run(to: 40)
    #expect(cloud.console(1, "show ip route").contains("192.168.0.0/16"))
    let account = try flow(cloud, from: 41)
    #expect(account.lost == 0 && account.requestsDirect > 30)
  }

  @Test("ODR: stubs tell their LANs by CDP and have a default route; the hub's file names nobody", arguments: [DMVPNPhase.one, .three])
  func odr(phase: DMVPNPhase) throws {
    let cloud = cloud(.odr, phase)
    cloud.run(to: 70)
    let hub = cloud.console(0, "show ip route odr")
    for n in 1...3 { #expect(hub.contains(try Regex("o +192\\.168\\.\(n)\\.0/24 \\[160/1\\] via 10\\.0\\.")), "\(hub)") }
    #expect(cloud.console(0, "show cdp neighbors").contains("spoke1"))
    #expect((1...3).allSatisfy { !cloud.console(0, "show running-config").contains("192.168.\($0).") })
    #expect(cloud.console(1, "show ip route").contains(/o\* +0\.0\.0\.0\/0 \[160\/1\] via 10\.0\.0\.1/))
    let account = try flow(cloud, from: 71)
    #expect(account.lost == 0 && account.requestsDirect > (phase == .three ? 30 : -1))
  }
}
