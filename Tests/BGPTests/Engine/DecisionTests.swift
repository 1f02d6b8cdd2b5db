// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Testing
import Wire

/// One good path, and one beside it that is spoiled in one named way: the good one wins, whichever came first.
struct DecisionTests {
  static let a = IPAddress(10, 0, 0, 2), b = IPAddress(10, 0, 0, 3)

  struct Path: Sendable {
    var path: [UInt32] = [65002, 100]
    var origin = Origin.igp
    var med: UInt32? = 10
    var preference: UInt32?
    var hop: IPAddress?
  }

  struct Case: CustomTestStringConvertible {
    let name: String, lines: String
    var good = Path(), bad = Path()
    var asNumbers: (UInt32, UInt32) = (65002, 65002)
    var testDescription: String { name }
  }

  static func lines(_ more: String = "", _ x: UInt32 = 65002, _ y: UInt32 = 65002) -> String {
    "router bgp 65001\n neighbor 10.0.0.2 remote-as \(x)\n neighbor 10.0.0.3 remote-as \(y)\n" + more
  }

  static let cases: [Case] = [
    Case(name: "the higher weight", lines: lines("neighbor 10.0.0.2 weight 5"), good: Path(path: [65002, 1, 2, 3]), bad: Path()),
    Case(
      name: "the higher local preference", lines: lines("", 65001, 65001), good: Path(path: [7, 8], preference: 200),
      bad: Path(path: [7], preference: 100),
      asNumbers: (65001, 65001)),
    Case(name: "the shorter AS path", lines: lines(), good: Path(), bad: Path(path: [65002, 100, 100], med: 0)),
    Case(name: "the lower origin", lines: lines(), good: Path(med: 99), bad: Path(origin: .incomplete, med: 0)),
    Case(name: "the lower MED of one AS", lines: lines(), good: Path(med: 5), bad: Path(med: 6)),
    Case(name: "a missing MED is the best", lines: lines(), good: Path(med: nil), bad: Path(med: 1)),
    Case(
      name: "a missing MED is the worst where that is said", lines: lines("bgp bestpath med missing-as-worst"), good: Path(med: 1),
      bad: Path(med: nil)),
    Case(
      name: "the lower MED of different ASes where that is said", lines: lines("bgp always-compare-med", 65002, 65003), good: Path(med: 5),
      bad: Path(path: [65003, 100], med: 6), asNumbers: (65002, 65003)),
    Case(
      name: "external before internal", lines: lines("", 65002, 65001), good: Path(), bad: Path(path: [65002, 100], preference: 100),
      asNumbers: (65002, 65001)),
    Case(
      name: "the nearer next hop", lines: lines("", 65001, 65001), good: Path(path: [7], hop: IPAddress(192, 0, 2, 1)),
      bad: Path(path: [7], hop: IPAddress(198, 51, 100, 1)), asNumbers: (65001, 65001)),
    Case(name: "the lower identifier", lines: lines(), good: Path(), bad: Path()),
  ]

  @Test("RFC 4271 §9.1 step by step", arguments: cases, [true, false])
  func step(_ one: Case, isGoodFirst: Bool) throws {
    let bench = try BGPBench(one.lines)
    bench.routes.others = [IPPrefix(IPAddress(192, 0, 2, 0), length: 24): 10, IPPrefix(IPAddress(198, 51, 100, 0), length: 24): 20]
    bench.connect(Self.a, asNumber: one.asNumbers.0)
    bench.connect(Self.b, asNumber: one.asNumbers.1)
    func announce(_ p: Path, _ from: IPAddress) {
      bench.announce(
        ["192.168.7.0/24"], from: from, path: p.path, nextHop: p.hop, origin: p.origin, med: p.med, localPreference: p.preference)
    }
    if isGoodFirst { announce(one.good, Self.a) }
    announce(one.bad, Self.b)
    if !isGoodFirst { announce(one.good, Self.a) }
    #expect(bench.best("192.168.7.0/24") == Self.a)
    #expect(bench.table.count == 1)
  }

  @Test(
    "with deterministic MED the outcome does not depend on the order, RFC 4271 §9.1.2.2 c",
    arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
  func deterministic(order: [Int]) throws {
    let c = IPAddress(10, 0, 0, 4)
    let bench = try BGPBench(Self.lines("neighbor 10.0.0.4 remote-as 65001\n bgp deterministic-med", 65001, 65001))
    for address in [Self.a, Self.b, c] { bench.connect(address, asNumber: 65001) }
    // Two of one AS, of which the second is better; the third of another AS is better than the first and worse than the second.
    let paths: [(IPAddress, [UInt32], UInt32)] = [(Self.a, [5], 20), (Self.b, [6], 99), (c, [5], 10)]
    for i in order { bench.announce(["192.168.7.0/24"], from: paths[i].0, path: paths[i].1, med: paths[i].2, localPreference: 100) }
    #expect(bench.best("192.168.7.0/24") == Self.b)
  }

  @Test("equal paths share where maximum-paths allows, each next hop once")
  func multipath() throws {
    let c = IPAddress(10, 0, 0, 4)
    let bench = try BGPBench(Self.lines("neighbor 10.0.0.4 remote-as 65002\n maximum-paths 2"))
    for address in [Self.a, Self.b, c] { bench.connect(address, asNumber: 65002) }
    for address in [c, Self.b, Self.a] { bench.announce(["192.168.7.0/24"], from: address, path: [65002]) }
    #expect(bench.nextHops("192.168.7.0/24") == [Self.a, Self.b])
    bench.withdraw(["192.168.7.0/24"], from: Self.a)
    #expect(bench.nextHops("192.168.7.0/24") == [Self.b, c])
  }

  @Test("a path whose next hop is not reached does not take part, and returns with the way to it, RFC 4271 §9.1.2.1")
  func unreachable() throws {
    let bench = try BGPBench(Self.lines("", 65001, 65001))
    bench.connect(Self.a, asNumber: 65001)
    bench.announce(["192.168.7.0/24"], from: Self.a, path: [], nextHop: IPAddress(192, 0, 2, 1), localPreference: 100)
    #expect(bench.table.isEmpty)
    let way = IPPrefix(IPAddress(192, 0, 2, 0), length: 24)
    bench.routes.others = [way: 5]
    bench.handle(.routesChanged([way]))
    bench.run()
    #expect(bench.nextHops("192.168.7.0/24") == [IPAddress(192, 0, 2, 1)])
    bench.routes.others = [:]
    bench.handle(.routesChanged([way]))
    bench.run()
    #expect(bench.table.isEmpty)
  }
}
