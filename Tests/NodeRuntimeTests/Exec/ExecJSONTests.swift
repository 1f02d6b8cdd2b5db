// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import NodeRuntime
import ProtocolKit
import Testing
import Wire

extension Cloud {
  /// The object that a show answers with.
  func json(_ line: String, of place: Place? = nil) throws -> [String: Any] {
    let text = text(line + " | json", of: place)
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(line): \(text)")
  }

  /// The rows of an answer in FRR's wrapper.
  func rows(_ line: String, of place: Place? = nil) throws -> [[String: Any]] {
    try #require(try json(line, of: place)["table"] as? [[String: Any]], "\(line)")
  }
}

extension [String: Any] {
  /// What stands below these keys, one in another.
  func at(_ path: String...) -> [String: Any] { path.reduce(self) { $0[$1] as? [String: Any] ?? [:] } }

  /// A value of its kind; the compiler takes long over casts inside of `#expect`.
  func text(_ key: String) -> String? { self[key] as? String }
  func int(_ key: String) -> Int? { self[key] as? Int }
  func flag(_ key: String) -> Bool? { self[key] as? Bool }
  func isNull(_ key: String) -> Bool { self[key] is NSNull }

  /// A list of strings.
  func strings(_ key: String) -> [String] { self[key] as? [String] ?? [] }

  /// A list of objects.
  func objects(_ key: String) -> [[String: Any]] { self[key] as? [[String: Any]] ?? [] }
}

