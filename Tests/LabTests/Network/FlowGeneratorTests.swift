// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import ProtocolKit
import Testing

@Suite struct FlowGeneratorTests {
  @Test func `a thousand spokes open a flow a minute each, in time order, to another spoke`() {
    let topology = LabTopology.cloud(phase: .three, spokes: 1_000)
    var perSource = [Int](repeating: 0, count: topology.nodes.count)
    var last = Instant.start
    var count = 0
    var destinations = Set<Int>()
    for flow in FlowGenerator.everySpoke(of: topology, seed: 42, until: .start + .seconds(600)) {
      #expect(flow.start >= last)
      #expect(flow.sourceNode != flow.destinationNode && flow.destinationNode >= 1)
      last = flow.start
      perSource[flow.sourceNode] += 1
      destinations.insert(flow.destinationNode)
      count += 1
    }
    #expect(count == 10_000)
    #expect(perSource.dropFirst().allSatisfy { $0 == 10 } && perSource[0] == 0)
    #expect(destinations.count > 990)
  }

  @Test func `the same seed gives the same flows, another seed others`() {
    let topology = LabTopology.cloud(phase: .three, spokes: 20)
    func flows(_ seed: UInt64) -> [FlowSpec] { Array(FlowGenerator.everySpoke(of: topology, seed: seed).prefix(100)) }
    #expect(flows(1) == flows(1))
    #expect(flows(1) != flows(2))
  }

  @Test func `in the demonstration every pair is silent for longer than the hold time between its bursts`() throws {
    let topology = LabTopology.cloud(phase: .three, spokes: 3, holdTimeSeconds: 30)
    var generator = FlowGenerator.demonstration(of: topology, seed: 1, holdTime: .seconds(30), until: .start + .seconds(600))
    var lastEnd: [[Int]: Instant] = [:]
    var flows = 0
    while let flow = generator.next() {
      let pair = [flow.sourceNode, flow.destinationNode]
      let end = flow.start + .nanoseconds(flow.interval.nanoseconds * Int64(flow.packetCount))
      if let before = lastEnd[pair] { #expect(flow.start - before > .seconds(30)) }
      if flows < 3 { #expect(flow.start < .start + .seconds(8)) }
      lastEnd[pair] = end
      flows += 1
    }
    #expect(lastEnd.count == 3 && flows >= 24)
  }

  @Test(arguments: [0, 1, 2, 3, 4, 7])
  func `pairs are different hosts, each pair once`(spokes: Int) {
    let topology = LabTopology.cloud(phase: .three, spokes: spokes)
    let round = FlowGenerator.demonstration(
      of: topology, seed: 1, holdTime: .seconds(10), pairs: 100, until: .start + .seconds(20))
    let pairs = round.map { [$0.sourceNode, $0.destinationNode].sorted() }
    #expect(Set(pairs).count == pairs.count && pairs.allSatisfy { $0[0] != $0[1] })
    #expect(pairs.count == spokes * max(0, spokes - 1) / 2)
  }
}
