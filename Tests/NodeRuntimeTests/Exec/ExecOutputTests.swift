// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Output filters and JSON")
struct ExecOutputTests {
  @Test("filters cut what a command says, one behind the other", arguments: [
    ("show ip nhrp | include NBMA", "   NBMA address: 198.51.100.11\n   NBMA address: 198.51.100.12"),
    ("show ip nhrp | include NBMA | exclude 11", "   NBMA address: 198.51.100.12"), ("show ip nhrp | count NBMA", "Number of lines which match regexp = 2"),
    ("show ip nhrp | section 0.0.12", "10.0.0.12/32 via 10.0.0.12\n   Tunnel0 created 00:00:01, expire 00:09:58\n   Type: dynamic, Flags: unique registered nat nhop\n   NBMA address: 198.51.100.12"),
    ("show ip nhrp | begin 100.12", "   NBMA address: 198.51.100.12"), ("show ip nhrp | i address: .*12$ ; show hosts | i hub", "   NBMA address: 198.51.100.12\nhub                       None  (perm, OK)  0   IP    10.0.0.1"),
  ])
  func filters(line: String, text: String) {
    let cloud = Cloud()
    cloud.run(seconds: 2)
    #expect(cloud.text(line) == text)
  }

  @Test("a bad filter is refused at its place; filters that need a file are not ours", arguments: [
    ("show clock | foo", "                 ^\n% Invalid input detected at '^' marker."), ("show clock |", "% Incomplete command."),
    ("show clock | redirect x", "% redirect is not available here"), ("show running-config | json", "% This command has no JSON form"),
  ])
  func badFilters(line: String, text: String) {
    let answer = Cloud().ask(line)
    #expect(answer.text == text && answer.failed)
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("every table is JSON in FRR's wrapper", arguments: [
    ("show dmvpn", 3), ("show dmvpn detail", 3), ("show ip nhrp", 3), ("show ip nhrp brief", 3), ("show ip nhrp shortcut", 1), ("show ip nhrp nhs", 1),
    ("show ip nhrp multicast", 1), ("show ip nhrp traffic", 1), ("show ip route", 8), ("show ip route nhrp", 1), ("show ip interface brief", 3),
    ("show hosts", 3), ("show journal last 5", 5), ("show drops", 0),
  ])
  func tables(line: String, rows: Int) throws {
    let cloud = ExecShowTests.formed()
    let value = try object(cloud.text(line + " | json", of: cloud.spoke1))
    #expect((value["attr"] as? [String: Any])?["entriesCount"] as? Int == rows)
    #expect((value["table"] as? [Any])?.count == rows)
  }

  @Test("the keys that FRR's users know are there")
  func keys() throws {
    let cloud = ExecShowTests.formed()
    let cache = try #require(try object(cloud.text("show ip nhrp | json", of: cloud.spoke1))["table"] as? [[String: Any]])
    for key in ["interface", "type", "protocol", "nbma", "claimed_nbma", "used", "timeout", "auth", "identity"] { #expect(cache[0][key] != nil, "\(key)") }
    #expect(cache[1]["protocol"] as? String == "10.0.0.12" && cache[1]["nbma"] as? String == "198.51.100.12" && cache[1]["timeout"] as? Bool == true)
    #expect(cache[2]["protocol"] as? String == "192.168.12.0/24")
    let peers = try #require(try object(cloud.text("show dmvpn | json", of: cloud.spoke1))["table"] as? [[String: Any]])
    for key in ["src", "dst", "notifierActive", "sas", "identity"] { #expect(peers[0][key] != nil, "\(key)") }
  }

  @Test("strings are escaped, RFC 8259 §7")
  func escaping() throws {
    let cloud = Cloud(hubLines: "ip host a\"b\\c 10.0.0.50")
    let rows = try #require(try object(cloud.text("show hosts | json"))["table"] as? [[String: Any]])
    #expect(rows.last?["name"] as? String == "a\"b\\c")
  }
}

@Suite("Shows about the node itself")
struct ExecSystemTests {
  @Test("show clock and log stamps are UTC where there is a wall clock", arguments: [
    (Int64(1_789_974_135_210), "07:02:15.210 UTC Mon Sep 21 2026", "Sep 21 07:02:15.210"), (951_782_400_000, "00:00:00.000 UTC Tue Feb 29 2000", "Feb 29 00:00:00.000"),
    (4_107_542_399_999, "23:59:59.999 UTC Sun Feb 28 2100", "Feb 28 23:59:59.999"), (1_767_225_599_005, "23:59:59.005 UTC Wed Dec 31 2025", "Dec 31 23:59:59.005"),
  ])
  func clock(milliseconds: Int64, long: String, stamp: String) {
    let cloud = Cloud(wall: milliseconds * 1_000_000)
    #expect(cloud.text("show clock") == "*" + long)
    #expect(cloud.text("show logging").contains("\n*\(stamp): %SYS-5-NODE_STARTED: node started\n"))
  }

  @Test("without a wall clock the time since the start stands")
  func virtualClock() {
    let cloud = Cloud()
    cloud.run(until: Instant(nanoseconds: 90_061_234 * 1_000_000))
    #expect(cloud.text("show clock") == "1d 01:01:01.234 since the node started")
    #expect(cloud.text("show version").contains("hub uptime is 1 day, 1 hour, 1 minute\n"))
  }

  @Test("show logging has syslog lines engineers grep for, and the other events; clear logging begins anew")
  func logging() {
    let cloud = ExecShowTests.formed()
    let text = cloud.text("show logging", of: cloud.spoke1)
    #expect(text.contains("%DMVPN-5-NHRP_NHS_UP: Tunnel0: Next Hop Server : (Tunnel: 10.0.0.1 NBMA: 198.51.100.1 ) for (Tunnel: 10.0.0.11 NBMA: 198.51.100.11) is UP"))
    #expect(text.contains("%NHRP-6-SHORTCUT_INSTALLED: 192.168.12.0: shortcut 192.168.12.0/24 via spoke2 (H)"))
    cloud.ask("clear logging", of: cloud.spoke1)
    #expect(cloud.text("show logging", of: cloud.spoke1).contains("Log Buffer (0 records):"))
  }

  @Test("a spoke that asks on a tunnel without a network-id is in the log, once a minute at most")
  func withoutNetwork() {
    let cloud = Cloud()
    cloud.ask("terminal monitor")
    for line in ["configure terminal", "interface Tunnel0", "no ip nhrp network-id", "end"] { #expect(!cloud.ask(line).failed, "\(line)") }
    cloud.run(seconds: 500)
    let said = cloud.logs(cloud.hub).filter { $0.contains("%DMVPN-5-NHRP_NETID_UNCONFIGURED: Tunnel0: packet from 198.51.100.1") }
    #expect((5...9).contains(said.count), "\(said)")
    #expect(said.first?.hasSuffix("but no 'ip nhrp network-id' (1 so far)") == true)
  }

  @Test("show journal: number, cause, time, facility and the sentence")
  func journal() {
    let cloud = ExecShowTests.formed()
    let last = cloud.spoke1.node.journal.newest(1)[0]
    let numbers = [last.number, last.cause].map { n in String(repeating: " ", count: 8 - "\(n.rawValue)".count) + "\(n.rawValue)" }
    #expect(last.cause.rawValue == last.number.rawValue - 2, "the reply")
    #expect(
      cloud.text("show journal last 3", of: cloud.spoke1).split(separator: "\n").last
        == "\(numbers[0]) \(numbers[1]) 00:00:05.005         CUT      192.168.12.0: shortcut 192.168.12.0/24 via spoke2 (H)")
    #expect(cloud.text("show journal last 3", of: cloud.spoke1).split(separator: "\n").count == 4)
  }

  @Test("show version, users, hosts, drops, terminal")
  func others() {
    let cloud = Cloud()
    cloud.hub.node.platformText = "Linux 6.1"
    #expect(cloud.text("show version").hasPrefix("dmvpn, version \(Node.version), Linux 6.1\n"))
    cloud.give(cloud.hub, .request(SessionID(7), .hello(user: "guest", terminal: "vty1", isOperator: false)))
    let users = cloud.text("show users").split(separator: "\n").map(String.init)
    #expect(users.count == 3 && users[1].hasPrefix("*  1 vty0       admin ") && users[2].hasPrefix("   7 vty1       guest ") && users[2].hasSuffix("reader"))
    var counters = DataPlaneCounters()
    counters.drops = [DropRow(reason: "noRoute", packets: 3)]
    cloud.give(cloud.hub, .counters(counters))
    #expect(cloud.text("show drops") == "Reason              Packets\nnoRoute             3")
    #expect(cloud.text("terminal length 24 ; show terminal").contains("Length: 24 lines"))
    #expect(cloud.text("show startup-config").hasPrefix("Using "))
    #expect(cloud.ask("reload").failed)
  }
}

@Suite("show dmvpn why tells what became of a shortcut")
struct ExecWhyTests {
  /// The number of spoke 1's record whose sentence begins so.
  private func number(of sentence: String, _ cloud: Cloud) -> Int {
    let line = cloud.text("show journal | include \(sentence)", of: cloud.spoke1)
    return line.split(separator: " ").first.flatMap { Int($0) } ?? -1
  }

  @Test("the spoke that asked sees each step with its journal number, and the route in force")
  func formed() {
    let cloud = ExecShowTests.formed()
    let text = cloud.text("show dmvpn why spoke1 spoke2", of: cloud.spoke1)
    #expect(text.hasPrefix("Shortcut spoke1 (10.0.0.11) to spoke2 (10.0.0.12), asked for 192.168.12.10, answered 192.168.12.0/24: up\n"), "\(text)")
    let first = number(of: "redirect received", cloud)
    for step in [
      "redirect     00:00:05.001  seen here, journal \(first)", "resolution   00:00:05.001  seen here, journal \(first + 1)", "answer       code 0, success",
      "reply        00:00:05.005  seen here, journal \(first + 2)",
      "route        00:00:05.005  seen here, journal \(first + 4): shortcut 192.168.12.0/24 via spoke2 (H); now H 192.168.12.0/24 [250/255] via 10.0.0.12",
    ] {
      #expect(text.contains("\n  yes  " + step), "\(step)")
    }
    #expect(text.contains("\n\nReverse direction spoke2 (10.0.0.12) to spoke1 (10.0.0.11): not seen\n"))
    #expect(cloud.text("show dmvpn why 192.168.11.10 192.168.12.10").hasPrefix("Shortcut spoke1 (10.0.0.11) to spoke2 (10.0.0.12), asked for 192.168.12.10"))
  }

  @Test("a route of the operator's for the same network is overridden, and that is said")
  func override() {
    let cloud = ExecShowTests.formed(spokeLines: "ip route 192.168.12.0 255.255.255.0 10.0.0.1")
    #expect(cloud.text("show dmvpn why spoke1 spoke2", of: cloud.spoke1).contains("; now S % 192.168.12.0/24, next hop 10.0.0.12 by override"))
  }

  @Test("an answer that does not come: retries are counted, then the failure is named")
  func unanswered() {
    let cloud = Cloud()
    cloud.run(seconds: 2)
    cloud.silent = [cloud.spoke2.nbma]
    cloud.flow()
    cloud.run(seconds: 10)
    let text = cloud.text("show dmvpn why 10.0.0.11 192.168.12.10", of: cloud.spoke1)
    #expect(text.contains("\n  yes  retries      2, the last journal ") && text.contains("\n  no   reply        no resolution reply is known"), "\(text)")
    cloud.run(seconds: 120)
    let later = cloud.text("show dmvpn why 10.0.0.11 192.168.12.10", of: cloud.spoke1)
    #expect(later.contains(": FAIL\n") && later.contains("\n  no   answer       journal "), "\(later)")
  }

  @Test("a hub without redirect, a spoke without shortcut: the line that is missing is named")
  func obstacles() {
    let cloud = Cloud(hubLines: "interface Tunnel0\n no ip nhrp redirect", spokeLines: "interface Tunnel0\n no ip nhrp shortcut")
    cloud.run(seconds: 2)
    #expect(cloud.text("show dmvpn why spoke1 spoke2").contains("\n  no   'ip nhrp redirect' is not configured on Tunnel0: nobody is redirected"))
    #expect(cloud.text("show dmvpn why spoke1 spoke2", of: cloud.spoke1).contains("\n  no   'no ip nhrp shortcut' on Tunnel0: redirects are ignored"))
  }
}