@Suite("Every show has a JSON form, with what its text says")
struct ExecJSONTests {
  @Test("whatever show ? knows answers in JSON that parses, or fails as its text does; configurations are text alone")
  func all() throws {
    let cloud = ExecShowTests.formed()
    let lines = cloud.shows()
    #expect(lines.count > 60 && lines.contains("show ip bgp summary") && lines.contains("show track"), "\(lines.count)")
    for line in lines where !line.contains("-config") {
      let text = cloud.ask(line, of: cloud.spoke1), json = cloud.ask(line + " | json", of: cloud.spoke1)
      #expect(json.failed == text.failed, "\(line): \(json.text)")
      if !json.failed { #expect((try? JSONSerialization.jsonObject(with: Data(json.text.utf8))) != nil, "\(line): \(json.text)") }
    }
    #expect(cloud.ask("show startup-config | json").text == "% This command has no JSON form")
  }

  @Test("show ip nhrp summary and redirect")
  func nhrp() throws {
    let cloud = ExecShowTests.formed()
    let summary = try cloud.json("show ip nhrp summary", of: cloud.spoke1)
    let entries = try #require(summary.int("entries"))
    #expect(cloud.text("show ip nhrp summary", of: cloud.spoke1).hasPrefix("IP NHRP cache \(entries) entr"))
    #expect(summary.at("remote").int("h") == 1)
    #expect((summary.at("remote").int("entries") ?? 0) + (summary.at("local").int("entries") ?? 0) == entries)
    let redirects = try cloud.rows("show ip nhrp redirect")
    #expect(redirects[0].text("interface") == "Tunnel0" && redirects[0].flag("isEnabled") == true)
    #expect(redirects[0].int("sent") == redirects[0].objects("redirects").count { $0.text("direction") == "sent" })
    #expect(redirects[0].objects("redirects").first?.text("src") == "192.168.11.10")
  }

  @Test("show ip cef: the next hop, and where the tunnel sends to")
  func forwarding() throws {
    let cloud = ExecShowTests.formed()
    let way = try cloud.json("show ip cef 192.168.12.10", of: cloud.spoke1)
    #expect(way.text("prefix") == "192.168.12.0/24" && way.text("type") == "nexthop" && way.text("nextHop") == "10.0.0.12")
    #expect(way.text("nbma") == "198.51.100.12" && way.text("interface") == "Tunnel0")
    #expect(try cloud.json("show ip cef 10.0.0.11", of: cloud.spoke1).text("type") == "receive")
    #expect(try cloud.json("show ip cef 203.0.113.1", of: cloud.spoke1).text("type") == "noRoute")
  }

  @Test("show interfaces: an object for each, FRR's keys")
  func interfaces() throws {
    let cloud = ExecShowTests.formed()
    let all = try cloud.json("show interfaces", of: cloud.spoke1)
    #expect(Set(all.keys) == ["Tunnel0", "GigabitEthernet1", "lan0"])
    #expect(all.at("Tunnel0").text("lineProtocol") == "up" && all.at("Tunnel0").text("tunnelMode") == "multi-GRE/IP")
    #expect(all.at("lan0").objects("ipAddresses").first?.text("address") == "192.168.11.1/24")
    #expect(Set(try cloud.json("show interfaces lan0", of: cloud.spoke1).keys) == ["lan0"])
  }

  @Test("show clock, logging, users, terminal, debugging and monitor capture")
  func system() throws {
    let cloud = Cloud(wall: 1_789_974_135_210_000_000)
    let clock = try cloud.json("show clock")
    #expect(clock.text("clock") == "07:02:15.210 UTC Mon Sep 21 2026" && clock.int("unixSeconds") == 1_789_974_135)
    #expect(try Cloud().json("show clock").isNull("clock"))
    let started = try #require(try cloud.json("show logging").objects("records").first { $0.text("text") == "%SYS-5-NODE_STARTED: node started" })
    #expect(started.text("time") == "Sep 21 07:02:15.210")
    let users = try cloud.rows("show users")
    #expect(users.count == 1 && users[0].text("user") == "admin" && users[0].text("terminal") == "vty0" && users[0].flag("isOwn") == true)
    cloud.ask("terminal length 24 ; debug nhrp packet ; monitor capture C file c.pcapng")
    #expect(try cloud.json("show terminal").int("length") == 24)
    #expect(try cloud.json("show debugging").strings("areas") == ["packet"])
    let captures = try cloud.rows("show monitor capture")
    #expect(captures[0].text("name") == "C" && captures[0].text("file") == "c.pcapng" && captures[0].flag("isRunning") == false)
  }

  @Test("show dmvpn why: both directions, each step")
  func why() throws {
    let cloud = ExecShowTests.formed()
    let answer = try cloud.json("show dmvpn why spoke1 spoke2", of: cloud.spoke1)
    #expect(answer.at("shortcut").text("prefix") == "192.168.12.0/24" && answer.at("reverse").text("state") == "not seen")
    let steps = answer.at("shortcut").objects("steps").filter { $0.flag("isDone") == true }.compactMap { $0.text("name") }
    #expect(steps.contains("redirect") && steps.contains("reply") && steps.contains("route"), "\(steps)")
  }

  @Test("show track: what is watched, its state, and who depends on it")
  func tracks() throws {
    let lines = """
      track 1 ip route 10.60.0.0 255.255.0.0 reachability
       delay up 10 down 5
      track 3 interface lan0 ip routing
      ip route 10.50.0.0 255.255.0.0 192.168.11.2 track 1
      """
    let rows = try Cloud(spokeLines: lines).rows("show track")
    #expect(rows.isEmpty)
    let cloud = Cloud(spokeLines: lines)
    cloud.run(seconds: 2)
    let tracks = try cloud.rows("show track", of: cloud.spoke1)
    #expect(tracks.compactMap { $0.int("number") } == [1, 3] && tracks.compactMap { $0.text("state") } == ["down", "up"])
    #expect(tracks[0].text("prefix") == "10.60.0.0/16" && tracks[0].int("delayDownSeconds") == 5 && tracks[0].int("staticRoutes") == 1)
    #expect(tracks[1].text("type") == "ip routing" && tracks[1].text("interface") == "lan0")
    #expect(try cloud.rows("show track 3", of: cloud.spoke1).count == 1)
  }

  @Test("crypto: what is configured and what tunnels wait for")
  func crypto() throws {
    let cloud = Cloud()
    for line in [
      "configure terminal", "crypto ikev2 keyring K", "peer ANY", "address 0.0.0.0", "pre-shared-key everybodyskey", "crypto ikev2 profile V",
      "match identity remote any", "authentication local pre-share", "authentication remote pre-share", "keyring local K",
      "crypto ipsec profile P", "set ikev2-profile V", "interface Tunnel0", "tunnel protection ipsec profile P", "end",
    ] { #expect(!cloud.ask(line, of: cloud.spoke1).failed, "\(line)") }
    cloud.run(seconds: 3)
    let profile = try #require(try cloud.rows("show crypto ikev2 profile V", of: cloud.spoke1).first)
    #expect(profile.text("keyring") == "K" && profile.text("localAuthentication") == "pre-share" && profile.int("references") == 1)
    #expect(try cloud.rows("show crypto ipsec profile", of: cloud.spoke1).first?.text("ikev2Profile") == "V")
    #expect(try cloud.rows("show crypto ikev2 proposal", of: cloud.spoke1).first?.text("name") == "default")
    let sockets = try cloud.rows("show crypto sockets", of: cloud.spoke1)
    #expect(cloud.text("show crypto sockets", of: cloud.spoke1).contains("Number of Crypto Socket connections \(sockets.count)\n"))
    #expect(sockets.first?.text("state") == "closed" && sockets.first?.text("remote") == "198.51.100.1")
  }
}
