// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// Our node and a router of somebody else's on a wire, and what they do to each other.
struct RoutingPair: Sendable {
  let bench: Bench
  let lan: RoutingLAN
  let other: any OtherRouter
  let family: RoutingLAN.Family
  let node: NodeProcess
  private let configuration: String
  /// How long either may take to say something.
  let patience: Duration

  init(
    _ bench: Bench, configuration: String, family: RoutingLAN.Family = RoutingLAN.v4, patience: Duration = .seconds(20),
    other: (Bench, Namespace) async throws -> any OtherRouter
  ) async throws {
    (self.bench, self.configuration, self.family, self.patience) = (bench, configuration, family, patience)
    lan = try await RoutingLAN(bench)
    self.other = try await other(bench, lan.theirs)
    try await self.other.announce()
    node = try await bench.node("ours", in: lan.ours, configuration: configuration)
  }

  private init(_ pair: RoutingPair, node: NodeProcess) {
    (bench, lan, other, family, configuration, patience) = (
      pair.bench, pair.lan, pair.other, pair.family, pair.configuration, pair.patience
    )
    self.node = node
  }

  private var isV6: Bool { family.ours.contains(":") }

  /// What our node shows of its routes.
  func ourRoutes() async throws -> String { try await node.exec(isV6 ? "show ipv6 route" : "show ip route") }

  /// What our kernel has.
  func ourKernel() async throws -> String { try await lan.ours.run(isV6 ? "ip -6 route" : "ip route") }

  /// What is known when something failed.
  private func state() async -> String {
    let ours = (try? await node.exec("show ip bgp summary ; show ip protocols ; show logging")) ?? ""
    return await
      "\((try? ourRoutes()) ?? "")\(ours)\(node.output)\ntheirs:\n\((try? other.routes()) ?? "")\(other.daemon.output.suffix(3000))"
  }

  func expect(_ what: String, _ condition: () async throws -> Bool) async throws {
    try await eventually(what, timeout: patience, every: .milliseconds(100), lastSeen: state, condition)
  }

  /// Whether our node or its kernel has a network of theirs.
  private func isKnown(_ network: String) async throws -> Bool {
    let routes = try await ourRoutes().lowercased(), kernel = try await ourKernel()
    return routes.contains(network) || kernel.contains(network)
  }

  // MARK: What is to be seen

  func routesBothWays() async throws {
    try await expect("we have their LAN and their extra network") {
      let shown = try await ourRoutes().lowercased()
      return shown.contains(family.theirLAN) && shown.contains(family.theirExtra)
    }
    try await expect("they have our LAN and our extra network") {
      let shown = try await other.routes()
      return shown.contains(family.ourLAN) && shown.contains(family.ourExtra)
    }
    try await expect("the kernel has their LAN by them") {
      try await ourKernel().contains("\(family.theirLAN) via \(family.theirs) dev eth0")
    }
  }

  /// From host to host, through both routers.
  func passesPings() async throws {
    if !other.hasKernel { _ = try await lan.theirs.attempt("ip route replace \(family.ourLAN) via \(family.ours)") }
    try await expect("the hosts reach each other") { try await lan.ourHost.ping(family.theirHost, count: 1).received == 1 }
    let result = try await lan.ourHost.ping(family.theirHost, count: 10, intervalMilliseconds: 20)
    #expect(result.lost == 0, "\(result.output)")
  }

  /// `change` is what an operator types at our node.
  func withdrawsBothWays(_ change: (Bool) -> String) async throws {
    try await other.setExtra(false)
    try await expect("their extra network is gone") { try await !isKnown(family.theirExtra) }
    try await node.exec(change(false))
    try await expect("our extra network is gone") { try await !other.routes().contains(family.ourExtra) }
    #expect(try await ourRoutes().contains(family.theirLAN))
    #expect(try await other.routes().contains(family.ourLAN))
    try await other.setExtra(true)
    try await node.exec(change(true))
    try await routesBothWays()
  }

  /// It is killed, which its kernel tells ours where it is TCP; its routes go, and come back with it.
  func theirsRestarts() async throws {
    await other.daemon.kill()
    try await expect("their routes are gone") { try await !isKnown(family.theirLAN) }
    try await other.daemon.start()
    try await other.announce()
  }

  /// Our node is ended in order: the other end has none of our routes, and our kernel none of theirs.
  func oursStops() async throws {
    #expect(await node.stop() == 0)
    #expect(try await !ourKernel().contains(family.theirLAN))
    try await expect("they have none of ours") { try await !other.routes().contains(family.ourExtra) }
  }

  /// Our node is killed, and theirs: what ours had put into the kernel stays there, and goes when it starts again.
  func leavesNothingWhenKilled() async throws {
    await node.kill()
    await other.daemon.kill()
    #expect(try await ourKernel().contains(family.theirLAN), "this proves nothing")
    _ = try await startedAgain()
    try await expect("the kernel has none of their routes") { try await !ourKernel().contains(family.theirLAN) }
  }

  /// Starts our node again.
  func startedAgain() async throws -> RoutingPair {
    RoutingPair(self, node: try await bench.node("ours", in: lan.ours, configuration: configuration))
  }
}
