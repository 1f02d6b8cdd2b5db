// SPDX-License-Identifier: GPL-3.0-or-later

import CommandGrammar
import Testing

@Suite struct HelpTests {
  private func words(_ line: String, _ mode: CommandMode = .privilegedExec) -> String {
    Sample.console.help(line, mode: mode).map(\.word).joined(separator: " ")
  }

  @Test("? behind a space lists what may follow, behind letters the words that begin so", arguments: [
    ("", "clear debug ping show shutdown"), ("s", "show shutdown"), ("sh", "show shutdown"), ("SHO", "show"), ("show ", "interface ip ipv6 version"),
    ("show ip", "ip ipv6"), ("show ip ", "interface nhrp route"), ("show ip nhrp ", "brief <cr>"), ("show ip nhrp brief ", "<cr>"),
    ("show ip nhrp brief x ", ""), ("show ip nhrp brief x", ""), ("foo ", ""), ("foo", ""), ("show i ", "IFNAME interface neighbors nhrp route <cr>"), ("show ipv ", "neighbors route"),
    ("show interface ", "IFNAME <cr>"), ("show interface tunnel ", "<0-2147483647>"), ("show interface tunnel 0 ", "<cr>"),
    ("show ip route ", "A.B.C.D/nn <cr>"), ("show ip route 10.", "A.B.C.D/nn"), ("show ip route x", ""),
    ("ping ", "A.B.C.D NAME"), ("ping h repeat ", "<1-1000>"), ("clear ip route ", "* A.B.C.D/nn"), ("no ", "debug shutdown"), ("no de", "debug"),
    ("clear crypto sa peer ", "A.B.C.D X:X:X:X::X"), ("n", "no"),
  ])
  func execHelp(line: String, expected: String) {
    #expect(words(line) == expected, "\(line)")
  }

  @Test("? in configuration modes offers no and default, and after them what can be negated", arguments: [
    ("", "default description ip ipv6 no shutdown tunnel"), ("n", "no"), ("d", "default description"), ("no ", "description ip ipv6 shutdown tunnel"),
    ("no ip mtu ", "<68-9216> <cr>"), ("no tunnel mode ", "gre"), ("no ip nhrp map ", "A.B.C.D multicast <cr>"), ("default ip m", "mtu"),
    ("description ", "LINE"), ("description a ", "LINE <cr>"), ("ip nhrp nhs 10.0.0.1 ", "nbma priority <cr>"),
  ])
  func interfaceHelp(line: String, expected: String) {
    #expect(words(line, .interface) == expected, "\(line)")
  }

  @Test("a keyword spelled out hides the names that the same word could be")
  func keywordsHideNames() {
    let set = CommandSet([Sample.exec("show brief"), Sample.exec("show <where:host> [detail]"), Sample.exec("show brie-f [long]")])
    #expect(set.help("show brief ", mode: .userExec).map(\.word) == ["<cr>"])
    #expect(set.help("show brie ", mode: .userExec).map(\.word) == ["detail", "long", "<cr>"])
    #expect(set.help("show hub ", mode: .userExec).map(\.word) == ["detail", "<cr>"])
  }

  @Test("help texts stand with their words, and a value of the same name as a keyword has its own")
  func texts() {
    #expect(Sample.console.help("show ip ", mode: .userExec).contains(HelpEntry(word: "route", text: "IP routing table")))
    #expect(Sample.console.help("ip nhrp nhs 1.1.1.1 ", mode: .interface).contains(HelpEntry(word: "priority", text: "Which one first")))
    #expect(Sample.console.help("ip nhrp nhs 1.1.1.1 pri ", mode: .interface) == [HelpEntry(word: "<0-255>", text: "Lower is better")])
    #expect(Sample.console.help("ip mtu ", mode: .interface) == [HelpEntry(word: "<68-9216>", text: "Number")])
    #expect(Sample.console.help("no", mode: .interface) == [HelpEntry(word: "no", text: "Negate a command or set its defaults")])
  }

  @Test("Tab gives the full words that the last one may become", arguments: [
    ("sh", CommandMode.userExec, "show shutdown"), ("sho", .userExec, "show"), ("show ip n", .userExec, "nhrp"), ("show ip ", .userExec, "interface nhrp route"),
    ("show x", .userExec, ""), ("show interface tu", .userExec, "Tunnel"), ("show interface ", .userExec, ""), ("tun so gi", .interface, "GigabitEthernet"),
    ("ping ", .userExec, ""), ("no ip m", .interface, "mtu"), ("def", .interface, "default"), ("int", .global, "interface"), ("x y z", .global, ""),
  ])
  func completions(line: String, mode: CommandMode, expected: String) {
    #expect(Sample.console.completions(line, mode: mode).joined(separator: " ") == expected, "\(line)")
  }
}
