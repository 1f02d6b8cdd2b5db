// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Shows of routing protocols as JSON, with FRR's keys where FRR has the show")
struct RoutingJSONTests {
  private static let network = IPPrefix(IPAddress(172, 16, 5, 0), length: 24)
  private static let spoke1 = IPAddress(10, 0, 0, 11), spoke2 = IPAddress(10, 0, 0, 12)

  private func bgp() -> Cloud {
    let cloud = Cloud(hubLines: Cloud.bgpHub)
    let stream = cloud.bgpSession(Self.spoke1)
    cloud.bgp(stream, Cloud.update([Self.network], nextHop: Self.spoke1))
    cloud.run(seconds: 72)
    return cloud
  }

  @Test("show ip bgp summary")
  func bgpSummary() throws {
    let summary = try bgp().json("show ip bgp summary")
    #expect(summary.text("routerId") == "10.0.0.1" && summary.int("as") == 65000 && summary.int("ribCount") == 1)
    let up = summary.at("peers", "10.0.0.11"), down = summary.at("peers", "10.0.0.77")
    #expect(up.int("remoteAs") == 65000 && up.text("state") == "Established" && up.int("pfxRcd") == 1)
    #expect(up.text("peerUptime") == "00:01:12" && up.int("peerUptimeMsec") == 72_000 && up.flag("dynamicPeer") == true)
    #expect((up.int("msgRcvd") ?? 0) >= 3 && (up.int("msgSent") ?? 0) >= 2)
    #expect(down.int("remoteAs") == 65077 && down.text("peerUptime") == "never" && down.int("pfxRcd") == 0)
    #expect(summary.int("failedPeers") == 1 && summary.int("totalPeers") == 2 && summary.int("dynamicPeers") == 1)
    #expect(try Cloud().json("show ip bgp summary").text("warning") == "BGP not active")
  }

  @Test("show ip bgp, a part of it, and what a neighbour told and was told")
  func bgpTable() throws {
    let cloud = bgp()
    for line in ["show ip bgp", "show ip bgp 172.16.0.0/16 longer-prefixes", "show ip bgp neighbors 10.0.0.11 routes"] {
      let table = try cloud.json(line)
      let path = try #require(table.at("routes").objects("172.16.5.0/24").first, "\(line)")
      #expect(path.flag("valid") == true && path.flag("bestpath") == true && path.text("pathFrom") == "internal")
      #expect(path.text("peerId") == "10.0.0.11" && path.int("locPrf") == 100 && path.text("origin") == "IGP")
      #expect(path.int("prefixLen") == 24 && path.text("path") == "" && path.int("metric") == nil)
      #expect(path.objects("nexthops").first?.text("ip") == "10.0.0.11")
      #expect(table.int("totalPrefixCounter") == 1 && table.int("displayedPrefixCounter") == 1 && table.int("localAS") == 65000)
    }
    let told = try cloud.json("show ip bgp neighbors 10.0.0.11 advertised-routes")
    #expect(told.at("advertisedRoutes").isEmpty && told.int("totalPrefixCounter") == 0)
    #expect(try cloud.json("show ip bgp neighbors 10.0.0.9").text("warning") == "No such neighbor or address family")
  }

  @Test("show ip bgp A.B.C.D and show ip bgp neighbors")
  func bgpDetails() throws {
    let cloud = bgp()
    let entry = try cloud.json("show ip bgp 172.16.5.9")
    let path = try #require(entry.objects("paths").first)
    #expect(entry.text("prefix") == "172.16.5.0/24" && path.at("aspath").text("string") == "Local")
    #expect(path.at("bestpath").flag("overall") == true && path.at("peer").text("peerId") == "10.0.0.11")
    #expect(path.at("lastUpdate").int("ageSeconds") == 72)
    let neighbor = try cloud.json("show ip bgp neighbors").at("10.0.0.11")
    #expect(neighbor.text("bgpState") == "Established" && neighbor.text("remoteRouterId") == "10.0.0.11")
    #expect(neighbor.flag("nbrInternalLink") == true && neighbor.text("peerGroup") == "SPOKES")
    #expect(neighbor.int("bgpTimerHoldTimeMsecs") == 180_000 && neighbor.at("messageStats").int("opensRecv") == 1)
    #expect(neighbor.at("addressFamilyInfo", "ipv4Unicast").int("acceptedPrefixCounter") == 1)
    #expect(try cloud.json("show ip protocols").at("bgp", "distance").int("internal") == 200)
  }

