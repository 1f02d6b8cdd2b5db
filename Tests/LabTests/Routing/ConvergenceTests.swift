// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Two hubs, one of them dies and returns")
struct ConvergenceTests {
  /// What was seen while a cloud found its ways again.
  private struct Course {
    /// Seconds until all pairs reached each other.
    var seconds: Double?
    /// Pairs and moments at which a packet would have gone round in a circle; the longest such time of one pair, in seconds.
    var loops = 0, longestLoop = 0.0
    /// The most pairs that did not reach each other.
    var mostLost = 0
  }

  /// Looks at a cloud each `step` seconds until all pairs of spokes reach each other, for `limit` seconds at most. Between looks at all of
  /// them it looks at every `stride`th.
  private func follow(_ cloud: Cloud, step: Double, stride: Int, limit: Double) -> Course {
    var course = Course(), since: [Int: Double] = [:], at = 0.0
    while at <= limit {
      let census = cloud.census(stride: stride)
      course.loops += census.looping.count
      for pair in census.looping { course.longestLoop = max(course.longestLoop, at + step - (since[pair] ?? at)) }
      since = Dictionary(uniqueKeysWithValues: census.looping.map { ($0, since[$0] ?? at) })
      course.mostLost = max(course.mostLost, census.lost + census.looping.count)
      if census.isWhole, stride == 1 || cloud.census().isWhole {
        course.seconds = at
        return course
      }
      cloud.run(until: cloud.now + .nanoseconds(Int64(step * 1e9)))
      at += step
    }
    return course
  }

  /// Seconds after which a neighbour that says nothing is given up, by the protocol's own timers.
  private func patience(_ routing: LabRouting) -> Double {
    switch routing {
    case .bgp: 180  // the hold time
    case .rip, .odr: 180  // the invalid time
    case .static: 0
    }
  }

  /// The longest pause between two tries of a spoke to register with a hub that does not answer, in seconds.
  private let registration = 64.0

  /// Seconds after which a protocol says anew what it has, or tries to connect again.
  private func refresh(_ routing: LabRouting) -> Double {
    switch routing {
    case .bgp: 10 * 1.25
    case .rip: 30
    case .odr: 60
    case .static: 0
    }
  }

  private func hubDies(_ routed: RoutedPhase, spokes: Int, stride: Int, step: Double) throws {
    let cloud = routed.cloud(spokes: spokes, hubs: 2, holdTime: 60, journalLimit: 512)
    cloud.run(to: routed.settled)
    #expect(cloud.census().isWhole)
    cloud.kill(0)
    let died = follow(cloud, step: step, stride: stride, limit: patience(routed.routing) + 30)
    report(routed, spokes, "hub killed", died)
    // What it said last may be as old as the kill, and one look later is seen.
    #expect(try #require(died.seconds) <= patience(routed.routing) + step)
    try talkAll(cloud)
    let after = cloud.census()
    #expect(after.isWhole && after.arrived == spokes * (spokes - 1), "no loop and no hole after convergence")
    cloud.restart(0)
    // Spokes find it by trying to register; then the protocol comes up. What counts is when the last pair has its way again.
    var course = Course(), at = 0.0
    while at < 150 {
      cloud.run(until: cloud.now + .nanoseconds(Int64(step * 1e9)))
      at += step
      let census = cloud.census(stride: stride)
      course.loops += census.looping.count
      course.mostLost = max(course.mostLost, census.lost + census.looping.count)
      if !census.isWhole { course.seconds = at }
    }
    report(routed, spokes, "hub back (last hole seen)", course)
    #expect(course.seconds ?? 0 <= registration + refresh(routed.routing) + 5)
    #expect(cloud.census().isWhole)
    try talkAll(cloud)
  }

