// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ProtocolKit
import RIP
import Routing
import Testing
import Wire

@Suite("RIP's lines and shows")
struct RIPCommandTests {
  static let configuration = """
    router rip
     version 2
     no validate-update-source
     timers basic 5 15 0 20
     redistribute connected
     redistribute static metric 3 route-map R
     redistribute bgp 65000 metric transparent
     passive-interface default
     no passive-interface Tunnel0
     offset-list 0 out 2 Tunnel0
     offset-list 7 in 1
     network 10.0.0.0
     network 192.168.1.0
     neighbor 10.0.0.9
     default-metric 4
     default-information originate route-map D
     distribute-list prefix LANS in Tunnel0
     distribute-list 8 out static
     distance 130
     distance 90 10.0.0.3 0.0.0.0 5
     maximum-paths 2
     flash-update-threshold 5
     no auto-summary
    interface Tunnel0
     ip rip send version 2
     ip rip receive version 1 2
     ip rip v2-broadcast
     ip rip authentication mode hmac-sha-256
     ip rip authentication key-chain K
     no ip split-horizon
     ip rip split-horizon poisoned-reverse
     ip next-hop-self rip
     ip summary-address rip 192.168.0.0 255.255.0.0
    """

  @Test("all lines are read and written back as they were")
  func roundTrip() {
    let editor = RIPEditor(Self.configuration)
    #expect(editor.refusals == [])
    #expect(editor.text == Self.configuration.split(separator: "\n").map(String.init))
    #expect(RIPEditor(editor.text.joined(separator: "\n")).settings == editor.settings)
  }

  @Test("`no` and `default` before every line give an empty section again")
  func negation() {
    let lines = Self.configuration.split(separator: "\n").map(String.init).map { $0.drop { $0 == " " } }
    for word in ["no", "default"] {
      var editor = RIPEditor(Self.configuration)
      editor.type("router rip")
      for line in lines.dropFirst().prefix(22) {
        if line.hasPrefix("no validate") || line.hasPrefix("no auto") {
          editor.type("default " + line.dropFirst(3))
        } else if !line.hasPrefix("no ") {
          editor.type("\(word) \(line)")
        }
      }
      editor.type("interface Tunnel0")
      for line in lines.suffix(9) { editor.type(line.hasPrefix("no ") ? "default \(line.dropFirst(3))" : "\(word) \(line)") }
      #expect(editor.refusals == [])
      #expect(editor.text == ["router rip", "interface Tunnel0"], "\(word)")
      editor.type("no router rip")
      #expect(editor.settings.router == nil)
    }
  }

  @Test("abbreviations, subnets of a network line, and what cannot be")
  func forms() {
    let editor = RIPEditor("router rip\n ver 2\n net 10.1.2.3\n net 10.0.0.0\n no au\n pass def\n redis stat")
    #expect(editor.refusals == [] && editor.settings.router?.networks == [net("10.0.0.0/8")])
    #expect(RIPEditor("router rip\n network 224.0.0.1\n timers basic 30 180 180 100\n neighbor 224.0.0.9").refusals.count == 3)
  }

  @Test("show ip rip database")
  func database() {
    let cloud = RIPCloud.hubAndSpokes(2, hub: " no ip split-horizon", router: " redistribute static")
    cloud.configure("s1", "router rip\n redistribute static")
    cloud.input("s1", .redistributed([.route(Route(prefix: net("172.16.5.0/24"), source: .static))]))
    cloud.run(seconds: 100)
    cloud.setInterface("s2", 2, "GigabitEthernet0/1 192.168.12.1/24", isUp: false)
    cloud.run(seconds: 5)
    let rows = cloud["s1"].engine.rows(limit: 100)
    let ages = rows.flatMap(\.paths).map { AgeText.format(cloud.now - $0.heard) }
    #expect(
      RIPShow.database(rows, now: cloud.now) == [
        "10.0.0.0/8    auto-summary", "10.0.0.0/24    directly connected, Tunnel0", "172.16.0.0/16    auto-summary",
        "172.16.5.0/24    redistributed", "    [1] via 0.0.0.0, ", "192.168.1.0/24    auto-summary", "192.168.1.0/24",
        "    [1] via 10.0.0.1, \(ages[0]), Tunnel0", "192.168.11.0/24    auto-summary",
        "192.168.11.0/24    directly connected, GigabitEthernet0/1", "192.168.12.0/24    auto-summary",
        "192.168.12.0/24    is possibly down",
      ])
  }

  @Test("show ip protocols")
  func protocols() {
    let cloud = RIPCloud.hubAndSpokes(2)
    cloud.configure(
      "hub",
      Self.configuration.replacing(
        "poisoned-reverse", with: "poisoned-reverse\n no ip rip authentication key-chain\n no ip rip send version"))
    cloud.run(seconds: 4)
    let snapshot = cloud["hub"].engine.snapshot()
    let due = ((snapshot.nextUpdate ?? cloud.now) - cloud.now).wholeSeconds
    let ages = snapshot.neighbours.map { AgeText.format(cloud.now - $0.heard) }
    #expect(
      RIPShow.protocols(snapshot, now: cloud.now) == [
        "Routing Protocol is \"rip\"", "  Outgoing update filter list for all interfaces is not set", "    static filtered by 8",
        "  Incoming update filter list for all interfaces is not set", "    Tunnel0 filtered by (prefix-list) LANS",
        "  Sending updates every 5 seconds, next due in \(due) seconds", "  Invalid after 15 seconds, hold down 0, flushed after 20",
        "  Redistributing: connected, static, bgp 65000, rip", "  Neighbor(s):", "    10.0.0.9",
        "  Default version control: send version 2, receive version 2",
        "    Interface             Send  Recv  Triggered RIP  Key-chain", "    Tunnel0               2     1 2",
        "  Automatic network summarization is not in effect", "  Address Summarization:", "    192.168.0.0/16 for Tunnel0",
        "  Maximum path: 2",
        "  Routing for Networks:", "    10.0.0.0", "    192.168.1.0", "  Passive Interface(s):", "    GigabitEthernet0/1",
        "  Routing Information Sources:", "    Gateway         Distance      Last Update",
        "    10.0.0.11            130      \(ages[0])", "    10.0.0.12            130      \(ages[1])", "  Distance: (default is 130)",
      ])
  }
}
