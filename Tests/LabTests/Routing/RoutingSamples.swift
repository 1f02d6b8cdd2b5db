// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

/// A routing protocol in a phase it goes with.
struct RoutedPhase: CustomTestStringConvertible, Sendable {
  var routing: LabRouting
  var phase: DMVPNPhase
  var testDescription: String { "\(routing.rawValue) phase \(phase.rawValue)" }

  /// All there are.
  static let all: [RoutedPhase] = LabRouting.allCases.flatMap { routing in
    DMVPNPhase.allCases.filter { LabTopology.refusal(of: routing, in: $0) == nil }.map { RoutedPhase(routing: routing, phase: $0) }
  }

  /// Those with a protocol.
  static let spoken = all.filter { $0.routing != .static }

  /// A cloud of them.
  func cloud(spokes: Int = 3, hubs: Int = 1, seed: UInt64 = 3, holdTime: Int? = nil, journalLimit: Int = 8_192) -> Cloud {
    var topology = LabTopology.cloud(phase: phase, spokes: spokes, hubs: hubs, holdTimeSeconds: holdTime)
    topology.routing = routing
    return Cloud(topology, seed: seed, journalLimit: journalLimit)
  }

  /// Seconds after which a cloud that began at once has all its routes: two updates, or the first connection and its next try.
  var settled: Double { routing == .static ? 5 : 70 }
}

/// How the pairs of spokes stand, by a walk over all FIBs.
struct Census: Equatable {
  var arrived = 0, lost = 0
  var looping: Set<Int> = []
  var isWhole: Bool { lost == 0 && looping.isEmpty && arrived > 0 }
}

extension Cloud {
  /// All pairs of spokes, or every `stride`th of them; pairs are numbered in order.
  func census(stride step: Int = 1, from first: Int = 0) -> Census {
    var census = Census()
    let spokes = Array(topology.hubCount..<topology.nodes.count), n = spokes.count
    for pair in Swift.stride(from: first, to: n * n, by: step) where pair / n != pair % n {
      switch way(from: spokes[pair / n], to: topology.nodes[spokes[pair % n]].host) {
      case .arrives: census.arrived += 1
      case .lost: census.lost += 1
      case .loops: census.looping.insert(pair)
      }
    }
    return census
  }

  /// Whether a node and all spokes reach each other.
  func isReachedByAll(_ node: Int) -> Bool {
    (topology.hubCount..<topology.nodes.count).allSatisfy { other in
      other == node || isThere(way(from: other, to: topology.nodes[node].host)) && isThere(way(from: node, to: topology.nodes[other].host))
    }
  }

  private func isThere(_ way: CloudWay) -> Bool { if case .arrives = way { true } else { false } }

  /// Runs on until `isDone`, looking each `step` seconds; gives the seconds it took, nil when `limit` of them were not enough.
  func wait(upTo limit: Double, step: Double = 0.25, until isDone: (Cloud) -> Bool) -> Double? {
    let start = now
    while !isDone(self) {
      guard now - start < .nanoseconds(Int64(limit * 1e9)) else { return nil }
      run(until: now + .nanoseconds(Int64(step * 1e9)))
    }
    return Double((now - start).nanoseconds) / 1e9
  }

  /// The network behind a node; every node of these clouds has one.
  func lan(of node: Int) -> IPPrefix {
    guard let lan = topology.nodes[node].lan else { preconditionFailure("node \(node) has no LAN") }
    return lan
  }

  /// The route that a node has for exactly a network.
  func route(_ node: Int, _ prefix: IPPrefix) -> RouteRow? { picture(node).routes.first { $0.prefix == prefix } }

  /// The route that a node's packets to an address take, but for NHRP's.
  func routeTowards(_ node: Int, _ address: IPAddress) -> RouteRow? {
    picture(node).routes.filter { $0.prefix.contains(address) && $0.code != "H" }.max { $0.prefix.length < $1.prefix.length }
  }
}
