// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Lines that are no command are refused as on IOS")
struct ExecErrorTests {
  @Test("the caret stands under the first bad character, behind the prompt", arguments: [
    ("show foo", 5), ("sho dmvpn x", 10), ("foo", 0), ("  show foo", 7), ("ping 10.0.0.300", 5), ("terminal length 999", 16), ("clear ip nhrp interface 7", 24),
  ])
  func caret(line: String, column: Int) {
    let answer = Cloud().ask(line)
    #expect(answer.text == String(repeating: " ", count: "hub#".count + column) + "^\n% Invalid input detected at '^' marker.")
    #expect(answer.failed && answer.isFinished)
  }

  @Test("incomplete and ambiguous lines", arguments: [
    ("show", "% Incomplete command."), ("show ip", "% Incomplete command."), ("ping", "% Incomplete command."), ("debug", "% Incomplete command."),
    ("show dmvpn peer nbma", "% Incomplete command."), ("show d", "% Ambiguous command:  \"show d\""), ("e", "% Ambiguous command:  \"e\""),
    ("show ip nhrp s", "% Ambiguous command:  \"show ip nhrp s\""),
  ])
  func shortAndAmbiguous(line: String, text: String) {
    #expect(Cloud().ask(line).text == text)
  }

  @Test("a blank line and a comment answer nothing", arguments: ["", "   ", "! remark", "# remark"])
  func blank(line: String) {
    #expect(Cloud().ask(line) == Cloud.Answer(text: "", prompt: "hub#", failed: false, exits: false, isFinished: true))
  }

  @Test("abbreviations reach the same command as the full words", arguments: [
    ("sh dm", "show dmvpn"), ("sh ip nh", "show ip nhrp"), ("sh ip nh br", "show ip nhrp brief"), ("sh ip ro", "show ip route"), ("sh run", "show running-config"),
    ("sh ver", "show version"), ("sh int tu0", "show interfaces Tunnel0"), ("show interface tunnel 0", "show interfaces Tunnel0"),
    ("sh ip int br", "show ip interface brief"), ("sh log", "show logging"), ("sh ip nh nhs d", "show ip nhrp nhs detail"), ("wr t", "show running-config"),
  ])
  func abbreviations(short: String, full: String) {
    let cloud = Cloud()
    cloud.run(seconds: 2)
    let answer = cloud.ask(short)
    #expect(!answer.failed && !answer.text.isEmpty)
    #expect(answer.text == cloud.text(full))
  }

  @Test("privileged commands are invalid input at the user's prompt", arguments: [
    "clear ip nhrp", "configure terminal", "write", "debug nhrp", "show running-config", "monitor capture C start", "disable",
  ])
  func userMode(line: String) {
    let cloud = Cloud(isOperator: false)
    let answer = cloud.ask(line)
    #expect(answer.text.hasSuffix("% Invalid input detected at '^' marker.") && answer.prompt == "hub>")
  }

  @Test("a reader is not let in by enable, an operator is")
  func enable() {
    let reader = Cloud(isOperator: false)
    let refused = reader.ask("enable")
    #expect(refused.text == "% Access denied" && refused.failed && refused.prompt == "hub>")
    #expect(reader.text("show dmvpn").contains("Type:Hub"))
    let cloud = Cloud()
    #expect(cloud.ask("disable").prompt == "hub>")
    #expect(cloud.ask("clear counters").failed)
    #expect(cloud.ask("enable").prompt == "hub#")
    #expect(!cloud.ask("clear counters").failed)
  }

  @Test("exit at the top leaves the console", arguments: ["exit", "logout", "quit"])
  func exit(line: String) {
    #expect(Cloud().ask(line).exits)
  }

  @Test("a host that nobody knows is named", arguments: [
    "ping nowhere", "show ip nhrp nowhere", "show ip route nowhere", "show ip cef nowhere", "clear ip nhrp nowhere", "show dmvpn peer nbma nowhere",
    "show dmvpn why spoke1 nowhere", "monitor capture C peer nowhere", "traceroute nowhere",
  ])
  func unknownHosts(line: String) {
    let answer = Cloud().ask(line)
    #expect(answer.text == "% Unrecognized host or address: nowhere" && answer.failed)
  }

  @Test("a session that was never opened is refused, and nothing traps")
  func noSession() {
    let cloud = Cloud()
    #expect(cloud.ask("show version", SessionID(9)).failed)
  }
}
