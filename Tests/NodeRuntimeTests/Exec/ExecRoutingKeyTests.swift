// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

/// Keys of routing protocols: typed once, they come out in one place only, the file that `write memory` writes.
@Suite struct ExecRoutingKeyTests {
  static let canary = "KanarienVogel7"
  static let lines = [
    "key chain K", "key 1", "key-string \(canary)", "key 2", "key-string 0 \(canary) two", "key 3", "key-string file /etc/dmvpn/rip",
    "interface Tunnel0", "ip rip authentication mode md5", "ip rip authentication key-chain K",
    "router rip", "version 2", "network 10.0.0.0",
    "router bgp 65000", "neighbor G peer-group", "neighbor G remote-as 65000", "neighbor G password \(canary)",
    "neighbor 10.0.0.11 remote-as 65000", "nei 10.0.0.11 pass \(canary)2", "neighbor 10.0.0.12 peer-group G",
    "template peer-policy P", "password \(canary)", "exit-peer-policy",
    "template peer-session T", "password \(canary)", "exit-peer-session", "address-family ipv4 vrf red",
    "neighbor 10.9.9.9 password \(canary)", "exit-address-family",
    "key chain M macsec", "key 01", "key-string \(canary)",
  ]

  private func configured() -> (cloud: Cloud, said: String) {
    let cloud = Cloud()
    cloud.ask("terminal monitor")
    cloud.ask("debug all")
    var said: [String] = []
    for line in ["configure terminal"] + Self.lines + ["end"] {
      let answer = cloud.ask(line)
      #expect(!answer.failed, "\(line.replacing(Self.canary, with: "…")): \(answer.text)")
      said.append(answer.text)
    }
    said += cloud.logs(cloud.hub)
    cloud.run(seconds: 40)
    return (cloud, said.joined(separator: "\n"))
  }

  private func holdsKey(_ text: String) -> Bool { text.contains(Self.canary) }

  @Test("no show that ? knows, no log, answer, effect or snapshot holds a key")
  func nowhere() {
    let (cloud, said) = configured()
    #expect(!holdsKey(said))
    let all = cloud.shows() + ["write terminal"]
    #expect(all.count > 60 && all.contains("show key chain K") && all.contains("show ip bgp neighbors"), "\(all.count)")
    for line in all {
      for form in ["", " | json"] { #expect(!holdsKey(cloud.text(line + form)), "\(line)\(form)") }
    }
    cloud.give(cloud.hub, .request(Cloud.session, .wantSnapshot))
    #expect(!holdsKey("\(cloud.hub.replies)") && !holdsKey("\(cloud.hub.effects)"))
    #expect(!holdsKey("\(cloud.hub.node.settings.policy)") && !holdsKey("\(cloud.hub.node.settings.bgp.routers.map(\.neighbors))"))
  }

  @Test("show running-config shows a placeholder where a key stands, and the path of a file")
  func placeholders() {
    let shown = configured().cloud.text("show running-config")
    for part in [
      "  key-string <hidden>\n", "  key-string file /etc/dmvpn/rip\n", " neighbor G password <hidden>\n",
      " neighbor 10.0.0.11 password <hidden>\n", " key 01\n key-string <hidden>\n",
      " template peer-policy P\n  password <hidden>\n exit-peer-policy\n",
      " template peer-session T\n  password <hidden>\n exit-peer-session\n", "  neighbor 10.9.9.9 password <hidden>\n",
    ] { #expect(shown.contains(part), "\(part)") }
    let errors = ConfigurationLoader.load(shown, file: "x").diagnostics.filter { $0.level == .error }
    #expect(errors.count == 8 && errors.allSatisfy { $0.text.contains("stands for a key that is not shown") }, "\(errors.map(\.located))")
  }

  @Test("write memory saves the keys themselves, and the file that holds them is known as such")
  func saved() throws {
    let (cloud, _) = configured()
    cloud.ask("write memory")
    let text = try #require(cloud.hub.effects.compactMap { if case .save(_, _, let text) = $0 { text } else { nil } }.last)
    #expect(text.contains("  key-string \(Self.canary)\n") && text.contains(" neighbor 10.0.0.11 password \(Self.canary)2\n"))
    #expect(ConfigurationLoader.load(text, file: "x").settings == cloud.hub.node.settings)
    #expect(cloud.hub.node.settings.holdsKeys && !cloud.hub.node.settings.withoutKeys.holdsKeys)
    for one in [
      "key chain K\n key 1\n  key-string x", "router bgp 1\n neighbor 1.1.1.1 remote-as 2\n neighbor 1.1.1.1 password x",
      "router bgp 1\n template peer-policy P\n  password x", "router bgp 1\n template peer-session T\n  password 7 0822455D0A16",
      "router bgp 1\n address-family ipv4 vrf red\n  neighbor 1.1.1.1 pass x",
    ] {
      #expect(ConfigurationLoader.load(one, file: "x").settings.holdsKeys)
    }
    for one in ["key chain K\n key 1\n  key-string file x", "router bgp 1\n template peer-policy P\n  weight 5"] {
      #expect(!ConfigurationLoader.load(one, file: "x").settings.holdsKeys)
    }
  }

  @Test("a key in a file is asked for, used when it came, and shown as its path only")
  func fromFile() {
    let (cloud, _) = configured()
    let request = KeyMaterialRequest.secret(path: "/etc/dmvpn/rip")
    #expect(cloud.hub.effects.contains { if case .readMaterial(request) = $0 { true } else { false } })
    #expect(cloud.text("show key chain K").contains("key 3 -- file \"/etc/dmvpn/rip\" (not read)"))
    cloud.give(cloud.hub, .material(request, .secret(SecretBytes(Array(Self.canary.utf8)))))
    let shown = cloud.text("show key chain K")
    #expect(shown.contains("key 3 -- file \"/etc/dmvpn/rip\"\n") && !holdsKey(shown))
    #expect(cloud.hub.node.settings == cloud.hub.node.settings.withoutKeys || cloud.hub.node.settings.holdsKeys)
  }

  @Test("a mistyped line with a key is answered without its words, and no history keeps a right one")
  func mistyped() {
    let cloud = Cloud()
    for line in ["configure terminal", "router bgp 1", "neighbor 10.0.0.2 remote-as 1"] { cloud.ask(line) }
    for line in ["neighbor 10.0.0.2 password", "neighbor 10.0.0.3 password \(Self.canary)", "neighbor 10.0.0.2 password 7 \(Self.canary)"] {
      let answer = cloud.ask(line)
      #expect(answer.failed && !holdsKey(answer.text), "\(line)")
    }
    for line in ["neighbor 10.0.0.2 password x", "nei 10.0.0.2 pas x", "no neighbor 10.0.0.2 password x", " key-string x"] {
      #expect(KeyLine.mayHoldKey(line))
    }
    #expect(!KeyLine.mayHoldKey("neighbor 10.0.0.2 prefix-list P in") && !KeyLine.mayHoldKey("neighbor P peer-group"))
  }
}
