// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Configure mode changes a running node line by line, each whole or not at all")
struct ExecConfigureTests {
  @Test("prompts follow the modes, and a line of another section leaves the sub-mode")
  func prompts() {
    let cloud = Cloud()
    let entered = cloud.ask("conf t")
    #expect(entered.text == "Enter configuration commands, one per line.  End with CNTL/Z." && entered.prompt == "hub(config)#")
    #expect(cloud.ask("int tu0").prompt == "hub(config-if)#")
    #expect(cloud.ask("ip route 172.16.0.0 255.240.0.0 10.0.0.11").prompt == "hub(config)#")
    #expect(cloud.ask("interface Tunnel0").prompt == "hub(config-if)#")
    #expect(cloud.ask("exit").prompt == "hub(config)#")
    #expect(cloud.ask("router ospf 1").prompt == "hub(config-router)#")
    #expect(cloud.ask("end").prompt == "hub#")
    #expect(cloud.ask("conf t ; exit").prompt == "hub#")
  }

  @Test("a line is in force at once, and running-config shows it")
  func takesEffect() {
    let cloud = Cloud()
    #expect(!cloud.ask("configure terminal ; interface Tunnel0 ; ip mtu 1300 ; end").failed)
    #expect(cloud.hub.effects.contains { if case .tunnelDevice("Tunnel0", _, let device?) = $0 { device.mtu == 1300 } else { false } })
    #expect(cloud.text("show running-config interface Tunnel0").contains("\n ip mtu 1300\n"))
    cloud.ask("configure terminal ; hostname center ; end")
    #expect(cloud.ask("show clock").prompt == "center#")
    cloud.ask("configure terminal ; interface Tunnel0 ; shutdown ; end")
    #expect(cloud.text("show ip interface brief | include Tunnel0").contains("administratively down down"))
    #expect(cloud.text("show dmvpn detail").contains("Interface Tunnel0 is administratively down/down"))
  }

  @Test("a candidate that would be wrong as a whole is refused, and the node is as it was")
  func refused() {
    let cloud = Cloud()
    let before = cloud.hub.node.settings
    let answer = cloud.ask("configure terminal ; interface Tunnel1 ; ip address 10.0.0.1 255.255.255.0")
    #expect(answer.text.hasSuffix("\n% 10.0.0.1 is also the address of Tunnel0") && answer.failed, "\(answer.text)")
    #expect(answer.prompt == "hub(config-if)#")
    #expect(cloud.hub.node.settings.interfaces["Tunnel1"]?.interface.address == nil)
    #expect(cloud.ask("ip address 10.0.0.7 255.0.255.0").text.hasSuffix("^\n% Invalid input detected at '^' marker."))
    cloud.ask("no interface Tunnel1")
    #expect(cloud.hub.node.settings == before)
  }

  @Test("the caret in configure mode stands under the bad word")
  func caret() {
    let cloud = Cloud()
    cloud.ask("configure terminal")
    cloud.ask("interface Tunnel0")
    #expect(cloud.ask("ip nhrp mapp").text == String(repeating: " ", count: "hub(config-if)#".count + 8) + "^\n% Invalid input detected at '^' marker.")
    #expect(cloud.ask("ip mtu").text == "% Incomplete command.")
    #expect(cloud.ask("do show foo").text == String(repeating: " ", count: "hub(config-if)#".count + 8) + "^\n% Invalid input detected at '^' marker.")
  }

  @Test("do runs exec commands and stays in the mode")
  func exec() {
    let cloud = Cloud()
    cloud.ask("configure terminal")
    let answer = cloud.ask("do sh ip nh br | count Tu0")
    #expect(answer.text == "Number of lines which match regexp = 0" && answer.prompt == "hub(config)#")
    #expect(cloud.ask("DO show clock").text.contains("since the node started"))
  }

  @Test("a line of another feature is kept, and the operator is told that nothing happens")
  func notActedOn() {
    let cloud = Cloud()
    let answer = cloud.ask("configure terminal ; snmp-server community lab RO ; end")
    #expect(answer.text.hasSuffix("% Note: 'snmp-server community lab RO' is kept but not acted on") && !answer.failed)
    #expect(cloud.text("show running-config").contains("\nsnmp-server community lab RO\n"))
  }

  @Test("what a line makes questionable is a warning, and it is applied")
  func warning() {
    let cloud = Cloud()
    let answer = cloud.ask("configure terminal ; ip route 172.16.0.0 255.255.0.0 Tunnel7 ; end")
    #expect(answer.text.contains("\n% Warning: route 172.16.0.0/16 waits for interface Tunnel7"), "\(answer.text)")
    #expect(!answer.failed && cloud.hub.node.settings.staticRoutes.count == 3)
  }

  @Test("leaving configure mode leaves one record with who, where and how much", arguments: ["end", "exit"])
  func record(leave: String) {
    let cloud = Cloud()
    cloud.ask("terminal monitor")
    cloud.ask("configure terminal ; ip host far 10.0.0.99 ; interface Tunnel0 ; ip mtu 1300 ; ip mtu 1300 ; interface Tunnel0")
    cloud.hub.replies = []
    cloud.ask(leave == "end" ? "end" : "exit ; exit")
    let log = cloud.logs(cloud.hub)
    #expect(log == ["*00:00:00.000: %SYS-5-CONFIG_I: Configured from console by admin on vty0"])
    #expect(cloud.text("show logging").hasSuffix("%SYS-5-CONFIG_I: Configured from console by admin on vty0"))
    #expect(cloud.text("show journal last 1").hasSuffix("configuration changed (2 lines, 1 interfaces touched)"))
  }

  @Test("show running-config has IOS' frame, and its bytes are counted; all adds the defaults")
  func runningConfig() {
    let cloud = Cloud()
    let text = cloud.text("show running-config")
    let body = text.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)[3]
    #expect(text.hasPrefix("Building configuration...\n\nCurrent configuration : \(body.utf8.count) bytes\n!\nhostname hub\n!\n"))
    #expect(text.hasSuffix("\n!\nend"))
    #expect(cloud.text("write terminal") == text)
    #expect(cloud.text("show running-config all").count > text.count)
    #expect(cloud.text("show running-config interface Tunnel9") == "% Interface Tunnel9 is not configured")
    let again = Node(seed: 1)
    #expect(again.load(startup: text, file: "again").filter { $0.level == .error }.isEmpty)
    #expect(again.settings == cloud.hub.node.settings)
  }

  @Test("a startup configuration with an error changes nothing")
  func load() {
    let node = Node(seed: 1)
    let diagnostics = node.load(startup: "hostname x\ninterface Tunnel0\n ip mtuu 1400\n", file: "hub.conf")
    #expect(diagnostics.filter { $0.level == .error }.map(\.line) == [3])
    #expect(node.settings == NodeSettings() && node.journal.count == 0)
    #expect(node.load(startup: "hostname x\n", file: "hub.conf").isEmpty)
    #expect(node.settings.hostname == "x" && node.journal.count == 1)
  }

  @Test("what the startup configuration asks of the host comes with the next event")
  func loadEffects() {
    let node = Node(seed: 1)
    _ = node.load(startup: "interface Tunnel0\n ip address 10.0.0.1 255.255.255.0\n", file: "hub.conf")
    var effects: [HostEffect] = []
    node.handle(.expire, at: .start, &effects)
    #expect(effects.contains { if case .tunnelDevice("Tunnel0", _, .some) = $0 { true } else { false } })
  }
}
