// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Testing
import Wire

@Suite("Redistribution") struct RedistributionTests {
  private func told(_ table: inout RoutingTable) -> [RouteSource: [RedistributionChange]] {
    _ = table.takeChanges()
    return Dictionary(uniqueKeysWithValues: table.takeRedistribution().map { ($0.target, $0.changes) })
  }

  @Test("a new taker is told all there is, with metrics and tags; then what changes")
  func beginning() {
    let tagged = Route(prefix: net("20.0.0.0/8"), source: .static, metric: 3, interface: Port.lan, tag: 77)
    var table = makeTable([connected("10.0.0.0/24", Port.lan), tagged])
    table.redistribute(into: .rip, from: [.static])
    #expect(told(&table) == [.rip: [.route(tagged)]])
    #expect(told(&table) == [:])
    table.remove(prefix: tagged.prefix, source: .static, nextHop: nil, interface: nil)
    table.add(staticRoute("30.0.0.0/8", Port.lan))
    #expect(told(&table) == [.rip: [.gone(tagged.prefix, .static), .route(staticRoute("30.0.0.0/8", Port.lan))]])
    table.redistribute(into: .bgp, from: [.connected, .static])
    let here = [RedistributionChange.route(connected("10.0.0.0/24", Port.lan)), .route(staticRoute("30.0.0.0/8", Port.lan))]
    #expect(told(&table) == [.bgp: here])
    table.redistribute(into: .rip, from: [])
    table.add(staticRoute("40.0.0.0/8", Port.lan))
    #expect(told(&table) == [.bgp: [.route(staticRoute("40.0.0.0/8", Port.lan))]])
  }

  @Test("nobody is told its own routes, nor those of shortcuts")
  func feedback() {
    var table = makeTable([connected("10.0.0.0/24", Port.tunnel0)])
    table.redistribute(into: .bgp, from: Set(RouteSource.allCases))
    table.redistribute(into: .rip, from: [.bgp])
    table.add(bgp("20.0.0.0/8", via: "10.0.0.2"))
    table.add(shortcut("30.0.0.0/8", via: "10.0.0.3"))
    #expect(told(&table) == [.bgp: [.route(connected("10.0.0.0/24", Port.tunnel0))], .rip: [.route(bgp("20.0.0.0/8", via: "10.0.0.2"))]])
  }

  @Test("a shortcut over a route leaves what is told; a better source withdraws the worse one's")
  func hidden() {
    var table = makeTable([connected("10.0.0.0/24", Port.tunnel0)])
    table.redistribute(into: .bgp, from: [.rip, .static])
    let rip = Route(prefix: net("20.0.0.0/8"), source: .rip, metric: 2, nextHop: ip("10.0.0.2"), interface: Port.tunnel0)
    table.add(rip)
    #expect(told(&table) == [.bgp: [.route(rip)]])
    table.add(shortcut("20.0.0.0/8", via: "10.0.0.3"))
    table.setOverride(rip.prefix, nextHop: ip("10.0.0.9"), interface: Port.tunnel0, at: .start)
    #expect(told(&table) == [:])
    let better = staticRoute("20.0.0.0/8", Port.lan)
    table.add(better)
    #expect(told(&table) == [.bgp: [.gone(rip.prefix, .rip), .route(better)]])
    let best = bgp("20.0.0.0/8", via: "10.0.0.2", distance: 1, metric: 0)
    table.remove(prefix: better.prefix, source: .static, nextHop: nil, interface: nil)
    table.add(best)
    #expect(told(&table) == [.bgp: [.gone(rip.prefix, .static)]])
  }

  @Test("what takers have heard adds up to the table", arguments: 1...12)
  func random(_ seed: UInt64) {
    var random = RandomSource(seed: seed)
    func pick<T>(_ from: [T]) -> T { from[Int(random.below(UInt64(from.count)))] }
    let sources: [RouteSource] = [.connected, .static, .bgp, .rip, .odr], takers: [RouteSource] = [.bgp, .rip, .odr]
    var table = makeTable([connected("10.0.0.0/24", Port.tunnel0)])
    var wanted: [RouteSource: Set<RouteSource>] = [:], heard: [RouteSource: [IPPrefix: Route]] = [:]
    for step in 0..<400 {
      let prefix = IPPrefix(IPAddress(20, UInt8(random.below(4)), 0, 0), length: pick([8, 16, 24])), source = pick(sources)
      switch random.below(10) {
      case 0:
        let (taker, from) = (pick(takers), Set((0..<3).map { _ in pick(sources) }))
        table.redistribute(into: taker, from: from)
        for gone in (wanted[taker] ?? []).subtracting(from) { heard[taker] = heard[taker]?.filter { $0.value.source != gone } }
        wanted[taker] = from.subtracting([taker])
      case 1: table.removeAll(source: source, interface: pick([nil, Port.lan]))
      case 2: table.setInterface(Port.tunnel0, isUp: random.below(2) == 0)
      case 3...4: table.remove(prefix: prefix, source: source, nextHop: nil, interface: nil)
      case 5: table.add(shortcut("\(prefix)", via: "10.0.0.3"))
      default:
        let isRecursive = source == .bgp
        table.add(
          Route(
            prefix: prefix, source: source, metric: UInt32(random.below(3)),
            nextHop: isRecursive ? ip("10.0.0.\(2 + random.below(3))") : nil,
            interface: isRecursive ? nil : pick([Port.lan, Port.tunnel0]), tag: UInt32(random.below(2))))
      }
      guard step % 3 == 0 else { continue }
      _ = table.takeChanges()
      for (taker, changes) in table.takeRedistribution() {
        for change in changes {
          switch change {
          case .route(let route): heard[taker, default: [:]][route.prefix] = route
          case .gone(let prefix, let source):
            #expect(heard[taker]?[prefix]?.source == source)
            heard[taker]?[prefix] = nil
          }
        }
      }
      var below = table
      below.removeAll(source: .nhrp, interface: nil)
      let all = below.entries.map(\.route)
      for taker in takers {
        let expected = all.filter { wanted[taker]?.contains($0.source) ?? false }
        #expect(Set((heard[taker] ?? [:]).values) == Set(expected), "seed \(seed) step \(step) \(taker)")
      }
    }
  }
}