  @Test("show ip rip database and RIP's part of show ip protocols")
  func rip() throws {
    let cloud = Cloud(hubLines: Cloud.ripHub)
    cloud.run(seconds: 2)
    for spoke in [Self.spoke1, Self.spoke2] { cloud.rip(from: spoke, [(Self.network, 1)]) }
    cloud.run(seconds: 72)
    let rows = try cloud.rows("show ip rip database")
    let learned = try #require(rows.first { $0.text("prefix") == "172.16.5.0/24" }), paths = learned.objects("paths")
    #expect(learned.text("origin") == "learned" && paths.compactMap { $0.text("nextHop") } == ["10.0.0.11", "10.0.0.12"])
    #expect(paths[0].int("metric") == 1 && paths[0].text("interface") == "Tunnel0" && paths[0].int("ageSeconds") == 72)
    #expect(rows.first { $0.text("prefix") == "10.0.0.0/24" }?.text("interface") == "Tunnel0")
    #expect(try cloud.rows("show ip rip database 172.16.5.0 255.255.255.0").count == 1)
    let process = try cloud.json("show ip protocols").at("rip")
    #expect(process.at("timers").int("invalidSeconds") == 180 && process.strings("networks") == ["10.0.0.0"])
    #expect(process.objects("sources").compactMap { $0.text("gateway") } == ["10.0.0.11", "10.0.0.12"])
    #expect(process.int("sendVersion") == 2 && process.flag("summarisesAutomatically") == false)
    #expect(try Cloud().json("show ip rip database").text("warning") == "RIP is not running")
  }

  @Test("show cdp, show cdp neighbors and ODR's part of show ip protocols")
  func odr() throws {
    let cloud = Cloud(hubLines: Cloud.odrHub)
    cloud.run(seconds: 2)
    cloud.cdp("spoke1", nbma: cloud.spoke1.nbma, Self.spoke1, [Self.network])
    cloud.run(seconds: 72)
    let neighbors = try cloud.rows("show cdp neighbors")
    #expect(neighbors.count == 1 && neighbors[0].text("deviceId") == "spoke1" && neighbors[0].int("holdTimeSeconds") == 108)
    #expect(neighbors[0].strings("prefixes") == ["172.16.5.0/24"] && neighbors[0].strings("addresses") == ["10.0.0.11"])
    #expect(try cloud.json("show cdp").int("timerSeconds") == 60)
    let process = try cloud.json("show ip protocols").at("odr")
    #expect(process.objects("sources").first?.text("gateway") == "10.0.0.11" && process.int("distance") == 160)
  }