  private func report(_ routed: RoutedPhase, _ spokes: Int, _ what: String, _ course: Course) {
    print(
      "convergence: \(routed.testDescription), 2 hubs, \(spokes) spokes, \(what): \(course.seconds.map { "\($0) s" } ?? "no hole seen"),",
      "most pairs without a way \(course.mostLost), transient loops \(course.loops), the longest \(course.longestLoop) s")
  }

  /// Each spoke talks with another: no packet is lost.
  private func talkAll(_ cloud: Cloud) throws {
    let n = cloud.topology.spokeCount
    let flows = (1...n).map { cloud.talk($0, ($0 + 6) % n + 1, from: 0, packets: 5) }
    cloud.run(until: cloud.now + .seconds(4))
    for flow in flows { #expect(try cloud.account(flow).answered == 5) }
  }

  @Test(
    "20 spokes: all pairs reach each other again within the protocol's own timers, without a loop",
    arguments: RoutedPhase.spoken.filter { $0.phase != .one })
  func twenty(_ routed: RoutedPhase) throws { try hubDies(routed, spokes: 20, stride: 1, step: 1) }

  @Test(
    "200 spokes: the same", .enabled(if: LongForm.isAsked, LongForm.reason),
    arguments: RoutedPhase.spoken.filter { $0.phase != .one })
  func twoHundred(_ routed: RoutedPhase) throws { try hubDies(routed, spokes: 200, stride: 41, step: 1) }

  @Test("the walk over FIBs sees what packets would meet: the way there, a circle, a hole")
  func walk() {
    let cloud = Cloud(.cloud(phase: .one, spokes: 2, hubs: 2), seed: 2)
    cloud.run(to: 5)
    #expect(cloud.way(from: 2, to: cloud.topology.nodes[3].host) == .arrives([2, 0, 3]))
    #expect(cloud.configure(0, "ip route 44.0.0.0 255.0.0.0 10.0.0.2", "ip route 45.0.0.0 255.0.0.0 10.0.0.77") == "")
    #expect(cloud.configure(1, "ip route 44.0.0.0 255.0.0.0 10.0.0.1") == "")
    #expect(cloud.way(from: 0, to: IPAddress(44, 0, 0, 1)) == .loops([0, 1, 0]))
    #expect(cloud.way(from: 0, to: IPAddress(45, 0, 0, 1)) == .lost([0]))
    cloud.kill(0)
    #expect(cloud.way(from: 2, to: cloud.topology.nodes[3].host) == .lost([2, 0]))
  }

  @Test(
    "a LAN that comes and goes: the hub loses and finds it each time, other networks stand", arguments: [LabRouting.rip, .bgp])
  func flap(_ routing: LabRouting) throws {
    let cloud = RoutedPhase(routing: routing, phase: .three).cloud(hubs: 2)
    var scenario = LabScenario()
    (scenario.lanFlaps, scenario.flapPeriod) = (.at(80), .seconds(40))
    cloud.play(scenario)
    cloud.run(to: 79)
    let flow = cloud.talk(2, 3, from: 80, packets: 300, every: .milliseconds(400)), lan = cloud.lan(of: 2)
    let since = cloud.route(0, cloud.lan(of: 3))?.since
    for round in 0..<3 {
      let begin = 80 + Double(round) * 40
      // A triggered update follows another one by 1–5 s; BGP collects changes for 20 ms.
      cloud.run(to: begin + (routing == .rip ? 6 : 1))
      for hub in 0...1 { #expect(cloud.route(hub, lan) == nil || cloud.route(hub, lan)?.nextHop != cloud.topology.nodes[2].tunnelAddress) }
      cloud.run(to: begin + 20 + (routing == .rip ? 6 : 1))
      for hub in 0...1 { #expect(cloud.route(hub, lan)?.nextHop == cloud.topology.nodes[2].tunnelAddress) }
    }
    cloud.run(to: 205)
    #expect(try cloud.account(flow).lost == 0)
    #expect(cloud.route(0, cloud.lan(of: 3))?.since == since, "the others were never touched")
  }
}
