// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing

/// Keys that are typed must come out in one place only: the file that `write memory` writes.
@Suite struct ExecKeyTests {
  static let canary = "KanarienVogel7"
  static let lines = [
    "crypto isakmp key \(canary) address 0.0.0.0", "crypto keyring K", "pre-shared-key address 1.2.3.4 key \(canary)",
    "crypto ikev2 keyring R",
    "peer A", "address 1.2.3.4", "pre-shared-key local \(canary)", "pre-shared-key remote \(canary)2", "peer B",
    "pre-shared-key hex \(hex)",
    "crypto ikev2 profile P", "authentication local pre-share key \(canary)", "authentication remote pre-share key \(canary)",
    "crypto isakmp client configuration group G", "key \(canary)", "crypto pki trustpoint T", "password 7 \(canary)",
  ]
  static let hex = "c0ffee00c0ffee11"

  private func configured() -> (cloud: Cloud, said: String) {
    let cloud = Cloud()
    var said: [String] = []
    for line in ["configure terminal"] + Self.lines + ["end"] { said.append(cloud.ask(line).text) }
    return (cloud, said.joined(separator: "\n"))
  }

  private func holdsKey(_ text: String) -> Bool { text.contains(Self.canary) || text.contains(Self.hex) }

  @Test("no show, log, help, completion, answer or snapshot holds a key")
  func nowhere() {
    let (cloud, said) = configured()
    #expect(!holdsKey(said))
    cloud.ask("terminal monitor")
    for line in [
      "show running-config", "show running-config all", "write terminal", "show logging", "show journal", "show version", "show users",
      "show hosts",
      "show startup-config", "show dmvpn detail", "show running-config | json", "show logging | json", "show journal | json",
      "show debugging",
      "show running-config | include key", "show running-config | section crypto",
    ] {
      #expect(!holdsKey(cloud.text(line)), "\(line)")
    }
    for line in ["show running-config ", "crypto isakmp key ", "pre"] {
      #expect(!cloud.help(line).contains { holdsKey($0.word + $0.text) } && !cloud.completions(line).contains(where: holdsKey))
    }
    cloud.give(cloud.hub, .request(Cloud.session, .wantSnapshot))
    #expect(
      !holdsKey("\(cloud.hub.replies)") && !holdsKey("\(cloud.hub.effects)") && !holdsKey("\(cloud.hub.node.settings.crypto.ikev2Keyrings)")
    )
  }

  @Test("write memory saves the keys themselves; what is saved is the same configuration")
  func saved() throws {
    let (cloud, _) = configured()
    cloud.ask("write memory")
    let texts = cloud.hub.effects.compactMap { if case .save(_, _, let text) = $0 { text } else { nil } }
    let text = try #require(texts.last)
    #expect(text.contains("pre-shared-key local \(Self.canary)\n") && text.contains("pre-shared-key hex \(Self.hex)\n"))
    #expect(ConfigurationLoader.load(text, file: "x").settings == cloud.hub.node.settings)
    #expect(ConfigurationLoader.load(text, file: "x").settings.crypto.holdsKeys && !cloud.hub.node.settings.withoutKeys.crypto.holdsKeys)
  }

  @Test("a placeholder that is pasted back is refused at its line, and the rest of the paste is read")
  func pasted() {
    let (cloud, _) = configured()
    let shown = cloud.text("show running-config")
    #expect(shown.contains(" peer A\n  address 1.2.3.4\n  pre-shared-key local <hidden>\n  pre-shared-key remote <hidden>\n !"))
    #expect(shown.contains("crypto isakmp key <hidden> address 0.0.0.0") && shown.contains(" authentication local pre-share key <hidden>"))
    let found = ConfigurationLoader.load(shown, file: "x")
    let errors = found.diagnostics.filter { $0.level == .error }
    #expect(
      errors.count == 9 && errors.allSatisfy { $0.text.contains("'<hidden>' stands for a key that is not shown") },
      "\(errors.map(\.located))")
    #expect(found.settings.crypto.ikev2Keyrings.first?.peers.map(\.name) == ["A", "B"])
    cloud.ask("configure terminal")
    #expect(cloud.ask("crypto isakmp key <hidden> address 0.0.0.0").failed)
  }

  @Test("a mistyped key line is answered without its words, as text and as a note")
  func mistyped() {
    let cloud = Cloud()
    cloud.ask("configure terminal")
    for line in [
      "crypto isakmp key \(Self.canary)", "crypto isakmp key a \(Self.canary) address 1.1.1.1",
      "key config-key password-encrypt \(Self.canary)",
    ] {
      #expect(!holdsKey(cloud.text(line)), "\(line)")
    }
  }

  @Test(
    "a line with a key is known as such, also abbreviated",
    arguments: [
      ("crypto isakmp key x address 1.1.1.1", true), ("cry isa k x add 1.1.1.1", true), (" pre-shared-key local x", true), ("pre x", true),
      ("do show running-config", false), ("authentication local pre-share key x", true), ("no pre-shared-key", true),
      ("tunnel key 42", false),
      ("crypto isakmp keepalive 10", false), ("username a secret b", true), ("crypto ikev2 proposal P", false), ("show ip nhrp", false),
    ])
  func known(line: String, isKey: Bool) {
    #expect(KeyLine.mayHoldKey(line) == isKey)
  }
}