  @Test("lists and route-maps: every rule, with FRR's keys")
  func lists() throws {
    let cloud = Cloud(
      hubLines: """
        ip prefix-list P seq 5 permit 10.0.0.0/8 ge 16 le 24
        ip prefix-list P seq 10 deny 0.0.0.0/0
        access-list 10 permit 192.168.0.0 0.0.255.255
        access-list 110 deny ip any host 10.0.0.1
        ip as-path access-list 1 permit ^65000_
        ip community-list standard C permit 65000:1
        route-map R deny 20
         match ip address prefix-list P
         set metric 5
        """)
    let list = try cloud.json("show ip prefix-list").at("P"), first = list.objects("entries")[0]
    #expect(list.text("addressFamily") == "IPv4" && list.objects("entries").count == 2)
    #expect(first.int("sequenceNumber") == 5 && first.text("type") == "permit" && first.text("prefix") == "10.0.0.0/8")
    #expect(first.int("minimumPrefixLength") == 16 && first.int("maximumPrefixLength") == 24)
    let access = try cloud.json("show access-lists").at("ipv4")
    let standard = try #require(access.at("10").objects("rules").first), extended = try #require(access.at("110").objects("rules").first)
    #expect(standard.text("filterType") == "permit" && standard.text("address") == "192.168.0.0" && standard.text("mask") == "0.0.255.255")
    #expect(extended.text("filterType") == "deny" && extended.text("destinationAddress") == "10.0.0.1")
    let rule = try #require(try cloud.json("show route-map").at("R").objects("rules").first)
    #expect(rule.int("sequenceNumber") == 20 && rule.text("type") == "deny" && rule.text("action") == "Exit routemap")
    #expect(rule.strings("matchClauses") == ["ip address prefix-lists: P"] && rule.strings("setClauses") == ["metric 5"])
    #expect(try cloud.rows("show ip as-path-access-list")[0].objects("rules")[0].text("text") == "^65000_")
    #expect(try cloud.rows("show ip community-list C")[0].objects("rules")[0].text("type") == "permit")
    #expect(try cloud.json("show ip prefix-list NONE").isEmpty)
  }

  @Test("show key chain tells where keys come from, and no key")
  func keys() throws {
    let cloud = Cloud(hubLines: "key chain K\n key 1\n  key-string KanarienVogel7\n key 2\n  key-string file /etc/dmvpn/rip")
    let keys = try cloud.rows("show key chain")[0].objects("keys")
    #expect(keys.compactMap { $0.text("key") } == ["<hidden>", "<hidden>"])
    #expect(keys[1].text("file") == "/etc/dmvpn/rip" && keys[1].flag("isRead") == false)
    #expect(keys[0].at("sendLifetime").flag("isValid") == true && keys[0].at("sendLifetime").isNull("startSeconds"))
  }
}

@Suite("Long answers")
struct LongAnswerTests {
  private static let spoke1 = IPAddress(10, 0, 0, 11)
  private static let count = 30_000

  /// A hub with this many prefixes of one neighbour.
  private func large() -> Cloud {
    let cloud = Cloud(hubLines: Cloud.bgpHub)
    let stream = cloud.bgpSession(Self.spoke1)
    let all = (0..<Self.count).map { IPPrefix(IPAddress(20, UInt8($0 >> 8), UInt8($0 & 255), 0), length: 24) }
    for start in stride(from: 0, to: all.count, by: 900) {
      cloud.bgp(stream, Cloud.update(Array(all[start..<min(all.count, start + 900)]), nextHop: Self.spoke1))
    }
    cloud.run(seconds: 5)
    return cloud
  }

  @Test("a table of 30,000 prefixes comes whole, in parts that a message holds; filters see all of it")
  func whole() throws {
    let cloud = large()
    let text = cloud.text("show ip bgp")
    let sizes = cloud.hub.replies.compactMap { if case .output(_, let text, _, _, _, _) = $0 { text.utf8.count } else { nil } }
    #expect(sizes.count > 1 && sizes.allSatisfy { $0 <= 1 << 20 }, "\(sizes)")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count { $0.hasPrefix(" *>i") } == Self.count && lines.last == "Total number of prefixes 30000 ")
    #expect(cloud.text("show ip bgp | include 20.117.47.0").hasPrefix(" *>i 20.117.47.0/24"))
    #expect(cloud.text("show ip bgp neighbors 10.0.0.11 routes | count >i").hasSuffix(" = 30000"))
    #expect(cloud.text("show ip bgp 20.0.0.0/8 longer-prefixes | count >i").hasSuffix(" = 30000"))
    let json = cloud.ask("show ip bgp | json")
    #expect(json.failed && json.text.hasPrefix("% As JSON this is "), "half a JSON text is none")
    #expect(try cloud.json("show ip bgp 20.1.0.0/16 longer-prefixes").int("totalPrefixCounter") == 256)
  }
}
