// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import ProtocolKit
import Testing
import Wire

/// The tables of IOS.
struct BGPShowTests {
  private let a = IPAddress(10, 0, 0, 2), b = IPAddress(10, 0, 0, 3)

  private func bench() throws -> BGPBench {
    let bench = try BGPBench(
      "router bgp 65001\n neighbor S peer-group\n neighbor S remote-as 65001\n bgp listen range 10.0.0.0/24 peer-group S"
        + "\n neighbor 10.0.0.2 remote-as 65002\n neighbor 10.0.0.2 description core\n network 172.16.1.0 mask 255.255.255.0"
    )
    bench.offer("172.16.1.0/24", .connected)
    bench.connect(a, asNumber: 65002)
    bench.connect(b, asNumber: 65001)
    bench.announce(["192.168.2.0/24", "10.20.0.0/16"], from: a, path: [65002, 7], med: 3)
    bench.announce(["192.168.2.0/24"], from: b, path: [9], localPreference: 50)
    return bench
  }

  private func show(_ line: String, _ bench: BGPBench) throws -> [String] {
    guard case .match(let request, let arguments, _, _, _) = CommandSet(BGPExec.specs).parse(line, mode: .privilegedExec) else {
      throw TestFailure("no such line: \(line)")
    }
    return bench.engine.show(request, arguments, now: bench.now)
  }

