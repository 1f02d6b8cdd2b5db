// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Screens
import Testing
import Wire

@Suite("What operators see of routing in a running cloud")
struct RoutingPictureTests {
  private func cloud(_ routing: LabRouting) -> Cloud {
    var topology = LabTopology.cloud(phase: .three, spokes: 3)
    topology.routing = routing
    let cloud = Cloud(topology, seed: 3)
    cloud.run(to: 75)
    return cloud
  }

  private func screen(_ cloud: Cloud, _ node: Int) -> String {
    var view = ViewState()
    view.screen = .routes
    return Renderer.text(Renderer.render(snapshot: cloud.picture(node), view: view, rows: 40, columns: 120))
  }

  @Test(
    "the hub's routing screen has every spoke as a neighbour, with what it told",
    arguments: [
      (LabRouting.bgp, "BGP 3/3", "● Established"), (.rip, "RIP 3/3", "● heard"), (.odr, "ODR 3/3", "● heard"),
    ])
  func hub(routing: LabRouting, counts: String, state: String) throws {
    let cloud = cloud(routing), text = screen(cloud, 0), picture = cloud.picture(0)
    #expect(text.contains(counts), "\(text)")
    #expect(text.components(separatedBy: state).count == 4, "\(text)")
    #expect(picture.neighbors.allSatisfy { $0.prefixesIn == 1 && $0.interface == "Tunnel0" }, "\(picture.neighbors)")
    #expect(picture.alarms.isEmpty, "\(picture.alarms)")
  }

  @Test("a spoke's neighbour is the hub alone")
  func spoke() {
    let picture = cloud(.bgp).picture(1)
    #expect(picture.neighbors.map(\.state) == ["Established"] && !picture.neighbors[0].isDynamic)
  }
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
