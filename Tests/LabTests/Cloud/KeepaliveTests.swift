// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Keepalives through the cloud")
struct KeepaliveTests {
  /// A hub whose tunnel leads to its only spoke, which asks it every 2 s from 2 s on.
  private func pair() -> Cloud {
    let cloud = Cloud(.cloud(phase: .one, spokes: 1), seed: 4)
    cloud.run(to: 2)
    cloud.configure(0, "interface Tunnel0", "tunnel destination \(cloud.topology.nodes[1].nbma)", "tunnel mode gre ip")
    cloud.configure(1, "interface Tunnel0", "keepalive 2 3")
    return cloud
  }

  private func line(_ cloud: Cloud) -> String { cloud.console(1, "show interfaces Tunnel0").split(separator: "\n").first.map(String.init) ?? "" }

  /// Where the spoke sends packets for the LANs of others; by the host's default route where the tunnel's network is not there.
  private func way(_ cloud: Cloud) -> String? { cloud.picture(1).routes.first { $0.prefix.description == "192.168.0.0/16" }?.interface }

  @Test("the hub dies: the spoke's line goes down after period times retries, and comes up when the hub answers again")
  func hubDies() {
    let cloud = pair()
    cloud.run(to: 10)
    #expect(line(cloud) == "Tunnel0 is up, line protocol is up")
    cloud.kill(0)
    cloud.run(to: 15.5)
    #expect(line(cloud) == "Tunnel0 is up, line protocol is up")
    cloud.run(to: 16.5)
    #expect(line(cloud) == "Tunnel0 is up, line protocol is down")
    #expect(way(cloud) != "Tunnel0", "the tunnel's own network is gone, and what was looked up in it")
    cloud.run(to: 21)
    cloud.revive(0)
    cloud.run(to: 23)
    #expect(line(cloud) == "Tunnel0 is up, line protocol is up")
    #expect(way(cloud) == "Tunnel0")
    #expect(cloud.records(1, .interfaceDown).count == 1)
  }

  @Test("the hub needs no line of its own: its core sends back what is addressed already, to the spoke alone")
  func answers() {
    let cloud = pair()
    let trace = UnderlayTrace(cloud)
    cloud.run(to: 12)
    let answers = trace.from(0).filter { $0.protocolType == 0 }
    #expect(answers.count >= 4 && answers.allSatisfy { $0.destination == cloud.topology.nodes[1].nbma && $0.payload.isEmpty })
    #expect(cloud.console(0, "show interfaces Tunnel0").contains("Keepalive not set"))
  }

  @Test("a multipoint hub answers its spokes, and one that has lost all it knew as well: the spoke's line comes back and it registers")
  func multipoint() {
    let cloud = Cloud(.cloud(phase: .one, spokes: 1), seed: 4)
    cloud.run(to: 2)
    cloud.configure(1, "interface Tunnel0", "keepalive 1 2")
    cloud.run(to: 20)
    #expect(line(cloud) == "Tunnel0 is up, line protocol is up")
    cloud.kill(0)
    cloud.run(to: 23.5)
    #expect(line(cloud) == "Tunnel0 is up, line protocol is down")
    cloud.revive(0)
    cloud.run(to: 25)
    #expect(line(cloud) == "Tunnel0 is up, line protocol is up")
    cloud.run(to: 90)
    #expect(cloud.picture(0).peers.count { $0.state == .up } == 1)
  }
}