  @Test("show ip bgp")
  func table() throws {
    let lines = try show("show ip bgp", try bench())
    let table = lines.drop { !$0.hasPrefix("     Network") }.dropFirst()
    #expect(
      Array(table) == [
        " *>  10.20.0.0/16     10.0.0.2                 3    100      0 65002 7 i",
        " *>  172.16.1.0/24    0.0.0.0                  0         32768 i",
        " *>  192.168.2.0      10.0.0.2                 3    100      0 65002 7 i",
        " * i                  10.0.0.3                       50      0 9 i", "", "Total number of prefixes 3 ",
      ])
    #expect(lines.first == "BGP table version is \(try bench().engine.summary()?.tableVersion ?? 0), local router ID is 10.0.0.1")
  }

  @Test("show ip bgp summary")
  func summary() throws {
    let lines = try show("show ip bgp summary", try bench())
    #expect(lines.contains("Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd"))
    #expect(lines.contains { $0.hasPrefix("10.0.0.2        4        65002       3") && $0.hasSuffix("00:00:00        2") })
    #expect(lines.contains { $0.hasPrefix("*10.0.0.3       4        65001") && $0.hasSuffix("        1") })
    #expect(lines.contains("Total dynamically created neighbors: 1/(100 max), Subnet ranges: 1"))
  }

  @Test("show ip bgp A.B.C.D names the step of the decision that a path lost")
  func entry() throws {
    let lines = try show("show ip bgp 192.168.2.77", try bench())
    #expect(lines.first?.hasPrefix("BGP routing table entry for 192.168.2.0/24, version ") == true)
    #expect(lines.contains("Paths: (2 available, best #1, table default)"))
    #expect(lines.contains("    10.0.0.2 from 10.0.0.2 (10.0.0.2)"))
    #expect(lines.contains("      Origin IGP, metric 3, localpref 100, valid, external, best"))
    #expect(lines.contains("      Not best: Local Preference"))
    #expect(try show("show ip bgp 203.0.113.1", try bench()) == ["% Network not in table"])
  }

  @Test("show ip bgp neighbors, and what a neighbour told and was told")
  func neighbors() throws {
    let bench = try bench()
    let lines = try show("show ip bgp neighbors 10.0.0.2", bench)
    #expect(lines.first == "BGP neighbor is 10.0.0.2,  remote AS 65002, external link")
    #expect(lines.contains(" Description: core"))
    #expect(lines.contains { $0.hasPrefix("  BGP state = Established, up for ") })
    #expect(
      try show("show ip bgp neighbors 10.0.0.3 routes", bench).contains(
        " * i 192.168.2.0      10.0.0.3                       50      0 9 i"))
    #expect(try show("show ip bgp neighbors 10.0.0.3 advertised-routes", bench).contains("Total number of prefixes 3 "))
    #expect(try show("show ip bgp neighbors 10.0.0.2 advertised-routes", bench).contains("Total number of prefixes 1 "))
    #expect(try show("show ip bgp neighbors 10.9.9.9", bench) == ["% No such neighbor or address family"])
  }

  @Test("what was refused for lack of room is said, and by whom it was sent")
  func refused() throws {
    let lines = "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002"
    let bench = try BGPBench(lines, engine: BGPEngine(attributeBytesPerNeighbor: 1))
    bench.connect(a, asNumber: 65002)
    bench.announce(["192.168.1.0/24"], from: a, path: [65002])
    #expect(!(try show("show ip bgp summary", bench)).contains { $0.contains("refused") })
    bench.announce(["192.168.2.0/24", "192.168.3.0/24"], from: a, path: [65002, 7])
    bench.accept(b)
    let summary = try show("show ip bgp summary", bench)
    #expect(summary.contains("2 paths refused for lack of room") && summary.contains("1 connections refused"))
    #expect(summary.contains { $0.hasPrefix("1 BGP path attribute entries using ") && $0.hasSuffix(" bytes of memory") })
    let neighbor = try show("show ip bgp neighbors 10.0.0.2", bench)
    #expect(neighbor.contains("    Paths refused for lack of room:            2"))
    #expect(neighbor.contains { $0.hasPrefix("  Attributes received use ") })
  }

  @Test("rows come in order, a page at a time")
  func pages() throws {
    let bench = try BGPBench("router bgp 65001\n neighbor 10.0.0.2 remote-as 65002")
    bench.connect(a, asNumber: 65002)
    for i in (0..<40).reversed() { bench.announce((0..<25).map { "20.\(i).\($0).0/24" }, from: a, path: [65002]) }
    var query = BGPQuery(.ipv4, limit: 30)
    var seen: [IPPrefix] = []
    while true {
      let page = bench.engine.rows(query).map(\.prefix)
      guard let last = page.last else { break }
      seen += page
      query.after = last
    }
    #expect(seen.count == 1000)
    #expect(seen == seen.sorted())
    #expect(try show("show ip bgp", bench).count { $0.hasPrefix(" *>  20.") } == 1000)
  }

  @Test("a listing that is cut tells of how many, below whatever filters leave")
  func cut() throws {
    let bench = try bench()
    let summary = try #require(bench.engine.summary())
    let query = BGPQuery(.ipv4, limit: 2), listing = bench.engine.listing(query)
    #expect(listing.rows.map { "\($0.prefix)" } == ["10.20.0.0/16", "172.16.1.0/24"] && listing.total == 3 && listing.isCut)
    let remark = BGPShow.remark(.table(summary, listing, query))
    #expect(remark == "% These are of the first 2 of 3 prefixes; 'longer-prefixes' asks for a part of the table")
    #expect(BGPShow.remark(.table(summary, bench.engine.listing(BGPQuery(.ipv4)), query)) == nil)
  }

  @Test(
    "clear names who and how",
    arguments: [
      ("clear ip bgp *", BGPClearScope(.all)), ("clear ip bgp 10.0.0.2 soft in", BGPClearScope(.neighbor(IPAddress(10, 0, 0, 2)), .softIn)),
      ("clear ip bgp 65002 soft", BGPClearScope(.asNumber(65002), .soft)),
      ("clear ip bgp peer-group S out", BGPClearScope(.group("S"), .softOut)),
      ("clear bgp ipv6 unicast external", BGPClearScope(.external, .hard, family: .ipv6)),
    ])
  func clear(line: String, scope: BGPClearScope) throws {
    guard case .match(.clear, let arguments, _, _, _) = CommandSet(BGPExec.specs).parse(line, mode: .privilegedExec) else {
      throw TestFailure(line)
    }
    #expect(BGPExec.scope(arguments) == scope)
  }
}
