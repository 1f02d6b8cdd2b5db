// SPDX-License-Identifier: GPL-3.0-or-later

import CommandGrammar
import Testing

@Suite struct PasteStripperTests {
  private func texts(_ text: String) -> [String] { PasteStripper.strip(text).map(\.text) }

  @Test("prompts go, and the columns of what remains are those of the user's file")
  func promptsAndColumns() {
    let text = "\u{feff}R1(config-if)#ip mtu 1400\r\nIOU3(cfg-crypto-trans)# mode transport\r\n\r\nhub1#\r\nhub1>enable\r\n  ip add x  \r\n"
    #expect(PasteStripper.strip(text) == [
      SourceLine(text: "ip mtu 1400", number: 1, indent: 0, column: 14), SourceLine(text: "mode transport", number: 2, indent: 1, column: 24),
      SourceLine(text: "enable", number: 5, indent: 0, column: 5), SourceLine(text: "ip add x", number: 6, indent: 2, column: 2),
    ])
  }

  @Test("what only looks like a prompt stays", arguments: [
    "description a#b", "# remark", "! remark", "username x privilege 15", "banner", "(config)#x", "a b(config)#x", "key (x)#",
  ])
  func notPrompts(line: String) {
    #expect(texts(line) == [line])
  }

  @Test("fences and the announcements of show run go, comments stay")
  func noise() {
    #expect(texts("```ios\nBuilding configuration...\n\nCurrent configuration : 1234 bytes\n!\nhostname x\nend\n```\n") == ["!", "hostname x", "end"])
    #expect(texts("") == [] && texts("\n\n \t\n") == [])
  }

  @Test("a banner is one line with its body; without its closing mark it swallows nothing")
  func banners() {
    let lines = PasteStripper.strip("hostname a\nbanner motd ^C\r\n  R1# hello \r\n\r\nbye ^C\r\nend")
    #expect(lines.map(\.text) == ["hostname a", "banner motd ^C\n  R1# hello\n\nbye ^C", "end"])
    #expect(lines.map(\.number) == [1, 2, 6])
    #expect(texts("banner login #one#\nend") == ["banner login #one#", "end"])
    #expect(texts("banner ^C\nx\n^C\nend") == ["banner ^C\nx\n^C", "end"])
    #expect(texts("banner motd ^C\nhostname x") == ["banner motd ^C", "hostname x"])
    #expect(texts("banner motd\nend") == ["banner motd", "end"])
    #expect(Sample.console.came("description one\n two\n^C", .interface) == .to("description one\n two\n^C"))
  }

  @Test("the hexadecimal body of a certificate is its child, up to quit")
  func certificates() {
    let text = "crypto pki certificate chain TP\n certificate self-signed 01\n  30820330 ABCDEF00\n30820330\n  \tquit\ninterface Tunnel0\n certificate x\n abc"
    #expect(PasteStripper.strip(text).map { "\($0.indent) \($0.text)" } == [
      "0 crypto pki certificate chain TP", "1 certificate self-signed 01", "2 30820330 ABCDEF00", "2 30820330", "3 quit", "0 interface Tunnel0",
      "1 certificate x", "1 abc",
    ])
    #expect(texts("crypto pki certificate chain T\ncertificate 1\n3082\nhostname x") == ["crypto pki certificate chain T", "certificate 1", "3082", "hostname x"])
  }

  @Test("a failure's column plus the line's column is where the user's file is wrong")
  func located() throws {
    let line = try #require(PasteStripper.strip("R1(config-if)# ip mtu x").first)
    #expect(line.column + (Sample.console.failure(line.text, .interface)?.column ?? -1) == 22)
  }
}
