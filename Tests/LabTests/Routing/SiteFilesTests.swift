// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

/// The files that come with the program: `config/phaseN-PROTOCOL-NODE.conf`, and `phaseN-NODE.conf` with static routes.
@Suite("The files of config/ run as clouds")
struct SiteFilesTests {
  private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "config")

  private func cloud(_ routed: RoutedPhase) throws -> Cloud {
    let middle = routed.routing == .static ? "" : "-\(routed.routing.rawValue)"
    let files = try ["hub", "spoke1", "spoke2"].map {
      try String(contentsOf: Self.directory.appending(path: "phase\(routed.phase.rawValue)\(middle)-\($0).conf"), encoding: .utf8)
    }
    return Cloud(.site(phase: routed.phase, routing: routed.routing, files: files), seed: 5)
  }

  @Test("hub and spokes of the files reach each other's LANs, directly where the phase says so", arguments: RoutedPhase.all)
  func runs(_ routed: RoutedPhase) throws {
    let cloud = try cloud(routed)
    cloud.run(to: routed.settled)
    for i in 0...2 {
      #expect(cloud.nodes[i].node.startupDiagnostics.filter { $0.level != .warning || !$0.text.contains("hub's line") }.isEmpty)
    }
    #expect(cloud.census().isWhole)
    let flows = [(1, 2), (2, 1), (0, 1), (2, 0)].map { cloud.talk(node: $0.0, $0.1, from: 0, packets: 40) }
    cloud.run(until: cloud.now + .seconds(10))
    #expect(cloud.lost == 0)
    for flow in flows.prefix(2) { #expect(try cloud.account(flow).requestsDirect >= (routed.phase == .one ? 0 : 35)) }
    if routed.phase == .one { #expect(try cloud.account(flows[0]).requestsDirect == 0) }
    guard routed.routing != .static else { return }
    #expect(!cloud.console(0, "show running-config").contains("192.168.11"), "the hub's file names no spoke")
  }

  @Test("a file has the lines of its protocol that the lab's plan makes, but for addresses and limits", arguments: RoutedPhase.spoken)
  func likeThePlan(_ routed: RoutedPhase) throws {
    let site = try cloud(routed), plan = routed.cloud(spokes: 2)
    for i in 0...2 {
      let (file, made) = (
        words(site.topology.configuration(of: i), routed.routing), words(plan.topology.configuration(of: i), routed.routing)
      )
      #expect(file == made)
    }
  }

  /// The lines of a protocol in a configuration, without what differs from plan to plan: addresses, numbers, names of lists.
  private func words(_ text: String, _ routing: LabRouting) -> Set<String> {
    let router = text.split(separator: "\n").drop { !$0.hasPrefix("router ") }.prefix { $0.hasPrefix("router ") || $0.hasPrefix(" ") }
    let tunnel = text.split(separator: "\n").filter {
      $0.hasSuffix("split-horizon") || $0.hasSuffix("next-hop-self rip") || $0 == " cdp enable"
    }
    let plain = (router + tunnel).map { line in
      line.split(separator: " ").filter { !$0.contains { $0.isNumber } && $0 != "mask" && !$0.hasPrefix("SUMMAR") }.joined(separator: " ")
    }
    return Set(plain).subtracting(["bgp log-neighbor-changes", "bgp listen limit", "distribute-list prefix SPOKE-LANS in"])
  }
}
