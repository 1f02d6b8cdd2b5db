// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("How shortcuts live and end")
struct ShortcutLifeTests {
  private func pair(_ holdTime: Int? = nil, seed: UInt64 = 2) -> Cloud {
    Cloud(.cloud(phase: .three, spokes: 2, holdTimeSeconds: holdTime), seed: seed)
  }

  @Test(
    "a shortcut in use is renewed before it ends: five hold times of traffic, nothing lost, nothing back through the hub",
    arguments: [20, 60])
  func renewed(_ holdTime: Int) throws {
    let cloud = pair(holdTime)
    let flow = cloud.talk(1, 2, from: 3, packets: holdTime * 5 * 5, every: .milliseconds(200))
    cloud.run(to: Double(holdTime * 5 + 6))
    let account = try cloud.account(flow)
    #expect(account.lost == 0 && account.answered == holdTime * 25)
    let detours = cloud.ledger.probes(of: flow).drop { $0.requestCrossings == 2 }.count { $0.requestCrossings != 1 }
    #expect(detours == 0, "once direct, always direct")
    #expect(cloud.records(1, .shortcutRefreshed).count >= 3)
    #expect(cloud.records(1, .shortcutInstalled).count == 1)
  }

  @Test("a shortcut nobody uses expires on both sides, and the next flow makes a new one")
  func expires() throws {
    let cloud = pair(30)
    cloud.talk(1, 2, from: 3, packets: 10)
    cloud.run(to: 6)
    let lan = try #require(cloud.topology.nodes[2].lan)
    #expect(cloud.picture(1).routes.contains { $0.code == "H" && $0.prefix == lan })
    cloud.run(to: 60)
    #expect(!cloud.picture(1).routes.contains { $0.code == "H" })
    for node in 0...2 { #expect(cloud.picture(node).shortcuts.allSatisfy { $0.state == .expired }, "as seen on node \(node)") }
    #expect(!cloud.picture(1).cache.contains { $0.via == cloud.topology.nodes[2].tunnelAddress })
    let again = cloud.talk(1, 2, from: 61, packets: 10)
    cloud.run(to: 65)
    #expect(try cloud.account(again).lost == 0)
    #expect(cloud.records(1, .shortcutInstalled).count == 2)
  }

  @Test("a spoke that stops takes back what it gave: its registration at the hub, its answers at other spokes")
  func purgedAtStop() throws {
    let cloud = pair()
    cloud.talk(1, 2, from: 3, packets: 20)
    cloud.run(to: 6)
    let gone = cloud.topology.nodes[2]
    cloud.input(2, .event(.stop))
    cloud.run(to: 7)
    #expect(cloud.records(0, .purgeReceived).contains { $0.a == gone.tunnelAddress })
    #expect(!cloud.picture(0).peers.contains { $0.address == gone.tunnelAddress })
    #expect(!cloud.picture(1).routes.contains { $0.code == "H" }, "no packets into a hole")
    #expect(!cloud.picture(1).cache.contains { $0.nbma == gone.nbma })
  }

  @Test("two hubs, one killed: shortcuts that stand lose nothing, and new ones form by way of the other")
  func twoHubs() throws {
    let cloud = Cloud(.cloud(phase: .three, spokes: 3, hubs: 2, holdTimeSeconds: 60), seed: 4)
    let (one, two, three) = (2, 3, 4)
    let standing = cloud.talk(1, 2, from: 3, packets: 400)
    cloud.run(to: 10)
    cloud.kill(0)
    cloud.run(to: 45)
    #expect(try cloud.account(standing).lost == 0)
    let servers = cloud.picture(two).peers.filter(\.isServer)
    #expect(servers.map { $0.state == .up } == [false, true], "the spoke knows which of them is silent")
    // Static routes know nothing of that: the operator turns them to the other hub.
    #expect(cloud.configure(two, "no ip route 192.168.0.0 255.255.0.0 10.0.0.1", "ip route 192.168.0.0 255.255.0.0 10.0.0.2") == "")
    #expect(cloud.configure(three, "no ip route 192.168.0.0 255.255.0.0 10.0.0.1", "ip route 192.168.0.0 255.255.0.0 10.0.0.2") == "")
    let new = cloud.talk(2, 3, from: 46, packets: 100)
    cloud.run(to: 60)
    let account = try cloud.account(new)
    #expect(account.lost == 0 && account.requestsDirect > 90)
    #expect(cloud.records(1, .redirectSent).contains { $0.c == cloud.topology.nodes[three].host })
    #expect(cloud.picture(one).peers.contains { $0.isServer && $0.state == .up })
  }

  @Test("phase 2 with two hubs, one killed: the next hop is resolved at the other, and packets go by way of it meanwhile")
  func twoHubsPhase2() throws {
    let cloud = Cloud(.cloud(phase: .two, spokes: 2, hubs: 2, holdTimeSeconds: 60), seed: 4)
    cloud.run(to: 5)
    cloud.kill(0)
    cloud.run(to: 40)
    let flow = cloud.talk(1, 2, from: 41, packets: 50)
    cloud.run(to: 50)
    let account = try cloud.account(flow)
    #expect(account.lost == 0 && account.requestsDirect >= 45 && account.requestsRelayed >= 1)
  }

  @Test("stopping the hub for 20 s within the hold time costs established shortcuts nothing")
  func hubAway() throws {
    let cloud = Cloud.talking(.three, packets: 700)
    cloud.at(.at(15)) { $0.kill(0) }
    cloud.at(.at(35)) { $0.revive(0) }
    cloud.run(to: 80)
    #expect(cloud.lost == 0 && cloud.ledger.totals.answered == 6 * 700)
    #expect(cloud.picture(0).peers.filter { $0.state == .up }.count == 3, "all are registered again")
  }

  @Test("after a shortcut the hub's counters for the pair stand still for 30 s at 1,000 packets a second")
  func hubStandsStill() throws {
    let cloud = pair()
    let flow = cloud.talk(1, 2, from: 3, packets: 34_000, every: .milliseconds(1))
    cloud.run(to: 5)
    let trace = UnderlayTrace(cloud)
    let before = transit(cloud)
    cloud.run(to: 35)
    #expect(transit(cloud) == before)
    #expect(!trace.from(0).contains { !$0.isNHRP && ProbeMark.find(in: $0.bytes) != nil }, "the hub passed no packet of a host on")
    cloud.run(to: 40)
    let account = try cloud.account(flow)
    #expect(account.lost == 0 && account.answered == 34_000)
  }

  private func transit(_ cloud: Cloud) -> [UInt64] {
    let (a, b) = (cloud.topology.nodes[1].nbma, cloud.topology.nodes[2].nbma)
    let core = cloud.nodes[0].core
    return [core.pairCounters(source: a, destination: b)?.packets ?? 0, core.pairCounters(source: b, destination: a)?.packets ?? 0]
  }
}
