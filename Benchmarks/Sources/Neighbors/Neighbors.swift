// SPDX-License-Identifier: GPL-3.0-or-later
import IKEParts
import Lab
import NodeRuntime
import ProtocolKit
import Wire

/// `Neighbors [COUNT [HOLDTIME]]`: a hub with COUNT (1,000) dynamic BGP neighbours by one `bgp listen range`, in the simulator, phase 3,
/// NHRP hold time 60 s. Prints when all ways are there, after the start and after the hub's restart, in virtual time, and what the hub's thread
/// costs: until then, and in a second at rest.
@main
enum Neighbors {
  static func main() {
    let words = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    let spokes = words.first ?? 1_000, holdTime = words.dropFirst().first ?? 60
    var topology = LabTopology.cloud(phase: .three, spokes: spokes, holdTimeSeconds: holdTime)
    topology.routing = .bgp
    let bench = HubBench(Cloud(topology, seed: 11, journalLimit: 512))
    let begun = bench.converge()
    print("\(spokes) dynamic neighbours, NHRP hold time \(holdTime) s")
    print("all ways there after the start: \(begun.virtual) s (virtual), \(begun.hub) s of processor for the hub")
    bench.run(seconds: 60)
    let seconds = 300, rest = bench.measure { $0.run(seconds: seconds) }
    print(
      "at rest, over \(seconds) virtual seconds: \(milli(rest.hub / Double(seconds))) ms of processor a second for the hub,",
      "\(milli(rest.all / Double(seconds) / Double(spokes + 1))) ms for a node of the cloud on average")
    bench.cloud.restart(0)
    let again = bench.converge()
    print("all ways there after the hub's restart: \(again.virtual) s (virtual), \(again.hub) s of processor for the hub")
  }

  private static func milli(_ seconds: Double) -> Double { (seconds * 1_000_000).rounded() / 1_000 }
}

/// A cloud whose hub's share of the processor is known: the time from each of its inputs to the next input of anybody.
private final class HubBench {
  let cloud: Cloud
  private var hub = 0.0
  private var since: Double?

  init(_ cloud: Cloud) {
    self.cloud = cloud
    cloud.onInput = { [unowned self] node, _, _ in
      let now = ProcessFigures.threadSeconds
      if let since { hub += now - since }
      since = node == 0 ? now : nil
    }
  }

  func run(seconds: Int) { cloud.run(until: cloud.now + .seconds(seconds)) }

  /// Seconds of processor that `body` costs, the hub's part and all.
  func measure(_ body: (HubBench) -> Void) -> (hub: Double, all: Double) {
    let before = ProcessFigures.threadSeconds
    (hub, since) = (0, nil)
    body(self)
    return (hub, ProcessFigures.threadSeconds - before)
  }

  /// Runs on until the hub has a way to every spoke's LAN and every spoke one to the hub's; looks once a virtual second.
  func converge() -> (virtual: Int, hub: Double) {
    var seconds = 0
    let cost = measure { bench in
      repeat {
        bench.run(seconds: 1)
        bench.since = nil
        seconds += 1
      } while !bench.isWhole && seconds < 3_600
    }
    return (seconds, cost.hub)
  }

  private var isWhole: Bool {
    let nodes = cloud.topology.nodes
    return nodes.indices.dropFirst().allSatisfy { i in arrives(0, nodes[i].host) && arrives(i, nodes[0].host) }
  }

  private func arrives(_ i: Int, _ address: IPAddress) -> Bool {
    if case .arrives = cloud.way(from: i, to: address) { true } else { false }
  }
}
